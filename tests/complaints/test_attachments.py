"""Adding files to a complaint and withdrawing them: limits, refusals, what is recorded, what is left over."""

import errno
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from accounts.roles import Role
from complaints.actions.attachments import add_attachment, withdraw_attachment
from complaints.actions.talks import write_note
from complaints.chores import forget_left_files
from complaints.models import Attachment, Complaint
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from core.files import storage
from core.files.refusals import FileRefused, FilesAway, NoRoom
from core.files.taking import MEGABYTE, take_in
from events.models import Event
from policies.actions import set_policy
from tests.complaints import sent
from tests.complaints.sent import attach
from tests.house import make_user


def stored() -> set[str]:
    return {name for day in storage.days_kept() for name in storage.names_of(day)}


@pytest.fixture(autouse=True)
def empty_store(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_a_file_is_on_the_complaint_and_in_its_history_without_its_name(make_complaint, house):
    complaint = make_complaint()
    row = attach(complaint, house.clerk, name="王芳 receipt.jpg")
    event = Event.objects.of(complaint).get(type="attachment.added")
    assert event.data == {"attachment_id": row.pk, "group": "picture", "sha256": row.sha256}
    assert "receipt" not in event.data_text
    assert Complaint.objects.get(pk=complaint.pk).version == complaint.version + 1
    assert stored() == set(row.all_files)


def test_files_may_come_with_a_talk_but_not_with_that_of_another(make_complaint, house):
    complaint, other = make_complaint(), make_complaint()
    note = write_note(complaint.pk, text="See the photo.", by=house.clerk)
    assert attach(complaint, house.clerk, communication_id=note.pk).communication == note
    with pytest.raises(Blocked):
        attach(other, house.clerk, communication_id=note.pk)
    assert not other.attachments.exists()


def test_a_complaint_that_has_ended_takes_proof_too(make_complaint, house):
    from complaints.actions.transitions import withdraw  # noqa: PLC0415

    complaint = make_complaint()
    withdraw(complaint.pk, reason="Moved", outcome="settled", relief="explanation", by=house.clerk)
    assert attach(complaint, house.clerk).complaint_id == complaint.pk


@pytest.mark.parametrize("who", ["auditor", "administrator"])
def test_who_only_reads_adds_nothing(make_complaint, house, who):
    complaint = make_complaint()
    with pytest.raises(PermissionDenied):
        attach(complaint, getattr(house, who))
    assert stored() == set(), "what was taken in is thrown away again"


def test_what_is_hidden_takes_no_files(make_complaint, house):
    with pytest.raises(Complaint.DoesNotExist):
        attach(make_complaint(), house.east_clerk)
    assert stored() == set()


# ------------------------------------------------------------------ limits


def test_the_same_file_is_kept_once_and_said_to_be_there(make_complaint, house):
    complaint = make_complaint()
    first = attach(complaint, house.clerk, name="one.jpg")
    with pytest.raises(FileRefused) as refused:
        attach(complaint, house.colleague, name="two.jpg")
    assert refused.value.reason == "already_there"
    assert "one.jpg" in str(refused.value.message)
    assert stored() == set(first.all_files)
    assert attach(make_complaint(), house.clerk), "another complaint may have it too"


@pytest.mark.parametrize(("extra", "is_taken"), [(0, True), (1, False)])
def test_size_is_counted_to_the_byte(make_complaint, house, extra, is_taken):
    set_policy("files.most_megabytes", 1, by=None)
    content = sent.jpeg().ljust(MEGABYTE + extra, b"\0")
    if is_taken:
        assert attach(make_complaint(), house.clerk, content).size == MEGABYTE
    else:
        with pytest.raises(FileRefused) as refused:
            attach(make_complaint(), house.clerk, content)
        assert refused.value.reason == "too_large"
        assert "1 MB" in str(refused.value.message)
        assert stored() == set()


def test_one_file_too_many_is_refused_and_a_withdrawn_one_makes_room(make_complaint, house):
    set_policy("files.most_of_complaint", 3, by=None)
    complaint = make_complaint()
    rows = [attach(complaint, house.clerk, sent.png(colour=(at, 0, 0)), f"{at}.jpg") for at in range(3)]
    with pytest.raises(FileRefused) as refused:
        attach(complaint, house.clerk, sent.png())
    assert refused.value.reason == "too_many"
    assert "3" in str(refused.value.message)
    withdraw_attachment(complaint.pk, rows[0].pk, reason="Blurred.", by=house.supervisor)
    assert attach(complaint, house.clerk, sent.png())


def test_all_together_have_a_limit(make_complaint, house):
    set_policy("files.most_megabytes_of_complaint", 1, by=None)
    complaint = make_complaint()
    attach(complaint, house.clerk, sent.jpeg().ljust(MEGABYTE - 100, b"\0"))
    with pytest.raises(FileRefused) as refused:
        attach(complaint, house.clerk, sent.png())
    assert refused.value.reason == "too_much"
    assert complaint.attachments.count() == 1


def test_limits_are_those_of_the_specification():
    from policies.defaults import SPECS  # noqa: PLC0415

    keys = ("files.most_megabytes", "files.most_of_complaint", "files.most_megabytes_of_complaint")
    assert [SPECS[key].default for key in keys] == [20, 30, 200]


# ------------------------------------------------------------------ withdrawing


def test_a_leader_withdraws_a_file_with_a_reason_that_stays(make_complaint, house):
    complaint = make_complaint()
    row = attach(complaint, house.clerk)
    done = withdraw_attachment(complaint.pk, row.pk, reason=" Somebody else’s card. ", by=house.supervisor)
    assert (done.state, done.withdrawn_by, done.withdrawn_reason) == (
        "withdrawn",
        house.supervisor,
        "Somebody else’s card.",
    )
    event = Event.objects.of(complaint).get(type="attachment.withdrawn")
    assert event.data == {"attachment_id": row.pk}
    assert stored() == set(row.all_files), "what was proof stays proof"
    with pytest.raises(Conflict):
        withdraw_attachment(complaint.pk, row.pk, reason="Again.", by=house.supervisor)
    assert attach(complaint, house.clerk), "the same file may be added anew"


def test_withdrawing_needs_a_reason_a_leader_and_the_right_complaint(make_complaint, house):
    complaint, other = make_complaint(), make_complaint()
    row = attach(complaint, house.clerk)
    with pytest.raises(Blocked):
        withdraw_attachment(complaint.pk, row.pk, reason=" ", by=house.supervisor)
    with pytest.raises(PermissionDenied):
        withdraw_attachment(complaint.pk, row.pk, reason="Mine.", by=house.clerk)
    with pytest.raises(Attachment.DoesNotExist):
        withdraw_attachment(other.pk, row.pk, reason="Other.", by=house.supervisor)
    with pytest.raises(Complaint.DoesNotExist):
        withdraw_attachment(complaint.pk, row.pk, reason="East.", by=house.east_supervisor)
    assert Attachment.objects.get().is_fine


def test_files_are_visible_with_their_complaint_alone(make_complaint, house):
    row = attach(make_complaint(), house.clerk)
    for user in (house.clerk, house.supervisor, house.manager, house.auditor):
        assert Attachment.objects.visible_to(user).get() == row
    for user in (house.east_clerk, house.administrator, make_user("packer", house.west, Role.DEPARTMENT_STAFF)):
        assert not Attachment.objects.visible_to(user).exists()
    row.complaint.subject_rows.create(user=house.clerk)
    assert not Attachment.objects.visible_to(house.clerk).exists()


# ------------------------------------------------------------------ the store


def test_files_lie_in_a_folder_of_ours_that_others_cannot_read(make_complaint, house):
    row = attach(make_complaint(), house.clerk)
    path = Path(settings.DATA_DIR) / storage.FOLDER / row.storage_name
    assert oct(path.stat().st_mode & 0o777) == "0o640"
    for folder in (path.parent, path.parent.parent, Path(settings.DATA_DIR) / storage.FOLDER):
        assert oct(folder.stat().st_mode & 0o777) == "0o750"
    with pytest.raises(ValueError, match="no address"):
        storage.files().url(row.storage_name)


@pytest.mark.parametrize(("number", "error"), [(errno.ENOSPC, NoRoom), (errno.EDQUOT, NoRoom), (errno.EIO, FilesAway)])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_full_disk_leaves_nothing_half(make_complaint, house, monkeypatch, number, error, at):
    complaint, whole = make_complaint(), storage.KeptFolder._save
    count = 0

    def full(self, name, content):
        nonlocal count
        count += 1
        if count == at:
            raise OSError(number, "No space left")
        return whole(self, name, content)

    monkeypatch.setattr(storage.KeptFolder, "_save", full)
    with pytest.raises(error):
        attach(complaint, house.clerk)
    assert stored() == set()
    assert not Attachment.objects.exists()


def test_a_file_without_a_row_is_forgotten_after_two_days_and_no_other(make_complaint, house, at_work):
    """A crash between storing and saving, and one between deleting a row and its file."""
    kept = attach(make_complaint(), house.clerk)
    left = take_in(sent.sent(sent.png(), "left.png"), most_megabytes=1)
    for days in (0, 1):
        with clock.frozen(at_work + timedelta(days=days)):
            assert forget_left_files() == 0
    with clock.frozen(at_work + timedelta(days=2)):
        assert forget_left_files() == 3
    assert stored() == set(kept.all_files)
    assert left.storage_name not in stored()


def test_what_is_old_is_looked_for_once_a_day(db, at_work):
    take_in(sent.sent(sent.png(), "left.png"), most_megabytes=1)
    later = (at_work + timedelta(days=90)).replace(hour=3)
    with clock.frozen(later):
        assert forget_left_files() == 0
    with clock.frozen(later.replace(hour=19)):
        assert forget_left_files() == 3


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_leaves_no_row_and_its_file_is_found(at_work):
    from tests.house import House, lodge  # noqa: PLC0415

    house = House()
    complaint = lodge(house.clerk)
    with transaction.atomic():
        attach(complaint, house.clerk)
        transaction.set_rollback(True)
    assert not Attachment.objects.exists()
    with clock.frozen(at_work + timedelta(days=3)):
        assert forget_left_files() == 3


def test_the_bucket_is_read_from_one_address():
    found = storage.bucket_of("s3://key:se%2Fcret@files/house/one?endpoint=https://s3.example.com&region=cn-east-1")
    assert (found["bucket_name"], found["location"]) == ("files", "house/one")
    assert (found["access_key"], found["secret_key"]) == ("key", "se/cret")
    assert (found["endpoint_url"], found["region_name"]) == ("https://s3.example.com", "cn-east-1")
    for wrong in ("https://files", "s3://", "s3://files?acl=public"):
        with pytest.raises(Exception, match="FILES_URL"):
            storage.bucket_of(wrong)


def test_taking_in_waits_for_no_lock(make_complaint, house, django_assert_num_queries):
    with django_assert_num_queries(0):
        taken = take_in(sent.sent(sent.jpeg()), most_megabytes=1)
    assert add_attachment(make_complaint().pk, taken, by=house.clerk)
