"""What the starter set must say. Source: DOMAIN.md 3.7."""

import re

import pytest

from complaints.categories import starter_codes
from complaints.codes import AGREE_STATES, LASTR_STATES, Situation, Skill
from complaints.guidance.checks import LONGEST_LINE, MOST_LINES
from complaints.guidance.content import LISTS
from complaints.guidance.shown import VARIABLES
from complaints.guidance.starter import starter_cards
from complaints.models.guidance import LONGEST_TITLE
from customers.codes import Temperament

CARDS = starter_cards()
ALL = [pytest.param(content, id=code) for code, content in CARDS.items()]


def named(side):
    return {code for content in CARDS.values() for code in getattr(content, side)}


def test_every_step_type_category_skill_and_situation_has_a_card():
    assert named("steps") == {*LASTR_STATES, *AGREE_STATES}
    assert named("temperaments") == set(Temperament.values)
    assert named("skills") == set(Skill.values)
    assert named("situations") == set(Situation.values)
    tops = {code for code in starter_codes() if code in named("categories")}
    assert tops == named("categories")
    assert len(tops) >= 16


@pytest.mark.parametrize("content", ALL)
def test_each_card_is_whole_in_both_languages(content):
    for texts in content.both:
        assert texts.title
        assert len(texts.title) <= LONGEST_TITLE
        for part in LISTS:
            lines = getattr(texts, part)
            assert 0 < len(lines) <= MOST_LINES
            assert all(line == line.strip() and 0 < len(line) <= LONGEST_LINE for line in lines)
        for sentence in texts.say:
            assert set(re.findall(r"\{[^{}]*\}", sentence)) <= set(VARIABLES)
    assert len(content.en.say) == len(content.zh.say)


@pytest.mark.parametrize("content", ALL)
def test_each_language_is_in_its_own_signs(content):
    for line in (content.en.title, *(line for part in LISTS for line in getattr(content.en, part))):
        assert not re.search("[\u3400-\u9fff\uff00-\uffef]", line), line
    for line in (content.zh.title, *(line for part in LISTS for line in getattr(content.zh, part))):
        assert re.search("[\u4e00-\u9fff]", line), line


@pytest.mark.parametrize("content", ALL)
def test_the_customer_is_spoken_to_politely(content):
    assert not [sentence for sentence in content.zh.say if "你" in sentence]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("say", "请您再详细讲一次"),
        ("say", "请稍等，有一点我还不太清楚"),
        ("avoid", "“你怎么用也不会？”"),
        ("avoid", "打断客户"),
        ("avoid", "争辩"),
        ("avoid", "评价客户"),
        ("avoid", "一开口就问是谁的错"),
        ("avoid", "当场下结论"),
        ("avoid", "找借口"),
        ("helps", "不作解释，只给办法"),
    ],
)
def test_it_says_at_least_what_the_domain_asks_for(part, words):
    assert any(words in line for content in CARDS.values() for line in getattr(content.zh, part))
