"""Calendars and instants for property tests: real zones, and more of the days on which they are difficult."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from deadlines.working_time import WorkingCalendar

ZONES = [
    "Asia/Shanghai",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",  # back in Ramadan
    "Asia/Kathmandu",  # a quarter
    "Pacific/Apia",  # a day left out
    "America/St_Johns",  # over midnight
]
FIRST, LAST = datetime(1985, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)


@cache
def offset_changes(zone: str) -> list[datetime]:
    tz, found, at = ZoneInfo(zone), [], FIRST
    while at < LAST:
        following = at + timedelta(days=1)
        if at.astimezone(tz).utcoffset() != following.astimezone(tz).utcoffset():
            found.append(at)
        at = following
    return found


@st.composite
def day_slots(draw, most: int = 3):
    marks = draw(st.lists(st.integers(0, 1440), unique=True, max_size=2 * most).filter(lambda m: len(m) % 2 == 0))
    marks = sorted(marks)
    return tuple(zip(marks[::2], marks[1::2], strict=True))


def instants(zone: str):
    anywhere = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None)).map(
        lambda at: at.replace(tzinfo=UTC)
    )
    changes = offset_changes(zone)
    if not changes:
        return anywhere
    near = st.builds(
        lambda at, away: at + away,
        st.sampled_from(changes),
        st.timedeltas(timedelta(days=-2), timedelta(days=2)),
    )
    return st.one_of(near, anywhere)


@st.composite
def calendars_with_start(draw, zones=None):
    """A calendar that opens at least on one weekday, and an instant; exceptions are near the instant."""
    zone = draw(st.sampled_from(zones or ZONES))
    start = draw(instants(zone))
    weekly = draw(st.tuples(*[day_slots()] * 7).filter(any))
    near = st.integers(-10, 20).map(lambda days: start.date() + timedelta(days=days))
    exceptions: dict[date, tuple] = draw(st.dictionaries(near, day_slots(), max_size=4))
    return WorkingCalendar(zone, weekly, exceptions), start


lengths = st.one_of(
    st.timedeltas(timedelta(0), timedelta(days=2)),
    st.timedeltas(timedelta(0), timedelta(minutes=90)),
    st.just(timedelta(0)),
)
