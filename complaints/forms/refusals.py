"""What an action refuses because of one answer comes back at that answer, in the same words; nothing typed is lost."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django import forms

from core.errors import Blocked

R = TypeVar("R")


def save_with(form: forms.BaseForm, save: Callable[[], R], fields: Mapping[str, str] | None = None) -> R | None:
    """Run the action, or put its blockers into the form and return None.

    A blocker's link names its field; `fields` names it for codes that link elsewhere. What has no field here
    goes on as Blocked, to be shown like any refusal.
    """
    try:
        return save()
    except Blocked as refusal:
        placed = [(_field(form, blocker.code, blocker.link, fields or {}), blocker) for blocker in refusal.blockers]
        if not any(name for name, _blocker in placed):
            raise
        for name, blocker in placed:
            form.add_error(name, forms.ValidationError(str(blocker.message), code=blocker.code))
        return None


def _field(form: forms.BaseForm, code: str, link: str, fields: Mapping[str, str]) -> str | None:
    name = fields.get(code, link)
    return name if name in form.fields else None
