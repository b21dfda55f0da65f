"""Stored codes and values put into sentences, in the reader's language: triage reasons and event words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints import statutory
from complaints.codes import Channel, Counterpart, Direction, Medium, SeverityClass, State, Threat, WaitEnd
from complaints.models.desk import DeskChange
from complaints.models.talk import Communication
from core.files.kinds import Group
from core.formats import duration_text, listed_text, when_text

Values = Mapping[str, Any]


def reason_title(reason: Values) -> str:
    """Name the rule, as the class panel shows it."""
    titles = {
        "vip": _("VIP"),
        "intense": _("Intense, or asks a lot"),
        "danger": _("Danger to people"),
        "recurring": _("The same again and again"),
        "outside": _("Has gone outside"),
        "threat": _("Threatens"),
        "partner": _("A partner complains about conduct"),
        "group": _("Group complaint"),
        "over_promising": _("Over-promised or withheld information"),
        "integrity": _("Integrity"),
    }
    return titles.get(reason["rule"], str(reason["rule"]))


def reason_words(reason: Values) -> str:
    """Say what made the rule apply, with its figures."""
    speak = REASONS.get(reason["rule"])
    return speak(reason) if speak else ""


def _vip(reason: Values) -> str:
    if reason["why"] == "bought":
        return _("bought for %(bought)s (limit %(limit)s), in the top twentieth") % _sums(reason, "bought", "limit")
    if reason["why"] == "frequent":
        return _("%(count)s complaints in %(days)s days") % reason
    return _("marked as VIP")


def _intense(reason: Values) -> str:
    if reason["why"] == "furious":
        return _("the customer is furious")
    return _("claims %(claim)s (limit %(limit)s)") % _sums(reason, "claim", "limit")


def _danger(reason: Values) -> str:
    if reason["words"]:
        return _("from the words %(words)s") % {"words": quoted(reason["words"])}
    return _("flagged on the form")


def _recurring(reason: Values) -> str:
    what = {
        "product": _("same product"),
        "batch": _("same batch"),
        "subject": _("same staff member"),
        "category": _("same category, twice its usual week"),
    }
    same = what.get(reason["what"], reason["what"])
    return _("%(same)s: %(count)s here in %(days)s days") % {**reason, "same": same}


def _outside(reason: Values) -> str:
    return _("came by: %(channel)s") % {"channel": label(Channel, reason["channel"])}


def _threat(reason: Values) -> str:
    return listed_text(label(Threat, code) for code in reason["threats"])


def _group(reason: Values) -> str:
    count = int(reason["count"])
    return ngettext("%(count)s customer, same matter", "%(count)s customers, same matter", count) % {"count": count}


REASONS: dict[str, Callable[[Values], str]] = {
    "vip": _vip,
    "intense": _intense,
    "danger": _danger,
    "recurring": _recurring,
    "outside": _outside,
    "threat": _threat,
    "partner": lambda reason: _("the customer is a partner"),
    "group": _group,
    "over_promising": lambda reason: _("by its category"),
    "integrity": lambda reason: _("seen only by the people named for it"),
}


def label(choices: Any, code: str) -> str:
    """The label of a code, or the code itself when it is unknown."""
    try:
        return str(choices(code).label)
    except ValueError:
        return code


def quoted(words: Sequence[str]) -> str:
    return listed_text(f"“{word}”" for word in words)


def _sums(reason: Values, *names: str) -> dict[str, str]:
    return {name: f"{float(reason[name]):,.0f}" for name in names}


# Events: {actor} is the person's name, or the system.


def transitioned(values: Values) -> str:
    name = values.get("name", "")
    special = {
        "left": _("{actor} noted that the customer left before the end"),
        "raise": _("{actor} raised it to class 2"),
        "lower": _("{actor} lowered it to class 1"),
        "withdraw": _("{actor} noted that the customer withdrew it"),
        "void": _("{actor} marked it as logged by mistake"),
        "reported": _("{actor} reported it and closed it"),
        "evaluated": _("{actor} evaluated the outcome and closed it"),
        "details_confirmed": _("The customer confirmed the facts to {actor}"),
        "refer": _("{actor} referred it outside"),
        "declined": _("{actor} declined it"),
        "reopen": _("{actor} reopened it"),
        "new_facts": _("{actor} went back to the details: there are new facts"),
        "not_accepted": _("{actor} went back to the options: the customer does not accept it after all"),
        "not_fulfilled": _("{actor} went back to the plan: it was not carried out"),
        "dissatisfied": _("{actor} went back to the options: the customer is dissatisfied"),
    }
    words = special.get(name, _("{actor} finished “{step}”"))
    return words.format(actor=values["actor"], step=label(State, values.get("from", "")))


def retriaged(values: Values) -> str:
    rules = listed_text(reason_title({"rule": rule}) for rule in values.get("rules", ()))
    return _("New reasons for class 2: {rules}").format(rules=rules)


def created(values: Values) -> str:
    channel = label(Channel, values.get("channel", ""))
    words = (
        _("{actor} logged it ({channel}), class 2")
        if values.get("severity_class") == SeverityClass.TWO
        else _("{actor} logged it ({channel}), class 1")
    )
    return words.format(actor=values["actor"], channel=channel)


def assigned(values: Values) -> str:
    if not values.get("owner"):
        return _("{actor} put it back for the department").format(actor=values["actor"])
    if values.get("hand_over_id"):
        return _("{actor} accepted the offer and has it now").format(actor=values["actor"])
    if values.get("is_taken"):
        return _("{actor} took it").format(actor=values["actor"])
    return _("{actor} gave it to {owner}").format(actor=values["actor"], owner=values["owner"])


def met_at_desk(values: Values) -> str:
    return _("{actor} finished “{step}” at the desk").format(actor=values["actor"], step=label(State, values["step"]))


def corrected(values: Values) -> str:
    return _("{actor} corrected “{step}”").format(actor=values["actor"], step=label(State, values["step"]))


def desk_changed(values: Values) -> str:
    words = {
        DeskChange.What.TIME: _("{actor} moved the talk to another time"),
        DeskChange.What.PLACE: _("{actor} moved the talk to another place"),
        DeskChange.What.PERSON: _("{actor} brought in another person"),
    }
    return words[DeskChange.What(values["what"])].format(actor=values["actor"])


def suggestion_answered(values: Values) -> str:
    words = {
        "taken_up": _("{actor} answered a suggestion: it is taken up"),
        "not_taken": _("{actor} answered a suggestion: it is not taken"),
    }
    return words.get(values.get("state", ""), _("{actor} answered a suggestion")).format(actor=values["actor"])


def reported(values: Values) -> str:
    actor, to = values["actor"], values["to"]
    if absent := values.get("to_for"):
        return _("{actor} reported to {to} (for {absent})").format(actor=actor, to=to, absent=absent)
    return _("{actor} reported to {to}").format(actor=actor, to=to)


def report_confirmed(values: Values) -> str:
    if absent := values.get("acts_for"):
        return _("{actor} (for {absent}) confirmed the oral report").format(actor=values["actor"], absent=absent)
    return _("{actor} confirmed the oral report").format(actor=values["actor"])


def talked(values: Values) -> str:
    medium = label(Medium, values.get("medium", ""))
    if values.get("counterpart") == Counterpart.OUTSIDE:
        return _outside_talk(values, medium)
    if values.get("is_sent"):
        return _("{actor} wrote to the customer ({medium})").format(actor=values["actor"], medium=medium)
    if values.get("is_interim"):
        return _interim(values, medium)
    if values.get("direction") == Direction.IN:
        return _("The customer got in touch ({medium})").format(medium=medium)
    if values.get("is_first"):
        return _("First contact: {actor} ({medium})").format(actor=values["actor"], medium=medium)
    return _("{actor} talked to the customer ({medium})").format(actor=values["actor"], medium=medium)


def file_added(values: Values) -> str:
    words = {
        Group.PICTURE: _("{actor} added a picture"),
        Group.PAPER: _("{actor} added a PDF"),
        Group.SOUND: _("{actor} added a recording"),
        Group.TEXT: _("{actor} added a text"),
    }
    return words[Group(values["group"])].format(actor=values["actor"])


def file_withdrawn(values: Values) -> str:
    return _("{actor} withdrew a file").format(actor=values["actor"])


def _outside_talk(values: Values, medium: str) -> str:
    if values.get("direction") == Direction.IN:
        return _("It came from outside ({medium})").format(medium=medium)
    return _("{actor} answered outside ({medium})").format(actor=values["actor"], medium=medium)


def _interim(values: Values, medium: str) -> str:
    words = (
        _("First contact, an interim answer: {actor} ({medium})")
        if values.get("is_first")
        else _("Interim answer: {actor} ({medium})")
    )
    return words.format(actor=values["actor"], medium=medium)


def sent(values: Values) -> str:
    if values.get("is_first"):
        return _("The e-mail is sent: first contact")
    return _("The e-mail is sent")


def not_sent(values: Values) -> str:
    return _("The e-mail was perhaps not sent") if values.get("is_unknown") else _("The e-mail could not be sent")


def waiting(values: Values) -> str:
    return _("{actor} waits for the customer until {until}").format(actor=values["actor"], until=values["until_at"])


def resumed(values: Values) -> str:
    words = {
        WaitEnd.RESUMED: _("{actor} ended the wait for the customer"),
        WaitEnd.OVER: _("The wait for the customer is over"),
        WaitEnd.ANSWERED: _("The customer got in touch, so nobody waits any more"),
        WaitEnd.CLOSED: _("The wait ended with the complaint"),
    }
    return words[WaitEnd(values["end"])].format(actor=values["actor"])


def gone_outside(values: Values) -> str:
    channel = label(Channel, values.get("channel", ""))
    if values.get("answer_by_on"):
        words = _("It has gone outside ({channel}), to be answered until {until}")
        return words.format(channel=channel, until=values["answer_by_on"])
    return _("It has gone outside ({channel})").format(channel=channel)


def matter_changed(values: Values) -> str:
    words = _("{actor} changed what is known of it outside ({channel})")
    return words.format(actor=values["actor"], channel=label(Channel, values.get("channel", "")))


def matter_accepted(values: Values) -> str:
    words = _("It was accepted outside ({channel}) on {day}")
    return words.format(channel=label(Channel, values.get("channel", "")), day=values["accepted_on"])


def matter_answered(values: Values) -> str:
    words = _("{actor} noted that it is answered outside ({channel})")
    return words.format(actor=values["actor"], channel=label(Channel, values.get("channel", "")))


def clock_extended(values: Values) -> str:
    words = _("{actor} gave it the longer time of complex cases: {rule}")
    return words.format(actor=values["actor"], rule=statutory.name_of(values.get("about", "")))


def talk_details(talk: Communication) -> str:
    """How long, with whom, to which address, and when the customer hears from us again; what is known of it."""
    parts = []
    if talk.subject:
        parts.append(_("Subject: {subject}").format(subject=talk.subject))
    if talk.sent_to:
        parts.append(_("to {address}").format(address=talk.sent_to))
    if talk.duration_seconds:
        parts.append(duration_text(talk.duration_seconds))
    if talk.participants:
        parts.append(_("with {people}").format(people=talk.participants))
    if talk.next_answer_at:
        parts.append(_("next answer by {time}").format(time=when_text(talk.next_answer_at)))
    if talk.corrected_at:
        parts.append(_("corrected {time}").format(time=when_text(talk.corrected_at)))
    return " · ".join(parts)


def task_opened(values: Values) -> str:
    words = {
        "senior_talk": _("{actor} asked {assignee} to talk to the customer, until {due_at}"),
        "promise": _("{actor} noted a promise: {assignee}, until {due_at}"),
    }
    told = {name: values.get(name, "…") for name in ("actor", "assignee", "due_at")}
    return words.get(values.get("kind", ""), words["promise"]).format(**told)


def task_done(values: Values) -> str:
    if values.get("kind") == "senior_talk":
        return _("{actor} talked to the customer as asked").format(actor=values["actor"])
    return _("{actor} kept a promise").format(actor=values["actor"])


def group_talked(values: Values) -> str:
    medium = label(Medium, values.get("medium", ""))
    if values.get("direction") == Direction.IN:
        return _("The group got in touch ({medium})").format(medium=medium)
    return _("{actor} talked to the group ({medium})").format(actor=values["actor"], medium=medium)
