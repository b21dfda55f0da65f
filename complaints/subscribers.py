"""What complaints say to what happens elsewhere."""

import re

from django.db.models import Q
from django.utils.translation import ngettext

from accounts.models import Department, User
from complaints.actions.task_ends import finish_talks_of
from complaints.codes import Direction
from complaints.models import Complaint
from core.errors import Blocked, Blocker
from events.models import Event, Notification
from events.notices import take_back
from events.subscribe import subscribe

# Where a notice of a complaint leads.
OF_COMPLAINT = re.compile(r"/complaints/(C-[\d-]+)/.*")


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


@subscribe("user.changed")
@subscribe("user.role_revoked")
def notices_follow_the_reader(event: Event, subject: User) -> None:
    """Who moves, leaves or loses a role keeps the notices of what they may still read, and no others."""
    # Read anew: the action has roles and department of before in memory.
    reader = User.objects.select_related("department").get(pk=subject.pk)
    told = Notification.objects.of(reader).order_by().values_list("url", flat=True).distinct()
    pages = [(match[1], url) for url in told if (match := OF_COMPLAINT.fullmatch(url))]
    there = Complaint.objects.visible_to(reader).filter(number__in={number for number, _url in pages})
    seen = set(there.values_list("number", flat=True))
    for number, url in pages:
        if number not in seen:
            take_back([reader], url=url)


@subscribe("communication.recorded", direction=Direction.OUT)
def talk_finishes_the_task(event: Event, subject: Complaint) -> None:
    """A senior who was asked to talk to the customer has done so."""
    if event.actor_id is not None:
        finish_talks_of(event.actor_id, subject, at=event.at, by=event.actor)
