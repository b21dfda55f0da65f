"""What the navigation offers. Apps register their entries from `apps.py`; each user sees what their role may open."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from core.errors import Sentence


@dataclass(frozen=True)
class Badge:
    """A figure beside an entry; `is_hot` marks it as urgent."""

    count: int
    is_hot: bool = False


BadgeFunction = Callable[[Any], Badge | int | None]


@dataclass(frozen=True)
class Entry:
    """One registered way into a part of the product."""

    name: str
    label: Sentence
    url_name: str
    icon: str
    permission: str
    badge: BadgeFunction | None
    order: int
    key: str
    is_foot: bool


@dataclass(frozen=True)
class Link:
    """An entry as one user sees it now."""

    name: str
    label: Sentence
    url: str
    icon: str
    key: str
    badge: Badge | None
    is_current: bool
    is_foot: bool


_entries: dict[str, Entry] = {}


def register_nav(  # noqa: PLR0913
    name: str,
    url_name: str,
    icon: str,
    permission: str = "",
    badge_fn: BadgeFunction | None = None,
    order: int = 50,
    key: str = "",
    *,
    label: Sentence = "",
    is_foot: bool = False,
) -> None:
    """Offer a page in the navigation to holders of `permission` (everybody signed in, when blank).

    `label` is the word shown, `key` the letter after G, `badge_fn(user)` one cheap figure (one query).
    The names "new" (New complaint, in the top bar) and "find" (the search field's page) have their own place.
    """
    _entries[name] = Entry(name, label or name, url_name, icon, permission, badge_fn, order, key, is_foot)


def links(request: HttpRequest) -> list[Link]:
    """The navigation for this request's user, in order; without "new" and "find"."""
    entries = sorted(_entries.values(), key=lambda entry: entry.order)
    shown = [_link(entry, request) for entry in entries if entry.name not in {"new", "find"}]
    return [link for link in shown if link is not None]


def special(name: str, request: HttpRequest) -> Link | None:
    """The link registered as "new" or "find", when this user may open it."""
    entry = _entries.get(name)
    return _link(entry, request) if entry else None


@lru_cache(maxsize=256)
def _address(url_name: str, _urlconf: str) -> str:
    return reverse(url_name)


def _link(entry: Entry, request: HttpRequest) -> Link | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or (entry.permission and not user.has_perm(entry.permission)):
        return None
    try:
        url = _address(entry.url_name, settings.ROOT_URLCONF)
    except NoReverseMatch:
        return None
    badge = entry.badge(user) if entry.badge else None
    if isinstance(badge, int):
        badge = Badge(badge)
    match = request.resolver_match
    is_current = bool(match and match.view_name == entry.url_name) or (url != "/" and request.path.startswith(url))
    return Link(
        entry.name,
        entry.label,
        url,
        entry.icon,
        entry.key,
        badge if badge and badge.count else None,
        is_current,
        entry.is_foot,
    )
