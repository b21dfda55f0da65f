"""What a production installation must not start with, each said in a sentence that tells how to mend it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

ENVIRONMENTS = ("local", "production")
MIN_KEY_LENGTH = 50
MIN_KEY_LETTERS = 10  # different ones: "aaaa…" is long, and no secret


def number(name: str, text: str, *, least: float, most: float) -> float:
    """Read a figure from the environment, or say what it should have been."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} is {text!r}; it is a number from {least:g} to {most:g}.")
    return value


def unsafe(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the settings, nothing for an installation on one machine."""
    if values["ENVIRONMENT"] not in ENVIRONMENTS:
        return [f"ENVIRONMENT is {values['ENVIRONMENT']!r}; it is either local or production."]
    if values["ENVIRONMENT"] == "local":
        return []
    faults = {
        "DEBUG is on and would show the code and its values to visitors: leave DEBUG out.": values["DEBUG"],
        "DEMO is on and would create accounts whose password everybody knows: leave DEMO out.": values["DEMO"],
        "ALLOWED_HOSTS is empty: name the hosts people reach this by, such as complaints.example.com.": (
            not values["ALLOWED_HOSTS"]
        ),
        "ALLOWED_HOSTS has * and would answer to any name: list the names.": "*" in values["ALLOWED_HOSTS"],
        "DATABASE_URL is a SQLite database in memory, so a restart would lose everything: name a file or PostgreSQL.": (
            is_in_memory(values["DATABASES"]["default"])
        ),
        "EVENTS_SIGNING_KEY is the SECRET_KEY: who has one must not have both.": (
            bool(values["SECRET_KEY"]) and values["EVENTS_SIGNING_KEY"] == values["SECRET_KEY"]
        ),
    }
    for name in ("SECRET_KEY", "EVENTS_SIGNING_KEY"):
        key = values[name]
        faults[
            f"{name} is missing or easy to guess: give {MIN_KEY_LENGTH} random characters or more, and keep them"
            ' (python3 -c "import secrets; print(secrets.token_urlsafe(50))").'
        ] = len(key) < MIN_KEY_LENGTH or len(set(key)) < MIN_KEY_LETTERS or key.startswith("django-insecure")
    return [sentence for sentence, is_so in faults.items() if is_so]


def is_in_memory(database: Mapping[str, Any]) -> bool:
    name = str(database["NAME"])
    return "sqlite3" in database["ENGINE"] and (
        name in ("", ":memory:") or "mode=memory" in name or "::memory:" in name
    )


def accounts_with_demo_password() -> list[str]:
    """Return the active demo accounts that everybody can sign in to."""
    users = get_user_model().objects.filter(is_active=True, username__in=settings.DEMO_USERNAMES)
    return [user.get_username() for user in users if check_password(settings.DEMO_PASSWORD, user.password)]


@register(Tags.database)
def check_demo_passwords(**kwargs: Any) -> list[CheckMessage]:
    """Refuse what asks for the checks of the database; the web server asks for this one when it starts."""
    # Django passes no databases where none may be asked, and before the first migration there are no accounts.
    if settings.ENVIRONMENT != "production" or not kwargs.get("databases") or not _has_accounts():
        return []
    names = accounts_with_demo_password()
    if not names:
        return []
    return [
        Error(
            f"These accounts still have the demo password: {', '.join(names)}.",
            hint="Give them another password, or deactivate them.",
            id="config.E001",
        )
    ]


def _has_accounts() -> bool:
    return get_user_model()._meta.db_table in connection.introspection.table_names()
