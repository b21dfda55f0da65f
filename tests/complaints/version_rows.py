"""What every action of a case is tried with: what comes before it, and how it is done. See test_version.py."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from complaints.actions import (
    agree,
    classes,
    ends,
    evaluation,
    outside_matters,
    questions,
    reopening,
    sending,
    suggestions,
    talks,
    transitions,
    waiting,
    written_reports,
)
from complaints.models import Complaint
from complaints.root_causes import ensure_starter_root_causes
from core import clock
from events.models import OutboxMessage
from policies.actions import set_policy
from policies.statutory import RULES
from tests.complaints.below import law_of, matter_of
from tests.complaints.cases import FACTS
from tests.complaints.evaluated import told
from tests.house import House, make_sent_report

Prepare = Callable[[Complaint, House], object]
ENDED: dict[str, Any] = {"reason": "They had to go.", "outcome": "settled", "relief": "explanation"}
WORDS = {"what_happened": "It leaks.", "facts": "It does leak."}


def in_case(state: str) -> Prepare:
    """Class 2, at this stage, by the row."""

    def prepare(complaint: Complaint, house: House) -> None:
        classes.raise_class(complaint.pk, by=house.clerk)
        Complaint.objects.filter(pk=complaint.pk).update(state=state)
        complaint.refresh_from_db()

    return prepare


def then(first: Prepare, *others: Prepare) -> Prepare:
    def prepare(complaint: Complaint, house: House) -> None:
        for each in (first, *others):
            each(complaint, house)

    return prepare


def reported(complaint: Complaint, house: House) -> None:
    make_sent_report(complaint, by=house.clerk)


def acknowledged(complaint: Complaint, house: House) -> None:
    ensure_starter_root_causes()
    written_reports.acknowledge_report(make_sent_report(complaint, by=house.clerk).pk, by=house.manager)


def asked(complaint: Complaint, house: House) -> None:
    questions.ask_question(complaint.pk, kind="open", question="How?", by=house.clerk)


def outside(complaint: Complaint, house: House) -> None:
    matter_of(complaint)


def under_a_law(complaint: Complaint, house: House) -> None:
    rules = RULES | {"bank_insurer": RULES["bank_insurer"] | {"is_on": True}}
    set_policy("statutory.rules", rules, by=house.director)
    law_of(complaint)


def talked(complaint: Complaint, house: House) -> None:
    talks.record_communication(complaint.pk, direction="out", medium="phone", summary="Called.", by=house.clerk)


def mailed(state: str) -> Prepare:
    """An e-mail that has left, or could not, of which the complaint has not been told."""

    def prepare(complaint: Complaint, house: House) -> None:
        Complaint.objects.filter(pk=complaint.pk).update(contact_email="emily@example.org")
        talks.record_communication(
            complaint.pk, direction="out", medium="email", summary="We look into it.", is_sent=True, by=house.clerk
        )
        OutboxMessage.objects.filter(channel="customer_email").update(state=state, sent_at=clock.now())

    return prepare


def failed(complaint: Complaint, house: House) -> None:
    mailed("failed")(complaint, house)
    sending.note_delivery(complaint.communications.get().pk)


def waits(complaint: Complaint, house: House) -> None:
    waiting.wait_for_customer(complaint.pk, reason="A photo.", until=clock.now() + timedelta(days=2), by=house.clerk)


def correct(complaint: Complaint, house: House) -> object:
    talk = complaint.communications.get()
    return talks.correct_communication(
        talk.pk,
        expected=None,
        summary="Called twice.",
        medium="phone",
        duration_seconds=60,
        participants="",
        by=house.clerk,
    )


def change_matter(complaint: Complaint, house: House) -> object:
    return outside_matters.change_matter(
        matter_of(complaint).pk,
        authority="12315",
        reference="2026-77",
        received_on=date(2026, 11, 2),
        answer_by=None,
        by=house.clerk,
    )


def decline(complaint: Complaint, house: House) -> object:
    grounds: dict[str, Any] = {"is_unreasonable": True, "has_no_more_business": True, "remains_open": "A court"}
    return ends.decline(complaint.pk, **ENDED, **grounds, by=house.clerk)


def report_of(complaint: Complaint) -> int:
    return complaint.written_reports.get().pk


def nothing(complaint: Complaint, house: House) -> None:
    pass


EVALUATE = in_case("evaluate")
OF_CASES: dict[str, tuple[Prepare, Prepare]] = {
    "record_details": (in_case("get_details"), lambda c, h: agree.record_details(c.pk, restated="A leak.", by=h.clerk)),
    "confirm_details": (in_case("get_details"), lambda c, h: agree.confirm_details(c.pk, **FACTS, by=h.clerk)),
    "execute": (in_case("execute"), lambda c, h: agree.execute(c.pk, note="Done on Friday.", by=h.clerk)),
    "go_back": (in_case("review"), lambda c, h: agree.go_back(c.pk, "new_facts", reason="A photo.", by=h.clerk)),
    "go_on": (
        then(in_case("get_details"), lambda c, h: agree.record_details(c.pk, **FACTS, by=h.clerk)),
        lambda c, h: agree.go_on(c.pk, "details_confirmed", by=h.clerk),
    ),
    "decline": (in_case("review"), decline),
    "refer": (nothing, lambda c, h: ends.refer(c.pk, to="court", **ENDED, by=h.clerk)),
    "reopen_complaint": (
        lambda c, h: transitions.withdraw(c.pk, **ENDED, by=h.clerk),
        lambda c, h: reopening.reopen_complaint(c.pk, reason="She came back.", by=h.clerk),
    ),
    "ask_question": (
        in_case("get_details"),
        lambda c, h: questions.ask_question(c.pk, kind="open", question="How?", by=h.clerk),
    ),
    "answer_question": (
        then(in_case("get_details"), asked),
        lambda c, h: questions.answer_question(c.pk, c.case_questions.get().pk, answer="Loud.", by=h.clerk),
    ),
    "record_evaluation": (EVALUATE, lambda c, h: evaluation.record_evaluation(c.pk, did_well="Called.", by=h.clerk)),
    "keep_suggestion": (nothing, lambda c, h: suggestions.keep_suggestion(c.pk, text="A list.", by=h.clerk)),
    "answer_suggestion": (
        lambda c, h: suggestions.keep_suggestion(c.pk, text="A list.", by=h.clerk),
        lambda c, h: suggestions.answer_suggestion(
            c.suggestions.get().pk, state="taken_up", answer="We do.", by=h.supervisor
        ),
    ),
    "save_report": (
        EVALUATE,
        lambda c, h: written_reports.save_report(c.pk, sections=WORDS, language="en", by=h.clerk),
    ),
    "acknowledge_report": (
        then(EVALUATE, reported),
        lambda c, h: written_reports.acknowledge_report(report_of(c), by=h.manager),
    ),
    "return_report": (
        then(EVALUATE, reported),
        lambda c, h: written_reports.return_report(report_of(c), question="When?", by=h.manager),
    ),
    "accept_matter": (outside, lambda c, h: outside_matters.accept_matter(matter_of(c).pk, by=h.clerk)),
    "answer_matter": (
        outside,
        lambda c, h: outside_matters.answer_matter(matter_of(c).pk, summary="Ours.", by=h.clerk),
    ),
    "change_matter": (outside, change_matter),
    "extend_statutory": (
        under_a_law,
        lambda c, h: outside_matters.extend_statutory(law_of(c).pk, reason="An expert.", by=h.supervisor),
    ),
    "wait_for_customer": (nothing, waits),
    "resume_complaint": (waits, lambda c, h: waiting.resume_complaint(c.pk, by=h.clerk)),
    "correct_communication": (talked, correct),
    "note_delivery": (mailed("sent"), lambda c, h: sending.note_delivery(c.communications.get().pk)),
    "send_communication_again": (
        failed,
        lambda c, h: sending.send_communication_again(c.communications.get().pk, by=h.clerk),
    ),
}
# They keep what is said, and move it on besides: two changes in one press.
IN_TWO_STEPS: dict[str, tuple[Prepare, Prepare]] = {
    "submit_report": (
        EVALUATE,
        lambda c, h: written_reports.submit_report(c.pk, sections=WORDS, language="en", by=h.clerk),
    ),
    "evaluate": (then(EVALUATE, acknowledged), lambda c, h: evaluation.evaluate(c.pk, **told(), by=h.clerk)),
    "close_if_complete": (
        then(EVALUATE, acknowledged),
        lambda c, h: evaluation.close_if_complete(c.pk, **told(), by=h.clerk),
    ),
}
# These change a cause, a card, a template or a root cause alone.
OF_NO_COMPLAINT = {
    "open_cause", "add_to_cause", "assign_cause", "plan_action", "finish_action", "check_effect", "save_card",
    "archive_card", "restore_card", "add_starter_cards", "save_root_cause", "save_template", "add_starter_templates",
}  # fmt: skip
