"""Public holidays of China with their make-up working days, as published for 2026 and not yet for 2027."""

from datetime import date

import pytest

from accounts.holidays import holiday_year, import_public_holidays
from accounts.models import Calendar, OpeningSlot
from core.errors import Blocked, PermissionDenied
from events.models import Event
from tests.house import House

MORNING, AFTERNOON = [540, 720], [810, 1080]


@pytest.fixture
def office(db) -> Calendar:
    """Open on working days with a lunch break, on Fridays in the morning only."""
    calendar = Calendar.objects.create(name="Office", time_zone="Asia/Shanghai", country="CN")
    for weekday in range(5):
        for opens, closes in [MORNING] if weekday == 4 else [MORNING, AFTERNOON]:
            OpeningSlot.objects.create(calendar=calendar, weekday=weekday, opens=opens, closes=closes)
    return calendar


def slots_on(calendar: Calendar, month: int, day: int) -> object:
    return calendar.exceptions.get(on=date(2026, month, day)).slots


def test_days_off_are_closed_and_make_up_days_open_as_the_day_they_replace(office):
    assert import_public_holidays(office.pk, [2026], by=None).warnings == ()
    for day in range(1, 8):
        assert slots_on(office, 10, day) == []
    # 10 October is worked for Wednesday the 7th, 14 February for Friday the 20th.
    assert slots_on(office, 10, 10) == [MORNING, AFTERNOON]
    assert slots_on(office, 2, 14) == [MORNING]
    assert office.exceptions.get(on=date(2026, 10, 1)).reason == "国庆节 · National Day"
    assert office.exceptions.get(on=date(2026, 10, 7)).reason.endswith("Day off, worked on 2026-10-10")


def test_a_weekend_inside_a_long_holiday_belongs_to_it():
    off = holiday_year("CN", 2026).off
    assert date(2026, 10, 4) in off
    assert date(2026, 4, 4) not in off


def test_warns_of_a_year_that_is_not_arranged_yet(office):
    done = import_public_holidays(office.pk, [2027, 2026], by=None)
    (warning,) = done.warnings
    assert "2027" in str(warning)
    assert office.exceptions.filter(on=date(2027, 10, 1), slots=[]).exists()


def test_countries_without_make_up_days_need_no_arrangement():
    assert holiday_year("DE", 2027).is_arranged
    assert date(2027, 3, 27) not in holiday_year("GB", 2027).off


def test_importing_again_adds_nothing_and_keeps_what_somebody_changed(office):
    import_public_holidays(office.pk, [2026], by=None)
    office.refresh_from_db()
    office.exceptions.filter(on=date(2026, 10, 1)).update(slots=[MORNING], reason="We stay open")
    assert import_public_holidays(office.pk, [2026], by=None).added == 0
    assert slots_on(office, 10, 1) == [MORNING]
    version = office.version
    office.refresh_from_db()
    assert office.version == version == 2


def test_says_so_in_the_log_once(office):
    import_public_holidays(office.pk, [2026], by=None)
    import_public_holidays(office.pk, [2026], by=None)
    assert [event.data["version"] for event in Event.objects.filter(type="calendar.changed")] == [2]


@pytest.mark.parametrize(("country", "code"), [("", "no_country"), ("XX", "unknown_country")])
def test_needs_a_country(office, country, code):
    Calendar.objects.update(country=country)
    with pytest.raises(Blocked) as refusal:
        import_public_holidays(office.pk, [2026], by=None)
    assert refusal.value.blockers[0].code == code
    assert not office.exceptions.exists()


def test_only_an_administrator(office, house: House):
    with pytest.raises(PermissionDenied):
        import_public_holidays(office.pk, [2026], by=house.director)
    assert import_public_holidays(office.pk, [2026], by=house.administrator).added > 25
