"""The written report: drafted, sent to the department above, acknowledged or returned. Source: DOMAIN.md 3.4, 3.5."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Delegation
from accounts.roles import Role
from complaints.actions.talks import record_communication
from complaints.actions.written_reports import acknowledge_report, return_report, save_report, submit_report
from complaints.deadlines import WRITTEN_REPORT, open_one
from complaints.events import TRANSITIONED
from complaints.models import Complaint, WrittenReport, WrittenReportVersion
from complaints.models.report import SECTION_LIMIT
from complaints.written.condition import written_report_acknowledged
from complaints.written.draft import drafted
from complaints.written.readers import people_to_read, readers_of, waiting_for
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.firing import fire_due_deadlines
from deadlines.models import Deadline
from events.canonical import canonical
from events.log import record_event, text_digest
from events.models import Event, Notification
from events.registry import describe
from tests.complaints.refusals import refused
from tests.house import make_department, make_user

WORDS = {"what_happened": "The roof was promised.", "facts": "The brochure says so.", "cause": "An old brochure."}


@pytest.fixture
def make_case(make_complaint, house):
    """A class 2 case of the west store that is carried out; its handler owns it."""

    def make(state="evaluate", owner=house.handler, **answers):
        complaint = make_complaint(category_id=house.over_promising.pk, **answers)
        Complaint.objects.filter(pk=complaint.pk).update(state=state, owner=owner)
        complaint.refresh_from_db()
        return complaint

    return make


@pytest.fixture
def sent(make_case, house):
    def make(**answers):
        complaint = make_case(**answers)
        return submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)

    return make


def moved(complaint, name, to, **more):
    """As the workflow announces it."""
    with transaction.atomic():
        told = {"name": name, "from": complaint.state, "to": to, **more}
        complaint.state = to
        record_event(TRANSITIONED, complaint, by=None, **told)
        complaint.save(update_fields=["state"])


def away(leader, acting, at):
    day = timedelta(days=1)
    return Delegation.objects.create(delegator=leader, delegate=acting, starts_at=at - day, ends_at=at + day)


def names(hearers):
    return [str(hearer) for hearer in hearers]


# ------------------------------------------------------------------ drafting


def test_it_is_drafted_from_the_record_in_the_language_chosen(make_case, house):
    complaint = make_case(
        state="act", description="The roof was promised and is missing.", demands=["exchange"], amount_claimed=20000
    )
    record_communication(
        complaint.pk, direction="out", medium="phone", summary="Called, visit agreed.", by=house.handler
    )
    words = drafted(complaint, "en")
    assert words["what_happened"].startswith("The roof was promised and is missing.")
    assert "The customer wants: Exchange" in words["what_happened"]
    assert "¥20,000" in words["what_happened"]
    assert "Called, visit agreed." in words["course"]
    assert "First response: kept" in words["course"]
    assert words["cause"] == ""
    before_first_talk, *_ = words["course"].split("\n")
    assert "Received" in before_first_talk


def test_a_draft_costs_the_same_however_much_happened(make_case, house, django_assert_max_num_queries):
    complaint = make_case(state="act")
    for n in range(70):
        record_communication(complaint.pk, direction="out", medium="phone", summary=f"Call {n}", by=house.handler)
    complaint = Complaint.objects.select_related("department__calendar", "category", "sale").get(pk=complaint.pk)
    with django_assert_max_num_queries(16):
        words = drafted(complaint, "en")
    assert "10 later talks are on the record." in words["course"]


def test_a_draft_is_kept_at_any_time_and_the_same_words_change_nothing(make_case, house):
    complaint = make_case(state="act")
    report = save_report(complaint.pk, sections=WORDS, language="en", expected_version=0, by=house.handler)
    assert (report.number[:7], report.state, report.department) == ("R-2026-", "draft", house.region)
    assert set(report.authors.all()) == {house.handler}
    again = save_report(complaint.pk, sections=WORDS, language="en", expected_version=report.version, by=house.handler)
    assert again.version == report.version
    assert Event.objects.filter(type__startswith="report.").count() == 1


def test_two_who_write_at_once_do_not_write_over_each_other(make_case, house):
    complaint = make_case()
    report = save_report(complaint.pk, sections=WORDS, language="en", expected_version=0, by=house.handler)
    save_report(complaint.pk, sections=WORDS | {"lessons": "L"}, language="en", expected_version=1, by=house.supervisor)
    with refused(Conflict, "stale"):
        save_report(complaint.pk, sections=WORDS, language="en", expected_version=report.version, by=house.handler)
    with refused(Conflict, "stale"):
        save_report(complaint.pk, sections=WORDS, language="en", expected_version=0, by=house.handler)
    assert set(WrittenReport.objects.get().authors.all()) == {house.handler, house.supervisor}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"language": "fr"}, "unknown_language"),
        ({"sections": {"what_happened": "x" * (SECTION_LIMIT + 1)}}, "too_long"),
    ],
)
def test_what_cannot_be_kept_is_refused(make_case, house, changed, why):
    complaint = make_case()
    with refused(Blocked, why):
        save_report(complaint.pk, **{"sections": WORDS, "language": "en", "by": house.handler, **changed})
    assert not WrittenReport.objects.exists()


def test_its_owner_its_recorder_or_a_supervisor_writes_it(make_case, house):
    complaint = make_case()
    for who in (house.colleague, house.auditor, house.administrator, house.east_clerk):
        with pytest.raises((PermissionDenied, Complaint.DoesNotExist)):
            save_report(complaint.pk, sections=WORDS, language="en", by=who)
    for who in (house.clerk, house.handler, house.supervisor):
        save_report(complaint.pk, sections=WORDS | {"remarks": who.name}, language="en", by=who)


def test_class_one_has_no_written_report(make_complaint, house):
    complaint = make_complaint(is_taken=True)
    with refused(Blocked, "no_written_report"):
        save_report(complaint.pk, sections=WORDS, language="en", by=house.clerk)


# ------------------------------------------------------------------ sending


def test_sending_makes_a_version_and_asks_the_department_above(make_case, house, at_work):
    complaint = make_case()
    report = submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)
    version = report.versions.get()
    assert (report.state, report.submitted_by, report.submitted_at) == ("submitted", house.handler, at_work)
    assert (version.number, version.sections["cause"], version.written_by) == (1, "An old brochure.", house.handler)
    assert Notification.objects.get(code="report.for_you").recipient == house.manager
    event = Event.objects.get(type="report.submitted")
    assert event.data["digest"] == text_digest(version.salt, canonical(version.sections))
    assert "brochure" not in event.data_text
    assert describe(event) == "Handler sent the written report to Region"


def test_it_is_sent_when_everything_is_carried_out(make_case, house):
    complaint = make_case(state="execute")
    with refused(Blocked, "report_too_early"):
        submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)


def test_it_must_say_what_happened_and_what_is_so(make_case, house):
    complaint = make_case()
    with pytest.raises(Blocked) as refusal:
        submit_report(complaint.pk, sections={"facts": " "}, language="en", by=house.handler)
    assert [blocker.link for blocker in refusal.value.blockers] == ["what_happened", "facts"]
    assert not WrittenReport.objects.exists()


def test_what_was_sent_is_not_written_at(sent, house):
    report = sent()
    with refused(Conflict, "report_sent"):
        save_report(report.complaint_id, sections=WORDS | {"cause": "Other"}, language="en", by=house.handler)
    assert WrittenReportVersion.objects.get().sections["cause"] == "An old brochure."


def test_somebody_named_is_told_too_if_they_may_answer(make_case, house):
    complaint = make_case()
    for wrong in (house.supervisor, house.handler, house.east_supervisor, house.auditor):
        with refused(Blocked, "not_above"):
            submit_report(complaint.pk, sections=WORDS, language="en", to=wrong, by=house.handler)
    submit_report(complaint.pk, sections=WORDS, language="en", to=house.director, by=house.handler)
    told = set(Notification.objects.filter(code="report.for_you").values_list("recipient__username", flat=True))
    assert told == {"manager", "director"}


def test_at_the_head_office_another_manager_reads_it(make_case, house):
    other = make_user("seconddirector", house.office, Role.MANAGER)
    make_user("officesupervisor", house.office, Role.SUPERVISOR)
    complaint = make_case(owner=house.director)
    Complaint.objects.filter(pk=complaint.pk).update(department=house.office)
    report = submit_report(complaint.pk, sections=WORDS, language="en", by=house.director)
    complaint.refresh_from_db()
    assert report.department == house.office
    assert names(people_to_read(readers_of(complaint, report), now=clock.now())) == [str(other)]


def test_where_nobody_of_the_region_may_read_it_the_next_up_is_asked(make_case, house):
    complaint = make_case(subject_ids=[house.manager.pk])
    report = submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)
    assert names(people_to_read(readers_of(complaint, report), now=clock.now())) == ["Director"]


def test_nobody_above_is_said_and_nothing_is_sent(make_case, house):
    complaint = make_case(subject_ids=[house.manager.pk, house.director.pk])
    with refused(Blocked, "nobody_above"):
        submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)
    assert not WrittenReport.objects.exists()


# ------------------------------------------------------------------ answering


def test_the_department_above_acknowledges_and_the_condition_is_met(sent, house, at_work):
    report = sent()
    complaint = report.complaint
    assert written_report_acknowledged(complaint).code == "report_waits"
    acknowledge_report(report.pk, by=house.manager)
    report.refresh_from_db()
    assert (report.state, report.answered_by, report.answered_at) == ("acknowledged", house.manager, at_work)
    assert report.versions.get().answer == "acknowledged"
    assert written_report_acknowledged(complaint) is None
    assert Notification.objects.get(code="report.acknowledged").recipient == house.handler
    # Once more by the same person changes nothing.
    acknowledge_report(report.pk, by=house.manager)
    assert Event.objects.filter(type="report.acknowledged").count() == 1


def test_a_higher_department_is_above_too(sent, house):
    acknowledge_report(sent().pk, by=house.director)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("handler", PermissionDenied), ("clerk", PermissionDenied), ("supervisor", Blocked),
        ("auditor", PermissionDenied), ("administrator", Complaint.DoesNotExist),
        ("east_supervisor", Complaint.DoesNotExist),
    ],
)  # fmt: skip
def test_nobody_else_acknowledges(sent, house, who, error):
    report = sent()
    with pytest.raises(error):
        acknowledge_report(report.pk, by=getattr(house, who))
    with pytest.raises(error):
        return_report(report.pk, question="Why?", by=getattr(house, who))
    report.refresh_from_db()
    assert report.state == "submitted"


def test_nobody_acknowledges_what_they_wrote_sent_or_own(make_case, house):
    complaint = make_case(owner=house.director)
    save_report(complaint.pk, sections=WORDS, language="en", by=house.manager)
    other = make_user("secondmanager", house.region, Role.MANAGER)
    report = submit_report(complaint.pk, sections=WORDS | {"lessons": "L"}, language="en", by=house.supervisor)
    for who in (house.manager, house.director):
        with refused(PermissionDenied, "own_report"):
            acknowledge_report(report.pk, by=who)
    acknowledge_report(report.pk, by=other)


def test_nor_does_the_database_let_them(sent, house):
    report = sent()
    version = report.versions.get()
    version.answer, version.answered_by, version.answered_at = "acknowledged", house.handler, timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()
    report.state, report.answered_by, report.answered_at = "acknowledged", house.handler, timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        report.save()
    version.answered_by, version.answered_for = house.manager, house.handler
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()


def test_who_acts_for_an_absent_leader_answers_with_both_names(sent, house, at_work):
    acting = make_user("acting", house.region, Role.HANDLER)
    away(house.manager, acting, at_work)
    report = sent()
    assert Notification.objects.get(code="report.for_you").recipient == acting
    assert waiting_for(acting, now=at_work) == [report]
    assert waiting_for(house.handler, now=at_work) == []
    acknowledge_report(report.pk, by=acting)
    report.refresh_from_db()
    assert report.answerer == "Acting (for Manager)"
    assert Event.objects.get(type="report.acknowledged").data["acts_for"] == "Manager"


def test_the_author_acts_for_nobody_on_their_own_report(make_case, house, at_work):
    complaint = make_case()
    away(house.manager, house.handler, at_work)
    report = submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)
    assert names(people_to_read(readers_of(complaint, report), now=at_work)) == ["Director"]
    with refused(PermissionDenied, "own_report"):
        acknowledge_report(report.pk, by=house.handler)


def test_a_subject_does_not_even_find_it(make_case, house):
    complaint = make_case(subject_ids=[house.manager.pk])
    report = submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)
    with pytest.raises(Complaint.DoesNotExist):
        acknowledge_report(report.pk, by=house.manager)
    assert waiting_for(house.manager, now=clock.now()) == []


def test_it_comes_back_with_a_question_and_goes_again_as_a_new_version(sent, house):
    report = sent()
    with refused(Blocked, "no_question"):
        return_report(report.pk, question="  ", by=house.manager)
    return_report(report.pk, question="Who changed the brochure?", by=house.manager)
    complaint = Complaint.objects.get(pk=report.complaint_id)
    assert written_report_acknowledged(complaint).code == "report_returned"
    assert Notification.objects.get(code="report.returned").recipient == house.handler
    assert "brochure" not in Event.objects.get(type="report.returned").data_text
    submit_report(complaint.pk, sections=WORDS | {"cause": "Marketing did."}, language="en", by=house.handler)
    first, second = WrittenReportVersion.objects.order_by("number")
    assert (first.question, first.answer, first.sections["cause"]) == (
        "Who changed the brochure?", "returned", "An old brochure.",
    )  # fmt: skip
    assert (second.number, second.answer, second.sections["cause"]) == (2, "", "Marketing did.")
    acknowledge_report(report.pk, by=house.manager)


def test_who_comes_second_is_told_who_was_first(sent, house):
    report = sent()
    return_report(report.pk, question="Why?", by=house.manager)
    with refused(Conflict, "already_decided"):
        acknowledge_report(report.pk, by=house.director)


@pytest.mark.parametrize(
    ("state", "code"), [(None, "report_missing"), ("draft", "report_not_submitted"), ("outdated", "report_missing")]
)
def test_the_condition_says_what_to_do(make_case, house, state, code):
    complaint = make_case()
    if state:
        report = save_report(complaint.pk, sections=WORDS, language="en", by=house.handler)
        report.state = state
        report.save()
    blocker = written_report_acknowledged(complaint)
    assert (blocker.code, blocker.link) == (code, f"/complaints/{complaint.number}/written-report/")


# ------------------------------------------------------------------ its clock, and the case that goes on


def test_two_working_days_run_from_the_moment_it_is_carried_out(make_case, house, at_work):
    complaint = make_case(state="execute")
    moved(complaint, "executed", "evaluate")
    row = Deadline.objects.of(complaint).get(kind=WRITTEN_REPORT)
    assert (row.state, row.started_at, row.due_at) == ("pending", at_work, at_work + timedelta(days=2))
    submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)
    row.refresh_from_db()
    assert row.state == "met"


def test_a_report_that_is_late_goes_to_the_supervisor(make_case, house, at_work):
    complaint = make_case(state="execute")
    moved(complaint, "executed", "evaluate")
    with clock.frozen(at_work + timedelta(days=2, minutes=1)):
        fire_due_deadlines(now=clock.now())
    row = Deadline.objects.of(complaint).get(kind=WRITTEN_REPORT)
    assert row.state == "breached"
    told = Notification.objects.filter(values_text__contains="written_report").values_list("recipient", flat=True)
    assert set(told) == {house.supervisor.pk}


def test_class_one_has_no_such_clock(make_complaint):
    complaint = make_complaint()
    moved(complaint, "executed", "satisfy")
    assert not Deadline.objects.of(complaint).filter(kind=WRITTEN_REPORT).exists()


@pytest.mark.parametrize("answered", [False, True])
def test_a_case_that_goes_back_is_reported_anew(sent, house, answered):
    report = sent()
    complaint = Complaint.objects.get(pk=report.complaint_id)
    if answered:
        acknowledge_report(report.pk, by=house.manager)
        complaint.refresh_from_db()
    moved(complaint, "dissatisfied", "review")
    report.refresh_from_db()
    assert report.state == "outdated"
    with refused(Conflict, "already_decided"):
        acknowledge_report(report.pk, by=house.director)
    moved(complaint, "executed", "evaluate")
    assert written_report_acknowledged(complaint).code == "report_missing"
    again = submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)
    assert again.number != report.number


def test_the_clock_does_not_run_twice(make_case, house, at_work):
    complaint = make_case()
    open_one(complaint, WRITTEN_REPORT, at=at_work, by=None)
    moved(complaint, "not_fulfilled", "execute")
    moved(complaint, "executed", "evaluate")
    assert Deadline.objects.of(complaint).filter(kind=WRITTEN_REPORT).open().count() == 1


# ------------------------------------------------------------------ what waits


def test_reports_wait_for_the_leaders_above_alone(sent, house, at_work):
    report = sent()
    assert waiting_for(house.manager, now=at_work) == [report]
    assert waiting_for(house.director, now=at_work) == [report]
    for who in (house.supervisor, house.handler, house.auditor, house.administrator, house.east_supervisor):
        assert waiting_for(who, now=at_work) == []


def test_neighbours_and_deeper_departments_are_told_apart(sent, house, at_work):
    sent()
    other = make_department("Other region", house.office, house.calendar)
    stranger = make_user("stranger", other, Role.MANAGER)
    assert waiting_for(stranger, now=at_work) == []
