"""The demonstration: the same at any hour, made once, and true in what its log says."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import Calendar, Department, User
from accounts.roles import Role
from complaints.codes import AGREE_STATES, LASTR_STATES, State
from complaints.models import Cause, Complaint, Suggestion
from core import clock
from customers.models import Customer, Sale
from deadlines.models import Deadline
from events.models import Event, Notification
from tests.house import House

AT_WORK = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
# The first of January at night: stores are closed, and yesterday was another year.
AT_NIGHT = datetime(2026, 12, 31, 18, 20, tzinfo=UTC)


def make_demo() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


@pytest.fixture(params=[AT_WORK, AT_NIGHT], ids=["at work", "at night"], scope="class")
def now(request, django_db_setup, django_db_blocker):
    """The demonstration, made once for the tests below, and taken back after them."""
    with clock.frozen(request.param), django_db_blocker.unblock(), transaction.atomic():
        assert make_demo() == "West Lake Motors (demo): 28 customers, 28 complaints.\n"
        yield request.param
        transaction.set_rollback(True)


@pytest.mark.usefixtures("now", "db")
class TestDemonstration:
    def test_shows_complaints_in_every_state_there_is_yet_and_promises_of_every_kind(self, now):
        states = Counter(Complaint.objects.values_list("state", flat=True))
        there_is = {*LASTR_STATES, *AGREE_STATES, State.CLOSED, State.WITHDRAWN, State.VOIDED}
        assert set(states) == {state.value for state in there_is}
        clerk = User.objects.get(username="frontdesk1")
        queue = Complaint.objects.visible_to(clerk).open()
        assert queue.overdue(now).count() >= 2
        assert queue.due_before(now, now + timedelta(minutes=30)).count() >= 3
        assert queue.unowned().count() >= 2
        assert Complaint.objects.visible_to(clerk).filter(ended_at__gt=now - timedelta(hours=8)).count() >= 4
        assert Deadline.objects.filter(state="breached").count() >= 5

    def test_everything_happened_in_the_past_and_in_order(self, now):
        for subject in Complaint.objects.all():
            times = list(Event.objects.of(subject).order_by("seq").values_list("at", flat=True))
            assert times == sorted(times)
        assert Event.objects.filter(at__gt=now).count() == 0
        # What is due by now was fired, at its own time: nothing waits for the first sweep to come late.
        assert not Deadline.objects.filter(next_fire_at__lt=now).exists()
        call_command("verify_events", stdout=StringIO())

    def test_people_of_every_role_sign_in_and_notices_wait_for_them(self, now):
        users = {user.username: user for user in User.objects.prefetch_related("role_grants")}
        assert set(settings.DEMO_USERNAMES) <= set(users)
        roles = set().union(*(users[name].role_set for name in settings.DEMO_USERNAMES))
        assert roles == set(Role.values) - {Role.DEPARTMENT_STAFF}
        able = {name for name, user in users.items() if user.check_password(settings.DEMO_PASSWORD)}
        assert able == set(settings.DEMO_USERNAMES)
        told = set(Notification.objects.values_list("recipient__username", flat=True))
        assert {"supervisor1", "handler1", "manager1", "frontdesk1"} <= told

    def test_customers_speak_both_languages_and_bought_something(self, now):
        assert Customer.objects.count() == 28
        assert Customer.objects.filter(language="zh-hans").count() >= 10
        assert Customer.objects.filter(language="en").count() >= 8
        assert Customer.objects.filter(is_vip=True).count() == 2
        assert set(Customer.objects.values_list("kind", flat=True)) == {"person", "company", "partner"}
        assert Sale.objects.count() >= 25
        assert not Sale.objects.filter(sold_at__gt=now).exists()

    def test_something_was_learned(self, now):
        cause = Cause.objects.get()
        assert (cause.number, cause.state, cause.complaints.count()) == ("K-1", "acting", 3)
        assert set(Suggestion.objects.values_list("state", flat=True)) == {"kept", "answered", "taken_up"}

    def test_hours_holidays_and_make_up_days_are_in(self, now):
        office = Calendar.objects.get(name="Head office")
        assert office.exceptions.filter(on="2026-10-10", reason__contains="调休上班").exists() or now.year != 2026
        assert [str(slot) for slot in office.slots.filter(weekday=0)] == ["Monday 09:00-12:00", "Monday 13:30-18:00"]
        assert Department.objects.get(code="west-lake").calendar.is_around_the_clock
        assert Department.objects.get(code="binjiang").path.count("/") == 3


def test_is_made_once(db):
    make_demo()
    before = (Complaint.objects.count(), Event.objects.count(), User.objects.count())
    assert make_demo() == "The demonstration is there already.\n"
    assert (Complaint.objects.count(), Event.objects.count(), User.objects.count()) == before


def test_is_not_made_in_somebodys_house(house: House):
    with pytest.raises(CommandError, match="somebody's house already"):
        make_demo()
    assert Department.objects.count() == 4


def test_nobody_has_the_known_password_elsewhere(db, settings):
    settings.ENVIRONMENT = "production"
    make_demo()
    assert not any(user.has_usable_password() for user in User.objects.all())
