"""Statutory clocks: rules of law and of authorities, as data that the company checks. Source: DOMAIN.md 3.5.

Defaults to be checked by the company. China: 市场监督管理投诉举报处理暂行办法 (accept within 7 working days, end
the mediation 45 working days after that); 银行业保险业消费投诉处理管理办法 (15 days, 30 where it is complex). A final
response within 8 weeks: as ombudsman schemes have it.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from policies.promises import rungs
from policies.validators import CODE, Invalid, mapping, text, whole

# From when a clock runs: the authority's letter, the day the authority took it on, the day we recorded the complaint.
STARTS = ("letter", "accepted", "recorded")
COUNTS = ("working", "calendar")
SENDERS = ("regulator", "consumer_association", "press", "social_media")
MOST_RULES = 20
LANGUAGES = ("en", "zh")

RULES: dict[str, dict[str, Any]] = {
    "accept_12315": {
        "name": {"en": "12315: accept or refuse it", "zh": "12315：决定是否受理"},
        "starts": "letter",
        "senders": ["regulator", "consumer_association"],
        "days": 7,
        "count": "working",
        "is_on": True,
    },
    "settle_12315": {
        "name": {"en": "12315: settle it", "zh": "12315：办结调解"},
        "starts": "accepted",
        "senders": ["regulator", "consumer_association"],
        "days": 45,
        "count": "working",
        "is_on": True,
    },
    "bank_insurer": {
        "name": {"en": "Banks and insurers: decide", "zh": "银行业保险业：作出处理决定"},
        "starts": "recorded",
        "days": 15,
        "longer_days": 30,
        "count": "calendar",
        "is_on": False,
    },
    "final_response": {
        "name": {"en": "Final response within 8 weeks", "zh": "八周内给出最终答复"},
        "starts": "recorded",
        "days": 56,
        "count": "calendar",
        "is_on": False,
    },
}

_days = whole(1, 400)
_longest = whole(1, 365)
_name = text(80, is_required=True)


def ladder(value: Any) -> dict[str, Any]:
    """Check the policy of promises that have their own date: there is nothing but rungs."""
    return {"rungs": rungs(mapping(value, ("rungs",), required=("rungs",))["rungs"])}


def longest_wait(value: Any) -> dict[str, int]:
    given = mapping(value, ("longest_days",), required=("longest_days",))
    return {"longest_days": _longest(given["longest_days"])}


def statutory_rules(value: Any) -> dict[str, dict[str, Any]]:
    """Check the table of rules and return it."""
    if not isinstance(value, dict) or len(value) > MOST_RULES:
        raise Invalid(_("Enter up to {most} rules, each under a code of its own.").format(most=MOST_RULES))
    for code in value:
        if not isinstance(code, str) or not CODE.fullmatch(code) or len(code) > 40 or code == "answer_by":
            raise Invalid(_("“{word}” is not a code: use small letters, digits and underscores.").format(word=code))
    return {code: _rule(rule) for code, rule in value.items()}


def _rule(value: Any) -> dict[str, Any]:
    required = ("name", "starts", "days", "count", "is_on")
    given = mapping(value, (*required, "senders", "longer_days"), required=required)
    names = mapping(given["name"], LANGUAGES, required=LANGUAGES)
    clean: dict[str, Any] = {
        "name": {language: _name(names[language]) for language in LANGUAGES},
        "starts": _one_of(given["starts"], STARTS),
    }
    if clean["starts"] != "recorded":
        clean["senders"] = _senders(given.get("senders"))
    clean["days"] = _days(given["days"])
    if "longer_days" in given:
        clean["longer_days"] = _days(given["longer_days"])
        if clean["longer_days"] <= clean["days"]:
            raise Invalid(_("“longer_days” is for complex cases, so it must be more than “days”."))
    clean["count"] = _one_of(given["count"], COUNTS)
    if not isinstance(given["is_on"], bool):
        raise Invalid(_("“is_on” is true or false."))
    clean["is_on"] = given["is_on"]
    return clean


def _one_of(value: Any, words: tuple[str, ...]) -> str:
    if value not in words:
        raise Invalid(_("Enter one of: {words}.").format(words=", ".join(words)))
    return str(value)


def _senders(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise Invalid(_("Enter in “senders” whose letters start it, at least one."))
    return [_one_of(sender, SENDERS) for sender in dict.fromkeys(map(str, value))]
