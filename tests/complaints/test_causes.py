"""Recurring causes open by themselves, gather what comes after, and are looked at again. DOMAIN.md 3.2, 3.6."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions import change_user
from accounts.roles import Role
from complaints.actions import causes
from complaints.actions.import_rows import import_rows
from complaints.actions.record import change_complaint
from complaints.causes import causes_of, readers_of, trend
from complaints.codes import SeverityClass
from complaints.importing.rows import ImportedRow
from complaints.intake import Intake
from complaints.models import Cause, Complaint
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from deadlines.firing import fire_due_deadlines
from deadlines.models import Deadline
from events.models import Event, Notification, TextRevision
from policies.actions import set_policy
from tests.complaints.recurring import PRODUCT, again, later, make_recurring
from tests.complaints.refusals import refused
from tests.house import WORKING_HOUR, lodge, make_user

SOON = date(2026, 12, 1)


@pytest.fixture
def cause(house, at_work):
    return make_recurring(house)


def dues(cause):
    return {row.kind: row.state for row in Deadline.objects.of(cause).order_by("pk")}


# ------------------------------------------------------------------ opened by itself


def test_the_third_of_the_same_opens_a_cause_with_all_three(house, at_work):
    first, second = again(house), again(house)
    assert not Cause.objects.exists()
    third = again(house)
    cause = Cause.objects.get()
    assert cause.number == "K-1"
    assert (cause.department, cause.category, cause.what, cause.value) == (
        house.west, house.product, "product", PRODUCT,
    )  # fmt: skip
    assert set(cause.complaints.all()) == {first, second, third}
    assert [row.severity_class for row in (first, second, third)] == [1, 1, SeverityClass.TWO]
    assert (cause.owner, cause.opened_by) == (house.supervisor, None)
    opened = Event.objects.of(cause).get(type="cause.opened")
    assert opened.data["count"] == 3
    assert opened.actor is None
    assert dues(cause) == {"cause_action": "pending"}
    assert Notification.objects.get(code="cause.opened").recipient == house.supervisor


def test_the_head_of_the_department_has_it_first(house, at_work):
    house.west.head = head = make_user("westhead", house.west, Role.SUPERVISOR)
    house.west.save()
    assert make_recurring(house).owner == head


def test_later_ones_are_linked_and_keep_their_own_class(house, cause):
    fourth = again(house)
    assert fourth.severity_class == SeverityClass.ONE
    assert fourth in cause.complaints.all()
    assert Cause.objects.count() == 1
    # Also when the three are long ago, and three more come within days.
    with later(days=20):
        rows = [again(house) for _ in range(3)]
    assert {row.severity_class for row in rows} == {SeverityClass.ONE}
    assert Cause.objects.count() == 1
    assert cause.complaints.count() == 7
    assert Event.objects.of(cause).filter(type="cause.complaint_linked").count() == 4


def test_another_product_department_or_category_is_another_matter(house, cause):
    for other in (
        again(house, product_name="Van"),
        again(house, category_id=house.attitude.pk),
        again(house, by=house.east_clerk),
    ):
        assert not causes_of(other, house.director)


def test_the_same_in_two_departments_opens_one_in_each(house, cause):
    for _ in range(3):
        again(house, by=house.east_clerk)
    assert list(Cause.objects.order_by("pk").values_list("number", "department__name")) == [
        ("K-1", "West store"), ("K-2", "East store"),
    ]  # fmt: skip


def test_a_batch_on_the_sale_counts_too(house, at_work):
    for _ in range(3):
        again(house, product_name="", product_batch="B-7")
    cause = Cause.objects.get()
    assert (cause.what, cause.value) == ("batch", "B-7")


def test_what_was_closed_opens_another_when_it_comes_again(house, cause):
    Cause.objects.filter(pk=cause.pk).update(state="effective", closed_at=clock.now())
    with later(days=30):
        for _ in range(3):
            again(house)
    assert list(Cause.objects.order_by("pk").values_list("number", "state")) == [("K-1", "effective"), ("K-2", "open")]


def test_imported_rows_open_nothing_and_belong_to_nothing(house, cause):
    row = ImportedRow(
        line=1,
        external_id="1",
        intake=Intake(description="Old", channel="import", received_at=WORKING_HOUR, product_name=PRODUCT),
        department="west-store",
        category="product_quality",
        state="open",
        outcome="",
        relief="",
    )
    import_rows("file", [row], by=None)
    assert cause.complaints.filter(is_imported=True).count() == 0
    assert cause.complaints.count() == 3


def test_a_category_that_comes_twice_as_often_as_usual_opens_one(house, at_work):
    for weeks in range(1, 10):
        with clock.frozen(WORKING_HOUR - timedelta(weeks=weeks)):
            again(house, product_name="")
    for _ in range(2):
        again(house, product_name="")
    assert not Cause.objects.exists()
    crossing = again(house, product_name="")
    cause = Cause.objects.get()
    assert (cause.what, cause.value, cause.title) == ("category", "", "Product quality")
    assert crossing in cause.complaints.all()


def test_one_open_cause_for_the_same_thing(house, cause):
    with pytest.raises(IntegrityError), transaction.atomic():
        Cause.objects.create(
            number="K-9", department=house.west, category=house.product, what="product", value=PRODUCT,
            opened_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip


# ------------------------------------------------------------------ who sees it


@pytest.fixture
def about_the_handler(house, at_work):
    return make_recurring(house, product_name="", subject_ids=[house.handler.pk])


def test_a_cause_about_somebody_is_hidden_from_them(house, about_the_handler):
    cause = about_the_handler
    assert (cause.what, cause.subject) == ("subject", house.handler)
    assert not Cause.objects.visible_to(house.handler).exists()
    assert Cause.objects.visible_to(house.supervisor).get() == cause
    with pytest.raises(Cause.DoesNotExist):
        causes.plan_action(cause.pk, what="x", due_on=SOON, by=house.handler)
    assert not Notification.objects.filter(recipient=house.handler, url=cause.get_absolute_url()).exists()


def test_a_cause_about_the_head_is_hidden_from_those_they_head(house, at_work):
    house.west.head = house.supervisor
    house.west.save()
    cause = make_recurring(house, product_name="", subject_ids=[house.supervisor.pk])
    for person in (house.supervisor, house.clerk, house.handler):
        person.refresh_from_db()
        assert not Cause.objects.visible_to(person).exists(), person
    assert Cause.objects.visible_to(house.manager).exists()
    assert cause.owner == house.manager
    assert not Notification.objects.filter(code="cause.opened").exclude(recipient=house.manager).exists()


def test_who_moves_away_keeps_no_notice_of_it(house, cause):
    assert Notification.objects.filter(recipient=house.supervisor, url=cause.get_absolute_url()).exists()
    change_user(house.supervisor.pk, name="S", department=house.east, email="", is_active=True, by=None)
    # It is theirs still, so they see it; given to somebody else, they do not.
    assert Notification.objects.filter(recipient=house.supervisor, url=cause.get_absolute_url()).exists()
    causes.assign_cause(cause.pk, owner=house.handler, by=house.manager)
    change_user(house.supervisor.pk, name="T", department=house.east, email="", is_active=True, by=None)
    assert not Notification.objects.filter(recipient=house.supervisor, url=cause.get_absolute_url()).exists()


def test_reading_is_by_department(house, cause):
    for person in (house.clerk, house.handler, house.supervisor, house.manager, house.director, house.auditor):
        assert Cause.objects.visible_to(person).exists(), person
    for person in (house.east_clerk, house.east_supervisor, house.administrator):
        assert not Cause.objects.visible_to(person).exists(), person


def test_in_memory_and_in_the_database_the_rule_is_the_same(house, cause, about_the_handler):
    for one in Cause.objects.all():
        seen = set(readers_of(one, house.everybody))
        assert seen == {user for user in house.everybody if Cause.objects.visible_to(user).filter(pk=one.pk).exists()}


def test_one_of_a_restricted_category_is_for_the_people_named(house, at_work):
    for _ in range(3):
        again(house, category_id=house.integrity.pk)
    cause = Cause.objects.get()
    assert not Cause.objects.visible_to(house.supervisor).exists()
    assert Cause.objects.visible_to(house.director).get() == cause
    assert cause.owner == house.director
    assert set(readers_of(cause, house.everybody)) == {house.director, house.auditor}


def test_complaints_that_are_hidden_are_not_even_counted(house, cause):
    about_clerk = again(house, subject_ids=[house.clerk.pk])
    assert about_clerk in cause.complaints.all()
    assert Cause.objects.counted_for(house.clerk).get().complaint_count == 3
    assert Cause.objects.counted_for(house.supervisor).get().complaint_count == 4


# ------------------------------------------------------------------ what is done about it


def test_planned_done_checked_and_closed(house, cause):
    by = house.supervisor
    causes.plan_action(cause.pk, what="Reprint the brochure", due_on=SOON, by=by)
    cause.refresh_from_db()
    assert cause.state == "acting"
    row = Deadline.objects.of(cause).get(state="pending")
    assert row.due_at.isoformat() == "2026-12-01T16:00:00+00:00"
    causes.finish_action(cause.pk, note="Done in all stores", by=by)
    assert dues(cause)["cause_action"] == "met"
    assert dues(cause)["cause_check"] == "pending"
    with refused(Blocked, "too_early"):
        causes.check_effect(cause.pk, is_effective=True, by=by)
    with later(days=31):
        again_then = again(house)
        closed = causes.check_effect(cause.pk, is_effective=True, note="Only one more", by=by)
    assert (closed.state, closed.is_open) == ("effective", False)
    action = closed.corrective_actions.get()
    assert (action.is_effective, action.came_again) == (True, 1)
    assert again_then in cause.complaints.all()
    assert dues(cause)["cause_check"] == "met"
    kinds = [event.type for event in Event.objects.of(cause).order_by("seq") if event.type.startswith("cause.")]
    assert kinds == ["cause.opened", "cause.planned", "cause.done", "cause.complaint_linked", "cause.checked"]


def test_what_did_not_help_is_opened_again(house, cause):
    by = house.supervisor
    causes.plan_action(cause.pk, what="Tell everybody", due_on=SOON, by=by)
    causes.finish_action(cause.pk, by=by)
    with refused(Blocked, "no_note"):
        causes.check_effect(cause.pk, is_effective=False, by=by)
    again(house)
    assert Notification.objects.filter(code="cause.came_again", recipient=by).exists()
    # That it goes on shows at once.
    opened = causes.check_effect(cause.pk, is_effective=False, note="It goes on", by=by)
    assert (opened.state, opened.closed_at) == ("open", None)
    assert dues(cause) == {"cause_action": "pending", "cause_check": "cancelled"}
    causes.plan_action(cause.pk, what="Another way", due_on=SOON, by=by)
    assert cause.corrective_actions.count() == 2


def test_planning_again_keeps_the_old_words(house, cause):
    by = house.supervisor
    causes.plan_action(cause.pk, what="First", due_on=SOON, by=by)
    causes.plan_action(cause.pk, what="Second", due_on=SOON + timedelta(days=3), by=by)
    assert cause.corrective_actions.get().what == "Second"
    planned = Event.objects.of(cause).filter(type="cause.planned").last()
    assert TextRevision.objects.get(event=planned).text == "First"
    assert Deadline.objects.of(cause).open().count() == 1
    before = Cause.objects.get(pk=cause.pk).version
    causes.plan_action(cause.pk, what="Second", due_on=SOON + timedelta(days=3), by=by)
    assert Cause.objects.get(pk=cause.pk).version == before


@pytest.mark.parametrize(
    ("what", "due_on", "code"),
    [("", SOON, "no_action"), ("Do", None, "no_date"), ("Do", date(2026, 11, 1), "date_past")],
)
def test_a_plan_says_what_and_until_when(house, cause, what, due_on, code):
    with refused(Blocked, code):
        causes.plan_action(cause.pk, what=what, due_on=due_on, by=house.supervisor)


def test_steps_come_in_their_order(house, cause):
    with refused(Blocked, "wrong_state"):
        causes.finish_action(cause.pk, by=house.supervisor)
    with refused(Blocked, "wrong_state"):
        causes.check_effect(cause.pk, is_effective=False, note="x", by=house.supervisor)


def test_who_looks_at_an_old_page_is_told(house, cause):
    causes.plan_action(cause.pk, what="Do", due_on=SOON, by=house.supervisor)
    with refused(Conflict, "stale"):
        causes.plan_action(cause.pk, what="Other", due_on=SOON, expected_version=cause.version, by=house.manager)


def test_its_owner_works_on_it_and_other_clerks_do_not(house, cause):
    with refused(PermissionDenied, "not_yours"):
        causes.plan_action(cause.pk, what="Do", due_on=SOON, by=house.clerk)
    causes.assign_cause(cause.pk, owner=house.clerk, by=house.manager)
    assert Notification.objects.filter(code="cause.assigned_to_you", recipient=house.clerk).exists()
    assert causes.plan_action(cause.pk, what="Do", due_on=SOON, by=house.clerk).state == "acting"
    with refused(PermissionDenied):
        causes.assign_cause(cause.pk, owner=house.colleague, by=house.clerk)


def test_it_is_given_to_nobody_who_must_not_see_it(house, about_the_handler):
    for owner in (house.handler, house.administrator):
        with refused(Blocked, "cannot_own"):
            causes.assign_cause(about_the_handler.pk, owner=owner, by=house.supervisor)


def test_what_nobody_does_anything_about_escalates(house, cause):
    cause.refresh_from_db()
    row = Deadline.objects.of(cause).get()
    with clock.frozen(row.due_at + timedelta(minutes=1)):
        while fire_due_deadlines():
            pass
    told = Notification.objects.filter(url=cause.get_absolute_url(), code__startswith="deadline.")
    assert set(told.values_list("recipient__username", flat=True)) == {"supervisor"}
    row.refresh_from_db()
    assert row.state == "breached"


def test_the_owner_hears_when_it_can_be_checked(house, cause):
    causes.plan_action(cause.pk, what="Do", due_on=SOON, by=house.supervisor)
    causes.finish_action(cause.pk, by=house.supervisor)
    action = cause.corrective_actions.get()
    with clock.frozen(action.check_from + timedelta(hours=9)):
        while fire_due_deadlines():
            pass
    told = Notification.objects.filter(code="deadline.warning", url=cause.get_absolute_url())
    assert told.filter(recipient=house.supervisor).exists()


def test_the_days_before_a_check_are_a_policy(house, cause):
    set_policy("causes.check_days", 3, by=None)
    causes.plan_action(cause.pk, what="Do", due_on=SOON, by=house.supervisor)
    causes.finish_action(cause.pk, by=house.supervisor)
    with later(days=3, minutes=1):
        assert causes.check_effect(cause.pk, is_effective=True, by=house.supervisor).state == "effective"


# ------------------------------------------------------------------ by hand


def by_hand(house, **told):
    given = {"department": house.west, "category": house.product, "what": "product", "value": PRODUCT, "note": "Why"}
    return causes.open_cause(**{**given, "by": house.manager, **told})


def test_a_manager_opens_one_with_what_came_before(house, at_work):
    with clock.frozen(WORKING_HOUR - timedelta(days=20)):
        old = again(house)
    cause = by_hand(house)
    assert (cause.opened_by, cause.note) == (house.manager, "Why")
    assert list(cause.complaints.all()) == [old]
    assert again(house) in cause.complaints.all()


def test_one_that_is_open_is_not_opened_again(house, cause):
    with refused(Blocked, "cause_open"):
        by_hand(house)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"note": " "}, "no_note"),
        ({"value": ""}, "no_value"),
        ({"what": "subject"}, "no_subject"),
        ({"what": "weather"}, "no_what"),
    ],
)
def test_by_hand_it_says_what_and_why(house, at_work, told, code):
    with refused(Blocked, code):
        by_hand(house, **told)


def test_nobody_opens_one_out_of_reach_or_about_themselves(house, at_work):
    with refused(Blocked, "not_in_reach"):
        by_hand(house, department=house.office)
    with refused(Blocked, "own_cause"):
        by_hand(house, what="subject", subject=house.manager)
    with refused(PermissionDenied):
        by_hand(house, by=house.supervisor)


def test_one_more_is_added_by_its_number(house, cause):
    other = again(house, product_name="Compact SUV 1.5")
    causes.add_to_cause(cause.pk, number=other.number.lower(), by=house.supervisor)
    causes.add_to_cause(cause.pk, number=other.number, by=house.supervisor)
    assert cause.complaints.filter(pk=other.pk).count() == 1
    elsewhere = lodge(house.east_clerk)
    with refused(Blocked, "unknown_complaint"):
        causes.add_to_cause(cause.pk, number=elsewhere.number, by=house.supervisor)
    Complaint.objects.filter(pk=elsewhere.pk).update(is_imported=True)
    with refused(Blocked, "is_imported"):
        causes.add_to_cause(cause.pk, number=elsewhere.number, by=house.director)


def test_a_change_of_the_record_opens_nothing(house, cause):
    """Recurrence belongs to the moment of recording: a correction is no further complaint."""
    other = again(house, product_name="Van")
    version = Complaint.objects.get(pk=other.pk).version
    change_complaint(other.pk, expected_version=version, changes={"amount_claimed": Decimal(9)}, by=house.clerk)
    assert Cause.objects.count() == 1


# ------------------------------------------------------------------ by week


def test_weeks_are_counted_where_the_reader_works():
    zone = timezone.get_fixed_timezone(8 * 60)
    # Sunday 23:00 and Monday 01:00 in Shanghai.
    sunday = WORKING_HOUR.replace(day=15, hour=15)
    weeks = trend([sunday, sunday + timedelta(hours=2)], now=WORKING_HOUR, zone=zone, done_at=None, weeks=3)
    assert [(week.starts_on.day, week.count) for week in weeks] == [(2, 0), (9, 1), (16, 1)]
    assert weeks.total == 2
    assert not any(week.is_after_action for week in weeks)


def test_weeks_after_the_action_are_marked():
    zone = timezone.get_fixed_timezone(0)
    weeks = trend([], now=WORKING_HOUR, zone=zone, done_at=WORKING_HOUR - timedelta(days=8), weeks=4)
    assert [week.is_after_action for week in weeks] == [False, False, True, True]
    assert {week.height for week in weeks} == {0}
