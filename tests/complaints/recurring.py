"""Complaints that come again and again, and what belongs to them."""

from datetime import timedelta
from itertools import count
from typing import Any

from accounts.models import User
from complaints.models import Cause, Complaint
from core import clock
from tests.house import House, lodge

PRODUCT = "Compact SUV"
_phones = count(1)


def again(house: House, *, by: User | None = None, **answers: Any) -> Complaint:
    """One more complaint of the same product, from somebody else."""
    told = {
        "category_id": house.product.pk,
        "product_name": PRODUCT,
        "name": f"Customer {next(_phones)}",
        "phone": f"138 0571 {next(_phones):04d}",
    }
    return lodge(by or house.clerk, **{**told, **answers})


def make_recurring(house: House, **answers: Any) -> Cause:
    """The cause that three complaints open."""
    for _ in range(3):
        again(house, **answers)
    return Cause.objects.latest("pk")


def later(**delta: float) -> Any:
    """The clock, so much later."""
    return clock.frozen(clock.now() + timedelta(**delta))
