"""In which time zone a person reads."""

from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import Department, User


def zone_of(user: User) -> ZoneInfo:
    """The zone of the user's department. Reads department and calendar at once, for the page's use too."""
    if user.department_id and not User.department.is_cached(user):
        user.department = Department.objects.select_related("calendar").get(pk=user.department_id)
    return ZoneInfo(user.department.calendar.time_zone if user.department else settings.TIME_ZONE)
