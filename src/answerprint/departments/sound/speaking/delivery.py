"""How a line is spoken: pace, pitch and level from its parenthetical and from the script's emotional level.

Excited speech is faster, louder and higher, sad speech slower, softer and lower (Juslin & Laukka 2003,
Psychological Bulletin 129:770). The ranges here are small on purpose: a guide shall be understood.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import msgspec

ARC_PACE = 0.08  # share of the pace at most
ARC_SEMITONES = 1.5
ARC_DECIBELS = 2.0
LEAST_TOLD = 0.05  # of the ranges: less is not worth a word
PACES = (0.6, 1.5)  # what a delivery as a whole may come to
SEMITONES = 5.0
DECIBELS = 8.0
NOT = re.compile(r"\b(?:not|no longer|without|stops?|never)\b[^,;.]*", re.IGNORECASE)


class Level(msgspec.Struct, frozen=True):
    """Emotional level of some words. valence: −1 dark to 1 bright; arousal: 0 calm to 1 excited."""

    valence: float = 0.0
    arousal: float = 0.0


class Feeling(msgspec.Struct, frozen=True, kw_only=True):
    """A line's level and its scene's, in standard deviations from the script's own mean."""

    line: Level
    scene: Level


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """pace: 1 is the voice's own. pause: seconds of silence before the words. reasons: why, in words."""

    pace: float = 1.0
    semitones: float = 0.0
    decibels: float = 0.0
    whispered: bool = False
    pause: float = 0.0
    reasons: tuple[str, ...] = ()


class Manner(msgspec.Struct, frozen=True):
    """What a word in a parenthetical asks for."""

    words: str
    pace: float = 1.0
    semitones: float = 0.0
    decibels: float = 0.0
    whispered: bool = False
    pause: float = 0.0


MANNERS = (
    Manner(r"whisper\w*|sotto(?: voce)?|under (?:his|her|their) breath", 0.95, 0.0, -5.0, whispered=True),
    Manner(r"shout\w*|yell\w*|scream\w*|bellow\w*|call(?:s|ing) (?:out|after)|loud(?:ly)?", 1.05, 3.0, 6.0),
    Manner(r"soft(?:ly|er)?|quiet(?:ly|er)?|gent(?:ly|le)|hush\w*|murmur\w*|mutter\w*", 0.95, -1.0, -4.0),
    Manner(r"quick(?:ly)?|fast|hurried(?:ly)?|rush\w*|rapid(?:ly)?|breathless(?:ly)?", 1.2),
    Manner(r"slow(?:ly)?|hesita\w*|halting(?:ly)?|weak(?:ly)?|tired(?:ly)?|exhausted", 0.85, -0.5),
    Manner(r"ang(?:ry|rily)|furious(?:ly)?|snap\w*|rag(?:e|ing)", 1.06, 1.0, 3.0),
    Manner(r"sad(?:ly)?|cry\w*|tear\w*|sob\w*|weep\w*|grie\w+", 0.88, -1.0, -2.0),
    Manner(r"excited(?:ly)?|happ(?:y|ily)|laugh\w*|cheer\w*|delighted(?:ly)?", 1.06, 1.5, 1.0),
    Manner(r"afraid|scared|terrified|panick?\w*|frighten\w*|nervous(?:ly)?", 1.12, 1.5, -1.0),
    Manner(r"calm(?:ly)?|deadpan|flat(?:ly)?|cold(?:ly)?", 0.96, -1.0),
    Manner(r"(?:long|longer) (?:beat|pause|silence)", pause=1.8),
    Manner(r"(?<!long )(?<!longer )(?:beat|pauses?|silence|then)", pause=0.8),
)


def delivery(directions: Sequence[str], feeling: Feeling | None, why_no_feeling: str = "") -> Delivery:
    """How a piece of a speech is spoken, with the reasons. feeling None leaves the arc out and says why."""
    arc = _of_arc(feeling) if feeling is not None else Delivery()
    pace, semitones, decibels = arc.pace, arc.semitones, arc.decibels
    reasons = list(arc.reasons) if feeling is not None else [why_no_feeling] if why_no_feeling else []
    pause, whispered = 0.0, False
    for direction in directions:
        found = [one for one in MANNERS if re.search(rf"\b(?:{one.words})\b", NOT.sub("", direction), re.I)]
        for one in found:
            pace *= one.pace
            semitones += one.semitones
            decibels += one.decibels
            whispered |= one.whispered
            pause = max(pause, one.pause)
        if found:
            reasons.append(f"({direction}): {', '.join(_asked(one) for one in found)}")
        elif direction:
            reasons.append(f"({direction}): not understood, nothing changed")
    return Delivery(
        pace=round(min(max(pace, PACES[0]), PACES[1]), 3),
        semitones=round(min(max(semitones, -SEMITONES), SEMITONES), 2),
        decibels=round(min(max(decibels, -DECIBELS), DECIBELS), 1),
        whispered=whispered,
        pause=pause,
        reasons=tuple(reasons),
    )


def deviations(levels: Sequence[Level]) -> list[Level]:
    """Levels in standard deviations from their own mean; all 0 where they do not differ."""
    if not levels:
        return []
    found = []
    for values in ([one.valence for one in levels], [one.arousal for one in levels]):
        mean = math.fsum(values) / len(values)
        spread = math.sqrt(math.fsum((one - mean) ** 2 for one in values) / len(values))
        found.append([(one - mean) / spread if spread > 1e-9 else 0.0 for one in values])
    return [Level(valence, arousal) for valence, arousal in zip(*found, strict=True)]


def _of_arc(feeling: Feeling) -> Delivery:
    """Half of it the scene, half the line; two standard deviations are the whole of the range."""
    excited = _within((feeling.scene.arousal + feeling.line.arousal) / 4)
    bright = _within((feeling.scene.valence + feeling.line.valence) / 4)
    pace = ARC_PACE * (0.75 * excited + 0.25 * bright)
    semitones = ARC_SEMITONES * (0.5 * excited + 0.5 * bright)
    decibels = ARC_DECIBELS * excited
    if max(abs(excited), abs(bright)) < LEAST_TOLD:
        return Delivery(reasons=("its words are neither excited nor calm for this script",))
    told = (
        f"arc: scene {feeling.scene.arousal:+.1f} σ excited, {feeling.scene.valence:+.1f} σ bright; "
        f"line {feeling.line.arousal:+.1f}, {feeling.line.valence:+.1f}: "
        f"pace {pace:+.0%}, {semitones:+.1f} semitones, {decibels:+.1f} dB"
    )
    return Delivery(pace=1 + pace, semitones=semitones, decibels=decibels, reasons=(told,))


def _within(value: float) -> float:
    return min(max(value, -1.0), 1.0)


def _asked(one: Manner) -> str:
    said = [
        f"pace {one.pace - 1:+.0%}" if one.pace != 1 else "",
        f"{one.semitones:+g} semitones" if one.semitones else "",
        f"{one.decibels:+g} dB" if one.decibels else "",
        "whispered" if one.whispered else "",
        f"{one.pause:g} s of silence" if one.pause else "",
    ]
    return ", ".join(part for part in said if part)
