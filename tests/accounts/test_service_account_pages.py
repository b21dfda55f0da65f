"""The pages of service accounts: what administrators ask, what managers decide, and keys shown once."""

import re

import pytest
import time_machine
from django.test import Client

from accounts.key_actions import create_api_key
from accounts.models import ApiKey, RightsRequest, ServiceAccount, User
from accounts.roles import Role
from accounts.service_accounts import waiting_request
from accounts.service_actions import change_service_account, stop_service_account
from core import clock
from tests.accounts.phone import PASSWORD, sign_in
from tests.accounts.programs import make_confirmed, make_program
from tests.house import make_user

LIST, NEW = "/service-accounts/", "/service-accounts/new/"


def of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def office(house):
    """The administrator, who has just given their password."""
    house.administrator.set_password(PASSWORD)
    house.administrator.save()
    client = Client()
    with time_machine.travel(1_800_000_000, tick=False):
        sign_in(client, "administrator")
        yield client


def text(answer):
    return answer.content.decode()


def form_on(client, page) -> str:
    found = re.search(r'name="form" value="([^"]+)"', text(client.get(page)))
    assert found
    return found[1]


def told(house, **fields):
    return {
        "username": "dms", "name": "Sales system", "purpose": "Brings in sales", "responsible": house.supervisor.pk,
        "department": house.west.pk, "roles": ["sales_manager"], **fields,
    }  # fmt: skip


def test_one_is_asked_for_confirmed_and_gets_a_key(house, office):
    answer = office.post(NEW, told(house, form=form_on(office, NEW)))
    account = ServiceAccount.objects.get()
    page = account.get_absolute_url()
    assert answer["Location"] == page
    html = text(office.get(page))
    assert "Waits for a manager" in html
    assert "Can be confirmed by Director, Manager." in html
    assert "/keys/new/" not in html
    assert "/confirm/" not in html
    assert office.get(f"{page}keys/new/").status_code == 409
    manager = of(house.manager)
    assert "waits for you to confirm its roles" in text(manager.get("/notifications/"))
    assert "Waits for your word" in text(manager.get(LIST))
    request = waiting_request(account)
    assert manager.post(f"{page}roles/{request.pk}/confirm/")["Location"] == page
    again = manager.post(f"{page}roles/{request.pk}/confirm/")
    assert again.status_code == 409
    assert "decided or replaced already" in text(again)
    new = f"{page}keys/new/"
    form = {"form": form_on(office, new), "name": "till", "scopes": ["sales"], "days": "90"}
    made, sent_again = office.post(new, form), office.post(new, form)
    secret = re.search(r'id="new-key"[^>]*>([^<]+)<', text(made))[1]
    assert "Whoever has it acts as this account" in text(made)
    assert (sent_again["Location"], ApiKey.objects.count()) == (page, 1)
    key = ApiKey.objects.get()
    shown = text(office.get(page))
    assert key.prefix in shown
    assert secret not in shown
    assert f"/keys/{key.pk}/revoke/" not in text(manager.get(page))
    assert office.post(f"{page}keys/{key.pk}/revoke/")["Location"] == page
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_a_key_of_an_account_asks_for_the_password_first(house):
    account = make_confirmed(house)
    house.administrator.set_password(PASSWORD)
    house.administrator.save()
    with time_machine.travel(1_800_000_000, tick=False) as now:
        client = Client()
        sign_in(client, "administrator")
        now.shift(301)
        page = f"{account.get_absolute_url()}keys/new/"
        assert "/reauthenticate/" in client.get(page)["Location"]
        assert "/reauthenticate/" in client.post(page, {"name": "x", "scopes": ["read"], "days": "90"})["Location"]
    assert not ApiKey.objects.exists()


def test_the_form_of_one_account_makes_no_key_of_another(house, office):
    first, second = make_confirmed(house), make_confirmed(house, username="other")
    form = form_on(office, f"{first.get_absolute_url()}keys/new/")
    office.post(f"{second.get_absolute_url()}keys/new/", {"form": form, "name": "x", "scopes": ["read"], "days": "90"})
    assert not ApiKey.objects.exists()


def test_these_pages_make_no_key_of_a_person(house, office):
    for path in ("", "edit/", "roles/", "keys/new/"):
        assert office.get(f"{LIST}{house.clerk.pk}/{path}").status_code == 404
    key, _secret = create_api_key(house.clerk.pk, name="mine", now=clock.now(), by=house.clerk)
    account = make_confirmed(house)
    for owner in (account.pk, house.clerk.pk):
        assert office.post(f"{LIST}{owner}/keys/{key.pk}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"username": ""}, "Enter a user name."),
        ({"username": "clerk"}, "already exists"),
        ({"username": "no such name"}, "Enter a valid username"),
        ({"username": "d\x00ms"}, "Null characters are not allowed"),
        ({"name": "x" * 81}, "at most 80"),
        ({"purpose": ""}, "Say what the program is for."),
        ({"responsible": ""}, "Choose who answers for it."),
        ({"responsible": "999999999999999999999"}, "Choose somebody who works here"),
        ({"department": "x"}, "Choose a department."),
        ({"roles": []}, "Choose at least one."),
        ({"roles": ["king"]}, "king is not one of the available choices"),
        ({"roles": ["auditor", "handler"]}, "holds no other role"),
    ],
)
def test_what_is_wrong_is_named_and_kept_and_makes_none(house, fields, sentence):
    client = of(house.administrator)
    answer = client.post(NEW, told(house, form=form_on(client, NEW), **fields))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Sales system" in text(answer) or "name" in fields
    assert not ServiceAccount.objects.exists()
    assert not User.objects.filter(is_service_account=True).exists()


def test_a_form_sent_twice_makes_one(house):
    client = of(house.administrator)
    form = told(house, form=form_on(client, NEW))
    assert [client.post(NEW, form).status_code for _each in range(2)] == [302, 302]
    assert ServiceAccount.objects.count() == 1
    assert "This form was sent already" in text(client.get(LIST))


def test_a_refusal_without_a_reason_comes_back_open(house):
    account = make_program(house)
    request, client = waiting_request(account), of(house.manager)
    page = account.get_absolute_url()
    answer = client.post(f"{page}roles/{request.pk}/refuse/", {"reason": " "})
    assert answer.status_code == 422
    assert "Write why you refuse it." in text(answer)
    assert re.search(r"<details[^>]* open>", text(answer))
    client.post(f"{page}roles/{request.pk}/refuse/", {"reason": "<b>No</b>"})
    html = text(of(house.administrator).get(page))
    assert "&lt;b&gt;No&lt;/b&gt;" in html
    assert "Manager refused these roles: Sales manager." in html


@pytest.mark.parametrize("who", ["administrator", "supervisor", "auditor", "clerk"])
def test_the_doors_of_a_manager_are_shut_to_others(house, who):
    account = make_program(house)
    request, client = waiting_request(account), of(getattr(house, who))
    for verb in ("confirm", "refuse"):
        answer = client.post(f"{account.get_absolute_url()}roles/{request.pk}/{verb}/", {"reason": "No"})
        assert answer.status_code == 403
    assert RightsRequest.objects.get().state == "waiting"


def test_a_request_is_decided_at_its_own_account(house):
    first, second = make_program(house), make_program(house, username="other")
    request = waiting_request(first)
    answer = of(house.manager).post(f"{second.get_absolute_url()}roles/{request.pk}/confirm/")
    assert answer.status_code == 404
    assert RightsRequest.objects.filter(state="confirmed").count() == 0


def test_who_asked_is_told_that_somebody_else_must_confirm(house):
    both = make_user("both", house.office, Role.MANAGER, Role.ADMINISTRATOR)
    account = make_program(house, by=both)
    html = text(of(both).get(account.get_absolute_url()))
    assert "You asked for this yourself" in html
    assert "/confirm/" not in html


def test_with_no_other_manager_the_page_says_so(house):
    for manager in (house.manager, house.director):
        manager.is_active = False
        manager.save()
    account = make_program(house)
    assert "Nobody can confirm it now" in text(of(house.administrator).get(account.get_absolute_url()))


def test_a_stale_form_saves_nothing_and_keeps_what_was_entered(house):
    account = make_program(house)
    client = of(house.administrator)
    change_service_account(
        account.pk, expected_version=account.version, name="By another", purpose="Theirs", responsible=house.clerk,
        by=house.administrator,
    )  # fmt: skip
    for page, form in (
        ("edit/", {"name": "Mine", "purpose": "My purpose", "responsible": house.supervisor.pk}),
        ("roles/", {"department": house.west.pk, "roles": ["manager"]}),
    ):
        url = f"{account.get_absolute_url()}{page}"
        answer = client.post(url, {**form, "version": account.version})
        assert answer.status_code == 409
        assert "By another" in text(answer)
        assert "My purpose" in text(answer) or page == "roles/"
    assert ServiceAccount.objects.get().purpose == "Theirs"
    assert waiting_request(account).roles == ["sales_manager"]
    version = re.search(r'name="version" value="(\d+)"', text(answer))[1]
    assert client.post(url, {**form, "version": version}).status_code == 302
    assert waiting_request(account).roles == ["manager"]


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999999"])
def test_a_version_that_is_none_changes_nothing(house, version):
    account = make_program(house)
    answer = of(house.administrator).post(
        f"{account.get_absolute_url()}edit/",
        {"name": "N", "purpose": "P", "responsible": house.clerk.pk, "version": version},
    )
    assert answer.status_code in {409, 422}
    assert ServiceAccount.objects.get().purpose != "P"


def test_switched_off_and_on(house):
    account = make_confirmed(house)
    client, page = of(house.administrator), account.get_absolute_url()
    assert client.get(f"{page}stop/").status_code == 405
    client.post(f"{page}stop/")
    assert "Switched off" in text(client.get(page))
    client.post(f"{page}start/")
    assert User.objects.get(pk=account.pk).is_active
    stop_service_account(account.pk, by=house.administrator)
    assert "Switched off" in text(client.get(LIST))


def test_a_list_of_none_says_what_they_are_for(house):
    assert "No program has an account yet" in text(of(house.administrator).get(LIST))


def test_the_list_asks_as_much_for_many_as_for_few(house, django_assert_max_num_queries):
    client = of(house.administrator)
    client.get(LIST)
    for number in range(6):
        make_confirmed(house, username=f"program{number}")
    with django_assert_max_num_queries(16):
        assert text(client.get(LIST)).count("Sales manager") == 6
