"""Cards are written, kept in versions, archived and brought back."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from complaints.actions.categories import save_category
from complaints.actions.guidance import add_starter_cards, archive_card, restore_card, save_card
from complaints.categories import ensure_starter_categories
from complaints.guidance.cards import cards_under
from complaints.guidance.content import Content, Texts, content_of, from_json
from complaints.guidance.starter import ensure_starter_guidance, starter_cards
from complaints.models import GuidanceCard, GuidanceMark, GuidanceVersion
from core.errors import Blocked, Conflict, PermissionDenied
from events.models import Event
from tests.house import House, make_card

LISTEN = Content(steps=("listen",), en=Texts("en", "Listen", say=("Please go on, {name}.",)))


def types():
    return [event.type for event in Event.objects.order_by("id")]


def test_a_new_card_and_its_next_version_are_both_kept(house: House, at_work):
    card = save_card(None, LISTEN, by=house.manager)
    changed = replace(LISTEN, zh=Texts("zh", "聆听", say=("请您继续。",)))
    card = save_card(card.pk, changed, expected_version=1, by=house.director)
    assert (card.version, content_of(card)) == (2, changed)
    kept = [(row.version, row.written_by, from_json(row.content)) for row in card.versions.all()]
    assert kept == [(2, house.director, changed), (1, house.manager, LISTEN)]
    assert types() == ["guidance.created", "guidance.changed"]


def test_the_same_again_is_no_version(house: House):
    card = save_card(None, LISTEN, by=house.manager)
    assert save_card(card.pk, LISTEN, by=house.manager).version == 1
    assert types() == ["guidance.created"]


def test_who_wrote_on_an_old_version_is_told(house: House):
    card = make_card()
    save_card(card.pk, LISTEN, expected_version=1, by=house.manager)
    with pytest.raises(Conflict) as conflict:
        save_card(card.pk, replace(LISTEN, steps=("thank",)), expected_version=1, by=house.director)
    assert conflict.value.current.version == 2
    card.refresh_from_db()
    assert card.steps == ["listen"]


def in_english(**texts):
    return Content(en=Texts("en", **{"title": "A card", "say": ("Please.",), **texts}))


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        (Content(), "no_title", "title_en"),
        (Content(zh=Texts("zh", "", say=("请坐。",))), "no_title", "title_zh"),
        (in_english(title=""), "no_title", "title_en"),
        (Content(en=Texts("en", "A card")), "no_words", "say_en"),
        (Content(zh=Texts("zh", "卡片")), "no_words", "say_zh"),
        (replace(in_english(), zh=Texts("zh", "", say=("请坐。",))), "no_title", "title_zh"),
        (in_english(title="x" * 121), "too_long", "title_en"),
        (in_english(helps=("x" * 301,)), "too_long", "helps_en"),
        (in_english(avoid=("x",) * 13), "too_many", "avoid_en"),
        (in_english(say=("Dear {sir}.",)), "unknown_variable", "say_en"),
        (replace(in_english(), steps=("nap",)), "unknown_code", "steps"),
        (replace(in_english(), temperaments=("shy",)), "unknown_code", "temperaments"),
        (replace(in_english(), skills=("sing",)), "unknown_code", "skills"),
        (replace(in_english(), situations=("rain",)), "unknown_code", "situations"),
        (replace(in_english(), categories=("nowhere",)), "unknown_code", "categories"),
        (in_english(title="Taken"), "title_taken", "title_en"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_leaves_nothing(house: House, content, code, field):
    make_card("Taken")
    with pytest.raises(Blocked) as refusal:
        save_card(None, content, by=house.manager)
    assert [(why.code, why.link) for why in refusal.value.blockers] == [(code, field)]
    assert (GuidanceCard.objects.count(), GuidanceVersion.objects.count(), Event.objects.count()) == (1, 1, 1)


def test_only_managers_write_cards(house: House):
    card = make_card()
    for user in house.everybody:
        if user in (house.manager, house.director):
            continue
        for attempt in (
            lambda by: save_card(None, LISTEN, by=by),
            lambda by: archive_card(card.pk, by=by),
            lambda by: restore_card(card.pk, by=by),
            lambda by: add_starter_cards({}, by=by),
        ):
            with pytest.raises(PermissionDenied):
                attempt(user)
    assert types() == ["guidance.created"]


def test_archived_once_and_brought_back(house: House):
    card = make_card()
    assert archive_card(card.pk, by=house.manager).is_archived
    archive_card(card.pk, by=house.manager)
    with pytest.raises(Blocked, match="archived"):
        save_card(card.pk, LISTEN, by=house.manager)
    assert not restore_card(card.pk, by=house.manager).is_archived
    assert types() == ["guidance.created", "guidance.archived", "guidance.restored"]


def test_a_title_that_was_taken_meanwhile_keeps_a_card_archived(house: House):
    card = make_card("Listen")
    archive_card(card.pk, by=house.manager)
    make_card("Listen")
    with pytest.raises(Blocked, match="title_taken"):
        restore_card(card.pk, by=house.manager)


def test_the_database_refuses_two_of_a_title_and_a_changed_past(house: House):
    card = make_card("Listen")
    with pytest.raises(IntegrityError), transaction.atomic():
        GuidanceCard.objects.create(title_en="Listen", updated_at=card.updated_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        GuidanceCard.objects.create(updated_at=card.updated_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        card.versions.update(content={})


def test_who_sees_what_is_archived(house: House):
    kept, archived = make_card("Kept"), make_card("Archived")
    archive_card(archived.pk, by=None)
    sees = {user.username: set(GuidanceCard.objects.visible_to(user)) for user in house.everybody}
    assert sees["clerk"] == sees["supervisor"] == {kept}
    assert sees["manager"] == sees["auditor"] == {kept, archived}
    assert sees["administrator"] == set()


# ------------------------------------------------------------------ the starter set


def test_the_starter_set_is_taken_once_and_left_alone_afterwards(db):
    ensure_starter_categories()
    assert ensure_starter_guidance() == len(starter_cards()) >= 60
    card = GuidanceCard.objects.get(code="listen")
    save_card(card.pk, replace(content_of(card), steps=("thank",)), by=None)
    archive_card(GuidanceCard.objects.get(code="calm").pk, by=None)
    assert ensure_starter_guidance() == 0
    card.refresh_from_db()
    assert card.steps == ["thank"]
    assert GuidanceCard.objects.get(code="calm").is_archived


def test_a_title_of_ones_own_is_left_to_its_card(db):
    make_card(starter_cards()["listen"].en.title)
    ensure_starter_guidance()
    assert not GuidanceCard.objects.filter(code="listen").exists()


def test_a_category_that_is_not_there_is_left_out(house: House):
    """House has four categories of the starter tree."""
    ensure_starter_guidance()
    assert GuidanceCard.objects.get(code="billing").categories == []
    assert GuidanceCard.objects.get(code="product-quality").categories == ["product_quality"]


# ------------------------------------------------------------------ what a process keeps


def mark():
    return GuidanceMark.objects.values_list("mark", flat=True).first()


def test_cards_are_read_once_until_one_changes(house: House, django_assert_num_queries):
    assert cards_under(mark()) == ()
    card = make_card()
    now = mark()
    with django_assert_num_queries(2):
        assert [one.pk for one in cards_under(now)] == [card.pk]
    with django_assert_num_queries(0):
        cards_under(now)
    archive_card(card.pk, by=None)
    assert cards_under(mark()) == ()


def test_a_card_fits_what_stands_below_its_category_too(house: House):
    below = save_category(None, code="tyres", name_en="Tyres", name_zh="轮胎", parent=house.product, by=None)
    make_card(categories=("product_quality",))
    assert cards_under(mark())[0].category_ids == {house.product.pk, below.pk}
    save_category(below.pk, code="tyres", name_en="Tyres", name_zh="轮胎", by=None)
    assert cards_under(mark())[0].category_ids == {house.product.pk}
