"""Every page: accessible, in one piece at any width, silent on the console, and in the reader's language."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser import STANDARDS, overflows, violations
from tests.e2e.installation import Installation
from tests.e2e.pages import SIGHTS, Numbers, Sight
from tests.e2e.visitors import Theme, Visitors

pytestmark = pytest.mark.e2e

WIDTHS = (1440, 1024, 390, 320)
THEMES: tuple[Theme, ...] = ("light", "dark")
# English on a Chinese page. The names of the demonstration, and what people wrote, do not count.
FOREIGN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  const names = new RegExp(
    "West Lake (store|Motors)|After-sales and hotline|Open around the clock|Harbour Lane Catering Ltd|" +
    "East China region", "g");
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const place = node.parentElement;
    const mayBe = "[lang=en], bdi, script, textarea, kbd, option, .num, .who, .av";
    if (place.closest(mayBe) || !place.checkVisibility()) continue;
    const text = node.textContent.trim().replace(names, "");
    if (/[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}/.test(text)) found.push(text);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def numbers(product: Installation) -> Numbers:
    found: Numbers = product.do("numbers_by_name")
    return found


PageOf = Callable[[str, str], Page]


@pytest.fixture(scope="module")
def page_of(visitors: Visitors) -> Iterator[PageOf]:
    """One page for each visitor and language, so that styles and scripts come from its cache."""
    pages: dict[tuple[str, str], Page] = {}

    def find(username: str, language: str) -> Page:
        if (username, language) not in pages:
            pages[username, language] = visitors.context(username, language=language).new_page()
        page = pages[username, language]
        # Nothing that was typed into a page before comes back on this one.
        page.goto("/keyboard/" if username else "/accounts/login/")
        page.evaluate("localStorage.clear()")
        page.set_viewport_size({"width": 1440, "height": 844})
        visitors.troubles.clear()
        return page

    yield find
    for page in pages.values():
        page.context.close()


# What a bar covers at this very moment comes out under it when one scrolls.
LOOK = """(theme) => {
  document.documentElement.dataset.bsTheme = theme;
  for (const bar of document.querySelectorAll(".side, .top, .sticky-foot")) bar.style.position = "static";
}"""


def look(page: Page, width: int, theme: Theme) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.evaluate(LOOK, theme)


@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: sight.name)
def test_page_is_accessible_and_fits(page_of, visitors, numbers, sight: Sight):
    page = page_of(sight.username, "en")
    sight.show(page, numbers)
    found = []
    for width in WIDTHS:
        for theme in THEMES:
            look(page, width, theme)
            if overflows(page):
                found.append(f"{width}: scrolls sideways")
            if width in (1440, 390):
                rules = STANDARDS if theme == "light" else ["color-contrast"]
                found += [f"{width} {theme}: {line}" for line in violations(page, rules)]
    assert found + visitors.troubles == []


@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: sight.name)
def test_page_is_chinese_and_fits(page_of, visitors, numbers, sight: Sight):
    page = page_of(sight.username, "zh")
    sight.show(page, numbers)
    page.set_viewport_size({"width": 320, "height": 844})
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert re.search("[\u4e00-\u9fff]", page.title())
    assert not overflows(page)
    assert page.evaluate(FOREIGN) + visitors.troubles == []
