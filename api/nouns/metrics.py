"""Figures with their definitions, each with the address of the list behind it. Source: API.md; DOMAIN.md 3.6, 8."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.urls import path
from django.utils.duration import duration_iso_string
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department
from accounts.roles import refused
from api.fields import Instant
from api.filters import Filter
from api.problems import invalid
from api.serializers import Output
from api.views import OneView
from core import clock
from insights.delivery import MAY, below
from insights.figures import FIGURES, SHARES, Figure, figure_named
from insights.folding import middle, nine_in_ten
from insights.page import WeekPage
from insights.page_parts import BESIDE, CONTENT, IN_TIME, RESPONSE, share_of
from insights.periods import Week
from insights.reading import departments_of, last_week, zone_of_department


class WeekFilter(Filter):
    schema = {"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$"}

    def read(self, text: str) -> Week:
        return Week.parse(text)


class WeekFigureOutput(Output):
    """One figure of a week."""

    name = serializers.CharField(help_text="Name of the figure, such as received or promise.first_response.late.")
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="What it is called, in the language of the answer."
    )
    definition = serializers.CharField(help_text="What it counts, in a sentence.")
    cohort = serializers.CharField(
        help_text="Of which complaints: opened in the week, closed in it, or open at its end."
    )
    count = serializers.IntegerField(allow_null=True, help_text="How many; null for a share or a length.")
    share = serializers.FloatField(allow_null=True, help_text="Between 0 and 1; null for a count, and of nothing.")
    length = serializers.CharField(
        allow_null=True, help_text="ISO 8601 duration; null for a count, and where there was nothing to measure."
    )
    list_url = serializers.URLField(
        allow_null=True, help_text="The page with the complaints behind a count; null for a share or a length."
    )


class WeekPlaceOutput(Output):
    """One department of the week, counted alone."""

    department = serializers.CharField(help_text="Code of the department.")
    open_at_start = serializers.IntegerField(help_text="Open when the week began.")
    received = serializers.IntegerField(help_text="Recorded in the week.")
    closed = serializers.IntegerField(help_text="Ended in the week.")
    open = serializers.IntegerField(help_text="Open when the week ended.")
    overdue = serializers.IntegerField(help_text="Of these, past the time of their nearest promise.")


class WeekOutput(Output):
    week = serializers.CharField(help_text="ISO 8601 week, such as 2026-W47.")
    department = serializers.CharField(help_text="Code of the department; those below it are counted too.")
    starts_at = Instant(help_text="Monday 00:00 in the department's time zone.")
    ends_at = Instant(help_text="The Monday after it, 00:00 there.")
    is_running = serializers.BooleanField(help_text="Whether the week is not over there: figures so far.")
    figures = WeekFigureOutput(many=True, help_text="All figures of the week, of what the key's user may see.")
    departments = WeekPlaceOutput(many=True, help_text="The same, department by department.")

    example: ClassVar[Mapping[str, Any]] = {
        "week": "2026-W47",
        "department": "west-store",
        "starts_at": "2026-11-15T16:00:00Z",
        "ends_at": "2026-11-22T16:00:00Z",
        "is_running": False,
        "figures": [
            {
                "name": "received",
                "label": "Received in the week",
                "definition": "Recorded for the department in the week.",
                "cohort": "opened in the week",
                "count": 12,
                "share": None,
                "length": None,
                "list_url": "https://complaints.example.com/figures/weeks/complaints/?department=west-store&week=2026-W47"
                "&figure=received",
            }
        ],
        "departments": [
            {"department": "west-store", "open_at_start": 6, "received": 12, "closed": 10, "open": 8, "overdue": 1}
        ],
    }


class Weeks(OneView):
    """A department's week, measured from events: what was open, what moved, how promises were kept.

    Without parameters it is the user's own department, and the newest week that is over there. Complaints logged by
    mistake, imported, or hidden from the user are not counted.
    """

    serializer_class = WeekOutput
    filters: ClassVar[Mapping[str, Filter]] = {
        "department": Filter("department", "Code of a department within reach; those below it are counted too."),
        "week": WeekFilter("week", "ISO 8601 week, such as 2026-W47; it may be running."),
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.user.has_perm(MAY):
            raise refused(MAY)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        now, departments = clock.now(), departments_of(self.user)
        department = self._department(departments)
        page = WeekPage(self.user, department, below(department, departments), self._week(department), now)
        span = page.week.span(page.span.zone)
        return self.shown(
            {
                "week": str(page.week),
                "department": department.code,
                "starts_at": span.start,
                "ends_at": span.end,
                "is_running": page.is_running,
                "figures": [*self._counts(page), *_shares(page)],
                "departments": [_place(page, each) for each in page.told.departments],
            }
        )

    def _department(self, departments: list[Department]) -> Department:
        code = self.given.get("department")
        own = [each for each in departments if (each.code == code if code else each.pk == self.user.department_id)]
        if not own:
            raise invalid("department", "invalid", _("There is no such department within your reach."))
        return own[0]

    def _week(self, department: Department) -> Week:
        if "week" not in self.given:
            return last_week(department, clock.now())
        try:
            week = Week.parse(self.given["week"])
        except ValueError as error:
            raise invalid("week", "invalid", _("Write a week like 2026-W47, or choose one.")) from error
        if week > Week.at(clock.now(), zone_of_department(department)):
            raise invalid("week", "invalid", _("This week is still to come. Choose one that has begun."))
        return week

    def _counts(self, page: WeekPage) -> list[dict[str, Any]]:
        names = [*FIGURES, *sorted(set(page.figures.cases) - set(FIGURES))]
        known = ((name, figure_named(name, page.told.categories)) for name in names)
        return [
            _told(
                name,
                figure,
                count=page.figures.count(name),
                list_url=self.request.build_absolute_uri(page.url_of(name)),
            )
            for name, figure in known
            if figure is not None
        ]


def _told(name: str, figure: Figure, **values: Any) -> dict[str, Any]:
    words = {"label": str(figure.label), "definition": str(figure.definition), "cohort": str(figure.cohort)}
    return {"name": name, **words, "count": None, "share": None, "length": None, "list_url": None, **values}


def _shares(page: WeekPage) -> list[dict[str, Any]]:
    figures, response, resolution = (
        page.figures,
        page.figures.lengths["first_response"],
        page.figures.lengths["resolution"],
    )
    values: dict[str, dict[str, Any]] = {
        "first_response.share": {"share": share_of(figures, RESPONSE)},
        "first_response.median": {"length": _iso(middle(response))},
        "first_response.p90": {"length": _iso(nine_in_ten(response))},
        "resolution.share": {"share": share_of(figures, IN_TIME)},
        "resolution.median": {"length": _iso(middle(resolution))},
        "resolution.p90": {"length": _iso(nine_in_ten(resolution))},
        "after.share": {"share": share_of(figures, CONTENT)},
    }
    return [_told(name, SHARES[name], **value) for name, value in values.items()]


def _iso(length: timedelta | None) -> str | None:
    return None if length is None else duration_iso_string(length)


def _place(page: WeekPage, department: Department) -> dict[str, Any]:
    found = page.told.weeks[department.pk]
    return {"department": department.code, **{name: found.count(name) for name in BESIDE}}


urlpatterns = [
    path("metrics/weeks", Weeks.as_view(), name="metrics-weeks"),
]
