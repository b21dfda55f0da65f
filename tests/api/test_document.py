"""The document says all there is, and no more: every address, field, parameter and error."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from api.documents import ERRORS
from api.nouns.document import drawn
from api.words import DEADLINE_KINDS, WORDS
from deadlines import kinds
from tests.api.conftest import problem
from tests.hostile.routes import walk

DOCUMENT, DOCS = "/api/v1/openapi.json", "/api/v1/docs"
NOT_IN_IT = {"api:document-openapi", "api:document-docs"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(drawn())
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def schemas(value: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of every component, however deep."""
    if isinstance(value, dict):
        for name, inner in value.get("properties", {}).items() if isinstance(value.get("properties"), dict) else ():
            yield f"{where}.{name}", inner
        for key, inner in value.items():
            yield from schemas(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from schemas(inner, f"{where}.{index}")


def test_it_is_valid_and_drawn_without_a_warning(tmp_path, capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))
    assert "openapi: 3.1.0" in (tmp_path / "openapi.yaml").read_text()


def test_every_address_is_in_it(document):
    routes = {
        "/" + re.sub(r"<\w+:(\w+)>", lambda found: "{" + ("id" if found[1] == "pk" else found[1]) + "}", path)
        for name, path in walk()
        if path.startswith("api/") and name not in NOT_IN_IT
    }
    assert set(document["paths"]) == routes


def test_every_field_and_parameter_is_described(document):
    silent = [where for where, each in schemas(document["components"]["schemas"]) if not says(each)]
    assert silent == []
    for where, operation in operations(document):
        assert operation["description"], where
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (where, parameter["name"])


def says(schema: dict[str, Any]) -> bool:
    return bool(schema.get("description")) or "$ref" in schema


def test_every_operation_lists_its_errors(document):
    for where, operation in operations(document):
        told = {int(status) for status in operation["responses"]}
        method, _space, path = where.partition(" ")
        wanted = {400, 406, 429, 503}
        if operation["security"]:
            wanted |= {401, 403}
        if "{" in path:
            wanted |= {404}
        if method != "GET":
            wanted |= {409, 413}
        if method in ("POST", "PUT", "PATCH"):
            wanted |= {415}
        if method == "POST":
            wanted |= {422}
        if method == "PATCH":
            wanted |= {412, 428}
        assert wanted - told == set(), where
        for status in told & set(ERRORS):
            answer = operation["responses"][str(status)]
            assert answer.get("$ref", "").startswith("#/components/responses/") or status == 503, (where, status)


def test_every_body_has_an_example(document):
    parts = document["components"]["schemas"]

    def has_example(schema: dict[str, Any]) -> bool:
        named = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        return bool(named.get("examples")) or any(has_example(each) for each in named.get("oneOf", ()))

    without = [
        where
        for where, operation in operations(document)
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if not has_example(content["schema"])
    ]
    assert without == []


def examples(value: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example with the schema it stands in."""
    if isinstance(value, dict):
        if isinstance(value.get("examples"), list):
            yield from ((f"{where}.examples.{index}", value, each) for index, each in enumerate(value["examples"]))
        for key, inner in value.items():
            yield from examples(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from examples(inner, f"{where}.{index}")


def wrong(document: dict[str, Any], schema: dict[str, Any], example: Any) -> list[str]:
    checks = Draft202012Validator({**schema, "components": document["components"]}, format_checker=FormatChecker())
    return [error.message for error in checks.iter_errors(example)]


def test_every_example_is_what_its_schema_says(document):
    found = list(examples(document))
    assert len(found) > 15
    assert {where: wrong(document, schema, example) for where, schema, example in found} == {
        where: [] for where, _schema, _example in found
    }


def test_an_example_that_is_wrong_deep_inside_would_be_found(document):
    """The control."""
    schema = document["components"]["schemas"]["SaleRequest"]
    told = {**schema["examples"][0], "amount": {"amount": 2150000, "currency": "CNY"}}
    assert wrong(document, schema, told)
    assert wrong(document, schema, {**schema["examples"][0], "status": "gone"})


def test_a_list_of_fixed_words_is_told_once(document):
    """A client has one type for it; where fewer or more words are taken, the list stands where it is used."""
    named = {frozenset(part["enum"]) for name, part in document["components"]["schemas"].items() if name in WORDS}
    assert named
    assert [words for words in lists_of_words(document["paths"]) if frozenset(words) - {None} in named] == []
    told = Counter(frozenset(words) - {None} for words in lists_of_words(document["components"]))
    assert {words: told[words] for words in named} == dict.fromkeys(named, 1)


def lists_of_words(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("enum"), list):
            yield value["enum"]
        for inner in value.values():
            yield from lists_of_words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from lists_of_words(inner)


def test_every_kind_of_deadline_is_a_word_of_the_contract():
    # A reminder is no promise, and stands in no answer.
    assert {name for name, kind in kinds._kinds.items() if not kind.is_reminder} <= set(DEADLINE_KINDS)


def test_nothing_of_an_answer_is_left_out(document):
    for name, part in document["components"]["schemas"].items():
        if name.endswith("Request") or name == "Problem" or "properties" not in part:
            continue
        assert set(part["required"]) == set(part["properties"]), name


def test_a_body_that_can_be_given_must_be_given(document):
    for where, operation in operations(document):
        assert operation.get("requestBody", {"required": True})["required"] is True, where


def test_names_of_operations_are_unique(document):
    names = [operation["operationId"] for _where, operation in operations(document)]
    assert len(names) == len(set(names))


def test_a_post_may_always_be_retried_and_a_patch_needs_what_was_seen(document):
    for where, operation in operations(document):
        headers = {
            each["name"]: each.get("required", False)
            for each in operation.get("parameters", ())
            if each["in"] == "header"
        }
        if where.startswith("POST"):
            assert "Idempotency-Key" in headers, where
        if where.startswith("PATCH"):
            assert headers["If-Match"] is True, where


def test_the_document_needs_no_key_and_is_not_sent_twice(db):
    answer = Client().get(DOCUMENT)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json()["openapi"] == "3.1.0"
    assert Client().get(DOCUMENT, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    problem(Client().post(DOCUMENT), 405, "method_not_allowed")


def test_only_the_page_of_the_document_allows_styles_in_its_markup(db, client, house):
    page = Client().get(DOCS + "/", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page["Content-Type"] == "text/html; charset=utf-8"
    policy = page["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy + ";"
    client.force_login(house.clerk)
    for path in ("/", "/accounts/login/", DOCUMENT, "/api/v1/me", "/api/v1/nothing"):
        assert "unsafe" not in client.get(path)["Content-Security-Policy"], path


def test_the_page_brings_all_it_needs_from_here(db):
    page = Client().get(DOCS).content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) >= 4
    for address in addresses:
        assert address.startswith("/static/"), address
        assert Client().get(address).status_code == 200, address


def test_rest_framework_is_known_to_this_app_alone():
    root = Path(__file__).parents[2]
    apps = ("core", "events", "policies", "accounts", "customers", "deadlines", "complaints", "config")
    for app in apps:
        for path in (root / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not any(name.startswith(("rest_framework", "drf_")) for name in names), path
