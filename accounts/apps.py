from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and departments")

    def ready(self) -> None:
        from accounts import events, personal, second_factor_actions, service_events, sessions  # noqa: F401
        from accounts.service_accounts import awaiting
        from accounts.zones import zone_of
        from core.nav import register_nav
        from events.wording import reader_zone_from

        reader_zone_from(zone_of)
        view, words = "accounts.view_service_accounts", pgettext_lazy("navigation", "Programs")
        register_nav(
            "service_accounts", "accounts:service_accounts", "key", view, awaiting, order=85, label=words, is_foot=True
        )
        # Until they have pages of their own, both are Django's admin, which shows each what they may change.
        house, policies = "accounts.manage_house", "policies.change_policies"
        register_nav("settings", "admin:index", "settings", house, order=90, label=_("Settings"), is_foot=True)
        register_nav("policies", "admin:index", "settings", policies, order=91, label=_("Policies"), is_foot=True)
