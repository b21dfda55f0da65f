"""What an intake tells, before it is a complaint: the form, an import or a program fill the same record."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from customers.models import Sale


@dataclass(frozen=True)
class PromiseMade:
    """What the customer says they were promised."""

    what: str
    by_whom: str = ""
    form: str = ""


@dataclass
class Intake:
    """Source: DOMAIN.md 3.1. Three answers are enough: what happened, who, how to reach them.

    `key` makes saving twice find the first complaint; without one, each is another. `received_at` None is now.
    """

    description: str
    channel: str
    department_id: int | None = None
    key: uuid.UUID | None = None
    received_at: datetime | None = None
    title: str = ""

    customer_id: int | None = None
    is_anonymous: bool = False
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    company: str = ""
    language: str = ""
    preferred_contact: str = ""
    preferred_time: str = ""
    is_also_on_customer: bool = False
    representative_name: str = ""
    representative_authority: str = ""
    representative_until: date | None = None
    representative_proof: str = ""
    group_size: int | None = None

    happened_on: date | None = None
    happened_where: str = ""
    people_involved: str = ""
    subject_ids: Sequence[int] = ()
    category_id: int | None = None
    further_category_ids: Sequence[int] = ()
    phase: str = ""
    sale: Sale | None = None
    product_name: str = ""
    product_specification: str = ""
    product_batch: str = ""
    product_produced_on: date | None = None
    product_in_use_since: date | None = None
    product_symptom: str = ""
    product_before: str = ""
    cost_of_waiting: str = ""
    promises: Sequence[PromiseMade] = ()
    demands: Sequence[str] = ()
    amount_claimed: Decimal | None = None
    currency: str = ""
    upset: str = ""
    threats: Sequence[str] = ()
    is_danger: bool = False
    is_danger_declined: bool = False

    # A person may raise the class freely; lowering is another action.
    is_raised: bool = False
    is_talking: bool = False
    is_taken: bool = False
    link_to: Sequence[str] = ()
    # The ids that other systems have for it, by system.
    external_ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def sale_id(self) -> int | None:
        return self.sale.pk if self.sale else None

    @property
    def is_plain(self) -> bool:
        """Whether nothing but its deadlines will hang on the complaint, and none of these is kept at once."""
        hanging = (self.subject_ids, self.further_category_ids, self.promises, self.link_to, self.external_ids)
        return not (any(hanging) or self.is_taken or self.is_talking)

    def all_category_ids(self) -> list[int]:
        main = [self.category_id] if self.category_id else []
        return [*main, *(pk for pk in self.further_category_ids if pk != self.category_id)]
