"""What LASTR asks at the desk, one form a step. Whether a step may be finished is said by the actions, not here."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from complaints.actions import desk, reports
from complaints.codes import CHOSEN_OUTCOMES, Relief, RemedyKind, Satisfaction, State
from complaints.forms.fields import Amount, PastMoment, Words
from complaints.forms.refusals import save_with
from complaints.models import Complaint, DeskChange, SelfAssessment
from complaints.supervisors import Hearer
from core.forms import Ladder, ManyPicks, Picks

NOT_A_SUPERVISOR = _("Choose a supervisor who can confirm it, not yourself.")
# Up to about ten choices are drawn large.
MOST_PICKS = 8
# What a desk gives most days stands in front; the rest is one press away.
USUAL_REMEDIES = (
    RemedyKind.REPAIR,
    RemedyKind.EXCHANGE,
    RemedyKind.REFUND,
    RemedyKind.DISCOUNT,
    RemedyKind.VOUCHER,
    RemedyKind.GIFT,
    RemedyKind.APOLOGY,
    RemedyKind.SENIOR_VISIT,
    RemedyKind.OTHER,
)
FURTHER_REMEDIES = tuple(kind for kind in RemedyKind if kind not in USUAL_REMEDIES)
FACES = {
    Satisfaction.DISSATISFIED.value: "mood-sad",
    Satisfaction.BASICALLY_SATISFIED.value: "mood-neutral",
    Satisfaction.SATISFIED.value: "mood-smile",
    Satisfaction.LOYAL.value: "heart-handshake",
}


class StepForm(forms.Form):
    """One step: `recorded` is what its action keeps; `finish` and `correct` answer None when a field was refused."""

    # Pressing says what is missing, in our words and not the browser's.
    use_required_attribute = False
    # Where a refusal belongs whose link leads to the step as a whole.
    places: Mapping[str, str] = {}
    step: State

    def recorded(self) -> dict[str, Any]:
        return {"text": self.cleaned_data.get("note", "").strip()}

    def take_focus(self, *, is_swapped: bool) -> None:
        """Put the hand on the first answer; after a refusal it goes to what was wrong instead."""
        if not self.is_bound:
            first = next(iter(self.fields.values()))
            # A page that is loaded leaves it to the script, which spares touch screens the keyboard.
            first.widget.attrs["autofocus" if is_swapped else "data-autofocus"] = True

    def act(self, complaint: Complaint, by: User) -> Complaint:
        if complaint.workflow_name == "agree":
            return desk.meet_at_desk(complaint.pk, self.step, by=by, **self.recorded())
        return desk.complete_step(complaint.pk, self.step, by=by, **self.recorded())

    def finish(self, complaint: Complaint, *, by: User) -> Complaint | None:
        return self._save(lambda: self.act(complaint, by))

    def correct(self, complaint: Complaint, *, by: User) -> Complaint | None:
        return self._save(lambda: desk.correct_step(complaint.pk, self.step, by=by, **self.recorded()))

    def _save(self, save: Callable[[], Complaint]) -> Complaint | None:
        return save_with(self, save, self.places)


class ListenForm(StepForm):
    step = State.LISTEN
    restated = Words(label=_("The problem in one sentence"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    customer_agreed = forms.BooleanField(label=_("The customer agreed that it is right"), required=False)
    places = {"not_restated": "customer_agreed"}

    def recorded(self) -> dict[str, Any]:
        agreed = self.cleaned_data["customer_agreed"]
        return {"text": self.cleaned_data["restated"].strip() if agreed else ""}


class ApologiseForm(StepForm):
    step = State.APOLOGISE
    was_said = forms.BooleanField(
        label=_("Concern and an apology were said"),
        error_messages={"required": _("Show concern and apologise, then tick that it was said.")},
    )
    note = Words(label=_("What was said"), max_length=500)


class SatisfyForm(StepForm):
    step = State.SATISFY
    remedy_kinds = forms.MultipleChoiceField(
        label=_("Remedy given"),
        choices=[(kind, kind.label) for kind in USUAL_REMEDIES],
        widget=ManyPicks,
        required=False,
    )
    further_kinds = forms.MultipleChoiceField(
        label=_("More remedies"),
        choices=[(kind, kind.label) for kind in FURTHER_REMEDIES],
        widget=ManyPicks,
        required=False,
    )
    remedy = Words(label=_("In one sentence"), max_length=500)
    value = Amount(label=_("Value"), widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}))
    satisfaction = forms.ChoiceField(
        label=_("The customer’s reaction"),
        choices=[(rung.value, rung.label) for rung in Satisfaction],
        widget=Ladder(icons=FACES),
        required=False,
    )
    places = {"no_remedy": "remedy", "dissatisfied": "satisfaction"}

    @property
    def has_further(self) -> bool:
        """Whether a remedy is ticked that stands in the fold."""
        return bool(set(self["further_kinds"].value() or ()) & {kind.value for kind in FURTHER_REMEDIES})

    def recorded(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "text": given["remedy"].strip(),
            "remedy_kinds": [*given["remedy_kinds"], *given["further_kinds"]],
            "value": given["value"],
            "satisfaction": given["satisfaction"],
        }


class ThankForm(StepForm):
    step = State.THANK
    was_thanked = forms.BooleanField(
        label=_("Thanked, and invited to come back"),
        error_messages={"required": _("Thank the customer and invite them back, then tick it.")},
    )
    note = Words(label=_("What was said"), max_length=500)


class ReportForm(StepForm):
    """To whom it was told; the people come from outside, since they depend on who is there."""

    step = State.REPORT
    to = forms.ChoiceField(
        label=_("Told to"), widget=Picks, required=False, error_messages={"invalid_choice": NOT_A_SUPERVISOR}
    )
    outcome = forms.ChoiceField(label=_("What came of it"), choices=CHOSEN_OUTCOMES, widget=Picks, required=False)
    relief = forms.ChoiceField(
        label=_("What the customer got"),
        choices=[(relief.value, relief.label) for relief in Relief],
        widget=Picks,
        required=False,
    )
    note = Words(label=_("Note for the supervisor"), max_length=1000)

    def __init__(self, *args: Any, people: Iterable[Hearer] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(hearer.person.pk): hearer for hearer in people}
        if len(self.people) > MOST_PICKS:
            self.fields["to"].widget = forms.Select()
        choices = [(pk, str(hearer)) for pk, hearer in self.people.items()]
        self.fields["to"].choices = choices  # type: ignore[attr-defined]

    def clean_to(self) -> User:
        hearer = self.people.get(self.cleaned_data["to"])
        if hearer is None:
            raise forms.ValidationError(NOT_A_SUPERVISOR, code="required")
        return hearer.person

    def act(self, complaint: Complaint, by: User) -> Complaint:
        given = self.cleaned_data
        return reports.report_orally(
            complaint.pk, to=given["to"], outcome=given["outcome"], relief=given["relief"], note=given["note"], by=by
        )


STEP_FORMS: dict[str, type[StepForm]] = {
    form.step: form for form in (ListenForm, ApologiseForm, SatisfyForm, ThankForm, ReportForm)
}


class ComingMoment(PastMoment):
    """A local date and time, mostly one that is still to come; that it is, the action says."""

    def validate(self, value: datetime | None) -> None:
        forms.DateTimeField.validate(self, value)


class ChangeDeskForm(forms.Form):
    """Another time, place or person."""

    what = forms.ChoiceField(
        label=pgettext_lazy("time, place or person", "Change"),
        choices=DeskChange.What.choices,
        widget=Picks,
        required=False,
    )
    note = Words(label=_("What was changed"), max_length=500)
    at = ComingMoment(label=_("Meet again"))

    def save(self, complaint_id: int, *, by: User) -> DeskChange | None:
        given = self.cleaned_data
        return save_with(
            self,
            lambda: desk.change_desk(complaint_id, what=given["what"], note=given["note"], at=given["at"], by=by),
        )


POINTS = {
    "listen": _("Listened, and restated the problem"),
    "apologise": _("Showed concern and apologised"),
    "satisfy": _("Offered what satisfies"),
    "thank": _("Thanked the customer"),
    "report": _("Reported it"),
    "solved": _("It was solved to the customer’s satisfaction"),
    "invites_back": _("It was solved in a way that invites them to come again"),
}


class AssessmentForm(forms.Form):
    """The seven points: yes, partly or no, or left open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for point in SelfAssessment.POINTS:
            self.fields[point] = forms.ChoiceField(
                label=POINTS[point], choices=SelfAssessment.Answer.choices, widget=Picks, required=False
            )

    def save(self, complaint_id: int, *, by: User) -> SelfAssessment:
        return reports.assess_desk(complaint_id, answers=self.cleaned_data, by=by)
