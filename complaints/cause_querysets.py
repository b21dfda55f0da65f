"""Named questions about recurring causes. Every list a person sees starts with `visible_to`."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.scope import scope_of

if TYPE_CHECKING:
    # ruff reads no strings in brackets
    from complaints.models.cause import Cause  # noqa: F401


class CauseQuerySet(models.QuerySet["Cause"]):
    def visible_to(self, user: User) -> "CauseQuerySet":
        """What this user may read. Source: DOMAIN.md 2.

        Of their department and those below, or owned by them; never what is about themselves or the head of their
        department. One in a restricted category only as a named reader of one of its complaints.
        """
        scope = scope_of(user)
        if not scope.may_read:
            return self.none()
        rows = self
        if not scope.sees_all:
            rows = rows.filter(Q(department__in=scope.department_ids) | Q(owner=scope.user_id))
        rows = rows.filter(Q(subject=None) | ~Q(subject__in=scope.hidden_subject_ids))
        if scope.is_auditor:
            return rows
        links = apps.get_model("complaints", "CauseComplaint").objects
        named = links.filter(cause=OuterRef("pk"), complaint__named_readers=scope.user_id)
        return rows.filter(Q(category__is_restricted=False) | Exists(named))

    def open(self) -> "CauseQuerySet":
        return self.filter(closed_at=None)

    def for_list(self) -> "CauseQuerySet":
        """With all that a row shows, so that no row asks again."""
        return self.select_related("department", "category", "owner", "subject")

    def counted_for(self, user: User) -> "CauseQuerySet":
        """With `complaint_count` and `newest_at` of the complaints this user may see: others are not even counted."""
        visible = apps.get_model("complaints", "Complaint").objects.counted().visible_to(user)
        links = apps.get_model("complaints", "CauseComplaint").objects
        seen = links.filter(cause=OuterRef("pk")).filter(Exists(visible.filter(pk=OuterRef("complaint"))))
        count = seen.order_by().values("cause").annotate(count=Count("pk")).values("count")
        newest = seen.order_by("-complaint__received_at").values("complaint__received_at")[:1]
        return self.annotate(complaint_count=Coalesce(Subquery(count), 0), newest_at=Subquery(newest))
