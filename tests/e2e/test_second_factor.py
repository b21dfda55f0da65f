"""Signing in with an app on the phone, from being asked for it to losing it; sign-ins elsewhere; keys for programs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import overflows
from tests.e2e.installation import Installation
from tests.e2e.phone import next_code, set_up_second_factor
from tests.e2e.visitors import OpenPage, Visitors, sign_in

pytestmark = pytest.mark.e2e

WHO = "manager1"
STEP = "**/second-factor/authenticate/"
SETUP = "**/second-factor/totp/activate/"


@pytest.fixture
def asked_of_managers(product: Installation, visitors: Visitors) -> Iterator[None]:
    product.do("change_policy", key="signin.second_factor", value=["manager"])
    yield
    product.do("change_policy", key="signin.second_factor", value=[])
    product.do("without_second_factor", username=WHO)
    visitors.forget(WHO)


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main form[action*=logout] button").click()
    page.wait_for_url("**/accounts/login/")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh", 390)])
def test_manager_sets_it_up_and_signs_in_with_it(open_page: OpenPage, asked_of_managers, language, width, scripts):
    page = open_page(language=language, width=width, java_script_enabled=scripts)
    sign_in(page, WHO)
    # Nothing else opens.
    page.wait_for_url(SETUP)
    page.goto("/notifications/")
    page.wait_for_url(SETUP)
    if scripts:
        assert page.evaluate("document.querySelector('.setup-qr img').naturalWidth") > 0
        assert not overflows(page)
    secret = set_up_second_factor(page)
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.locator("a[href$='/download/']").click()
    kept = download.value.path().read_text(encoding="utf-8")
    assert all(code.replace(" ", "") in kept for code in codes)
    page.locator("main a[data-main]").click()
    expect(page.locator("#queue, main h1").first).to_be_visible()
    sign_out(page)

    sign_in(page, WHO)
    page.wait_for_url(STEP)
    page.fill("#id_code", "000000")
    page.locator("form[action*=authenticate] button").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    page.fill("#id_code", next_code(secret))
    page.locator("form[action*=authenticate] button").click()
    page.wait_for_url(lambda url: "second-factor" not in url)
    page.goto("/profile/")
    expect(page.locator("main h1")).to_be_visible()


def test_a_sign_in_elsewhere_is_seen_and_ended(open_page: OpenPage, asked_of_managers):
    desk = open_page()
    sign_in(desk, WHO)
    desk.wait_for_url(SETUP)
    set_up_second_factor(desk)
    code = desk.locator(".codes li").first.inner_text()

    # The phone with the app is at home; a printed code gets in, once.
    laptop = open_page()
    sign_in(laptop, WHO)
    laptop.wait_for_url(STEP)
    laptop.fill("#id_code", code)
    laptop.keyboard.press("Enter")
    laptop.wait_for_url(lambda url: "second-factor" not in url)
    laptop.goto("/profile/")

    desk.goto("/profile/sessions/")
    expect(desk.locator("#sessions li")).to_have_count(2)
    expect(desk.locator("#sessions li", has_text="this one")).to_have_count(1)
    desk.get_by_role("button", name="Sign out everywhere else").click()
    expect(desk.locator("#sessions li")).to_have_count(1)
    laptop.goto("/profile/")
    laptop.wait_for_url("**/accounts/login/**")

    sign_in(laptop, WHO)
    laptop.wait_for_url(STEP)
    laptop.fill("#id_code", code)
    laptop.keyboard.press("Enter")
    expect(laptop.locator("[data-error-summary]")).to_contain_text("This code is not right")


def test_it_is_not_turned_off_while_it_is_asked_for(open_page: OpenPage, product: Installation, asked_of_managers):
    page = open_page()
    sign_in(page, WHO)
    page.wait_for_url(SETUP)
    secret = set_up_second_factor(page)
    page.goto("/accounts/second-factor/totp/deactivate/")
    expect(page.get_by_role("alert")).to_contain_text("so it stays on")
    expect(page.get_by_role("button", name="Turn it off")).to_have_count(0)

    # Not asked for any more, it goes off; the fixture has nothing left to take away, so it is set up again.
    product.do("change_policy", key="signin.second_factor", value=[])
    page.goto("/accounts/second-factor/totp/deactivate/")
    page.get_by_role("button", name="Turn it off").click()
    expect(page.locator("main")).to_contain_text("You sign in with your password alone")
    sign_out(page)
    sign_in(page, WHO)
    page.goto("/accounts/second-factor/totp/activate/")
    assert set_up_second_factor(page) != secret


def test_key_is_made_copied_used_and_revoked(open_page: OpenPage, product: Installation):
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=product.address)
    sign_in(page, "serviceadvisor1")
    page.goto("/profile/")
    page.get_by_role("link", name="Keys for programs").click()
    page.get_by_role("link", name="Make a key").click()
    page.fill("#id_name", "DMS")
    page.locator("label.pick", has_text="Read what you may read").click()
    page.get_by_role("button", name="Make the key").click()
    secret = page.locator("#new-key").inner_text()
    page.locator("button[data-copy='#new-key']").click()
    expect(page.locator("button.copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret

    with_key = {"Authorization": f"Bearer {secret}"}
    stranger = open_page()
    assert stranger.request.get("/api/v1/me", headers=with_key).json()["username"] == "serviceadvisor1"
    page.get_by_role("link", name="It is kept: go on").click()
    assert secret not in page.content()
    page.locator("#keys summary", has_text="Revoke").click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.locator("#ended-h")).to_be_visible()
    assert stranger.request.get("/api/v1/me", headers=with_key).status == 401
