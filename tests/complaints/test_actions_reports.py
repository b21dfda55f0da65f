"""The oral report, its confirmation, and the seven points. Source: DOMAIN.md 3.3, 3.5, 10.7."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Delegation
from accounts.roles import Role
from complaints.actions import desk
from complaints.actions.reports import assess_desk, confirm_oral_report, report_orally
from complaints.actions.transitions import leave
from complaints.codes import State
from complaints.models import Complaint, OralReport, SelfAssessment
from complaints.supervisors import people_to_tell
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.models import Deadline
from events.models import Event, Notification
from events.registry import describe
from tests.complaints.refusals import refused
from tests.house import make_user


@pytest.fixture
def at_report(make_complaint, house):
    def make(**answers):
        complaint = make_complaint(is_taken=True, **answers)
        desk.listen(complaint.pk, restated="Charged twice.", customer_agreed=True, by=house.clerk)
        desk.apologise(complaint.pk, was_said=True, by=house.clerk)
        desk.satisfy(complaint.pk, remedy_kinds=["refund"], remedy="Refunded", satisfaction="satisfied", by=house.clerk)
        desk.thank(complaint.pk, was_thanked=True, by=house.clerk)
        complaint.refresh_from_db()
        return complaint

    return make


@pytest.fixture
def report(house):
    def tell(complaint, **changed):
        told = {"to": house.supervisor, "outcome": "upheld", "relief": "monetary", "by": house.clerk, **changed}
        return report_orally(complaint.pk, **told)

    return tell


def told(complaint, *, by):
    """The people who can be told, the nearest first."""
    return [hearer.person for hearer in people_to_tell(complaint, by=by, now=clock.now())]


def away(leader, acting, at):
    day = timedelta(days=1)
    return Delegation.objects.create(delegator=leader, delegate=acting, starts_at=at - day, ends_at=at + day)


def state_of(complaint, kind):
    return Deadline.objects.of(complaint).get(kind=kind).state


# ------------------------------------------------------------------ reporting


def test_the_report_closes_it_and_asks_the_supervisor(at_report, report, house, at_work):
    complaint = at_report()
    report(complaint, note="Till 3 again")
    complaint.refresh_from_db()
    assert (complaint.state, complaint.outcome, complaint.relief) == (State.CLOSED, "upheld", "monetary")
    assert (complaint.ended_at, complaint.satisfaction) == (at_work, "satisfied")
    row = OralReport.objects.get()
    assert (row.to, row.reported_by, row.note, row.confirmed_at) == (
        house.supervisor,
        house.clerk,
        "Till 3 again",
        None,
    )
    assert Notification.objects.get(code="complaint.reported_to_you").recipient == house.supervisor
    assert state_of(complaint, "oral_report") == "met"
    # The one promise that goes on after the end.
    assert list(Deadline.objects.of(complaint).open().values_list("kind", flat=True)) == ["oral_report_confirmed"]
    assert complaint.next_due_at is None


@pytest.mark.parametrize("who", ["clerk", "colleague", "handler", "auditor", "administrator", "east_supervisor"])
def test_it_is_told_to_a_supervisor_who_may_see_it_and_not_to_oneself(at_report, report, house, who):
    complaint = at_report()
    with refused(Blocked, "not_a_supervisor"):
        report(complaint, to=getattr(house, who))


def test_a_supervisor_at_the_desk_reports_to_another(at_report, report, house):
    complaint = at_report()
    with refused(Blocked, "not_a_supervisor"):
        report(complaint, to=house.supervisor, by=house.supervisor)
    report(complaint, to=house.manager, by=house.supervisor)


def test_nor_to_the_one_it_is_about(at_report, report, house):
    complaint = at_report(subject_ids=[house.supervisor.pk])
    with refused(Blocked, "not_a_supervisor"):
        report(complaint, to=house.supervisor)
    report(complaint, to=house.manager)


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"outcome": ""}, "no_outcome"), ({"outcome": "unknown"}, "no_outcome"), ({"relief": "x"}, "no_relief")],
)
def test_an_end_says_what_came_of_it(at_report, report, changed, why):
    complaint = at_report()
    with refused(Blocked, why):
        report(complaint, **changed)


def test_the_report_comes_last(make_complaint, report):
    complaint = make_complaint(is_taken=True)
    with refused(Conflict, "not_at_report"):
        report(complaint)


def test_a_second_report_changes_nothing(at_report, report):
    complaint = at_report()
    report(complaint)
    with refused(Conflict, "not_at_report"):
        report(complaint)


def test_the_auditor_reports_nothing(at_report, report, house):
    complaint = at_report()
    with refused(PermissionDenied):
        report(complaint, by=house.auditor)


# ------------------------------------------------------------------ confirming


@pytest.fixture
def reported(at_report, report):
    def make(**answers):
        complaint = at_report(**answers)
        report(complaint)
        return complaint

    return make


def test_one_press_confirms_and_tells_who_reported(reported, house, at_work):
    complaint = reported()
    with clock.frozen(at_work + timedelta(minutes=30)):
        row = confirm_oral_report(complaint.pk, by=house.supervisor)
    assert (row.confirmed_by, row.confirmed_at) == (house.supervisor, at_work + timedelta(minutes=30))
    assert state_of(complaint, "oral_report_confirmed") == "met"
    assert Notification.objects.get(code="complaint.report_confirmed").recipient == house.clerk


def test_confirming_again_changes_nothing(reported, house):
    complaint = reported()
    confirm_oral_report(complaint.pk, by=house.supervisor)
    before = Event.objects.count()
    assert confirm_oral_report(complaint.pk, by=house.manager).confirmed_by == house.supervisor
    assert Event.objects.count() == before


def test_another_supervisor_confirms_when_the_one_told_is_away(reported, house):
    assert confirm_oral_report(reported().pk, by=house.manager).confirmed_by == house.manager


def test_who_reported_never_confirms(at_report, report, house):
    complaint = at_report()
    report(complaint, to=house.manager, by=house.supervisor)
    with refused(PermissionDenied, "own_report"):
        confirm_oral_report(complaint.pk, by=house.supervisor)


@pytest.mark.parametrize("who", ["colleague", "handler", "auditor"])
def test_only_a_supervisor_confirms(reported, house, who):
    complaint = reported()
    with refused(PermissionDenied, "only_supervisor_confirms"):
        confirm_oral_report(complaint.pk, by=getattr(house, who))


def test_a_supervisor_out_of_reach_does_not_confirm(reported, house):
    complaint = reported()
    with refused(Complaint.DoesNotExist):
        confirm_oral_report(complaint.pk, by=house.east_supervisor)


def test_what_nobody_reported_is_not_confirmed(make_complaint, house):
    complaint = make_complaint()
    with refused(Blocked, "not_reported"):
        confirm_oral_report(complaint.pk, by=house.supervisor)


# ------------------------------------------------------------------ the seven points


def test_the_clerk_answers_what_they_like(reported, house):
    complaint = reported()
    row = assess_desk(complaint.pk, answers={"listen": "yes", "solved": "partly", "thank": ""}, by=house.clerk)
    assert row.answers == {"listen": "yes", "solved": "partly"}
    assert not row.is_by_supervisor


def test_answering_again_replaces_ones_own(reported, house):
    complaint = reported()
    assess_desk(complaint.pk, answers={"listen": "yes"}, by=house.clerk)
    assess_desk(complaint.pk, answers={"listen": "no"}, by=house.clerk)
    assert SelfAssessment.objects.get().answers == {"listen": "no"}


def test_a_supervisor_scores_beside_it(reported, house):
    complaint = reported()
    assess_desk(complaint.pk, answers={"listen": "yes"}, by=house.clerk)
    assess_desk(complaint.pk, answers={"listen": "no"}, by=house.supervisor)
    assert dict(SelfAssessment.objects.values_list("is_by_supervisor", "answers")) == {
        False: {"listen": "yes"},
        True: {"listen": "no"},
    }


def test_all_seven_points_are_known(reported, house):
    points = ("listen", "apologise", "satisfy", "thank", "report", "solved", "invites_back")
    assert points == SelfAssessment.POINTS
    assess_desk(reported().pk, answers=dict.fromkeys(points, "yes"), by=house.clerk)


@pytest.mark.parametrize("answers", [{"smile": "yes"}, {"listen": "maybe"}])
def test_other_points_and_answers_are_refused(reported, house, answers):
    complaint = reported()
    with refused(Blocked, "unknown_answer"):
        assess_desk(complaint.pk, answers=answers, by=house.clerk)


def test_a_colleague_who_was_not_there_does_not_answer(reported, house):
    complaint = reported()
    with refused(PermissionDenied, "not_yours"):
        assess_desk(complaint.pk, answers={"listen": "yes"}, by=house.colleague)


def test_how_it_went_is_said_when_it_is_closed(at_report, house):
    complaint = at_report()
    with refused(Blocked, "not_ended"):
        assess_desk(complaint.pk, answers={"listen": "yes"}, by=house.clerk)


# ------------------------------------------------------------------ who can be told


def test_the_nearest_present_leader_comes_first(at_report, house, at_work):
    assert told(at_report(), by=house.clerk) == [house.supervisor, house.manager, house.director]


def test_who_reports_and_whom_it_is_about_are_left_out(at_report, house, at_work):
    complaint = at_report(subject_ids=[house.manager.pk])
    assert told(complaint, by=house.supervisor) == [house.director]


def test_the_people_of_a_head_it_is_about_are_left_out(at_report, house, at_work):
    boss = make_user("boss", house.west, Role.MANAGER)
    complaint = at_report()
    house.west.head = boss
    house.west.save()
    complaint.subject_rows.create(user=boss)
    assert told(complaint, by=house.clerk) == [house.manager, house.director]


def test_who_acts_for_somebody_absent_stands_in_their_place(at_report, house, at_work):
    deputy = make_user("deputy", house.west, Role.SUPERVISOR)
    away(house.supervisor, deputy, at_work)
    away(house.manager, None, at_work)
    assert told(at_report(), by=house.clerk) == [deputy, house.director]


def test_who_is_offered_can_take_it(at_report, report, house, at_work):
    complaint = at_report(subject_ids=[house.director.pk])
    for person in told(complaint, by=house.clerk):
        assert Complaint.objects.visible_to(person).filter(pk=complaint.pk).exists()


# ------------------------------------------------------------------ who acts for a leader that is away


def test_a_delegate_without_a_leaders_role_is_told_and_confirms_in_both_names(at_report, report, house, at_work):
    away(house.supervisor, house.handler, at_work)
    complaint = at_report()
    nearest = people_to_tell(complaint, by=house.clerk, now=at_work)[0]
    assert (nearest.person, nearest.acts_for) == (house.handler, house.supervisor)
    assert str(nearest) == "Handler (for Supervisor)"
    report(complaint, to=house.handler)
    row = confirm_oral_report(complaint.pk, by=house.handler)
    assert (row.to, row.to_for, row.confirmed_by, row.confirmed_for) == (house.handler, house.supervisor) * 2
    assert (row.told, row.confirmer) == ("Handler (for Supervisor)",) * 2
    assert state_of(complaint, "oral_report_confirmed") == "met"
    words = {event.type: describe(event) for event in Event.objects.filter(subject_id=complaint.pk)}
    assert words["complaint.orally_reported"] == "Clerk reported to Handler (for Supervisor)"
    assert words["complaint.oral_report_confirmed"] == "Handler (for Supervisor) confirmed the oral report"


def test_who_heard_it_as_a_delegate_confirms_also_when_the_leader_is_back(at_report, report, house, at_work):
    absence = away(house.supervisor, house.handler, at_work)
    complaint = at_report()
    report(complaint, to=house.handler)
    absence.delete()
    assert confirm_oral_report(complaint.pk, by=house.handler).confirmed_for == house.supervisor


def test_a_delegate_confirms_what_the_leader_was_told_before_leaving(reported, house, at_work):
    complaint = reported()
    away(house.supervisor, house.handler, at_work)
    assert confirm_oral_report(complaint.pk, by=house.handler).confirmed_for == house.supervisor


def test_without_an_absence_a_handler_neither_hears_nor_confirms(at_report, report, house):
    complaint = at_report()
    with refused(Blocked, "not_a_supervisor"):
        report(complaint, to=house.handler)
    report(complaint)
    with refused(PermissionDenied, "only_supervisor_confirms"):
        confirm_oral_report(complaint.pk, by=house.handler)
    confirm_oral_report(complaint.pk, by=house.supervisor)
    with refused(PermissionDenied, "only_supervisor_confirms"):
        confirm_oral_report(complaint.pk, by=house.handler)


def test_nobody_confirms_their_own_report_through_who_acts_for_them(at_report, report, house, at_work):
    complaint = at_report()
    report(complaint, to=house.manager, by=house.supervisor)
    away(house.supervisor, house.handler, at_work)
    with refused(PermissionDenied, "only_supervisor_confirms"):
        confirm_oral_report(complaint.pk, by=house.handler)
    row = OralReport.objects.get()
    row.confirmed_by, row.confirmed_for, row.confirmed_at = house.handler, house.supervisor, at_work
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_delegate_has_no_more_sight_than_the_leader_or_themselves(at_report, report, house, at_work):
    about_leader = at_report(subject_ids=[house.supervisor.pk])
    away(house.supervisor, house.handler, at_work)
    away(house.manager, house.east_clerk, at_work)
    assert told(about_leader, by=house.clerk) == [house.director]
    elsewhere = at_report()
    assert told(elsewhere, by=house.clerk) == [house.handler, house.director]
    with refused(Blocked, "not_a_supervisor"):
        report(elsewhere, to=house.east_clerk)
    report(about_leader, to=house.director)
    with refused(PermissionDenied, "only_supervisor_confirms"):
        confirm_oral_report(about_leader.pk, by=house.handler)


def test_an_auditor_changes_nothing_for_somebody_else_neither(at_report, report, house, at_work):
    away(house.supervisor, house.auditor, at_work)
    complaint = at_report()
    assert told(complaint, by=house.clerk) == [house.manager, house.director]
    report(complaint, to=house.manager)
    with refused(PermissionDenied, "only_supervisor_confirms"):
        confirm_oral_report(complaint.pk, by=house.auditor)


def test_the_pages_let_a_delegate_confirm(reported, house, at_work, client):
    complaint = reported()
    client.force_login(house.handler)
    desk_page = reverse("complaints:desk", args=[complaint.number])
    action = reverse("complaints:confirm_report", args=[complaint.number])
    assert action not in client.get(desk_page).content.decode()
    assert client.post(action).status_code == 403
    away(house.supervisor, house.handler, at_work)
    for page in (desk_page, complaint.get_absolute_url()):
        assert action in client.get(page).content.decode()
    assert client.post(action, {"next": desk_page}).status_code == 302
    assert "Handler (for Supervisor) confirmed the report" in client.get(desk_page).content.decode()


def test_leaving_before_the_end_asks_for_no_report(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    leave(complaint.pk, reason="Train", outcome="settled", relief="explanation", by=house.clerk)
    assert not OralReport.objects.exists()
    assert not Deadline.objects.of(complaint).open().exists()
