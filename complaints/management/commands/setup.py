"""Opens an empty house: the company, its first department and the first administrator. Asks, or takes flags.

It stands in this app because it also plants the categories.
"""

import getpass
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils.text import slugify

from accounts.actions import Slots, check_zone, create_user, save_calendar, save_department
from accounts.holidays import holiday_year, import_public_holidays
from accounts.hours import hours_text, read_hours
from accounts.models import Department, User
from accounts.roles import Role
from complaints.categories import ensure_starter_categories
from complaints.guidance.starter import ensure_starter_guidance
from complaints.message_templates import ensure_starter_templates
from complaints.root_causes import ensure_starter_root_causes
from core import clock
from core.errors import DomainError
from policies.actions import set_policy

PASSWORD = "SETUP_PASSWORD"  # noqa: S105 (its name in the environment)
PASSWORD_TRIES = 3
MONDAY_TO_FRIDAY = range(5)
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class Question:
    """One thing to know; `check` returns the clean answer, or raises ValueError with a sentence."""

    name: str
    words: str
    default: str
    check: Callable[[str], str]


def said(answer: str) -> str:
    if not answer:
        raise ValueError("This cannot be blank.")
    return answer


def zone(answer: str) -> str:
    try:
        check_zone(answer)
    except DomainError as refusal:
        raise ValueError(str(refusal.message)) from refusal
    return answer


def hours(answer: str) -> str:
    return hours_text(read_hours(answer))


def open_hours(answer: str) -> str:
    return said(hours(answer))


def country(answer: str) -> str:
    answer = answer.upper()
    if answer in ("", "-", "NONE"):
        return ""
    try:
        holiday_year(answer, clock.now().year)
    except DomainError as refusal:
        raise ValueError(str(refusal.message)) from refusal
    return answer


def language(answer: str) -> str:
    codes = [code for code, _name in settings.LANGUAGES]
    if answer not in codes:
        raise ValueError(f"The languages are {' and '.join(codes)}.")
    return answer


def username(answer: str) -> str:
    try:
        User._meta.get_field("username").run_validators(said(answer))
    except ValidationError as refusal:
        raise ValueError(" ".join(refusal.messages)) from refusal
    return answer


QUESTIONS = (
    Question("company", "Name of the company", "", said),
    Question("department", "First department, which is the head office", "Head office", said),
    Question("zone", "Its time zone", "Asia/Shanghai", zone),
    Question("hours", "Open Monday to Friday", "09:00-12:00, 13:30-18:00", open_hours),
    Question("saturday", "Open on Saturday", "closed", hours),
    Question("sunday", "Open on Sunday", "closed", hours),
    Question("country", "Country whose public holidays hold (two letters, - for none)", "CN", country),
    Question("language", "Language of the department (en or zh-hans)", "zh-hans", language),
    Question("username", "User name of the first administrator", "admin", username),
    Question("name", "Full name of the first administrator", "", said),
)


class Command(BaseCommand):
    help = (
        "Open an empty house: company, first department, administrator. Each answer is asked for, or given as an option"
        " or in the environment (SETUP_COMPANY …). The password is asked for twice, or taken from SETUP_PASSWORD."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for question in QUESTIONS:
            usual = f" (usually {question.default})" if question.default else ""
            parser.add_argument(f"--{question.name}", help=question.words + usual)
        parser.add_argument("--no-input", action="store_true", help="ask nothing; what is not given is as usual")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists() or Department.objects.exists():
            raise CommandError("This house is set up already. Departments and users are changed under /admin/.")
        asks = not options["no_input"] and sys.stdin.isatty()
        try:
            answers = {question.name: self._answer(question, options, asks=asks) for question in QUESTIONS}
            password = self._password(answers, asks=asks)
        except (EOFError, KeyboardInterrupt) as stopped:
            raise CommandError("Stopped; nothing was changed.") from stopped
        with transaction.atomic():
            warnings = open_house(answers, password)
        self.stdout.write(
            f"{answers['company']} is open. Sign in as {answers['username']}; settings are under /admin/."
        )
        for warning in warnings:
            self.stdout.write(warning)

    def _answer(self, question: Question, options: dict[str, Any], *, asks: bool) -> str:
        given = options[question.name]
        if given is None:
            given = os.environ.get(f"SETUP_{question.name.upper()}")
        if given is not None or not asks:
            try:
                return question.check((question.default if given is None else given).strip())
            except ValueError as error:
                raise CommandError(f"--{question.name}: {error}") from error
        while True:
            usual = f" [{question.default}]" if question.default else ""
            typed = input(f"{question.words}{usual}: ").strip() or question.default
            try:
                return question.check(typed)
            except ValueError as error:
                self.stderr.write(str(error))

    def _password(self, answers: dict[str, str], *, asks: bool) -> str:
        # Only by the environment: options can be read by everybody on the machine.
        given = os.environ.get(PASSWORD)
        if given is not None or not asks:
            if not given:
                raise CommandError(f"Give the administrator's password in {PASSWORD}.")
            if faults := password_faults(given, answers):
                raise CommandError(f"{PASSWORD}: {' '.join(faults)}")
            return given
        for _try in range(PASSWORD_TRIES):
            typed = getpass.getpass("Password: ")
            faults = password_faults(typed, answers)
            if not faults and typed != getpass.getpass("Once more: "):
                faults = ["The two were not the same."]
            if not faults:
                return typed
            self.stderr.write(" ".join(faults))
        raise CommandError("No password was accepted; nothing was changed.")


def password_faults(password: str, answers: dict[str, str]) -> list[str]:
    try:
        validate_password(password, User(username=answers["username"], name=answers["name"]))
    except ValidationError as refusal:
        return refusal.messages
    return []


def open_house(answers: dict[str, str], password: str) -> list[str]:
    """Write everything through the actions, and return what to look at again."""
    set_policy("company.legal_name", answers["company"], by=None)
    set_policy("company.zone", answers["zone"], by=None)
    weekly: dict[int, Slots] = dict.fromkeys(MONDAY_TO_FRIDAY, read_hours(answers["hours"]))
    weekly |= {SATURDAY: read_hours(answers["saturday"]), SUNDAY: read_hours(answers["sunday"])}
    calendar = save_calendar(
        None,
        name=answers["department"],
        time_zone=answers["zone"],
        weekly=weekly,
        country=answers["country"],
        by=None,
    )
    warnings: list[str] = []
    if calendar.country:
        year = clock.now().year
        warnings = [str(told) for told in import_public_holidays(calendar.pk, [year, year + 1], by=None).warnings]
    department = save_department(
        None,
        name=answers["department"],
        code=slugify(answers["department"])[:32] or "head-office",
        calendar=calendar,
        language=answers["language"],
        by=None,
    )
    create_user(
        answers["username"],
        name=answers["name"],
        department=department,
        roles=[Role.ADMINISTRATOR],
        password=password,
        language="",
        by=None,
    )
    ensure_starter_categories()
    ensure_starter_guidance()
    ensure_starter_root_causes()
    ensure_starter_templates()
    return warnings
