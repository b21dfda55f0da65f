from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from events import personal, restored, triggers  # noqa: F401
        from events.checks import TAG, refuse_missing_triggers, warn_of_missing_triggers
        from events.digest import prepare_digest
        from events.mail import send_mail
        from events.outbox import register_channel

        register_channel("email", send_mail)
        register_channel("digest", send_mail, prepare=prepare_digest)
        triggers.append_only("events_event")
        triggers.append_only("events_eventcheckpoint")
        triggers.append_only("events_eventhead", may_update=True)
        # Every time, because SQLite rebuilds a table to alter it and loses its triggers.
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="append_only")
        # What the apps announce and what they listen to; each registers itself when imported.
        autodiscover_modules("events", "subscribers")
        checks.register(warn_of_missing_triggers, checks.Tags.database, TAG)
        checks.register(refuse_missing_triggers, TAG, deploy=True)
