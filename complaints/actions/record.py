"""Changing the facts on record. Two people editing: the second is told, and sees both texts."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.actions.hiding import keep_out
from complaints.actions.locking import locked, require_open, save
from complaints.actions.outside import RETRIAGED, triage_again
from complaints.actions.restriction import restrict_by_categories
from complaints.deadlines import FIRST_RESPONSE, clock_for
from complaints.models import Category, Complaint, ComplaintSubject
from complaints.search import index_complaint
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from customers.phones import normalized_phone
from deadlines.actions import recompute_deadlines
from events.log import record_event, record_text_change

# A person's words: the old text is kept beside the chain, where erasure can blank it.
PERSONAL = (
    "title", "description", "contact_name", "contact_phone", "contact_email", "contact_address", "company",
    "preferred_contact", "preferred_time", "representative_name", "representative_authority",
    "representative_proof", "happened_where", "people_involved", "product_symptom", "product_before",
    "cost_of_waiting",
)  # fmt: skip
PLAIN = (
    "happened_on", "phase", "product_name", "product_specification", "product_batch", "product_produced_on",
    "product_in_use_since", "demands", "amount_claimed", "currency", "upset", "threats", "is_danger", "group_size",
    "representative_until", "language", "category_id",
)  # fmt: skip
CHANGEABLE = frozenset((*PERSONAL, *PLAIN))


@action
def change_complaint(
    complaint_id: int,
    *,
    expected_version: int,
    changes: dict[str, Any],
    subject_ids: list[int] | None = None,
    further_category_ids: list[int] | None = None,
    by: User,
) -> Complaint:
    """Change facts of an open complaint: its recorder, its owner, or a supervisor in reach.

    What stands there already is no change: no event, the same version. Raises Conflict `stale` with the
    present record when somebody changed it meanwhile, and LookupError for a field that is not a fact.
    """
    complaint = locked(complaint_id, by=by)
    require_open(complaint)
    if not may_change(complaint, by):
        raise PermissionDenied("not_yours", _("Its recorder, its owner or a supervisor changes the record."))
    if unknown := set(changes) - CHANGEABLE:
        raise LookupError(f"Not facts of a complaint: {sorted(unknown)}")
    if complaint.version != expected_version:
        raise Conflict("stale", _("Somebody changed this record while you were writing."), current=complaint)
    _check(changes)
    now = clock.now()
    changed = _changed(complaint, changes, {"subjects": subject_ids, "further_categories": further_category_ids})
    if not changed:
        return complaint
    old_texts = {name: getattr(complaint, name) for name in changed if name in PERSONAL}
    was_restricted = complaint.is_restricted
    fields = _set_facts(complaint, changed)
    restrict_by_categories(complaint)
    if "subjects" in changed or complaint.is_restricted != was_restricted:
        keep_out(complaint, by=by, at=now)
    triage_again(complaint, by=by, at=now)
    if "is_danger" in changed:
        recompute_deadlines(complaint, clocks={FIRST_RESPONSE: clock_for(complaint, FIRST_RESPONSE)}, at=now, by=by)
    plain = {name: str(value) for name, value in changed.items() if name not in PERSONAL}
    if old_texts:
        record_text_change(events.CHANGED, complaint, old_texts, by=by, at=now, changed=plain)
    else:
        record_event(events.CHANGED, complaint, by=by, at=now, changed=plain)
    save(complaint, *fields, *RETRIAGED, "contact_phone_normalized", "is_restricted", "owner", at=now)
    index_complaint(complaint)
    return complaint


def _changed(complaint: Complaint, changes: Mapping[str, Any], lists: Mapping[str, list[int] | None]) -> dict[str, Any]:
    """What is to become something else. Of people and categories the order tells nothing; None leaves them alone."""
    changed = {name: value for name, value in changes.items() if getattr(complaint, name) != value}
    for name, ids in lists.items():
        if ids is not None and set(ids) != set(getattr(complaint, name).values_list("pk", flat=True)):
            changed[name] = sorted(set(ids))
    return changed


def _set_facts(complaint: Complaint, changed: Mapping[str, Any]) -> list[str]:
    """Set them on the row, which the caller saves, and write the lists. Returns the columns."""
    fields = [name for name in changed if name in CHANGEABLE]
    for name in fields:
        setattr(complaint, name, changed[name])
    complaint.contact_phone_normalized = normalized_phone(complaint.contact_phone)
    if "subjects" in changed:
        _set_subjects(complaint, changed["subjects"])
    if "further_categories" in changed:
        complaint.further_categories.set(changed["further_categories"])
    return fields


def may_change(complaint: Complaint, by: User) -> bool:
    """Own complaints are editable by recorder and owner until closed; a supervisor's in reach always."""
    is_theirs = by.pk in (complaint.recorded_by_id, complaint.owner_id) and by.has_perm("complaints.work_desk")
    return is_theirs or by.has_perm("complaints.assign")


def _check(changes: dict[str, Any]) -> None:
    blockers = []
    if "description" in changes and not changes["description"].strip():
        blockers.append(Blocker("no_description", _("Write what happened, in the customer’s words."), "description"))
    category = changes.get("category_id")
    if category is not None and not Category.objects.filter(pk=category).exists():
        blockers.append(Blocker("unknown_category", _("Choose a category from the list."), "category"))
    if blockers:
        raise Blocked(blockers)


def _set_subjects(complaint: Complaint, subject_ids: list[int]) -> None:
    known: QuerySet[User] = User.objects.people().filter(pk__in=subject_ids)
    if len(known) != len(set(subject_ids)):
        raise Blocked([Blocker("unknown_staff", _("One of the staff members is not known. Choose again."), "subjects")])
    complaint.subject_rows.exclude(user__in=subject_ids).delete()
    held = set(complaint.subject_rows.values_list("user_id", flat=True))
    ComplaintSubject.objects.bulk_create(
        ComplaintSubject(complaint=complaint, user=user) for user in known if user.pk not in held
    )
