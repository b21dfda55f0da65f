"""T7: the database dies again and again while timers fall due; what was committed stays, and it goes on by itself."""

import random
import time

import pytest

from tests.crash.arithmetic import Balance
from tests.crash.figures import measure
from tests.crash.own_server import own_server
from tests.crash.place import Place, engine, installation, kill_tree, wait_until

pytestmark = pytest.mark.crash

CRASHES = 20
TIMERS = 1800
SPREAD = 330.0
SLACK = 4


def test_t7_the_database_dies():
    if engine() == "PostgreSQL":
        with own_server() as server, installation(server.url) as place:
            place.start("manage.py", "up")
            recoveries, planned = crashes(place, server.crash, server.start)
            finish(place, planned, recoveries, "kill -9 of the whole server")
        return
    with installation() as place:
        # The database is in the processes that use it: all of them die at once, in the middle of what they write.
        running = [place.start("manage.py", "up")]
        recoveries, planned = crashes(
            place,
            lambda: kill_tree(running.pop().pid),
            lambda: running.append(place.start("manage.py", "up")),
        )
        finish(place, planned, recoveries, "kill -9 of every process that has it open")


def crashes(place: Place, crash, start) -> tuple[list[float], list[int]]:
    """Crash it again and again; the seconds from each start to the next firing."""
    wait_until(lambda: place.ask("is_swept"), 90, "the first sweep is done")
    planned = place.ask("plan", count=TIMERS, lead=10.0, spread=SPREAD)
    recoveries = []
    for _ in range(CRASHES):
        time.sleep(random.uniform(1.0, 3.0))
        crash()
        start()
        started = time.time()
        fired_at = place.ask("first_firing_after", instant=started, wait=60.0)
        assert fired_at, place.log()[-2000:]
        recoveries.append(fired_at - started)
    return recoveries, planned


def finish(place: Place, planned: list[int], recoveries: list[float], how: str) -> None:
    wait_until(lambda: place.ask("all_fired", ids=planned), SPREAD + 90, "everything planned has fired")
    balance = Balance.of(planned, place.ask("reconcile"))
    place.manage("verify_events")
    slowest = max(recoveries)
    measure(
        "T7",
        f"{TIMERS:,} timers, {CRASHES} × {how}",
        f"{len(balance.lost)} lost, {len(balance.doubled)} doubled; fires again after at most {slowest:.1f} s; "
        "target 10 s",
    )
    assert not balance.lost | balance.doubled
    assert slowest <= 10 * SLACK
