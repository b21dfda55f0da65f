"""What a card says and what it fits, as plain values: the same in a row, a version, a form and the starter set."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from complaints.models import GuidanceCard

LANGUAGES = ("en", "zh")
# What a card may fit; each is a list of codes, and an empty one fits everything.
SIDES = ("steps", "temperaments", "categories", "skills", "situations")
LISTS = ("helps", "avoid", "say")


@dataclass(frozen=True)
class Texts:
    """A card in one language."""

    language: str
    title: str = ""
    helps: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    say: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.helps or self.avoid or self.say)


@dataclass(frozen=True)
class Content:
    """All of a card that a manager writes."""

    steps: tuple[str, ...] = ()
    temperaments: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    situations: tuple[str, ...] = ()
    en: Texts = Texts("en")
    zh: Texts = Texts("zh")

    @property
    def both(self) -> tuple[Texts, Texts]:
        return self.en, self.zh

    @property
    def written(self) -> tuple[Texts, ...]:
        """The languages that it has."""
        return tuple(texts for texts in self.both if texts.title)

    def tongue(self, language: str) -> Texts:
        """Its texts in this language, or in the other one where this is missing."""
        first, second = (self.zh, self.en) if language.startswith("zh") else (self.en, self.zh)
        return first if first.title else second

    @property
    def words(self) -> str:
        """All its words, to be searched."""
        return "\n".join(line for texts in self.both for line in (texts.title, *texts.helps, *texts.avoid, *texts.say))


def content_of(row: GuidanceCard) -> Content:
    sides = {side: tuple(getattr(row, side)) for side in SIDES}
    return Content(**sides, en=_texts_in(row, "en"), zh=_texts_in(row, "zh"))


def _texts_in(row: GuidanceCard, language: str) -> Texts:
    return texts_of(language, *(getattr(row, f"{part}_{language}") for part in ("title", *LISTS)))


def put_onto(row: GuidanceCard, content: Content) -> None:
    """Set the columns of a row; the caller saves it."""
    for side in SIDES:
        setattr(row, side, list(getattr(content, side)))
    for texts in content.both:
        setattr(row, f"title_{texts.language}", texts.title)
        for part in LISTS:
            setattr(row, f"{part}_{texts.language}", "\n".join(getattr(texts, part)))


def as_json(content: Content) -> dict[str, Any]:
    """What a version keeps of it."""
    kept: dict[str, Any] = {side: list(getattr(content, side)) for side in SIDES}
    for texts in content.both:
        kept[texts.language] = {
            each.name: value if isinstance(value := getattr(texts, each.name), str) else list(value)
            for each in fields(texts)
            if each.name != "language"
        }
    return kept


def from_json(kept: Mapping[str, Any]) -> Content:
    """Read what a version kept, or a card of the starter set; what is missing is empty."""
    sides: dict[str, Any] = {side: tuple(kept.get(side, ())) for side in SIDES}
    return Content(**sides, en=_texts_from("en", kept.get("en", {})), zh=_texts_from("zh", kept.get("zh", {})))


def _texts_from(language: str, kept: Mapping[str, Any]) -> Texts:
    return Texts(language, str(kept.get("title", "")), **{part: tuple(kept.get(part, ())) for part in LISTS})


def lines_of(text: str) -> tuple[str, ...]:
    """One thing a line; blank lines and the space around them go."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def texts_of(language: str, title: str, helps: str, avoid: str, say: str) -> Texts:
    """The four texts of a language as they are stored and typed: one thing a line."""
    return Texts(language, title.strip(), lines_of(helps), lines_of(avoid), lines_of(say))
