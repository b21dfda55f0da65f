"""The demonstration's complaints: what was done to them, in the order of time, with the promises running beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import translation

from accounts.models import Department, User
from complaints.actions import (
    agree,
    classes,
    desk,
    ends,
    groups,
    hand_over,
    meetings,
    ownership,
    questions,
    reopening,
    reports,
    talks,
    tasks,
    transitions,
    written_reports,
)
from complaints.actions.lodge import lodge_complaint
from complaints.codes import Direction
from complaints.demo.told import read, span
from complaints.intake import Intake, PromiseMade
from complaints.models import Category, Complaint, ComplaintGroup
from complaints.written.draft import drafted
from core import clock
from core.formats import is_chinese
from customers.models import Customer, Sale
from deadlines.firing import fire_due_deadlines
from deadlines.models import Deadline

Given = dict[str, Any]


@dataclass
class Story:
    """One complaint while it is told; `complaint_id` 0 is not lodged yet."""

    fields: Given
    complaint_id: int = 0


def tell_stories() -> int:
    """Do everything at its own time, so that events, deadlines and notices are what they would have been."""
    now = clock.now()
    stories = [Story(fields) for fields in read("stories")["stories"]]
    scenes: list[tuple[datetime, Story, Given]] = []
    for story in stories:
        scenes.append((now - span(story.fields["ago"]), story, {}))
        scenes += [(now - span(step["ago"]), story, step) for step in story.fields["steps"]]
    for at, story, step in sorted(scenes, key=lambda scene: scene[0]):
        let_deadlines_pass(until=at)
        with clock.frozen(at):
            if step:
                _do(story, step)
            else:
                story.complaint_id = _lodge(story.fields)
    let_deadlines_pass(until=now)
    return len(stories)


def let_deadlines_pass(until: datetime) -> None:
    """Fire what falls due before `until`, each at its own time."""
    while True:
        waiting = Deadline.objects.filter(next_fire_at__lt=until).order_by("next_fire_at")
        at = waiting.values_list("next_fire_at", flat=True).first()
        if at is None:
            return
        with clock.frozen(at):
            if not fire_due_deadlines(now=at):
                return


def _lodge(fields: Given) -> int:
    by = _user(fields["by"])
    told = dict(fields["told"])
    department = told.pop("department", "")
    promises = told.pop("promises", None)
    sale = told.pop("sale", "")
    customer = fields.get("customer", "")
    intake = Intake(
        customer_id=Customer.objects.get(name=customer).pk if customer else None,
        category_id=Category.objects.get(code=told.pop("category")).pk,
        department_id=Department.objects.get(code=department).pk if department else None,
        amount_claimed=Decimal(told.pop("amount_claimed")) if "amount_claimed" in told else None,
        sale=Sale.objects.get(external_id=sale) if sale else None,
        promises=[PromiseMade(*promises)] if promises else [],
        subject_ids=[_user(username).pk for username in fields.get("about", [])],
        **told,
    )
    # The desk works in the customer's language, and so is the note that they were there.
    with translation.override("zh-hans" if is_chinese(intake.description) else "en"):
        return lodge_complaint(intake, by=by).pk


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _do(story: Story, step: Given) -> None:
    given = {name: value for name, value in step.items() if name not in ("do", "ago", "by")}
    DEEDS[step["do"]](story.complaint_id, _user(step["by"]), given)


Deed = Callable[[int, User, Given], object]
DEEDS: dict[str, Deed] = {
    "take": lambda pk, by, given: ownership.take_complaint(pk, by=by),
    "listen": lambda pk, by, given: desk.listen(pk, customer_agreed=True, by=by, **given),
    "apologise": lambda pk, by, given: desk.apologise(pk, was_said=True, by=by),
    "satisfy": lambda pk, by, given: desk.satisfy(
        pk,
        remedy=given["remedy"],
        remedy_kinds=given["kinds"],
        satisfaction=given["satisfaction"],
        value=Decimal(given["value"]) if "value" in given else None,
        by=by,
    ),
    "thank": lambda pk, by, given: desk.thank(pk, was_thanked=True, by=by),
    "report": lambda pk, by, given: reports.report_orally(pk, by=by, **{**given, "to": _user(given["to"])}),
    "confirm": lambda pk, by, given: reports.confirm_oral_report(pk, by=by),
    "assess": lambda pk, by, given: reports.assess_desk(pk, by=by, **given),
    "change": lambda pk, by, given: desk.change_desk(pk, by=by, **given),
    "call_supervisor": lambda pk, by, given: desk.call_supervisor(pk, by=by),
    "contact": lambda pk, by, given: _talk(pk, by, Direction.OUT, given),
    "message": lambda pk, by, given: _talk(pk, by, Direction.IN, given),
    "note": lambda pk, by, given: talks.write_note(pk, by=by, **given),
    "act": lambda pk, by, given: transitions.act(pk, by=by),
    "draft_report": lambda pk, by, given: _written(written_reports.save_report, pk, by, given),
    "send_report": lambda pk, by, given: _written(written_reports.submit_report, pk, by, given),
    "return_report": lambda pk, by, given: written_reports.return_report(_report(pk), by=by, **given),
    "acknowledge_report": lambda pk, by, given: written_reports.acknowledge_report(_report(pk), by=by),
    "ask": lambda pk, by, given: questions.ask_question(pk, by=by, **given),
    "details": lambda pk, by, given: agree.confirm_details(pk, customer_agreed=True, by=by, **given),
    "execute": lambda pk, by, given: agree.execute(pk, by=by, **given),
    "back": lambda pk, by, given: agree.go_back(pk, given["name"], reason=given["reason"], by=by),
    "decline": lambda pk, by, given: ends.decline(pk, by=by, **given),
    "refer": lambda pk, by, given: ends.refer(pk, by=by, **given),
    "reopen": lambda pk, by, given: reopening.reopen_complaint(pk, by=by, **given),
    "raise": lambda pk, by, given: classes.raise_class(pk, by=by, **given),
    "senior": lambda pk, by, given: tasks.ask_senior(
        pk,
        senior=_user(given["to"]),
        medium=given["medium"],
        due_at=clock.now() + span(given["within"]),
        note=given["note"],
        by=by,
    ),
    "meet": lambda pk, by, given: meetings.record_meeting(pk, _held(given), by=by),
    "offer": lambda pk, by, given: hand_over.offer_complaint(pk, to=_user(given["to"]), reason=given["reason"], by=by),
    "group": lambda pk, by, given: _join(pk, given["title"], by),
    "leave": lambda pk, by, given: transitions.leave(pk, by=by, **given),
    "withdraw": lambda pk, by, given: transitions.withdraw(pk, by=by, **given),
    "void": lambda pk, by, given: transitions.void(pk, by=by, **given),
}


def _written(write: Callable[..., object], complaint_id: int, by: User, given: Given) -> None:
    """What the record says, in the step's language, with the sections that the step tells itself."""
    language = given.pop("language")
    sections = drafted(Complaint.objects.get(pk=complaint_id), language) | given
    write(complaint_id, sections=sections, language=language, by=by)


def _report(complaint_id: int) -> int:
    return Complaint.objects.get(pk=complaint_id).written_reports.current().get().pk


def _held(given: Given) -> meetings.Held:
    until = clock.now() + span(given["within"])
    promised = tasks.PromisedTask(given["promise"], _user(given["to"]), until)
    told = {name: given[name] for name in ("kind", "place", "theirs", "said")}
    return meetings.Held(**told, promises=[promised])


def _join(complaint_id: int, title: str, by: User) -> None:
    """Open the group of this title, or join it."""
    number = Complaint.objects.get(pk=complaint_id).number
    group = ComplaintGroup.objects.filter(title=title).first()
    if group is None:
        groups.open_group([number], title=title, by=by)
    else:
        groups.add_member(group.pk, number=number, by=by)


def _talk(complaint_id: int, by: User, direction: str, given: Given) -> None:
    talks.record_communication(
        complaint_id,
        direction=direction,
        medium=given["medium"],
        summary=given["summary"],
        duration_seconds=given.get("duration"),
        by=by,
    )
