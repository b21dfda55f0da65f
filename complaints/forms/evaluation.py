"""What is asked when the outcome of a complaint is evaluated. Nothing here is required: saving keeps what is typed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions import evaluation as actions
from complaints.codes import CHOSEN_OUTCOMES, Relief, Satisfaction, SeverityClass
from complaints.forms.desk import FACES
from complaints.forms.fields import Words
from complaints.forms.refusals import save_with
from complaints.models import Complaint, Evaluation, RootCause
from complaints.models.evaluation import ANSWER_LIMIT
from complaints.models.suggestion import SUGGESTION_LIMIT
from complaints.workflow import current_evaluation
from core.forms import Ladder, Picks

UNKNOWN_CAUSE = _("Choose a root cause from the list.")
# Where a refusal of the last step belongs.
PLACES = {
    "no_satisfaction": "satisfaction",
    "dissatisfied": "satisfaction",
    "no_root_cause": "root_cause",
    "old_root_cause": "root_cause",
    "no_did_well": "did_well",
    "no_to_improve": "to_improve",
    "no_next_time": "next_time",
    "no_suggestion_answer": "suggestion",
    "no_suggestion": "suggestion",
    "no_outcome": "outcome",
    "no_relief": "relief",
}


def answer(label: Any, rows: int = 2, **kwargs: Any) -> Words:
    return Words(label=label, max_length=ANSWER_LIMIT, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def root_cause_choices(kept: RootCause | None) -> list[tuple[str, Any]]:
    """The tree as a list in groups; one that is no longer offered stays while it is the one chosen."""
    rows = [row for row in RootCause.objects.all() if row.is_active or row == kept]
    below: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        if row.parent_id is not None:
            below.setdefault(row.parent_id, []).append((row.code, row.name))
    found: list[tuple[str, Any]] = [("", _("Choose"))]
    for row in rows:
        if row.parent_id is None:
            found.append((row.name, [(row.code, row.name), *below.pop(row.pk, [])]))
    # What hangs deeper stands at the end, by itself.
    return found + [one for some in below.values() for one in some]


class EvaluationForm(forms.Form):
    """A case: what the customer says, why it happened, the four questions, how it ends. Class 1: the lessons alone."""

    use_required_attribute = False
    satisfaction = forms.ChoiceField(
        label=_("The customer says now"),
        choices=[(rung.value, rung.label) for rung in Satisfaction],
        widget=Ladder(icons=FACES),
        required=False,
    )
    closed_despite = answer(
        _("Why nothing more can be done"),
        help_text=_("For a customer who is not content. A supervisor writes it, and the case closes with it."),
    )
    outcome = forms.ChoiceField(label=_("What came of it"), choices=CHOSEN_OUTCOMES, widget=Picks, required=False)
    relief = forms.ChoiceField(
        label=_("What the customer got"),
        choices=[(relief.value, relief.label) for relief in Relief],
        widget=Picks,
        required=False,
    )
    root_cause = forms.ChoiceField(
        label=_("Root cause"), required=False, error_messages={"invalid_choice": UNKNOWN_CAUSE}
    )
    root_cause_text = answer(_("How it came about"))
    corrective_action = answer(_("Corrective action"))
    did_well = answer(_("What did I do well?"))
    to_improve = answer(_("What deserves improving?"))
    next_time = answer(_("How will I do it better next time?"))
    suggestion = Words(
        label=_("Which reasonable suggestion was in it?"),
        max_length=SUGGESTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It is kept among the suggestions when you save."),
    )
    has_no_suggestion = forms.BooleanField(label=_("There was none in it"), required=False)

    def __init__(self, data: Any = None, *, complaint: Complaint, user: User) -> None:
        self.complaint = complaint
        self.current = current_evaluation(complaint)
        super().__init__(data, initial=self._initial())
        self.is_case = complaint.severity_class == SeverityClass.TWO
        if not self.is_case:
            for name in actions.OF_A_CASE:
                del self.fields[name]
        elif not user.has_perm(actions.DESPITE):
            del self.fields["closed_despite"]
        kept = self.current.root_cause if self.current else None
        self.fields["root_cause"].choices = root_cause_choices(kept)  # type: ignore[attr-defined]

    def _initial(self) -> dict[str, Any]:
        row = self.current
        if row is None:
            # Another round begins with the words of the last one; the customer is asked anew.
            row = self.complaint.evaluations.order_by("-id").first()
            if row is None:
                return {}
            row.satisfaction = row.closed_despite = ""
        return initial_of(row)

    @property
    def asked(self) -> list[forms.BoundField]:
        return self._those("satisfaction", "closed_despite", "outcome", "relief")

    @property
    def why(self) -> list[forms.BoundField]:
        return self._those("root_cause", "root_cause_text", "corrective_action")

    @property
    def questions(self) -> list[forms.BoundField]:
        return self._those("did_well", "to_improve", "next_time", "suggestion", "has_no_suggestion")

    def _those(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    def clean_root_cause(self) -> RootCause | None:
        code = self.cleaned_data["root_cause"]
        if not code:
            return None
        row = RootCause.objects.filter(code=code).first()
        if row is None:
            raise ValidationError(UNKNOWN_CAUSE, code="unknown")
        return row

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("suggestion") and cleaned.get("has_no_suggestion"):
            self.add_error("has_no_suggestion", _("There is a suggestion above. Take it out, or this tick."))
        return cleaned

    def keep(self, *, by: User) -> Complaint | None:
        """Keep what is typed; None when a field was refused."""
        return save_with(self, lambda: actions.record_evaluation(self.complaint.pk, by=by, **self._told()), PLACES)

    def close(self, *, by: User) -> Complaint | None:
        """Keep it, and close with it; None when something is missing, which then stands at its field."""
        found = save_with(self, lambda: actions.close_if_complete(self.complaint.pk, by=by, **self._told()), PLACES)
        if found is None:
            return None
        complaint, missing = found
        for blocker in missing:
            place = PLACES.get(blocker.code)
            error = ValidationError(str(blocker.message), code=blocker.code)
            self.add_error(place if place in self.fields else None, error)
        return None if missing else complaint

    def _told(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if name != "suggestion"}
        text = self.cleaned_data["suggestion"]
        return {**given, "suggestions": [text] if text else []}


def initial_of(row: Evaluation) -> dict[str, Any]:
    initial = {name: getattr(row, name) for name in actions.FIELDS}
    initial["root_cause"] = row.root_cause.code if row.root_cause else ""
    return initial
