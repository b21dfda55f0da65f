"""How tests run: on a database and in folders of their own, and with a word about what was left out."""

import gc
import os
import shutil
import tempfile
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis
from celery import current_app
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test.utils import override_settings
from hypothesis import HealthCheck
from zeal.constants import initialize_app_registry
from zeal.patch import patch

# Runs that are asked for by name, because they are slow or need more than a database.
OWN_RUNS = ("e2e", "crash", "bench")
MEMORY = Path("/dev/shm")

# What this process keeps in Redis.
PREFIX = f"test-{uuid.uuid4().hex}-"

# Read by their key in two steps of one request, or once for each event an action records: no loop over rows.
READ_ONE_BY_ONE = [
    {"model": "sessions.Session", "field": "get()"},
    {"model": "policies.PolicyVersion", "field": "get()"},
    {"model": "events.EventHead", "field": "get()"},
    {"model": "api.IdempotencyKey", "field": "get()"},
    # Found for its reader, and locked once by each action of the request.
    {"model": "complaints.Complaint", "field": "get()"},
]

left_out: Counter[str] = Counter()

# The same examples in each run, so that a change fails for what it changed; HYPOTHESIS_PROFILE=explore looks for new.
explore = hypothesis.settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
hypothesis.settings.register_profile("explore", explore)
hypothesis.settings.register_profile("steady", explore, derandomize=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_configure(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="complaints-tests-", dir=MEMORY if MEMORY.is_dir() else None))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    if connection.vendor == "sqlite":
        # A file, since threads of one process do not lock each other out of a database in memory as they do for real.
        connection.settings_dict["TEST"]["NAME"] = str(folder / "db.sqlite3")
    zeal_ready()
    changed = override_settings(
        DATA_DIR=folder,
        CACHES={name: own_cache(cache) for name, cache in settings.CACHES.items()},
        # A page that asks the same for each of its rows fails its test.
        MIDDLEWARE=["zeal.middleware.zeal_middleware", *settings.MIDDLEWARE],
        ZEAL_ALLOWLIST=READ_ONE_BY_ONE,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    changed.enable()
    config.add_cleanup(changed.disable)
    if settings.REDIS_URL:
        config.add_cleanup(forget_in_redis)
        current_app.conf.broker_transport_options = {"global_keyprefix": PREFIX}
    else:
        # Nobody listens, and nothing is left behind.
        current_app.conf.update(broker_url="memory://", broker_transport="memory", broker_transport_options={})


def zeal_ready() -> None:
    """What zeal does as an installed app, without being one outside the tests."""
    initialize_app_registry()
    patch()


def own_cache(cache: dict[str, Any]) -> dict[str, Any]:
    """Keep to ourselves in a Redis that others use too; without one, memory is quicker than files."""
    if cache["BACKEND"].endswith("RedisCache"):
        return cache | {"KEY_PREFIX": PREFIX}
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}


def forget_in_redis() -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(f"{PREFIX}*"):
        client.delete(key)


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    """Start each test without the failed sign-ins of the last one."""
    caches["default"].key_prefix = f"{PREFIX}{uuid.uuid4().hex}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if connection.vendor != "postgresql":
        reason = pytest.mark.skip(reason="proves locks of PostgreSQL: run with DATABASE_URL=postgres://…")
        for item in items:
            if item.get_closest_marker("postgres"):
                item.add_marker(reason)


def pytest_collection_finish() -> None:
    """Leave what stays for the whole run out of what is looked for as waste: a sixth of all its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        left_out.update(name for name in OWN_RUNS if item.get_closest_marker(name))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process of xdist left out; each of them collects everything."""
    left_out.update({} if left_out else getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out:
        runs = ", ".join(f"{count} {name} (make {name})" for name, count in sorted(left_out.items()))
        terminalreporter.write_line(f"Left out, because they have runs of their own: {runs}.")
