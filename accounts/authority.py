"""How much a person may give away without asking: the policy `authority.limits`. Source: DOMAIN.md 4."""

from decimal import Decimal

from accounts.models import User
from policies.reading import policy


def own_limit(user: User) -> Decimal:
    """The highest limit among the roles held, in the house currency; zero for roles that may grant nothing."""
    limits = policy("authority.limits")
    return max((Decimal(str(limits[role])) for role in user.role_set if role in limits), default=Decimal(0))
