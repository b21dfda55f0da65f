"""One's own keys for programs: made after a password, shown once, revoked at once."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client

from accounts.api_keys import find_key, hash_of
from accounts.key_actions import create_api_key
from accounts.models import ApiKey
from accounts.roles import Role
from core import clock
from events.models import Event
from tests.accounts.phone import PASSWORD, sign_in
from tests.house import make_user

PAGE, NEW = "/profile/keys/", "/profile/keys/new/"


@pytest.fixture
def lin(house):
    user = make_user("lin", house.west, Role.HANDLER, name="Lin Yue")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def desk(lin, client):
    """Lin, who has just signed in."""
    sign_in(client, "lin")
    return client


def form_on(client: Client) -> str:
    html = client.get(NEW).content.decode()
    found = re.search(r'name="form" value="([^"]+)"', html)
    assert found, html
    return found[1]


def make(client: Client, **fields: object):
    told = {"form": form_on(client), "name": "sales system", "scopes": ["read", "write"], "days": "90", **fields}
    return client.post(NEW, told)


def secret_on(answer) -> str:
    found = re.search(r'id="new-key"[^>]*>([^<]+)<', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def test_new_key_is_shown_once_and_opens_the_api(desk, lin):
    answer = make(desk)
    assert answer.status_code == 200
    secret = secret_on(answer)
    assert "no-store" in answer["Cache-Control"]
    key = ApiKey.objects.get()
    assert (key.user, key.name, key.scopes, key.hash) == (lin, "sales system", ["read", "write"], hash_of(secret))
    assert key.expires_at - key.created_at == timedelta(days=90)
    found = find_key(secret, now=clock.now())
    assert found is not None
    assert found.user == lin
    me = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    assert (me.status_code, me.json()["username"]) == (200, "lin")
    for page in (PAGE, NEW, "/profile/"):
        assert secret not in desk.get(page).content.decode(), page


def test_secret_stands_in_no_event_and_no_log(desk, caplog):
    secret = secret_on(make(desk))
    said = "".join([*Event.objects.values_list("data_text", flat=True), caplog.text])
    assert "request_finished" in said
    assert "scopes" in said
    assert secret not in said
    assert secret not in str(dict(desk.session))


def test_list_tells_what_each_key_is(desk, lin):
    assert "No program acts in your name" in desk.get(PAGE).content.decode()
    make(desk, name="<b>sales</b>")
    html = desk.get(PAGE).content.decode()
    assert "&lt;b&gt;sales&lt;/b&gt;" in html
    assert "Read, Write" in html
    assert "never used" in html
    assert ApiKey.objects.get().prefix in html
    ApiKey.objects.update(last_used_at=clock.now())
    assert "last used" in desk.get(PAGE).content.decode()


def test_page_sent_again_makes_no_second_key(desk):
    told = {"form": form_on(desk), "name": "sales system", "scopes": ["read"], "days": "90"}
    first, second = desk.post(NEW, told), desk.post(NEW, told)
    assert (first.status_code, second["Location"]) == (200, PAGE)
    assert ApiKey.objects.count() == 1
    assert "This form was sent already" in desk.get(PAGE).content.decode()


def test_form_that_was_never_shown_makes_none(desk):
    form_on(desk)
    assert desk.post(NEW, {"form": "", "name": "x", "scopes": ["read"], "days": "90"})["Location"] == PAGE
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Say what the key is for."),
        ({"name": "\u200b\x00"}, "Null characters are not allowed."),
        ({"name": "x" * 81}, "at most 80"),
        ({"scopes": []}, "Choose at least one."),
        ({"scopes": ["everything"]}, "everything is not one of the available choices"),
        ({"scopes": ["read", "admin"]}, "admin is not one of the available choices"),
        ({"days": "0"}, "0 is not one of the available choices"),
        ({"days": "100000"}, "100000 is not one of the available choices"),
        ({"days": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_named_and_makes_no_key(desk, fields, sentence):
    answer = make(desk, **fields)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ApiKey.objects.exists()
    assert not Event.objects.filter(type="user.api_key_created").exists()


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        (Role.FRONT_DESK, ["read", "write", "sales"]),
        (Role.MANAGER, ["read", "write", "sales", "admin"]),
        (Role.ADMINISTRATOR, ["read", "admin"]),
        (Role.AUDITOR, ["read"]),
    ],
)
def test_scopes_that_a_role_may_give(house, client, role, scopes):
    user = make_user("somebody", house.west, role)
    user.set_password(PASSWORD)
    user.save()
    sign_in(client, "somebody")
    html = client.get(NEW).content.decode()
    assert re.findall(r'name="scopes" value="(\w+)"', html) == scopes
    if "write" not in scopes:
        assert make(client, scopes=["read", "write"]).status_code == 422
        assert not ApiKey.objects.exists()
        assert make(client, scopes=["read"]).status_code == 200


def test_older_sign_in_gives_the_password_first(lin, client):
    with time_machine.travel(1_700_000_010, tick=False) as now:
        sign_in(client, "lin")
        now.shift(301)
        asked = client.get(NEW)["Location"]
        assert unquote(asked) == f"/accounts/reauthenticate/?next={NEW}"
        assert client.post(NEW, {"name": "x", "scopes": ["read"], "days": "90"})["Location"] == asked
        assert not ApiKey.objects.exists()
        assert client.post(asked, {"password": "wrong"}).status_code == 200
        assert client.get(NEW).status_code == 302
        client.post("/accounts/reauthenticate/?next=/", {"password": PASSWORD})
        assert client.get(NEW).status_code == 200


def test_revoked_key_opens_nothing_at_the_next_request(desk, lin):
    secret = secret_on(make(desk))
    key = ApiKey.objects.get()
    assert desk.get(f"{PAGE}{key.pk}/revoke/").status_code == 405
    assert desk.post(f"{PAGE}{key.pk}/revoke/")["Location"] == PAGE
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    html = desk.get(PAGE).content.decode()
    assert "Not valid any more" in html
    assert "Revoked" in html
    revoked = Event.objects.of(lin).latest("seq")
    assert (revoked.type, revoked.actor) == ("user.api_key_revoked", lin)


def test_key_that_has_ended_is_listed_as_such(desk, lin):
    with clock.frozen(clock.now() - timedelta(days=100)):
        create_api_key(lin.pk, name="old", days=90, now=clock.now(), by=lin)
    html = desk.get(PAGE).content.decode()
    assert html.index("Not valid any more") < html.index(">old<")
    assert "/revoke/" not in html


def test_keys_of_others_are_not_there(desk, house):
    key, _secret = create_api_key(house.clerk.pk, name="the clerk's", now=clock.now(), by=house.clerk)
    assert key.prefix not in desk.get(PAGE).content.decode()
    assert desk.post(f"{PAGE}{key.pk}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None
    administrator = Client()
    administrator.force_login(house.administrator)
    assert administrator.post(f"{PAGE}{key.pk}/revoke/").status_code == 404, "this page is for one's own"


def test_profile_leads_to_all_three(desk):
    html = desk.get("/profile/").content.decode()
    for page in ("/accounts/second-factor/", "/profile/sessions/", PAGE):
        assert f'href="{page}"' in html
        assert desk.get(page).status_code == 200
