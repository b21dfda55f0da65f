"""Phone numbers as people write them, as they are compared, and as they are shown."""

import re
import unicodedata

import phonenumbers
from django.conf import settings

from accounts.models import Department

# The end of a number inside a house: 转 801, ext. 12, -809 after a complete number.
_EXTENSION = re.compile(r"(?:转|轉|分机|分機|内线|ext(?:ension)?\.?|x|#|,)\D{0,3}(\d{1,6})\D*$", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"^(.*\d)\s*-\s*(\d{1,5})$")
_DIGITS = re.compile(r"\d")
_ONLY_A_PHONE = re.compile(r"[\d\s+()./\-–—,#*转分机ext]*", re.IGNORECASE)
LONGEST = 40


def default_region() -> str:
    return str(settings.PHONENUMBER_DEFAULT_REGION)


def region_of(department: Department | None) -> str:
    """The country whose numbers are read and shown without a code there: that of the department's calendar."""
    country = department.calendar.country if department else ""
    return country or default_region()


def _plain(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed).strip()
    return _DIGITS.sub(lambda found: str(unicodedata.decimal(found.group())), plain)


def _parsed(plain: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _read(plain: str, region: str) -> phonenumbers.PhoneNumber | None:
    if len(plain) > LONGEST * 2:
        return None
    if number := _parsed(plain, region):
        return number
    for pattern in (_EXTENSION, _DASHED_EXTENSION):
        if found := pattern.search(plain):
            start = plain[: found.start()] if pattern is _EXTENSION else found[1]
            if number := _parsed(start, region):
                return number
    return None


def normalized_phone(typed: str, region: str | None = None) -> str:
    """Return what a number is compared by: E.164 (+8613805716620) where it is complete, else its digits (12315).

    Extensions are left out. Empty when there is no digit, so whoever stores it must refuse that.
    """
    plain = _plain(typed)
    if number := _read(plain, region or default_region()):
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return "".join(_DIGITS.findall(plain))[:LONGEST]


def show_phone(phone: str, region: str | None = None) -> str:
    """Write a number as people here do: 138 0571 6620; one from abroad with its country, anything else as it stands."""
    here = region or default_region()
    number = _read(_plain(phone), here)
    if number is None:
        return phone.strip()
    is_here = phonenumbers.region_code_for_number(number) == here
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_here else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, form))


def looks_like_phone(text: str) -> bool:
    """Say whether a search text can only be (part of) a phone number: no letters, at least four digits."""
    plain = _plain(text)
    return bool(_ONLY_A_PHONE.fullmatch(plain)) and len(_DIGITS.findall(plain)) >= 4


def digits_of(phone: str) -> str:
    return "".join(_DIGITS.findall(_plain(phone)))


def beginnings(typed: str, region: str | None = None) -> list[str]:
    """The ways in which the digits of a stored number may begin when this much of it was typed."""
    plain, digits = _plain(typed), digits_of(typed)
    here = region or default_region()
    country = str(phonenumbers.country_code_for_region(here))
    if plain.startswith("+"):
        return [digits]
    if digits.startswith("00"):
        return [digits[2:]]
    # A leading 0 is dialled before area codes only inside the country.
    return [digits, country + digits.removeprefix("0")]
