"""From what was heard and seen to tracks: samples read back, annotations on the asset's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.logged import Listening, SoundMatch
from answerprint.core.records import Annotation, Asset, Track
from answerprint.departments.footage.listening import LISTENING_RATE
from answerprint.departments.footage.readings import Reading, ScriptListener
from answerprint.departments.footage.sync import Stamp, SyncSide
from answerprint.engine.step import Context, Item
from answerprint.formats.screenplays.model import Line, spoken_words

SOUND_RATE = Fraction(LISTENING_RATE)


def hear_lines(
    samples: NDArray[np.int16],
    listening: Listening,
    voice: Track,
    lines: Sequence[Line],
    match: SoundMatch | None,
) -> tuple[list[Annotation], list[Annotation]]:
    """Readings and words of a clip, in 16 kHz samples of its own clock.

    match: the recording is separate sound; it is heard only where it covers the clip, and its times are put
    on the picture's clock.
    """
    start, first, last = listening.start, 0, len(samples)
    if match is not None:
        start -= match.offset.frame(SOUND_RATE)
        first = min(max(match.heard.start.frame(SOUND_RATE) - start, 0), last)
        last = min(max(match.heard.end.frame(SOUND_RATE) - start, first), last)
    spans = [
        (max(one.start - listening.start, first) - first, min(one.end - listening.start, last) - first)
        for one in voice.annotations
        if one.start - listening.start < last and one.end - listening.start > first
    ]
    heard = _listener(tuple(lines)).listen(samples[first:last], spans)
    texts = {line.key: spoken_words(line.text) for line in lines}
    at = start + first
    readings = [reading_mark(one, at, texts[one.line_key]) for one in heard.readings]
    readings += [
        Annotation(start=at + one.start_sample, end=at + one.end_sample, text=one.draft)
        for one in heard.offscript
    ]
    words = [
        Annotation(
            start=at + word.start_sample,
            end=at + word.end_sample,
            label=one.line_key,
            text=word.text,
            confidence=one.confidence,
            value={"kind": word.kind, "index": word.script_index},
        )
        for one in heard.readings
        for word in one.words
    ]
    return readings, words


@lru_cache(maxsize=1)
def _listener(lines: tuple[Line, ...]) -> ScriptListener:
    """Made once per process and script: its language model takes most of a second."""
    return ScriptListener(lines)


def reading_mark(one: Reading, at: int, written: list[str]) -> Annotation:
    """A reading as an annotation: its line's key as the label, what differs from the script as words."""
    by_kind = {
        kind: [word.text for word in one.words if word.kind == kind]
        for kind in ("repeated", "inserted", "substituted")
    }
    return Annotation(
        start=at + one.start_sample,
        end=at + one.end_sample,
        label=one.line_key,
        text=" ".join(word.text for word in one.words),
        confidence=round(one.confidence, 4),
        value={
            "completeness": round(one.completeness, 4),
            "fidelity": round(one.fidelity, 4),
            "missing": [written[index] for index in one.missing],
            **by_kind,
        },
    )


def sync_side(asset: Asset, sound: Item, listening: Listening) -> SyncSide:
    video, audio = asset.stream("video"), asset.stream("audio")
    first = next((one.start for one in (video, audio) if one is not None and one.start is not None), None)
    stamp = Stamp(asset.timecode, first) if asset.timecode is not None and first is not None else None
    by_ear = stamp is not None and stamp.timecode.source == "ltc"
    return SyncSide(
        samples=read_samples(sound.path()),
        start=listening.start,
        timecode=None if by_ear else stamp,
        ltc=stamp if by_ear else None,
    )


def read_samples(path: Path) -> NDArray[np.int16]:
    """The mono 16 kHz samples that ListenStep wrote (memory-mapped, read only)."""
    if path.stat().st_size == 0:
        return np.zeros(0, np.int16)
    samples: NDArray[np.int16] = np.memmap(path, dtype="<i2", mode="r")
    return samples


def as_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """16-bit samples as float32 −1 … 1."""
    return samples.astype(np.float32) / np.float32(32768.0)


def write_track(context: Context, asset: str, name: str, rate: Fraction, marks: list[Annotation]) -> None:
    ordered = sorted(marks, key=lambda one: (one.start, one.end, one.label))
    context.write_track(name, Track(asset=asset, name=f"{name}.1", rate=rate, annotations=tuple(ordered)))
