"""The one thing that is due on a complaint, in a sentence, and the buttons that do it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints.actions.ownership import may_take_over
from complaints.codes import LIVE_CHANNELS, SeverityClass, State
from complaints.deadlines import ANSWER, FIRST_RESPONSE, OWNED, STATUTORY
from complaints.models import Complaint, OralReport
from complaints.next_steps import next_step
from complaints.supervisors import Hearer, confirms_as
from complaints.together import Offer
from complaints.workflow import FORWARD, workflow_of
from deadlines.models import Deadline

# What is ours to do although we wait for the customer.
TO_DO_WHILE_WAITING = (OWNED, FIRST_RESPONSE, ANSWER)


@dataclass(frozen=True)
class Press:
    """One button: a link, or a form that posts. The first of a bar is the page's primary one."""

    name: str
    words: str | Promise
    url: str
    icon: str = ""
    key: str = ""
    is_post: bool = False
    entry: str = ""


@dataclass(frozen=True)
class NextBar:
    title: str | Promise
    text: str | Promise = ""
    deadline: Deadline | None = None
    presses: Sequence[Press] = field(default=())


def next_bar(
    complaint: Complaint,
    deadlines: Sequence[Deadline],
    report: OralReport | None,
    user: User,
    offer: Offer | None = None,
) -> NextBar | None:
    """What is due, for this user; None when nothing is."""
    running = [row for row in deadlines if row.state in ("pending", "breached")]
    nearest = min(running, key=lambda row: row.due_at, default=None)
    if not complaint.is_open:
        return _after_the_end(complaint, nearest, report, user)
    return _while_open(complaint, nearest, user, offer)


def _while_open(complaint: Complaint, nearest: Deadline | None, user: User, offer: Offer | None) -> NextBar | None:
    if complaint.is_waiting and (nearest is None or nearest.kind not in TO_DO_WHILE_WAITING):
        # The card of the wait says what there is to do.
        return None
    if not user.has_perm("complaints.work_desk"):
        return NextBar(next_step(complaint, nearest.kind if nearest else ""), deadline=nearest)
    if offer is not None and (bar := _offered(complaint, nearest, offer)):
        return bar
    if complaint.owner_id is None:
        return _nobody_owns_it(complaint, nearest, user)
    if complaint.severity_class == SeverityClass.ONE:
        return NextBar(next_step(complaint), _("It is settled at the desk."), nearest, [_desk(complaint)])
    return _case(complaint, nearest, user)


def _after_the_end(
    complaint: Complaint, nearest: Deadline | None, report: OralReport | None, user: User
) -> NextBar | None:
    if report is None or report.confirmed_at is not None:
        return _outside_waits(nearest)
    hearer = confirms_as(report, user)
    if hearer is None:
        return NextBar(_("%(name)s is asked to confirm the oral report.") % {"name": report.told}, "", nearest)
    url = reverse("complaints:confirm_report", args=[complaint.number])
    return NextBar(
        _("%(name)s reported it to %(to)s.") % {"name": report.reported_by, "to": report.told},
        report.note or confirm_words(hearer),
        nearest,
        [Press("confirm", _("Confirm the report"), url, "check", is_post=True)],
    )


def _outside_waits(nearest: Deadline | None) -> NextBar | None:
    if nearest is None or nearest.kind != STATUTORY:
        return None
    text = _("The complaint has ended, and their clock goes on until they are answered.")
    return NextBar(_("Outside they still wait for an answer."), text, nearest)


def _offered(complaint: Complaint, nearest: Deadline | None, offer: Offer) -> NextBar | None:
    """An offer comes first for who shall answer it; who made it sees that it waits."""
    row, at = offer.row, [complaint.number]
    if offer.is_mine:
        presses = [
            Press("accept", _("Accept it"), reverse("complaints:accept_offer", args=at), "check", "t", is_post=True),
            Press("decline", _("Decline"), reverse("complaints:decline_offer", args=at), "x"),
        ]
        if row.to_department:
            told = {"name": row.offered_by, "department": row.to_department}
            title = _("%(name)s offers it to %(department)s.") % told
        else:
            title = _("%(name)s offers it to you.") % {"name": row.offered_by}
        text = row.reason or _("Until you accept, it stays with the one who has it.")
        return NextBar(title, text, nearest, presses)
    if not offer.may_withdraw or complaint.owner_id is None:
        return None
    url = reverse("complaints:withdraw_offer", args=at)
    presses = [Press("withdraw", _("Withdraw the offer"), url, "arrow-back-up", is_post=True)]
    if complaint.severity_class == SeverityClass.ONE:
        presses.append(_desk(complaint))
    text = _("Until it is accepted, it stays with %(name)s.") % {"name": complaint.owner}
    return NextBar(_("It is offered to %(name)s.") % {"name": row.offered_to}, text, nearest, presses)


def confirm_words(hearer: Hearer) -> str:
    if hearer.acts_for is None:
        return _("Confirm that you heard it.")
    return _("Confirm that you heard it, for %(absent)s.") % {"absent": hearer.acts_for}


def _nobody_owns_it(complaint: Complaint, nearest: Deadline | None, user: User) -> NextBar:
    presses = [take(complaint)]
    if user.has_perm("complaints.assign"):
        presses.append(assign(complaint))
    if complaint.severity_class == SeverityClass.ONE:
        presses.append(_desk(complaint))
    else:
        presses.append(_at_hand(complaint, user) or _entry(complaint, "phone"))
    return NextBar(_("Nobody owns it yet."), _("Take it, or see that somebody does."), nearest, presses)


def _case(complaint: Complaint, nearest: Deadline | None, user: User) -> NextBar:
    name = complaint.contact_name or _("the customer")
    if may_take_over(complaint, user):
        text = _("%(name)s keeps it until a handler takes it.") % {"name": complaint.owner}
        return NextBar(_("This case needs a handler."), text, nearest, [take(complaint), _entry(complaint, "phone")])
    if complaint.state == State.ACT and complaint.first_contact_at is None:
        text = _("Call or visit, say who you are and that you take care of it; then note what was said.")
        presses = [_at_hand(complaint, user) or _entry(complaint, "phone"), _entry(complaint, "message")]
        return NextBar(_("Contact %(name)s: the first contact is due.") % {"name": name}, text, nearest, presses)
    if nearest is not None and nearest.kind == ANSWER:
        text = _("“We are looking into it, I call you at …” is enough.")
        presses = [_entry(complaint, "message"), _entry(complaint, "phone")]
        return NextBar(_("Answer %(name)s, even if it is not final.") % {"name": name}, text, nearest, presses)
    if complaint.state == State.ACT:
        url = reverse("complaints:act", args=[complaint.number])
        press = Press("act", _("Go on to the details"), url, "arrow-right", is_post=True)
        return NextBar(_("The first contact is made."), _("Now get the details."), nearest, [press])
    if complaint.state == State.EVALUATE:
        url = reverse("complaints:evaluate", args=[complaint.number])
        press = Press("evaluate", _("Evaluate the outcome"), url, "clipboard-check")
        to_report = reverse("complaints:edit_report", args=[complaint.number])
        report = Press("report", _("Write the report"), to_report, "file-text")
        return NextBar(next_step(complaint), "", nearest, [press, _entry(complaint, "phone"), report])
    return _stage(complaint, nearest)


def _stage(complaint: Complaint, nearest: Deadline | None) -> NextBar:
    """The first thing that is missing before the case goes on, or the press that takes it on."""
    name, workflow = FORWARD[State(complaint.state)], workflow_of(complaint)
    if name not in workflow.transitions:
        return NextBar(next_step(complaint), "", nearest, [_entry(complaint, "phone")])
    missing = workflow.blockers(complaint, name)
    if missing:
        first = missing[0]
        press = Press("mend", where_words(first.code), first.link, "arrow-right")
        return NextBar(next_step(complaint), first.message, nearest, [press, _entry(complaint, "phone")])
    target = State(workflow.target(complaint, name)).label
    go_on = _("Go on to “%(stage)s”") % {"stage": target}
    press = Press("go-on", go_on, move_on_url(complaint, name), "arrow-right", is_post=True)
    return NextBar(next_step(complaint), _("All that is needed is there."), nearest, [press])


# What the way to a missing thing is called; apps above add theirs for their own conditions.
WHERE_WORDS: dict[str, str | Promise] = {
    "no_facts": gettext_lazy("Write down the facts"),
    "facts_not_confirmed": gettext_lazy("Confirm the facts"),
    "no_nature": gettext_lazy("Choose the nature"),
    "no_fault": gettext_lazy("Choose the fault"),
    "not_executed": gettext_lazy("Write what was done"),
}


def where_words(code: str) -> str | Promise:
    return WHERE_WORDS.get(code, gettext_lazy("Mend it"))


def move_on_url(complaint: Complaint, name: str) -> str:
    if name == "acted":
        return reverse("complaints:act", args=[complaint.number])
    return reverse("complaints:go_on", args=[complaint.number, name])


def take(complaint: Complaint) -> Press:
    url = reverse("complaints:take", args=[complaint.number])
    return Press("take", _("Take it"), url, "user-check", "t", is_post=True)


def assign(complaint: Complaint) -> Press:
    url = reverse("complaints:assign", args=[complaint.number])
    return Press("assign", _("Give it to somebody"), url, "user-share")


def _at_hand(complaint: Complaint, user: User) -> Press | None:
    """A case that arose at the desk: whoever recorded it listens and apologises there. Source: DOMAIN.md 3.3."""
    is_there = complaint.channel in LIVE_CHANNELS and complaint.recorded_by_id == user.pk
    if not is_there or any(record.step == State.LISTEN for record in complaint.step_records.all()):
        return None
    return Press("desk", _("Listen at the desk"), reverse("complaints:desk", args=[complaint.number]), "ear")


def _desk(complaint: Complaint) -> Press:
    return Press("desk", _("Go on at the desk"), reverse("complaints:desk", args=[complaint.number]), "ear")


def _entry(complaint: Complaint, kind: str) -> Press:
    url = f"{complaint.get_absolute_url()}?entry={kind}#composer"
    if kind == "message":
        return Press("message", _("Write to them"), url, "message-2", "m", entry=kind)
    return Press("call", _("Note a call"), url, "phone", entry=kind)
