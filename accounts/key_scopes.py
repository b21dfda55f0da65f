"""What a key may be narrowed to, and whose roles can use it at all. Source: API.md, Auth."""

from collections.abc import Collection

from accounts.models import ApiKey
from accounts.roles import CASE_ROLES, Role

Scope = ApiKey.Scope

USERS: dict[Scope, tuple[Role, ...]] = {
    Scope.READ: tuple(Role),
    Scope.WRITE: (*CASE_ROLES, Role.DEPARTMENT_STAFF),
    Scope.SALES: CASE_ROLES,
    Scope.ADMIN: (Role.MANAGER, Role.ADMINISTRATOR),
}


def scopes_of(roles: Collection[str]) -> list[Scope]:
    """The scopes that a holder of these roles can use; everybody reads something."""
    return [scope for scope, users in USERS.items() if scope == Scope.READ or set(users) & set(roles)]


def narrowed(scopes: Collection[str], roles: Collection[str]) -> list[str]:
    """What a key is stored with. Who only reads gets a key that only reads, whatever roles come later."""
    return sorted(set(scopes)) or ([Scope.READ.value] if scopes_of(roles) == [Scope.READ] else [])
