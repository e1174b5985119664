"""The industry's page: Courier 12, ten characters an inch, six lines an inch, one page about a minute."""

from __future__ import annotations

from dataclasses import dataclass, field

POINTS = 72.0  # points an inch
PITCH = 7.2  # points a character: Courier 12
LEADING = 12.0  # points a line


@dataclass(frozen=True)
class Measure:
    """Where a kind of element stands: columns from the text's left edge, and blank lines above it."""

    column: int
    width: int  # characters
    above: int = 0


@dataclass(frozen=True)
class PageStyle:
    """A page of paper and the columns on it. The defaults are US letter as Final Draft's template sets it."""

    paper: str = "letter"
    width: float = 8.5 * POINTS
    height: float = 11 * POINTS
    left: float = 1.5 * POINTS
    top: float = 1.0 * POINTS  # above the first line of text
    rows: int = 54  # text lines a page
    dual_column: int = 31  # where the right speaker of a dual dialogue begins
    dual_width: int = 28
    measures: dict[str, Measure] = field(
        default_factory=lambda: {
            "heading": Measure(0, 57, 2),
            "shot": Measure(0, 57, 1),
            "action": Measure(0, 60, 1),
            "general": Measure(0, 60, 1),
            "centered": Measure(0, 60, 1),
            "character": Measure(22, 33, 1),
            "parenthetical": Measure(16, 22, 0),
            "dialogue": Measure(10, 35, 0),
            "lyric": Measure(10, 35, 0),
            "transition": Measure(0, 60, 1),
        }
    )

    @property
    def columns(self) -> int:
        """Characters between the margins."""
        return self.measures["action"].width


LETTER = PageStyle()
A4 = PageStyle(paper="a4", width=8.27 * POINTS, height=11.69 * POINTS, rows=57)
STYLES = {"letter": LETTER, "a4": A4}
