"""Files over REST: added, listed, given out, withdrawn, with the statuses of the contract."""

import time
import uuid

import pytest

from complaints.models import Attachment
from core.files import storage
from core.files.refusals import FilesAway, NoRoom
from policies.actions import set_policy
from tests.api.complaints import at, done, errors
from tests.api.conftest import problem
from tests.complaints import sent
from tests.complaints.sent import attach
from tests.house import lodge

FILES = "/api/v1/attachments"


@pytest.fixture
def clerk(api, house):
    return api(house.clerk)


@pytest.fixture
def complaint(house, at_work):
    return lodge(house.clerk)


def add(client, complaint, content=b"", name="photo.jpg", **more):
    told = {"file": sent.sent(content or sent.jpeg(), name), **more.pop("fields", {})}
    return client.post(at(complaint, "attachments"), told, format="multipart", **more)


def test_a_file_is_added_described_and_given_out(clerk, complaint):
    made = add(clerk, complaint)
    told = done(made, 201)
    assert told["complaint"] == complaint.number
    assert (told["name"], told["kind"], told["content_type"]) == ("photo.jpg", "picture", "image/jpeg")
    assert (told["width"], told["height"], told["state"], told["added_by"]) == (64, 48, "fine", "clerk")
    assert made["Location"].endswith(f"{FILES}/{told['id']}")
    assert done(clerk.get(f"{FILES}/{told['id']}")) == told
    assert done(clerk.get(at(complaint, "attachments")))["results"] == [told]
    file = clerk.get(f"{FILES}/{told['id']}/file", headers={"Accept": "audio/*"})
    assert file.getvalue() == sent.jpeg()
    assert file["Content-Disposition"] == 'attachment; filename="photo.jpg"'
    assert file["Content-Security-Policy"] == "default-src 'none'; sandbox"
    part = clerk.get(f"{FILES}/{told['id']}/file", headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.getvalue()) == (206, b"\xff\xd8")


def test_it_may_come_with_a_talk(clerk, complaint):
    talk = done(clerk.post(at(complaint, "notes"), {"text": "See the photo."}), 201)
    told = done(add(clerk, complaint, fields={"communication": str(talk["id"])}), 201)
    assert told["communication"] == talk["id"]
    assert errors(add(clerk, complaint, sent.png(), fields={"communication": "999999"})) == {"communication": "unknown"}
    assert errors(add(clerk, complaint, sent.png(), fields={"communication": "x"})) == {"communication": "invalid"}


def test_lists_are_filtered_by_kind(clerk, complaint, house):
    attach(complaint, house.clerk)
    attach(complaint, house.clerk, sent.wav(), "call.wav")
    rows = done(clerk.get(at(complaint, "attachments") + "?kind=sound"))["results"]
    assert [(row["name"], row["seconds"]) for row in rows] == [("call.wav", 2)]


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (sent.HTML, "page.html", 415, "type_not_allowed"),
        (sent.SVG, "x.svg", 415, "type_not_allowed"),
        (sent.zipped(), "x.docx", 415, "type_not_allowed"),
        (sent.HTML, "note.txt", 400, "content_mismatch"),
        (sent.wav(), "photo.png", 400, "content_mismatch"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 60, "photo.jpg", 400, "unreadable"),
        (sent.png_header(30_000, 30_000), "wall.png", 400, "too_many_pixels"),
        (b"", "photo.jpg", 400, "empty"),
    ],
)
def test_what_is_not_taken_says_why(clerk, complaint, content, name, status, code):
    answer = clerk.post(at(complaint, "attachments"), {"file": sent.sent(content, name)}, format="multipart")
    if status == 400:
        assert errors(answer) == {"file": code}
    else:
        problem(answer, status, code)
    assert not Attachment.objects.exists()


def test_the_same_file_and_one_too_many_are_conflicts(clerk, complaint):
    set_policy("files.most_of_complaint", 1, by=None)
    done(add(clerk, complaint), 201)
    problem(add(clerk, complaint), 409, "already_there")
    problem(add(clerk, complaint, sent.png()), 409, "too_many")


def test_too_large_is_413_before_the_body_is_read(clerk, complaint):
    set_policy("files.most_megabytes", 1, by=None)
    body = b"--x\r\n"
    answer = clerk.generic(
        "POST", at(complaint, "attachments"), body, content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(30 * 2**20),
    )  # fmt: skip
    problem(answer, 413, "too_large")
    just = sent.jpeg().ljust(2**20 + 1, b"\0")
    problem(add(clerk, complaint, just), 413, "too_large")
    done(add(clerk, complaint, just[:-1]), 201)


def test_odd_bodies_are_problems(clerk, complaint):
    started = time.monotonic()
    url, kind = at(complaint, "attachments"), "multipart/form-data; boundary=x"
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    assert clerk.generic("POST", url, part * 2000 + b"--x--", content_type=kind).status_code == 413
    problem(clerk.generic("POST", url, b"--x\r\n", content_type="multipart/form-data"), 400, "malformed")
    problem(clerk.post(url, {"file": "x"}, format="json"), 415, "unsupported_media_type")
    assert errors(clerk.post(url, {"file": "words"}, format="multipart"))["file"]
    assert errors(clerk.post(url, {}, format="multipart")) == {"file": "required"}
    two = {"file": [sent.sent(sent.jpeg()), sent.sent(sent.png(), "b.png")]}
    assert errors(clerk.post(url, two, format="multipart")) == {"file": "one_at_a_time"}
    unknown = {"file": sent.sent(sent.jpeg()), "complaint_id": "7"}
    assert errors(clerk.post(url, unknown, format="multipart")) == {"complaint_id": "unknown_field"}
    assert time.monotonic() - started < 5
    assert not Attachment.objects.exists()


def test_sent_again_with_its_key_it_is_kept_once(clerk, complaint):
    once = {"headers": {"Idempotency-Key": str(uuid.uuid4())}}
    first, second = add(clerk, complaint, **once), add(clerk, complaint, **once)
    assert done(first, 201) == done(second, 201)
    assert second["Idempotency-Replayed"] == "true"
    row = Attachment.objects.get()
    kept = {name for day in storage.days_kept() for name in storage.names_of(day)}
    assert {name for name in kept if row.storage_name in name} == set(row.all_files)
    problem(add(clerk, complaint, sent.png(), **once), 422, "idempotency_key_reused")
    assert len({name.partition(".")[0] for name in kept}) >= 1
    assert Attachment.objects.count() == 1


def test_what_was_sent_twice_leaves_no_second_file(clerk, complaint, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    once = {"headers": {"Idempotency-Key": str(uuid.uuid4())}}
    for _try in range(3):
        done(add(clerk, complaint, **once), 201)
    kept = {name for day in storage.days_kept() for name in storage.names_of(day)}
    assert kept == set(Attachment.objects.get().all_files)


def test_only_leaders_withdraw_and_then_nobody_gets_it(api, clerk, complaint, house):
    row = attach(complaint, house.clerk)
    problem(clerk.post(f"{FILES}/{row.pk}/withdraw", {"reason": "Mine."}), 403, "not_allowed")
    leader = api(house.supervisor)
    assert errors(leader.post(f"{FILES}/{row.pk}/withdraw", {"reason": " "}))["reason"]
    told = done(leader.post(f"{FILES}/{row.pk}/withdraw", {"reason": "Somebody else’s card."}))
    assert (told["state"], told["withdrawn_by"]) == ("withdrawn", "supervisor")
    problem(leader.post(f"{FILES}/{row.pk}/withdraw", {"reason": "Again."}), 409, "already_withdrawn")
    problem(leader.get(f"{FILES}/{row.pk}/file"), 404, "not_found")
    assert done(leader.get(f"{FILES}/{row.pk}"))["state"] == "withdrawn"


def test_others_find_nothing(api, complaint, house):
    row = attach(complaint, house.clerk)
    stranger = api(house.east_clerk)
    for address in (f"{FILES}/{row.pk}", f"{FILES}/{row.pk}/file", f"{FILES}/{row.pk + 1}"):
        problem(stranger.get(address), 404, "not_found")
    problem(add(stranger, complaint), 404, "not_found")
    problem(
        api(house.auditor).post(at(complaint, "attachments"), {"file": sent.sent(b"x")}, format="multipart"),
        403,
        "scope_missing",
    )


@pytest.mark.parametrize(("error", "status", "code"), [(NoRoom, 507, "no_room"), (FilesAway, 503, "files_away")])
def test_a_full_disk_and_a_store_that_is_away_are_said(clerk, complaint, monkeypatch, error, status, code):
    def broken(name, source):
        raise error

    monkeypatch.setattr(storage, "put", broken)
    problem(add(clerk, complaint), status, code)
    assert not Attachment.objects.exists()


def test_the_timeline_tells_of_it(clerk, complaint, house):
    attach(complaint, house.clerk, name="receipt.jpg")
    entry = done(clerk.get(at(complaint, "timeline")))["results"][0]
    assert (entry["type"], entry["text"]) == ("attachment.added", "receipt.jpg")
    assert "receipt" not in str(entry["data"])
