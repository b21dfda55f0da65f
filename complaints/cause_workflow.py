"""How a recurring cause goes on, as a table: planned, done, checked, and again when it did not help. DOMAIN.md 3.6."""

from django.utils.translation import gettext_lazy as _

from complaints.models import Cause, CorrectiveAction
from core import clock
from core.errors import Blocker
from core.formats import when_text
from core.workflow import Transition, Workflow

State = Cause.State
WORK = "complaints.work_desk"


def current_action(cause: Cause) -> CorrectiveAction | None:
    """What is planned, under way or waiting for its check."""
    return cause.corrective_actions.filter(checked_at=None).select_related("planned_by", "done_by").first()


def effect_can_be_judged(cause: Cause) -> Blocker | None:
    """It takes days until one knows that something stays away; that it came again shows at once."""
    action = current_action(cause)
    if action is None or action.check_from is None or action.check_from <= clock.now():
        return None
    sentence = _("It is too early to say that it helped. Check it from {day} on, or say that it did not help.")
    return Blocker("too_early", sentence.format(day=when_text(action.check_from)), "is_effective")


CAUSE = Workflow(
    {
        "planned": Transition((State.OPEN, State.ACTING), State.ACTING, WORK, _("Plan the corrective action")),
        "done": Transition((State.ACTING,), State.CHECKING, WORK, _("The corrective action is done")),
        "effective": Transition(
            (State.CHECKING,), State.EFFECTIVE, WORK, _("It helped: close it"), (effect_can_be_judged,)
        ),
        "not_effective": Transition((State.CHECKING,), State.OPEN, WORK, _("It did not help")),
    }
)
