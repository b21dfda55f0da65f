"""Browsers of people at work: signed in, in their language and colours, and with an ear for the page's complaints."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.e2e.installation import Installation

WAIT_MS = 15_000
OpenPage = Callable[..., Page]
Theme = Literal["light", "dark"]
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
expect.set_options(timeout=WAIT_MS)
# The browser logs each answer of 400 and more; refusals are among what is tested.
REFUSED = re.compile(r"the server responded with a status of 4\d\d")


def sign_in(page: Page, username: str) -> None:
    """By the sign-in page, with the keyboard's own way through it."""
    page.goto("/accounts/login/")
    page.fill("#id_login", username)
    page.fill("#id_password", settings.DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)


@dataclass
class Visitors:
    """Opens pages for users of one installation. Each user signs in once; contexts share the session."""

    browser: Browser
    product: Installation
    troubles: list[str] = field(default_factory=list)
    _signed_in: dict[str, Any] = field(default_factory=dict)

    def context(
        self,
        username: str = "",
        *,
        language: str = "en",
        width: int = 1440,
        height: int = 900,
        theme: Theme = "light",
        **more: Any,
    ) -> BrowserContext:
        """A browser of its own; without a name, of somebody who is not signed in."""
        state = self._state(username) if username else None
        context = self.browser.new_context(
            base_url=self.product.address,
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height},
            color_scheme=theme,
            storage_state=state,
            **more,
        )
        context.set_default_timeout(WAIT_MS)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.troubles.append(f"{error.page and error.page.url}: {error.error}"))
        return context

    def _state(self, username: str) -> Any:
        if username not in self._signed_in:
            context = self.context()
            sign_in(context.new_page(), username)
            self._signed_in[username] = context.storage_state()
            context.close()
        return self._signed_in[username]

    def forget(self, username: str) -> None:
        """Sign in anew the next time: the session has been ended."""
        self._signed_in.pop(username, None)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not REFUSED.search(message.text):
            self.troubles.append(f"{message.page and message.page.url}: {message.text}")
