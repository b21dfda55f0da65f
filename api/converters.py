"""What may stand in a path: anything else is simply not there."""

from django.urls.converters import StringConverter

LARGEST = 2**63 - 1


class Id:
    """A row's id, no larger than the database's."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > LARGEST:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        return str(value)


class Word(StringConverter):
    """A code, number or foreign id: printable, without a slash, not longer than any we keep."""

    regex = r"[^/\x00-\x1f\x7f]{1,150}"
