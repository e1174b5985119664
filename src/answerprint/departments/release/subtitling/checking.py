"""A platform's rules held against cues: every violation with what was measured and what is asked.

Times are frames of the picture. Netflix's timing to shot changes: Subtitle Timing Guidelines, section 2.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import pairwise

import msgspec

from answerprint.departments.release.subtitling.profiles import SubtitleRules
from answerprint.departments.release.subtitling.texts import TAG, broken, flat, seen, two_speakers
from answerprint.formats.subtitles.model import Cue

TIMING = ("overlap", "gap", "chain", "shortest", "longest", "reading-speed", "shot-change")
BREAKS = ("characters", "lines", "unneeded-break")
TEXT = ("empty", "spaces", "ellipsis", "markup")
RULES = (*TIMING, *BREAKS, *TEXT)
ASKED = {
    "overlap": "two cues are never shown at once in one place",
    "gap": "frames between two cues, at least",
    "chain": "a gap shorter than this is closed, frames",
    "shortest": "seconds a cue stays, at least",
    "longest": "seconds a cue stays, at most",
    "reading-speed": "what is read a second (or words a minute), at most",
    "shot-change": "frames from a shot change: on it, or this far away",
    "characters": "characters a line, at most",
    "lines": "lines, at most",
    "unneeded-break": "text that fits one line is on one line",
    "empty": "a cue says something",
    "spaces": "single spaces, none at a line's end",
    "ellipsis": "three full stops are one character",
    "markup": "markup is opened and closed",
}
SNAP = Fraction(7, 24)  # seconds before a shot change within which a cue begins with the shot
_SPACES = re.compile(r"  |^ | $|\t", re.MULTILINE)


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """cue: its number, from 1; value: what was measured; limit: what is asked (`ASKED` says in what)."""

    cue: int
    rule: str
    value: float
    limit: float


class Timed(msgspec.Struct, frozen=True):
    """A cue in frames."""

    start: int
    end: int
    text: str
    place: str = "bottom"


def timed(cues: Sequence[Cue], rate: Fraction) -> list[Timed]:
    """Cues at whole frames of a rate: the nearest."""
    return [
        Timed(one.range.start.frame(rate), one.range.end.frame(rate), one.text, one.place) for one in cues
    ]


def check(
    cues: Sequence[Timed],
    rules: SubtitleRules,
    rate: Fraction,
    *,
    shots: Sequence[int] = (),
    only: Collection[str] = RULES,
) -> list[Violation]:
    """Every violation, by cue and rule. shots: frames on which a shot begins, in order."""
    found: list[Violation] = []

    def tell(cue: int, rule: str, value: float | Fraction, limit: float | Fraction) -> None:
        if rule in only:
            found.append(Violation(cue=cue + 1, rule=rule, value=round(float(value), 3), limit=float(limit)))

    for number, one in enumerate(cues):
        long = one.end - one.start
        seconds = Fraction(long) / rate
        if long < shortest(rules, rate):
            tell(number, "shortest", seconds, rules.shortest)
        if long > longest(rules, rate):
            tell(number, "longest", seconds, rules.longest)
        text = seen(flat(one.text))
        if long < rules.reading_frames(text, rate):
            per = rules.words if rules.words is not None else rules.reading_speed
            said = len(text.split()) * 60 if rules.words is not None else rules.width(text)
            tell(number, "reading-speed", said / max(seconds, Fraction(1, 1000)), per or 0)
        for off, clear in at_shots(one.start, one.end, shots, rules, rate):
            tell(number, "shot-change", off, clear)
        _text(number, one, rules, tell)
    for before, after in neighbours(cues):
        between = cues[after].start - cues[before].end
        if between < 0:
            tell(after, "overlap", -between, 0)
        elif between < rules.gap:
            tell(after, "gap", between, rules.gap)
        elif rules.gap < between < chain(rules, rate):
            tell(after, "chain", between, chain(rules, rate))
    return sorted(found, key=lambda one: (one.cue, RULES.index(one.rule)))


def neighbours(cues: Sequence[Timed]) -> list[tuple[int, int]]:
    """(cue, next cue) in each place of the picture, in the order they begin."""
    pairs = []
    for place in dict.fromkeys(one.place for one in cues):
        lane = sorted(
            (number for number, one in enumerate(cues) if one.place == place),
            key=lambda number: (cues[number].start, number),
        )
        pairs += list(pairwise(lane))
    return pairs


def at_shots(
    start: int, end: int, shots: Sequence[int], rules: SubtitleRules, rate: Fraction
) -> list[tuple[int, int]]:
    """Where a cue begins or ends badly at a shot change: (frames from it, frames it has to keep).

    It begins on the shot's first frame or half a second away from it before, and not within 7 frames after
    (at 24); it ends `gap` frames before the shot or half a second away. Negative is before the change.
    """
    if not rules.shots or not shots:
        return []
    half, snap = rules.half_second(rate), round(SNAP * rate)
    found = []
    for shot in _near(shots, start, half):
        off = start - shot
        if -half < off < 0 or 0 < off <= snap:
            found.append((off, half if off < 0 else 0))
            break
    for shot in _near(shots, end, half):
        off = end - shot
        if -half < off < half and off != -rules.gap:
            found.append((off, half))
            break
    return found


def _near(shots: Sequence[int], frame: int, reach: int) -> list[int]:
    first = bisect_left(shots, frame - reach)
    found = []
    while first < len(shots) and shots[first] <= frame + reach:
        found.append(shots[first])
        first += 1
    return sorted(found, key=lambda shot: abs(shot - frame))


def shortest(rules: SubtitleRules, rate: Fraction) -> int:
    """Frames, at least."""
    return -int(-rules.shortest * rate // 1)


def longest(rules: SubtitleRules, rate: Fraction) -> int:
    """Frames, at most."""
    return int(rules.longest * rate // 1)


def chain(rules: SubtitleRules, rate: Fraction) -> int:
    """Frames from which a gap may stay a gap."""
    return round(rules.chain * rate)


def breaks_of(text: str, rules: SubtitleRules) -> list[tuple[str, float, float]]:
    """The rules of line breaks that a text violates: (rule, value, limit)."""
    lines = text.split("\n")
    found: list[tuple[str, float, float]] = []
    widest = max(rules.width(seen(one)) for one in lines)
    if widest > rules.characters:
        found.append(("characters", float(widest), rules.characters))
    if len(lines) > rules.lines:
        found.append(("lines", len(lines), rules.lines))
    if len(lines) > 1 and not two_speakers(text) and all(line.strip() for line in lines):
        whole = broken(text, rules.characters, 1, rules.width)
        if whole is not None and "\n" not in whole:
            found.append(("unneeded-break", len(lines), 1))
    return found


def _text(number: int, one: Timed, rules: SubtitleRules, tell: object) -> None:
    assert callable(tell)
    if not seen(one.text).strip():
        tell(number, "empty", 0, 1)
        return
    for rule, value, limit in breaks_of(one.text, rules):
        tell(number, rule, value, limit)
    double = len(_SPACES.findall(one.text))
    if double:
        tell(number, "spaces", double, 0)
    if rules.ellipsis and "..." in one.text:
        tell(number, "ellipsis", one.text.count("..."), 0)
    open_: list[str] = []
    wrong = 0
    for tag in TAG.findall(one.text):
        if not tag.startswith("</"):
            open_.append(tag[1])
        elif open_ and open_[-1] == tag[2]:
            open_.pop()
        else:
            wrong += 1
    if wrong or open_:
        tell(number, "markup", wrong + len(open_), 0)
