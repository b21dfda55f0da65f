"""Named questions about proposals. Every list a person sees starts with `visible_to`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.duty import stands_in_for
from accounts.models import User
from accounts.roles import LEADERS
from compensation.codes import LIVE, ProposalState
from complaints.codes import State
from complaints.models import Complaint
from core import clock

if TYPE_CHECKING:
    # ruff reads no strings in brackets
    from compensation.models import Proposal  # noqa: F401


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User) -> "ProposalQuerySet":
        """Of the complaints that this user may read."""
        return self.filter(complaint__in=Complaint.objects.visible_to(user))

    def live(self) -> "ProposalQuerySet":
        return self.filter(state__in=LIVE)

    def awaiting(self, user: User) -> "ProposalQuerySet":
        """What this user may decide now, on their own authority or for a leader who is away."""
        leaders = [leader for leader in stands_in_for(user, now=clock.now()) if leader.has_role(*LEADERS)]
        return self._waiting_below([user, *leaders], user)

    def awaiting_own(self, user: User) -> "ProposalQuerySet":
        """The same on their own authority alone, in one statement."""
        return self._waiting_below([user], user)

    def _waiting_below(self, leaders: Sequence[User], user: User) -> "ProposalQuerySet":
        """Submitted by others, of the departments of these leaders and those below, seen by the user."""
        places = Q(pk__in=[])
        for leader in leaders:
            if leader.has_role(*LEADERS) and leader.department is not None:
                places |= Q(complaint__department__path__startswith=leader.department.path) & ~Q(proposer=leader)
        waiting = self.filter(state=ProposalState.SUBMITTED, complaint__state=State.REVIEW).exclude(proposer=user)
        return waiting.filter(places).visible_to(user)

    def for_list(self) -> "ProposalQuerySet":
        """With all that a row shows, so that no row asks again."""
        related = ("complaint__department", "complaint__customer", "proposer", "approver", "approver_for")
        return self.select_related(*related).prefetch_related("lines")
