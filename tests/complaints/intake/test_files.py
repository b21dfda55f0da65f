"""Files that come with the intake form: kept with its draft, moved when it is saved, gone when it is thrown away."""

import uuid
from datetime import timedelta

import pytest

from complaints.actions.attachments import keep_with_draft
from complaints.actions.drafts import discard_draft, forget_old_drafts, save_draft
from complaints.attaching import taken_in
from complaints.models import Attachment, Complaint
from core import clock
from core.errors import Conflict
from core.files import storage
from core.files.refusals import FileRefused
from events.models import Event
from tests.complaints import sent
from tests.complaints.pages import client_of, text_of

NEW, FILES = "/complaints/new/", "/complaints/new/files/"
FETCH = {"headers": {"X-Requested-With": "fetch"}}
TOLD = {
    "description": "The wiper is charged twice.",
    "name": "Emily Carter",
    "phone": "138 0571 6620",
    "channel": "in_person",
}


def keep(key, by, content=b"", name="photo.jpg"):
    with taken_in(sent.sent(content or sent.jpeg(), name)) as taken:
        outcome = keep_with_draft(key, [taken], by=by)
        for _file, refusal in outcome.refused:
            raise refusal
    return outcome.rows[0]


@pytest.fixture
def key():
    return uuid.uuid4()


def form(key, **more):
    return {**TOLD, "draft": str(key), "then": "take", **more}


def test_files_without_scripts_are_on_the_complaint_that_is_saved(house, at_work, key):
    files = [sent.sent(sent.jpeg(), "a.jpg"), sent.sent(sent.HTML, "b.html"), sent.sent(sent.wav(), "c.wav")]
    answer = client_of(house.clerk).post(NEW, form(key, files=files), follow=True)
    complaint = Complaint.objects.get()
    assert sorted(complaint.attachments.values_list("name", flat=True)) == ["a.jpg", "c.wav"]
    assert "b.html: " in text_of(answer)
    assert Event.objects.of(complaint).filter(type="attachment.added").count() == 2
    assert Event.objects.of(complaint).order_by("seq").first().type == "complaint.created"


def test_a_form_that_is_refused_keeps_its_files(house, at_work, key):
    client = client_of(house.clerk)
    answer = client.post(NEW, form(key, name="", phone="", files=[sent.sent(sent.jpeg())]))
    assert answer.status_code == 422
    assert "photo.jpg" in text_of(answer)
    assert client.post(NEW, form(key)).status_code == 302
    assert Complaint.objects.get().attachments.get().name == "photo.jpg"


@pytest.mark.parametrize("then", ["draft", "look"])
def test_whatever_is_pressed_the_files_stay(house, at_work, key, then):
    client = client_of(house.clerk)
    client.post(NEW, form(key, then=then, files=[sent.sent(sent.jpeg())]))
    assert "photo.jpg" in text_of(client.get(NEW, {"draft": str(key)}))
    assert not Complaint.objects.exists()


def test_without_scripts_a_file_is_removed_with_the_next_press(house, at_work, key):
    row = keep(key, house.clerk)
    client_of(house.clerk).post(NEW, form(key, drop_files=[str(row.pk), "x", "99999999999999999999"]))
    assert not Complaint.objects.get().attachments.exists()


def test_a_script_sends_them_one_by_one_and_removes_them(house, at_work, key):
    client = client_of(house.clerk)
    told = client.post(FILES, {"draft": str(key), "files": [sent.sent(sent.jpeg())]}, **FETCH).json()
    row = Attachment.objects.get()
    assert (told["added"], told["refused"]) == (1, [])
    assert f"/complaints/new/files/{row.pk}/picture/" in told["html"]
    assert client.get(f"{FILES}{row.pk}/picture/")["Content-Type"] == "image/webp"
    assert client.get(f"{FILES}{row.pk}/file/")["Content-Disposition"].startswith("attachment")
    again = client.post(FILES, {"draft": str(key), "files": [sent.sent(sent.jpeg())]}, **FETCH).json()
    assert [each["code"] for each in again["refused"]] == ["already_there"]
    gone = client.post(f"{FILES}{row.pk}/drop/", {"draft": str(key)}, **FETCH).json()
    assert "photo.jpg" not in gone["html"]
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("draft", ["", "x", "1"])
def test_a_form_without_a_key_is_none(house, at_work, draft):
    answer = client_of(house.clerk).post(FILES, {"draft": draft, "files": [sent.sent(sent.jpeg())]})
    assert answer.status_code == 404
    assert not Attachment.objects.exists()


def test_nobody_else_sees_or_moves_them(house, at_work, key):
    row = keep(key, house.clerk)
    other = client_of(house.colleague)
    for address in (f"{FILES}{row.pk}/picture/", f"{FILES}{row.pk}/file/"):
        assert other.get(address).status_code == 404
    other.post(f"{FILES}{row.pk}/drop/", {"draft": str(key)}, **FETCH)
    other.post(NEW, form(key))
    assert Attachment.objects.get().complaint is None
    assert not Complaint.objects.get().attachments.exists()
    assert not Attachment.objects.visible_to(house.director).exists(), "not yet on any complaint"


def test_somebody_elses_draft_takes_no_files(house, at_work, key):
    save_draft(key, fields={"description": ["x"]}, by=house.clerk)
    with pytest.raises(Conflict):
        keep(key, house.colleague)
    assert not Attachment.objects.exists()


def test_what_arrives_after_saving_is_on_the_complaint(house, at_work, key):
    client_of(house.clerk).post(NEW, form(key))
    row = keep(key, house.clerk)
    assert row.complaint == Complaint.objects.get()


def test_saving_twice_has_the_files_once(house, at_work, key):
    keep(key, house.clerk)
    for _press in range(2):
        client_of(house.clerk).post(NEW, form(key))
    assert Complaint.objects.get().attachments.count() == 1


def test_added_to_an_older_complaint_they_go_there_with_what_was_said(make_complaint, house, key):
    older = make_complaint()
    sent.attach(older, house.clerk, sent.png(), "there.png")
    keep(key, house.clerk)
    keep(key, house.clerk, sent.png(), "the same.png")
    client_of(house.clerk).post(NEW, form(key, then=f"add:{older.number}"))
    talk = older.communications.get()
    assert talk.attachments.get().name == "photo.jpg"
    assert sorted(older.attachments.values_list("name", flat=True)) == ["photo.jpg", "there.png"]
    assert not Attachment.objects.filter(complaint=None).exists()


def files_kept():
    return {name for day in storage.days_kept() for name in storage.names_of(day)}


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_is_thrown_away_takes_its_files_along(at_work, key, settings, tmp_path):
    from tests.house import House  # noqa: PLC0415

    settings.DATA_DIR = tmp_path
    house = House()
    save_draft(key, fields={}, by=house.clerk)
    keep(key, house.clerk)
    assert files_kept()
    discard_draft(key, by=house.clerk)
    assert not Attachment.objects.exists()
    assert not files_kept()


def test_a_form_that_nobody_goes_on_with_is_forgotten_with_its_files(house, at_work, key):
    """Also one that was never kept itself; the files of one that is still written on stay."""
    other, begun = uuid.uuid4(), at_work
    keep(key, house.clerk)
    keep(other, house.clerk)
    with clock.frozen(begun + timedelta(days=13)):
        save_draft(other, fields={}, by=house.clerk)
    with clock.frozen(begun + timedelta(days=15)):
        forget_old_drafts()
    assert Attachment.objects.get().draft_key == other


def test_a_form_has_the_limits_of_a_complaint(house, at_work, key):
    for at in range(30):
        keep(key, house.clerk, f"note {at}".encode(), f"{at}.txt")
    with pytest.raises(FileRefused) as refused:
        keep(key, house.clerk, b"one more", "more.txt")
    assert refused.value.reason == "too_many"
