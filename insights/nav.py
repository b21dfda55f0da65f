"""The way into the figures."""

from django.utils.translation import gettext_lazy as _

from core.nav import register_nav


def register() -> None:
    """Called once from `apps.py`."""
    register_nav("figures", "insights:weeks", "chart-bar", "insights.read_weeks", order=60, key="f", label=_("Figures"))
