"""The promises on a recurring cause: something is done about it, and it is looked at again. Source: DOMAIN.md 3.6."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts.duty import head_office_managers
from accounts.models import User
from complaints.causes import leaders_on_duty, named_people, readers_of
from complaints.models import Cause
from core import clock
from deadlines.kinds import DeadlineKind, register_kind

ACTION = "cause_action"
CHECK = "cause_check"
# Causes know no class; their policies say their lengths under this one.
LENGTH_OF = 2


def lock_causes(ids: Sequence[int]) -> dict[int, Cause]:
    """Lock for the sweep those that nobody is at; the next tick comes for the others."""
    rows = Cause.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows.select_related("department", "category", "owner__department")}


def lock_cause(cause_id: int) -> Cause | None:
    return lock_causes([cause_id]).get(cause_id)


def recipients(cause: Cause, rung: str) -> list[User]:
    """Who is told on a rung; people who must not see it are passed over, as on complaints."""
    now = clock.now()
    if rung == "owner":
        return readers_of(cause, [cause.owner]) if cause.owner else []
    if rung == "head_office":
        about = {cause.subject_id} if cause.subject_id else set()
        found = readers_of(cause, head_office_managers(now=now, exclude_ids=about))
    else:
        found = leaders_on_duty(cause, rung, now)
    return found or named_people(cause)


def register() -> None:
    """Declare the kinds; called once from `apps.py`."""
    acting = (Cause.State.OPEN, Cause.State.ACTING)
    for name, label, states in (
        (ACTION, _("Corrective action"), acting),
        (CHECK, _("Effectiveness checked"), (Cause.State.CHECKING,)),
    ):
        register_kind(
            DeadlineKind(
                name=name,
                label=label,
                policy_key=f"deadline.{name}",
                subject_type="cause",
                lock=lock_cause,
                lock_many=lock_causes,
                still_due=lambda cause, states=states: cause.state in states,  # type: ignore[misc]
                recipients=recipients,
                url=Cause.get_absolute_url,
                may_pause=False,
            )
        )
