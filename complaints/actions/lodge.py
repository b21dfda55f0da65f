"""Lodging a complaint: the customer, the class, the number, the clocks, in one transaction."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from complaints import events
from complaints.actions.attachments import move_from_draft
from complaints.actions.causes import follow_causes
from complaints.actions.links import link_complaints
from complaints.actions.notices import tell_handlers, tell_leaders_of_crisis, tell_supervisor_of_threat
from complaints.actions.outside_matters import open_matter
from complaints.actions.ownership import require_owner_is_a_person
from complaints.actions.restriction import named_readers
from complaints.actions.talks import add_communication
from complaints.causes import with_open_causes
from complaints.codes import LIVE_CHANNELS, OUTSIDE_CHANNELS, Direction, Medium, SeverityClass, State
from complaints.deadlines import FIRST_RESPONSE, OWNED, begin, next_due_at, plan_clocks, readers
from complaints.facts import figures, gather
from complaints.intake import Intake
from complaints.models import Category, Complaint, ComplaintSubject, Draft, ExternalReference, Promise
from complaints.search import index_complaint
from complaints.triage import Reason, proposed_class, reach_of, triage
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied, Sentence
from core.numbering import take_numbers
from customers.actions import Details, add_contact, change_customer, find_or_create_customer
from customers.codes import ContactKind
from customers.locks import one_at_a_time
from customers.models import Customer
from customers.phones import normalized_phone
from deadlines.actions import Entry, meet_deadline
from deadlines.calendars import with_hours
from deadlines.opening import Planned
from events.log import written_together
from policies.reading import policy, remembered

SERIES = "C"


@action
def lodge_complaint(intake: Intake, *, by: User | None) -> Complaint:
    """Save what was taken in as a complaint with a number, a class with reasons, and its deadlines running.

    Saving the same intake twice answers with the first complaint. Raises PermissionDenied, Blocked with
    every answer that is missing, and Conflict `duplicate` for what another system has lodged before.
    Source: DOMAIN.md 3.1, 3.2.
    """
    if by is not None and not by.has_perm("complaints.lodge_complaint"):
        raise PermissionDenied
    if earlier := _earlier(intake):
        return earlier
    if blockers := missing_answers(intake):
        raise Blocked(blockers)
    if intake.is_taken and by is not None:
        require_owner_is_a_person(by)
    _check_external_ids(intake, by)
    now = clock.now()
    with remembered(), written_together():
        department = _department(intake, by)
        intake.department_id = department.pk
        customer = _customer(intake, department, by)
        limits = figures()
        reasons = triage(gather(intake, customer, limits, now=now), limits)
        complaint, planned = _save(intake, department, customer, reasons, by, now)
        _follow_through(complaint, planned, intake, reasons, by, now)
    return complaint


def _earlier(intake: Intake) -> Complaint | None:
    """What was saved of the same intake; nobody else can have sent one that has no key."""
    if intake.key is None:
        return None
    # Whoever sends the same form at the same moment waits here, and then finds it.
    one_at_a_time(f"intake {intake.key}")
    return Complaint.objects.filter(intake_key=intake.key).first()


def missing_answers(intake: Intake) -> list[Blocker]:
    """What must be said before it can be saved."""
    missing = []
    if not intake.description.strip():
        missing.append(Blocker("no_description", _("Write what happened, in the customer’s words."), "description"))
    if not intake.is_anonymous and not intake.customer_id:
        if not intake.name.strip():
            missing.append(Blocker("no_name", _("Enter the customer’s name, or tick “anonymous”."), "name"))
        if not (intake.phone.strip() or intake.email.strip() or intake.address.strip()):
            missing.append(
                Blocker("no_contact", _("Enter a phone number, e-mail or address, or tick “anonymous”."), "phone")
            )
    return missing


def _check_external_ids(intake: Intake, by: User | None) -> None:
    """Raises Conflict for an id that a complaint has already; names it to those who may see it."""
    one_at_a_time(*(f"external {source}:{external_id}" for source, external_id in sorted(intake.external_ids.items())))
    for source, external_id in intake.external_ids.items():
        known = Complaint.objects.filter(
            external_references__source=source, external_references__external_id=external_id
        ).first()
        if known is None:
            continue
        text: Sentence = _("It is recorded already.")
        if by is None or Complaint.objects.visible_to(by).filter(pk=known.pk).exists():
            text = _("It is recorded already: %(number)s.") % {"number": known.number}
        raise Conflict("duplicate", text, current=known)


def _department(intake: Intake, by: User | None) -> Department:
    pk = intake.department_id or (by.department_id if by else None)
    department = with_hours(Department.objects.active().filter(pk=pk or 0)).first()
    if department is None:
        raise Blocked([Blocker("no_department", _("Choose the department it is about."), "department")])
    return department


def _customer(intake: Intake, department: Department, by: User | None) -> Customer | None:
    if intake.is_anonymous:
        return None
    if intake.customer_id:
        customer = Customer.objects.filter(pk=intake.customer_id).first()
        if customer is None:
            raise Blocked([Blocker("unknown_customer", _("This customer is not known. Choose again."), "name")])
        if intake.is_also_on_customer:
            _also_on_customer(customer, intake, by)
        return customer
    return find_or_create_customer(
        name=intake.name,
        phone=intake.phone,
        email=intake.email,
        company=intake.company,
        address=intake.address,
        language=intake.language or department.language,
        by=by,
    )


def _also_on_customer(customer: Customer, intake: Intake, by: User | None) -> None:
    """What was told holds for this complaint only, unless the clerk says so. Source: DOMAIN.md 10.10."""
    if intake.phone.strip():
        add_contact(customer.pk, ContactKind.PHONE, intake.phone, is_primary=True, by=by)
    if intake.email.strip():
        add_contact(customer.pk, ContactKind.EMAIL, intake.email, is_primary=True, by=by)
    told: Details = {
        "company": intake.company or customer.company,
        "address": intake.address or customer.address,
        "language": intake.language or customer.language,
        "preferred_contact": intake.preferred_contact or customer.preferred_contact,
        "preferred_hours": intake.preferred_time or customer.preferred_hours,
    }
    change_customer(customer.pk, by=by, **told)


def _save(
    intake: Intake,
    department: Department,
    customer: Customer | None,
    reasons: list[Reason],
    by: User | None,
    now: datetime,
) -> tuple[Complaint, list[Planned]]:
    severity_class = SeverityClass.TWO if intake.is_raised else proposed_class(reasons)
    rows = Category.objects.filter(pk__in=intake.all_category_ids())
    categories = {row.pk: row for row in with_open_causes(rows, intake.department_id)}
    main = categories.get(intake.category_id or 0)
    complaint = Complaint(
        intake_key=intake.key or uuid.uuid4(),
        department=department,
        recorded_by=by,
        owner=by if intake.is_taken else None,
        channel=intake.channel,
        received_at=min(intake.received_at or now, now),
        recorded_at=now,
        updated_at=now,
        customer=customer,
        category=main,
        severity_class=severity_class,
        triage=[reason.as_json() for reason in reasons],
        suggests_crisis=any(reason.suggests_crisis for reason in reasons),
        reach=reach_of(intake.channel),
        state=State.LISTEN if severity_class == SeverityClass.ONE else State.ACT,
        is_restricted=any(category.is_restricted for category in categories.values()),
        **_told(intake, customer, department),
    )
    planned = plan_clocks(complaint, now)
    # Late, since the counter's row stays locked until the end.
    complaint.number = take_numbers(SERIES, at=now, zone=policy("company.zone"))[0]
    complaint.save(force_insert=True)
    if further := [pk for pk in categories if pk != intake.category_id]:
        complaint.further_categories.set(further)
    _save_subjects(complaint, intake, by)
    Promise.objects.bulk_create(
        Promise(complaint=complaint, what=promise.what, by_whom=promise.by_whom, form=promise.form)
        for promise in intake.promises
    )
    ExternalReference.objects.bulk_create(
        ExternalReference(complaint=complaint, source=source, external_id=external_id)
        for source, external_id in intake.external_ids.items()
    )
    if complaint.is_restricted:
        complaint.named_readers.set(named_readers())
    if complaint.owner and not readers(complaint, [complaint.owner]):
        # Taken by a clerk who will not see it: then nobody has it, and the clock says so.
        complaint.owner = None
        complaint.save(update_fields=["owner"])
    return complaint, planned


# Answers stored as they were given.
COPIED = (
    "title", "is_anonymous", "representative_name", "representative_authority", "representative_until",
    "representative_proof", "group_size", "happened_on", "happened_where", "people_involved", "phase", "sale",
    "product_name", "product_specification", "product_batch", "product_produced_on", "product_in_use_since",
    "product_symptom", "product_before", "cost_of_waiting", "amount_claimed", "upset", "is_danger",
)  # fmt: skip


def _told(intake: Intake, customer: Customer | None, department: Department) -> dict[str, object]:
    told: dict[str, object] = {name: getattr(intake, name) for name in COPIED}
    # Of whom this has just recorded, no more is known than what it told.
    known = None if customer is None or customer.is_just_recorded else customer
    phone = intake.phone or (known.main_phone if known else "")
    told |= {
        "description": intake.description.strip(),
        "contact_name": intake.name or (customer.name if customer else ""),
        "contact_phone": phone,
        "contact_phone_normalized": normalized_phone(phone),
        "contact_email": intake.email or (known.main_email if known else ""),
        "contact_address": intake.address,
        "company": intake.company or (customer.company if customer else ""),
        "language": intake.language or (customer.language if customer else department.language),
        "preferred_contact": intake.preferred_contact,
        "preferred_time": intake.preferred_time,
        "demands": list(dict.fromkeys(intake.demands)),
        "threats": list(dict.fromkeys(intake.threats)),
        "currency": intake.currency or policy("company.currency"),
    }
    return told


def _save_subjects(complaint: Complaint, intake: Intake, by: User | None) -> None:
    known = User.objects.people().filter(pk__in=intake.subject_ids)
    if len(known) != len(set(intake.subject_ids)):
        raise Blocked([Blocker("unknown_staff", _("One of the staff members is not known. Choose again."), "subjects")])
    if complaint.owner_id in {user.pk for user in known}:
        raise Blocked(
            [
                Blocker(
                    "own_complaint", _("It is about you, so you cannot take it. Save it and hand it over."), "subjects"
                )
            ]
        )
    ComplaintSubject.objects.bulk_create(ComplaintSubject(complaint=complaint, user=user) for user in known)


def _follow_through(
    complaint: Complaint,
    planned: list[Planned],
    intake: Intake,
    reasons: list[Reason],
    by: User | None,
    now: datetime,
) -> None:
    facts = {
        "number": complaint.number,
        "channel": complaint.channel,
        "severity_class": complaint.severity_class,
        "rules": [reason.rule for reason in reasons],
        "department_id": complaint.department_id,
        "owner_id": complaint.owner_id,
    }
    complaint.begun = begin(Entry(events.CREATED, complaint, facts), planned, at=now, by=by)
    if complaint.owner_id:
        meet_deadline(OWNED, complaint, at=now, by=by)
    if complaint.channel in OUTSIDE_CHANNELS:
        received_on = complaint.received_at.astimezone(ZoneInfo(complaint.department.calendar.time_zone)).date()
        open_matter(complaint, channel=complaint.channel, received_on=received_on, at=now, by=by)
        # More has begun than the clocks in hand.
        complaint.begun = ()
    if intake.is_talking and complaint.channel in LIVE_CHANNELS:
        _talk_is_first_contact(complaint, by, now)
    index_complaint(complaint)
    if _has_causes(complaint, reasons):
        # Before others are locked: who opens a cause by hand holds its key, then reads complaints.
        follow_causes(complaint, subject_ids=list(intake.subject_ids), at=now)
    for number in intake.link_to:
        link_complaints(complaint.pk, number, relation="same_matter", by=by)
    if intake.link_to:
        # Linking is a change of both, which it reads and saves by itself.
        complaint.refresh_from_db(fields=["version"])
    _tell(complaint, by, now)
    if complaint.owner_id or intake.is_talking or complaint.channel in OUTSIDE_CHANNELS:
        # Some of them are kept already.
        complaint.next_due_at = next_due_at(complaint)
        complaint.save(update_fields=["next_due_at", "first_contact_at"])
    if intake.key is not None and by is not None:
        move_from_draft(intake.key, complaint, by=by, at=now)
        Draft.objects.filter(key=intake.key, user=by).delete()


def _tell(complaint: Complaint, by: User | None, now: datetime) -> None:
    if complaint.severity_class == SeverityClass.TWO:
        tell_handlers(complaint, but=by, at=now)
    if complaint.suggests_crisis:
        tell_leaders_of_crisis(complaint, but=by, at=now)
    tell_supervisor_of_threat(complaint, but=by, at=now)


def _has_causes(complaint: Complaint, reasons: list[Reason]) -> bool:
    """It crossed the line of a recurring cause, or one of its category is open here."""
    return any(reason.rule == "recurring" for reason in reasons) or bool(
        getattr(complaint.category, "has_open_cause", False)
    )


def _talk_is_first_contact(complaint: Complaint, by: User | None, now: datetime) -> None:
    """A customer who is there counts as first contact when the clerk says so. Source: DOMAIN.md 10.2."""
    add_communication(
        complaint,
        direction=Direction.OUT,
        medium=Medium.VISIT if complaint.channel == "in_person" else Medium.PHONE,
        at=now,
        summary=str(_("The customer is being talked to while this is recorded.")),
        by=by,
    )
    meet_deadline(FIRST_RESPONSE, complaint, at=now, by=by)
