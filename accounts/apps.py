from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and departments")

    def ready(self) -> None:
        from accounts import events, personal, second_factor_actions, sessions  # noqa: F401
        from accounts.zones import zone_of
        from core.nav import register_nav
        from events.wording import reader_zone_from

        reader_zone_from(zone_of)
        # Until they have pages of their own, both are Django's admin, which shows each what they may change.
        house, policies = "accounts.manage_house", "policies.change_policies"
        register_nav("settings", "admin:index", "settings", house, order=90, label=_("Settings"), is_foot=True)
        register_nav("policies", "admin:index", "settings", policies, order=91, label=_("Policies"), is_foot=True)
