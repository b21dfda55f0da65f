"""Suggestions found in complaints: kept with one click, answered by a leader. Source: DOMAIN.md 3.6."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import refused
from complaints import events
from complaints.actions.locking import locked, save
from complaints.cause_events import ANSWERED_NOTICE
from complaints.models import Complaint, Suggestion
from complaints.models.suggestion import SUGGESTION_LIMIT
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict
from events.log import record_event, record_text_change
from events.notices import notify

State = Suggestion.State
KEEP, ANSWER = "complaints.work_desk", "complaints.answer_suggestions"


@action
def keep_suggestion(complaint_id: int, *, text: str, by: User) -> Suggestion:
    """Keep a suggestion found in a complaint, also in one that has ended; the same words are kept once."""
    if not by.has_perm(KEEP):
        raise refused(KEEP)
    complaint = locked(complaint_id, by=by)
    now = clock.now()
    kept = keep_on(complaint, text, by=by, at=now)
    save(complaint, at=now)
    return kept


def keep_on(complaint: Complaint, text: str, *, by: User, at: datetime) -> Suggestion:
    """As `keep_suggestion`, on a complaint that the caller has locked and will save."""
    text = text.strip()
    if not text:
        raise Blocked([Blocker("no_suggestion", _("Write the suggestion in one or two sentences."), "text")])
    known = complaint.suggestions.filter(text=text).first()
    if known is not None:
        return known
    row = Suggestion.objects.create(
        complaint=complaint, department=complaint.department, text=text[:SUGGESTION_LIMIT], kept_by=by, kept_at=at
    )
    record_event(events.SUGGESTION_KEPT, complaint, by=by, at=at, suggestion_id=row.pk)
    return row


@action
def answer_suggestion(
    suggestion_id: int, *, state: str, answer: str, reward: str = "", expected_version: int | None = None, by: User
) -> Suggestion:
    """Answer it: taken up, not taken with the reason, or just answered; and note how it was rewarded.

    A later answer replaces the first, whose words stay on record. Whoever kept it is told.
    """
    if not by.has_perm(ANSWER):
        raise refused(ANSWER)
    found = Suggestion.objects.visible_to(by).filter(pk=suggestion_id).values_list("complaint_id", flat=True).first()
    if found is None:
        raise Suggestion.DoesNotExist
    complaint = locked(found, by=by)
    row = Suggestion.objects.select_for_update(of=("self",)).select_related("kept_by").get(pk=suggestion_id)
    if blockers := _check_answer(state, answer):
        raise Blocked(blockers)
    if expected_version is not None and row.version != expected_version:
        raise Conflict("stale", current=row)
    now = clock.now()
    told = (state, answer.strip(), reward.strip())
    if (row.state, row.answer, row.reward) == told:
        return row
    before = {"answer": row.answer, "reward": row.reward}
    row.state, row.answer, row.reward = told
    row.answered_by, row.answered_at, row.version = by, now, row.version + 1
    row.save()
    facts = {"suggestion_id": row.pk, "state": state, "is_rewarded": bool(row.reward)}
    if old_texts := {f"suggestion_{name}": text for name, text in before.items() if text}:
        event = record_text_change(events.SUGGESTION_ANSWERED, complaint, old_texts, by=by, at=now, **facts)
    else:
        event = record_event(events.SUGGESTION_ANSWERED, complaint, by=by, at=now, **facts)
    save(complaint, at=now)
    if row.kept_by_id != by.pk and Complaint.objects.visible_to(row.kept_by).filter(pk=complaint.pk).exists():
        notify(
            [row.kept_by],
            ANSWERED_NOTICE,
            key=f"suggestion-answered:{event.pk}",
            url=row.get_absolute_url(),
            at=now,
            number=complaint.number,
            by=by.as_value,
        )
    return row


def _check_answer(state: str, answer: str) -> list[Blocker]:
    blockers = []
    if state not in State.values or state == State.KEPT:
        blockers.append(Blocker("no_state", _("Choose what comes of it."), "state"))
    if not answer.strip():
        blockers.append(Blocker("no_answer", _("Write what is answered, in one or two sentences."), "answer"))
    return blockers
