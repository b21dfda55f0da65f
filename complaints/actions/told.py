"""What people were told of a complaint that they may not see any more."""

from accounts.models import User
from complaints.deadlines import readers
from complaints.models import Complaint
from events.notices import take_back


def forget_unseen(complaint: Complaint) -> None:
    """Take their notices of it and its tasks from all who may not see it, as it is in memory."""
    urls = [complaint.get_absolute_url(), *(task.get_absolute_url() for task in complaint.tasks.all())]
    told = User.objects.filter(notifications__url__in=urls).distinct()
    told = told.select_related("department").prefetch_related("role_grants")
    seeing = {user.pk for user in readers(complaint, told)}
    if hidden := [user for user in told if user.pk not in seeing]:
        for url in urls:
            take_back(hidden, url=url)
