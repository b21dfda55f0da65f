"""The second way to a week's mail, should beat's own entry go missing."""

from core.housekeeping import hourly
from insights.sweep import tell_due_weeks

hourly(tell_due_weeks)
