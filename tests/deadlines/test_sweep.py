"""The sweep, its heartbeat, the clock guard, the watchdog, and what health says about them. TIMERS.md 5, 6."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from core import clock
from deadlines import banner, firing, health, tasks, watchdog
from deadlines import sweep as sweeping
from deadlines.clock_guard import ClockGuard
from deadlines.health import examine
from deadlines.models import Deadline, State, SweepHeartbeat
from deadlines.sweep import sweep
from deadlines.watchdog import Watchdog, is_silent
from events.models import Notification, OutboxMessage
from events.outbox import enqueue
from tests.deadlines.conftest import RESPONSE, at, make_customer


@pytest.fixture(autouse=True)
def nothing_remembered():
    health.forget_report()
    yield
    health.forget_report()


def late_message():
    enqueue("email", "a@example.com", {}, key="late", not_before=at("02 09:27"))


def swept_at(text, trigger="beat", **more):
    SweepHeartbeat.objects.update_or_create(trigger=trigger, defaults={"completed_at": at(text), **more})


# ------------------------------------------------------------ the sweep


def test_fires_batch_by_batch_until_nothing_is_due(promise, staff, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 2)
    for _ in range(5):
        promise(RESPONSE, subject=make_customer())
    with clock.frozen(at("02 09:30:03")):
        swept = sweep("hand")
    assert (swept.fired, swept.failed, swept.busy, swept.is_complete) == (5, 0, 0, True)
    assert swept.worst == timedelta(seconds=3)


def test_writes_a_heartbeat_for_what_started_it(promise, staff):
    promise(RESPONSE)
    for trigger in ("beat", "watchdog", "beat"):
        with clock.frozen(at("02 09:31")):
            sweep(trigger)
    beats = {row.trigger: row for row in SweepHeartbeat.objects.all()}
    assert set(beats) == {"beat", "watchdog"}
    assert (beats["beat"].completed_at, beats["beat"].fired) == (at("02 09:31"), 0)


def test_stops_when_its_time_is_up_and_says_so(promise, staff, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 1)
    for _ in range(3):
        promise(RESPONSE, subject=make_customer())
    with clock.frozen(at("02 09:30")):
        swept = sweep("hand", budget_seconds=0)
    assert (swept.fired, swept.is_complete) == (1, False)


def test_busy_rows_at_the_head_do_not_hide_the_others(promise, staff, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 2)
    rows = [promise(RESPONSE, subject=make_customer()) for _ in range(5)]
    busy = {row.subject_id for row in rows[:3]}
    lock = firing.lock_subjects
    monkeypatch.setattr(firing, "lock_subjects", lambda refs: {k: v for k, v in lock(refs).items() if k[1] not in busy})
    with clock.frozen(at("02 09:30")):
        swept = sweep("hand")
    assert (swept.fired, swept.busy) == (2, 3)


def test_idle_sweep_costs_a_few_statements(db, world):
    sweep("beat")
    with CaptureQueriesContext(connection) as queries:
        sweep("beat")
    assert len(queries) == 3


def test_cost_follows_what_is_due_and_not_what_is_open(promise, staff, office):
    """PERFORMANCE.md 11: the partial index on the next rung is what the sweep reads."""
    with CaptureQueriesContext(connection) as queries:
        firing.fire_due_deadlines(now=at("02 09:30"))
    due = next(q["sql"] for q in queries if "next_fire_at" in q["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # On a handful of rows PostgreSQL would not care.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + due)
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "deadline_next" in plan


def test_task_is_what_beat_wakes(promise, staff):
    promise(RESPONSE)
    with clock.frozen(at("02 09:30")):
        tasks.sweep_deadlines()
    assert Deadline.objects.get().state == State.BREACHED
    assert SweepHeartbeat.objects.get().trigger == "beat"
    assert tasks.sweep_deadlines.name == "deadlines.tasks.sweep_deadlines"


def test_command_sweeps_by_hand_and_revives(promise, staff, customer):
    staff.poisoned = {customer.pk}
    promise(RESPONSE)
    Deadline.objects.update(attempts=len(firing.BACK_OFF))
    said = StringIO()
    with clock.frozen(at("02 09:30")):
        call_command("sweep", stdout=said)
        staff.poisoned = set()
        call_command("sweep", "--revive", stdout=said)
    assert said.getvalue().splitlines() == [
        "0 fired, 1 failed, 0 left because somebody is at them, 0 recomputed.",
        "1 given up before are tried again.",
        "1 fired, 0 failed, 0 left because somebody is at them, 0 recomputed.",
    ]


# ------------------------------------------------------------ the clock guard


class Steady:
    """A monotonic clock that a test moves."""

    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def trusted_database(monkeypatch):
    """Tests stand in another year than the database."""
    monkeypatch.setattr("deadlines.clock_guard._off_the_database", lambda now: timedelta(0))


@pytest.mark.parametrize(("wall", "steady", "jump"), [(10, 10, 0), (3600, 5, 3595), (-3600, 5, -3605), (65, 6, 0)])
def test_guard_compares_the_clock_with_its_own_steps(trusted_database, wall, steady, jump):
    ticks = Steady()
    guard = ClockGuard(ticks)
    assert guard.jump(at("02 09:00")) == timedelta(0)
    ticks.seconds = steady
    assert guard.jump(at("02 09:00") + timedelta(seconds=wall)) == timedelta(seconds=jump)


@pytest.mark.postgres
def test_guard_compares_the_clock_with_the_database(db):
    assert ClockGuard().jump(clock.now()) == timedelta(0)
    assert abs(ClockGuard().jump(clock.now() + timedelta(hours=1)) - timedelta(hours=1)) < timedelta(seconds=5)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_jumping_clock_fires_once_holds_mass_mail_and_raises_an_alarm(promise, staff, trusted_database, jump):
    """T8: one hour forward or back: nothing lost, nothing twice, alarm within a tick."""
    promise(RESPONSE)
    ticks = Steady()
    guard = ClockGuard(ticks)
    enqueue("digest", "a@example.com", {}, key="held", not_before=at("02 09:20"))
    with clock.frozen(at("02 09:29")):
        sweep("beat", guard=guard)
    ticks.seconds += 1
    jumped = at("02 09:29:01") + jump
    with clock.frozen(jumped):
        sweep("beat", guard=guard)
        sweep("beat", guard=guard)
    # Forward: early by the jump, once. Back: late, and not twice.
    assert Deadline.objects.get().round == (1 if jump > timedelta(0) else 0)
    assert Notification.objects.filter(code="deadline.clock").count() == 1
    held = max(at("02 09:20"), jumped + timedelta(seconds=60))
    assert OutboxMessage.objects.get(key="held").next_attempt_at == held
    assert "clock_doubted" in examine(jumped).findings
    for seconds in (0, 60, 3600, 7200):
        with clock.frozen(at("02 09:30") + timedelta(seconds=seconds)):
            sweep("beat")
    rungs = list(Deadline.objects.get().firings.order_by("id").values_list("round", "rung"))
    assert [number for number, _ in rungs] == list(range(1, len(rungs) + 1))
    assert len({rung for _, rung in rungs}) == len(rungs)
    assert Notification.objects.filter(code="deadline.breached").count() == 1
    assert Deadline.objects.get().next_fire_at is None


def test_heartbeat_from_the_future_counts_as_silence(db):
    swept_at("02 10:30")
    assert is_silent(at("02 09:30"))


# ------------------------------------------------------------ the watchdog


@pytest.mark.parametrize(("last", "silent"), [("02 09:29:30", False), ("02 09:29:29", True), (None, True)])
def test_watchdog_waits_thirty_seconds(db, world, last, silent):
    if last:
        swept_at(last)
    with clock.frozen(at("02 09:30")):
        assert Watchdog().look(at("02 09:30")) is silent
    assert SweepHeartbeat.objects.filter(trigger="watchdog").exists() is silent


def test_watchdog_fires_and_delivers_in_place_of_beat(promise, staff, trusted_database, mailoutbox):
    """T3 in small: beat, worker or broker is dead, and the supervisor still hears of it."""
    promise(RESPONSE)
    swept_at("02 09:00")
    enqueue("email", "a@example.com", {"subject": "s", "body": "b"}, key="k")
    OutboxMessage.objects.update(next_attempt_at=at("02 09:00"))
    with clock.frozen(at("02 09:30")):
        Watchdog().look(at("02 09:30"))
    assert Deadline.objects.get().state == State.BREACHED
    assert [mail.to for mail in mailoutbox] == [["a@example.com"]]


def test_watchdog_goes_on_though_its_own_sweeps_are_fresh(db, world):
    """Only the regular sweep counts; else it would pause for thirty seconds after each of its own."""
    swept_at("02 09:00")
    swept_at("02 09:29:59", trigger="watchdog")
    assert is_silent(at("02 09:30"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the way out
def test_watchdog_survives_whatever_happens(monkeypatch):
    looks = []
    dog = Watchdog()

    def look(now):
        looks.append(now)
        raise DatabaseError("gone") if len(looks) < 3 else SystemExit

    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(dog, "look", look)
    dog.start()
    threads = [thread for thread in threading.enumerate() if thread.name == "watchdog"]
    dog.start()  # a second call does nothing
    for thread in threads:
        thread.join(timeout=5)
    assert (len(threads), len(looks)) == (1, 3)


# ------------------------------------------------------------ health


def healthz(client):
    response = client.get("/healthz")
    return response.status_code, response.json()


def test_health_is_red_before_the_first_sweep_and_green_after_it(client, db, world, trusted_database):
    status, body = healthz(client)
    assert (status, body["status"], body["last_sweep_seconds"]) == (503, "starting", None)
    sweep("beat")
    status, body = healthz(client)
    assert (status, body["status"], body["database"], body["broker"]) == (200, "ok", True, True)
    assert body["last_sweep_seconds"] < 5


def test_health_is_red_when_no_sweep_comes(client, db):
    swept_at("02 09:00")
    with clock.frozen(at("02 09:00:31")):
        assert healthz(client) == (
            503,
            {
                "status": "failing",
                "database": True,
                "broker": True,
                "last_sweep_seconds": 31.0,
                "findings": ["no_sweep", "reserve"],
            },
        )


def test_health_answers_without_a_database(client, monkeypatch):
    def gone(now):
        raise DatabaseError("secret-host refused")

    monkeypatch.setattr(health, "_examine", gone)
    status, body = healthz(client)
    assert (status, body["database"]) == (503, False)
    assert "secret" not in str(body)


def test_health_only_answers_reading(client, db):
    assert client.post("/healthz").status_code == 405


@pytest.mark.parametrize(
    ("finding", "make"),
    [
        ("reserve", lambda: swept_at("02 09:29:59", trigger="watchdog")),
        ("clock_doubted", lambda: swept_at("02 09:30", clock_doubted_until=at("02 09:31"))),
        ("late_outbox", late_message),
    ],
)
def test_each_finding_is_found(db, finding, make):
    make()
    assert finding in examine(at("02 09:30")).findings


def test_late_and_dead_deadlines_are_found(promise, staff):
    swept_at("02 09:31:01")
    promise(RESPONSE)
    assert examine(at("02 09:30:59")).findings == frozenset()
    assert "late_deadlines" in examine(at("02 09:31:01")).findings
    Deadline.objects.update(next_fire_at=None, is_dead=True)
    assert examine(at("02 09:31:01")).findings == {"dead_deadlines"}


def test_broker_that_is_not_there_is_said_and_not_waited_for(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(health.current_app.conf, "broker_transport_options", {"data_folder_in": "/nowhere/at/all"})
        assert not health.is_broker_there()

    def refused(**options):
        raise OSError("refused")

    monkeypatch.setattr(health.current_app, "connection_for_write", refused)
    assert not health.is_broker_there()


# ------------------------------------------------------------ the banner


def shown(rf, user):
    request = rf.get("/")
    request.user = user
    found = banner.banner(request)
    return found and found["banner"]


def test_staff_see_the_worst_finding(rf, promise, staff):
    user = staff.people["supervisor"][0]
    swept_at("02 09:00")
    with clock.frozen(at("02 09:00:10")):
        assert shown(rf, user) is None
        assert shown(rf, AnonymousUser()) is None
    health.forget_report()
    with clock.frozen(at("02 09:10")):
        assert shown(rf, user).is_bad
    health.forget_report()
    swept_at("02 09:09:59", trigger="watchdog")
    with clock.frozen(at("02 09:10")):
        assert not shown(rf, user).is_bad


def test_banner_asks_the_database_once_in_some_seconds(rf, staff):
    user = staff.people["supervisor"][0]
    shown(rf, user)
    with CaptureQueriesContext(connection) as queries:
        for _ in range(10):
            shown(rf, user)
    assert len(queries) == 0
