"""Several people at the same case and proposal at the same moment: one wins, the others are told."""

import threading
from collections import Counter

import pytest

from compensation.actions import writing
from compensation.actions.answering import accept_proposal, decline_proposal
from compensation.actions.deciding import approve_proposal, reject_proposal, return_proposal
from compensation.actions.writing import write_proposal
from compensation.models import Proposal
from complaints.actions import agree
from complaints.actions.reopening import reopen_complaint
from complaints.actions.transitions import withdraw
from core import clock
from core.errors import Conflict
from events.models import Event
from tests.complaints.cases import FACTS, WHOLE, approved, at_details, at_review, submitted
from tests.complaints.test_actions_races import at_once
from tests.house import WORKING_HOUR, House

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house():
    with clock.frozen(WORKING_HOUR):
        yield House()


def test_two_approvers_press_at_once_and_one_decides(house):
    proposal = submitted(house, at_review(house))
    answers = at_once(
        [
            lambda: approve_proposal(proposal.pk, by=house.supervisor),
            lambda: reject_proposal(proposal.pk, reason="No", by=house.manager),
            lambda: return_proposal(proposal.pk, question="Why?", by=house.director),
        ]
    )
    assert answers == {"won": 1, "already_decided": 2}
    decided = Event.objects.filter(type__in=["proposal.approved", "proposal.rejected", "proposal.returned"])
    assert decided.count() == 1


def test_without_the_lock_both_would_decide(house, monkeypatch):
    """The control: what the lock is for."""
    proposal = submitted(house, at_review(house))
    meeting = threading.Barrier(2, timeout=10)

    def unlocked(proposal_id, *, by):
        found = Proposal.objects.select_related("complaint__department", "proposer", "approver").get(pk=proposal_id)
        meeting.wait()
        return found

    monkeypatch.setattr("compensation.actions.deciding.locked_proposal", unlocked)
    answers = at_once([lambda by=by: approve_proposal(proposal.pk, by=by) for by in (house.supervisor, house.manager)])
    assert answers["already_decided"] == 0


def test_accepted_and_declined_at_once(house):
    proposal = approved(house, at_review(house))
    answers = at_once(
        [
            lambda: accept_proposal(proposal.pk, goes_on=True, by=house.handler),
            lambda: decline_proposal(proposal.pk, by=house.clerk),
        ]
    )
    assert answers == {"won": 1, "already_decided": 1}


def test_two_write_the_first_proposal_at_once(house):
    complaint = at_review(house)
    answers = at_once([lambda by=by: write_proposal(complaint.pk, WHOLE, by=by) for by in (house.handler, house.clerk)])
    assert answers == {"won": 2}
    assert sorted(complaint.proposals.values_list("version", "state")) == [(1, "superseded"), (2, "draft")]


def test_two_move_the_case_at_once(house):
    complaint = at_details(house)
    people = (house.handler, house.clerk, house.supervisor)
    answers = at_once([lambda by=by: agree.confirm_details(complaint.pk, by=by, **FACTS) for by in people])
    assert answers == {"won": 1, "stage_left": 2}


def test_approved_while_new_facts_come_up(house):
    complaint = at_review(house)
    proposal = submitted(house, complaint)
    answers = at_once(
        [
            lambda: approve_proposal(proposal.pk, by=house.supervisor),
            lambda: agree.go_back(complaint.pk, "new_facts", reason="Why", by=house.handler),
        ]
    )
    complaint.refresh_from_db()
    proposal.refresh_from_db()
    # Whoever came first: nothing that was made for the old facts is left to be accepted.
    assert (complaint.state, proposal.state) == ("get_details", "superseded")
    assert answers in (Counter(won=2), Counter(won=1, already_decided=1))


def test_reopened_once_by_two(house):
    complaint = at_review(house)
    withdraw(complaint.pk, reason="x", outcome="settled", relief="explanation", by=house.handler)
    answers = at_once(
        [lambda by=by: reopen_complaint(complaint.pk, reason="Again", by=by) for by in (house.handler, house.clerk)]
    )
    assert answers == {"won": 1, "already_open": 1}
    complaint.refresh_from_db()
    assert complaint.reopened_count == 1


def test_the_same_draft_submitted_twice(house):
    complaint = at_review(house)
    draft = write_proposal(complaint.pk, WHOLE, by=house.handler)
    answers = at_once([lambda: writing.submit_proposal(draft.pk, by=house.handler)] * 2)
    assert answers == {"won": 1, "not_a_draft": 1}
    with pytest.raises(Conflict):
        write_proposal(complaint.pk, WHOLE, by=house.handler)
