"""Policies through the API: read by who may, changed by managers, checked as in the browser."""

import json
from contextlib import suppress

import pytest

from accounts.roles import Role
from core import clock
from deadlines.models import Deadline
from deadlines.recomputing import recompute_changed
from policies.actions import set_policy
from policies.defaults import SPECS
from policies.models import Policy, PolicyVersion
from policies.reading import policy
from policies.validators import Invalid
from tests.api.conftest import problem
from tests.house import make_user

URL = "/api/v1/policies"
DAYS = f"{URL}/reopen.days"
READ = {Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR}


def change(client, url, value, **headers):
    return client.patch(url, {"value": value}, headers={"If-Match": client.get(url)["ETag"], **headers})


def test_one_policy_as_it_is(api, house, at_work):
    client = api(house.manager)
    found = client.get(DAYS)
    assert found.json() == {
        "key": "reopen.days",
        "label": "Reopening",
        "help": "How long after its end a complaint may be reopened.",
        "unit": "days",
        "value": 90,
        "default": 90,
        "version": 0,
        "changed_at": None,
        "changed_by": None,
    }
    changed = change(client, DAYS, 30)
    assert changed.status_code == 200, changed.content
    assert changed.json() == {
        **found.json(),
        "value": 30,
        "version": 1,
        "changed_at": "2026-11-18T02:00:00Z",
        "changed_by": "manager",
    }
    assert (client.get(DAYS).json(), client.get(DAYS)["ETag"]) == (changed.json(), changed["ETag"])
    assert policy("reopen.days") == 30


def test_the_same_value_again_is_no_change(api, house):
    client = api(house.manager)
    assert change(client, DAYS, 90).json()["version"] == 0
    assert not PolicyVersion.objects.exists()


def test_a_value_of_each_shape(api, house):
    client = api(house.manager)
    for key, value, kept in (
        ("authority.limits", {"front_desk": "300", "handler": 500, "supervisor": "5000.50", "manager": "50000"}, None),
        ("triage.class2_categories", ["integrity", "safety"], ["integrity", "safety"]),
        ("company.legal_name", "  杭州西湖汽车有限公司 ", "杭州西湖汽车有限公司"),
        ("triage.vip_top_share", 0.1, 0.1),
    ):
        answer = change(client, f"{URL}/{key}", value)
        assert answer.status_code == 200, answer.content
        assert answer.json()["value"] == (kept or {**value, "handler": "500", "supervisor": "5000.5"})
        assert answer.json()["default"] == SPECS[key].default


def test_the_list_has_every_policy_once(api, house):
    set_policy("reopen.days", 30, by=house.manager)
    client = api(house.manager)
    found, address = [], f"{URL}?limit=10"
    while address:
        page = client.get(address).json()
        found += page["results"]
        address = page["next"]
    assert [row["key"] for row in found] == sorted(SPECS)
    assert {row["key"]: row["value"] for row in found} == {key: policy(key) for key in SPECS}


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("key=reopen.days", ["reopen.days"]),
        ("key=no.such", []),
        ("search=reopen", ["reopen.days"]),
        ("search=Limits and thresholds", ["company.currency"]),
        ("ordering=-key&limit=1", [max(SPECS)]),
    ],
)
def test_found_by_key_and_words(api, house, query, keys):
    assert [row["key"] for row in api(house.manager).get(f"{URL}?{query}").json()["results"]] == keys


def test_found_in_chinese_by_two_characters(api, house):
    answer = api(house.manager).get(f"{URL}?search=重新", headers={"Accept-Language": "zh-Hans"})
    assert "reopen.days" in [row["key"] for row in answer.json()["results"]]


def test_a_shorter_promise_moves_what_is_open(api, house, make_complaint):
    complaint = make_complaint()
    row = Deadline.objects.get(subject_id=complaint.pk, subject_type="complaint", kind="first_response")
    value = {**SPECS["deadline.first_response"].default, "length": {"1": "PT10M", "2": "PT10M"}}
    assert change(api(house.manager), f"{URL}/deadline.first_response", value).status_code == 200
    assert recompute_changed(clock.now()) == 1
    moved = Deadline.objects.get(pk=row.pk)
    assert (moved.policy_version, (moved.due_at - moved.started_at).total_seconds()) == (1, 600)
    assert moved.due_at < row.due_at


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_changes(api, house, role):
    client = api(make_user("somebody", house.office, role))
    etag = api(house.manager).get(DAYS)["ETag"]
    for path in (URL, DAYS, f"{URL}?search=reopen"):
        assert client.get(path).status_code == (200 if role in READ else 403), path
    answer = client.patch(DAYS, {"value": 30}, headers={"If-Match": etag})
    assert answer.status_code == (200 if role == Role.MANAGER else 403)
    assert PolicyVersion.objects.count() == (1 if role == Role.MANAGER else 0)
    if role in READ - {Role.MANAGER}:
        problem(answer, 403, "scope_missing" if role == Role.AUDITOR else "not_policy_editor")


def test_nobody_in_particular_reads_nothing(api, house):
    for answer in (api().get(URL), api().get(DAYS), api().patch(DAYS, {"value": 1})):
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("scope", "reads", "writes"), [("read", 1, 0), ("write", 0, 0), ("sales", 0, 0), ("admin", 1, 1)]
)
def test_a_key_that_is_narrowed(api, house, scope, reads, writes):
    etag = api(house.manager).get(DAYS)["ETag"]
    client = api(house.manager, scopes=[scope])
    assert client.get(DAYS).status_code == (200 if reads else 403)
    answer = client.patch(DAYS, {"value": 30}, headers={"If-Match": etag})
    assert answer.status_code == (200 if writes else 403)


# ---------------------------------------------------------------- no lost updates


def test_a_change_needs_the_version_that_was_seen(api, house):
    client = api(house.manager)
    problem(client.patch(DAYS, {"value": 30}), 428, "if_match_required")
    etag = client.get(DAYS)["ETag"]
    assert client.patch(DAYS, {"value": 30}, headers={"If-Match": etag}).status_code == 200
    late = client.patch(DAYS, {"value": 60}, headers={"If-Match": etag})
    problem(late, 412, "stale")
    assert late["ETag"] == client.get(DAYS)["ETag"]
    assert policy("reopen.days") == 30


def test_what_is_known_is_not_sent_again(api, house):
    client = api(house.manager)
    etag = client.get(DAYS)["ETag"]
    assert client.get(DAYS, headers={"If-None-Match": etag}).status_code == 304
    # The same policy in another language is another answer.
    chinese = client.get(DAYS, headers={"If-None-Match": etag, "Accept-Language": "zh-Hans"})
    assert (chinese.status_code, chinese.json()["value"]) == (200, 90)
    assert chinese["ETag"].partition(".")[0] == etag.partition(".")[0]


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("reopen.days", 0, "invalid_policy"),
        ("reopen.days", "30", "invalid_policy"),
        ("reopen.days", 30.5, "invalid_policy"),
        ("reopen.days", True, "invalid_policy"),
        ("reopen.days", 2**62, "invalid_policy"),
        ("reopen.days", None, "null"),
        ("company.legal_name", "长" * 100_000, "invalid_policy"),
        ("company.currency", "RMB", "invalid_policy"),
        ("company.zone", "Asia/Nowhere", "invalid_policy"),
        ("authority.limits", {"front_desk": "200"}, "invalid_policy"),
        (
            "authority.limits",
            {"front_desk": "9999", "handler": "1", "supervisor": "2", "manager": "3"},
            "invalid_policy",
        ),
        ("integrity.readers", ["有 空格"], "invalid_policy"),
        ("words.danger", {"en": ["x" * 61], "zh": []}, "invalid_policy"),
        ("session.lock_minutes", 240, "policies_contradict"),
        ("deadline.owned", {"clock": "working"}, "invalid_policy"),
    ],
)
def test_a_value_it_cannot_have(api, house, key, value, code):
    answer = problem(change(api(house.manager), f"{URL}/{key}", value), 400, "invalid")
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [("value", code)]
    assert not PolicyVersion.objects.exists()


# One of each kind that JSON knows, and some that look like what a policy wants.
NONSENSE = [
    0, -1, 1.5, 1e300, False, "", "x", "\u202e", "9" * 40, [], [[]], [None], ["x", 1], [{"a": 1}], {}, {"": None},
    {"length": None}, {"length": {"1": "P999999999999D"}}, {"en": "x", "zh": None}, [["a"] * 3] * 3,
    {"length": {"1": "PT-5M", "2": {}}, "clock": [], "rungs": [5]},
    {"front_desk": [], "handler": {}, "supervisor": True, "manager": "NaN"},
]  # fmt: skip


@pytest.mark.parametrize("key", sorted(SPECS))
def test_nonsense_is_refused_with_a_sentence_or_kept_as_the_policy_may_be(key):
    for value in NONSENSE:
        with suppress(Invalid):
            # Whatever else is raised would be an answer 500.
            kept = SPECS[key].validate(value)
            assert SPECS[key].validate(kept) == kept, value


@pytest.mark.parametrize("key", ["deadline.owned", "authority.limits", "words.threats", "integrity.readers"])
def test_nonsense_is_answered(api, house, key):
    client, url = api(house.manager), f"{URL}/{key}"
    for value in NONSENSE:
        answer = client.patch(url, {"value": value}, headers={"If-Match": "*"})
        assert answer.status_code in (200, 400), (value, answer.content)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "value", "required"),
        ({"value": 30, "version": 7}, "version", "unknown_field"),
        ({"values": 30}, "values", "unknown_field"),
        ({"value": "a\x00b"}, "value", "null_byte"),
        ({"value": ["a", "\ud800"]}, "value.1", "not_utf8"),
    ],
)
def test_a_body_that_is_none(api, house, body, field, code):
    client = api(house.manager)
    raw = client.patch(
        DAYS, json.dumps(body), content_type="application/json", headers={"If-Match": client.get(DAYS)["ETag"]}
    )
    answer = problem(raw, 400, "invalid")
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [(field, code)]


def test_a_refusal_speaks_the_readers_language(api, house):
    client = api(house.manager)
    for language, words in (("en", "Enter a number from 1"), ("zh-Hans", "请填写")):
        answer = change(client, DAYS, 0, **{"Accept-Language": language})
        assert words in answer.json()["errors"][0]["message"]


def test_an_address_that_is_none(api, house):
    client = api(house.manager)
    for path in ("no.such", "reopen", "reopen.days/value", "%00", "x" * 151):
        problem(client.get(f"{URL}/{path}"), 404, "not_found")
    Policy.objects.create(key="gone.policy")
    problem(client.get(f"{URL}/gone.policy"), 404, "not_found")
    problem(client.delete(DAYS), 405, "method_not_allowed")
    problem(client.post(URL, {"value": 1}), 405, "method_not_allowed")


def test_a_list_costs_the_same_however_long(api, house, django_assert_max_num_queries):
    for key in ("reopen.days", "draft.keep_days", "import.deadline_days"):
        set_policy(key, 20, by=house.manager)
    client = api(house.manager)
    client.get(URL)
    with django_assert_max_num_queries(5) as small:
        client.get(f"{URL}?limit=1")
    with django_assert_max_num_queries(len(small)):
        assert len(client.get(f"{URL}?limit=100").json()["results"]) == len(SPECS)
