"""Paths of recurring causes and of suggestions, in full; `complaints.urls` takes them in."""

from django.urls import URLPattern, path, register_converter

from complaints.views import causes, suggestions


class CauseNumberConverter:
    """A cause's number, K-31."""

    regex: str = r"K-[1-9]\d{0,8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class RowIdConverter:
    """An id no larger than the database's."""

    regex: str = r"[1-9]\d{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(CauseNumberConverter, "cause")
register_converter(RowIdConverter, "row")

ONE = "causes/<cause:cause_number>/"

cause_urls: list[URLPattern] = [
    path("causes/", causes.causes, name="causes"),
    path("causes/new/", causes.new_cause, name="new_cause"),
    path(ONE, causes.cause, name="cause"),
    path(f"{ONE}plan/", causes.plan, name="plan_cause"),
    path(f"{ONE}done/", causes.done, name="done_cause"),
    path(f"{ONE}check/", causes.check, name="check_cause"),
    path(f"{ONE}add/", causes.add, name="add_to_cause"),
    path(f"{ONE}give/", causes.give, name="give_cause"),
    path("suggestions/", suggestions.suggestions, name="suggestions"),
    path("suggestions/<row:suggestion_id>/", suggestions.suggestion, name="suggestion"),
]
