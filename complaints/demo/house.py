"""The demonstration's departments, their hours, and everybody who works there."""

from django.conf import settings

from accounts.actions import Slots, create_user, save_calendar, save_department
from accounts.holidays import import_public_holidays
from accounts.hours import read_hours
from accounts.models import Calendar, Department, User
from accounts.service_accounts import waiting_request
from accounts.service_actions import confirm_rights, create_service_account
from complaints.demo.told import read
from core import clock
from policies.actions import set_policy

ZONE = "Asia/Shanghai"


def build_house() -> None:
    told = read("house")
    for key, value in told["company"].items():
        set_policy(f"company.{key}", value, by=None)
    year = clock.now().year
    calendars: dict[str, Calendar] = {}
    for code, fields in told["calendars"].items():
        hours = fields.pop("hours")
        weekly: dict[int, Slots] = {int(day) - 1: read_hours(text) for days, text in hours.items() for day in days}
        calendars[code] = save_calendar(None, time_zone=ZONE, weekly=weekly, by=None, **fields)
        if calendars[code].country:
            import_public_holidays(calendars[code].pk, [year, year + 1], by=None)
    departments: dict[str, Department] = {}
    for fields in told["departments"]:
        departments[fields["code"]] = _department(fields, departments, calendars)
    for fields in told["users"]:
        _user(fields, departments)
    for fields in told["departments"]:
        if "head" in fields:
            head = User.objects.get(username=fields["head"])
            _department(fields, departments, calendars, head=head, is_there=True)
    for fields in told["programs"]:
        _program(fields, departments)


def _department(
    fields: dict[str, str],
    departments: dict[str, Department],
    calendars: dict[str, Calendar],
    *,
    head: User | None = None,
    is_there: bool = False,
) -> Department:
    parent = fields.get("parent")
    return save_department(
        departments[fields["code"]].pk if is_there else None,
        name=fields["name"],
        code=fields["code"],
        calendar=calendars[fields["calendar"]],
        parent=departments[parent] if parent else None,
        head=head,
        phone=fields.get("phone", ""),
        address=fields.get("address", ""),
        language="zh-hans",
        by=None,
    )


def _user(fields: dict[str, str], departments: dict[str, Department]) -> None:
    signs_in = fields["username"] in settings.DEMO_USERNAMES and settings.ENVIRONMENT == "local"
    create_user(
        fields["username"],
        name=fields["name"],
        department=departments[fields["department"]],
        roles=fields["roles"],
        # Everybody knows it, so nobody has it anywhere but on one's own machine.
        password=settings.DEMO_PASSWORD if signs_in else None,
        by=None,
    )


def _program(fields: dict[str, str], departments: dict[str, Department]) -> None:
    account = create_service_account(
        fields["username"],
        name=fields["name"],
        purpose=fields["purpose"],
        responsible=User.objects.get(username=fields["responsible"]),
        department=departments[fields["department"]],
        roles=fields["roles"],
        by=User.objects.get(username=fields["asked_by"]),
    )
    request = waiting_request(account)
    if request is not None and "confirmed_by" in fields:
        confirm_rights(request.pk, by=User.objects.get(username=fields["confirmed_by"]))
