"""Recordings matched to one another, and room tone made of their stillness: files read, joined, written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError, UsageError
from answerprint.departments.sound.diagnosis import pauses_between
from answerprint.departments.sound.matching.match import Matched, Recording, matched
from answerprint.departments.sound.matching.room_tone import room_tone, still_spans
from answerprint.pipeline.cleaning.cleaning import voices_in, write_in_place
from answerprint.pipeline.cleaning.networks import chosen_network
from answerprint.pipeline.cleaning.source import RATE, Source

LONGEST = 20 * 60  # seconds: takes are matched, not reels
HEARD = 5 * 60  # seconds in which stillness is looked for

Samples = NDArray[np.float32]


class MatchedFile(msgspec.Struct, frozen=True, kw_only=True):
    """channels: what was done to each, in order. network: what told the noise beside the estimator."""

    channels: tuple[Matched, ...]
    samples: int
    network: str


def match_file(
    path: Path,
    other: Path,
    out: Path | None,
    *,
    stream: int | None = None,
    tell: Callable[[float], None] = lambda done: None,
) -> MatchedFile:
    """Writes `path` as it would sound where `other` was recorded: a 48 kHz float wave file of its own length,
    with its timecode and names. Each channel is matched to the mean of the other's. Without `out` it is only
    told. Raises MediaError as `Source`, UsageError AP-USE-693 for a reel."""
    one, beside = _whole(path, stream), _whole(other, None)
    like = beside[1].mean(axis=1).astype(np.float32)
    wanted = Recording.of(like, RATE, voices_in(like))
    name, network = chosen_network()
    made = np.empty_like(one[1])
    told = []
    for channel in range(one[1].shape[1]):
        mono = np.ascontiguousarray(one[1][:, channel])
        made[:, channel], done = matched(Recording.of(mono, RATE, voices_in(mono)), wanted, network)
        told.append(done)
        tell((channel + 1) / one[1].shape[1])
    if out is not None:
        write_in_place(one[0], out, iter([made]))
    return MatchedFile(channels=tuple(told), samples=len(made), network=name)


def tone_of(
    path: Path, out: Path, seconds: float, *, stream: int | None = None, seed: int = 1
) -> tuple[int, float]:
    """Writes room tone of a length, 48 kHz float, from the stillness of a recording's first five minutes;
    returns how many still stretches it is made of and their seconds. Raises MediaError AP-MEDIA-025 where
    there is less than half a second of it."""
    source = Source.of(path, stream)
    samples = source.read(0, min(source.samples, HEARD * RATE))
    mono = samples.mean(axis=1).astype(np.float32)
    sound = mono.astype(np.float64)
    spans = still_spans(sound, RATE, pauses_between(sound, RATE, voices_in(mono)))
    length = round(seconds * RATE)

    def blocks() -> Iterator[Samples]:
        try:
            yield from room_tone(samples, RATE, spans, length, seed)
        except ValueError as error:
            still = sum(end - start for start, end in spans) / RATE
            raise MediaError(
                "AP-MEDIA-025",
                f"there are {still:.2f} s of stillness in it, of {len(sound) / RATE:.0f} s listened to",
                file=str(path),
                remedy="give a recording in which half a second and more is still",
            ) from error

    write_in_place(source, out, blocks(), timecode=False)
    return len(spans), sum(end - start for start, end in spans) / RATE


def _whole(path: Path, stream: int | None) -> tuple[Source, Samples]:
    source = Source.of(path, stream)
    if source.samples > LONGEST * RATE:
        raise UsageError(
            "AP-USE-693",
            f"it lasts {source.samples / RATE / 60:.0f} minutes: takes are matched, not reels",
            file=str(path),
            remedy=f"give takes of up to {LONGEST // 60} minutes",
        )
    return source, source.read(0, source.samples)
