"""The forms of a page as a browser finds them, so that a new form or field is attacked without being listed."""

from html.parser import HTMLParser
from typing import Any

Fields = list[tuple[str, str]]


class FormsOf(HTMLParser):
    """Collects the forms of a page: where each posts to, and its fields with their values."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, Fields]] = []
        self._open: Fields | None = None
        self._textarea = ""
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._open = []
            if has.get("method", "").lower() == "post":
                self.forms.append((has.get("action", ""), self._open))
        elif self._open is None:
            return
        elif tag == "input" and has.get("name") and has.get("type") not in ("submit", "button", "file"):
            is_choice = has.get("type") in ("checkbox", "radio")
            if not is_choice or "checked" in has:
                self._open.append((has["name"], has.get("value", "on" if is_choice else "")))
            else:
                self._open.append((has["name"], ""))
        elif tag == "textarea" and has.get("name"):
            self._textarea = has["name"]
            self._open.append((has["name"], ""))
        elif tag == "select" and has.get("name"):
            self._select = has["name"]
            self._open.append((has["name"], ""))
        elif tag == "option" and self._select and "selected" in has:
            self._open.append((self._select, has.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._textarea and self._open is not None:
            name, value = self._open[-1]
            self._open[-1] = (name, value + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""


SHELL = ("/language/", "/theme/", "/accounts/logout/", "/lock/", "/notifications/", "/admin/logout/")


def fields_of(html: str, url: str) -> dict[str, list[str]]:
    """The fields of the page's own form: the largest one that posts back to it."""
    found = [
        fields
        for action, fields in FormsOf(html).forms
        if action.partition("?")[0] in ("", url.partition("?")[0]) and action not in SHELL
    ]
    data: dict[str, list[str]] = {}
    for name, value in max(found, key=len, default=[]):
        if name == "csrfmiddlewaretoken":
            continue
        kept = data.setdefault(name, [])
        if value:
            kept.append(value)
    return data


def filled(data: dict[str, list[str]], value: Any) -> dict[str, Any]:
    """The same form with one value in every field."""
    return dict.fromkeys(data, value)
