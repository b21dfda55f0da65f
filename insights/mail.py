"""The mail of a week: written when it leaves, for what its reader may see then. Nothing of it is kept."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department, User
from core import clock
from core.formats import when_text
from events.mail import send_mail
from events.models import OutboxMessage
from events.wording import reading_as
from insights.delivery import MAY, below
from insights.page import WeekPage, address_of
from insights.page_parts import OpenLine
from insights.periods import Week
from insights.reading import departments_of
from insights.words import week_text

CHANNEL = "week"
send_week = send_mail


def key_of(department: Department, week: Week, user: User) -> str:
    """The same week is never written twice to the same person."""
    return f"week:{department.pk}:{week}:{user.pk}"


def prepare_week(message: OutboxMessage) -> dict[str, Any] | None:
    """Write the mail; None for who may not look at it any more, and when there is nothing to tell."""
    asked = message.payload
    user = User.objects.active().people().filter(pk=asked["user"]).select_related("department").first()
    if user is None or not user.has_perm(MAY):
        return None
    departments = departments_of(user)
    department = next((each for each in departments if each.pk == asked["department"]), None)
    if department is None:
        return None
    with reading_as(user):
        page = WeekPage(user, department, below(department, departments), Week.parse(asked["week"]), clock.now())
        if page.figures.is_empty:
            return None
        subject = _("%(department)s: %(week)s") % {"department": department, "week": page.title}
        return {"subject": subject, "body": "\n".join(_body(page, asked.get("missed", []))) + "\n"}


def _body(page: WeekPage, missed: list[str]) -> Iterator[str]:
    yield f"{page.department}: {page.title}"
    yield ""
    for tile in page.tiles:
        more = ", ".join(part for part in (tile.change, tile.note) if part)
        yield f"{tile.figure.label}: {tile.value}" + (f" ({more})" if more else "")
    for line in page.times:
        yield _("%(what)s: median %(median)s, nine in ten within %(p90)s") % {
            "what": line.label, "median": line.median, "p90": line.p90,
        }  # fmt: skip
    yield from _places(page)
    yield from _still_open(page)
    for section in page.sections:
        yield ""
        yield f"{section.title}:"
        yield from (f"- {', '.join((row.name, *row.cells))}" for row in section.rows)
    yield ""
    if missed:
        weeks = ", ".join(week_text(Week.parse(each)) for each in missed)
        yield _("Nobody was told of earlier weeks: %(weeks)s. They are on the same page.") % {"weeks": weeks}
    yield _("All of it, with the complaints behind each figure:")
    yield f"{getattr(settings, 'PUBLIC_URL', '').rstrip('/')}{address_of(page.department, page.week)}"


def _places(page: WeekPage) -> Iterator[str]:
    if not page.places:
        return
    yield ""
    for place in page.places:
        if any(cell.count for cell in place.cells):
            yield f"{place.name}: " + ", ".join(f"{cell.label} {cell.count}" for cell in place.cells)


def _still_open(page: WeekPage) -> Iterator[str]:
    lines = page.still_open
    if not lines:
        return
    yield ""
    yield _("Open on Monday and still open, the oldest first:")
    yield from (_one(line) for line in lines)
    if left := page.still_open_left:
        yield ngettext("… and %(count)s more", "… and %(count)s more", left) % {"count": left}


def _one(found: OpenLine) -> str:
    """By its number: a mail goes places where a customer's name should not."""
    parts = [found.line.number, found.stage, found.owner or _("nobody")]
    if found.standing.due:
        words = _("%(promise)s overdue since %(time)s") if found.standing.is_overdue else _("%(promise)s by %(time)s")
        parts.append(words % {"promise": found.promise, "time": when_text(found.standing.due.due_at)})
    return "- " + " · ".join(parts)
