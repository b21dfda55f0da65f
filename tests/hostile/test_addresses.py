"""Hostile parameters, headers, cookies and hosts: a page with a sentence, never a 500."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from tests.hostile.attempts import ADMIN, HTMX, KEPT, undone
from tests.hostile.conftest import OWN, signed_in
from tests.hostile.values import MIXED, TEXTS

PARAMETERS = {
    "/": ("scope", "show", "after", "shown", "mark", "last_group"),
    "/queue/changes/": ("scope", "show", "after", "shown", "mark", "turn"),
    "/search/": ("q", "state", "severity", "department", "category", "owner", "since", "until", "after"),
    "/customers/find/": ("q",),
    "/complaints/new/": ("draft", "who", "phone"),
    "/notifications/": ("page", "unread"),
    "/notifications/bell/": ("have",),
    "/accounts/login/": ("next", "login"),
    "detail": ("show", "before", "entry"),
    "live": ("have", "show", "before"),
    "desk": ("change",),
    "/admin/accounts/user/": ("q", "p", "o", "e", "all", "is_active__exact", "role_grants__role"),
    "/admin/policies/policy/": ("q", "p", "o"),
    "/admin/complaints/category/": ("q", "p", "o", "is_restricted__exact"),
    "/admin/jsi18n/": ("x",),
}  # fmt: skip
CURSORS = (
    "0001-01-01T00:00:00+14:00_1", "9999-12-31T23:59:59-14:00_1", "_9223372036854775807", "_0", "x_1", "2026-01-01_1",
    "2026-01-01T00:00:00+00:00_9999999999999999999", "2026-01-01T00:00:00_1", "_", "__", "2026-11-18T02:00:00Z_1",
    "C-2026-000001", "9223372036854775807", "9223372036854775808", "0", "-0", "１２", "1.0", "1e3", "٣",
)  # fmt: skip


@pytest.mark.parametrize("page", PARAMETERS)
def test_no_parameter_breaks_a_page(stage, page):
    complaint = stage.lodge(OWN, stage.house.clerk)
    url = page if page.startswith("/") else reverse(f"complaints:{page}", args=[complaint.number])
    client = signed_in(stage.user(ADMIN if page.startswith("/admin/") else Role.SUPERVISOR))
    if "login" in page:
        client = Client(raise_request_exception=False)
    names = PARAMETERS[page]
    for value in (MIXED, TEXTS["null byte"], TEXTS["2^63"], "9" * 3000, "-1", TEXTS["instant with a far zone"], "{}"):
        answer = client.get(url, dict.fromkeys(names, value))
        assert answer.status_code in {200, 204, 302, 400, 422}, (value[:40], answer.status_code)
        assert "<script>canary" not in answer.content.decode()
        assert "canary" not in str(answer.headers.get("Set-Cookie", ""))
    for name in set(names) & {"after", "mark", "before", "turn", "p", "o", "page"}:
        for value in CURSORS:
            answer = client.get(url, {name: value}, headers=HTMX if name == "after" else {})
            assert answer.status_code in {200, 204, 302, 400, 422}, (name, value[:40], answer.status_code)


def test_relations_cannot_be_walked_through_an_address(stage):
    client = signed_in(stage.user(Role.SUPERVISOR))
    stage.lodge(OWN, stage.house.clerk)
    for query in ("ordering=customer__password", "filter[user__is_superuser]=1", "owner__password__startswith=a"):
        plain, walked = client.get("/search/?q=happened"), client.get(f"/search/?q=happened&{query}")
        assert plain.content.count(b"CANARY") == walked.content.count(b"CANARY") > 0


NUMBERS = (
    "C-2026-999999",
    "C-0000-000000",
    "C-9999-999999999",
    "C-２０２６-000001",
    "c-2026-000001",
    "C-2026-0000000001",
)
IDS = ("0", "9223372036854775807", "9223372036854775808", "9" * 5000, "２", "-1")


def test_addresses_of_what_is_not_there_are_404(stage):
    complaint = stage.lodge(OWN, stage.house.clerk)
    client = signed_in(stage.user(Role.SUPERVISOR))
    urls = [f"/complaints/{number}/{rest}" for number in NUMBERS for rest in ("", "live/", "desk/", "slip/", "assign/")]
    urls += [f"/complaints/new/saved/{NUMBERS[0]}/", f"{complaint.get_absolute_url()}desk/<x>/finish/"]
    for each in IDS:
        urls += [
            f"/customers/{each}/card/",
            f"/customers/{each}/",
            f"{complaint.get_absolute_url()}deadlines/{each}/why/",
        ]
    urls += [
        "/complaints/../admin/",
        "/%00/",
        "/complaints/%ff/",
        "/static/../config/settings.py",
        "/static/%2e%2e/manage.py",
    ]
    for url in urls:
        answer = client.get(url)
        assert answer.status_code == 404, (url[:80], answer.status_code)
    for each in IDS:
        assert client.post(f"/notifications/{each}/").status_code == 404
        assert client.post(f"{complaint.get_absolute_url()}desk/nonsense/finish/").status_code == 404


ODD = (
    "http://[",
    "//evil.example",
    "/\\evil",
    "x" * 5000,
    "http://a b/\x7f",
    "http://testserver//evil",
    "%00%0d%0a",
    "",
)
ELSEWHERE = (
    "HX-Target", "HX-Prompt", "Accept-Language", "X-Request-ID", "User-Agent", "X-Forwarded-For", "If-Modified-Since",
    "Range", "Accept", "Origin", "X-Poll", "X-Forwarded-Proto", "HX-Boosted", "HX-Trigger", "If-None-Match",
)  # fmt: skip


@pytest.mark.parametrize("names", [("Referer",), ("HX-Current-URL",), ELSEWHERE], ids=lambda names: names[0])
def test_no_header_breaks_a_page(stage, names):
    complaint = stage.lodge(OWN, stage.house.clerk)
    client, visitor = signed_in(stage.user(Role.SUPERVISOR)), Client(raise_request_exception=False)
    for value in ODD:
        for part in ({}, HTMX):
            headers = {**part, **dict.fromkeys(names, value)}
            with undone():
                answers = [
                    client.get("/search/?q=x", headers=headers),
                    client.post(f"{complaint.get_absolute_url()}void/", headers=headers),
                    client.post("/complaints/C-2026-999999/take/", headers=headers),
                    visitor.get("/profile/", headers=headers),
                    visitor.post("/profile/", {"description": KEPT}, headers=headers),
                    visitor.get("/accounts/login/", headers=headers),
                ]
            for answer in answers:
                assert answer.status_code < 500, (value[:40], answer.status_code)
                assert "evil" not in f"{answer.get('Location', '')} {answer.get('HX-Redirect', '')}"


@pytest.mark.parametrize("name", ["theme", "django_language", "messages", "sessionid", "csrftoken"])
def test_no_cookie_breaks_a_page(stage, name):
    for value in ("x" * 4000, "null", "{}", "a:b:c", "%00", "../../x", "zh-hans\r\n", "中".encode().decode("latin-1")):
        client = Client(raise_request_exception=False)
        if name != "sessionid":
            client.force_login(stage.house.clerk)
        client.cookies[name] = value
        for url in ("/", "/profile/", "/accounts/login/"):
            assert client.get(url).status_code in {200, 302}, (value, url)


def test_hosts_that_are_not_ours_are_refused(stage):
    client = signed_in(stage.house.clerk)
    for host in (
        "evil.example",
        "testserver.evil.example",
        "testserver:80@evil.example",
        "[::1",
        "a b",
        "",
        "testserver\xe3\x80\x82com",
    ):
        for url in ("/", "/accounts/login/", "/accounts/password/reset/"):
            answer = client.get(url, headers={"Host": host} if host else {}, HTTP_HOST=host)
            if host:
                assert answer.status_code == 400, (host, answer.status_code)
            assert "evil" not in str(answer.headers)
            assert "evil.example" not in answer.content.decode()
    forwarded = client.get("/", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})
    assert forwarded.status_code == 200
    assert "evil.example" not in forwarded.content.decode()
