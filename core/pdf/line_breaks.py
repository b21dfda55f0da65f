"""Where a line may end: Chinese between any two characters but not before a closing mark, Latin between words. Pure."""

from collections.abc import Callable, Iterator

# 避头尾: marks that begin no line, and marks that end none.
NOT_FIRST = frozenset("。，、．：；！？）］｝〉》」』】〕〗”’…—–·～％‰℃°!),.:;?]}>»%")
NOT_LAST = frozenset("（［｛〈《「『【〔〖“‘([{<«￥¥$£€#№")

Measure = Callable[[str], float]


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """Split into lines no wider than `width`, as `measure` has it; a blank line where the text has one."""
    return [line for paragraph in text.split("\n") for line in _fill(paragraph, width, measure)]


def _fill(paragraph: str, width: float, measure: Measure) -> list[str]:
    lines: list[str] = []
    line, taken = "", 0.0
    for unit in units(paragraph):
        length = measure(unit)
        if taken + length > width and line.strip():
            if unit.isspace():
                # Spaces at the end of a line are not carried over, and nothing follows them there.
                taken = width + 1
                continue
            lines.append(line.rstrip())
            line, taken = "", 0.0
        if length > width:
            *whole, line = _split(line + unit, width, measure)
            lines += whole
            taken = measure(line)
        elif taken + length > width:
            line, taken = unit, length
        else:
            line, taken = line + unit, taken + length
    return [*lines, line.rstrip()]


def units(paragraph: str) -> Iterator[str]:
    """What is never broken inside: a word, spaces, or a Chinese character with the marks that belong to it."""
    unit = ""
    for part in _parts(paragraph):
        sticks = bool(unit) and (part[0] in NOT_FIRST or unit[-1] in NOT_LAST) and not (unit + part).isspace()
        if unit and not (sticks and not unit.isspace() and not part.isspace()):
            yield unit
            unit = part
        else:
            unit += part
    if unit:
        yield unit


def _parts(paragraph: str) -> Iterator[str]:
    start = 0
    for at in range(1, len(paragraph) + 1):
        if at == len(paragraph) or _may_part(paragraph[at - 1], paragraph[at]):
            yield paragraph[start:at]
            start = at


def _may_part(left: str, right: str) -> bool:
    return is_wide(left) or is_wide(right) or left.isspace() != right.isspace()


def is_wide(sign: str) -> bool:
    """Characters between which a line may end: Chinese, Japanese, Korean, and full-width signs."""
    code = ord(sign)
    return (
        0x2E80 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7AF
        or 0xF900 <= code <= 0xFAFF
        or 0xFE30 <= code <= 0xFE4F
        or 0xFF00 <= code <= 0xFFEF
        or code >= 0x20000
        or sign == "□"
    )


def _split(unit: str, width: float, measure: Measure) -> list[str]:
    """Cut what is longer than a line wherever the line is full: an address, or a row of signs."""
    found, taken = [""], 0.0
    for sign in unit:
        length = measure(sign)
        if taken + length > width and found[-1]:
            found.append("")
            taken = 0.0
        found[-1] += sign
        taken += length
    return found
