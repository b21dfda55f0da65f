"""Random actions by random roles over LASTR and AGREE, against a simple model. Source: RELIABILITY.md 6.

MACHINE="500x30" runs 500 examples of 30 steps; without it a few, so that CI stays quick.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from compensation.actions import answering, deciding, writing
from compensation.models import Proposal
from complaints.actions import agree, classes, desk, ends, ownership, reopening, reports, talks, transitions
from complaints.models import Complaint
from core import clock
from core.errors import DomainError, PermissionDenied
from deadlines.actions import fire_due_deadlines
from deadlines.models import Deadline
from events.verification import Tally, problems
from tests.complaints.agree_model import LASTR, Model
from tests.complaints.cases import FACTS, WHOLE
from tests.house import WORKING_HOUR, House, lodge

EXAMPLES, STEPS = (int(part) for part in os.environ.get("MACHINE", "12x20").split("x"))
WHO = st.sampled_from(["clerk", "colleague", "handler", "supervisor", "manager", "auditor", "east_clerk"])
WORKERS = ("clerk", "colleague", "handler", "supervisor", "manager")
LEADERS = ("supervisor", "manager")
END: dict[str, Any] = {"reason": "Why", "outcome": "settled", "relief": "explanation"}
DECISIONS: dict[str, Callable[..., object]] = {
    "approved": deciding.approve_proposal,
    "returned": lambda pk, by: deciding.return_proposal(pk, question="Why?", by=by),
    "rejected": lambda pk, by: deciding.reject_proposal(pk, reason="No", by=by),
}
LASTR_CALLS: dict[str, Callable[[int, Any], object]] = {
    "listen": lambda pk, by: desk.listen(pk, restated="Twice.", customer_agreed=True, by=by),
    "apologise": lambda pk, by: desk.apologise(pk, was_said=True, by=by),
    "satisfy": lambda pk, by: desk.satisfy(pk, remedy_kinds=["repair"], remedy="It", satisfaction="satisfied", by=by),
    "thank": lambda pk, by: desk.thank(pk, was_thanked=True, by=by),
}


class Machine(RuleBasedStateMachine):
    """One complaint of the west store; each rule tries something and says what must come of it."""

    house: House
    complaint: Complaint
    model: Model

    @initialize(severity_class=st.sampled_from([1, 2]))
    def begin(self, severity_class: int) -> None:
        # One house for all examples; what an example did is taken back at its end.
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = WORKING_HOUR
        self.frozen = clock.frozen(self.now)
        self.frozen.__enter__()
        self.complaint = lodge(self.house.clerk, is_raised=severity_class == 2)
        self.model = Model.begin(severity_class)

    def teardown(self) -> None:
        if not hasattr(self, "atomic"):
            return
        try:
            # Every event of this life, to the last one.
            assert list(problems(Tally())) == []
        finally:
            self.frozen.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def attempt(self, who: str, is_possible: bool, call: Callable[[Any], object], *, may: tuple[str, ...]) -> bool:
        """Do it as somebody, and hold the product to it: done, or refused for the right reason. Says whether done."""
        by = getattr(self.house, who)
        refusal: Exception | None = None
        try:
            with transaction.atomic():
                call(by)
        except (DomainError, Complaint.DoesNotExist, Proposal.DoesNotExist) as error:
            refusal = error
        if isinstance(refusal, ObjectDoesNotExist):
            assert who == "east_clerk"
        elif isinstance(refusal, PermissionDenied):
            assert who not in may, "who may do it was told that they may not"
        elif refusal is not None:
            assert not is_possible or who not in may, f"refused: {refusal}"
        else:
            assert who in may, "somebody did what they may not"
            assert is_possible, "done though the model says that it cannot be"
        return refusal is None

    # ---------------------------------------------------------------- time

    @rule(minutes=st.sampled_from([1, 45, 300, 1500]))
    def time_passes(self, minutes: int) -> None:
        """The sweep fires what is due; a promise that is broken stays open."""
        self.frozen.__exit__(None, None, None)
        self.now += timedelta(minutes=minutes)
        self.frozen = clock.frozen(self.now)
        self.frozen.__enter__()
        while fire_due_deadlines(now=self.now):
            pass

    # ---------------------------------------------------------------- both classes

    @rule(who=WHO)
    def take(self, who: str) -> None:
        row = Complaint.objects.get(pk=self.complaint.pk)
        owner = row.owner.username if row.owner else ""
        is_over = owner in ("clerk", "colleague") and who in ("handler", *LEADERS) and row.severity_class == 2
        possible = self.model.is_open and (not owner or owner == who or is_over)
        if self.attempt(who, possible, lambda by: ownership.take_complaint(row.pk, by=by), may=WORKERS):
            self.model.take()

    @rule(who=WHO, direction=st.sampled_from(["in", "out"]))
    def talk(self, who: str, direction: str) -> None:
        told: dict[str, Any] = {"direction": direction, "medium": "phone", "summary": "Talked"}
        pk = self.complaint.pk
        done = self.attempt(
            who, self.model.is_open, lambda by: talks.record_communication(pk, by=by, **told), may=WORKERS
        )
        if done:
            self.model.talk(is_outward=direction == "out")

    @rule(who=WHO, name=st.sampled_from(["withdraw", "refer", "void", "left"]))
    def end(self, who: str, name: str) -> None:
        pk = self.complaint.pk
        calls: dict[str, Callable[[Any], object]] = {
            "withdraw": lambda by: transitions.withdraw(pk, by=by, **END),
            "refer": lambda by: ends.refer(pk, to="court", by=by, **END),
            "void": lambda by: transitions.void(pk, reason="Mistake", by=by),
            "left": lambda by: transitions.leave(pk, by=by, **END),
        }
        is_possible = self.model.is_open and (name != "left" or self.model.state in LASTR[:-1])
        may = LEADERS if name == "void" else WORKERS
        if self.attempt(who, is_possible, calls[name], may=may):
            states = {"withdraw": "withdrawn", "refer": "referred", "void": "voided", "left": "closed"}
            self.model.end(states[name])

    @rule(who=WHO)
    def reopen(self, who: str) -> None:
        is_possible = self.model.state in ("closed", "withdrawn", "referred", "declined")
        pk = self.complaint.pk
        if self.attempt(
            who, is_possible, lambda by: reopening.reopen_complaint(pk, reason="Again", by=by), may=WORKERS
        ):
            self.model.reopen()

    @rule(who=WHO)
    def raise_class(self, who: str) -> None:
        pk = self.complaint.pk
        if self.attempt(who, self.model.state in LASTR, lambda by: classes.raise_class(pk, by=by), may=WORKERS):
            self.model.raise_class()

    @rule(who=WHO)
    def lower_class(self, who: str) -> None:
        is_possible = self.model.is_open and self.model.severity_class == 2
        pk = self.complaint.pk
        if self.attempt(who, is_possible, lambda by: classes.lower_class(pk, reason="Small", by=by), may=LEADERS):
            self.model.lower_class()

    # ---------------------------------------------------------------- LASTR

    @rule(who=WHO, data=st.data())
    def step(self, who: str, data: st.DataObject) -> None:
        """Mostly the step in hand, else any other: the product says which."""
        usual = self.model.state if self.model.state in LASTR_CALLS else "listen"
        name = data.draw(st.sampled_from([usual, usual, usual, *LASTR_CALLS]))
        pk = self.complaint.pk
        if self.attempt(who, self.model.state == name, lambda by: LASTR_CALLS[name](pk, by), may=WORKERS):
            self.model.step(name)

    @rule(who=WHO)
    def report(self, who: str) -> None:
        pk, to = self.complaint.pk, self.house.manager if who == "supervisor" else self.house.supervisor
        told: dict[str, Any] = {"to": to, "outcome": "upheld", "relief": "explanation"}
        possible = self.model.state == "report"
        if self.attempt(who, possible, lambda by: reports.report_orally(pk, by=by, **told), may=WORKERS):
            self.model.report()

    @rule(who=st.sampled_from(["director"]))
    def confirm_report(self, who: str) -> None:
        pk = self.complaint.pk
        is_possible = self.complaint.oral_reports.filter(superseded_at=None).exists()
        if self.attempt(who, is_possible, lambda by: reports.confirm_oral_report(pk, by=by), may=("director",)):
            self.model.confirm_report()

    # ---------------------------------------------------------------- AGREE

    @rule(who=WHO)
    def act(self, who: str) -> None:
        is_possible = self.model.state == "act" and self.model.may_go_on()
        if self.attempt(who, is_possible, lambda by: transitions.act(self.complaint.pk, by=by), may=WORKERS):
            self.model.forward()

    @rule(who=WHO, nature=st.sampled_from(["valid", "communicative", ""]), agreed=st.booleans())
    def confirm_details(self, who: str, nature: str, agreed: bool) -> None:
        told = {**FACTS, "nature": nature, "customer_agreed": agreed}
        is_possible = self.model.state == "get_details" and bool(nature) and agreed
        pk = self.complaint.pk
        if self.attempt(who, is_possible, lambda by: agree.confirm_details(pk, by=by, **told), may=WORKERS):
            self.model.forward()

    @rule(who=WHO)
    def agree_to_the_plan(self, who: str) -> None:
        is_possible = self.model.state == "review" and self.model.may_go_on()
        pk = self.complaint.pk
        if self.attempt(who, is_possible, lambda by: agree.go_on(pk, "plan_agreed", by=by), may=WORKERS):
            self.model.forward()

    @rule(who=WHO, note=st.sampled_from(["Done", "Done", " "]))
    def execute(self, who: str, note: str) -> None:
        is_possible = self.model.state == "execute" and self.model.may_go_on(note=note.strip())
        pk = self.complaint.pk
        if self.attempt(who, is_possible, lambda by: agree.execute(pk, note=note, by=by), may=WORKERS):
            self.model.forward()

    @rule(who=WHO, name=st.sampled_from(["not_accepted", "new_facts", "not_fulfilled", "dissatisfied"]))
    def back(self, who: str, name: str) -> None:
        sources = {
            "not_accepted": ("execute",),
            "new_facts": ("review", "execute", "evaluate"),
            "not_fulfilled": ("evaluate",),
            "dissatisfied": ("evaluate",),
        }
        pk = self.complaint.pk
        is_possible = self.model.state in sources[name]
        if self.attempt(who, is_possible, lambda by: agree.go_back(pk, name, reason="Why", by=by), may=WORKERS):
            self.model.back(name)

    @rule(who=WHO, first=st.booleans(), second=st.booleans())
    def decline(self, who: str, first: bool, second: bool) -> None:
        grounds: dict[str, Any] = {"is_unreasonable": first, "has_no_more_business": second, "remains_open": "A court"}
        is_possible = self.model.state == "review" and (first or second)
        may = WORKERS if first == second or self.model.state != "review" else LEADERS
        pk = self.complaint.pk
        if self.attempt(who, is_possible, lambda by: ends.decline(pk, by=by, **grounds, **END), may=may):
            self.model.end("declined")

    # ---------------------------------------------------------------- the proposal

    def live(self) -> Proposal | None:
        return Proposal.objects.live().filter(complaint=self.complaint).first()

    @rule(who=WHO)
    def write(self, who: str) -> None:
        is_possible = self.model.state == "review" and self.model.proposal != "submitted"
        pk = self.complaint.pk
        if self.attempt(who, is_possible, lambda by: writing.write_proposal(pk, WHOLE, by=by), may=WORKERS):
            self.model.write()

    @rule(data=st.data())
    def submit(self, data: st.DataObject) -> None:
        if (proposal := self.live()) is None:
            return
        who = data.draw(st.sampled_from([proposal.proposer.username.replace("eastclerk", "east_clerk"), "auditor"]))
        is_possible = self.model.state == "review" and self.model.proposal == "draft"
        pk = proposal.pk
        if self.attempt(who, is_possible, lambda by: writing.submit_proposal(pk, by=by), may=WORKERS):
            self.model.submit()

    @rule(who=WHO, decision=st.sampled_from(sorted(DECISIONS)))
    def decide(self, who: str, decision: str) -> None:
        if (proposal := self.live()) is None:
            return
        is_possible = self.model.state == "review" and self.model.proposal == "submitted"
        may = tuple(name for name in LEADERS if name != proposal.proposer.username)
        pk = proposal.pk
        if self.attempt(who, is_possible, lambda by: DECISIONS[decision](pk, by=by), may=may):
            self.model.decide(decision)

    @rule(who=WHO, is_yes=st.booleans(), goes_on=st.booleans())
    def answer(self, who: str, is_yes: bool, goes_on: bool) -> None:
        if (proposal := self.live()) is None:
            return
        is_possible = self.model.state == "review" and self.model.proposal == "approved"
        pk = proposal.pk

        def call(by: Any) -> object:
            if is_yes:
                return answering.accept_proposal(pk, goes_on=goes_on, by=by)
            return answering.decline_proposal(pk, by=by)

        if self.attempt(who, is_possible, call, may=WORKERS):
            self.model.answer(is_yes=is_yes)
            if is_yes and goes_on:
                self.model.forward()

    # ---------------------------------------------------------------- what must hold after each step

    @invariant()
    def it_is_where_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        row = Complaint.objects.get(pk=self.complaint.pk)
        assert (row.state, row.severity_class) == (self.model.state, self.model.severity_class)
        assert bool(row.owner_id) == self.model.is_owned
        assert row.reopened_count == self.model.reopened
        live = self.live()
        assert (live.state if live else "") == self.model.proposal

    @invariant()
    def these_clocks_run_and_no_others(self) -> None:
        if not hasattr(self, "model"):
            return
        rows = Deadline.objects.of(self.complaint)
        assert set(rows.open().values_list("kind", flat=True)) == self.model.clocks
        row = Complaint.objects.get(pk=self.complaint.pk)
        nearest = min((each.due_at for each in rows.running()), default=None) if self.model.is_open else None
        assert row.next_due_at == nearest


@pytest.fixture
def machine(house: House) -> type[Machine]:
    Machine.house = house
    return Machine


def test_no_state_without_its_conditions_and_no_clock_wrong(machine):
    sizes = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None)
    run_state_machine_as_test(machine, settings=sizes)
