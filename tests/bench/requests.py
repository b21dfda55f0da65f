"""What is asked of each site, one stream of requests for each line of the table."""

import itertools
import secrets
from collections.abc import Callable, Iterator
from random import Random

from tests.bench import texts
from tests.bench.measuring import Asked
from tests.bench.places import Product

Stream = Callable[[], Iterator[Asked]]


def streams_of(product: Product) -> dict[str, Stream]:
    """Streams by name; each begins anew whenever it is called."""
    found = product.found
    clerk = {"Cookie": f"sessionid={found['session']}"}
    hotline = {"Cookie": f"sessionid={found['hotline_session']}"}
    key = {"Authorization": f"Bearer {found['key']}"}
    words = dict(zip(texts.WORDS, found["searches"], strict=True))
    return {
        "queue": lambda: itertools.repeat(Asked(found["queue"], clerk)),
        "hotline": lambda: itertools.repeat(Asked(found["queue"], hotline)),
        "deep": lambda: itertools.repeat(Asked(found["deep"], hotline)),
        "detail": lambda: itertools.cycle(Asked(path, clerk) for path in found["details"]),
        "get": lambda: itertools.cycle(Asked(path, key) for path in found["gets"]),
        "create": lambda: creating(found["list"], key),
        **{f"search {word}": _repeating(Asked(path, clerk)) for word, path in words.items()},
    }


def _repeating(asked: Asked) -> Stream:
    return lambda: itertools.repeat(asked)


def creating(path: str, key: dict[str, str]) -> Iterator[Asked]:
    """New complaints, each of somebody new."""
    random = Random()
    while True:
        said, _template = texts.description(random, random.choice(["en", "zh-hans"]))
        digits = f"{random.randrange(10**8):08d}"
        contact = {"name": texts.person(random, "en"), "phone": f"159 {digits[:4]} {digits[4:]}"}
        body: dict[str, object] = {"description": said, "channel": "phone", "contact": contact}
        yield Asked(path, {**key, "Idempotency-Key": secrets.token_hex(16)}, "POST", body, 201)


def bare_streams(size: int) -> dict[str, Stream]:
    return {
        "row": lambda: (Asked(f"/row/{1 + n * 7919 % size}") for n in itertools.count()),
        "page": lambda: itertools.repeat(Asked("/page")),
        "insert": lambda: itertools.repeat(Asked("/insert", status=201)),
    }
