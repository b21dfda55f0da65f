"""Files of a complaint: added, withdrawn; kept with an intake form until there is a complaint they can hang on.

A file is taken in before its action begins (`complaints.attaching`): no lock waits for a picture to be drawn.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from complaints import events
from complaints.actions.locking import locked, save
from complaints.models import Attachment, Communication, Complaint, Draft
from complaints.models.attachment import AttachmentQuerySet
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from core.files import storage
from core.files.refusals import FileRefused
from core.files.taking import MEGABYTE, Taken
from customers.locks import one_at_a_time
from events.log import record_event
from policies.reading import policy


@dataclass
class Outcome:
    """What became of several files: one that is refused hinders none of the others."""

    rows: list[Attachment] = field(default_factory=list)
    refused: list[tuple[Taken, FileRefused]] = field(default_factory=list)


@action
def add_attachments(
    complaint_id: int, files: Sequence[Taken], *, communication_id: int | None = None, by: User | None
) -> Outcome:
    """Hang files that were taken in on a complaint, also on one that has ended: proof may come late.

    Refuses those that are `already_there`, `too_many` or `too_much`, and keeps the others. Raises Blocked for a talk
    of another complaint. Source: DOMAIN.md 3.1.
    """
    if by is not None and not by.has_perm("complaints.work_desk"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    talk = _talk_of(complaint, communication_id)
    outcome = _sorted_out(complaint.attachments.fine(), files, at=clock.now(), by=by)
    for row in outcome.rows:
        row.complaint, row.communication = complaint, talk
        row.save(force_insert=True)
        _tell(row, complaint, by=by, at=row.added_at)
    if outcome.rows:
        save(complaint, at=clock.now())
    return outcome


@action
def add_attachment(
    complaint_id: int, taken: Taken, *, communication_id: int | None = None, by: User | None
) -> Attachment:
    """Hang one file on a complaint, as `add_attachments`. Raises FileRefused."""
    outcome = add_attachments(complaint_id, [taken], communication_id=communication_id, by=by)
    for _file, refusal in outcome.refused:
        raise refusal
    return outcome.rows[0]


def _talk_of(complaint: Complaint, communication_id: int | None) -> Communication | None:
    if communication_id is None:
        return None
    talk = complaint.communications.filter(pk=communication_id).first()
    if talk is None:
        raise Blocked([Blocker("unknown", _("There is no such talk or note on this complaint."), "communication")])
    return talk


def _sorted_out(there: AttachmentQuerySet, files: Sequence[Taken], *, at: datetime, by: User | None) -> Outcome:
    """Rows for those that have a place beside what is there, which the caller has locked; refusals for the others."""
    known = list(there.values_list("sha256", "name", "size"))
    names = {sha256: name for sha256, name, _size in known}
    sizes = [size for _sha256, _name, size in known]
    outcome = Outcome()
    for taken in files:
        if refusal := _no_place(taken, names, sizes):
            outcome.refused.append((taken, refusal))
            continue
        names[taken.sha256] = taken.name
        sizes.append(taken.size)
        outcome.rows.append(_row(taken, at=at, by=by))
    return outcome


def _no_place(taken: Taken, names: Mapping[str, str], sizes: Sequence[int]) -> FileRefused | None:
    if taken.sha256 in names:
        words = _("This very file is here already, as “%(name)s”. It is kept once.")
        return FileRefused("already_there", words % {"name": names[taken.sha256]})
    most = policy("files.most_of_complaint")
    if len(sizes) >= most:
        sentence = ngettext_lazy(
            "A complaint has at most %(most)d file. Ask a supervisor to withdraw one that is not needed.",
            "A complaint has at most %(most)d files. Ask a supervisor to withdraw one that is not needed.",
            "most",
        )
        return FileRefused("too_many", sentence % {"most": most})
    most = policy("files.most_megabytes_of_complaint")
    if sum(sizes) + taken.size > most * MEGABYTE:
        words = _("The files of one complaint have at most %(most)s MB together. Make this one smaller.")
        return FileRefused("too_much", words % {"most": most})
    return None


def _row(taken: Taken, *, at: datetime, by: User | None) -> Attachment:
    return Attachment(
        name=taken.name,
        storage_name=taken.storage_name,
        group=taken.group,
        content_type=taken.content_type,
        size=taken.size,
        sha256=taken.sha256,
        width=taken.seen.width,
        height=taken.seen.height,
        pages=taken.seen.pages,
        seconds=taken.seconds,
        views=taken.seen.views,
        remark=taken.seen.remark,
        added_by=by,
        added_at=at,
    )


def _tell(row: Attachment, complaint: Complaint, *, by: User | None, at: datetime) -> None:
    # The digest proves later that the file is the one that was added; the name is a person's.
    data = {"attachment_id": row.pk, "group": row.group, "sha256": row.sha256}
    if row.communication_id:
        data["communication_id"] = row.communication_id
    record_event(events.FILE_ADDED, complaint, by=by, at=at, **data)


@action
def withdraw_attachment(complaint_id: int, attachment_id: int, *, reason: str, by: User) -> Attachment:
    """Give a file out no more; it stays on record with the reason. A leader's right, who sees why it must go.

    Raises Attachment.DoesNotExist, Conflict `already_withdrawn`, and Blocked without a reason.
    """
    if not by.has_perm("complaints.withdraw_files"):
        raise PermissionDenied
    complaint = locked(complaint_id, by=by)
    row = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment_id, complaint=complaint)
    if not reason.strip():
        raise Blocked([Blocker("no_reason", _("Write why nobody should open it any more."), "reason")])
    if not row.is_fine:
        raise Conflict("already_withdrawn", _("This file is withdrawn already."), current=row)
    now = clock.now()
    row.state, row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = "withdrawn", by, now, reason.strip()
    row.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    record_event(events.FILE_WITHDRAWN, complaint, by=by, at=now, attachment_id=row.pk)
    save(complaint, at=now)
    return row


# ------------------------------------------------------------------ before there is a complaint


@action
def keep_with_draft(key: uuid.UUID, files: Sequence[Taken], *, by: User) -> Outcome:
    """Keep files with an intake form; when that was saved meanwhile, with its complaint. Refuses as `add_attachments`.

    Raises Conflict when the form is somebody else's.
    """
    if not by.has_perm("complaints.lodge_complaint"):
        raise PermissionDenied
    # Saving the form waits here too, so that no file comes between it and its complaint.
    one_at_a_time(f"intake {key}")
    if Draft.objects.filter(key=key).exclude(user=by).exists():
        raise Conflict("not_your_draft")
    saved = Complaint.objects.filter(intake_key=key, recorded_by=by).first()
    if saved is not None:
        return add_attachments(saved.pk, files, by=by)
    outcome = _sorted_out(Attachment.objects.of_draft(key, by), files, at=clock.now(), by=by)
    for row in outcome.rows:
        row.draft_key = key
        row.save(force_insert=True)
    return outcome


@action
def drop_from_draft(key: uuid.UUID, attachment_id: int, *, by: User) -> None:
    """Throw away a file of an intake form that is not saved. Nothing happens when it is gone already."""
    forget_rows(Attachment.objects.of_draft(key, by).filter(pk=attachment_id))


def move_from_draft(
    key: uuid.UUID, complaint: Complaint, *, talk: Communication | None = None, by: User, at: datetime
) -> None:
    """Hang what came with a form on the complaint it became, which the caller has locked or made."""
    waiting = list(Attachment.objects.of_draft(key, by).select_for_update(of=("self",)).order_by("pk"))
    there = set(complaint.attachments.fine().values_list("sha256", flat=True)) if waiting and talk else set()
    for row in waiting:
        if row.sha256 in there:
            forget_rows(Attachment.objects.filter(pk=row.pk))
            continue
        row.complaint, row.draft_key, row.communication = complaint, None, talk
        row.save(update_fields=["complaint", "draft_key", "communication"])
        _tell(row, complaint, by=by, at=at)


def forget_rows(rows: AttachmentQuerySet) -> None:
    """Delete rows that are on no complaint, and their files once that is certain."""
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    names = [name for row in found for name in row.all_files]
    if found:
        rows.model.objects.filter(pk__in=[row.pk for row in found]).delete()
        transaction.on_commit(lambda: storage.remove(*names))
