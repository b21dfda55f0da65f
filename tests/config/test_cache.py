"""What limits guessing keeps counting, also for two at once and without Redis."""

import threading
import time

import pytest
from django.core.cache import caches
from redis.exceptions import ConnectionError as RedisAway

from config.cache import ASK_AGAIN_SECONDS, LockedFileCache, SteadyRedisCache


def at_once(count, work):
    start = threading.Barrier(count)

    def run():
        start.wait()
        work()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_only_one_of_many_adds_a_key(tmp_path, monkeypatch):
    cache = LockedFileCache(str(tmp_path), {})
    has_key = LockedFileCache.has_key

    def slow_look(self, *args):
        found = has_key(self, *args)
        time.sleep(0.005)
        return found

    monkeypatch.setattr(LockedFileCache, "has_key", slow_look)
    added = []
    at_once(8, lambda: added.append(cache.add("lock", 1)))
    assert added.count(True) == 1


def test_no_count_is_lost(tmp_path):
    cache = LockedFileCache(str(tmp_path), {})
    cache.set("failures", 0)
    at_once(8, lambda: cache.incr("failures"))
    assert cache.get("failures") == 8


@pytest.fixture
def redis_away(settings, tmp_path, monkeypatch):
    settings.CACHES = {
        "default": {"BACKEND": "config.cache.SteadyRedisCache", "LOCATION": "redis://127.0.0.1:1/0"},
        "files": {"BACKEND": "config.cache.LockedFileCache", "LOCATION": str(tmp_path)},
    }
    return caches["default"]


def test_without_redis_the_files_of_this_machine_count(redis_away):
    assert isinstance(redis_away, SteadyRedisCache)
    assert redis_away.add("failures", 1)
    assert not redis_away.add("failures", 1)
    assert redis_away.incr("failures") == 2
    assert redis_away.get("failures") == 2
    redis_away.delete("failures")
    assert redis_away.get("failures", "none") == "none"


def test_redis_that_is_away_is_asked_only_now_and_then(redis_away, monkeypatch):
    asked = []

    def fail(*args, **kwargs):
        asked.append(args)
        raise RedisAway

    monkeypatch.setattr(redis_away._cache, "get_client", fail)
    for _ in range(5):
        redis_away.get("key")
    assert len(asked) == 1
    redis_away.away_until = time.monotonic() - ASK_AGAIN_SECONDS
    redis_away.get("key")
    assert len(asked) == 2
