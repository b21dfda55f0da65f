"""One person's curve of the seven points, for themselves and for who coaches them."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import refused
from accounts.zones import zone_of
from complaints.coaching import MONTHS, Curve, Side, coached_by, curve, scored_talks, talks_to_score
from complaints.forms.desk import POINTS
from complaints.views.lookup import reader
from core import clock

# Of the drawing, in its own units: one column a month, 100 high.
COLUMN, HEIGHT, MARGIN = 50, 100, 12
TO_SCORE = 10
LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True)
class Dot:
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """Two lines over twelve columns; a month without talks is a gap that the line bridges."""

    width: int
    height: int
    own: list[Dot]
    supervisor: list[Dot]
    levels: list[tuple[int, int]]

    @property
    def own_line(self) -> str:
        return _line(self.own)

    @property
    def supervisor_line(self) -> str:
        return _line(self.supervisor)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """My own, or with `?of=` that of somebody in my departments; anybody else does not exist for me."""
    user, username = reader(request), request.GET.get("of", "")
    if not user.has_perm("complaints.read_complaints"):
        raise refused("complaints.read_complaints")
    person = coached_by(user).filter(username=username).first() if username else user
    if person is None:
        raise Http404
    now = clock.now()
    found = curve(scored_talks(person, since=now - MONTHS * LONGEST_MONTH), now=now, zone=zone_of(user))
    may_score = user.has_perm("complaints.score_desk")
    context = {
        "person": person,
        "is_mine": person.pk == user.pk,
        "curve": found,
        "drawing": drawing(found),
        "points": [(POINTS[point.point], point) for point in found.points],
        "people": _others(user, person),
        "to_score": list(talks_to_score(user)[:TO_SCORE]) if may_score else [],
    }
    return render(request, "complaints/coaching.html", context)


def drawing(found: Curve) -> Drawing:
    return Drawing(
        width=COLUMN * MONTHS,
        height=HEIGHT + 2 * MARGIN,
        own=_dots([month.own for month in found.months]),
        supervisor=_dots([month.supervisor for month in found.months]),
        levels=[(level, _height(level)) for level in (100, 50, 0)],
    )


def _others(user: User, person: User) -> list[User]:
    return [each for each in coached_by(user) if each.pk != person.pk]


def _dots(sides: list[Side]) -> list[Dot]:
    return [
        Dot(at * COLUMN + COLUMN // 2, _height(side.share)) for at, side in enumerate(sides) if side.share is not None
    ]


def _height(share: int) -> int:
    return MARGIN + HEIGHT - share * HEIGHT // 100


def _line(dots: list[Dot]) -> str:
    return " ".join(f"{dot.x},{dot.y}" for dot in dots)
