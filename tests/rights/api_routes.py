"""What every address of the API owes to every role, as data: each method names its row of the matrix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.urls import reverse

from complaints.models import Complaint
from core import clock
from tests.complaints.sent import sent

# Instead of a row of the matrix: no key needed, or any key will do.
PUBLIC, ANYBODY = "public", "anybody"
TASK, GROUP = "task", "group"
COMPLAINT, CUSTOMER, REPORT, SALE, POLICY = "complaint", "customer", "report", "sale", "policy"
CARD = "card"
CAUSE, SUGGESTION = "cause", "suggestion"
ATTACHMENT = "attachment"
WRITTEN = "written report"
MATTER, TALK = "matter", "talk"
PROPOSAL, QUESTION = "proposal", "question"
# What is there as far as its complaint is.
OF_COMPLAINTS = (COMPLAINT, REPORT, MATTER, TALK, ATTACHMENT, WRITTEN, PROPOSAL, QUESTION)

Bodies = Callable[["Things"], dict[str, Any]]


@dataclass(frozen=True)
class Things:
    """What the addresses and bodies of a test point at."""

    complaint: Complaint
    number: str
    another: str
    customer_id: int
    report_id: int
    attachment_id: int
    written_id: int
    me: str
    supervisor: str
    card_id: int = 0
    cause: str = ""
    suggestion_id: int = 0
    matter_id: int = 0
    talk_id: int = 0
    task_id: int = 0
    group_id: int = 0
    proposal_id: int = 0
    question_id: int = 0


@dataclass(frozen=True)
class ApiRow:
    """`methods` maps each method to the row of the matrix that says who may; `of` is what the address names.

    `bodies` are right in form, so that it is the right that decides. `scopes` are the narrow ones besides read/write.
    """

    methods: Mapping[str, str]
    of: str = ""
    bodies: Mapping[str, Bodies] = field(default_factory=dict)
    form: str = "json"
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


def in_a_day() -> str:
    return (clock.now() + timedelta(days=1)).isoformat()


def a_meeting(things: Things) -> dict[str, Any]:
    return {"kind": "visit", "place": "Here", "theirs": "Sue", "summary": "We talked."}


def a_sale(things: Things) -> dict[str, Any]:
    return {
        "customer": things.customer_id, "product": {"name": "Pump"}, "sold_at": "2026-11-01T10:00:00+08:00",
        "amount": {"amount": "100.00", "currency": "CNY"},
    }  # fmt: skip


def a_file(things: Things) -> dict[str, Any]:
    return {"file": sent(b"A receipt, typed.", "receipt.txt")}


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
    "complaints-attachments": both(READ, "attachment: add", a_file, form="multipart"),
    "attachments-detail": read(READ, ATTACHMENT),
    "attachments-file": read(READ, ATTACHMENT),
    "attachments-withdraw": verb("attachment: withdraw", lambda things: {"reason": "Not theirs."}, of=ATTACHMENT),
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
    "complaints-assign": verb("complaint: hand it over", lambda things: {"owner": things.supervisor}),
    "complaints-handover-accept": verb("complaint: answer an offer"),
    "complaints-handover-decline": verb("complaint: answer an offer", lambda things: {"reason": "Away."}),
    "complaints-handover-withdraw": verb("complaint: hand it over"),
    "complaints-senior": verb(
        "case: bring in a senior",
        lambda things: {"senior": "director", "medium": "phone", "due_at": "2030-01-31T18:00:00+08:00"},
    ),
    "complaints-meetings": both(READ, "case: keep a meeting", a_meeting),
    "tasks-list": read("task: read"),
    "tasks-detail": both("task: read", "task: end or change it", lambda things: {"what": "A call"}, TASK, "PATCH"),
    "tasks-done": verb("task: end or change it", lambda things: {"note": "Done."}, TASK),
    "tasks-cancel": verb("task: end or change it", lambda things: {"note": "No."}, TASK),
    "groups-list": both(
        "group: read", "group: work with it", lambda things: {"title": "Many", "complaints": [things.another]}, of=""
    ),
    "groups-detail": read("group: read", GROUP),
    "groups-members": verb("group: work with it", lambda things: {"number": things.another}, GROUP),
    "groups-members-remove": verb(
        "group: work with it", lambda things: {"number": things.number, "reason": "Why."}, GROUP
    ),
    "groups-representatives": verb(
        "group: work with it", lambda things: {"number": things.number, "name": "Sue", "proof": "A list."}, GROUP
    ),
    "groups-representatives-end": verb(
        "group: work with it", lambda things: {"representative": 10**9, "reason": "Gone."}, GROUP
    ),
    "groups-communications": both(
        "group: read",
        "group: work with it",
        lambda things: {"direction": "out", "medium": "phone", "summary": "We called."},
        GROUP,
    ),
    "groups-meetings": both("group: read", "group: work with it", a_meeting, GROUP),
    "groups-close": verb("group: work with it", lambda things: {"reason": "Done."}, GROUP),
    "complaints-link": verb("complaint: link", lambda things: {"number": things.another}),
    "complaints-gone-outside": verb(
        "complaint: gone outside", lambda things: {"channel": "press", "summary": "A reporter called."}
    ),
    "complaints-wait": verb("complaint: wait, resume", lambda things: {"reason": "A photo.", "until": in_a_day()}),
    "complaints-resume": verb("complaint: wait, resume"),
    "complaints-send-again": verb("talk: record", of=TALK),
    "complaints-templates": read(READ, COMPLAINT),
    "complaints-extend": verb(
        "statutory clock: give longer", lambda things: {"rule": "bank_insurer", "reason": "An expert."}
    ),
    "outside-detail": both(READ, "complaint: gone outside", lambda things: {"reference": "2026-1"}, MATTER, "PATCH"),
    "outside-accept": verb("complaint: gone outside", of=MATTER),
    "outside-answer": verb("complaint: gone outside", lambda things: {"summary": "Ours."}, of=MATTER),
    "templates-list": read(READ),
    "complaints-call-supervisor": verb("desk: run the steps"),
    "complaints-evaluation": both(READ, "case: evaluate and close", lambda things: {"did_well": "Called at once."}),
    "complaints-suggestions": both(READ, "suggestion: keep", lambda things: {"text": "A list on the order."}),
    "causes-list": both(
        READ,
        "cause: open by hand",
        lambda things: {"department": "west-store", "category": "service_attitude", "what": "category", "note": "Why"},
        of="",
    ),
    "causes-detail": read(READ, CAUSE),
    "causes-plan": verb(
        "cause: work on it", lambda things: {"corrective_action": "Train", "due_on": "2027-01-31"}, of=CAUSE
    ),
    "causes-done": verb("cause: work on it", of=CAUSE),
    "causes-check": verb("cause: work on it", lambda things: {"is_effective": False, "note": "No"}, of=CAUSE),
    "causes-complaints": verb("cause: work on it", lambda things: {"number": things.number}, of=CAUSE),
    "causes-assign": verb("cause: give to somebody", lambda things: {"owner": things.supervisor}, of=CAUSE),
    "root-causes-list": read(ANYBODY),
    "suggestions-list": read(READ),
    "suggestions-detail": read(READ, SUGGESTION),
    "suggestions-answer": verb(
        "suggestion: answer", lambda things: {"state": "taken_up", "answer": "We do."}, of=SUGGESTION
    ),
    "complaints-report": verb("complaint: end it", lambda things: {"kind": "oral", "to": things.supervisor, **END}),
    "reports-detail": read(READ, REPORT),
    "reports-acknowledge": verb("report: confirm", of=REPORT),
    "complaints-reports": read(READ, COMPLAINT),
    "reports-return": verb("report: acknowledge", lambda things: {"question": "Why?"}, of=WRITTEN),
    "reports-document": read(READ, WRITTEN),
    "customers-list": both("customer: read", "customer: change", a_customer, of="", **SALES),
    "customers-detail": both(
        "customer: read", "customer: change", lambda things: {"company": "Pumps Ltd"}, CUSTOMER, "PATCH", **SALES
    ),
    "sales-list": read("customer: read", **SALES),
    "sales-detail": both("customer: read", "sale: record", a_sale, SALE, "PUT", **SALES),
    "events-list": read(ANYBODY),
    "guidance-list": read("guidance: read"),
    "guidance-detail": read("guidance: read", CARD),
    "metrics-weeks": read("week: read"),
    "policies-list": read("policy: read", **ADMIN),
    "policies-detail": both("policy: read", "policy: change", lambda things: {"value": 40}, POLICY, "PATCH", **ADMIN),
}


def api_url(name: str, things: Things) -> str:
    named: dict[str, dict[str, Any]] = {
        COMPLAINT: {"number": things.number},
        CUSTOMER: {"pk": things.customer_id},
        REPORT: {"pk": things.report_id},
        ATTACHMENT: {"pk": things.attachment_id},
        WRITTEN: {"pk": things.written_id},
        MATTER: {"pk": things.matter_id},
        TALK: {"number": things.number, "pk": things.talk_id},
        PROPOSAL: {"pk": things.proposal_id},
        QUESTION: {"number": things.number, "pk": things.question_id},
        SALE: {"source": "till", "external_id": "S-1"},
        CAUSE: {"number": things.cause},
        SUGGESTION: {"pk": things.suggestion_id},
        TASK: {"pk": things.task_id},
        GROUP: {"pk": things.group_id},
        POLICY: {"key": "draft.keep_days"},
        CARD: {"pk": things.card_id},
    }
    return reverse(f"api:{name}", kwargs=named.get(API[name].of, {}))
