"""The engine that runs every workflow."""

from dataclasses import dataclass

import pytest

from core.errors import Blocked, Blocker, PermissionDenied
from core.workflow import Transition, Workflow


@dataclass
class Case:
    state: str
    is_ready: bool = False
    is_paid: bool = False


@dataclass
class Person:
    permissions: tuple[str, ...] = ("work",)

    def has_perm(self, perm: str, /) -> bool:
        return perm in self.permissions


def ready(case: Case) -> Blocker | None:
    return None if case.is_ready else Blocker("not_ready", "Make it ready.")


def paid(case: Case) -> Blocker | None:
    return None if case.is_paid else Blocker("not_paid", "Pay it.")


@pytest.fixture
def workflow() -> Workflow:
    return Workflow(
        {
            "finish": Transition(("open",), "done", "work", "Finish", (ready, paid)),
            "restart": Transition(("done",), lambda case: "paid" if case.is_paid else "open", "lead", "Restart"),
        }
    )


def test_all_unmet_conditions_are_told_at_once(workflow):
    case = Case("open")
    with pytest.raises(Blocked) as refused:
        workflow.advance(case, "finish", Person())
    assert [blocker.code for blocker in refused.value.blockers] == ["not_ready", "not_paid"]
    assert case.state == "open"


def test_what_is_offered_and_what_is_enforced_are_the_same(workflow):
    case = Case("open", is_ready=True)
    (offer,) = workflow.offers(case, Person())
    assert (offer.name, offer.target, offer.is_allowed) == ("finish", "done", False)
    assert list(offer.blockers) == workflow.blockers(case, "finish")


def test_met_conditions_let_it_pass(workflow):
    case = Case("open", is_ready=True, is_paid=True)
    workflow.advance(case, "finish", Person())
    assert case.state == "done"


def test_the_target_may_depend_on_the_case(workflow):
    case = Case("done", is_paid=True)
    workflow.advance(case, "restart", Person(("lead",)))
    assert case.state == "paid"


def test_without_the_permission_nothing_is_offered_or_done(workflow):
    case = Case("open", is_ready=True, is_paid=True)
    assert workflow.offers(case, Person(())) == []
    with pytest.raises(PermissionDenied):
        workflow.advance(case, "finish", Person(()))
    assert case.state == "open"


def test_the_system_needs_no_permission(workflow):
    case = Case("open", is_ready=True, is_paid=True)
    workflow.advance(case, "finish", None)
    assert case.state == "done"


def test_a_wrong_state_is_a_sentence(workflow):
    assert [blocker.code for blocker in workflow.blockers(Case("done"), "finish")] == ["wrong_state"]


def test_an_upper_app_adds_conditions(workflow):
    workflow.require("finish", lambda case: Blocker("never", "Never."))
    assert [b.code for b in workflow.blockers(Case("open", True, True), "finish")] == ["never"]
