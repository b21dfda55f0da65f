"""Asking a site over HTTP, and what that cost: CPU of its processes and its database, and time on the wall."""

import http.client
import itertools
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.bench.cpu import cpu_seconds

PATIENCE = 120


@dataclass(frozen=True)
class Asked:
    """One request. `body` is sent as JSON."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: dict[str, object] | None = None
    status: int = 200


@dataclass(frozen=True)
class Site:
    """A web server on this machine, and the database server it asks; None where that is in the same process."""

    port: int
    pid: int
    database_pid: int | None

    def ask(self, asked: Asked) -> float:
        """Seconds until the whole answer was there. Raises AssertionError for another status."""
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            text = None if asked.body is None else json.dumps(asked.body)
            headers = {"Host": "localhost", "Connection": "close", **asked.headers}
            if text is not None:
                headers["Content-Type"] = "application/json"
            connection.request(asked.method, asked.path, text, headers)
            response = connection.getresponse()
            said = response.read()
        finally:
            connection.close()
        assert response.status == asked.status, f"{asked.path}: {response.status} {said[:500]!r}"
        return time.perf_counter() - started

    def cpu(self) -> float:
        database = cpu_seconds(self.database_pid) if self.database_pid else 0.0
        return cpu_seconds(self.pid) + database


@dataclass
class Cost:
    """What one kind of request cost, round by round: milliseconds of CPU a request, and seconds of each one."""

    cpu: list[float] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        return statistics.median(self.cpu)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return statistics.median(self.rates)

    def wall_ms(self, share: float) -> float:
        return percentile(self.walls, share) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def run(site: Site, requests: Iterator[Asked], count: int, cost: Cost, clients: int = 1) -> None:
    """Ask `count` times, by so many clients at once, and add what it cost."""
    wanted = list(itertools.islice(requests, count))
    before, started = site.cpu(), time.perf_counter()
    if clients == 1:
        walls = [site.ask(one) for one in wanted]
    else:
        with ThreadPoolExecutor(clients) as pool:
            walls = list(pool.map(site.ask, wanted))
    cost.rates.append(count / (time.perf_counter() - started))
    cost.cpu.append((site.cpu() - before) / count * 1000)
    cost.walls += walls
