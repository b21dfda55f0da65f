"""What the page of a week shows, in the order it is read. Every figure knows the list behind it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department, User
from complaints.codes import Satisfaction, State
from complaints.deadlines import FIRST_RESPONSE, RESOLVED
from complaints.lines import Line, for_lines, lines
from complaints.models import Complaint
from deadlines import kinds
from insights import charts
from insights.figures import FIGURES, KEPT, LADDER, LATE, NONE, OVERDUE, SHARES, UNKNOWN, WEEKDAYS, Figure
from insights.folding import Figures, Standing, middle, nine_in_ten
from insights.page_parts import (
    BESIDE,
    CONTENT,
    IN_TIME,
    RESPONSE,
    CauseLine,
    Count,
    LadderLine,
    OpenLine,
    Parts,
    PlaceLine,
    PromiseLine,
    Tile,
    TimeLine,
    share_of,
)
from insights.periods import Week
from insights.reading import Told, read_weeks
from insights.sections import Asked, Section, sections
from insights.words import day_text, difference, length, percent, points, week_text

# So many rows of a list stand on the page; the list itself is one press away.
SHOWN = 25
MOVES = ("taken", "given", "stage", "back", "raised", "lowered", "reopened", "arrived", "left")
CAUSES_SHOWN = 10


class WeekPage:
    """One department's week, those below it included, as one person may see it."""

    def __init__(self, user: User, department: Department, below: Sequence[Department], week: Week, now: datetime):
        self.user, self.department, self.now = user, department, now
        self.told: Told = read_weeks(user, below, week, now=now)
        self.week = week
        self.figures: Figures = self.told.whole

    @property
    def title(self) -> str:
        return week_text(self.week)

    @property
    def span(self) -> Any:
        return self.told.spans[self.department.pk]

    @property
    def is_running(self) -> bool:
        return self.week.span(self.span.zone).end > self.now

    @property
    def previous_url(self) -> str:
        return address_of(self.department, self.week.before())

    @property
    def next_url(self) -> str:
        if self.is_running:
            return ""
        return address_of(self.department, self.week.after())

    def url_of(self, figure: str, department: Department | None = None) -> str:
        code = (department or self.department).code
        return _address("insights:cases", department=code, week=str(self.week), figure=figure)

    def count(self, figure: str, label: str = "") -> Count:
        words = label or str(FIGURES[figure].label)
        return Count(words, self.figures.count(figure), self.url_of(figure))

    # ------------------------------------------------------------ the parts

    @cached_property
    def tiles(self) -> list[Tile]:
        return [
            self._tile("open", "open_at_start", note=self._of_class("open.2"), is_good=False),
            self._tile("overdue", note="", is_good=False),
            self._tile("received", note=self._of_class("received.2")),
            self._tile("closed", note=_("%(count)s late") % {"count": self.figures.count("closed.late")}),
            self._share_tile("first_response.share", "first_response.late", RESPONSE),
            self._share_tile("after.share", "closed", CONTENT),
        ]

    def _of_class(self, figure: str) -> str:
        return _("%(count)s class 2") % {"count": self.figures.count(figure)}

    def _tile(self, name: str, compared: str = "", *, note: str, is_good: bool | None = None) -> Tile:
        """`compared` is a figure of this week; else it is the same one of the week before, once this one is over."""
        now, change, look = self.figures.count(name), "", "mut"
        if compared or not self.is_running:
            before = self.figures.count(compared) if compared else self.told.before.count(name)
            change = difference(now, before)
            if is_good is not None and now != before:
                look = "ok" if (now > before) == is_good else "bad"
        return Tile(FIGURES[name], str(now), self.url_of(name), change, look, note)

    def _share_tile(self, name: str, behind: str, parts: Parts) -> Tile:
        now, before = share_of(self.figures, parts), share_of(self.told.before, parts)
        change, look = "", "mut"
        if now is not None and before is not None and not self.is_running:
            change = points(now, before)
            look = "mut" if round(now * 100) == round(before * 100) else "ok" if now > before else "bad"
        count = self.figures.sum(*parts[0], *parts[1])
        note = ngettext("from %(count)s", "from %(count)s", count) % {"count": count}
        return Tile(SHARES[name], percent(now), self.url_of(behind), change, look, note)

    @cached_property
    def days(self) -> charts.Days:
        """Received and closed, day by day."""
        labels = [(str(name), day_text(day)) for name, day in zip(WEEKDAYS, self.week.days(), strict=True)]
        rows = [
            charts.DayFigures(name, on, self._day(at, "received"), self._day(at, "closed"))
            for at, (name, on) in enumerate(labels)
        ]
        return charts.days(rows)

    def _day(self, at: int, name: str) -> Count:
        figure = f"day.{at}.{name}"
        return Count(str(FIGURES[name].label), self.figures.count(figure), self.url_of(figure))

    @cached_property
    def promises(self) -> list[PromiseLine]:
        found = {name.rpartition(".")[0] for name in self.figures.named("promise")}
        return [self._promise(kind) for kind in sorted(found, key=_known_order)]

    def _promise(self, kind: str) -> PromiseLine:
        kept, late, overdue = (self._of_promise(kind, what) for what in (KEPT, LATE, OVERDUE))
        share = self.figures.share(f"promise.{kind}.{KEPT}", f"promise.{kind}.{LATE}")
        return PromiseLine(kinds.label(kind), kept, late, overdue, percent(share))

    def _of_promise(self, kind: str, what: str) -> Count:
        figure = f"promise.{kind}.{what}"
        return Count(kinds.label(kind), self.figures.count(figure), self.url_of(figure))

    @cached_property
    def times(self) -> list[TimeLine]:
        response = self._times("first_response", _("First response"), share_of(self.figures, RESPONSE))
        return [response, self._times("resolution", _("Resolved"), share_of(self.figures, IN_TIME))]

    def _times(self, name: str, label: str, share: float | None) -> TimeLine:
        found = self.figures.lengths[name]
        cohort = str(SHARES[f"{name}.median"].cohort)
        return TimeLine(label, cohort, length(middle(found)), length(nine_in_ten(found)), percent(share), len(found))

    @cached_property
    def moves(self) -> list[Count]:
        return [self.count(name) for name in MOVES]

    @cached_property
    def causes(self) -> list[CauseLine]:
        """By the main category, the most frequent first, with the share of all up to there."""
        main, further = self.figures.named("category"), self.figures.named("further")
        codes = sorted({*main, *further}, key=lambda code: (-main.get(code, 0), -further.get(code, 0), code))
        whole, most, running, found = sum(main.values()), max(main.values(), default=0), 0, []
        for code in codes[:CAUSES_SHOWN]:
            running += main.get(code, 0)
            label = _("No category") if code == NONE else self.told.categories[code].name
            found.append(
                CauseLine(
                    label,
                    Count(label, main.get(code, 0), self.url_of(f"category.{code}")),
                    Count(label, further.get(code, 0), self.url_of(f"further.{code}")),
                    percent(running / whole if whole else None),
                    charts.bar(main.get(code, 0), most),
                )
            )
        return found

    @property
    def causes_left(self) -> int:
        return len({*self.figures.named("category"), *self.figures.named("further")}) - len(self.causes)

    @cached_property
    def ladder(self) -> list[LadderLine]:
        steps = [(step, str(Satisfaction(step).label)) for step in LADDER]
        steps.append((UNKNOWN, _("Not said")))
        most = max(self.figures.count(f"after.{step}") for step, _label in steps)
        return [
            LadderLine(
                label,
                Count(label, self.figures.count(f"before.{step}"), self.url_of(f"before.{step}")),
                Count(label, self.figures.count(f"after.{step}"), self.url_of(f"after.{step}")),
                charts.bar(self.figures.count(f"after.{step}"), most),
            )
            for step, label in steps
        ]

    @cached_property
    def still_open(self) -> list[OpenLine]:
        """The oldest of what was open on Monday and still is: two statements."""
        standing = self.figures.standing
        ids = sorted(self.figures.of("still_open"), key=lambda pk: (standing[pk].created_at, pk))[:SHOWN]
        rows = for_lines(Complaint.objects.visible_to(self.user).filter(pk__in=ids)) if ids else []
        shown = {line.pk: line for line in lines(rows, self.user)}
        owner_ids = {standing[pk].owner_id or 0 for pk in ids}
        owners = dict(User.objects.filter(pk__in=owner_ids).values_list("pk", "name")) if ids else {}
        return [self._open_line(shown[pk], standing[pk], owners) for pk in ids if pk in shown]

    def _open_line(self, line: Line, standing: Standing, owners: dict[int, str]) -> OpenLine:
        promise = kinds.label(standing.due.kind) if standing.due else ""
        owner = owners.get(standing.owner_id or 0, "")
        return OpenLine(line, standing, owner, str(State(standing.state).label), promise)

    @property
    def open_at_start(self) -> int:
        return self.figures.count("open_at_start")

    @property
    def still_open_count(self) -> Count:
        return self.count("still_open")

    @property
    def still_open_left(self) -> int:
        return max(0, self.figures.count("still_open") - SHOWN)

    @cached_property
    def places(self) -> list[PlaceLine]:
        """Department by department, where there is more than one."""
        if len(self.told.departments) < 2:
            return []
        least = min(each.path.count("/") for each in self.told.departments)
        return [self._place(each, least) for each in self.told.departments]

    def _place(self, place: Department, least: int) -> PlaceLine:
        found = self.told.weeks[place.pk]
        cells = tuple(Count(str(FIGURES[name].label), found.count(name), self._own(place, name)) for name in BESIDE)
        return PlaceLine(
            place.name,
            place.path.count("/") - least,
            address_of(place, self.week),
            cells,
            percent(share_of(found, RESPONSE)),
            percent(share_of(found, IN_TIME)),
            percent(share_of(found, CONTENT)),
        )

    def _own(self, place: Department, figure: str) -> str:
        return _address("insights:cases", department=place.code, week=str(self.week), figure=figure, only="1")

    @property
    def place_heads(self) -> list[str]:
        return [str(FIGURES[name].label) for name in BESIDE]

    @cached_property
    def total(self) -> PlaceLine:
        found = self.figures
        return PlaceLine(
            _("All together"),
            0,
            "",
            tuple(self.count(name) for name in BESIDE),
            percent(share_of(found, RESPONSE)),
            percent(share_of(found, IN_TIME)),
            percent(share_of(found, CONTENT)),
        )

    @cached_property
    def sections(self) -> list[Section]:
        return sections(Asked(self.user, self.told.departments, self.week, dict(self.told.spans)))

    @property
    def definitions(self) -> list[Figure]:
        return [*FIGURES.values(), *SHARES.values()]


ORDER = ("owned", FIRST_RESPONSE, "answer", RESOLVED, "oral_report", "oral_report_confirmed")


def _known_order(kind: str) -> tuple[int, str]:
    return (ORDER.index(kind) if kind in ORDER else len(ORDER), kind)


def _address(name: str, **query: str) -> str:
    return f"{reverse(name)}?{urlencode(query)}"


def address_of(department: Department, week: Week) -> str:
    """Where a department's week is shown."""
    return _address("insights:weeks", department=department.code, week=str(week))
