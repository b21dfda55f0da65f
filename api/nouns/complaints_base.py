"""What the addresses below one complaint have in common: found for its reader, or not there at all."""

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from rest_framework.request import Request

from accounts.roles import refused
from accounts.scope import Scope, scope_of
from api.nouns.complaints_answers import ComplaintOutput
from api.nouns.complaints_rows import complete_one, find_complaint
from api.permissions import SAFE
from api.problems import invalid_fields
from api.views import ActionView, ApiView, OneView
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from core.errors import Blocked
from core.prepared import prepared


class OfComplaint(ApiView):
    """Below `complaints/<word:number>`. `posts`: the permission without which nothing is sent here."""

    posts: ClassVar[str] = ""
    queryset = Complaint.objects.none()
    lookup_field = "number"
    lookup_url_kwarg = "number"

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.posts and request.method not in SAFE and not self.user.has_perm(self.posts):
            raise refused(self.posts)

    @functools.cached_property
    def complaint(self) -> Complaint:
        """The complaint without what only its answer tells. Raises Complaint.DoesNotExist for what is hidden."""
        scope = scope_of(self.user)
        found = next(iter(_complaint(scope, self.kwargs["number"])), None) if scope.may_read else None
        if found is None:
            raise Complaint.DoesNotExist
        return found


@prepared
def _complaint(scope: Scope, number: str) -> ComplaintQuerySet:
    return Complaint.objects.within(scope).filter(number=number).select_related("department")[:1]


class ComplaintView(OfComplaint, OneView):
    """Its answer is the complaint."""

    serializer_class = ComplaintOutput

    def get_object(self) -> Complaint:
        found = find_complaint(self.user, number=self.kwargs["number"])
        if found is None:
            raise Complaint.DoesNotExist
        return complete_one(found, self.user)

    def again(self, item: Complaint) -> Complaint | None:
        found = find_complaint(self.user, pk=item.pk)
        return found and complete_one(found, self.user)


class ComplaintVerb(ComplaintView, ActionView):
    """POST of one verb; answers with the complaint, or 204 when that hid it from who did it."""


@contextmanager
def at_fields(places: Mapping[str, str]) -> Iterator[None]:
    """Answer what an action refuses because of the body as 400 at its field: `places` maps links to dotted paths.

    What has no place in the body is about the state of the case, and goes on as it is.
    """
    try:
        yield
    except Blocked as refusal:
        if not all(blocker.link in places for blocker in refusal.blockers):
            raise
        errors: list[dict[str, Any]] = [
            {"field": places[blocker.link], "code": blocker.code, "message": blocker.message}
            for blocker in refusal.blockers
        ]
        raise invalid_fields(errors) from refusal
