"""A small fictional house for tests: a head office, a region, two stores, and people of every role."""

from datetime import UTC, datetime
from typing import Any

from accounts.models import Calendar, Department, OpeningSlot, RoleGrant, User
from accounts.roles import Role
from complaints.actions.guidance import save_card
from complaints.codes import Channel
from complaints.guidance.content import Content, Texts
from complaints.intake import Intake
from complaints.models import Category, Cause, Complaint, GuidanceCard, Suggestion, WrittenReport
from core import clock

# A Wednesday, 10:00 in Shanghai: the stores are open.
WORKING_HOUR = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def make_calendar(
    name: str = "Stores", zone: str = "Asia/Shanghai", opens: int = 9 * 60, closes: int = 18 * 60
) -> Calendar:
    """Open every day from 9 to 18."""
    calendar = Calendar.objects.create(name=name, time_zone=zone)
    OpeningSlot.objects.bulk_create(
        OpeningSlot(calendar=calendar, weekday=day, opens=opens, closes=closes) for day in range(7)
    )
    return calendar


def make_department(name: str, parent: Department | None, calendar: Calendar, **fields: Any) -> Department:
    code = name.lower().replace(" ", "-")
    department = Department.objects.create(name=name, code=code, parent=parent, calendar=calendar, **fields)
    department.path = f"{parent.path if parent else ''}{department.pk}/"
    department.save(update_fields=["path"])
    return department


def make_user(username: str, department: Department | None, *roles: Role, **fields: Any) -> User:
    user = User(username=username, name=fields.pop("name", username.capitalize()), department=department, **fields)
    user.set_unusable_password()
    user.save()
    for role in roles:
        RoleGrant.objects.create(user=user, role=role)
    return user


class House:
    """`west` and `east` are stores of `region`, under `office`; people are named by role and place."""

    def __init__(self) -> None:
        self.calendar = make_calendar()
        self.office = make_department("Head office", None, self.calendar)
        self.region = make_department("Region", self.office, self.calendar)
        self.west = make_department("West store", self.region, self.calendar)
        self.east = make_department("East store", self.region, self.calendar)
        self.clerk = make_user("clerk", self.west, Role.FRONT_DESK)
        self.colleague = make_user("colleague", self.west, Role.FRONT_DESK)
        self.handler = make_user("handler", self.west, Role.HANDLER)
        self.supervisor = make_user("supervisor", self.west, Role.SUPERVISOR)
        self.manager = make_user("manager", self.region, Role.MANAGER)
        self.director = make_user("director", self.office, Role.MANAGER)
        self.auditor = make_user("auditor", self.office, Role.AUDITOR)
        self.administrator = make_user("administrator", self.office, Role.ADMINISTRATOR, is_staff=True)
        self.east_clerk = make_user("eastclerk", self.east, Role.FRONT_DESK)
        self.east_supervisor = make_user("eastsupervisor", self.east, Role.SUPERVISOR)
        self.product = make_category("product_quality", "Product quality", "产品质量")
        self.attitude = make_category("service_attitude", "Service attitude", "服务态度")
        self.over_promising = make_category("over_promising", "Over-promising", "超范围承诺")
        self.integrity = make_category("integrity", "Integrity", "廉洁", is_restricted=True)

    @property
    def everybody(self) -> list[User]:
        return [value for value in vars(self).values() if isinstance(value, User)]


def make_category(code: str, name_en: str, name_zh: str, **fields: Any) -> Category:
    found, _ = Category.objects.update_or_create(code=code, defaults={"name_en": name_en, "name_zh": name_zh, **fields})
    return found


def make_card(title: str = "Listen", **fields: Any) -> GuidanceCard:
    """A card of guidance with one sentence; `fields` are those of its content."""
    content = Content(**{"en": Texts("en", title, say=(f"{title}, please.",)), **fields})
    return save_card(None, content, by=None)


def make_cause(department: Department, category: Category, **fields: Any) -> Cause:
    """The open cause of this category, made or changed without a word to anybody."""
    known = {"department": department, "category": category, "what": "category", "value": "", "closed_at": None}
    now = clock.now()
    found, _ = Cause.objects.update_or_create(
        **known, defaults=fields, create_defaults={"number": "K-90001", "opened_at": now, "updated_at": now, **fields}
    )
    return found


def make_suggestion(complaint: Complaint, by: User, **fields: Any) -> Suggestion:
    defaults = {"department": complaint.department, "text": "A list", "kept_by": by, "kept_at": clock.now(), **fields}
    found, _ = Suggestion.objects.get_or_create(complaint=complaint, defaults=defaults)
    return found


def make_intake(**answers: Any) -> Intake:
    """The three answers that are enough."""
    defaults: dict[str, Any] = {
        "description": "I was charged twice for the wiper blades.",
        "channel": Channel.IN_PERSON,
        "name": "Emily Carter",
        "phone": "138 0571 6620",
    }
    return Intake(**{**defaults, **answers})


def make_sent_report(complaint: Complaint, *, by: User, number: str = "") -> WrittenReport:
    """A written report on its way to the department above, without the action that sends it."""
    complaint.refresh_from_db()
    words = {"what_happened": "It leaks.", "facts": "It does leak."}
    at = complaint.recorded_at
    report = WrittenReport.objects.create(
        complaint=complaint,
        number=number or f"R-2026-{complaint.pk:06d}",
        department=complaint.department.parent or complaint.department,
        state=WrittenReport.State.SUBMITTED,
        sections=words,
        begun_at=at,
        changed_at=at,
        changed_by=by,
        submitted_by=by,
        submitted_at=at,
    )
    report.authors.add(by)
    report.versions.create(number=1, language="en", sections=words, written_by=by, submitted_by=by, submitted_at=at)
    return report


def lodge(by: User | None, **answers: Any) -> Complaint:
    from complaints.actions.lodge import lodge_complaint  # noqa: PLC0415

    return lodge_complaint(make_intake(**answers), by=by)
