"""What complaints say to what happens elsewhere."""

from django.utils.translation import ngettext

from accounts.models import Department
from complaints.models import Complaint
from core.errors import Blocked, Blocker
from events.models import Event
from events.subscribe import subscribe


@subscribe("department.closed")
def nothing_is_left_open(event: Event, subject: Department) -> None:
    """Refuse to close a department whose customers still wait: nobody there would answer them."""
    count = Complaint.objects.open().filter(department=subject).count()
    if count:
        text = ngettext(
            "%(count)d complaint is still open there. It must be ended first.",
            "%(count)d complaints are still open there. They must be ended first.",
            count,
        )
        raise Blocked([Blocker("open_complaints", text % {"count": count}, "is_active")])
