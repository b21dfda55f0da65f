"""How a text becomes the words it is found by. Pure functions; the same for texts and for queries."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator

# What one text may bring into the index. PostgreSQL takes 1 MB of words a row; past these the rest is not indexed.
MOST_CHARACTERS = 100_000
MOST_BYTES = 1_000_000
LONGEST_WORD = 64
# An order number or a phone number written in groups is also one word, up to this length.
LONGEST_CODE = 32

# Signs that turn a word round, break it invisibly or pick a glyph. They are not part of it.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
)
_INVISIBLE += "\U000e0000-\U000e0fff"
# Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic. Marks of other scripts are vowels and stay.
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_ACCENTS += "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_DROPPED = re.compile(f"[{_INVISIBLE}{_ACCENTS}]+")
# Control characters and halves of surrogate pairs: no database takes them all.
_NO_TEXT = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def _ranges(codes: Iterable[int]) -> str:
    """Write sorted code points as the inside of a character class."""
    parts: list[list[int]] = []
    for code in codes:
        if parts and parts[-1][1] == code - 1:
            parts[-1][1] = code
        else:
            parts.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in parts)


# Sorting a long run of marks takes Python quadratic time: 30 in a row are more than any language has.
_STACKED = re.compile(
    "([{0}]{{30}})[{0}]+".format(_ranges(c for c in range(0x300, 0x20000) if unicodedata.combining(chr(c))))
)
# Vowel signs of Indic and South-East Asian scripts belong to their word.
_SIGNS = _ranges(
    c for c in range(0x590, 0xAC00) if unicodedata.category(chr(c)) in {"Mn", "Mc"} and not 0x1AB0 <= c <= 0x302F
)
# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, bopomofo, Hangul, Han with its extensions; and the
# private areas, where old Chinese systems keep rare names.
_UNSPACED = (
    "\u0e00-\u0e4f\u0e80-\u0ecf\u1000-\u103f\u1780-\u17d3\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3038-\u303c\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\ue000-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff\U000f0000-\U0010fffd"
)
_LETTER = f"[^\\W_{_UNSPACED}]"
_WORD = f"(?:{_LETTER}|[{_SIGNS}])++"
# Words held together by one sign, or groups of digits with one space: C-2026-000123, 138 0571 6620.
_PIECES = re.compile(f"(?P<run>[{_UNSPACED}]++)|{_WORD}(?:[-./_,:'&+#]{_WORD}|(?<=\\d) (?=\\d){_WORD})*+")
_PIECES_ASCII = re.compile(r"[a-z0-9]++(?:[-./_,:'&+#][a-z0-9]++|(?<=[0-9]) (?=[0-9])[a-z0-9]++)*+")
_PARTS = re.compile(_WORD)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_HAS_DIGIT = re.compile(r"\d")


def fold(text: str) -> str:
    """Return the text as it is compared: compatible forms made one, lower case, without accents.

    Chinese stays as it is; full-width letters and digits become plain ones.
    """
    if text.isascii():
        return _THOUSANDS.sub("", _NO_TEXT.sub(" ", text.lower()))
    text = _STACKED.sub(r"\1", _DROPPED.sub("", _NO_TEXT.sub(" ", text)))
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = unicodedata.normalize("NFC", _DROPPED.sub("", text)).replace("\u2019", "'")
    return _THOUSANDS.sub("", _OTHER_DIGIT.sub(_plain_digit, text))


def _plain_digit(found: re.Match[str]) -> str:
    return str(unicodedata.decimal(found.group()))


def pieces(folded: str) -> Iterator[tuple[str, bool]]:
    """Cut a folded text into runs of an unspaced script (True) and words, codes and numbers (False)."""
    if folded.isascii():
        for found in _PIECES_ASCII.finditer(folded):
            yield found.group(), False
        return
    for found in _PIECES.finditer(folded):
        yield found.group(), found["run"] is not None


def grams(run: str) -> list[str]:
    """Every two neighbours of a run; a run of one is itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def parts(piece: str) -> list[str]:
    """The words of a piece that is not a run."""
    return [part[:LONGEST_WORD] for part in _PARTS.findall(piece)]


def joined(piece: str) -> str:
    """A code or number written in groups as one word; empty when the piece is none."""
    found = _PARTS.findall(piece)
    if len(found) < 2 or not _HAS_DIGIT.search(piece):
        return ""
    word = "".join(found)
    return word if len(word) <= LONGEST_CODE else ""


def _words_of(folded: str) -> Iterator[str]:
    for piece, is_run in pieces(folded):
        if is_run:
            yield from piece
            yield from grams(piece)
            continue
        found = parts(piece)
        yield from found
        if len(found) > 1 and (word := joined(piece)):
            yield word
        for part in found:
            # C-2026-000123 is also found as 123.
            if part[0] == "0" and part.isdecimal() and (short := part.lstrip("0")):
                yield short


def tokens(text: str) -> list[str]:
    """Return the distinct words by which a text is found, in order of appearance.

    Words and numbers whole; single characters and pairs of neighbours for Chinese; a number such as
    C-2026-000123 by its parts, as one word, and without its leading zeros.
    """
    return tokens_of_folded(fold(text[:MOST_CHARACTERS])[:MOST_CHARACTERS])


def tokens_of_folded(folded: str) -> list[str]:
    words = list(dict.fromkeys(_words_of(folded)))
    if len(folded) < MOST_BYTES // 40:
        return words
    room = MOST_BYTES
    for count, word in enumerate(words):
        room -= len(encode(word)) + len(word) * 2
        if room < 0:
            return words[:count]
    return words


def found_words(text: str, words: Iterable[str]) -> list[str]:
    """Return those of `words` that stand in the text: Latin words and phrases whole, Chinese ones anywhere."""
    folded = fold(text[:MOST_CHARACTERS])
    return [word for word in words if (pattern := _whole(word)) and pattern.search(folded)]


@functools.lru_cache(maxsize=2_000)
def _whole(word: str) -> re.Pattern[str] | None:
    wanted = fold(word).split()
    if not wanted:
        return None
    # Where the word ends with a Latin letter none may follow; between Chinese characters there are no edges.
    before = f"(?<!{_LETTER})" if re.match(_LETTER, wanted[0]) else ""
    after = f"(?!{_LETTER})" if re.search(f"{_LETTER}$", wanted[-1]) else ""
    return re.compile(before + r"\s+".join(map(re.escape, wanted)) + after)


_SAFE = re.compile("[a-z0-9\u4e00-\u9fcc]+")
_UNSAFE = re.compile("[^a-z0-9\u4e00-\u9fcc]")


def encode(word: str) -> str:
    """Write a word so that no engine splits or folds it: what SQLite's old Unicode tables may not know becomes hex.

    Keeps beginnings (`encode(a + b)` starts with `encode(a)`), so that prefixes are found.
    """
    return word if _SAFE.fullmatch(word) else _UNSAFE.sub(_hex, word)


def _hex(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"_{code:04x}" if code <= 0xFFFF else f"__{code:06x}"
