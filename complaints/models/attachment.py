"""Files that belong to a complaint: photos, recordings, papers."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from complaints.models.complaint import Complaint
from core.files.kinds import Group
from core.files.taking import all_names, small_name, view_name


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> "AttachmentQuerySet":
        """Those of complaints that this user may read; what hangs on a draft is on no complaint yet."""
        return self.filter(Exists(Complaint.objects.visible_to(user).filter(pk=OuterRef("complaint"))))

    def of_draft(self, key: uuid.UUID, user: User) -> "AttachmentQuerySet":
        """What hangs on an intake form that is not saved yet; nobody but its writer ever sees it."""
        return self.filter(draft_key=key, added_by=user)

    def fine(self) -> "AttachmentQuerySet":
        return self.filter(state=Attachment.State.FINE)


class Attachment(models.Model):
    """One file, as it was sent, with pictures of it that the server made. Source: DOMAIN.md 3.1.

    The file is stored before its row is, and removed after it. A withdrawn one stays on record, and is not given out.
    """

    class State(models.TextChoices):
        FINE = "fine", pgettext_lazy("file", "There")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Remark(models.TextChoices):
        """What whoever opens it should know."""

        ACTIVE = "active", _("This PDF holds scripts or other files, so no page of it is shown. Open it with care.")
        LOCKED = "locked", _("This PDF has a password, so no page of it is shown. Download it to open it.")
        PLACE = "place", _("The original also says where it was taken. The picture shown here does not.")

    complaint = models.ForeignKey(Complaint, models.CASCADE, null=True, blank=True, related_name="attachments")
    # The intake form it came with, while that is not saved.
    draft_key = models.UUIDField(null=True, blank=True)
    communication = models.ForeignKey(
        "Communication", models.SET_NULL, null=True, blank=True, related_name="attachments"
    )
    name = models.CharField(_("name"), max_length=120)
    storage_name = models.CharField(max_length=60, unique=True)
    group = models.CharField(max_length=8, choices=Group)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    # How many large pictures of it there are: one, or the first pages of a PDF.
    views = models.PositiveSmallIntegerField(default=0)
    remark = models.CharField(max_length=8, choices=Remark, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.FINE)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(_("reason"), blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            # The form that is being filled in, and the chore that forgets what was never saved.
            models.Index(fields=["draft_key"], condition=Q(draft_key__isnull=False), name="attachment_of_draft"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(complaint__isnull=False, draft_key__isnull=True)
                | Q(complaint__isnull=True, draft_key__isnull=False),
                name="attachment_of_complaint_or_draft",
            ),
            # The same file is kept once; one that was withdrawn may be added again.
            models.UniqueConstraint(
                fields=["complaint", "sha256"], condition=Q(state="fine"), name="attachment_once_on_complaint"
            ),
            models.UniqueConstraint(fields=["draft_key", "sha256"], name="attachment_once_on_draft"),
            models.CheckConstraint(
                condition=Q(state="fine", withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(state="withdrawn", withdrawn_at__isnull=False, complaint__isnull=False) & ~Q(withdrawn_reason="")),
                name="attachment_withdrawn_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id or self.draft_key} {self.group}"

    def get_absolute_url(self) -> str:
        if self.complaint is None:
            return reverse("complaints:draft_file", args=[self.pk])
        return reverse("complaints:attachment", args=[self.complaint.number, self.pk])

    @property
    def is_fine(self) -> bool:
        return self.state == self.State.FINE

    @property
    def is_picture(self) -> bool:
        return self.group == Group.PICTURE

    @property
    def is_sound(self) -> bool:
        return self.group == Group.SOUND

    @property
    def small_file(self) -> str:
        return small_name(self.storage_name)

    def view_file(self, page: int) -> str:
        return view_name(self.storage_name, page)

    @property
    def all_files(self) -> list[str]:
        return all_names(self.storage_name, self.views)

    @property
    def view_numbers(self) -> range:
        return range(1, self.views + 1)
