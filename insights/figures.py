"""The figures of a week, as a table: what each is called, which complaints it counts, and when it counts one."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from complaints.codes import Satisfaction
from complaints.models import Category
from core.errors import Sentence
from deadlines import kinds

OPENED, CLOSED = gettext_lazy("opened in the week"), gettext_lazy("closed in the week")
AT_END, AT_START = gettext_lazy("open when the week ended"), gettext_lazy("open when the week began")
HAPPENED = gettext_lazy("happened in the week")


@dataclass(frozen=True)
class Figure:
    """One figure. `cohort` says which complaints it counts, in the words of DOMAIN.md 8."""

    label: Sentence
    cohort: Sentence
    definition: Sentence


_HANDED = gettext_lazy("Each time it changed hands from one person to another.")

FIGURES: dict[str, Figure] = {
    "open_at_start": Figure(
        gettext_lazy("Open on Monday"), AT_START, gettext_lazy("Open in the department on Monday at 00:00, its time.")
    ),
    "received": Figure(
        gettext_lazy("Received in the week"), OPENED, gettext_lazy("Recorded for the department in the week.")
    ),
    "received.1": Figure(
        gettext_lazy("Received, class 1"), OPENED, gettext_lazy("Recorded in the week as class 1, whatever came later.")
    ),
    "received.2": Figure(
        gettext_lazy("Received, class 2"), OPENED, gettext_lazy("Recorded in the week as class 2, whatever came later.")
    ),
    "closed": Figure(
        gettext_lazy("Closed in the week"),
        CLOSED,
        gettext_lazy("Ended in the week: closed, withdrawn, referred or declined. Each end counts."),
    ),
    "closed.1": Figure(gettext_lazy("Closed, class 1"), CLOSED, gettext_lazy("Ended in the week as class 1.")),
    "closed.2": Figure(gettext_lazy("Closed, class 2"), CLOSED, gettext_lazy("Ended in the week as class 2.")),
    "closed.in_time": Figure(
        gettext_lazy("Closed, resolved in time"),
        CLOSED,
        gettext_lazy("Ended in the week, and the promise “resolved” was not late."),
    ),
    "closed.late": Figure(
        gettext_lazy("Closed, resolved late"),
        CLOSED,
        gettext_lazy("Ended in the week, and the promise “resolved” was late by then."),
    ),
    "open": Figure(
        gettext_lazy("Open at the end"), AT_END, gettext_lazy("Open in the department on Sunday at 24:00, or now.")
    ),
    "open.1": Figure(gettext_lazy("Open at the end, class 1"), AT_END, gettext_lazy("Class 1 when the week ended.")),
    "open.2": Figure(gettext_lazy("Open at the end, class 2"), AT_END, gettext_lazy("Class 2 when the week ended.")),
    "overdue": Figure(
        gettext_lazy("Overdue at the end"),
        AT_END,
        gettext_lazy("Open when the week ended, and its nearest promise was past its time."),
    ),
    "still_open": Figure(
        gettext_lazy("Open on Monday and still open"),
        AT_START,
        gettext_lazy("Open when the week began and also when it ended."),
    ),
    "taken": Figure(
        pgettext_lazy("figure", "Taken"),
        HAPPENED,
        gettext_lazy("Nobody owned it, and somebody took it or was given it."),
    ),
    "given": Figure(pgettext_lazy("figure", "Handed over"), HAPPENED, _HANDED),
    "stage": Figure(
        pgettext_lazy("figure", "Stages passed"),
        HAPPENED,
        gettext_lazy("Each step or stage that was finished, but for the end."),
    ),
    "back": Figure(
        pgettext_lazy("figure", "Stages back"),
        HAPPENED,
        gettext_lazy("Each time a case went back to an earlier stage."),
    ),
    "raised": Figure(gettext_lazy("Raised to class 2"), HAPPENED, gettext_lazy("By a person or by a rule.")),
    "lowered": Figure(gettext_lazy("Lowered to class 1"), HAPPENED, gettext_lazy("By a supervisor, with a reason.")),
    "reopened": Figure(
        pgettext_lazy("figure", "Reopened"), HAPPENED, gettext_lazy("It had ended and was taken up again.")
    ),
    "arrived": Figure(
        gettext_lazy("Came from another department"), HAPPENED, gettext_lazy("Moved here while it was open.")
    ),
    "left": Figure(gettext_lazy("Went to another department"), HAPPENED, gettext_lazy("Moved away while it was open.")),
    "first_response.in_time": Figure(
        gettext_lazy("First response in time"),
        OPENED,
        gettext_lazy("Recorded in the week, and the first response came in time by the end of the week."),
    ),
    "first_response.late": Figure(
        gettext_lazy("First response late"),
        OPENED,
        gettext_lazy("Recorded in the week, and the first response came late, or was overdue when the week ended."),
    ),
    "first_response.waiting": Figure(
        gettext_lazy("First response not due yet"),
        OPENED,
        gettext_lazy("Recorded in the week, without a first response, and still in time when the week ended."),
    ),
}
# What the numbers that are no counts mean.
SHARES: dict[str, Figure] = {
    "first_response.share": Figure(
        gettext_lazy("First response, share in time"),
        OPENED,
        gettext_lazy("Of those recorded in the week whose first response came or was overdue when the week ended."),
    ),
    "first_response.median": Figure(
        gettext_lazy("First response, median"),
        OPENED,
        gettext_lazy("From the start of the promise to the first contact, nights and weekends counted too."),
    ),
    "first_response.p90": Figure(
        gettext_lazy("First response, 90th percentile"),
        OPENED,
        gettext_lazy("Nine in ten had their first response within this time."),
    ),
    "resolution.share": Figure(
        gettext_lazy("Resolved, share in time"),
        CLOSED,
        gettext_lazy("Of those closed in the week that had the promise “resolved”."),
    ),
    "resolution.median": Figure(
        gettext_lazy("Resolved, median"),
        CLOSED,
        gettext_lazy("From the start of the promise to the solution, nights and weekends counted too."),
    ),
    "resolution.p90": Figure(
        gettext_lazy("Resolved, 90th percentile"),
        CLOSED,
        gettext_lazy("Nine in ten were resolved within this time."),
    ),
    "after.share": Figure(
        gettext_lazy("Satisfied or loyal"),
        CLOSED,
        gettext_lazy("Of those closed in the week whose customer said how content they were."),
    ),
}
_PROMISES: dict[str, tuple[Sentence, Sentence, Sentence]] = {
    "kept": (pgettext_lazy("promises", "kept"), HAPPENED, gettext_lazy("Kept in the week, in time.")),
    "late": (
        pgettext_lazy("promises", "late"),
        HAPPENED,
        gettext_lazy("Kept in the week, but late; or no longer needed after its time had passed."),
    ),
    "overdue": (
        pgettext_lazy("promises", "overdue"),
        AT_END,
        gettext_lazy("Past its time and not kept when the week ended."),
    ),
}
KEPT, LATE, OVERDUE = _PROMISES
LADDER = [*Satisfaction.values]
UNKNOWN = "unknown"
NONE = "none"
WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


def figure_named(name: str, categories: Mapping[str, Category]) -> Figure | None:
    """The figure of this name, also one of a family; None when there is no such figure."""
    if name in FIGURES:
        return FIGURES[name]
    family, _dot, rest = name.partition(".")
    match family:
        case "promise":
            return _promise(*rest.rpartition(".")[::2])
        case "category" | "further":
            return _category(family, rest, categories)
        case "after" | "before" if rest in (*LADDER, UNKNOWN):
            return _ladder(family, rest)
        case "day":
            return _day(*rest.partition(".")[::2])
    return None


def _promise(kind: str, what: str) -> Figure | None:
    try:
        kinds.kind_named(kind)
    except LookupError:
        return None
    if what not in _PROMISES:
        return None
    words, cohort, definition = _PROMISES[what]
    return Figure(_("%(promise)s: %(what)s") % {"promise": kinds.label(kind), "what": words}, cohort, definition)


def _category(family: str, code: str, categories: Mapping[str, Category]) -> Figure | None:
    if code != NONE and code not in categories:
        return None
    name = categories[code].name if code in categories else _("No category")
    if family == "category":
        return Figure(_("Received: %(category)s") % {"category": name}, OPENED, _("By the main category."))
    return Figure(_("Received, also about: %(category)s") % {"category": name}, OPENED, _("By a further category."))


def _ladder(family: str, step: str) -> Figure:
    label = str(Satisfaction(step).label) if step != UNKNOWN else _("Not said")
    if family == "after":
        return Figure(_("Afterwards: %(step)s") % {"step": label}, CLOSED, _("As the customer said it at the end."))
    return Figure(
        _("Before: %(step)s") % {"step": label}, CLOSED, _("As the customer said it when the facts were confirmed.")
    )


def _day(number: str, name: str) -> Figure | None:
    if number not in tuple("0123456") or name not in ("received", "closed"):
        return None
    figure = FIGURES[name]
    words = {"figure": figure.label, "day": WEEKDAYS[int(number)]}
    return Figure(_("%(figure)s, %(day)s") % words, figure.cohort, figure.definition)
