"""What the pages of recurring causes and of suggestions ask."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from accounts.roles import CASE_ROLES
from complaints.actions import causes as actions
from complaints.actions.suggestions import answer_suggestion
from complaints.causes import departments_of, possible_owners
from complaints.forms.case import grouped_by_department
from complaints.forms.fields import Day, Words
from complaints.forms.refusals import save_with
from complaints.models import Category, Cause, CorrectiveAction, Suggestion
from core.forms import Picks

TEXT = CorrectiveAction.LIMIT
CANNOT_OWN = _("Choose who gets it.")


def text(label: Any, limit: int = TEXT, rows: int = 3) -> Words:
    return Words(label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": rows}))


class Versioned(forms.Form):
    """A form that says which state of the thing it was filled for."""

    use_required_attribute = False
    # Not called as the column, which a page about a conflict would show beside what is there now.
    seen_version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    @property
    def seen(self) -> int | None:
        return self.cleaned_data.get("seen_version")


class CauseStep(Versioned):
    """One step of a cause; `save` answers None when a field was refused."""

    places: dict[str, str] = {}

    def act(self, cause: Cause, by: User) -> Cause:
        raise NotImplementedError

    def save(self, cause: Cause, *, by: User) -> Cause | None:
        return save_with(self, lambda: self.act(cause, by), self.places)


class PlanForm(CauseStep):
    corrective_action = text(_("What will be done about it"))
    due_on = Day(label=_("Until"), may_come=True)

    def act(self, cause: Cause, by: User) -> Cause:
        given = self.cleaned_data
        return actions.plan_action(
            cause.pk, what=given["corrective_action"], due_on=given["due_on"], expected_version=self.seen, by=by
        )


class DoneForm(CauseStep):
    done_note = text(_("How it was done (if you like)"), rows=2)

    def act(self, cause: Cause, by: User) -> Cause:
        return actions.finish_action(cause.pk, note=self.cleaned_data["done_note"], expected_version=self.seen, by=by)


class CheckForm(CauseStep):
    is_effective = forms.ChoiceField(
        label=_("Did it help?"),
        choices=[("yes", _("Yes, it has not come again")), ("no", _("No, it goes on"))],
        widget=Picks,
        error_messages={"required": _("Choose whether it helped.")},
    )
    check_note = text(_("What was seen"), rows=2)
    places = {"no_note": "check_note"}

    def act(self, cause: Cause, by: User) -> Cause:
        is_effective = self.cleaned_data["is_effective"] == "yes"
        return actions.check_effect(
            cause.pk, is_effective=is_effective, note=self.cleaned_data["check_note"], expected_version=self.seen, by=by
        )


class AddForm(CauseStep):
    number = Words(
        label=_("Number of the complaint"),
        max_length=16,
        widget=forms.TextInput(attrs={"placeholder": "C-2026-000123"}),
    )

    def act(self, cause: Cause, by: User) -> Cause:
        return actions.add_to_cause(cause.pk, number=self.cleaned_data["number"], by=by)


class OwnerForm(CauseStep):
    owner = forms.ChoiceField(label=_("Give it to"), required=False, error_messages={"invalid_choice": CANNOT_OWN})

    def __init__(self, *args: Any, cause: Cause, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in possible_owners(cause)}
        choices = [("", _("Choose")), *grouped_by_department(self.people.values())]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]

    def clean_owner(self) -> User:
        person = self.people.get(self.cleaned_data["owner"])
        if person is None:
            raise ValidationError(CANNOT_OWN, code="required")
        return person

    def act(self, cause: Cause, by: User) -> Cause:
        return actions.assign_cause(cause.pk, owner=self.cleaned_data["owner"], by=by)


class NewCauseForm(forms.Form):
    """A cause opened by hand: where, about what, and what is the same."""

    use_required_attribute = False
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), error_messages={"required": _("Choose a department.")}
    )
    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True),
        label=_("Category"),
        error_messages={"required": _("Choose a category.")},
    )
    what = forms.ChoiceField(
        label=_("What is the same"),
        choices=[
            (Cause.What.CATEGORY.value, pgettext_lazy("recurring cause", "The category alone")),
            (Cause.What.PRODUCT.value, Cause.What.PRODUCT.label),
            (Cause.What.BATCH.value, Cause.What.BATCH.label),
            (Cause.What.SUBJECT.value, Cause.What.SUBJECT.label),
        ],
        widget=Picks,
        initial=Cause.What.CATEGORY.value,
        error_messages={"required": _("Choose what is the same.")},
    )
    value = Words(
        label=_("Which product or batch"), max_length=160, help_text=_("Written as it stands on the complaints.")
    )
    subject = forms.ModelChoiceField(User.objects.none(), label=_("Which staff member"), required=False)
    note = text(_("Why you open it"), limit=500, rows=2)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach = departments_of(user)
        places = Department.objects.active()
        places = places if reach is None else places.filter(pk__in=reach)
        self.fields["department"].queryset = places  # type: ignore[attr-defined]
        people = User.objects.active().people().with_role(*CASE_ROLES).filter(department__in=places)
        self.fields["subject"].queryset = people  # type: ignore[attr-defined]

    def save(self, *, by: User) -> Cause | None:
        return save_with(self, lambda: actions.open_cause(by=by, **self.cleaned_data), {"cause_open": "what"})


class AnswerForm(Versioned):
    """What comes of a suggestion."""

    state = forms.ChoiceField(
        label=_("What comes of it"),
        choices=[choice for choice in Suggestion.State.choices if choice[0] != Suggestion.State.KEPT],
        widget=Picks,
        required=False,
    )
    answer = text(_("Answer"))
    reward = Words(label=_("Reward, if there was one"), max_length=300)

    def save(self, suggestion: Suggestion, *, by: User) -> Suggestion | None:
        given = {name: self.cleaned_data[name] for name in ("state", "answer", "reward")}
        return save_with(self, lambda: answer_suggestion(suggestion.pk, expected_version=self.seen, by=by, **given))
