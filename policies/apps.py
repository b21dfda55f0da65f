from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def write_keys(using: str, **_signal: Any) -> None:
    """See to it that each key of the table has its row, which a change locks and the admin lists."""
    from policies.defaults import SPECS
    from policies.models import Policy

    Policy.objects.using(using).bulk_create([Policy(key=key) for key in SPECS], ignore_conflicts=True)


class PoliciesConfig(AppConfig):
    name = "policies"
    verbose_name = _("Policies")

    def ready(self) -> None:
        from events.digest import digest_minutes_from
        from events.triggers import append_only
        from policies import personal  # noqa: F401
        from policies.reading import policy

        append_only("policies_policyversion")
        digest_minutes_from(lambda: int(policy("mail.digest_minutes")))
        post_migrate.connect(write_keys, sender=self, dispatch_uid="policy_keys")
