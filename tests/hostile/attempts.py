"""Every form on the stage, ready to be sent hostile things; nothing of it stays."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.utils import quote
from django.db import connection, transaction
from django.urls import reverse

from accounts.roles import Role
from complaints.actions import desk, reports
from complaints.codes import LASTR_STATES
from complaints.models import Complaint
from customers.models import Customer
from policies.models import Policy
from tests.hostile.conftest import OWN, Stage, signed_in
from tests.hostile.forms import fields_of

HTMX = {"HX-Request": "true"}
GOOD = {200, 204, 302}
REFUSED = {400, 403, 404, 405, 409, 413, 422, 429}
COUNTED = (
    "complaints_complaint", "complaints_draft", "complaints_communication", "complaints_steprecord",
    "complaints_deskchange", "complaints_category", "customers_customer", "customers_contactpoint", "events_event",
    "events_notification", "events_outboxmessage", "deadlines_deadline", "accounts_user", "accounts_department",
    "accounts_calendar", "accounts_delegation", "policies_policyversion",
)  # fmt: skip
COUNT = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in COUNTED)


def stored() -> Any:
    """How many rows there are of everything; a refusal changes none of it, and each change records an event."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return cursor.fetchone()


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class Form:
    """One form: where, by whom, and what a person would send. Without `typed` the fields are read from its page."""

    url: Callable[[Stage, Any], str]
    role: Role = Role.SUPERVISOR
    prepare: Callable[[Stage], Any] = lambda stage: stage.lodge(OWN, stage.house.clerk)
    typed: dict[str, Any] = field(default_factory=dict)
    is_read: bool = True


def on(name: str, **kwargs: Any) -> Callable[[Stage, Any], str]:
    return lambda stage, complaint: reverse(f"complaints:{name}", kwargs={"number": complaint.number, **kwargs})


def at(path: str) -> Callable[[Stage, Any], str]:
    return lambda stage, made: path


def case(stage: Stage) -> Complaint:
    return stage.lodge(OWN, stage.house.clerk, is_raised=True)


def at_step(step: str) -> Callable[[Stage], Complaint]:
    def make(stage: Stage) -> Complaint:
        by = stage.house.clerk
        complaint = stage.lodge(OWN, by, is_taken=True)
        done = [
            lambda: desk.listen(complaint.pk, restated="It broke.", customer_agreed=True, by=by),
            lambda: desk.apologise(complaint.pk, was_said=True, by=by),
            lambda: desk.satisfy(complaint.pk, remedy_kinds=["repair"], remedy="R", satisfaction="satisfied", by=by),
            lambda: desk.thank(complaint.pk, was_thanked=True, by=by),
            lambda: reports.report_orally(
                complaint.pk, to=stage.house.supervisor, outcome="upheld", relief="explanation", by=by
            ),
        ]
        for each in done[: [*LASTR_STATES, "closed"].index(step)]:
            each()
        complaint.refresh_from_db()
        return complaint

    return make


def customer(stage: Stage) -> Customer:
    stage.lodge(OWN, stage.house.clerk)
    return Customer.objects.latest("pk")


def of_customer(name: str) -> Callable[[Stage, Any], str]:
    return lambda stage, made: reverse(f"customers:{name}", args=[made.pk])


def policy_row(key: str) -> Callable[[Stage], Policy]:
    return lambda stage: Policy.objects.get_or_create(key=key)[0]


def policy_page(stage: Stage, row: Policy) -> str:
    return reverse("admin:policies_policy_change", args=[quote(row.pk)])


ADMIN = Role.ADMINISTRATOR
# One of each kind of value.
POLICIES = ("words.danger", "duplicates.threshold", "deadline.owned")
STEPS = {
    "listen": {"restated": "It broke.", "customer_agreed": "on"},
    "apologise": {"was_said": "on", "note": "Sorry."},
    "satisfy": {"remedy_kinds": "repair", "further_kinds": "", "remedy": "R", "value": "10", "satisfaction": "loyal"},
    "thank": {"was_thanked": "on", "note": "Thanks."},
    "report": {"to": "1", "outcome": "upheld", "relief": "explanation", "note": "Told."},
}  # fmt: skip
ENTRY = {"kind": "note", "direction": "out", "medium": "sms", "at": "", "minutes": "", "summary": "Said."}

FORMS = {
    "intake": Form(at("/complaints/new/"), Role.FRONT_DESK),
    "assess": Form(at("/complaints/new/assess/"), Role.FRONT_DESK, is_read=False),
    "draft": Form(at("/complaints/new/draft/"), Role.FRONT_DESK, is_read=False),
    "discard": Form(at("/complaints/new/discard/"), Role.FRONT_DESK, typed={"draft": "x", "next": "/"}),
    "note": Form(on("add_entry"), prepare=case, typed=ENTRY),
    "talk": Form(on("add_entry"), prepare=case, typed=ENTRY | {"kind": "phone"}),
    **{
        f"finish {step}": Form(on("finish_step", step=step), prepare=at_step(step), typed=typed)
        for step, typed in STEPS.items()
    },
    "correct listen": Form(on("correct_step", step="listen"), prepare=at_step("satisfy"), typed=STEPS["listen"]),
    "correct satisfy": Form(on("correct_step", step="satisfy"), prepare=at_step("report"), typed=STEPS["satisfy"]),
    "assess desk": Form(on("assess_desk"), prepare=at_step("closed"), typed={"listen": "yes", "solved": "no"}),
    "change desk": Form(on("change_desk"), typed={"what": "time", "note": "Later.", "at": ""}),
    **{name: Form(on(name)) for name in ("leave", "gone_outside", "assign", "link")},
    "lower": Form(on("lower"), prepare=case),
    "edit": Form(on("edit")),
    "report": Form(on("edit_report"), prepare=case),
    "take": Form(on("take"), typed={"mark": "1", "scope": "all", "show": "all", "next": "/"}),
    "profile": Form(at("/profile/")),
    "language": Form(at("/language/"), typed={"language": "en", "next": "/"}),
    "theme": Form(at("/theme/"), typed={"theme": "dark", "next": "/"}),
    "password": Form(at("/accounts/password/change/")),
    "customer": Form(of_customer("edit"), prepare=customer),
    "vip": Form(of_customer("vip"), prepare=customer),
    "contact": Form(of_customer("add_contact"), prepare=customer),
    "category": Form(at("/admin/complaints/category/add/"), ADMIN),
    "department": Form(at("/admin/accounts/department/add/"), ADMIN),
    "calendar": Form(at("/admin/accounts/calendar/add/"), ADMIN),
    "user": Form(at("/admin/accounts/user/add/"), ADMIN),
    "delegation": Form(at("/admin/accounts/delegation/add/"), ADMIN),
    **{f"policy {key}": Form(policy_page, Role.MANAGER, prepare=policy_row(key)) for key in POLICIES},
}  # fmt: skip


class Try:
    """A form on the stage, ready to be sent again and again; nothing of it stays."""

    def __init__(self, stage: Stage, form: Form) -> None:
        self.made = form.prepare(stage)
        self.url = form.url(stage, self.made)
        self.client = signed_in(stage.user(form.role))
        self.fields: dict[str, Any] = dict(form.typed)
        if not self.fields:
            self.page = self.url if form.is_read else "/complaints/new/"
            page = self.client.get(self.page, follow=True)
            assert page.status_code == 200, (self.page, page.status_code)
            self.fields = fields_of(page.content.decode(), self.page)
            assert self.fields, f"no form on {self.page}"

    def post(self, data: Any, **kwargs: Any) -> Any:
        """Send it, look that a refusal left nothing behind, and undo what was saved."""
        with undone():
            before = stored()
            answer = self.client.post(self.url, data, **kwargs)
            if answer.status_code in REFUSED:
                assert stored() == before, "refused, and still something was written"
        assert answer.status_code in GOOD | REFUSED, answer.status_code
        return answer


KEPT = "What the customer said, word by word, and nobody wants to type again."
WELL = [("description", KEPT), ("name", "Emily"), ("phone", "13805716620"), ("channel", "phone"), ("then", "take")]
