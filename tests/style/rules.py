"""What the product's code must not do, as a table: what ruff and bandit have no rule for. Source: STYLE.md."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# The doors: what a person or a program reaches by an address.
DOORS = ("*/views.py", "*/views_*.py", "*/views/*.py", "*/admin.py", "api/nouns/*.py")
WRITES = {"create", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
CLIENTS = {"requests", "httpx", "urllib3", "aiohttp", "http.client", "urllib.request", "smtplib", "ftplib", "telnetlib"}
NOW = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now"}
# With an instant they only turn it into another form.
NOW_UNLESS_TOLD = {"timezone.localdate", "timezone.localtime", "time.gmtime", "time.localtime"}
# A row of one's own is asked for by whose it is.
OWNERS = {"user", "owner", "recipient"}

Finder = Callable[[ast.AST], bool]


@dataclass(frozen=True)
class Rule:
    """One thing that must not be, where it must not be, and what to do instead."""

    name: str
    finds: Finder
    instead: str
    only: tuple[str, ...] = ("*",)
    but: tuple[str, ...] = ()

    def applies_to(self, path: str) -> bool:
        return any(fnmatch(path, one) for one in self.only) and not any(fnmatch(path, one) for one in self.but)

    def lines(self, tree: ast.AST) -> Iterator[int]:
        for node in ast.walk(tree):
            if self.finds(node):
                yield getattr(node, "lineno", 1)


def dotted(node: ast.AST) -> str:
    """Write a chain of names as it stands, with () for each call in it: Complaint.objects.all().get."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return ""


def calls(*names: str) -> Finder:
    """Find calls of a method by its last name, or of `module.function` by its last two."""

    def finds(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        called = dotted(node.func)
        return any(called == name or called.endswith(f".{name}") for name in names)

    return finds


def imports(*modules: str) -> Finder:
    """Find the import of a module, of something in it, or of a name from anywhere."""

    def finds(node: ast.AST) -> bool:
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = {module} | {alias.name for alias in node.names} | {f"{module}.{alias.name}" for alias in node.names}
        else:
            return False
        return any(name == module or name.startswith(f"{module}.") for name in names for module in modules)

    return finds


def reads_the_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = ".".join(dotted(node.func).split(".")[-2:])
    return called in NOW or (called in NOW_UNLESS_TOLD and not node.args and not node.keywords)


def takes_every_field(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "fields" for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and node.value.value == "__all__"
    )


def writes_sql_past_the_orm(node: ast.AST) -> bool:
    """`.extra(…)`, and `.raw(…)` of a manager or queryset; a form's own `raw` is another thing."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr == "extra" or (node.func.attr == "raw" and ".objects" in dotted(node.func))


def sets_a_state_past_the_workflow(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "update"
        and any(keyword.arg == "state" for keyword in node.keywords)
    )


def finds_what_is_not_the_readers(node: ast.AST) -> bool:
    """`Complaint.objects.get(…)` and `get_object_or_404(Complaint, …)` ask nobody who is asking."""
    if not isinstance(node, ast.Call) or OWNERS & {keyword.arg for keyword in node.keywords}:
        return False
    called = dotted(node.func)
    if called.endswith((".objects.get", ".objects.all().get")):
        return True
    if called.rpartition(".")[2] not in ("get_object_or_404", "get_list_or_404") or not node.args:
        return False
    asked = dotted(node.args[0])
    return asked.endswith((".objects", ".objects.all()")) or (asked[:1].isupper() and "." not in asked)


def writes_past_the_actions(node: ast.AST) -> bool:
    """Of a door: rows made, changed or deleted by it."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    called = dotted(node.func)
    return ".objects." in called and (node.func.attr in WRITES or node.func.attr in {"update", "delete"})


RULES = (
    Rule(
        "clock",
        reads_the_clock,
        "Ask core.clock.now(), or take `now` as an argument: tests and rehearsals set that clock.",
        # Django's sessions end by the system's clock, and know no other.
        but=("core/clock.py", "accounts/session_store.py", "accounts/sessions.py", "accounts/views_sessions.py"),
    ),
    Rule(
        "publish",
        calls("delay", "apply_async", "send_task"),
        "Write a row and call events.wakeup.wake: a publish fails with the broker, and is lost with it.",
        but=("events/wakeup.py",),
    ),
    Rule("csrf", imports("csrf_exempt"), "Who is signed in by a cookie needs the token; a program uses a key."),
    Rule(
        "mark_safe",
        imports("mark_safe"),
        "Use format_html, or a template: what people typed must be escaped.",
        but=("core/templatetags/core_tags.py",),  # its own icons and keys
    ),
    Rule(
        "safe string",
        calls("SafeString", "SafeText"),
        "Use format_html, or a template: it escapes what people typed.",
        but=("core/drawn.py",),  # puts drawn pieces into drawn pieces
    ),
    Rule("all fields", takes_every_field, "Name the fields: a new column must not be writable because it is new."),
    Rule(
        "sql",
        writes_sql_past_the_orm,
        "Say it with the ORM, or in core/search, where the SQL is one place to look at.",
        but=("core/search/*",),
    ),
    Rule(
        "raw sql",
        imports("django.db.models.expressions.RawSQL", "django.db.models.RawSQL"),
        "Say it with the ORM, or in core/search, where the SQL is one place to look at.",
        but=("core/search/*", "core/apart.py"),  # runs what the ORM has written
    ),
    Rule(
        "state",
        sets_a_state_past_the_workflow,
        "Let the workflow advance it under its lock: an UPDATE asks no condition and no permission.",
        # What is delivered, and what is due, have states and no workflow.
        but=("events/outbox.py", "events/restored.py", "deadlines/*"),
    ),
    Rule(
        "scope",
        finds_what_is_not_the_readers,
        "Begin with .visible_to(user): what somebody may not see is not found.",
        only=DOORS,
    ),
    Rule(
        "write in a door",
        writes_past_the_actions,
        "Call an action: browser, API and timers must change things in one way.",
        only=DOORS,
    ),
    Rule(
        "outbound",
        imports(*CLIENTS),
        "Write to the outbox and let a channel send it: time-outs, retries and refused addresses are there.",
        # Two ask our own page on this machine; the third is the channel for mail.
        but=("core/probe.py", "core/management/commands/up.py", "events/mail.py"),
    ),
    Rule(
        "signals",
        imports("post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed"),
        "Announce an event in the action: a signal does not know who did it, nor why.",
    ),
    Rule("generic key", imports("GenericForeignKey", "GenericRelation"), "Use a plain key, which the database checks."),
)

# In templates: what turns escaping off, and scripts or styles that the policy for browsers would not run anyway.
TEMPLATE_RULES = {
    "safe": (re.compile(r"\|\s*safe(seq)?\b"), "Let it be escaped, or make it with format_html."),
    "autoescape": (re.compile(r"{%-?\s*autoescape\s+off"), "Let it be escaped."),
    "inline script": (re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"), "Put it into a module under static/js."),
    "inline style": (re.compile(r"<style\b|\sstyle="), "Put it into a sheet under static/css."),
    "handler": (re.compile(r"\son(?!ce=)[a-z]+=[\"']"), "Listen to it in a module under static/js."),
}
# Drawn by ourselves from a number: nothing that anybody typed.
TEMPLATE_EXCEPTIONS = {("templates/complaints/slip.html", "safe")}


@cache
def sources() -> list[tuple[str, ast.AST]]:
    """Every module of the product by its path, migrations left out."""
    return list(_sources())


def _sources() -> Iterator[tuple[str, ast.AST]]:
    folders = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
    for folder in sorted(folders):
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def templates() -> Iterator[tuple[str, list[str]]]:
    for path in sorted([*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")]):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8").splitlines()
