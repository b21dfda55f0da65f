"""Every write on message templates. Managers write them; each version is kept."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import events
from complaints.codes import TemplatePurpose
from complaints.message_templates import ensure_starter_templates, keep_versions, wrong_places
from complaints.models import MessageTemplate
from complaints.models.template import TEXT_LIMIT
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from events.log import record_event


def _require(by: User) -> None:
    if not by.has_perm("complaints.manage_templates"):
        raise PermissionDenied("not_manager", _("Only a manager changes templates."))


@action
def save_template(  # noqa: PLR0913 (a template's fields)
    template_id: int | None,
    *,
    purpose: str,
    language: str,
    name: str,
    subject: str,
    body: str,
    is_active: bool = True,
    expected_version: int | None = None,
    by: User,
) -> MessageTemplate:
    """Write a template, or change one; the same again changes nothing.

    Raises Blocked for what is missing and for places that there are not, Conflict `stale` when somebody else
    changed it meanwhile.
    """
    _require(by)
    row = MessageTemplate.objects.select_for_update().get(pk=template_id) if template_id else MessageTemplate(version=0)
    if expected_version is not None and row.version != expected_version:
        raise Conflict("stale", _("Somebody changed this template while you were writing."), current=row)
    given = {
        "purpose": purpose,
        "language": language,
        "name": " ".join(name.split()),
        "subject": " ".join(subject.split()),
        "body": body.replace("\r\n", "\n").strip(),
        "is_active": is_active,
    }
    if blockers := _check(row, given):
        raise Blocked(blockers)
    if row.pk and all(getattr(row, field) == value for field, value in given.items()):
        return row
    for field, value in given.items():
        setattr(row, field, value)
    now = clock.now()
    row.version, row.updated_at, row.updated_by = row.version + 1, now, by
    row.save()
    keep_versions([row], by=by, at=now)
    record_event(
        events.TEMPLATE_CHANGED if template_id else events.TEMPLATE_ADDED,
        row,
        by=by,
        at=now,
        purpose=purpose,
        language=language,
        version=row.version,
        is_active=is_active,
    )
    return row


def _check(row: MessageTemplate, given: dict[str, object]) -> list[Blocker]:
    blockers = []
    if given["purpose"] not in TemplatePurpose.values:
        blockers.append(Blocker("unknown_purpose", _("Choose what it is for."), "purpose"))
    if given["language"] not in dict(settings.LANGUAGES):
        blockers.append(Blocker("unknown_language", _("Choose a language of the house."), "language"))
    if not given["name"]:
        blockers.append(Blocker("no_name", _("Give it a name by which colleagues find it."), "name"))
    if not given["body"]:
        blockers.append(Blocker("no_body", _("Write the text."), "body"))
    if len(str(given["body"])) > TEXT_LIMIT:
        sentence = _("A template has at most %(most)d characters; this has %(count)d.")
        counted = {"most": TEXT_LIMIT, "count": len(str(given["body"]))}
        blockers.append(Blocker("too_long", sentence % counted, "body"))
    for field in ("subject", "body"):
        blockers += wrong_places(str(given[field]), field)
    same = {field: given[field] for field in ("purpose", "language", "name")}
    if MessageTemplate.objects.filter(**same).exclude(pk=row.pk).exists():
        blockers.append(Blocker("name_taken", _("There is such a template with this name already."), "name"))
    return blockers


@action
def add_starter_templates(*, by: User) -> int:
    """Add the texts the product brings along, where there is none for the purpose. Returns how many are new."""
    _require(by)
    return ensure_starter_templates()
