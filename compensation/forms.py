"""What the pages of a proposal ask. Whether it may be submitted or decided is said by the actions, not here."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation.actions import answering, deciding, writing
from compensation.actions.writing import MOST_COMPARED, MOST_LINES, Line, Written
from compensation.codes import Consideration, LineGroup
from compensation.models import Proposal
from complaints.codes import RemedyKind
from complaints.forms.fields import RowId, Words
from complaints.forms.refusals import save_with
from complaints.models import Complaint

# Rows that wait empty behind those that are filled, so that it needs no script to add one.
LEAST_ROWS, SPARE_ROWS = 3, 2
GONE = _("This proposal is not there any more. Look at the case again.")


class WriteForm(forms.Form):
    """Remedies, what they were compared with, and the five considerations; rows left empty do not count."""

    use_required_attribute = False
    only_remedy_reason = Words(
        label=_("Or: why there is no other remedy"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    # Where what is missing belongs, as the workflow calls it.
    places: Mapping[str, str] = {
        "no_lines": "line_0_kind",
        "line_not_described": "line_0_description",
        "unknown_remedy": "line_0_kind",
        "not_compared": "other_0_description",
        "not_costed": "other_0_cost",
        "not_considered": Consideration.LONG_RELATIONSHIP.value,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line_count = self._count("line", MOST_LINES)
        self.other_count = self._count("other", MOST_COMPARED)
        for row in range(self.line_count):
            self._add_line(row)
        for row in range(self.other_count):
            self._add_other(row)
        for consideration in Consideration:
            self.fields[consideration.value] = Words(
                label=consideration.label, max_length=500, widget=forms.Textarea(attrs={"rows": 1})
            )

    def _count(self, prefix: str, most: int) -> int:
        """How many rows there are: those filled before or sent now, and some to spare."""
        names = self.data if self.is_bound else self.initial
        rows = [
            int(part[1]) + 1
            for part in (name.split("_") for name in names)
            if part[0] == prefix and len(part) == 3 and part[1].isascii() and part[1].isdigit() and len(part[1]) < 3
        ]
        filled = max(rows, default=0)
        return min(max(filled if self.is_bound else filled + SPARE_ROWS, LEAST_ROWS), most)

    def _add_line(self, row: int) -> None:
        # Each says which row it is, for those who hear the page.
        number = {"number": row + 1}
        self.fields[f"line_{row}_kind"] = forms.ChoiceField(
            label=_("Remedy %(number)d") % number,
            choices=[("", _("Choose")), *RemedyKind.choices],
            required=False,
        )
        self.fields[f"line_{row}_description"] = Words(label=_("What exactly, %(number)d") % number, max_length=300)
        self.fields[f"line_{row}_group"] = forms.ChoiceField(
            label=_("Group, %(number)d") % number,
            choices=[("", _("As usual")), *LineGroup.choices],
            required=False,
        )

    def _add_other(self, row: int) -> None:
        number = {"number": row + 1}
        self.fields[f"other_{row}_description"] = Words(label=_("Remedy compared, %(number)d") % number, max_length=300)
        self.fields[f"other_{row}_cost"] = Words(
            label=_("What it costs us in the end, %(number)d") % number, max_length=300
        )

    def line_rows(self) -> Iterator[list[forms.BoundField]]:
        for row in range(self.line_count):
            yield [self[f"line_{row}_{name}"] for name in ("kind", "description", "group")]

    def other_rows(self) -> Iterator[list[forms.BoundField]]:
        for row in range(self.other_count):
            yield [self[f"other_{row}_{name}"] for name in ("description", "cost")]

    def considerations(self) -> Iterator[forms.BoundField]:
        for consideration in Consideration:
            yield self[consideration.value]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for row in range(self.line_count):
            if given.get(f"line_{row}_description") and not given.get(f"line_{row}_kind"):
                self.add_error(f"line_{row}_kind", _("Choose the remedy of this row."))
        for row in range(self.other_count):
            description, cost = given.get(f"other_{row}_description"), given.get(f"other_{row}_cost")
            if description and not cost:
                self.add_error(f"other_{row}_cost", _("Write what it costs us in the end."))
            if cost and not description:
                self.add_error(f"other_{row}_description", _("Write which remedy this is."))
        return given

    def written(self) -> Written:
        given = self.cleaned_data
        lines = [
            Line(given[f"line_{row}_kind"], given[f"line_{row}_description"], given[f"line_{row}_group"])
            for row in range(self.line_count)
            if given[f"line_{row}_kind"]
        ]
        others = [
            {"description": given[f"other_{row}_description"], "cost": given[f"other_{row}_cost"]}
            for row in range(self.other_count)
            if given[f"other_{row}_description"]
        ]
        considerations = {name: given[name] for name in Consideration.values}
        return Written(lines, others, given["only_remedy_reason"], considerations)

    def save(self, complaint: Complaint, *, expected: tuple[int, int] | None, by: User) -> Proposal | None:
        written = self.written()
        return save_with(
            self, lambda: writing.write_proposal(complaint.pk, written, expected=expected, by=by), self.places
        )

    def submit(self, proposal: Proposal, *, by: User) -> Proposal | None:
        """Ask for the approval of what was saved; what is missing comes back at its field."""
        return save_with(self, lambda: writing.submit_proposal(proposal.pk, by=by), self.places)


def initial_of(proposal: Proposal | None) -> dict[str, Any]:
    """The form filled with a version; a new one begins with what the last one said."""
    if proposal is None:
        return {}
    found: dict[str, Any] = {"only_remedy_reason": proposal.only_remedy_reason, **proposal.considerations}
    for row, line in enumerate(proposal.lines.all()):
        found |= {f"line_{row}_kind": line.kind, f"line_{row}_description": line.description}
        found[f"line_{row}_group"] = line.group
    for row, other in enumerate(proposal.alternatives):
        found |= {f"other_{row}_description": other["description"], f"other_{row}_cost": other["cost"]}
    return found


class DecisionForm(forms.Form):
    """A short question about one version, which the form names: a press on an old page changes nothing."""

    use_required_attribute = False
    proposal = RowId(unknown=GONE)

    def act(self, proposal_id: int, by: User) -> object:
        raise NotImplementedError

    def save(self, *, by: User) -> object:
        proposal_id = self.cleaned_data["proposal"] or 0
        return save_with(self, lambda: self.act(proposal_id, by))


def _words(label: Any, **kwargs: Any) -> Words:
    return Words(
        label=label, max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "data-autofocus": True}), **kwargs
    )


class ReturnForm(DecisionForm):
    question = _words(_("Your question"))

    def act(self, proposal_id: int, by: User) -> object:
        return deciding.return_proposal(proposal_id, question=self.cleaned_data["question"], by=by)


class RejectForm(DecisionForm):
    reason = _words(_("Reason"))

    def act(self, proposal_id: int, by: User) -> object:
        return deciding.reject_proposal(proposal_id, reason=self.cleaned_data["reason"], by=by)


class AcceptForm(DecisionForm):
    note = _words(_("What the customer said (if you like)"))
    goes_on = forms.BooleanField(label=_("Go on to “Execute the plan” at once"), required=False, initial=True)

    def act(self, proposal_id: int, by: User) -> object:
        given = self.cleaned_data
        return answering.accept_proposal(proposal_id, note=given["note"], goes_on=given["goes_on"], by=by)


class DeclineForm(DecisionForm):
    note = _words(_("What the customer said"))

    def act(self, proposal_id: int, by: User) -> object:
        return answering.decline_proposal(proposal_id, note=self.cleaned_data["note"], by=by)
