"""The shell's scripts in a real browser: counting, keys, drafts, and that nothing typed is ever lost."""

import re
from collections.abc import Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import overflows, sign_in, violations
from tests.core.shell_pages import seen
from tests.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password"


@pytest.fixture
def address(live_server) -> Iterator[str]:
    with override_settings(ROOT_URLCONF="tests.core.shell_pages"):
        seen.version, seen.saved, seen.drafts = 0, [], []
        yield live_server.url


@pytest.fixture
def people(transactional_db) -> House:
    house = House()
    for user in (house.clerk, house.colleague):
        user.set_password(PASSWORD)
        user.save()
    return house


@pytest.fixture
def context(browser: Browser, address: str, people: House) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(8000)
    sign_in(context, address, people.clerk)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    assert not errors


def sign_in_by_hand(page: Page, name: str = "clerk") -> None:
    page.fill("#id_login", name)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.name"))


def kept(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('kept:')).length"))


def test_chips_count_and_tell_a_breach_once(page):
    page.goto("/list/")
    assert page.title().startswith("(1) Now")
    chip = page.locator("[data-name='Emily Carter'] .due")
    expect(chip).to_have_class("due due-over")
    assert chip.locator("use").get_attribute("href") == "#due-over"
    expect(page.locator("#live")).to_have_text("Emily Carter: overdue")
    assert page.title().startswith("(2) Now")


def test_list_does_not_move_under_the_hand(page):
    page.goto("/list/")
    page.keyboard.press("j")
    seen.version = 1
    expect(page.locator("#news-list")).to_contain_text("Something here has changed.")
    assert page.locator("#g1").text_content() == "Act now 0"
    assert focused(page) == "r1"
    page.evaluate("document.activeElement.blur()")
    expect(page.locator("#g1")).to_have_text("Act now 1")
    expect(page.locator("#news-list")).to_have_count(0)


def test_waiting_change_is_shown_on_demand(page):
    page.goto("/list/")
    page.keyboard.press("j")
    seen.version = 1
    page.click("#news-list button")
    expect(page.locator("#g1")).to_have_text("Act now 1")


def test_keys_move_rows_and_press_buttons_of_the_row(page):
    page.goto("/list/")
    for key, row in (("j", "r1"), ("j", "r2"), ("k", "r1")):
        page.keyboard.press(key)
        assert focused(page) == row
    page.evaluate("addEventListener('click', (event) => { window.pressed = event.target.textContent; })")
    page.keyboard.press("t")
    assert page.evaluate("window.pressed") == "Take it 王芳"
    page.keyboard.press("Enter")
    page.wait_for_url("**/form/")


def test_question_mark_lists_the_keys_and_escape_closes(page):
    page.goto("/list/")
    page.keyboard.press("Shift+?")
    expect(page.locator("dialog#keys")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()


def test_keys_are_letters_inside_fields(page):
    page.goto("/form/")
    page.focus("#what")
    page.keyboard.type("j?n t g c")
    assert page.input_value("#what") == "j?n t g c"
    assert page.locator("dialog[open]").count() == 0


def test_single_keys_can_be_switched_off(page, people):
    people.clerk.has_single_keys = False
    people.clerk.save()
    page.goto("/list/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.body")
    page.goto("/form/")
    page.keyboard.press("Alt+ArrowDown")
    assert focused(page) == "what"
    expect(page.locator("kbd.combo").first).to_be_visible()


def test_form_by_keyboard_alone(page):
    page.goto("/form/")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.type("The roof is missing")
    page.keyboard.press("Tab")
    page.keyboard.type("王")
    expect(page.locator("#found")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/list/")
    saved = seen.saved[0]
    assert (saved["what"], saved["who"], saved["customer"]) == ("The roof is missing", "王芳", "1")
    assert (saved["reach"], saved["reaction"]) == ("138 0571 6620", "2")
    expect(page.locator("#toasts")).to_contain_text("C-2026-000418 saved")


def test_typing_over_a_choice_takes_it_back(page):
    page.goto("/form/")
    page.focus("#who")
    page.keyboard.type("王")
    page.locator("#found li").first.click()
    assert page.input_value("[name=customer]") == "1"
    page.keyboard.type("x")
    assert page.input_value("[name=customer]") == ""


def test_draft_goes_to_the_server_while_one_types(page):
    page.goto("/form/")
    page.fill("#what", "The roof")
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved")
    assert page.input_value("[name=draft]") == "d7"
    page.fill("#what", "The roof is missing")
    page.wait_for_timeout(900)
    assert (seen.drafts[-1]["what"], seen.drafts[-1]["draft"]) == ("The roof is missing", "d7")


def test_double_press_saves_once(page):
    page.goto("/form/")
    page.fill("#what", "slow")
    page.evaluate(
        """() => {
          const form = document.querySelector('form[data-keep]');
          for (const _ of [1, 2]) form.requestSubmit(form.querySelector('[data-main]'));
        }"""
    )
    page.wait_for_url("**/list/")
    assert len(seen.saved) == 1


def test_pressed_button_is_sent_and_says_saving(page):
    page.goto("/form/")
    page.fill("#what", "slow")
    button = page.get_by_role("button", name="Save, hand over")
    width = button.bounding_box()["width"]
    # The click waits for the page that follows, so the button is looked at from inside.
    page.evaluate(
        """() => {
          const button = document.querySelector('[name=how]');
          const look = () => [button.textContent, button.disabled, button.offsetWidth].join('|');
          button.form.addEventListener('submit', () => setTimeout(() => sessionStorage.setItem('looked', look()), 50));
        }"""
    )
    button.click()
    page.wait_for_url("**/list/")
    words, is_disabled, width_then = page.evaluate("sessionStorage.getItem('looked')").split("|")
    assert (words, is_disabled) == ("Saving", "true")
    assert abs(float(width_then) - width) <= 1
    assert seen.saved[0]["how"] == "hand_over"


@pytest.mark.parametrize("part", ["", "?part=1"])
def test_text_survives_an_expired_session(page, context, part):
    page.goto(f"/form/{part}")
    page.fill("#what", "typed before it ended")
    page.check("[name=reaction][value='2']", force=True)
    context.clear_cookies(name="sessionid")
    page.click("[data-main]")
    if not part:
        page.click("main a.btn-primary")
    page.wait_for_url("**/accounts/login/**")
    sign_in_by_hand(page)
    page.wait_for_url(f"**/form/{part}")
    assert page.input_value("#what") == "typed before it ended"
    assert page.is_checked("[name=reaction][value='2']")
    expect(page.locator("#kept")).to_be_visible()
    assert seen.saved == []
    page.click("#kept [data-discard]")
    assert page.input_value("#what") == ""
    assert kept(page) == 0


def test_text_survives_a_reload_and_ends_with_the_save(page):
    page.goto("/form/")
    page.fill("#what", "half a story")
    page.reload()
    assert page.input_value("#what") == "half a story"
    page.click("[data-main]")
    page.wait_for_url("**/list/")
    assert kept(page) == 0


@pytest.mark.parametrize(
    ("text", "words"), [("blocked", "The proposal is not approved yet."), ("broken", "Something broke")]
)
def test_refusal_keeps_the_text(page, text, words):
    page.goto("/form/")
    page.fill("#what", text)
    page.click("[data-main]")
    expect(page.locator("[data-refusal]")).to_contain_text(words)
    page.goto("/form/")
    assert page.input_value("#what") == text


@pytest.mark.parametrize(
    ("text", "words"), [("blocked", "The proposal is not approved yet."), ("broken", "Something broke")]
)
def test_refusal_of_a_part_is_shown_on_the_page_and_leaves_the_form(page, text, words):
    page.goto("/form/?part=1")
    page.fill("#what", text)
    page.click("[data-main]")
    expect(page.locator("#refusal")).to_contain_text(words)
    assert page.input_value("#what") == text
    expect(page.locator("[data-main]")).to_be_enabled()
    page.fill("#what", "fine")
    page.click("[data-main]")
    expect(page.locator("#out")).to_have_text("saved")
    expect(page.locator("#refusal")).to_be_empty()
    expect(page.locator("#toasts")).to_contain_text("C-2026-000418 saved")
    page.wait_for_timeout(400)
    assert kept(page) == 0


def test_next_user_of_this_computer_sees_nothing(page):
    page.goto("/form/")
    page.fill("#what", "about 王芳")
    page.wait_for_timeout(400)
    assert kept(page) == 1
    page.click("summary.me")
    page.click("[data-sign-out] button")
    page.wait_for_url("**/accounts/login/")
    assert kept(page) == 0
    sign_in_by_hand(page, "colleague")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto("/form/")
    assert page.input_value("#what") == ""


def test_page_that_nobody_touches_locks_and_gives_the_text_back(page):
    page.clock.install()
    page.goto("/form/")
    page.fill("#what", "half a story")
    page.clock.run_for(9 * 60 * 1000)
    assert page.locator("h1").text_content() == "Form"
    page.clock.run_for(2 * 60 * 1000)
    page.wait_for_url(re.compile(r"/accounts/login/\?next="))
    sign_in_by_hand(page)
    page.wait_for_url("**/form/")
    assert page.input_value("#what") == "half a story"


def test_desk_is_handed_to_the_next_user_in_two_keys(page):
    page.goto("/list/")
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.wait_for_url("**/accounts/login/")
    assert focused(page) == "id_login"


def test_lost_line_is_told_and_typing_goes_on(page, context):
    page.goto("/form/?part=1")
    context.set_offline(True)
    page.fill("#what", "typed without a line")
    expect(page.locator("[data-draft-status]")).to_contain_text("Kept on this machine")
    expect(page.locator("#offline")).to_be_visible()
    context.set_offline(False)
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved")
    expect(page.locator("#offline")).to_be_hidden()


def test_theme_switches_at_once_and_stays(page, people):
    page.goto("/list/")
    with page.expect_response("**/theme/"):
        page.click(".top [data-theme-form] button")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    people.clerk.refresh_from_db()
    assert people.clerk.theme == "dark"


def test_everything_works_without_scripts(browser, address, people):
    context = browser.new_context(base_url=address, java_script_enabled=False)
    sign_in(context, address, people.clerk)
    page = context.new_page()
    page.goto("/list/")
    assert page.locator("[data-name='赵敏'] .due-at").is_visible()
    assert not page.locator("[data-name='赵敏'] .due-t").is_visible()
    page.click(".top .lang")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.goto("/form/")
    page.fill("#what", "without scripts")
    page.click("[data-main]")
    assert seen.saved[0]["what"] == "without scripts"
    context.close()


PAGES = ["/list/", "/form/", "/profile/", "/notifications/", "/keyboard/", "/nowhere/", "/accounts/password/change/"]


@pytest.mark.parametrize("width", [1440, 1024, 390, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_are_accessible_and_fit(browser, address, people, width, theme):
    found: list[str] = []
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 844}, color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()
    for path in ["/accounts/login/", "/accounts/password/reset/", "sign in", *PAGES]:
        if path == "sign in":
            sign_in(context, address, people.clerk)
            continue
        page.goto(path)
        found += [f"{path} {line}" for line in violations(page)]
        if overflows(page):
            found.append(f"{path} scrolls sideways")
    context.close()
    assert found == []
