"""Group complaints: one head, one negotiation, each member with their own record and end. Source: DOMAIN.md 3.1."""

from datetime import timedelta

import pytest

from complaints.actions.group_talks import record_group_meeting, record_group_talk
from complaints.actions.groups import (
    add_member,
    close_group,
    end_representative,
    name_representative,
    open_group,
    remove_member,
)
from complaints.actions.meetings import Held
from complaints.actions.tasks import PromisedTask, finish_task
from complaints.actions.transitions import withdraw
from complaints.case_page import case_page, find_case
from complaints.models import CaseTask, Complaint, ComplaintGroup, GroupMember, GroupTalk
from complaints.together import card_of
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event
from tests.complaints.refusals import refused

END = {"reason": "x", "outcome": "settled", "relief": "explanation"}


@pytest.fixture
def members(make_complaint):
    """Of as many customers."""

    def make(count, **answers):
        return [
            make_complaint(phone=f"138 0571 {number:04d}", name=f"Customer {number}", **answers)
            for number in range(1, count + 1)
        ]

    return make


@pytest.fixture
def group(members, house):
    rows = members(2)
    return open_group([row.number for row in rows], title="The parking fee", by=house.clerk)


def numbers_of(group):
    return list(Complaint.objects.filter(group=group).order_by("pk").values_list("number", flat=True))


def test_members_stay_what_they_are_under_one_head(members, house):
    one, two = members(2)
    group = open_group([two.number, one.number.lower()], title=" The parking fee ", by=house.clerk)
    assert (group.title, group.department, numbers_of(group)) == (
        "The parking fee", house.west, [one.number, two.number],
    )  # fmt: skip
    withdraw(one.pk, **END, by=house.clerk)
    two.refresh_from_db()
    assert two.is_open


def test_what_cannot_be_together_is_told_at_once(members, house):
    one, two = members(2)
    with refused(Blocked) as told:
        open_group(["C-2026-999999"], title=" ", by=house.clerk)
    assert [blocker.code for blocker in told.value.blockers] == ["no_title", "unknown_complaint"]
    open_group([one.number], title="A", by=house.clerk)
    with refused(Blocked, "in_a_group"):
        open_group([one.number, two.number], title="B", by=house.clerk)
    withdraw(two.pk, **END, by=house.clerk)
    with refused(Blocked, "already_ended"):
        open_group([two.number], title="B", by=house.clerk)
    with refused(PermissionDenied):
        open_group([one.number], title="B", by=house.auditor)


def test_from_five_customers_on_each_is_class_2_and_a_crisis_is_suggested(members, house):
    rows = members(6)
    group = open_group([row.number for row in rows[:4]], title="The fee", by=house.clerk)
    assert not Complaint.objects.filter(group=group, severity_class=2).exists()
    add_member(group.pk, number=rows[4].number, by=house.clerk)
    assert Complaint.objects.filter(group=group, severity_class=2, suggests_crisis=True).count() == 5
    reasons = Complaint.objects.get(pk=rows[0].pk).triage
    assert [(reason["rule"], reason["count"]) for reason in reasons] == [("group", 5)]
    # The sixth too; to the others nothing happens again.
    before = Event.objects.of(rows[0]).count()
    add_member(group.pk, number=rows[5].number, by=house.clerk)
    assert Complaint.objects.get(pk=rows[5].pk).severity_class == 2
    assert Event.objects.of(rows[0]).count() == before


def test_one_customer_with_five_complaints_is_no_group_of_five(make_complaint, house):
    rows = [make_complaint() for _each in range(5)]
    assert len({row.customer_id for row in rows}) == 1
    group = open_group([row.number for row in rows], title="Mine", by=house.clerk)
    reasons = [reason["rule"] for row in Complaint.objects.filter(group=group) for reason in row.triage]
    assert "group" not in reasons


def test_joining_again_changes_nothing_and_leaving_wants_a_reason(group, members, house, make_complaint):
    one, two = Complaint.objects.filter(group=group).order_by("pk")
    before = Event.objects.count()
    add_member(group.pk, number=one.number, by=house.clerk)
    assert Event.objects.count() == before
    with refused(Blocked, "no_reason"):
        remove_member(group.pk, number=one.number, reason=" ", by=house.clerk)
    remove_member(group.pk, number=one.number, reason="Another fee.", by=house.clerk)
    assert numbers_of(group) == [two.number]
    assert GroupMember.objects.get(complaint=one).removed_reason == "Another fee."
    with refused(Blocked, "last_member"):
        remove_member(group.pk, number=two.number, reason="Too.", by=house.clerk)
    # It may come back; the history keeps both times.
    add_member(group.pk, number=one.number, reason="The same after all.", by=house.clerk)
    assert GroupMember.objects.filter(complaint=one).count() == 2


def test_representatives_have_proof_and_a_history(group, house):
    one, two = Complaint.objects.filter(group=group).order_by("pk")
    with refused(Blocked) as told:
        name_representative(group.pk, number=one.number, name="", proof="", by=house.clerk)
    assert [blocker.link for blocker in told.value.blockers] == ["name", "proof"]
    sue = name_representative(group.pk, number=one.number, name="Sue", proof="A list", by=house.clerk)
    with refused(Blocked, "represented_already"):
        name_representative(group.pk, number=one.number, name="Ann", proof="A list", by=house.clerk)
    name_representative(group.pk, number=two.number, name="Bob", proof="The same list", by=house.clerk)
    end_representative(sue.pk, reason="She moved away.", by=house.clerk)
    with refused(Conflict, "ended_already"):
        end_representative(sue.pk, reason="Again.", by=house.clerk)
    assert [row.name for row in card_of(group, house.clerk).representatives] == ["Bob"]
    # Who leaves speaks no longer.
    remove_member(group.pk, number=two.number, reason="Settled alone.", by=house.clerk)
    assert list(group.representatives.filter(ended_at=None)) == []
    assert group.representatives.count() == 2


def test_a_talk_is_written_once_and_stands_with_every_member(group, house):
    talk = record_group_talk(
        group.pk, direction="out", medium="meeting", summary="We pay the fee back.", by=house.clerk
    )
    assert GroupTalk.objects.get() == talk
    for row in Complaint.objects.filter(group=group):
        assert row.first_contact_at is not None
        kinds = dict(Deadline.objects.of(row).values_list("kind", "state"))
        assert (kinds["first_response"], kinds["answer"]) == ("met", "met")
        page = case_page(find_case(house.clerk, row.number), house.clerk)
        texts = [entry.text for day in page.days for entry in day.entries]
        assert "We pay the fee back." in texts
        assert "fee" not in Event.objects.of(row).get(type="group.talked").data_text


def test_a_message_of_the_group_starts_the_answer_again(group, house):
    record_group_talk(group.pk, direction="out", medium="phone", summary="We look into it.", by=house.clerk)
    record_group_talk(group.pk, direction="in", medium="letter", summary="And?", by=house.clerk)
    for row in Complaint.objects.filter(group=group):
        assert Deadline.objects.of(row).open().filter(kind="answer").count() == 1


def test_what_is_wrong_with_a_talk_is_told(group, house, at_work):
    with refused(Blocked) as told:
        record_group_talk(
            group.pk, direction="note", medium="", summary=" ", at=at_work + timedelta(hours=1), by=house.clerk
        )
    assert [blocker.link for blocker in told.value.blockers] == ["direction", "medium", "summary", "at"]


def test_what_is_promised_to_the_group_is_one_task(group, house, at_work):
    until = at_work + timedelta(days=2)
    promises = [PromisedTask("Pay it back", house.handler, until)]
    held = Held(kind="owners_meeting", place="The hall", theirs="Twelve owners", said="Agreed.", promises=promises)
    meeting = record_group_meeting(group.pk, held, by=house.clerk)
    task = CaseTask.objects.get()
    assert (task.group, task.complaint, task.meeting) == (group, None, meeting)
    assert Deadline.objects.get(subject_type="casetask", subject_id=task.pk).due_at == until
    finish_task(task.pk, note="Paid.", by=house.handler)
    task.refresh_from_db()
    assert task.state == "done"


def test_what_has_ended_is_reached_no_more(group, house):
    one, two = Complaint.objects.filter(group=group).order_by("pk")
    withdraw(one.pk, **END, by=house.clerk)
    record_group_talk(group.pk, direction="out", medium="phone", summary="News.", by=house.clerk)
    assert not Event.objects.of(one).filter(type="group.talked").exists()
    assert Event.objects.of(two).filter(type="group.talked").exists()


def test_a_closed_group_takes_nothing_more(group, house):
    with refused(Blocked, "no_reason"):
        close_group(group.pk, reason="", by=house.clerk)
    close_group(group.pk, reason="All got it back.", by=house.clerk)
    one = Complaint.objects.filter(group=group).first()
    for attempt in (
        lambda: close_group(group.pk, reason="Again.", by=house.clerk),
        lambda: record_group_talk(group.pk, direction="out", medium="phone", summary="x", by=house.clerk),
        lambda: remove_member(group.pk, number=one.number, reason="x", by=house.clerk),
        lambda: name_representative(group.pk, number=one.number, name="x", proof="x", by=house.clerk),
    ):
        with refused(Conflict, "group_closed"):
            attempt()
    assert one.is_open


# ------------------------------------------------------------------ who sees what


def test_a_group_is_seen_as_far_as_its_members_are(make_complaint, house, at_work):
    ours = make_complaint(phone="138 0571 0001", name="Ours")
    theirs = make_complaint(by=house.east_clerk, phone="138 0571 0002", name="Theirs")
    group = open_group([ours.number, theirs.number], title="The fee", by=house.manager)
    name_representative(group.pk, number=theirs.number, name="Sue", proof="A list", by=house.manager)
    assert [row.number for row in card_of(group, house.clerk).members] == [ours.number]
    # Who speaks from a side one does not see is not told either.
    assert card_of(group, house.clerk).representatives == []
    assert len(card_of(group, house.manager).members) == 2
    assert not ComplaintGroup.objects.visible_to(house.administrator).exists()
    page = case_page(find_case(house.clerk, ours.number), house.clerk)
    assert page.together.group is not None
    assert page.together.group.members == []


def test_nobody_sees_a_group_about_themselves(make_complaint, house):
    about = make_complaint(phone="138 0571 0001", name="About", subject_ids=[house.colleague.pk])
    plain = make_complaint(phone="138 0571 0002", name="Plain")
    group = open_group([about.number, plain.number], title="The same man", by=house.supervisor)
    record_group_talk(group.pk, direction="out", medium="phone", summary="About the man.", by=house.supervisor)
    assert ComplaintGroup.objects.visible_to(house.clerk).exists()
    assert not ComplaintGroup.objects.visible_to(house.colleague).exists()
    page = case_page(find_case(house.colleague, plain.number), house.colleague)
    assert page.together.group is None
    told = [entry.event.type for day in page.days for entry in day.entries]
    assert not [name for name in told if name.startswith("group.")]


def test_a_restricted_member_hides_the_group_from_all_but_its_readers(make_complaint, house):
    secret = make_complaint(phone="138 0571 0001", name="Secret", category_id=house.integrity.pk)
    plain = make_complaint(phone="138 0571 0002", name="Plain")
    open_group([secret.number, plain.number], title="Kickbacks", by=house.director)
    assert ComplaintGroup.objects.visible_to(house.director).exists()
    assert ComplaintGroup.objects.visible_to(house.auditor).exists()
    assert not ComplaintGroup.objects.visible_to(house.supervisor).exists()
