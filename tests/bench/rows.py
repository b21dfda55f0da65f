"""Rows with ids given beforehand, so that they can name each other before any of them is written."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model

from complaints.models import (
    Communication,
    Complaint,
    ComplaintSubject,
    ExternalReference,
    OralReport,
    StepRecord,
)
from complaints.search import COMPLAINTS
from customers.models import ContactPoint, Customer, Sale
from customers.search import CUSTOMERS
from deadlines.models import Deadline, Firing
from events.models import Event, EventHead, Notification
from tests.bench.copying import copy_rows

M = TypeVar("M", bound=Model)
NAMED_READER = Complaint.named_readers.through
# What is referred to comes before what refers to it.
ORDER: tuple[type[Model], ...] = (
    Customer, ContactPoint, Sale, Complaint, ComplaintSubject, NAMED_READER, ExternalReference, StepRecord,
    Communication, OralReport, Event, EventHead, Deadline, Firing, Notification,
)  # fmt: skip


class Rows:
    """What waits to be written. `add` gives a row its id and keeps it; the two can also be done apart."""

    def __init__(self) -> None:
        self._next = {model: (model._default_manager.aggregate(top=Max("pk"))["top"] or 0) + 1 for model in ORDER}
        self._waiting: dict[type[Model], list[Any]] = defaultdict(list)
        self._texts: dict[Any, list[tuple[int, str]]] = defaultdict(list)

    def add(self, row: M) -> M:
        self.number(row)
        self.keep(row)
        return row

    def keep(self, row: Model) -> None:
        self._waiting[type(row)].append(row)

    def number(self, row: Model) -> None:
        row.pk = self._next[type(row)]
        self._next[type(row)] += 1

    def found_by(self, customer: Customer, texts: Iterable[str]) -> None:
        self._texts[CUSTOMERS].append((customer.pk, "\n".join(texts)))

    def complaint_found_by(self, complaint: Complaint, text: str) -> None:
        self._texts[COMPLAINTS].append((complaint.pk, text))

    def write(self) -> None:
        for model in ORDER:
            copy_rows(model, self._waiting.pop(model, []))
        for table, texts in self._texts.items():
            table.put_many(texts)
        self._texts.clear()


def go_on_counting() -> None:
    """Let the database give ids behind those that were given here."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(ORDER)):
            cursor.execute(statement)
