"""Rules of DOMAIN.md that an action could be talked out of: who owns, who confirms, who is told, what stays hidden."""

import pytest

from accounts.actions import create_user, set_roles
from accounts.roles import Role
from complaints.actions import desk, ownership, record, reports
from complaints.actions.categories import save_category
from complaints.actions.ownership import assign_complaint, take_complaint
from complaints.deadlines import OWNED, recipients
from complaints.models import Complaint
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.events import URGENT_NOTICE
from deadlines.models import Deadline
from events.models import Event, Notification, OutboxMessage
from events.notices import notify
from policies.actions import set_policy
from tests.hostile.conftest import OWN
from tests.house import make_category, make_user


def change(complaint, by, subject_ids=None, **changes):
    version = Complaint.objects.get(pk=complaint.pk).version
    return record.change_complaint(
        complaint.pk, expected_version=version, changes=changes, subject_ids=subject_ids, by=by
    )


def owned(complaint):
    return list(Deadline.objects.of(complaint).filter(kind=OWNED).order_by("id").values_list("state", flat=True))


# ------------------------------------------------------------------ whom it is about


@pytest.mark.parametrize("named", ["owner", "head of the owner"])
def test_an_owner_who_must_not_see_it_any_more_loses_it(stage, named):
    house, handler = stage.house, stage.user(Role.HANDLER)
    complaint = stage.lodge(OWN, house.clerk, is_raised=True)
    assign_complaint(complaint.pk, owner=handler, by=house.supervisor)
    assert owned(complaint) == ["met"]
    subject = handler if named == "owner" else stage.head
    # Of the region, who still sees it when the head of the store is named.
    changed = change(complaint, house.manager, subject_ids=[subject.pk])
    assert changed.owner is None
    assert Complaint.objects.get(pk=complaint.pk).owner is None
    assert owned(complaint) == ["met", "pending"], "the clock asks again that somebody owns it"
    assert changed.next_due_at is not None
    given = Event.objects.of(complaint).filter(type="complaint.assigned").order_by("seq").last()
    assert given.data["owner_id"] is None
    leader = house.supervisor if named == "owner" else house.manager
    told = Notification.objects.filter(code="complaint.lost_owner").values_list("recipient_id", flat=True)
    assert subject.pk not in told
    assert handler.pk not in told
    if named == "owner":
        assert leader.pk in told
    again = assign_complaint(complaint.pk, owner=house.manager, by=house.manager)
    assert again.owner == house.manager
    assert owned(complaint) == ["met", "met"]


def test_an_owner_who_still_sees_it_keeps_it(stage):
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk, is_taken=True)
    change(complaint, house.supervisor, subject_ids=[house.colleague.pk])
    assert Complaint.objects.get(pk=complaint.pk).owner == house.clerk
    assert owned(complaint) == ["met"]


def test_who_must_not_own_it_cannot_be_given_it(stage):
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk, subject_ids=[stage.head.pk])
    for owner in (stage.head, house.clerk, house.auditor, house.administrator):
        with pytest.raises(Blocked):
            assign_complaint(complaint.pk, owner=owner, by=house.manager)
    for taker in (stage.head, house.handler):
        with pytest.raises(Complaint.DoesNotExist):
            take_complaint(complaint.pk, by=taker)


@pytest.mark.parametrize("hidden_by", ["category", "head"])
def test_a_clerk_does_not_take_what_they_will_not_see(stage, hidden_by):
    """Save and take it, on a complaint that is hidden the moment it is saved: nobody has it, and the clock says so."""
    house = stage.house
    answers = {"category_id": house.integrity.pk} if hidden_by == "category" else {"subject_ids": [stage.head.pk]}
    complaint = stage.lodge(OWN, house.clerk, is_taken=True, **answers)
    assert complaint.owner is None
    assert owned(complaint) == ["pending"]
    created = Event.objects.of(complaint).get(type="complaint.created")
    assert created.data["owner_id"] is None


# ------------------------------------------------------------------ restricted to named people


def test_a_category_of_integrity_chosen_later_takes_it_from_its_owner(stage):
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk, is_taken=True)
    changed = change(complaint, house.supervisor, category_id=house.integrity.pk)
    assert changed.is_restricted
    assert changed.owner is None
    assert owned(complaint)[-1] == "pending"
    assert set(changed.named_readers.all()) == {house.director}


def test_the_people_named_for_it_are_told_at_once_and_on_every_rung(stage):
    """Nobody on the usual rungs may see it, so without them it would wait in silence."""
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk, category_id=house.integrity.pk)
    told = Notification.objects.filter(url=complaint.get_absolute_url())
    assert set(told.values_list("recipient__username", flat=True)) == {"director"}
    for rung in ("handler", "supervisor", "manager", "head_office"):
        assert recipients(complaint, rung) == [house.director], rung
    assert recipients(complaint, "owner") == []


def test_named_people_who_are_its_subject_are_not_told(stage):
    house = stage.house
    set_policy("integrity.readers", ["supervisor", "director"], by=None)
    complaint = stage.lodge(OWN, house.clerk, category_id=house.integrity.pk, subject_ids=[house.supervisor.pk])
    told = Notification.objects.filter(url=complaint.get_absolute_url())
    assert set(told.values_list("recipient__username", flat=True)) == {"director"}
    assert recipients(complaint, "supervisor") == [house.director]


def test_a_complaint_of_others_is_never_told_to_the_named(stage):
    house = stage.house
    set_policy("integrity.readers", ["director"], by=None)
    complaint = stage.lodge(OWN, house.clerk, subject_ids=[stage.head.pk])
    assert house.director not in recipients(complaint, "supervisor")


def test_a_category_that_becomes_restricted_restricts_what_stands_in_it(stage):
    house = stage.house
    privacy = make_category("privacy", "Privacy", "隐私")
    child = make_category("sold_phone", "Sold a phone number", "出售号码", parent=privacy)
    rows = [
        stage.lodge("main", house.clerk, category_id=privacy.pk, is_taken=True),
        stage.lodge("child", house.clerk, category_id=child.pk),
        stage.lodge("further", house.clerk, category_id=house.product.pk, further_category_ids=[child.pk]),
    ]
    other = stage.lodge("other", house.clerk, category_id=house.product.pk)
    save_category(
        privacy.pk, code="privacy", name_en="Privacy", name_zh="隐私", is_restricted=True, by=house.administrator
    )
    for row in rows:
        assert not Complaint.objects.visible_to(house.supervisor).filter(pk=row.pk).exists()
        assert Complaint.objects.visible_to(house.director).filter(pk=row.pk).exists()
    assert Complaint.objects.visible_to(house.supervisor).get() == other
    assert Complaint.objects.get(pk=rows[0].pk).owner is None


# ------------------------------------------------------------------ notices


def test_mail_that_waits_about_a_hidden_complaint_is_not_sent(stage):
    house = stage.house
    colleague = house.colleague
    colleague.email = "colleague@example.com"
    colleague.save()
    complaint = stage.lodge(OWN, house.clerk)
    notify(
        [colleague, house.supervisor],
        URGENT_NOTICE,
        key="k",
        url=complaint.get_absolute_url(),
        at=complaint.recorded_at,
        subject=complaint.number,
        kind="first_response",
        due_at=complaint.recorded_at,
        round=1,
    )
    assert OutboxMessage.objects.filter(recipient=colleague.email, channel="email").exists()
    change(complaint, house.supervisor, subject_ids=[colleague.pk])
    assert not OutboxMessage.objects.filter(recipient=colleague.email, channel="email").exists()
    assert not Notification.objects.filter(recipient=colleague).exists()
    assert Notification.objects.filter(recipient=house.supervisor, key="k").exists()


# ------------------------------------------------------------------ owning, confirming, roles


def test_nobody_takes_from_a_colleague_by_giving_it_to_themselves(stage):
    """Taking has its rule; giving to oneself is no way round it."""
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk, is_taken=True)
    with pytest.raises((PermissionDenied, Conflict)):
        assign_complaint(complaint.pk, owner=house.colleague, by=house.colleague)
    assert Complaint.objects.get(pk=complaint.pk).owner == house.clerk
    free = stage.lodge(OWN, house.clerk)
    assert assign_complaint(free.pk, owner=house.colleague, by=house.colleague).owner == house.colleague


def test_another_person_at_the_desk_is_no_way_round_it_either(stage):
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk, is_taken=True)
    for giver, owner in ((house.colleague, house.colleague), (house.clerk, house.colleague)):
        with pytest.raises((PermissionDenied, Conflict)):
            desk.change_desk(complaint.pk, what="person", note="Calmer", owner=owner, by=giver)
        assert not complaint.desk_changes.exists()
        assert Complaint.objects.get(pk=complaint.pk).owner == house.clerk
    desk.change_desk(complaint.pk, what="person", note="Calmer", owner=house.colleague, by=house.supervisor)
    assert Complaint.objects.get(pk=complaint.pk).owner == house.colleague


def closed_by(stage, by, to):
    complaint = stage.lodge(OWN, by, is_taken=True)
    desk.listen(complaint.pk, restated="It broke.", customer_agreed=True, by=by)
    desk.apologise(complaint.pk, was_said=True, by=by)
    desk.satisfy(complaint.pk, remedy_kinds=["repair"], remedy="Repaired", satisfaction="satisfied", by=by)
    desk.thank(complaint.pk, was_thanked=True, by=by)
    return reports.report_orally(complaint.pk, to=to, outcome="upheld", relief="non_monetary", by=by)


def test_nobody_confirms_what_they_reported_whatever_roles_they_hold(stage):
    house = stage.house
    both = make_user("both", house.west, Role.FRONT_DESK, Role.SUPERVISOR)
    with pytest.raises(Blocked):
        closed_by(stage, both, both)
    complaint = closed_by(stage, both, house.supervisor)
    with pytest.raises(PermissionDenied) as refused:
        reports.confirm_oral_report(complaint.pk, by=both)
    assert refused.value.code == "own_report"
    for who in (house.auditor, house.clerk, house.handler):
        with pytest.raises((PermissionDenied, Complaint.DoesNotExist)):
            reports.confirm_oral_report(complaint.pk, by=who)
    assert reports.confirm_oral_report(complaint.pk, by=house.supervisor).confirmed_by == house.supervisor


def test_who_is_not_a_leader_any_more_cannot_be_reported_to(stage):
    house = stage.house
    complaint = stage.lodge(OWN, house.clerk, is_taken=True)
    set_roles(house.supervisor.pk, ["handler"], by=None)
    desk.listen(complaint.pk, restated="It broke.", customer_agreed=True, by=house.clerk)
    desk.apologise(complaint.pk, was_said=True, by=house.clerk)
    desk.satisfy(complaint.pk, remedy_kinds=["repair"], remedy="R", satisfaction="satisfied", by=house.clerk)
    desk.thank(complaint.pk, was_thanked=True, by=house.clerk)
    fresh = type(house.supervisor).objects.get(pk=house.supervisor.pk)
    with pytest.raises(Blocked):
        reports.report_orally(complaint.pk, to=fresh, outcome="upheld", relief="explanation", by=house.clerk)


def test_an_auditor_holds_no_other_role(stage):
    """Who reads everything changes nothing: with a second role they would write wherever they read."""
    house = stage.house
    for roles in (["auditor", "handler"], ["auditor", "manager"], ["auditor", "administrator"]):
        with pytest.raises(Blocked) as refused:
            set_roles(house.colleague.pk, roles, by=house.administrator)
        assert refused.value.blockers[0].code == "auditor_alone"
    with pytest.raises(Blocked):
        create_user("x", name="X", department=house.west, roles=["auditor", "supervisor"], by=house.administrator)
    assert set_roles(house.colleague.pk, ["auditor"], by=house.administrator).has_role(Role.AUDITOR)


def test_ownership_has_no_way_past_the_rules():
    """The only functions that set an owner are those tried here; a new one needs a test here too."""
    names = {name for name, value in vars(ownership).items() if getattr(value, "__module__", "") == ownership.__name__}
    # `give` is also what accepting an offer ends in, after the same question: tests/complaints/test_hand_over.py.
    ways = {"take_complaint", "_take", "assign_complaint", "give_to", "give"}
    asked = {"may_take_over", "require_owner_is_a_person", "_check_giver", "check_may_own", "_would_see"}
    assert names == ways | asked
