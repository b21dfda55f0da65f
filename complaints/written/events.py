"""What happens to a written report; told on its complaint. Codes and references only, never the report's words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.registry import announce


def _submitted(values: Mapping[str, Any]) -> str:
    words = (
        _("{actor} sent the written report to {department}")
        if values.get("version", 1) == 1
        else _("{actor} sent the written report to {department} again (version {version})")
    )
    return words.format(**{"version": 1, "department": "", **values})


def _answerer(values: Mapping[str, Any]) -> str:
    if absent := values.get("acts_for"):
        return _("%(name)s (for %(absent)s)") % {"name": values["actor"], "absent": absent}
    return str(values["actor"])


def _acknowledged(values: Mapping[str, Any]) -> str:
    return _("%(name)s acknowledged the written report") % {"name": _answerer(values)}


def _returned(values: Mapping[str, Any]) -> str:
    return _("%(name)s returned the written report with a question") % {"name": _answerer(values)}


BEGUN = announce("report.begun", gettext_lazy("{actor} began the written report"), icon="file-text")
CHANGED = announce("report.changed", gettext_lazy("{actor} wrote at the written report"), icon="pencil")
SUBMITTED = announce("report.submitted", _submitted, icon="send")
ACKNOWLEDGED = announce("report.acknowledged", _acknowledged, icon="check")
RETURNED = announce("report.returned", _returned, icon="arrow-back-up")
OUTDATED = announce(
    "report.outdated", gettext_lazy("The written report is out of date: the case went on"), icon="history"
)
