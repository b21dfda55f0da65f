"""Where one is signed in: told in words, and ended from elsewhere at the next request."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

from accounts.browsers import browser_words, is_handheld
from accounts.passwords import set_password
from accounts.roles import Role
from accounts.sessions import forget_ended_sessions
from events.models import Event
from tests.accounts.phone import PASSWORD, sign_in
from tests.house import make_user

DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.0 Mobile/15E148 Safari/604.1"
)
PAGE = "/profile/sessions/"
START = 1_700_000_010


@pytest.fixture
def lin(house):
    user = make_user("lin", house.west, Role.HANDLER, name="Lin Yue", email="lin@example.com")
    user.set_password(PASSWORD)
    user.save()
    return user


def browser(user_agent: str = DESK, name: str = "lin", password: str = PASSWORD, **more: Any) -> Client:
    """A browser of its own, signed in."""
    client = Client(headers={"User-Agent": user_agent}, **more)
    assert sign_in(client, name, password).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/keyboard/").status_code == 200


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def events_of(user: Any) -> list[str]:
    return list(Event.objects.of(user).order_by("seq").values_list("type", flat=True))


# ------------------------------------------------------------------ the page


def test_page_tells_each_place_in_words_and_marks_this_one(lin):
    desk, phone = browser(), browser(PHONE, REMOTE_ADDR="203.0.113.7")
    html = desk.get(PAGE).content.decode()
    assert "Chrome on Windows" in html
    assert "Safari on iPhone" in html
    assert "From 203.0.113.7" in html
    assert html.count(">this one<") == 1
    assert html.index("Chrome on Windows") < html.index("this one") < html.index("Safari on iPhone")
    html = phone.get(PAGE).content.decode()
    assert html.index("Safari on iPhone") < html.index("this one") < html.index("Chrome on Windows")


def test_page_shows_nobody_else(lin, house):
    desk = browser()
    other = Client(headers={"User-Agent": PHONE})
    other.force_login(house.clerk)
    other.get("/keyboard/")
    assert "iPhone" not in desk.get(PAGE).content.decode()
    assert "iPhone" in other.get(PAGE).content.decode()


def test_alone_there_is_nowhere_else_to_sign_out(lin):
    assert "Sign out everywhere else" not in browser().get(PAGE).content.decode()


def test_sign_in_that_lay_untouched_too_long_is_not_listed(lin):
    with time_machine.travel(START, tick=False) as clock:
        browser(PHONE)
        clock.shift(timedelta(minutes=119))
        desk = browser()
        assert "iPhone" in desk.get(PAGE).content.decode()
        clock.shift(timedelta(minutes=2))
        assert "iPhone" not in desk.get(PAGE).content.decode()


def test_touch_is_noted_now_and_then(lin):
    with time_machine.travel(START, tick=False) as clock:
        desk = browser()
        desk.get("/keyboard/")
        first = row_of(desk).last_seen_at
        clock.shift(20)
        desk.get("/keyboard/")
        assert row_of(desk).last_seen_at == first
        clock.shift(20)
        desk.get("/notifications/bell/", headers={"HX-Request": "true", "X-Poll": "1"})
        assert row_of(desk).last_seen_at == first, "what polls by itself is nobody's touch"
        desk.get("/keyboard/")
        assert row_of(desk).last_seen_at == first + timedelta(seconds=40)


def test_name_that_a_program_gives_itself_is_shown_as_text(lin):
    hostile = browser("<script>alert(1)</script> Chrome/1 <b> \"'" + "x" * 5000)
    html = hostile.get(PAGE).content.decode()
    assert "<script>alert" not in html
    assert "Chrome" in html


@pytest.mark.parametrize(
    ("user_agent", "words", "handheld"),
    [
        (DESK, "Chrome on Windows", False),
        (PHONE, "Safari on iPhone", True),
        (f"{DESK} Edg/140.0", "Edge on Windows", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux", False),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on Mac", False),
        ("Mozilla/5.0 (Linux; Android 15; Pixel) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android", True),
        (f"{PHONE} MicroMessenger/8.0", "WeChat on iPhone", True),
        ("curl/8.5.0", "A program we do not know", False),
        ("", "A program we do not know", False),
    ],
)
def test_browsers_in_words(user_agent, words, handheld):
    assert str(browser_words(user_agent)) == words
    assert is_handheld(user_agent) is handheld


# ------------------------------------------------------------------ ending it


def test_signing_out_elsewhere_works_at_the_next_request(lin):
    desk, phone = browser(), browser(PHONE)
    assert is_in(phone)
    answer = desk.post(f"{PAGE}{row_of(phone).pk}/end/")
    assert answer["Location"] == PAGE
    assert not is_in(phone)
    assert phone.get("/notifications/bell/", headers={"HX-Request": "true"}).status_code == 401
    assert is_in(desk)
    assert "iPhone" not in desk.get(PAGE).content.decode()
    assert events_of(lin) == ["user.session_ended"]


def test_signing_out_everywhere_else_keeps_this_one(lin):
    desk, others = browser(), [browser(PHONE), browser(), browser()]
    page = desk.post(f"{PAGE}end-others/", follow=True).content.decode()
    assert "Signed out in 3 other places" in page
    assert is_in(desk)
    assert [is_in(other) for other in others] == [False] * 3
    ended = Event.objects.of(lin).get()
    assert (ended.type, ended.data["count"], ended.actor) == ("user.sessions_ended", 3, lin)
    desk.post(f"{PAGE}end-others/")
    assert events_of(lin) == ["user.sessions_ended"], "where nothing ends nothing is recorded"


def test_somebody_elses_session_is_not_there(lin, house):
    phone = browser(PHONE)
    clerk = Client()
    clerk.force_login(house.clerk)
    assert clerk.post(f"{PAGE}{row_of(phone).pk}/end/").status_code == 404
    assert is_in(phone)
    assert events_of(lin) == events_of(house.clerk) == []


def test_looking_ends_nothing(lin):
    desk, phone = browser(), browser(PHONE)
    assert desk.get(f"{PAGE}{row_of(phone).pk}/end/").status_code == 405
    assert desk.get(f"{PAGE}end-others/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.cookies
    assert strict.post(f"{PAGE}end-others/").status_code == 403
    assert is_in(phone)


def test_signing_out_leaves_nothing_behind(lin):
    desk = browser()
    desk.post("/accounts/logout/")
    assert not UserSession.objects.exists()


def test_own_new_password_ends_the_others(lin):
    desk, phone = browser(), browser(PHONE)
    new = "another-long-password"
    desk.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert not is_in(phone)
    html = desk.get(PAGE).content.decode()
    assert html.count(">this one<") == 1
    assert "iPhone" not in html
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [desk.session.session_key]
    assert events_of(lin) == ["user.password_changed"]


def test_new_password_from_the_administrator_ends_all(lin, house):
    desk, phone = browser(), browser(PHONE)
    set_password(lin.pk, "another-long-password", by=house.administrator)
    assert not is_in(desk)
    assert not is_in(phone)
    assert not UserSession.objects.filter(user=lin).exists()


def test_password_reset_by_mail_ends_all(lin, mailoutbox):
    desk, forgetful = browser(), Client()
    forgetful.post("/accounts/password/reset/", {"email": "lin@example.com"})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    form = forgetful.get(link.removeprefix("http://testserver"))["Location"]
    new = "another-long-password"
    assert forgetful.post(form, {"password1": new, "password2": new}).status_code == 302
    assert not is_in(desk)
    assert not UserSession.objects.filter(user=lin).exists()
    assert events_of(lin) == ["user.password_changed"]


# ------------------------------------------------------------------ how long it lasts


def test_sign_in_ends_after_twelve_hours_however_busy(lin):
    with time_machine.travel(START, tick=False) as clock:
        desk = browser()
        for _minutes in range(0, 12 * 60, 60):
            assert is_in(desk)
            clock.shift(timedelta(minutes=60))
        assert is_in(desk), "twelve hours to the second"
        clock.shift(1)
        assert not is_in(desk)


def test_confirming_who_one_is_does_not_prolong_it(lin):
    with time_machine.travel(START, tick=False) as clock:
        desk = browser()
        for _minutes in range(0, 12 * 60, 60):
            assert desk.post("/accounts/reauthenticate/?next=/", {"password": PASSWORD}).status_code == 302
            clock.shift(timedelta(minutes=60))
        clock.shift(1)
        assert not is_in(desk)


def test_addresses_are_kept_no_longer_than_the_sign_in(lin):
    desk, phone = browser(), browser(PHONE)
    Session.objects.filter(session_key=phone.session.session_key).delete()
    forget_ended_sessions()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [desk.session.session_key]


# ------------------------------------------------------------------ guessing: RELIABILITY.md P14


@pytest.fixture
def minutes():
    with time_machine.travel(START, tick=False) as clock:
        yield lambda count: clock.shift(timedelta(minutes=count))


def tries(count: int, name: str = "lin", **how: Any) -> list[int]:
    return [sign_in(Client(), name, f"wrong-{n}", **how).status_code for n in range(count)]


def test_an_account_takes_ten_wrong_passwords_in_a_quarter_of_an_hour(lin, minutes):
    """From however many addresses."""
    for block in range(2):
        answers = [tries(1, REMOTE_ADDR=f"198.51.{block}.{n + 1}")[0] for n in range(7)]
        assert answers == [200] * 5 + [429] * 2
        minutes(5)
    assert sign_in(Client(), "lin").status_code == 429, "five more only after a quarter of an hour"
    minutes(5)
    assert sign_in(Client(), "lin").status_code == 302


def test_an_address_takes_ten_wrong_passwords_in_a_quarter_of_an_hour(lin, minutes):
    spread = [tries(1, f"nobody{n}")[0] for n in range(15)]
    assert spread == [200] * 10 + [429] * 5
    minutes(14)
    assert sign_in(Client(), "lin").status_code == 429
    assert sign_in(Client(), "lin", REMOTE_ADDR="203.0.113.9").status_code == 302, "others come in from elsewhere"
    minutes(1)
    assert sign_in(Client(), "lin").status_code == 302


def test_right_passwords_use_nothing_up(lin):
    assert [sign_in(Client(), "lin").status_code for _n in range(15)] == [302] * 15


FORGED = ({"X-Forwarded-For": "10.0.{n}.1"}, {"Forwarded": "for=10.0.{n}.1"}, {"X-Real-IP": "10.0.{n}.1"})


@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: next(iter(forged)))
def test_an_address_that_is_only_claimed_counts_for_nothing(db, forged):
    answers = [
        sign_in(Client(), f"nobody{n}", "wrong", headers={key: value.format(n=n) for key, value in forged.items()})
        for n in range(12)
    ]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2


def test_behind_a_proxy_of_ours_only_its_own_word_counts(db):
    """What a visitor writes into the header stands before what the proxy adds."""

    def from_behind(n, address):
        forwarded = {"X-Forwarded-For": f"10.0.{n}.1, {address}"}
        return sign_in(Client(), f"nobody{n}", "wrong", headers=forwarded, REMOTE_ADDR="127.0.0.1").status_code

    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        assert [from_behind(n, "203.0.113.9") for n in range(12)] == [200] * 10 + [429] * 2
        assert from_behind(20, "203.0.113.10") == 200


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_who_guesses_is_told_the_same_of_an_account_and_of_none(lin, language):
    answers = []
    for name, address in (("lin", "198.51.100.1"), ("nobody", "198.51.100.2")):
        tries(5, name, REMOTE_ADDR=address)
        answers.append(sign_in(Client(), name, "wrong", headers={"Accept-Language": language}, REMOTE_ADDR=address))
    known, unknown = answers
    assert known.status_code == unknown.status_code == 429
    assert known["Retry-After"] == unknown["Retry-After"] == "900"
    words = "Wait up to 15 minutes" if language == "en" else "15"
    assert words in known.content.decode()
    assert (f'<html lang="{"en" if language == "en" else "zh-Hans"}"') in known.content.decode()
    # All but the time of the server and the form's token.
    pages = [answer.content.decode().split("<main", 1)[1].split("<form", 1)[0] for answer in answers]
    assert pages[0] == pages[1]


def test_confirming_who_one_is_is_no_place_to_guess_either(lin):
    desk = browser()
    answers = [desk.post("/accounts/reauthenticate/", {"password": f"wrong-{n}"}).status_code for n in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert "Back to the sign-in" not in desk.post("/accounts/reauthenticate/", {"password": "x"}).content.decode()
