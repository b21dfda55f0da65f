"""Where in a body an action's refusal belongs: a value that cannot be kept is 400 at its field, as in a form."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from api.problems import invalid_fields
from core.errors import Blocked


@contextmanager
def refused_at(places: Mapping[str, str], *, otherwise: str = "") -> Iterator[None]:
    """Answer 400 with the fields that the blockers name; `places` says what the API calls them.

    `otherwise` is the field of a body that says one thing only. What has no field stays what it was: 409.
    """
    try:
        yield
    except Blocked as refusal:
        found = [(places.get(blocker.link, otherwise), blocker) for blocker in refusal.blockers]
        if not all(field for field, _blocker in found):
            raise
        raise invalid_fields(
            [{"field": field, "code": blocker.code, "message": blocker.message} for field, blocker in found]
        ) from refusal
