"""The small parts of OTIO documents as a cut has them: times, notes, transitions, speeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any
from urllib.parse import unquote

import msgspec
import opentimelineio as otio

from answerprint.core.cut import Marker, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, round_ticks
from answerprint.core.timecode import snap_rate
from answerprint.formats.timelines.otio_texts import restored

OWN = "answerprint"  # our key in every metadata dictionary


@contextmanager
def believed(file: str | None) -> Iterator[None]:
    """Where values of a document are taken as they stand: one that cannot be (a rate of zero, a length below
    it, a time that is no number, a record of ours that somebody changed) is FormatError AP-FORMAT-661."""
    try:
        yield
    except (
        *(ArithmeticError, AttributeError, KeyError, TypeError, ValueError),
        msgspec.ValidationError,
    ) as error:
        raise FormatError(
            "AP-FORMAT-661",
            f"this OTIO document says what cannot be: {type(error).__name__} {error}",
            file=file,
            remedy="export it again",
        ) from error


def seconds_of(time: Any) -> Fraction:
    """OTIO's double as whole frames of its snapped rate where it is whole, else as the double it is."""
    value = Fraction(time.value)
    return value.limit_denominator(1_000_000) / snap_rate(time.rate)


def frame_of(time: Any, rate: Fraction) -> int:
    """An OTIO time as a frame of a rate, the nearest."""
    return round_ticks(seconds_of(time) * rate)


def own_of(item: Any) -> dict[str, Any]:
    found = item.metadata.get(OWN)
    return dict(found) if found is not None else {}


def exact_name(own: Mapping[str, Any], visible: str) -> str:
    """Our exact name, unless somebody has renamed it since."""
    name = restored(own["name"]) if own.get("name") is not None else visible
    plain = name.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return name if plain == visible else visible


def transition_of(dissolve: Any, rate: Fraction) -> Transition:
    before, after = frame_of(dissolve.in_offset, rate), frame_of(dissolve.out_offset, rate)
    wipe = own_of(dissolve).get("wipe")
    if wipe is not None:
        return Transition("wipe", before + after, before, restored(wipe))
    return Transition("dissolve", before + after, before)


def speed_of(child: Any) -> Fraction:
    for effect in child.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            return Fraction(0)
        if isinstance(effect, otio.schema.LinearTimeWarp):
            return Fraction(effect.time_scalar).limit_denominator(100_000)
    return Fraction(1)


def asset_of(reference: Any, name: str) -> str:
    if isinstance(reference, otio.schema.ExternalReference) and reference.target_url:
        return unquote(reference.target_url, errors="surrogateescape")
    if isinstance(reference, otio.schema.GeneratorReference):
        return f"generator:{reference.generator_kind}"
    return (reference.name if reference is not None else "") or name


def markers_of(markers: Any, offset: Fraction, rate: Fraction) -> list[Marker]:
    found: list[Marker] = []
    for marker in markers:
        start = round_ticks((offset + seconds_of(marker.marked_range.start_time)) * rate)
        frames = frame_of(marker.marked_range.duration, rate)
        range_ = Range.of_ticks(start, start + max(frames, 0), rate)
        found.append(Marker(range_, marker.name, getattr(marker, "comment", ""), marker.color))
    return found


def range_document(range_: Range) -> dict[str, Any]:
    return {
        side: {"ticks": time.ticks, "rate": str(time.rate)}
        for side, time in (("start", range_.start), ("end", range_.end))
    }
