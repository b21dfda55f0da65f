"""How many requests a minute. Counted in the cache by one atomic step, so that a burst does not outrun the counter."""

import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import ApiKey
from api.requests import address_of

WINDOW = 60


@dataclass(frozen=True)
class Standing:
    """Where a caller stands in this minute."""

    limit: int
    count: int
    reset: int

    @property
    def is_over(self) -> bool:
        return self.count > self.limit

    def tell(self, response: HttpResponse) -> None:
        response["RateLimit-Limit"] = str(self.limit)
        response["RateLimit-Remaining"] = str(max(self.limit - self.count, 0))
        response["RateLimit-Reset"] = str(self.reset)


def counted(bucket: str, limit: int) -> Standing:
    """Count one request."""
    now = time.time()
    window = int(now // WINDOW)
    key = f"api-rate:{bucket}:{window}"
    return Standing(limit, _counted(key), math.ceil((window + 1) * WINDOW - now))


def _counted(key: str) -> int:
    try:
        return int(cache.incr(key))
    except ValueError:
        # The first of its minute, unless somebody was first meanwhile.
        if cache.add(key, 1, timeout=2 * WINDOW):
            return 1
    try:
        return int(cache.incr(key))
    except ValueError:
        # Forgotten between the two steps.
        cache.set(key, 1, timeout=2 * WINDOW)
        return 1


def counted_address(request: HttpRequest) -> Standing:
    return counted(f"address:{address_of(request)}", settings.API_ANONYMOUS_RATE_PER_MINUTE)


class PerCaller(BaseThrottle):
    """By key or by user; who is neither, or shows a wrong key, by address."""

    standing: Standing

    def allow_request(self, request: Request, view: object) -> bool:
        if isinstance(request.auth, ApiKey):
            self.standing = counted(f"key:{request.auth.pk}", settings.API_RATE_PER_MINUTE)
        elif request.user and request.user.is_authenticated:
            self.standing = counted(f"user:{request.user.pk}", settings.API_RATE_PER_MINUTE)
        else:
            self.standing = counted_address(request._request)
        # The middleware says it on the answer, whatever that becomes.
        request._request.standing = self.standing  # type: ignore[attr-defined]
        return not self.standing.is_over

    def wait(self) -> float:
        return float(self.standing.reset)
