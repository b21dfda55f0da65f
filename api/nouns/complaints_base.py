"""What the addresses below one complaint have in common: found for its reader, or not there at all."""

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from rest_framework.request import Request

from accounts.roles import refused
from api.nouns.complaints_answers import ComplaintOutput
from api.nouns.complaints_rows import complaints_for, complete_one
from api.permissions import SAFE
from api.problems import invalid_fields
from api.views import ActionView, ApiView, OneView
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from core.errors import Blocked


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
        visible = Complaint.objects.visible_to(self.user).select_related("department")
        return visible.get(number=self.kwargs["number"])


class ComplaintView(OfComplaint, OneView):
    """Its answer is the complaint."""

    serializer_class = ComplaintOutput

    def get_queryset(self) -> ComplaintQuerySet:
        return complaints_for(self.user)

    def get_object(self) -> Complaint:
        found = self.get_queryset().filter(number=self.kwargs["number"]).first()
        if found is None:
            raise Complaint.DoesNotExist
        return complete_one(found, self.user)

    def again(self, item: Complaint) -> Complaint | None:
        found = self.get_queryset().filter(pk=item.pk).first()
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
