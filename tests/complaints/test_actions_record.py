"""Changing the facts: who may, what is kept, what is judged again; and links. Source: DOMAIN.md 3.1, 3.2."""

from datetime import date
from decimal import Decimal

import pytest

from complaints.actions.links import add_to_complaint, link_complaints
from complaints.actions.record import change_complaint
from complaints.actions.talks import write_note
from complaints.actions.transitions import withdraw
from complaints.codes import SeverityClass, State
from complaints.models import Communication, Complaint, ComplaintLink
from complaints.search import COMPLAINTS
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event, TextRevision
from tests.complaints.refusals import refused


@pytest.fixture
def change(house):
    def save(complaint, *, by=None, version=None, subject_ids=None, further=None, **changes):
        complaint.refresh_from_db()
        return change_complaint(
            complaint.pk,
            expected_version=complaint.version if version is None else version,
            changes=changes,
            subject_ids=subject_ids,
            further_category_ids=further,
            by=by or house.clerk,
        )

    return save


def test_a_personal_text_is_changed_with_the_old_one_beside_the_chain(make_complaint, change):
    complaint = make_complaint()
    change(complaint, description="I was charged three times.")
    complaint.refresh_from_db()
    assert complaint.description == "I was charged three times."
    old = TextRevision.objects.get(field="description")
    assert old.text == "I was charged twice for the wiper blades."
    assert "charged" not in Event.objects.get(type="complaint.changed").data_text


def test_a_plain_fact_stands_in_the_event(make_complaint, change):
    complaint = make_complaint()
    change(complaint, happened_on=date(2026, 11, 17), product_batch="B-7")
    event = Event.objects.get(type="complaint.changed")
    assert event.data["changed"] == {"happened_on": "2026-11-17", "product_batch": "B-7"}


def test_the_new_words_are_found_and_the_old_are_not(make_complaint, change):
    complaint = make_complaint()
    change(complaint, description="天窗漏水")
    assert COMPLAINTS.match("天窗") == [complaint.pk]
    assert COMPLAINTS.match("wiper") == []


def test_a_new_phone_is_compared_in_its_normal_form(make_complaint, change):
    complaint = make_complaint()
    change(complaint, contact_phone="０５７１－８８６６ １２３４")
    complaint.refresh_from_db()
    assert complaint.contact_phone_normalized == "+8657188661234"


def test_each_change_raises_the_version(make_complaint, change):
    complaint = make_complaint()
    before = complaint.version
    assert change(complaint, title="Wiper blades").version == before + 1


def test_the_second_of_two_is_told_and_gets_the_present_record(make_complaint, change, house):
    complaint = make_complaint()
    seen = complaint.version
    change(complaint, title="Hers", by=house.supervisor)
    with refused(Conflict, "stale") as told:
        change(complaint, version=seen, title="Mine")
    assert told.value.current.title == "Hers"


def test_who_may_change_it(make_complaint, change, house):
    complaint = make_complaint()
    complaint.owner = house.handler
    complaint.save()
    for by in (house.clerk, house.handler, house.supervisor, house.manager):
        change(complaint, by=by, title=f"by {by}")
    with refused(PermissionDenied, "not_yours"):
        change(complaint, by=house.colleague, title="x")
    with refused(PermissionDenied, "not_yours"):
        change(complaint, by=house.auditor, title="x")
    with refused(Complaint.DoesNotExist):
        change(complaint, by=house.east_supervisor, title="x")


def test_what_has_ended_is_not_changed(make_complaint, change, house):
    complaint = make_complaint()
    withdraw(complaint.pk, reason="x", outcome="settled", relief="explanation", by=house.clerk)
    with refused(Conflict, "already_ended"):
        change(complaint, title="x")


@pytest.mark.parametrize("name", ["state", "owner_id", "number", "severity_class", "recorded_by_id", "nonsense"])
def test_what_is_no_fact_cannot_be_changed(make_complaint, change, name):
    complaint = make_complaint()
    with refused(LookupError):
        change(complaint, **{name: 1})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"description": " \n "}, "no_description"),
        ({"category_id": 999_999}, "unknown_category"),
        ({"subject_ids": [999_999]}, "unknown_staff"),
    ],
)
def test_a_change_is_refused_when(make_complaint, change, changes, why):
    complaint = make_complaint()
    with refused(Blocked, why):
        change(complaint, **changes)


# ------------------------------------------------------------------ staff it is about


def test_naming_somebody_later_hides_it_from_them(make_complaint, change, house):
    complaint = make_complaint()
    assert Complaint.objects.visible_to(house.colleague).exists()
    change(complaint, subject_ids=[house.colleague.pk])
    assert not Complaint.objects.visible_to(house.colleague).exists()
    change(complaint, subject_ids=[])
    assert Complaint.objects.visible_to(house.colleague).exists()


def test_its_owner_loses_it_when_named(make_complaint, change, house):
    complaint = make_complaint(is_taken=True)
    change(complaint, subject_ids=[house.clerk.pk], by=house.supervisor)
    complaint.refresh_from_db()
    assert complaint.owner is None


# ------------------------------------------------------------------ judged again


def test_a_new_fact_raises_it_once(make_complaint, change, house):
    complaint = make_complaint()
    change(complaint, amount_claimed=Decimal(8_000))
    complaint.refresh_from_db()
    assert (complaint.severity_class, complaint.state) == (SeverityClass.TWO, State.ACT)
    assert [reason["rule"] for reason in complaint.triage] == ["intense"]


def test_what_a_supervisor_lowered_does_not_jump_back(make_complaint, change, house):
    from complaints.actions.classes import lower_class  # noqa: PLC0415

    complaint = make_complaint(amount_claimed=Decimal(8_000))
    lower_class(complaint.pk, reason="It is her neighbour's claim", by=house.supervisor)
    change(complaint, amount_claimed=Decimal(9_000))
    complaint.refresh_from_db()
    assert complaint.severity_class == SeverityClass.ONE
    change(complaint, threats=["press"])
    complaint.refresh_from_db()
    assert complaint.severity_class == SeverityClass.TWO


def test_danger_sets_the_first_response_on_the_clock_around(make_complaint, change):
    complaint = make_complaint(is_raised=True)
    change(complaint, is_danger=True)
    assert Deadline.objects.of(complaint).get(kind="first_response").clock == "24x7"


def test_words_alone_raise_nothing_behind_the_clerk(make_complaint, change):
    complaint = make_complaint()
    change(complaint, description="My son was burned, there was fire everywhere.")
    complaint.refresh_from_db()
    assert complaint.severity_class == SeverityClass.ONE


def test_a_restricted_category_chosen_later_restricts_it(make_complaint, change, house):
    complaint = make_complaint()
    change(complaint, category_id=house.integrity.pk)
    complaint.refresh_from_db()
    assert complaint.is_restricted
    assert not Complaint.objects.visible_to(house.clerk).exists()
    assert Complaint.objects.visible_to(house.director).exists()


# ------------------------------------------------------------------ links


def test_two_complaints_are_linked_once_whoever_presses(make_complaint, house):
    one, other = make_complaint(), make_complaint(phone="138 0571 0001")
    link_complaints(one.pk, other.number, relation="related", by=house.clerk)
    link_complaints(other.pk, one.number, relation="same_matter", by=house.colleague)
    link = ComplaintLink.objects.get()
    assert (link.complaint, link.other, link.relation) == (one, other, "related")
    assert Event.objects.filter(type="complaint.linked").count() == 2


@pytest.mark.parametrize("number", ["C-2026-999999", "", "nonsense"])
def test_an_unknown_number_links_nothing(make_complaint, house, number):
    complaint = make_complaint()
    with refused(Blocked, "unknown_complaint"):
        link_complaints(complaint.pk, number, relation="related", by=house.clerk)


def test_it_is_not_linked_to_itself_nor_to_what_one_may_not_see(make_complaint, house):
    complaint = make_complaint()
    hidden = make_complaint(subject_ids=[house.colleague.pk], phone="138 0571 0001")
    with refused(Blocked, "unknown_complaint"):
        link_complaints(complaint.pk, complaint.number, relation="related", by=house.colleague)
    with refused(Blocked, "unknown_complaint"):
        link_complaints(complaint.pk, hidden.number, relation="related", by=house.colleague)
    with refused(PermissionDenied):
        link_complaints(complaint.pk, hidden.number, relation="related", by=house.auditor)


def test_what_is_told_again_becomes_a_message_on_the_older_one(make_complaint, house):
    complaint = make_complaint()
    add_to_complaint(complaint.number, text="And the blades squeak.", channel="phone", by=house.colleague)
    row = Communication.objects.get()
    assert (row.complaint, row.direction, row.medium) == (complaint, "in", "phone")
    assert Complaint.objects.count() == 1


def test_a_note_of_a_colleague_does_not_stand_in_the_way_of_a_change(make_complaint, change, house):
    complaint = make_complaint()
    write_note(complaint.pk, text="x", by=house.colleague)
    change(complaint, title="Wiper blades")
