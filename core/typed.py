"""What somebody typed into a form that was refused, so that a page can give it back."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import capfirst

SECRET = ("csrfmiddlewaretoken", "next", "login")
# Shorter answers are typed again faster than they are copied.
WORTH_KEEPING = 12


def typed_texts(request: HttpRequest) -> list[str]:
    """The longer texts of a form, never a password. Empty when the form cannot be read."""
    try:
        fields = request.POST.lists()
    except Exception:
        # This stands on the page for what is broken already: it must not break that too.
        return []
    return [
        text.strip()
        for name, texts in fields
        for text in texts
        if name not in SECRET and "password" not in name and len(text.strip()) >= WORTH_KEEPING
    ]


@dataclass(frozen=True)
class BothTexts:
    """One field that two people changed at the same time."""

    label: str
    theirs: str
    mine: str


def both_texts(request: HttpRequest, current: object) -> list[BothTexts]:
    """What is there now (`current`) beside what was sent, for the fields that differ."""
    if not isinstance(current, Model):
        return []
    fields = {field.name: field for field in current._meta.concrete_fields if not field.is_relation}
    both = []
    for name, mine in request.POST.items():
        if name not in fields or not isinstance(mine, str):
            continue
        theirs = fields[name].value_to_string(current)
        if theirs.strip() != mine.strip():
            both.append(BothTexts(capfirst(str(fields[name].verbose_name)), theirs, mine))
    return both


def parts_of(address: str) -> SplitResult:
    """Take an address apart that somebody else wrote; what cannot be one is empty."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def came_from(request: HttpRequest) -> str:
    """The page of ours that the request was sent from, else the start page."""
    parts = parts_of(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if parts.netloc != request.get_host() or not parts.path.startswith("/") or parts.path.startswith("//"):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
