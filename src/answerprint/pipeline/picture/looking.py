"""A still or a clip given the look that words or another picture ask for: measured, fitted, told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.errors import UsageError
from answerprint.departments.picture.contact import small
from answerprint.departments.picture.looks import SKIN_TURN, AxisTold, Look, Sight, look_of, sight_of
from answerprint.departments.picture.looks_keeping import Attribute
from answerprint.departments.picture.looks_like import AMOUNT, likeness
from answerprint.departments.picture.looks_words import Asked, Read, read_look
from answerprint.departments.picture.matching import LOWEST
from answerprint.departments.picture.spaces import GRADING, LINEAR_709, change, is_linear, is_log
from answerprint.pipeline.picture.reels import Tell
from answerprint.pipeline.picture.sources import Codes, Source, frames_of, source_of

LONGEST = 320  # pixels of the longer side that a look is measured on
SAMPLES = 4000  # pixels of all frames together
FEWEST = 50  # under which there is nothing to measure
SEED = 5


class Looking(msgspec.Struct, frozen=True, kw_only=True):
    """asked: the words as they were read. like: the picture whose look was wanted instead, the share of the
    way that was asked for, axes that stood too far apart to be believed, and axes left as they are.
    grading: the space of the grade's numbers. shown: a frame, code values; and one of the other picture."""

    file: Source
    grading: str
    look: Look
    shown: Codes
    asked: Asked | None = None
    like: Source | None = None
    amount: float = 1.0
    capped: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    other: Codes | None = None

    @property
    def note(self) -> str:
        """What the grade is for, for the files that carry it."""
        if self.asked is not None:
            return f"{self.file.path.name}: {self.asked.phrase}"
        return f"{self.file.path.name} like {self.like.path.name if self.like is not None else ''}"


def look_file(
    file: Path,
    phrase: str,
    *,
    hold_skin: bool = True,
    keep: Collection[Attribute] = (),
    space: str | None = None,
    frames: Sequence[Codes] | None = None,
    tell: Tell = lambda what, done: None,
) -> Looking:
    """The grade that moves a file to what words ask for. frames: of the file, instead of its own.

    Raises UsageError as `read_look`, and as `source_of` and `frames_of`.
    """
    asked = read_look(phrase)
    source = source_of(file, space)
    grading = grading_of(source, space)
    tell("reading", 0.0)
    seen = list(frames) if frames is not None else frames_of(source)
    tell("finding the look", 0.5)
    look = look_of(
        sight(seen, source, grading),
        asked.shifts,
        asked.holds,
        skin_turn=SKIN_TURN if hold_skin else None,
        keep=keep,
    )
    tell("found", 1.0)
    return Looking(file=source, grading=grading, look=look, shown=seen[len(seen) // 2], asked=asked)


def like_file(
    file: Path,
    still: Path,
    *,
    amount: float = AMOUNT,
    hold_skin: bool = True,
    keep: Collection[Attribute] = (),
    space: str | None = None,
    still_space: str | None = None,
    frames: Sequence[Codes] | None = None,
    tell: Tell = lambda what, done: None,
) -> Looking:
    """The grade that moves a file's axes `amount` of the way to those of a picture of something else.

    Raises UsageError AP-USE-864 for an amount outside 0 … 1, and as `source_of` and `frames_of`.
    """
    if not 0 <= amount <= 1:
        raise UsageError("AP-USE-864", f"{amount:g} is no share", remedy="give --amount from 0 to 1")
    source, other = source_of(file, space), source_of(still, still_space)
    grading = grading_of(source, space)
    tell("reading", 0.0)
    seen = list(frames) if frames is not None else frames_of(source)
    theirs = frames_of(other)
    tell("finding the look", 0.5)
    ours = sight(seen, source, grading)
    asked = likeness(ours, sight(theirs, other, grading), amount)
    look = look_of(ours, asked.shifts, skin_turn=SKIN_TURN if hold_skin else None, keep=keep)
    tell("found", 1.0)
    return Looking(
        file=source,
        grading=grading,
        look=look,
        shown=seen[len(seen) // 2],
        like=other,
        amount=amount,
        capped=asked.capped,
        left=asked.left,
        other=theirs[len(theirs) // 2],
    )


def grading_of(source: Source, asked: str | None) -> str:
    """Where grades for a file are made: the camera's log that was asked for, else ACEScct."""
    return source.space if asked is not None and is_log(source.space) else GRADING


def sight(frames: Sequence[Codes], source: Source, grading: str) -> Sight:
    """What a look is measured on: pixels of frames by chance, without black bars and what is no number."""
    chance = np.random.default_rng(SEED)
    scene = is_linear(source.space) or is_log(source.space)
    to_grading = change(source.space, grading)
    found = []
    for frame in frames:
        pixels = small(np.where(np.isfinite(frame).all(axis=-1, keepdims=True), frame, np.nan), LONGEST)
        codes = pixels[..., :3].reshape(-1, 3)
        codes = codes[np.isfinite(codes).all(axis=1)]
        lit = codes if scene else codes[codes.max(axis=1) > LOWEST]
        codes = lit if len(lit) >= FEWEST else codes
        count = max(1, SAMPLES // len(frames))
        found.append(codes[chance.permutation(len(codes))[:count]])
    values = to_grading(np.concatenate(found)) if sum(map(len, found)) else np.zeros((1, 3), np.float32)
    return sight_of(values.astype(np.float64), change(grading, LINEAR_709), scene=scene)


def lines(made: Looking) -> Iterator[str]:
    """What was read, measured and done, for people."""
    if made.asked is not None:
        yield from map(_read, made.asked.words)
    if made.look.dark:
        yield "the picture is as good as black: no grade is made"
        return
    yield f"  {'':<22}{'before':>9}{'target':>9}{'after':>9}{'asked':>9}{'met':>9}"
    for axis in made.look.axes:
        yield _axis(axis)
    look = made.look
    if look.skin_turn is not None:
        limit = f"at most {look.skin_limit:g} are let" if look.skin_limit is not None else "it is let go"
        yield (
            f"  skin-coloured parts ({look.skin_share:.0%}) turn in hue by {look.skin_turn:.1f} degrees; "
            f"{limit}"
        )
    if made.capped:
        yield f"  further apart than a look is believed to move them, cut back: {', '.join(made.capped)}"
    if made.left:
        yield f"  too little of it in one of the two, left alone: {', '.join(made.left)}"


def _read(one: Read) -> str:
    told = " ".join(f"{axis} {shift:+.1f}" for axis, shift in one.shifts.items())
    if not told:
        told = "nothing changes" if len(one.holds) > 3 else "kept as it is: " + ", ".join(one.holds)
    where = "" if one.of == "all" else f" (of {one.of})"
    times = "" if one.times in (0.0, 1.0) else f" × {one.times:g}"
    return f"  {one.word}{times}{where}: {told}"


def _axis(one: AxisTold) -> str:
    asked = f"{one.asked:+9.1f}" if one.asked is not None else f"{'held' if one.held else '':>9}"
    said = f"{one.axis.replace('_', ' ')}, {one.unit}"
    why = f"  {one.why}" if one.why else "  no picture has more" if one.capped else ""
    return f"  {said:<22}{one.before:9.1f}{one.target:9.1f}{one.after:9.1f}{asked}{one.met:+9.1f}{why}"
