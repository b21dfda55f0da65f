"""Named questions about complaints. Every list a person sees starts with `visible_to`."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.scope import Scope, scope_of
from complaints.codes import State
from core.apart import AnyOf

if TYPE_CHECKING:
    # ruff reads no strings in brackets
    from complaints.models.complaint import Complaint  # noqa: F401
    from complaints.models.guidance import GuidanceCard  # noqa: F401


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: User) -> "ComplaintQuerySet":
        """What this user may read. Source: DOMAIN.md 2.

        Their department and those below, what they own or logged, what is offered to them; never what is
        about themselves or the head of their department; restricted ones only as a named reader. The auditor
        reads all but what is about themselves.
        """
        return self.within(scope_of(user))

    def in_hand_of(self, user: User) -> "ComplaintQuerySet":
        """What this user may work on: what they may read, but for what is merely offered to them."""
        return self.within(scope_of(user), with_offers=False)

    def within(self, scope: Scope, *, with_offers: bool = True) -> "ComplaintQuerySet":
        """The same, of the scope alone."""
        if not scope.may_read:
            return self.none()
        rows = self
        if not scope.sees_all:
            theirs = [Q(owner=scope.user_id), Q(recorded_by=scope.user_id)]
            if with_offers:
                # Read by it as long as the offer is open. Source: DOMAIN.md 3.1.
                offered = Q(offered_to=scope.user_id) | Q(offered_department__in=scope.department_ids)
                theirs.append(Q(offered_at__isnull=False) & offered)
            rows = rows.filter(AnyOf(Q(department__in=scope.department_ids), *theirs))
        subject_rows = apps.get_model("complaints", "ComplaintSubject").objects
        about = subject_rows.filter(complaint=models.OuterRef("pk"), user__in=scope.hidden_subject_ids)
        rows = rows.filter(~models.Exists(about))
        if scope.is_auditor:
            return rows
        readers = self.model.named_readers.through.objects.filter(complaint=models.OuterRef("pk"), user=scope.user_id)
        return rows.filter(Q(is_restricted=False) | models.Exists(readers))

    def open(self) -> "ComplaintQuerySet":
        # As the indexes say it; what has an end is in one of the last states, and nothing else.
        return self.filter(ended_at=None)

    def owned_by(self, user: User) -> "ComplaintQuerySet":
        return self.filter(owner=user)

    def unowned(self) -> "ComplaintQuerySet":
        return self.filter(owner=None)

    def waiting(self) -> "ComplaintQuerySet":
        """For the customer; what has ended waits for nobody."""
        return self.filter(waiting_until__isnull=False)

    def overdue(self, now: datetime) -> "ComplaintQuerySet":
        return self.filter(next_due_at__lte=now)

    def due_before(self, now: datetime, until: datetime) -> "ComplaintQuerySet":
        return self.filter(next_due_at__gt=now, next_due_at__lte=until)

    def counted(self) -> "ComplaintQuerySet":
        """What figures and rules count: not what was logged by mistake."""
        return self.exclude(state=State.VOIDED)

    def for_list(self) -> "ComplaintQuerySet":
        """With all that a row shows, so that no row asks again."""
        return self.select_related("customer", "owner", "department", "category")


class GuidanceCardQuerySet(models.QuerySet["GuidanceCard"]):
    def visible_to(self, user: User) -> "GuidanceCardQuerySet":
        """Cards for whoever reads complaints; archived ones for who edits them, and for the auditor."""
        if not user.has_perm("complaints.read_guidance"):
            return self.none()
        sees_archived = user.has_perm("complaints.manage_guidance") or scope_of(user).is_auditor
        return self if sees_archived else self.in_use()

    def in_use(self) -> "GuidanceCardQuerySet":
        return self.filter(is_archived=False)
