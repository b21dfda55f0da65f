"""Hands that have a keyboard and nothing else."""

from django.conf import settings
from playwright.sync_api import Page, expect

# More stops than any block of a form has.
MOST_STOPS = 60

FOCUSED = "(selector) => document.activeElement !== null && document.activeElement.matches(selector)"


class Keyboard:
    """What one can do on a page by keys alone. Every stop must show where it is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.press = page.keyboard.press
        self.type = page.keyboard.type

    def is_on(self, selector: str) -> bool:
        return bool(self.page.evaluate(FOCUSED, selector))

    def wait_on(self, selector: str) -> None:
        """The page has put the focus there by itself."""
        self.page.wait_for_function(FOCUSED, arg=selector)

    def tab_to(self, selector: str) -> None:
        for _stop in range(MOST_STOPS):
            if self.is_on(selector):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not come to {selector}")

    def sign_in(self, username: str) -> None:
        self.page.goto("/")
        self.wait_on("#id_login")
        self.type(username)
        self.tab_to("#id_password")
        self.type(settings.DEMO_PASSWORD)
        self.press("Enter")
        self.page.wait_for_url(lambda url: "login" not in url)

    def save(self, saved: str) -> None:
        """Ctrl Enter, and what it leads to is there."""
        self.press("Control+Enter")
        expect(self.page.locator(saved)).to_be_visible()
