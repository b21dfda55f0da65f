"""Every write on departments, calendars and users."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.models import (
    MINUTES_A_DAY,
    Calendar,
    CalendarException,
    Delegation,
    Department,
    OpeningSlot,
    RoleGrant,
    User,
)
from accounts.roles import Role
from core.actions import action
from core.errors import Blocked, Blocker, PermissionDenied
from events.log import record_event

Slots = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class CalendarDay:
    """One dated exception: its open slots in minutes after midnight, none when closed."""

    on: date
    slots: Slots
    reason: str


def require_house(by: User | None) -> None:
    if by is not None and not by.has_perm("accounts.manage_house"):
        raise PermissionDenied("not_administrator", _("Only an administrator changes this."))


def _check_slots(slots: Slots) -> None:
    last = 0
    for opens, closes in sorted(slots):
        if not (last <= opens < closes <= MINUTES_A_DAY):
            raise Blocked(
                [Blocker("slots_overlap", _("Opening times must not overlap, and must open before they close."))]
            )
        last = closes


def check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Blocked(
            [Blocker("unknown_zone", _("This time zone is not known. Write it like Asia/Shanghai."))]
        ) from error


@action
def save_calendar(
    calendar_id: int | None,
    *,
    name: str,
    time_zone: str,
    weekly: dict[int, Slots],
    exceptions: Sequence[CalendarDay] = (),
    is_around_the_clock: bool = False,
    country: str = "",
    by: User | None,
) -> Calendar:
    """Create a calendar or replace its slots and exceptions; open deadlines are recomputed by a subscriber.

    `weekly` maps weekdays (0 is Monday) to slots in minutes after midnight. Raises Blocked for
    overlapping slots, an unknown zone or a calendar that never opens.
    """
    require_house(by)
    check_zone(time_zone)
    for slots in [*weekly.values(), *(day.slots for day in exceptions)]:
        _check_slots(slots)
    if not is_around_the_clock and not any(weekly.values()):
        raise Blocked([Blocker("never_open", _("Enter at least one opening time."))])
    calendar = Calendar.objects.select_for_update().get(pk=calendar_id) if calendar_id else Calendar()
    calendar.name, calendar.time_zone, calendar.country = name, time_zone, country
    calendar.is_around_the_clock = is_around_the_clock
    if calendar_id:
        calendar.version += 1
    calendar.save()
    calendar.slots.all().delete()
    calendar.exceptions.all().delete()
    OpeningSlot.objects.bulk_create(
        OpeningSlot(calendar=calendar, weekday=weekday, opens=opens, closes=closes)
        for weekday, slots in weekly.items()
        for opens, closes in slots
    )
    CalendarException.objects.bulk_create(
        CalendarException(calendar=calendar, on=day.on, slots=[list(slot) for slot in day.slots], reason=day.reason)
        for day in exceptions
    )
    record_event(events.CALENDAR_CHANGED, calendar, by=by, version=calendar.version)
    return calendar


@action
def set_calendar_day(calendar_id: int, day: CalendarDay, *, by: User | None) -> Calendar:
    """Add or replace one dated exception, for instance a part-day closure entered this morning."""
    require_house(by)
    _check_slots(day.slots)
    calendar = Calendar.objects.select_for_update().get(pk=calendar_id)
    slots = [list(slot) for slot in day.slots]
    calendar.exceptions.update_or_create(on=day.on, defaults={"slots": slots, "reason": day.reason})
    calendar.version += 1
    calendar.save(update_fields=["version"])
    record_event(events.CALENDAR_CHANGED, calendar, by=by, version=calendar.version, on=day.on.isoformat())
    return calendar


@action
def save_department(  # noqa: PLR0913
    department_id: int | None,
    *,
    name: str,
    code: str,
    calendar: Calendar,
    parent: Department | None = None,
    head: User | None = None,
    phone: str = "",
    address: str = "",
    language: str = "en",
    is_active: bool = True,
    by: User | None,
) -> Department:
    """Create or change a department, or close it. Moving it under another moves its whole subtree.

    A closed one is kept for what happened there and takes nothing new. Raises Blocked when it would stand
    under itself, when there would be a second head office, and when one is to close that is in use: by
    people, by open departments below, or by what an app above says in its subscriber (open complaints).
    """
    require_house(by)
    # The whole tree is locked and read again: two moves at once must not end in a circle, nor follow an old path.
    tree = {row.pk: row for row in Department.objects.select_for_update().order_by("pk")}
    department = tree[department_id] if department_id else Department()
    parent = tree[parent.pk] if parent else None
    _check_parent(department, parent)
    _check_open(department, parent, is_active=is_active, tree=tree)
    if head is not None:
        require_person(head, "head")
    is_closing = bool(department_id) and department.is_active and not is_active
    old_path, old_calendar_id = department.path, department.calendar_id if department_id else None
    department.name, department.code, department.calendar = name, code, calendar
    department.parent, department.head = parent, head
    department.phone, department.address, department.language = phone, address, language
    department.is_active = is_active
    department.save()
    path = f"{parent.path if parent else ''}{department.pk}/"
    if path != old_path:
        department.path = path
        department.save(update_fields=["path"])
        _move_subtree(department, old_path)
    record_event(
        events.DEPARTMENT_CHANGED if department_id else events.DEPARTMENT_CREATED,
        department,
        by=by,
        calendar_id=calendar.pk,
        has_other_calendar=bool(department_id) and old_calendar_id != calendar.pk,
    )
    if is_closing:
        record_event(events.DEPARTMENT_CLOSED, department, by=by)
    return department


def _check_parent(department: Department, parent: Department | None) -> None:
    if parent is None:
        if Department.objects.filter(parent=None).exclude(pk=department.pk).exists():
            raise Blocked(
                [Blocker("second_head_office", _("There is a head office already. Choose what it belongs to."))]
            )
    elif department.pk and parent.path.startswith(department.path):
        raise Blocked([Blocker("under_itself", _("A department cannot stand under itself."))])


def _check_open(
    department: Department, parent: Department | None, *, is_active: bool, tree: dict[int, Department]
) -> None:
    """Who works in a closed department would reach nothing, and what stands under it would have no way up."""
    if is_active:
        if parent is not None and not parent.is_active:
            raise Blocked([Blocker("parent_closed", _("What it belongs to is closed. Choose another."), "parent")])
        return
    if parent is None:
        raise Blocked([Blocker("head_office_closed", _("The head office stays open."), "is_active")])
    blockers = []
    if department.pk and any(row.is_active and row.parent_id == department.pk for row in tree.values()):
        text = _("Open departments belong to it. Close them first, or put them elsewhere.")
        blockers.append(Blocker("departments_below", text, "is_active"))
    if department.pk and department.users.active().exists():
        text = _("People work there, or programs. Give them another department first.")
        blockers.append(Blocker("people_there", text, "is_active"))
    if blockers:
        raise Blocked(blockers)


def _move_subtree(department: Department, old_path: str) -> None:
    if not old_path:
        return
    moved = list(Department.objects.filter(path__startswith=old_path).exclude(pk=department.pk))
    for child in moved:
        child.path = department.path + child.path.removeprefix(old_path)
    Department.objects.bulk_update(moved, ["path"])


@action
def create_user(
    username: str,
    *,
    name: str,
    department: Department,
    roles: Collection[str],
    password: str | None = None,
    email: str = "",
    language: str = "",
    by: User | None,
) -> User:
    """Create a user with roles. Without a password they set one by mail. Nobody grants a role above their own."""
    require_house(by)
    check_roles(roles)
    check_works_there(department)
    user = User(username=username, name=name, department=department, email=email, language=language)
    user.is_staff = _opens_admin(roles)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    record_event(events.USER_CREATED, user, by=by, department_id=department.pk)
    for role in sorted(set(roles)):
        RoleGrant.objects.create(user=user, role=Role(role))
        record_event(events.ROLE_GRANTED, user, by=by, role=role)
    return user


@action
def change_user(
    user_id: int, *, name: str, department: Department, email: str, is_active: bool, by: User | None
) -> User:
    """Change who somebody is and where they belong; ends their work here when made inactive."""
    require_house(by)
    if by is not None and by.pk == user_id and not is_active:
        raise PermissionDenied("own_account", _("Somebody else must close your account."))
    if is_active:
        check_works_there(department)
    user = _locked_person(user_id)
    user.name, user.department, user.email, user.is_active = name, department, email, is_active
    user.full_clean(exclude=["password"])
    user.save(update_fields=["name", "department", "email", "is_active"])
    record_event(events.USER_CHANGED, user, by=by, department_id=department.pk, is_active=is_active)
    return user


def _locked_person(user_id: int) -> User:
    """A program's roles and department are a manager's to confirm, so they are changed elsewhere."""
    user = User.objects.select_for_update().get(pk=user_id)
    require_person(user)
    return user


def require_person(user: User, link: str = "") -> None:
    """What only people are: asked, chosen, away, given a password."""
    if user.is_service_account:
        raise Blocked([Blocker("is_a_program", _("This is a program, and it must be a person."), link)])


def check_works_there(department: Department) -> None:
    # Read again: what the caller holds may be older than its closing.
    if not Department.objects.active().filter(pk=department.pk).exists():
        raise Blocked([Blocker("department_closed", _("This department is closed. Choose another."), "department")])


@action
def set_roles(user_id: int, roles: Collection[str], *, by: User | None) -> User:
    """Give exactly these roles; what changes is an event each. Nobody changes their own roles."""
    require_house(by)
    if by is not None and by.pk == user_id:
        raise PermissionDenied("own_roles", _("Somebody else must change your roles."))
    check_roles(roles)
    user = _locked_person(user_id)
    wanted = {Role(role).value for role in roles}
    held = set(user.role_grants.values_list("role", flat=True))
    for role in sorted(wanted - held):
        RoleGrant.objects.create(user=user, role=role)
        record_event(events.ROLE_GRANTED, user, by=by, role=role)
    for role in sorted(held - wanted):
        user.role_grants.filter(role=role).delete()
        record_event(events.ROLE_REVOKED, user, by=by, role=role)
    user.__dict__.pop("role_set", None)
    user.is_staff = _opens_admin(wanted)
    user.save(update_fields=["is_staff"])
    return user


def check_roles(roles: Collection[str]) -> None:
    """Who reads everything changes nothing: a second role would let them write wherever they read."""
    if Role.AUDITOR in roles and len(set(roles)) > 1:
        raise Blocked([Blocker("auditor_alone", _("An auditor changes nothing, so holds no other role."), "roles")])


def _opens_admin(roles: Collection[str]) -> bool:
    """Django's admin is where the house and its policies are set until they have pages."""
    return bool({Role.ADMINISTRATOR.value, Role.MANAGER.value} & set(roles))


@action
def set_preferences(user_id: int, *, language: str, theme: str, has_single_keys: bool, by: User) -> User:
    """Set one's own language, theme and keys."""
    if by.pk != user_id:
        raise PermissionDenied("not_yours", _("These are somebody else's settings."))
    user = User.objects.select_for_update().get(pk=user_id)
    user.language, user.theme, user.has_single_keys = language, theme, has_single_keys
    user.full_clean(exclude=["password"])
    user.save(update_fields=["language", "theme", "has_single_keys"])
    return user


def _require_absence_of(delegator_id: int, by: User | None) -> None:
    """One's own where there is authority to delegate, else an administrator's."""
    if by is None or by.pk != delegator_id or not by.has_perm("accounts.delegate_own"):
        require_house(by)


@action
def delegate_authority(
    delegator_id: int, *, delegate: User | None, starts_at: datetime, ends_at: datetime, by: User | None
) -> Delegation:
    """Record that somebody is away, and who acts for them meanwhile.

    One's own by who works on complaints, or anybody's by an administrator. Raises Blocked for a wrong span
    or a second absence at the same time.
    """
    _require_absence_of(delegator_id, by)
    delegator = _locked_person(delegator_id)
    if delegate is not None:
        require_person(delegate, "delegate")
    if ends_at <= starts_at:
        raise Blocked([Blocker("ends_before_start", _("The end must be after the start."))])
    if delegate is not None and delegate.pk == delegator_id:
        raise Blocked([Blocker("delegates_to_self", _("Choose somebody else to act for you."))])
    if delegator.delegations.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise Blocked([Blocker("already_away", _("There is an absence in this time already. End it first."))])
    row = Delegation.objects.create(delegator=delegator, delegate=delegate, starts_at=starts_at, ends_at=ends_at)
    record_event(
        events.AUTHORITY_DELEGATED,
        delegator,
        by=by,
        delegate_id=delegate.pk if delegate else None,
        starts_at=starts_at.isoformat(),
        ends_at=ends_at.isoformat(),
    )
    return row


@action
def end_delegation(delegation_id: int, *, now: datetime, by: User | None) -> None:
    """End an absence now; what has not begun is removed."""
    row = Delegation.objects.select_for_update().select_related("delegator").get(pk=delegation_id)
    _require_absence_of(row.delegator_id, by)
    if row.ends_at <= now:
        return
    if row.starts_at >= now:
        row.delete()
    else:
        row.ends_at = now
        row.save(update_fields=["ends_at"])
    record_event(events.DELEGATION_ENDED, row.delegator, by=by)
