"""Every page of the product, and how one comes to see it: for the checks of all pages, and for pictures of them.

They show the demonstration's own complaints, which therefore no other test changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from playwright.sync_api import Page, expect

from tests.complaints.sent import pdf, png, wav, zipped
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


def details_refused(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['赵敏']}/")
    page.click("#details [data-main]")
    page.wait_for_selector("#details [data-error-summary]")


def proposal_refused(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['黄建国']}/proposal/write/")
    page.fill("[name=other_3_cost]", "860")
    page.click("main [data-main]")
    page.wait_for_selector("[data-error-summary]")


def why_this_time(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['王芳']}/")
    page.goto(page.locator(".why-text a").first.get_attribute("href") or "")


def this_week(page: Page, numbers: Numbers) -> None:
    """The demonstration was lodged in the days before, so the running week or the one before has something."""
    page.goto("/figures/weeks/")
    page.select_option("#id_week", index=0)
    page.click("main form.week-pick button:not([type=button])")
    page.wait_for_url("**week=**")


def behind_a_figure(page: Page, numbers: Numbers) -> None:
    this_week(page, numbers)
    page.click("main .kpis a.kpi >> nth=0")
    page.wait_for_url("**figure=open")


def give_files(page: Page, numbers: Numbers, *files: tuple[str, bytes]) -> None:
    """Files of a complaint, there once however often it is shown."""
    page.goto(f"/complaints/{numbers['赵敏']}/")
    for name, content in files:
        if not page.locator(".file-n", has_text=name).count():
            page.set_input_files(
                "#attachments [data-files][multiple]", {"name": name, "mimeType": "x/y", "buffer": content}
            )
            expect(page.locator(".file-n", has_text=name).first).to_be_visible()


def complaint_with_files(page: Page, numbers: Numbers) -> None:
    give_files(page, numbers, ("photo.png", png((640, 480))), ("call.wav", wav()), ("bill.pdf", pdf(3)))


def one_file(name: str) -> Show:
    def show(page: Page, numbers: Numbers) -> None:
        complaint_with_files(page, numbers)
        page.locator(".file-n", has_text=name).click()
        page.wait_for_url("**/attachments/*/")

    return show


def files_refused(page: Page, numbers: Numbers) -> None:
    complaint_with_files(page, numbers)
    page.set_input_files(
        "#attachments [data-files][multiple]", {"name": "offer.docx", "mimeType": "x/y", "buffer": zipped()}
    )
    expect(page.locator(".sending .t-bad")).to_be_visible()


def intake_with_files(page: Page, numbers: Numbers) -> None:
    page.goto("/complaints/new/")
    page.set_input_files("[data-files][multiple]", {"name": "photo.png", "mimeType": "image/png", "buffer": png()})
    expect(page.locator("#kept-files .file-n")).to_be_visible()


def open_menus(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['陈志强']}/desk/")
    page.click("details.menu summary[aria-label] >> nth=-1")


def keys_dialog(page: Page, numbers: Numbers) -> None:
    page.goto("/profile/")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+?")
    expect(page.locator("dialog#keys")).to_be_visible()


def card_refused(page: Page, numbers: Numbers) -> None:
    page.goto("/guidance/new/")
    page.fill("[name=say_en]", "Dear {sir}, please sit down.")
    page.click("main [data-main]")
    page.wait_for_selector("[data-error-summary]")


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


def meeting_refused(page: Page, numbers: Numbers) -> None:
    page.goto(f"/complaints/{numbers['王芳']}/meeting/")
    page.fill("[name='promises-0-what']", "给出更正后的结算单")
    page.click("main [data-main]")
    page.wait_for_selector("[data-error-summary]")


def of_task(path: str) -> Show:
    """The first of one's tasks."""

    def show(page: Page, numbers: Numbers) -> None:
        page.goto("/tasks/")
        page.locator("main .dir a[href^='/tasks/']").first.click()
        page.wait_for_url("**/tasks/*/")
        if path:
            page.goto(page.url + path)

    return show


def of_group(path: str) -> Show:
    def show(page: Page, numbers: Numbers) -> None:
        page.goto("/groups/")
        page.locator("main .dir a[href^='/groups/']").first.click()
        page.wait_for_url("**/groups/*/")
        if path:
            page.goto(page.url + path)

    return show


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
    Sight("complaint-review", "supervisor1", at("/complaints/{黄建国}/")),
    Sight("complaint-execute", "handler1", at("/complaints/{Grace Nolan}/")),
    Sight("complaint-evaluate", "handler1", at("/complaints/{沈佳怡}/")),
    Sight("details-refused", "handler1", details_refused),
    Sight("proposal-write", "handler1", at("/complaints/{黄建国}/proposal/write/")),
    Sight("proposal-refused", "handler1", proposal_refused),
    Sight("proposal-versions", "auditor1", at("/complaints/{黄建国}/proposal/")),
    Sight("proposal-return", "supervisor1", at("/complaints/{黄建国}/proposal/return/")),
    Sight("approvals", "supervisor1", at("/approvals/")),
    Sight("question-declined", "handler1", at("/complaints/{黄建国}/declined/")),
    Sight("question-refer", "handler1", at("/complaints/{黄建国}/refer/")),
    Sight("question-reopen", "supervisor1", at("/complaints/{周立群}/reopen/")),
    Sight("question-new-facts", "handler1", at("/complaints/{黄建国}/new-facts/")),
    Sight("complaint-closed", "supervisor1", at("/complaints/{周立群}/")),
    Sight("complaint-refused", "handler1", condition_refused),
    Sight("complaint-call", "handler1", at("/complaints/{王芳}/?entry=phone#composer")),
    Sight("complaint-why", "handler1", why_this_time),
    Sight("complaint-files", "handler1", complaint_with_files),
    Sight("file-photo", "handler1", one_file("photo.png")),
    Sight("file-pdf", "handler1", one_file("bill.pdf")),
    Sight("files-refused", "handler1", files_refused),
    Sight("intake-files", "frontdesk1", intake_with_files),
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
    Sight("question-suggestion", "frontdesk1", at("/complaints/{陈志强}/keep-suggestion/")),
    Sight("lessons", "frontdesk1", at("/complaints/{周立群}/evaluate/")),
    Sight("complaint-of-a-cause", "frontdesk1", at("/complaints/{李娜}/")),
    Sight("causes", "supervisor1", at("/causes/")),
    Sight("causes-none", "supervisor1", at("/causes/?show=closed")),
    Sight("cause", "supervisor1", at("/causes/K-1/")),
    Sight("cause-read", "frontdesk1", at("/causes/K-1/")),
    Sight("cause-new", "manager1", at("/causes/new/")),
    Sight("suggestions", "frontdesk1", at("/suggestions/")),
    Sight("suggestion", "supervisor1", at("/suggestions/1/")),
    Sight("suggestion-answered", "frontdesk1", at("/suggestions/2/")),
    Sight("report-none", "auditor1", at("/complaints/{王芳}/written-report/")),
    Sight("report-edit", "handler1", at("/complaints/{王芳}/written-report/edit/")),
    Sight("report-draft", "supervisor1", at("/complaints/{赵敏}/written-report/")),
    Sight("reports-to-read", "handler1", at("/reports/")),
    Sight("hand-over", "handler1", at("/complaints/{王芳}/hand-over/")),
    Sight("hand-over-offered", "handler1", at("/complaints/{宁波顺达汽贸有限公司}/")),
    Sight("hand-over-waits", "supervisor1", at("/complaints/{宁波顺达汽贸有限公司}/")),
    Sight("hand-over-decline", "handler1", at("/complaints/{宁波顺达汽贸有限公司}/hand-over/decline/")),
    Sight("hand-over-all", "handler1", at("/hand-over/")),
    Sight("hand-over-of-somebody", "supervisor1", at("/hand-over/")),
    Sight("give-several", "supervisor1", at("/queue/give/?show=all")),
    Sight("senior", "handler1", at("/complaints/{王芳}/senior/")),
    Sight("complaint-with-senior", "supervisor1", at("/complaints/{Marco Rossi}/")),
    Sight("meeting", "handler1", at("/complaints/{王芳}/meeting/")),
    Sight("meeting-refused", "handler1", meeting_refused),
    Sight("tasks", "supervisor1", at("/tasks/")),
    Sight("tasks-none", "frontdesk1", at("/tasks/")),
    Sight("task", "supervisor1", of_task("")),
    Sight("task-change", "supervisor1", of_task("change/")),
    Sight("task-cancel", "supervisor1", of_task("cancel/")),
    Sight("groups", "handler1", at("/groups/")),
    Sight("group-new", "handler1", at("/groups/new/")),
    Sight("group", "handler1", of_group("")),
    Sight("group-talk", "handler1", of_group("talk/")),
    Sight("group-represent", "handler1", of_group("represent/")),
    Sight("group-meeting", "handler1", of_group("meeting/")),
    Sight("group-join", "handler1", at("/complaints/{王芳}/group/")),
    Sight("question-wait", "supervisor1", at("/complaints/{王芳}/wait/")),
    Sight("case-templates", "handler1", at("/complaints/{王芳}/templates/")),
    Sight("templates", "manager1", at("/message-templates/")),
    Sight("template-new", "manager1", at("/message-templates/new/")),
    Sight("slip", "frontdesk1", at("/complaints/{王芳}/slip/")),
    Sight("search", "frontdesk1", at("/search/")),
    Sight("search-found", "frontdesk1", at("/search/?q=保养")),
    Sight("search-none", "frontdesk1", at("/search/?q=139+1111+2222")),
    Sight("guidance", "frontdesk1", at("/guidance/")),
    Sight("guidance-found", "handler1", at("/guidance/?q=抱歉&step=apologise")),
    Sight("guidance-none", "frontdesk1", at("/guidance/?q=submarine")),
    Sight("guidance-card", "manager1", at("/guidance/1/")),
    Sight("guidance-edit", "manager1", at("/guidance/1/edit/")),
    Sight("guidance-refused", "manager1", card_refused),
    Sight("customer", "frontdesk1", at("/customers/1/")),
    Sight("customer-edit", "supervisor1", at("/customers/1/edit/")),
    Sight("customer-vip", "supervisor1", at("/customers/2/vip/")),
    Sight("week", "supervisor1", at("/figures/weeks/")),
    Sight("week-running", "manager1", this_week),
    Sight("week-list", "manager1", behind_a_figure),
    Sight("week-refused", "supervisor1", at("/figures/weeks/?week=2999-W01")),
    Sight("notifications", "supervisor1", at("/notifications/")),
    Sight("notifications-none", "auditor1", at("/notifications/?unread=1")),
    Sight("coaching", "supervisor1", at("/coaching/?of=frontdesk1")),
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
