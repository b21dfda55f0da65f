"""What complaints say to what happens elsewhere."""

import re

from django.db.models import Q
from django.utils.translation import ngettext

from accounts.models import Department, User
from complaints.actions.evaluation import supersede_evaluation
from complaints.actions.task_ends import finish_talks_of
from complaints.actions.wait_ends import wait_is_over
from complaints.actions.written_reports import case_went_on
from complaints.codes import AGREE_STATES, Direction, SeverityClass, State
from complaints.deadlines import WAITING, WRITTEN_REPORT, open_one
from complaints.events import TRANSITIONED
from complaints.models import Cause, Complaint, Wait
from core.errors import Blocked, Blocker
from deadlines.actions import cancel_deadlines
from events.models import Event, Notification
from events.notices import take_back
from events.subscribe import subscribe

# Where a case stands while its report is written, and afterwards.
REPORTED_IN = (State.EVALUATE, State.CLOSED)
BEFORE_THE_REPORT = tuple(state for state in AGREE_STATES if state != State.EVALUATE)
# Where a notice of a complaint leads.
OF_COMPLAINT = re.compile(r"/complaints/(C-[\d-]+)/.*")
OF_CAUSE = re.compile(r"/causes/(K-\d+)/")


@subscribe("department.closed")
def nothing_is_left_open(event: Event, subject: Department) -> None:
    """Refuse to close a department whose customers still wait: nobody there would answer them."""
    theirs = Q(department=subject) | Q(offered_department=subject)
    count = Complaint.objects.open().filter(theirs).count()
    if count:
        text = ngettext(
            "%(count)d complaint is still open there. It must be ended first.",
            "%(count)d complaints are still open there. They must be ended first.",
            count,
        )
        raise Blocked([Blocker("open_complaints", text % {"count": count}, "is_active")])


@subscribe("deadline.met", kind=WAITING)
def wait_ends_by_itself(event: Event, subject: Wait) -> None:
    wait_is_over(subject, at=event.at)


@subscribe("user.changed")
@subscribe("user.role_revoked")
def notices_follow_the_reader(event: Event, subject: User) -> None:
    """Who moves, leaves or loses a role keeps the notices of what they may still read, and no others."""
    # Read anew: the action has roles and department of before in memory.
    reader = User.objects.select_related("department").get(pk=subject.pk)
    told = list(Notification.objects.of(reader).order_by().values_list("url", flat=True).distinct())
    for pattern, visible in (
        (OF_COMPLAINT, Complaint.objects.visible_to(reader)),
        (OF_CAUSE, Cause.objects.visible_to(reader)),
    ):
        pages = [(match[1], url) for url in told if (match := pattern.fullmatch(url))]
        there = visible.filter(number__in={number for number, _url in pages}) if pages else visible.none()
        seen = set(there.values_list("number", flat=True))
        for number, url in pages:
            if number not in seen:
                take_back([reader], url=url)


@subscribe(TRANSITIONED, **{"from": State.EVALUATE.value})
def another_round_is_evaluated_anew(event: Event, subject: Complaint) -> None:
    """What was evaluated before the case went back, or was ended otherwise, stays on record as it was."""
    if event.data["to"] != State.CLOSED:
        supersede_evaluation(subject, at=event.at)


@subscribe(TRANSITIONED, name="reopen")
def reopened_is_evaluated_anew(event: Event, subject: Complaint) -> None:
    supersede_evaluation(subject, at=event.at)


@subscribe("complaint.transitioned", name="executed")
def written_report_is_due(event: Event, subject: Complaint) -> None:
    """A class 2 case that is carried out is reported to the department above. Source: DOMAIN.md 3.5."""
    if subject.severity_class == SeverityClass.TWO:
        cancel_deadlines(subject, kinds=[WRITTEN_REPORT], at=event.at, by=event.actor)
        open_one(subject, WRITTEN_REPORT, at=event.at, by=event.actor)


@subscribe("complaint.transitioned")
def report_is_of_the_whole_case(event: Event, subject: Complaint) -> None:
    """What goes back to an earlier stage, or begins anew, is reported anew."""
    if event.data.get("from") in REPORTED_IN and event.data.get("to") in BEFORE_THE_REPORT:
        cancel_deadlines(subject, kinds=[WRITTEN_REPORT], at=event.at, by=event.actor)
        case_went_on(subject, by=event.actor, at=event.at)


@subscribe("communication.recorded", direction=Direction.OUT)
def talk_finishes_the_task(event: Event, subject: Complaint) -> None:
    """A senior who was asked to talk to the customer has done so."""
    if event.actor_id is not None:
        finish_talks_of(event.actor_id, subject, at=event.at, by=event.actor)
