"""Places where the crash tests kill the process: random kills seldom hit the smallest gaps. Source: TIMERS.md 8."""

import os
import random
import signal


def passes(point: str) -> None:
    """Die here, without any cleaning up, when CRASH_POINTS="point:probability,…" says so."""
    wanted = os.environ.get("CRASH_POINTS", "")
    for name, _, chance in (part.partition(":") for part in wanted.split(",") if part):
        if name == point and random.random() < float(chance or 1):  # noqa: S311
            os.kill(os.getpid(), signal.SIGKILL)
