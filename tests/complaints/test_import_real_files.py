"""The real files: every row of cfpb-en and car-zh, at a speed to live with, and found again."""

import time
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from complaints.models import Complaint
from complaints.search import COMPLAINTS
from events.models import Event, Notification
from tests.house import House

FOLDER = Path(settings.BASE_DIR).parent / "shared" / "data"
FILES = {
    "cfpb-en": FOLDER / "cfpb-en" / "complaints_sample.csv",
    "car-zh": FOLDER / "car-zh" / "car_complaints_2024q1.csv",
    "car-zh-short": FOLDER / "car-zh-short" / "car_complain_2020-06.csv",
    "nhtsa-en": FOLDER / "nhtsa-en" / "nhtsa-complaints.txt",
}
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"The real files are not here: {FOLDER}.")
ROWS_A_SECOND = 150


def take(name: str) -> str:
    out = StringIO()
    call_command("import_complaints", FILES[name], mapping=name, stdout=out)
    return out.getvalue()


def test_cars_with_full_text_all_come_in_and_are_found_by_two_characters(house: House):
    assert "2,878 rows, 2,878 added, 0 there already, 0 refused" in take("car-zh")
    assert Complaint.objects.count() == Event.objects.count() - 12 == 2_878
    for word in ("异响", "退款", "刹车", "机油"):
        written = {row.pk for row in Complaint.objects.filter(description__contains=word)}
        found = COMPLAINTS.match(word, limit=5_000)
        assert written
        assert written <= set(found), word
    first = Complaint.objects.get(external_references__external_id="20240129220497501015")
    assert first.description == "传动系：异响"
    assert first.received_at.isoformat() == "2024-01-28T16:00:00+00:00"
    assert "0 added, 2,878 there already" in take("car-zh")


def test_finance_complaints_all_come_in_fast_and_once(house: House):
    began = time.monotonic()
    assert "6,623 rows, 6,623 added, 0 there already, 0 refused" in take("cfpb-en")
    seconds = time.monotonic() - began
    assert "0 added, 6,623 there already, 0 refused" in take("cfpb-en")
    rows = Complaint.objects.all()
    assert rows.count() == 6_623
    assert rows.filter(state="closed", outcome="unknown").count() == 6_588
    assert rows.filter(relief="monetary").count() == 211
    assert rows.open().filter(outcome="", next_due_at=None).count() == 35
    assert rows.filter(channel="regulator", severity_class=2).count() == 627
    assert max(len(text) for text in rows.values_list("description", flat=True)) > 21_000
    assert not Notification.objects.exists()
    assert 6_623 / seconds >= ROWS_A_SECOND, f"{6_623 / seconds:.0f} rows/s on {connection.vendor}"


def test_the_list_with_a_status_comes_in_open_and_closed(house: House):
    assert "600 added, 0 there already, 0 refused" in take("car-zh-short")
    assert Complaint.objects.open().count() == 257


def test_bare_quotes_flags_and_no_header(house: House):
    assert "101 added, 0 there already, 0 refused" in take("nhtsa-en")
    in_danger = Complaint.objects.filter(is_danger=True)
    assert in_danger.exists()
    assert set(in_danger.values_list("severity_class", flat=True)) == {2}
