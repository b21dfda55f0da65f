"""Every write on the tree of root causes, as managers edit categories."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.cause_events import ROOT_CAUSE_CHANGED, ROOT_CAUSE_CREATED
from complaints.models import RootCause
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from events.log import record_event

# More than a person reads in a list; a longer way up is a loop.
DEEPEST = 5


@action
def save_root_cause(
    root_cause_id: int | None,
    *,
    code: str,
    name_en: str,
    name_zh: str,
    parent: RootCause | None = None,
    position: int = 0,
    is_active: bool = True,
    by: User | None,
) -> RootCause:
    """Create or change a root cause. Its code never changes: figures and other systems know it by that.

    Raises Blocked when it would stand under itself, or too deep.
    """
    if by is not None and not by.has_perm("complaints.manage_categories"):
        raise PermissionDenied("not_manager", _("Only a manager or an administrator changes root causes."))
    locked = RootCause.objects.select_for_update()
    row = locked.get(pk=root_cause_id) if root_cause_id else RootCause(code=code.strip())
    blockers = _check_names(row, code, name_en, name_zh) + _check_parent(row, parent)
    if blockers:
        raise Blocked(blockers)
    row.name_en, row.name_zh = name_en.strip(), name_zh.strip()
    row.parent, row.position, row.is_active = parent, position, is_active
    row.save()
    kind = ROOT_CAUSE_CHANGED if root_cause_id else ROOT_CAUSE_CREATED
    record_event(kind, row, by=by, code=row.code, parent_id=row.parent_id, is_active=is_active)
    return row


def _check_names(row: RootCause, code: str, name_en: str, name_zh: str) -> list[Blocker]:
    blockers = []
    if row.pk is None:
        try:
            validate_slug(row.code)
        except ValidationError:
            blockers.append(Blocker("bad_code", _("A code has letters, digits, _ and - only."), "code"))
        if RootCause.objects.filter(code=row.code).exists():
            blockers.append(Blocker("code_taken", _("There is a root cause with this code already."), "code"))
    elif code != row.code:
        blockers.append(Blocker("code_stays", _("The code of a root cause stays as it is."), "code"))
    for field, name in (("name_en", name_en), ("name_zh", name_zh)):
        if not name.strip():
            blockers.append(Blocker("no_name", _("Give it a name in both languages."), field))
    return blockers


def _check_parent(row: RootCause, parent: RootCause | None) -> list[Blocker]:
    above, depth = parent, 1
    while above is not None:
        if above.pk == row.pk:
            return [Blocker("under_itself", _("A root cause cannot stand under itself."), "parent")]
        above, depth = above.parent, depth + 1
        if depth > DEEPEST:
            return [Blocker("too_deep", _("Root causes go no deeper than this."), "parent")]
    return []
