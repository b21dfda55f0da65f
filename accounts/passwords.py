"""An administrator gives somebody a new password; everybody else sets their own."""

from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.actions import require_person
from accounts.models import User
from accounts.sessions import close_sessions
from core.actions import action
from core.errors import PermissionDenied
from events.log import record_event
from events.registry import announce

PASSWORD_SET = announce("user.password_set", _("{actor} gave the user a new password"), icon="lock")


@action
def set_password(user_id: int, password: str, *, by: User | None) -> User:
    """Set a password, which ends the user's sessions. Raises ValidationError for a weak one."""
    if by is not None and not by.has_perm("accounts.manage_house"):
        raise PermissionDenied("not_administrator", _("Only an administrator changes this."))
    user = User.objects.select_for_update().get(pk=user_id)
    require_person(user)
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    close_sessions(user)
    record_event(PASSWORD_SET, user, by=by)
    return user
