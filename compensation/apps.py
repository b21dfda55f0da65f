from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompensationConfig(AppConfig):
    name = "compensation"
    verbose_name = _("Compensation")

    def ready(self) -> None:
        # As in `complaints`: notices and kinds of events are put into words by the worker too.
        from compensation import (  # noqa: F401
            case_parts,
            deadlines,
            demo,
            events,
            nav,
            permissions,
            personal,
            reported,
            subscribers,
            workflow,
        )
        from compensation.actions import notices  # noqa: F401

        workflow.register()
        deadlines.register()
        case_parts.register()
        nav.register()
        reported.register()
