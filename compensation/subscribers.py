"""What proposals do when something happens on their complaint."""

from compensation import events
from compensation.codes import ProposalState
from compensation.deadlines import APPROVAL, DECISION_TOLD
from compensation.workflow import live_proposal
from complaints import events as of_complaints
from complaints.codes import Direction, SeverityClass, State
from complaints.models import Complaint
from deadlines.actions import cancel_deadlines, meet_deadline
from events.log import record_event
from events.models import Event
from events.subscribe import subscribe

# After these the plan of before counts no more: it was made for other facts, or for a customer who took it.
UNDO_THE_PLAN = ("new_facts", "not_accepted", "dissatisfied", "reopen", "lower")
# What somebody is still writing serves for the next version, unless everything begins anew.
KEPT_WHILE_WRITTEN = (ProposalState.DRAFT, ProposalState.RETURNED)


@subscribe(of_complaints.TRANSITIONED)
def a_step_back_undoes_the_plan(event: Event, subject: Complaint) -> None:
    """A plan is carried out once it was approved and accepted anew. Source: DOMAIN.md 3.4, *Backwards*."""
    if event.data["name"] not in UNDO_THE_PLAN:
        return
    proposal = live_proposal(subject)
    if proposal is None:
        return
    begins_anew = event.data["name"] in ("reopen", "lower")
    if proposal.state in KEPT_WHILE_WRITTEN and not begins_anew:
        return
    proposal.state = ProposalState.SUPERSEDED
    proposal.updated_at = event.at
    proposal.save(update_fields=["state", "updated_at"])
    cancel_deadlines(subject, kinds=[APPROVAL, DECISION_TOLD], at=event.at, by=event.actor)
    record_event(
        events.SUPERSEDED,
        subject,
        by=event.actor,
        at=event.at,
        proposal=proposal.number,
        version=proposal.version,
        proposal_id=proposal.pk,
    )


@subscribe(of_complaints.COMMUNICATED)
def a_talk_tells_the_decision(event: Event, subject: Complaint) -> None:
    """Once it is approved, the next word to the customer tells it."""
    is_told = event.data["direction"] == Direction.OUT and subject.severity_class == SeverityClass.TWO
    if is_told and subject.state == State.REVIEW:
        meet_deadline(DECISION_TOLD, subject, at=event.at, by=event.actor)
