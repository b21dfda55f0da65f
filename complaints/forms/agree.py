"""What the stages of a case ask, and the questions that lead out of them or back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions import agree, ends, questions, reopening
from complaints.codes import Fault, Nature, QuestionKind, ReferredTo, Satisfaction, State
from complaints.forms.case import EndForm, QuestionForm, reason_field
from complaints.forms.desk import FACES
from complaints.forms.fields import Day, Words
from complaints.forms.refusals import save_with
from complaints.models import Complaint
from core.forms import Ladder, Picks

LONG = 5000


def long_text(label: Any, rows: int = 3, **kwargs: Any) -> Words:
    return Words(label=label, max_length=LONG, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class StageForm(forms.Form):
    """The form of a stage on the case's page; `save` answers None when a field was refused."""

    use_required_attribute = False
    state: State
    # Where what is missing belongs, as its condition calls it.
    places: Mapping[str, str] = {}

    def act(self, complaint: Complaint, by: User, *, goes_on: bool) -> Complaint:
        raise NotImplementedError

    def save(self, complaint: Complaint, *, by: User, goes_on: bool) -> Complaint | None:
        return save_with(self, lambda: self.act(complaint, by, goes_on=goes_on), self.places)


class DetailsForm(StageForm):
    """The facts restated and confirmed, the customer's wish, nature and fault."""

    state = State.GET_DETAILS
    restated = long_text(_("The facts, restated"), 4, help_text=_("Read them to the customer: is that right?"))
    customer_agreed = forms.BooleanField(label=_("The customer confirmed that they are right"), required=False)
    wish = long_text(_("What the customer wishes, in their own words"), 2)
    nature = forms.ChoiceField(
        label=_("Nature"),
        choices=[(nature.value, nature.label) for nature in Nature],
        widget=Picks,
        required=False,
        help_text=_("Communicative: nothing is broken, something must be explained."),
    )
    fault = forms.ChoiceField(
        label=_("The company’s fault"),
        choices=[(fault.value, fault.label) for fault in Fault],
        widget=Picks,
        required=False,
    )
    satisfaction_before = forms.ChoiceField(
        label=_("How content the customer is now"),
        choices=[(rung.value, rung.label) for rung in Satisfaction],
        widget=Ladder(icons=FACES),
        required=False,
    )
    evidence = long_text(_("What shows that it is malicious"), 2)
    places = {
        "no_facts": "restated",
        "facts_not_confirmed": "customer_agreed",
        "no_nature": "nature",
        "no_fault": "fault",
    }

    def __init__(self, *args: Any, may_mark_malicious: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_mark_malicious:
            # Not offered to those who may not mark it; whoever sends it all the same is told why.
            del self.fields["evidence"]
            malicious = Nature.MALICIOUS.value
            shown = [(code, label) for code, label in Nature.choices if code != malicious]
            self.fields["nature"].widget.choices = shown

    def act(self, complaint: Complaint, by: User, *, goes_on: bool) -> Complaint:
        keep = agree.confirm_details if goes_on else agree.record_details
        return keep(complaint.pk, by=by, **self.cleaned_data)


class ExecutionForm(StageForm):
    state = State.EXECUTE
    note = long_text(_("What was carried out, by whom and when"))
    places = {"not_executed": "note"}

    def act(self, complaint: Complaint, by: User, *, goes_on: bool) -> Complaint:
        return agree.execute(complaint.pk, note=self.cleaned_data["note"], by=by)


class CaseQuestionForm(forms.Form):
    """A question, and the answer when it is there already."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("Kind of question"),
        choices=[(kind.value, kind.label) for kind in QuestionKind],
        widget=Picks,
        initial=QuestionKind.OPEN.value,
        required=False,
    )
    question = Words(label=_("Question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 1}))
    answer = long_text(_("Answer (may follow later)"), 2)

    def save(self, complaint: Complaint, *, by: User) -> object:
        return save_with(self, lambda: questions.ask_question(complaint.pk, by=by, **self.cleaned_data))


class AnswerForm(forms.Form):
    use_required_attribute = False
    answer = long_text(_("Answer"), 2)

    def save(self, complaint: Complaint, question_id: int, *, by: User) -> object:
        answer = self.cleaned_data["answer"]
        return save_with(self, lambda: questions.answer_question(complaint.pk, question_id, answer=answer, by=by))


class ReopenForm(QuestionForm):
    reason = reason_field(_("Why it is taken up again"))

    def act(self, complaint: Complaint, by: User) -> object:
        return reopening.reopen_complaint(complaint.pk, reason=self.cleaned_data["reason"], by=by)


class ReferForm(EndForm):
    to = forms.ChoiceField(
        label=_("Where it goes on"),
        choices=[(place.value, place.label) for place in ReferredTo],
        widget=Picks,
        required=False,
    )
    reference = Words(label=_("Their reference, if there is one"), max_length=120)
    answer_by = Day(label=_("Until when they expect an answer"), may_come=True)
    field_order = ["to", "reference", "answer_by"]
    end = staticmethod(ends.refer)


class DeclineForm(EndForm):
    is_unreasonable = forms.BooleanField(
        label=_("The demand is unreasonable: without ground, or too much"), required=False
    )
    has_no_more_business = forms.BooleanField(
        label=_("There will be no more business with this customer"), required=False
    )
    remains_open = Words(
        label=_("What remains open to the customer"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Another office, an ombudsman, a court: say it clearly and politely."),
    )
    field_order = ["is_unreasonable", "has_no_more_business", "reason", "remains_open"]
    end = staticmethod(ends.decline)


class BackForm(QuestionForm):
    """Back to an earlier stage; `move` is the name of the transition."""

    reason = reason_field(_("What happened"))
    move = ""

    def act(self, complaint: Complaint, by: User) -> object:
        return agree.go_back(complaint.pk, type(self).move, reason=self.cleaned_data["reason"], by=by)


class NotAcceptedForm(BackForm):
    move = "not_accepted"


class NewFactsForm(BackForm):
    move = "new_facts"


class NotFulfilledForm(BackForm):
    move = "not_fulfilled"


class DissatisfiedForm(BackForm):
    move = "dissatisfied"
