"""Whose matters a user may read: departments in reach, and people about whom they may read nothing."""

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import CASE_ROLES, Role


@dataclass(frozen=True)
class Scope:
    """What `visible_to` needs of a user.

    `sees_all`: no limit by department. `department_ids`: the departments in reach.
    `hidden_subject_ids`: staff members about whom this user may see nothing.
    `may_read`: holds a role that reads complaints at all.
    """

    user_id: int
    sees_all: bool
    is_auditor: bool
    may_read: bool
    department_ids: tuple[int, ...]
    hidden_subject_ids: tuple[int, ...]


NOBODY = Scope(0, sees_all=False, is_auditor=False, may_read=False, department_ids=(), hidden_subject_ids=())


def scope_of(user: User) -> Scope:
    """Read the scope once per instance: a request reads the user anew, so rights taken away work at once.

    The auditor reads everything, also what is about the own superior, but nothing about themselves.
    """
    cached = user.__dict__.get("_scope")
    if isinstance(cached, Scope):
        return cached
    scope = _scope(user)
    user.__dict__["_scope"] = scope
    return scope


def _scope(user: User) -> Scope:
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    is_auditor = user.has_role(Role.AUDITOR)
    may_read = is_auditor or user.has_role(*CASE_ROLES)
    department = user.department
    hidden = {user.pk}
    if department and department.head_id and not is_auditor:
        hidden.add(department.head_id)
    sees_all = is_auditor or bool(may_read and department and department.is_head_office)
    in_reach: tuple[int, ...] = ()
    if may_read and department and not sees_all:
        in_reach = user.reach
    return Scope(user.pk, sees_all, is_auditor, may_read, in_reach, tuple(sorted(hidden)))
