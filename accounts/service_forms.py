"""What is asked about service accounts."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.action_admin import said
from accounts.models import Department, ServiceAccount, User
from accounts.roles import Role
from accounts.service_actions import (
    ask_for_rights,
    change_service_account,
    create_service_account,
    refuse_rights,
)
from core.errors import Blocked
from core.forms import ManyPicks

R = TypeVar("R")


class ServiceForm(forms.Form):
    """What the action refuses comes back at the field it is about."""

    use_required_attribute = False

    def saved(self, save: Callable[[], R]) -> R | None:
        try:
            return save()
        except (Blocked, ValidationError) as refusal:
            for field, sentence in said(refusal):
                self.add_error(field if field in self.fields else None, sentence)
            return None


class DescribedForm(ServiceForm):
    name = forms.CharField(
        label=_("What people call it"),
        max_length=80,
        help_text=_("Stands in the record beside what it does, such as “Sales system of the west store”."),
        error_messages={"required": _("Say what people call it.")},
    )
    purpose = forms.CharField(
        label=_("What it is for"),
        max_length=200,
        help_text=_("One sentence that tells a manager why it needs its roles."),
        error_messages={"required": _("Say what the program is for.")},
    )
    responsible = forms.ModelChoiceField(
        label=_("Who answers for it"),
        queryset=User.objects.none(),
        empty_label=_("Choose"),
        help_text=_("Is asked when it does something odd, and when it is no longer needed."),
        error_messages={
            "required": _("Choose who answers for it."),
            "invalid_choice": _("Choose somebody who works here to answer for it."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.people().active().order_by("name")
        self.fields["responsible"].queryset = people  # type: ignore[attr-defined]


class RightsForm(ServiceForm):
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.none(),
        empty_label=_("Choose"),
        help_text=_("It reads what people of this department read, and what is below it."),
        error_messages={"required": _("Choose a department."), "invalid_choice": _("Choose a department.")},
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role.choices, widget=ManyPicks, error_messages={"required": _("Choose at least one.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.active()  # type: ignore[attr-defined]


class NewAccountForm(RightsForm, DescribedForm):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Short and for good, such as dms. Commands and other systems know it by this name."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "data-autofocus": True}),
        error_messages={"required": _("Enter a user name.")},
    )
    field_order = ("username", "name", "purpose", "responsible", "department", "roles")

    def save(self, by: User) -> ServiceAccount | None:
        return self.saved(lambda: create_service_account(**self.cleaned_data, by=by))


class EditAccountForm(DescribedForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def save(self, account_id: int, by: User) -> ServiceAccount | None:
        given = dict(self.cleaned_data)
        version = given.pop("version")
        return self.saved(lambda: change_service_account(account_id, expected_version=version, **given, by=by))


class ChangeRightsForm(RightsForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].required = False
        self.fields["roles"].help_text = _("None of them: it can do nothing any more.")

    def save(self, account_id: int, by: User) -> ServiceAccount | None:
        given = dict(self.cleaned_data)
        version = given.pop("version")
        return self.saved(lambda: ask_for_rights(account_id, expected_version=version, **given, by=by))


class RefuseForm(ServiceForm):
    reason = forms.CharField(
        label=_("Why you refuse it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write why you refuse it.")},
    )

    def save(self, request_id: int, by: User) -> ServiceAccount | None:
        return self.saved(lambda: refuse_rights(request_id, **self.cleaned_data, by=by))
