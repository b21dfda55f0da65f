"""Departments, calendars, people: what may be saved, what is refused, and that a refusal leaves nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.actions import (
    CalendarDay,
    Slots,
    change_user,
    create_user,
    delegate_authority,
    end_delegation,
    save_calendar,
    save_department,
    set_calendar_day,
    set_preferences,
    set_roles,
)
from accounts.models import Calendar, Delegation, Department, User
from accounts.passwords import set_password
from accounts.roles import Role
from complaints.models import Complaint
from core.errors import Blocked, PermissionDenied
from events.models import Event
from tests.complaints.refusals import refused
from tests.house import House, lodge, make_department

WEEKLY: dict[int, Slots] = {day: [(540, 720), (810, 1080)] for day in range(5)}
PASSWORD = "correct horse battery"


def types() -> list[str]:
    return list(Event.objects.order_by("id").values_list("type", flat=True))


def code_of(refusal: pytest.ExceptionInfo[Blocked]) -> str:
    return refusal.value.blockers[0].code


@pytest.fixture
def make_calendar(house: House):
    def make(calendar_id: int | None = None, **fields) -> Calendar:
        told = {"name": "Office", "time_zone": "Asia/Shanghai", "weekly": WEEKLY, "by": house.administrator}
        return save_calendar(calendar_id, **{**told, **fields})

    return make


def test_a_calendar_is_saved_and_saved_again_as_a_new_version(make_calendar):
    calendar = make_calendar(exceptions=[CalendarDay(date(2026, 10, 1), [], "National Day")])
    assert (calendar.version, calendar.slots.count(), calendar.exceptions.count()) == (1, 10, 1)
    again = make_calendar(calendar.pk, name="Head office", weekly={0: [(0, 1440)]})
    assert (again.pk, again.version, again.name) == (calendar.pk, 2, "Head office")
    assert [(slot.opens, slot.closes) for slot in again.slots.all()] == [(0, 1440)]
    assert not again.exceptions.exists()
    assert types() == ["calendar.changed", "calendar.changed"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"time_zone": "Asia/Hangzhou"}, "unknown_zone"),
        ({"time_zone": "../etc/passwd"}, "unknown_zone"),
        ({"time_zone": ""}, "unknown_zone"),
        ({"weekly": {}}, "never_open"),
        ({"weekly": {0: []}}, "never_open"),
        ({"weekly": {0: [(540, 720), (700, 1080)]}}, "slots_overlap"),
        ({"weekly": {0: [(720, 540)]}}, "slots_overlap"),
        ({"weekly": {0: [(540, 1441)]}}, "slots_overlap"),
        ({"weekly": {0: [(-60, 60)]}}, "slots_overlap"),
        ({"exceptions": [CalendarDay(date(2026, 1, 1), [(600, 600)], "")]}, "slots_overlap"),
    ],
)
def test_a_calendar_that_cannot_be(make_calendar, fields, code):
    with pytest.raises(Blocked) as refusal:
        make_calendar(**fields)
    assert code_of(refusal) == code
    assert not Calendar.objects.filter(name="Office").exists()
    assert types() == []


def test_around_the_clock_needs_no_hours(make_calendar):
    assert make_calendar(weekly={}, is_around_the_clock=True).is_around_the_clock


def test_one_day_may_differ_and_differ_again(house: House):
    for slots in ([(540, 720)], []):
        day = CalendarDay(date(2026, 11, 20), slots, "Stocktaking")
        calendar = set_calendar_day(house.calendar.pk, day, by=house.administrator)
    assert calendar.version == 3
    assert calendar.exceptions.get().slots == []
    with pytest.raises(PermissionDenied):
        set_calendar_day(house.calendar.pk, day, by=house.director)


def save(house: House, department: Department | None = None, **fields) -> Department:
    told = {"name": "North store", "code": "north", "calendar": house.calendar, "parent": house.region}
    if department:
        told = {
            "name": department.name,
            "code": department.code,
            "calendar": house.calendar,
            "parent": department.parent,
        }
    return save_department(department.pk if department else None, **{**told, **fields}, by=house.administrator)


def test_a_department_stands_in_the_tree_and_moves_with_all_below_it(house: House):
    north = save(house)
    assert north.path == f"{house.region.path}{north.pk}/"
    corner = save(house, name="Corner", code="corner", parent=north)
    other = make_department("Other region", house.office, house.calendar)
    north = save(house, north, parent=other)
    corner.refresh_from_db()
    assert corner.path == f"{house.office.pk}/{other.pk}/{north.pk}/{corner.pk}/"
    assert list(Department.objects.below(other)) == [other, north, corner]
    assert types() == ["department.created", "department.created", "department.changed"]


def test_an_empty_department_closes_and_opens_again(house: House):
    north = save(house)
    assert not save(house, north, is_active=False).is_active
    assert types() == ["department.created", "department.changed", "department.closed"]
    with refused(Blocked, "department_closed"):
        create_user("new", name="New", department=north, roles=[Role.HANDLER], by=house.administrator)
    with refused(Blocked, "parent_closed"):
        save(house, name="Corner", code="corner", parent=north)
    assert save(house, north, is_active=True).is_active


def test_a_department_in_use_stays_open(house: House):
    for department, code in ((house.office, "head_office_closed"), (house.region, "departments_below")):
        with refused(Blocked, code):
            save(house, department, is_active=False)
    with refused(Blocked, "people_there"):
        save(house, house.west, is_active=False)
    User.objects.filter(department=house.west).update(is_active=False)
    complaint = lodge(house.director, department_id=house.west.pk)
    with refused(Blocked, "open_complaints"):
        save(house, house.west, is_active=False)
    assert Department.objects.get(pk=house.west.pk).is_active
    Complaint.objects.filter(pk=complaint.pk).update(state="voided", ended_at=complaint.received_at)
    assert not save(house, house.west, is_active=False).is_active


def test_who_moves_a_department_need_not_know_where_its_new_parent_is_now(house: House):
    north = save(house)
    old_view_of_east = Department.objects.get(pk=house.east.pk)
    save(house, house.east, parent=house.office)
    moved = save(house, north, parent=old_view_of_east)
    assert moved.path == f"{house.office.pk}/{house.east.pk}/{north.pk}/"


@pytest.mark.parametrize(
    ("what", "parent", "code"),
    [("region", "west", "under_itself"), ("region", "region", "under_itself"), ("west", None, "second_head_office")],
)
def test_a_department_cannot_stand_just_anywhere(house: House, what, parent, code):
    department = getattr(house, what)
    path = department.path
    with pytest.raises(Blocked) as refusal:
        save(house, department, parent=getattr(house, parent) if parent else None)
    assert code_of(refusal) == code
    department.refresh_from_db()
    assert department.path == path
    assert types() == []


def test_another_calendar_is_told(house: House, make_calendar):
    save(house, house.west, calendar=make_calendar())
    assert Event.objects.get(type="department.changed").data["has_other_calendar"] is True


def make_user(house: House, username: str = "lin", roles: tuple[str, ...] = (Role.FRONT_DESK,), **fields) -> User:
    told = {"name": "Lin Yue", "department": house.west, "password": PASSWORD, "by": house.administrator}
    return create_user(username, roles=roles, **{**told, **fields})


def test_a_user_is_created_with_roles(house: House):
    user = make_user(house, roles=(Role.HANDLER, Role.FRONT_DESK, Role.HANDLER))
    assert user.check_password(PASSWORD)
    assert User.objects.get(pk=user.pk).role_set == {"front_desk", "handler"}
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert types() == ["user.created", "user.role_granted", "user.role_granted"]
    assert not make_user(house, "gao", password=None).has_usable_password()


@pytest.mark.parametrize("username", ["clerk", "", "a b", "x" * 151])
def test_a_user_name_is_nobody_elses_and_well_formed(house: House, username):
    with pytest.raises(ValidationError):
        make_user(house, username)
    assert types() == []


@pytest.mark.parametrize(("role", "opens"), [(r, r in (Role.MANAGER, Role.ADMINISTRATOR)) for r in Role])
def test_only_who_sets_something_there_opens_the_admin(house: House, role, opens):
    assert make_user(house, roles=(role,)).is_staff is opens


def test_roles_are_given_and_taken_each_with_its_event(house: House):
    set_roles(house.clerk.pk, [Role.HANDLER, Role.MANAGER], by=house.administrator)
    clerk = User.objects.get(pk=house.clerk.pk)
    assert (set(clerk.role_set), clerk.is_staff) == ({"handler", "manager"}, True)
    assert types() == ["user.role_granted", "user.role_granted", "user.role_revoked"]
    set_roles(house.clerk.pk, [Role.HANDLER, Role.MANAGER], by=house.administrator)
    assert len(types()) == 3


def test_nobody_changes_their_own_roles(house: House):
    with pytest.raises(PermissionDenied) as refusal:
        set_roles(house.administrator.pk, [Role.ADMINISTRATOR, Role.MANAGER], by=house.administrator)
    assert refusal.value.code == "own_roles"
    assert User.objects.get(pk=house.administrator.pk).role_set == {"administrator"}


def change(user: User, by: User | None, **fields) -> User:
    told = {"name": user.name, "department": user.department, "email": user.email, "is_active": user.is_active}
    return change_user(user.pk, **{**told, **fields}, by=by)


def test_a_user_moves_and_is_closed(house: House):
    user = change(house.clerk, house.administrator, department=house.east, is_active=False, name="Lin")
    assert (user.department, user.is_active, user.name) == (house.east, False, "Lin")
    assert types() == ["user.changed"]


def test_nobody_closes_their_own_account(house: House):
    with pytest.raises(PermissionDenied) as refusal:
        change(house.administrator, house.administrator, is_active=False)
    assert refusal.value.code == "own_account"
    assert User.objects.get(pk=house.administrator.pk).is_active


def test_a_password_is_set_by_an_administrator_and_is_no_weak_one(house: House):
    set_password(house.clerk.pk, PASSWORD, by=house.administrator)
    assert User.objects.get(pk=house.clerk.pk).check_password(PASSWORD)
    assert types() == ["user.password_set"]
    assert PASSWORD not in str(Event.objects.get().data)
    for weak in ("short", "123456789012", "password1234"):
        with pytest.raises(ValidationError):
            set_password(house.clerk.pk, weak, by=house.administrator)
    assert User.objects.get(pk=house.clerk.pk).check_password(PASSWORD)


def test_only_an_administrator_keeps_the_house(house: House):
    for by in (user for user in house.everybody if user != house.administrator):
        with pytest.raises(PermissionDenied):
            save_calendar(None, name="X", time_zone="UTC", weekly=WEEKLY, by=by)
        with pytest.raises(PermissionDenied):
            save_department(None, name="X", code="x", calendar=house.calendar, parent=house.office, by=by)
        with pytest.raises(PermissionDenied):
            make_user(house, by=by)
        with pytest.raises(PermissionDenied):
            change(house.colleague, by, name="X")
        with pytest.raises(PermissionDenied):
            set_roles(house.colleague.pk, [], by=by)
        with pytest.raises(PermissionDenied):
            set_password(house.colleague.pk, PASSWORD, by=by)
    assert types() == []


def test_preferences_are_ones_own(house: House):
    mine: dict[str, Any] = {"language": "zh-hans", "theme": "dark", "has_single_keys": False}
    user = set_preferences(house.clerk.pk, **mine, by=house.clerk)
    assert (user.language, user.theme, user.has_single_keys) == ("zh-hans", "dark", False)
    with pytest.raises(PermissionDenied):
        set_preferences(house.clerk.pk, **mine, by=house.administrator)
    with pytest.raises(ValidationError):
        set_preferences(house.clerk.pk, **{**mine, "theme": "neon"}, by=house.clerk)


@pytest.fixture
def away(house: House, at_work):
    def be(by: User | None = None, start: int = 0, end: int = 3, **fields) -> Delegation:
        told = {"delegate": house.handler, "by": by or house.supervisor}
        days = {"starts_at": at_work + timedelta(days=start), "ends_at": at_work + timedelta(days=end)}
        return delegate_authority(house.supervisor.pk, **{**days, **told, **fields})

    return be


def test_an_absence_is_ones_own_or_the_administrators(away, house: House):
    assert away().delegate == house.handler
    assert away(by=house.administrator, start=5, end=6, delegate=None).delegate is None
    with pytest.raises(PermissionDenied):
        away(by=house.manager, start=8, end=9)
    assert types() == ["user.authority_delegated"] * 2


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [(3, 3, "ends_before_start"), (3, 2, "ends_before_start"), (1, 2, "already_away"), (2, 9, "already_away")],
)
def test_an_absence_that_cannot_be(away, start, end, code):
    away()
    with pytest.raises(Blocked) as refusal:
        away(start=start, end=end)
    assert code_of(refusal) == code
    assert Delegation.objects.count() == 1


def test_nobody_acts_for_themselves(away, house: House):
    with pytest.raises(Blocked) as refusal:
        away(delegate=house.supervisor)
    assert code_of(refusal) == "delegates_to_self"


def test_an_absence_ends_now_and_what_has_not_begun_is_gone(away, house: House, at_work):
    running, coming = away(start=-1), away(start=5, end=6)
    end_delegation(running.pk, now=at_work, by=house.supervisor)
    end_delegation(coming.pk, now=at_work, by=house.administrator)
    assert Delegation.objects.get().ends_at == at_work
    with pytest.raises(PermissionDenied):
        end_delegation(running.pk, now=at_work, by=house.clerk)


def test_ending_what_has_ended_changes_nothing(away, house: House, at_work):
    running = away(start=-1)
    end_delegation(running.pk, now=at_work, by=house.supervisor)
    end_delegation(running.pk, now=at_work + timedelta(days=1), by=house.supervisor)
    assert Delegation.objects.get().ends_at == at_work
    assert types().count("user.delegation_ended") == 1
