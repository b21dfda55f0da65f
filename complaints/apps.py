from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        # Notices and kinds of events are put into words by the worker too, so all of them load with the app.
        from complaints import about_customers, deadlines, events, nav, permissions, personal, task_deadline  # noqa: F401
        from complaints.actions import desk, notices, offers, ownership, reports, tasks  # noqa: F401

        about_customers.register()
        nav.register()
        deadlines.register()
        task_deadline.register()
