"""No column of this app holds personal text."""

from core.personal import impersonal

impersonal("deadlines.Deadline", "kind", "about", "subject_type", "length", "clock", "spans", "state", "last_error")
impersonal("deadlines.Firing", "told", "passed_over")
impersonal("deadlines.CalendarSnapshot", "definition")
impersonal("deadlines.Recomputation", "cause", "reference")
impersonal("deadlines.SweepHeartbeat", "trigger")
