"""A key is its user: what it may, how long, and that taking it away works at the next request."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from accounts import api_keys
from accounts.actions import set_roles
from accounts.key_actions import create_api_key, revoke_api_key
from accounts.models import ApiKey
from core import clock
from core.errors import Blocked, PermissionDenied
from events.models import Event
from tests.api.conftest import problem
from tests.house import WORKING_HOUR

ME = "/api/v1/me"


def made(user, days=365, scopes=(), now=WORKING_HOUR, by=None):
    return create_api_key(user.pk, name="dms", scopes=scopes, days=days, now=now, by=by)


def asked(secret, path=ME, scheme="Bearer"):
    return Client(raise_request_exception=False).get(path, headers={"Authorization": f"{scheme} {secret}"})


def test_only_the_hash_of_a_key_is_kept(house):
    key, secret = made(house.clerk)
    row = ApiKey.objects.values().get(pk=key.pk)
    assert secret not in str(row)
    assert secret.startswith(row["prefix"])
    assert len(row["prefix"]) < len(secret) / 3
    event = Event.objects.of(house.clerk).get(type="user.api_key_created")
    assert event.data["key_id"] == key.pk
    assert row["hash"] not in event.data_text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_key_acts_as_its_user(house, at_work, scheme):
    _key, secret = made(house.clerk)
    assert asked(secret, scheme=scheme).json()["username"] == "clerk"


def test_whatever_is_no_key_of_ours_is_told_the_same(house, at_work):
    key, secret = made(house.clerk)
    revoked, other = made(house.clerk)
    revoke_api_key(revoked.pk, now=WORKING_HOUR, by=house.clerk)
    wrong = [secret[:-1], secret + "x", secret.swapcase(), key.hash, key.prefix, other, "", "ck_", "ck_" + "ÿ" * 20]
    told = []
    for each in wrong:
        answer = asked(each)
        assert answer["WWW-Authenticate"] == 'Bearer realm="complaints"'
        told.append(problem(answer, 401, "invalid_key")["detail"])
    assert len(set(told)) == 1
    problem(asked(secret, scheme="Basic"), 401, "invalid_key")
    problem(asked(secret, scheme="Token"), 401, "invalid_key")


def test_without_a_key_nobody_is_told_what_to_bring(house):
    answer = Client().get(ME)
    problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_key_is_not_made_good_by_a_session(client, house):
    client.force_login(house.clerk)
    assert client.get(ME).status_code == 200
    problem(client.get(ME, headers={"Authorization": "Bearer ck_wrong"}), 401, "invalid_key")


def test_a_key_in_the_address_is_refused(house, at_work):
    _key, secret = made(house.clerk)
    answer = Client().get(f"{ME}?key={secret}", headers={"Authorization": f"Bearer {secret}"})
    assert problem(answer, 400, "invalid")["errors"][0]["code"] == "unknown_parameter"
    assert Client().get(f"{ME}?access_token={secret}").status_code == 401


def test_a_key_ends_when_it_expires(house):
    with clock.frozen(WORKING_HOUR):
        _key, secret = made(house.clerk, days=1)
        assert asked(secret).status_code == 200
    with clock.frozen(WORKING_HOUR + timedelta(days=1, seconds=-1)):
        assert asked(secret).status_code == 200
    with clock.frozen(WORKING_HOUR + timedelta(days=1)):
        problem(asked(secret), 401, "invalid_key")


def test_what_is_taken_away_is_gone_at_the_next_request(house, at_work):
    key, secret = made(house.supervisor)
    assert asked(secret).json()["roles"] == ["supervisor"]
    set_roles(house.supervisor.pk, ["handler"], by=None)
    assert asked(secret).json()["roles"] == ["handler"]
    house.supervisor.is_active = False
    house.supervisor.save()
    problem(asked(secret), 401, "invalid_key")
    house.supervisor.is_active = True
    house.supervisor.save()
    assert asked(secret).status_code == 200
    revoke_api_key(key.pk, now=WORKING_HOUR, by=house.supervisor)
    problem(asked(secret), 401, "invalid_key")


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [([], 200, 400), (["read"], 200, 403), (["write"], 403, 400), (["sales"], 403, 403), (["read", "write"], 200, 400)],
)
def test_a_narrowed_key_does_what_it_is_for(api, house, settings, scopes, read, write):
    settings.ROOT_URLCONF = "tests.api.trial"
    client = api(house.clerk, scopes=scopes)
    assert client.get("/api/v1/trials").status_code == read
    assert client.post("/api/v1/trials", {}).status_code == write
    refused = client.get("/api/v1/trials") if read == 403 else client.post("/api/v1/trials", {})
    if refused.status_code == 403:
        problem(refused, 403, "scope_missing")


def test_a_scope_gives_no_right_that_the_user_lacks(api, house, settings):
    settings.ROOT_URLCONF = "tests.api.trial"
    client = api(house.manager, scopes=["read", "write", "sales", "admin"])
    set_roles(house.manager.pk, ["auditor"], by=None)
    problem(client.post("/api/v1/trials", {"name": "Fang"}), 403, "not_allowed")


def test_using_a_key_costs_one_statement(house, at_work, django_assert_num_queries):
    _key, secret = made(house.clerk)
    asked(secret)
    with django_assert_num_queries(1):
        assert asked(secret).json()["roles"] == ["front_desk"]


def test_last_use_is_written_once_an_hour(house):
    key, secret = made(house.clerk)
    seen = []
    for minutes in (0, 59, 60, 61):
        with clock.frozen(WORKING_HOUR + timedelta(minutes=minutes)):
            assert asked(secret).status_code == 200
        seen.append(ApiKey.objects.get(pk=key.pk).last_used_at)
    hour = WORKING_HOUR + timedelta(hours=1)
    assert seen == [WORKING_HOUR, WORKING_HOUR, hour, hour]


def test_a_database_that_cannot_be_written_is_not_in_the_way(house, at_work):
    key, secret = made(house.clerk)

    def no_writing(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            raise DatabaseError("attempt to write a readonly database")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(no_writing):
        assert asked(secret).status_code == 200
    assert ApiKey.objects.get(pk=key.pk).last_used_at is None
    if connection.vendor == "sqlite":
        assert connection.connection.patience > api_keys.PATIENCE_SECONDS, "others wait as long as before"


def test_people_make_keys_for_themselves_only(house):
    assert made(house.clerk, by=house.clerk)[0].user == house.clerk
    for other in (house.supervisor, house.administrator):
        with pytest.raises(PermissionDenied):
            made(house.clerk, by=other)
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"days": 0}, "days_out_of_range"),
        ({"days": 10_000}, "days_out_of_range"),
        ({"scopes": ["root"]}, "unknown_scope"),
    ],
)
def test_a_key_that_is_wrong_is_not_made(house, wrong, code):
    with pytest.raises(Blocked) as refused:
        made(house.clerk, **wrong)
    assert [blocker.code for blocker in refused.value.blockers] == [code]
    assert not ApiKey.objects.exists()


def test_a_closed_user_gets_no_key(house):
    house.clerk.is_active = False
    house.clerk.save()
    with pytest.raises(Blocked):
        made(house.clerk)


def test_who_may_revoke(house):
    key, _secret = made(house.clerk)
    with pytest.raises(PermissionDenied):
        revoke_api_key(key.pk, now=WORKING_HOUR, by=house.supervisor)
    revoke_api_key(key.pk, now=WORKING_HOUR, by=house.administrator)
    revoke_api_key(key.pk, now=WORKING_HOUR + timedelta(days=1), by=house.clerk)
    assert ApiKey.objects.get(pk=key.pk).revoked_at == WORKING_HOUR
    assert Event.objects.of(house.clerk).filter(type="user.api_key_revoked").count() == 1


def test_the_command_prints_the_key_alone_on_its_last_line(house, capsys):
    call_command("create_api_key", user="clerk", scopes="read, write", expires_days=30)
    secret = capsys.readouterr().out.splitlines()[-1]
    assert asked(secret).json()["scopes"] == ["read", "write"]
    key = ApiKey.objects.get()
    assert timedelta(days=29) < key.expires_at - clock.now() <= timedelta(days=30)
    with pytest.raises(CommandError, match="no user"):
        call_command("create_api_key", user="nobody")
    with pytest.raises(CommandError, match="Scopes are"):
        call_command("create_api_key", user="clerk", scopes="everything")


def test_a_session_needs_the_token_of_its_browser(house, settings):
    settings.ROOT_URLCONF = "tests.api.trial"
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.clerk)
    body = {"name": "Fang"}
    problem(client.post("/api/v1/trials", body, content_type="application/json"), 403, "csrf_failed")
    client.get("/profile/")
    token = client.cookies["csrftoken"].value
    answer = client.post("/api/v1/trials", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 201, answer.content


def test_a_session_whose_user_is_closed_is_over(client, house):
    client.force_login(house.clerk)
    assert client.get(ME).status_code == 200
    house.clerk.is_active = False
    house.clerk.save()
    problem(client.get(ME), 401, "not_authenticated")
