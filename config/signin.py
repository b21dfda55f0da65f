"""What allauth asks of us about signing in."""

import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.second_factor import has_one, must_have
from accounts.second_factor_secrets import decrypted, encrypted

TOO_MANY = ("too_many_login_attempts", "rate_limited")


class ClosedAdapter(DefaultAccountAdapter):
    """Accounts are given by an administrator; nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": _("This is not your password. Check it and try again"),
        "incorrect_code": _("This code is not right. Type the one that the app shows now"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def validation_error(self, code: str, *args: object) -> ValidationError:
        """Too many tries are no fault of the form: they are answered alike wherever one guesses, with a 429."""
        if code in TOO_MANY:
            raise ImmediateHttpResponse(respond_429(context.request))
        error: ValidationError = super().validation_error(code, *args)
        return error

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Whoever has just signed in, and has no second factor to guard yet, is not asked for the password again."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        user = context.request.user
        if isinstance(user, User) and not has_one(user):
            records = get_authentication_records(context.request, user)
            return not records or time.time() - records[-1]["at"] >= app_settings.REAUTHENTICATION_TIMEOUT
        return True


class SecondFactorAdapter(DefaultMFAAdapter):
    """Codes of an app beside the password; what makes them is kept encrypted."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Type the one that the app shows now"),
        "cannot_delete_authenticator": _("Your role asks for a second factor, so it stays on."),
    }

    def get_totp_label(self, user: User) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        return f"{_('Complaint desk')} ({context.request.get_host()})"

    def encrypt(self, text: str) -> str:
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypted(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not must_have(authenticator.user)
