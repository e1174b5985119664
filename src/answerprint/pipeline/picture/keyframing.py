"""The light of a clip followed through its shots, and the keyframes of a grade that keeps it as it is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Cdl
from answerprint.core.errors import UsageError
from answerprint.core.timecode import can_drop, format_timecode
from answerprint.departments.picture.keyframes import TOLERANCE, chosen, following, moves, reference
from answerprint.departments.picture.keyframes_light import LightFollower, Lit
from answerprint.departments.picture.matching import usable
from answerprint.departments.picture.operations import operation
from answerprint.departments.picture.spaces import LINEAR_709, change, is_linear
from answerprint.formats.colour.keyframes import Keyframe, Keyframes, LitShot
from answerprint.pipeline.picture.reels import Reel, Tell, reel_of
from answerprint.pipeline.picture.sources import FRAMES, LONGEST, Codes, Source

LOOKED_AT = 320  # pixels of the longer side that light is followed on
TOE = 0.015  # linear light under which a log space is no longer one

Values = NDArray[np.float64]


class LightOf(msgspec.Struct, frozen=True):
    """Of a shot first … last: its light (n, 3) of the grading space, the reference among them, pictures whose
    light could not be followed."""

    first: int
    last: int
    light: Values
    reference: int
    unfollowed: int

    def undone(self, number: int) -> Values:
        """What is added to a picture to bring it to the reference's light."""
        return np.asarray(self.light[self.reference] - self.light[number - self.first])


class Followed(msgspec.Struct, frozen=True):
    """A clip's light. stop: what a stop is in the grading space."""

    reel: Reel
    source: Source
    grading: str
    stop: float
    shots: tuple[LightOf, ...]


def follow(source: Source, grading: str, tell: Tell = lambda what, done: None) -> Followed:
    """Follows the light of every shot of a clip in a log space.

    Raises UsageError AP-USE-807 for a still, MediaError as `reel_of`.
    """
    reel = reel_of(source.path, tell=tell)
    if reel.still:
        raise UsageError(
            "AP-USE-807", "a still has no time", file=str(source.path), remedy="give a clip or a folder"
        )
    to_grading = change(source.space, grading)
    from_light = change(LINEAR_709, grading)
    dark, grey, light = (
        float(from_light(np.full((1, 3), one, np.float32)).mean()) for one in (TOE, 0.18, 0.36)
    )
    scale = min(1.0, LOOKED_AT / max(reel.width, reel.height))
    size = max(1, round(reel.width * scale)), max(1, round(reel.height * scale))
    found = []
    for first, last in reel.shots:
        follower = LightFollower()
        next_one = first
        for number, pixels in reel.pictures(first, last, size):
            for _ in range(next_one, number):
                follower.add(None)
            next_one = number + 1
            codes = np.ascontiguousarray(pixels[..., :3])
            good = usable(codes, clips=not is_linear(source.space))
            values = to_grading(np.where(good[..., None], codes, np.float32(0)))
            follower.add(Lit(values, good & (values.min(axis=-1) > dark)))
            tell("following the light", number / reel.count)
        for _ in range(next_one, last):
            follower.add(None)
        moved, unfollowed = follower.light()
        found.append(LightOf(first, last, moved, reference(moved), unfollowed))
    return Followed(reel, source, grading, light - grey, tuple(found))


def evenly_lit(made: Followed, count: int = FRAMES) -> list[Codes]:
    """Frames spread over a clip, code values (h, w, 3) at most LONGEST long, each in its shot's own light."""
    reel = made.reel
    numbers = sorted({reel.count * (2 * one + 1) // (2 * count) for one in range(count)})
    scale = min(1.0, LONGEST / max(reel.width, reel.height))
    size = max(1, round(reel.width * scale)), max(1, round(reel.height * scale))
    found = []
    for number in numbers:
        shot = next(one for one in made.shots if one.first <= number < one.last)
        even = following(Cdl(), shot.undone(number) if _moving(shot, made.stop) else np.zeros(3))
        for _, pixels in reel.pictures(number, number + 1, size):
            codes = np.ascontiguousarray(pixels[..., :3])
            found.append(operation(made.source.space, even, made.grading)(codes))
    return found


def keyframes_of(made: Followed, grade: Cdl) -> Keyframes:
    """The keyframes of a grade that keeps the light of every shot as that of its reference."""
    reel = made.reel
    shots = []
    for shot in made.shots:
        keys = tuple(
            _key(reel, shot.first + place, following(grade, shot.undone(shot.first + place)))
            for place in chosen(shot.light, made.stop)
        )
        shots.append(
            LitShot(
                first=shot.first,
                last=shot.last,
                reference=shot.first + shot.reference,
                light_stops=round(moves(shot.light, made.stop), 4),
                unfollowed=shot.unfollowed,
                keyframes=keys,
            )
        )
    return Keyframes(
        source=made.source.path.name,
        space=made.grading,
        rate=str(reel.rate),
        pictures=reel.count,
        tolerance_stops=TOLERANCE,
        slope=grade.slope,
        offset=grade.offset,
        power=grade.power,
        saturation=grade.saturation,
        shots=tuple(shots),
    )


def lines(made: Keyframes) -> Sequence[str]:
    """What was followed, for people."""
    told = []
    for shot in made.shots:
        name = f"pictures {shot.first} to {shot.last - 1}"
        if shot.keyframes:
            told.append(
                f"{name}: the light moves by {shot.light_stops:.2f} stops; {len(shot.keyframes)} keyframes "
                f"hold it as at picture {shot.reference}, within {made.tolerance_stops:g} stops"
            )
        elif shot.unfollowed and shot.unfollowed == shot.last - shot.first - 1:
            told.append(f"{name}: too little is seen to follow the light by; no keyframes")
        else:
            told.append(f"{name}: the light holds still ({shot.light_stops:.2f} stops); no keyframes")
        if shot.unfollowed:
            told.append(f"  {shot.unfollowed} of them have no surface in common with those before them")
    return told


def _moving(shot: LightOf, stop: float) -> bool:
    return bool(chosen(shot.light, stop))


def _key(reel: Reel, number: int, grade: Cdl) -> Keyframe:
    start = reel.timecode
    rate = reel.rate
    begin = round(start.frame / start.rate * rate) if start is not None else 0
    drop = start is not None and start.drop and can_drop(rate)
    return Keyframe(
        number=number,
        timecode=format_timecode(begin + number, rate, drop=drop, wrap=True),
        slope=grade.slope,
        offset=grade.offset,
        power=grade.power,
        saturation=grade.saturation,
    )
