from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsConfig(AppConfig):
    name = "insights"
    verbose_name = _("Figures")

    def ready(self) -> None:
        # The kinds of notices are put into words by the worker too, so they load with the app.
        from events.outbox import register_channel
        from insights import chores, nav, notices, permissions  # noqa: F401
        from insights.mail import CHANNEL, prepare_week, send_week

        nav.register()
        register_channel(CHANNEL, send_week, prepare=prepare_week)
