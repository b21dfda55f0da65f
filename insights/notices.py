"""What the bell says on Monday."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from events.notices import register_notice
from insights.periods import Week


def _words(values: Mapping[str, Any]) -> str:
    words = _(
        "Week {number} at {department}: {received} received, {closed} closed, {open} open at the end,"
        " {overdue} of them overdue"
    )
    return words.format_map({**values, "number": Week.parse(values["week"]).number})


# Its mail has more to say than the bell, so it is written by itself (insights/mail.py).
WEEK_OVER = register_notice("week.over", _words, icon="chart-bar", has_own_mail=True)
