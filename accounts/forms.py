"""What people set about themselves."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.forms import Picks

# Each language is offered in its own words: who is lost in the other one must find back.
LANGUAGE_NAMES = {"en": "English", "zh-hans": "简体中文"}


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=User.THEMES)


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[
            ("", _("As the browser")),
            *((code, LANGUAGE_NAMES.get(code, name)) for code, name in settings.LANGUAGES),
        ],
        widget=Picks,
        required=False,
    )
    theme = forms.ChoiceField(label=_("Colours"), choices=User.THEMES, widget=Picks)
    has_single_keys = forms.BooleanField(
        label=_("Single keys"),
        help_text=_("N, J, K, T and others do something while you are not typing. Ctrl and Alt keys always work."),
        required=False,
    )


class SignInForm(LoginForm):  # type: ignore[misc]
    """allauth's, with our sentences, and with the refusal at the field where one types next."""

    SENTENCES = {"username_password_mismatch": _("Name and password do not match. Check both and try again")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.help_text = _("User name"), ""
        name.error_messages["required"] = _("Enter your user name")
        password.error_messages["required"] = _("Enter your password")
        for field in (name, password):
            field.widget.attrs.pop("placeholder", None)
        # Names are not words: no telephone may write the first letter large.
        name.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false", "data-autofocus": True}

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except forms.ValidationError as refusal:
            sentence = self.SENTENCES.get(getattr(refusal, "code", None) or "")
            if sentence is None:
                raise
            raise forms.ValidationError({"password": sentence}) from refusal
        return cleaned


class ConfirmForm(PasswordForm):  # type: ignore[misc]
    """Asks for the password again before something that an unwatched page must not be enough for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.help_text = ""
        password.error_messages["required"] = _("Enter your password")
        password.widget.attrs.pop("placeholder", None)
        password.widget.attrs["data-autofocus"] = True
