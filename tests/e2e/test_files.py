"""Files through a real browser: chosen, dropped, pasted; and whatever is sent, no script of it ever runs."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.complaints import sent

pytestmark = pytest.mark.e2e

CANARY = "() => Boolean(globalThis.canary) || document.title === 'canary'"
# Everything that is taken, with something in it that would like to run.
CORPUS = {
    "photo.jpg": lambda: sent.jpeg(comment=sent.SCRIPT) + sent.HTML,
    "shot.png": lambda: sent.png() + sent.HTML,
    "bill.pdf": sent.pdf_with_script,
    "plain.pdf": lambda: sent.pdf(2),
    "note.txt": lambda: b"hello <b onclick=canary=1> javascript:canary=1",
    "call.wav": lambda: sent.wav() + sent.HTML,
    "call.mp3": lambda: sent.mp3() + sent.HTML,
    '"><img src=x onerror=canary=1>.jpg': lambda: sent.jpeg((70, 70)),
}
NOT_TAKEN = {"page.html": sent.HTML, "x.svg": sent.SVG, "x.xhtml": sent.XHTML, "x.jpg": sent.HTML}


def file(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "text/html", "buffer": content}


def a_complaint(product, clerk: Page) -> str:
    number: str = product.do("lodge", by="frontdesk1", description="See the photos", name="File Fiona", phone="1380611")
    clerk.goto(f"/complaints/{number}/")
    return number


def choose(page: Page, *files: dict[str, object]) -> None:
    page.set_input_files("#attachments [data-files][multiple]", list(files))  # type: ignore[arg-type]


def test_no_script_of_any_file_ever_runs(open_page, product):
    clerk = open_page("frontdesk1")
    number = a_complaint(product, clerk)
    choose(clerk, *(file(name, made()) for name, made in CORPUS.items()))
    expect(clerk.locator(".gallery .file")).to_have_count(len(CORPUS))
    choose(clerk, *(file(name, content) for name, content in NOT_TAKEN.items()))
    expect(clerk.locator(".sending .t-bad")).to_have_count(len(NOT_TAKEN))
    assert not clerk.evaluate(CANARY)
    clerk.reload()
    addresses = set(re.findall(rf"/complaints/{number}/attachments/\d+/(?:[\w/]*)", clerk.content()))
    addresses |= {f"{address.split('/pictures/')[0].split('/file/')[0].rstrip('/')}/file/" for address in addresses}
    assert len(addresses) >= 2 * len(CORPUS)
    for address in sorted(addresses):
        tab = clerk.context.new_page()
        # A download is no page: the browser says so, and stays where it was.
        answer = clerk.request.get(address)
        assert answer.status == 200, address
        if "/file/" in address:
            assert answer.headers["content-disposition"].startswith("attachment"), address
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
            with tab.expect_download():
                tab.evaluate("address => { location.href = address }", f"{clerk.url.split('/complaints/')[0]}{address}")
        else:
            tab.goto(address)
        assert not tab.evaluate(CANARY), address
        tab.close()


def test_files_are_dropped_pasted_and_held_until_they_are_there(open_page, product):
    clerk = open_page("frontdesk1")
    a_complaint(product, clerk)
    drop = """([kind, name]) => {
        const data = new DataTransfer();
        data.items.add(new File(["words of " + name], name, {type: "text/plain"}));
        const how = {bubbles: true, cancelable: true};
        const event = kind === "paste" ? new ClipboardEvent("paste", {clipboardData: data, ...how})
            : new DragEvent("drop", {dataTransfer: data, ...how});
        document.querySelector(kind === "composer" ? "#composer textarea" : "#attachments h2").dispatchEvent(event);
    }"""
    clerk.evaluate(drop, ["drop", "dropped.txt"])
    expect(clerk.locator(".file-n", has_text="dropped.txt")).to_be_visible()
    clerk.evaluate(drop, ["paste", "pasted.txt"])
    expect(clerk.locator(".file-n", has_text="pasted.txt")).to_be_visible()
    clerk.evaluate(drop, ["composer", "with note.txt"])
    clerk.fill("#composer textarea", "See the file.")
    clerk.click("#composer [data-main]")
    expect(clerk.locator(".file-n", has_text="with note.txt")).to_be_visible()
    expect(clerk.locator("#history")).to_contain_text("See the file.")


def test_saving_the_intake_waits_for_its_files(open_page, product):
    clerk = open_page("frontdesk1")
    clerk.goto("/complaints/new/")
    clerk.fill("#id_description", "The pump leaks.")
    clerk.fill("#id_name", "Waiting Wanda")
    clerk.fill("#id_phone", "138 0000 0612")
    clerk.set_input_files("[data-files][multiple]", [file("a.png", sent.png()), file("b.png", sent.png((65, 48)))])
    clerk.click("[data-main]")
    clerk.wait_for_url("**/desk/")
    expect(clerk.locator(".gallery .file")).to_have_count(2)
