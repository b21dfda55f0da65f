"""Severity class with its reasons: rules as a table over plain facts. Source: DOMAIN.md 3.2.

Pure: facts and figures go in, reasons come out. `complaints.facts` gathers the facts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from complaints.codes import OUTSIDE_CHANNELS, Reach, SeverityClass, Threat, Upset


@dataclass(frozen=True)
class Figures:
    """The thresholds in force, read from policies."""

    vip_bought: Decimal
    frequent_count: int
    frequent_days: int
    claim: Decimal
    recurring_count: int
    recurring_factor: Decimal
    group_size: int
    over_promising: tuple[str, ...]
    class2_categories: tuple[str, ...]
    house_currency: str


@dataclass(frozen=True)
class Recurrence:
    """How often the same came up in this department: `what` is product, batch, subject or category."""

    what: str
    value: str
    count: int
    days: int
    usual_week: Decimal | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of a complaint when it is triaged."""

    channel: str
    categories: tuple[str, ...] = ()
    upset: str = ""
    threats: tuple[str, ...] = ()
    amount_claimed: Decimal | None = None
    currency: str = ""
    is_danger: bool = False
    danger_words: tuple[str, ...] = ()
    group_size: int = 0
    is_partner: bool = False
    is_vip: bool = False
    bought: Decimal = Decimal(0)
    is_in_top_share: bool = False
    complaints_in_window: int = 0
    recurrences: tuple[Recurrence, ...] = field(default=())


@dataclass(frozen=True)
class Reason:
    """Why a rule applies: a code and values, put into words when shown."""

    rule: str
    values: dict[str, Any]
    makes_class_2: bool = True
    suggests_crisis: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            **self.values,
            "makes_class_2": self.makes_class_2,
            "suggests_crisis": self.suggests_crisis,
        }


Rule = Callable[[Facts, Figures], Reason | None]


def vip(facts: Facts, figures: Figures) -> Reason | None:
    if facts.is_vip:
        return Reason("vip", {"why": "marked"})
    if facts.is_in_top_share and facts.bought >= figures.vip_bought:
        return Reason("vip", {"why": "bought", "bought": str(facts.bought), "limit": str(figures.vip_bought)})
    if facts.complaints_in_window >= figures.frequent_count:
        values = {"why": "frequent", "count": facts.complaints_in_window, "days": figures.frequent_days}
        return Reason("vip", values)
    return None


def intense(facts: Facts, figures: Figures) -> Reason | None:
    if facts.upset == Upset.FURIOUS:
        return Reason("intense", {"why": "furious"})
    # Another currency is stored, never converted: a supervisor looks at it, no rule does.
    if facts.amount_claimed is None or facts.currency != figures.house_currency:
        return None
    if facts.amount_claimed >= figures.claim:
        return Reason("intense", {"why": "claim", "claim": str(facts.amount_claimed), "limit": str(figures.claim)})
    return None


def danger(facts: Facts, figures: Figures) -> Reason | None:
    if facts.is_danger or facts.danger_words:
        return Reason("danger", {"words": list(facts.danger_words)}, suggests_crisis=True)
    return None


def recurring(facts: Facts, figures: Figures) -> Reason | None:
    for again in facts.recurrences:
        if again.count < figures.recurring_count:
            continue
        if again.what == "category" and (
            again.usual_week is None or again.count < again.usual_week * figures.recurring_factor
        ):
            continue
        return Reason("recurring", {"what": again.what, "value": again.value, "count": again.count, "days": again.days})
    return None


def outside(facts: Facts, figures: Figures) -> Reason | None:
    if facts.channel in OUTSIDE_CHANNELS:
        return Reason("outside", {"channel": facts.channel}, suggests_crisis=True)
    return None


def threat(facts: Facts, figures: Figures) -> Reason | None:
    """Any threat makes class 2, but one to go over our heads, which only tells the supervisor."""
    if not facts.threats:
        return None
    return Reason(
        "threat", {"threats": list(facts.threats)}, makes_class_2=any(t != Threat.OVER_OUR_HEADS for t in facts.threats)
    )


def partner(facts: Facts, figures: Figures) -> Reason | None:
    about = {"service_attitude", "service_quality", "partner_service", "integrity"}
    if facts.is_partner and (not facts.categories or about & set(facts.categories)):
        return Reason("partner", {})
    return None


def group(facts: Facts, figures: Figures) -> Reason | None:
    if facts.group_size >= figures.group_size:
        return Reason("group", {"count": facts.group_size}, suggests_crisis=True)
    return None


def over_promising(facts: Facts, figures: Figures) -> Reason | None:
    if set(facts.categories) & set(figures.over_promising):
        return Reason("over_promising", {})
    return None


def integrity(facts: Facts, figures: Figures) -> Reason | None:
    if set(facts.categories) & set(figures.class2_categories):
        return Reason("integrity", {})
    return None


RULES: tuple[Rule, ...] = (
    vip,
    intense,
    danger,
    recurring,
    outside,
    threat,
    partner,
    group,
    over_promising,
    integrity,
)


def triage(facts: Facts, figures: Figures) -> list[Reason]:
    """Every rule that applies, in the order of the table."""
    return [reason for rule in RULES if (reason := rule(facts, figures))]


def proposed_class(reasons: Sequence[Reason]) -> SeverityClass:
    return SeverityClass.TWO if any(reason.makes_class_2 for reason in reasons) else SeverityClass.ONE


def reach_of(channel: str) -> Reach:
    """Told to others, or to us alone."""
    return Reach.SERIOUS if channel in OUTSIDE_CHANNELS else Reach.GENERAL
