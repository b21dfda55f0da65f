import json

import pytest
from django.urls import reverse

from policies.actions import set_policy
from policies.defaults import SPECS
from policies.models import Policy, PolicyVersion
from policies.reading import policy

pytestmark = pytest.mark.django_db


def page(key: str) -> str:
    return reverse("admin:policies_policy_change", args=[Policy.objects.get(key=key).pk])


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client


def test_list_shows_every_policy_with_its_value(as_manager, manager):
    set_policy("reopen.days", 61, by=manager)
    html = as_manager.get(reverse("admin:policies_policy_changelist")).content.decode()
    assert all(key in html for key in SPECS)
    assert ">61<" in html


def test_list_costs_the_same_however_many_were_changed(as_manager, manager, django_assert_max_num_queries):
    for key, value in [("reopen.days", 61), ("duplicates.days", 31), ("draft.keep_days", 15)]:
        set_policy(key, value, by=manager)
    # The first request of a sign-in is noted.
    as_manager.get("/profile/")
    with django_assert_max_num_queries(10):
        as_manager.get(reverse("admin:policies_policy_changelist"))


@pytest.mark.parametrize("key", SPECS)
def test_saving_unchanged_changes_nothing(as_manager, key):
    form = as_manager.get(page(key)).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    answer = as_manager.post(page(key), shown)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize(
    ("key", "entered", "stored"),
    [
        ("reopen.days", "60", 60),
        ("triage.vip_top_share", "0.1", 0.1),
        ("triage.claim_threshold", "8,000.50", "8000.5"),
        ("company.legal_name", "东方汽车有限公司", "东方汽车有限公司"),
        ("integrity.readers", "wang\n\nli\n", ["wang", "li"]),
        ("integrity.readers", "", []),
        ("words.danger", '{"en": ["fire"], "zh": ["起火"]}', {"en": ["fire"], "zh": ["起火"]}),
    ],
)
def test_entry_is_stored_by_the_action(as_manager, manager, key, entered, stored):
    if SPECS[key].default == stored:
        set_policy(key, ["before"], by=None)
    version = Policy.objects.get(key=key).version
    as_manager.post(page(key), {"value": entered, "expected_version": version})
    assert policy(key) == stored
    assert PolicyVersion.objects.of(key)[0].by == manager


@pytest.mark.parametrize(
    ("key", "entered", "why"),
    [
        ("reopen.days", "-3", "from 1 to 3650"),
        ("reopen.days", "soon", "whole number"),
        ("company.zone", "Mars", "time zone"),
        ("words.danger", "{not json", "not valid JSON"),
        ("words.danger", '{"en": []}', "zh"),
        ("authority.limits", json.dumps({**SPECS["authority.limits"].default, "handler": "1"}), "may not be below"),
        ("session.lock_minutes", "240", "lock before"),
    ],
)
def test_wrong_entry_is_answered_with_a_sentence_and_kept(as_manager, key, entered, why):
    answer = as_manager.post(page(key), {"value": entered, "expected_version": 0})
    form = answer.context["adminform"].form
    assert why in str(form.errors)
    assert str(form["value"].value()) == entered
    assert not PolicyVersion.objects.exists()


def test_entry_on_an_old_page_is_kept_and_told_what_is_there_now(as_manager):
    set_policy("reopen.days", 61, by=None)
    answer = as_manager.post(page("reopen.days"), {"value": "30", "expected_version": "0"})
    form = answer.context["adminform"].form
    assert "It is now: 61" in str(form.errors)
    assert form["value"].value() == "30"
    again = {name: form[name].value() for name in form.fields}
    assert as_manager.post(page("reopen.days"), again).status_code == 302
    assert policy("reopen.days") == 30


def test_history_goes_back_to_the_default(as_manager, manager):
    for days in (61, 62):
        set_policy("reopen.days", days, by=manager)
    html = as_manager.get(page("reopen.days")).content.decode()
    assert html.index("· 62") < html.index("· 61") < html.index("· 90")


def test_nothing_can_be_added_or_deleted(as_manager):
    assert as_manager.get(reverse("admin:policies_policy_add")).status_code == 403
    delete = reverse("admin:policies_policy_delete", args=[Policy.objects.all()[0].pk])
    assert as_manager.post(delete, {"post": "yes"}).status_code == 403


def test_auditor_reads_and_changes_nothing(client, auditor):
    client.force_login(auditor)
    answer = client.get(page("reopen.days"))
    assert answer.status_code == 200
    assert "expected_version" not in answer.content.decode()
    assert client.post(page("reopen.days"), {"value": "1", "expected_version": 0}).status_code == 403
    assert policy("reopen.days") == 90


def test_others_do_not_see_policies(client, supervisor):
    client.force_login(supervisor)
    assert client.get(page("reopen.days")).status_code == 403
    assert client.get(reverse("admin:policies_policy_changelist")).status_code == 403
