import pytest
from django.test import Client

PAGE = "http://testserver/complaints/C-2026-000123/?tab=talks"


def test_htmx_is_told_to_sign_in_and_comes_back_to_its_page(client, db):
    answer = client.post("/profile/", {}, headers={"HX-Request": "true", "HX-Current-URL": PAGE})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fcomplaints%2FC-2026-000123%2F%3Ftab%3Dtalks"
    assert answer.content == b""


@pytest.mark.parametrize("page", ["https://evil.example//steal.example/", "javascript:alert(1)", "", "//evil.example"])
def test_way_back_never_leaves_the_house(client, db, page):
    answer = client.get("/profile/", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert "evil" not in answer["HX-Redirect"]
    assert "steal" not in answer["HX-Redirect"]


def test_scripts_get_a_plain_401(client, db):
    answer = client.post("/profile/", {}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer


def test_form_that_is_sent_too_late_leads_back_to_its_own_page(client, db):
    answer = client.post("/notifications/read/", {}, headers={"Referer": "http://testserver/notifications/?unread=1"})
    assert answer["Location"] == "/accounts/login/?next=%2Fnotifications%2F%3Funread%3D1"


def test_text_of_a_form_that_is_sent_too_late_is_given_back(client, db):
    fields = {"description": "The roof <b>is</b> missing", "password": "never-shown-again"}
    answer = client.post("/profile/", fields, headers={"Referer": "http://testserver/profile/"})
    html = answer.content.decode()
    assert answer.status_code == 401
    assert "The roof &lt;b&gt;is&lt;/b&gt; missing" in html
    assert "never-shown-again" not in html
    assert 'href="/accounts/login/?next=%2Fprofile%2F"' in html


def test_page_asks_to_sign_in(client, db):
    assert client.get("/notifications/?page=2")["Location"] == "/accounts/login/?next=/notifications/%3Fpage%3D2"


def test_form_of_an_older_sign_in_is_refused_in_words(house):
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.clerk)
    answer = client.post("/profile/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "This form is too old to be saved" in answer.content.decode()
    part = client.post("/profile/", {"theme": "dark"}, headers={"HX-Request": "true"})
    assert part.status_code == 403
    assert part["HX-Retarget"] == "#refusal"
    assert "<html" not in part.content.decode()
    house.clerk.refresh_from_db()
    assert house.clerk.theme == "system"
