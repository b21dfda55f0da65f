"""What the pages of working together ask: handing over, a senior, a meeting with its promises, tasks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from complaints.actions import hand_over, meetings, tasks
from complaints.actions.tasks import SENIOR_MEDIA, PromisedTask
from complaints.codes import Medium
from complaints.forms.case import (
    CANNOT_OWN,
    LONGEST_TALK_MINUTES,
    QuestionForm,
    grouped_by_department,
    possible_owners,
    reason_field,
)
from complaints.forms.fields import PastMoment, Words
from complaints.forms.refusals import save_with
from complaints.models import CaseTask, Complaint, Meeting
from complaints.seniors import seniors_of
from core import clock
from core.forms import ManyPicks, Picks
from deadlines.lengths import parse_length
from deadlines.timer import length_text
from policies.reading import policy

# A meeting's page has room for so many promises; more are noted as another meeting.
PROMISES = 4
NOBODY = _("Choose whose task it is.")


class AnyMoment(PastMoment):
    """A local date and time, whether over or to come."""

    def validate(self, value: datetime | None) -> None:
        forms.DateTimeField.validate(self, value)


class ComingMoment(PastMoment):
    """A local date and time that is still to come."""

    def validate(self, value: datetime | None) -> None:
        forms.DateTimeField.validate(self, value)
        if value is not None and value <= clock.now():
            raise ValidationError(_("This time is over. Enter one that is still to come."), code="over")


def proposed_until(severity_class: int) -> datetime:
    """When a new task is due unless somebody says otherwise; the policy's length, around the clock, to the hour."""
    length = parse_length(length_text(policy("deadline.task"), severity_class) or "P3D")
    until = clock.now() + timedelta(days=length.days) + length.time
    return timezone.localtime(until).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


class HandOverForm(QuestionForm):
    """To a colleague, or with a reason to a department."""

    owner = forms.ChoiceField(label=_("To a colleague"), required=False, error_messages={"invalid_choice": CANNOT_OWN})
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Or to a department"), required=False, empty_label=_("Choose")
    )
    reason = reason_field(_("Why, and what the other should know"))

    def __init__(self, *args: Any, complaint: Complaint, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        but = {complaint.owner_id, user.pk}
        people = [person for person in possible_owners(complaint) if person.pk not in but]
        self.people = {str(person.pk): person for person in people}
        self.fields["owner"].choices = [("", _("Choose")), *grouped_by_department(people)]  # type: ignore[attr-defined]
        others = Department.objects.active().exclude(pk=complaint.department_id)
        self.fields["department"].queryset = others  # type: ignore[attr-defined]

    def act(self, complaint: Complaint, by: User) -> object:
        given = self.cleaned_data
        return hand_over.hand_over(
            complaint.pk,
            to=self.people.get(given["owner"]),
            department=given["department"],
            reason=given["reason"],
            by=by,
        )


class DeclineForm(QuestionForm):
    reason = reason_field(_("Reason"))

    def act(self, complaint: Complaint, by: User) -> object:
        return hand_over.decline_hand_over(complaint.pk, reason=self.cleaned_data["reason"], by=by)


class SeniorForm(QuestionForm):
    """Who of a higher level talks to the customer, how, and until when."""

    senior = forms.ChoiceField(label=_("Who"), required=False, error_messages={"invalid_choice": CANNOT_OWN})
    medium = forms.ChoiceField(
        label=_("They shall"),
        choices=[(Medium.PHONE.value, _("call")), (Medium.VISIT.value, _("visit"))],
        widget=Picks,
        initial=Medium.PHONE.value,
        required=False,
    )
    due_at = ComingMoment(label=_("Until"))
    note = Words(label=_("What they should know"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, complaint: Complaint, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = seniors_of(complaint, but=user)
        self.people = {str(person.pk): person for person in people}
        self.fields["senior"].choices = [("", _("Choose")), *grouped_by_department(people)]  # type: ignore[attr-defined]
        self.fields["due_at"].initial = lambda: proposed_until(complaint.severity_class)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "senior" in given and given["senior"] not in self.people:
            self.add_error("senior", ValidationError(_("Choose who shall talk to the customer."), code="required"))
        if "due_at" in given and given["due_at"] is None:
            self.add_error("due_at", ValidationError(_("Say until when."), code="required"))
        return given

    def act(self, complaint: Complaint, by: User) -> object:
        given = self.cleaned_data
        return tasks.ask_senior(
            complaint.pk,
            senior=self.people[given["senior"]],
            medium=given["medium"] or SENIOR_MEDIA[0],
            due_at=given["due_at"],
            note=given["note"],
            by=by,
        )


class PromiseRow(forms.Form):
    """One promise of a meeting; a row in which nothing is written is none."""

    use_required_attribute = False
    what = Words(label=_("What was promised"), max_length=300)
    assignee = forms.ChoiceField(label=_("Whose task it is"), required=False, error_messages={"invalid_choice": NOBODY})
    due_at = ComingMoment(label=_("Until"))

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["assignee"].choices = [("", _("Choose")), *grouped_by_department(people)]  # type: ignore[attr-defined]

    @property
    def is_said(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields) or bool(self.errors)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not any(given.values()):
            return given
        if not given.get("what") and "what" in given:
            self.add_error("what", ValidationError(_("Write what was promised."), code="required"))
        if "assignee" in given and given["assignee"] not in self.people:
            self.add_error("assignee", ValidationError(NOBODY, code="required"))
        if "due_at" in given and given["due_at"] is None:
            self.add_error("due_at", ValidationError(_("Say until when."), code="required"))
        return given

    @property
    def promised(self) -> PromisedTask:
        given = self.cleaned_data
        return PromisedTask(given["what"], self.people[given["assignee"]], given["due_at"])


class MeetingForm(forms.Form):
    """Where and when, who took part, what was said; the promises stand in rows below."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("What kind of meeting"),
        choices=Meeting.Kind.choices,
        widget=Picks,
        initial=Meeting.Kind.VISIT,
        required=False,
    )
    place = Words(label=_("Where"), max_length=200)
    at = PastMoment(label=_("When"), help_text=_("Empty is now."))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=0,
        max_value=LONGEST_TALK_MINUTES,
        widget=forms.NumberInput(attrs={"class": "num"}),
    )
    theirs = Words(label=_("Who came from their side"), max_length=500)
    ours = forms.MultipleChoiceField(label=_("Who came from ours"), required=False, widget=ManyPicks)
    summary = Words(label=_("What was said"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, people: Sequence[User], user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["ours"].choices = [(pk, str(person)) for pk, person in self.people.items()]  # type: ignore[attr-defined]
        self.fields["ours"].initial = [str(user.pk)]
        data = self.data if self.is_bound else None
        self.rows = [PromiseRow(data, people=people, prefix=f"promises-{number}") for number in range(PROMISES)]

    def clean(self) -> dict[str, Any]:
        # The action says so too; said here, it stands beside what is wrong with a promise.
        given = super().clean() or {}
        for name, sentence in (
            ("place", _("Write where you met.")),
            ("theirs", _("Write who came from their side.")),
            ("summary", _("Write what was said.")),
        ):
            if name in given and not given[name]:
                self.add_error(name, ValidationError(sentence, code="required"))
        return given

    def is_valid(self) -> bool:
        # All of them are looked at, so that everything that is wrong is said at once.
        found = [row.is_valid() for row in self.rows]
        return super().is_valid() and all(found)

    @property
    def held(self) -> meetings.Held:
        given = self.cleaned_data
        minutes = given["minutes"]
        return meetings.Held(
            kind=given["kind"] or Meeting.Kind.VISIT,
            place=given["place"],
            theirs=given["theirs"],
            said=given["summary"],
            at=given["at"],
            duration_seconds=None if minutes is None else minutes * 60,
            ours=[self.people[pk] for pk in given["ours"]],
            promises=[row.promised for row in self.rows if row.is_said],
        )

    def save_with(self, keep: Any) -> object:
        """Keep it by the action; what is refused for one answer comes back at it."""
        return save_with(self, lambda: keep(self.held))

    def save(self, complaint: Complaint, *, by: User) -> object:
        return self.save_with(lambda held: meetings.record_meeting(complaint.pk, held, by=by))


class TaskNoteForm(forms.Form):
    """How a task ended: what was done, or why it is not needed."""

    use_required_attribute = False
    note = Words(label=_("What was done"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))

    def finish(self, task: CaseTask, *, by: User) -> object:
        return save_with(self, lambda: tasks.finish_task(task.pk, note=self.cleaned_data["note"], by=by))

    def cancel(self, task: CaseTask, *, by: User) -> object:
        return save_with(self, lambda: tasks.cancel_task(task.pk, note=self.cleaned_data["note"], by=by))


class TalkDoneForm(TaskNoteForm):
    """How the senior's talk went: it is kept on the case as a talk with the customer."""

    medium = forms.ChoiceField(
        label=_("By"),
        choices=[(medium.value, medium.label) for medium in (*SENIOR_MEDIA, Medium.MEETING)],
        widget=Picks,
        required=False,
    )
    at = PastMoment(label=_("When"), help_text=_("Empty is now."))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=0,
        max_value=LONGEST_TALK_MINUTES,
        widget=forms.NumberInput(attrs={"class": "num"}),
    )
    field_order = ("medium", "at", "minutes", "note")

    def finish(self, task: CaseTask, *, by: User) -> object:
        given = self.cleaned_data
        minutes = given["minutes"]
        places: Mapping[str, str] = {"no_summary": "note", "in_the_future": "at", "before_complaint": "at"}
        return save_with(
            self,
            lambda: tasks.finish_task(
                task.pk,
                note=given["note"],
                medium=given["medium"],
                at=given["at"],
                duration_seconds=None if minutes is None else minutes * 60,
                by=by,
            ),
            places,
        )


class TaskChangeForm(forms.Form):
    """What a task is, whose, and until when."""

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    what = Words(label=_("What is to be done"), max_length=300)
    assignee = forms.ChoiceField(label=_("Whose task it is"), required=False, error_messages={"invalid_choice": NOBODY})
    due_at = AnyMoment(label=_("Until"))

    def __init__(self, *args: Any, task: CaseTask, people: Sequence[User], **kwargs: Any) -> None:
        known = {pk.pk: pk for pk in (*people, task.assignee)}
        super().__init__(*args, **kwargs)
        self.task, self.people = task, {str(pk): person for pk, person in known.items()}
        self.fields["assignee"].choices = grouped_by_department(known.values())  # type: ignore[attr-defined]
        for name, value in (
            ("version", task.version), ("what", task.what), ("assignee", str(task.assignee_id)), ("due_at", task.due_at)
        ):  # fmt: skip
            self.fields[name].initial = value

    def save(self, *, by: User) -> object:
        given = self.cleaned_data
        due_at = given["due_at"]
        # A minute is all that the field shows; what was not touched is no change.
        if due_at is not None and due_at == self.task.due_at.replace(second=0, microsecond=0):
            due_at = None
        return save_with(
            self,
            lambda: tasks.change_task(
                self.task.pk,
                expected_version=given["version"] or self.task.version,
                what=given["what"],
                assignee=self.people.get(given["assignee"]),
                due_at=due_at,
                by=by,
            ),
        )
