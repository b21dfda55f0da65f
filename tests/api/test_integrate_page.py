"""Every command of docs/integrate.md, as it stands there and in its order, against a live server with a real key."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from accounts.roles import Role
from tests.house import House, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs/integrate.md"
_BLOCK = re.compile(r"^```(sh|python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "@@@"


@pytest.fixture
def house(transactional_db) -> House:
    house = House()
    make_user("dms", house.west, Role.SALES_MANAGER)
    return house


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An installation's folder, as far as the page uses it."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "manage.py").symlink_to(ROOT / "manage.py")
    return tmp_path


def database_url() -> str:
    """That of this test, for the command that makes the key."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def blocks() -> list[tuple[str, str]]:
    """What is run, each with what it prints."""
    found: list[tuple[str, str]] = []
    for kind, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "text":
            found[-1] = (found[-1][0], text)
        else:
            found.append((text if kind == "sh" else f"python3 - <<'EOF'\n{text}EOF\n", ""))
    return found


def is_told(printed: str, expected: str) -> bool:
    pattern = ".*?".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, printed.replace("\r", "").strip(), re.DOTALL) is not None


def test_every_command_does_what_the_page_says(live_server, house, place):
    script = "".join(f"{text}echo; echo {MARK}\n" for text, _printed in blocks())
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=place,
        env={
            **os.environ,
            "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}",
            "ADDRESS": live_server.url,
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(settings.DATA_DIR),
            "no_proxy": "*",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    printed = done.stdout.split(f"\n{MARK}\n")
    assert len(printed) == len(blocks()) + 1 > 9
    for (text, expected), found in zip(blocks(), printed, strict=False):
        assert is_told(found, expected), f"{text}\nprinted\n{found}\nand not\n{expected}"


@pytest.mark.parametrize(("printed", "expected"), [("200\n", "201\n"), ("a\nb\n", "a\n"), ("", "…x")])
def test_another_answer_would_be_noticed(printed, expected):
    """The control."""
    assert not is_told(printed, expected)


def test_the_readme_leads_there():
    assert "docs/integrate.md" in (ROOT / "README.md").read_text(encoding="utf-8")
