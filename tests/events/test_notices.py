from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone, translation

from core import clock
from core.money import Money
from events import notice_words, wording
from events.actions import mark_notifications_read
from events.digest import plan_digests
from events.models import Notification, OutboxMessage
from events.notices import mark_read, notify, register_notice, unread_count
from events.outbox import dispatch_outbox
from policies.actions import set_policy

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr(notice_words, "_kinds", dict(notice_words._kinds))
    register_notice("test.due", "{number} is due at {due_at}", "clock")
    register_notice("test.crisis", "Crisis {number}", "flame", mailed_at_once=True)


def ring(*users: Any, code: str = "test.due", key: str = "deadline:1:1", at: datetime = NOON, **values: Any) -> None:
    notify(users, code, key=key, url="/complaints/C-2026-000123/", at=at, **{"number": "C-2026-000123", **values})


def test_each_recipient_is_told_once_per_key(make_user):
    one, other = make_user(), make_user()
    ring(one, other, one)
    ring(one)
    assert (unread_count(one), unread_count(other)) == (1, 1)
    ring(one, key="deadline:1:2")
    assert unread_count(one) == 2


def test_unregistered_notice_is_refused(make_user):
    with pytest.raises(LookupError):
        ring(make_user(), code="never.registered")


def test_notice_reads_in_the_readers_language_and_zone(make_user, monkeypatch):
    ring(make_user(), due_at=NOON + timedelta(hours=2))
    notification = Notification.objects.get()
    with translation.override("en"), timezone.override(ZoneInfo("Asia/Shanghai")):
        assert notification.text == "C-2026-000123 is due at 1 Mar, 22:03"
    with translation.override("zh-hans"), timezone.override(ZoneInfo("Europe/Berlin")):
        assert notification.text == "C-2026-000123 is due at 3 月 1 日 15:03"
    assert notification.icon == "clock"


def test_old_notice_with_fewer_values_is_still_shown(make_user):
    ring(make_user())
    assert Notification.objects.get().text == "C-2026-000123 is due at …"


def test_notice_that_is_no_longer_registered_is_shown_by_its_code(make_user, monkeypatch):
    ring(make_user())
    monkeypatch.setattr(notice_words, "_kinds", {})
    assert Notification.objects.get().text == "test.due"


def test_user_marks_only_their_own_as_read(make_user):
    one, other = make_user(), make_user()
    ring(one, other)
    theirs = Notification.objects.of(other).get()
    assert mark_read([theirs.pk], by=one) == 0
    assert mark_notifications_read([theirs.pk], by=other) == 1
    assert (unread_count(one), unread_count(other)) == (1, 0)


def test_all_are_marked_at_once_and_keep_their_first_reading(make_user):
    user = make_user()
    ring(user)
    ring(user, key="other")
    with clock.frozen(NOON):
        assert mark_read(by=user) == 2
    assert mark_read(by=user) == 0
    assert {one.read_at for one in Notification.objects.all()} == {NOON}


def test_many_notices_make_one_mail_in_ten_minutes(make_user):
    user = make_user(email="wang@example.com", language="zh-hans")
    with clock.frozen(NOON):
        for number in range(5):
            ring(user, key=str(number), number=f"C-2026-00000{number}", at=NOON + timedelta(minutes=number))
        assert dispatch_outbox() == 0
    with clock.frozen(NOON + timedelta(minutes=7)):
        assert dispatch_outbox() == 1
    (message,) = mail.outbox
    assert message.to == ["wang@example.com"]
    assert all(f"C-2026-00000{number}" in message.body for number in range(5))


def test_next_window_is_another_mail(make_user):
    user = make_user(email="wang@example.com")
    ring(user)
    ring(user, key="later", at=NOON + timedelta(minutes=8))
    first, second = OutboxMessage.objects.order_by("next_attempt_at")
    assert second.next_attempt_at - first.next_attempt_at == timedelta(minutes=10)


def test_window_is_a_policy(make_user):
    set_policy("mail.digest_minutes", 60, by=None)
    ring(make_user(email="wang@example.com"))
    assert OutboxMessage.objects.get().next_attempt_at == datetime(2026, 3, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize("why", ["read meanwhile", "left the house"])
def test_nothing_new_needs_no_mail(make_user, why):
    user = make_user(email="wang@example.com")
    ring(user)
    if why == "read meanwhile":
        mark_read(by=user)
    else:
        user.is_active = False
        user.save()
    with clock.frozen(NOON + timedelta(hours=1)):
        dispatch_outbox()
    assert mail.outbox == []
    assert not OutboxMessage.objects.exists()


def test_without_an_address_there_is_no_mail(make_user):
    ring(make_user(email=""))
    assert not OutboxMessage.objects.exists()


def test_crisis_does_not_wait_for_the_digest(make_user):
    with clock.frozen(NOON):
        ring(make_user(email="wang@example.com"), code="test.crisis")
        ring(make_user(email="li@example.com"), code="test.crisis")
        assert dispatch_outbox() == 2
    assert [message.subject for message in mail.outbox] == ["Crisis C-2026-000123"] * 2


def test_notifying_many_costs_no_more_statements(make_user, django_assert_num_queries):
    users = [make_user(email=f"u{number}@example.com") for number in range(30)]
    set_policy("mail.digest_minutes", 20, by=None)
    with django_assert_num_queries(3):
        ring(*users)


def test_digest_of_the_same_window_is_planned_once(make_user):
    user = make_user(email="wang@example.com")
    plan_digests([user], NOON)
    plan_digests([user], NOON + timedelta(minutes=2))
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("amount", {"amount": "5000.5", "currency": "CNY"}, "¥5,000.50"),
        ("amount", {"amount": "many", "currency": "CNY"}, "many CNY"),
        ("due_on", "2026-02-28", "28 Feb"),
        ("due_at", "soon", "soon"),
        ("is_vip", True, "yes"),
        ("by_whom", None, "–"),
        ("demands", ["refund", "apology"], "refund, apology"),
        ("count", 12, "12"),
    ],
)
def test_values_are_written_for_people(name, value, text):
    assert wording.show(name, value) == text


def test_money_survives_being_stored(make_user):
    register_notice("test.money", "{granted}")
    ring(make_user(), code="test.money", granted=Money(Decimal("12.5"), "EUR"))
    assert Notification.objects.get().text == "€12.50"


def test_words_may_be_a_function():
    assert wording.fill(lambda values: f"<{values['code']}>", {"code": "refund"}) == "<refund>"


def test_signs_of_a_format_in_a_value_stay_what_they_are():
    assert wording.fill("said {what}", {"what": "{actor.password} 100%"}) == "said {actor.password} 100%"
