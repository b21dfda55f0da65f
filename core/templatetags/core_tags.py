"""What every template may use: icons, slots, deadline chips, sums, times and words in another language."""

from collections.abc import Hashable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.template.context import RequestContext
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import get_template
from django.utils.html import escape, format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from core import clock, formats, nav, slots
from core import drawn as pieces
from core import due as promises
from core import script_words as words
from core.money import Money
from core.typed import both_texts, came_from, typed_texts

register = template.Library()

HTML_LANGUAGE = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant"}


@cache
def _icon_body(name: str) -> str:
    found = finders.find(f"icons/{name}.svg")
    if not isinstance(found, str):
        raise template.TemplateSyntaxError(f"There is no icon called {name!r} in static/icons.")
    svg = Path(found).read_text(encoding="utf-8")
    return svg[svg.index(">") + 1 : svg.rindex("</svg>")]


@register.simple_tag
@cache
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon inline; it is decoration, the words beside it are what is read aloud."""
    return format_html(
        '<svg class="ic{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round"'
        ' stroke-linejoin="round" aria-hidden="true">{}</svg>',
        f" {css}" if css else "",
        mark_safe(_icon_body(name)),  # noqa: S308
    )


@register.simple_tag
def due_symbol(look: str, name: str) -> SafeString:
    """Put an icon into the page's sprite under the name that chips of this look point at."""
    return format_html(
        '<symbol id="due-{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round"'
        ' stroke-linejoin="round">{}</symbol>',
        look,
        mark_safe(_icon_body(name)),  # noqa: S308
    )


@register.simple_tag
def script_words() -> SafeString:
    """The words for scripts, as data that no browser runs."""
    return json_script(words.script_words(), "words")


@register.simple_tag(takes_context=True)
def slot(context: RequestContext, name: str, obj: Any = None) -> SafeString:
    """Render what the apps above registered for this place."""
    request = context["request"]
    parts: list[str] = []
    for filling in slots.fillings(name):
        values = filling.context(request, obj)
        if values is not None:
            parts.append(get_template(filling.template).render(values, request))
    return mark_safe("".join(parts))  # noqa: S308


@register.simple_tag
def due(deadline: Any, note: str = "", mine: bool = False) -> SafeString:
    """Show a deadline as a chip; `mine` makes its breach spoken at once. Nothing without a deadline.

    No template of its own: a list shows one in each of its rows.
    """
    if not deadline:
        return escape("")
    return draw_chip(promises.chip(deadline, note=note), mine=mine)


@lru_cache(maxsize=4096)
def draw_chip(chip: promises.Chip, *, mine: bool) -> SafeString:
    if chip.due_at is None:
        return format_html(DUE, chip.look, "", format_html('<span class="due-t">{}</span>', chip.words))
    due_at = chip.due_at.isoformat()
    counts = format_html(' data-due="{}" data-soon="{}"', due_at, chip.soon_seconds)
    if mine:
        counts += escape(" data-mine")
    return format_html(DUE, chip.look, counts, format_html(COUNTED, due_at, chip.words, chip.until))


DUE = '<span class="due due-{0}"{1}><svg class="ic" aria-hidden="true"><use href="#due-{0}"/></svg>{2}</span>'
COUNTED = '<time class="due-t" role="timer" datetime="{}">{}</time><span class="due-at">{}</span>'


@register.simple_tag(takes_context=True)
def drawn(context: RequestContext, piece_template: str, **values: Hashable) -> SafeString:
    """Draw a part of the frame by plain values, once for equal ones; its gaps "token" and "next" are the request's."""
    piece = pieces.drawn(piece_template, **values)
    if pieces.gap("token") not in piece:
        return piece
    return pieces.filled(piece, token=token_field(context), next=next_field(context))


def token_field(context: RequestContext) -> SafeString:
    return format_html("{}", CsrfTokenNode().render(context))


def next_field(context: RequestContext) -> SafeString:
    """Where a form comes back to: this page."""
    return format_html('<input type="hidden" name="next" value="{}">', context["request"].get_full_path())


@register.simple_tag
def gap(name: str) -> SafeString:
    """Leave a place in a piece that is drawn once and kept, for what each request puts there."""
    return pieces.gap(name)


@register.simple_tag
def class_mark(severity_class: int) -> SafeString:
    return _class_mark(severity_class, _("Class"))


@cache
def _class_mark(severity_class: int, word: str) -> SafeString:
    return format_html(
        '<span class="cls cls-{0}" title="{1} {0}"><span class="visually-hidden">{1} </span>{0}</span>',
        severity_class,
        word,
    )


@register.simple_tag
def stage_pips(current: int, total: int = 5, name: str = "") -> SafeString:
    """Show that `current` of `total` stages is in hand; `total + 1` means all are done."""
    label = format_html('<span class="xs mut">{}</span>', name) if name else ""
    return format_html(
        '<span class="st"><span class="pips" aria-hidden="true">{}</span>{}</span>', _pips(current, total), label
    )


@cache
def _pips(current: int, total: int) -> SafeString:
    marks = (" class=d" if at < current else " class=c" if at == current else "" for at in range(1, total + 1))
    return format_html_join("", "<i{}></i>", ((mark,) for mark in marks))


@register.simple_tag
def say(text: object, language: str = "") -> SafeString:
    """Write somebody's words, isolated, and marked with their language when it is not the page's."""
    words = str(text or "")
    tongue = (language or ("zh" if formats.is_chinese(words) else "en")).split("-")[0]
    if tongue == (get_language() or "en").split("-")[0]:
        return format_html("<bdi>{}</bdi>", words)
    return format_html('<bdi lang="{}">{}</bdi>', tongue, words)


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """Show a key, or several pressed together ("Ctrl Enter"), as a hint for the eye only."""
    names = keys.split()
    css = ' class="combo"' if len(names) > 1 else ""
    return mark_safe("".join(f'<kbd{css} aria-hidden="true">{name}</kbd>' for name in names))  # noqa: S308


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """Write an instant as a <time> with its exact value."""
    if value is None:
        return mark_safe("–")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.when_text(value))


@register.simple_tag
def server_time() -> str:
    return clock.now().isoformat()


@register.simple_tag
def html_language() -> str:
    """The page's language as HTML writes it: zh-Hans picks Chinese shapes, not Japanese ones."""
    locale = to_locale(get_language() or "en")
    return HTML_LANGUAGE.get(locale, locale.replace("_", "-"))


@register.simple_tag(takes_context=True)
def navigation(context: RequestContext) -> tuple[nav.Link, ...]:
    """The side bar and the list of keys ask for the same links, and their figures cost a query each."""
    request = context["request"]
    if not hasattr(request, "nav_links"):
        request.nav_links = tuple(nav.links(request))
    links: tuple[nav.Link, ...] = request.nav_links
    return links


@register.simple_tag(takes_context=True)
def nav_link(context: RequestContext, name: str) -> nav.Link | None:
    return nav.special(name, context["request"])


@register.simple_tag(takes_context=True)
def page_has_errors(context: RequestContext) -> bool:
    """Whether a form on this page was refused, so that the title can say so first."""
    return any(_is_refused(value) for values in context.dicts for value in values.values())


def _is_refused(value: object) -> bool:
    return isinstance(value, BaseForm | BaseFormSet) and value.is_bound and not value.is_valid()


@register.simple_tag(takes_context=True)
def way_back(context: RequestContext) -> str:
    """Where the refused press came from."""
    return came_from(context["request"])


@register.inclusion_tag("core/_both.html", takes_context=True)
def both(context: RequestContext, current: object) -> dict[str, Any]:
    """Show what is there now beside what was sent."""
    return {"both": both_texts(context["request"], current)}


@register.inclusion_tag("core/_typed.html", takes_context=True)
def typed(context: RequestContext) -> dict[str, Any]:
    """Give back what was typed into the form that was refused."""
    return {"texts": typed_texts(context["request"])}


@register.inclusion_tag("core/_error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """List what is wrong in these forms, each line a link to its field."""
    return {"problems": [problem for form in forms if form and form.is_bound for problem in _problems(form)]}


def _problems(form: BaseForm) -> Iterable[tuple[str, str]]:
    for name, errors in form.errors.items():
        target = "" if name == "__all__" else form[name].id_for_label or form[name].auto_id
        for error in errors:
            yield str(error), target


@register.filter
def money(value: Money | Decimal | float | None, currency: str = "CNY") -> str:
    return "–" if value is None or value == "" else formats.money_text(value, currency)


@register.filter
def when(value: datetime | date | None) -> str:
    return "–" if not value else formats.when_text(value)


@register.filter
def duration(value: timedelta | float | None) -> str:
    return "–" if value is None else formats.duration_text(value)


@register.filter
def listed(value: Iterable[object]) -> str:
    """Write a list with the commas of the reader's language."""
    return formats.listed_text(value)


@register.filter
def clip(value: object, length: int = 80) -> str:
    return formats.clip_text(str(value or ""), int(length))


@register.filter
def initial(value: object) -> str:
    """The sign that stands for a person in a circle."""
    return str(value or "").strip()[:1].upper() or "?"
