"""Triage, row by row of DOMAIN.md 3.2."""

from dataclasses import replace
from decimal import Decimal

import pytest

from complaints.codes import Channel, Reach, SeverityClass, Threat, Upset
from complaints.triage import Facts, Figures, Reason, Recurrence, proposed_class, reach_of, triage

FIGURES = Figures(
    vip_bought=Decimal(500_000),
    frequent_count=3,
    frequent_days=180,
    claim=Decimal(5_000),
    recurring_count=3,
    recurring_factor=Decimal(2),
    group_size=5,
    over_promising=("over_promising",),
    class2_categories=("integrity",),
    house_currency="CNY",
)
PLAIN = Facts(channel=Channel.IN_PERSON, currency="CNY")


def again(what: str, count: int, usual_week: str | None = None) -> Recurrence:
    return Recurrence(what, "wiper", count, 7, None if usual_week is None else Decimal(usual_week))


# What makes class 2, by the rule's name, with what is stored to say why.
APPLIES = [
    ({"is_vip": True}, "vip", {"why": "marked"}),
    ({"bought": Decimal(500_000), "is_in_top_share": True}, "vip", {"why": "bought", "limit": "500000"}),
    ({"complaints_in_window": 3}, "vip", {"why": "frequent", "count": 3, "days": 180}),
    ({"upset": Upset.FURIOUS}, "intense", {"why": "furious"}),
    ({"amount_claimed": Decimal(5_000)}, "intense", {"why": "claim", "claim": "5000"}),
    ({"is_danger": True}, "danger", {"words": []}),
    ({"danger_words": ("fire", "起火")}, "danger", {"words": ["fire", "起火"]}),
    ({"recurrences": (again("product", 3),)}, "recurring", {"what": "product", "count": 3}),
    ({"recurrences": (again("batch", 4),)}, "recurring", {"what": "batch", "count": 4}),
    ({"recurrences": (again("subject", 3),)}, "recurring", {"what": "subject", "count": 3}),
    ({"recurrences": (again("category", 4, "2"),)}, "recurring", {"what": "category", "count": 4}),
    ({"channel": Channel.REGULATOR}, "outside", {"channel": "regulator"}),
    ({"channel": Channel.CONSUMER_ASSOCIATION}, "outside", {"channel": "consumer_association"}),
    ({"channel": Channel.PRESS}, "outside", {"channel": "press"}),
    ({"channel": Channel.SOCIAL_MEDIA}, "outside", {"channel": "social_media"}),
    ({"threats": (Threat.LEGAL,)}, "threat", {"threats": ["legal"]}),
    ({"threats": (Threat.PRESS,)}, "threat", {}),
    ({"threats": (Threat.REGULATOR,)}, "threat", {}),
    ({"threats": (Threat.ONLINE,)}, "threat", {}),
    ({"threats": (Threat.OVER_OUR_HEADS, Threat.ONLINE)}, "threat", {}),
    ({"is_partner": True, "categories": ("service_attitude",)}, "partner", {}),
    ({"is_partner": True, "categories": ("partner_service",)}, "partner", {}),
    ({"group_size": 5}, "group", {"count": 5}),
    ({"categories": ("over_promising",)}, "over_promising", {}),
    ({"categories": ("price", "over_promising")}, "over_promising", {}),
    ({"categories": ("integrity",)}, "integrity", {}),
]


@pytest.mark.parametrize(("facts", "rule", "values"), APPLIES)
def test_makes_class_2_with_its_reason(facts, rule, values):
    reasons = triage(replace(PLAIN, **facts), FIGURES)
    assert proposed_class(reasons) == SeverityClass.TWO
    assert [reason.rule for reason in reasons] == [rule]
    stored = reasons[0].as_json()
    assert stored["rule"] == rule
    assert values.items() <= stored.items()


# What comes close and stays class 1.
STAYS = [
    {},
    {"bought": Decimal(900_000), "is_in_top_share": False},
    {"bought": Decimal("499999.99"), "is_in_top_share": True},
    {"complaints_in_window": 2},
    {"upset": Upset.ANGRY},
    {"amount_claimed": Decimal("4999.99")},
    # Another currency is stored, never converted.
    {"amount_claimed": Decimal(90_000), "currency": "USD"},
    {"recurrences": (again("product", 2),)},
    # A category alone needs twice its usual week, and eight weeks to know it.
    {"recurrences": (again("category", 3, "2"),)},
    {"recurrences": (again("category", 30),)},
    {"threats": (Threat.OVER_OUR_HEADS,)},
    {"is_partner": True, "categories": ("price",)},
    {"group_size": 4},
    {"categories": ("price",)},
]


@pytest.mark.parametrize("facts", STAYS)
def test_stays_class_1(facts):
    assert proposed_class(triage(replace(PLAIN, **facts), FIGURES)) == SeverityClass.ONE


def test_going_over_our_heads_is_noted_without_making_class_2():
    reasons = triage(replace(PLAIN, threats=(Threat.OVER_OUR_HEADS,)), FIGURES)
    assert [(reason.rule, reason.makes_class_2) for reason in reasons] == [("threat", False)]


@pytest.mark.parametrize(
    ("facts", "suggests"),
    [
        ({"is_danger": True}, True),
        ({"channel": Channel.PRESS}, True),
        ({"group_size": 5}, True),
        ({"upset": Upset.FURIOUS}, False),
        ({"threats": (Threat.PRESS,)}, False),
        ({"is_vip": True}, False),
    ],
)
def test_suggests_a_crisis(facts, suggests):
    assert any(reason.suggests_crisis for reason in triage(replace(PLAIN, **facts), FIGURES)) is suggests


def test_every_rule_that_applies_is_told_in_the_order_of_the_table():
    facts = replace(PLAIN, is_vip=True, upset=Upset.FURIOUS, is_danger=True, threats=(Threat.LEGAL,), group_size=9)
    assert [reason.rule for reason in triage(facts, FIGURES)] == ["vip", "intense", "danger", "threat", "group"]


def test_a_reason_is_stored_with_what_it_does():
    assert Reason("group", {"count": 6}, suggests_crisis=True).as_json() == {
        "rule": "group",
        "count": 6,
        "makes_class_2": True,
        "suggests_crisis": True,
    }


@pytest.mark.parametrize("channel", list(Channel))
def test_reach_is_serious_when_it_was_told_to_others(channel):
    outside = {Channel.REGULATOR, Channel.CONSUMER_ASSOCIATION, Channel.PRESS, Channel.SOCIAL_MEDIA}
    assert reach_of(channel) == (Reach.SERIOUS if channel in outside else Reach.GENERAL)
