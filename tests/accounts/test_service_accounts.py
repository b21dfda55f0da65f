"""A program's account: an administrator asks, a manager confirms, and until then it may nothing."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from accounts.actions import change_user, delegate_authority, save_department, set_roles
from accounts.api_keys import find_key
from accounts.duty import on_duty
from accounts.key_actions import create_api_key, revoke_api_key
from accounts.models import ApiKey, RightsRequest, ServiceAccount, User
from accounts.passwords import set_password
from accounts.roles import Role
from accounts.service_accounts import awaiting, waiting_request
from accounts.service_actions import (
    ask_for_rights,
    change_service_account,
    confirm_rights,
    refuse_rights,
    start_service_account,
    stop_service_account,
)
from core import clock
from core.errors import Blocked, Conflict, PermissionDenied
from events.models import Event, Notification
from events.notices import notify
from events.registry import describe
from tests.accounts.programs import confirmed, make_confirmed, make_program
from tests.api.conftest import problem
from tests.house import WORKING_HOUR, make_user

HOUR = WORKING_HOUR


def refused(error, code):
    return pytest.raises(error, match=code)


def roles_of(account):
    return set(User.objects.get(pk=account.pk).role_grants.values_list("role", flat=True))


def ask(account, *roles, department=None, by=None):
    account = ServiceAccount.objects.get(pk=account.pk)
    return ask_for_rights(
        account.pk, expected_version=account.version, roles=roles, department=department or account.user.department,
        by=by,
    )  # fmt: skip


def key_of(account, by=None, **more):
    return create_api_key(account.pk, name="dms", now=clock.now(), by=by, **more)


def asked(secret, path="/api/v1/me"):
    return Client(raise_request_exception=False).get(path, headers={"Authorization": f"Bearer {secret}"})


# ------------------------------------------------------------------ asked and confirmed


def test_an_account_may_nothing_until_a_manager_confirms(house, at_work):
    account = make_program(house, Role.SALES_MANAGER)
    assert roles_of(account) == set()
    assert account.user.department is None
    assert not User.objects.get(pk=account.pk).has_perm("customers.record_sales")
    with refused(Blocked, "account_not_confirmed"):
        key_of(account, by=house.administrator)
    assert not ApiKey.objects.exists()
    confirmed(account, house.manager)
    user = User.objects.get(pk=account.pk)
    assert (roles_of(account), user.department) == ({"sales_manager"}, house.west)
    assert user.has_perm("customers.record_sales")
    _key, secret = key_of(account, by=house.administrator, scopes=["sales"])
    me = asked(secret).json()
    assert (me["username"], me["is_service_account"], me["scopes"]) == ("dms", True, ["sales"])


def test_each_step_is_an_event_and_tells_whom_it_is_about(house, at_work):
    account = make_program(house)
    ids = set(Notification.objects.values_list("recipient_id", flat=True))
    assert ids == {house.manager.pk, house.director.pk}, "the managers above the department"
    confirmed(account, house.manager)
    assert not Notification.objects.filter(recipient__in=ids).exists(), "what is decided waits for nobody"
    types = list(Event.objects.of(account.user).order_by("seq").values_list("type", flat=True))
    assert types == [
        "user.service_account_created", "user.rights_asked", "user.role_granted", "user.rights_confirmed",
        "user.changed",
    ]  # fmt: skip
    event = Event.objects.get(type="user.rights_confirmed")
    assert (event.actor, event.data["roles"]) == (house.manager, ["sales_manager"])
    assert describe(event) == "Manager confirmed these roles: Sales manager"
    notice = Notification.objects.get(recipient=house.administrator)
    assert (notice.code, notice.url) == ("service_account.rights_confirmed", account.get_absolute_url())


@pytest.mark.parametrize("who", ["administrator", "supervisor", "auditor", "clerk", "handler"])
def test_only_managers_confirm(house, at_work, who):
    request = waiting_request(make_program(house))
    with pytest.raises(PermissionDenied):
        confirm_rights(request.pk, by=getattr(house, who))
    with pytest.raises(PermissionDenied):
        refuse_rights(request.pk, reason="No", by=getattr(house, who))
    assert RightsRequest.objects.get().state == "waiting"


def test_the_manager_is_one_above_the_department(house, at_work):
    east_manager = make_user("eastmanager", house.east, Role.MANAGER)
    request = waiting_request(make_program(house, department=house.west))
    with refused(PermissionDenied, "not_your_department"):
        confirm_rights(request.pk, by=east_manager)
    assert [awaiting(user) for user in (east_manager, house.manager, house.director)] == [0, 1, 1]
    above = waiting_request(make_program(house, username="top", department=house.office))
    with refused(PermissionDenied, "not_your_department"):
        confirm_rights(above.pk, by=house.manager)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_what_reaches_the_whole_house_is_confirmed_at_the_head_office(house, at_work, role):
    request = waiting_request(make_program(house, role))
    with refused(PermissionDenied, "not_your_department"):
        confirm_rights(request.pk, by=house.manager)
    assert awaiting(house.manager) == 0
    confirm_rights(request.pk, by=house.director)
    assert Notification.objects.filter(recipient=house.manager).count() == 0


def test_nobody_confirms_what_they_asked_for(house, at_work):
    both = make_user("both", house.office, Role.MANAGER, Role.ADMINISTRATOR)
    request = waiting_request(make_program(house, by=both))
    with refused(PermissionDenied, "own_request"):
        confirm_rights(request.pk, by=both)
    assert awaiting(both) == 0
    assert not Notification.objects.filter(recipient=both).exists()
    # Nor past the action.
    with pytest.raises(IntegrityError), transaction.atomic():
        RightsRequest.objects.update(state="confirmed", decided_by=both, decided_at=HOUR)
    confirm_rights(request.pk, by=house.director)


def test_a_program_confirms_nothing(house, at_work):
    boss = make_confirmed(house, Role.MANAGER, username="boss", department=house.office)
    request = waiting_request(make_program(house))
    with pytest.raises(PermissionDenied):
        confirm_rights(request.pk, by=User.objects.get(pk=boss.pk))


def test_a_second_decision_is_told_that_there_was_one(house, at_work):
    request = waiting_request(make_program(house))
    confirm_rights(request.pk, by=house.manager)
    for again in (lambda: confirm_rights(request.pk, by=house.director),
                  lambda: refuse_rights(request.pk, reason="No", by=house.director)):  # fmt: skip
        with refused(Conflict, "already_decided"):
            again()
    assert RightsRequest.objects.get().decided_by == house.manager


def test_a_request_that_was_replaced_meanwhile_is_not_confirmed(house, at_work):
    """The manager looked at an older page: what they saw is not what would be given."""
    account = make_program(house, Role.SALES_MANAGER)
    seen = waiting_request(account)
    ask(account, Role.SALES_MANAGER, Role.MANAGER, department=house.west, by=house.administrator)
    with refused(Conflict, "already_decided"):
        confirm_rights(seen.pk, by=house.manager)
    assert roles_of(account) == set()


def test_a_refusal_says_why_and_changes_nothing(house, at_work):
    account = make_confirmed(house, Role.SALES_MANAGER)
    ask(account, Role.SALES_MANAGER, Role.MANAGER, by=house.administrator)
    request = waiting_request(account)
    with refused(Blocked, "reason_missing"):
        refuse_rights(request.pk, reason="  ", by=house.manager)
    refuse_rights(request.pk, reason="It only sells.", by=house.manager)
    request.refresh_from_db()
    assert (request.state, request.reason, request.decided_by) == ("refused", "It only sells.", house.manager)
    assert roles_of(account) == {"sales_manager"}
    assert "It only sells" not in Event.objects.get(type="user.rights_refused").data_text
    assert Notification.objects.filter(recipient=house.administrator, code__endswith="rights_refused").exists()


# ------------------------------------------------------------------ changed later


def test_less_holds_at_once_and_more_waits(house, at_work):
    account = make_confirmed(house, Role.SALES_MANAGER, Role.HANDLER)
    ask(account, Role.HANDLER, by=house.administrator)
    assert (roles_of(account), waiting_request(account)) == ({"handler"}, None)
    ask(account, Role.SALES_MANAGER, Role.FRONT_DESK, by=house.administrator)
    assert roles_of(account) == set(), "the one it held is taken, the new ones wait"
    confirmed(account, house.manager)
    assert roles_of(account) == {"sales_manager", "front_desk"}


def test_another_department_waits_also_one_below(house, at_work):
    """Who reads there about whom differs: complaints about the head of a department are hidden from its people."""
    account = make_confirmed(house, Role.HANDLER, department=house.region)
    ask(account, Role.HANDLER, department=house.west, by=house.administrator)
    assert User.objects.get(pk=account.pk).department == house.region
    confirmed(account, house.manager)
    assert User.objects.get(pk=account.pk).department == house.west


def test_what_is_asked_back_waits_no_more(house, at_work):
    account = make_confirmed(house, Role.SALES_MANAGER)
    ask(account, Role.MANAGER, Role.SALES_MANAGER, by=house.administrator)
    ask(account, Role.SALES_MANAGER, by=house.administrator)
    assert waiting_request(account) is None
    assert roles_of(account) == {"sales_manager"}


def test_roles_taken_away_end_its_keys_at_the_next_request(house, at_work):
    account = make_confirmed(house)
    _key, secret = key_of(account)
    assert asked(secret).status_code == 200
    ask(account, department=house.west, by=house.administrator)
    told = problem(asked(secret), 403, "account_not_confirmed")
    assert "No manager has confirmed" in told["detail"]
    answer = (
        Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}", "Accept-Language": "zh-Hans"}).json()
    )
    assert answer["detail"] != told["detail"]


def test_switched_off_it_gets_in_no_more_and_back_on_as_before(house, at_work):
    account = make_confirmed(house)
    _key, secret = key_of(account)
    for _again in range(2):
        stop_service_account(account.pk, by=house.administrator)
    problem(asked(secret), 401, "invalid_key")
    with refused(Blocked, "user_closed"):
        key_of(account, by=house.administrator)
    assert Event.objects.filter(type="user.service_account_stopped").count() == 1
    start_service_account(account.pk, by=house.administrator)
    assert asked(secret).status_code == 200


def test_what_is_switched_off_is_not_confirmed(house, at_work):
    account = make_program(house)
    request = waiting_request(account)
    stop_service_account(account.pk, by=house.administrator)
    assert awaiting(house.manager) == 0
    with refused(Blocked, "account_stopped"):
        confirm_rights(request.pk, by=house.manager)


def test_it_goes_on_when_who_answers_for_it_leaves(house, at_work):
    account = make_confirmed(house)
    _key, secret = key_of(account)
    change_user(house.supervisor.pk, name="S", department=house.west, email="", is_active=False, by=house.administrator)
    assert asked(secret).status_code == 200
    for who in (house.administrator, house.manager):
        client = Client()
        client.force_login(who)
        assert "does not work here any more" in client.get(account.get_absolute_url()).content.decode()
        assert "Nobody answers for it" in client.get("/service-accounts/").content.decode()


def test_two_who_change_it_are_told_of_each_other(house, at_work):
    account = make_program(house)
    told = {"name": "DMS", "purpose": "Sales", "responsible": house.clerk, "by": house.administrator}
    change_service_account(account.pk, expected_version=account.version, **told)
    with refused(Conflict, "account_changed"):
        change_service_account(account.pk, expected_version=account.version, **told)
    with refused(Conflict, "account_changed"):
        ask_for_rights(account.pk, expected_version=account.version, roles=[], department=house.west, by=None)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"purpose": " "}, "purpose_missing"),
        ({"roles": ["king"]}, "unknown_role"),
        ({"roles": [Role.AUDITOR, Role.HANDLER]}, "auditor_alone"),
    ],
)
def test_what_is_wrong_makes_no_account(house, at_work, wrong, code):
    roles = wrong.pop("roles", [])
    with refused(Blocked, code):
        make_program(house, *roles, **wrong)
    assert not User.objects.filter(is_service_account=True).exists()


def test_neither_a_program_nor_who_left_answers_for_one(house, at_work):
    first = make_program(house)
    house.clerk.is_active = False
    house.clerk.save()
    for responsible in (first.user, house.clerk):
        with refused(Blocked, "not_responsible"):
            make_program(house, username="other", responsible=responsible)
    for username in ("dms", "clerk", "no such name", ""):
        with pytest.raises(ValidationError):
            make_program(house, username=username)


def test_a_closed_department_is_not_confirmed(house, at_work):
    account = make_program(house, department=house.east)
    house.east.is_active = False
    house.east.save()
    with refused(Blocked, "department_closed"):
        confirmed(account, house.director)
    assert roles_of(account) == set()


# ------------------------------------------------------------------ keys


def test_an_administrator_makes_keys_for_programs_only(house, at_work):
    account = make_confirmed(house)
    key, _secret = key_of(account, by=house.administrator)
    with refused(PermissionDenied, "not_yours"):
        create_api_key(house.clerk.pk, name="x", now=HOUR, by=house.administrator)
    for other in (house.manager, house.director, house.supervisor, house.auditor):
        with pytest.raises(PermissionDenied):
            key_of(account, by=other)
        with pytest.raises(PermissionDenied):
            revoke_api_key(key.pk, now=HOUR, by=other)
    revoke_api_key(key.pk, now=HOUR, by=house.administrator)
    assert ApiKey.objects.get().revoked_at == HOUR


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.FRONT_DESK, {"read", "write", "sales"}),
        (Role.MANAGER, {"read", "write", "sales", "admin"}),
        (Role.AUDITOR, {"read"}),
        (Role.ADMINISTRATOR, {"read", "admin"}),
        (Role.DEPARTMENT_STAFF, {"read", "write"}),
    ],
)
def test_a_key_asks_for_no_scope_that_its_roles_never_use(house, role, allowed):
    user = make_user("somebody", house.west, role)
    for scope in ApiKey.Scope.values:
        if scope in allowed:
            create_api_key(user.pk, name="k", scopes=[scope], now=HOUR, by=user)
            continue
        with refused(Blocked, "scope_useless") as error:
            create_api_key(user.pk, name="k", scopes=["read", scope], now=HOUR, by=user)
        assert scope in str(error.value.message)
    assert ApiKey.objects.count() == len(allowed)


def test_a_key_of_an_auditor_only_reads_whatever_they_become(house):
    key, _secret = create_api_key(house.auditor.pk, name="k", now=HOUR, by=house.auditor)
    assert key.scopes == ["read"]


def test_the_command_makes_keys_of_programs_and_says_when_one_is_not_confirmed(house, at_work, capsys):
    account = make_program(house)
    with pytest.raises(CommandError, match="No manager has confirmed"):
        call_command("create_api_key", user="dms")
    confirmed(account, house.manager)
    with pytest.raises(CommandError, match="never use the scope admin"):
        call_command("create_api_key", user="dms", scopes="read,admin")
    call_command("create_api_key", user="dms", scopes="sales")
    secret = capsys.readouterr().out.splitlines()[-1]
    assert find_key(secret, now=clock.now()).user == account.user


# ------------------------------------------------------------------ not a person


def test_it_signs_in_nowhere(house, at_work, mailoutbox):
    account = make_confirmed(house, Role.MANAGER, department=house.office)
    client = Client()
    client.force_login(User.objects.get(pk=account.pk))
    assert client.get("/profile/").status_code == 302
    assert client.get("/admin/").status_code == 302
    problem(client.get("/api/v1/me"), 401, "not_authenticated")
    for password in ("", "!", User.objects.get(pk=account.pk).password):
        answer = Client().post("/accounts/login/", {"login": "dms", "password": password})
        assert answer.status_code == 200, "the form comes back"
    Client().post("/accounts/password/reset/", {"email": "dms@example.com"})
    assert [mail for mail in mailoutbox if "/key/" in mail.body] == [], "no way to a password"
    with refused(Blocked, "is_a_program"):
        set_password(account.pk, "another-long-password", by=house.administrator)


@pytest.mark.parametrize(
    "field", [{"password": "pbkdf2_sha256$1$x$y"}, {"email": "dms@example.com"}, {"is_staff": True}]
)
def test_the_database_keeps_it_out_too(house, field):
    account = make_program(house)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=account.pk).update(**field)


def test_no_person_becomes_a_program_by_a_slip(house):
    house.clerk.set_password("a-long-password")
    house.clerk.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=house.clerk.pk).update(is_service_account=True)


def test_its_roles_and_department_change_by_no_other_door(house, at_work):
    account = make_program(house)
    for attempt in (
        lambda: set_roles(account.pk, ["manager"], by=house.administrator),
        lambda: set_roles(account.pk, ["manager"], by=None),
        lambda: change_user(
            account.pk, name="x", department=house.west, email="", is_active=True, by=house.administrator
        ),
    ):
        with refused(Blocked, "is_a_program"):
            attempt()
    client = Client()
    client.force_login(house.administrator)
    assert "dms" not in client.get("/admin/accounts/user/").content.decode()
    assert client.get(f"/admin/accounts/user/{account.pk}/change/").status_code == 302


def test_it_is_never_on_duty_nor_told_nor_delegate_nor_head(house, at_work):
    account = make_confirmed(house, Role.SUPERVISOR, department=house.west)
    user = User.objects.get(pk=account.pk)
    assert on_duty(Role.SUPERVISOR, house.west, now=HOUR) == [house.supervisor]
    notify([user, house.clerk], "second_factor_reset", key="k", url="", at=HOUR)
    assert list(Notification.objects.filter(key="k").values_list("recipient", flat=True)) == [house.clerk.pk]
    for delegator, delegate in ((house.supervisor, user), (user, house.supervisor)):
        with refused(Blocked, "is_a_program"):
            delegate_authority(delegator.pk, delegate=delegate, starts_at=HOUR, ends_at=clock.now().max, by=None)
    with refused(Blocked, "is_a_program"):
        save_department(
            house.west.pk, name="W", code="w", calendar=house.calendar, parent=house.region, head=user, by=None
        )


def test_records_say_that_it_is_a_program(house, at_work):
    account = make_program(house, name="dms")
    assert str(account.user) == "dms (program)"
    with translation.override("zh-hans"):
        assert str(account.user) == "dms（程序）"
