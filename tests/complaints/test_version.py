"""The version tells whether the record changed: each action that changes it raises it once, and nothing else does.

Source: API.md, "No lost updates".
"""

import importlib
import inspect
import pkgutil
from datetime import timedelta

import pytest

from complaints import actions
from complaints.actions import (
    classes,
    desk,
    drafts,
    group_talks,
    groups,
    hand_over,
    links,
    meetings,
    outside,
    ownership,
    record,
    reports,
    talks,
    tasks,
    transitions,
)
from complaints.actions.attachments import add_attachments, withdraw_attachment
from complaints.actions.categories import save_category
from complaints.models import Complaint, ComplaintGroup
from core import clock
from core.errors import Blocked
from core.files.taking import take_in
from customers.actions import change_customer
from deadlines.models import Deadline
from deadlines.sweep import sweep
from events.models import Notification
from events.notices import mark_read
from policies.actions import set_policy
from policies.reading import policy
from tests.complaints.sent import attach, sent
from tests.complaints.version_rows import IN_TWO_STEPS, OF_CASES, OF_NO_COMPLAINT
from tests.house import lodge

LATER = timedelta(minutes=1)
STEPS = ("listen", "apologise", "satisfy", "thank", "report")


def do_step(complaint, step, house):
    by = house.clerk
    if step == "listen":
        desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=by)
    elif step == "apologise":
        desk.apologise(complaint.pk, was_said=True, by=by)
    elif step == "satisfy":
        desk.satisfy(complaint.pk, remedy_kinds=["refund"], remedy="Refunded.", satisfaction="satisfied", by=by)
    elif step == "thank":
        desk.thank(complaint.pk, was_thanked=True, by=by)
    else:
        reports.report_orally(complaint.pk, to=house.supervisor, outcome="upheld", relief="monetary", by=by)


def at_step(step):
    """Everything before this step is done."""

    def prepare(complaint, house):
        for done in STEPS[: STEPS.index(step)]:
            do_step(complaint, done, house)

    return prepare


def reported(complaint, house):
    for step in STEPS:
        do_step(complaint, step, house)


def owned_case(complaint, house):
    raised(complaint, house)
    talks.record_communication(complaint.pk, direction="out", medium="phone", summary="Called.", by=house.clerk)


def raised(complaint, house):
    classes.raise_class(complaint.pk, by=house.clerk)


def offered(complaint, house):
    hand_over.offer_complaint(complaint.pk, to=house.handler, by=house.clerk)


def asked(complaint, house):
    due_at = clock.now() + timedelta(days=1)
    tasks.ask_senior(complaint.pk, senior=house.manager, medium="phone", due_at=due_at, by=house.clerk)


def task_of(complaint):
    return complaint.tasks.get().pk


def held(house):
    promises = [tasks.PromisedTask("Bring it", house.handler, clock.now() + timedelta(days=1))]
    return meetings.Held(kind="visit", place="Here", theirs="Sue", said="Hello.", promises=promises)


def grouped(complaint, house):
    groups.open_group([complaint.number, other_number(complaint)], title="The fee", by=house.clerk)


def group_of(complaint):
    return Complaint.objects.get(pk=complaint.pk).group_id


def as_it_is(complaint, house):
    pass


def change(complaint, house, **changes):
    record.change_complaint(
        complaint.pk,
        expected_version=Complaint.objects.get(pk=complaint.pk).version,
        changes=changes,
        by=house.clerk,
    )


# The action, what comes before it, and how it is done; the complaint is taken by its clerk, and another stands by.
ACTIONS = {
    "complete_step": (at_step("satisfy"), lambda c, h: do_step(c, "satisfy", h)),
    "meet_at_desk": (raised, lambda c, h: desk.meet_at_desk(c.pk, "listen", text="Charged twice.", by=h.clerk)),
    "correct_step": (
        at_step("apologise"),
        lambda c, h: desk.correct_step(c.pk, "listen", text="Charged three times.", by=h.clerk),
    ),
    "change_desk": (as_it_is, lambda c, h: desk.change_desk(c.pk, what="place", note="In the office.", by=h.clerk)),
    "call_supervisor": (as_it_is, lambda c, h: desk.call_supervisor(c.pk, by=h.clerk)),
    "report_orally": (at_step("report"), lambda c, h: do_step(c, "report", h)),
    "confirm_oral_report": (reported, lambda c, h: reports.confirm_oral_report(c.pk, by=h.supervisor)),
    "assess_desk": (reported, lambda c, h: reports.assess_desk(c.pk, answers={"listen": "yes"}, by=h.clerk)),
    "raise_class": (as_it_is, lambda c, h: classes.raise_class(c.pk, reason="It is worse.", by=h.clerk)),
    "lower_class": (raised, lambda c, h: classes.lower_class(c.pk, reason="It is not so bad.", by=h.supervisor)),
    "record_gone_outside": (
        as_it_is,
        lambda c, h: outside.record_gone_outside(c.pk, channel="press", summary="A reporter called.", by=h.clerk),
    ),
    "take_complaint": (
        lambda c, h: (raised(c, h), ownership.assign_complaint(c.pk, owner=h.colleague, by=h.supervisor)),
        lambda c, h: ownership.take_complaint(c.pk, by=h.handler),
    ),
    "assign_complaint": (as_it_is, lambda c, h: ownership.assign_complaint(c.pk, owner=h.handler, by=h.supervisor)),
    "offer_complaint": (as_it_is, lambda c, h: hand_over.offer_complaint(c.pk, to=h.handler, by=h.clerk)),
    "withdraw_hand_over": (offered, lambda c, h: hand_over.withdraw_hand_over(c.pk, by=h.clerk)),
    "accept_hand_over": (offered, lambda c, h: hand_over.accept_hand_over(c.pk, by=h.handler)),
    "decline_hand_over": (offered, lambda c, h: hand_over.decline_hand_over(c.pk, reason="Away.", by=h.handler)),
    "move_complaint": (
        as_it_is,
        lambda c, h: hand_over.move_complaint(c.pk, department=h.east, reason="Theirs.", by=h.manager),
    ),
    "ask_senior": (as_it_is, asked),
    "finish_task": (asked, lambda c, h: tasks.finish_task(task_of(c), note="I called her.", by=h.manager)),
    "cancel_task": (asked, lambda c, h: tasks.cancel_task(task_of(c), note="She called.", by=h.clerk)),
    "change_task": (
        asked,
        lambda c, h: tasks.change_task(task_of(c), expected_version=1, what="Call her.", by=h.clerk),
    ),
    "record_meeting": (as_it_is, lambda c, h: meetings.record_meeting(c.pk, held(h), by=h.clerk)),
    "open_group": (as_it_is, lambda c, h: groups.open_group([c.number], title="The fee", by=h.clerk)),
    "add_member": (
        lambda c, h: groups.open_group([other_number(c)], title="The fee", by=h.clerk),
        lambda c, h: groups.add_member(ComplaintGroup.objects.get().pk, number=c.number, by=h.clerk),
    ),
    "remove_member": (
        grouped,
        lambda c, h: groups.remove_member(group_of(c), number=c.number, reason="Another.", by=h.clerk),
    ),
    "record_group_talk": (
        grouped,
        lambda c, h: group_talks.record_group_talk(
            group_of(c), direction="out", medium="phone", summary="News.", by=h.clerk
        ),
    ),
    "record_group_meeting": (grouped, lambda c, h: group_talks.record_group_meeting(group_of(c), held(h), by=h.clerk)),
    "change_complaint": (as_it_is, lambda c, h: change(c, h, title="Wiper blades", upset="annoyed")),
    "record_communication": (
        as_it_is,
        lambda c, h: talks.record_communication(c.pk, direction="in", medium="sms", summary="And?", by=h.clerk),
    ),
    "write_note": (as_it_is, lambda c, h: talks.write_note(c.pk, text="Ask the cashier.", by=h.clerk)),
    "link_complaints": (
        as_it_is,
        lambda c, h: links.link_complaints(c.pk, other_number(c), relation="related", by=h.clerk),
    ),
    "add_to_complaint": (
        as_it_is,
        lambda c, h: links.add_to_complaint(c.number, text="And the receipt is wrong.", channel="phone", by=h.clerk),
    ),
    "add_attachments": (as_it_is, lambda c, h: add_attachments(c.pk, [a_file()], by=h.clerk)),
    "add_attachment": (as_it_is, lambda c, h: attach(c, h.clerk)),
    "withdraw_attachment": (
        lambda c, h: attach(c, h.clerk),
        lambda c, h: withdraw_attachment(c.pk, c.attachments.get().pk, reason="Not theirs.", by=h.supervisor),
    ),
    "leave": (as_it_is, lambda c, h: end(transitions.leave, c, h)),
    "withdraw": (as_it_is, lambda c, h: end(transitions.withdraw, c, h)),
    "void": (as_it_is, lambda c, h: transitions.void(c.pk, reason="Typed twice.", by=h.supervisor)),
    "act": (owned_case, lambda c, h: transitions.act(c.pk, by=h.clerk)),
}
ACTIONS |= OF_CASES
# What changes no complaint that is there already: forms that are kept, categories, and the files of an import.
OTHERS = {
    "save_draft",
    "discard_draft",
    "forget_old_drafts",
    "keep_with_draft",
    "drop_from_draft",
    "save_category",
    "add_categories",
    "_write",
    "lodge_complaint",
    # These change the group alone.
    "name_representative",
    "end_representative",
    "close_group",
} | OF_NO_COMPLAINT


def a_file():
    return take_in(sent(b"A receipt, typed.", "receipt.txt"), most_megabytes=1)


def end(action, complaint, house):
    action(complaint.pk, reason="They had to go.", outcome="settled", relief="explanation", by=house.clerk)


def other_number(complaint):
    return Complaint.objects.exclude(pk=complaint.pk).values_list("number", flat=True).get()


@pytest.fixture
def complaint(make_complaint):
    make_complaint(phone="139 1111 2222", name="Wang Fang")
    return make_complaint(is_taken=True)


def stand(complaint):
    """What tells others that the record changed."""
    return Complaint.objects.values_list("version", "updated_at").get(pk=complaint.pk)


def test_the_table_has_every_action_of_complaints():
    names = set()
    for found in pkgutil.iter_modules(actions.__path__, f"{actions.__name__}."):
        module = importlib.import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if hasattr(function, "__wrapped__") and function.__module__ == module.__name__:
                names.add(name)
    assert names == set(ACTIONS) | set(IN_TWO_STEPS) | OTHERS


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_raises_the_version_once(name, complaint, house, at_work):
    prepare, act = ACTIONS[name]
    prepare(complaint, house)
    version, _updated_at = stand(complaint)
    with clock.frozen(at_work + LATER):
        act(complaint, house)
    assert stand(complaint) == (version + 1, at_work + LATER)


@pytest.mark.parametrize("name", IN_TWO_STEPS)
def test_what_keeps_and_closes_raises_it(name, complaint, house, at_work):
    prepare, act = IN_TWO_STEPS[name]
    prepare(complaint, house)
    version, _updated_at = stand(complaint)
    with clock.frozen(at_work + LATER):
        act(complaint, house)
    assert stand(complaint) == (version + 2, at_work + LATER)


def test_a_link_raises_both(complaint, house):
    number = other_number(complaint)
    other = Complaint.objects.get(number=number)
    before = stand(other)[0]
    links.link_complaints(complaint.pk, number, relation="related", by=house.clerk)
    assert stand(other)[0] == before + 1


def test_a_new_complaint_tells_the_version_it_has(complaint, house):
    assert lodge(house.clerk).version == 1
    linked = lodge(house.clerk, link_to=[complaint.number])
    assert linked.version == stand(linked)[0]


def test_a_restricted_category_raises_each_of_its_complaints_once(make_complaint, house):
    kept = make_complaint(category_id=house.attitude.pk)
    ended = make_complaint(category_id=house.attitude.pk)
    transitions.void(ended.pk, reason="Typed twice.", by=house.supervisor)
    before = [stand(each)[0] for each in (kept, ended)]
    attitude = house.attitude
    save_category(
        attitude.pk,
        code=attitude.code,
        name_en=attitude.name_en,
        name_zh=attitude.name_zh,
        is_restricted=True,
        by=house.director,
    )
    assert [stand(each)[0] for each in (kept, ended)] == [version + 1 for version in before]


AGAIN = {
    "taking what one has": lambda c, h: ownership.take_complaint(c.pk, by=h.clerk),
    "giving it to its owner": lambda c, h: ownership.assign_complaint(c.pk, owner=h.clerk, by=h.supervisor),
    "facts that stand there": lambda c, h: change(c, h, contact_name=c.contact_name, demands=[], amount_claimed=None),
    "lists that stand there": lambda c, h: record.change_complaint(
        c.pk, expected_version=c.version, changes={}, subject_ids=[], further_category_ids=[], by=h.clerk
    ),
}


@pytest.mark.parametrize("what", AGAIN)
def test_what_changes_nothing_raises_nothing(what, complaint, house, at_work):
    before = stand(complaint)
    with clock.frozen(at_work + LATER):
        AGAIN[what](complaint, house)
    assert stand(complaint) == before


def test_a_refusal_raises_nothing(complaint, house):
    raised(complaint, house)
    before = stand(complaint)
    with pytest.raises(Blocked):
        transitions.act(complaint.pk, by=house.clerk)
    assert stand(complaint) == before


def test_linking_a_pair_again_raises_nothing(complaint, house):
    number = other_number(complaint)
    links.link_complaints(complaint.pk, number, relation="related", by=house.clerk)
    before = stand(complaint)
    links.link_complaints(complaint.pk, number, relation="same_matter", by=house.clerk)
    assert stand(complaint) == before


def test_confirming_again_raises_nothing(complaint, house):
    reported(complaint, house)
    reports.confirm_oral_report(complaint.pk, by=house.supervisor)
    before = stand(complaint)
    reports.confirm_oral_report(complaint.pk, by=house.supervisor)
    assert stand(complaint) == before


def test_breaches_and_escalations_raise_nothing(complaint, house, at_work):
    before = stand(complaint)
    with clock.frozen(at_work + timedelta(hours=5)):
        assert sweep("hand").fired
    assert Deadline.objects.of(complaint).filter(breached_at__isnull=False).exists()
    assert stand(complaint) == before


def test_a_changed_policy_moves_the_clocks_and_raises_nothing(complaint, house, at_work):
    before, due = stand(complaint), Deadline.objects.of(complaint).get(kind="resolved").due_at
    set_policy(
        "deadline.resolved", {**policy("deadline.resolved"), "length": {"1": "P3D", "2": "P9D"}}, by=house.manager
    )
    with clock.frozen(at_work + LATER):
        sweep("hand")
    assert Deadline.objects.of(complaint).get(kind="resolved").due_at != due
    assert stand(complaint) == before


def test_notices_reads_and_drafts_raise_nothing(complaint, house, client):
    desk.call_supervisor(complaint.pk, by=house.clerk)
    before = stand(complaint)
    assert Notification.objects.filter(recipient=house.supervisor).exists()
    mark_read(by=house.supervisor)
    drafts.save_draft(complaint.intake_key, fields={"description": ["again"]}, by=house.clerk)
    client.force_login(house.clerk)
    assert client.get(complaint.get_absolute_url()).status_code == 200
    assert stand(complaint) == before


def test_a_customer_of_another_name_raises_nothing(complaint, house):
    before = stand(complaint)
    change_customer(complaint.customer_id, name="Emily Brown", by=house.clerk)
    assert stand(complaint) == before
