"""No lost updates: ETag, If-Match and If-None-Match. Source: API.md, "No lost updates"; RFC 9110, RFC 6585.

An ETag is "<version>.<digest of the answer>": the version says whether the record changed, the digest whether this
reader would see anything else (their role, their language, a deadline that was breached).
"""

import hashlib
import re

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.problems import Refusal

# What actions call it when the version they were given is not the present one.
STALE_CODES = frozenset({"stale", "customer_changed", "policy_changed", "sale_changed"})
_TAG = re.compile(r'(W/)?"([^"]*)"')


def etag_of(version: int, content: bytes) -> str:
    return f'"{version}.{hashlib.sha256(content).hexdigest()[:24]}"'


def is_known(request: Request, etag: str) -> bool:
    """Whether If-None-Match says that the caller has this very answer already."""
    asked = request.headers.get("If-None-Match", "")
    return asked.strip() == "*" or etag in {f'"{tag}"' for _weak, tag in _TAG.findall(asked)}


def required_version(request: Request, current: int) -> int:
    """The version in If-Match, which is the current one. Raises 428 without the header, and 412 for another version."""
    if "If-Match" not in request.headers:
        text = _("Send If-Match with the ETag of what you saw, so that nobody’s change is lost.")
        raise Refusal(428, "if_match_required", text)
    return wanted_version(request, current)


def wanted_version(request: Request, current: int) -> int:
    """The same where the header may be left out."""
    asked = request.headers.get("If-Match", "*").strip()
    if asked == "*":
        return current
    # A weak tag never matches here.
    versions = {tag.partition(".")[0] for weak, tag in _TAG.findall(asked) if not weak}
    if str(current) not in versions:
        raise stale()
    return current


def stale() -> Refusal:
    text = _("Somebody changed it since you read it. Read it again: its present ETag is in this answer.")
    return Refusal(412, "stale", text)
