"""Cards of guidance through the API: read by who works on complaints."""

import pytest

from accounts.roles import Role
from complaints.actions.guidance import archive_card, save_card
from complaints.guidance.content import Content, Texts
from complaints.guidance.starter import ensure_starter_guidance
from tests.api.conftest import problem
from tests.house import make_card, make_user

URL = "/api/v1/guidance"
BOTH = Content(
    steps=("listen",),
    temperaments=("stubborn",),
    categories=("product_quality",),
    skills=("ask",),
    situations=("phone",),
    en=Texts("en", "Listen", helps=("Sit down",), avoid=("Arguing",), say=("Please go on, {name}.",)),
    zh=Texts("zh", "聆听", say=("请您继续。",)),
)


def titles(client, query=""):
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 200, answer.content
    return [row["title"] for row in answer.json()["results"]]


def test_one_card_as_it_is(api, house, at_work):
    card = save_card(None, BOTH, by=house.manager)
    client = api(house.clerk)
    found = client.get(f"{URL}/{card.pk}")
    assert found.json() == {
        "id": card.pk,
        "code": "",
        "title": "Listen",
        "steps": ["listen"],
        "types": ["stubborn"],
        "categories": ["product_quality"],
        "skills": ["ask"],
        "situations": ["phone"],
        "texts": [
            {
                "language": "en",
                "title": "Listen",
                "helps": ["Sit down"],
                "avoid": ["Arguing"],
                "say": ["Please go on, {name}."],
            },
            {"language": "zh", "title": "聆听", "helps": [], "avoid": [], "say": ["请您继续。"]},
        ],
        "is_archived": False,
        "version": 1,
        "updated_at": "2026-11-18T02:00:00Z",
    }
    assert client.get(f"{URL}/{card.pk}", headers={"If-None-Match": found["ETag"]}).status_code == 304
    assert client.get(f"{URL}/{card.pk}", headers={"Accept-Language": "zh-CN"}).json()["title"] == "聆听"
    problem(client.get(f"{URL}/999999"), 404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        "step=listen", "type=stubborn", "category=product_quality", "skill=ask", "situation=phone", "language=zh",
        "search=继续", "search=arguing", "step=listen&type=stubborn&search=聆听",
    ],
)  # fmt: skip
def test_each_filter_finds_what_it_says(api, house, query):
    make_card("Another")
    save_card(None, BOTH, by=None)
    assert titles(api(house.clerk), query) == ["Listen"]


@pytest.mark.parametrize("query", ["step=nap", "type=shy", "category=nowhere", "language=fr", "kind=x", "limit=0"])
def test_a_filter_that_cannot_be_is_refused(api, house, query):
    answer = api(house.clerk).get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.split("=")[0]


def test_archived_cards_are_for_managers_and_the_auditor(api, house):
    archive_card(make_card("Old").pk, by=None)
    make_card("New")
    assert titles(api(house.clerk)) == ["New"]
    assert titles(api(house.clerk), "is_archived=true") == []
    assert titles(api(house.auditor), "is_archived=true") == ["Old"]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DEPARTMENT_STAFF])
def test_who_works_on_no_complaint_reads_none(api, house, role):
    card = make_card()
    client = api(make_user("me", house.west, role))
    problem(client.get(URL), 403, "not_allowed")
    problem(client.get(f"{URL}/{card.pk}"), 403, "not_allowed")


def test_the_list_costs_the_same_however_long(api, house, django_assert_max_num_queries):
    ensure_starter_guidance()
    client = api(house.clerk)
    client.get("/api/v1/me")
    with django_assert_max_num_queries(4) as one:
        client.get(f"{URL}?limit=1")
    with django_assert_max_num_queries(len(one)):
        assert len(client.get(f"{URL}?limit=100").json()["results"]) >= 60
