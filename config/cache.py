"""Caches that keep counting: attempts to sign in are limited with them, so they may neither lose a race nor be away."""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

# While Redis is away, ask it again this often: each question may cost a connection timeout.
ASK_AGAIN_SECONDS = 5.0


class LockedFileCache(FileBasedCache):
    """Django's cache of files, whose `add` and `incr` look first and write then: here under a lock."""

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        super().__init__(folder, params)
        self._folder = Path(folder)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        with self._locked(key):
            return super().add(key, value, *args, **kwargs)

    def incr(self, key: Any, *args: Any, **kwargs: Any) -> int:
        with self._locked(key):
            return super().incr(key, *args, **kwargs)

    @contextmanager
    def _locked(self, key: Any) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A few files for all keys: there is no end to keys, and nobody can tell when a lock file may go.
        slot = hashlib.sha256(str(key).encode()).hexdigest()[0]
        with (self._folder / f"{slot}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def steady(name: str) -> Callable[..., Any]:
    """Ask Redis, or the files of this machine while it is away."""
    ask: Callable[..., Any] = getattr(RedisCache, name)

    def call(self: "SteadyRedisCache", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self.away_until:
            try:
                return ask(self, *args, **kwargs)
            except RedisError as error:
                self.away_until = time.monotonic() + ASK_AGAIN_SECONDS
                logger.warning("cache_away", error=type(error).__name__)
        return getattr(caches["files"], name)(*args, **kwargs)

    return call


class SteadyRedisCache(RedisCache):
    """Redis that may go away: pages still work, and limits stay closed."""

    away_until = 0.0

    add = steady("add")
    get = steady("get")
    set = steady("set")
    touch = steady("touch")
    delete = steady("delete")
    has_key = steady("has_key")
    incr = steady("incr")
    get_many = steady("get_many")
    set_many = steady("set_many")
    delete_many = steady("delete_many")
    clear = steady("clear")
