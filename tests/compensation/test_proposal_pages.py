"""A proposal in the browser: written, decided, answered, and the inbox of those who decide."""

import pytest
from django.urls import reverse

from compensation.actions.writing import write_proposal
from compensation.models import Proposal
from complaints.codes import State
from tests.complaints.cases import COMPARED, FIVE, WHOLE, approved, at_review, submitted
from tests.complaints.pages import HTMX, client_of, statements, text_of

FORM = {
    "line_0_kind": "service_upgrade",
    "line_0_description": "Ceramic coating",
    "line_2_kind": "apology",
    "line_2_description": "In person",
    "other_0_description": COMPARED[0]["description"],
    "other_0_cost": COMPARED[0]["cost"],
    "other_1_description": COMPARED[1]["description"],
    "other_1_cost": COMPARED[1]["cost"],
    **FIVE,
}


def url(name, complaint):
    return reverse(f"compensation:{name}", args=[complaint.number])


def test_written_and_submitted_in_one_press(house, at_work):
    complaint = at_review(house)
    client = client_of(house.handler)
    assert client.get(url("write", complaint)).status_code == 200
    answer = client.post(url("write", complaint), {**FORM, "do": "submit", "seen": ""})
    assert answer.status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.state == "submitted"
    assert [line.kind for line in proposal.lines.all()] == ["service_upgrade", "apology"]
    assert proposal.alternatives == COMPARED
    page = text_of(client.get(complaint.get_absolute_url()))
    for words in (proposal.number, "version 1", "Waits for approval", "Ceramic coating", "A coating", FIVE["demand"]):
        assert words in page, words


def test_what_is_missing_is_said_at_its_field_and_the_draft_is_kept(house, at_work):
    complaint = at_review(house)
    client = client_of(house.handler)
    few = {"line_0_kind": "refund", "line_0_description": "All", "do": "submit", "seen": ""}
    answer = client.post(url("write", complaint), few)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert {"other_0_description", "long_relationship"} <= set(form.errors)
    assert Proposal.objects.get().state == "draft"
    # The same page sends on from there.
    sent = {**FORM, "do": "submit", "seen": answer.context["seen"]}
    assert client.post(url("write", complaint), sent).status_code == 302
    assert Proposal.objects.get().state == "submitted"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"line_0_kind": ""}, "line_0_kind"),
        ({"line_0_kind": "gold"}, "line_0_kind"),
        ({"other_1_cost": ""}, "other_1_cost"),
        ({"other_1_description": ""}, "other_1_description"),
        ({"demand": "x" * 501}, "demand"),
    ],
)
def test_a_row_that_is_half_filled_is_told(house, at_work, changed, field):
    answer = client_of(house.handler).post(url("write", at_review(house)), {**FORM, **changed, "do": "keep"})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Proposal.objects.count() == 0


def test_the_form_begins_with_what_was_written_last_and_has_rows_to_spare(house, at_work):
    complaint = at_review(house)
    write_proposal(complaint.pk, WHOLE, by=house.handler)
    client = client_of(house.handler)
    form = client.get(url("write", complaint)).context["form"]
    assert (form.line_count, form.other_count) == (4, 4)
    assert form["line_1_description"].value() == "In person"
    assert form["our_fault"].value() == "Shared"


def test_two_who_write_at_once_the_second_is_told_and_keeps_the_words(house, at_work):
    complaint = at_review(house)
    client = client_of(house.handler)
    write_proposal(complaint.pk, WHOLE, by=house.handler)
    seen = client.get(url("write", complaint)).context["seen"]
    write_proposal(complaint.pk, WHOLE, by=house.handler)
    answer = client.post(url("write", complaint), {**FORM, "do": "keep", "seen": seen})
    assert answer.status_code == 409
    assert "Ceramic coating" in text_of(answer)


def test_decided_on_the_page_of_the_case(house, at_work):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    handlers, supervisors = client_of(house.handler), client_of(house.supervisor)
    assert url("approve", complaint) not in text_of(handlers.get(complaint.get_absolute_url()))
    page = text_of(supervisors.get(complaint.get_absolute_url()))
    for name in ("approve", "return", "reject"):
        assert url(name, complaint) in page
    sent = {"proposal": proposal.pk}
    assert supervisors.post(url("approve", complaint), sent, **HTMX)["HX-Redirect"].endswith("#proposal")
    # A second press, from another tab.
    answer = client_of(house.manager).post(url("approve", complaint), sent, **HTMX)
    assert answer.status_code == 409
    assert "Supervisor has decided already: Approved." in text_of(answer)


@pytest.mark.parametrize(
    ("name", "word", "state"), [("return", "question", "returned"), ("reject", "reason", "rejected")]
)
def test_returned_and_rejected_with_words(house, at_work, name, word, state):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    client = client_of(house.supervisor)
    assert client.get(url(name, complaint)).status_code == 200
    assert client.post(url(name, complaint), {"proposal": proposal.pk, word: ""}).status_code == 422
    assert client.post(url(name, complaint), {"proposal": proposal.pk, word: "When can it be?"}).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decision_note) == (state, "When can it be?")
    assert "When can it be?" in text_of(client_of(house.handler).get(complaint.get_absolute_url()))


@pytest.mark.parametrize(("goes_on", "state"), [({"goes_on": "on"}, State.EXECUTE), ({}, State.REVIEW)])
def test_the_customer_accepts_it(house, at_work, goes_on, state):
    complaint = at_review(house)
    proposal = approved(house, complaint)
    client = client_of(house.handler)
    assert client.get(url("accept", complaint)).status_code == 200
    assert client.post(url("accept", complaint), {"proposal": proposal.pk, **goes_on}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.state == state


def test_the_customer_declines_it(house, at_work):
    complaint = at_review(house)
    proposal = approved(house, complaint)
    client = client_of(house.handler)
    assert client.post(url("decline", complaint), {"proposal": proposal.pk, "note": "Too little"}).status_code == 302
    page = text_of(client.get(complaint.get_absolute_url()))
    for words in ("Declined by the customer", "Too little", "Write a new version"):
        assert words in page


def test_where_nothing_is_proposed_there_is_nothing_to_answer(house, at_work):
    complaint = at_review(house)
    client = client_of(house.supervisor)
    for name in ("return", "reject", "accept", "decline"):
        assert client.get(url(name, complaint)).status_code == 302
        assert client.post(url(name, complaint), {"proposal": 5, "question": "x", "reason": "x"}).status_code == 409
    for name in ("submit", "approve"):
        assert client.post(url(name, complaint), {}).status_code == 409
    assert "Nothing is proposed yet" in text_of(client.get(complaint.get_absolute_url()))


def test_all_versions_with_their_reasons(house, at_work):
    complaint = at_review(house)
    approved(house, complaint)
    write_proposal(complaint.pk, WHOLE, by=house.handler)
    page = text_of(client_of(house.auditor).get(url("versions", complaint)))
    for words in ("version 1", "version 2", "Superseded", "Draft", FIVE["word_of_mouth"]):
        assert words in page


def test_the_inbox_shows_what_waits_and_nothing_else(house, at_work):
    complaint = at_review(house)
    client = client_of(house.supervisor)
    assert "Nothing waits for your decision." in text_of(client.get(reverse("compensation:inbox")))
    proposal = submitted(house, complaint)
    page = text_of(client.get(reverse("compensation:inbox")))
    assert proposal.number in page
    assert "Approvals" in page
    few = statements(client, reverse("compensation:inbox"))
    submitted(house, at_review(house, phone="138 0571 0001"))
    assert statements(client, reverse("compensation:inbox")) == few
    assert client_of(house.handler).get(reverse("compensation:inbox")).status_code == 403
    assert "Approvals" not in text_of(client_of(house.handler).get("/"))
