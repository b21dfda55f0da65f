"""The complaints themselves: when they came, who has them, how far they got. Seeded, so each load is the same."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

from accounts.models import User
from complaints import events
from complaints.codes import Channel, Direction, Medium, Outcome, Relief, SeverityClass, State, Upset
from complaints.deadlines import (
    ANSWER,
    AT_INTAKE,
    FIRST_RESPONSE,
    ORAL_REPORT,
    ORAL_REPORT_CONFIRMED,
    OWNED,
    RESOLVED,
)
from complaints.models import (
    Category,
    Communication,
    Complaint,
    ComplaintSubject,
    ExternalReference,
    OralReport,
    StepRecord,
)
from complaints.search import searchable_text
from complaints.triage import Facts, Figures, proposed_class, reach_of, triage
from core.search import found_words
from deadlines.calendars import Shelf
from policies.reading import policy
from tests.bench import texts
from tests.bench.firm import Firm, Store
from tests.bench.life import Life
from tests.bench.people import People
from tests.bench.rows import NAMED_READER, Rows

MINUTE = timedelta(minutes=1)
# One open complaint in so many of a store has exactly this many events: what the page of one is measured with.
LONG_STORY, ONE_IN = 20, 10
CHANNELS = (
    (Channel.PHONE, 40), (Channel.IN_PERSON, 25), (Channel.WEB, 12), (Channel.EMAIL, 10), (Channel.CHAT, 10),
    (Channel.SOCIAL_MEDIA, 2), (Channel.REGULATOR, 1),
)  # fmt: skip
LASTR = (
    (State.LISTEN, "listened"), (State.APOLOGISE, "apologised"), (State.SATISFY, "satisfied"),
    (State.THANK, "thanked"),
)  # fmt: skip


@lru_cache(maxsize=5000)
def dangers(template: str) -> tuple[str, ...]:
    return tuple(found_words(template, [word for words in policy("words.danger").values() for word in words]))


class Cases:
    """Makes complaints, one by one; `rows` is written by the caller."""

    def __init__(self, firm: Firm, figures: Figures, shelf: Shelf, rows: Rows, seed: int, now: datetime) -> None:
        self.random = Random(seed)
        self.firm, self.figures, self.shelf, self.rows, self.now = firm, figures, shelf, rows, now
        self.people = People(self.random, rows)
        self.weights = [store.weight for store in firm.stores]

    # ------------------------------------------------------------ what all have

    def _base(self, number: str, received_at: datetime, recorded_at: datetime) -> tuple[Complaint, Store]:
        random = self.random
        store = random.choices(self.firm.stores, self.weights)[0]
        language = "zh-hans" if random.random() < 0.6 else "en"
        said, template = texts.description(random, language)
        known = None if random.random() < 0.08 else self.people.somebody(store.department, language, recorded_at)
        category = random.choice(self.firm.categories)
        if category.is_restricted and random.random() < 0.9:
            category = self.firm.categories[0]
        complaint = Complaint(
            number=number,
            department=store.department,
            received_at=received_at,
            recorded_at=recorded_at,
            updated_at=recorded_at,
            customer=known.customer if known else None,
            is_anonymous=known is None,
            contact_name=known.customer.name if known else "",
            contact_phone=known.phone if known else "",
            contact_phone_normalized=f"+86{known.phone.replace(' ', '')}" if known else "",
            contact_email=known.email if known else "",
            language=language,
            description=said,
            category=category,
            sale=known.sale if known and random.random() < 0.5 else None,
            channel=random.choices([name for name, _ in CHANNELS], [weight for _, weight in CHANNELS])[0],
            amount_claimed=Decimal(random.randrange(100, 8000)) if random.random() < 0.15 else None,
            currency=self.figures.house_currency,
            upset=random.choices(["", Upset.CALM, Upset.ANNOYED, Upset.ANGRY, Upset.FURIOUS], [50, 20, 15, 10, 5])[0],
            is_restricted=category.is_restricted,
        )
        self.rows.number(complaint)
        self._judge(complaint, category, template)
        return complaint, store

    def _judge(self, complaint: Complaint, category: Category, template: str) -> None:
        facts = Facts(
            channel=complaint.channel,
            categories=(category.code, *([category.parent.code] if category.parent else [])),
            upset=complaint.upset,
            amount_claimed=complaint.amount_claimed,
            currency=complaint.currency,
            danger_words=dangers(template),
            complaints_in_window=1,
        )
        reasons = triage(facts, self.figures)
        complaint.severity_class = proposed_class(reasons)
        complaint.triage = [reason.as_json() for reason in reasons]
        complaint.suggests_crisis = any(reason.suggests_crisis for reason in reasons)
        complaint.reach = reach_of(complaint.channel)

    def _keep(self, complaint: Complaint) -> None:
        self.rows.keep(complaint)
        self.rows.complaint_found_by(complaint, searchable_text(complaint))
        if complaint.is_restricted:
            for user in self.firm.directors:
                self.rows.add(NAMED_READER(complaint_id=complaint.pk, user_id=user.pk))

    # ------------------------------------------------------------ taken over from the system before

    def imported(self, number: str, received_at: datetime, imported_at: datetime) -> None:
        """Ended long ago; one event, no promise."""
        complaint, store = self._base(number, received_at, imported_at)
        complaint.is_imported, complaint.state, complaint.ended_at = True, State.CLOSED, received_at
        complaint.outcome = Outcome.UNKNOWN
        self._keep(complaint)
        self.rows.add(ExternalReference(complaint=complaint, source="old", external_id=str(complaint.pk)))
        life = self._life(complaint, store)
        told = {"source": "old", "external_id": str(complaint.pk), "state": complaint.state}
        life.note(imported_at, None, events.IMPORTED, **self._told(complaint), **told)
        life.end(self.now)

    # ------------------------------------------------------------ lodged here

    def lodged(self, number: str, at: datetime, *, is_open: bool) -> None:
        random = self.random
        complaint, store = self._base(number, at, at)
        clerk = random.choice(store.clerks)
        complaint.recorded_by = None if complaint.channel == Channel.WEB else clerk
        is_case = complaint.severity_class == SeverityClass.TWO
        complaint.state = State.ACT if is_case else State.LISTEN
        life = self._life(complaint, store)
        by = complaint.recorded_by
        life.note(at, by, events.CREATED, **self._told(complaint), owner_id=None)
        life.promise(AT_INTAKE, at, by)
        if random.random() < 0.01:
            self.rows.add(ComplaintSubject(complaint=complaint, user=store.supervisor))
        if not (is_open and random.random() < 0.1):
            owner = random.choice(store.handlers or store.clerks) if is_case else clerk
            at = self._take(life, owner, at)
            at = self._work_case(life, owner, at, is_open) if is_case else self._work_desk(life, owner, at, is_open)
        complaint.updated_at = at
        if complaint.is_open and random.random() * ONE_IN < 1:
            self._lengthen(life, clerk, at)
        life.end(self.now)
        complaint.version = 1 + len({one.at for one in life.happened})
        self._keep(complaint)

    def _life(self, complaint: Complaint, store: Store) -> Life:
        return Life(complaint, store, self.firm.directors, self.shelf, self.rows)

    def _told(self, complaint: Complaint) -> dict[str, Any]:
        return {
            "number": complaint.number,
            "channel": complaint.channel,
            "severity_class": complaint.severity_class,
            "rules": [reason["rule"] for reason in complaint.triage],
            "department_id": complaint.department_id,
        }

    def _after(self, at: datetime, least: float, most: float) -> datetime:
        """So many minutes later, and never in the future."""
        return min(at + self.random.uniform(least, most) * MINUTE, self.now)

    def _take(self, life: Life, owner: User, at: datetime) -> datetime:
        is_late = self.random.random() < 0.1
        at = self._after(at, 20 if is_late else 1, 90 if is_late else 9)
        life.complaint.owner = owner
        life.note(at, owner, events.ASSIGNED, owner=str(owner), owner_id=owner.pk, is_taken=True)
        life.keep(OWNED, at, owner)
        return at

    def _move(self, life: Life, name: str, to: str, by: User, at: datetime, **recorded: Any) -> None:
        complaint = life.complaint
        facts = {"name": name, "to": to, "severity_class": complaint.severity_class, "from": complaint.state}
        complaint.state = to
        life.note(at, by, events.TRANSITIONED, **facts, **recorded)

    def _close(self, life: Life, to: str, name: str, by: User, at: datetime) -> None:
        complaint = life.complaint
        complaint.outcome = self.random.choice([Outcome.UPHELD, Outcome.PARTLY_UPHELD, Outcome.NOT_UPHELD])
        complaint.relief = self.random.choice([Relief.MONETARY, Relief.NON_MONETARY, Relief.EXPLANATION])
        self._move(life, name, to, by, at, outcome=complaint.outcome, relief=complaint.relief)
        complaint.ended_at = at

    # ------------------------------------------------------------ class 1, at the desk

    def _work_desk(self, life: Life, by: User, at: datetime, is_open: bool) -> datetime:
        complaint = life.complaint
        steps = LASTR[: self.random.randrange(len(LASTR))] if is_open else LASTR
        states = [state for state, _name in LASTR] + [State.REPORT]
        for place, (state, name) in enumerate(steps):
            is_slow = state == State.SATISFY and self.random.random() < 0.2
            at = self._after(at, 1500 if is_slow else 1, 6000 if is_slow else 20)
            self._record(life, state, by, at)
            self._move(life, name, states[place + 1], by, at)
            if state == State.LISTEN:
                complaint.first_contact_at = at
                life.keep(FIRST_RESPONSE, at, by)
            if state == State.SATISFY:
                life.keep(ANSWER, at, by)
                life.keep(RESOLVED, at, by)
        return at if is_open else self._report(life, by, at)

    def _record(self, life: Life, state: str, by: User, at: datetime) -> None:
        record = StepRecord(complaint=life.complaint, step=state, recorded_at=at, recorded_by=by)
        if state == State.LISTEN:
            record.text = life.complaint.description[:80]
        if state == State.SATISFY:
            record.text, record.remedy_kinds = "An apology and a new one.", ["exchange"]
            record.satisfaction = "satisfied"
            life.complaint.satisfaction = record.satisfaction
        self.rows.add(record)

    def _report(self, life: Life, by: User, at: datetime) -> datetime:
        to = life.store.supervisor
        at = self._after(at, 5, 60)
        report = OralReport(complaint=life.complaint, to=to, reported_by=by, reported_at=at)
        self.rows.add(report)
        self._record(life, State.REPORT, by, at)
        life.note(at, by, events.REPORTED, to=str(to), to_id=to.pk)
        self._close(life, State.CLOSED, "reported", by, at)
        life.keep(ORAL_REPORT, at, by)
        life.drop_the_rest(at, by)
        life.promise([ORAL_REPORT_CONFIRMED], at, by)
        at = self._after(at, 5, 200)
        report.confirmed_by, report.confirmed_at = to, at
        life.note(at, to, events.REPORT_CONFIRMED, report_id=report.pk)
        life.keep(ORAL_REPORT_CONFIRMED, at, to)
        return at

    # ------------------------------------------------------------ class 2, a case

    def _work_case(self, life: Life, by: User, at: datetime, is_open: bool) -> datetime:
        is_late = self.random.random() < 0.15
        at = self._after(at, 40 if is_late else 1, 400 if is_late else 15)
        self._talk(life, Direction.OUT, "Called; we look into it. 已回电，正在核实。", by, at)
        life.complaint.first_contact_at = at
        life.keep(FIRST_RESPONSE, at, by)
        life.keep(ANSWER, at, by)
        at = self._after(at, 5, 300)
        self._move(life, "acted", State.GET_DETAILS, by, at)
        if is_open:
            return at
        at = self._after(at, 600, 14_000)
        self._close(life, State.WITHDRAWN, "withdraw", by, at)
        life.complaint.end_reason = "The customer has what they wanted. 客户已满意。"
        life.drop_the_rest(at, by)
        return at

    def _talk(self, life: Life, direction: str, words: str, by: User, at: datetime) -> None:
        row = Communication(
            complaint=life.complaint,
            direction=direction,
            medium="" if direction == Direction.NOTE else Medium.PHONE,
            at=at,
            summary=words,
            recorded_by=by,
            recorded_at=at,
        )
        self.rows.add(row)
        if direction == Direction.NOTE:
            life.note(at, by, events.NOTED, communication_id=row.pk)
            return
        facts = {"direction": direction, "medium": row.medium, "is_first": True, "talked_at": at.isoformat()}
        life.note(at, by, events.COMMUNICATED, communication_id=row.pk, **facts)

    def _lengthen(self, life: Life, by: User, at: datetime) -> None:
        """Notes until it has as many events as the page of one is measured with."""
        life.sweep(self.now)
        while len(life.happened) < LONG_STORY:
            self._talk(life, Direction.NOTE, "Asked the workshop again. 再次催促维修车间。", by, at)
