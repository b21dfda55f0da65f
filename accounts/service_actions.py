"""Every write on service accounts: an administrator asks, a manager confirms."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from accounts import events, service_events
from accounts.actions import check_roles, check_works_there, require_house
from accounts.models import Department, RightsRequest, RoleGrant, ServiceAccount, User
from accounts.roles import Role, refused
from accounts.service_accounts import confirmers, is_house_wide, waiting_request
from core import clock
from core.actions import action
from core.errors import Blocked, Blocker, Conflict, PermissionDenied
from events.log import record_event
from events.notices import notify, take_back

State = RightsRequest.State


@action
def create_service_account(
    username: str,
    *,
    name: str,
    purpose: str,
    responsible: User,
    department: Department,
    roles: Collection[str],
    by: User | None,
) -> ServiceAccount:
    """Create an account for a program, which can do nothing until a manager confirms what is asked for it here.

    Raises ValidationError for a user name that is taken, and Blocked with what else is wrong.
    """
    require_house(by)
    if not roles:
        raise Blocked([Blocker("roles_missing", _("Choose at least one role."), "roles")])
    _check_wanted(roles, department)
    _check_described(purpose, responsible)
    user = User(username=username, name=name.strip(), is_service_account=True)
    user.set_unusable_password()
    # Its department comes with the manager's word.
    user.full_clean(exclude=["password", "department"])
    user.save()
    account = ServiceAccount.objects.create(user=user, purpose=purpose.strip(), responsible=responsible)
    record_event(service_events.CREATED, user, by=by, responsible_id=responsible.pk)
    _ask(account, roles, department, by)
    return account


@action
def change_service_account(
    account_id: int, *, expected_version: int, name: str, purpose: str, responsible: User, by: User | None
) -> ServiceAccount:
    """Change what it is called and for, and who answers for it. Raises Conflict when somebody changed it meanwhile."""
    require_house(by)
    account = _locked(account_id, expected_version)
    _check_described(purpose, responsible)
    user = account.user
    user.name = name.strip()
    user.full_clean(exclude=["password", "department"])
    user.save(update_fields=["name"])
    account.purpose, account.responsible = purpose.strip(), responsible
    _save(account)
    record_event(service_events.CHANGED, user, by=by, responsible_id=responsible.pk)
    return account


@action
def ask_for_rights(
    account_id: int, *, expected_version: int, roles: Collection[str], department: Department, by: User | None
) -> ServiceAccount:
    """Ask that it may hold exactly these roles in this department.

    A role that is left out is taken away at once. What is more than before, also another department, waits for
    a manager, and what it may until then stays as it is. What waited before is replaced.
    """
    require_house(by)
    account = _locked(account_id, expected_version)
    _check_wanted(roles, department)
    user, wanted = account.user, {Role(role).value for role in roles}
    if waiting := waiting_request(account):
        _take_notices_back(waiting)
        waiting.state = State.REPLACED
        waiting.decided_at = clock.now()
        waiting.save(update_fields=["state", "decided_at"])
    held = _held(user)
    _take(user, held - wanted, by)
    if not wanted <= held or (wanted and user.department_id != department.pk):
        _ask(account, wanted, department, by)
    _save(account)
    return account


@action
def confirm_rights(request_id: int, *, by: User) -> ServiceAccount:
    """Let a service account hold exactly what was asked for it. Nobody confirms what they asked for themselves.

    By a manager whose part of the tree has the department in it; of the head office for roles that reach the
    whole house. Raises Conflict `already_decided` when somebody was faster or the request was replaced.
    """
    request, account = _decidable(request_id, by)
    check_works_there(request.department)
    user, wanted, held = account.user, set(request.roles), _held(account.user)
    has_moved = user.department_id != request.department_id
    user.department = request.department
    user.save(update_fields=["department"])
    _take(user, held - wanted, by)
    for role in sorted(wanted - held):
        RoleGrant.objects.create(user=user, role=role)
        record_event(events.ROLE_GRANTED, user, by=by, role=role)
    _forget_roles(user)
    _decide(request, State.CONFIRMED, by, "")
    record_event(service_events.CONFIRMED, user, by=by, roles=request.roles, department_id=request.department_id)
    if has_moved:
        record_event(events.USER_CHANGED, user, by=by, department_id=request.department_id, is_active=True)
    _tell_asker(request, service_events.TOLD_CONFIRMED, by)
    _save(account)
    return account


@action
def refuse_rights(request_id: int, *, reason: str, by: User) -> ServiceAccount:
    """Say no to what was asked, and why; what the account holds stays as it is. Raises as `confirm_rights`."""
    request, account = _decidable(request_id, by)
    if not reason.strip():
        raise Blocked([Blocker("reason_missing", _("Write why you refuse it."), "reason")])
    _decide(request, State.REFUSED, by, reason.strip())
    record_event(service_events.REFUSED, account.user, by=by, roles=request.roles, department_id=request.department_id)
    _tell_asker(request, service_events.TOLD_REFUSED, by)
    _save(account)
    return account


@action
def stop_service_account(account_id: int, *, by: User | None) -> ServiceAccount:
    """Switch it off: from now on its keys open nothing. Switched off twice is switched off once."""
    return _switch(account_id, is_active=False, by=by)


@action
def start_service_account(account_id: int, *, by: User | None) -> ServiceAccount:
    """Switch it on again, with the roles that were confirmed. Raises Blocked when its department has closed."""
    return _switch(account_id, is_active=True, by=by)


def _switch(account_id: int, *, is_active: bool, by: User | None) -> ServiceAccount:
    require_house(by)
    account = _locked(account_id)
    user = account.user
    if user.is_active == is_active:
        return account
    if is_active and user.department:
        check_works_there(user.department)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    record_event(service_events.STARTED if is_active else service_events.STOPPED, user, by=by)
    _save(account)
    return account


def _locked(account_id: int, expected_version: int | None = None) -> ServiceAccount:
    """The account under the lock of its user, which every change of it and of its keys takes first."""
    user = User.objects.select_for_update(of=("self",)).select_related("department").get(pk=account_id)
    account = ServiceAccount.objects.select_related("responsible").get(pk=account_id)
    account.user = user
    if expected_version not in (None, account.version):
        raise Conflict("account_changed", current=account)
    return account


def _save(account: ServiceAccount) -> None:
    account.version += 1
    account.save(update_fields=["purpose", "responsible", "version"])


def _decidable(request_id: int, by: User) -> tuple[RightsRequest, ServiceAccount]:
    """The request and its account, locked, for who may decide it."""
    if by.is_service_account or not by.has_perm("accounts.confirm_rights"):
        raise refused("accounts.confirm_rights")
    account = _locked(RightsRequest.objects.get(pk=request_id).account_id)
    # Under the lock of the account.
    request = account.requests.select_related("department", "asked_by", "decided_by").get(pk=request_id)
    if request.state != State.WAITING:
        raise Conflict("already_decided", _("This request is decided or replaced already. Look at it again."))
    if request.asked_by_id == by.pk:
        raise PermissionDenied("own_request", _("You asked for this yourself. Another manager must confirm it."))
    if not account.user.is_active:
        raise Blocked([Blocker("account_stopped", _("The service account is switched off."))])
    if not RightsRequest.objects.decidable_by(by).filter(pk=request_id).exists():
        raise PermissionDenied("not_your_department", _("A manager above this department must decide it."))
    request.account = account
    return request, account


def _decide(request: RightsRequest, state: State, by: User, reason: str) -> None:
    request.state, request.decided_by, request.decided_at, request.reason = state, by, clock.now(), reason
    _take_notices_back(request)
    request.full_clean(exclude=["account", "department", "asked_by", "roles"])
    request.save(update_fields=["state", "decided_by", "decided_at", "reason"])


def _ask(account: ServiceAccount, roles: Collection[str], department: Department, by: User | None) -> None:
    now, wanted = clock.now(), sorted(set(roles))
    request = RightsRequest.objects.create(
        account=account,
        roles=wanted,
        department=department,
        is_house_wide=is_house_wide(wanted),
        asked_by=by,
        asked_at=now,
    )
    record_event(service_events.ASKED, account.user, by=by, roles=wanted, department_id=department.pk)
    notify(
        confirmers(department, wanted, but=by),
        service_events.WAITS,
        key=f"rights:{request.pk}",
        url=account.get_absolute_url(),
        at=now,
        account=account.user.name,
    )


def _take_notices_back(request: RightsRequest) -> None:
    """Nobody is sent to what waits for them no more."""
    asked = confirmers(request.department, request.roles, but=request.asked_by)
    take_back(asked, url=request.account.get_absolute_url())


def _tell_asker(request: RightsRequest, code: str, by: User) -> None:
    if request.asked_by is not None:
        account = request.account
        notify(
            [request.asked_by],
            code,
            key=f"rights-decided:{request.pk}",
            url=account.get_absolute_url(),
            at=clock.now(),
            account=account.user.name,
            by=by.name,
        )


def _held(user: User) -> set[str]:
    return set(user.role_grants.values_list("role", flat=True))


def _take(user: User, roles: Collection[str], by: User | None) -> None:
    for role in sorted(roles):
        user.role_grants.filter(role=role).delete()
        record_event(events.ROLE_REVOKED, user, by=by, role=role)
    _forget_roles(user)


def _forget_roles(user: User) -> None:
    user.__dict__.pop("role_set", None)


def _check_wanted(roles: Collection[str], department: Department) -> None:
    if set(roles) - set(Role.values):
        raise Blocked([Blocker("unknown_role", _("Choose roles from the list."), "roles")])
    check_roles(roles)
    check_works_there(department)


def _check_described(purpose: str, responsible: User) -> None:
    blockers = []
    if not purpose.strip():
        blockers.append(Blocker("purpose_missing", _("Say what the program is for."), "purpose"))
    if not User.objects.people().active().filter(pk=responsible.pk).exists():
        text = _("Choose somebody who works here to answer for it.")
        blockers.append(Blocker("not_responsible", text, "responsible"))
    if blockers:
        raise Blocked(blockers)
