"""Which cards fit a complaint, and which come first: without a database."""

import pytest

from complaints.guidance.content import Content, Texts, as_json, from_json, lines_of
from complaints.guidance.fit import Card, Case, fitting
from complaints.guidance.shown import shown_card, without_name


def card(pk, *, category_ids=(), position=0, **sides):
    content = Content(en=Texts("en", f"Card {pk}"), **{side: tuple(codes) for side, codes in sides.items()})
    return Card(pk, position, content, frozenset(category_ids))


def order(cards, **case):
    given = {"step": "listen", **case}
    sets = {name: frozenset(given[name]) for name in ("category_ids", "situations") if name in given}
    return [match.card.pk for match in fitting(cards, Case(**{**given, **sets}))]


STEP = card(1, steps=["listen", "apologise"])
TYPE = card(2, temperaments=["stubborn"])
CATEGORY = card(3, categories=["billing"], category_ids=[7, 8])
PHONE = card(4, situations=["phone"])
CALM = card(5, situations=["calming"])
DANGER = card(6, situations=["danger"])
EVERYTHING = card(9)


def test_step_then_type_then_category_then_situation():
    cards = [PHONE, CATEGORY, TYPE, STEP, EVERYTHING]
    assert order(cards, temperament="stubborn", category_ids={8}, situations={"phone"}) == [1, 2, 3, 4]


def test_people_and_the_mood_come_before_the_step():
    cards = [STEP, CALM, DANGER, TYPE]
    assert order(cards, situations={"calming", "danger"}) == [6, 5, 1]


@pytest.mark.parametrize(
    ("one", "case"),
    [
        (STEP, {"step": "satisfy"}),
        (TYPE, {"temperament": "friendly"}),
        (TYPE, {"temperament": ""}),
        (CATEGORY, {"category_ids": {9}}),
        (CATEGORY, {}),
        (CALM, {"situations": {"phone"}}),
        (EVERYTHING, {"temperament": "stubborn"}),
    ],
)
def test_what_names_something_else_or_nothing_at_all_does_not_fit(one, case):
    assert order([one], **case) == []


def test_a_card_about_more_of_the_case_comes_before_one_about_less():
    both = card(10, steps=["listen"], temperaments=["stubborn"], position=99)
    assert order([STEP, both], temperament="stubborn") == [10, 1]


def test_a_card_about_just_this_step_comes_before_one_about_more():
    assert order([STEP, card(11, steps=["listen"], position=99)]) == [11, 1]


def test_each_thing_known_leads_with_its_best_card_and_the_others_follow():
    steps = [card(pk, steps=["listen"], position=pk) for pk in (20, 21, 22)]
    assert order([*steps, TYPE], temperament="stubborn") == [20, 2, 21, 22]


def test_a_situation_that_the_record_does_not_tell_rules_nothing_out():
    asking = card(30, steps=["listen"], situations=["asking"])
    refusing = card(31, situations=["refusing"])
    assert order([asking, refusing]) == [30]


def test_the_order_is_the_same_however_the_cards_come():
    cards = [STEP, TYPE, CATEGORY, PHONE, CALM, DANGER]
    case = {"temperament": "stubborn", "category_ids": {7}, "situations": {"phone", "calming", "danger"}}
    assert order(cards, **case) == order(cards[::-1], **case)


@pytest.mark.parametrize(
    ("sentence", "without"),
    [
        ("Thank you, {name}.", "Thank you."),
        ("{name}, I have no answer yet.", "I have no answer yet."),
        ("{name}，您好，我是{owner}。", "您好，我是{owner}。"),
        ("Dear {name}, thank you.", "Dear customer, thank you."),
        ("Please sit down.", "Please sit down."),
    ],
)
def test_a_sentence_without_a_name_is_still_a_sentence(sentence, without):
    assert without_name(sentence) == without


ENGLISH = Texts("en", "Listen", helps=("Sit down",), say=("Please go on, {name}.",))
CHINESE = Texts("zh", "聆听", avoid=("打断",), say=("请您继续。",))


@pytest.mark.parametrize(
    ("content", "customer", "reader", "say", "say_language", "title"),
    [
        (Content(en=ENGLISH, zh=CHINESE), "zh-hans", "en", ("请您继续。",), "zh", "Listen"),
        (Content(en=ENGLISH, zh=CHINESE), "en", "zh-hans", ("Please go on, {name}.",), "en", "聆听"),
        # What lacks a language has the other one, and says so.
        (Content(en=ENGLISH), "zh-hans", "zh-hans", ("Please go on, {name}.",), "en", "Listen"),
        (Content(zh=CHINESE), "en", "en", ("请您继续。",), "zh", "聆听"),
    ],
)
def test_advice_is_in_the_readers_language_and_sentences_in_the_customers(
    content, customer, reader, say, say_language, title
):
    shown = shown_card(1, content, customer, reader, has_name=True)
    assert (shown.say, shown.say_language, shown.advice.title) == (say, say_language, title)


def test_a_card_is_the_same_after_it_was_kept_as_json():
    content = Content(steps=("listen",), categories=("billing",), en=ENGLISH, zh=CHINESE)
    assert from_json(as_json(content)) == content


def test_a_text_holds_one_thing_a_line():
    assert lines_of(" Sit down \r\n\n  \nLook at them\n") == ("Sit down", "Look at them")
