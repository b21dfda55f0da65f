"""Every Monday at seven, there: late rather than never, never twice, and of nothing that the reader may not see."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from accounts.actions import delegate_authority
from accounts.models import User
from accounts.roles import Role
from core import clock
from deadlines.models import SweepHeartbeat
from events.models import Notification, OutboxMessage
from events.outbox import dispatch_outbox
from insights import actions
from insights.delivery import due_rows, letters, recipients
from insights.mail import prepare_week
from insights.models import WeekDue
from insights.periods import Week
from insights.sweep import tell_due_weeks
from policies.actions import set_policy
from tests.house import House, lodge, make_calendar, make_department, make_user

pytestmark = pytest.mark.django_db

# The Monday after tests.house.WORKING_HOUR, in Shanghai.
SEVEN = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
WEEK = Week.parse("2026-W47")


@pytest.fixture
def week(house: House, at_work: datetime) -> House:
    """Something was lodged in the west store; each leader has an address, each department its row."""
    for user in (house.supervisor, house.manager, house.director, house.east_supervisor):
        user.email = f"{user.username}@example.com"
        user.save()
    tell_due_weeks()
    lodge(house.clerk)
    return house


def swept(now: datetime) -> int:
    with clock.frozen(now):
        return tell_due_weeks()


def letters_out() -> list[str]:
    return sorted(OutboxMessage.objects.filter(channel="week").values_list("recipient", flat=True))


def rung() -> set[str]:
    return set(Notification.objects.filter(code="week.over").values_list("recipient__username", flat=True))


def test_leaders_are_told_at_seven_on_monday_and_not_before(week: House):
    assert swept(SEVEN - timedelta(minutes=1)) == 0
    assert swept(SEVEN) == 3
    # The region and head office hear of the stores below them; the east store had nothing.
    assert letters_out() == ["director@example.com", "manager@example.com", "supervisor@example.com"]
    assert rung() == {"supervisor", "manager", "director"}


def test_never_twice(week: House):
    assert swept(SEVEN) == 3
    assert swept(SEVEN + timedelta(minutes=1)) == swept(SEVEN + timedelta(days=1)) == 0
    assert len(letters_out()) == 3


def test_it_comes_every_week(week: House):
    swept(SEVEN)
    assert swept(SEVEN + timedelta(days=7)) == 3
    keys = OutboxMessage.objects.filter(recipient="supervisor@example.com", channel="week").values_list(
        "key", flat=True
    )
    assert sorted(keys) == [f"week:{week.west.pk}:2026-W{at}:{week.supervisor.pk}" for at in (47, 48)]


def test_after_an_outage_of_days_it_comes_late(week: House):
    assert swept(SEVEN + timedelta(days=4)) == 3
    told = OutboxMessage.objects.filter(channel="week").first()
    assert (told.payload["week"], told.payload["missed"]) == ("2026-W47", [])
    assert set(WeekDue.objects.values_list("monday", flat=True)) == {WEEK.after().monday}


def test_after_an_outage_of_weeks_there_is_one_mail_that_names_the_others(week: House):
    assert swept(SEVEN + timedelta(days=15)) == 3
    told = OutboxMessage.objects.get(recipient="supervisor@example.com", channel="week")
    assert (told.payload["week"], told.payload["missed"]) == ("2026-W49", ["2026-W47", "2026-W48"])
    with clock.frozen(SEVEN + timedelta(days=15)):
        letter = prepare_week(told) or {}
    assert "Week 47" in letter["body"]
    assert "Nobody was told of earlier weeks" in letter["body"]
    assert swept(SEVEN + timedelta(days=16)) == 0


def test_each_department_has_its_own_monday(week: House):
    calendar = make_calendar("Lisbon", "Europe/Lisbon")
    lisbon = make_department("Lisbon store", week.region, calendar)
    chief = make_user("chief", lisbon, Role.SUPERVISOR)
    tell_due_weeks()
    lodge(make_user("lclerk", lisbon, Role.FRONT_DESK), phone="139 0000 0000")
    swept(SEVEN + timedelta(hours=7, minutes=59))
    assert "chief" not in rung()
    swept(SEVEN + timedelta(hours=8))
    assert "chief" in rung()
    assert chief.email == ""


def test_the_hour_is_a_policy(week: House):
    set_policy("week.hour", 9, by=None)
    assert swept(SEVEN + timedelta(hours=1, minutes=59)) == 0
    assert swept(SEVEN + timedelta(hours=2)) == 3


def test_nobody_hears_of_a_week_in_which_nothing_was(week: House):
    swept(SEVEN)
    assert "eastsupervisor" not in rung()


def test_a_new_department_hears_of_the_week_it_began_in(house: House, at_work: datetime):
    assert not WeekDue.objects.exists()
    tell_due_weeks()
    assert set(WeekDue.objects.values_list("monday", flat=True)) == {WEEK.monday}
    assert tell_due_weeks() == 0


def test_while_the_clock_is_doubted_nobody_is_written_to(week: House):
    SweepHeartbeat.objects.create(trigger="beat", completed_at=SEVEN, clock_doubted_until=SEVEN + timedelta(minutes=1))
    assert swept(SEVEN) == 0
    assert swept(SEVEN + timedelta(minutes=1)) == 3


def test_who_is_away_is_stood_in_for(week: House):
    stand_in = make_user("standin", week.west, Role.SUPERVISOR)
    outsider = make_user("outsider", week.east, Role.SUPERVISOR)
    day = timedelta(days=1)
    delegate_authority(week.supervisor.pk, delegate=outsider, starts_at=SEVEN - day, ends_at=SEVEN + day, by=None)
    # An outsider has no right to the store's figures.
    assert recipients(week.west, now=SEVEN) == [stand_in]


def test_where_no_leader_is_there_the_head_is_told(week: House):
    assert recipients(week.east, now=SEVEN) == [week.east_supervisor]
    week.west.head = week.manager
    week.west.save()
    User.objects.filter(pk=week.supervisor.pk).update(is_active=False)
    assert recipients(week.west, now=SEVEN) == [week.manager]
    week.west.head = None
    assert recipients(week.west, now=SEVEN) == []


def test_a_leader_hears_only_of_what_they_may_see(week: House):
    lodge(week.clerk, category_id=week.integrity.pk, phone="139 0000 0001")
    lodge(week.clerk, subject_ids=[week.supervisor.pk], phone="139 0000 0002")
    by_name = {each.user.username: each.figures for each in letters(week.west, WEEK, now=SEVEN)}
    assert by_name["supervisor"].count("received") == 1
    by_name = {each.user.username: each.figures for each in letters(week.office, WEEK, now=SEVEN)}
    assert by_name["director"].count("received") == 3
    by_name = {each.user.username: each.figures for each in letters(week.region, WEEK, now=SEVEN)}
    assert by_name["manager"].count("received") == 2


def test_the_mail_tells_it_in_the_readers_language_and_without_names(week: House):
    week.supervisor.language = "en"
    week.supervisor.save()
    swept(SEVEN)
    mail.outbox.clear()
    with clock.frozen(SEVEN + timedelta(minutes=1)):
        dispatch_outbox()
    letter = next(each for each in mail.outbox if each.to == ["supervisor@example.com"])
    assert letter.subject == "West store: Week 47, 16 Nov – 22 Nov 2026"
    assert "Received in the week: 1" in letter.body
    assert "/figures/weeks/?department=west-store&week=2026-W47" in letter.body
    assert "Emily" not in letter.body
    assert OutboxMessage.objects.get(recipient="supervisor@example.com", channel="week").payload.keys() == {
        "user", "department", "week", "missed",
    }  # fmt: skip


def test_no_digest_says_the_same_again(week: House):
    swept(SEVEN)
    assert not OutboxMessage.objects.filter(channel="digest", key__contains="20261122T23").exists()


@pytest.mark.parametrize("taken", ["role", "place", "account"])
def test_a_mail_that_waits_is_not_sent_when_the_right_is_gone(week: House, taken: str):
    swept(SEVEN)
    message = OutboxMessage.objects.get(recipient="supervisor@example.com", channel="week")
    user = User.objects.get(pk=week.supervisor.pk)
    match taken:
        case "role":
            user.role_grants.all().delete()
        case "place":
            user.department = week.east
        case "account":
            user.is_active = False
    user.save()
    with clock.frozen(SEVEN):
        assert prepare_week(message) is None


def test_one_department_in_trouble_keeps_no_other_waiting(week: House, monkeypatch):
    tell = actions.tell_week

    def broken(due: WeekDue, now: datetime) -> int:
        if due.department_id == week.office.pk:
            raise RuntimeError
        return tell(due, now)

    monkeypatch.setattr("insights.sweep.tell_week", broken)
    assert swept(SEVEN) == 2
    monkeypatch.undo()
    assert swept(SEVEN) == 1


def test_what_is_looked_for_each_minute_is_bounded(week: House, django_assert_num_queries):
    with clock.frozen(SEVEN - timedelta(days=3)), django_assert_num_queries(3):
        assert tell_due_weeks() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "control"])
def test_two_sweeps_at_once_tell_once(week: House, is_locked: bool, monkeypatch):
    """Both have read the row as due. The control lets the second one look past what the first has done."""
    rows = {each.department_id: each for each in _due(SEVEN)}
    both = Barrier(2)
    read: Any = letters

    def at_the_same_time(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        both.wait(10)
        return found

    monkeypatch.setattr(actions, "letters", at_the_same_time)
    if not is_locked:
        monkeypatch.setattr(actions, "claimed", lambda due_id, seen: WeekDue.objects.get(pk=due_id))
    told: list[int] = []

    def sweep() -> None:
        try:
            told.append(actions.tell_week(rows[week.west.pk], SEVEN))
        finally:
            connection.close()

    threads = [Thread(target=sweep) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(told) == ([0, 1] if is_locked else [1, 1])
    # The keys hold even where the lock does not.
    assert len(letters_out()) == 1


def _due(now: datetime) -> list[WeekDue]:
    with clock.frozen(now):
        return due_rows(now)
