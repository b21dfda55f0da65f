"""The first draft of a written report, put together from the record, in the language chosen.

Each section has sources: small functions that return lines, [] where there is nothing. Other parts of the product
add theirs with `add_source`. Nothing is changed here, and nothing is left to a template: it is text to be edited.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.codes import Channel, Demand, Direction, Medium, PromiseForm, RemedyKind, Satisfaction, State
from complaints.deadlines import deadlines_of
from complaints.models import Communication, Complaint, StepRecord
from complaints.models.report import SECTION_LIMIT
from complaints.words import label
from complaints.workflow import AGREE, DETAILS, EXECUTED, current_evaluation, current_stage
from complaints.written.sections import CODES
from core.formats import clip_text, listed_text, money_text, when_text
from deadlines import kinds

# As many talks as are told one by one; what goes beyond stays in the record.
MOST_TALKS = 60
LONGEST_SUMMARY = 300

Source = Callable[[Complaint], list[str]]
Moment = tuple[datetime, str]
Course = Callable[[Complaint], list[Moment]]

_sources: dict[str, list[Source]] = {code: [] for code in CODES}
_course: list[Course] = []


def add_source(section: str, *sources: Source) -> None:
    """Let these tell something in a section, after what is there. Raises KeyError for an unknown section."""
    _sources[section] += sources


def add_course(*sources: Course) -> None:
    """Let these tell moments of the course; all of them are sorted by time."""
    _course.extend(sources)


def drafted(complaint: Complaint, language: str) -> dict[str, str]:
    """The text of every section as the record has it now. Some fifteen statements, however much has happened."""
    zone = ZoneInfo(complaint.department.calendar.time_zone)
    with translation.override(language), timezone.override(zone):
        return {code: _section(complaint, code) for code in CODES}


def _section(complaint: Complaint, code: str) -> str:
    lines = [line for source in _sources[code] for line in source(complaint)]
    return "\n".join(lines)[:SECTION_LIMIT]


# ------------------------------------------------------------------ what happened


def in_their_words(complaint: Complaint) -> list[str]:
    return [complaint.description]


def promised_to_them(complaint: Complaint) -> list[str]:
    found = []
    for promise in complaint.promises.all():
        parts = [promise.what, promise.by_whom, label(PromiseForm, promise.form) if promise.form else ""]
        found.append(_("Promised: %(what)s") % {"what": " · ".join(part for part in parts if part)})
    return found


def wanted(complaint: Complaint) -> list[str]:
    found = []
    if complaint.demands:
        wishes = listed_text(label(Demand, code) for code in complaint.demands)
        found.append(_("The customer wants: %(wishes)s") % {"wishes": wishes})
    if complaint.amount_claimed is not None:
        claim = money_text(complaint.amount_claimed, complaint.currency)
        found.append(_("The customer claims: %(claim)s") % {"claim": claim})
    if complaint.cost_of_waiting:
        found.append(_("Waiting costs them: %(cost)s") % {"cost": complaint.cost_of_waiting})
    return found


# ------------------------------------------------------------------ facts


def restated(complaint: Complaint) -> list[str]:
    """What the customer confirmed to be right, at the desk or in the case."""
    return [row.text for row in _records(complaint) if row.step in (State.LISTEN, State.GET_DETAILS) and row.text]


def circumstances(complaint: Complaint) -> list[str]:
    told = (
        (_("Happened on: %(what)s"), when_text(complaint.happened_on) if complaint.happened_on else ""),
        (_("Where: %(what)s"), complaint.happened_where),
        (_("People involved: %(what)s"), complaint.people_involved),
        (_("Category: %(what)s"), complaint.category.name if complaint.category else ""),
        (_("Product: %(what)s"), _product(complaint)),
    )
    return [words % {"what": value} for words, value in told if value]


def _product(complaint: Complaint) -> str:
    sale = complaint.sale
    parts = (
        sale.external_id if sale else "",
        complaint.product_name or (sale.product_name if sale else ""),
        complaint.product_specification,
        complaint.product_batch,
        complaint.product_symptom,
    )
    return " · ".join(part for part in parts if part)


def _records(complaint: Complaint) -> list[StepRecord]:
    return [row for row in complaint.step_records.all() if row.superseded_at is None]


# ------------------------------------------------------------------ nature and fault


def nature_and_fault(complaint: Complaint) -> list[str]:
    """As set when the details were confirmed."""
    found = []
    for name, words in (("nature", _("Nature: %(what)s")), ("fault", _("Fault: %(what)s"))):
        if getattr(complaint, name, ""):
            found.append(words % {"what": getattr(complaint, f"get_{name}_display")()})
    return found


# ------------------------------------------------------------------ course


def course(complaint: Complaint) -> list[str]:
    # What has the same time stays in the order of its sources.
    moments = sorted((moment for source in _course for moment in source(complaint)), key=lambda moment: moment[0])
    lines = [f"{when_text(at)}  {words}" for at, words in moments]
    left = complaint.communications.exclude(direction=Direction.NOTE).count() - MOST_TALKS
    if left > 0:
        lines.append(_("%(count)s later talks are on the record.") % {"count": left})
    return lines


def begun(complaint: Complaint) -> list[Moment]:
    """How it came; first of all, whatever else has the same time."""
    by = complaint.recorded_by or _("the system")
    words = _("Received: %(channel)s, recorded by %(name)s")
    return [(complaint.received_at, words % {"channel": label(Channel, complaint.channel), "name": by})]


def talks(complaint: Complaint) -> list[Moment]:
    rows = complaint.communications.exclude(direction=Direction.NOTE).order_by("at", "id")
    return [(row.at, _talk(row)) for row in rows.select_related("recorded_by")[:MOST_TALKS]]


def _talk(row: Communication) -> str:
    summary = clip_text(row.summary, LONGEST_SUMMARY)
    medium = label(Medium, row.medium)
    if row.direction == Direction.IN:
        return _("The customer (%(medium)s): %(summary)s") % {"medium": medium, "summary": summary}
    values = {"name": row.recorded_by or _("the system"), "medium": medium, "summary": summary}
    return _("%(name)s (%(medium)s): %(summary)s") % values


def steps(complaint: Complaint) -> list[Moment]:
    rows = complaint.step_records.filter(superseded_at=None).select_related("recorded_by")
    words = _("%(name)s finished “%(step)s”")
    return [(row.recorded_at, words % {"name": row.recorded_by, "step": label(State, row.step)}) for row in rows]


def clocks(complaint: Complaint) -> list[Moment]:
    """Which of our promises were kept, kept late, or broken."""
    found = []
    for row in deadlines_of((complaint.pk,)):
        values = {"promise": kinds.label(row.kind), "due": when_text(row.due_at)}
        if row.met_at and row.breached_at:
            found.append((row.met_at, _("%(promise)s: kept late, it was due %(due)s") % values))
        elif row.met_at:
            found.append((row.met_at, _("%(promise)s: kept, it was due %(due)s") % values))
        elif row.breached_at:
            found.append((row.breached_at, _("%(promise)s: broken, it was due %(due)s") % values))
    return found


# ------------------------------------------------------------------ remedies, outcome


def given_at_desk(complaint: Complaint) -> list[str]:
    found = []
    for row in _records(complaint):
        if row.step == State.SATISFY:
            parts = [row.text, listed_text(label(RemedyKind, code) for code in row.remedy_kinds)]
            parts += [money_text(row.value, complaint.currency)] if row.value else []
            found.append(" · ".join(part for part in parts if part))
    return found


def came_of_it(complaint: Complaint) -> list[str]:
    found = []
    if complaint.outcome:
        found.append(_("Outcome: %(what)s") % {"what": complaint.get_outcome_display()})
    if complaint.relief:
        found.append(_("Relief: %(what)s") % {"what": complaint.get_relief_display()})
    return found


def satisfaction(complaint: Complaint) -> list[str]:
    before = getattr(complaint, "satisfaction_before", "")
    found = []
    if before:
        found.append(_("Satisfaction before: %(what)s") % {"what": label(Satisfaction, before)})
    if complaint.satisfaction:
        found.append(_("Satisfaction now: %(what)s") % {"what": complaint.get_satisfaction_display()})
    return found


# ------------------------------------------------------------------ the stages of a case, and what was learned


def facts_of_the_case(complaint: Complaint) -> list[str]:
    """As the customer confirmed them, and their wish in their own words."""
    record = current_stage(complaint, DETAILS)
    if record is None:
        return []
    wish = [_("What they wish: “%(wish)s”") % {"wish": record.wish}] if record.wish else []
    return [*([record.text] if record.text else []), *wish]


def carried_out(complaint: Complaint) -> list[str]:
    record = current_stage(complaint, EXECUTED)
    return [_("Carried out: %(what)s") % {"what": record.text}] if record and record.text else []


def moves(complaint: Complaint) -> list[Moment]:
    """How the case went through its stages, and back."""
    words = _("%(name)s: %(step)s")
    rows = complaint.stage_records.select_related("recorded_by")
    return [
        (row.recorded_at, words % {"name": row.recorded_by, "step": AGREE.transitions[row.step].label})
        for row in rows
        if row.step in AGREE.transitions
    ]


def evaluated(complaint: Complaint) -> list[str]:
    row = current_evaluation(complaint)
    told = (
        (_("Outcome: %(what)s"), row.get_outcome_display() if row else ""),
        (_("Relief: %(what)s"), row.get_relief_display() if row else ""),
        (_("Satisfaction now: %(what)s"), row.get_satisfaction_display() if row else ""),
        (_("Closed all the same: %(what)s"), row.closed_despite if row else ""),
    )
    return [words % {"what": value} for words, value in told if value]


def why_it_came(complaint: Complaint) -> list[str]:
    row = current_evaluation(complaint)
    if row is None:
        return []
    action = [_("Corrective action: %(what)s") % {"what": row.corrective_action}] if row.corrective_action else []
    cause = row.root_cause.name if row.root_cause else ""
    return [*(part for part in (cause, row.root_cause_text) if part), *action]


def learned(complaint: Complaint) -> list[str]:
    row = current_evaluation(complaint)
    told = (
        (_("Done well: %(what)s"), row.did_well if row else ""),
        (_("To improve: %(what)s"), row.to_improve if row else ""),
        (_("Next time: %(what)s"), row.next_time if row else ""),
    )
    kept = [_("Suggestion: %(what)s") % {"what": suggestion.text} for suggestion in complaint.suggestions.all()]
    return [*(words % {"what": value} for words, value in told if value), *kept]


add_source("what_happened", in_their_words, promised_to_them, wanted)
add_source("facts", restated, facts_of_the_case, circumstances)
add_source("nature", nature_and_fault)
add_source("course", course)
add_source("remedies", given_at_desk, carried_out)
add_source("outcome", came_of_it, satisfaction, evaluated)
add_source("cause", why_it_came)
add_source("lessons", learned)
add_course(begun, talks, steps, moves, clocks)
