"""The feed: everything that happened and is visible to the key, in one order, with nothing left out. Source: API.md."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department, User
from api.fields import Instant
from api.filters import Filter, filtered
from api.pagination import Page, limit_of
from api.serializers import Output
from api.views import ListView
from complaints.events import LINKED
from complaints.models import Category, Cause, Complaint, RootCause
from complaints.timeline_together import OF_GROUPS, hidden_groups
from customers.models import Sale
from events.models import Event
from events.registry import announced
from events.settled import settled_id
from policies.models import Policy

# So many ids are looked through at once: who sees little waits no longer than who sees all, and goes on at `next`.
WINDOW = 20_000
LARGEST = 2**63 - 1
_PATTERN = re.compile(r"\*|[a-z_]+\.(?:\*|[a-z_]+)")


class SubjectOutput(Output):
    type = serializers.CharField(help_text="What it happened to: complaint, customer, sale, policy, user …")
    id = serializers.IntegerField(help_text="Id of that.")
    reference = serializers.CharField(
        allow_null=True,
        help_text="What its address in this API ends with, such as the number of a complaint; null for none.",
    )


class EventOutput(Output):
    id = serializers.IntegerField(help_text="Rises with each event; send the last one you have as `after`.")
    type = serializers.CharField(help_text="What happened, such as complaint.transitioned.")
    at = Instant(help_text="When it happened.")
    actor = serializers.CharField(
        source="actor.username", default=None, allow_null=True, help_text="Username of who did it; null: the system."
    )
    subject = serializers.SerializerMethodField(help_text="What it happened to.")
    # A field, which the metaclass takes out of the class before it hides what a serializer calls so.
    data = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="Ids, codes and instants; never a person's words or name."
    )

    @extend_schema_field(SubjectOutput)
    def get_subject(self, event: Event) -> dict[str, Any]:
        references: Mapping[tuple[str, int], str] = self.context["references"]
        place = (event.subject_type, event.subject_id)
        return {"type": event.subject_type, "id": event.subject_id, "reference": references.get(place)}

    def get_data(self, event: Event) -> dict[str, Any]:
        return impersonal(event.data)


def impersonal(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an event holds, without names and without traces of texts.

    A name stands beside the id of its person, and only the id is told. Of changed texts and values the names of the
    fields are told, as `fields`.
    """
    told = {
        name: value for name, value in data.items() if name not in ("texts", "changed") and f"{name}_id" not in data
    }
    changed = {*data.get("texts", ()), *data.get("changed", ()), *data.get("fields", ())}
    return told | {"fields": sorted(changed)} if changed else told


def _column(rows: QuerySet[Any], column: str) -> Callable[[set[int]], dict[int, str]]:
    return lambda ids: dict(rows.filter(pk__in=ids).values_list("pk", column))


def _sales(ids: set[int]) -> dict[int, str]:
    rows = Sale.objects.filter(pk__in=ids).values_list("pk", "source", "external_id")
    return {pk: f"{source}/{external_id}" for pk, source, external_id in rows}


# By kind of subject: its public name, one statement for all on a page.
REFERENCES: dict[str, Callable[[set[int]], dict[int, str]]] = {
    "complaint": _column(Complaint.objects.all(), "number"),
    "cause": _column(Cause.objects.all(), "number"),
    "rootcause": _column(RootCause.objects.all(), "code"),
    "category": _column(Category.objects.all(), "code"),
    "customer": lambda ids: {pk: str(pk) for pk in ids},
    "guidancecard": lambda ids: {pk: str(pk) for pk in ids},
    "casetask": lambda ids: {pk: str(pk) for pk in ids},
    "complaintgroup": lambda ids: {pk: str(pk) for pk in ids},
    "sale": _sales,
    "policy": _column(Policy.objects.all(), "key"),
    "user": _column(User.objects.all(), "username"),
    "department": _column(Department.objects.all(), "code"),
}


def references_of(events: Iterable[Event]) -> dict[tuple[str, int], str]:
    ids: dict[str, set[int]] = defaultdict(set)
    for event in events:
        ids[event.subject_type].add(event.subject_id)
    return {
        (kind, pk): name for kind, tell in REFERENCES.items() if kind in ids for pk, name in tell(ids[kind]).items()
    }


def readable(events: list[Event], user: User) -> list[Event]:
    """All but links to complaints that this reader must not see, not even by their number."""
    hidden = hidden_groups(events, user)
    events = [event for event in events if event.type not in OF_GROUPS or event.data.get("group_id") not in hidden]
    others = {event.data["other"] for event in events if event.type == LINKED}
    if not others:
        return events
    seen = set(Complaint.objects.visible_to(user).filter(number__in=others).values_list("number", flat=True))
    return [event for event in events if event.type != LINKED or event.data["other"] in seen]


class AfterFilter(Filter):
    schema = {"type": "integer", "format": "int64", "minimum": 0, "maximum": LARGEST, "default": 0}

    def read(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST):
            raise ValueError(text)
        return int(text)

    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(pk__gt=value)


class TypeFilter(Filter):
    """`type=complaint.*,deadline.breached`: types, or all of one kind."""

    schema = {"type": "string", "maxLength": 200, "examples": ["complaint.*,deadline.breached"]}

    def read(self, text: str) -> set[str]:
        names: set[str] = set()
        for pattern in text.split(","):
            found = {name for name in announced() if _fits(name, pattern)}
            # A misspelt type would be an event that never comes.
            if not (found and _PATTERN.fullmatch(pattern)):
                raise ValueError(pattern)
            names |= found
        return names


def _fits(name: str, pattern: str) -> bool:
    return pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1]))


class Events(ListView):
    """What happened, in the order of its ids, from the one after `after` on.

    Remember the last id and ask again: nothing is ever inserted before it. `next` is null at the present end. A page
    may be empty and still have a `next`, where nothing of a long stretch is visible to the key.
    """

    queryset = Event.objects.none()
    serializer_class = EventOutput
    # There is one order.
    orderings: ClassVar[Mapping[str, str]] = {}
    filters: ClassVar[Mapping[str, Filter]] = {
        "after": AfterFilter("pk", "Id of the last event you have; 0 for the beginning."),
        "type": TypeFilter("type__in", "Types, with commas between them; complaint.* is all of that kind."),
    }

    def parameters(self) -> list[str]:
        return [*self.filters, "limit"]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self._page(request)
        response = Response({"results": self.shown_rows(page.rows), "next": page.next, "previous": None})
        if page.link:
            response["Link"] = page.link
        return response

    def _page(self, request: Request) -> Page:
        rows = filtered(Event.objects.visible_to(self.user), self.filters, self.given).select_related("actor")
        after, limit = int(self.given.get("after", 0)), limit_of(self.given.get("limit"))
        # Before the rows are read: what is settled now is seen by every statement from now on.
        settled = settled_id()
        # From the first that is there: ids have gaps, and nobody shall be led through one page by page.
        first = Event.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True).first()
        until = settled if first is None else min(first - 1 + WINDOW, settled)
        found = list(rows.filter(pk__lte=until).order_by("pk")[: limit + 1])
        last = found[limit - 1].pk if len(found) > limit else until
        return Page(found[:limit], self._address(request, last) if last < settled else None, None)

    def _address(self, request: Request, after: int) -> str:
        kept = [(name, text) for name, text in request.query_params.items() if name != "after"]
        return f"{request.build_absolute_uri(request.path)}?{urlencode([*kept, ('after', after)])}"

    def shown_rows(self, rows: list[Any]) -> list[Any]:
        rows = readable(rows, self.user)
        context = {**self.get_serializer_context(), "references": references_of(rows)}
        shown: Any = EventOutput(rows, many=True, context=context)
        return list(shown.data)


urlpatterns = [path("events", Events.as_view(), name="events-list")]
