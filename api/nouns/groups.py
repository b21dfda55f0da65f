"""Group complaints: several customers with one grievance under one head. Source: DOMAIN.md 3.1."""

import functools
from typing import Any

from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.roles import refused
from api.fields import Code, Id, Instant, Line, Text, Whole
from api.filters import Filter, YesNoFilter
from api.nouns.complaints_answers import Username
from api.nouns.complaints_base import at_fields
from api.nouns.tasks import A_DAY, MeetingInput, MeetingOutput, held_of, meetings_with_promises, places_of
from api.permissions import SAFE
from api.serializers import Input, Output
from api.views import ActionView, ApiView, ItemView, ListCreateView, OneView
from api.words import WAYS
from complaints.actions.group_talks import record_group_meeting, record_group_talk
from complaints.actions.groups import (
    add_member,
    close_group,
    end_representative,
    name_representative,
    open_group,
    remove_member,
)
from complaints.codes import Medium, State
from complaints.models import ComplaintGroup, GroupTalk, Meeting
from complaints.together import card_of
from core.errors import Conflict


class GroupMemberOutput(Output):
    number = serializers.CharField(help_text="Number of the member’s complaint.")
    state = Code(choices=State.choices, help_text="Where it stands; each member has their own end.")
    owner = Username(help_text="Username of who works on it; null while nobody owns it.")


class RepresentativeOutput(Output):
    id = serializers.IntegerField(help_text="Id of the representative.")
    number = serializers.CharField(source="complaint.number", help_text="Number of the member they belong to.")
    name = serializers.CharField(help_text="Who speaks for the group.")
    proof = serializers.CharField(help_text="What shows that the others let them speak.")
    named_at = Instant(help_text="Since when.")


class ComplaintGroupRowOutput(Output):
    id = serializers.IntegerField(help_text="Id of the group.")
    title = serializers.CharField(help_text="What it is about.")
    department = serializers.CharField(source="department.code", help_text="Code of the department that leads it.")
    opened_by = Username(help_text="Who opened it.")
    opened_at = Instant(help_text="When.")
    is_open = serializers.BooleanField(help_text="Whether the negotiation goes on.")
    closed_at = Instant(allow_null=True, help_text="When it was closed.")
    closed_reason = serializers.CharField(help_text="What came of it.")
    updated_at = Instant(help_text="When the group changed last.")


class ComplaintGroupOutput(ComplaintGroupRowOutput):
    """A group with its members and representatives, as far as you may see their complaints."""

    members = GroupMemberOutput(
        many=True, source="shown.members", help_text="Its complaints that you may see; others are not even counted."
    )
    representatives = RepresentativeOutput(
        many=True, source="shown.representatives", help_text="Who speaks for them now."
    )


class OfGroups(ApiView):
    """Group complaints of which you may see a member."""

    serializer_class: type[Output] = ComplaintGroupOutput
    queryset = ComplaintGroup.objects.none()

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        needed = "complaints.read_complaints" if request.method in SAFE else "complaints.work_case"
        if not self.user.has_perm(needed):
            raise refused(needed)

    def get_queryset(self) -> QuerySet[Any]:
        return ComplaintGroup.objects.visible_to(self.user).select_related("department", "opened_by")


class GroupView(OfGroups, OneView):
    """Its answer is the group."""

    def get_object(self) -> ComplaintGroup:
        group: ComplaintGroup = super().get_object()
        return self._shown(group)

    def again(self, item: Any) -> ComplaintGroup | None:
        found = self.get_queryset().filter(pk=item.pk).first()
        return None if found is None else self._shown(found)

    def _shown(self, group: ComplaintGroup) -> ComplaintGroup:
        group.__dict__["shown"] = card_of(group, self.user)
        return group


class GroupVerb(GroupView, ActionView):
    """POST of one verb; answers with the group, or 204 when that hid it from who did it."""


class OpenGroupInput(Input):
    title = Line(max_length=160, help_text="What it is about.")
    complaints = serializers.ListField(
        child=Line(max_length=16), min_length=1, max_length=100, help_text="Numbers of its first members."
    )

    example = {"title": "Parking fee not disclosed", "complaints": ["C-2026-000123"]}


class Groups(GroupView, ListCreateView):
    """Group complaints, newest first; POST opens one over complaints that stay what they are.

    From as many customers on as the policy `triage.group_size` says, each member becomes class 2.
    """

    input_class = OpenGroupInput
    filters = {
        "is_open": YesNoFilter("closed_at__isnull", "Whether the negotiation goes on."),
        "department": Filter("department__code", "Code of the department that leads it."),
    }
    default_ordering = "-id"

    def get_serializer_class(self) -> Any:
        return ComplaintGroupRowOutput if self.request.method in SAFE else ComplaintGroupOutput

    def create(self, values: dict[str, Any]) -> ComplaintGroup:
        with at_fields({"title": "title", "numbers": "complaints"}):
            return open_group(values["complaints"], title=values["title"], by=self.user)

    def location(self, made: ComplaintGroup) -> str:
        return reverse("api:groups-detail", kwargs={"pk": made.pk})


class OneGroup(GroupView, ItemView):
    """One group complaint."""


class MemberInput(Input):
    number = Line(max_length=16, help_text="Number of the complaint.")
    reason = Text(max_length=1000, required=False, allow_blank=True, help_text="Why; needed to take it out.")

    example = {"number": "C-2026-000124", "reason": "The same fee."}


class AddMember(GroupVerb):
    """Add a complaint to an open group; adding a member again changes nothing."""

    input_class = MemberInput

    def act(self, values: dict[str, Any]) -> ComplaintGroup:
        with at_fields({"number": "number"}):
            return add_member(self.get_object().pk, by=self.user, **values)


class RemoveMember(GroupVerb):
    """Take a complaint out, with the reason; it goes on by itself."""

    input_class = MemberInput

    def act(self, values: dict[str, Any]) -> ComplaintGroup:
        with at_fields({"number": "number", "reason": "reason"}):
            reason = values.get("reason", "")
            return remove_member(self.get_object().pk, number=values["number"], reason=reason, by=self.user)


class RepresentativeInput(Input):
    number = Line(max_length=16, help_text="Number of the member they belong to.")
    name = Line(max_length=120, help_text="Who speaks for the group.")
    proof = Line(max_length=300, help_text="What shows that the others let them speak.")

    example = {"number": "C-2026-000123", "name": "Mrs. Chen", "proof": "List with 12 signatures, in the file"}


class NameRepresentative(GroupVerb):
    """Somebody of a member’s side speaks for the group, with the proof of their authority."""

    input_class = RepresentativeInput

    def act(self, values: dict[str, Any]) -> ComplaintGroup:
        group = self.get_object()
        with at_fields({name: name for name in ("number", "name", "proof")}):
            name_representative(group.pk, by=self.user, **values)
        return group


class EndRepresentativeInput(Input):
    representative = Id(help_text="Id of the representative.")
    reason = Text(max_length=1000, help_text="Why they speak no longer.")

    example = {"representative": 1, "reason": "She moved away."}


class EndRepresentative(GroupVerb):
    """They speak for the group no longer; that they did stays on record."""

    input_class = EndRepresentativeInput

    def act(self, values: dict[str, Any]) -> ComplaintGroup:
        group = self.get_object()
        card = group.__dict__["shown"]
        if values["representative"] not in {row.pk for row in card.representatives}:
            raise Conflict("ended_already", _("They do not speak for the group any more."))
        end_representative(values["representative"], reason=values["reason"], by=self.user)
        return group


class CloseInput(Input):
    reason = Text(max_length=1000, help_text="What came of it.")

    example = {"reason": "All members got the fee back."}


class CloseGroup(GroupVerb):
    """The one negotiation is over; each member’s complaint goes on to its own end."""

    input_class = CloseInput

    def act(self, values: dict[str, Any]) -> ComplaintGroup:
        return close_group(self.get_object().pk, reason=values["reason"], by=self.user)


class GroupTalkInput(Input):
    direction = Code(choices=WAYS, help_text="in: the customers did; out: we did.")
    medium = Code(choices=Medium.choices, help_text="How.")
    summary = Text(max_length=5000, help_text="What was said.")
    at = Instant(required=False, help_text="When it was; now, when left out.")
    duration_seconds = Whole(required=False, min_value=0, max_value=A_DAY, help_text="How long it took.")

    example = {"direction": "out", "medium": "phone", "summary": "We told Mrs. Chen when the answer comes."}


class GroupTalkOutput(Output):
    id = serializers.IntegerField(help_text="Id of the talk.")
    direction = Code(choices=WAYS, help_text="Who got in touch.")
    medium = Code(choices=Medium.choices, help_text="How.")
    at = Instant(help_text="When it was.")
    duration_seconds = serializers.IntegerField(allow_null=True, help_text="How long it took.")
    summary = serializers.CharField(help_text="What was said.")
    recorded_by = Username(help_text="Who recorded it.")
    recorded_at = Instant(help_text="When it was recorded.")


class OfOneGroup(OfGroups):
    """Below `groups/<id:pk>`."""

    @functools.cached_property
    def group(self) -> ComplaintGroup:
        """Raises ComplaintGroup.DoesNotExist for what is hidden."""
        return ComplaintGroup.objects.visible_to(self.user).get(pk=self.kwargs["pk"])


class GroupTalks(OfOneGroup, ListCreateView):
    """What was said to and by the group, newest first: once here, and on each member’s timeline.

    A talk outwards is the contact and the answer of every open member.
    """

    serializer_class = GroupTalkOutput
    input_class = GroupTalkInput
    orderings = {"at": "at", "id": "pk"}
    default_ordering = "-at"

    def get_queryset(self) -> QuerySet[Any]:
        return self.group.talks.select_related("recorded_by")

    def create(self, values: dict[str, Any]) -> GroupTalk:
        with at_fields({name: name for name in ("summary", "at", "direction", "medium")}):
            return record_group_talk(self.group.pk, by=self.user, **values)

    def location(self, made: GroupTalk) -> str:
        return reverse("api:groups-communications", kwargs=self.kwargs)


class GroupMeetings(OfOneGroup, ListCreateView):
    """Meetings with the group, newest first; what was promised there is promised to all of it."""

    serializer_class = MeetingOutput
    input_class = MeetingInput
    default_ordering = "-id"

    def get_queryset(self) -> QuerySet[Any]:
        return meetings_with_promises(Meeting.objects.filter(group_talk__group=self.group))

    def create(self, values: dict[str, Any]) -> Meeting:
        with at_fields(places_of(values)):
            return record_group_meeting(self.group.pk, held_of(values), by=self.user)

    def location(self, made: Meeting) -> str:
        return reverse("api:groups-meetings", kwargs=self.kwargs)


urlpatterns = [
    path("groups", Groups.as_view(), name="groups-list"),
    path("groups/<id:pk>", OneGroup.as_view(), name="groups-detail"),
    path("groups/<id:pk>/members", AddMember.as_view(), name="groups-members"),
    path("groups/<id:pk>/members/remove", RemoveMember.as_view(), name="groups-members-remove"),
    path("groups/<id:pk>/representatives", NameRepresentative.as_view(), name="groups-representatives"),
    path("groups/<id:pk>/representatives/end", EndRepresentative.as_view(), name="groups-representatives-end"),
    path("groups/<id:pk>/communications", GroupTalks.as_view(), name="groups-communications"),
    path("groups/<id:pk>/meetings", GroupMeetings.as_view(), name="groups-meetings"),
    path("groups/<id:pk>/close", CloseGroup.as_view(), name="groups-close"),
]
