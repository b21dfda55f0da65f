"""Several people at one written report at the same moment: one wins, the others are told. RELIABILITY.md 6D."""

import pytest

from accounts.roles import Role
from complaints.actions import written_reports
from complaints.actions.written_reports import acknowledge_report, return_report, submit_report
from complaints.models import Complaint, WrittenReport, WrittenReportVersion
from core import clock
from events.models import Event
from tests.complaints.test_actions_races import at_once
from tests.house import WORKING_HOUR, House, lodge, make_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

WORDS = {"what_happened": "It leaks.", "facts": "It does."}


@pytest.fixture
def stage():
    with clock.frozen(WORKING_HOUR):
        house = House()
        complaint = lodge(house.clerk, category_id=house.over_promising.pk)
        Complaint.objects.filter(pk=complaint.pk).update(state="evaluate", owner=house.handler)
        yield house, complaint


def answers_at_once(house, complaint):
    report = submit_report(complaint.pk, sections=WORDS, language="en", by=house.handler)
    bosses = [make_user(f"boss{n}", house.region, Role.MANAGER) for n in range(6)]
    presses = [
        (lambda by=by: return_report(report.pk, question="Why?", by=by))
        if n % 2
        else (lambda by=by: acknowledge_report(report.pk, by=by))
        for n, by in enumerate(bosses)
    ]
    return at_once(presses)


def test_many_answer_and_one_answer_stands(stage):
    house, complaint = stage
    assert answers_at_once(house, complaint) == {"won": 1, "already_decided": 5}
    assert WrittenReportVersion.objects.exclude(answer="").count() == 1
    assert Event.objects.filter(type__in=["report.acknowledged", "report.returned"]).count() == 1


def test_without_the_locks_more_than_one_would(stage, monkeypatch):
    """The control: what the test above proves is the locks' doing."""
    house, complaint = stage
    monkeypatch.setattr(written_reports, "locked", lambda pk, *, by: Complaint.objects.get(pk=pk))
    rows = type(WrittenReport.objects.all())
    monkeypatch.setattr(rows, "select_for_update", lambda self, *args, **kwargs: self)
    assert answers_at_once(house, complaint)["won"] > 1


def test_two_who_begin_it_begin_one(stage):
    house, complaint = stage
    people = [house.clerk, house.handler, house.supervisor]
    came = at_once(
        [
            lambda by=by: written_reports.save_report(
                complaint.pk, sections=WORDS, language="en", expected_version=0, by=by
            )
            for by in people
        ]
    )
    assert came == {"won": 1, "stale": 2}
    assert WrittenReport.objects.count() == 1
