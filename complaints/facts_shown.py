"""The facts of a complaint as its page shows them: in groups, and only what is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from complaints.codes import Channel, Demand, PromiseForm, RemedyKind, Satisfaction, State, Threat
from complaints.models import Complaint, StepRecord
from complaints.words import label
from complaints.workflow import DETAILS, EXECUTED, current_stage
from core.formats import listed_text, money_text, when_text
from customers.phones import show_phone


@dataclass(frozen=True)
class Fact:
    """A label and what is known; `is_said` marks a person's words, in whatever language they are."""

    label: str | Promise
    text: str
    is_said: bool = False


@dataclass(frozen=True)
class Group:
    title: str
    facts: list[Fact]


def facts_shown(complaint: Complaint, records: Mapping[str, StepRecord]) -> list[Group]:
    """Asks for subjects, promises and further categories only as far as they were prefetched or exist."""
    groups = [
        Group(_("What happened"), _what(complaint)),
        Group(_("Who"), _who(complaint)),
        Group(_("Product"), _product(complaint)),
        Group(_("On behalf of the customer"), _representative(complaint)),
        Group(_("How it came"), _how(complaint)),
        Group(_("Done at the desk"), _desk(complaint, records)),
        Group(_("The facts as confirmed"), _details(complaint)),
        Group(_("Questions asked"), _questions(complaint)),
        Group(_("What was carried out"), _execution(complaint)),
        Group(_("How it ended"), _end(complaint)),
    ]
    return [group for group in groups if group.facts]


def _fields(complaint: Complaint, *names: str) -> Iterable[Fact]:
    """The named columns with their labels, as far as they hold something."""
    for name in names:
        value = getattr(complaint, name)
        if value in ("", None):
            continue
        field = complaint._meta.get_field(name)
        if getattr(field, "choices", None):
            yield Fact(_name(field), str(getattr(complaint, f"get_{name}_display")()))
        else:
            text = when_text(value) if field.get_internal_type() in ("DateField", "DateTimeField") else str(value)
            yield Fact(_name(field), text, is_said=field.get_internal_type() == "CharField")


def _name(field: Any) -> str:
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


def _what(complaint: Complaint) -> list[Fact]:
    found = list(_fields(complaint, "happened_on", "happened_where", "people_involved"))
    subjects = [str(row.user) for row in complaint.subject_rows.all()]
    if subjects:
        found.append(Fact(_("About staff"), listed_text(subjects)))
    if complaint.category:
        found.append(Fact(_("Category"), complaint.category.name))
    further = [category.name for category in complaint.further_categories.all()]
    if further:
        found.append(Fact(_("Also about"), listed_text(further)))
    found += _fields(complaint, "phase")
    for promise in complaint.promises.all():
        parts = [promise.what, promise.by_whom, label(PromiseForm, promise.form) if promise.form else ""]
        found.append(Fact(_("Promised"), " · ".join(part for part in parts if part), is_said=True))
    if complaint.demands:
        found.append(Fact(_("Wants"), listed_text(label(Demand, code) for code in complaint.demands)))
    if complaint.amount_claimed is not None:
        found.append(Fact(_("Claims"), money_text(complaint.amount_claimed, complaint.currency)))
    found += _fields(complaint, "cost_of_waiting", "upset")
    if complaint.threats:
        found.append(Fact(_("Threatens with"), listed_text(label(Threat, code) for code in complaint.threats)))
    if complaint.is_danger:
        found.append(Fact(_("Danger"), _("People are in danger, or were hurt")))
    return found


def _who(complaint: Complaint) -> list[Fact]:
    if complaint.is_anonymous:
        found = [Fact(_("Name"), _("Stays anonymous"))]
    else:
        found = list(_fields(complaint, "contact_name"))
    if complaint.contact_phone:
        found.append(Fact(_("Phone"), show_phone(complaint.contact_phone)))
    found += _fields(
        complaint, "contact_email", "contact_address", "company", "preferred_contact", "preferred_time", "group_size"
    )
    return found


def _product(complaint: Complaint) -> list[Fact]:
    found = []
    if sale := complaint.sale:
        found.append(Fact(_("Sale"), f"{sale.external_id} · {sale.product_name} · {when_text(sale.sold_at)}"))
    found += _fields(
        complaint,
        "product_name",
        "product_specification",
        "product_batch",
        "product_produced_on",
        "product_in_use_since",
        "product_symptom",
        "product_before",
    )
    return found


def _representative(complaint: Complaint) -> list[Fact]:
    names = ("representative_name", "representative_authority", "representative_until", "representative_proof")
    return list(_fields(complaint, *names))


def _how(complaint: Complaint) -> list[Fact]:
    by = str(complaint.recorded_by) if complaint.recorded_by else _("The system")
    return [
        Fact(_("Came by"), label(Channel, complaint.channel)),
        Fact(_("Received"), when_text(complaint.received_at)),
        Fact(_("Recorded"), f"{when_text(complaint.recorded_at)} · {by}"),
        Fact(_("Department"), str(complaint.department)),
        Fact(_("Reach"), str(complaint.get_reach_display())),
        Fact(_("Customer’s language"), str(complaint.get_language_display())),
    ]


def _desk(complaint: Complaint, records: Mapping[str, StepRecord]) -> list[Fact]:
    """What LASTR recorded, also before it became a case."""
    found = []
    for step, record in records.items():
        found.append(Fact(State(step).label, record.text or _("done"), is_said=bool(record.text)))
        if step == State.SATISFY:
            given = [label(RemedyKind, code) for code in record.remedy_kinds]
            if record.value:
                given.append(money_text(record.value, complaint.currency))
            found.append(Fact(_("Remedy"), listed_text(given)))
            found.append(Fact(_("Reaction"), label(Satisfaction, record.satisfaction)))
    return found


def _details(complaint: Complaint) -> list[Fact]:
    record = current_stage(complaint, DETAILS)
    if record is None:
        return []
    said = {"": record.text, _("Wish"): record.wish, _("Evidence"): record.evidence}
    title = _("Confirmed by the customer") if record.customer_agreed else _("Not confirmed yet")
    found = [Fact(words or title, text, is_said=True) for words, text in said.items() if text]
    return [*found, *_fields(complaint, "nature", "fault", "satisfaction_before")]


def _questions(complaint: Complaint) -> list[Fact]:
    return [
        Fact(row.question, row.answer or _("no answer yet"), is_said=True) for row in complaint.case_questions.all()
    ]


def _execution(complaint: Complaint) -> list[Fact]:
    record = current_stage(complaint, EXECUTED)
    return [Fact(_("Carried out"), record.text, is_said=True)] if record else []


def _end(complaint: Complaint) -> list[Fact]:
    if complaint.is_open:
        return []
    labels = {"outcome": _("Outcome"), "relief": _("Relief"), "satisfaction": _("Satisfaction")}
    shown = {name: str(getattr(complaint, f"get_{name}_display")()) for name in labels}
    found = [Fact(words, shown[name]) for name, words in labels.items() if shown[name]]
    if complaint.end_reason:
        found.append(Fact(_("Reason"), complaint.end_reason, is_said=True))
    return found + _declined(complaint) + _referred(complaint)


def _declined(complaint: Complaint) -> list[Fact]:
    record = current_stage(complaint, "declined")
    if record is None:
        return []
    grounds = []
    if record.is_unreasonable:
        grounds.append(_("the demand is unreasonable"))
    if record.has_no_more_business:
        grounds.append(_("there will be no more business"))
    return [
        Fact(_("Grounds"), listed_text(grounds)),
        Fact(_("Remains open to the customer"), record.remains_open, is_said=True),
    ]


def _referred(complaint: Complaint) -> list[Fact]:
    found = []
    for row in complaint.referrals.all():
        found.append(Fact(_("Referred to"), f"{row.get_to_display()} · {when_text(row.referred_at)}"))
        if row.reference:
            found.append(Fact(_("Their reference"), row.reference, is_said=True))
        if row.answer_by:
            found.append(Fact(_("Answer by"), when_text(row.answer_by)))
    return found
