"""Bodies of every shape: refused with a page, or read by rule."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from complaints.models import Complaint
from tests.hostile.attempts import KEPT, WELL, stored, undone
from tests.hostile.conftest import signed_in


def body(*pairs: tuple[str, str]) -> str:
    return urlencode(pairs)


NOT_OURS = ("recorded_by", "state", "is_restricted", "severity_class", "number", "owner", "version", "next_due_at")
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
SPACES = b"Content-Transfer-Encoding: base64\r\n\r\n" + b" " * 500_000


def part(rest: bytes = b"\r\nb\r\n", name: str = 'name="a"') -> bytes:
    return f"--x\r\nContent-Disposition: form-data; {name}\r\n".encode() + rest


# What is sent, as which type, and what may come of it.
BODIES: dict[str, tuple[Any, str, set[int]]] = {
    "over a thousand fields": (body(*WELL, *((f"f{n}", "x") for n in range(1001))), FORM, {413}),
    "ten megabytes in one field": (body(("description", "x" * 10_000_000), *WELL[1:]), FORM, {413}),
    "bytes that are no UTF-8": (b"description=\xff\xfe&name=Emily&phone=13805716620&channel=phone", FORM, {302, 400}),
    "half a surrogate pair": (body(*WELL[1:]) + "&description=%ED%A0%80ab", FORM, {302, 400}),
    "escapes that are no UTF-8": (body(*WELL[1:]) + "&description=%FF%FE%C3ab", FORM, {302, 400}),
    "GBK that says so": (b"description=%CE%D2&name=a", f"{FORM}; charset=gbk", {400}),
    "GBK declared as UTF-8": (body(*WELL[1:]).encode() + "&description=我要退车".encode("gbk"), FORM, {302, 400}),
    "an encoding that is none": (body(*WELL), f"{FORM}; charset=nonsense", {302, 400, 422}),
    "UTF-16": (body(*WELL).encode("utf-16"), f"{FORM}; charset=utf-16", {400}),
    "JSON": (json.dumps(dict(WELL)), "application/json", {422}),
    "plain text": (body(*WELL), "text/plain", {422}),
    "no type": (body(*WELL), "", {422}),
    "multipart without boundary": (b"--x\r\n", "multipart/form-data", {400}),
    "multipart that is cut off": (part(b"\r\nb"), PARTS, {422, 400}),
    "two thousand parts": (part() * 2000 + b"--x--", PARTS, {413}),
    "many files": (part(name='name="a"; filename="f"') * 101 + b"--x--", PARTS, {413}),
    "base64 of spaces": (part(SPACES) + b"\r\n--x--", PARTS, {422, 400}),
    "the same field three times": (body(*WELL, ("description", "second"), ("description", KEPT)), FORM, {302}),
    "names like lists": (
        body(*WELL, ("description[]", "x"), ("name[0]", "y"), ("a[b][c]", "z"), ("", "")),
        FORM,
        {302},
    ),
    "names like columns": (body(*WELL, *((name, "1") for name in NOT_OURS)), FORM, {302}),
}


@pytest.mark.parametrize("what", BODIES)
def test_odd_bodies_are_refused_with_a_page_or_read_by_rule(stage, what):
    sent, kind, expected = BODIES[what]
    client = signed_in(stage.house.clerk)
    with undone():
        before = stored()
        raw = sent.encode() if isinstance(sent, str) else sent
        answer = client.generic("POST", "/complaints/new/", raw, content_type=kind)
        assert answer.status_code in expected, answer.status_code
        if answer.status_code == 302:
            complaint = Complaint.objects.get()
            assert complaint.recorded_by == stage.house.clerk
            assert complaint.state in ("listen", "act")
            assert complaint.owner in (stage.house.clerk, None)
            assert not complaint.is_restricted
            assert "\ud800" not in complaint.description
            if what.startswith(("the same", "names")):
                assert complaint.description == KEPT, "the last one counts"
            assert client.get(complaint.get_absolute_url()).status_code == 200
        else:
            assert stored() == before
            assert "<h1" in answer.content.decode(), "a page with a sentence"


def test_a_form_that_is_too_large_says_so_also_to_htmx(stage):
    client = signed_in(stage.house.clerk)
    for url in ("/complaints/new/draft/", "/complaints/new/assess/", "/complaints/new/"):
        answer = client.post(url, {"description": "x" * 3_000_000}, headers={"HX-Request": "true"})
        assert answer.status_code == 413, url
        assert "This is too much at once" in answer.content.decode()
        assert answer["HX-Retarget"] == "#refusal"
