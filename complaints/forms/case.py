"""What the pages of one complaint ask: entries, ends, reasons, people, and the facts on record."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import CASE_ROLES
from complaints.actions import classes, links, outside, ownership, suggestions, talks, transitions
from complaints.codes import CHOSEN_OUTCOMES, OUTSIDE_CHANNELS, Channel, Direction, Medium, Relief
from complaints.forms.fields import ComingMoment, Day, PastMoment, Words
from complaints.forms.refusals import save_with
from complaints.models import Communication, Complaint, ComplaintLink
from complaints.models.suggestion import SUGGESTION_LIMIT
from core.forms import Picks

NOTE, MESSAGE = "note", "message"
# What the composer offers: a note, three ways to talk, and a written message.
KINDS = [
    (NOTE, _("Note")),
    (Medium.PHONE.value, _("Call")),
    (MESSAGE, _("Message")),
    (Medium.VISIT.value, _("Visit")),
    (Medium.MEETING.value, _("Meeting")),
]
KIND_ICONS = {NOTE: "note", "phone": "phone", MESSAGE: "message-2", "visit": "map-pin", "meeting": "users"}
WRITTEN = (Medium.SMS, Medium.CHAT, Medium.EMAIL, Medium.LETTER, Medium.FAX)
LONGEST_TALK_MINUTES = 24 * 60
# What fits into a few lines may be a suggestion as it stands.
SHORT_WORDS = 300


class EntryForm(forms.Form):
    """A note among colleagues, or a talk with the customer."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("Kind of entry"), choices=KINDS, widget=Picks(icons=KIND_ICONS), initial=NOTE)
    direction = forms.ChoiceField(
        label=_("Who got in touch"),
        choices=[(Direction.OUT.value, _("We did")), (Direction.IN.value, _("The customer did"))],
        widget=Picks,
        initial=Direction.OUT.value,
        required=False,
    )
    medium = forms.ChoiceField(
        label=_("By"), choices=[(medium.value, medium.label) for medium in WRITTEN], required=False
    )
    at = PastMoment(label=_("When"), help_text=_("Empty is now."))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=0,
        max_value=LONGEST_TALK_MINUTES,
        widget=forms.NumberInput(attrs={"class": "num"}),
    )
    participants = Words(label=_("Who took part"), max_length=300)
    subject = Words(label=_("Subject of the e-mail"), max_length=200)
    summary = Words(label=_("What was said"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))
    is_interim = forms.BooleanField(label=_("An interim answer: not final yet"), required=False)
    next_answer_at = ComingMoment(label=_("The next answer comes by"))

    def save(self, complaint_id: int, *, by: User, is_sent: bool = False) -> Communication | None:
        """Keep it, or with `is_sent` send it from here."""
        given = self.cleaned_data
        if given["kind"] == NOTE:
            return save_with(self, lambda: talks.write_note(complaint_id, text=given["summary"], by=by))
        minutes = given["minutes"]
        return save_with(
            self,
            lambda: talks.record_communication(
                complaint_id,
                direction=given["direction"] or Direction.OUT,
                medium=given["medium"] or Medium.SMS if given["kind"] == MESSAGE else given["kind"],
                summary=given["summary"],
                at=given["at"],
                duration_seconds=None if minutes is None else int(timedelta(minutes=minutes).total_seconds()),
                participants=given["participants"],
                subject=given["subject"],
                is_interim=given["is_interim"],
                next_answer_at=given["next_answer_at"],
                is_sent=is_sent,
                by=by,
            ),
            {"no_email": "medium", "bad_email": "medium"},
        )


@dataclass(frozen=True)
class Composer:
    """The form of an entry before anything is typed; what has ended takes notes only."""

    kind: str = NOTE
    is_ended: bool = False

    @property
    def form(self) -> EntryForm:
        return offer_kinds(EntryForm(initial={"kind": self.kind}, auto_id="entry_%s"), is_ended=self.is_ended)


def offer_kinds(form: EntryForm, *, is_ended: bool) -> EntryForm:
    if is_ended:
        form.fields["kind"].choices = KINDS[:1]  # type: ignore[attr-defined]
    return form


class QuestionForm(forms.Form):
    """A short question with one answer to the action behind it; `save` answers None when a field was refused."""

    use_required_attribute = False

    def act(self, complaint: Complaint, by: User) -> object:
        raise NotImplementedError

    def save(self, complaint: Complaint, *, by: User) -> object:
        return save_with(self, lambda: self.act(complaint, by))


def reason_field(label: Any) -> Words:
    return Words(label=label, max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "data-autofocus": True}))


class RaiseForm(QuestionForm):
    reason = reason_field(_("Why (if you like)"))

    def act(self, complaint: Complaint, by: User) -> object:
        return classes.raise_class(complaint.pk, reason=self.cleaned_data["reason"], by=by)


class LowerForm(QuestionForm):
    reason = reason_field(_("Reason"))

    def act(self, complaint: Complaint, by: User) -> object:
        return classes.lower_class(complaint.pk, reason=self.cleaned_data["reason"], by=by)


class VoidForm(QuestionForm):
    reason = reason_field(_("Reason"))

    def act(self, complaint: Complaint, by: User) -> object:
        return transitions.void(complaint.pk, reason=self.cleaned_data["reason"], by=by)


class EndForm(QuestionForm):
    """Every end carries a reason, an outcome and the relief."""

    reason = reason_field(_("Reason"))
    outcome = forms.ChoiceField(label=_("What came of it"), choices=CHOSEN_OUTCOMES, widget=Picks, required=False)
    relief = forms.ChoiceField(
        label=_("What the customer got"),
        choices=[(relief.value, relief.label) for relief in Relief],
        widget=Picks,
        required=False,
    )
    end: Callable[..., Complaint]

    def act(self, complaint: Complaint, by: User) -> object:
        return type(self).end(complaint.pk, by=by, **self.cleaned_data)


class LeaveForm(EndForm):
    end = staticmethod(transitions.leave)


class WithdrawForm(EndForm):
    end = staticmethod(transitions.withdraw)


class OutsideForm(QuestionForm):
    channel = forms.ChoiceField(
        label=_("Gone to"),
        choices=[(channel.value, channel.label) for channel in Channel if channel in OUTSIDE_CHANNELS],
        widget=Picks,
        required=False,
    )
    summary = Words(label=_("What was said"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))
    authority = Words(label=_("Name of the authority or medium"), max_length=160)
    reference = Words(label=_("Their reference"), max_length=80)
    received_on = Day(label=_("Received on"), help_text=_("Empty is today."))
    answer_by = Day(label=_("They want an answer by"), may_come=True)

    def act(self, complaint: Complaint, by: User) -> object:
        return outside.record_gone_outside(complaint.pk, by=by, **self.cleaned_data)


CANNOT_OWN = _("Choose who gets it.")


class AssignForm(QuestionForm):
    """Who gets it: people of its department or one above it who work on complaints."""

    owner = forms.ChoiceField(label=_("Give it to"), required=False, error_messages={"invalid_choice": CANNOT_OWN})

    def __init__(self, *args: Any, complaint: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in possible_owners(complaint)}
        choices = [("", _("Choose")), *grouped_by_department(self.people.values())]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]

    def clean_owner(self) -> User:
        person = self.people.get(self.cleaned_data["owner"])
        if person is None:
            raise ValidationError(CANNOT_OWN, code="required")
        return person

    def act(self, complaint: Complaint, by: User) -> object:
        return ownership.assign_complaint(complaint.pk, owner=self.cleaned_data["owner"], by=by)


def possible_owners(complaint: Complaint) -> list[User]:
    """Those who may be given it, nearest department first; whom it is about, and their people, are left out."""
    subjects = set(complaint.subject_rows.values_list("user_id", flat=True))
    lineage = complaint.department.lineage
    rows = User.objects.active().people().with_role(*CASE_ROLES).filter(department__in=lineage)
    people = rows.exclude(pk__in=subjects).exclude(department__head__in=subjects)
    people = people.select_related("department").prefetch_related("role_grants")
    return sorted(people, key=lambda person: (lineage.index(person.department_id or 0), person.name))


def grouped_by_department(people: Iterable[User]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for person in people:
        groups.setdefault(str(person.department), []).append((str(person.pk), str(person)))
    return list(groups.items())


class KeepSuggestionForm(QuestionForm):
    """A suggestion found in the complaint; short words of the customer are taken over, so that one press keeps them."""

    text = Words(
        label=_("Suggestion"),
        max_length=SUGGESTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "data-autofocus": True}),
    )

    def __init__(self, *args: Any, complaint: Complaint, **kwargs: Any) -> None:
        words = complaint.description
        kwargs["initial"] = {"text": words if len(words) <= SHORT_WORDS else ""}
        super().__init__(*args, **kwargs)

    def act(self, complaint: Complaint, by: User) -> object:
        return suggestions.keep_suggestion(complaint.pk, text=self.cleaned_data["text"], by=by)


class LinkForm(QuestionForm):
    number = Words(
        label=_("Number of the other complaint"),
        max_length=16,
        widget=forms.TextInput(attrs={"placeholder": "C-2026-000123", "data-autofocus": True}),
    )
    relation = forms.ChoiceField(
        label=_("How they belong together"),
        choices=ComplaintLink.Relation.choices,
        widget=Picks,
        initial=ComplaintLink.Relation.RELATED,
    )

    def act(self, complaint: Complaint, by: User) -> object:
        number, relation = self.cleaned_data["number"].strip().upper(), self.cleaned_data["relation"]
        return links.link_complaints(complaint.pk, number, relation=relation, by=by)

    def save(self, complaint: Complaint, *, by: User) -> object:
        places: Mapping[str, str] = {"unknown_complaint": "number"}
        return save_with(self, lambda: self.act(complaint, by), places)
