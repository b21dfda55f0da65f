"""What the views of all nouns stand on: who, how much, which fields; then one action, and its answer."""

from collections.abc import Callable, Mapping
from datetime import UTC
from functools import partial
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.filters import Filter, filtered, one_each
from api.idempotency import answer_once, wanted_key
from api.pagination import Order, page_of
from api.permissions import SAFE
from api.preconditions import STALE_CODES, etag_of, is_known, required_version, stale
from api.problems import Refusal, invalid, too_large
from api.rendering import Json
from api.requests import language_of
from api.serializers import Input, Nothing, Output
from core.actions import action
from core.errors import Conflict

MEGABYTE = 1024 * 1024


class ApiView(GenericAPIView[Any]):
    """One address. A subclass says what it takes (`input_class`), answers (`serializer_class`) and does."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    serializer_class = Output
    # The body of POST, PUT and PATCH.
    input_class: type[Input] = Nothing
    # Query parameters, for lists and others.
    filters: ClassVar[Mapping[str, Filter]] = {}
    # A key narrowed to scopes needs one of these.
    read_scopes: ClassVar[tuple[str, ...]] = ("read",)
    write_scopes: ClassVar[tuple[str, ...]] = ("write",)
    # A larger body is refused before it is read.
    max_body_bytes = MEGABYTE
    # For the document: what a method answers where that does not follow from the class, words for variables of the
    # path, and which methods take If-Match without needing it.
    is_in_document = True
    answers: ClassVar[Mapping[str, Mapping[int, Any]]] = {}
    path_words: ClassVar[Mapping[str, str]] = {}
    if_match_optional: ClassVar[tuple[str, ...]] = ()
    # There is one form of answer.
    format_kwarg = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        translation.activate(language_of(request))
        with timezone.override(UTC):
            self.request = self.initialize_request(request, *args, **kwargs)
            try:
                self.initial(self.request, *args, **kwargs)
                response = self.answered(self.request)
            except Exception as error:
                response = self.handle_exception(error)
            self.response = self.finalize_response(self.request, response, *args, **kwargs)
            if isinstance(self.response, Response):
                self.response.render()
        return self.response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        failure: AuthenticationFailed | None = None
        try:
            self.perform_authentication(request)
        except AuthenticationFailed as error:
            failure = error
        # Before it is said that a key is wrong: guesses count too.
        self.check_throttles(request)
        if failure is not None:
            raise failure
        self.check_permissions(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > self.max_body_bytes:
            raise too_large()
        self.given = one_each(request, self.parameters())

    def parameters(self) -> list[str]:
        """Names of the query parameters that are taken."""
        return list(self.filters)

    def answered(self, request: Request) -> HttpResponseBase:
        """Call the method's handler; what changes something is one transaction, tried again when locks collide."""
        handler: Callable[..., HttpResponseBase]
        handler = getattr(self, (request.method or "").lower(), self.http_method_not_allowed)
        if request.method in SAFE or handler == self.http_method_not_allowed:
            return handler(request, *self.args, **self.kwargs)
        if request.method == "POST" and (key := wanted_key(request)):
            do: Callable[[], Any] = partial(handler, request, *self.args, **self.kwargs)
            return answer_once(request, key, do, self.handle_exception, self.look_again)
        response: HttpResponseBase = action(handler)(request, *self.args, **self.kwargs)
        return response

    def look_again(self) -> None:
        """Raise what hides this address by now, before an answer that was kept for it is given once more."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization", "Accept-Language"])
        return response

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    def input(self, *, partial: bool = False) -> dict[str, Any]:
        """The checked body: values by the names of its fields."""
        body = self.input_class(data=self.request.data, partial=partial, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        values: dict[str, Any] = body.validated_data
        return values


class ListView(ApiView):
    """GET: a page of `get_queryset()`, which begins with `.visible_to(self.user)` where there is such a thing.

    `orderings` maps names of the API to columns; `search` answers `?search=` where `has_search` says so.
    """

    orderings: ClassVar[Mapping[str, str]] = {"id": "pk"}
    default_ordering = "id"
    has_search = False

    def parameters(self) -> list[str]:
        if self.request.method not in SAFE:
            return []
        return [*self.filters, "limit", "cursor", "ordering", *(["search"] if self.has_search else [])]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = filtered(self.get_queryset(), self.filters, self.given)
        if "search" in self.given:
            rows = self.search(rows, self.given["search"])
        page = page_of(rows, self.order(rows), self.given, request)
        body = {"results": self.shown_rows(page.rows), "next": page.next, "previous": page.previous}
        response = Response(body)
        if page.link:
            response["Link"] = page.link
        return response

    def shown_rows(self, rows: list[Any]) -> list[Any]:
        found: list[Any] = self.get_serializer(rows, many=True).data
        return found

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        raise NotImplementedError

    def order(self, rows: QuerySet[Any]) -> Order:
        name = self.given.get("ordering", self.default_ordering)
        column = self.orderings.get(name.removeprefix("-"))
        if column is None or name.startswith("--"):
            names = ", ".join(self.orderings)
            raise invalid(
                "ordering", "invalid", _("Order by one of: %(names)s; with - before it, downwards.") % {"names": names}
            )
        return Order.of(rows, name, column)


class OneView(ApiView):
    """An address whose answer is one thing: it carries an ETag."""

    def again(self, item: Any) -> Any | None:
        """The thing as it is now, read as for GET; None when an action has just hidden it from who did it."""
        return self.get_queryset().filter(pk=item.pk).first()

    def look_again(self) -> None:
        if (self.lookup_url_kwarg or self.lookup_field) in self.kwargs:
            self.get_object()

    def version_of(self, item: Any) -> int:
        """What If-Match is compared with; 0 for what has no versions."""
        return int(getattr(item, "version", 0))

    def shown(self, item: Any) -> Response:
        """Answer with one thing, written by `serializer_class`."""
        body = self.get_serializer(item).data
        return Response(body, headers={"ETag": etag_of(self.version_of(item), Json().render(body))})

    def shown_again(self, item: Any) -> Response:
        now = self.again(item)
        return Response(status=204) if now is None else self.shown(now)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method in SAFE and "ETag" in response and is_known(request, response["ETag"]):
            return HttpResponseNotModified(headers={name: response[name] for name in ("ETag", "Vary")})
        return response


class CreateMixin(OneView):
    """POST: makes one thing by an action."""

    def create(self, values: dict[str, Any]) -> Any:
        """Call the action with `by=self.user`, and return what was made."""
        raise NotImplementedError

    def location(self, made: Any) -> str:
        """Its address, by `reverse`."""
        raise NotImplementedError

    def look_again(self) -> None:
        if self.kwargs:
            self.get_queryset()

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        made = self.create(self.input())
        response = self.shown_made(made)
        response.status_code = 201
        response["Location"] = request.build_absolute_uri(self.location(made))
        return response

    def shown_made(self, made: Any) -> Response:
        """Override it for what may be hidden from its maker at once."""
        return self.shown(self.again(made))


class ListCreateView(CreateMixin, ListView):
    """GET and POST of a collection. `get_queryset` serves both."""


class ItemView(OneView):
    """GET of one thing: `lookup_field` and `lookup_url_kwarg` find it in `get_queryset()`."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.shown(self.get_object())

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, Conflict) and exc.code in STALE_CODES and "If-Match" in self.request.headers:
            exc = stale()
        if isinstance(exc, Refusal) and exc.status == 412:
            # What was tried is undone; this reads what the other one left.
            current = self.get_object()
            content = Json().render(self.get_serializer(current).data)
            exc.headers["ETag"] = etag_of(self.version_of(current), content)
        return super().handle_exception(exc)


class ChangeMixin(ItemView):
    """PATCH, with If-Match."""

    def change(self, item: Any, values: dict[str, Any], version: int) -> Any:
        """Call the action with `by=self.user`. It compares `version` under its lock, and raises Conflict("stale")."""
        raise NotImplementedError

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        item = self.get_object()
        version = required_version(request, self.version_of(item))
        return self.shown_again(self.change(item, self.input(partial=True), version))


class ActionView(OneView):
    """POST: one verb on one thing, which is answered as it is afterwards."""

    def act(self, values: dict[str, Any]) -> Any:
        """Call the action with `by=self.user`, and return what shall be shown."""
        raise NotImplementedError

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.shown_again(self.act(self.input()))
