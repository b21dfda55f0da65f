"""What is asked about talks, waiting and matters outside, beside the composer; and the form of a template."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions import outside_matters, talks, templates, waiting
from complaints.codes import Medium, TemplatePurpose
from complaints.forms.case import LONGEST_TALK_MINUTES, QuestionForm, reason_field
from complaints.forms.fields import ComingMoment, Day, Words
from complaints.forms.refusals import save_with
from complaints.models import Communication, Complaint, MessageTemplate, OutsideMatter
from complaints.models.template import TEXT_LIMIT
from core.forms import Picks


class WaitForm(QuestionForm):
    reason = reason_field(_("What do we wait for?"))
    until = ComingMoment(
        label=_("Until when"),
        help_text=_("Then it ends by itself, and you are reminded. A message from the customer ends it before."),
    )

    def act(self, complaint: Complaint, by: User) -> object:
        given = self.cleaned_data
        return waiting.wait_for_customer(complaint.pk, reason=given["reason"], until=given["until"], by=by)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("until") is None and "until" not in self.errors:
            self.add_error("until", forms.ValidationError(_("Enter until when we wait."), code="required"))
        return cleaned


class CorrectForm(forms.Form):
    """A talk or note as its author meant it. When it was, and who got in touch, stays."""

    use_required_attribute = False
    medium = forms.ChoiceField(label=_("By"), choices=Medium.choices, required=False)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=0,
        max_value=LONGEST_TALK_MINUTES,
        widget=forms.NumberInput(attrs={"class": "num"}),
    )
    participants = Words(label=_("Who took part"), max_length=300)
    summary = Words(
        label=_("What was said"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6, "data-autofocus": True})
    )
    expected = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, row: Communication) -> None:
        seconds = row.duration_seconds
        super().__init__(
            data,
            initial={
                "medium": row.medium,
                "minutes": None if seconds is None else seconds // 60,
                "participants": row.participants,
                "summary": row.summary,
                "expected": row.corrected_at.isoformat() if row.corrected_at else "",
            },
        )
        self.row = row
        if not row.medium:
            for name in ("medium", "minutes", "participants"):
                del self.fields[name]

    def save(self, *, by: User) -> object:
        given = self.cleaned_data
        minutes = given.get("minutes")
        return save_with(
            self,
            lambda: talks.correct_communication(
                self.row.pk,
                expected=given["expected"],
                summary=given["summary"],
                medium=given.get("medium", ""),
                duration_seconds=None if minutes is None else int(timedelta(minutes=minutes).total_seconds()),
                participants=given.get("participants", ""),
                by=by,
            ),
        )


class SendAgainForm(forms.Form):
    """Nothing but the press."""


class AcceptMatterForm(forms.Form):
    use_required_attribute = False
    accepted_on = Day(label=_("Accepted on"), help_text=_("Empty is today."))

    def save(self, matter: OutsideMatter, *, by: User) -> object:
        return save_with(
            self,
            lambda: outside_matters.accept_matter(matter.pk, accepted_on=self.cleaned_data["accepted_on"], by=by),
        )


class AnswerMatterForm(forms.Form):
    use_required_attribute = False
    summary = Words(
        label=_("What we answered"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4, "data-autofocus": True})
    )

    def save(self, matter: OutsideMatter, *, by: User) -> object:
        return save_with(
            self, lambda: outside_matters.answer_matter(matter.pk, summary=self.cleaned_data["summary"], by=by)
        )


class MatterForm(forms.Form):
    """What is known of a matter outside; the version that was shown goes along."""

    use_required_attribute = False
    authority = Words(label=_("Name of the authority or medium"), max_length=160)
    reference = Words(label=_("Their reference"), max_length=80)
    received_on = Day(label=_("Received on"), required=True, error_messages={"required": _("Enter when it came.")})
    answer_by = Day(label=_("They want an answer by"), may_come=True)
    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, matter: OutsideMatter) -> None:
        names = ("authority", "reference", "received_on", "answer_by")
        super().__init__(
            data, initial={name: getattr(matter, name) for name in names} | {"expected_version": matter.version}
        )

    def save(self, matter: OutsideMatter, *, by: User) -> object:
        return save_with(self, lambda: outside_matters.change_matter(matter.pk, **self.cleaned_data, by=by))


class ExtendForm(forms.Form):
    use_required_attribute = False
    reason = reason_field(_("Why it is complex"))

    def save(self, deadline_id: int, *, by: User) -> object:
        return save_with(
            self, lambda: outside_matters.extend_statutory(deadline_id, reason=self.cleaned_data["reason"], by=by)
        )


class TemplateForm(forms.Form):
    use_required_attribute = False
    purpose = forms.ChoiceField(label=_("For what"), choices=TemplatePurpose.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=Picks)
    name = Words(label=_("Name, as colleagues find it"), max_length=80)
    subject = Words(label=_("Subject of the e-mail"), max_length=200)
    body = Words(label=_("Text"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 14}))
    is_active = forms.BooleanField(label=_("Is offered"), required=False, initial=True)
    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, row: MessageTemplate | None) -> None:
        names = ("purpose", "language", "name", "subject", "body", "is_active")
        initial = {name: getattr(row, name) for name in names} | {"expected_version": row.version} if row else {}
        super().__init__(data, initial=initial or None)
        self.row = row

    def save(self, *, by: User) -> object:
        return save_with(
            self, lambda: templates.save_template(self.row.pk if self.row else None, **self.cleaned_data, by=by)
        )
