"""The tree of categories: what a house starts with, and what may be changed."""

import pytest

from complaints.actions.categories import DEEPEST, save_category
from complaints.categories import ensure_starter_categories, starter_codes
from complaints.models import Category
from core.errors import Blocked, PermissionDenied
from events.models import Event
from policies.defaults import SPECS
from tests.house import House


def save(category_id: int | None = None, **fields) -> Category:
    told = {"code": "tyres", "name_en": "Tyres", "name_zh": "轮胎", "by": None}
    return save_category(category_id, **{**told, **fields})


def test_the_starter_tree_is_planted_once_and_left_alone_afterwards(db):
    assert ensure_starter_categories() == len(starter_codes()) == Category.objects.count()
    assert Category.objects.filter(parent=None).count() == 16
    Category.objects.filter(code="price").update(name_en="What it costs", is_active=False)
    assert ensure_starter_categories() == 0
    assert Category.objects.get(code="price").name_en == "What it costs"
    Category.objects.filter(code="kickback").delete()
    assert ensure_starter_categories() == 1


def test_rules_name_categories_that_are_there(db):
    ensure_starter_categories()
    named = SPECS["triage.class2_categories"].default + SPECS["triage.over_promising_categories"].default
    assert Category.objects.filter(code__in=named).count() == len(named)
    restricted = set(Category.objects.filter(is_restricted=True).values_list("code", flat=True))
    assert restricted == {"integrity", "kickback", "sold_data", "false_referral"}


def test_a_category_is_saved_and_changed(house: House):
    tyres = save(parent=house.product, by=house.director)
    changed = save(tyres.pk, name_en=" Tires ", is_active=False, by=house.administrator)
    assert (changed.pk, changed.name_en, changed.is_active, changed.parent) == (tyres.pk, "Tires", False, None)
    assert [event.type for event in Event.objects.order_by("id")] == ["category.created", "category.changed"]


def test_restricting_reaches_everything_below(house: House):
    below = save(parent=house.product)
    deeper = save(code="rims", parent=below)
    save(house.product.pk, code="product_quality", is_restricted=True)
    deeper.refresh_from_db()
    assert deeper.is_restricted
    assert save(deeper.pk, code="rims", parent=below, is_restricted=False).is_restricted


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": "two words"}, "bad_code"),
        ({"code": ""}, "bad_code"),
        ({"code": "product_quality"}, "code_taken"),
        ({"name_en": " "}, "no_name"),
        ({"name_zh": ""}, "no_name"),
    ],
)
def test_what_cannot_be_saved_leaves_nothing(house: House, fields, code):
    before = Category.objects.count()
    with pytest.raises(Blocked) as refusal:
        save(**fields)
    assert refusal.value.blockers[0].code == code
    assert (Category.objects.count(), Event.objects.count()) == (before, 0)


def test_a_code_stays_and_nothing_stands_under_itself_or_too_deep(house: House):
    with pytest.raises(Blocked, match="code_stays"):
        save(house.product.pk, code="quality")
    below = save(parent=house.product)
    with pytest.raises(Blocked, match="under_itself"):
        save(house.product.pk, code="product_quality", parent=below)
    for level in range(DEEPEST - 2):
        below = save(code=f"level{level}", parent=below)
    with pytest.raises(Blocked, match="too_deep"):
        save(code="bottom", parent=below)


def test_only_managers_and_administrators_change_categories(house: House):
    may = {house.manager, house.director, house.administrator}
    for number, user in enumerate(house.everybody):
        if user in may:
            assert save(code=f"c{number}", by=user).pk
        else:
            with pytest.raises(PermissionDenied):
                save(code=f"c{number}", by=user)
