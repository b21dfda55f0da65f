"""What browsers are told with every answer: pages, parts, refusals, errors, files. Source: DESIGN-UI.md 2, ASVS 3.4."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client

from accounts.roles import Role
from complaints.actions import lodge as lodging
from config.safety import unsafe
from tests.hostile.conftest import OWN, PASSWORD, signed_in
from tests.hostile.routes import ROUTES, url_of
from tests.hostile.test_routes import HTMX

ROOT = Path(__file__).resolve().parents[2]

POLICY = {
    "default-src": "'none'", "style-src": "'self'", "script-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "frame-ancestors": "'none'", "media-src": "'self'",
}  # fmt: skip


OF_FILES = (
    "complaints:attachment_file", "complaints:attachment_picture", "complaints:draft_file", "complaints:draft_picture",
)  # fmt: skip


def policy_of(answer):
    directives = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";") if part.strip())
    return {name: sources for name, _space, sources in directives}


# A file that somebody sent stands in a sandbox, where nothing is allowed at all; a picture of it that we drew may have
# the style that browsers put around a lone picture.
SANDBOXES = (
    {"default-src": "'none'", "sandbox": ""},
    {"default-src": "'none'", "style-src": "'unsafe-inline'", "sandbox": ""},
)


def assert_safe(answer, what=""):
    is_file = what in OF_FILES and answer.status_code == 200
    assert policy_of(answer) in (SANDBOXES if is_file else (POLICY,)), what
    assert answer["X-Content-Type-Options"] == "nosniff", what
    assert answer["X-Frame-Options"] == "DENY", what
    assert answer["Referrer-Policy"] == "same-origin", what
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", what
    assert "Server" not in answer, what
    assert "X-Powered-By" not in answer, what


def assert_not_kept(answer, what=""):
    """Neither a proxy nor the next person at this computer finds it in a cache."""
    directives = {each.strip() for each in answer.get("Cache-Control", "").split(",")}
    assert "no-store" in directives, (what, directives)
    assert "private" in directives, (what, directives)
    assert "HX-Request" in answer["Vary"], what
    assert "Cookie" in answer["Vary"], what


def assert_cookies(answer):
    for name, cookie in answer.cookies.items():
        if not cookie.value:
            continue  # taken back
        assert cookie["samesite"] == "Lax", name
        assert cookie["httponly"] or name in ("theme", "django_language"), name


def test_every_route_says_what_browsers_must_know(stage):
    complaint = stage.lodge(OWN, stage.house.clerk)
    known = stage.kwargs_for(complaint)
    client, administrator = signed_in(stage.user(Role.SUPERVISOR)), signed_in(stage.user(Role.ADMINISTRATOR))
    for name, row in ROUTES.items():
        url = url_of(name, **known)
        who = administrator if row.is_admin else client
        answers = [who.get(url), Client(raise_request_exception=False).get(url)]
        if not row.is_admin:
            answers.append(who.get(url, headers=HTMX))
        for answer in answers:
            assert_safe(answer, name)
            assert_cookies(answer)
        # A public page tells nothing of anybody, and the health page is JSON for machines.
        if not row.is_public and answers[0].status_code == 200:
            assert_not_kept(answers[0], name)


GOOD = {
    "description": "It broke.",
    "name": "Emily",
    "phone": "13805716620",
    "channel": "phone",
    "draft": str(uuid.UUID(int=7)),
}
REFUSALS = {
    "not there": (404, lambda client, url: client.get("/nowhere/")),
    "hidden": (404, lambda client, url: client.get("/complaints/C-2026-999999/")),
    "wrong method": (405, lambda client, url: client.delete(url)),
    "not allowed": (403, lambda client, url: client.post(f"{url}void/")),
    "conflict": (409, lambda client, url: client.post(f"{url}act/")),
    "form error": (422, lambda client, url: client.post("/complaints/new/", {"channel": "phone"})),
    "too large": (413, lambda client, url: client.post("/complaints/new/", {"description": "x" * 3_000_000})),
    "other host": (400, lambda client, url: client.get(url, headers={"Host": "evil.example"})),
    "bad cursor": (400, lambda client, url: client.get("/?after=x")),
    "no token": (403, lambda client, url: token_less(client).post(url)),
    "our fault": (500, lambda client, url: client.post("/complaints/new/", GOOD)),
}


def token_less(client):
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = client.cookies
    return strict


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
@pytest.mark.parametrize("what", REFUSALS)
def test_every_refusal_and_error_does_too(stage, monkeypatch, what, headers):
    complaint = stage.lodge(OWN, stage.house.clerk)
    monkeypatch.setattr(lodging, "take_numbers", lambda *args, **kwargs: 1 / 0)
    client = signed_in(stage.house.clerk, headers=headers)
    status, ask = REFUSALS[what]
    answer = ask(client, complaint.get_absolute_url())
    assert answer.status_code == status
    assert_safe(answer, what)
    assert_not_kept(answer, what)
    if answer.content:
        assert "Traceback" not in answer.content.decode()
        assert re.search(r"<h1|id=\"refusal\"", answer.content.decode()), "a sentence on a page, or a note"


@pytest.mark.parametrize("path", ["css/app.css", "js/theme.js", "favicon.svg", "nothing.js"])
def test_files_do_too(db, path):
    if path == "css/app.css":
        path = next(str(Path("css") / each.name) for each in Path(ROOT / "static" / "css").iterdir())
    answer = Client(raise_request_exception=False).get(f"/static/{path}")
    assert answer.status_code == (200 if finders.find(path) else 404), path
    assert_safe(answer, path)
    assert "Set-Cookie" not in answer
    if answer.status_code == 200:
        assert "max-age" in answer["Cache-Control"]


def test_the_page_behind_is_not_shown_after_signing_out(stage):
    """Back, after somebody else sat down: the browser asks again, and is sent to sign in."""
    client = signed_in(stage.house.clerk)
    complaint = stage.lodge(OWN, stage.house.clerk)
    assert_not_kept(client.get(complaint.get_absolute_url()))
    client.post("/accounts/logout/")
    assert client.get(complaint.get_absolute_url()).status_code == 302


# ------------------------------------------------------------------ signing in


@pytest.fixture
def visitor(stage):
    cache.clear()
    return Client(raise_request_exception=False)


def sign_in(client, name, password, **kwargs):
    return client.post("/accounts/login/", {"login": name, "password": password}, **kwargs)


def plain(answer, *names):
    body = answer.content.decode()
    for name in names:
        body = body.replace(name, "NAME")
    return re.sub(r'(value|data-[a-z]+)="[A-Za-z0-9+/=]{20,}"', "", body)


def test_known_unknown_and_disabled_users_get_the_same_answer(stage, visitor):
    disabled = stage.user(Role.SERVICE_ADVISOR)
    disabled.is_active = False
    disabled.save()
    answers = {
        name: sign_in(Client(), name, password)
        for name, password in (
            (stage.user(Role.HANDLER).username, "wrong"),
            ("nobody7", "wrong"),
            (disabled.username, PASSWORD),
        )
    }
    pages = {plain(answer, *answers) for answer in answers.values()}
    assert {answer.status_code for answer in answers.values()} in ({200}, {422})
    assert len(pages) == 1


def test_the_work_of_a_wrong_password_is_done_for_unknown_names_too(stage, visitor, monkeypatch):
    """Or the time would tell which names there are."""
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: hashed.append(1) or encode(self, *args))
    counts = []
    for name in (stage.user(Role.HANDLER).username, "nobody7"):
        hashed.clear()
        sign_in(visitor, name, "wrong")
        counts.append(len(hashed))
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize(
    "forged", [{}, {"X-Forwarded-For": "10.{n}.0.1"}, {"Forwarded": "for=10.{n}.0.1"}, {"X-Real-IP": "10.{n}.0.1"}]
)
def test_guessing_one_password_stops_after_five_whatever_address_is_claimed(stage, visitor, forged):
    name = stage.user(Role.HANDLER).username
    for n in range(6):
        headers = {key: value.format(n=n) for key, value in forged.items()}
        answer = sign_in(Client(), name, f"wrong{n}", headers=headers)
    assert answer.status_code == 429
    assert "_auth_user_id" not in visitor.session
    right = sign_in(visitor, name, PASSWORD)
    assert right.status_code == 429, "the right one is not told apart while it is locked"
    other = sign_in(Client(), stage.user(Role.SUPERVISOR).username, PASSWORD)
    assert other.status_code == 302, "others are not locked out by it"


def test_guessing_many_names_from_one_address_stops(stage, visitor):
    answers = [sign_in(visitor, f"nobody{n}", "wrong").status_code for n in range(12)]
    assert answers == [200] * 10 + [429] * 2


NEXTS = (
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)", "/%0d/evil",
    "///evil.example", "http:///evil.example", "/\tevil", "https:evil.example", "%2F%2Fevil.example", "data:text/x,y",
    "/\n/evil.example", "http://testserver@evil.example", "x" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("next_page", NEXTS, ids=range(len(NEXTS)))
def test_nobody_is_led_to_another_house(stage, visitor, next_page):
    name = stage.user(Role.HANDLER).username
    page = visitor.get("/accounts/login/", {"next": next_page})
    assert page.status_code == 200
    answers = [
        visitor.post("/accounts/login/", {"login": name, "password": PASSWORD, "next": next_page}),
        visitor.get("/accounts/login/", {"next": next_page}),
        visitor.post("/language/", {"language": "en", "next": next_page}),
        visitor.post("/theme/", {"theme": "dark", "next": next_page}),
        visitor.post("/complaints/new/discard/", {"draft": str(uuid.uuid4()), "next": next_page}),
        visitor.post(f"/accounts/logout/?next={next_page[:50]}", {"next": next_page}),
    ]
    for answer in answers:
        if answer.status_code == 302:
            # As a browser reads it, to which a backslash is a slash.
            where = urljoin("http://testserver/accounts/login/", answer["Location"].replace("\\", "/"))
            assert urlsplit(where)[:2] == ("http", "testserver"), where


def test_a_new_sign_in_gets_a_new_session(stage, visitor):
    """A session that somebody planted before is not the one that is signed in."""
    visitor.get("/accounts/login/")
    visitor.cookies["sessionid"] = "a" * 32
    sign_in(visitor, stage.user(Role.HANDLER).username, PASSWORD)
    assert visitor.cookies["sessionid"].value != "a" * 32
    first = visitor.cookies["sessionid"].value
    visitor.post("/accounts/logout/")
    sign_in(visitor, stage.user(Role.HANDLER).username, PASSWORD)
    assert visitor.cookies["sessionid"].value != first


# ------------------------------------------------------------------ production

DJANGO = {"DJANGO_SETTINGS_MODULE": "config.settings"}
SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k3y-of-the-web-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "EVENTS_SIGNING_KEY": "k3y-of-the-log-9876543210-zyxwvutsrqponmlkjihgfedcba-GFEDCBA",
    "ALLOWED_HOSTS": "complaints.example.com",
}
PROBE = """
import django; django.setup()
from django.conf import settings
from django.test import Client
client = Client(raise_request_exception=False)
page = client.get("/accounts/login/", headers={"Host": "complaints.example.com"}, secure=True)
print(page.status_code, page["Strict-Transport-Security"], page["Content-Security-Policy"] != "")
for name, cookie in page.cookies.items():
    said = (cookie[part] for part in ("secure", "httponly", "samesite", "path"))
    print("cookie", name, *said, cookie["domain"] == "")
plain = client.get("/accounts/login/", headers={"Host": "complaints.example.com"})
print(plain.status_code, plain["Location"])
for host in ("localhost", "evil.example", "127.0.0.1"):
    print(host, client.get("/", headers={"Host": host}, secure=True).status_code)
health = client.get("/healthz", headers={"Host": "complaints.example.com"})
print("healthz", health.status_code in (200, 503))
forged = client.get("/accounts/login/", headers={"Host": "complaints.example.com", "X-Forwarded-Proto": "https"})
print("forged", forged.status_code)
"""


def production(tmp_path, *command, **environment):
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        env={"PATH": os.defpath, "DATA_DIR": str(tmp_path), **DJANGO, **SAFE, **environment},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_production_settings_pass_the_deployment_check(tmp_path):
    code, said = production(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert code == 0, said
    code, said = production(tmp_path, "-c", PROBE)
    lines = [line for line in said.splitlines() if not line.startswith("{")]
    assert lines[0] == "200 max-age=31536000; includeSubDomains True", said
    cookies = {line.split()[1]: line.split()[2:] for line in lines if line.startswith("cookie")}
    assert cookies["__Host-csrf"] == ["True", "True", "Lax", "/", "True"]
    assert "301 https://complaints.example.com/accounts/login/" in lines
    assert {"localhost 400", "evil.example 400", "127.0.0.1 400", "healthz True"} <= set(lines)
    assert "forged 301" in lines, "without a proxy of ours nobody says that it was HTTPS"


@pytest.mark.parametrize(
    "wrong",
    [
        {"DEBUG": "1"}, {"SECRET_KEY": "short"}, {"SECRET_KEY": ""}, {"ALLOWED_HOSTS": "*"}, {"ALLOWED_HOSTS": ""},
        {"DEMO": "1"}, {"DATABASE_URL": "sqlite://:memory:"}, {"EVENTS_SIGNING_KEY": SAFE["SECRET_KEY"]},
        {"ENVIRONMENT": "prod"},
    ],
    ids=lambda wrong: "-".join(f"{name}={value[:8]}" for name, value in wrong.items()),
)  # fmt: skip
def test_production_does_not_start_on_an_unsafe_setting(wrong):
    values = {
        "ENVIRONMENT": "production", "DEBUG": False, "DEMO": False, "ALLOWED_HOSTS": ["complaints.example.com"],
        "SECRET_KEY": SAFE["SECRET_KEY"], "EVENTS_SIGNING_KEY": SAFE["EVENTS_SIGNING_KEY"],
        "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "complaints"}},
        "CSRF_TRUSTED_ORIGINS": [], "SECRET_KEY_FALLBACKS": [],
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    }  # fmt: skip
    assert unsafe(values) == []
    name, value = next(iter(wrong.items()))
    changed = {
        "DEBUG": lambda: True, "DEMO": lambda: True, "ALLOWED_HOSTS": lambda: [value] if value else [],
        "DATABASE_URL": lambda: {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    }.get(name, lambda: value)()  # fmt: skip
    faults = unsafe({**values, "DATABASES" if name == "DATABASE_URL" else name: changed})
    assert len(faults) == 1
    assert faults[0].endswith((".", ")."))
