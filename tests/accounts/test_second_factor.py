"""The second factor: set up by whom it is asked of before anything else, asked for at each sign-in."""

import json
import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from accounts.key_actions import create_api_key
from accounts.models import User
from accounts.roles import Role
from accounts.second_factor import must_have, must_set_up
from accounts.second_factor_actions import reset_second_factor
from accounts.second_factor_secrets import decrypted, encrypted
from core import clock
from core.errors import Blocked, PermissionDenied
from events.models import Event, Notification
from policies.actions import set_policy
from tests.accounts.phone import PASSWORD, code_of, key_on, set_up, sign_in
from tests.house import House, make_user

# What is saved when the transaction is done belongs to most of this.
pytestmark = pytest.mark.django_db(transaction=True)

GUARDED = ["supervisor", "manager", "auditor", "administrator"]
START = 1_700_000_010
ACTIVATE = "/accounts/second-factor/totp/activate/"
DEACTIVATE = "/accounts/second-factor/totp/deactivate/"
STEP = "/accounts/second-factor/authenticate/"
CODES = "/accounts/second-factor/recovery-codes/"


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def now():
    """A clock that stands still: a code would otherwise end while a test runs."""
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def guarded(house):
    set_policy("signin.second_factor", GUARDED, by=None)


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def lin(house):
    return with_password(make_user("lin", house.west, Role.SUPERVISOR, name="Lin Yue"))


@pytest.fixture
def phone(lin, now) -> str:
    """Lin has set up an app: its key. Half a minute later, since a code is good once."""
    client = Client()
    sign_in(client, "lin")
    secret = set_up(client)
    client.post("/accounts/logout/")
    now.shift(30)
    return secret


def events_of(user: User) -> list[str]:
    return list(Event.objects.of(user).order_by("seq").values_list("type", flat=True))


def with_code(client: Client, secret: str, name: str = "lin") -> Any:
    sign_in(client, name)
    return client.post(STEP, {"code": code_of(secret)})


def codes_on(client: Client) -> list[str]:
    return client.get(f"{CODES}download/").content.decode().split("\n", 1)[1].split()


# ------------------------------------------------------------------ of whom it is asked


@pytest.mark.parametrize(("demo", "expected"), [("1", []), ("0", GUARDED)])
def test_a_real_house_asks_it_of_those_who_lead_and_a_demonstration_of_nobody(tmp_path, demo, expected):
    program = (
        "import json, django; django.setup()\n"
        "from policies.defaults import SPECS; print(json.dumps(SPECS['signin.second_factor'].default))"
    )
    environment = {
        "PATH": os.defpath, "DATA_DIR": str(tmp_path), "DEMO": demo, "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == expected


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_it_is_asked_by_role(house, guarded, role):
    user = make_user("somebody", house.west, role)
    assert must_have(user) is (role.value in GUARDED)
    assert must_set_up(user) is (role.value in GUARDED)


def test_one_guarded_role_among_others_is_enough(house, guarded):
    assert must_have(make_user("both", house.west, Role.FRONT_DESK, Role.SUPERVISOR))


@pytest.mark.parametrize("value", [["boss"], ["supervisor", "Manager"], "supervisor", [1], {"supervisor": True}])
def test_the_policy_takes_roles_only(house, value):
    with pytest.raises(Blocked):
        set_policy("signin.second_factor", value, by=None)


# ------------------------------------------------------------------ who has none yet


@pytest.mark.parametrize("page", ["/", "/profile/", "/profile/keys/new/", "/complaints/new/", "/notifications/"])
def test_who_must_have_one_is_led_to_the_page_that_sets_it_up(client, guarded, lin, page):
    client.force_login(lin)
    assert client.get(page)["Location"] == ACTIVATE


def test_no_part_no_script_and_no_settings_open_before_it(client, guarded, lin, house):
    client.force_login(lin)
    part = client.get("/notifications/bell/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"], part.content) == (403, ACTIVATE, b"")
    assert client.post("/complaints/new/draft/", {}, headers={"X-Requested-With": "fetch"}).status_code == 403
    client.force_login(house.administrator)
    assert client.get("/admin/accounts/user/")["Location"] == ACTIVATE


def test_what_was_typed_when_the_rule_came_is_given_back(client, lin):
    client.force_login(lin)
    assert client.get("/profile/").status_code == 200
    set_policy("signin.second_factor", GUARDED, by=None)
    answer = client.post("/complaints/new/", {"description": "The roof <b>is</b> missing", "channel": "phone"})
    html = answer.content.decode()
    assert answer.status_code == 403
    assert "The roof &lt;b&gt;is&lt;/b&gt; missing" in html
    assert f'href="{ACTIVATE}"' in html
    assert not Event.objects.filter(type="complaint.created").exists()


def test_the_ways_out_stay_open(client, guarded, lin):
    client.force_login(lin)
    assert client.post("/language/", {"language": "zh-hans", "next": ACTIVATE})["Location"] == ACTIVATE
    assert client.post("/theme/", {"theme": "dark", "next": ACTIVATE})["Location"] == ACTIVATE
    assert client.post("/lock/").status_code == 204
    client.force_login(lin)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"


def test_others_are_not_asked(client, guarded, house):
    client.force_login(house.clerk)
    assert client.get("/profile/").status_code == 200


def test_the_api_refuses_a_session_and_takes_a_key(client, guarded, lin):
    client.force_login(lin)
    refused = client.get("/api/v1/me")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert refused.json()["code"] == "second_factor_required"
    _key, secret = create_api_key(lin.pk, name="sales system", now=clock.now(), by=lin)
    taken = client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    assert (taken.status_code, taken.json()["username"]) == (200, "lin")


# ------------------------------------------------------------------ setting it up


def test_setting_up_leads_from_the_sign_in_to_the_recovery_codes_and_opens_the_house(client, now, guarded, lin):
    assert sign_in(client, "lin")["Location"] == "/"
    assert client.get("/")["Location"] == ACTIVATE
    html = client.get(ACTIVATE).content.decode()
    assert 'src="data:image/svg+xml;base64,' in html
    assert "Your role asks for it" in html
    secret = key_on(html)
    assert f"otpauth://totp/lin?secret={secret}" in html
    wrong = client.post(ACTIVATE, {"code": f"{(int(code_of(secret)) + 1) % 10**6:06d}"})
    assert "This code is not right" in wrong.content.decode()
    assert must_set_up(lin)
    done = client.post(ACTIVATE, {"code": code_of(secret)})
    assert done["Location"] == CODES
    page = client.get(CODES)
    assert page.status_code == 200
    assert page.content.decode().count("<li>") >= 10
    assert len(codes_on(client)) == len(set(codes_on(client))) == 10
    assert client.get("/profile/").status_code == 200
    assert events_of(lin) == ["user.second_factor_set_up"]


def test_the_key_stays_while_the_page_is_loaded_again(client, now, lin):
    sign_in(client, "lin")
    first = key_on(client.get(ACTIVATE).content.decode())
    client.post("/language/", {"language": "zh-hans", "next": ACTIVATE})
    assert key_on(client.get(ACTIVATE).content.decode()) == first


def test_an_older_sign_in_confirms_who_it_is_first(client, now, lin):
    sign_in(client, "lin")
    now.shift(301)
    asked = client.get(ACTIVATE)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    wrong = client.post(asked["Location"], {"password": "wrong"})
    assert "This is not your password" in wrong.content.decode()
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == ACTIVATE
    assert client.get(ACTIVATE).status_code == 200


def test_setting_up_ends_the_sign_ins_that_never_showed_it(client, now, lin):
    elsewhere = Client()
    sign_in(elsewhere, "lin")
    assert elsewhere.get("/profile/").status_code == 200
    sign_in(client, "lin")
    set_up(client)
    assert elsewhere.get("/profile/").status_code == 302
    assert client.get("/profile/").status_code == 200


# ------------------------------------------------------------------ signing in with it


def test_the_password_alone_does_not_sign_in(client, phone):
    assert sign_in(client, "lin")["Location"] == STEP
    assert "_auth_user_id" not in client.session
    assert client.get("/profile/").status_code == 302
    assert client.get("/accounts/login/")["Location"] == STEP, "the second step waits"


def test_the_code_signs_in_and_leads_to_what_was_asked_for(client, phone):
    client.post("/accounts/login/", {"login": "lin", "password": PASSWORD, "next": "/notifications/"})
    assert client.post(STEP, {"code": code_of(phone)})["Location"] == "/notifications/"
    assert client.get("/profile/").status_code == 200


def test_a_code_may_be_typed_in_two_halves(client, phone):
    sign_in(client, "lin")
    code = code_of(phone)
    assert client.post(STEP, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


@pytest.mark.parametrize("seconds", [-60, -30, 30, 60])
def test_a_code_of_another_half_minute_is_refused(client, phone, seconds):
    sign_in(client, "lin")
    answer = client.post(STEP, {"code": code_of(phone, START + 30 + seconds)})
    assert "This code is not right" in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("code", ["", " ", "x" * 40, "１２３４５６", "-1", "0", "<script>"])
def test_what_is_no_code_is_refused_as_text(client, phone, code):
    sign_in(client, "lin")
    answer = client.post(STEP, {"code": code})
    assert answer.status_code == 200
    assert "data-error-summary" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_code_is_good_once(client, phone):
    assert with_code(client, phone).status_code == 302
    client.post("/accounts/logout/")
    again = with_code(client, phone)
    assert "This code is not right" in again.content.decode()
    assert "_auth_user_id" not in client.session


def test_nobody_comes_to_the_second_step_without_the_first(client, phone):
    assert client.get(STEP)["Location"] == "/accounts/login/"
    assert client.post(STEP, {"code": code_of(phone)})["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_a_recovery_code_gets_in_once(client, lin, now, phone):
    with_code(client, phone)
    client.post("/accounts/reauthenticate/?next=/", {"password": PASSWORD})
    code = codes_on(client)[3]
    client.post("/accounts/logout/")
    sign_in(client, "lin")
    assert client.post(STEP, {"code": code}).status_code == 302
    assert "user.recovery_code_used" in events_of(lin)
    client.post("/accounts/logout/")
    sign_in(client, "lin")
    assert "This code is not right" in client.post(STEP, {"code": code}).content.decode()


def test_new_recovery_codes_end_the_old_ones(client, lin, phone):
    with_code(client, phone)
    client.post("/accounts/reauthenticate/?next=/", {"password": PASSWORD})
    old = codes_on(client)
    assert "The old ones then open nothing" in client.get(f"{CODES}generate/").content.decode()
    assert client.post(f"{CODES}generate/")["Location"] == CODES
    assert not set(old) & set(codes_on(client))
    assert events_of(lin)[-1] == "user.recovery_codes_made"
    client.post("/accounts/logout/")
    sign_in(client, "lin")
    assert "This code is not right" in client.post(STEP, {"code": old[0]}).content.decode()


def test_recovery_codes_are_shown_to_who_confirms_only(client, now, phone):
    with_code(client, phone)
    for page in (CODES, f"{CODES}download/", f"{CODES}generate/"):
        assert client.get(page)["Location"].startswith("/accounts/reauthenticate/"), page
    now.shift(30)
    # A code of the app is as good as the password.
    by_code = client.post(f"/accounts/second-factor/reauthenticate/?next={CODES}", {"code": code_of(phone)})
    assert by_code["Location"] == CODES
    assert client.get(CODES).status_code == 200


# ------------------------------------------------------------------ guessing


def wrong_codes(secret: str, count: int) -> list[str]:
    return [f"{(int(code_of(secret)) + n) % 10**6:06d}" for n in range(1, count + 1)]


def test_guessing_codes_stops_after_five_even_for_the_right_one(client, phone):
    sign_in(client, "lin")
    answers = [client.post(STEP, {"code": code}).status_code for code in wrong_codes(phone, 5)]
    assert answers == [200] * 5
    right = client.post(STEP, {"code": code_of(phone)})
    assert (right.status_code, right["Retry-After"]) == (429, "900")
    assert "_auth_user_id" not in client.session


def test_a_new_start_gives_no_new_tries(phone):
    for code in wrong_codes(phone, 5):
        client = Client()
        sign_in(client, "lin")
        client.post(STEP, {"code": code})
    last = Client()
    assert with_code(last, phone).status_code == 429
    assert "_auth_user_id" not in last.session


def test_setting_up_is_no_place_to_guess_either(client, now, lin):
    sign_in(client, "lin")
    secret = key_on(client.get(ACTIVATE).content.decode())
    for code in wrong_codes(secret, 5):
        assert client.post(ACTIVATE, {"code": code}).status_code == 200
    assert client.post(ACTIVATE, {"code": code_of(secret)}).status_code == 429


# ------------------------------------------------------------------ turning it off, and losing it


def test_it_stays_on_while_a_role_asks_for_it(client, lin, phone, guarded):
    with_code(client, phone)
    client.post("/accounts/reauthenticate/?next=/", {"password": PASSWORD})
    assert "Your role asks for a second factor, so it stays on." in client.get(DEACTIVATE).content.decode()
    assert client.post(DEACTIVATE).status_code == 200
    assert not must_set_up(lin)


def test_turning_it_off_takes_a_password_and_ends_the_other_sign_ins(client, lin, now, phone):
    elsewhere = Client()
    with_code(elsewhere, phone)
    assert elsewhere.get("/profile/").status_code == 200
    now.shift(30)
    with_code(client, phone)
    assert client.post(DEACTIVATE)["Location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.filter(user=lin).count() == 2
    client.post("/accounts/reauthenticate/?next=/", {"password": PASSWORD})
    assert client.post(DEACTIVATE).status_code == 302
    assert not Authenticator.objects.filter(user=lin).exists()
    assert events_of(lin)[-1] == "user.second_factor_taken_off"
    assert client.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302


def test_an_administrator_resets_what_somebody_lost(client, lin, house, phone):
    elsewhere = Client()
    with_code(elsewhere, phone)
    assert elsewhere.get("/profile/").status_code == 200
    client.force_login(house.administrator)
    chosen = {"action": "reset_second_factors", "_selected_action": [lin.pk]}
    page = client.post("/admin/accounts/user/", chosen, follow=True)
    assert "Lin Yue: The second factor is reset." in page.content.decode()
    assert not Authenticator.objects.filter(user=lin).exists()
    assert elsewhere.get("/profile/").status_code == 302
    reset = Event.objects.of(lin).latest("seq")
    assert (reset.type, reset.actor) == ("user.second_factor_reset", house.administrator)
    assert Notification.objects.get(recipient=lin).code == "second_factor_reset"
    assert sign_in(Client(), "lin")["Location"] == "/", "the password is enough to set it up anew"


def test_at_the_command_line_even_the_last_administrator_is_helped(lin, phone):
    call_command("reset_second_factor", user="lin", stdout=StringIO())
    assert not Authenticator.objects.filter(user=lin).exists()
    reset = Event.objects.of(lin).latest("seq")
    assert (reset.type, reset.actor) == ("user.second_factor_reset", None)
    for name in ("lin", "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", user=name)


def test_the_list_of_users_says_who_has_one(client, house, phone):
    client.force_login(house.administrator)
    html = client.get("/admin/accounts/user/?q=lin").content.decode()
    assert html.count("icon-yes.svg") == 2, "has one, and is active"
    html = client.get("/admin/accounts/user/?q=eastclerk").content.decode()
    assert html.count("icon-no.svg") == 1


def test_nobody_resets_their_own(client, house, now):
    with_password(house.administrator)
    sign_in(client, "administrator")
    set_up(client)
    with pytest.raises(PermissionDenied) as refused:
        reset_second_factor(house.administrator.pk, by=house.administrator)
    assert refused.value.code == "own_second_factor"
    chosen = {"action": "reset_second_factors", "_selected_action": [house.administrator.pk]}
    page = client.post("/admin/accounts/user/", chosen, follow=True)
    assert "Somebody else must reset your second factor." in page.content.decode()
    assert Authenticator.objects.filter(user=house.administrator).count() == 2


@pytest.mark.parametrize("name", ["clerk", "supervisor", "director", "auditor"])
def test_only_an_administrator_resets_it(house, lin, phone, name):
    with pytest.raises(PermissionDenied):
        reset_second_factor(lin.pk, by=getattr(house, name))
    assert Authenticator.objects.filter(user=lin).count() == 2
    assert "user.second_factor_reset" not in events_of(lin)


def test_where_there_is_none_there_is_nothing_to_reset(house, lin):
    with pytest.raises(Blocked) as refused:
        reset_second_factor(lin.pk, by=house.administrator)
    assert refused.value.blockers[0].code == "no_second_factor"
    assert events_of(lin) == []


# ------------------------------------------------------------------ what is kept


def test_a_copy_of_the_database_makes_no_codes(lin, phone):
    rows = {row.type: row.data for row in Authenticator.objects.filter(user=lin)}
    assert phone not in json.dumps(rows)
    assert decrypted(rows["totp"]["secret"]) == phone
    with override_settings(SECRET_KEY="another" * 10, SECRET_KEY_FALLBACKS=[]), pytest.raises(InvalidToken):
        decrypted(rows["totp"]["secret"])


def test_a_former_key_still_opens_it_and_is_not_needed_for_long(client, lin, phone):
    new = override_settings(SECRET_KEY="another" * 10, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY])
    with new:
        assert with_code(client, phone).status_code == 302
    with override_settings(SECRET_KEY="another" * 10, SECRET_KEY_FALLBACKS=[]):
        stored = Authenticator.objects.get(user=lin, type="totp").data["secret"]
        assert decrypted(stored) == phone
        assert len(Authenticator.objects.get(user=lin, type="recovery_codes").wrap().get_unused_codes()) == 10


def test_a_used_recovery_code_stays_used_when_the_key_changes(client, lin, phone):
    codes = Authenticator.objects.get(user=lin, type="recovery_codes").wrap().generate_codes()
    with override_settings(SECRET_KEY="another" * 10, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        sign_in(client, "lin")
        assert client.post(STEP, {"code": codes[0]}).status_code == 302
        left = Authenticator.objects.get(user=lin, type="recovery_codes").wrap().get_unused_codes()
    assert left == codes[1:]


def test_what_is_encrypted_twice_looks_different():
    assert encrypted("JBSWY3DPEHPK3PXP") != encrypted("JBSWY3DPEHPK3PXP")


def test_no_secret_stands_in_an_event_or_a_log(client, lin, now, caplog):
    sign_in(client, "lin")
    secret = set_up(client)
    codes = codes_on(client)
    said = "".join([*Event.objects.values_list("data_text", flat=True), caplog.text])
    assert "request_finished" in said
    assert not [word for word in (secret, *codes, PASSWORD) if word in said]


def test_pages_are_chinese_for_who_reads_chinese(client, now, lin):
    lin.language = "zh-hans"
    lin.save()
    sign_in(client, "lin")
    for page in (ACTIVATE, "/accounts/second-factor/"):
        assert '<html lang="zh-Hans"' in client.get(page).content.decode()
