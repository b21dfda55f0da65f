"""How sums, instants and lengths are written for people, in the reader's language and zone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from core import clock
from core.money import Money

SIGNS = {"CNY": "¥", "JPY": "¥", "EUR": "€", "GBP": "£", "USD": "$", "HKD": "HK$"}
MINUTE, HOUR, DAY = 60, 3600, 86400


def money_text(amount: Money | Decimal | float, currency: str = "CNY") -> str:
    """Write ¥3,800 or ¥3,800.50: no decimals when there are none."""
    if isinstance(amount, Money):
        currency, amount = amount.currency, amount.amount
    number = Decimal(str(amount))
    plain = f"{abs(number):,.2f}".removesuffix(".00")
    sign = SIGNS.get(currency, f"{currency} ")
    return f"{'−' if number < 0 else ''}{sign}{plain}"


class Manner(NamedTuple):
    """All that makes the same instant read differently: whose language and zone, and which day it is there."""

    language: str | None
    zone: tzinfo
    today: date


def manner() -> Manner:
    zone = timezone.get_current_timezone()
    return Manner(get_language(), zone, clock.now().astimezone(zone).date())


def when_text(value: datetime | date) -> str:
    """Write 19 Nov, 10:42, or 11 月 19 日 10:42; with the year when it is not this one."""
    return _when_text(value, manner())


@lru_cache(maxsize=4096)
def _when_text(value: datetime | date, manner: Manner) -> str:
    if not isinstance(value, datetime):
        this_year = value.year == manner.today.year
        pattern = pgettext("date format", "j M") if this_year else pgettext("date format", "j M Y")
        return str(date_format(value, pattern))
    local = timezone.localtime(value, manner.zone)
    this_year = local.year == manner.today.year
    pattern = pgettext("date format", "j M, H:i") if this_year else pgettext("date format", "j M Y, H:i")
    return str(date_format(local, pattern))


def time_text(value: datetime) -> str:
    """Write when something is due, as short as it is clear: 10:42 today, else with the date."""
    local = timezone.localtime(value)
    if local.date() == timezone.localdate(clock.now()):
        return f"{local:%H:%M}"
    return when_text(value)


def duration_text(length: timedelta | float) -> str:
    """Write 2 h 14 min, 11 min, 3 d 4 h; below a minute in seconds. Minutes are never rounded up."""
    seconds = shown_seconds(length)
    if seconds < MINUTE:
        return _("{seconds} s").format(seconds=seconds)
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    if days and hours:
        return _("{days} d {hours} h").format(days=days, hours=hours)
    if days:
        return _("{days} d").format(days=days)
    if hours and minutes:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if hours:
        return _("{hours} h").format(hours=hours)
    return _("{minutes} min").format(minutes=minutes)


def shown_seconds(length: timedelta | float) -> int:
    """As much of a length as `duration_text` writes: seconds, else whole minutes, from a day on whole hours."""
    seconds = abs(int(length.total_seconds() if isinstance(length, timedelta) else length))
    unit = 1 if seconds < MINUTE else MINUTE if seconds < DAY else HOUR
    return seconds - seconds % unit


def listed_text(parts: Iterable[object]) -> str:
    """Write names one after the other: a, b, or a、b."""
    return _(", ").join(str(part) for part in parts)


def clip_text(text: str, length: int) -> str:
    """Cut to `length` characters at most, never inside a joined emoji or before a combining mark."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    end = length - 1
    while (end > 0 and _joins(text[end])) or _joins(text[end - 1], only_after=True):
        end -= 1
    return text[:end].rstrip() + "…"


def _joins(sign: str, *, only_after: bool = False) -> bool:
    """Whether this sign belongs to its neighbour: a joiner, a selector, a skin tone or a combining mark."""
    if sign == "\u200d":
        return True
    code = ord(sign)
    return not only_after and (
        0x0300 <= code <= 0x036F or 0xFE00 <= code <= 0xFE0F or 0x1F3FB <= code <= 0x1F3FF or 0x20D0 <= code <= 0x20FF
    )


def is_chinese(text: str) -> bool:
    """Whether most letters of the text are Chinese."""
    begins = text[:400]
    if begins.isascii():
        # Most of what is not Chinese is told at once: a list asks this for each of its rows.
        return False
    letters = [sign for sign in begins if sign.isalpha()]
    return sum("\u3400" <= sign <= "\u9fff" or ord(sign) >= 0x20000 for sign in letters) * 3 > len(letters)
