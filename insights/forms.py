"""Which week of which department somebody looks at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from insights.periods import Week
from insights.reading import last_week, zone_of_department
from insights.words import week_text

WEEKS_OFFERED = 26


class WeekForm(forms.Form):
    """Without an answer it is the own department, and the newest week that is over there."""

    department = forms.ChoiceField(label=_("Department"), required=False)
    week = forms.CharField(label=_("Week"), required=False, max_length=8)

    def __init__(self, data: Any, *, departments: Sequence[Department], home: Department, now: datetime) -> None:
        super().__init__(data)
        self.known = {each.code: each for each in departments}
        self.home, self.now = home, now
        least = min(each.path.count("/") for each in departments)
        # A tree, indented by what stands above.
        choices = [(each.code, "\u2003" * (each.path.count("/") - least) + each.name) for each in departments]
        self.fields["department"].choices = choices  # type: ignore[attr-defined]

    def clean_department(self) -> Department:
        return self.known.get(self.cleaned_data["department"], self.home)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        department = cleaned.get("department", self.home)
        newest = Week.at(self.now, zone_of_department(department))
        typed = cleaned.get("week", "")
        week = last_week(department, self.now)
        if typed:
            try:
                week = Week.parse(typed)
            except ValueError:
                self.add_error("week", _("Write a week like 2026-W47, or choose one."))
            if week > newest:
                self.add_error("week", _("This week is still to come. Choose one that has begun."))
        cleaned["week"], cleaned["department"], cleaned["newest"] = week, department, newest
        return cleaned


def offered(week: Week, newest: Week) -> list[tuple[str, str]]:
    """The newest weeks, and the one that is looked at."""
    found = [newest.before(at) for at in range(WEEKS_OFFERED)]
    if week not in found and week <= newest:
        found.append(week)
    return [(str(each), week_text(each)) for each in found]
