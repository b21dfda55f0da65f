"""Every write on categories."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions.hiding import restrict_all_of
from complaints.guidance.mark import renew_mark
from complaints.importing.rows import NewCategory
from complaints.models import Category
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from events.log import record_event, record_first_events
from events.registry import announce

CREATED = announce("category.created", _("{actor} added the category"), icon="tag")
CHANGED = announce("category.changed", _("{actor} changed the category"), icon="tag")

# More than a person reads in a list; a longer way up is a loop.
DEEPEST = 5


def _require(by: User | None) -> None:
    if by is not None and not by.has_perm("complaints.manage_categories"):
        raise PermissionDenied("not_manager", _("Only a manager or an administrator changes categories."))


@action
def save_category(  # noqa: PLR0913 (a category's fields)
    category_id: int | None,
    *,
    code: str,
    name_en: str,
    name_zh: str,
    parent: Category | None = None,
    position: int = 0,
    is_active: bool = True,
    is_restricted: bool = False,
    by: User | None,
) -> Category:
    """Create or change a category. Its code never changes: rules, imports and other systems know it by that.

    What is below a restricted category is restricted too. Raises Blocked when it would stand under itself,
    or too deep.
    """
    _require(by)
    category = Category.objects.select_for_update().get(pk=category_id) if category_id else Category(code=code.strip())
    # What the caller saw of the parent may be old, and what it is decides who may read.
    parent = Category.objects.select_for_update().get(pk=parent.pk) if parent else None
    blockers = _check_names(category, code, name_en, name_zh) + _check_parent(category, parent)
    if blockers:
        raise Blocked(blockers)
    category.name_en, category.name_zh = name_en.strip(), name_zh.strip()
    category.parent, category.position, category.is_active = parent, position, is_active
    category.is_restricted = is_restricted or bool(parent and parent.is_restricted)
    category.save()
    if category.is_restricted:
        restrict_all_of(_restrict_below(category), by=by)
    # Guidance fits a category and all below it.
    renew_mark()
    record_event(
        CHANGED if category_id else CREATED,
        category,
        by=by,
        code=category.code,
        parent_id=category.parent_id,
        is_active=is_active,
        is_restricted=category.is_restricted,
    )
    return category


def _check_names(category: Category, code: str, name_en: str, name_zh: str) -> list[Blocker]:
    blockers = []
    if category.pk is None:
        try:
            validate_slug(category.code)
        except ValidationError:
            blockers.append(Blocker("bad_code", _("A code has letters, digits, _ and - only."), "code"))
        if Category.objects.filter(code=category.code).exists():
            blockers.append(Blocker("code_taken", _("There is a category with this code already."), "code"))
    elif code != category.code:
        blockers.append(Blocker("code_stays", _("The code of a category stays as it is."), "code"))
    for field, name in (("name_en", name_en), ("name_zh", name_zh)):
        if not name.strip():
            blockers.append(Blocker("no_name", _("Give it a name in both languages."), field))
    return blockers


def _check_parent(category: Category, parent: Category | None) -> list[Blocker]:
    above, depth = parent, 1
    while above is not None:
        if above.pk == category.pk:
            return [Blocker("under_itself", _("A category cannot stand under itself."), "parent")]
        above, depth = above.parent, depth + 1
        if depth > DEEPEST:
            return [Blocker("too_deep", _("Categories go no deeper than this."), "parent")]
    return []


def _restrict_below(category: Category) -> list[int]:
    """Restrict what is below it, and return all of it."""
    found = above = [category.pk]
    for _level in range(DEEPEST):
        Category.objects.filter(parent__in=above).update(is_restricted=True)
        above = list(Category.objects.filter(parent__in=above).values_list("pk", flat=True))
        found = [*found, *above]
    return found


@action
def add_categories(wanted: Iterable[NewCategory], *, by: User | None) -> int:
    """Add the sub-categories that values of a file ask for; those that are there stay. Returns how many are new."""
    _require(by)
    by_code = {one.code: one for one in wanted}
    for code in Category.objects.filter(code__in=by_code).values_list("code", flat=True):
        del by_code[code]
    parents = {row.code: row for row in Category.objects.filter(code__in={one.parent for one in by_code.values()})}
    last = {row.pk: row.children.aggregate(last=Max("position"))["last"] or 0 for row in parents.values()}
    rows = [_below(parents[one.parent], one, last) for one in by_code.values()]
    # Two imports at once may want the same one: whoever comes second waits, then finds its code taken and starts anew.
    Category.objects.bulk_create(rows)
    renew_mark()
    record_first_events(
        CREATED,
        [(row, {"code": row.code, "parent_id": row.parent_id, "is_imported": True}) for row in rows],
        by=by,
    )
    return len(rows)


def _below(parent: Category, wanted: NewCategory, last: dict[int, int]) -> Category:
    last[parent.pk] += 1
    is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in wanted.name)
    return Category(
        code=wanted.code,
        name_en=wanted.other_name if is_chinese else wanted.name,
        name_zh=wanted.name if is_chinese else wanted.other_name,
        parent=parent,
        position=last[parent.pk],
        is_restricted=parent.is_restricted,
    )
