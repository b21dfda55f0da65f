from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        # Notices and kinds of events are put into words by the worker too, so all of them load with the app.
        from complaints import (  # noqa: F401
            about_customers,
            cause_deadlines,
            cause_events,
            chores,
            deadlines,
            events,
            nav,
            permissions,
            personal,
        )
        from complaints.actions import desk, guidance, notices, ownership, reports, written_reports  # noqa: F401
        from events.triggers import append_only

        append_only("complaints_guidanceversion")
        about_customers.register()
        nav.register()
        deadlines.register()
        cause_deadlines.register()
