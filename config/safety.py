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
ENGINES = ("sqlite3", "postgresql")
MIN_KEY_LENGTH = 50
MIN_KEY_LETTERS = 10  # different ones: "aaaa…" is long, and no secret
# What stands in examples until somebody puts a secret there.
PLACEHOLDERS = ("django-insecure", "changeme", "change-me", "change_me", "example", "secret")
# They print mails, drop them or keep them to themselves.
MAIL_THAT_GOES_NOWHERE = ("console", "dummy", "locmem", "filebased")


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
    database = values["DATABASES"]["default"]
    faults = {
        "DEBUG is on and would show the code and its values to visitors: leave DEBUG out.": values["DEBUG"],
        "DEMO is on and would create accounts whose password everybody knows: leave DEMO out.": values["DEMO"],
        "ALLOWED_HOSTS is empty: name the hosts people reach this by, such as complaints.example.com.": (
            not values["ALLOWED_HOSTS"]
        ),
        "ALLOWED_HOSTS has * and would answer to any name: list the names.": (
            any("*" in name or name == "." for name in values["ALLOWED_HOSTS"])
        ),
        "CSRF_TRUSTED_ORIGINS has an address that others can speak for: write each as https://name, without *.": (
            any(not origin.startswith("https://") or "*" in origin for origin in values["CSRF_TRUSTED_ORIGINS"])
        ),
        "DATABASE_URL is neither PostgreSQL nor SQLite: write it as postgres://user:password@host/name.": (
            database["ENGINE"].rpartition(".")[2] not in ENGINES
        ),
        "DATABASE_URL is a SQLite database in memory, so a restart would lose everything: name a file or PostgreSQL.": (
            is_in_memory(database)
        ),
        "EMAIL_URL sends mail nowhere, so nobody would hear of an escalation by mail: name a server, such as"
        " smtp+tls://user:password@mail.example.com:587.": (
            values["EMAIL_BACKEND"].split(".")[-2] in MAIL_THAT_GOES_NOWHERE
        ),
        "EVENTS_SIGNING_KEY is the SECRET_KEY: who has one must not have both.": (
            bool(values["SECRET_KEY"]) and values["EVENTS_SIGNING_KEY"] == values["SECRET_KEY"]
        ),
        "SECRET_KEY_FALLBACKS has a key that is easy to guess, and it opens as much as the SECRET_KEY: leave it out.": (
            any(is_guessable(key) for key in values["SECRET_KEY_FALLBACKS"])
        ),
    }
    for name in ("SECRET_KEY", "EVENTS_SIGNING_KEY"):
        faults[
            f"{name} is missing or easy to guess: give {MIN_KEY_LENGTH} random characters or more, and keep them"
            ' (python3 -c "import secrets; print(secrets.token_urlsafe(50))").'
        ] = is_guessable(values[name])
    return [sentence for sentence, is_so in faults.items() if is_so]


def is_guessable(key: str) -> bool:
    """Whether a key is too short, too even, or still the example of a text."""
    is_placeholder = any(word in key.lower() for word in PLACEHOLDERS)
    return len(key) < MIN_KEY_LENGTH or len(set(key)) < MIN_KEY_LETTERS or is_placeholder


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
