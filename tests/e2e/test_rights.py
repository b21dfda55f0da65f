"""Nobody sees what is not theirs, and what they may not see does not exist for them."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

NOTHING_HERE = "Nothing is here for you"


def open_pages_of(page: Page, number: str) -> list[str]:
    """Which of a complaint's pages this visitor can open."""
    paths = ["", "desk/", "record/edit/", "slip/", "slip/qr.svg", "live/", "raise/", "assign/", "link/"]
    answers = {path: page.request.get(f"/complaints/{number}/{path}").status for path in paths}
    return [path for path, status in answers.items() if status not in (403, 404)]


def test_complaint_about_the_supervisor_is_hidden_from_them_and_their_people(open_page, product):
    clerk = open_page("frontdesk1")
    clerk.goto("/complaints/new/")
    clerk.fill("#id_description", "The supervisor laughed at me in front of everybody.")
    clerk.fill("#id_name", "Hidden Hanna")
    clerk.fill("#id_phone", "138 0000 0601")
    clerk.locator("summary", has_text="It is about one of us").click()
    clerk.locator("label.pick", has_text="孙莉").click()
    clerk.click("[data-main]")

    # The recorder gets its number and the slip, once.
    clerk.wait_for_url("**/complaints/new/saved/**")
    number = re.search(r"C-\d{4}-\d{6}", clerk.url)[0]
    expect(clerk.locator("h1")).to_contain_text(number)
    assert open_pages_of(clerk, number) == ["slip/"]
    assert open_pages_of(clerk, number) == []

    boss = open_page("supervisor1")
    boss.goto("/?scope=all&show=all")
    expect(boss.locator(f"#row-{number}")).to_have_count(0)
    assert open_pages_of(boss, number) == []
    boss.goto(f"/complaints/{number}/")
    expect(boss.locator("h1")).to_have_text(NOTHING_HERE)
    for words in (number, "laughed", "138 0000 0601"):
        boss.goto(f"/search/?q={words}")
        expect(boss.locator("main")).not_to_contain_text("laughed at me")
        expect(boss.locator(f"#open-{number}")).to_have_count(0)
    boss.goto("/notifications/")
    expect(boss.locator("main")).not_to_contain_text(number)

    manager = open_page("manager1")
    manager.goto(f"/complaints/{number}/")
    expect(manager.locator("main")).to_contain_text("The supervisor laughed at me")


def test_other_department_finds_nothing(open_page, product):
    number = product.do(
        "lodge", by="frontdesk1", description="Only for the store itself", name="Far Fred", phone="1380601"
    )
    other = open_page("serviceadvisor1")
    assert open_pages_of(other, number) == []
    other.goto(f"/search/?q={number}")
    expect(other.locator(f"#open-{number}")).to_have_count(0)
    other.goto("/search/?q=store+itself")
    expect(other.locator(f"#open-{number}")).to_have_count(0)
    other.goto("/?scope=all&show=all")
    expect(other.locator(f"#row-{number}")).to_have_count(0)
    other.goto(f"/complaints/{number}/")
    expect(other.locator("h1")).to_have_text(NOTHING_HERE)


def test_administrator_sets_up_the_house_and_sees_no_complaint(open_page, product):
    number = product.do("lodge", by="frontdesk1", description="Not for administrators")
    page = open_page("admin")
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Complaints are not part of your role")
    assert open_pages_of(page, number) == []
    for path in ("/search/", "/complaints/new/", "/customers/find/?q=1"):
        assert page.request.get(path).status == 403, path
    page.click("main a.btn")
    page.wait_for_url("**/admin/")
    tables = {row.get_attribute("href") for row in page.locator("#content tr a").all()}
    assert {"/admin/accounts/user/", "/admin/complaints/category/"} <= tables
    assert not [path for path in tables if re.search("/complaints/complaint|/customers/|/events/|session", path)]


def test_auditor_reads_everything_and_changes_nothing(open_page, product):
    number = product.do("lodge", by="frontdesk1", description="Read by the auditor", is_raised=True)
    page = open_page("auditor1")
    page.goto(f"/complaints/{number}/")
    expect(page.locator("main")).to_contain_text("Read by the auditor")
    for button in ("#composer", "#next-take", "#move-on"):
        expect(page.locator(button)).to_have_count(0)
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    before = product.do("events_of", number=number)
    for path in ("take", "entries/add", "act", "raise", "withdraw", "void", "assign", "record/edit"):
        answer = page.request.post(
            f"/complaints/{number}/{path}/",
            form={"csrfmiddlewaretoken": token, "kind": "note", "summary": "no", "reason": "no"},
            headers={"Referer": page.url},
        )
        assert answer.status == 403, path
    assert product.do("events_of", number=number) == before
    page.goto("/complaints/new/")
    expect(page.locator("main")).to_contain_text("Your role does not log complaints.")


def test_clerk_without_the_right_is_told_whose_it_is(open_page, product):
    number = product.do("lodge", by="frontdesk1", description="Clerks lower nothing", is_raised=True)
    page = open_page("frontdesk1")
    page.goto(f"/complaints/{number}/lower/")
    expect(page.locator("main")).to_contain_text("Only these roles do this: Supervisor, Manager. Ask one of them.")
    assert product.do("complaints_saying", words="Clerks lower nothing")[0]["severity_class"] == 2


def test_own_report_is_confirmed_by_somebody_else(open_page, product):
    number = product.do("settle", by="supervisor1", to="manager1", description="My own report", channel="phone")
    page = open_page("supervisor1")
    page.goto(f"/complaints/{number}/")
    expect(page.locator("#next-confirm")).to_have_count(0)
    expect(page.locator("#progress")).to_contain_text("陈岚 Chen Lan is asked to confirm")
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    answer = page.request.post(
        f"/complaints/{number}/report/confirm/", form={"csrfmiddlewaretoken": token}, headers={"Referer": page.url}
    )
    assert answer.status == 403
    assert "Somebody else must confirm it" in answer.text()
