"""Oneself, people, departments and categories."""

import pytest

from accounts.models import Department
from tests.api.conftest import problem
from tests.house import make_department


def test_me_says_who_the_key_is(api, house):
    me = api(house.clerk, scopes=["write"]).get("/api/v1/me")
    assert me.status_code == 200
    assert me.json() == {
        "id": house.clerk.pk,
        "username": "clerk",
        "name": "Clerk",
        "department": "west-store",
        "roles": ["front_desk"],
        "is_active": True,
        "is_service_account": False,
        "language": "",
        "time_zone": "Asia/Shanghai",
        "scopes": ["write"],
    }


def test_people_are_found_by_what_they_are(api, house):
    client = api(house.clerk)

    def names(query):
        answer = client.get(f"/api/v1/users?{query}")
        assert answer.status_code == 200, answer.content
        return [person["username"] for person in answer.json()["results"]]

    assert names("role=supervisor&ordering=username") == ["eastsupervisor", "supervisor"]
    assert names("role=supervisor&department=west-store") == ["supervisor"]
    assert names("search=rkhand") == []
    assert names("search=ist&ordering=-username") == ["administrator"]
    assert names("username=clerk") == ["clerk"]
    house.colleague.is_active = False
    house.colleague.save()
    assert names("is_active=false") == ["colleague"]


def test_departments_name_each_other_by_code(api, house):
    answer = api(house.clerk).get("/api/v1/departments?parent=region")
    stores = {row["code"]: row for row in answer.json()["results"]}
    assert set(stores) == {"west-store", "east-store"}
    assert stores["west-store"]["parent"] == "region"
    assert stores["west-store"]["head"] is None
    assert stores["west-store"]["time_zone"] == "Asia/Shanghai"


def test_categories_speak_the_language_that_was_asked_for(api, house):
    client = api(house.clerk)
    for asked, name in (("zh-CN,zh;q=0.9", "产品质量"), ("en", "Product quality"), ("fr", "Product quality")):
        answer = client.get("/api/v1/categories?code=product_quality", headers={"Accept-Language": asked})
        assert [row["name"] for row in answer.json()["results"]] == [name]


@pytest.mark.parametrize("path", ["me", "users", "departments", "categories"])
def test_a_slash_at_the_end_is_the_same_address(api, house, path):
    client = api(house.clerk)
    with_slash, without = client.get(f"/api/v1/{path}/"), client.get(f"/api/v1/{path}")
    assert with_slash.status_code == without.status_code == 200
    assert with_slash.json() == without.json()


@pytest.mark.parametrize("path", ["users", "departments", "categories"])
def test_a_list_costs_the_same_however_long(api, house, django_assert_max_num_queries, path):
    for number in range(12):
        make_department(f"Store {number}", house.region, house.calendar, head=house.clerk)
    client = api(house.clerk)
    client.get("/api/v1/me")
    with django_assert_max_num_queries(4) as one:
        client.get(f"/api/v1/{path}?limit=1")
    with django_assert_max_num_queries(len(one)):
        client.get(f"/api/v1/{path}?limit=100")
    assert Department.objects.count() > 12


def test_health_needs_no_key_and_tells_no_secrets(api, house):
    client = api()
    assert client.get("/api/v1/health/live").json() == {"status": "ok"}
    ready = client.get("/api/v1/health/ready")
    # Nothing has swept in a test.
    assert ready.status_code == 503
    assert set(ready.json()) == {"status", "database", "broker", "last_sweep_seconds", "findings"}
    assert ready.json()["database"] is True
    problem(client.get("/api/v1/health"), 404, "not_found")
