"""What was said and done on a complaint: communications, notes, deadlines, and its timeline."""

from typing import Any

from django.db.models import QuerySet
from django.urls import path, reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Code, Instant, Line, Text, Whole, YesNo
from api.filters import CodeFilter, Filter, InstantFilter
from api.nouns.complaints_answers import CommunicationOutput, DeadlineOutput, NoteOutput, Username
from api.nouns.complaints_base import OfComplaint, at_fields
from api.nouns.complaints_rows import visible_links
from api.serializers import Input, Output
from api.views import ActionView, ListCreateView, ListView
from api.words import WAYS
from complaints.actions.sending import send_communication_again
from complaints.actions.talks import record_communication, write_note
from complaints.codes import Direction, Medium
from complaints.events import LINKED
from complaints.models import Communication, Complaint
from complaints.timeline import Entry, entries_of
from complaints.timeline_together import OF_GROUPS, hidden_groups
from deadlines.models import Deadline
from events.log import timeline
from events.models import Event

A_DAY = 24 * 60 * 60
TALK_FIELDS = ("summary", "at", "direction", "medium", "is_interim", "next_answer_at")


class CommunicationInput(Input):
    direction = Code(choices=WAYS, help_text="in: the customer did; out: we did.")
    medium = Code(choices=Medium.choices, help_text="How.")
    summary = Text(max_length=5000, help_text="What was said.")
    at = Instant(required=False, help_text="When it was; now, when left out.")
    duration_seconds = Whole(required=False, min_value=0, max_value=A_DAY, help_text="How long it took.")
    participants = Line(required=False, allow_blank=True, max_length=300, help_text="Who took part.")
    subject = Line(required=False, allow_blank=True, max_length=200, help_text="Subject of an e-mail.")
    is_interim = YesNo(required=False, help_text="An answer that is not final yet; it says when the next one comes.")
    next_answer_at = Instant(
        required=False, allow_null=True, help_text="When the next answer comes, which is promised; of an interim one."
    )
    send = YesNo(
        required=False,
        help_text="Send it from here, as an e-mail to the address on record; it keeps its promises when it has left.",
    )

    example = {"direction": "out", "medium": "phone", "summary": "Called, apologised, visit agreed"}


class Communications(OfComplaint, ListCreateView):
    """Talks with the customer, newest first. The first one outwards meets the deadline of the first response.

    With `send` it is an e-mail that leaves from here; `delivery` says what has come of it.
    """

    serializer_class = CommunicationOutput
    input_class = CommunicationInput
    posts = "complaints.work_case"
    filters = {
        "direction": CodeFilter("direction", "Who got in touch.", dict(WAYS)),
        "medium": CodeFilter("medium", "How.", Medium.values),
        "since": InstantFilter("at__gte", "At or after this instant."),
    }
    orderings = {"at": "at", "id": "pk"}
    default_ordering = "-at"

    def get_queryset(self) -> QuerySet[Any]:
        return self.complaint.communications.filter(direction__in=dict(WAYS)).select_related("recorded_by")

    def create(self, values: dict[str, Any]) -> Communication:
        told = {name: value for name, value in values.items() if name != "send"}
        with at_fields({name: name for name in TALK_FIELDS}):
            return record_communication(self.complaint.pk, is_sent=values.get("send", False), by=self.user, **told)

    def location(self, made: Communication) -> str:
        return reverse("api:complaints-communications", kwargs=self.kwargs)


class SendAgain(OfComplaint, ActionView):
    """Send once more what could not be sent, to the address on record now; 409 `not_failed` for all else."""

    serializer_class = CommunicationOutput
    posts = "complaints.work_case"

    def get_queryset(self) -> QuerySet[Any]:
        return self.complaint.communications.exclude(direction=Direction.NOTE).select_related("recorded_by")

    def look_again(self) -> None:
        self.get_queryset()

    def act(self, values: dict[str, Any]) -> Communication:
        row = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if row is None:
            raise Complaint.DoesNotExist
        return send_communication_again(row.pk, by=self.user)


class NoteInput(Input):
    text = Text(max_length=5000, help_text="What to note, for colleagues only.")

    example = {"text": "The till of that day is with the cashier."}


class Notes(OfComplaint, ListCreateView):
    """Notes among colleagues, newest first; they meet no promise to the customer."""

    serializer_class = NoteOutput
    input_class = NoteInput
    posts = "complaints.work_desk"
    orderings = {"at": "at", "id": "pk"}
    default_ordering = "-at"

    def get_queryset(self) -> QuerySet[Any]:
        return self.complaint.communications.filter(direction=Direction.NOTE).select_related("recorded_by")

    def create(self, values: dict[str, Any]) -> Communication:
        return write_note(self.complaint.pk, text=values["text"], by=self.user)

    def location(self, made: Communication) -> str:
        return reverse("api:complaints-notes", kwargs=self.kwargs)


class Deadlines(OfComplaint):
    """Every promise on it, the earlier rounds too, oldest first."""

    serializer_class = DeadlineOutput
    answers = {"GET": {200: DeadlineOutput(many=True)}}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = Deadline.objects.of(self.complaint).order_by("pk")
        return Response(DeadlineOutput(rows, many=True).data)


class TimelineEntryOutput(Output):
    id = serializers.IntegerField(source="event.pk", help_text="Id of the event.")
    type = serializers.CharField(source="event.type", help_text="Type of the event.")
    at = Instant(source="event.at", help_text="When it happened.")
    actor = Username("event.actor", help_text="Who did it; null for the system.")
    message = serializers.CharField(source="words", help_text="What happened, in the language of the answer.")
    text = serializers.CharField(help_text="The words that were said or written then; empty where there are none.")
    data = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="Codes and references of the event, by its type."
    )

    def get_data(self, entry: Entry) -> dict[str, Any]:
        found: dict[str, Any] = entry.event.data
        return found


class Timeline(OfComplaint, ListView):
    """Everything that happened to it, newest first; without links to complaints that you may not see."""

    serializer_class = TimelineEntryOutput
    filters = {
        "type": Filter("type", "Exactly this type of event."),
        "since": InstantFilter("at__gte", "At or after this instant."),
    }
    default_ordering = "-id"

    def get_queryset(self) -> QuerySet[Event]:
        return timeline(self.complaint)

    def shown_rows(self, rows: list[Event]) -> list[Any]:
        hidden = hidden_groups(rows, self.user)
        rows = [row for row in rows if row.type not in OF_GROUPS or row.data.get("group_id") not in hidden]
        entries = entries_of(self.complaint, rows)
        if any(entry.event.type == LINKED for entry in entries):
            links = visible_links([self.complaint.pk], self.user).get(self.complaint.pk, [])
            numbers = {link["number"] for link in links}
            entries = [e for e in entries if e.event.type != LINKED or e.event.data.get("other") in numbers]
        return super().shown_rows(entries)


urlpatterns = [
    path("complaints/<word:number>/communications", Communications.as_view(), name="complaints-communications"),
    path(
        "complaints/<word:number>/communications/<id:pk>/send-again",
        SendAgain.as_view(),
        name="complaints-send-again",
    ),
    path("complaints/<word:number>/notes", Notes.as_view(), name="complaints-notes"),
    path("complaints/<word:number>/deadlines", Deadlines.as_view(), name="complaints-deadlines"),
    path("complaints/<word:number>/timeline", Timeline.as_view(), name="complaints-timeline"),
]
