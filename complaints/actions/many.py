"""The same for many complaints: each is its own transaction with its own result, and one refused stops nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.actions.hand_over import accept_hand_over, hand_over
from complaints.models import Complaint
from core.errors import DomainError


@dataclass(frozen=True)
class Outcome:
    """What came of one of them, in a sentence."""

    complaint: Complaint
    is_done: bool
    text: str | Promise


def give_many(rows: Sequence[Complaint], *, to: User, reason: str, by: User) -> list[Outcome]:
    """Hand each over to one person: at once by a supervisor's word, else as an offer. Source: DOMAIN.md 3.1, 10.14."""
    holds = by.has_perm("complaints.assign") or to.pk == by.pk
    done = _("given to %(name)s") if holds else _("offered to %(name)s")
    return [_try(row, partial(hand_over, row.pk, to=to, reason=reason, by=by), done % {"name": to}) for row in rows]


def accept_many(rows: Sequence[Complaint], *, by: User) -> list[Outcome]:
    """Accept what is offered."""
    return [_try(row, partial(accept_hand_over, row.pk, by=by), _("is yours")) for row in rows]


def _try(row: Complaint, do: Callable[[], object], done: str | Promise) -> Outcome:
    try:
        do()
    except DomainError as refusal:
        return Outcome(row, is_done=False, text=refusal.message)
    except Complaint.DoesNotExist:
        return Outcome(row, is_done=False, text=_("It is not there for you any more."))
    return Outcome(row, is_done=True, text=done)
