"""What somebody must do by a time: keep a promise of a meeting, or talk to the customer as a senior. DOMAIN.md 3.4."""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from accounts.scope import scope_of
from complaints.codes import Medium


class CaseTaskQuerySet(models.QuerySet["CaseTask"]):
    def visible_to(self, user: User) -> "CaseTaskQuerySet":
        """Tasks of complaints and groups that this user may see."""
        scope = scope_of(user)
        if not scope.may_read:
            return self.none()
        complaints = apps.get_model("complaints", "Complaint").objects.within(scope)
        groups = apps.get_model("complaints", "ComplaintGroup").objects.visible_to(user)
        seen = Exists(complaints.filter(pk=OuterRef("complaint_id")))
        return self.filter(seen | Exists(groups.filter(pk=OuterRef("group_id"))))

    def open(self) -> "CaseTaskQuerySet":
        return self.filter(state=CaseTask.State.OPEN)

    def for_list(self) -> "CaseTaskQuerySet":
        """With all that a line shows, the nearest date first."""
        people = (
            "assignee",
            "created_by",
            "ended_by",
            "complaint__department",
            "group__department",
            "complaint__owner",
        )
        return self.select_related(*people).order_by("due_at", "pk")


class CaseTask(models.Model):
    """One thing to do, whose it is, and until when. Of a complaint or of a group."""

    class Kind(models.TextChoices):
        PROMISE = "promise", _("Promise")
        SENIOR_TALK = "senior_talk", _("Talk by a senior")

    class State(models.TextChoices):
        OPEN = "open", _("to do")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("no longer needed")

    complaint = models.ForeignKey("Complaint", models.CASCADE, null=True, related_name="tasks")
    group = models.ForeignKey("ComplaintGroup", models.CASCADE, null=True, related_name="tasks")
    meeting = models.ForeignKey("Meeting", models.PROTECT, null=True, related_name="promises")
    kind = models.CharField(max_length=12, choices=Kind)
    what = models.CharField(_("what is to be done"), max_length=300)
    # How a senior is asked to talk.
    medium = models.CharField(max_length=8, choices=Medium, blank=True)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="case_tasks")
    due_at = models.DateTimeField(_("until"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseTaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            # My tasks; and whether somebody's talk finishes one.
            models.Index(fields=["assignee", "due_at"], condition=Q(state="open"), name="task_of_assignee"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(complaint=None, group__isnull=False) | Q(complaint__isnull=False, group=None),
                name="task_of_one_complaint_or_group",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="task_ended_has_time",
            ),
            models.CheckConstraint(condition=~Q(kind="senior_talk") | ~Q(medium=""), name="senior_talk_has_medium"),
        ]

    def __str__(self) -> str:
        return str(self.complaint or self.group)

    def get_absolute_url(self) -> str:
        return reverse("complaints:task", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def department(self) -> Department:
        """Whose people are told when it is overdue."""
        place = self.complaint or self.group
        assert place is not None  # noqa: S101 (a constraint says so)
        return place.department
