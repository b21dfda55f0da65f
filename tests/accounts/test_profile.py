import pytest

from accounts.models import User


@pytest.fixture
def clerk(client, house):
    client.force_login(house.clerk)
    return house.clerk


def test_profile_shows_who_one_is(client, clerk):
    html = client.get("/profile/").content.decode()
    assert "West store" in html
    assert "Front desk" in html
    assert "Asia/Shanghai" in html


def test_preferences_are_saved_and_hold_at_once(client, clerk):
    answer = client.post("/profile/", {"language": "zh-hans", "theme": "dark"})
    assert answer["Location"] == "/profile/"
    clerk.refresh_from_db()
    assert (clerk.language, clerk.theme, clerk.has_single_keys) == ("zh-hans", "dark", False)
    html = client.get("/profile/").content.decode()
    assert '<html lang="zh-Hans" data-theme="dark" data-bs-theme="dark">' in html
    assert 'data-keys="off"' in html


@pytest.mark.parametrize(
    "fields",
    [{"language": "xx", "theme": "dark"}, {"language": "en", "theme": "pink"}, {"language": "en"}, {"theme": "\x00"}],
)
def test_unknown_preferences_are_refused_and_change_nothing(client, clerk, fields):
    answer = client.post("/profile/", fields)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    clerk.refresh_from_db()
    assert (clerk.language, clerk.theme) == ("", "system")


def test_language_switch_keeps_the_other_preferences_and_the_page(client, clerk):
    answer = client.post("/language/", {"language": "zh-hans", "next": "/notifications/?page=2"})
    assert answer["Location"] == "/notifications/?page=2"
    clerk.refresh_from_db()
    assert (clerk.language, clerk.theme, clerk.has_single_keys) == ("zh-hans", "system", True)


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", ""])
def test_switch_never_leads_to_another_house(client, db, elsewhere):
    assert client.post("/language/", {"language": "en", "next": elsewhere})["Location"] == "/"


def test_visitor_keeps_language_and_theme_in_the_browser(client, db):
    client.post("/language/", {"language": "zh-hans", "next": "/accounts/login/"})
    client.post("/theme/", {"theme": "dark"})
    html = client.get("/accounts/login/").content.decode()
    assert '<html lang="zh-Hans" data-theme="dark" data-bs-theme="dark">' in html


def test_browser_decides_the_language_of_who_has_set_none(client, clerk):
    html = client.get("/profile/", headers={"accept-language": "zh-CN,zh;q=0.9"}).content.decode()
    assert '<html lang="zh-Hans"' in html


@pytest.mark.parametrize("address", ["/language/", "/theme/"])
def test_looking_changes_nothing(client, clerk, address):
    assert client.get(address, {"language": "zh-hans", "theme": "dark"}).status_code == 405
    assert User.objects.get(pk=clerk.pk).language == ""


def test_unknown_theme_in_a_cookie_is_ignored(client, db):
    client.cookies["theme"] = '"><script>'
    assert 'data-theme="system"' in client.get("/accounts/login/").content.decode()


def test_times_are_in_the_zone_of_the_department(client, house):
    house.calendar.time_zone = "America/New_York"
    house.calendar.save()
    client.force_login(house.clerk)
    assert "America/New_York" in client.get("/profile/").content.decode()


def test_navigation_shows_what_the_role_may_open(client, house):
    for user, words in ((house.administrator, "Settings"), (house.director, "Policies"), (house.clerk, None)):
        client.force_login(user)
        html = client.get("/profile/").content.decode()
        assert ('<span class="lb">Settings</span>' in html) is (words == "Settings")
        assert ('<span class="lb">Policies</span>' in html) is (words == "Policies")
