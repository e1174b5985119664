"""From signs to damage: signs close together are one stretch, with its place, its reason and its evidence."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from av.container import InputContainer
from av.stream import Stream

from answerprint.core.errors import MediaError
from answerprint.core.records import Damage
from answerprint.core.time import Range, Time
from answerprint.media.evidence import Clue, Evidence, StreamFacts
from answerprint.media.faults import Fault
from answerprint.media.reading import stream_end
from answerprint.media.sample_tables import media_length

NEAR_SECONDS = Fraction(1)  # signs closer than this are one damaged stretch
MOST_EVIDENCE = 6  # distinct signs written down for a stretch
SHORT_BY = Fraction(1, 4)  # seconds (and two pictures) that a file may end before it says: rounding, padding
SOUND_GAP = Fraction(3, 2)  # packets; sound packets follow one another, so a longer step has lost some

Kind = Literal["corrupt_data", "missing_frames", "truncated", "bad_header", "bad_timestamps", "undecodable"]
_WORST_FIRST: tuple[Kind, ...] = (
    "truncated",
    "missing_frames",
    "undecodable",
    "bad_header",
    "corrupt_data",
    "bad_timestamps",
)
_TRUNCATED = re.compile(r"partial file|[Tt]runcat|moov atom not found|unexpected end|File ended prematurely")
_TIMESTAMPS = re.compile(
    r"[Nn]on.?monoton|[Ii]nvalid (?:dts|pts|timestamps)|DTS .*(?:out of order|discontinuity)"
)
# Containers that say how long they are, apart from what they hold.
_SAY_THEIR_LENGTH = ("mov", "matroska", "mxf", "flac", "wav", "aiff", "w64", "avi")
_SAY_THEIR_COUNT = ("mov", "avi", "mxf")


@dataclass(frozen=True)
class Sign:
    """One sign of damage. start and end in seconds on the file's clock, None where that is not known."""

    kind: Kind
    text: str
    stream: int | None = None
    start: Fraction | None = None
    end: Fraction | None = None
    lost: int = 0


def judge(container: InputContainer, evidence: Evidence, faults: Sequence[Fault]) -> tuple[Damage, ...]:
    """The damage that a decode's evidence and a container's faults show, in order of time, unplaced first."""
    signs = [
        *(_of_clue(clue, evidence) for clue in evidence.clues),
        *_of_faults(faults, evidence),
        *_of_counts(container, evidence),
    ]
    unplaced = [sign for sign in signs if sign.start is None]
    if any(sign.start is not None for sign in signs):
        # Said while the file was opened and read ahead, before any packet: the placed signs are of the same.
        placed_first = min(sign.start for sign in signs if sign.start is not None)
        unplaced, early = _parted(unplaced, lambda sign: sign.kind in ("bad_header", "truncated"))
        signs += [replace(sign, start=placed_first) for sign in early]
    placed = sorted((sign for sign in signs if sign.start is not None), key=lambda sign: sign.start or 0)
    found: list[Damage] = []
    for kind in _WORST_FIRST:
        group = [sign for sign in unplaced if sign.kind == kind]
        if group:
            found.append(_damage(group))
    stretch: list[Sign] = []
    reach = Fraction(0)
    for sign in placed:
        assert sign.start is not None
        if stretch and sign.start > reach + NEAR_SECONDS:
            found.append(_damage(stretch))
            stretch = []
        reach = max(reach, sign.end or sign.start) if stretch else (sign.end or sign.start)
        stretch.append(sign)
    if stretch:
        found.append(_damage(stretch))
    return tuple(found)


def _parted(signs: Iterable[Sign], test: Callable[[Sign], bool]) -> tuple[list[Sign], list[Sign]]:
    """The signs that pass the test, and those that do not."""
    signs = list(signs)
    return [sign for sign in signs if test(sign)], [sign for sign in signs if not test(sign)]


def unreadable(error: MediaError, faults: Sequence[Fault]) -> tuple[Damage, ...]:
    """The damage of a file that could not be opened at all."""
    signs = [Sign(fault.kind, f"byte {fault.at}: {fault.reason}") for fault in faults]
    kind: Kind = "truncated" if any(sign.kind == "truncated" for sign in signs) else "bad_header"
    if _TRUNCATED.search(error.message):
        kind = "truncated"
    return (_damage([Sign(kind, error.message), *signs], kind),)


def _damage(signs: Sequence[Sign], worst: Kind | None = None) -> Damage:
    kind: Kind = worst if worst else min((sign.kind for sign in signs), key=_WORST_FIRST.index)
    texts = Counter(sign.text for sign in signs)
    evidence = [
        f"{text} (×{count})" if count > 1 else text for text, count in texts.most_common(MOST_EVIDENCE)
    ]
    streams = {sign.stream for sign in signs if sign.stream is not None}
    starts = [sign.start for sign in signs if sign.start is not None]
    ends = [end for sign in signs if (end := sign.start if sign.end is None else sign.end) is not None]
    where = Range(Time.of_seconds(min(starts)), Time.of_seconds(max(*starts, *ends))) if starts else None
    return Damage(
        kind=kind,
        range=where,
        reason=next((sign.text for sign in signs if sign.kind == kind), signs[0].text),
        evidence=tuple(evidence),
        frames_lost=sum(sign.lost for sign in signs) or None,
        stream=streams.pop() if len(streams) == 1 else None,
    )


def _of_clue(clue: Clue, evidence: Evidence) -> Sign:
    kind: Kind = "undecodable" if clue.source == "decode error" else "corrupt_data"
    if _TRUNCATED.search(clue.text):
        kind = "truncated"
    elif _TIMESTAMPS.search(clue.text):
        kind = "bad_timestamps"
    text = clue.text if clue.source in ("log", "level") else f"{clue.source}: {clue.text}"
    facts = evidence.facts.get(clue.stream) if clue.stream is not None else None
    end = clue.at + _step(facts) if clue.at is not None and facts is not None else clue.at
    return Sign(kind, text, clue.stream, clue.at, end)


def _of_faults(faults: Sequence[Fault], evidence: Evidence) -> Iterator[Sign]:
    """A fault's byte is placed in time by the packets read from around it; a header has no time."""
    places = sorted(evidence.places) if faults else []
    bytes_read = [place for place, _ in places]
    for fault in faults:
        text = f"byte {fault.at}: {fault.reason}"
        if fault.kind == "bad_header" or not places or fault.at < bytes_read[0]:
            yield Sign(fault.kind, text)
            continue
        first = max(0, bisect.bisect_right(bytes_read, fault.at) - 1)
        last = first if fault.end is None else max(first, bisect.bisect_left(bytes_read, fault.end) - 1)
        times = [time for _, time in places[first : last + 1]]
        yield Sign(fault.kind, text, None, min(times), max(times))


def _of_counts(container: InputContainer, evidence: Evidence) -> Iterator[Sign]:
    """Declared against read, and read against decoded."""
    name = container.format.name
    for index, facts in evidence.facts.items():
        if facts.kind == "video":
            yield from _pictures(index, facts, container)
        else:
            yield from _sound(index, facts, name)
        if facts.packets and not facts.frames:
            yield Sign("undecodable", f"none of its {facts.packets} packets could be decoded", index)
    if name.startswith(_SAY_THEIR_LENGTH):
        yield from _length(container, evidence)


def _pictures(index: int, facts: StreamFacts, container: InputContainer) -> Iterator[Sign]:
    stream = container.streams[index]
    declared = stream.frames if container.format.name.startswith(_SAY_THEIR_COUNT) else 0
    if declared and container.format.name.startswith("mov"):
        declared -= _trimmed(container, stream, facts)
    read = facts.packets + facts.hidden
    if declared > read:
        at = _end_of(facts)
        lost = declared - read
        yield Sign("truncated", f"{lost} of {declared} pictures are missing", index, at, at, lost)
    two_fields = facts.interlaced and facts.packets >= 2 * facts.frames - 2
    if facts.frames < facts.packets and not two_fields:
        given = set(facts.pts)
        missing = sorted(pts for pts, _ in facts.packet_pts if pts not in given)
        lost = facts.packets - facts.frames
        start = missing[0] * facts.time_base if missing else _end_of(facts)
        end = missing[-1] * facts.time_base + _step(facts) if missing else start
        text = f"{facts.packets} pictures were read and {facts.frames} came out of the decoder"
        yield Sign("missing_frames", text, index, start, end, lost)
    if facts.pts and facts.without_time:
        yield Sign("bad_timestamps", f"{facts.without_time} pictures have no timestamp", index)
    back = np.flatnonzero(np.diff(np.array(facts.pts, np.int64)) <= 0)
    if len(back):
        at = facts.pts[int(back[0])] * facts.time_base
        yield Sign("bad_timestamps", f"time goes back at {len(back)} pictures", index, at, at + _step(facts))


def _trimmed(container: InputContainer, stream: Stream, facts: StreamFacts) -> int:
    """Pictures that a clip's edit list leaves out of what is read: it begins after a keyframe or ends early.

    Only where the list is that much shorter than the media it shows: a broken table hides pictures too.
    """
    left_out = stream.frames - len(stream.index_entries)
    if left_out <= 0 or not facts.packet_pts or stream.duration is None:
        return 0
    whole = media_length(Path(container.name), stream.id)
    hidden = whole - stream.duration * facts.time_base if whole is not None else Fraction(0)
    return left_out if hidden >= left_out * _step(facts) / 2 else 0


def _sound(index: int, facts: StreamFacts, container: str) -> Iterator[Sign]:
    if not container.startswith(("mpegts", "matroska")):
        return
    for (first, length), (second, _) in pairwise(facts.packet_pts):
        step = second - first
        if length > 0 and step > length * SOUND_GAP and step * facts.time_base > NEAR_SECONDS / 20:
            start, end = (first + length) * facts.time_base, second * facts.time_base
            text = f"{float(end - start):.3f} s of sound are missing"
            yield Sign("missing_frames", text, index, start, end)


def _length(container: InputContainer, evidence: Evidence) -> Iterator[Sign]:
    ends = [_end_of(facts) for facts in evidence.facts.values() if facts.packet_pts]
    per_stream = container.format.name.startswith(("mov", "mxf", "flac", "wav", "aiff", "w64", "avi"))
    for index, facts in evidence.facts.items():
        said = stream_end(container, container.streams[index])
        if said is None or not facts.packet_pts or facts.still:
            continue
        got = _end_of(facts) if per_stream else max(ends)
        if said - got > max(SHORT_BY, 2 * _step(facts)):
            text = f"it says that it lasts {float(said):.3f} s and ends at {float(got):.3f} s"
            yield Sign("truncated", text, index, got, said)


def _end_of(facts: StreamFacts) -> Fraction:
    if not facts.packet_pts:
        return Fraction(0)
    last, length = max(facts.packet_pts)
    return (last + length) * facts.time_base


def _step(facts: StreamFacts) -> Fraction:
    """The usual distance between pictures or packets, in seconds."""
    lengths = [length for _, length in facts.packet_pts[:1000] if length > 0]
    if lengths:
        return Counter(lengths).most_common(1)[0][0] * facts.time_base
    stamps = sorted(pts for pts, _ in facts.packet_pts[:1000])
    steps = [two - one for one, two in pairwise(stamps) if two > one]
    return (Counter(steps).most_common(1)[0][0] if steps else 1) * facts.time_base
