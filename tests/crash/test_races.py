"""T11: the first contact at the due instant. Kept in time, or escalated; never both."""

import pytest

from tests.crash.figures import measure
from tests.crash.place import Place

pytestmark = pytest.mark.crash

TRIALS = 1000


def test_t11_never_both_kept_and_escalated(place: Place):
    planned = place.ask("plan", count=TRIALS, lead=6.0, spread=120.0, kind="first_response")
    # Two sweep nearly without pause, one records contacts: for each promise both come at the due instant.
    sweepers = [place.start_program("sweep_for", seconds=240.0, tick=0.01) for _ in range(2)]
    place.ask("contact_at_due", ids=planned)
    for sweeper in sweepers:
        sweeper.kill()
        sweeper.wait()
    place.ask("sweep_for", seconds=1)
    ended = place.ask("how_they_ended", ids=planned)
    in_time = sum(kept for kept, _ in ended)
    escalated = sum(told for _, told in ended)
    both = sum(kept and told for kept, told in ended)
    neither = sum(not kept and not told for kept, told in ended)
    measure(
        "T11",
        f"first contact at the due instant, {TRIALS:,} trials",
        f"{in_time} kept in time, {escalated} escalated, {both} both",
    )
    assert len(ended) == TRIALS
    assert not both
    # A contact just after the due instant, before the sweep came: late, and the sweep had nothing left to tell.
    assert in_time + escalated + neither == TRIALS
    # It was a race: each side won some, or the sweep was never near.
    assert in_time > TRIALS / 10
    assert escalated > TRIALS / 100
