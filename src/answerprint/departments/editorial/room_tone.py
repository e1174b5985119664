"""Room tone: where a stretch of the cut has no sound of its own, the quiet of its scene goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from answerprint.core.cut import Clip
from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.editorial.legality import inside_handles
from answerprint.departments.editorial.material import Material, seconds
from answerprint.departments.editorial.pieces import Piece

ROOM_TONE = "room tone"
MARGIN = seconds("1/5")  # kept from words on either side
SHORTEST = seconds("1/2")  # a shorter stretch repeated is heard as a loop


def room_tone(
    pieces: Sequence[Piece],
    starts: Sequence[int],
    heard: Sequence[Clip],
    material: Sequence[Material],
    rate: Fraction,
    handles: int,
) -> list[Clip]:
    """Clips of tone for every piece that nothing is heard of, from a take of its own scene.

    starts: where each piece begins, and where the last ends, in frames of the cut. The same stretch is used
    again where it is too short. A film without any sound gets none.
    """
    covered = {clip.slot for clip in heard}
    clips: list[Clip] = []
    tones: dict[str, tuple[Material, Range] | None] = {}
    for piece, (start, end) in zip(pieces, pairwise(starts), strict=True):
        if piece.id in covered or not heard:
            continue
        if piece.scene not in tones:
            tones[piece.scene] = _quietest(_of_scene(piece.scene, pieces, material), handles, rate)
        tone = tones[piece.scene]
        if tone is not None:
            clips += _laid(piece, start, end, *tone, rate)
    return clips


def _of_scene(scene: str, pieces: Sequence[Piece], material: Sequence[Material]) -> list[Material]:
    used = {piece.material.asset.id for piece in pieces if piece.scene == scene and piece.line}
    return [one for one in material if one.asset.id in used]


def _quietest(material: Sequence[Material], handles: int, rate: Fraction) -> tuple[Material, Range] | None:
    """The longest stretch of a scene's takes in which nobody speaks and nothing is damaged."""
    found = [(one, quiet) for one in material if one.heard for quiet in _quiet(one, handles, rate)]
    if not found:
        return None
    return max(found, key=lambda each: (each[1].duration.seconds, each[0].asset.id))


def _quiet(one: Material, handles: int, rate: Fraction) -> Iterator[Range]:
    extent = one.extent
    if extent is None or not one.speech:
        return
    inside = inside_handles(extent, handles, rate)
    for before, after in pairwise(one.speech):  # between words: before the first somebody slates the take
        start, end = max(inside.start, before.end + MARGIN), min(inside.end, after.start - MARGIN)
        if start < end and end - start >= SHORTEST and one.damaged(Range(start, end)) is None:
            yield Range(start, end)


def _laid(piece: Piece, start: int, end: int, one: Material, quiet: Range, rate: Fraction) -> Iterator[Clip]:
    longest = quiet.duration.frame(rate, Rounding.FLOOR)
    link = one.sound
    source = quiet.start if link is None else quiet.start + link.offset_at(quiet.start)
    for number, at in enumerate(range(start, end, longest), start=1):
        frames = min(longest, end - at)
        yield Clip(
            id=f"{piece.id}/tone.{number}",
            asset=one.asset.id if link is None else link.sound,
            record=Range.of_ticks(at, at + frames, rate),
            source=Range(source, source + Time(frames, rate)),
            name=one.asset.name if link is None else "separate sound",
            slot=piece.id,
            reason=f"the quiet of {one.label}, where nothing else is heard.",
        )
