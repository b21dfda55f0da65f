from typing import TypedDict

from django import template
from django.conf import settings

from accounts.models import User

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
