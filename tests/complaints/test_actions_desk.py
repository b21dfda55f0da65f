"""LASTR at the desk: each step records what it must, and a refusal leaves nothing behind. Source: DOMAIN.md 3.3."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Delegation
from accounts.roles import Role
from complaints.actions import classes, desk, transitions
from complaints.codes import Relief, RemedyKind, Satisfaction, SeverityClass, State
from complaints.models import Complaint, DeskChange, StepRecord
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event, Notification
from tests.complaints.refusals import refused
from tests.house import make_user

REMEDY: dict[str, Any] = {
    "remedy_kinds": ["repair", "voucher"],
    "remedy": "Sensor plug reseated; a car-wash voucher",
    "value": Decimal(120),
    "satisfaction": Satisfaction.BASICALLY_SATISFIED,
}


@pytest.fixture
def at_step(make_complaint, house):
    """A complaint of the clerk at a step, the ones before done."""

    def make(step, **answers):
        complaint = make_complaint(is_taken=True, **answers)
        steps = [
            lambda: desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk),
            lambda: desk.apologise(complaint.pk, was_said=True, by=house.clerk),
            lambda: desk.satisfy(complaint.pk, **REMEDY, by=house.clerk),
            lambda: desk.thank(complaint.pk, was_thanked=True, by=house.clerk),
        ]
        for finish in steps[: list(State).index(step)]:
            finish()
        complaint.refresh_from_db()
        assert complaint.state == step
        return complaint

    return make


def state_of(complaint: Complaint, kind: str) -> str:
    return Deadline.objects.of(complaint).get(kind=kind).state


def last_event(complaint):
    return Event.objects.of(complaint).exclude(type__startswith="deadline.").order_by("-seq").first()


# ------------------------------------------------------------------ the five steps


def test_listening_restates_the_problem_and_is_the_first_response(at_step, house, at_work):
    complaint = at_step(State.LISTEN)
    with clock.frozen(at_work + timedelta(minutes=4)):
        desk.listen(complaint.pk, restated="  Charged twice for the blades. ", customer_agreed=True, by=house.clerk)
    complaint.refresh_from_db()
    assert complaint.state == State.APOLOGISE
    assert complaint.step_records.get().text == "Charged twice for the blades."
    assert complaint.first_contact_at == at_work + timedelta(minutes=4)
    assert state_of(complaint, "first_response") == "met"
    assert state_of(complaint, "answer") == "pending"
    event = last_event(complaint)
    assert (event.type, event.data["name"], event.data["to"]) == ("complaint.transitioned", "listened", "apologise")
    assert "blades" not in event.data_text


@pytest.mark.parametrize(("restated", "agreed"), [("", True), ("   ", True), ("Charged twice.", False)])
def test_listening_needs_the_sentence_and_the_customers_yes(at_step, house, restated, agreed):
    complaint = at_step(State.LISTEN)
    with refused(Blocked, "not_restated"):
        desk.listen(complaint.pk, restated=restated, customer_agreed=agreed, by=house.clerk)


def test_the_apology_is_said(at_step, house):
    complaint = at_step(State.APOLOGISE)
    with refused(Blocked, "not_apologised"):
        desk.apologise(complaint.pk, was_said=False, by=house.clerk)
    desk.apologise(complaint.pk, was_said=True, by=house.clerk)
    complaint.refresh_from_db()
    assert complaint.state == State.SATISFY


def test_satisfying_records_remedy_and_reaction_and_resolves_it(at_step, house):
    complaint = at_step(State.SATISFY)
    desk.satisfy(complaint.pk, **REMEDY, by=house.clerk)
    complaint.refresh_from_db()
    record = complaint.step_records.get(step=State.SATISFY)
    assert (complaint.state, complaint.satisfaction) == (State.THANK, "basically_satisfied")
    assert (record.text, record.value, record.remedy_kinds) == (REMEDY["remedy"], 120, ["repair", "voucher"])
    assert {state_of(complaint, kind) for kind in ("answer", "resolved")} == {"met"}
    assert state_of(complaint, "oral_report") == "pending"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"remedy": "  "}, "no_remedy"),
        ({"remedy_kinds": []}, "no_remedy"),
        ({"remedy_kinds": ["bribe"]}, "unknown_remedy"),
        ({"satisfaction": ""}, "no_reaction"),
        ({"satisfaction": "delighted"}, "no_reaction"),
        ({"satisfaction": Satisfaction.DISSATISFIED}, "dissatisfied"),
        ({"value": Decimal("200.01")}, "above_authority"),
    ],
)
def test_satisfying_is_refused_when(at_step, house, changed, why):
    complaint = at_step(State.SATISFY)
    with refused(Blocked, why):
        desk.satisfy(complaint.pk, **{**REMEDY, **changed}, by=house.clerk)


def test_the_limit_itself_is_within_it_and_the_sentence_names_both_sums(at_step, house):
    complaint = at_step(State.SATISFY)
    with refused(Blocked, "above_authority") as told:
        desk.satisfy(complaint.pk, **{**REMEDY, "value": Decimal("200.50")}, by=house.clerk)
    assert str(told.value.blockers[0].message).startswith("¥200.50 is above your limit of ¥200.")
    desk.satisfy(complaint.pk, **{**REMEDY, "value": Decimal(200)}, by=house.clerk)


def test_a_supervisor_at_the_desk_has_their_own_limit(at_step, house):
    complaint = at_step(State.SATISFY)
    desk.satisfy(complaint.pk, **{**REMEDY, "value": Decimal(5_000)}, by=house.supervisor)


@pytest.mark.parametrize("reaction", ["basically_satisfied", "satisfied", "loyal"])
def test_from_basically_satisfied_on_it_goes_on(at_step, house, reaction):
    complaint = at_step(State.SATISFY)
    assert desk.satisfy(complaint.pk, **{**REMEDY, "satisfaction": reaction}, by=house.clerk).state == State.THANK


def test_the_customer_is_thanked(at_step, house):
    complaint = at_step(State.THANK)
    with refused(Blocked, "not_thanked"):
        desk.thank(complaint.pk, was_thanked=False, by=house.clerk)
    assert desk.thank(complaint.pk, was_thanked=True, by=house.clerk).state == State.REPORT


# ------------------------------------------------------------------ out of turn


def test_a_second_press_changes_nothing_and_is_told(at_step, house):
    complaint = at_step(State.APOLOGISE)
    with refused(Conflict, "step_done"):
        desk.listen(complaint.pk, restated="Something else.", customer_agreed=True, by=house.colleague)


def test_a_step_cannot_be_jumped(at_step, house):
    complaint = at_step(State.LISTEN)
    with refused(Blocked, "wrong_state"):
        desk.satisfy(complaint.pk, **REMEDY, by=house.clerk)


def test_nothing_is_done_on_what_has_ended(at_step, house):
    complaint = at_step(State.LISTEN)
    transitions.withdraw(complaint.pk, reason="Gone", outcome="settled", relief="explanation", by=house.clerk)
    with refused(Conflict, "already_ended"):
        desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk)


@pytest.mark.parametrize("who", ["auditor", "administrator"])
def test_who_works_at_no_desk_does_no_step(at_step, house, who):
    complaint = at_step(State.LISTEN)
    with refused((PermissionDenied, Complaint.DoesNotExist)):
        desk.listen(complaint.pk, restated="x", customer_agreed=True, by=getattr(house, who))


def test_what_one_must_not_see_one_cannot_act_on(at_step, house):
    complaint = at_step(State.LISTEN, subject_ids=[house.colleague.pk])
    for by in (house.colleague, house.east_clerk):
        with refused(Complaint.DoesNotExist):
            desk.listen(complaint.pk, restated="x", customer_agreed=True, by=by)


# ------------------------------------------------------------------ corrections


def test_a_correction_keeps_the_old_words_and_the_state(at_step, house):
    complaint = at_step(State.SATISFY)
    desk.correct_step(complaint.pk, State.LISTEN, by=house.colleague, text="Charged three times.")
    complaint.refresh_from_db()
    assert complaint.state == State.SATISFY
    texts = list(complaint.step_records.filter(step=State.LISTEN).values_list("text", "superseded_at"))
    assert texts == [("Charged twice.", clock.now()), ("Charged three times.", None)]
    assert (last_event(complaint).type, last_event(complaint).data) == ("complaint.step_corrected", {"step": "listen"})


@pytest.mark.parametrize(
    ("step", "recorded", "why"),
    [
        (State.LISTEN, {"text": ""}, "not_restated"),
        (State.SATISFY, {"text": "x", "remedy_kinds": ["gift"], "value": None, "satisfaction": ""}, "no_reaction"),
        (
            State.SATISFY,
            {"text": "x", "remedy_kinds": ["gift"], "value": None, "satisfaction": "dissatisfied"},
            "dissatisfied",
        ),
        (
            State.SATISFY,
            {"text": "x", "remedy_kinds": ["cash"], "value": Decimal(999), "satisfaction": "loyal"},
            "above_authority",
        ),
        (State.REPORT, {"text": "x"}, "step_not_done"),
    ],
)
def test_a_correction_must_let_the_step_pass(at_step, house, step, recorded, why):
    complaint = at_step(State.THANK)
    with refused(Blocked, why):
        desk.correct_step(complaint.pk, step, by=house.clerk, **recorded)


def test_correcting_the_reaction_changes_the_satisfaction(at_step, house):
    complaint = at_step(State.THANK)
    recorded = {"text": "Voucher", "remedy_kinds": ["voucher"], "value": None, "satisfaction": "loyal"}
    desk.correct_step(complaint.pk, State.SATISFY, by=house.clerk, **recorded)
    complaint.refresh_from_db()
    assert complaint.satisfaction == "loyal"


def test_the_auditor_corrects_nothing(at_step, house):
    complaint = at_step(State.APOLOGISE)
    with refused(PermissionDenied):
        desk.correct_step(complaint.pk, State.LISTEN, by=house.auditor, text="x")


# ------------------------------------------------------------------ change time, place or person


@pytest.mark.parametrize("what", ["time", "place", "person"])
@pytest.mark.parametrize("step", [State.LISTEN, State.SATISFY, State.REPORT])
def test_a_change_is_noted_at_every_step_and_each_is_kept(at_step, house, what, step):
    complaint = at_step(step)
    for _again in range(2):
        desk.change_desk(complaint.pk, what=what, note="Moved to the lounge", by=house.clerk)
    assert complaint.desk_changes.filter(what=what).count() == 2
    complaint.refresh_from_db()
    assert complaint.state == step
    assert last_event(complaint).type == "complaint.desk_changed"
    assert "lounge" not in last_event(complaint).data_text


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"what": "weather", "note": "x"}, "unknown_change"),
        ({"what": "place", "note": "  "}, "no_note"),
        ({"what": "time", "note": "x", "at": timedelta(0)}, "in_the_past"),
        ({"what": "time", "note": "x", "at": timedelta(minutes=-1)}, "in_the_past"),
    ],
)
def test_a_change_is_refused_when(at_step, house, at_work, answers, why):
    complaint = at_step(State.LISTEN)
    if "at" in answers:
        answers = {**answers, "at": at_work + answers["at"]}
    with refused(Blocked, why):
        desk.change_desk(complaint.pk, **answers, by=house.clerk)


def test_another_time_is_kept(at_step, house, at_work):
    complaint = at_step(State.LISTEN)
    tomorrow = at_work + timedelta(days=1)
    desk.change_desk(complaint.pk, what="time", note="Tomorrow, with the mechanic", at=tomorrow, by=house.clerk)
    assert DeskChange.objects.get().at == tomorrow


# ------------------------------------------------------------------ the supervisor


def test_one_press_calls_the_supervisor_over(at_step, house, at_work):
    complaint = at_step(State.LISTEN)
    assert desk.call_supervisor(complaint.pk, by=house.clerk) == [house.supervisor]
    complaint.refresh_from_db()
    assert complaint.supervisor_called_at == at_work
    told = Notification.objects.get(code="complaint.come_over")
    assert (told.recipient, told.url) == (house.supervisor, complaint.get_absolute_url())


def test_a_supervisor_it_is_about_is_passed_over(at_step, house):
    complaint = at_step(State.LISTEN, subject_ids=[house.supervisor.pk])
    assert desk.call_supervisor(complaint.pk, by=house.clerk) == [house.manager]


def test_who_acts_for_an_absent_supervisor_is_called(at_step, house, at_work):
    deputy = make_user("deputy", house.west, Role.SUPERVISOR)
    Delegation.objects.create(
        delegator=house.supervisor,
        delegate=deputy,
        starts_at=at_work - timedelta(days=1),
        ends_at=at_work + timedelta(days=1),
    )
    complaint = at_step(State.LISTEN)
    assert desk.call_supervisor(complaint.pk, by=house.clerk) == [deputy]


def test_with_nobody_on_duty_the_press_says_so(at_step, house):
    complaint = at_step(State.LISTEN)
    for user in (house.supervisor, house.manager, house.director):
        user.is_active = False
        user.save()
    with refused(Blocked, "nobody_on_duty"):
        desk.call_supervisor(complaint.pk, by=house.clerk)


# ------------------------------------------------------------------ class 2 at the desk


def test_a_case_is_listened_to_at_the_desk_and_carries_it_along(make_complaint, house, at_work):
    complaint = make_complaint(is_raised=True)
    desk.meet_at_desk(complaint.pk, State.LISTEN, text="Charged twice.", by=house.clerk)
    desk.meet_at_desk(complaint.pk, State.APOLOGISE, by=house.clerk)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.severity_class) == (State.ACT, SeverityClass.TWO)
    assert complaint.first_contact_at == at_work
    assert state_of(complaint, "first_response") == "met"
    assert set(StepRecord.objects.values_list("step", flat=True)) == {"listen", "apologise"}


@pytest.mark.parametrize(
    ("step", "text", "error", "why"),
    [
        (State.LISTEN, "  ", Blocked, "not_restated"),
        (State.SATISFY, "x", Conflict, "not_at_desk"),
        (State.REPORT, "x", Conflict, "not_at_desk"),
    ],
)
def test_at_the_desk_a_case_is_refused_when(make_complaint, house, step, text, error, why):
    complaint = make_complaint(is_raised=True)
    with refused(error, why):
        desk.meet_at_desk(complaint.pk, step, text=text, by=house.clerk)


def test_a_case_is_listened_to_once(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    desk.meet_at_desk(complaint.pk, State.LISTEN, text="Charged twice.", by=house.clerk)
    with refused(Conflict, "step_done"):
        desk.meet_at_desk(complaint.pk, State.LISTEN, text="Something else.", by=house.colleague)


def test_the_steps_of_lastr_are_not_for_a_case(make_complaint, house):
    complaint = make_complaint(is_raised=True)
    with refused(Blocked, "wrong_state"):
        desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk)


def test_what_was_done_at_the_desk_stays_when_it_is_raised(at_step, house):
    complaint = at_step(State.SATISFY)
    classes.raise_class(complaint.pk, by=house.clerk)
    complaint.refresh_from_db()
    assert (complaint.severity_class, complaint.state) == (SeverityClass.TWO, State.GET_DETAILS)
    assert complaint.step_records.count() == 2


# ------------------------------------------------------------------ small rules


@pytest.mark.parametrize(
    ("kinds", "relief"),
    [
        ([], Relief.EXPLANATION),
        ([RemedyKind.OTHER], Relief.EXPLANATION),
        ([RemedyKind.REPAIR], Relief.NON_MONETARY),
        ([RemedyKind.APOLOGY, RemedyKind.GIFT], Relief.NON_MONETARY),
        ([RemedyKind.REPAIR, RemedyKind.VOUCHER], Relief.MONETARY),
        ([RemedyKind.REFUND], Relief.MONETARY),
        ([RemedyKind.CASH], Relief.MONETARY),
        ([RemedyKind.DISCOUNT], Relief.MONETARY),
        ([RemedyKind.CANCEL_PURCHASE], Relief.MONETARY),
    ],
)
def test_the_remedy_suggests_the_relief(kinds, relief):
    assert desk.suggested_relief(StepRecord(remedy_kinds=[kind.value for kind in kinds])) == relief


@pytest.mark.parametrize(
    ("upset", "heated"), [("", False), ("calm", False), ("annoyed", False), ("angry", True), ("furious", True)]
)
def test_angry_and_furious_want_calming_first(upset, heated):
    assert desk.is_heated(Complaint(upset=upset)) is heated
