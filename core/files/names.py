"""The name a file is shown by. What it is stored under never comes from a person."""

import unicodedata
from collections.abc import Sequence

LONGEST = 120
# Signs nobody sees: controls, marks that turn the direction of reading, halves of signs, line ends.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# They mean something in paths or to a shell of some system.
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
# To Windows these are devices, whatever their ending.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{at}" for name in ("com", "lpt") for at in range(10))}


def clean_name(given: str, endings: Sequence[str]) -> str:
    """Return the last part of a name without anything that could mislead, ending as its content says.

    `endings` are those of the content's type, the usual one first: "a.jpg.exe" of a picture becomes
    "a.jpg.exe.jpg". At most 120 signs.
    """
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in _UNSEEN)
    plain = " ".join(seen.translate(_FORBIDDEN).split()).strip(". ")
    stem, ending = split_ending(plain)
    if ending not in endings:
        # Another picture's ending is put right; anything else stays to be seen.
        stem, ending = (stem if ending in _PICTURES and endings[0] in _PICTURES else plain), endings[0]
    stem = stem.strip(". ") or "file"
    if stem.partition(".")[0].lower() in _DEVICES:
        stem = f"_{stem}"
    return f"{stem[: LONGEST - len(ending) - 1].rstrip('. ')}.{ending}"


_PICTURES = frozenset({"jpg", "jpeg", "jpe", "jfif", "png", "webp", "heic", "heif"})


def split_ending(name: str) -> tuple[str, str]:
    """Split "photo.JPG" into "photo" and "jpg"; the ending of a name without one is empty."""
    stem, dot, ending = name.rpartition(".")
    return (stem, ending.strip().lower()) if dot else (name, "")
