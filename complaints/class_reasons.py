"""Why a complaint is of its class, in words: the stored reasons, or that no rule applied. Source: DOMAIN.md 3.2."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from complaints.codes import SeverityClass, Threat, Upset
from complaints.lines import is_vip
from complaints.models import Complaint
from complaints.words import reason_title, reason_words
from core.formats import listed_text

ICONS = {
    "vip": "crown",
    "intense": "mood-angry",
    "danger": "alert-triangle",
    "recurring": "refresh",
    "outside": "world",
    "threat": "speakerphone",
    "group": "users",
    "integrity": "shield-lock",
    "partner": "heart-handshake",
    "over_promising": "quote",
}


@dataclass(frozen=True)
class ClassReason:
    title: str
    words: str
    icon: str


@dataclass(frozen=True)
class WhyClass:
    """The reasons for class 2 that were found, and one sentence when they alone do not explain the class."""

    severity_class: int
    reasons: list[ClassReason]
    sentence: str


def why_class(complaint: Complaint) -> WhyClass:
    reasons = [
        ClassReason(reason_title(reason), reason_words(reason), ICONS.get(reason["rule"], "flag"))
        for reason in complaint.triage
    ]
    makes_two = any(reason.get("makes_class_2", True) for reason in complaint.triage)
    sentence = ""
    if complaint.severity_class == SeverityClass.ONE:
        sentence = _("A supervisor lowered it to class 1.") if makes_two else _no_rule(complaint)
    elif not makes_two:
        sentence = _("No rule asks for class 2: a person raised it.")
    return WhyClass(complaint.severity_class, reasons, sentence)


def _no_rule(complaint: Complaint) -> str:
    """No rule for class 2 applies: not a VIP, claims nothing, angry but no threat, no danger to people."""
    facts = [
        "" if is_vip(complaint) else _("not a VIP"),
        _("claims less than the limit") if complaint.amount_claimed else _("claims nothing"),
        _mood(complaint),
        "" if complaint.is_danger else _("no danger to people"),
    ]
    return _("No rule for class 2 applies: %(facts)s.") % {"facts": listed_text(fact for fact in facts if fact)}


def _mood(complaint: Complaint) -> str:
    if set(complaint.threats) - {Threat.OVER_OUR_HEADS}:
        return ""
    return _("angry but no threat") if complaint.upset == Upset.ANGRY else _("no threat")
