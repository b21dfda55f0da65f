"""Taking over complaints of another system, some fifty at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Department, User
from complaints import events
from complaints.actions.lodge import SERIES
from complaints.actions.restriction import named_readers
from complaints.codes import SeverityClass, State
from complaints.deadlines import AT_INTAKE, clock_for
from complaints.facts import figures
from complaints.importing.rows import ImportedRow
from complaints.models import Category, Complaint, ExternalReference
from complaints.search import COMPLAINTS, searchable_text
from complaints.triage import Facts, Figures, proposed_class, reach_of, triage
from core import clock
from core.actions import action
from core.errors import PermissionDenied
from core.numbering import take_numbers
from core.search import found_words
from customers.actions import find_or_create_customer
from customers.codes import CustomerKind
from customers.models import Customer
from customers.phones import normalized_phone
from deadlines.actions import open_deadlines_in_bulk
from deadlines.opening import Opening
from events.log import record_first_events
from policies.reading import policy, remembered

MOST_ROWS = 50


@dataclass(frozen=True)
class Taken:
    """What came of a batch: how many complaints are new, and how many were there already."""

    added: int
    present: int


@dataclass(frozen=True)
class _Judged:
    """A row, and the danger words in its text: searched for before the transaction, which others wait for."""

    row: ImportedRow
    danger_words: tuple[str, ...]


def import_rows(source: str, rows: Sequence[ImportedRow], *, by: User | None) -> Taken:
    """Write up to 50 complaints with first events and search rows, all or none; those known by their id are left out.

    Nobody is told and no cause is opened. Triage stores class and reasons, but *recurring* is never asked,
    nor is the customer's number of complaints. Only what arrives open and is younger than the policy says
    gets deadlines, from now on. Raises Blocked or ValidationError when a row does not fit. Source: DOMAIN.md 3.2.
    """
    if by is not None and not by.has_perm("complaints.lodge_complaint"):
        raise PermissionDenied
    if len(rows) > MOST_ROWS:
        raise ValueError(f"An import takes up to {MOST_ROWS} rows at once.")
    with remembered():
        dangers = policy("words.danger")
        words = [word for language in dangers.values() for word in language]
        judged = [_Judged(row, tuple(found_words(row.intake.description, words))) for row in rows]
        return _write(source, judged, by=by)


@action
def _write(source: str, judged: Sequence[_Judged], *, by: User | None) -> Taken:
    known = set(present_ids(source, [one.row.external_id for one in judged]))
    new: dict[str, _Judged] = {}
    for one in judged:
        if one.row.external_id not in known:
            # A file that names an id twice: the first one counts.
            new.setdefault(one.row.external_id, one)
    if not new:
        return Taken(0, len(judged))
    now = clock.now()
    places = _Places(judged)
    limits = figures()
    batch = list(new.values())
    complaints = [_complaint(one, places, limits, by, now) for one in batch]
    numbers = take_numbers(SERIES, at=now, zone=policy("company.zone"), count=len(complaints))
    for complaint, number in zip(complaints, numbers, strict=True):
        complaint.number = number
    Complaint.objects.bulk_create(complaints)
    ExternalReference.objects.bulk_create(
        ExternalReference(complaint=complaint, source=source, external_id=one.row.external_id)
        for complaint, one in zip(complaints, batch, strict=True)
    )
    record_first_events(
        events.IMPORTED,
        [(complaint, _told(complaint, source, one.row)) for complaint, one in zip(complaints, batch, strict=True)],
        by=by,
        at=now,
    )
    COMPLAINTS.put_many((complaint.pk, searchable_text(complaint)) for complaint in complaints)
    _name_readers(complaints)
    _open_deadlines(complaints, now, by)
    return Taken(len(complaints), len(judged) - len(complaints))


def present_ids(source: str, external_ids: Sequence[str]) -> list[str]:
    """Those of the ids that are here already."""
    rows = ExternalReference.objects.filter(source=source, external_id__in=external_ids)
    return list(rows.values_list("external_id", flat=True))


class _Places:
    """The departments and categories that a batch names, read once."""

    def __init__(self, judged: Sequence[_Judged]) -> None:
        codes = {one.row.department for one in judged}
        departments = Department.objects.select_related("calendar")
        self._departments = {row.code: row for row in departments.filter(code__in=codes)}
        if "" in codes:
            self._departments[""] = departments.get(parent=None)
        wanted = {one.row.category for one in judged} - {""}
        self._categories = {row.code: row for row in Category.objects.filter(code__in=wanted).select_related("parent")}

    def department(self, row: ImportedRow) -> Department:
        return self._departments[row.department]

    def category(self, row: ImportedRow) -> Category | None:
        return self._categories[row.category] if row.category else None


def _complaint(one: _Judged, places: _Places, limits: Figures, by: User | None, now: datetime) -> Complaint:
    row, intake = one.row, one.row.intake
    category = places.category(row)
    department = places.department(row)
    customer = _customer(row, department, by)
    reasons = triage(_facts(one, category, customer, limits), limits)
    severity_class = proposed_class(reasons)
    received_at = min(intake.received_at or now, now)
    return Complaint(
        department=department,
        recorded_by=by,
        channel=intake.channel,
        received_at=received_at,
        recorded_at=now,
        updated_at=now,
        is_imported=True,
        customer=customer,
        is_anonymous=intake.is_anonymous,
        contact_name=intake.name or (customer.name if customer else ""),
        contact_phone=intake.phone,
        contact_phone_normalized=normalized_phone(intake.phone),
        contact_email=intake.email,
        contact_address=intake.address,
        company=intake.company,
        language=intake.language or department.language,
        title=intake.title,
        description=intake.description,
        happened_on=intake.happened_on,
        happened_where=intake.happened_where,
        people_involved=intake.people_involved,
        category=category,
        product_name=intake.product_name,
        product_specification=intake.product_specification,
        product_batch=intake.product_batch,
        product_symptom=intake.product_symptom,
        amount_claimed=intake.amount_claimed,
        currency=intake.currency or limits.house_currency,
        is_danger=intake.is_danger,
        severity_class=severity_class,
        triage=[reason.as_json() for reason in reasons],
        suggests_crisis=any(reason.suggests_crisis for reason in reasons),
        reach=reach_of(intake.channel),
        is_restricted=bool(category and category.is_restricted),
        outcome=row.outcome,
        relief=row.relief,
        **_state(row, severity_class, received_at),
    )


def _state(row: ImportedRow, severity_class: SeverityClass, received_at: datetime) -> dict[str, object]:
    """Open rows begin at the beginning. Of an end the file tells no time, so it stands at the day of receipt."""
    if not row.is_open:
        return {"state": row.state, "ended_at": received_at}
    return {"state": State.LISTEN if severity_class == SeverityClass.ONE else State.ACT}


def _customer(row: ImportedRow, department: Department, by: User | None) -> Customer | None:
    """Whoever can be reached is found or recorded; a name alone says nothing about who it is."""
    intake = row.intake
    if not (intake.phone or intake.email):
        return None
    return find_or_create_customer(
        name=intake.name,
        phone=intake.phone,
        email=intake.email,
        company=intake.company,
        address=intake.address,
        language=intake.language or department.language,
        by=by,
    )


def _facts(one: _Judged, category: Category | None, customer: Customer | None, limits: Figures) -> Facts:
    """What triage may ask of a row: nothing about other complaints, so there are no `recurrences` and no count."""
    intake = one.row.intake
    above = [category.parent.code] if category and category.parent else []
    return Facts(
        channel=intake.channel,
        categories=(category.code, *above) if category else (),
        amount_claimed=intake.amount_claimed,
        currency=intake.currency or limits.house_currency,
        is_danger=intake.is_danger,
        danger_words=one.danger_words,
        is_partner=bool(customer and customer.kind == CustomerKind.PARTNER),
        is_vip=bool(customer and customer.is_vip),
    )


def _told(complaint: Complaint, source: str, row: ImportedRow) -> dict[str, object]:
    return {
        "number": complaint.number,
        "source": source,
        "external_id": row.external_id,
        "channel": complaint.channel,
        "severity_class": complaint.severity_class,
        "rules": [reason["rule"] for reason in complaint.triage],
        "department_id": complaint.department_id,
        "state": complaint.state,
    }


def _name_readers(complaints: Sequence[Complaint]) -> None:
    restricted = [complaint for complaint in complaints if complaint.is_restricted]
    if not restricted:
        return
    readers = named_readers()
    through = Complaint.named_readers.through
    through.objects.bulk_create(
        through(complaint_id=complaint.pk, user_id=user.pk) for complaint in restricted for user in readers
    )


def _open_deadlines(complaints: Sequence[Complaint], now: datetime, by: User | None) -> None:
    oldest = now - timedelta(days=policy("import.deadline_days"))
    young = [complaint for complaint in complaints if complaint.is_open and complaint.received_at > oldest]
    if not young:
        return
    rows = open_deadlines_in_bulk(
        [
            Opening(
                kind, complaint, complaint.department, complaint.severity_class, now, clock=clock_for(complaint, kind)
            )
            for complaint in young
            for kind in AT_INTAKE
        ],
        at=now,
        by=by,
    )
    nearest: dict[int, datetime] = {}
    for row in rows:
        nearest[row.subject_id] = min(row.due_at, nearest.get(row.subject_id, row.due_at))
    # Begun together, they are due at few different times: an update for each of these.
    for due_at in set(nearest.values()):
        due_then = [pk for pk, due in nearest.items() if due == due_at]
        Complaint.objects.filter(pk__in=due_then).update(next_due_at=due_at)
