"""What somebody must do by a time: asking a senior, meetings with their promises, and the tasks they become."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import path, reverse
from rest_framework import serializers
from rest_framework.request import Request

from accounts.roles import refused
from api.fields import Code, Instant, Line, Text, Whole, instant_text
from api.filters import CodeFilter, Filter, IdFilter, InstantFilter
from api.nouns.complaints_answers import Said, Username
from api.nouns.complaints_base import OfComplaint, at_fields
from api.nouns.complaints_moves import PersonField
from api.permissions import SAFE
from api.serializers import Input, Output
from api.views import ActionView, ApiView, ChangeMixin, CreateMixin, ListCreateView, ListView
from complaints.actions.meetings import Held, record_meeting
from complaints.actions.tasks import (
    SENIOR_MEDIA,
    PromisedTask,
    ask_senior,
    cancel_task,
    change_task,
    finish_task,
)
from complaints.codes import Medium
from complaints.models import CaseTask, Communication, GroupTalk, Meeting

A_DAY = 24 * 60 * 60


class TaskOutput(Output):
    id = serializers.IntegerField(help_text="Id of the task.")
    kind = Code(choices=CaseTask.Kind.choices, help_text="A promise of a meeting, or a talk by a senior.")
    what = serializers.CharField(help_text="What is to be done; may be empty for a talk.")
    complaint = serializers.CharField(
        source="complaint.number",
        default=None,
        allow_null=True,
        help_text="Number of its complaint; null for a group’s.",
    )
    group = serializers.IntegerField(
        source="group_id", allow_null=True, help_text="Id of its group complaint; null for a complaint’s."
    )
    medium = Said(choices=Medium.choices, help_text="How a senior shall talk; null for a promise.")
    assignee = Username(help_text="Whose task it is.")
    due_at = Instant(help_text="Until when.")
    state = Code(choices=CaseTask.State.choices, help_text="How it stands.")
    note = serializers.CharField(help_text="What was done, or why it is not needed.")
    created_by = Username(help_text="Who made it.")
    created_at = Instant(help_text="When.")
    ended_by = Username(help_text="Who ended it; null while it is open, and for the system.")
    ended_at = Instant(allow_null=True, help_text="When it ended.")


class OfTasks(ApiView):
    """Tasks of complaints and groups that you may see."""

    serializer_class = TaskOutput
    queryset = CaseTask.objects.none()

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if request.method in SAFE:
            if not self.user.has_perm("complaints.read_complaints"):
                raise refused("complaints.read_complaints")
        elif not self.user.has_perm("complaints.work_case"):
            raise refused("complaints.work_case")

    def get_queryset(self) -> QuerySet[CaseTask]:
        return CaseTask.objects.visible_to(self.user).for_list()


class Tasks(OfTasks, ListView):
    """Tasks you may see, the nearest date first; `assignee` with your own name gives yours."""

    filters = {
        "state": CodeFilter("state", "How it stands.", CaseTask.State.values),
        "kind": CodeFilter("kind", "What kind.", CaseTask.Kind.values),
        "assignee": Filter("assignee__username", "Username of whose task it is."),
        "complaint": Filter("complaint__number", "Number of the complaint."),
        "group": IdFilter("group_id", "Id of the group complaint."),
        "due_before": InstantFilter("due_at__lt", "Due before this instant."),
    }
    orderings = {"due_at": "due_at", "id": "pk"}
    default_ordering = "due_at"


class TaskChangeInput(Input):
    what = Line(max_length=300, required=False, allow_blank=True, help_text="What is to be done.")
    assignee = PersonField(required=False, help_text="Whose task it becomes, by username or id.")
    due_at = Instant(required=False, help_text="Until when; still to come.")

    example = {"due_at": "2030-01-31T18:00:00+08:00"}


class OneTask(OfTasks, ChangeMixin):
    """One task; PATCH changes what it is, whose, or until when."""

    input_class = TaskChangeInput

    def change(self, item: CaseTask, values: dict[str, Any], version: int) -> CaseTask:
        with at_fields({name: name for name in ("what", "assignee", "due_at")}):
            return change_task(item.pk, expected_version=version, by=self.user, **values)


class TaskDoneInput(Input):
    note = Text(max_length=5000, help_text="What was done; of a senior’s talk what was said.")
    medium = Code(choices=Medium.choices, required=False, help_text="Of a senior’s talk: how; as asked, when left out.")
    at = Instant(required=False, help_text="Of a senior’s talk: when it was; now, when left out.")
    duration_seconds = Whole(required=False, min_value=0, max_value=A_DAY, help_text="Of a senior’s talk: how long.")

    example = {"note": "The part came on Tuesday and is fitted."}


class TaskDone(OfTasks, ActionView):
    """It is done. A senior’s talk is kept on the complaint as a communication, which finishes the task."""

    input_class = TaskDoneInput

    def act(self, values: dict[str, Any]) -> CaseTask:
        places = {"note": "note", "summary": "note", "at": "at", "medium": "medium"}
        with at_fields(places):
            return finish_task(self.get_object().pk, by=self.user, **values)


class TaskCancelInput(Input):
    note = Text(max_length=5000, help_text="Why it is not needed any more.")

    example = {"note": "The customer took the money instead."}


class TaskCancel(OfTasks, ActionView):
    """It is no longer needed, with the reason."""

    input_class = TaskCancelInput

    def act(self, values: dict[str, Any]) -> CaseTask:
        with at_fields({"note": "note"}):
            return cancel_task(self.get_object().pk, note=values["note"], by=self.user)


class SeniorInput(Input):
    senior = PersonField(help_text="Who shall talk to the customer, by username or id.")
    medium = Code(choices=[(medium.value, medium.label) for medium in SENIOR_MEDIA], help_text="Call or visit.")
    due_at = Instant(help_text="Until when; still to come.")
    note = Line(max_length=300, required=False, allow_blank=True, help_text="What they should know.")

    example = {"senior": "manager1", "medium": "phone", "due_at": "2030-01-31T18:00:00+08:00"}


class Senior(OfComplaint, CreateMixin):
    """Bring in a senior: a supervisor or manager above it calls or visits by a time. The answer is their task."""

    serializer_class = TaskOutput
    input_class = SeniorInput
    posts = "complaints.work_case"

    def create(self, values: dict[str, Any]) -> CaseTask:
        with at_fields({name: name for name in ("senior", "medium", "due_at")}):
            return ask_senior(self.complaint.pk, by=self.user, **values)

    def again(self, item: CaseTask) -> CaseTask:
        return CaseTask.objects.visible_to(self.user).for_list().get(pk=item.pk)

    def location(self, made: CaseTask) -> str:
        return reverse("api:tasks-detail", kwargs={"pk": made.pk})


class MeetingPromiseInput(Input):
    what = Line(max_length=300, help_text="What was promised.")
    assignee = PersonField(help_text="Whose task it becomes, by username or id.")
    due_at = Instant(help_text="Until when; still to come.")


class MeetingInput(Input):
    kind = Code(choices=Meeting.Kind.choices, help_text="What kind of meeting it was.")
    place = Line(max_length=200, help_text="Where.")
    theirs = Line(max_length=500, help_text="Who came from their side.")
    ours = serializers.ListField(child=PersonField(), required=False, max_length=50, help_text="Who came from ours.")
    summary = Text(max_length=5000, help_text="What was said.")
    at = Instant(required=False, help_text="When it was; now, when left out.")
    duration_seconds = Whole(required=False, min_value=0, max_value=A_DAY, help_text="How long it took.")
    promises = MeetingPromiseInput(  # type: ignore[call-arg]
        many=True, required=False, max_length=50, help_text="What was promised; each becomes a task."
    )

    example = {
        "kind": "visit",
        "place": "At the customer’s shop",
        "theirs": "Mr. Chen and his wife",
        "summary": "We looked at the pump together; it drips at the seal.",
        "promises": [
            {"what": "Bring a new seal", "assignee": "handler1", "due_at": "2030-01-31T18:00:00+08:00"},
        ],
    }


def held_of(values: Mapping[str, Any]) -> Held:
    """The body as the action takes it."""
    return Held(
        kind=values["kind"],
        place=values["place"],
        theirs=values["theirs"],
        said=values["summary"],
        at=values.get("at"),
        duration_seconds=values.get("duration_seconds"),
        ours=values.get("ours", ()),
        promises=[PromisedTask(**promise) for promise in values.get("promises", ())],
    )


def places_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Where in the body a refusal stands."""
    rows = range(len(values.get("promises", ())))
    inside = [f"promises.{row}.{name}" for row in rows for name in ("what", "assignee", "due_at")]
    return {name: name for name in ("kind", "place", "theirs", "summary", "at", *inside)}


class MeetingOutput(Output):
    id = serializers.IntegerField(help_text="Id of the meeting.")
    kind = Code(choices=Meeting.Kind.choices, help_text="What kind of meeting it was.")
    place = serializers.CharField(help_text="Where.")
    theirs = serializers.CharField(help_text="Who came from their side.")
    ours = serializers.SerializerMethodField(help_text="Usernames of who came from ours.")
    summary = serializers.SerializerMethodField(help_text="What was said.")
    at = serializers.SerializerMethodField(help_text="When it was.")
    promises = TaskOutput(many=True, help_text="What was promised, as tasks.")

    def get_ours(self, meeting: Meeting) -> list[str]:
        people: Any = meeting.ours.all()
        return [person.username for person in people]

    def get_summary(self, meeting: Meeting) -> str:
        return _talk(meeting).summary

    def get_at(self, meeting: Meeting) -> str:
        return instant_text(_talk(meeting).at)


def _talk(meeting: Meeting) -> Communication | GroupTalk:
    talk = meeting.communication or meeting.group_talk
    assert talk is not None  # noqa: S101 (a constraint says so)
    return talk


def meetings_with_promises(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    promises = Prefetch("promises", CaseTask.objects.for_list())
    return rows.select_related("communication", "group_talk").prefetch_related("ours", promises)


class Meetings(OfComplaint, ListCreateView):
    """Visits, negotiations and owners’ meetings, newest first; POST keeps one, and makes tasks of its promises."""

    serializer_class = MeetingOutput
    input_class = MeetingInput
    posts = "complaints.work_case"
    default_ordering = "-id"

    def get_queryset(self) -> QuerySet[Meeting]:
        return meetings_with_promises(Meeting.objects.filter(communication__complaint=self.complaint))

    def create(self, values: dict[str, Any]) -> Meeting:
        with at_fields(places_of(values)):
            return record_meeting(self.complaint.pk, held_of(values), by=self.user)

    def location(self, made: Meeting) -> str:
        return reverse("api:complaints-meetings", kwargs=self.kwargs)


urlpatterns = [
    path("tasks", Tasks.as_view(), name="tasks-list"),
    path("tasks/<id:pk>", OneTask.as_view(), name="tasks-detail"),
    path("tasks/<id:pk>/done", TaskDone.as_view(), name="tasks-done"),
    path("tasks/<id:pk>/cancel", TaskCancel.as_view(), name="tasks-cancel"),
    path("complaints/<word:number>/senior", Senior.as_view(), name="complaints-senior"),
    path("complaints/<word:number>/meetings", Meetings.as_view(), name="complaints-meetings"),
]
