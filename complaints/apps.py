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
            gateways,
            nav,
            permissions,
            personal,
            task_deadline,
        )
        from complaints.actions import (  # noqa: F401
            desk,
            guidance,
            notices,
            offers,
            ownership,
            reports,
            sending,
            tasks,
            wait_ends,
            written_reports,
        )
        from core.housekeeping import hourly
        from events.mail import send_letter
        from events.outbox import register_channel
        from events.triggers import append_only

        append_only("complaints_guidanceversion")
        about_customers.register()
        nav.register()
        deadlines.register()
        cause_deadlines.register()
        gateways.register()
        register_channel("customer_email", send_letter, settled=sending.note_outcome)
        hourly(sending.forgotten_outcomes)
        task_deadline.register()
