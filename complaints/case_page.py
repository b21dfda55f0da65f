"""What the page of one complaint shows, read with few statements however much has happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scope import Scope, scope_of
from accounts.zones import zone_of
from complaints.around import read_around
from complaints.causes import causes_of
from complaints.class_reasons import WhyClass, why_class
from complaints.codes import SeverityClass, State
from complaints.customer_card import CustomerCard, customer_card
from complaints.deadlines import deadlines_of
from complaints.events import LINKED, TRANSITIONED
from complaints.facts_shown import Group, facts_shown
from complaints.guidance.cards import current_mark
from complaints.guidance.shown import Guidance, guidance_for
from complaints.models import (
    Attachment,
    CaseQuestion,
    CaseTask,
    Category,
    Cause,
    CauseComplaint,
    Complaint,
    ComplaintLink,
    ComplaintSubject,
    Evaluation,
    OralReport,
    OutsideMatter,
    Referral,
    StageRecord,
    StepRecord,
    Suggestion,
    Wait,
    WrittenReport,
)
from complaints.models import Promise as CustomerPromise
from complaints.next_bar import NextBar, move_on_url, next_bar, where_words
from complaints.querysets import ComplaintQuerySet
from complaints.stage_page import moves
from complaints.stage_rail import Rail, rail
from complaints.statutory import rule_of
from complaints.timeline import PAGE, Day, Entry, by_day, entries
from complaints.timeline_together import OF_GROUPS, hidden_groups
from complaints.together import Together, together_on
from complaints.workflow import (
    current_evaluation,
    customer_content_or_closed_despite,
    did_well_answered,
    execution_recorded,
    facts_confirmed,
    facts_restated,
    fault_set,
    first_contact_recorded,
    nature_set,
    next_time_answered,
    outcome_chosen,
    relief_chosen,
    root_cause_set,
    somebody_owns_it,
    suggestion_looked_for,
    to_improve_answered,
    workflow_of,
)
from complaints.written.bar import report_bar
from complaints.written.condition import ACKNOWLEDGED, written_report_acknowledged
from core.prepared import prepared
from core.workflow import Condition
from deadlines.kinds import label
from deadlines.models import Deadline

RELATED = ("department__calendar", "customer", "category")
# What most complaints do not have is asked for only where it is there.
PARTS: dict[str, QuerySet[Any]] = {
    "subject_rows": ComplaintSubject.objects.select_related("user"),
    "promises": CustomerPromise.objects.all(),
    "step_records": StepRecord.objects.filter(superseded_at=None),
    "evaluations": Evaluation.objects.filter(superseded_at=None).select_related("root_cause", "closed_despite_by"),
    "suggestions": Suggestion.objects.all(),
    "attachments": Attachment.objects.select_related("added_by", "withdrawn_by"),
    "written_reports": WrittenReport.objects.current().with_people(),
    "outside_matters": OutsideMatter.objects.all(),
    "oral_reports": OralReport.objects.filter(superseded_at=None).select_related(
        "to", "to_for", "reported_by", "confirmed_by", "confirmed_for"
    ),
    "stage_records": StageRecord.objects.filter(superseded_at=None),
    "case_questions": CaseQuestion.objects.select_related("asked_by"),
    "referrals": Referral.objects.all(),
}

SHOWN = ("all", "customer", "notes", "clock")
# The clock's own book-keeping; its breaches and escalations are told among the rest.
QUIET = ("deadline.opened", "deadline.met", "deadline.cancelled", "deadline.recomputed")

MET_WORDS: dict[Condition, str | Promise] = {
    somebody_owns_it: _("Somebody owns it."),
    first_contact_recorded: _("The first contact is recorded."),
    customer_content_or_closed_despite: _("The customer was asked how content they are."),
    root_cause_set: _("The root cause is set."),
    did_well_answered: _("It is said what was done well."),
    to_improve_answered: _("It is said what deserves improving."),
    next_time_answered: _("It is said how it is done better next time."),
    suggestion_looked_for: _("Suggestions in it were looked for."),
    outcome_chosen: _("It is said what came of it."),
    relief_chosen: _("It is said what the customer got."),
    written_report_acknowledged: ACKNOWLEDGED,
    facts_restated: _("The facts are restated."),
    facts_confirmed: _("The customer confirmed the facts."),
    nature_set: _("The nature of the complaint is set."),
    fault_set: _("The company’s fault is set."),
    execution_recorded: _("What was carried out is written down."),
}


@dataclass(frozen=True)
class ConditionLine:
    """One thing that must be true before the next stage; `link` leads to where it is mended."""

    text: str | Promise
    is_met: bool
    link: str = ""
    press: str | Promise = ""


@dataclass(frozen=True)
class Conditions:
    """What stands before the next stage, and the transition that leads there."""

    name: str
    target: str
    lines: list[ConditionLine]
    url: str = ""
    # What else may be done from here: name, words, icon.
    others: tuple[tuple[str, str, str], ...] = ()

    @property
    def target_name(self) -> str:
        return str(State(self.target).label)

    @property
    def left(self) -> int:
        return sum(not line.is_met for line in self.lines)


@dataclass(frozen=True)
class DueLine:
    """One promise in the list beside the page."""

    deadline: Deadline
    label: str
    # A statutory clock that has a longer time for complex cases, which it has not been given.
    may_extend: bool = False


@dataclass(frozen=True)
class CasePage:
    complaint: Complaint
    rail: Rail
    next_bar: NextBar | None
    conditions: Conditions | None
    groups: list[Group]
    deadlines: list[DueLine]
    days: list[Day]
    mark: int
    older: int | None
    report: OralReport | None
    why: WhyClass
    card: CustomerCard
    links: "list[Linked]"
    guidance: Guidance | None
    evaluation: Evaluation | None
    suggestions: Sequence[Suggestion]
    causes: list[Cause]
    wait: Wait | None
    matters: Sequence[OutsideMatter]
    together: Together


def find_case(user: User, number: str) -> Complaint:
    """The complaint with all that its page shows. Raises Complaint.DoesNotExist for what the user must not see."""
    scope = scope_of(user)
    complaint = next(iter(_case(scope, number)), None) if scope.may_read else None
    if complaint is None:
        raise Complaint.DoesNotExist
    read_around(complaint)
    _prefetch(complaint)
    return complaint


@prepared
def _case(scope: Scope, number: str) -> ComplaintQuerySet:
    rows = Complaint.objects.within(scope).filter(number=number).select_related(*RELATED)
    has: dict[str, Any] = {f"has_{name}": Exists(part.filter(complaint=OuterRef("pk"))) for name, part in PARTS.items()}
    has["has_further"] = Exists(Category.objects.filter(further_complaints=OuterRef("pk")))
    has["has_causes"] = Exists(CauseComplaint.objects.filter(complaint=OuterRef("pk")))
    has["has_links"] = Exists(ComplaintLink.objects.filter(Q(complaint=OuterRef("pk")) | Q(other=OuterRef("pk"))))
    has["has_tasks"] = Exists(CaseTask.objects.filter(complaint=OuterRef("pk")))
    return rows.annotate(**has, guidance_mark=current_mark())[:1]


def _prefetch(complaint: Complaint) -> None:
    there: list[Prefetch[Any, Any, Any] | str] = [
        Prefetch(name, part) for name, part in PARTS.items() if getattr(complaint, f"has_{name}")
    ]
    if getattr(complaint, "has_further", False):
        there.append("further_categories")
    prefetch_related_objects([complaint], *there)
    known: dict[str, Any] = complaint.__dict__.setdefault("_prefetched_objects_cache", {})
    for name in (*PARTS, "further_categories"):
        known.setdefault(name, getattr(complaint, name).none())


def case_page(complaint: Complaint, user: User, *, show: str = "all", before: int | None = None) -> CasePage:
    """Gather the page of a complaint that came from `find_case`."""
    links = linked(complaint, user)
    together = together_on(complaint, user)
    newest = entries(complaint, before=before)
    found = readable(newest, links, user)
    rows = deadlines_of((complaint.pk,))
    records = {record.step: record for record in complaint.step_records.all()}
    report = next(iter(complaint.oral_reports.all()), None)
    written = next(iter(complaint.written_reports.all()), None)
    return CasePage(
        complaint=complaint,
        rail=rail(complaint, records, _since(complaint, found)),
        next_bar=report_bar(complaint, written, rows, user) or next_bar(complaint, rows, report, user, together.offer),
        conditions=conditions(complaint, user),
        groups=facts_shown(complaint, records),
        deadlines=due_lines(rows),
        days=by_day(shown_entries(found, show), zone_of(user)),
        mark=newest[0].event.seq if newest and before is None else 0,
        older=newest[-1].event.seq if len(newest) == PAGE and newest[-1].event.seq > 1 else None,
        report=report,
        why=why_class(complaint),
        card=customer_card(complaint, user),
        links=links,
        guidance=_guidance(complaint, user, is_newest=before is None),
        evaluation=current_evaluation(complaint),
        suggestions=list(complaint.suggestions.all()),
        causes=causes_of(complaint, user) if getattr(complaint, "has_causes", True) else [],
        wait=complaint.waits.filter(ended_at=None).first() if complaint.is_waiting else None,
        matters=list(complaint.outside_matters.all()),
        together=together,
    )


def _guidance(complaint: Complaint, user: User, *, is_newest: bool) -> Guidance | None:
    """What fits while it is open; sentences can be put into the composer where there is one."""
    if not complaint.is_open:
        return None
    further = [category.pk for category in complaint.further_categories.all()]
    may_insert = is_newest and user.has_perm("complaints.work_desk")
    return guidance_for(complaint, user, step=complaint.state, further=further, may_insert=may_insert)


def readable(found: Sequence[Entry], links: Sequence["Linked"], user: User) -> list[Entry]:
    """All but links to complaints that this reader must not see, not even by their number, and groups likewise."""
    seen = {link.complaint.number for link in links}
    hidden = hidden_groups((entry.event for entry in found), user)
    return [
        entry
        for entry in found
        if (entry.event.type != LINKED or entry.event.data.get("other") in seen)
        and (entry.event.type not in OF_GROUPS or entry.event.data.get("group_id") not in hidden)
    ]


def _since(complaint: Complaint, found: Sequence[Entry]) -> datetime | None:
    moves = (
        entry.event.at
        for entry in found
        if entry.event.type == TRANSITIONED and entry.event.data.get("to") == complaint.state
    )
    return next(moves, None)


def shown_entries(found: Sequence[Entry], show: str) -> list[Entry]:
    """All but the clock's book-keeping, or only what was said with the customer, notes, or the clock."""
    kinds = {"customer": ("customer",), "notes": ("note",), "clock": ("deadline",)}.get(show)
    if kinds is None:
        return [entry for entry in found if entry.event.type not in QUIET]
    return [entry for entry in found if entry.kind in kinds]


def due_lines(rows: Sequence[Deadline]) -> list[DueLine]:
    """The newest promise of each kind, the open ones first, nearest due time first."""
    newest = {(row.kind, row.about): row for row in rows}
    wanted = [row for row in newest.values() if row.state != "cancelled"]
    wanted.sort(key=lambda row: (not row.is_open, row.due_at))
    return [DueLine(row, label(row.kind, row.about), may_extend=_has_longer_time(row)) for row in wanted]


def _has_longer_time(row: Deadline) -> bool:
    rule = rule_of(row.about) if row.about and row.is_open else None
    return rule is not None and rule.is_usual_time(row.started_at, row.due_at)


def conditions(complaint: Complaint, user: User) -> Conditions | None:
    """What must be true before the next stage of a case; class 1 shows its steps at the desk instead."""
    if not complaint.is_open or complaint.severity_class == SeverityClass.ONE:
        return None
    workflow = workflow_of(complaint)
    forward = [
        offer
        for offer in workflow.offers(complaint, user)
        if workflow.transitions[offer.name].conditions and not callable(workflow.transitions[offer.name].target)
    ]
    if not forward:
        return None
    name = forward[0].name
    lines = []
    for condition in workflow.transitions[name].conditions:
        why = condition(complaint)
        if why:
            lines.append(ConditionLine(why.message, is_met=False, link=why.link, press=where_words(why.code)))
        elif condition in MET_WORDS:
            lines.append(ConditionLine(MET_WORDS[condition], is_met=True))
    url = move_on_url(complaint, name)
    others = tuple(move for move in moves(complaint, user) if move[0] == "declined")
    return Conditions(name, forward[0].target, sorted(lines, key=lambda line: line.is_met), url, others)


@dataclass(frozen=True)
class Linked:
    complaint: Complaint
    relation: str


def linked(complaint: Complaint, user: User) -> list[Linked]:
    """Other complaints that belong together with it, as far as the reader may see them."""
    if not getattr(complaint, "has_links", True):
        return []
    rows = ComplaintLink.objects.filter(Q(complaint=complaint) | Q(other=complaint)).order_by("-id")[:PAGE]
    relations = {row.other_id + row.complaint_id - complaint.pk: row.get_relation_display() for row in rows}
    others = Complaint.objects.visible_to(user).filter(pk__in=relations)
    return [Linked(other, str(relations[other.pk])) for other in others]
