"""Reconciliation by sets, never by counters. Source: TIMERS.md 8."""

from collections import Counter
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Balance:
    """What was planned against what came of it."""

    lost: set[int]
    doubled: set[int]
    late: list[float]

    @classmethod
    def of(cls, planned: list[int], found: dict[str, Any]) -> "Balance":
        """Lost: planned and never announced, or announced without its notice. Doubled: any effect that came twice."""
        breaches = Counter(found["breaches"])
        notices = Counter(found["notices"])
        fired = Counter(row[0] for row in found["fired"])
        told = {int(key.split(":")[1]) for key in notices}
        wanted = set(planned)
        return cls(
            lost=wanted - (set(breaches) & told & set(fired)),
            doubled={pk for pk, count in breaches.items() if count > 1}
            | {pk for pk, count in fired.items() if count > 1}
            | {int(key.split(":")[1]) for key, count in notices.items() if count > 1},
            late=sorted(found["late"]),
        )

    def percentile(self, share: float) -> float:
        return self.late[min(len(self.late) - 1, int(len(self.late) * share))] if self.late else 0.0

    def lateness(self) -> str:
        return f"p50 {self.percentile(0.5):.2f} s, p99 {self.percentile(0.99):.2f} s, max {self.late[-1]:.2f} s"
