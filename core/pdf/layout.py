"""Pages as lists of marks to draw: texts at a place, rules and boxes, in millimetres from the upper left corner."""

from dataclasses import dataclass, field

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP, BOTTOM = 22.0, 20.0, 32.0, 22.0
WIDTH = PAGE_WIDTH - LEFT - RIGHT
POINT = 25.4 / 72
LEADING = 1.55
# Where a line's letters stand, from its top, in parts of the type size.
BASELINE = 1.12


@dataclass(frozen=True)
class Run:
    """One line of text; `y` is its baseline, `grey` 0 is black."""

    x: float
    y: float
    text: str
    size: float
    is_bold: bool = False
    grey: int = 0


@dataclass(frozen=True)
class Rule:
    x: float
    y: float
    length: float
    grey: int = 150


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    grey: int = 240


Mark = Run | Rule | Box


@dataclass
class Pages:
    """The marks page by page, and how far down the last one is filled."""

    pages: list[list[Mark]] = field(default_factory=lambda: [[]])
    y: float = TOP

    @property
    def left(self) -> float:
        """Millimetres that are free on this page."""
        return PAGE_HEIGHT - BOTTOM - self.y

    def put(self, *marks: Mark) -> None:
        self.pages[-1].extend(marks)

    def turn(self) -> None:
        self.pages.append([])
        self.y = TOP

    def need(self, height: float) -> bool:
        """Begin a new page when less than this is left; say whether one was begun."""
        if height <= self.left or self.y == TOP:
            return False
        self.turn()
        return True


def line_height(size: float) -> float:
    return size * POINT * LEADING
