"""A production installation refuses to start unsafe, and says in a sentence what to mend."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

from config.safety import check_demo_passwords, number, unsafe

KEY = "q8Zr3vTn1LxWb7Kd5Hs9Pf2Jy6Gm4Rc0Ue-AaBbCcDdEeFfGgHhIi"
SAFE = {
    "ENVIRONMENT": "production",
    "DEBUG": False,
    "DEMO": False,
    "SECRET_KEY": KEY,
    "EVENTS_SIGNING_KEY": KEY[::-1],
    "ALLOWED_HOSTS": ["complaints.example.com"],
    "CSRF_TRUSTED_ORIGINS": ["https://complaints.example.com"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "complaints"}},
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "SECRET_KEY_FALLBACKS": [],
}


def mail(name):
    return {"EMAIL_BACKEND": f"django.core.mail.backends.{name}.EmailBackend"}


def sqlite(name):
    return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": name}}


def test_safe_production_starts():
    assert unsafe(SAFE) == []
    assert unsafe(SAFE | {"DATABASES": sqlite("/srv/complaints/db.sqlite3")}) == []
    assert unsafe(SAFE | {"ALLOWED_HOSTS": [".example.com"], "CSRF_TRUSTED_ORIGINS": []}) == []
    # While keys are changed, the old one is as good as it was.
    assert unsafe(SAFE | {"SECRET_KEY_FALLBACKS": [KEY.swapcase()]}) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DEBUG": True}, "DEBUG is on"),
        ({"DEMO": True}, "DEMO is on"),
        ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS has *"),
        ({"ALLOWED_HOSTS": ["complaints.example.com", "*.example.com"]}, "ALLOWED_HOSTS has *"),
        ({"ALLOWED_HOSTS": []}, "ALLOWED_HOSTS is empty"),
        ({"CSRF_TRUSTED_ORIGINS": ["http://complaints.example.com"]}, "CSRF_TRUSTED_ORIGINS has an address"),
        ({"CSRF_TRUSTED_ORIGINS": ["https://*.example.com"]}, "CSRF_TRUSTED_ORIGINS has an address"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing or easy"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY is missing or easy"),
        ({"SECRET_KEY": "django-insecure-" + KEY}, "SECRET_KEY is missing or easy"),
        ({"SECRET_KEY": "change-me" + KEY}, "SECRET_KEY is missing or easy"),
        ({"SECRET_KEY_FALLBACKS": [KEY[::-1], "short"]}, "SECRET_KEY_FALLBACKS has a key"),
        ({"EVENTS_SIGNING_KEY": "short"}, "EVENTS_SIGNING_KEY is missing or easy"),
        ({"EVENTS_SIGNING_KEY": KEY}, "EVENTS_SIGNING_KEY is the SECRET_KEY"),
        ({"DATABASES": sqlite(":memory:")}, "in memory"),
        ({"DATABASES": sqlite("")}, "in memory"),
        ({"DATABASES": sqlite("file:x?mode=memory&cache=shared")}, "in memory"),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.mysql", "NAME": "complaints"}}}, "DATABASE_URL is"),
        (mail("console"), "EMAIL_URL sends mail nowhere"),
        (mail("dummy"), "EMAIL_URL sends mail nowhere"),
        (mail("locmem"), "EMAIL_URL sends mail nowhere"),
        (mail("filebased"), "EMAIL_URL sends mail nowhere"),
        ({"ENVIRONMENT": "prod"}, "either local or production"),
    ],
)
def test_each_unsafe_setting_is_named(change, words):
    (sentence,) = unsafe(SAFE | change)
    assert words in sentence


def test_one_machine_may_be_as_it_likes():
    assert unsafe(SAFE | {"ENVIRONMENT": "local", "DEMO": True, "SECRET_KEY": ""}) == []


@pytest.mark.parametrize("text", ["", "abc", "0", "70000", "nan", "inf", "-1"])
def test_figure_out_of_range_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match="PORT is"):
        number("PORT", text, least=1, most=65535)


def manage(tmp_path, **environment):
    """Run a command that reads the settings, as somebody would who installs this."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=kept | {"DATA_DIR": str(tmp_path / "data")} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_says_everything_at_once_and_without_a_traceback(tmp_path):
    answer = manage(tmp_path, ENVIRONMENT="production", DEBUG="1", DEMO="1", ALLOWED_HOSTS="*")
    assert answer.returncode == 1
    for name in ("DEBUG", "DEMO", "ALLOWED_HOSTS", "SECRET_KEY", "EVENTS_SIGNING_KEY"):
        assert name in answer.stderr
    assert "Traceback" not in answer.stderr
    # Nothing was made up in place of what is missing.
    assert list((tmp_path / "data").iterdir()) == []


def test_keys_of_one_machine_are_made_once_and_kept_from_others(tmp_path):
    assert manage(tmp_path).returncode == 0
    keys = [tmp_path / "data" / name for name in ("secret_key", "events_key")]
    before = [key.read_text() for key in keys]
    assert manage(tmp_path).returncode == 0
    assert [key.read_text() for key in keys] == before
    assert before[0] != before[1]
    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600, 0o600]


def test_data_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "data").write_text("a file")
    answer = manage(tmp_path)
    assert answer.returncode == 1
    assert "DATA_DIR cannot be used" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.django_db
def test_production_refuses_accounts_with_the_demo_password(settings):
    settings.ENVIRONMENT = "production"
    user = get_user_model()(username="manager1")
    user.set_password(settings.DEMO_PASSWORD)
    user.save()
    assert check_demo_passwords(databases=None) == []  # where no database may be asked
    (error,) = check_demo_passwords(databases=["default"])
    assert "manager1" in error.msg
    user.set_password("another one, long enough")
    user.save()
    assert check_demo_passwords(databases=["default"]) == []
