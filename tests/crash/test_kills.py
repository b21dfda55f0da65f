"""T5: kill -9 of worker, beat and web, again and again; nothing lost, nothing twice. T10: the harness can fail."""

import random
import time

import pytest

from tests.crash.arithmetic import Balance
from tests.crash.figures import measure
from tests.crash.place import Place, children, kill, kill_tree, wait_until

pytestmark = pytest.mark.crash

TIMERS = 2000
KILLS = 20
SPREAD = 50.0
LETTERS = 300


def test_t5_kills_lose_nothing_and_double_nothing(place: Place):
    parent = place.start("manage.py", "up")
    wait_until(lambda: "http://localhost" in place.log(), 60, "up says where the page is")
    letters = place.ask("post", count=LETTERS, lead=8.0, spread=SPREAD)
    planned = place.ask("plan", count=TIMERS, lead=5.0, spread=SPREAD)
    killed: list[str] = []
    end = time.monotonic() + SPREAD + 8
    while len(killed) < KILLS:
        time.sleep(max(0.5, (end - time.monotonic()) / (KILLS - len(killed) + 1)))
        running = children(parent)
        if running:
            name = random.choice(sorted(running))
            kill_tree(running[name])
            killed.append(name)
        if len(killed) % 5 == 0:
            place.wipe_broker()
    wait_until(lambda: place.ask("reconcile")["open"] == 0, 90, "everything due has fired")
    # What a killed dispatcher held is sent again when its lease has run out.
    wait_until(lambda: place.ask("reconcile")["letters_waiting"] == 0, 180, "every letter has left")
    balance = Balance.of(planned, place.ask("reconcile"))
    mails = place.mails()
    sent = [mail for mail in mails if mail in set(letters)]
    unsent = set(letters) - set(sent)
    doubles = len(sent) - len(set(sent))
    counts = ", ".join(f"{killed.count(name)} {name}" for name in sorted(set(killed)))
    measure(
        "T5",
        f"{TIMERS:,} timers, {KILLS} × kill -9 ({counts}), broker wiped {KILLS // 5} times",
        f"{len(balance.lost)} lost, {len(balance.doubled)} doubled; "
        f"{balance.lateness()}. Of {LETTERS} mails {len(unsent)} lost, {doubles} sent again after a kill",
    )
    assert not balance.lost
    assert not balance.doubled
    assert not unsent
    # A kill between sending and noting it sends again: at most the one that was in flight.
    assert doubles <= KILLS
    place.manage("verify_events")


@pytest.mark.parametrize("point", ["after_claim", "before_commit", "after_commit"])
def test_t5_deaths_at_named_points(place: Place, point: str):
    """Random kills seldom hit the smallest gaps, so here the sweeper dies in them by itself."""
    planned = place.ask("plan", count=300, lead=1.0, spread=6.0)
    deaths = 0
    end = time.monotonic() + 60
    while place.ask("reconcile")["open"] or deaths == 0 or time.monotonic() < end - 50:
        assert time.monotonic() < end
        sweeper = place.start("-m", "tests.crash.programs", "sweep_for", '{"seconds": 3}', CRASH_POINTS=f"{point}:0.3")
        sweeper.wait()
        deaths += sweeper.returncode == -9
    place.ask("sweep_for", seconds=1)
    balance = Balance.of(planned, place.ask("reconcile"))
    measure(
        f"T5 {point}",
        f"300 timers, the sweeper died {deaths} times {point.replace('_', ' ')}",
        f"{len(balance.lost)} lost, {len(balance.doubled)} doubled",
    )
    assert deaths
    assert not balance.lost
    assert not balance.doubled


def test_t10_without_claims_the_harness_reports_doubles(place: Place):
    """The control: three sweepers that lock nobody, on a database without the keys that would stop them."""
    planned = place.ask("plan", count=1000, lead=1.0, spread=8.0)
    place.ask("unprotect")
    sweepers = [place.start_program("careless_sweep_for", seconds=25.0) for _ in range(3)]
    for _ in range(4):
        time.sleep(3)
        victim = random.randrange(3)
        kill(sweepers[victim].pid)
        sweepers[victim].wait()
        sweepers[victim] = place.start_program("careless_sweep_for", seconds=12.0)
    for sweeper in sweepers:
        sweeper.wait()
    balance = Balance.of(planned, place.ask("reconcile"))
    measure(
        "T10",
        "control: 1,000 timers, 3 sweepers, 4 kills, locks and unique keys removed",
        f"{len(balance.doubled)} doubled",
    )
    assert len(balance.doubled) > 100


def test_the_same_harness_with_claims_reports_none(place: Place):
    """Beside the control: the same three sweepers and kills, as the product runs them."""
    planned = place.ask("plan", count=1000, lead=1.0, spread=8.0)
    sweepers = [place.start_program("sweep_for", seconds=25.0) for _ in range(3)]
    for _ in range(4):
        time.sleep(3)
        victim = random.randrange(3)
        kill(sweepers[victim].pid)
        sweepers[victim].wait()
        sweepers[victim] = place.start_program("sweep_for", seconds=12.0)
    for sweeper in sweepers:
        sweeper.wait()
    balance = Balance.of(planned, place.ask("reconcile"))
    measure(
        "T10 beside",
        "1,000 timers, 3 sweepers, 4 kills, as the product is",
        f"{len(balance.lost)} lost, {len(balance.doubled)} doubled",
    )
    assert not balance.lost
    assert not balance.doubled
