"""Django's admin with one change: what is saved goes through an action, and what that refuses is shown in the form."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import User
from core.errors import Blocked, DomainError

Refusal = DomainError | ValidationError


class ActionForm(forms.ModelForm):  # type: ignore[type-arg]
    """`apply` calls the action with what was entered, as `by`. It is the last step of checking the form.

    So whatever the action refuses is a fault of the form like any other, and the view stays as Django has it.
    """

    # The admin's own look: our classes would take those away that its date pickers go by.
    bound_field_class = forms.BoundField
    by: ClassVar[User]
    saved: Model

    def apply(self) -> Model:
        raise NotImplementedError

    def _post_clean(self) -> None:
        # What a constraint refuses the action refuses too, in words.
        self.instance.validate_constraints = lambda exclude=None: None
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.saved = self.apply()
        except (DomainError, ValidationError) as refusal:
            for field, sentence in said(refusal):
                self.add_error(field if field in self.fields else None, sentence)


def said(refusal: Refusal) -> list[tuple[str, Any]]:
    """What an action refused, each sentence with the field it belongs to, if any."""
    if isinstance(refusal, ValidationError):
        fields = refusal.message_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.messages}
        return [(field, sentence) for field, sentences in fields.items() for sentence in sentences]
    if isinstance(refusal, Blocked):
        return [(blocker.link, blocker.message) for blocker in refusal.blockers]
    return [("", refusal.message)]


class ActionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is deleted here: what a complaint or an event points at stays, and is closed or renamed instead."""

    form = ActionForm

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Model:
        return form.instance  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """The form has been saved by checking it: here only its id is still missing."""
        obj.pk = form.saved.pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The action has written all of it."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
