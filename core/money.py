"""Sums of money: exact decimals in the house currency."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")
MOST = Decimal("999999999999.99")


@dataclass(frozen=True)
class Money:
    """An amount with its currency (ISO 4217). Currencies are never converted."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def parse_amount(text: str) -> Decimal:
    """Read an amount as people write it: '1,200', '１２００', '¥3 800.50'.

    Raises ValueError for anything that is not a number with at most two decimals, is negative,
    or is larger than the columns hold.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("¥$€£").replace(",", "").replace(" ", "")
    # Decimal also reads 'NaN', 'Infinity' and '1e308'.
    if not plain or set(plain) - set("0123456789."):
        raise ValueError(text)
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if amount > MOST or amount != amount.quantize(CENT):
        raise ValueError(text)
    return amount.quantize(CENT)
