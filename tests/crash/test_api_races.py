"""The promises of the API under eight programs at once, against real server processes. Source: API.md."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from core.management.commands.up import WEB
from tests.api.program import program
from tests.crash.figures import measure
from tests.crash.place import Place, wait_until

pytestmark = pytest.mark.crash

PROGRAMS = 8
KEYS, ROUNDS = 200, 100
FEW = 15
CARELESS = "tests.crash.careless"

Send = Callable[[httpx.Client, int], httpx.Response]


@contextmanager
def programs(place: Place, application: str = "config.wsgi") -> Iterator[list[httpx.Client]]:
    """Eight clients with one key, and the web server of production with two processes."""
    key = place.manage("create_api_key", "--user", "clerk").splitlines()[-1]
    words = WEB.replace("config.wsgi", application).split()
    server = place.start(
        "-m", *words, "--bind", f"127.0.0.1:{place.port}", "--workers", "2", API_RATE_PER_MINUTE="1000000"
    )
    address = f"http://127.0.0.1:{place.port}"
    with ExitStack() as opened:
        clients = [opened.enter_context(program(address, key)) for _ in range(PROGRAMS)]
        wait_until(lambda: is_up(clients[0]), 60, "the web server answers")
        yield clients
    server.terminate()


def is_up(client: httpx.Client) -> bool:
    try:
        return client.get("health/live").status_code == 200
    except httpx.TransportError:
        return False


class AtOnce:
    """Lets each client send at the same moment, again and again."""

    def __init__(self, clients: list[httpx.Client]) -> None:
        self.clients = clients
        self.start = threading.Barrier(len(clients))
        self.threads = ThreadPoolExecutor(len(clients))

    def send(self, send: Send) -> list[httpx.Response]:
        def press(index: int) -> httpx.Response:
            self.start.wait()
            return send(self.clients[index], index)

        return list(self.threads.map(press, range(len(self.clients))))


def lodging(index: int) -> Send:
    """POST one complaint with one key, and come again while the first is still being worked on."""
    phone = f"1{random.randrange(3 * 10**9, 10**10 - 1):010d}"
    body = {"description": f"第{index}次收了两次钱", "channel": "phone", "customer": {"name": "王芳", "phone": phone}}

    def post(client: httpx.Client, _index: int) -> httpx.Response:
        while True:
            answer = client.post("complaints", json=body, headers={"Idempotency-Key": f"till/{index}"})
            if answer.status_code != 409:
                return answer
            assert answer.json()["code"] == "in_progress", answer.text
            time.sleep(float(answer.headers["Retry-After"]))

    return post


def writing(number: str, etag: str, title: str) -> Send:
    def patch(client: httpx.Client, index: int) -> httpx.Response:
        return client.patch(f"complaints/{number}", json={"title": f"{title}.{index}"}, headers={"If-Match": etag})

    return patch


def version(answer: httpx.Response) -> int:
    return int(answer.headers["ETag"].strip('"').partition(".")[0])


def test_a_key_is_one_complaint(place: Place):
    started, replayed = time.monotonic(), Counter[int]()
    with programs(place) as clients:
        at_once = AtOnce(clients)
        for index in range(KEYS):
            answers = at_once.send(lodging(index))
            assert [answer.status_code for answer in answers] == [201] * PROGRAMS, [each.text for each in answers]
            assert len({answer.content for answer in answers}) == 1
            replayed[sum(answer.headers.get("Idempotency-Replayed") == "true" for answer in answers)] += 1
    seconds = time.monotonic() - started
    found = place.ask("lodged")
    measure(
        "API same key",
        f"{KEYS} keys × {PROGRAMS} identical POSTs at once, 2 server processes",
        f"{found['complaints']} complaints, {KEYS * PROGRAMS:,} × 201, the same bytes for each key; {seconds:.0f} s",
    )
    assert found == {"complaints": KEYS, "created": KEYS, "keys": KEYS}
    assert replayed == {PROGRAMS - 1: KEYS}


def test_without_the_row_of_the_key_it_is_several(place: Place):
    """The control."""
    with programs(place, CARELESS) as clients:
        at_once = AtOnce(clients)
        for index in range(FEW):
            answers = at_once.send(lodging(index))
            assert {answer.status_code for answer in answers} == {201}
    found = place.ask("lodged")
    measure(
        "API same key, control",
        f"{FEW} keys × {PROGRAMS}, the key looked for before and kept afterwards",
        f"{found['complaints']} complaints",
    )
    assert found["complaints"] > 2 * FEW


def test_of_stale_writers_one_wins(place: Place):
    started = time.monotonic()
    with programs(place) as clients:
        at_once = AtOnce(clients)
        seen = lodging(0)(clients[0], 0)
        number = seen.json()["number"]
        for index in range(ROUNDS):
            answers = at_once.send(writing(number, seen.headers["ETag"], f"{index}"))
            assert Counter(answer.status_code for answer in answers) == {200: 1, 412: PROGRAMS - 1}
            won = next(answer for answer in answers if answer.status_code == 200)
            lost = [answer for answer in answers if answer.status_code == 412]
            assert {(answer.json()["code"], answer.headers["ETag"]) for answer in lost} == {
                ("stale", won.headers["ETag"])
            }
            before, seen = seen, clients[0].get(f"complaints/{number}")
            assert (seen.json()["title"], seen.headers["ETag"]) == (won.json()["title"], won.headers["ETag"])
            assert version(seen) == version(before) + 1
    seconds = time.monotonic() - started
    found = place.ask("changed", number=number)
    measure(
        "API stale writers",
        f"{ROUNDS} rounds × {PROGRAMS} PATCHes at once with the same If-Match, 2 server processes",
        f"{ROUNDS} × 200, {ROUNDS * (PROGRAMS - 1)} × 412, version {found['version']}; {seconds:.0f} s",
    )
    assert found == {"version": 1 + ROUNDS, "changes": ROUNDS}


def test_without_the_comparison_under_the_lock_several_win(place: Place):
    """The control."""
    won = 0
    with programs(place, CARELESS) as clients:
        at_once = AtOnce(clients)
        seen = lodging(0)(clients[0], 0)
        number = seen.json()["number"]
        for index in range(FEW):
            answers = at_once.send(writing(number, seen.headers["ETag"], f"{index}"))
            won += sum(answer.status_code == 200 for answer in answers)
            seen = clients[0].get(f"complaints/{number}")
    measure(
        "API stale writers, control",
        f"{FEW} rounds × {PROGRAMS}, If-Match compared before the record is locked",
        f"{won} × 200",
    )
    assert won > 2 * FEW
    assert place.ask("changed", number=number)["changes"] == won
