from typing import TypedDict

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.utils.translation import gettext as _

from accounts.models import ApiKey, User
from accounts.second_factor import must_have
from core.formats import listed_text

register = template.Library()


class DemoSignIn(TypedDict):
    username: str
    name: str
    roles: str


@register.simple_tag
def demo_sign_ins() -> list[DemoSignIn]:
    """The accounts of the demonstration, in the order of the settings; none outside it."""
    if not settings.DEMO:
        return []
    names = list(settings.DEMO_USERNAMES)
    users = User.objects.filter(username__in=names, is_active=True).prefetch_related("role_grants")
    return [
        DemoSignIn(username=user.username, name=user.name, roles=user.role_names)
        for user in sorted(users, key=lambda user: names.index(user.username))
    ]


@register.simple_tag
def demo_password() -> str:
    return str(settings.DEMO_PASSWORD) if settings.DEMO else ""


@register.simple_tag(takes_context=True)
def second_factor_required(context: RequestContext) -> bool:
    """Whether a role of the reader asks for one."""
    return must_have(context["request"].user)


@register.simple_tag
def scope_words(key: ApiKey) -> str:
    """What a key may do, in words."""
    if not key.scopes:
        return _("All that it may") if key.user.is_service_account else _("All that you may")
    return listed_text(scope.label for scope in ApiKey.Scope if scope.value in key.scopes)
