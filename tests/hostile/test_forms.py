"""Hostile values for every form: a sentence, never a 500; nothing saved, nothing typed lost."""

import html
import uuid

import pytest

from accounts.roles import Role
from complaints.models import Complaint
from tests.hostile.attempts import FORMS, KEPT, WELL, Try, undone
from tests.hostile.conftest import OWN, signed_in
from tests.hostile.forms import filled
from tests.hostile.values import JSON, TEXTS


@pytest.mark.parametrize("name", FORMS)
def test_no_value_breaks_a_form(stage, name):
    """Each value in all fields of the form at once."""
    form = Try(stage, FORMS[name])
    for what, value in (TEXTS | (JSON if name.startswith("policy") else {})).items():
        answer = form.post(filled(form.fields, value))
        body = answer.content.decode()
        for raw in ("<script>canary", "<svg onload=canary", "<img src=x onerror=canary"):
            assert raw not in body, (what, "not as text")


@pytest.mark.parametrize("name", ["intake", "talk", "customer", "category"])
def test_one_bad_answer_among_good_ones_is_named_and_nothing_is_lost(stage, name):
    form = Try(stage, FORMS[name])
    good = {**form.fields, **GOOD_ANSWERS[name]}
    for field_name in good:
        answer = form.post({**good, field_name: "a\0b"})
        if answer.status_code == 422:
            body = html.unescape(answer.content.decode())
            assert KEPT in body or field_name == LONGEST[name], field_name
            assert "data-error-summary" in body or "errorlist" in body, field_name


LONGEST = {
    "intake": "description",
    "edit": "description",
    "talk": "summary",
    "customer": "address",
    "category": "name_en",
}
GOOD_ANSWERS = {
    "intake": {"description": KEPT, "name": "Emily", "phone": "138 0571 6620", "channel": "phone"},
    "edit": {"description": KEPT},
    "talk": {"summary": KEPT},
    "customer": {"address": KEPT},
    "category": {"code": "colour", "name_en": KEPT, "name_zh": "颜色"},
}


SUMS = {
    "-1": False, "0": True, "0.00": True, "1e308": False, "NaN": False, "Infinity": False, "1200.505": False,
    "１，２００": True, "1,200.5": True, "¥3800": True, "2万": True, "999999999999.99": True, "1000000000000": False,
    "0x10": False, "1_000": False, "--1": False, "1 200": True, "٣": True, "½": False, "Ⅷ": False, "²": False,
    "5²": False,
}  # fmt: skip
DAYS = {
    "0001-01-01": False, "9999-12-31": False, "2027-02-29": False, "2024-02-29": True, "2026-11-18": True,
    "2026-11-19": False, "2026-13-01": False, "２０２６-11-01": True, "20261101": False, "2026-11-01T10:00": False,
    "1899-12-31": False, "24:00": False, "2026-1-1": True,
}  # fmt: skip


@pytest.mark.parametrize(("name", "table"), [("amount_claimed", SUMS), ("happened_on", DAYS)])
def test_sums_and_days_are_read_or_refused_at_their_field(stage, name, table):
    client = signed_in(stage.house.clerk)
    for value, is_good in table.items():
        with undone():
            typed = {**dict(WELL), "draft": str(uuid.uuid4()), name: value}
            answer = client.post("/complaints/new/", typed)
            assert answer.status_code == (302 if is_good else 422), (value, answer.status_code)
            if not is_good:
                assert not Complaint.objects.exists()
                assert f'href="#id_{name}"' in answer.content.decode(), "the summary leads to it"
                assert KEPT in html.unescape(answer.content.decode())


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_moments_at_the_ends_of_time_are_refused(stage, zone):
    """Far years leave what UTC can hold, in one zone or another: on saving, or on every page that shows them."""
    stage.house.calendar.time_zone = zone
    stage.house.calendar.save()
    complaint = stage.lodge(OWN, stage.house.clerk)
    client = signed_in(stage.user(Role.SUPERVISOR))
    moments = (
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "12/31/9999 23:59",
        "01/01/0001 00:00",
        "1/1/70 00:00",
        "12/31/99",
    )
    for url, typed in (
        (f"{complaint.get_absolute_url()}desk/change/", {"what": "time", "note": "Later."}),
        (f"{complaint.get_absolute_url()}entries/add/", {"kind": "phone", "direction": "out", "summary": "Said."}),
    ):
        for moment in moments:
            with undone():
                answer = client.post(url, {**typed, "at": moment})
                assert answer.status_code == 422, (url, moment, answer.status_code)
