"""How big a customer is among all of them. Source: DOMAIN.md 3.2."""

from django.core.cache import cache

from customers.models import Customer
from policies.reading import policy

# Up to here customers are counted anew each time; of more, a few new ones move no rank by much.
COUNTED = 10_000
COUNT_KEY = "customers.count"
COUNT_SECONDS = 600


def is_in_top_share(customer: Customer) -> bool:
    """Say whether few enough bought more: the policies say which share is the top, and from how many customers on.

    At most two counts over an index, bounded also in a house with millions of customers.
    """
    if not customer.bought_total:
        return False
    total = customer_count()
    if total < policy("triage.vip_min_customers"):
        return False
    # The places in the top share: of 100 customers and a twentieth, five.
    places = int(total * policy("triage.vip_top_share"))
    bigger = Customer.objects.filter(bought_total__gt=customer.bought_total).order_by()
    return bigger[:places].count() < places


def customer_count() -> int:
    """How many customers there are; above ten thousand as it was minutes ago."""
    counted = Customer.objects.order_by()[: COUNTED + 1].count()
    if counted <= COUNTED:
        return counted
    return int(cache.get_or_set(COUNT_KEY, Customer.objects.count, COUNT_SECONDS) or counted)
