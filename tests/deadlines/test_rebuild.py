"""Whatever happens, the stored rows are what the events say."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import CalendarDay, save_department, set_calendar_day
from core import clock
from core.errors import Blocked, Conflict
from deadlines import actions, kinds
from deadlines.models import Deadline, State
from deadlines.rebuild import DERIVED, differences, rebuild
from deadlines.recomputing import recompute_changed
from events.models import Event
from policies.actions import set_policy
from tests.deadlines.conftest import ANSWER, OWNED, RESOLVED, RESPONSE, at, make_customer
from tests.house import make_calendar, make_department

KINDS = [OWNED, RESPONSE, ANSWER, RESOLVED]
LENGTHS = ["PT10M", "PT2H", "P1D", "P5D", "same_day"]
CHANGES = ["meet", "cancel", "pause", "resume", "class", "move", "clock", "policy", "hours", "place", "recompute"]
STEPS = st.sampled_from([*CHANGES, *["open", "fire", "pause", "resume"] * 2])
journeys = st.lists(
    st.tuples(STEPS, st.integers(0, 11), st.one_of(st.integers(0, 40), st.integers(0, 3000))), min_size=3, max_size=18
)


class Journey:
    """One customer's deadlines through a sequence of random steps; each step is (what, which, minutes later)."""

    def __init__(self, office, world):
        # What the last journey did to these objects was undone in the database only.
        office.refresh_from_db()
        self.now = at("02 09:00")
        self.customer = make_customer()
        self.world = world
        self.places = [office, make_department("Store", office, make_calendar("Store", "Europe/London", 600, 1320))]
        self.calendars = [office.calendar, self.places[1].calendar, make_calendar("Night", "Asia/Shanghai", 1200, 1440)]

    def go(self, what, which, later):
        self.now += timedelta(minutes=later)
        with clock.frozen(self.now), transaction.atomic():
            try:
                with transaction.atomic():
                    getattr(self, f"do_{what}")(which)
            except (Blocked, Conflict):
                pass

    def do_open(self, which):
        place, kind = self.places[which % 2], KINDS[which % 4]
        own = "24x7" if which == 5 else None
        due_at = self.now + timedelta(days=3) if which == 7 else None
        actions.open_deadline(
            kind, self.customer, department=place, severity_class=1 + which % 2, started_at=self.now, at=self.now,
            clock=own, due_at=due_at,
        )  # fmt: skip

    def one_of(self, which, **states):
        """A kind that is there to be changed, if any."""
        kinds = list(Deadline.objects.of(self.customer).open().filter(**states).order_by("id").values_list("kind"))
        return kinds[which % len(kinds)][0] if kinds else RESOLVED

    def do_meet(self, which):
        actions.meet_deadline(self.one_of(which), self.customer, at=self.now - timedelta(minutes=which))

    def do_cancel(self, which):
        actions.cancel_deadlines(self.customer, kinds=[self.one_of(which)], at=self.now)

    def do_pause(self, which):
        actions.pause_deadline(self.one_of(which), self.customer, at=self.now)

    def do_resume(self, which):
        actions.resume_deadline(self.one_of(which, state="paused"), self.customer, at=self.now)

    def do_class(self, which):
        actions.recompute_deadlines(self.customer, severity_class=1 + which % 2, at=self.now)

    def do_move(self, which):
        place = self.places[which % 2]
        place.refresh_from_db()
        actions.recompute_deadlines(self.customer, department=place, at=self.now)

    def do_clock(self, which):
        actions.recompute_deadlines(self.customer, clocks={RESPONSE: [None, "24x7"][which % 2]}, at=self.now)

    def do_policy(self, which):
        key = kinds.kind_named(KINDS[which % 4]).policy_key
        length = {"2": LENGTHS[which % 5]} if which == 11 else {"1": LENGTHS[which % 5], "2": LENGTHS[(which + 1) % 5]}
        rungs = [{"at": 0.5, "to": "owner"}] * (which % 2) + [
            {"at": 1.0, "to": "supervisor"},
            {"at": 2.0, "to": "manager"},
        ]
        set_policy(key, {"clock": "working", "length": length, "rungs": rungs}, by=None)

    def do_hours(self, which):
        slots = [[], [(600, 660)], [(0, 1440)]][which % 3]
        day = (self.now + timedelta(days=which % 4)).date()
        set_calendar_day(self.calendars[which % 3].pk, CalendarDay(day, slots, "?"), by=None)

    def do_place(self, which):
        place, calendar = self.places[which % 2], self.calendars[which % 3]
        save_department(
            place.pk, name=place.name, code=place.code, calendar=calendar, parent=place.parent, by=None
        )  # fmt: skip
        place.refresh_from_db()

    def do_fire(self, which):
        self.world.is_still_due = which != 11
        self.world.people["supervisor"] = [] if which == 3 else self.world.people["manager"]
        actions.fire_due_deadlines(now=self.now)

    def do_recompute(self, which):
        recompute_changed(self.now)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(journeys)
def test_folding_the_events_gives_the_rows(office, staff, steps):
    with transaction.atomic():
        journey = Journey(office, staff)
        try:
            for step in steps:
                journey.go(*step)
                check(journey.customer)
        finally:
            transaction.set_rollback(True)


def check(customer):
    assert differences(customer) == []
    rows = list(Deadline.objects.of(customer))
    open_kinds = [row.kind for row in rows if row.is_open]
    assert len(open_kinds) == len(set(open_kinds))
    assert not any(row.is_dead or row.attempts for row in rows), [row.last_error for row in rows]
    for row in rows:
        if row.state == State.PENDING:
            # It will fire: nothing that runs is forgotten.
            assert row.next_fire_at is not None
            assert row.next_fire_at <= row.due_at
    told = Event.objects.of(customer).filter(type__in=["deadline.breached", "deadline.escalated"])
    # What was noticed only when it was kept has no round.
    rounds = [(event.data["deadline"], event.data["round"]) for event in told if "round" in event.data]
    assert len(rounds) == len(set(rounds))


def test_differences_are_named(promise, customer):
    row = promise(RESPONSE)
    Deadline.objects.filter(pk=row.pk).update(due_at=at("02 10:00"))
    assert differences(customer) == [
        f"deadline {row.pk}: due_at is {at('02 10:00')!r}, the events say {at('02 09:30')!r}"
    ]
    Deadline.objects.filter(pk=row.pk).update(due_at=at("02 09:30"))
    other = Deadline.objects.get()
    other.pk, other.kind = None, OWNED
    other.save(force_insert=True)
    Deadline.objects.filter(pk=row.pk).delete()
    assert differences(customer) == [f"deadline {other.pk} has no events", f"deadline {row.pk} is missing"]


def test_every_column_is_rebuilt_but_what_a_failing_timer_notes(promise, customer):
    row = promise(RESPONSE)
    columns = {field.attname for field in Deadline._meta.concrete_fields}
    assert columns - set(DERIVED) == {"id", "attempts", "last_error", "is_dead"}
    assert rebuild(customer)[row.pk].due_at == row.due_at


@pytest.mark.parametrize("kind", KINDS)
def test_chain_holds_no_words_of_people(promise, customer, kind):
    promise(kind)
    assert customer.name not in Event.objects.of(customer).get().data_text
