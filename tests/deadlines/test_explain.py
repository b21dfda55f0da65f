"""Each due date explains itself, in the reader's language. DOMAIN.md 3.5."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.actions import CalendarDay, set_calendar_day
from accounts.models import Calendar, OpeningSlot
from core import clock
from deadlines.actions import cancel_deadlines, pause_deadline, recompute_deadlines, resume_deadline
from deadlines.explain import explain
from deadlines.models import Deadline
from deadlines.recomputing import recompute_changed
from policies.actions import set_policy
from tests.deadlines.conftest import ANSWER, RESOLVED, RESPONSE, at
from tests.house import make_calendar, make_department


def told(row=None):
    with clock.frozen(at("02 12:00")):
        return [line.text for line in explain(row or Deadline.objects.get()).lines]


def test_plain_promise(promise):
    promise(RESPONSE, start=at("02 16:50"))
    assert told() == [
        "Counted from 2 Mar, 16:50",
        "“First response”, as delivered, for class 2: 30 min",
        "Counted in the opening hours “Office hours” (UTC)",
        "Mon 2 Mar: open 09:00–17:00, 10 min counted",
        "Tue 3 Mar: open 09:00–17:00, 20 min counted",
        "So it is due 3 Mar, 09:20",
    ]


def test_holidays_weekends_closures_and_make_up_days_are_named(promise, calendar):
    OpeningSlot.objects.filter(calendar=calendar, weekday__gte=5).delete()
    days = {3: ((), "Holiday"), 4: ([(540, 720)], "Stocktaking"), 7: ([(540, 1020)], "Make-up day")}
    for day, (slots, reason) in days.items():
        set_calendar_day(calendar.pk, CalendarDay(date(2026, 3, day), slots, reason), by=None)
    promise(RESOLVED)
    assert told()[3:] == [
        "Mon 2 Mar: open 09:00–17:00, 8 h counted",
        "Tue 3 Mar: closed (Holiday)",
        "Wed 4 Mar: open 09:00–12:00, 3 h counted (Stocktaking)",
        "Thu 5 Mar: open 09:00–17:00, 8 h counted",
        "Fri 6 Mar: open 09:00–17:00, 8 h counted",
        "Sat 7 Mar: open 09:00–17:00, 8 h counted (Make-up day)",
        "Sun 8 Mar: closed",
        "Mon 9 Mar: open 09:00–17:00, 5 h counted",
        "So it is due 9 Mar, 14:00",
    ]


def test_times_are_those_of_the_calendar(promise, office):
    shanghai = make_department("Shop", office, make_calendar("Shop hours", "Asia/Shanghai"))
    promise(RESPONSE, department=shanghai, start=at("02 02:00"))
    lines = told()
    assert lines[0] == "Counted from 2 Mar, 10:00"
    assert "(Asia/Shanghai)" in lines[2]
    assert lines[-1] == "So it is due 2 Mar, 10:30"


def test_pauses_moves_and_stricter_rules_are_told(promise, customer, office):
    promise(RESOLVED)
    pause_deadline(RESOLVED, customer, at=at("02 11:00"))
    resume_deadline(RESOLVED, customer, at=at("03 11:00"))
    store = make_department("Store", office, make_calendar("Store hours", "UTC", 600, 1320))
    recompute_deadlines(customer, department=store, at=at("03 13:00"))
    recompute_deadlines(customer, severity_class=1, at=at("03 14:00"))
    lines = told()
    assert "Paused from 2 Mar, 11:00 until 3 Mar, 11:00" in lines
    assert "From 3 Mar, 13:00 on in another department; what was used stays used" in lines
    assert "Counted in the opening hours “Store hours” (UTC)" in lines
    assert "A stricter rule holds since 3 Mar, 14:00 and counts from then" in lines
    assert lines[-1] == "So it is due 4 Mar, 14:00"


def test_changed_policy_is_named_by_its_version(promise):
    longer = {"clock": "working", "length": {"2": "PT45M"}, "rungs": [{"at": 1, "to": "manager"}]}
    set_policy("deadline.first_response", longer, by=None)
    promise(RESPONSE)
    assert "“First response”, version 1, for class 2: 45 min" in told()


def test_the_hours_that_held_are_told_and_not_those_of_today(promise, customer, calendar):
    promise(RESOLVED, severity_class=1)
    cancel_deadlines(customer, at=at("02 12:00"))
    with clock.frozen(at("04 09:00")):
        set_calendar_day(calendar.pk, CalendarDay(date(2026, 3, 2), [], "Afterwards"), by=None)
    recompute_changed(at("04 09:00"))
    assert told()[-2:] == ["Mon 2 Mar: open 09:00–17:00, 8 h counted", "No longer needed"]


def test_other_forms(promise, customer):
    around = promise(RESPONSE, clock="24x7")
    assert "Counted around the clock" in told(around)
    fixed = promise(RESOLVED, due_at=at("20 12:00"))
    assert told(fixed)[1:] == ["It has its own date", "Counted around the clock", "So it is due 20 Mar, 12:00"]
    same_day = promise(ANSWER)
    assert told(same_day)[1].endswith(
        "by the end of the working day of receipt; received in its last 2 hours or later, of the next one"
    )
    paused = pause_deadline(ANSWER, customer, at=at("02 10:00"))
    assert told(paused)[-1] == "Paused since 2 Mar, 10:00"


def test_long_promises_are_told_in_part(promise):
    long = {"clock": "working", "length": {"2": "P100D"}, "rungs": [{"at": 1, "to": "manager"}]}
    set_policy("deadline.resolved", long, by=None)
    promise(RESOLVED)
    assert "and 69 more days" in told()


def test_lines_are_put_into_words_when_they_are_shown(promise):
    promise(RESPONSE)
    explanation = explain(Deadline.objects.get())
    english = explanation.lines[0].text
    with translation.override("zh-hans"):
        assert explanation.lines[0].text != english
    assert [line.code for line in explanation.lines] == ["started", "rule", "calendar", "day", "due"]


def test_explaining_costs_a_few_reads(promise):
    row = promise(RESOLVED)
    with CaptureQueriesContext(connection) as queries:
        explain(row)
    assert len(queries) <= 5
    assert Calendar.objects.count() == 1
