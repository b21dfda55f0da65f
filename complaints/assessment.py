"""What is known while a complaint is still being typed: its class with reasons, what the words suggest, what may be
the same matter. Nothing here is stored; saving judges anew."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Department, User
from complaints.class_reasons import ICONS, ClassReason
from complaints.codes import Demand, SeverityClass, Threat
from complaints.deadlines import FIRST_RESPONSE
from complaints.duplicates import Duplicate, possible_duplicates
from complaints.facts import figures, gather, words_suggest
from complaints.intake import Intake
from complaints.opening import calendar_at
from complaints.suggestions import Suggestions
from complaints.triage import proposed_class, triage
from complaints.words import quoted, reason_title, reason_words
from customers.models import Customer
from deadlines.kinds import kind_named
from deadlines.lengths import parse_length
from deadlines.models import Clock
from deadlines.timer import rule_for
from deadlines.working_time import ALWAYS_OPEN, NoWorkingTime, add_working_time


@dataclass(frozen=True)
class Hint:
    """What the words suggest for one field: codes to tick, and the words they come from."""

    codes: list[str]
    words: str


@dataclass(frozen=True)
class Assessment:
    """What the right column shows. `severity_class` is 2 also when a person raised it."""

    severity_class: int
    proposed_class: int
    reasons: list[ClassReason]
    suggests_crisis: bool
    duplicates: list[Duplicate]
    hints: dict[str, Hint]
    first_contact_by: datetime | None

    @property
    def is_raised(self) -> bool:
        return self.severity_class != self.proposed_class

    @property
    def to_tick(self) -> str:
        """What scripts tick, by the field's name, as JSON."""
        return json.dumps({name: hint.codes for name, hint in self.hints.items()})


def assess(
    intake: Intake,
    *,
    customer: Customer | None,
    department: Department | None,
    declined: dict[str, set[str]],
    by: User,
    now: datetime,
) -> Assessment:
    """Judge what is typed so far. `declined` are the codes that the clerk unticked, by field."""
    limits = figures()
    reasons = triage(gather(intake, customer, limits, now=now), limits)
    proposed = proposed_class(reasons)
    severity_class = SeverityClass.TWO if intake.is_raised else proposed
    written = [reason.as_json() for reason in reasons]
    return Assessment(
        severity_class=severity_class,
        proposed_class=proposed,
        reasons=[_shown(reason) for reason in written],
        suggests_crisis=any(reason.suggests_crisis for reason in reasons),
        duplicates=_duplicates(intake, by, now),
        hints=hints(words_suggest(intake.description), declined, is_danger_declined=intake.is_danger_declined),
        first_contact_by=first_contact_by(department, severity_class, is_danger=intake.is_danger, now=now),
    )


def _duplicates(intake: Intake, by: User, now: datetime) -> list[Duplicate]:
    found = possible_duplicates(intake, by=by, now=now) if is_worth_comparing(intake) else []
    others = [duplicate.complaint for duplicate in found]
    owners = User.objects.in_bulk({other.owner_id for other in others if other.owner_id})
    for other in others:
        other.owner = owners.get(other.owner_id or 0)
    return found


def _shown(reason: dict[str, Any]) -> ClassReason:
    return ClassReason(reason_title(reason), reason_words(reason), ICONS.get(reason["rule"], "flag"))


def is_worth_comparing(intake: Intake) -> bool:
    return bool(intake.description.strip() or intake.customer_id or intake.phone.strip() or intake.sale)


def hints(found: Suggestions, declined: dict[str, set[str]], *, is_danger_declined: bool) -> dict[str, Hint]:
    """What the words suggest and the clerk has not unticked."""
    danger = [] if is_danger_declined else list(dict.fromkeys(found.danger))
    return {
        "demands": _hint(found.demands, Demand.values, declined.get("demands", set())),
        "threats": _hint(found.threats, Threat.values, declined.get("threats", set())),
        "is_danger": Hint(["on"] if danger else [], quoted(danger)),
    }


def _hint(found: dict[str, str], known: list[str], declined: set[str]) -> Hint:
    wanted = {code: word for code, word in found.items() if code in known and code not in declined}
    return Hint(list(wanted), quoted(list(dict.fromkeys(wanted.values()))))


def first_contact_by(
    department: Department | None, severity_class: int, *, is_danger: bool, now: datetime
) -> datetime | None:
    """By when the customer must have been talked to, were it saved now. None where nothing is promised."""
    rule = rule_for(kind_named(FIRST_RESPONSE), severity_class)
    if department is None or rule is None:
        return None
    is_working = rule.clock == Clock.WORKING and not is_danger
    try:
        calendar = calendar_at(department.calendar) if is_working else ALWAYS_OPEN
        return add_working_time(now, parse_length(rule.length).in_calendar(calendar, now), calendar)
    except NoWorkingTime:
        return None
