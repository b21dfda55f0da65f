"""The pages of recurring causes: whoever may see them finds them, and each press does one thing."""

import pytest

from complaints.actions import causes
from complaints.models import Cause
from tests.complaints.pages import client_of, statements, text_of
from tests.complaints.recurring import again, later, make_recurring
from tests.house import lodge

PLAN = {"corrective_action": "Reprint the brochure", "due_on": "2026-12-01"}


@pytest.fixture
def cause(house, at_work):
    return make_recurring(house)


def press(client, cause, name, **fields):
    return client.post(f"/causes/{cause.number}/{name}/", fields)


def test_the_list_shows_open_ones_with_their_counts(house, cause):
    page = text_of(client_of(house.clerk).get("/causes/"))
    assert "K-1" in page
    assert '<b class="num">3</b>' in page
    assert "K-1" not in text_of(client_of(house.clerk).get("/causes/?show=closed"))
    assert "K-1" in text_of(client_of(house.clerk).get("/causes/?show=all&q=compact"))
    assert "K-1" not in text_of(client_of(house.clerk).get("/causes/?q=van"))


def test_the_page_of_one_lists_its_complaints(house, cause):
    page = text_of(client_of(house.clerk).get(cause.get_absolute_url()))
    for complaint in cause.complaints.all():
        assert complaint.number in page
    assert "Product quality · Compact SUV" in page
    assert "<svg" in page


def test_a_complaint_says_to_which_cause_it_belongs(house, cause):
    complaint = cause.complaints.first()
    page = text_of(client_of(house.clerk).get(complaint.get_absolute_url()))
    assert "Belongs to recurring cause K-1" in page
    assert cause.get_absolute_url() in page


def test_hidden_ones_are_not_there(house, at_work):
    cause = make_recurring(house, product_name="", subject_ids=[house.handler.pk])
    client = client_of(house.handler)
    assert client.get(cause.get_absolute_url()).status_code == 404
    assert press(client, cause, "plan", **PLAN).status_code == 404
    assert "K-1" not in text_of(client.get("/causes/?show=all"))
    assert client_of(house.administrator).get("/causes/").status_code == 403
    assert client_of(house.supervisor).get("/causes/K-77/").status_code == 404


def test_it_is_planned_done_and_checked_in_the_browser(house, cause):
    client = client_of(house.supervisor)
    refused = press(client, cause, "plan", corrective_action="", due_on="")
    assert refused.status_code == 422
    assert "Write what will be done about it." in text_of(refused)
    press(client, cause, "plan", **PLAN)
    assert "Reprint the brochure" in text_of(client.get(cause.get_absolute_url()))
    press(client, cause, "plan", corrective_action="Reprint it twice", due_on="2026-12-02")
    press(client, cause, "done", done_note="Everywhere")
    page = press(client, cause, "check", is_effective="yes")
    assert page.status_code == 422
    assert "too early" in text_of(page)
    with later(days=31):
        press(client, cause, "check", is_effective="yes", check_note="Nothing more")
    cause.refresh_from_db()
    assert cause.state == "effective"
    page = text_of(client.get(cause.get_absolute_url()))
    assert "Reprint it twice" in page
    assert "It helped" in page


def test_two_at_the_same_plan_and_the_second_is_told(house, cause):
    client = client_of(house.supervisor)
    press(client, cause, "plan", **PLAN, seen_version=cause.version)
    answer = press(
        client, cause, "plan", corrective_action="Another brochure", due_on="2026-12-03", seen_version=cause.version
    )
    assert answer.status_code == 409
    assert "Another brochure" in text_of(answer)


def test_it_is_given_and_added_to(house, cause):
    client = client_of(house.supervisor)
    press(client, cause, "give", owner=house.handler.pk)
    cause.refresh_from_db()
    assert cause.owner == house.handler
    assert press(client, cause, "give", owner=house.administrator.pk).status_code == 422
    other = lodge(house.clerk, phone="138 0571 9999")
    press(client, cause, "add", number=other.number)
    assert other in cause.complaints.all()
    assert press(client, cause, "add", number="C-2026-999999").status_code == 422
    # A clerk who does not own it reads it, and presses nothing.
    clerk = client_of(house.clerk)
    assert press(clerk, cause, "give", owner=house.clerk.pk).status_code == 403
    assert "plan/" not in text_of(clerk.get(cause.get_absolute_url()))


def test_a_manager_opens_one(house, at_work):
    again(house)
    client = client_of(house.manager)
    assert client.post("/causes/new/", {}).status_code == 422
    fields = {
        "department": house.west.pk, "category": house.product.pk, "what": "product", "value": "Compact SUV",
        "note": "Twice in a month",
    }  # fmt: skip
    answer = client.post("/causes/new/", fields)
    assert answer["Location"] == "/causes/K-1/"
    assert Cause.objects.get().complaints.count() == 1
    again_asked = client.post("/causes/new/", fields)
    assert again_asked.status_code == 422
    assert "K-1" in text_of(again_asked)
    assert client_of(house.supervisor).get("/causes/new/").status_code == 403


def test_pages_ask_a_bounded_number_of_times(house, cause):
    client = client_of(house.supervisor)
    few = statements(client, cause.get_absolute_url())
    few_listed = statements(client, "/causes/")
    first = cause.complaints.earliest("pk").get_absolute_url()
    few_on_complaint = statements(client, first)
    for _ in range(4):
        again(house)
    for _ in range(3):
        again(house, product_name="Van")
    assert Cause.objects.count() == 2
    assert statements(client, cause.get_absolute_url()) == few
    assert statements(client, "/causes/") == few_listed
    assert statements(client, first) == few_on_complaint


def test_a_complaint_without_a_cause_is_asked_nothing_more(house, at_work):
    """Beside an EXISTS in a statement that is there anyway."""
    client = client_of(house.clerk)
    plain = lodge(house.clerk)
    before = statements(client, plain.get_absolute_url())
    make_recurring(house)
    assert statements(client, plain.get_absolute_url()) == before
    first = Cause.objects.get().complaints.earliest("pk")
    assert statements(client, first.get_absolute_url()) <= before + 1


def test_in_chinese_too(house, cause):
    client = client_of(house.clerk)
    page = client.get(cause.get_absolute_url(), headers={"Accept-Language": "zh-CN"})
    assert "产品质量 · Compact SUV" in text_of(page)
    causes.plan_action(cause.pk, what="重印宣传册", due_on=cause.opened_at.date(), by=house.supervisor)
    assert "重印宣传册" in text_of(client.get(cause.get_absolute_url()))
