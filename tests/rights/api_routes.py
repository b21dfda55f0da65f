"""What every address of the API owes to every role, as data: each method names its row of the matrix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from complaints.models import Complaint

# Instead of a row of the matrix: no key needed, or any key will do.
PUBLIC, ANYBODY = "public", "anybody"
COMPLAINT, CUSTOMER, REPORT, SALE, POLICY = "complaint", "customer", "report", "sale", "policy"
PROPOSAL, QUESTION = "proposal", "question"
# What is hidden with its complaint.
OF_COMPLAINTS = (COMPLAINT, REPORT, PROPOSAL, QUESTION)

Bodies = Callable[["Things"], dict[str, Any]]


@dataclass(frozen=True)
class Things:
    """What the addresses and bodies of a test point at."""

    complaint: Complaint
    number: str
    another: str
    customer_id: int
    report_id: int
    me: str
    supervisor: str
    proposal_id: int
    question_id: int


@dataclass(frozen=True)
class ApiRow:
    """`methods` maps each method to the row of the matrix that says who may; `of` is what the address names.

    `bodies` are right in form, so that it is the right that decides. `scopes` are the narrow ones besides read/write.
    """

    methods: Mapping[str, str]
    of: str = ""
    bodies: Mapping[str, Bodies] = field(default_factory=dict)
    read_scopes: tuple[str, ...] = ("read",)
    write_scopes: tuple[str, ...] = ("write",)

    def scopes(self, method: str) -> tuple[str, ...]:
        return self.read_scopes if method == "GET" else self.write_scopes


def read(what: str, of: str = "", **more: Any) -> ApiRow:
    return ApiRow({"GET": what}, of, **more)


def verb(what: str, body: Bodies = lambda things: {}, of: str = COMPLAINT) -> ApiRow:
    return ApiRow({"POST": what}, of, {"POST": body})


def both(reads: str, writes: str, body: Bodies, of: str = COMPLAINT, method: str = "POST", **more: Any) -> ApiRow:
    return ApiRow({"GET": reads, method: writes}, of, {method: body}, **more)


READ = "complaint: read"
SALES: dict[str, Any] = {"read_scopes": ("read", "sales"), "write_scopes": ("write", "sales")}
ADMIN: dict[str, Any] = {"read_scopes": ("read", "admin"), "write_scopes": ("admin",)}
END = {"outcome": "upheld", "relief": "explanation"}


def a_customer(things: Things) -> dict[str, Any]:
    return {"name": "Henry Moore", "phones": ["139 0000 9001"]}


def a_complaint(things: Things) -> dict[str, Any]:
    return {"description": "The new pump drips.", "channel": "phone", "customer": things.customer_id}


def a_sale(things: Things) -> dict[str, Any]:
    return {
        "customer": things.customer_id, "product": {"name": "Pump"}, "sold_at": "2026-11-01T10:00:00+08:00",
        "amount": {"amount": "100.00", "currency": "CNY"},
    }  # fmt: skip


API: dict[str, ApiRow] = {
    "document-openapi": read(PUBLIC),
    "document-docs": read(PUBLIC),
    "health-live": read(PUBLIC),
    "health-ready": read(PUBLIC),
    "me-detail": read(ANYBODY, read_scopes=("read", "write", "sales", "admin")),
    "users-list": read(ANYBODY),
    "departments-list": read(ANYBODY),
    "categories-list": read(ANYBODY),
    "complaints-list": both(READ, "complaint: log", a_complaint, of=""),
    "complaints-detail": both(
        READ, "complaint: change its facts", lambda things: {"happened_where": "The yard"}, method="PATCH"
    ),
    "complaints-communications": both(
        READ, "talk: record", lambda things: {"direction": "out", "medium": "phone", "summary": "We called."}
    ),
    "complaints-notes": both(READ, "note: write", lambda things: {"text": "A note."}),
    "complaints-deadlines": read(READ, COMPLAINT),
    "complaints-timeline": read(READ, COMPLAINT),
    "complaints-transitions": both(
        READ, "complaint: end it", lambda things: {"name": "withdraw", "reason": "Because.", **END}
    ),
    "complaints-reopen": verb("complaint: reopen", lambda things: {"reason": "Again."}),
    "complaints-questions": both(
        READ, "case: run the stages", lambda things: {"kind": "open", "question": "How was it?"}
    ),
    "complaints-answer": verb("case: run the stages", lambda things: {"answer": "Loud."}, of=QUESTION),
    "complaints-proposals": both(
        READ, "proposal: write", lambda things: {"lines": [{"kind": "refund", "description": "All"}]}
    ),
    "proposals-list": read(READ),
    "proposals-detail": read(READ, PROPOSAL),
    "proposals-submit": verb("proposal: write", of=PROPOSAL),
    "proposals-approve": verb("proposal: decide", of=PROPOSAL),
    "proposals-return": verb("proposal: decide", lambda things: {"question": "When?"}, of=PROPOSAL),
    "proposals-reject": verb("proposal: decide", lambda things: {"reason": "No."}, of=PROPOSAL),
    "proposals-accept": verb("proposal: write", of=PROPOSAL),
    "proposals-decline": verb("proposal: write", of=PROPOSAL),
    "complaints-classify": verb("complaint: raise its class", lambda things: {"severity_class": 2}),
    "complaints-assign": verb("complaint: give to somebody", lambda things: {"owner": things.supervisor}),
    "complaints-link": verb("complaint: link", lambda things: {"number": things.another}),
    "complaints-gone-outside": verb(
        "complaint: gone outside", lambda things: {"channel": "press", "summary": "A reporter called."}
    ),
    "complaints-call-supervisor": verb("desk: run the steps"),
    "complaints-report": verb("complaint: end it", lambda things: {"kind": "oral", "to": things.supervisor, **END}),
    "reports-detail": read(READ, REPORT),
    "reports-acknowledge": verb("report: confirm", of=REPORT),
    "customers-list": both("customer: read", "customer: change", a_customer, of="", **SALES),
    "customers-detail": both(
        "customer: read", "customer: change", lambda things: {"company": "Pumps Ltd"}, CUSTOMER, "PATCH", **SALES
    ),
    "sales-list": read("customer: read", **SALES),
    "sales-detail": both("customer: read", "sale: record", a_sale, SALE, "PUT", **SALES),
    "events-list": read(ANYBODY),
    "policies-list": read("policy: read", **ADMIN),
    "policies-detail": both("policy: read", "policy: change", lambda things: {"value": 40}, POLICY, "PATCH", **ADMIN),
}


def api_url(name: str, things: Things) -> str:
    named: dict[str, dict[str, Any]] = {
        COMPLAINT: {"number": things.number},
        CUSTOMER: {"pk": things.customer_id},
        REPORT: {"pk": things.report_id},
        PROPOSAL: {"pk": things.proposal_id},
        QUESTION: {"number": things.number, "pk": things.question_id},
        SALE: {"source": "till", "external_id": "S-1"},
        POLICY: {"key": "draft.keep_days"},
    }
    return reverse(f"api:{name}", kwargs=named.get(API[name].of, {}))
