"""What of the guidance a complaint's page shows: a few cards that fit, with the sentences ready to be said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.translation import get_language

from accounts.models import User
from complaints.codes import HEATED, Channel, Situation
from complaints.guidance.cards import cards_under
from complaints.guidance.content import Content, Texts
from complaints.guidance.fit import Case, Match, fitting
from complaints.models import Complaint
from customers.codes import CustomerKind

# At once; the others are one press away, and all of them on their own page.
FEW, MORE = 4, 8
VARIABLES = ("{name}", "{owner}", "{department}")

BY_CHANNEL: dict[str, Situation] = {
    Channel.PHONE: Situation.PHONE,
    Channel.HOTLINE: Situation.PHONE,
    Channel.FOLLOW_UP_CALL: Situation.PHONE,
    Channel.PARTNER: Situation.PARTNER,
    **dict.fromkeys(
        (Channel.WEB, Channel.EMAIL, Channel.LETTER, Channel.FAX, Channel.SMS, Channel.CHAT, Channel.SOCIAL_MEDIA),
        Situation.MESSAGE,
    ),
}
# A matter that has gone there already is talked about as one that may.
GONE_TO: dict[str, Situation] = {
    Channel.REGULATOR: Situation.REGULATOR,
    Channel.CONSUMER_ASSOCIATION: Situation.REGULATOR,
    Channel.PRESS: Situation.PRESS,
    Channel.SOCIAL_MEDIA: Situation.ONLINE,
}


@dataclass(frozen=True)
class ShownCard:
    """A card for one reader and one customer: advice in the reader's language, sentences in the customer's.

    Where a card lacks a language it has the other one, and says so by `language`.
    """

    pk: int
    advice: Texts
    say: tuple[str, ...]
    say_language: str


@dataclass(frozen=True)
class Guidance:
    """`open` are shown in full, `folded` by their titles, `more` behind one press."""

    open: tuple[ShownCard, ...]
    folded: tuple[ShownCard, ...]
    more: tuple[ShownCard, ...]
    # What stands for {name}, {owner} and {department} here.
    words: tuple[tuple[str, str], ...]
    may_insert: bool = False


def guidance_for(
    complaint: Complaint,
    user: User,
    *,
    step: str,
    further: Iterable[int] = (),
    most_open: int = 1,
    may_insert: bool = False,
) -> Guidance | None:
    """The cards that fit this step of this complaint, or None. `complaint` was read with `guidance_mark`.

    `further` are the ids of its further categories, where the page has them; `most_open` are shown in full.
    """
    cards = cards_under(getattr(complaint, "guidance_mark", None))
    if not cards or not step:
        return None
    matches = fitting(cards, case_of(complaint, step, further))
    if not matches:
        return None
    reads, has_name = get_language() or "en", bool(complaint.contact_name)
    shown = [
        shown_card(one.card.pk, one.card.content, complaint.language, reads, has_name=has_name)
        for one in matches[: FEW + MORE]
    ]
    is_open = _count_open(matches, most_open)
    words = (
        ("{department}", str(complaint.department)),
        ("{owner}", str(complaint.owner or user)),
        ("{name}", complaint.contact_name),
    )
    return Guidance(tuple(shown[:is_open]), tuple(shown[is_open:FEW]), tuple(shown[FEW:]), words, may_insert)


def _count_open(matches: list[Match], most: int) -> int:
    """What calms or protects people is shown in full, then the first card about the matter itself."""
    urgent = sum(one.is_urgent for one in matches[:most])
    return min(most, urgent + 1, len(matches))


def case_of(complaint: Complaint, step: str, further: Iterable[int] = ()) -> Case:
    """What of a complaint decides which cards fit; everything it looks at has been read."""
    customer = complaint.customer
    ids = {complaint.category_id, *further} - {None}
    return Case(
        step=step,
        temperament=customer.temperament if customer else "",
        category_ids=frozenset(pk for pk in ids if pk is not None),
        situations=frozenset(_situations(complaint)),
    )


def _situations(complaint: Complaint) -> Iterable[str]:
    # The words of threats are situations too.
    yield from complaint.threats
    for channels in (BY_CHANNEL, GONE_TO):
        if (found := channels.get(complaint.channel)) is not None:
            yield found
    customer = complaint.customer
    for situation, holds in (
        (Situation.CALMING, complaint.upset in HEATED),
        (Situation.DANGER, complaint.is_danger),
        (Situation.GROUP, (complaint.group_size or 0) > 1),
        (Situation.ON_BEHALF, bool(complaint.representative_name)),
        (Situation.PARTNER, customer is not None and customer.kind == CustomerKind.PARTNER),
    ):
        if holds:
            yield situation


@lru_cache(maxsize=2048)
def shown_card(pk: int, content: Content, customer_language: str, reader_language: str, *, has_name: bool) -> ShownCard:
    advice, spoken = content.tongue(reader_language), content.tongue(customer_language)
    say = spoken.say if has_name else tuple(without_name(sentence) for sentence in spoken.say)
    return ShownCard(pk, replace(advice, say=()), say, spoken.language)


_NAME = re.compile(r"[,，]\s*\{name\}|\{name\}[,，]\s*|\{name\}\s*")


def without_name(sentence: str) -> str:
    """The sentence for somebody whose name is not known: "Thank you, {name}." becomes "Thank you."."""
    if "{name}" not in sentence:
        return sentence
    rest = _NAME.sub("", sentence.replace("Dear {name}", "Dear customer")).strip()
    return rest[:1].upper() + rest[1:]
