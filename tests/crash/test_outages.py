"""T3: with beat dead, the worker dead or the broker wiped, timers still fire within a minute. T12: one poison timer."""

import time

import pytest

from tests.crash.arithmetic import Balance
from tests.crash.figures import measure
from tests.crash.parts import PARTS, start_parts
from tests.crash.place import Place, kill_tree

pytestmark = pytest.mark.crash

MODES = {
    "beat dead": ("web", "worker"),
    "worker dead": ("web", "beat"),
    "broker wiped twice a second": ("web", "worker", "beat"),
    "worker and beat dead": ("web",),
}
TIMERS = 60


@pytest.mark.parametrize("mode", list(MODES))
def test_t3_late_by_a_minute_at_most(place: Place, mode: str):
    parts = dict(zip(PARTS, start_parts(place, *PARTS), strict=True))
    planned = place.ask("plan", count=TIMERS, lead=3.0, spread=20.0)
    for name in set(parts) - set(MODES[mode]):
        kill_tree(parts[name].pid)
    end = time.monotonic() + 120
    while place.ask("reconcile")["open"] or time.monotonic() < end - 95:
        assert time.monotonic() < end, place.log()[-2000:]
        for _ in range(4):
            time.sleep(0.5)
            if "wiped" in mode:
                place.wipe_broker()
    balance = Balance.of(planned, place.ask("reconcile"))
    measure(f"T3 {mode}", f"{TIMERS} timers", f"{len(balance.lost)} lost, {balance.lateness()}")
    assert not balance.lost
    assert not balance.doubled
    assert balance.late[-1] <= 60


def test_t12_one_poison_timer_costs_only_itself(place: Place):
    planned = place.ask("plan", count=1000, lead=12.0, spread=5.0)
    found = place.ask("poison", ids=planned)
    late = sorted(found["late"])
    measure(
        "T12",
        "one poison timer among 1,000",
        f"{len(set(found['others']) & set(planned))} others fired, at most {late[-1]:.2f} s late; "
        f"the poison one dead after {found['tries']} tries, {found['alarms']} alarm",
    )
    assert set(planned) - set(found["others"]) == {found["victim"]}
    assert late[-1] <= 3
    assert found["is_dead"]
    assert found["alarms"] == 1
