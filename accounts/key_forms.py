"""The form that makes a key for a program."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey, User
from accounts.roles import Role
from core.errors import Sentence
from core.forms import ManyPicks, Picks

Scope = ApiKey.Scope
# Longer than a year is for those who write down when it ends.
DAYS = ((30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (730, _("2 years")))


def scopes_for(user: User) -> list[tuple[str, Sentence]]:
    """What the user may put into a key, in words. The API asks the user's own rights besides, whatever the key says."""
    words: dict[str, Sentence] = {
        Scope.READ: _("Read what you may read"),
        Scope.WRITE: _("Lodge and work complaints"),
        Scope.SALES: _("Bring in customers and sales"),
    }
    if user.has_role(Role.AUDITOR):
        return [(Scope.READ.value, words[Scope.READ])]
    if user.has_perm("accounts.manage_house") or user.has_perm("policies.change_policies"):
        words[Scope.ADMIN] = _("Change settings of the house")
    return list(words.items())


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
