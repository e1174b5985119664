"""What platforms and broadcasters ask of subtitles: data, with where it is said."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec


class SubtitleRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform asks of a language's subtitles. Times in seconds, `gap` in frames whatever the rate."""

    title: str
    source: str
    characters: int  # a line
    lines: int = 2
    shortest: Fraction = Fraction(5, 6)
    longest: Fraction = Fraction(7)
    gap: int = 2  # frames between two cues
    chain: Fraction = Fraction(1, 2)  # a smaller gap than this is closed to `gap`; 0 asks nothing
    linger: Fraction = Fraction(1, 2)  # a cue may stay so long after the last word
    reading_speed: Fraction | None = None  # characters a second
    words: int | None = None  # a minute, where it is counted so
    shots: bool = True  # times at shot changes are asked for
    wide: bool = False  # full-width characters count one, others a half
    ellipsis: bool = True  # three full stops are asked to be one character
    guide: bool = False

    def reading_frames(self, text: str, rate: Fraction) -> int:
        """Frames a text (its markup left out) has to stay to be read."""
        if self.words is not None:
            seconds = Fraction(len(text.split()) * 60, self.words)
        elif self.reading_speed is not None:
            seconds = self.width(text) / self.reading_speed
        else:
            return 0
        return -int(-seconds * rate // 1)

    def width(self, text: str) -> Fraction:
        """Characters of a text as the profile counts them; spaces and punctuation are some."""
        if not self.wide:
            return Fraction(len(text))
        return sum((Fraction(1) if _full(one) else Fraction(1, 2) for one in text), Fraction(0))

    def half_second(self, rate: Fraction) -> int:
        """Frames: 12 at 24, 15 at 30 (Netflix scales by the rate what it says for 24)."""
        return round(rate / 2)


def _full(character: str) -> bool:
    from unicodedata import east_asian_width

    return east_asian_width(character) in "WFA"


@lru_cache(maxsize=1)
def profiles() -> dict[str, SubtitleRules]:
    """Every profile by its name."""
    told: dict[str, dict[str, Any]] = tomllib.loads(
        (Path(__file__).parent / "profiles.toml").read_text("utf-8")
    )
    made: dict[str, SubtitleRules] = {}
    for name in told:
        whole: dict[str, Any] = {}
        at: str | None = name
        while at is not None:
            whole = {**told[at], **whole}
            at = told[at].get("base")
        whole.pop("base", None)
        for key in ("shortest", "longest", "chain", "linger", "reading_speed"):
            if key in whole:
                whole[key] = Fraction(whole[key])
        made[name] = SubtitleRules(**whole)
    return made
