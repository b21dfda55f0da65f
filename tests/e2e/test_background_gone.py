"""Worker, beat and broker are gone: complaints are saved, staff are told, and deadlines still fire."""

import pytest
from playwright.sync_api import expect

from tests.crash.place import wait_until

pytestmark = pytest.mark.e2e

TOLD = "Background work has stopped. What you save is kept, and deadlines still fire, up to a minute late."


@pytest.mark.usefixtures("quick_promise")
def test_house_works_on_without_background(open_page, product):
    boss = open_page("supervisor1")
    boss.goto("/?scope=all&show=all")
    expect(boss.locator("#clock-banner")).to_have_count(0)
    with product.without_background():
        clerk = open_page("frontdesk1")
        clerk.goto("/complaints/new/")
        clerk.fill("#id_description", "Saved while nothing ran behind the page.")
        clerk.fill("#id_name", "Broken Brock")
        clerk.fill("#id_phone", "138 0000 0901")
        clerk.click("[name=then][value=hand_over]")
        clerk.wait_for_url("**/complaints/C-*/")
        saved = product.do("complaints_saying", words="while nothing ran behind")
        # One that falls due when the last sweep is long ago.
        number = product.do("lodge", by="frontdesk1", seconds_ago=20, description="Due while nothing ran")

        # Every page says so, and the watchdog of the web server fires what is due.
        expect(boss.locator(f"#row-{number} .due-over")).to_be_visible(timeout=75_000)
        boss.reload()
        expect(boss.locator("#clock-banner")).to_have_text(TOLD)
        wait_until(lambda: "deadline.breached" in product.do("events_of", number=number), 60, "a deadline that fires")
        boss.goto("/notifications/")
        expect(boss.locator("li.new", has_text=number)).to_be_visible()
    assert len(saved) == 1
    # And it goes away again by itself.
    for _try in range(40):
        boss.goto("/notifications/")
        if not boss.locator("#clock-banner").count():
            break
        boss.wait_for_timeout(1000)
    expect(boss.locator("#clock-banner")).to_have_count(0)
