"""A simple model of a complaint: where it may be, and which clocks run. It knows nothing of the product's code."""

from dataclasses import dataclass, field

LASTR = ("listen", "apologise", "satisfy", "thank", "report")
AGREE = ("act", "get_details", "review", "execute", "evaluate")
ENDS = ("closed", "withdrawn", "referred", "declined", "voided")
# What starts with a complaint, by class.
AT_START = {
    1: {"owned", "first_response", "answer", "resolved", "oral_report"},
    2: {"owned", "first_response", "answer", "resolved"},
}


@dataclass
class Model:
    """`clocks` are the promises that are open; `missed` what was promised and not kept in time is not modelled."""

    severity_class: int
    state: str
    clocks: set[str] = field(default_factory=set)
    is_owned: bool = False
    is_contacted: bool = False
    # Steps of LASTR and stages of AGREE that are on record now.
    recorded: set[str] = field(default_factory=set)
    # Of the live proposal: "", draft, submitted, returned, approved, accepted.
    proposal: str = ""
    reopened: int = 0

    @classmethod
    def begin(cls, severity_class: int) -> "Model":
        return cls(severity_class, "listen" if severity_class == 1 else "act", set(AT_START[severity_class]))

    @property
    def is_open(self) -> bool:
        return self.state not in ENDS

    # -------------------------------------------------------------- what happens to it

    def take(self) -> None:
        self.is_owned = True
        self.clocks.discard("owned")

    def talk(self, *, is_outward: bool) -> None:
        if is_outward:
            self.is_contacted = True
            self.clocks -= {"first_response", "answer"}
            if self.severity_class == 2 and self.state == "review":
                self.clocks.discard("decision_told")
        else:
            self.clocks.add("answer")

    def step(self, name: str) -> None:
        """A step of LASTR is done."""
        self.recorded.add(name)
        if name == "listen":
            self.is_contacted = True
            self.clocks.discard("first_response")
        if name == "satisfy":
            self.clocks -= {"answer", "resolved"}
        if self.severity_class == 1:
            self.state = LASTR[LASTR.index(name) + 1]

    def report(self) -> None:
        self.recorded.add("report")
        self.end("closed")
        self.clocks = {"oral_report_confirmed"}

    def confirm_report(self) -> None:
        self.clocks.discard("oral_report_confirmed")

    def end(self, state: str) -> None:
        self.state = state
        self.clocks = set()

    def raise_class(self) -> None:
        self.severity_class = 2
        self.clocks.discard("oral_report")
        stages = (("act", self.is_contacted), ("get_details", "details" in self.recorded))
        self.state = next((stage for stage, is_done in stages if not is_done), "review")

    def lower_class(self) -> None:
        self.severity_class = 1
        self.proposal = ""
        self.clocks -= {"approval", "decision_told"}
        self.clocks.add("oral_report")
        self.state = next((step for step in LASTR if step not in self.recorded), "report")

    def forward(self) -> None:
        if self.state == "execute":
            self.clocks.discard("resolved")
            self.recorded.add("execution")
        if self.state == "get_details":
            self.recorded.add("details")
        self.state = AGREE[AGREE.index(self.state) + 1]

    def back(self, name: str) -> None:
        if self.state == "evaluate":
            self.clocks.add("resolved")
        self.recorded.discard("execution")
        if name == "new_facts":
            self.recorded.discard("details")
        if name != "not_fulfilled" and self.proposal not in ("draft", "returned"):
            self.proposal = ""
            self.clocks -= {"approval", "decision_told"}
        self.state = {"new_facts": "get_details", "not_fulfilled": "execute"}.get(name, "review")

    def reopen(self) -> None:
        is_case = self.severity_class == 2 or self.reopened > 0
        self.severity_class = 2 if is_case else 1
        self.state = "get_details" if is_case else "listen"
        self.reopened += 1
        self.recorded, self.proposal = set(), ""
        self.clocks = AT_START[self.severity_class] - ({"owned"} if self.is_owned else set())

    # -------------------------------------------------------------- proposals

    def write(self) -> None:
        self.proposal = "draft"
        self.clocks.discard("decision_told")

    def submit(self) -> None:
        self.proposal = "submitted"
        self.clocks.add("approval")

    def decide(self, decision: str) -> None:
        self.clocks.discard("approval")
        self.proposal = "" if decision == "rejected" else decision
        if decision == "approved":
            self.clocks.add("decision_told")

    def answer(self, *, is_yes: bool) -> None:
        self.clocks.discard("decision_told")
        self.proposal = "accepted" if is_yes else ""

    # -------------------------------------------------------------- what must be true

    def may_go_on(self, nature: str = "", note: str = "") -> bool:
        return {
            "act": self.is_owned and self.is_contacted,
            "get_details": bool(nature),
            "review": self.proposal == "accepted",
            "execute": bool(note),
        }.get(self.state, False)
