"""A track of an AAF as a row of pieces: clips, gaps and the transitions between them, effects taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from aaf2 import components
from aaf2.misc import ConstantValue

from answerprint.core.errors import FormatError
from answerprint.formats.timelines import aaf_effects as effects
from answerprint.formats.timelines.aaf_own import attributes
from answerprint.formats.timelines.model import Loss

DEEPEST = 64  # effects in effects, and mobs of mobs
LONGEST = 2**40  # edit units of a component: 265 days of sound at 48 000
MOST = 1_000_000  # pieces of a file
_SPEED_POINTS = "PARAM_SPEED_OFFSET_MAP_U"  # Avid's curve from record to source of a speed


@dataclass(frozen=True)
class Piece:
    """Lengths are edit units of the track; those of clips hold what lies under their transitions."""

    kind: Literal["gap", "clip", "way"]
    length: int
    mob: Any = None  # the identifier of the mob a clip is of; None for one within, which is nested
    slot: int = 0
    start: int = 0  # in that slot, in edit units of this track
    used: int = 0  # edit units of source, before speed
    ratio: Fraction | None = None  # output length to input length; None where no speed is set
    amplitude: Fraction | None = None
    muted: bool = False
    comment: str = ""
    nested: tuple[Piece, ...] = ()
    cut: int = 0  # of a transition: edit units of it before the edit
    wipe: int | None = None  # its SMPTE code, None for a dissolve


class Pieces:
    """Reads segments. losses: what it had to leave out, each with the track."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.losses: list[Loss] = []
        self.track = ""
        self._count = 0

    def of(self, segment: Any, depth: int = 0) -> list[Piece]:
        """The pieces of a segment, in order.

        Raises FormatError AP-FORMAT-645 for effects in effects without end, 646 for a length that is none,
        647 for more pieces than a timeline has.
        """
        if depth > DEEPEST:
            raise FormatError(
                "AP-FORMAT-645", f"{self.track}: more than {DEEPEST} effects in one another", file=self.file
            )
        self._count += 1
        if self._count > MOST:
            raise FormatError("AP-FORMAT-647", f"it has more than {MOST} pieces", file=self.file)
        if isinstance(segment, components.Sequence):
            return [piece for one in segment.components for piece in self.of(one, depth + 1)]
        length = self.length(segment)
        if isinstance(segment, components.SourceClip):
            return [self._clip(segment, length)]
        if isinstance(segment, components.Transition):
            return [self._way(segment, length)]
        if isinstance(segment, components.Selector):
            return self._selected(segment, length, depth)
        if isinstance(segment, components.OperationGroup):
            return self._effect(segment, length, depth)
        if isinstance(segment, components.EssenceGroup):
            choices = list(segment.getvalue("Choices") or ())
            self._lose("effect", f"of {len(choices)} alternates of its media the first is taken")
            return fitted(self.of(choices[0], depth + 1), length) if choices else [Piece("gap", length)]
        if isinstance(segment, components.NestedScope):
            layers = list(segment.slots)
            self._lose("effect", f"of {len(layers)} layers in one clip the highest is taken")
            return fitted(self.of(layers[-1], depth + 1), length) if layers else [Piece("gap", length)]
        if isinstance(segment, components.Pulldown):
            self._lose("effect", "a pulldown is taken out")
            return fitted(self.of(segment["InputSegment"].value, depth + 1), length)
        if not isinstance(segment, components.Filler | components.ScopeReference):
            self._lose("effect", f"{type(segment).__name__} is left out")
        return [Piece("gap", length)]

    def length(self, component: Any) -> int:
        value = component.getvalue("Length")
        if not isinstance(value, int) or not 0 <= value <= LONGEST:
            raise FormatError(
                "AP-FORMAT-646",
                f"a {type(component).__name__} of {self.track or 'a track'} is {value} edit units long",
                file=self.file,
                remedy="export it again",
            )
        return value

    def _clip(self, segment: Any, length: int) -> Piece:
        comment = attributes(segment, "ComponentAttributeList").get("_COMMENT", "")
        start = segment.start or 0
        if abs(start) > LONGEST:
            raise FormatError("AP-FORMAT-646", f"a clip of {self.track} starts at {start}", file=self.file)
        return Piece(
            "clip", length, segment.mob_id, segment.slot_id or 0, start, length, comment=str(comment)
        )

    def _way(self, segment: Any, length: int) -> Piece:
        cut = segment.cutpoint or 0
        if not 0 <= cut <= length:
            raise FormatError(
                "AP-FORMAT-646",
                f"a transition of {self.track}, {length} long, has its cut at {cut}",
                file=self.file,
            )
        group = segment.getvalue("OperationGroup")
        if group is None:
            return Piece("way", length, cut=cut)
        auid, name, _ = effects.operation_of(group)
        if auid == effects.WIPE:
            number = self._constant(group, effects.WIPE_NUMBER)
            return Piece("way", length, cut=cut, wipe=int(number) if number is not None else 1)
        if auid not in effects.DISSOLVES and "dissolve" not in name.casefold():
            self._lose("dissolve", f"the transition {name or auid!r} is read as a dissolve", "approximated")
        return Piece("way", length, cut=cut)

    def _selected(self, segment: Any, length: int, depth: int) -> list[Piece]:
        """What a selector shows; where that is nothing, its clip is disabled."""
        chosen = segment["Selected"].value
        others = list(segment.getvalue("Alternates") or ())
        if isinstance(chosen, components.Filler | components.ScopeReference) and others:
            if len(others) > 1:
                self._lose("effect", f"of {len(others)} disabled alternates the first is taken")
            pieces = fitted(self.of(others[0], depth + 1), length)
            return [replace(one, muted=True) if one.kind == "clip" else one for one in pieces]
        if others:
            self._lose("effect", f"a group clip: its {len(others)} other angles are left out")
        return fitted(self.of(chosen, depth + 1), length)

    def _effect(self, group: Any, length: int, depth: int) -> list[Piece]:
        auid, name, warps = effects.operation_of(group)
        inputs = [self.of(one, depth + 1) for one in group.getvalue("InputSegments") or ()]
        shown = [one for one in inputs if any(piece.kind == "clip" for piece in one)]
        if not shown:
            if not inputs:
                self._lose("generator", f"{name or auid} has no media and is a gap now")
            return [Piece("gap", length)]
        inner = shown[0]
        if len(shown) > 1:
            self._lose("effect", f"{name or auid}: of its {len(shown)} layers the first is taken")
        if auid == effects.SPEED or warps or auid == effects.REPEAT:
            return [self._faster(group, inner, length, auid)]
        pieces = fitted(inner, length)
        if auid in effects.GAINS:
            amplitude = self._constant(group, effects.AMPLITUDE)
            if amplitude is None:
                self._lose("gain", "a gain that changes over time is left out")
                return pieces
            return [self._louder(one, amplitude) for one in pieces]
        if not self._is_plain_pan(group, auid):
            self._lose("effect", f"{name or auid} is left out")
        return pieces

    def _faster(self, group: Any, inner: list[Piece], length: int, auid: str) -> Piece:
        used = sum(piece.length if piece.kind != "way" else -piece.length for piece in inner)
        ratio = Fraction(length) if auid == effects.REPEAT else self._ratio(group)
        if ratio is None:
            ratio = Fraction(length, max(used, 1))
            self._lose("speed", "a speed that changes over time is its average now", "approximated")
        if len(inner) == 1 and inner[0].ratio is None:
            return replace(inner[0], length=length, ratio=ratio)
        return Piece("clip", length, used=used, ratio=ratio, nested=tuple(inner))

    def _ratio(self, group: Any) -> Fraction | None:
        """Output length to input length; None where the speed is no constant."""
        for one in effects.parameters_of(group).values():
            if one.parameterdef is not None and one.parameterdef.name == _SPEED_POINTS:
                points = one.getvalue("PointList") or ()
                if len(points) != 2:
                    return None
                times, places = ([effects.exact(p[name].value) for p in points] for name in ("Time", "Value"))
                rise, run = places[1] - places[0], times[1] - times[0]
                if run:
                    return run / rise if rise else Fraction(0)
        return self._constant(group, effects.SPEED_RATIO)

    def _constant(self, group: Any, parameter: str) -> Fraction | None:
        found = effects.parameters_of(group).get(parameter)
        return effects.exact(found.value) if isinstance(found, ConstantValue) else None

    def _is_plain_pan(self, group: Any, auid: str) -> bool:
        """Whether a pan leaves the sound in the middle, where it is in a cut."""
        if auid != effects.PAN:
            return False
        pan = effects.parameters_of(group).get(effects.PAN_VALUE)
        if pan is None:
            return True
        points = [pan] if isinstance(pan, ConstantValue) else pan.getvalue("PointList") or ()
        return all(effects.exact(one["Value"].value) == Fraction(1, 2) for one in points)

    def _louder(self, piece: Piece, amplitude: Fraction) -> Piece:
        if piece.kind != "clip":
            return piece
        return replace(piece, amplitude=(piece.amplitude or 1) * amplitude)

    def _lose(self, feature: str, detail: str, kind: Literal["lost", "approximated"] = "lost") -> None:
        loss = Loss(feature, self.track, kind, detail)
        if loss not in self.losses[-20:]:  # one of a kind a track is enough to be told
            self.losses.append(loss)


@dataclass(frozen=True)
class Placed:
    """A clip in its place on the track, what is seen of it. Edit units of the track."""

    piece: Piece
    start: int
    end: int
    covered: int  # of the clip, before start, by the transition into it
    way: Piece | None  # into it
    fade: Piece | None  # out of it into a gap, which ends with the clip


def placed(pieces: Sequence[Piece]) -> Iterator[Placed]:
    """The clips of a row of pieces. A fade into a gap belongs to its clip as far as it is seen."""
    rows: list[tuple[Piece, int, Piece | None]] = []
    at, way = 0, None
    for piece in pieces:
        if piece.kind == "way":
            at, way = at - piece.length, piece
        else:
            rows.append((piece, at, way))
            at, way = at + piece.length, None
    for number, (piece, start, into) in enumerate(rows):
        if piece.kind == "gap":
            continue
        end, fade, out = start + piece.length, None, None
        if number + 1 < len(rows):
            following, _, out = rows[number + 1]
            if out is not None and following.kind == "gap":
                fade = out
            elif out is not None:
                end -= out.length - out.cut
        elif way is not None:  # a transition at the very end, into nothing
            fade = way
        covered = into.cut if into is not None else 0
        yield Placed(piece, start + covered, end, covered, into, fade)


def fitted(pieces: list[Piece], length: int) -> list[Piece]:
    """Pieces cut or filled up to a length."""
    total = sum(-one.length if one.kind == "way" else one.length for one in pieces)
    if total < length:
        return [*pieces, Piece("gap", length - total)]
    found = list(pieces)
    while total > length and found:
        last = found.pop()
        total -= -last.length if last.kind == "way" else last.length
        if last.kind != "way" and total < length:
            kept = length - total
            used = kept if last.ratio is None else last.used
            found.append(replace(last, length=kept, used=used))
            break
    return found


def shown_at(start: int, used: int, speed: Fraction, offset: int, rate: Fraction) -> Fraction:
    """Seconds of source shown at a frame of a clip, from where the clip's source frames say; rate: of these
    frames. offset: how many frames after the clip's first one, which a transition may cover."""
    first = start if speed >= 0 else start + used - 1
    return (first + offset * speed) / rate
