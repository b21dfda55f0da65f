"""The form that makes a key for a program."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.key_scopes import Scope, scopes_of
from accounts.models import User
from core.errors import Sentence
from core.forms import ManyPicks, Picks

# Longer than a year is for those who write down when it ends.
DAYS = ((30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (730, _("2 years")))


WORDS: dict[Scope, Sentence] = {
    Scope.READ: _("Read what you may read"),
    Scope.WRITE: _("Lodge and work complaints"),
    Scope.SALES: _("Bring in customers and sales"),
    Scope.ADMIN: _("Change settings of the house"),
}


def scopes_for(user: User) -> list[tuple[str, Sentence]]:
    """What the user may put into a key, in words. The API asks the user's own rights besides, whatever the key says."""
    words = {**WORDS, Scope.READ: _("Read what it may read")} if user.is_service_account else WORDS
    return [(scope.value, words[scope]) for scope in scopes_of(user.role_set)]


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("So that you know later which one to revoke, such as “sales system of the west store”."),
        error_messages={"required": _("Say what the key is for.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), widget=ManyPicks, error_messages={"required": _("Choose at least one.")}
    )
    days = forms.TypedChoiceField(label=_("How long it is valid"), choices=DAYS, coerce=int, initial=365, widget=Picks)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = scopes_for(user)
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.initial.setdefault("scopes", [choices[0][0]])
