"""The one place that answers "may this user …?"."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import roles_with
from accounts.standing import stand, with_standing
from core.prepared import prepared

ADMIN_VERBS = ("add_", "change_", "view_", "delete_")
# What Django's admin asks about its own models, and who may. The actions behind it check again.
ADMIN_MODELS = {
    "accounts.department": "accounts.manage_house",
    "accounts.calendar": "accounts.manage_house",
    "accounts.openingslot": "accounts.manage_house",
    "accounts.calendarexception": "accounts.manage_house",
    "accounts.user": "accounts.manage_house",
    "accounts.rolegrant": "accounts.manage_house",
    "accounts.delegation": "accounts.manage_house",
}


def register_admin_model(label: str, permission: str) -> None:
    """Let holders of `permission` open a model ("app.model") in Django's admin."""
    ADMIN_MODELS[label] = permission


class RoleBackend(ModelBackend):
    """Roles give permissions; there are no superusers, groups or permission rows."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not isinstance(user_obj, User) or not user_obj.is_active:
            return False
        return bool(user_obj.role_set & roles_with(self._asked(perm)))

    def user_can_authenticate(self, user: Any) -> bool:
        """A program acts by key: it has no password, and a session of it is nobody's."""
        return super().user_can_authenticate(user) and not user.is_service_account

    def get_user(self, user_id: Any) -> User | None:
        """Who is signed in, with what each page needs of them: one statement."""
        user = next(iter(_user(int(user_id))), None)
        return stand(user, user) if user is not None and self.user_can_authenticate(user) else None

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(
            self.has_perm(user_obj, permission)
            for label, permission in ADMIN_MODELS.items()
            if label.startswith(f"{app_label}.")
        )

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def _asked(self, perm: str) -> str:
        app, _, name = perm.partition(".")
        for verb in ADMIN_VERBS:
            model = f"{app}.{name.removeprefix(verb)}"
            if name.startswith(verb) and model in ADMIN_MODELS:
                return ADMIN_MODELS[model]
        return perm


@prepared
def _user(user_id: int) -> QuerySet[User]:
    return with_standing(User.objects.filter(pk=user_id))[:1]
