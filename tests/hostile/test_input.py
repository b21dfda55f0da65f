"""Hostile input for every form and every parameter: a sentence, never a 500; nothing saved, nothing typed lost."""

import html
import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.admin.utils import quote
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.roles import Role
from complaints.actions import desk, reports
from complaints.codes import LASTR_STATES
from complaints.forms.fields import Words
from complaints.forms.intake import IntakeForm
from complaints.models import Complaint
from customers.models import Customer
from policies.models import Policy
from tests.hostile.conftest import OWN, Stage, signed_in
from tests.hostile.forms import fields_of, filled
from tests.hostile.values import ATTRIBUTE, JSON, MIXED, SCRIPT, TEMPLATE, TEXTS

HTMX = {"HX-Request": "true"}
GOOD = {200, 204, 302}
REFUSED = {400, 403, 404, 405, 409, 413, 422, 429}
COUNTED = (
    "complaints_complaint", "complaints_draft", "complaints_communication", "complaints_steprecord",
    "complaints_deskchange", "complaints_category", "customers_customer", "customers_contactpoint", "events_event",
    "events_notification", "events_outboxmessage", "deadlines_deadline", "accounts_user", "accounts_department",
    "accounts_calendar", "accounts_delegation", "policies_policyversion",
)  # fmt: skip
COUNT = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in COUNTED)


def stored() -> Any:
    """How many rows there are of everything; a refusal changes none of it, and each change records an event."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return cursor.fetchone()


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class Form:
    """One form: where, by whom, and what a person would send. Without `typed` the fields are read from its page."""

    url: Callable[[Stage, Any], str]
    role: Role = Role.SUPERVISOR
    prepare: Callable[[Stage], Any] = lambda stage: stage.lodge(OWN, stage.house.clerk)
    typed: dict[str, Any] = field(default_factory=dict)
    is_read: bool = True


def on(name: str, **kwargs: Any) -> Callable[[Stage, Any], str]:
    return lambda stage, complaint: reverse(f"complaints:{name}", kwargs={"number": complaint.number, **kwargs})


def at(path: str) -> Callable[[Stage, Any], str]:
    return lambda stage, made: path


def case(stage: Stage) -> Complaint:
    return stage.lodge(OWN, stage.house.clerk, is_raised=True)


def at_step(step: str) -> Callable[[Stage], Complaint]:
    def make(stage: Stage) -> Complaint:
        by = stage.house.clerk
        complaint = stage.lodge(OWN, by, is_taken=True)
        done = [
            lambda: desk.listen(complaint.pk, restated="It broke.", customer_agreed=True, by=by),
            lambda: desk.apologise(complaint.pk, was_said=True, by=by),
            lambda: desk.satisfy(complaint.pk, remedy_kinds=["repair"], remedy="R", satisfaction="satisfied", by=by),
            lambda: desk.thank(complaint.pk, was_thanked=True, by=by),
            lambda: reports.report_orally(
                complaint.pk, to=stage.house.supervisor, outcome="upheld", relief="explanation", by=by
            ),
        ]
        for each in done[: [*LASTR_STATES, "closed"].index(step)]:
            each()
        complaint.refresh_from_db()
        return complaint

    return make


def customer(stage: Stage) -> Customer:
    stage.lodge(OWN, stage.house.clerk)
    return Customer.objects.latest("pk")


def of_customer(name: str) -> Callable[[Stage, Any], str]:
    return lambda stage, made: reverse(f"customers:{name}", args=[made.pk])


def policy_row(key: str) -> Callable[[Stage], Policy]:
    return lambda stage: Policy.objects.get_or_create(key=key)[0]


def policy_page(stage: Stage, row: Policy) -> str:
    return reverse("admin:policies_policy_change", args=[quote(row.pk)])


ADMIN = Role.ADMINISTRATOR
# One of each kind of value.
POLICIES = ("words.danger", "duplicates.threshold", "deadline.owned")
STEPS = {
    "listen": {"restated": "It broke.", "customer_agreed": "on"},
    "apologise": {"was_said": "on", "note": "Sorry."},
    "satisfy": {"remedy_kinds": "repair", "further_kinds": "", "remedy": "R", "value": "10", "satisfaction": "loyal"},
    "thank": {"was_thanked": "on", "note": "Thanks."},
    "report": {"to": "1", "outcome": "upheld", "relief": "explanation", "note": "Told."},
}  # fmt: skip
ENTRY = {"kind": "note", "direction": "out", "medium": "sms", "at": "", "minutes": "", "summary": "Said."}

FORMS = {
    "intake": Form(at("/complaints/new/"), Role.FRONT_DESK),
    "assess": Form(at("/complaints/new/assess/"), Role.FRONT_DESK, is_read=False),
    "draft": Form(at("/complaints/new/draft/"), Role.FRONT_DESK, is_read=False),
    "discard": Form(at("/complaints/new/discard/"), Role.FRONT_DESK, typed={"draft": "x", "next": "/"}),
    "note": Form(on("add_entry"), prepare=case, typed=ENTRY),
    "talk": Form(on("add_entry"), prepare=case, typed=ENTRY | {"kind": "phone"}),
    **{
        f"finish {step}": Form(on("finish_step", step=step), prepare=at_step(step), typed=typed)
        for step, typed in STEPS.items()
    },
    "correct listen": Form(on("correct_step", step="listen"), prepare=at_step("satisfy"), typed=STEPS["listen"]),
    "correct satisfy": Form(on("correct_step", step="satisfy"), prepare=at_step("report"), typed=STEPS["satisfy"]),
    "assess desk": Form(on("assess_desk"), prepare=at_step("closed"), typed={"listen": "yes", "solved": "no"}),
    "change desk": Form(on("change_desk"), typed={"what": "time", "note": "Later.", "at": ""}),
    **{name: Form(on(name)) for name in ("leave", "gone_outside", "assign", "link")},
    "lower": Form(on("lower"), prepare=case),
    "edit": Form(on("edit")),
    "take": Form(on("take"), typed={"mark": "1", "scope": "all", "show": "all", "next": "/"}),
    "profile": Form(at("/profile/")),
    "language": Form(at("/language/"), typed={"language": "en", "next": "/"}),
    "theme": Form(at("/theme/"), typed={"theme": "dark", "next": "/"}),
    "password": Form(at("/accounts/password/change/")),
    "customer": Form(of_customer("edit"), prepare=customer),
    "vip": Form(of_customer("vip"), prepare=customer),
    "contact": Form(of_customer("add_contact"), prepare=customer),
    "category": Form(at("/admin/complaints/category/add/"), ADMIN),
    "department": Form(at("/admin/accounts/department/add/"), ADMIN),
    "calendar": Form(at("/admin/accounts/calendar/add/"), ADMIN),
    "user": Form(at("/admin/accounts/user/add/"), ADMIN),
    "delegation": Form(at("/admin/accounts/delegation/add/"), ADMIN),
    **{f"policy {key}": Form(policy_page, Role.MANAGER, prepare=policy_row(key)) for key in POLICIES},
}  # fmt: skip


class Try:
    """A form on the stage, ready to be sent again and again; nothing of it stays."""

    def __init__(self, stage: Stage, form: Form) -> None:
        self.made = form.prepare(stage)
        self.url = form.url(stage, self.made)
        self.client = signed_in(stage.user(form.role))
        self.fields: dict[str, Any] = dict(form.typed)
        if not self.fields:
            self.page = self.url if form.is_read else "/complaints/new/"
            page = self.client.get(self.page, follow=True)
            assert page.status_code == 200, (self.page, page.status_code)
            self.fields = fields_of(page.content.decode(), self.page)
            assert self.fields, f"no form on {self.page}"

    def post(self, data: Any, **kwargs: Any) -> Any:
        """Send it, look that a refusal left nothing behind, and undo what was saved."""
        with undone():
            before = stored()
            answer = self.client.post(self.url, data, **kwargs)
            if answer.status_code in REFUSED:
                assert stored() == before, "refused, and still something was written"
        assert answer.status_code in GOOD | REFUSED, answer.status_code
        return answer


@pytest.mark.parametrize("name", FORMS)
def test_no_value_breaks_a_form(stage, name):
    """Each value in all fields of the form at once."""
    form = Try(stage, FORMS[name])
    for what, value in (TEXTS | (JSON if name.startswith("policy") else {})).items():
        answer = form.post(filled(form.fields, value))
        body = answer.content.decode()
        for raw in ("<script>canary", "<svg onload=canary", "<img src=x onerror=canary"):
            assert raw not in body, (what, "not as text")


KEPT = "What the customer said, word by word, and nobody wants to type again."


@pytest.mark.parametrize("name", ["intake", "talk", "customer", "category"])
def test_one_bad_answer_among_good_ones_is_named_and_nothing_is_lost(stage, name):
    form = Try(stage, FORMS[name])
    good = {**form.fields, **GOOD_ANSWERS[name]}
    for field_name in good:
        answer = form.post({**good, field_name: "a\0b"})
        if answer.status_code == 422:
            body = html.unescape(answer.content.decode())
            assert KEPT in body or field_name == LONGEST[name], field_name
            assert "data-error-summary" in body or "errorlist" in body, field_name


LONGEST = {
    "intake": "description",
    "edit": "description",
    "talk": "summary",
    "customer": "address",
    "category": "name_en",
}
GOOD_ANSWERS = {
    "intake": {"description": KEPT, "name": "Emily", "phone": "138 0571 6620", "channel": "phone"},
    "edit": {"description": KEPT},
    "talk": {"summary": KEPT},
    "customer": {"address": KEPT},
    "category": {"code": "colour", "name_en": KEPT, "name_zh": "颜色"},
}


# ------------------------------------------------------------------ shapes of a body


def body(*pairs: tuple[str, str]) -> str:
    return urlencode(pairs)


WELL = [("description", KEPT), ("name", "Emily"), ("phone", "13805716620"), ("channel", "phone"), ("then", "take")]
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


# ------------------------------------------------------------------ addresses

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


# ------------------------------------------------------------------ headers and cookies

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


# ------------------------------------------------------------------ sums and days

SUMS = {
    "-1": False, "0": True, "0.00": True, "1e308": False, "NaN": False, "Infinity": False, "1200.505": False,
    "１，２００": True, "1,200.5": True, "¥3800": True, "2万": True, "999999999999.99": True, "1000000000000": False,
    "0x10": False, "1_000": False, "--1": False, "1 200": True, "٣": True, "½": False, "Ⅷ": False, "²": False,
    "5²": False,
}  # fmt: skip
DAYS = {
    "0001-01-01": False, "9999-12-31": False, "2027-02-29": False, "2024-02-29": True, "2026-11-18": True,
    "2026-11-19": False, "2026-13-01": False, "２０２６-11-01": True, "20261101": False, "2026-11-01T10:00": False,
    "1899-12-31": False, "24:00": False, "2026-1-1": True,
}  # fmt: skip


@pytest.mark.parametrize(("name", "table"), [("amount_claimed", SUMS), ("happened_on", DAYS)])
def test_sums_and_days_are_read_or_refused_at_their_field(stage, name, table):
    client = signed_in(stage.house.clerk)
    for value, is_good in table.items():
        with undone():
            typed = {**dict(WELL), "draft": str(uuid.uuid4()), name: value}
            answer = client.post("/complaints/new/", typed)
            assert answer.status_code == (302 if is_good else 422), (value, answer.status_code)
            if not is_good:
                assert not Complaint.objects.exists()
                assert f'href="#id_{name}"' in answer.content.decode(), "the summary leads to it"
                assert KEPT in html.unescape(answer.content.decode())


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_moments_at_the_ends_of_time_are_refused(stage, zone):
    """Far years leave what UTC can hold, in one zone or another: on saving, or on every page that shows them."""
    stage.house.calendar.time_zone = zone
    stage.house.calendar.save()
    complaint = stage.lodge(OWN, stage.house.clerk)
    client = signed_in(stage.user(Role.SUPERVISOR))
    moments = (
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "12/31/9999 23:59",
        "01/01/0001 00:00",
        "1/1/70 00:00",
        "12/31/99",
    )
    for url, typed in (
        (f"{complaint.get_absolute_url()}desk/change/", {"what": "time", "note": "Later."}),
        (f"{complaint.get_absolute_url()}entries/add/", {"kind": "phone", "direction": "out", "summary": "Said."}),
    ):
        for moment in moments:
            with undone():
                answer = client.post(url, {**typed, "at": moment})
                assert answer.status_code == 422, (url, moment, answer.status_code)


# ------------------------------------------------------------------ stored as text, shown as text


def test_markup_is_stored_as_it_was_typed_and_shown_as_text_everywhere(stage):
    house = stage.house
    client = signed_in(house.clerk)
    page = client.get("/complaints/new/", follow=True)
    fields = fields_of(page.content.decode(), "/complaints/new/")
    short = {"description": MIXED * 3, "name": SCRIPT[:60], "title": ATTRIBUTE + TEMPLATE, "company": SCRIPT}
    typed = {name: ATTRIBUTE for name in fields if isinstance_text(name)} | short
    typed |= {"phone": "138 0571 6620", "email": "a@example.com", "channel": "phone", "draft": str(uuid.uuid4())}
    saved = client.post("/complaints/new/", typed)
    assert saved.status_code == 302, re.findall(r'href="#id_[a-z_]+">[^<]*', saved.content.decode())
    complaint = Complaint.objects.get()
    assert complaint.description == MIXED * 3, "byte for byte"
    assert complaint.title == ATTRIBUTE + TEMPLATE
    own = complaint.get_absolute_url()
    for kind in ("note", "phone"):
        client.post(f"{own}entries/add/", {"kind": kind, "direction": "in", "summary": MIXED})
    client.post(f"{own}desk/change/", {"what": "place", "note": MIXED})
    client.post(f"{own}desk/listen/finish/", {"restated": MIXED[:480], "customer_agreed": "on"})
    clerk = User.objects.get(pk=house.clerk.pk)
    clerk.name = "<b>Clerk</b>"
    clerk.save()
    of_customer = f"/customers/{complaint.customer_id}/"
    places = [
        "/", own, f"{own}live/", f"{own}desk/", f"{own}desk/?change=listen", f"{own}slip/", f"{own}record/edit/",
        f"{own}assign/", f"{own}link/", f"{own}desk/change/", "/search/?q=138", f"{of_customer}card/", of_customer,
        "/customers/find/?q=138 0571", "/notifications/", "/complaints/new/?phone=138 0571 6620",
    ]  # fmt: skip
    shown = 0
    for who in (clerk, stage.user(Role.SUPERVISOR)):
        reader = signed_in(who)
        for url in places:
            body = reader.get(url, follow=True).content.decode()
            for raw in ("<script>canary", "<img src=x", "<svg onload", "<b>Clerk", "pbkdf2", "md5$"):
                assert raw not in body, (url, raw)
            shown += body.count(html.escape(SCRIPT)[:20])
    assert shown > 20, "it was there, as text"


def isinstance_text(name: str) -> bool:
    kind = IntakeForm.base_fields.get(name)
    is_promise = name.startswith(("promise_what", "promise_by"))
    return is_promise or (isinstance(kind, Words) and name not in ("email", "phone", "preferred_time"))


# ------------------------------------------------------------------ anything at all

SIGNS = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.dictionaries(
        st.sampled_from([*IntakeForm.base_fields, "then", "draft"]), st.lists(SIGNS, max_size=2), max_size=12
    )
)
def test_any_text_in_any_fields_of_the_intake(stage, data):
    client = signed_in(stage.house.clerk)
    with undone():
        for url in ("/complaints/new/", "/complaints/new/assess/", "/complaints/new/draft/"):
            assert client.post(url, data).status_code in GOOD | REFUSED


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.binary(max_size=200), kind=st.sampled_from([FORM, "multipart/form-data; boundary=x", "application/json"])
)
def test_any_bytes_as_a_body(stage, sent, kind):
    client = signed_in(stage.house.clerk)
    with undone():
        assert client.generic("POST", "/complaints/new/", sent, content_type=kind).status_code in GOOD | REFUSED


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=SIGNS, owner=SIGNS, after=SIGNS)
def test_any_text_in_a_search(stage, typed, owner, after):
    client = signed_in(stage.house.clerk)
    for url, query in (
        ("/search/", {"q": typed}),
        ("/search/", {"q": typed, "owner": owner, "since": after}),
        ("/search/", {"q": "a", "after": after}),
        ("/customers/find/", {"q": typed}),
        ("/", {"after": after}),
    ):
        assert client.get(url, query, headers=HTMX).status_code in {200, 302, 400, 422}


@pytest.mark.parametrize("url", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_no_value_breaks_what_strangers_may_send(stage, url):
    visitor = Client(raise_request_exception=False)
    for value in TEXTS.values():
        names = ("login", "password", "email", "username", "password1", "next", "remember")
        answer = visitor.post(url, dict.fromkeys(names, value))
        assert answer.status_code in {200, 302, 400, 403, 422, 429}, (value[:40], answer.status_code)
        assert "<script>canary" not in answer.content.decode()
    assert "_auth_user_id" not in visitor.session
