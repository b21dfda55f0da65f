"""Pieces that are drawn once for each value: the same for equal readers, never for different ones."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import engines
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from core import clock, drawn
from core.drawn import filled, gap

NOW = datetime(2026, 11, 19, 2, 42, tzinfo=UTC)
TEMPLATE = """{% load i18n core_tags %}{% translate "Take it" %} {{ at|when }} {{ who }}{% gap "due" %}"""


@pytest.fixture
def times_drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each drawing of a template, by its name."""
    times: list[str] = []
    template = engines["django"].from_string(TEMPLATE)

    def get_template(name: str) -> object:
        times.append(name)
        return template

    monkeypatch.setattr(drawn, "get_template", get_template)
    drawn.drawn_for.cache_clear()
    return times


def draw(who: str = "Emily", at: datetime = NOW) -> str:
    return drawn.drawn("a.html", who=who, at=at)


def test_equal_values_are_drawn_once(times_drawn):
    with clock.frozen(NOW):
        first = draw()
    with clock.frozen(NOW + timedelta(hours=1)):
        assert draw() == first
    assert times_drawn == ["a.html"]
    assert "Take it 19 Nov, 02:42 Emily" in first


def test_another_value_is_drawn_anew(times_drawn):
    with clock.frozen(NOW):
        assert "Emily" in draw("Emily")
        assert "Tom" in draw("Tom")
        assert "02:43" in draw("Tom", NOW + timedelta(minutes=1))
    assert len(times_drawn) == 3


def test_each_language_zone_and_year_has_its_own(times_drawn):
    with clock.frozen(NOW):
        english = draw()
        with translation.override("zh-hans"):
            chinese = draw()
        with timezone.override("Asia/Shanghai"):
            shanghai = draw()
    with clock.frozen(NOW + timedelta(days=365)):
        a_year_later = draw()
    assert "Take it" not in chinese
    assert "10:42" in shanghai
    assert "19 Nov 2026, 02:42" in a_year_later
    assert len({english, chinese, shanghai, a_year_later}) == 4


def test_what_is_shown_is_escaped(times_drawn):
    with clock.frozen(NOW):
        assert "<b>" in draw(SafeString("<b>"))
        assert "&lt;b&gt;" in draw("<b>")


def test_a_gap_is_filled_for_each_request(times_drawn):
    with clock.frozen(NOW):
        assert filled(draw(), due=SafeString("<i>one</i>")).endswith("Emily<i>one</i>")
        assert filled(draw(), due=SafeString("<i>two</i>")).endswith("Emily<i>two</i>")
    assert len(times_drawn) == 1


def test_nobody_can_write_a_gap(times_drawn):
    with clock.frozen(NOW):
        shown = filled(draw(gap("due").replace("<", "").replace(">", "")), due=SafeString("[here]"))
    assert shown.count("[here]") == 1


def test_pieces_long_unseen_are_forgotten(times_drawn):
    with clock.frozen(NOW):
        for number in range(drawn.KEPT + 10):
            draw(str(number))
    assert drawn.drawn_for.cache_info().currsize == drawn.KEPT
