from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.utils import translation

from core import clock, slots
from core.slots import register_slot

NOW = datetime(2026, 11, 19, 2, 42, tzinfo=UTC)


def draw(source: str, **values: object) -> str:
    return Template("{% load core_tags %}" + source).render(Context(values)).strip()


def test_icon_is_drawn_inline_and_hidden_from_readers():
    svg = draw('{% icon "clock" "ic-l" %}')
    assert svg.startswith('<svg class="ic ic-l" viewBox="0 0 24 24"')
    assert 'aria-hidden="true"' in svg
    assert "<path" in svg


def test_unknown_icon_is_an_error_of_the_template():
    with pytest.raises(TemplateSyntaxError, match="no icon called 'unicorn'"):
        draw('{% icon "unicorn" %}')


def test_due_chip_counts_by_the_servers_time():
    deadline = SimpleNamespace(due_at=NOW + timedelta(minutes=12), started_at=NOW, state="pending", met_at=None)
    with clock.frozen(NOW):
        html = draw("{% due deadline mine=True %}", deadline=deadline)
    assert 'class="due due-soon"' in html
    assert 'data-due="2026-11-19T02:54:00+00:00"' in html
    assert 'data-soon="1800"' in html
    assert "data-mine" in html
    assert 'role="timer"' in html
    assert "12 min left" in html
    assert "by 02:54" in html


def test_no_deadline_is_no_chip():
    assert draw("{% due deadline %}", deadline=None) == ""


def test_class_mark_has_its_word_for_readers():
    assert 'class="cls cls-2"' in draw("{% class_mark 2 %}")
    assert '<span class="visually-hidden">Class </span>2' in draw("{% class_mark 2 %}")


def test_pips_show_done_current_and_open():
    html = draw('{% stage_pips 3 5 "Review options" %}')
    assert html.count("class=d") == 2
    assert html.count("class=c") == 1
    assert "Review options" in html


@pytest.mark.parametrize(
    ("text", "page", "html"),
    [
        ("保养后机油灯亮了", "en", '<bdi lang="zh">保养后机油灯亮了</bdi>'),
        ("保养后机油灯亮了", "zh-hans", "<bdi>保养后机油灯亮了</bdi>"),
        ("The oil light", "zh-hans", '<bdi lang="en">The oil light</bdi>'),
        ("<svg onload=alert(1)>", "en", "<bdi>&lt;svg onload=alert(1)&gt;</bdi>"),
    ],
)
def test_words_are_isolated_and_marked_with_their_language(text, page, html):
    with translation.override(page):
        assert draw("{% say text %}", text=text) == html


def test_keys_pressed_together_stay_when_single_keys_are_off():
    assert draw('{% kbd "T" %}') == '<kbd aria-hidden="true">T</kbd>'
    assert draw('{% kbd "Ctrl Enter" %}').count('class="combo"') == 2


def test_missing_values_are_a_dash():
    assert draw("{{ x|money }} {{ x|when }} {{ x|duration }} {% moment x %}", x=None) == "– – – –"


def test_slot_shows_what_was_registered_in_order(rf, monkeypatch):
    monkeypatch.setattr(slots, "_slots", {})
    register_slot("test.aside", "complaints/_count.html", lambda request, obj: {"count": ""}, order=2)
    register_slot("test.aside", "core/_error_summary.html", lambda request, obj: {"problems": [(obj, "x")]}, order=1)
    register_slot("test.aside", "core/_error_summary.html", lambda request, obj: None)
    template = Template('{% load core_tags %}{% slot "test.aside" thing %}{% slot "nobody" %}')
    html = template.render(RequestContext(rf.get("/"), {"thing": "the <thing>"}))
    assert html.count("errsum") == 1
    assert "the &lt;thing&gt;" in html


def test_words_for_scripts_are_data_and_not_code():
    with translation.override("en"):
        html = draw("{% script_words %}")
    assert html.startswith('<script id="words" type="application/json">')
