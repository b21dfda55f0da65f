"""The page of one complaint: all facts, what is due, what happened, kept fresh; and who sees it."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from complaints import case_page
from complaints.actions import classes, desk, ownership, talks
from complaints.actions.links import link_complaints
from complaints.class_reasons import ICONS
from complaints.codes import State
from complaints.intake import PromiseMade
from complaints.models import Complaint
from core import clock
from deadlines.actions import fire_due_deadlines
from deadlines.models import Deadline
from events.registry import _kinds as announced_kinds
from tests.complaints.pages import HTMX, client_of, statements, text_of, url
from tests.house import House

FULL = {
    "title": "Panoramic roof promised",
    "description": "全景天窗承诺未兑现。",
    "happened_where": "Binjiang store",
    "people_involved": "The seller Tom",
    "demands": ["exchange", "refund"],
    "amount_claimed": Decimal(20_000),
    "cost_of_waiting": "A rented car",
    "upset": "angry",
    "threats": ["regulator"],
    "product_name": "Song Plus",
    "product_symptom": "No roof",
    "product_before": "A Corolla",
    "representative_name": "Lawyer Wu",
    "promises": [PromiseMade("The roof is standard", "Tom", "brochure")],
    "company": "Wang & Sons",
    "preferred_time": "after 18:30",
}

QUESTIONS = (
    "raise", "lower", "leave", "withdraw", "void", "gone_outside", "assign", "link", "refer", "declined", "reopen",
    "new_facts", "not_accepted", "not_fulfilled", "dissatisfied",
)  # fmt: skip

END = {"reason": "Moved away", "outcome": "settled", "relief": "explanation"}


# ------------------------------------------------------------------ what is shown


def test_all_facts_are_on_the_page_and_the_words_come_unshortened(make_complaint, house):
    words = "很长的话" * 900
    answers = {
        **FULL,
        "description": words,
        "category_id": house.over_promising.pk,
        "further_category_ids": [house.attitude.pk],
        "subject_ids": [house.colleague.pk],
    }
    page = text_of(client_of(house.clerk).get(make_complaint(**answers).get_absolute_url()))
    assert words in page
    for fact in (
        "Panoramic roof promised", "Binjiang store", "The seller Tom", "Exchange", "¥20,000", "A rented car", "Angry",
        "Regulator", "Song Plus", "No roof", "A Corolla", "Lawyer Wu", "The roof is standard · Tom · Brochure",
        "Wang &amp; Sons", "after 18:30", "Over-promising", "Service attitude", "Colleague", "In person", "West store",
    ):  # fmt: skip
        assert fact in page, fact


def test_what_is_unknown_is_left_out(make_complaint, house):
    page = text_of(client_of(house.clerk).get(make_complaint().get_absolute_url()))
    for label in ("Cost of waiting", "Symptom", "On behalf", "Promised", "About staff", "How it ended"):
        assert label not in page


def test_words_of_another_language_are_marked_and_harmless(make_complaint, house):
    complaint = make_complaint(
        description=f"<script>alert(1)</script> {'天窗漏水' * 9} {{{{ 7*7 }}}}", name="<b>Eve</b>"
    )
    page = text_of(client_of(house.clerk).get(complaint.get_absolute_url()))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in page
    assert "<b>Eve</b>" not in page
    assert '<bdi lang="zh">' in page


def test_the_rail_shows_where_it_is(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk)
    page = client_of(house.clerk).get(complaint.get_absolute_url())
    rail = page.context["page"].rail
    assert [stage.look for stage in rail.stages] == ["done", "now", "todo", "todo", "todo", "todo"]
    assert "2 of 5" in text_of(page)
    classes.raise_class(complaint.pk, by=house.clerk)
    rail = client_of(house.clerk).get(complaint.get_absolute_url()).context["page"].rail
    assert [stage.look for stage in rail.stages] == ["done", "now", "todo", "todo", "todo", "todo"]
    assert [stage.letter for stage in rail.stages[:5]] == list("AGREE")


def test_an_end_in_the_middle_claims_no_stage_that_was_not_reached(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk)
    client = client_of(house.clerk)
    client.post(url("leave", complaint), END)
    rail = client.get(complaint.get_absolute_url()).context["page"].rail
    assert [stage.look for stage in rail.stages] == ["done", "todo", "todo", "todo", "todo", "done"]


@pytest.mark.parametrize(
    ("answers", "who", "title", "press"),
    [
        ({}, "colleague", "Nobody owns it yet.", "Take it"),
        ({"is_taken": True}, "clerk", "Hear them out", "Go on at the desk"),
        (
            {"is_raised": True, "by_handler": True},
            "handler",
            "Contact Emily Carter: the first contact is due.",
            "Note a call",
        ),
        ({"is_raised": True, "is_taken": True}, "handler", "This case needs a handler.", "Take it"),
        ({"is_raised": True}, "clerk", "Nobody owns it yet.", "Listen at the desk"),
    ],
)
def test_the_one_next_step(make_complaint, house, answers, who, title, press):
    answers = dict(answers)
    is_handlers = answers.pop("by_handler", False)
    complaint = make_complaint(**answers)
    if is_handlers:
        ownership.take_complaint(complaint.pk, by=house.handler)
    page = client_of(getattr(house, who)).get(complaint.get_absolute_url())
    bar = page.context["page"].next_bar
    assert bar.title == title
    assert press in [str(each.words) for each in bar.presses]
    assert text_of(page).count("btn-primary") == 1


def test_an_answer_that_is_due_asks_for_an_interim_one(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    ownership.take_complaint(complaint.pk, by=house.handler)
    talks.record_communication(complaint.pk, direction="out", medium="phone", summary="Called", by=house.handler)
    talks.record_communication(complaint.pk, direction="in", medium="sms", summary="And?", by=house.handler)
    bar = client_of(house.handler).get(complaint.get_absolute_url()).context["page"].next_bar
    assert bar.title == "Answer Emily Carter, even if it is not final."
    assert [press.name for press in bar.presses] == ["message", "call"]


def test_what_must_be_true_before_the_next_stage(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    client = client_of(house.handler)
    page = client.get(complaint.get_absolute_url())
    conditions = page.context["page"].conditions
    assert (conditions.target_name, conditions.left) == ("Get details", 2)
    assert "2 of 2 left" in text_of(page)
    ownership.take_complaint(complaint.pk, by=house.handler)
    lines = client.get(complaint.get_absolute_url()).context["page"].conditions.lines
    assert [(line.is_met, str(line.text)) for line in lines] == [
        (False, "Record the first contact with the customer."),
        (True, "Somebody owns it."),
    ]
    # Every link of an unmet condition leads somewhere on the page.
    assert 'id="composer"' in text_of(page)
    assert 'id="owner"' in text_of(page)


def test_pressing_says_what_is_missing_in_the_same_words(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    answer = client_of(house.handler).post(url("act", complaint), **HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#refusal")
    assert "Nobody owns this case." in text_of(answer)
    assert "Record the first contact" in text_of(answer)


def test_moving_on(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    ownership.take_complaint(complaint.pk, by=house.handler)
    talks.record_communication(complaint.pk, direction="out", medium="phone", summary="Called", by=house.handler)
    client = client_of(house.handler)
    assert client.post(url("act", complaint), **HTMX)["HX-Redirect"] == complaint.get_absolute_url()
    complaint.refresh_from_db()
    assert complaint.state == State.GET_DETAILS
    assert client.post(url("act", complaint)).status_code == 409


def test_deadlines_with_chips_and_why(make_complaint, house):
    complaint = make_complaint()
    client = client_of(house.clerk)
    page = client.get(complaint.get_absolute_url())
    kinds = [line.deadline.kind for line in page.context["page"].deadlines]
    # The nearest first.
    assert kinds[:2] == ["owned", "first_response"]
    assert set(kinds[2:]) == {"answer", "resolved", "oral_report"}
    assert text_of(page).count("data-due=") >= 5
    row = Deadline.objects.of(complaint).get(kind="resolved")
    for extra in ({}, HTMX):
        answer = client.get(url("why_deadline", complaint, row.pk), **extra)
        assert answer.status_code == 200
        assert "18 Nov" in text_of(answer)
    other = make_complaint(phone="138 0571 0001")
    assert client.get(url("why_deadline", other, row.pk)).status_code == 404


def test_escalations_can_be_read(make_complaint, house, at_work):
    complaint = make_complaint()
    with clock.frozen(at_work + timedelta(minutes=31)):
        fire_due_deadlines(100, clock.now())
        page = text_of(client_of(house.clerk).get(complaint.get_absolute_url()))
    assert "Somebody owns it: not met in time" in page
    assert "First response: not met in time" in page
    assert 'class="alarm"' in page
    assert "Overdue" in page


def test_the_timeline_by_day_newest_first_with_what_was_said(make_complaint, house, at_work):
    complaint = make_complaint(description="I was charged twice.")
    with clock.frozen(at_work + timedelta(days=1)):
        talks.record_communication(complaint.pk, direction="in", medium="sms", summary="And now?", by=house.clerk)
        talks.write_note(complaint.pk, text="Ask the workshop", by=house.colleague)
        page = client_of(house.clerk).get(complaint.get_absolute_url())
    days = page.context["page"].days
    assert [str(day.on) for day in days] == ["2026-11-19", "2026-11-18"]
    assert [entry.text for entry in days[0].entries] == ["Ask the workshop", "And now?"]
    assert (days[0].entries[0].is_note, days[0].entries[1].is_customer) == (True, True)
    shown = text_of(page)
    assert "Today, 19 November" in shown
    assert "Yesterday, 18 November" in shown
    assert "only colleagues read this" in shown


@pytest.mark.parametrize(
    ("show", "texts"),
    [
        ("customer", ["Called", "I was charged twice."]),
        ("notes", ["Ask the workshop"]),
        ("all", ["Ask the workshop", "Called", "I was charged twice."]),
        ("nonsense", ["Ask the workshop", "Called", "I was charged twice."]),
    ],
)
def test_the_timeline_is_filtered(make_complaint, house, show, texts):
    complaint = make_complaint(description="I was charged twice.")
    talks.record_communication(complaint.pk, direction="out", medium="phone", summary="Called", by=house.clerk)
    talks.write_note(complaint.pk, text="Ask the workshop", by=house.colleague)
    page = client_of(house.clerk).get(complaint.get_absolute_url(), {"show": show})
    assert [entry.text for day in page.context["page"].days for entry in day.entries if entry.text] == texts


def test_the_clocks_own_book_keeping_is_asked_for(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    client = client_of(house.clerk)

    def kinds(show):
        days = client.get(complaint.get_absolute_url(), {"show": show}).context["page"].days
        return {entry.event.type for day in days for entry in day.entries}

    assert not any(kind.startswith("deadline.") for kind in kinds("all"))
    assert kinds("clock") == {"deadline.opened", "deadline.met"}


def test_a_long_history_is_read_in_parts(make_complaint, house):
    complaint = make_complaint()
    for n in range(case_page.PAGE + 5):
        talks.write_note(complaint.pk, text=f"Note {n}", by=house.clerk)
    client = client_of(house.clerk)
    page = client.get(complaint.get_absolute_url())
    older = page.context["page"].older
    assert f"before={older}" in text_of(page)
    rest = client.get(complaint.get_absolute_url(), {"before": older})
    texts = [entry.text for day in rest.context["page"].days for entry in day.entries if entry.text]
    assert texts[-1] == complaint.description
    assert "Back to the newest" in text_of(rest)
    for odd in ("0", "-1", "x", "9" * 40, "\0"):
        assert client.get(complaint.get_absolute_url(), {"before": odd}).status_code == 200


def test_links_show_only_what_the_reader_may_see(make_complaint, house):
    one, other = make_complaint(), make_complaint(phone="138 0571 0001")
    hidden = make_complaint(phone="138 0571 0002", subject_ids=[house.colleague.pk])
    link_complaints(one.pk, other.number, relation="same_matter", by=house.clerk)
    link_complaints(one.pk, hidden.number, relation="related", by=house.clerk)
    seen = text_of(client_of(house.clerk).get(one.get_absolute_url()))
    assert other.number in seen
    assert hidden.number in seen
    seen = text_of(client_of(house.colleague).get(one.get_absolute_url()))
    assert other.number in seen
    assert hidden.number not in seen


def test_every_icon_of_the_page_is_there():
    names = {kind.icon for kind in announced_kinds.values()} | set(ICONS.values())
    assert not [name for name in names if not finders.find(f"icons/{name}.svg")]


# ------------------------------------------------------------------ kept fresh


def test_nothing_new_is_an_empty_answer_and_news_bring_the_parts(make_complaint, house):
    complaint = make_complaint()
    client = client_of(house.clerk)
    mark = client.get(complaint.get_absolute_url()).context["page"].mark
    assert client.get(url("live", complaint), {"have": mark}, **HTMX).status_code == 204
    talks.write_note(complaint.pk, text="问一下车间", by=house.colleague)
    answer = client.get(url("live", complaint), {"have": mark}, **HTMX)
    page = text_of(answer)
    assert answer.status_code == 200
    for part in ("history", "case-head", "rail", "progress", "deadlines"):
        assert page.count(f'id="{part}"') == 1
    assert page.count("hx-swap-oob") == 5
    assert "Colleague wrote a note" in unquote(answer["X-News"])
    # What one types stands outside of what is replaced.
    assert 'id="composer"' not in page


def test_asking_costs_little(make_complaint, house):
    complaint = make_complaint()
    client = client_of(house.clerk)
    mark = client.get(complaint.get_absolute_url()).context["page"].mark
    assert statements(client, f"{url('live', complaint)}?have={mark}", **HTMX) <= 7


# ------------------------------------------------------------------ who sees the pages

PAGES = ("detail", "live", "edit", "slip", "slip_qr", "desk", *QUESTIONS)


@pytest.mark.parametrize("who", ["colleague", "east_clerk", "administrator"])
@pytest.mark.parametrize("name", PAGES)
def test_what_one_must_not_see_is_not_there(make_complaint, house, who, name):
    complaint = make_complaint(subject_ids=[house.colleague.pk])
    assert client_of(getattr(house, who)).get(url(name, complaint)).status_code in (404, 403)
    if who != "administrator":
        missing = client_of(getattr(house, who)).get(url(name, complaint).replace(complaint.number, "C-2026-999999"))
        assert missing.status_code == client_of(getattr(house, who)).get(url(name, complaint)).status_code


def test_a_page_of_no_complaint_is_not_there(house, db):
    client = client_of(house.clerk)
    for number in ("C-2026-999999", "C-1-1", "x", "C-2026-00000１"):
        assert client.get(f"/complaints/{number}/").status_code == 404


def test_the_auditor_reads_everything_and_presses_nothing(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    client = client_of(house.auditor)
    page = text_of(client.get(complaint.get_absolute_url()))
    assert complaint.number in page
    for press in ("composer", "next-take", "move-on", "Change the record", "Slip for the customer"):
        assert press not in page
    for name in ("add_entry", "act", *QUESTIONS):
        assert client.post(url(name, complaint), {"kind": "note", "summary": "x"}).status_code == 403
    assert client.get(url("edit", complaint)).status_code == 403


@pytest.mark.parametrize("name", ["add_entry", "act"])
def test_pressing_needs_a_post(make_complaint, house, name):
    assert client_of(house.clerk).get(url(name, make_complaint())).status_code == 405


def test_without_a_sign_in_one_is_sent_to_it(make_complaint, db):
    complaint = make_complaint()
    assert Client().get(complaint.get_absolute_url()).url.startswith("/accounts/login/?next=/complaints/")
    assert Client().get(url("live", complaint), **HTMX).status_code == 401


# ------------------------------------------------------------------ statements


def fill(complaint: Complaint, house: House, count: int) -> None:
    for n in range(count):
        talks.record_communication(complaint.pk, direction="out", medium="phone", summary=f"Call {n}", by=house.clerk)
        talks.write_note(complaint.pk, text=f"Note {n}", by=house.colleague)


@pytest.mark.parametrize("is_raised", [False, True], ids=["LASTR", "AGREE"])
def test_statements_stay_few_however_much_has_happened(make_complaint, house, is_raised):
    complaint = make_complaint(is_raised=is_raised)
    client = client_of(house.clerk)
    fill(complaint, house, 10)
    few = statements(client, complaint.get_absolute_url())
    assert few <= 12
    fill(complaint, house, 10)
    assert statements(client, complaint.get_absolute_url()) == few


def test_parts_that_are_there_cost_one_statement_each(make_complaint, house):
    others = [make_complaint(phone=f"1380571{n:04d}") for n in range(6)]
    complaint = make_complaint(
        **FULL,
        category_id=house.product.pk,
        further_category_ids=[house.attitude.pk],
        subject_ids=[house.colleague.pk],
    )
    link_complaints(complaint.pk, others[0].number, relation="related", by=house.clerk)
    client = client_of(house.clerk)
    few = statements(client, complaint.get_absolute_url())
    assert few <= 17
    for other in others[1:]:
        link_complaints(complaint.pk, other.number, relation="related", by=house.clerk)
    complaint.subject_rows.create(user=house.handler)
    complaint.promises.create(what="A second roof")
    assert statements(client, complaint.get_absolute_url()) == few
