"""One decode feeding many consumers: each on its own thread, behind a queue that holds the decoder back."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av.logging
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame

from answerprint.core.errors import MediaError
from answerprint.media.damage import judge
from answerprint.media.decode import sound_line
from answerprint.media.evidence import Evidence
from answerprint.media.forms import (
    Consumer,
    DecodeSummary,
    PictureBlock,
    PictureForm,
    SoundBlock,
    SoundForm,
    Wants,
)
from answerprint.media.guard import LogLine, decodable, open_media
from answerprint.media.pixels import PictureBatch
from answerprint.media.reading import decode, stream_end

__all__ = [
    "Consumer",
    "DecodeSummary",
    "PictureBlock",
    "PictureForm",
    "SoundBlock",
    "SoundForm",
    "Wants",
    "fan_out",
]

T = TypeVar("T")

QUEUE_BLOCKS = 2  # blocks waiting for a consumer before the decoder waits for it
BLOCK_PICTURES = 16
PROGRESS_STEPS = 200  # progress is told at most this often over a file


def fan_out(
    path: Path | str,
    consumers: Sequence[Consumer],
    *,
    progress: Callable[[float], None] | None = None,
    threads: int = 0,
) -> DecodeSummary:
    """Decode a file once for all consumers, each distinct form converted once and shared (read-only arrays).

    Pictures come from the first picture stream, sound from every sound stream (told apart by `stream`).
    Without a consumer for either the file is still decoded, counted and searched for damage. `finish` is
    called for every consumer on its own thread at the end. A consumer's exception stops the decode and is
    raised here, the consumer in its attribute `consumer`. progress: told 0…1. threads: the decoder's, 0 for
    one a core. One call at a time in a process: FFmpeg's log names no container.
    Raises MediaError AP-MEDIA-001…012, 015, 017.
    """
    file = os.fspath(path)
    opening: list[LogLine] = []
    with open_media(path, opening) as container, av.logging.Capture(local=False) as log:
        log.extend(opening)
        streams = _streams(container, file, threads)
        evidence = Evidence(log, streams)
        stop = threading.Event()
        workers = [_Worker(consumer, stop) for consumer in consumers]
        try:
            _decode(container, streams, evidence, workers, stop, _Progress(progress, container))
            summary = _summary(Path(path), container, streams, evidence)
            for worker in workers:
                worker.give(lambda consumer: consumer.finish(summary))
        finally:
            for worker in workers:
                worker.end()
        for worker in workers:
            worker.raise_failure()
        return summary


class _Worker:
    """A consumer's thread and the queue before it."""

    def __init__(self, consumer: Consumer, stop: threading.Event) -> None:
        self.consumer = consumer
        self._stop = stop
        self._failure: BaseException | None = None
        self._queue: queue.Queue[Callable[[Consumer], None] | None] = queue.Queue(QUEUE_BLOCKS)
        self._thread = threading.Thread(target=self._work, name=type(consumer).__name__, daemon=True)
        self._thread.start()

    def give(self, call: Callable[[Consumer], None]) -> None:
        """Wait for room, then queue a call to the consumer. Dropped once the decode is stopping."""
        while not self._stop.is_set():
            try:
                self._queue.put(call, timeout=0.1)
                return
            except queue.Full:
                continue

    def end(self) -> None:
        self._queue.put(None)
        self._thread.join()

    def raise_failure(self) -> None:
        if self._failure is not None:
            self._failure.consumer = self.consumer  # type: ignore[attr-defined]  # named for the caller
            raise self._failure

    def _work(self) -> None:
        while (call := self._queue.get()) is not None:
            if self._failure is not None or self._stop.is_set():
                continue  # keep taking, so that nobody waits for room
            try:
                call(self.consumer)
            except BaseException as failure:  # noqa: BLE001  # carried to the caller's thread and raised there
                self._failure = failure
                self._stop.set()


class _Progress:
    def __init__(self, tell: Callable[[float], None] | None, container: InputContainer) -> None:
        self._tell = tell
        self._told = -1
        ends = [end for stream in container.streams if (end := stream_end(container, stream)) is not None]
        self._end = max(ends, default=Fraction(0))

    def at(self, seconds: Fraction) -> None:
        if self._tell is None or self._end <= 0:
            return
        step = int(min(Fraction(1), seconds / self._end) * PROGRESS_STEPS)
        if step > self._told:
            self._told = step
            self._tell(step / PROGRESS_STEPS)

    def done(self) -> None:
        if self._tell is not None and self._told < PROGRESS_STEPS:
            self._tell(1.0)


def _streams(container: InputContainer, file: str, threads: int) -> list[Stream]:
    """The streams to decode: the first picture and every sound stream. Raises when none can be."""
    moving = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
    wanted: list[Stream] = [*moving[:1], *container.streams.audio]
    chosen: list[Stream] = []
    refused: MediaError | None = None
    for stream in wanted:
        try:
            chosen.append(decodable(stream, file, threads=threads))
        except MediaError as error:
            refused = error
    if not chosen:
        raise refused or MediaError(
            "AP-MEDIA-017", "there is neither picture nor sound in this file", file=file
        )
    return chosen


def _decode(
    container: InputContainer,
    streams: Sequence[Stream],
    evidence: Evidence,
    workers: Sequence[_Worker],
    stop: threading.Event,
    progress: _Progress,
) -> None:
    pictures = {
        stream.index: [
            (
                PictureBatch(form, stream.time_base, BLOCK_PICTURES),
                [w for w in workers if w.consumer.wants.picture == form],
            )
            for form in _distinct(worker.consumer.wants.picture for worker in workers)
        ]
        for stream in streams
        if stream.type == "video" and stream.time_base is not None
    }
    sounds = {
        stream.index: [
            (sound_line(form, stream, container), [w for w in workers if w.consumer.wants.sound == form])
            for form in _distinct(worker.consumer.wants.sound for worker in workers)
        ]
        for stream in streams
        if isinstance(stream, AudioStream)
    }
    for stream, frame in decode(container, streams, evidence):
        if stop.is_set():
            return
        if frame.pts is not None and stream.time_base is not None:
            progress.at(frame.pts * stream.time_base)
        if isinstance(frame, VideoFrame) and frame.pts is not None:
            for batch, takers in pictures.get(stream.index, ()):
                _hand_pictures(batch.push(frame, frame.pts), takers)
        elif isinstance(frame, AudioFrame):
            for line, takers in sounds.get(stream.index, ()):
                _hand_sound(line.push(frame), takers)
    for batches in pictures.values():
        for batch, takers in batches:
            _hand_pictures(batch.flush(), takers)
    for lines in sounds.values():
        for line, takers in lines:
            _hand_sound(line.flush(), takers)
    progress.done()


def _distinct(forms: Iterable[T | None]) -> list[T]:
    return list(dict.fromkeys(form for form in forms if form is not None))


def _hand_pictures(blocks: Iterable[PictureBlock], takers: Sequence[_Worker]) -> None:
    for block in blocks:
        for taker in takers:
            taker.give(lambda consumer, block=block: consumer.picture(block))  # type: ignore[misc]


def _hand_sound(blocks: Iterable[SoundBlock], takers: Sequence[_Worker]) -> None:
    for block in blocks:
        for taker in takers:
            taker.give(lambda consumer, block=block: consumer.sound(block))  # type: ignore[misc]


def _summary(
    path: Path, container: InputContainer, streams: Sequence[Stream], evidence: Evidence
) -> DecodeSummary:
    evidence.listen()
    picture = next((evidence.facts[one.index] for one in streams if one.type == "video"), None)
    pts = np.array(picture.pts if picture else (), np.int64)
    pts.flags.writeable = False
    return DecodeSummary(
        pictures=len(pts),
        pts=pts,
        time_base=picture.time_base if picture else None,
        samples={one.index: evidence.facts[one.index].samples for one in streams if one.type == "audio"},
        damage=judge(path, container, evidence),
    )
