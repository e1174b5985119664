"""Which lines a version keeps: the most worth that fits, scenes readable, answers with their questions.

A mixed integer programme (scipy's HiGHS): a line is in or out, and so is a scene; solved to its optimum.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec
import numpy as np

from answerprint.core.errors import UsageError
from answerprint.departments.editorial.versioning.profiles import Profile, Weights
from answerprint.formats.screenplays.model import spoken_words

TIME = 20.0  # seconds the solver may take; what it has then is used, and said


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A slot of the master that a version may keep. start: share of the script before it, 0 … 1; feeling:
    0 … 1; locked: it stays, or the version is refused."""

    id: str
    label: str
    scene: str
    speaker: str
    text: str
    frames: int
    start: float
    feeling: float = 0.0
    locked: bool = False


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What a version keeps. kept: in the film's order; dropped: (id, why), the next to come back first;
    worth: of what is kept, whole: of all there is; proved: whether nothing better fits."""

    kept: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...]
    frames: int
    worth: float
    whole: float
    proved: bool = True


def worth_of(candidates: Sequence[Candidate], weights: Weights) -> dict[str, float]:
    """What each line is worth: telling words, feeling, who speaks there first, its place in its scene."""
    counted = Counter(word for one in candidates for word in set(spoken_words(one.text)))
    total = max(1, len(candidates))
    seen: set[str] = set()
    worth: dict[str, float] = {}
    for place, one in enumerate(candidates):
        words = spoken_words(one.text)
        told = sum(math.log((1 + total) / (1 + counted[word])) for word in set(words))
        first = one.speaker not in seen
        seen.add(one.speaker)
        opens = place == 0 or candidates[place - 1].scene != one.scene
        closes = place + 1 == len(candidates) or candidates[place + 1].scene != one.scene
        parts = {
            "words": min(1.0, told / 20),
            "feeling": one.feeling,
            "people": 1.0 if first and one.speaker else 0.0,
            "place": 0.5 * opens + 0.5 * closes,
        }
        worth[one.id] = 0.05 + sum(getattr(weights, name) * value for name, value in parts.items())
    return worth


def select(candidates: Sequence[Candidate], profile: Profile, most: int | None) -> Selection:
    """The lines of the greatest worth that a profile lets in, in at most `most` frames.

    Raises UsageError AP-USE-592 where a locked line is kept out by what is asked, AP-USE-593 where nothing
    fits.
    """
    worth = worth_of(candidates, profile.weights)
    barred = {one.id: why for one in candidates if (why := _barred(one, profile))}
    for one in candidates:
        if one.locked and one.id in barred:
            raise UsageError(
                "AP-USE-592",
                f"{one.label} is locked, and this version leaves it out: {barred[one.id]}",
                remedy="take the lock back, or change the version",
            )
    free = [one for one in candidates if one.id not in barred]
    if not free:
        raise UsageError("AP-USE-593", "nothing is left for this version", remedy="ask for less")
    chosen, proved = _solved(free, worth, profile, most)
    kept = [one for one in free if one.id in chosen]
    out = [one for one in free if one.id not in chosen]
    out.sort(key=lambda one: -worth[one.id] / max(1, one.frames))
    left = (most or 0) - sum(one.frames for one in kept)
    dropped = [(one.id, f"no room: {one.frames} frames, {max(0, left)} are left") for one in out]
    return Selection(
        kept=tuple(one.id for one in kept),
        dropped=(*dropped, *barred.items()),
        frames=sum(one.frames for one in kept),
        worth=round(sum(worth[one.id] for one in kept), 4),
        whole=round(sum(worth.values()), 4),
        proved=proved,
    )


def _barred(one: Candidate, profile: Profile) -> str:
    """Why a version may not have a line; "" where it may."""
    words = spoken_words(one.text)
    for banned in profile.without_words:
        if set(spoken_words(banned)) and set(spoken_words(banned)) <= set(words):
            return f"it says “{banned}”"
    if one.speaker.casefold() in {name.casefold() for name in profile.without_people}:
        return f"{one.speaker} is not in this version"
    if one.scene in profile.without_scenes or (profile.scenes and one.scene not in profile.scenes):
        return f"scene {one.scene} is not in this version"
    if one.start > 1 - profile.spoilers:
        return f"it is in the last {profile.spoilers:.0%} of the script"
    return ""


def _solved(
    free: Sequence[Candidate], worth: Mapping[str, float], profile: Profile, most: int | None
) -> tuple[set[str], bool]:
    from scipy.optimize import Bounds, LinearConstraint, milp

    scenes = list(dict.fromkeys(one.scene for one in free))
    count = len(free)
    size = count + len(scenes)
    rows: list[np.ndarray] = []
    low: list[float] = []
    high: list[float] = []

    def limit(terms: Mapping[int, float], least: float, greatest: float) -> None:
        row = np.zeros(size)
        for at, value in terms.items():
            row[at] = value
        rows.append(row)
        low.append(least)
        high.append(greatest)

    if most is not None:
        limit({at: one.frames for at, one in enumerate(free)}, 0, most)
    for number, scene in enumerate(scenes):
        own = [at for at, one in enumerate(free) if one.scene == scene]
        least = min(profile.least, len(own))
        for at in own:
            limit({at: 1, count + number: -1}, -np.inf, 0)
        limit({**dict.fromkeys(own, 1.0), count + number: -least}, 0, np.inf)
    for (at, one), (_, other) in pairwise(enumerate(free)):
        asks = one.text.rstrip(" \"'”’)").endswith("?")
        if asks and one.scene == other.scene and one.speaker != other.speaker:
            limit({at: 1, at + 1: -1}, 0, 0)
    lowest = np.array([1.0 if one.locked else 0.0 for one in free] + [0.0] * len(scenes))
    value = np.array([-worth[one.id] for one in free] + [1e-6] * len(scenes))
    found = milp(
        value,
        constraints=LinearConstraint(np.array(rows), low, high) if rows else (),
        bounds=Bounds(lowest, np.ones(size)),
        integrality=np.ones(size, np.int64),
        options={"time_limit": TIME},
    )
    if found.x is None or not (found.x[:count] > 0.5).any():
        locked = [one.label for one in free if one.locked]
        why = f"the locked lines ({', '.join(locked[:3])}) are longer" if locked else "no line is that short"
        raise UsageError("AP-USE-593", f"nothing fits: {why}", remedy="ask for a longer version")
    return {one.id for one, x in zip(free, found.x[:count], strict=True) if x > 0.5}, found.status == 0


def in_beats(kept: Sequence[Candidate], worth: Mapping[str, float]) -> list[tuple[str, str]]:
    """A trailer's order of lines that were kept: (id, beat).

    Hook: the question of the greatest worth, else the line; world: what is felt less, as in the script;
    conflict: what is felt more, rising; button: a short last line.
    """
    left = list(kept)
    if len(left) < 3:
        return [(one.id, "world") for one in left]
    asking = [one for one in left if one.text.rstrip(" \"'”’)").endswith("?")] or left
    hook = max(asking, key=lambda one: worth[one.id])
    left.remove(hook)
    button = min(left, key=lambda one: (len(spoken_words(one.text)), -worth[one.id]))
    left.remove(button)
    middle = sorted(one.feeling for one in left)[len(left) // 2] if left else 0.0
    world = [one for one in left if one.feeling <= middle]
    conflict = sorted((one for one in left if one.feeling > middle), key=lambda one: (one.feeling, one.start))
    return [
        (hook.id, "hook"),
        *((one.id, "world") for one in world),
        *((one.id, "conflict") for one in conflict),
        (button.id, "button"),
    ]
