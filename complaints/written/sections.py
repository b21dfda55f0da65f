"""What a written report is made of, in the order in which it is read. Source: DOMAIN.md 3.4, 3.6."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.models.report import SECTION_LIMIT
from core.errors import Blocker


@dataclass(frozen=True)
class Section:
    """`hint` says what belongs into it; without a text in a required one the report is not sent."""

    code: str
    title: Promise
    hint: Promise
    is_required: bool = False


SECTIONS = (
    Section(
        "what_happened",
        _("What the customer says"),
        _("In the customer’s own words, with what they were promised and what they want."),
        is_required=True,
    ),
    Section("facts", _("The facts"), _("What was found to be so, and whether the customer agreed."), is_required=True),
    Section("nature", _("Nature and fault"), _("Whether it is valid, and how much of it is ours.")),
    Section("course", _("Course of the case"), _("What was done when, and which promises were kept or broken.")),
    Section("remedies", _("What the customer got"), _("The remedies, what they cost, and who bears it.")),
    Section("outcome", _("Outcome and satisfaction"), _("What came of it, and how content the customer was and is.")),
    Section("cause", _("Root cause"), _("Why it could happen, not who it was.")),
    Section(
        "lessons", _("What we learn"), _("What went well, what deserves improving, how it will be done next time.")
    ),
    Section("remarks", _("Remarks"), _("What else the department above should know.")),
)
CODES = tuple(section.code for section in SECTIONS)
REQUIRED = tuple(section.code for section in SECTIONS if section.is_required)


def cleaned(sections: Mapping[str, str]) -> dict[str, str]:
    """Known sections in their order, as texts with one kind of line break. Raises LookupError for an unknown one."""
    if unknown := set(sections) - set(CODES):
        raise LookupError(f"Not sections of a report: {sorted(unknown)}")
    given = {code: sections.get(code, "") for code in CODES}
    return {code: text.replace("\r\n", "\n").replace("\r", "\n").strip() for code, text in given.items()}


def too_long(sections: Mapping[str, str]) -> list[Blocker]:
    return [
        Blocker(
            "too_long",
            _("“%(section)s” is too long. Shorten it to %(limit)s characters.")
            % {"section": section.title, "limit": SECTION_LIMIT},
            section.code,
        )
        for section in SECTIONS
        if len(sections.get(section.code, "")) > SECTION_LIMIT
    ]


def missing(sections: Mapping[str, str]) -> list[Blocker]:
    """What must be written before the report is sent; the link names the section."""
    return [
        Blocker(
            "section_missing",
            _("Write something under “%(section)s” before you send the report.") % {"section": section.title},
            section.code,
        )
        for section in SECTIONS
        if section.is_required and not sections.get(section.code, "").strip()
    ]


def filled(sections: Mapping[str, str]) -> list[tuple[Section, str]]:
    """The sections that say something, for readers."""
    return [(section, text) for section in SECTIONS if (text := sections.get(section.code, "").strip())]
