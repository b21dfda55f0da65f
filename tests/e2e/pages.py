"""Every page of the product, and how one comes to see it: for the checks of all pages, and for pictures of them.

They show the demonstration's own complaints, which therefore no other test changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from playwright.sync_api import Page, expect

from tests.e2e.phone import set_up_second_factor
from tests.e2e.visitors import sign_in

# The demonstration's complaints by the name of who complains: "/complaints/{王芳}/".
Numbers = Mapping[str, str]
Show = Callable[[Page, Numbers], None]

CODES = "/accounts/second-factor/recovery-codes/"
LOUD = (
    "The brake failed on the way down and my wife was hurt at the wrist. I want my money back, "
    "otherwise my lawyer and the newspaper hear of it."
)


@dataclass(frozen=True)
class Sight:
    """A page in a certain state. `show` brings a page of its visitor there; a blank `username` is not signed in."""

    name: str
    username: str
    show: Show


def at(path: str) -> Show:
    def show(page: Page, numbers: Numbers) -> None:
        page.goto(path.format(**numbers))

    return show


def refused_sign_in(page: Page, numbers: Numbers) -> None:
    page.goto("/accounts/login/")
    page.fill("#id_login", "nobody")
    page.click("main form[data-sign-in] [type=submit]")


def intake_refused(page: Page, numbers: Numbers) -> None:
    page.goto("/complaints/new/")
    page.fill("#id_amount_claimed", "much")
    page.click("[data-main]")


def intake_in_use(page: Page, numbers: Numbers) -> None:
    """The customer talks: reasons, suggestions, a customer on record, and what may be the same matter."""
    page.goto("/complaints/new/?who=13800003356")
    with page.expect_response("**/assess/"):
        page.fill("#id_description", LOUD)
    expect(page.locator("#intake-known .why li").first).to_be_visible()


def intake_finding(page: Page, numbers: Numbers) -> None:
    page.goto("/complaints/new/")
    page.focus("#id_name")
    page.keyboard.type("li")
    expect(page.locator("#who-list [role=option]").first).to_be_visible()


def step_refused(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['许文博']}/desk/")
    page.click("#step-thank .l-b > form [data-main]")
    page.wait_for_selector("[data-error-summary]")


def edit_refused(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['王芳']}/record/edit/")
    page.fill("[name=contact_phone]", "none")
    page.click("main [data-main]")


def condition_refused(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['王芳']}/")
    page.click("#move-on")
    page.wait_for_selector("#refusal .note")


def why_this_time(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['王芳']}/")
    page.goto(page.locator(".why-text a").first.get_attribute("href") or "")


def open_menus(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['陈志强']}/desk/")
    page.click("details.menu summary[aria-label] >> nth=-1")


def keys_dialog(page: Page, numbers: Numbers) -> None:
    page.goto("/profile/")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+?")
    expect(page.locator("dialog#keys")).to_be_visible()


def of_program(name: str, path: str = "") -> Show:
    """A page of the service account with this name, by way of their list."""

    def show(page: Page, numbers: Numbers) -> None:
        page.goto("/service-accounts/")
        page.get_by_role("link", name=name).first.click()
        page.wait_for_url("**/service-accounts/*/")
        if path:
            page.goto(page.url + path)

    return show


def confirmed(path: str) -> Show:
    """A page that asks for the password first, unless one signed in just now."""

    def show(page: Page, numbers: Numbers) -> None:
        page.goto(path)
        if "/accounts/reauthenticate/" in page.url:
            page.fill("#id_password", settings.DEMO_PASSWORD)
            page.click("main form [type=submit]")
            page.wait_for_url(lambda url: "/reauthenticate/" not in url)

    return show


def second_factor_refused(page: Page, numbers: Numbers) -> None:
    confirmed("/accounts/second-factor/totp/activate/")(page, numbers)
    page.click("main form[action*=activate] [type=submit]")
    page.wait_for_selector("[data-error-summary]")


def with_second_factor(path: str) -> Show:
    """What one sees who has it on; the first time it is set up here."""

    def show(page: Page, numbers: Numbers) -> None:
        page.goto("/accounts/second-factor/")
        if page.locator("main a[href$='/totp/activate/']").count():
            confirmed("/accounts/second-factor/totp/activate/")(page, numbers)
            set_up_second_factor(page)
        confirmed(path)(page, numbers)

    return show


def second_step(page: Page, numbers: Numbers) -> None:
    sign_in(page, "salesconsultant1")
    if not page.url.endswith("/second-factor/authenticate/"):
        page.goto("/accounts/second-factor/totp/activate/")
        set_up_second_factor(page)
        page.context.clear_cookies()
        sign_in(page, "salesconsultant1")
    page.wait_for_url("**/second-factor/authenticate/")


def key_made(page: Page, numbers: Numbers) -> None:
    confirmed("/profile/keys/new/")(page, numbers)
    page.fill("#id_name", "DMS")
    page.check("[name=scopes][value=read]", force=True)
    page.click("[data-main]")
    expect(page.locator("#new-key")).to_be_visible()


def keys_listed(page: Page, numbers: Numbers) -> None:
    """One that is valid, and one that is not any more."""
    page.goto("/profile/keys/")
    if not page.locator("#ended-h").count():
        key_made(page, numbers)
        key_made(page, numbers)
        page.goto("/profile/keys/")
        page.locator("#keys summary").first.click()
        page.locator("#keys details form button").first.click()
    expect(page.locator("#ended-h")).to_be_visible()


SIGHTS = [
    Sight("sign-in", "", at("/accounts/login/")),
    Sight("sign-in-refused", "", refused_sign_in),
    Sight("password-reset", "", at("/accounts/password/reset/")),
    Sight("queue", "frontdesk1", at("/?scope=all&show=all")),
    Sight("queue-supervisor", "supervisor1", at("/?scope=all&show=all")),
    Sight("queue-empty", "auditor1", at("/?scope=mine&show=overdue")),
    Sight("queue-settled", "supervisor1", at("/?scope=all&show=settled")),
    Sight("queue-closed", "admin", at("/")),
    Sight("intake", "frontdesk1", at("/complaints/new/")),
    Sight("intake-refused", "frontdesk1", intake_refused),
    Sight("intake-in-use", "frontdesk1", intake_in_use),
    Sight("intake-finding", "frontdesk1", intake_finding),
    Sight("desk-listen", "frontdesk1", at("/complaints/{陈志强}/desk/")),
    Sight("desk-apologise", "frontdesk1", at("/complaints/{Sofia Lindqvist}/desk/")),
    Sight("desk-satisfy", "supervisor1", at("/complaints/{Aisha Rahman}/desk/")),
    Sight("desk-thank", "frontdesk1", at("/complaints/{许文博}/desk/")),
    Sight("desk-report", "frontdesk1", at("/complaints/{李娜}/desk/")),
    Sight("desk-closed", "frontdesk1", at("/complaints/{周立群}/desk/")),
    Sight("desk-case", "frontdesk1", at("/complaints/{王芳}/desk/")),
    Sight("desk-refused", "frontdesk1", step_refused),
    Sight("desk-correct", "frontdesk1", at("/complaints/{李娜}/desk/?change=satisfy")),
    Sight("desk-change", "frontdesk1", at("/complaints/{陈志强}/desk/change/")),
    Sight("desk-menu", "frontdesk1", open_menus),
    Sight("complaint", "handler1", at("/complaints/{王芳}/")),
    Sight("complaint-danger", "serviceadvisor1", at("/complaints/{孙雅文}/")),
    Sight("complaint-details", "handler1", at("/complaints/{赵敏}/")),
    Sight("complaint-closed", "supervisor1", at("/complaints/{周立群}/")),
    Sight("complaint-refused", "handler1", condition_refused),
    Sight("complaint-call", "handler1", at("/complaints/{王芳}/?entry=phone#composer")),
    Sight("complaint-why", "handler1", why_this_time),
    Sight("edit", "handler1", at("/complaints/{王芳}/record/edit/")),
    Sight("edit-refused", "handler1", edit_refused),
    Sight("question-raise", "supervisor1", at("/complaints/{陈志强}/raise/")),
    Sight("question-lower", "supervisor1", at("/complaints/{王芳}/lower/")),
    Sight("question-leave", "supervisor1", at("/complaints/{陈志强}/leave/")),
    Sight("question-withdraw", "supervisor1", at("/complaints/{陈志强}/withdraw/")),
    Sight("question-void", "supervisor1", at("/complaints/{陈志强}/void/")),
    Sight("question-outside", "supervisor1", at("/complaints/{王芳}/gone-outside/")),
    Sight("question-assign", "supervisor1", at("/complaints/{王芳}/assign/")),
    Sight("question-link", "supervisor1", at("/complaints/{王芳}/link/")),
    Sight("question-wait", "supervisor1", at("/complaints/{王芳}/wait/")),
    Sight("case-templates", "handler1", at("/complaints/{王芳}/templates/")),
    Sight("templates", "manager1", at("/message-templates/")),
    Sight("template-new", "manager1", at("/message-templates/new/")),
    Sight("slip", "frontdesk1", at("/complaints/{王芳}/slip/")),
    Sight("search", "frontdesk1", at("/search/")),
    Sight("search-found", "frontdesk1", at("/search/?q=保养")),
    Sight("search-none", "frontdesk1", at("/search/?q=139+1111+2222")),
    Sight("customer", "frontdesk1", at("/customers/1/")),
    Sight("customer-edit", "supervisor1", at("/customers/1/edit/")),
    Sight("customer-vip", "supervisor1", at("/customers/2/vip/")),
    Sight("notifications", "supervisor1", at("/notifications/")),
    Sight("notifications-none", "auditor1", at("/notifications/?unread=1")),
    Sight("profile", "frontdesk1", at("/profile/")),
    Sight("password", "frontdesk1", at("/accounts/password/change/")),
    Sight("second-factor-off", "frontdesk1", at("/accounts/second-factor/")),
    Sight("second-factor-set-up", "frontdesk1", confirmed("/accounts/second-factor/totp/activate/")),
    Sight("second-factor-refused", "frontdesk1", second_factor_refused),
    Sight("second-factor-on", "salesmanager1", with_second_factor("/accounts/second-factor/")),
    Sight("second-factor-codes", "salesmanager1", with_second_factor(CODES)),
    Sight(
        "second-factor-new-codes",
        "salesmanager1",
        with_second_factor("/accounts/second-factor/recovery-codes/generate/"),
    ),
    Sight("second-factor-to-turn-off", "salesmanager1", with_second_factor("/accounts/second-factor/totp/deactivate/")),
    Sight("second-factor-confirm", "salesmanager1", with_second_factor("/accounts/second-factor/reauthenticate/")),
    Sight("second-step", "", second_step),
    Sight("password-confirm", "frontdesk1", at("/accounts/reauthenticate/")),
    Sight("sessions", "frontdesk1", at("/profile/sessions/")),
    Sight("keys", "handler1", at("/profile/keys/")),
    Sight("keys-listed", "frontdesk1", keys_listed),
    Sight("key-new", "frontdesk1", confirmed("/profile/keys/new/")),
    Sight("key-made", "frontdesk1", key_made),
    Sight("programs", "admin", at("/service-accounts/")),
    Sight("programs-to-confirm", "manager1", at("/service-accounts/")),
    Sight("program", "admin", of_program("Sales system")),
    Sight("program-to-confirm", "manager1", of_program("Hotline")),
    Sight("program-edit", "admin", of_program("Hotline", "edit/")),
    Sight("program-roles", "admin", of_program("Hotline", "roles/")),
    Sight("program-new", "admin", at("/service-accounts/new/")),
    Sight("keyboard", "frontdesk1", at("/keyboard/")),
    Sight("keyboard-dialog", "frontdesk1", keys_dialog),
    Sight("not-found", "frontdesk1", at("/complaints/C-2001-000001/")),
    Sight("not-found-signed-out", "", at("/accounts/nowhere/")),
    Sight("not-allowed", "auditor1", at("/complaints/new/")),
]
