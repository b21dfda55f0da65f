import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from tests.house import make_user

WRONG = "Name and password do not match. Check both and try again"


@pytest.fixture
def lin(house):
    user = make_user("lin", house.west, name="Lin Yue")
    user.set_password("a-long-password")
    user.save()
    cache.clear()
    return user


@pytest.fixture
def sign_in(client):
    def post(name="lin", password="a-long-password", **fields):
        return client.post("/accounts/login/", {"login": name, "password": password, **fields})

    return post


def test_sign_in_leads_to_the_page_that_was_asked_for(client, lin, sign_in):
    asked = client.get("/profile/")
    assert asked.status_code == 302
    assert asked["Location"] == "/accounts/login/?next=/profile/"
    assert sign_in(next="/profile/")["Location"] == "/profile/"
    assert "toastx" not in client.get("/profile/").content.decode(), "nobody asked for a pop-up"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "/\\evil.example", "javascript:alert(1)", "https://evil.example/"]
)
def test_sign_in_never_leads_to_another_house(lin, sign_in, elsewhere):
    assert sign_in(next=elsewhere)["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [("lin", "wrong"), ("nobody", "a-long-password")])
def test_wrong_name_and_wrong_password_are_told_the_same(lin, sign_in, name, password):
    page = sign_in(name, password)
    html = page.content.decode()
    assert html.count(WRONG) == 2, "in the summary and at the field"
    assert "<title>Error: Sign in" in html
    assert f'value="{name}"' in html
    assert password not in html


def test_too_many_wrong_passwords_are_refused_for_a_while(lin, sign_in):
    for _ in range(5):
        assert sign_in(password="wrong").status_code == 200
    refused = sign_in()
    assert refused.status_code == 429
    assert refused["Retry-After"] == "900"
    assert "Wait up to 15 minutes" in refused.content.decode()


def test_empty_fields_are_named(lin, sign_in):
    html = sign_in("", "").content.decode()
    assert '<a href="#id_login">Enter your user name</a>' in html
    assert '<a href="#id_password">Enter your password</a>' in html


def test_hostile_names_are_shown_as_text(lin, sign_in):
    html = sign_in('"><script>x</script>').content.decode()
    assert "<script>x" not in html


def test_session_ends_with_the_browser(client, lin, sign_in):
    sign_in()
    assert client.session.get_expire_at_browser_close()


def test_sign_out_takes_a_post(client, lin, sign_in):
    sign_in()
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up_or_changes_their_own_address(client, lin, sign_in):
    assert "Accounts are given by your administrator" in client.get("/accounts/signup/").content.decode()
    sign_in()
    assert client.get("/accounts/email/").status_code == 404


def test_disabled_user_is_signed_out_at_the_next_request(client, lin, sign_in):
    sign_in()
    assert client.get("/profile/").status_code == 200
    lin.is_active = False
    lin.save()
    assert client.get("/profile/").status_code == 302
    assert WRONG in sign_in().content.decode()


def test_changing_the_password_ends_the_other_sessions(client, lin, sign_in):
    sign_in()
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"login": "lin", "password": "a-long-password"})
    new = "another-long-password"
    fields = {"oldpassword": "a-long-password", "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", fields).status_code == 302
    assert "The password is changed" in client.get("/profile/").content.decode()
    assert elsewhere.get("/profile/").status_code == 302


def test_weak_new_password_is_refused_with_sentences(client, lin, sign_in):
    sign_in()
    fields = {"oldpassword": "a-long-password", "password1": "12345", "password2": "12345"}
    html = client.post("/accounts/password/change/", fields).content.decode()
    assert "data-error-summary" in html
    assert "<title>Error:" in html


def test_reset_by_mail_says_the_same_for_an_unknown_address(client, lin, mailoutbox):
    lin.email = "lin@example.com"
    lin.save()
    known = client.post("/accounts/password/reset/", {"email": "lin@example.com"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert known["Location"] == unknown["Location"]
    assert "Look into your mail" in client.get(known["Location"]).content.decode()
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    assert "Set a new password" in page.content.decode()
    assert "This link has ended" in client.get("/accounts/password/reset/key/1-bad/").content.decode()


def test_demonstration_accounts_are_offered_only_in_a_demonstration(client, house):
    make_user("frontdesk1", house.west)
    with override_settings(DEMO=True):
        assert "frontdesk1" in client.get("/accounts/login/").content.decode()
    with override_settings(DEMO=False):
        html = client.get("/accounts/login/").content.decode()
    assert "frontdesk1" not in html
    assert "demo" not in html


@pytest.mark.parametrize(
    "page", ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/inactive/"]
)
def test_pages_before_signing_in_are_drawn(client, db, page):
    answer = client.get(page)
    assert answer.status_code == 200
    assert "<h1" in answer.content.decode()
