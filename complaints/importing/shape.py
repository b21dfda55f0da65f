"""Reading a table of TOML key by key, collecting what is wrong with it as sentences."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Faults:
    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, sentence: str) -> None:
        self.sentences.append(sentence)


class Shape:
    """One table; `place` names it in sentences. What was not asked for by the end is a fault: mostly a misspelling."""

    def __init__(self, told: Any, place: str, faults: Faults) -> None:
        if not isinstance(told, dict):
            faults.add(f"{place} must be a table: [{place}].")
            told = {}
        self.told: dict[str, Any] = told
        self.place = place
        self.faults = faults
        self._asked: set[str] = set()

    def _named(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def _take(self, key: str, default: Any, kind: type, what: str) -> Any:
        self._asked.add(key)
        value = self.told.get(key, default)
        if value is not default and not isinstance(value, kind):
            self.faults.add(f"{self._named(key)} must be {what}.")
            return default
        return value

    def text(self, key: str, default: str = "", *, one_of: Sequence[str] | None = None) -> str:
        return self.optional_text(key, default, one_of=one_of) or ""

    def needed_text(self, key: str) -> str:
        value = self.text(key)
        if not value and not any(fault.startswith(self._named(key)) for fault in self.faults.sentences):
            self.faults.add(f"{self._named(key)} is missing.")
        return value

    def optional_text(self, key: str, default: str | None, *, one_of: Sequence[str] | None = None) -> str | None:
        value: str | None = self._take(key, default, str, "a text in quotes")
        self._check(self._named(key), value, one_of)
        return value

    def _check(self, name: str, value: str | None, one_of: Sequence[str] | None) -> None:
        if one_of is not None and value is not None and value not in one_of:
            self.faults.add(f"{name} is {value!r}; it is one of {', '.join(filter(None, one_of))}.")

    def flag(self, key: str, *, default: bool) -> bool:
        value: bool = self._take(key, default, bool, "true or false")
        return value

    def texts(self, key: str, *, is_required: bool = False) -> tuple[str, ...]:
        value = self._take(key, None, list, "a list of texts")
        if value is None:
            if is_required:
                self.faults.add(f"{self._named(key)} is missing.")
            return ()
        if not all(isinstance(one, str) for one in value) or (is_required and not value):
            self.faults.add(f"{self._named(key)} must be a list of texts.")
            return ()
        return tuple(value)

    def text_lists(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of lists of columns, such as [["narrative"], ["issue", "sub-issue"]]."""
        value = self._take(key, None, list, "a list of lists of columns")
        is_fit = bool(value) and all(
            isinstance(one, list) and one and all(isinstance(column, str) for column in one) for one in value
        )
        if not is_fit:
            self.faults.add(f'{self._named(key)} must be a list of lists of columns, such as [["text"], ["issue"]].')
            return ()
        return tuple(tuple(one) for one in value)

    def words(self, key: str, *, one_of: Sequence[str] | None = None) -> dict[str, str]:
        """A table from the values of a column to codes or names."""
        value = self._take(key, {}, dict, "a table")
        if not all(isinstance(one, str) for one in value.values()):
            self.faults.add(f"{self._named(key)} must hold texts only.")
            return {}
        for name, code in value.items():
            self._check(f"{self._named(key)}.{name}", code, one_of)
        return {name.strip(): code for name, code in value.items()}

    def zone(self, key: str) -> ZoneInfo:
        name = self.needed_text(key)
        try:
            return ZoneInfo(name or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.faults.add(f"{self._named(key)} is {name!r}, which is no time zone; write it like Asia/Shanghai.")
            return ZoneInfo("UTC")

    def table(self, key: str, *, is_required: bool = True) -> "Shape":
        self._asked.add(key)
        if is_required and key not in self.told:
            self.faults.add(f"[{self._named(key)}] is missing.")
        return Shape(self.told.get(key, {}), self._named(key), self.faults)

    def tables(self, key: str, *, allowed: Sequence[str]) -> dict[str, "Shape"]:
        inside = self.table(key, is_required=False)
        if unknown := sorted(set(inside.told) - set(allowed)):
            self.faults.add(f"{key} knows no {', '.join(unknown)}; there are {', '.join(allowed)}.")
        return {name: inside.table(name) for name in inside.told if name in allowed}

    def refuse_others(self) -> None:
        """Call when everything was asked for."""
        for key in self.told:
            if key not in self._asked:
                self.faults.add(f"{self._named(key)} is not known.")
