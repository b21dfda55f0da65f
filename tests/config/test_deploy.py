"""What an installation is told to set is what the settings read, and what they then are pleases Django's own checks."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
EXAMPLE = ROOT / ".env.example"
# A line that sets something, or would if it were not a comment.
LINE = re.compile(r"^(?P<off># ?)?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)
KEY = "q8Zr3vTn1LxWb7Kd5Hs9Pf2Jy6Gm4Rc0Ue-AaBbCcDdEeFfGgHhIi"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": KEY,
    "EVENTS_SIGNING_KEY": KEY[::-1],
    "ALLOWED_HOSTS": "complaints.example.com",
    "TRUSTED_PROXIES": "1",
}


def names_read_by_settings(source: str) -> set[str]:
    """The first argument of every env.…("NAME")."""
    return {
        str(call.args[0].value)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def example() -> dict[str, str]:
    return {found["name"]: found["value"] for found in LINE.finditer(EXAMPLE.read_text())}


def names_used_by_compose() -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))


def test_reading_of_names_finds_them():
    source = 'A = env.str("ONE", default="")\nB = number("TWO", env.int("TWO"))\nenv.read_env(path)\nother.str("THREE")'
    assert names_read_by_settings(source) == {"ONE", "TWO"}


def test_every_setting_is_in_the_example():
    read = names_read_by_settings((ROOT / "config" / "settings.py").read_text())
    assert {"SECRET_KEY", "DATABASE_URL", "PORT"} <= read
    assert not read - example().keys(), "Say in .env.example what these are for."


def test_every_line_of_the_example_is_read():
    read = names_read_by_settings((ROOT / "config" / "settings.py").read_text())
    assert not example().keys() - read - names_used_by_compose(), "Nobody reads these."


def test_everything_in_the_example_is_explained():
    """The line above each name, or above the names it stands with, is a comment that is no setting."""
    explained = False
    for line in EXAMPLE.read_text().splitlines():
        if LINE.match(line):
            assert explained, line
        else:
            explained = line.startswith("# ")


def test_the_example_holds_no_secret():
    values = example()
    for name in ("SECRET_KEY", "EVENTS_SIGNING_KEY", "SECRET_KEY_FALLBACKS", "POSTGRES_PASSWORD"):
        assert values[name] == "", name


def manage(tmp_path, *arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:config", "manage.py", *arguments],
        cwd=ROOT,
        env=kept | {"DATA_DIR": str(tmp_path / "data")} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_deploy_check_is_clean_on_production_settings(tmp_path):
    answer = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "no issues" in answer.stdout


def test_deploy_check_can_fail(tmp_path):
    answer = manage(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION | {"SECURE_SSL_REDIRECT": "0"}
    )
    assert answer.returncode == 1
    assert "security.W008" in answer.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEBUG", "1", "DEBUG is on"),
        ("DEMO", "1", "DEMO is on"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS has *"),
        ("SECRET_KEY", "", "SECRET_KEY is missing"),
        ("DATABASE_URL", "sqlite://:memory:", "in memory"),
        ("EMAIL_URL", "consolemail://", "EMAIL_URL sends mail nowhere"),
    ],
)
def test_an_unsafe_environment_starts_nothing(tmp_path, name, value, words):
    answer = manage(tmp_path, "check", **PRODUCTION | {name: value})
    assert answer.returncode == 1
    assert answer.stderr.startswith("This installation is not safe to start.")
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr
