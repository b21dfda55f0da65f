"""The document, drawn from the views: what each takes, what it answers, and every error. Source: API.md."""

from typing import Any, Literal

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from api import views
from api.documents import ERRORS, HEADERS, PATH_WORDS
from api.pagination import DEFAULT_LIMIT, MOST
from api.permissions import SAFE, Anybody
from api.serializers import Input, Output

WITH_BODY = ("POST", "PUT", "PATCH")


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key, made in the browser or by create_api_key."}


class BrowserScheme(SessionScheme):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.BrowserAuthentication"
    name = "browser"


class _Page:
    """What a list is wrapped in."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": {**schema, "description": "The rows of this page, in order."},
                "next": {**address, "description": "Address of the next page; null on the last."},
                "previous": {**address, "description": "Address of the page before; null on the first."},
            },
        }


class Operation(AutoSchema):
    """One method of one address."""

    view: views.ApiView  # type: ignore[override]

    def is_excluded(self) -> bool:
        return not getattr(self.view, "is_in_document", False)

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if self._is_public():
            operation["security"] = []
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
        for status, answer in operation["responses"].items():
            answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in self._headers(int(status))}
            answer["description"] = answer["description"] or ANSWERS[int(status)]
        for status in self._errors():
            operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/{ERRORS[status][0]}"})
        return operation

    def get_summary(self) -> str:
        """The first sentence of the view's docstring, or of the method's."""
        return self.get_description().partition("\n")[0]

    def get_operation_id(self) -> str:
        match = getattr(self.view, "operation_name", "") or self._route_name()
        return f"{match}-{self.method.lower()}".replace("-", "_")

    def _route_name(self) -> str:
        words = [word.strip("{}") for word in self.path.removeprefix("/api/v1/").split("/")]
        return "_".join(words).replace(".", "_")

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_override_parameters(self) -> list[Any]:
        found = [self._path_parameter(name) for name in self._path_names()]
        lists = isinstance(self.view, views.ListView)
        if self.method in SAFE or not lists:
            found += [
                OpenApiParameter(name, dict(each.schema), OpenApiParameter.QUERY, description=each.description)
                for name, each in self.view.filters.items()
            ]
        if self.method in SAFE and isinstance(self.view, views.ListView):
            found += self._list_parameters(self.view)
        elif self.method in SAFE and isinstance(self.view, views.OneView):
            found.append(_header("If-None-Match", "An ETag: answers 304 while nothing has changed for this reader."))
        if self.method == "POST":
            found.append(IDEMPOTENCY_KEY)
        if self.method in ("PATCH", "PUT", "DELETE"):
            text = "The ETag of what was seen. Its version is compared: 412 when somebody changed it meanwhile."
            found.append(_header("If-Match", text, is_required=self.method not in self.view.if_match_optional))
        return found

    def _path_names(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    def _path_parameter(self, name: str) -> OpenApiParameter:
        is_id = name == "id" or name.endswith("_id")
        schema: dict[str, Any] = {
            "type": "string",
            "minLength": 1,
            "maxLength": 150,
            "pattern": r"^[^/\x00-\x1f\x7f]+$",
        }
        if is_id:
            schema = {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1}
        words = self.view.path_words.get(name) or PATH_WORDS.get(name, f"The {name.replace('_', ' ')}.")
        return OpenApiParameter(name, schema, OpenApiParameter.PATH, required=True, description=words)

    def _list_parameters(self, view: views.ListView) -> list[OpenApiParameter]:
        orders = [f"{sign}{name}" for name in view.orderings for sign in ("", "-")]
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
        order = {"type": "string", "enum": orders, "default": view.default_ordering}
        words = {"type": "string", "minLength": 1, "maxLength": 200}
        query: Literal["query"] = "query"
        place = words | {"maxLength": 4 * 200}
        found = [
            OpenApiParameter("limit", limit, query, description="How many rows a page has."),
        ]
        if not view.orderings:
            return found
        found += [
            OpenApiParameter("cursor", place, query, description="A place in the list, from `next` or `previous`."),
            OpenApiParameter("ordering", order, query, description="By what; with - downwards. Nulls come last."),
        ]
        if view.has_search:
            text = "Words or parts of them, Chinese or English; two characters are enough."
            found.append(OpenApiParameter("search", words, query, description=text))
        return found

    def get_request_serializer(self) -> Any:
        # Where there are no fields, there need be no body.
        if self.method not in WITH_BODY or not self.view.input_class().fields:
            return None
        return self.view.input_class(partial=self.method == "PATCH")

    def get_response_serializers(self) -> Any:
        view = self.view
        if self.method in view.answers:
            return view.answers[self.method]
        if self.method == "DELETE":
            return {204: None}
        if self.method == "POST" and isinstance(view, views.CreateMixin):
            return {201: view.serializer_class}
        if self.method in SAFE and isinstance(view, views.ListView):
            return {200: view.serializer_class(many=True)}
        if self.method in SAFE and isinstance(view, views.OneView):
            return {200: view.serializer_class, 304: None}
        return (
            {200: view.serializer_class, 204: None} if isinstance(view, views.OneView) else {200: view.serializer_class}
        )

    def _is_list_view(self, serializer: Any = None) -> bool:
        return isinstance(serializer, serializers.ListSerializer)

    def _get_paginator(self) -> Any:
        return _Page() if isinstance(self.view, views.ListView) and self.method in SAFE else None

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        # A component is called after what it tells of, not after which side of the door it is used on.
        return type(serializer).__name__.removesuffix("Output").removesuffix("Input")

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if "__doc__" not in vars(type(serializer)) or not type(serializer).__doc__:
            # What the base class says is for those who write such classes.
            schema.pop("description", None)
        if isinstance(serializer, Input):
            schema["additionalProperties"] = False
        elif isinstance(serializer, Output):
            # Nothing of an answer is ever left out.
            schema["required"] = sorted(schema["properties"])
        if example := getattr(serializer, "example", None):
            schema["examples"] = [example]
        return schema

    def _is_public(self) -> bool:
        return Anybody in self.view.permission_classes

    def _errors(self) -> list[int]:
        found = {400, 406, 429, 503}
        if not self._is_public():
            found |= {401, 403}
        if self._path_names():
            found.add(404)
        if self.method not in SAFE:
            found |= {404, 409, 411, 413}
        if self.method in WITH_BODY:
            found.add(415)
        if self.method == "POST":
            found.add(422)
        if MultiPartParser in self.view.parser_classes and self.method in WITH_BODY:
            found.add(507)
        if self.method in ("PATCH", "PUT", "DELETE"):
            found |= {412, 428} if self.method not in self.view.if_match_optional else {412}
        return sorted(found)

    def _headers(self, status: int) -> list[str]:
        found = [*HEADERS["always"]]
        if isinstance(self.view, views.ListView) and self.method in SAFE:
            found.append("Link")
        elif isinstance(self.view, views.OneView) and status in (200, 201, 304):
            found.append("ETag")
        if status == 201:
            found.append("Location")
        if self.method == "POST":
            found.append("Idempotency-Replayed")
        return found


ANSWERS = {
    200: "Done, or found.",
    201: "Made.",
    202: "Taken, and done soon.",
    204: "Done; there is nothing to show, or not to you any more.",
    304: "Nothing has changed for you.",
    503: "Not ready.",
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!-~]([ -~]*[!-~])?$"},
    OpenApiParameter.HEADER,
    description="Makes it safe to send this again: the same key and body get the first answer, for 7 days.",
)


def _header(name: str, description: str, *, is_required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(
        name, {"type": "string"}, OpenApiParameter.HEADER, required=is_required, description=description
    )
