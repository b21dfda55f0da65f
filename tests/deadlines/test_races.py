"""Sweeps against each other and against people. On both databases; each race has a control that fails. TIMERS.md 7."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction

from customers.models import Customer
from deadlines import firing
from deadlines.actions import Opening, meet_deadline, open_deadlines_in_bulk, pause_deadline, resume_deadline
from deadlines.firing import fire_batch
from deadlines.models import Deadline, Firing, State
from deadlines.rebuild import differences
from events.models import Event, Notification
from tests.deadlines.conftest import RESOLVED, RESPONSE, at

pytestmark = pytest.mark.django_db(transaction=True)


def together(*functions):
    """Run the functions at the same moment, each in a thread and a connection of its own; raise what one raised."""
    start, errors = threading.Barrier(len(functions)), []

    def run(function):
        start.wait()
        try:
            function()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.fixture
def many(office, staff):
    """Promises to so many customers, all due at half past nine."""

    def make(count, kind=RESPONSE):
        customers = Customer.objects.bulk_create(
            Customer(name=f"C{n}", created_at=at("02 09:00")) for n in range(count)
        )
        openings = [Opening(kind, customer, office, 2, at("02 09:00")) for customer in customers]
        open_deadlines_in_bulk(openings, at=at("02 09:00"))
        return customers

    return make


def sweep_all(limit=20):
    while fire_batch(limit, at("02 09:30")).progress:
        pass


def effects():
    """How often each deadline was told as broken: by the log, not by a counter."""
    told = Event.objects.filter(type="deadline.breached")
    return Counter(event.data["deadline"] for event in told)


def test_four_sweeps_at_once_fire_each_deadline_once(many):
    many(120)
    together(*[sweep_all] * 4)
    sweep_all()  # what was left because somebody was at it
    planned = set(Deadline.objects.values_list("pk", flat=True))
    assert effects() == Counter(planned)
    assert sorted(Firing.objects.values_list("deadline_id", flat=True)) == sorted(planned)
    assert Notification.objects.filter(recipient__username="supervisor").count() == 120
    for customer in Customer.objects.all()[:10]:
        assert differences(customer) == []


def test_control_without_claims_sweeps_fire_twice(many, monkeypatch):
    """Locks, comparison and the unique firing taken away, the same race must show doubles, or it proves nothing."""
    many(60)
    both_have_read, read, seen = threading.Barrier(2), firing.read_due, threading.local()

    def read_and_believe(*args):
        seen.rows = list(Deadline.objects.due(at("02 09:30")).select_related("department"))
        refs = read(*args)
        both_have_read.wait()
        return refs

    def subjects_without_locks(refs):
        return {("customer", row.pk): row for row in Customer.objects.all()}

    monkeypatch.setattr(firing, "read_due", read_and_believe)
    monkeypatch.setattr(firing, "lock_subjects", subjects_without_locks)
    monkeypatch.setattr(firing, "claim", lambda refs: seen.rows)
    monkeypatch.setattr(Firing.objects, "bulk_create", list)
    together(*[lambda: fire_batch(60, at("02 09:30"))] * 2)
    assert set(effects().values()) == {2}


def test_kept_and_escalated_are_never_both_true(office, staff):
    """T11: the first contact at the due instant. Either it stopped the deadline in time, or it escalated."""
    named = (Customer(name=f"C{n}", created_at=at("02 09:00")) for n in range(60))
    customers = Customer.objects.bulk_create(named)
    starts = [at("02 09:00") + timedelta(seconds=n) for n in range(60)]
    openings = [Opening(RESPONSE, c, office, 2, start) for c, start in zip(customers, starts, strict=True)]
    due = {row.subject_id: row.due_at for row in open_deadlines_in_bulk(openings, at=at("02 09:00"))}
    # Each trial begins at the same moment on both sides.
    begin = threading.Barrier(2)

    def keep():
        for customer in customers:
            begin.wait()
            with transaction.atomic():
                locked = Customer.objects.select_for_update().get(pk=customer.pk)
                meet_deadline(RESPONSE, locked, at=due[customer.pk])

    def sweep():
        for customer in customers:
            begin.wait()
            fire_batch(5, due[customer.pk])

    together(keep, sweep)
    broken = effects()
    for row in Deadline.objects.all():
        in_time, escalations = row.breached_at is None, broken[row.pk]
        assert row.state == State.MET
        assert escalations == (0 if in_time else 1)
    for customer in customers:
        assert differences(customer) == []


def test_sweeps_and_people_never_wait_for_each_other_in_a_circle(many):
    """Subject first, then its deadlines, and the sweep waits for nobody: no deadlock, whoever comes in which order."""
    customers = many(8, RESOLVED)

    def work():
        for turn in range(12):
            for customer in customers:
                with transaction.atomic():
                    locked = Customer.objects.select_for_update().get(pk=customer.pk)
                    change = pause_deadline if turn % 2 else resume_deadline
                    change(RESOLVED, locked, at=at("02 09:30"))

    def sweep():
        for _ in range(40):
            fire_batch(3, at("09 09:30"))

    together(work, work, sweep, sweep)
    for customer in customers:
        assert differences(customer) == []


@pytest.mark.postgres
def test_sweep_leaves_a_subject_that_somebody_is_at(many):
    customers = many(3)
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Customer.objects.select_for_update().get(pk=customers[1].pk)
            held.set()
            assert done.wait(10)

    def sweep():
        assert held.wait(10)
        try:
            outcome = fire_batch(10, at("02 09:30"))
            assert (outcome.fired, outcome.busy) == (2, 1)
        finally:
            done.set()

    together(hold, sweep)
    assert fire_batch(10, at("02 09:30")).fired == 1


@pytest.mark.postgres
def test_second_promise_of_a_kind_is_refused_by_the_database(office, staff, customer):
    """Two that forgot to lock the subject: the constraint still lets one win."""
    results = []

    def make():
        try:
            opening = Opening(RESPONSE, customer, office, 2, at("02 09:00"))
            results.append(len(open_deadlines_in_bulk([opening], at=at("02 09:00"))))
        except Exception as error:
            results.append(type(error).__name__)

    together(*[make] * 4)
    assert results.count(1) == 1
    assert Deadline.objects.count() == 1
    assert Event.objects.filter(type="deadline.opened").count() == 1
