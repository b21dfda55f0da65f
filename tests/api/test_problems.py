"""Every error under /api/ is a problem document: whoever refuses, and whatever was sent."""

import io
import json
import logging
import time

import pytest
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import SuspiciousOperation, TooManyFieldsSent
from django.http import Http404
from django.test import Client, RequestFactory

from api import handlers
from api.problems import MEDIA_TYPE, TITLES, flat
from customers.models import Customer
from tests.api.conftest import problem

TRIALS, ECHO = "/api/v1/trials", "/api/v1/trials/echo"


@pytest.fixture(autouse=True)
def trial(settings):
    settings.ROOT_URLCONF = "tests.api.trial"


@pytest.fixture
def client(api, house):
    return api(house.clerk)


def sent(client, body, content_type="application/json", path=ECHO, **headers):
    return client.generic("POST", path, body, content_type, headers=headers)


# ------------------------------------------------------------------ what the business refuses


def test_what_blocks_is_named_at_once(client):
    body = problem(client.post(TRIALS, {"name": "blocked"}), 409, "transition_blocked")
    assert body["blocked_by"] == [{"code": "first", "message": "First."}, {"code": "second", "message": "Second."}]
    assert body["detail"] == "First."


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("conflict", 409, "already_there"), ("forbidden", 403, "not_allowed"), ("missing", 404, "not_found")],
)
def test_refusals_keep_their_codes_and_undo_all(client, name, status, code):
    problem(client.post(TRIALS, {"name": name}), status, code)
    assert not Customer.objects.exists()


def test_a_fault_of_ours_tells_nothing_of_itself(client):
    logging.disable(logging.CRITICAL)
    answer = client.post(TRIALS, {"name": "broken"})
    logging.disable(logging.NOTSET)
    problem(answer, 500, "server_error")
    assert "secret" not in answer.content.decode()
    assert not Customer.objects.exists()


def test_a_database_that_is_away_is_a_passing_fault(client):
    logging.disable(logging.CRITICAL)
    answer = client.post(TRIALS, {"name": "no database"})
    logging.disable(logging.NOTSET)
    problem(answer, 503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert "secret" not in answer.content.decode()


# ------------------------------------------------------------------ what nobody has


@pytest.mark.parametrize(
    "path",
    ["/api/", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/nothing", "/api/v1/trials/0", "/api/v1/trials/abc",
     "/api/v1/trials/9223372036854775807", "/api/v1/trials/9223372036854775808", f"/api/v1/trials/{'9' * 400}",
     "/api/v1/trials/%00", "/api/v1/trials/1%0A", "/api/v1/trials/-1", "/api/v1/trials/１", "/api/v1//me"],
)  # fmt: skip
def test_what_is_not_there_is_404(client, path):
    problem(client.get(path), 404, "not_found")
    problem(client.delete(path), 404 if path != "/api/v1/trials/9223372036854775807" else 405,
            "not_found" if path != "/api/v1/trials/9223372036854775807" else "method_not_allowed")  # fmt: skip


@pytest.mark.parametrize("method", ["put", "delete", "options", "trace", "patch"])
def test_other_methods_are_told_which_there_are(client, method):
    answer = client.generic(method.upper(), TRIALS)
    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, POST"


def test_nobody_is_led_to_a_page_to_sign_in():
    for method in ("get", "post", "put", "patch", "delete"):
        answer = getattr(Client(), method)("/api/v1/me", headers={"HX-Request": "true"})
        problem(answer, 401, "not_authenticated")
        assert not answer.has_header("HX-Redirect")


def test_a_host_that_is_not_ours(client):
    problem(client.get("/api/v1/me", headers={"Host": "evil.example"}), 400, "unknown_host")


def test_the_key_is_not_taken_in_the_clear(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^api/"]
    problem(client.get("/api/v1/me"), 403, "https_required")
    assert client.get("/api/v1/me", secure=True).status_code == 200
    assert client.get("/api/v1/health/live").status_code == 200


@pytest.mark.parametrize(
    ("view", "error", "status"),
    [
        (handlers.bad_request, SuspiciousOperation(), 400),
        (handlers.bad_request, TooManyFieldsSent(), 413),
        (handlers.forbidden, DjangoPermissionDenied(), 403),
        (handlers.not_found, Http404(), 404),
    ],
)
def test_django_answers_programs_with_problems_and_people_with_pages(house, view, error, status):
    answer = view(RequestFactory().get("/api/v1/me"), error)
    assert (answer.status_code, answer["Content-Type"]) == (status, MEDIA_TYPE)
    request = RequestFactory().get("/search/")
    page = view(request, error)
    assert (page.status_code, page["Content-Type"]) == (status, "text/html; charset=utf-8")


# ------------------------------------------------------------------ bodies


HOSTILE = {
    "no JSON": (b"{", 400, "malformed"),
    "cut off": (b'{"name": "Fa', 400, "malformed"),
    "nothing": (b"", 400, "invalid"),
    "spaces": (b"   ", 400, "malformed"),
    "a list": (b"[]", 400, "invalid"),
    "a text": (b'"name"', 400, "invalid"),
    "null": (b"null", 400, "invalid"),
    "true": (b"true", 400, "invalid"),
    "a comment": (b'{"name": "Fang"} // yes', 400, "malformed"),
    "the same key twice": (b'{"name": "Fang", "name": "Wang"}', 400, "malformed"),
    "the same key twice, inside": (b'{"name": "Fang", "rows": [{"text": "a", "text": "b"}]}', 400, "malformed"),
    "NaN": (b'{"name": "Fang", "count": NaN}', 400, "malformed"),
    "Infinity": (b'{"name": "Fang", "count": -Infinity}', 400, "malformed"),
    "a number without end": (b'{"name": "Fang", "count": ' + b"9" * 400 + b"}", 400, "malformed"),
    "a float without end": (b'{"name": "Fang", "count": 1e999}', 400, "malformed"),
    "2^63": (b'{"name": "Fang", "count": 9223372036854775808}', 400, "malformed"),
    "deep": (b'{"name": ' + b"[" * 40 + b"]" * 40 + b"}", 400, "malformed"),
    "very deep": (b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "malformed"),
    "no UTF-8": (b'{"name": "\xff\xfe"}', 400, "malformed"),
    "GBK": ('{"name": "投诉"}'.encode("gbk"), 400, "malformed"),
    "a mark before it": (b'\xef\xbb\xbf{"name": "Fang"}', 400, "malformed"),
    "UTF-16": ('{"name": "Fang"}'.encode("utf-16"), 400, "malformed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_bodies_that_are_none(client, name):
    body, status, code = HOSTILE[name]
    problem(sent(client, body), status, code)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"name": "a\x00b"}, "name", "null_byte"),
        ({"name": "\ud800"}, "name", "not_utf8"),
        ({"name": "Fang", "rows": [{"text": "\udc00"}]}, "rows.0.text", "not_utf8"),
        ({"name": "Fang", "na\x00me": "x"}, "", "null_byte"),
        ({"name": "   "}, "name", "blank"),
        ({"name": "\u3000\u3000"}, "name", "blank"),
        ({"name": "\u200b\ufeff"}, "name", "blank"),
        ({"name": "Fang\r\nBcc: x"}, "name", "line_break"),
        ({"name": "x" * 121}, "name", "max_length"),
        ({}, "name", "required"),
        ({"name": None}, "name", "null"),
        ({"name": 12}, "name", "invalid"),
        ({"name": True}, "name", "invalid"),
        ({"name": ["Fang"]}, "name", "invalid"),
        ({"name": {"a": 1}}, "name", "invalid"),
        ({"name": "Fang", "id": 7}, "id", "unknown_field"),
        ({"name": "Fang", "version": 7}, "version", "unknown_field"),
        ({"name": "Fang", "is_staff": True}, "is_staff", "unknown_field"),
        ({"name": "Fang", "rows": {}}, "rows", "not_a_list"),
        ({"name": "Fang", "rows": [[]]}, "rows.0", "invalid"),
        ({"name": "Fang", "rows": [{"amount": "8"}]}, "rows.0.amount", "invalid"),
        ({"name": "Fang", "rows": [{}]}, "rows.0.amount", "required"),
        ({"name": "Fang", "count": "5"}, "count", "invalid"),
        ({"name": "Fang", "count": 5.0}, "count", "invalid"),
        ({"name": "Fang", "count": True}, "count", "invalid"),
        ({"name": "Fang", "count": 2**31}, "count", "max_value"),
        ({"name": "Fang", "other": 0}, "other", "min_value"),
        ({"name": "Fang", "sure": "yes"}, "sure", "invalid"),
        ({"name": "Fang", "sure": 1}, "sure", "invalid"),
        ({"name": "Fang", "at": "2026-11-18T10:00:00"}, "at", "no_offset"),
        ({"name": "Fang", "at": "2026-11-18"}, "at", "invalid"),
        ({"name": "Fang", "at": "0001-01-01T00:00:00+14:00"}, "at", "invalid"),
        ({"name": "Fang", "at": "2026-02-30T10:00:00Z"}, "at", "invalid"),
        ({"name": "Fang", "at": 1700000000}, "at", "invalid"),
        ({"name": "Fang", "birthday": "2026-02-30"}, "birthday", "invalid"),
        ({"name": "Fang", "birthday": 20260101}, "birthday", "invalid"),
        ({"name": "Fang", "word": "c"}, "word", "invalid_choice"),
        ({"name": "Fang", "word": ["a"]}, "word", "invalid_choice"),
        ({"name": "Fang", "length": "30m"}, "length", "invalid"),
        ({"name": "Fang", "length": "-PT5M"}, "length", "invalid"),
        ({"name": "Fang", "length": "P99999999D"}, "length", "invalid"),
        ({"name": "Fang", "phone": "call me"}, "phone", "no_digits"),
        ({"name": "Fang", "phone": "1" * 1000}, "phone", "max_length"),
        ({"name": "Fang", "language": "fr"}, "language", "invalid_choice"),
    ],
)
def test_wrong_fields_are_named(client, body, field, code):
    found = problem(sent(client, json.dumps(body).encode()), 400, "invalid")["errors"]
    assert (field, code) in [(error["field"], error["code"]) for error in found]
    assert all(error["message"] for error in found)


NO_AMOUNTS = [
    8,
    8.5,
    None,
    True,
    "8,5",
    "1e3",
    "-1",
    "",
    " ",
    "NaN",
    "Infinity",
    "1.234",
    "８",
    "1" * 13,
    "1 000",
    "¥8",
    ".",
]


@pytest.mark.parametrize("amount", NO_AMOUNTS)
def test_money_is_decimal_text(client, amount):
    body = {"name": "Fang", "rows": [{"amount": {"amount": amount, "currency": "CNY"}}]}
    found = problem(sent(client, json.dumps(body).encode()), 400, "invalid")["errors"]
    assert [(error["field"], error["code"]) for error in found] == [("rows.0.amount", "invalid_amount")]


@pytest.mark.parametrize(
    ("money", "code"),
    [
        ({"amount": "8.00"}, "invalid"),
        ({"amount": "8.00", "currency": "CNY", "more": 1}, "invalid"),
        ({"amount": "8.00", "currency": "cny"}, "invalid_currency"),
        ({"amount": "8.00", "currency": "人民币"}, "invalid_currency"),
        ({"amount": "8.00", "currency": "USD"}, "other_currency"),
    ],
)
def test_money_has_its_currency(client, money, code):
    body = {"name": "Fang", "rows": [{"amount": money}]}
    found = problem(sent(client, json.dumps(body).encode()), 400, "invalid")["errors"]
    assert [(error["field"], error["code"]) for error in found] == [("rows.0.amount", code)]


def test_what_is_right_is_understood(client):
    body = {
        "name": "  王芳 \U00020000 👩🏽‍🔧  ", "at": "2026-11-18T10:00:00.5+08:00", "length": "PT30M", "count": -5,
        "rows": [{"amount": {"amount": "8000.5", "currency": "CNY"}}, {"amount": {"amount": "0", "currency": "CNY"}}],
        "phone": "138 0571 6620", "sure": False, "word": "b", "language": "zh-hans", "birthday": "1990-02-28",
    }  # fmt: skip
    answer = client.post(ECHO, body)
    assert answer.status_code == 200, answer.content
    assert answer.json() == {
        "name": "王芳 \U00020000 👩🏽‍🔧", "at": "2026-11-18T02:00:00.500000Z", "length": "0:30:00", "count": "-5",
        "rows": [{"amount": "8000.50", "currency": "CNY"}, {"amount": "0.00", "currency": "CNY"}],
        "phone": "138 0571 6620", "sure": "False", "word": "b", "language": "zh-hans", "birthday": "1990-02-28",
    }  # fmt: skip


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded", "application/octet-stream",
     "application/json; charset=gbk", "application/json; charset=utf-16", "application/problem+json", "nonsense"],
)  # fmt: skip
def test_other_forms_of_body(client, content_type):
    problem(sent(client, b'{"name": "Fang"}', content_type), 415, "unsupported_media_type")


def test_a_form_is_no_json(client):
    problem(client.post(ECHO, {"name": "Fang"}, format="multipart"), 415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_utf_8_may_be_said(client, charset):
    assert sent(client, b'{"name": "Fang"}', f"application/json; charset={charset}").status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*"])
def test_other_forms_of_answer(client, accept):
    problem(client.get("/api/v1/me", headers={"Accept": accept}), 406, "not_acceptable")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/*", "text/html, */*;q=0.1", "application/json; indent=8"]
)
def test_forms_of_answer_that_json_is(client, accept):
    answer = client.get("/api/v1/me", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert b"\n" not in answer.content


def test_a_large_body_is_refused_before_it_is_read(client):
    class Unread(io.BytesIO):
        def read(self, *args):
            raise AssertionError("the body was read")

    large = {"CONTENT_LENGTH": "10485760", "wsgi.input": Unread()}
    answer = client.generic("POST", ECHO, b"", "application/json", **large)
    problem(answer, 413, "too_large")
    started = time.monotonic()
    problem(sent(client, b'{"name": "' + b"x" * 10_000_000 + b'"}'), 413, "too_large")
    assert time.monotonic() - started < 5
    assert sent(client, b" " * (1024 * 1024 - 16) + b'{"name": "Fang"}').status_code == 200
    problem(sent(client, b" " * (1024 * 1024) + b'{"name": "Fang"}'), 413, "too_large")


def test_a_body_of_unknown_length_is_not_taken_for_an_empty_one(client):
    answer = client.generic("POST", ECHO, b"", "application/json", HTTP_TRANSFER_ENCODING="chunked")
    problem(answer, 411, "length_required")


# ------------------------------------------------------------------ what all answers say


def test_sentences_follow_the_language_that_was_asked_for(client, house):
    house.clerk.language = "zh-hans"
    house.clerk.save()
    from django.utils import translation  # noqa: PLC0415

    with translation.override("zh-hans"):
        chinese = str(TITLES[404][1])
    for asked, title in (("zh-CN", chinese), ("zh-Hans;q=0.9, en;q=0.1", chinese), ("en", "Nothing is here for you"),
                         ("", "Nothing is here for you"), ("xx, *", "Nothing is here for you")):  # fmt: skip
        for path in ("/api/v1/nothing", "/api/v1/trials/7"):
            body = problem(client.get(path, headers={"Accept-Language": asked}), 404, "not_found")
            assert body["title"] == title


@pytest.mark.parametrize("given", ["abc-123", "a" * 128, "019a:b+c/d=_."])
def test_a_request_id_is_echoed(client, given):
    for path in ("/api/v1/me", "/api/v1/nothing"):
        assert client.get(path, headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a" * 129, "a b", "a\tb", "é", "<script>", 'x"y'])
def test_an_id_that_is_none_is_made(client, given):
    made = client.get("/api/v1/me", headers={"X-Request-ID": given})["X-Request-ID"]
    assert made != given
    assert len(made) == 36


def test_answers_are_kept_by_nobody_and_run_nowhere(client):
    for answer in (client.get("/api/v1/me"), client.get("/api/v1/nothing")):
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_nested_errors_become_dotted_paths():
    detail = {"customer": {"phone": ["no"]}, "lines": [{}, {"amount": ["a", "b"]}], "non_field_errors": ["all"]}
    assert [(each["field"], each["message"]) for each in flat(detail)] == [
        ("customer.phone", "no"), ("lines.1.amount", "a"), ("lines.1.amount", "b"), ("", "all"),
    ]  # fmt: skip
