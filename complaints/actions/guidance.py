"""Every write on guidance cards. All of them take the lock of the cards first. Source: DOMAIN.md 3.7."""

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import refused
from complaints import events
from complaints.guidance.checks import wrong_with
from complaints.guidance.content import Content, as_json, content_of, put_onto
from complaints.guidance.mark import lock_cards, renew_mark
from complaints.models import Category, GuidanceCard, GuidanceVersion
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict
from events.log import record_event, record_first_events

MANAGE = "complaints.manage_guidance"


@action
def save_card(
    card_id: int | None, content: Content, *, expected_version: int | None = None, by: User | None
) -> GuidanceCard:
    """Write a new card, or a new version of one; the old versions stay. The same content again changes nothing.

    Raises GuidanceCard.DoesNotExist, Conflict "stale" when somebody changed it since `expected_version`, and
    Blocked with what is wrong, each at its field.
    """
    _require(by)
    lock_cards()
    card = GuidanceCard.objects.select_for_update().get(pk=card_id) if card_id else GuidanceCard(version=0)
    if card_id and expected_version not in (None, card.version):
        raise Conflict("stale", current=card)
    if card.is_archived:
        raise Blocked([Blocker("archived", _("This card is archived. Bring it back first."))])
    if blockers := wrong_with(content, card_id=card_id):
        raise Blocked(blockers)
    if card_id and content_of(card) == content:
        return card
    _write(card, content, by)
    record_event(events.GUIDANCE_CHANGED if card_id else events.GUIDANCE_WRITTEN, card, by=by, version=card.version)
    renew_mark()
    return card


@action
def archive_card(card_id: int, *, by: User | None) -> GuidanceCard:
    """Show it nowhere any more; nothing of it is lost. Archived twice is archived once."""
    return _put_away(card_id, is_archived=True, by=by)


@action
def restore_card(card_id: int, *, by: User | None) -> GuidanceCard:
    """Show it again. Raises Blocked when another card has taken its title."""
    return _put_away(card_id, is_archived=False, by=by)


@action
def add_starter_cards(cards: Mapping[str, Content], *, by: User | None) -> int:
    """Add those of the starter set, by their codes, that are not there; return how many are new.

    What somebody changed or archived stays as it is, and a title that stands on another card is left to that one.
    """
    _require(by)
    lock_cards()
    there = set(GuidanceCard.objects.exclude(code="").values_list("code", flat=True))
    titles = {title for row in GuidanceCard.objects.in_use() for title in (row.title_en, row.title_zh)}
    known = set(Category.objects.values_list("code", flat=True))
    new = []
    for position, (code, content) in enumerate(cards.items()):
        if code in there or titles & {content.en.title, content.zh.title}:
            continue
        card = GuidanceCard(code=code, position=position, version=1, updated_at=clock.now())
        put_onto(card, replace(content, categories=tuple(each for each in content.categories if each in known)))
        new.append(card)
    GuidanceCard.objects.bulk_create(new)
    GuidanceVersion.objects.bulk_create(_version(card, by) for card in new)
    record_first_events(events.GUIDANCE_WRITTEN, [(card, {"version": 1, "code": card.code}) for card in new], by=by)
    renew_mark()
    return len(new)


def _require(by: User | None) -> None:
    if by is not None and not by.has_perm(MANAGE):
        raise refused(MANAGE)


def _write(card: GuidanceCard, content: Content, by: User | None) -> None:
    put_onto(card, content)
    card.version += 1
    card.updated_at = clock.now()
    if card.pk is None:
        # Behind the starter set; among equals the order is that of writing.
        card.position = GuidanceCard.objects.count()
    card.save()
    _version(card, by).save(force_insert=True)


def _version(card: GuidanceCard, by: User | None) -> GuidanceVersion:
    return GuidanceVersion(
        card=card,
        version=card.version,
        content=as_json(content_of(card)),
        written_at=card.updated_at,
        written_by=by,
    )


def _put_away(card_id: int, *, is_archived: bool, by: User | None) -> GuidanceCard:
    _require(by)
    lock_cards()
    card = GuidanceCard.objects.select_for_update().get(pk=card_id)
    if card.is_archived == is_archived:
        return card
    if not is_archived:
        taken = [why for why in wrong_with(content_of(card), card_id=card.pk) if why.code == "title_taken"]
        if taken:
            raise Blocked(
                [Blocker("title_taken", _("Another card has its title now. Change or archive that one first."))]
            )
    card.is_archived = is_archived
    card.updated_at = clock.now()
    card.save(update_fields=["is_archived", "updated_at"])
    record_event(events.GUIDANCE_ARCHIVED if is_archived else events.GUIDANCE_RESTORED, card, by=by)
    renew_mark()
    return card
