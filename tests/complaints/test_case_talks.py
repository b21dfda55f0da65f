"""Talks, waiting and matters outside as a browser meets them."""

from datetime import timedelta

import pytest

from complaints.actions.outside import record_gone_outside
from complaints.actions.ownership import assign_complaint
from complaints.actions.talks import record_communication
from complaints.actions.waiting import wait_for_customer
from complaints.models import Communication, Complaint, OutsideMatter
from core import clock
from deadlines.models import Deadline
from policies.actions import set_policy
from policies.statutory import RULES
from tests.complaints.pages import HTMX, client_of, statements, text_of, url

SENT = {"kind": "message", "medium": "email", "direction": "out", "summary": "We look into it."}


@pytest.fixture
def case(make_complaint, house):
    complaint = make_complaint(is_raised=True, email="emily@example.com")
    return assign_complaint(complaint.pk, owner=house.handler, by=house.supervisor)


def test_an_email_is_sent_from_the_composer_and_its_state_is_shown(case, house):
    client = client_of(house.handler)
    page = text_of(client.post(url("add_entry", case), {**SENT, "send": "1", "subject": "Wipers"}, **HTMX))
    assert "Waiting to be sent" in page
    assert "emily@example.com" in page
    assert Communication.objects.get().delivery_state == "waiting"


def test_without_the_press_it_is_only_noted(case, house):
    client_of(house.handler).post(url("add_entry", case), SENT)
    row = Communication.objects.get()
    assert (row.delivery_state, row.sent_to) == ("", "")


@pytest.mark.parametrize("extra", [{}, HTMX], ids=["page", "htmx"])
def test_no_address_says_what_to_do_and_keeps_the_text(make_complaint, house, extra):
    complaint = make_complaint(is_raised=True)
    answer = client_of(house.clerk).post(url("add_entry", complaint), {**SENT, "send": "1"}, **extra)
    assert answer.status_code == 422
    assert "no e-mail address" in text_of(answer)
    assert "We look into it." in text_of(answer)
    assert not Communication.objects.exists()


def test_a_failed_one_leads_to_sending_it_again(case, house):
    row = record_communication(case.pk, direction="out", medium="email", summary="x", is_sent=True, by=house.handler)
    Communication.objects.filter(pk=row.pk).update(delivery_state="failed", delivery_error="550 <b>no</b>")
    page = text_of(client_of(house.colleague).get(case.get_absolute_url()))
    assert f"talks/{row.pk}/send-again/" in page
    assert "550 &lt;b&gt;no&lt;/b&gt;" in page
    assert client_of(house.colleague).get(url("send_again", case, row.pk)).status_code == 200
    assert "send-again" not in text_of(client_of(house.auditor).get(case.get_absolute_url()))


def test_details_of_a_talk_are_told(case, house, at_work):
    sent = {
        "kind": "visit", "direction": "out", "minutes": "45", "participants": "Mr Li, our workshop",
        "summary": "Looked", "is_interim": "on", "next_answer_at": "2026-11-20T10:00",
    }  # fmt: skip
    page = text_of(client_of(house.handler).post(url("add_entry", case), sent, **HTMX))
    for part in ("45 min", "with Mr Li, our workshop", "next answer by 20 Nov, 10:00", "an interim answer"):
        assert part in page
    assert Deadline.objects.of(case).open().get(kind="answer").due_at == at_work + timedelta(days=2)


def test_only_the_author_is_offered_a_correction(case, house):
    row = record_communication(case.pk, direction="out", medium="phone", summary="Called him", by=house.handler)
    link = f"talks/{row.pk}/correct/"
    assert link in text_of(client_of(house.handler).get(case.get_absolute_url()))
    assert link not in text_of(client_of(house.supervisor).get(case.get_absolute_url()))
    assert client_of(house.supervisor).get(url("correct_talk", case, row.pk)).status_code == 403
    client = client_of(house.handler)
    assert "Called him" in text_of(client.get(url("correct_talk", case, row.pk)))
    sent = {"summary": "Called her", "medium": "phone", "minutes": "3", "participants": "", "expected": ""}
    assert client.post(url("correct_talk", case, row.pk), {**sent, "summary": ""}).status_code == 422
    assert client.post(url("correct_talk", case, row.pk), sent).url == case.get_absolute_url()
    page = text_of(client.get(case.get_absolute_url()))
    assert "Called her" in page
    assert "Called him" not in page
    # The same page from an older tab.
    assert client.post(url("correct_talk", case, row.pk), {**sent, "summary": "Called them"}).status_code == 409


# ------------------------------------------------------------------ waiting


def test_one_waits_and_goes_on_from_the_page(case, house, at_work):
    client = client_of(house.handler)
    assert url("wait", case) in text_of(client.get(case.get_absolute_url()))
    answer = client.post(url("wait", case), {"reason": "A photo", "until": "2026-11-20T10:00"})
    assert answer.url == case.get_absolute_url()
    page = text_of(client.get(case.get_absolute_url()))
    assert 'id="waiting"' in page
    assert "A photo" in page
    assert "Paused" in page
    assert client.get(url("wait", case)).url == case.get_absolute_url(), "it waits already"
    part = text_of(client.post(url("resume", case), **HTMX))
    assert 'id="waiting"' not in part
    assert 'id="progress"' in part
    assert not Complaint.objects.get(pk=case.pk).is_waiting


@pytest.mark.parametrize(
    "sent",
    [
        {"reason": "", "until": "2026-11-20T10:00"},
        {"reason": "x", "until": ""},
        {"reason": "x", "until": "2026-11-17T10:00"},
        {"reason": "x", "until": "2027-11-17T10:00"},
        {"reason": "x", "until": "soon"},
    ],
)
def test_a_refused_wait_keeps_what_was_typed(case, house, sent):
    answer = client_of(house.handler).post(url("wait", case), sent)
    assert answer.status_code == 422
    assert sent["reason"] in text_of(answer)
    assert not Complaint.objects.get(pk=case.pk).is_waiting


def test_colleagues_are_told_whose_it_is(case, house):
    answer = client_of(house.colleague).get(url("wait", case))
    assert answer.status_code == 403
    assert "its owner or a supervisor" in text_of(answer)


def test_the_queue_groups_what_waits_last_and_counts_it(case, house, at_work, make_complaint):
    record_communication(case.pk, direction="out", medium="phone", summary="x", by=house.handler)
    wait_for_customer(case.pk, reason="x", until=at_work + timedelta(days=2), by=house.handler)
    make_complaint()
    client = client_of(house.handler)
    page = client.get("/?scope=all&show=all")
    assert [part.name for part in page.context["parts"]][-1] == "waiting"
    assert page.context["counters"].waiting == 1
    assert "Wait for the customer" in text_of(page)
    only = client.get("/?scope=all&show=waiting")
    assert [line.number for part in only.context["parts"] for line in part.lines] == [case.number]


# ------------------------------------------------------------------ outside


def test_a_letter_is_recorded_shown_accepted_and_answered(case, house):
    client = client_of(house.handler)
    sent = {
        "channel": "regulator", "summary": "They ask", "authority": "市场监督管理局", "reference": "SAMR-7",
        "received_on": "2026-11-18", "answer_by": "2026-11-25",
    }  # fmt: skip
    assert client.post(url("gone_outside", case), sent).status_code == 302
    matter = OutsideMatter.objects.get()
    page = text_of(client.get(case.get_absolute_url()))
    for part in ("市场监督管理局", "SAMR-7", "Regulator’s answer date", "12315: accept or refuse it"):
        assert part in page
    assert client.post(url("accept_matter", case, matter.pk), {"accepted_on": ""}).status_code == 302
    changed = {"authority": "Office", "reference": "SAMR-8", "received_on": "2026-11-18", "expected_version": "2"}
    assert client.post(url("change_matter", case, matter.pk), changed).status_code == 302
    assert client.post(url("change_matter", case, matter.pk), changed).status_code == 409, "an old tab"
    assert client.post(url("answer_matter", case, matter.pk), {"summary": ""}).status_code == 422
    assert client.post(url("answer_matter", case, matter.pk), {"summary": "Our side"}).status_code == 302
    page = text_of(client.get(case.get_absolute_url()))
    assert "Our side" in page
    assert "SAMR-8" in page
    assert not Deadline.objects.of(case).open().filter(kind="statutory").exists()


def test_it_is_found_by_their_reference_and_their_date(case, house, make_complaint):
    make_complaint()
    record_gone_outside(
        case.pk, channel="regulator", summary="x", authority="Office", reference="SAMR-2026-77",
        answer_by=clock.now().date() + timedelta(days=3), by=house.handler,
    )  # fmt: skip
    client = client_of(house.supervisor)
    for query in ("q=SAMR-2026-77", "reference=samr-2026", "answer_by=2026-11-30", "q=Office"):
        found = client.get(f"/search/?{query}").context["lines"]
        assert [line.number for line in found] == [case.number], query
    for query in ("reference=other", "answer_by=2026-11-19"):
        assert client.get(f"/search/?{query}").context["lines"] == [], query


def test_a_supervisor_gives_the_longer_time_on_the_page(make_complaint, house):
    set_policy(
        "statutory.rules", {**RULES, "bank_insurer": {**RULES["bank_insurer"], "is_on": True}}, by=house.director
    )
    complaint = make_complaint()
    row = Deadline.objects.of(complaint).get(kind="statutory")
    link = url("extend_statutory", complaint, row.pk)
    assert link in text_of(client_of(house.supervisor).get(complaint.get_absolute_url()))
    assert link not in text_of(client_of(house.clerk).get(complaint.get_absolute_url()))
    assert client_of(house.supervisor).post(link, {"reason": "An expert"}).status_code == 302
    assert "More days" not in text_of(client_of(house.supervisor).get(complaint.get_absolute_url()))


def test_statements_stay_few_however_much_was_said(case, house, at_work):
    """What waits and what is outside cost one statement each, and no more for more of it."""
    client = client_of(house.handler)
    plain = statements(client, case.get_absolute_url())
    record_communication(case.pk, direction="out", medium="phone", summary="x", by=house.handler)
    wait_for_customer(case.pk, reason="x", until=at_work + timedelta(days=2), by=house.handler)
    record_gone_outside(case.pk, channel="regulator", summary="x", by=house.handler)
    more = statements(client, case.get_absolute_url())
    # The talks' words, the wait and its reason in the history, and the matters.
    assert more <= plain + 4
    for _number in range(4):
        record_gone_outside(case.pk, channel="regulator", summary="x", by=house.handler)
        record_communication(case.pk, direction="out", medium="phone", summary="x", by=house.handler)
    assert statements(client, case.get_absolute_url()) == more


@pytest.mark.parametrize(
    "text",
    [
        "😀" * 2000,
        "\u202egnirts\u202c",
        "مرحبا שלום",
        "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L",
        "{owner.password} {0} %s %(x)s",
        "<script>alert(1)</script>",
        "a\r\nb",
    ],
)
def test_what_people_write_is_kept_and_shown_as_text(case, house, text):
    client = client_of(house.handler)
    sent = {"kind": "visit", "direction": "out", "summary": text, "participants": text.splitlines()[0][:100]}
    assert client.post(url("add_entry", case), sent).status_code == 302
    page = text_of(client.get(case.get_absolute_url()))
    assert "<script>alert(1)" not in page
    assert Communication.objects.get().summary == text.replace("\r\n", "\n")


def test_20_000_characters_are_refused_with_their_count(case, house):
    answer = client_of(house.handler).post(url("add_entry", case), {**SENT, "summary": "x" * 20_000})
    assert answer.status_code == 422
    assert "it has 20000" in text_of(answer)
