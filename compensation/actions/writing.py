"""Writing a proposal, version by version, and asking for its approval. Source: DOMAIN.md 4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from compensation import events
from compensation.actions.locking import locked_proposal, require_permission, require_review
from compensation.actions.notices import ask_approvers
from compensation.codes import LIVE, Consideration, LineGroup, ProposalState, group_of
from compensation.deadlines import APPROVAL, DECISION_TOLD
from compensation.models import Proposal, ProposalLine
from compensation.workflow import PROPOSAL
from complaints.actions.locking import locked, save
from complaints.codes import RemedyKind
from complaints.deadlines import open_one
from complaints.models import Complaint
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from core.numbering import take_numbers
from deadlines.actions import cancel_deadlines
from events.log import record_event
from policies.reading import policy

MOST_LINES = 20
MOST_COMPARED = 10


@dataclass(frozen=True)
class Line:
    """One remedy as it is written; `group` follows from the kind unless it is said."""

    kind: str
    description: str = ""
    group: str = ""


@dataclass(frozen=True)
class Written:
    """What a proposal says. `alternatives`: {"description": …, "cost": …} each; `considerations` by name."""

    lines: Sequence[Line] = ()
    alternatives: Sequence[Mapping[str, str]] = ()
    only_remedy_reason: str = ""
    considerations: Mapping[str, str] = field(default_factory=dict)


@action
def write_proposal(
    complaint_id: int, written: Written, *, expected: tuple[int, int] | None = None, by: User
) -> Proposal:
    """Write a proposal, which may be incomplete until it is submitted.

    One's own draft is changed; anything else that is live is superseded by a new version. `expected` is (id,
    revision) of what the writer saw. Raises Conflict `stale` when somebody else wrote meanwhile, `with_approver`
    while one waits for its decision.
    """
    require_permission(by, "compensation.propose")
    complaint = locked(complaint_id, by=by)
    require_review(complaint)
    _check(written)
    now = clock.now()
    live = complaint.proposals.select_for_update().filter(state__in=LIVE).first()
    _require_fresh(live, expected)
    if live is not None and live.state == ProposalState.SUBMITTED:
        sentence = _("This proposal waits for its decision and cannot change until then.")
        raise Conflict("with_approver", sentence, current=live)
    if live is not None and live.state == ProposalState.DRAFT and live.proposer_id == by.pk:
        proposal = live
        proposal.revision += 1
    else:
        proposal = _new_version(complaint, live, by, now)
    proposal.alternatives = [_stripped(each) for each in written.alternatives]
    proposal.only_remedy_reason = written.only_remedy_reason.strip()
    proposal.considerations = {name: text.strip() for name, text in written.considerations.items() if text.strip()}
    proposal.updated_at = now
    proposal.save()
    _write_lines(proposal, written.lines)
    _record(events.DRAFTED, proposal, by, now)
    save(complaint, at=now)
    return proposal


def _require_fresh(live: Proposal | None, expected: tuple[int, int] | None) -> None:
    if expected is None:
        return
    if live is None or (live.pk, live.revision) != expected:
        raise Conflict("stale", _("Somebody changed this proposal while you were writing."), current=live)


def _new_version(complaint: Complaint, live: Proposal | None, by: User, now: datetime) -> Proposal:
    last = complaint.proposals.order_by("-version").first()
    if live is not None:
        live.state, live.updated_at = ProposalState.SUPERSEDED, now
        live.save(update_fields=["state", "updated_at"])
        cancel_deadlines(complaint, kinds=[DECISION_TOLD], at=now, by=by)
        _record(events.SUPERSEDED, live, by, now)
    if last is not None:
        number, version = last.number, last.version + 1
    else:
        (number,), version = take_numbers("P", at=now, zone=policy("company.zone")), 1
    return Proposal(complaint=complaint, number=number, version=version, proposer=by, created_at=now)


def _write_lines(proposal: Proposal, lines: Sequence[Line]) -> None:
    """A draft is no history, so its lines are simply the ones written last."""
    proposal.lines.all().delete()
    ProposalLine.objects.bulk_create(
        ProposalLine(
            proposal=proposal,
            position=position,
            kind=line.kind,
            description=line.description.strip(),
            group=line.group or group_of(line.kind),
        )
        for position, line in enumerate(lines, start=1)
    )


def _check(written: Written) -> None:
    blockers = []
    if any(line.kind not in RemedyKind.values for line in written.lines):
        blockers.append(Blocker("unknown_remedy", _("Choose a remedy from the list."), "lines"))
    if any(line.group and line.group not in LineGroup.values for line in written.lines):
        blockers.append(Blocker("unknown_group", _("A remedy is material or moral."), "lines"))
    if len(written.lines) > MOST_LINES:
        blockers.append(Blocker("too_many_lines", _("Propose at most 20 remedies."), "lines"))
    if len(written.alternatives) > MOST_COMPARED:
        blockers.append(Blocker("too_many_compared", _("Compare at most 10 remedies."), "alternatives"))
    for each in written.alternatives:
        if not (each.get("description", "").strip() and each.get("cost", "").strip()):
            sentence = _("Of each remedy compared, write what it is and what it costs us in the end.")
            blockers.append(Blocker("not_costed", sentence, "alternatives"))
            break
    if set(written.considerations) - set(Consideration.values):
        blockers.append(Blocker("unknown_consideration", _("There are five considerations."), "considerations"))
    if blockers:
        raise Blocked(blockers)


def _stripped(alternative: Mapping[str, str]) -> dict[str, str]:
    return {name: alternative[name].strip() for name in ("description", "cost")}


@action
def submit_proposal(proposal_id: int, *, by: User) -> Proposal:
    """Ask for its approval: from here on it is decided as it stands. Starts the promise *approval*.

    Raises Blocked with all that is missing, and PermissionDenied for somebody else's draft: who sends it answers
    for it, and never approves it.
    """
    require_permission(by, "compensation.propose")
    proposal = locked_proposal(proposal_id, by=by)
    complaint = proposal.complaint
    require_review(complaint)
    if proposal.state != ProposalState.DRAFT:
        raise Conflict("not_a_draft", _("This proposal was submitted already."), current=proposal)
    if proposal.proposer_id != by.pk:
        sentence = _("Only who wrote a draft submits it. Write it anew in your own name.")
        raise PermissionDenied("not_your_draft", sentence)
    now = clock.now()
    PROPOSAL.advance(proposal, "submit", by)
    proposal.submitted_at = proposal.updated_at = now
    proposal.save(update_fields=["state", "submitted_at", "updated_at"])
    event = _record(events.SUBMITTED, proposal, by, now)
    open_one(complaint, APPROVAL, at=now, by=by)
    save(complaint, at=now)
    ask_approvers(proposal, event, by, now)
    return proposal


def _record(kind: str, proposal: Proposal, by: User, now: datetime, **more: Any) -> Any:
    return record_event(kind, proposal.complaint, by=by, at=now, **references(proposal), **more)


def references(proposal: Proposal) -> dict[str, Any]:
    """What an event says of a proposal."""
    return {"proposal": proposal.number, "version": proposal.version, "proposal_id": proposal.pk}
