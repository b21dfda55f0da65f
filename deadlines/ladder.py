"""The ladder of one promise: at which share of it whom to tell, and what the clock has reached. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deadlines.course import Course

# Later than this, the times of further rungs are counted from now, so that nobody gets several within a minute.
CATCH_UP_AFTER = timedelta(seconds=60)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Rung:
    """At this share of the promise, this rank is told; "" is nobody, where a promise ends and no rank is named."""

    at: float
    to: str

    @property
    def is_warning(self) -> bool:
        return self.at < 1


Ladder = tuple[Rung, ...]


def ladder_of(policy: dict[str, Any]) -> Ladder:
    """Read the rungs of a deadline's policy. A promise is broken at its end, whether or not somebody is told then."""
    rungs = [Rung(float(rung["at"]), rung["to"]) for rung in policy.get("rungs", [])]
    if all(rung.at != 1 for rung in rungs):
        rungs.append(Rung(1.0, ""))
    return tuple(sorted(rungs, key=lambda rung: rung.at))


def rung_time(course: Course, rung: Rung, put_off: timedelta) -> datetime | None:
    """When a rung is reached; catching up puts off what comes after the end of the promise, never the end itself."""
    return course.instant(rung.at, put_off if rung.at > 1 else timedelta(0))


def next_fire_at(course: Course, ladder: Ladder, reached: float, put_off: timedelta) -> datetime | None:
    """When the next rung is due; None when nothing more fires, or while the clock stands still."""
    following = next((rung for rung in ladder if rung.at > reached), None)
    return rung_time(course, following, put_off) if following and course.is_running else None


@dataclass(frozen=True)
class Reached:
    """What a late sweep finds: the rung to fire now, those it passes over, and how far the rest is put off."""

    rung: Rung
    planned_at: datetime
    passed_over: tuple[Rung, ...]
    put_off: timedelta


def reached_now(course: Course, ladder: Ladder, reached: float, put_off: timedelta, now: datetime) -> Reached | None:
    """Find the current rung. After an outage only the last one reached fires; the others are passed over."""
    found = [
        (rung, at)
        for rung in ladder
        if rung.at > reached and (at := rung_time(course, rung, put_off)) is not None and at <= now
    ]
    if not found:
        return None
    rung, planned_at = found[-1]
    if rung.at >= 1 and (len(found) > 1 or now - planned_at > CATCH_UP_AFTER):
        behind = (course.used(now) - course.used(planned_at)) * course.whole(course.last.key) // 1 * _MICROSECOND
        put_off += behind
    return Reached(rung, planned_at, tuple(rung for rung, _ in found[:-1]), put_off)


def passed(course: Course, ladder: Ladder, at: datetime) -> float:
    """The last warning that lies behind the clock at `at`: after a change of rules it does not ring again."""
    used = course.used(at)
    return max((rung.at for rung in ladder if rung.is_warning and rung.at <= used), default=0.0)


def following(ladder: Sequence[Rung], rung: Rung) -> Rung | None:
    """The next rung that has somebody to tell."""
    return next((other for other in ladder if other.at > rung.at and other.to), None)
