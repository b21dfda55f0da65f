"""Telling of the weeks that are due. Any number may run at once."""

import structlog
from django.db import OperationalError

from core import clock
from insights.actions import begin_departments, tell_week
from insights.delivery import due_rows, without_row

logger = structlog.get_logger(__name__)


def tell_due_weeks() -> int:
    """Tell of every week whose time has come, department by department. Returns how many people were told."""
    now = clock.now()
    if without_row().exists():
        begin_departments(now)
    told = 0
    for due in due_rows(now):
        try:
            told += tell_week(due, now)
        except OperationalError:
            raise
        except Exception:
            # One department's trouble keeps no other's leaders waiting; the next sweep tries it again.
            logger.exception("week_not_told", department=due.department_id)
    return told
