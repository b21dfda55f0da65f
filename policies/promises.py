"""The form of a deadline's policy: how long for each class, on which clock, and to whom it escalates. DOMAIN.md 3.5."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from policies.validators import Invalid, mapping, number

CLOCKS = ("working", "24x7")
CLASSES = ("1", "2")
SAME_DAY = "same_day"
# Whom a rung calls: the owner, a role looked for upwards from the department, or the managers of head office.
RUNGS = ("owner", "handler", "service_advisor", "sales_manager", "supervisor", "manager", "head_office")
MOST_RUNGS = 10
MOST_MINUTES = 400 * 24 * 60

_LENGTH = re.compile(r"P(?:(?P<days>[0-9]{1,3})D|T(?=[0-9])(?:(?P<hours>[0-9]{1,4})H)?(?:(?P<minutes>[0-9]{1,5})M)?)")
_late_hours = number(0, 12)
_share = number(0.01, 100)


def promise(value: Any) -> dict[str, Any]:
    """Check a deadline's policy and return it."""
    names = ("clock", "length", "rungs", "danger_clock", "late_hours")
    given = mapping(value, names, required=names[:3])
    clean: dict[str, Any] = {"clock": _clock(given["clock"]), "length": _lengths(given["length"], given["clock"])}
    clean["rungs"] = rungs(given["rungs"])
    if "danger_clock" in given:
        clean["danger_clock"] = _clock(given["danger_clock"])
    if "late_hours" in given:
        clean["late_hours"] = _late_hours(given["late_hours"])
    return clean


def _clock(value: Any) -> str:
    if value not in CLOCKS:
        raise Invalid(_("The clock is “working” (opening hours) or “24x7”."))
    return str(value)


def _lengths(value: Any, clock: Any) -> dict[str, str]:
    given = mapping(value, CLASSES)
    if not given:
        raise Invalid(_("Enter a length for class 1, class 2 or both."))
    return {name: _length(given[name], clock) for name in CLASSES if name in given}


def _length(value: Any, clock: Any) -> str:
    if value == SAME_DAY:
        if clock != "working":
            raise Invalid(_("“same_day” ends with the working day, so it needs the clock “working”."))
        return SAME_DAY
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Invalid(_("Write a length like PT15M (15 minutes), PT4H (4 hours), P1D (a day) or same_day."))
    days, hours, minutes = (int(match[part] or 0) for part in ("days", "hours", "minutes"))
    if not 0 < (days * 24 + hours) * 60 + minutes <= MOST_MINUTES:
        raise Invalid(_("A length is more than nothing and at most 400 days."))
    return str(value)


def rungs(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_RUNGS:
        raise Invalid(_("Enter one to {most} rungs, each with “at” and “to”.").format(most=MOST_RUNGS))
    clean: list[dict[str, Any]] = []
    for rung in value:
        given = mapping(rung, ("at", "to"), required=("at", "to"))
        if given["to"] not in RUNGS:
            raise Invalid(_("A rung calls one of: {rungs}.").format(rungs=", ".join(RUNGS)))
        at = _share(given["at"])
        if clean and at <= clean[-1]["at"]:
            raise Invalid(_("Each rung must come later than the one before it."))
        clean.append({"at": at, "to": given["to"]})
    return clean
