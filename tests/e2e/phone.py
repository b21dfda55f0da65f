"""The telephone of somebody at a browser: an authenticator app with the key that the page shows."""

import time

from playwright.sync_api import Page

from tests.accounts.phone import code_of

# A code that is shown for less than this is not worth typing.
TYPING_SECONDS = 6


def code_to_type(secret: str) -> str:
    left = 30 - time.time() % 30
    if left < TYPING_SECONDS:
        time.sleep(left)
    return code_of(secret)


def next_code(secret: str) -> str:
    """A code is good once."""
    time.sleep(30 - time.time() % 30)
    return code_of(secret)


def key_shown(page: Page) -> str:
    return page.locator("#totp-key").inner_text().replace(" ", "")


def set_up_second_factor(page: Page) -> str:
    """On the page that sets it up; returns the key."""
    secret = key_shown(page)
    page.fill("#id_code", code_to_type(secret))
    page.locator("form[action*=activate] button").click()
    page.wait_for_url("**/recovery-codes/")
    return secret
