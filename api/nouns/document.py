"""The document of this API, and the page that shows it. Neither needs a key."""

import functools
import json
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.decorators import method_decorator
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request

from api.permissions import Anybody
from api.preconditions import etag_of, is_known
from api.rendering import Json
from api.views import ApiView


class Page(ApiView):
    """Answers in one form, whatever a browser says it would like best."""

    is_in_document = False
    authentication_classes = ()
    permission_classes = (Anybody,)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return Json(), "application/json"


class Document(Page):
    """OpenAPI 3.1."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        content = drawn()
        etag = etag_of(0, content)
        if is_known(request, etag):
            return HttpResponseNotModified(headers={"ETag": etag})
        return HttpResponse(content, content_type="application/json", headers={"ETag": etag})


@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class Docs(Page):
    """Swagger UI, from this server. It sets styles inside its markup, which no other page may."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(request._request, "api/docs.html")


@functools.cache
def drawn() -> bytes:
    """It changes only with the code."""
    with translation.override("en"):
        document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(document, ensure_ascii=False, default=str).encode()


urlpatterns = [
    path("openapi.json", Document.as_view(), name="document-openapi"),
    path("docs", Docs.as_view(), name="document-docs"),
]
