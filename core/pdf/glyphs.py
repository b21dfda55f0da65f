"""What can be printed: the embedded font's characters, how wide they are, and what stands for all others."""

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONT = Path(__file__).parent / "fonts" / "HouseSansSC-Regular.otf"
# Stands for what the font does not have: emoji, rare characters, other scripts.
SUBSTITUTE = "□"
JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)
FLAG_LETTERS = range(0x1F1E6, 0x1F200)
LAYOUT = {"\t": "    "} | dict.fromkeys("\n\v\f\u2028\u2029", "\n")


class Glyphs:
    """The characters of a font and their advance, in parts of the type size."""

    def __init__(self, path: Path) -> None:
        font = TTFont(path, lazy=True)
        units, advances = font["head"].unitsPerEm, font["hmtx"].metrics
        self.advance: dict[int, float] = {code: advances[name][0] / units for code, name in font.getBestCmap().items()}
        font.close()

    def has(self, sign: str) -> bool:
        return ord(sign) in self.advance

    def width(self, text: str) -> float:
        """In parts of the type size. Only for what `printable` gave."""
        return sum(self.advance[ord(sign)] for sign in text)


@cache
def house_glyphs() -> Glyphs:
    """Read once in a process."""
    return Glyphs(FONT)


def printable(text: str, glyphs: Glyphs) -> str:
    """The same text with signs of the font only: visible, in one direction, one sign for each that is missing.

    Marks that pile up on a letter are left out where no letter with them exists; so are signs that nobody sees or that
    turn the direction of what follows. Tabs become spaces, line breaks stay.
    """
    found: list[str] = []
    last = ""
    for sign in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        found.append(_shown(sign, last, glyphs))
        last = sign
    return "".join(found)


def _shown(sign: str, last: str, glyphs: Glyphs) -> str:
    if sign in LAYOUT:
        return LAYOUT[sign]
    kind = unicodedata.category(sign)
    if kind in ("Cc", "Cf", "Cs", "Mn", "Me"):
        return ""
    if glyphs.has(sign):
        return sign
    if kind == "Zs":
        return " "
    plain = unicodedata.normalize("NFKC", sign)
    if plain != sign and all(glyphs.has(each) for each in plain):
        return plain
    return "" if _belongs_to_last(sign, last) else SUBSTITUTE


def _belongs_to_last(sign: str, last: str) -> bool:
    """The parts of one emoji are one sign."""
    is_tone = ord(sign) in SKIN_TONES and last != ""
    is_flag = ord(sign) in FLAG_LETTERS and last != "" and ord(last) in FLAG_LETTERS
    return last == JOINER or is_tone or is_flag
