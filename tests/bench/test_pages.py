"""What pages and API calls cost, in a small and a large installation and beside a bare site. Written into the docs.

Never a test of speed: the figures are of this machine, now; only ratios within one run travel. `SIZE` is how many
complaints the large one has, `ROUNDS` how often each is measured, `CALLS` how many requests a round makes of most,
`REQUESTS` how many come until memory is read again.
"""

import itertools
import os
from collections import defaultdict
from collections.abc import Mapping

import pytest

from tests.bench.cpu import worker_memory
from tests.bench.measuring import Cost, Site, run
from tests.bench.places import Product, bare, product
from tests.bench.report import SEARCHES, Measured, follow_the_rows, rows
from tests.bench.requests import Stream, bare_streams, streams_of
from tests.bench.table import lines_of, write
from tests.crash.place import engine

pytestmark = pytest.mark.bench

SIZE = int(os.environ.get("SIZE", "100000"))
# With fewer there is no second page of the queue.
LEAST = 1000
SMALL = min(10_000, SIZE // 2)
ROUNDS = int(os.environ.get("ROUNDS", "3"))
REQUESTS = int(os.environ.get("REQUESTS", "5000"))
CALLS = int(os.environ.get("CALLS", "20"))
CLIENTS = 8
WARM = min(12, 2 * CALLS)
DUE = 1000
# How many of each a round asks for: by default enough for the clock's ticks of 10 ms.
COUNTS = dict.fromkeys(["queue", "hotline", "deep", "detail"], CALLS)
COUNTS |= {"get": 2 * CALLS, "create": 2 * CALLS} | dict.fromkeys(SEARCHES, max(1, CALLS // 2))
BARE_COUNTS = {"row": 8 * CALLS, "page": 3 * CALLS, "insert": 8 * CALLS}
AT_ONCE, BARE_AT_ONCE = 6 * CALLS, 24 * CALLS

Costs = dict[str, Cost]


def test_pages():
    assert SIZE >= LEAST, f"SIZE is {LEAST:,} or more."
    with product(SMALL) as small, product(SIZE) as large, bare(SIZE) as beside:
        products = (small, large)
        measured = Measured((SMALL, SIZE), defaultdict(Cost), defaultdict(Cost), defaultdict(Cost))
        measured.statements = (small.ask("statements"), large.ask("statements"))
        measured.recall = large.ask("recall")
        measured.deep_page = large.found["deep_page"]
        for one in products:
            warm(one.site, streams_of(one))
        warm(beside, bare_streams(SIZE))
        measured.memory = {"large": (worker_memory(large.site.pid),) * 2, "bare": (worker_memory(beside.pid),) * 2}
        for _round in range(ROUNDS):
            measure(small.site, streams_of(small), COUNTS, measured.small)
            measure(large.site, streams_of(large), COUNTS, measured.large)
            measure(beside, bare_streams(SIZE), BARE_COUNTS, measured.bare)
        # Writing many at once comes last, since it leaves the most behind.
        for _round in range(ROUNDS):
            for one, costs in ((small, measured.small), (large, measured.large)):
                run(one.site, streams_of(one)["create"](), AT_ONCE, costs["create at 8"], CLIENTS)
            run(beside, bare_streams(SIZE)["insert"](), BARE_AT_ONCE, measured.bare["insert at 8"], CLIENTS)
        measured.sweeps = (small.ask("sweep", count=DUE), large.ask("sweep", count=DUE))
        measured.memory_requests = REQUESTS
        keep_asking(large, beside, measured)
        write(f"{engine()}: pages", [*heading(small, large), *lines_of(rows(measured))])
        assert follow_the_rows(measured) == []


def warm(site: Site, streams: Mapping[str, Stream]) -> None:
    """Let every process have answered everything once, one request at a time."""
    for stream in streams.values():
        run(site, stream(), WARM, Cost())


def measure(site: Site, streams: Mapping[str, Stream], counts: Mapping[str, int], costs: Costs) -> None:
    for name, count in counts.items():
        run(site, streams[name](), count, costs[name])


def keep_asking(large: Product, beside: Site, measured: Measured) -> None:
    """Ask for everything in turn, and see what memory the workers have then."""
    for name, site, streams in (
        ("large", large.site, streams_of(large)),
        ("bare", beside, bare_streams(SIZE)),
    ):
        mixed = itertools.chain.from_iterable(zip(*(stream() for stream in streams.values()), strict=False))
        run(site, mixed, REQUESTS, Cost(), clients=4)
        measured.memory[name] = (measured.memory[name][0], worker_memory(site.pid))


def heading(small: Product, large: Product) -> list[str]:
    return [
        f"{large.size:,} complaints (loaded in {large.load_seconds:,.0f} s, {large.found['open_at_clerk']:,} open ones"
        f" in the clerk's store) beside {small.size:,} and a bare table of {large.size:,} rows; {ROUNDS} rounds.",
        "",
    ]
