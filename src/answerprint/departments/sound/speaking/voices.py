"""Who speaks with which voice: characters who share scenes are set far apart; the same script, the same cast.

A voice is one of espeak-ng's variants at a pitch. How far two are apart is measured: their pitch in
semitones, and where the middle of their spectrum lies; so is how well each is understood
(`python bench/speaking.py voices`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import msgspec

from answerprint.departments.sound.speaking.speeches import Speech

PITCH = 50  # espeak's middle
LOWEST, HIGHEST = 5, 95  # espeak's pitches that are used
A_SEMITONE = 6.2  # espeak's pitch units in one, as measured
SPREAD = (PITCH, 65, 38)  # pitches a variant is cast at, the plain one first
PACES = (1.0, 0.95, 1.05)
STEP_SEMITONES, STEP_BRIGHT, STEP_PACE = 3.0, 0.35, 0.05  # one step apart to the ear, as taken here
CLEAR, CLEAR_OF_OTHERS = 3.0, 0.5  # steps that are enough in one scene, and in one film

# variant: median pitch and spectral centroid (200 Hz to 8 kHz), in Hz at pitch 50, and the share of words
# that a recogniser which knows the lines has of it, as measured; variants under 0.6 are not cast
VARIANTS: Mapping[str, tuple[float, float, float]] = {
    "f5": (203, 1156, 0.97), "f2": (192, 978, 0.97), "edward": (100, 613, 0.91), "klatt2": (101, 679, 0.88),
    "klatt": (101, 810, 0.86), "adam": (100, 830, 0.86), "klatt3": (101, 756, 0.86), "f3": (207, 1042, 0.83),
    "m6": (99, 843, 0.83), "m2": (99, 1073, 0.83), "grandpa": (108, 1026, 0.82), "Gene": (94, 739, 0.74),
    "m1": (93, 906, 0.73), "f1": (177, 1037, 0.65), "Denis": (97, 794, 0.61),
}  # fmt: skip


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """variant: espeak's; pitch: 0 to 99; pace: of the plan's own. language: empty is the script's.
    speaker: of a model with several. person: whose voice it is, where it is somebody's."""

    variant: str = "edward"
    pitch: int = PITCH
    pace: float = 1.0
    language: str = ""
    speaker: int | None = None
    person: str = ""


def cast_voices(
    speeches: Sequence[Speech], given: Mapping[str, Voice], speakers: int = 0
) -> dict[str, Voice]:
    """A voice for every character, in order of how much they speak. given: kept as it is, and kept clear of.

    Each takes a voice that is clear of those they share scenes with, then of all others, then the plainest.
    speakers: how many a model has; they are dealt in turn.
    """
    words = Counter[str]()
    scenes: dict[str, set[str]] = {}
    for one in speeches:
        words[one.character] += len(one.text.split())
        scenes.setdefault(one.character, set()).add(one.scene)
    order = sorted(words, key=lambda who: (-words[who], list(words).index(who)))
    voices = {who: given[who] for who in order if who in given}
    for place, who in enumerate(order):
        if who in voices:
            continue
        if speakers:
            voices[who] = Voice(speaker=place % speakers)
            continue
        voices[who] = max(
            candidates(),
            key=lambda voice, who=who: _clear_of(voice, who, voices, scenes),  # type: ignore[misc]
        )
    return {who: voices[who] for who in words}


def candidates() -> list[Voice]:
    """Every voice that is cast: at its own pitch and pace first, the best understood before others."""
    return [
        Voice(variant=variant, pitch=pitch, pace=pace)
        for pace in PACES
        for pitch in SPREAD
        for variant in VARIANTS
    ]


def apart(one: Voice, other: Voice) -> float:
    """How many steps two voices are apart; a variant that is not in the table counts as the first."""
    (low, dark), (high, bright) = (_measured(each) for each in (one, other))
    return math.hypot(
        12 * math.log2(high / low) / STEP_SEMITONES,
        math.log2(bright / dark) / STEP_BRIGHT,
        (one.pace - other.pace) / STEP_PACE,
    )


def closest(speeches: Sequence[Speech], voices: Mapping[str, Voice]) -> tuple[str, str, float] | None:
    """The two characters of one scene whose voices are nearest, and how far they are apart."""
    scenes: dict[str, set[str]] = {}
    for one in speeches:
        scenes.setdefault(one.scene, set()).add(one.character)
    pairs = sorted({pair for people in scenes.values() for pair in combinations(sorted(people), 2)})
    found = [(one, other, apart(voices[one], voices[other])) for one, other in pairs]
    return min(found, key=lambda pair: pair[2], default=None)


def _clear_of(
    voice: Voice, who: str, voices: Mapping[str, Voice], scenes: Mapping[str, set[str]]
) -> tuple[float, float]:
    together = [apart(voice, one) for name, one in voices.items() if scenes[who] & scenes[name]]
    others = [apart(voice, one) for one in voices.values()]
    return (
        round(min([CLEAR, *together]), 6),
        round(min([CLEAR_OF_OTHERS, *others]), 6),
    )


def _measured(voice: Voice) -> tuple[float, float]:
    hertz, bright, _ = VARIANTS.get(voice.variant, next(iter(VARIANTS.values())))
    return hertz * 2 ** ((voice.pitch - PITCH) / A_SEMITONE / 12), bright
