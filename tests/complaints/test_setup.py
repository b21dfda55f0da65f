"""Opening an empty house by hand: asked for or given, checked, once."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Calendar, Department, User
from complaints.models import Category
from events.models import Event
from policies.reading import policy

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("SETUP_PASSWORD", PASSWORD)


def set_up(**given: Any) -> str:
    out = StringIO()
    call_command("setup", **{"company": "Lakeside Cars", "name": "Li Ming", "no_input": True, **given}, stdout=out)
    return out.getvalue()


def test_opens_the_house(db):
    said = set_up(department="Head office", hours="9:00-12:00,13:00-18:00", saturday="10:00-16:00")
    assert said.startswith("Lakeside Cars is open. Sign in as admin")
    department = Department.objects.get()
    assert department.is_head_office
    assert [str(slot) for slot in department.calendar.slots.filter(weekday__in=(4, 5))] == [
        "Friday 09:00-12:00",
        "Friday 13:00-18:00",
        "Saturday 10:00-16:00",
    ]
    assert department.calendar.exceptions.exists()
    administrator = User.objects.get()
    assert administrator.check_password(PASSWORD)
    assert administrator.role_set == {"administrator"}
    assert administrator.is_staff
    assert not administrator.is_superuser
    assert policy("company.legal_name") == "Lakeside Cars"
    assert Category.objects.get(code="integrity").is_restricted
    assert Category.objects.get(code="kickback").is_restricted
    assert Event.objects.filter(type="user.created", actor=None).exists()


def test_a_house_is_opened_once(db):
    set_up()
    with pytest.raises(CommandError, match="This house is set up already"):
        set_up(company="Another")
    assert policy("company.legal_name") == "Lakeside Cars"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"company": " "}, "--company: This cannot be blank"),
        ({"name": None}, "--name: This cannot be blank"),
        ({"zone": "Hangzhou"}, "--zone: This time zone is not known"),
        ({"hours": "nine to five"}, "--hours: “nine to five” are no hours"),
        ({"hours": "closed"}, "--hours: This cannot be blank"),
        ({"saturday": "10:00-9:00"}, "--saturday: “10:00-9:00” does not open before it closes"),
        ({"country": "XX"}, "--country: The holidays of this country are not known"),
        ({"language": "de"}, "--language: The languages are en and zh-hans"),
        ({"username": "li ming!"}, "--username: Enter a valid username"),
    ],
)
def test_a_wrong_answer_is_said_and_nothing_is_written(db, given, sentence):
    with pytest.raises(CommandError, match=sentence):
        set_up(**given)
    for model in (User, Department, Calendar, Category, Event):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("", "Give the administrator's password"), ("short", "too short"), ("2" * 14, "entirely numeric")],
)
def test_a_weak_password_is_refused(db, monkeypatch, password, sentence):
    monkeypatch.setenv("SETUP_PASSWORD", password)
    with pytest.raises(CommandError, match=sentence):
        set_up()
    assert not User.objects.exists()


def test_answers_may_stand_in_the_environment(db, monkeypatch):
    monkeypatch.setenv("SETUP_DEPARTMENT", "总部")
    monkeypatch.setenv("SETUP_COUNTRY", "-")
    set_up()
    department = Department.objects.get()
    assert (department.name, department.code) == ("总部", "head-office")
    assert not department.calendar.exceptions.exists()


class Keyboard:
    """Types answers on a terminal that is none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[str]], passwords: list[str]) -> None:
        self.answers, self.passwords = answers, passwords
        monkeypatch.delenv("SETUP_PASSWORD")
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", self.type)
        monkeypatch.setattr("getpass.getpass", lambda prompt: self.passwords.pop(0))

    def type(self, prompt: str) -> str:
        return next((typed.pop(0) for words, typed in self.answers.items() if prompt.startswith(words) and typed), "")


def test_it_asks_again_until_an_answer_fits(db, monkeypatch):
    answers = {
        "Name of the company": ["", "Lakeside Cars"],
        "Its time zone": ["Moon", "Europe/Berlin"],
        "Full name": ["Li"],
    }
    Keyboard(monkeypatch, answers, ["short", PASSWORD, "another one", PASSWORD, PASSWORD])
    set_up(company=None, name=None, no_input=False)
    assert Department.objects.get().calendar.time_zone == "Europe/Berlin"
    assert User.objects.get().check_password(PASSWORD)


def test_no_password_after_three_tries_changes_nothing(db, monkeypatch):
    Keyboard(monkeypatch, {}, ["short"] * 3)
    with pytest.raises(CommandError, match="No password was accepted"):
        set_up(no_input=False)
    assert not Department.objects.exists()


def test_ctrl_d_changes_nothing(db, monkeypatch):
    keyboard = Keyboard(monkeypatch, {}, [])
    monkeypatch.setattr("builtins.input", lambda prompt: (_ for _ in ()).throw(EOFError))
    with pytest.raises(CommandError, match="Stopped; nothing was changed"):
        set_up(no_input=False)
    assert keyboard.passwords == []
    assert not Department.objects.exists()
