from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeadlinesConfig(AppConfig):
    name = "deadlines"
    verbose_name = _("Deadlines")

    def ready(self) -> None:
        from core.slots import register_slot
        from deadlines import personal  # noqa: F401
        from deadlines.banner import banner

        register_slot("shell.banner", "deadlines/_banner.html", banner, order=10)
