"""Files on pages: added with and without scripts, shown, given out so that nothing runs, and asked for each time."""

import gc
import re

import pytest

from complaints.actions.attachments import withdraw_attachment
from complaints.models import Attachment, Complaint
from core.files import storage
from core.files.refusals import NoRoom
from policies.actions import set_policy
from tests.complaints import sent
from tests.complaints.pages import HTMX, client_of, statements, text_of, url
from tests.complaints.sent import attach

FETCH = {"headers": {"X-Requested-With": "fetch"}}


def body_of(answer):
    return answer.getvalue()


def three():
    return [
        sent.sent(sent.jpeg(), "good.jpg"),
        sent.sent(sent.HTML, "bad.html"),
        sent.sent(sent.png(), "also good.png"),
    ]


def test_one_bad_file_among_several_is_refused_alone_and_named(make_complaint, house):
    complaint = make_complaint()
    answer = client_of(house.clerk).post(url("attachments", complaint), {"files": three()})
    assert answer.status_code == 200
    assert sorted(complaint.attachments.values_list("name", flat=True)) == ["also good.png", "good.jpg"]
    assert [(each.name, each.code) for each in answer.context["gallery"].refused] == [("bad.html", "type_not_allowed")]
    assert "Web pages" in text_of(answer)
    gc.collect()
    for row in complaint.attachments.all():
        for name in row.all_files:
            with storage.opened(name) as file:
                assert file.read(), "its files are there"


def test_good_files_lead_back_to_the_complaint(make_complaint, house):
    complaint = make_complaint()
    answer = client_of(house.clerk).post(url("attachments", complaint), {"files": [sent.sent(sent.jpeg())]})
    assert answer.url == f"{complaint.get_absolute_url()}#attachments"


@pytest.mark.parametrize("files", [[], [sent.sent(sent.HTML, "bad.html")]])
def test_nothing_to_keep_comes_back_with_the_page(make_complaint, house, files):
    answer = client_of(house.clerk).post(url("attachments", make_complaint()), {"files": files})
    assert answer.status_code == 422
    assert not Attachment.objects.exists()


def test_a_script_gets_the_list_and_a_sentence_for_each_that_was_refused(make_complaint, house):
    complaint = make_complaint()
    answer = client_of(house.clerk).post(url("attachments", complaint), {"files": three()}, **FETCH).json()
    assert answer["added"] == 2
    assert [(each["name"], each["code"]) for each in answer["refused"]] == [("bad.html", "type_not_allowed")]
    assert answer["html"].count('class="file') >= 2
    assert 'id="gallery"' in answer["html"]


def test_a_name_with_markup_is_shown_as_text(make_complaint, house):
    complaint = make_complaint()
    attach(complaint, house.clerk, name="<img src=x onerror=canary()>&amp;.jpg")
    for page in (complaint.get_absolute_url(), url("attachments", complaint)):
        assert "<img src=x" not in text_of(client_of(house.clerk).get(page))


def test_the_complaint_shows_its_files_and_costs_two_statements_for_any_number(make_complaint, house):
    complaint, client = make_complaint(), client_of(house.clerk)
    without = statements(client, complaint.get_absolute_url())
    attach(complaint, house.clerk, sent.jpeg(), "one.jpg")
    few = statements(client, complaint.get_absolute_url())
    assert few <= without + 2
    for at in range(4):
        attach(complaint, house.clerk, sent.png(colour=(at, 0, 0)), f"{at}.jpg")
    assert statements(client, complaint.get_absolute_url()) == few
    page = text_of(client.get(complaint.get_absolute_url()))
    assert page.count("/pictures/small/") == 5


def test_the_desk_shows_and_takes_files_too(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    attach(complaint, house.clerk, name="seen.jpg")
    page = text_of(client_of(house.clerk).get(url("desk", complaint)))
    assert "seen.jpg" in page
    assert "data-attach" in page


def test_without_files_there_is_only_the_way_to_add_some(make_complaint, house):
    complaint = make_complaint()
    assert 'class="gallery"' not in text_of(client_of(house.clerk).get(complaint.get_absolute_url()))
    page = text_of(client_of(house.auditor).get(complaint.get_absolute_url()))
    assert 'id="attachments"' not in page


# ------------------------------------------------------------------ with an entry


@pytest.mark.parametrize("extra", [{}, HTMX], ids=["page", "htmx"])
def test_files_come_with_a_note(make_complaint, house, extra):
    complaint = make_complaint()
    told = {"kind": "note", "summary": "See the photo.", "files": three()}
    answer = client_of(house.clerk).post(url("add_entry", complaint), told, **extra)
    assert answer.status_code in (200, 302)
    note = complaint.communications.get()
    assert {row.name for row in note.attachments.all()} == {"good.jpg", "also good.png"}


def test_files_of_an_entry_that_is_refused_are_kept(make_complaint, house):
    complaint = make_complaint()
    told = {"kind": "note", "summary": " ", "files": [sent.sent(sent.jpeg())]}
    assert client_of(house.clerk).post(url("add_entry", complaint), told, **HTMX).status_code == 422
    assert complaint.attachments.get().communication is None


def test_the_history_names_the_file(make_complaint, house):
    complaint = make_complaint()
    attach(complaint, house.clerk, name="receipt.jpg")
    page = text_of(client_of(house.clerk).get(complaint.get_absolute_url()))
    history = page.partition('id="history"')[2]
    assert "added a picture" in history
    assert "receipt.jpg" in history


# ------------------------------------------------------------------ one file


def guarded(answer):
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none';")
    assert answer["Content-Security-Policy"].endswith("; sandbox")
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    return answer


@pytest.mark.parametrize(
    ("content", "name", "content_type"),
    [
        (sent.pdf_with_script(), "bill.pdf", "application/pdf"),
        (sent.wav(), "call.wav", "audio/wav"),
        (b"hello", "note.txt", "text/plain"),
        (sent.jpeg, "photo.jpg", "image/jpeg"),
    ],
)
def test_the_file_itself_is_only_to_be_saved(make_complaint, house, content, name, content_type):
    content = content() if callable(content) else content
    row = attach(make_complaint(), house.clerk, content, name)
    answer = guarded(client_of(house.clerk).get(url("attachment_file", row.complaint, row.pk)))
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert (answer["Content-Type"], answer["Content-Length"]) == (content_type, str(len(content)))
    assert body_of(answer) == content


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("照片.jpg", "attachment; filename*=utf-8''%E7%85%A7%E7%89%87.jpg"),
        ("a'b.jpg", 'attachment; filename="a\'b.jpg"'),
        ("100%.jpg", 'attachment; filename="100%.jpg"'),
    ],
)
def test_its_name_is_written_as_the_standard_says(make_complaint, house, name, header):
    row = attach(make_complaint(), house.clerk, name=name)
    answer = client_of(house.clerk).get(url("attachment_file", row.complaint, row.pk))
    assert answer["Content-Disposition"] == header
    assert not re.search(r"[\r\n\0]", answer["Content-Disposition"])


@pytest.mark.parametrize(
    ("asked", "status", "part", "said"),
    [
        ("bytes=0-3", 206, slice(0, 4), "bytes 0-3/16044"),
        ("bytes=16040-", 206, slice(16040, None), "bytes 16040-16043/16044"),
        ("bytes=-4", 206, slice(-4, None), "bytes 16040-16043/16044"),
        ("bytes=0-", 206, slice(None), "bytes 0-16043/16044"),
        ("bytes=10-99999999", 206, slice(10, None), "bytes 10-16043/16044"),
        ("bytes=16044-", 416, None, "bytes */16044"),
        ("bytes=-0", 416, None, "bytes */16044"),
        ("bytes=9-3", 206, slice(None), "bytes 0-16043/16044"),
        ("bytes=0-1,4-5", 206, slice(None), "bytes 0-16043/16044"),
        ("pages=1-2", 206, slice(None), "bytes 0-16043/16044"),
    ],
)
def test_a_player_gets_the_part_it_asks_for(make_complaint, house, asked, status, part, said):
    content = sent.wav(2)
    row = attach(make_complaint(), house.clerk, content, "call.wav")
    answer = client_of(house.clerk).get(url("attachment_file", row.complaint, row.pk), headers={"Range": asked})
    guarded(answer)
    assert (answer.status_code, answer["Content-Range"]) == (status, said)
    if part is not None:
        assert body_of(answer) == content[part]
        assert answer["Content-Length"] == str(len(content[part]))


def test_pictures_of_ours_are_shown_and_nothing_else_is(make_complaint, house):
    complaint, client = make_complaint(), client_of(house.clerk)
    photo, text = attach(complaint, house.clerk), attach(complaint, house.clerk, b"hello", "note.txt")
    for which in ("small", "1"):
        answer = guarded(client.get(url("attachment_picture", complaint, photo.pk, which)))
        assert (answer["Content-Type"], answer["Content-Disposition"]) == ("image/webp", "inline")
        assert body_of(answer)[8:12] == b"WEBP"
    for which in ("0", "2", "9999", "x", "t"):
        assert client.get(url("attachment_picture", complaint, photo.pk, which)).status_code == 404
    assert client.get(url("attachment_picture", complaint, text.pk, "small")).status_code == 404


def test_a_pdf_is_read_page_by_page(make_complaint, house):
    complaint, client = make_complaint(), client_of(house.clerk)
    row = attach(complaint, house.clerk, sent.pdf(3), "bill.pdf")
    page = text_of(client.get(url("attachment", complaint, row.pk), {"page": "2"}))
    assert "Page 2 of 3" in page
    assert url("attachment_picture", complaint, row.pk, "2") in page
    assert "Page 3 of 3" in text_of(client.get(url("attachment", complaint, row.pk), {"page": "99"}))
    assert "Page 1 of 3" in text_of(client.get(url("attachment", complaint, row.pk), {"page": "x"}))


def test_a_page_says_what_one_should_know_of_the_file(make_complaint, house):
    complaint, client = make_complaint(), client_of(house.clerk)
    row = attach(complaint, house.clerk, sent.pdf_with_script(), "bill.pdf")
    page = text_of(client.get(url("attachment", complaint, row.pk)))
    assert "holds scripts" in page
    assert "/pictures/" not in page


def test_a_recording_is_played_from_where_rights_are_asked(make_complaint, house):
    complaint = make_complaint()
    row = attach(complaint, house.clerk, sent.wav(), "call.wav")
    answer = client_of(house.clerk).get(complaint.get_absolute_url())
    assert f'src="{url("attachment_file", complaint, row.pk)}"' in text_of(answer)
    assert "media-src 'self'" in answer["Content-Security-Policy"]


# ------------------------------------------------------------------ who may


def test_nobody_else_finds_it_by_any_address(make_complaint, house):
    complaint, other = make_complaint(), make_complaint()
    row = attach(complaint, house.clerk)
    mine = attach(make_complaint(by=house.east_clerk), house.east_clerk)
    names = [("attachment", ()), ("attachment_file", ()), ("attachment_picture", ("small",))]
    for name, more in names:
        assert client_of(house.clerk).get(url(name, complaint, row.pk, *more)).status_code == 200
        for pk in (row.pk + 1, row.pk - 1, mine.pk, 10**12):
            assert client_of(house.clerk).get(url(name, complaint, pk, *more)).status_code == 404
        assert client_of(house.clerk).get(url(name, other, row.pk, *more)).status_code == 404, "another complaint's"
        assert client_of(house.east_clerk).get(url(name, complaint, row.pk, *more)).status_code == 404
        assert client_of(house.administrator).get(url(name, complaint, row.pk, *more)).status_code in (403, 404)
    complaint.subject_rows.create(user=house.colleague)
    assert client_of(house.colleague).get(url("attachment_file", complaint, row.pk)).status_code == 404


def test_a_withdrawn_file_is_told_of_and_given_to_nobody(make_complaint, house):
    complaint = make_complaint()
    row = attach(complaint, house.clerk, name="card.jpg")
    client = client_of(house.supervisor)
    assert client.get(url("withdraw_attachment", complaint, row.pk)).status_code == 200
    assert client.post(url("withdraw_attachment", complaint, row.pk), {"reason": ""}).status_code == 422
    done = client.post(url("withdraw_attachment", complaint, row.pk), {"reason": "Somebody else’s card."})
    assert done.status_code == 302
    for user in (house.clerk, house.supervisor, house.auditor):
        seen = client_of(user)
        for name, more in (("attachment_file", ()), ("attachment_picture", ("small",))):
            assert seen.get(url(name, complaint, row.pk, *more)).status_code == 404
        page = text_of(seen.get(url("attachment", complaint, row.pk)))
        assert "Somebody else’s card." in page
        assert "/pictures/" not in page
        assert "card.jpg" in text_of(seen.get(complaint.get_absolute_url()))
    again = client.post(url("withdraw_attachment", complaint, row.pk), {"reason": "Again."})
    assert again.status_code == 409


def test_a_clerk_is_offered_no_withdrawal(make_complaint, house):
    complaint = make_complaint()
    row = attach(complaint, house.clerk)
    assert "withdraw" not in text_of(client_of(house.clerk).get(url("attachment", complaint, row.pk)))
    assert client_of(house.clerk).get(url("withdraw_attachment", complaint, row.pk)).status_code == 403


# ------------------------------------------------------------------ bad days


def test_a_full_disk_is_said_and_the_page_still_opens(make_complaint, house, monkeypatch):
    complaint, client = make_complaint(), client_of(house.clerk)

    def full(name, source):
        raise NoRoom

    monkeypatch.setattr(storage, "put", full)
    answer = client.post(url("attachments", complaint), {"files": [sent.sent(sent.jpeg())]})
    assert answer.status_code == 507
    assert "no room" in text_of(answer)
    assert client.get(complaint.get_absolute_url()).status_code == 200
    assert Complaint.objects.get(pk=complaint.pk).version == complaint.version


def test_a_file_that_is_gone_is_no_fault_of_the_page(make_complaint, house):
    row = attach(make_complaint(), house.clerk)
    storage.remove(*row.all_files)
    assert client_of(house.clerk).get(url("attachment_file", row.complaint, row.pk)).status_code == 503
    assert client_of(house.clerk).get(row.complaint.get_absolute_url()).status_code == 200


def test_a_request_larger_than_any_is_refused_before_it_is_read(make_complaint, house, monkeypatch):
    from core.files import uploads  # noqa: PLC0415

    monkeypatch.setattr(uploads, "MOST_AT_ONCE", 1000)
    answer = client_of(house.clerk).post(url("attachments", make_complaint()), {"files": [sent.sent(b"x" * 5000)]})
    assert answer.status_code == 413
    assert not Attachment.objects.exists()


def test_a_file_larger_than_any_is_skipped_and_the_others_are_kept(make_complaint, house, monkeypatch):
    from core.files import uploads  # noqa: PLC0415

    monkeypatch.setattr(uploads, "MOST_OF_ONE", 100_000)
    set_policy("files.most_megabytes", 1, by=None)
    complaint = make_complaint()
    files = [sent.sent(b"x" * 300_000, "huge.jpg"), sent.sent(sent.jpeg(), "good.jpg")]
    answer = client_of(house.clerk).post(url("attachments", complaint), {"files": files})
    assert [(each.name, each.code) for each in answer.context["gallery"].refused] == [("huge.jpg", "too_large")]
    assert complaint.attachments.get().name == "good.jpg"


def test_thirty_files_at_once_are_kept_and_the_next_is_not(make_complaint, house):
    complaint = make_complaint()
    files = [sent.sent(f"note {at}".encode(), f"{at}.txt") for at in range(31)]
    answer = client_of(house.clerk).post(url("attachments", complaint), {"files": files})
    assert complaint.attachments.count() == 30
    assert [(each.name, each.code) for each in answer.context["gallery"].refused] == [("30.txt", "too_many")]


FORM = "multipart/form-data; boundary=x"
FILE = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n'
FIELD = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
ODD = {
    "no boundary": (b"--x\r\n", "multipart/form-data"),
    "cut off": (FILE + b"\r\n\xff\xd8", FORM),
    "two thousand parts": (FIELD * 2000 + b"--x--", FORM),
    "base64 of spaces": (
        FILE + b"Content-Transfer-Encoding: base64\r\n\r\n" + b" " * 400_000 + b"\r\n--x--",
        FORM,
    ),
}


@pytest.mark.parametrize(("body", "kind"), ODD.values(), ids=ODD)
def test_odd_forms_leave_no_row_and_no_file(make_complaint, house, body, kind):
    complaint = make_complaint()
    client = client_of(house.clerk)
    client.raise_request_exception = False
    before = list(storage.days_kept())
    answer = client.generic("POST", url("attachments", complaint), body, content_type=kind)
    assert answer.status_code in (400, 413, 422)
    assert not Attachment.objects.exists()
    assert list(storage.days_kept()) == before


def test_withdrawn_does_not_count_in_the_gallery(make_complaint, house):
    complaint = make_complaint()
    row = attach(complaint, house.clerk)
    withdraw_attachment(complaint.pk, row.pk, reason="No.", by=house.supervisor)
    gallery = client_of(house.clerk).get(complaint.get_absolute_url()).context["gallery"]
    assert (gallery.count, len(gallery.files)) == (0, 1)
