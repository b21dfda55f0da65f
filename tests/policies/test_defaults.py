"""The table of defaults is itself valid, complete and explained; each kind of value has its refusals."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils.functional import Promise

from accounts.roles import Role
from policies.defaults import SPECS, ranks
from policies.promises import CLASSES, RUNGS
from policies.validators import Invalid

PROMISE: dict[str, Any] = {"clock": "working", "length": {"1": "PT15M"}, "rungs": [{"at": 1.0, "to": "supervisor"}]}


@pytest.mark.parametrize("key", SPECS)
def test_default_is_valid_and_already_clean(key):
    assert SPECS[key].validate(SPECS[key].default) == SPECS[key].default


@pytest.mark.parametrize("key", SPECS)
def test_policy_is_explained_in_words_that_are_translated(key):
    assert isinstance(SPECS[key].label, Promise)
    assert isinstance(SPECS[key].help, Promise)


def test_every_agreed_key_is_there():
    assert set(SPECS) >= {
        "deadline.owned", "deadline.first_response", "deadline.answer", "deadline.oral_report",
        "deadline.oral_report_confirmed", "deadline.resolved", "deadline.written_report",
        "triage.vip_lifetime_value", "triage.vip_top_share",
        "deadline.approval", "deadline.decision_told",
        "triage.vip_min_customers", "triage.frequent_count", "triage.frequent_days", "triage.claim_threshold",
        "triage.recurring_count", "triage.recurring_days", "triage.recurring_factor", "triage.recurring_weeks",
        "triage.group_size", "triage.over_promising_categories", "triage.class2_categories", "words.danger",
        "words.threats", "words.demands", "authority.limits", "integrity.readers", "import.deadline_days",
        "duplicates.days", "duplicates.threshold", "reopen.days", "session.idle_minutes", "session.lock_minutes",
        "draft.keep_days", "mail.digest_minutes", "company.legal_name", "company.currency", "company.zone",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("triage.vip_lifetime_value", "500000"), ("triage.vip_top_share", 0.05), ("triage.vip_min_customers", 100),
        ("triage.frequent_count", 3), ("triage.frequent_days", 180), ("triage.claim_threshold", "5000"),
        ("triage.recurring_count", 3), ("triage.recurring_days", 7), ("triage.recurring_factor", 2),
        ("triage.recurring_weeks", 8), ("triage.group_size", 5), ("import.deadline_days", 7), ("duplicates.days", 30),
        ("reopen.days", 90), ("mail.digest_minutes", 10), ("company.currency", "CNY"), ("integrity.readers", []),
        ("authority.limits", {"front_desk": "200", "handler": "500", "supervisor": "5000", "manager": "50000"}),
    ],
)  # fmt: skip
def test_figures_are_those_of_the_domain(key, value):
    assert SPECS[key].default == value


@pytest.mark.parametrize(
    ("key", "lengths", "rungs"),
    [
        ("owned", {"1": "PT15M", "2": "PT10M"}, [(1.0, "supervisor")]),
        ("first_response", {"1": "PT30M", "2": "PT30M"}, [(1.0, "supervisor"), (2.0, "manager"), (3.0, "head_office")]),
        ("answer", {"1": "same_day", "2": "same_day"}, [(1.0, "supervisor")]),
        ("oral_report", {"1": "same_day"}, [(1.0, "supervisor")]),
        ("oral_report_confirmed", {"1": "PT4H"}, [(1.0, "supervisor")]),
        ("resolved", {"1": "P1D", "2": "P5D"}, [(0.8, "supervisor"), (1.0, "manager")]),
        ("written_report", {"2": "P2D"}, [(1.0, "supervisor")]),
    ],
)
def test_promises_are_those_of_the_domain(key, lengths, rungs):
    promise = SPECS[f"deadline.{key}"].default
    assert promise["length"] == lengths
    assert [(rung["at"], rung["to"]) for rung in promise["rungs"]] == rungs


def test_roles_and_rungs_are_roles_of_the_house():
    assert set(ranks) <= set(Role)
    assert set(RUNGS) - {"owner", "head_office"} <= set(Role)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("words.danger", ["起火", "自燃", "爆炸", "受伤", "fire", "injury", "accident", "crash", "brake failure"]),
        (
            "words.threats",
            ["12315", "律师", "起诉", "抖音", "微博", "曝光", "记者", "lawyer", "sue", "cfpb"],
        ),
        ("words.demands", ["退款", "退车", "换车", "赔偿", "道歉", "维修", "refund", "exchange", "repair", "apology"]),
    ],
)
def test_both_languages_have_their_words(key, words):
    listed = {word for some in SPECS[key].default.values() for word in some}
    assert listed >= set(words)


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("reopen.days", "90", "whole number"), ("reopen.days", 90.5, "whole number"), ("reopen.days", True, "whole"),
        ("reopen.days", None, "whole number"), ("reopen.days", 0, "from 1 to 3650"), ("reopen.days", -5, "from 1"),
        ("triage.vip_top_share", 1.5, "from 0.001 to 1"), ("triage.vip_top_share", "half", "Enter a number"),
        ("triage.vip_top_share", float("nan"), "from 0.001"), ("triage.vip_top_share", float("inf"), "from 0.001"),
        ("triage.claim_threshold", -1, "amount"), ("triage.claim_threshold", "1e308", "amount"),
        ("triage.claim_threshold", "1.234", "amount"), ("triage.claim_threshold", [], "amount"),
        ("triage.claim_threshold", "NaN", "amount"), ("triage.claim_threshold", True, "amount"),
        ("company.legal_name", 5, "Enter text"), ("company.legal_name", "a\x00b", "Enter text"),
        ("company.legal_name", "x" * 201, "at most 200"), ("company.zone", "Mars/Base", "time zone"),
        ("company.zone", None, "time zone"), ("company.currency", "yuan", "three letters"),
        ("company.currency", "XXQ", "three letters"), ("integrity.readers", "wang", "list of words"),
        ("integrity.readers", ["wang li"], "not a username"), ("integrity.readers", [3], "list of words"),
        ("triage.class2_categories", ["Integrity!"], "not a code"), ("words.danger", ["fire"], "braces"),
        ("words.danger", {"en": ["fire"]}, "“zh” is missing"), ("words.danger", {"en": [], "zh": [], "fr": []}, "“fr”"),
        ("words.danger", {"en": [" "], "zh": []}, "empty"), ("words.danger", {"en": ["x" * 61], "zh": []}, "too long"),
        ("words.danger", {"en": [str(n) for n in range(501)], "zh": []}, "at most 500"),
        ("words.danger", {"en": "fire", "zh": []}, "list of words"),
    ],
)  # fmt: skip
def test_wrong_value_is_refused_with_a_sentence(key, value, why):
    with pytest.raises(Invalid) as refusal:
        SPECS[key].validate(value)
    assert why in str(refusal.value.sentence)
    assert str(refusal.value.sentence).endswith(".")


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"handler": "100"}, "may not be below"),
        ({"supervisor": "60000"}, "may not be below"),
        ({"manager": "-1"}, "amount"),
        ({"handler": "1.999"}, "amount"),
        ({"janitor": "5"}, "no role janitor"),
        ({"front_desk": None}, "amount"),
    ],
)
def test_wrong_limit_is_refused(limits, why):
    spec = SPECS["authority.limits"]
    with pytest.raises(Invalid, match=why):
        spec.validate({**spec.default, **limits})


def test_limit_of_each_role_is_needed():
    with pytest.raises(Invalid, match=r"manager.*missing"):
        SPECS["authority.limits"].validate({"front_desk": 1, "handler": 2, "supervisor": 3})


@pytest.mark.parametrize(("entered", "stored"), [(5000, "5000"), ("5,000.50", "5000.5"), (Decimal("0.10"), "0.1")])
def test_amounts_are_kept_as_exact_text(entered, stored):
    assert SPECS["triage.claim_threshold"].validate(entered) == stored


def test_words_are_tidied_and_kept_once():
    clean = SPECS["words.danger"].validate({"en": [" gas   leak", "fire", "fire"], "zh": []})
    assert clean == {"en": ["gas leak", "fire"], "zh": []}


@pytest.mark.parametrize(
    "change",
    [
        {"clock": "24x7", "length": {"1": "PT30M"}}, {"length": {"2": "P5D"}}, {"length": {"1": "PT1H30M"}},
        {"length": {"1": "same_day"}, "late_hours": 2}, {"danger_clock": "24x7"},
        {"rungs": [{"at": 0.5, "to": "owner"}, {"at": 1, "to": "manager"}]},
    ],
)  # fmt: skip
def test_promise_may_take_these_forms(change):
    assert SPECS["deadline.owned"].validate({**PROMISE, **change}) == {**PROMISE, **change}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"clock": "sundial"}, "clock is"), ({"length": {}}, "class 1, class 2"), ({"length": {"3": "PT1H"}}, "“3”"),
        ({"length": {"1": "15 minutes"}}, "Write a length"), ({"length": {"1": "PT"}}, "Write a length"),
        ({"length": {"1": "P"}}, "Write a length"), ({"length": {"1": "-PT5M"}}, "Write a length"),
        ({"length": {"1": "PT0M"}}, "more than nothing"), ({"length": {"1": "P401D"}}, "at most 400 days"),
        ({"length": {"1": 15}}, "Write a length"), ({"length": {"1": "PT５M"}}, "Write a length"),
        ({"length": "PT5M"}, "braces"), ({"clock": "24x7", "length": {"1": "same_day"}}, "needs the clock"),
        ({"rungs": []}, "one to 10 rungs"), ({"rungs": [{"at": 1.0, "to": "janitor"}]}, "A rung calls"),
        ({"rungs": [{"at": 0, "to": "owner"}]}, "from 0.01"), ({"rungs": [{"at": "1", "to": "owner"}]}, "number"),
        ({"rungs": [{"at": 1.0}]}, "“to” is missing"), ({"rungs": ["supervisor"]}, "braces"),
        ({"rungs": [{"at": 1.0, "to": "owner"}, {"at": 1.0, "to": "manager"}]}, "later than the one before"),
        ({"danger_clock": "always"}, "clock is"), ({"late_hours": -1}, "from 0"), ({"colour": "red"}, "“colour”"),
        ({"rungs": [{"at": n, "to": "owner"} for n in range(1, 12)]}, "one to 10"),
        ({"rungs": [{"at": 1.0, "to": ["owner"]}]}, "A rung calls"), ({"clock": ["working"]}, "clock is"),
    ],
)  # fmt: skip
def test_wrong_promise_is_refused(change, why):
    with pytest.raises(Invalid, match=why):
        SPECS["deadline.owned"].validate({**PROMISE, **change})


@pytest.mark.parametrize("name", ["clock", "length", "rungs"])
def test_promise_needs_its_parts(name):
    with pytest.raises(Invalid, match=f"{name}.*missing"):
        SPECS["deadline.owned"].validate({key: value for key, value in PROMISE.items() if key != name})


def test_classes_are_those_of_complaints():
    assert CLASSES == ("1", "2")
