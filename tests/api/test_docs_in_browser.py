"""The page of the document in a real browser: it draws itself from this server alone, under its policy."""

import pytest
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_the_page_draws_the_document_without_a_complaint(browser: Browser, live_server):
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/v1/docs/")
    # A large document takes a while on a busy machine.
    expect(page.locator("h1.title")).to_contain_text("Complaints", timeout=30_000)
    row = page.locator("#operations-me-me_get")
    row.locator(".opblock-summary-control").click()
    expect(row.locator(".responses-table").first).to_contain_text("401", timeout=15_000)
    context.close()
    assert said == []
    assert all(address.startswith((live_server.url, "data:")) for address in asked)
