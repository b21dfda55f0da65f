"""allauth's forms for codes, with our words and our fields."""

from typing import Any

from allauth.mfa.base import forms as codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import get_totp_secret
from django import forms
from django.utils.translation import gettext_lazy as _

# Six digits, or eight of a recovery code, with room for what people put between them.
LONGEST_CODE = 32


def worded(field: forms.Field, label: Any) -> None:
    field.label = label
    field.error_messages["required"] = _("Enter the code")
    field.widget = forms.TextInput(
        attrs={
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "maxlength": LONGEST_CODE,
            "spellcheck": "false",
            "data-autofocus": True,
        }
    )


class AuthenticateForm(codes.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        worded(self.fields["code"], _("Code from your app"))


class ReauthenticateForm(codes.ReauthenticateForm):  # type: ignore[misc]
    """A code in place of the password, before something that an unwatched page must not be enough for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        worded(self.fields["code"], _("Code from your app"))


class ActivateForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code proves that the app was set up."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        # allauth makes a new secret for each look at the page, so whoever switches the language would scan again.
        forms.Form.__init__(self, *args, **kwargs)
        self.user = user
        self.secret = get_totp_secret()
        worded(self.fields["code"], _("The six digits that the app shows"))

    @property
    def secret_groups(self) -> list[str]:
        """The secret as people type it off a screen."""
        return [self.secret[at : at + 4] for at in range(0, len(self.secret), 4)]
