"""Several customers with one grievance under one head. Source: DOMAIN.md 3.1, "Group complaints"."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.scope import scope_of
from complaints.codes import Direction, Medium


class ComplaintGroupQuerySet(models.QuerySet["ComplaintGroup"]):
    def visible_to(self, user: User) -> "ComplaintGroupQuerySet":
        """Groups of which the user may see a member, and none that is kept from them for their person.

        One negotiation is about all members: whoever is the subject of one of them, or must not read one that is
        restricted, sees nothing of the group. Members of other departments are merely left out.
        """
        scope = scope_of(user)
        if not scope.may_read:
            return self.none()
        complaints = apps.get_model("complaints", "Complaint").objects
        subjects = apps.get_model("complaints", "ComplaintSubject").objects
        about = subjects.filter(complaint__group=OuterRef("pk"), user__in=scope.hidden_subject_ids)
        rows = self.filter(Exists(complaints.within(scope).filter(group=OuterRef("pk"))), ~Exists(about))
        if scope.is_auditor:
            return rows
        named = complaints.filter(pk=OuterRef("pk"), named_readers=scope.user_id)
        restricted = complaints.filter(~Exists(named), group=OuterRef("pk"), is_restricted=True)
        return rows.filter(~Exists(restricted))

    def open(self) -> "ComplaintGroupQuerySet":
        return self.filter(closed_at=None)


class ComplaintGroup(models.Model):
    """The head over the members' complaints: one negotiation; each keeps their own record, answer and end."""

    title = models.CharField(_("title"), max_length=160)
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ComplaintGroupQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="group_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("complaints:group", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class GroupMember(models.Model):
    """A complaint that belongs, or belonged, to the group; `Complaint.group` says where it belongs now."""

    group = models.ForeignKey(ComplaintGroup, models.CASCADE, related_name="member_rows")
    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="group_rows")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["complaint"], condition=Q(removed_at=None), name="one_group_a_complaint"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="member_removed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} in {self.group_id}"


class GroupRepresentative(models.Model):
    """Somebody of the members who speaks for them, with the proof; who spoke before stays on record."""

    group = models.ForeignKey(ComplaintGroup, models.CASCADE, related_name="representatives")
    complaint = models.ForeignKey("Complaint", models.CASCADE, related_name="+")
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120)
    proof = models.CharField(_("proof of authority"), max_length=300)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "complaint"], condition=Q(ended_at=None), name="one_representative_a_member"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="representative_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} by {self.complaint_id}"


class GroupTalk(models.Model):
    """A talk of the one negotiation: written once, and referred to on each member's timeline."""

    group = models.ForeignKey(ComplaintGroup, models.CASCADE, related_name="talks")
    direction = models.CharField(max_length=4, choices=Direction)
    medium = models.CharField(_("by"), max_length=8, choices=Medium)
    at = models.DateTimeField(_("when"))
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    summary = models.TextField(_("what was said"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["group", "-at"], name="talk_of_group")]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=[Direction.IN, Direction.OUT]), name="group_talk_in_or_out"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.direction}"
