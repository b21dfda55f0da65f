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
# Pages of the shell begin so, by themselves or through columns.
STAFF_PAGE = re.compile(r'\{% extends "(?:base|core/columns)\.html"')


def packed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 6))


def test_every_icon_that_is_named_exists():
    named = {name for file in SOURCES for name in re.findall(r'\{% icon "([\w-]+)"', file.read_text(encoding="utf-8"))}
    assert not {name for name in named if not (STATIC / f"icons/{name}.svg").is_file()}


def loaded_by(template: Path) -> set[Path]:
    """The styles and scripts that a template names, with what the scripts import."""
    named = re.findall(r"\{% static ['\"]([^'\"]+\.(?:css|js))['\"]", template.read_text(encoding="utf-8"))
    files = {STATIC / name for name in named}
    for script in [file for file in files if file.suffix == ".js"]:
        files |= {script.parent / name for name in re.findall(r'from "\./([^"]+)"', script.read_text(encoding="utf-8"))}
    return files


def test_staff_page_is_light_enough():
    """Each page with the shell around it, since no page loads what another one needs."""
    folder = Path(settings.BASE_DIR) / "templates"
    shell = {HTMX}.union(*(loaded_by(folder / name) for name in ("core/_styles.html", "core/_modules.html")))
    assert len(shell) > 12
    pages = [page for page in folder.rglob("*.html") if STAFF_PAGE.match(page.read_text(encoding="utf-8"))]
    assert len(pages) > 20
    for page in pages:
        weight = sum(packed(file) for file in shell | loaded_by(page))
        assert weight + 8_000 <= FIRST_TIME, (page.name, "8 kB are left for the page itself")


def test_licences_come_along():
    assert (STATIC / "vendor/bootstrap/LICENSE").is_file()
    assert (STATIC / "icons/LICENSE").is_file()


def test_style_sheets_have_no_foreign_address():
    for file in STATIC.glob("css/*.css"):
        assert "url(" not in file.read_text(encoding="utf-8")
        assert "@import" not in file.read_text(encoding="utf-8")
