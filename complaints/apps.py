from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        # Notices and kinds of events are put into words by the worker too, so all of them load with the app.
        from complaints import about_customers, deadlines, events, gateways, nav, permissions, personal  # noqa: F401
        from complaints.actions import desk, notices, ownership, reports, sending, wait_ends  # noqa: F401
        from core.housekeeping import hourly
        from events.mail import send_letter
        from events.outbox import register_channel

        about_customers.register()
        nav.register()
        deadlines.register()
        gateways.register()
        register_channel("customer_email", send_letter, settled=sending.note_outcome)
        hourly(sending.forgotten_outcomes)
