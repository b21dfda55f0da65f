"""What is shipped to browsers: complete, used, and light."""

import gzip
import re
from pathlib import Path

import django_htmx
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
SOURCES = [
    file
    for folder in ("templates", "core", "events", "accounts", "customers", "deadlines", "complaints", "policies")
    for file in (Path(settings.BASE_DIR) / folder).rglob("*")
    if file.suffix in {".html", ".py"}
]
HTMX = Path(django_htmx.__path__[0]) / "static/django_htmx/htmx-2.min.js"
FIRST_TIME = 90_000
# They come with the pages that take files, and not with the first that somebody opens.
LATER = {"attach.js", "files.css"}


def packed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 6))


def test_every_icon_that_is_named_exists():
    named = {name for file in SOURCES for name in re.findall(r'\{% icon "([\w-]+)"', file.read_text(encoding="utf-8"))}
    assert not {name for name in named if not (STATIC / f"icons/{name}.svg").is_file()}


def test_staff_page_is_light_enough():
    files = [STATIC / "vendor/bootstrap/bootstrap.min.css", *STATIC.glob("css/*.css"), *STATIC.glob("js/*.js"), HTMX]
    at_once = sum(packed(file) for file in files if file.name not in LATER)
    assert at_once + 8_000 <= FIRST_TIME, "8 kB are left for the page itself"


def test_licences_come_along():
    assert (STATIC / "vendor/bootstrap/LICENSE").is_file()
    assert (STATIC / "icons/LICENSE").is_file()


def test_style_sheets_have_no_foreign_address():
    for file in STATIC.glob("css/*.css"):
        assert "url(" not in file.read_text(encoding="utf-8")
        assert "@import" not in file.read_text(encoding="utf-8")
