"""Subtitles for those who do not hear: sounds as cues of their own, and who speaks where it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from answerprint.core.time import Range
from answerprint.departments.release.subtitling.checking import shortest
from answerprint.departments.release.subtitling.profiles import SubtitleRules
from answerprint.departments.release.subtitling.texts import broken
from answerprint.formats.subtitles.model import Cue

SOUNDS = {"music": "[music playing]", "applause": "[applause]", "laughter": "[laughter]"}
LONGEST_SOUND = Fraction(3)  # seconds a sound's cue stays


def with_speakers(cues: Sequence[Cue], rules: SubtitleRules, rate: Fraction) -> tuple[list[Cue], list[int]]:
    """Cues with who speaks in brackets where it is another than before, or a while ago; numbers (from 1) of
    those that would not fit so and stay without."""
    made: list[Cue] = []
    left: list[int] = []
    before: str | None = None
    ended: Fraction | None = None
    for number, cue in enumerate(cues, start=1):
        name = cue.speaker
        apart = ended is None or cue.range.start.seconds - ended > 10
        if name and (name != before or apart) and not cue.text.lstrip().startswith(("[", "(")):
            text = broken(f"[{name.lower()}] {cue.text}", rules.characters, rules.lines, rules.width)
            if text is None:
                left.append(number)
            else:
                cue = msgspec.structs.replace(cue, text=text)
        if name:
            before, ended = name, cue.range.end.seconds
        made.append(cue)
    return made, left


def with_sounds(
    cues: Sequence[Cue],
    sounds: Sequence[tuple[int, int, str]],
    rules: SubtitleRules,
    rate: Fraction,
    names: Mapping[str, str] = SOUNDS,
) -> tuple[list[Cue], list[tuple[int, int, str]]]:
    """Cues and those of sounds between them; sounds that find no room are told. sounds: (start, end, kind) in
    frames; of each the first three seconds that lie in no cue get one."""
    taken = sorted((one.range.start.frame(rate), one.range.end.frame(rate)) for one in cues)
    made = list(cues)
    left = []
    for start, end, kind in sounds:
        if kind not in names:
            continue
        room = _room(taken, start, min(end, start + round(LONGEST_SOUND * rate)), rules.gap)
        if room is None or room[1] - room[0] < shortest(rules, rate):
            left.append((start, end, kind))
            continue
        made.append(Cue(range=Range.of_ticks(*room, rate), text=names[kind]))
        taken = sorted([*taken, room])
    return sorted(made, key=lambda one: (one.range.start, one.range.end)), left


def _room(taken: Sequence[tuple[int, int]], start: int, end: int, gap: int) -> tuple[int, int] | None:
    """The longest stretch of [start, end) that keeps the gap to every cue."""
    best: tuple[int, int] | None = None
    at = start
    for first, last in [*taken, (end + gap, end + gap)]:
        free = (at, min(end, first - gap))
        if free[1] > free[0] and (best is None or free[1] - free[0] > best[1] - best[0]):
            best = free
        at = max(at, last + gap)
    return best
