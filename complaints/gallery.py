"""The files of a complaint as its pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from accounts.models import User
from complaints.attaching import Refused
from complaints.models import Attachment, Complaint
from core.files.kinds import ACCEPT
from policies.reading import policy


@dataclass(frozen=True)
class Gallery:
    """`refused`: what was just sent and not taken."""

    complaint: Complaint
    files: Sequence[Attachment]
    may_add: bool
    may_withdraw: bool
    refused: Sequence[Refused] = field(default=())

    @property
    def count(self) -> int:
        return sum(file.is_fine for file in self.files)

    @property
    def most_megabytes(self) -> int:
        return int(policy("files.most_megabytes"))

    @property
    def add_url(self) -> str:
        return reverse("complaints:attachments", args=[self.complaint.number])

    @property
    def accept(self) -> str:
        return ACCEPT


def gallery_of(complaint: Complaint, user: User, *, refused: Sequence[Refused] = ()) -> Gallery:
    """All files in the order they came; no statement where the page has read them already."""
    known: dict[str, Any] = complaint.__dict__.get("_prefetched_objects_cache", {})
    files = complaint.attachments.all()
    if not getattr(complaint, "has_attachments", True):
        files = files.none()
    elif "attachments" not in known:
        files = files.select_related("added_by", "withdrawn_by")
    return Gallery(
        complaint,
        list(files),
        may_add=user.has_perm("complaints.work_desk"),
        may_withdraw=user.has_perm("complaints.withdraw_files"),
        refused=refused,
    )
