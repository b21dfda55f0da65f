"""The named places of a message template: which there are, what stands there for a complaint, what is refused.

A place is a plain name in braces. Nothing else in braces is taken, so no template can walk from object to object.
Source: RELIABILITY.md 6C 42.
"""

import re
import tomllib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.zones import zone_of
from complaints.codes import TemplatePurpose
from complaints.models import Complaint, MessageTemplate, MessageTemplateVersion
from core import clock
from core.errors import Blocker
from core.formats import when_text
from customers.phones import show_phone
from policies.reading import policy, remembered

PLACES: dict[str, Promise] = {
    "number": gettext_lazy("the complaint’s number"),
    "name": gettext_lazy("the customer’s name"),
    "owner": gettext_lazy("who takes care of it"),
    "department": gettext_lazy("the department"),
    "company": gettext_lazy("the company"),
    "phone": gettext_lazy("the phone to call"),
    "hours": gettext_lazy("the hours of the phone"),
    "received": gettext_lazy("when it was received"),
    "next_answer": gettext_lazy("when the customer hears from us again"),
    "until": gettext_lazy("until when we wait for the customer"),
}
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
STARTER = Path(__file__).parent / "starter" / "message_templates.toml"


def wrong_places(text: str, link: str) -> list[Blocker]:
    """What in a template's text is in braces and no place."""
    unknown = [name for name in _IN_BRACES.findall(text) if name not in PLACES]
    if unknown:
        shown = ", ".join(f"{{{name[:40]}}}" for name in dict.fromkeys(unknown))
        sentence = gettext_lazy("%(unknown)s is no place of a template. Possible are: %(places)s.")
        places = ", ".join(f"{{{name}}}" for name in PLACES)
        return [Blocker("unknown_place", sentence % {"unknown": shown, "places": places}, link)]
    if set("{}") & set(_IN_BRACES.sub("", text)):
        return [Blocker("lone_brace", gettext_lazy("Braces stand only around the name of a place: {name}."), link)]
    return []


def fill(text: str, values: dict[str, str]) -> str:
    """Put the values in, once: what a value itself has in braces stays as it is. What is not known stays a place."""
    return _IN_BRACES.sub(lambda found: values.get(found[1]) or found[0], text)


def unfilled(text: str) -> list[str]:
    """The places that are still in a text."""
    return [name for name in dict.fromkeys(_IN_BRACES.findall(text)) if name in PLACES]


def values_for(complaint: Complaint, user: User, next_answer_at: datetime | None = None) -> dict[str, str]:
    """What stands at each place, in the language of the template; needs department and owner."""
    department = complaint.department
    named = {
        "number": complaint.number,
        "name": complaint.contact_name,
        "owner": str(complaint.owner or user),
        "department": department.name,
        "company": policy("company.legal_name") or department.name,
        "phone": show_phone(department.phone or policy("company.phone")),
        "hours": policy("company.hotline_hours"),
        "received": when_text(complaint.received_at),
        "next_answer": when_text(next_answer_at) if next_answer_at else "",
        "until": when_text(complaint.waiting_until) if complaint.waiting_until else "",
    }
    if not named["name"]:
        named["name"] = _("customer")
    return {place: str(value) for place, value in named.items()}


def filled_for(
    template: MessageTemplate, complaint: Complaint, user: User, next_answer_at: datetime | None = None
) -> tuple[str, str]:
    """The subject and the text of a template for one complaint, in the template's language."""
    with translation.override(template.language), timezone.override(zone_of(user)), remembered():
        values = values_for(complaint, user, next_answer_at)
    return fill(template.subject, values), fill(template.body, values)


def offered(language: str) -> list[MessageTemplate]:
    """What may be begun with, in the customer's language; in the other one where there is none in theirs."""
    rows = list(MessageTemplate.objects.filter(is_active=True))
    rows.sort(key=lambda row: (TemplatePurpose.values.index(row.purpose), row.name))
    theirs = [row for row in rows if row.language == language]
    known = {row.purpose for row in theirs}
    return theirs + [row for row in rows if row.language != language and row.purpose not in known]


@cache
def starter_templates() -> tuple[dict[str, Any], ...]:
    """The texts that the product brings along, in both languages."""
    return tuple(tomllib.loads(STARTER.read_text(encoding="utf-8"))["templates"])


def ensure_starter_templates() -> int:
    """Add those of the starter set whose purpose has no template in that language. What managers wrote stays."""
    known = set(MessageTemplate.objects.values_list("purpose", "language"))
    now = clock.now()
    missing = [told for told in starter_templates() if (told["purpose"], told["language"]) not in known]
    rows = MessageTemplate.objects.bulk_create(
        MessageTemplate(**{**told, "body": told["body"].strip()}, updated_at=now) for told in missing
    )
    keep_versions(rows, by=None, at=now)
    return len(rows)


def keep_versions(rows: Iterable[MessageTemplate], *, by: User | None, at: datetime) -> None:
    """Keep what each says now under its version."""
    MessageTemplateVersion.objects.bulk_create(
        MessageTemplateVersion(
            template=row,
            version=row.version,
            name=row.name,
            subject=row.subject,
            body=row.body,
            is_active=row.is_active,
            saved_at=at,
            saved_by=by,
        )
        for row in rows
    )
