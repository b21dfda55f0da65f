"""One paper of the house: what is put on it is laid out at once, and drawn when it is asked for its bytes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from fpdf import FPDF, ViewerPreferences
from fpdf.enums import TextMode

from core.pdf.glyphs import FONT, SUBSTITUTE, house_glyphs, printable
from core.pdf.layout import (
    BASELINE,
    BOTTOM,
    LEFT,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    POINT,
    RIGHT,
    TOP,
    WIDTH,
    Box,
    Mark,
    Pages,
    Rule,
    Run,
    line_height,
)
from core.pdf.line_breaks import break_lines

NORMAL, SMALL, HEADING, TITLE = 10.5, 8.5, 12.5, 18.0
GREY = 95
LABEL_WIDTH = 40.0
CELL = 1.6
# A paper embeds no more characters than this: a book has 3,000, and cutting out the whole font takes a minute.
MOST_SIGNS = 4000
# A heap of empty lines says no more than one.
BLANK_LINES = re.compile(r"(?:\n[ \u3000]*){3,}")
LANGUAGES = {"en": "en-GB", "zh-hans": "zh-CN"}


@dataclass(frozen=True)
class Sender:
    """The company as it heads its papers."""

    name: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imprint:
    """What a paper is: shown in its header and footer, and told to whatever opens it.

    `made_at` stands in the file: the same content at the same instant gives the same bytes.
    """

    title: str
    number: str
    language: str
    sender: Sender
    made_at: datetime
    note: str = ""


class Paper:
    """Put things on it in the order they are read, then ask for `content`. Its own words are in the active language."""

    def __init__(self, imprint: Imprint) -> None:
        self.imprint = imprint
        self.glyphs = house_glyphs()
        self.pages = Pages()
        self.has_substitutes = False
        self.signs = {SUBSTITUTE, "\n", *map(chr, range(0x20, 0x7F))}
        # What stands on every page has its characters first, whatever comes.
        self._frame(1)

    # -------------------------------------------------------------- what is put on it

    def title(self, text: str, *, below: str = "") -> None:
        for line in self._lines(text, WIDTH, TITLE):
            self._line(line, TITLE, is_bold=True)
        if below:
            self.text(below, size=SMALL + 0.5, grey=GREY)
        self.space(3)

    def heading(self, text: str) -> None:
        """Never alone at the foot of a page."""
        self.space(4)
        lines = self._lines(text, WIDTH, HEADING)
        self.pages.need(len(lines) * line_height(HEADING) + 3 * line_height(NORMAL))
        for line in lines:
            self._line(line, HEADING, is_bold=True)
        self.space(0.8)

    def text(self, text: str, *, size: float = NORMAL, grey: int = 0) -> None:
        for line in self._lines(text, WIDTH, size):
            self._line(line, size, grey=grey)

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Labels on the left, what is known on the right."""
        for label, value in pairs:
            labels = self._lines(label, LABEL_WIDTH - 4, SMALL + 1)
            values = self._lines(value, WIDTH - LABEL_WIDTH, NORMAL)
            height = line_height(NORMAL)
            for at in range(max(len(labels), len(values))):
                self.pages.need(height)
                baseline = self.pages.y + NORMAL * POINT * BASELINE
                if at < len(labels):
                    self.pages.put(Run(LEFT, baseline, labels[at], SMALL + 1, grey=GREY))
                if at < len(values):
                    self.pages.put(Run(LEFT + LABEL_WIDTH, baseline, values[at], NORMAL))
                self.pages.y += height
            self.space(0.8)

    def table(
        self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float], *, right: Sequence[int] = ()
    ) -> None:
        """`widths` are shares of the line; the columns named in `right` hold figures. The head stands on each page."""
        places = _columns(widths)
        self._row(head, places, right, is_head=True)
        for row in rows:
            if self._row_begins_page(row, places):
                self._row(head, places, right, is_head=True)
            self._row(row, places, right)
        self.space(2)

    def rule(self) -> None:
        self.space(1.5)
        self.pages.put(Rule(LEFT, self.pages.y, WIDTH))
        self.space(1.5)

    def space(self, millimetres: float) -> None:
        """Not at the top of a page."""
        if self.pages.y > TOP:
            self.pages.y += millimetres

    # -------------------------------------------------------------- laying out

    def _lines(self, text: str, width: float, size: float) -> list[str]:
        shown = BLANK_LINES.sub("\n\n", printable(text, self.glyphs))
        # Who wrote the sign themselves did not lose any.
        shown = self._affordable(shown)
        self.has_substitutes = self.has_substitutes or shown.count(SUBSTITUTE) > text.count(SUBSTITUTE)
        advance = self.glyphs.advance
        em = size * POINT
        return break_lines(shown, width / em, lambda part: sum([advance[ord(sign)] for sign in part]))

    def _affordable(self, shown: str) -> str:
        """With the first `MOST_SIGNS` characters of the paper; others are lost like those that the font lacks."""
        new = [sign for sign in dict.fromkeys(shown) if sign not in self.signs]
        room = max(0, MOST_SIGNS - len(self.signs))
        self.signs.update(new[:room])
        return shown.translate(dict.fromkeys(map(ord, new[room:]), SUBSTITUTE)) if new[room:] else shown

    def _line(self, text: str, size: float, *, is_bold: bool = False, grey: int = 0) -> None:
        height = line_height(size)
        self.pages.need(height)
        if text:
            self.pages.put(Run(LEFT, self.pages.y + size * POINT * BASELINE, text, size, is_bold, grey))
        self.pages.y += height

    def _cells(self, row: Sequence[str], places: Sequence[tuple[float, float]], size: float) -> list[list[str]]:
        return [self._lines(cell, width - 2 * CELL, size) for cell, (_left, width) in zip(row, places, strict=True)]

    def _row_begins_page(self, row: Sequence[str], places: Sequence[tuple[float, float]]) -> bool:
        tallest = max(len(lines) for lines in self._cells(row, places, SMALL + 1))
        # One that is taller than a page is cut anyway.
        return self.pages.need(min(tallest, 20) * line_height(SMALL + 1) + 2 * CELL)

    def _row(
        self, row: Sequence[str], places: Sequence[tuple[float, float]], right: Sequence[int], *, is_head: bool = False
    ) -> None:
        size = SMALL if is_head else SMALL + 1
        cells = self._cells(row, places, size)
        height = line_height(size)
        self.pages.need(2 * height + 2 * CELL)
        if is_head:
            tall = max(len(lines) for lines in cells) * height + CELL
            self.pages.put(Box(LEFT, self.pages.y, WIDTH, tall))
        self.pages.y += CELL / 2
        for at in range(max(len(lines) for lines in cells)):
            self.pages.need(height)
            baseline = self.pages.y + size * POINT * BASELINE
            for column, (lines, (left, width)) in enumerate(zip(cells, places, strict=True)):
                if at < len(lines) and lines[at]:
                    x = left + CELL
                    if column in right:
                        x = left + width - CELL - self.glyphs.width(lines[at]) * size * POINT
                    self.pages.put(Run(x, baseline, lines[at], size, is_bold=is_head))
            self.pages.y += height
        self.pages.y += CELL / 2
        self.pages.put(Rule(LEFT, self.pages.y, WIDTH, 205))

    # -------------------------------------------------------------- drawing

    def content(self) -> bytes:
        """The file. Call it once, when all is on the paper."""
        if self.has_substitutes:
            self.space(4)
            words = _("%(sign)s stands for a sign that this paper cannot print; it is shown on the screen.")
            self.text(words % {"sign": SUBSTITUTE}, size=SMALL, grey=GREY)
        pdf = self._file()
        for number, marks in enumerate(self.pages.pages, start=1):
            pdf.add_page()
            for mark in (*self._frame(number), *marks):
                _draw(pdf, mark)
        return bytes(pdf.output())

    def _file(self) -> FPDF:
        imprint = self.imprint
        pdf = FPDF(format="A4", unit="mm")
        pdf.set_auto_page_break(False)
        pdf.add_font("House", fname=FONT)
        pdf.set_title(printable(imprint.title, self.glyphs))
        pdf.set_author(printable(imprint.sender.name, self.glyphs))
        pdf.set_subject(imprint.number)
        pdf.set_lang(LANGUAGES.get(imprint.language, imprint.language))
        pdf.set_creation_date(imprint.made_at.astimezone(ZoneInfo("UTC")))
        pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        return pdf

    def _frame(self, number: int) -> list[Mark]:
        """Header and footer of one page; the company's details on the first one only."""
        imprint = self.imprint
        marks: list[Mark] = [Run(LEFT, 15.5, self._cut(imprint.sender.name, 100, NORMAL), NORMAL, is_bold=True)]
        if number == 1:
            details = "  ·  ".join(part for part in imprint.sender.details if part)
            marks.append(Run(LEFT, 20.5, self._cut(details, WIDTH, SMALL), SMALL, grey=GREY))
        marks += [self._right(imprint.number, 15.5, NORMAL), Rule(LEFT, 23.5, WIDTH)]
        if imprint.note:
            marks.append(self._right(imprint.note, 20.5, SMALL))
        foot = PAGE_HEIGHT - BOTTOM + 10
        of_all = _("Page %(page)s of %(pages)s") % {"page": number, "pages": len(self.pages.pages)}
        marks.append(Run(LEFT, foot, self._cut(imprint.title, 120, SMALL), SMALL, grey=GREY))
        marks.append(self._right(of_all, foot, SMALL, grey=GREY))
        return marks

    def _right(self, text: str, y: float, size: float, *, grey: int = 0) -> Run:
        shown = self._cut(text, 60, size)
        return Run(PAGE_WIDTH - RIGHT - self.glyphs.width(shown) * size * POINT, y, shown, size, grey=grey)

    def _cut(self, text: str, width: float, size: float) -> str:
        """What fits on one line."""
        return next(iter(self._lines(" ".join(text.split()), width, size)), "")


def _columns(widths: Sequence[float]) -> list[tuple[float, float]]:
    whole, x, found = sum(widths), LEFT, []
    for width in widths:
        found.append((x, WIDTH * width / whole))
        x += WIDTH * width / whole
    return found


def _draw(pdf: FPDF, mark: Mark) -> None:
    if isinstance(mark, Box):
        pdf.set_fill_color(mark.grey)
        pdf.rect(mark.x, mark.y, mark.width, mark.height, style="F")
    elif isinstance(mark, Rule):
        pdf.set_draw_color(mark.grey)
        pdf.set_line_width(0.2)
        pdf.line(mark.x, mark.y, mark.x + mark.length, mark.y)
    elif mark.is_bold:
        # The font has one weight: a thin outline makes it bold. What it sets ends with the context.
        with pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=mark.size * 0.0085, draw_color=mark.grey):
            _write(pdf, mark)
    elif mark.text:
        _write(pdf, mark)


def _write(pdf: FPDF, run: Run) -> None:
    pdf.set_font("House", size=run.size)
    pdf.set_text_color(run.grey)
    pdf.text(run.x, run.y, run.text)
