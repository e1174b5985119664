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
from av.stream import Stream
from av.video.frame import VideoFrame

from answerprint.media.container_checks import container_faults
from answerprint.media.damage import inspect, streams_to_decode
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
from answerprint.media.guard import LogLine, check_file, open_media
from answerprint.media.pixels import PictureBatch
from answerprint.media.reading import decode, rising, stream_end
from answerprint.media.verdict import judge

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
    thorough: bool = True,
) -> DecodeSummary:
    """Decode a file once for all consumers, each distinct form converted once and shared (read-only arrays).

    Pictures come from the first picture stream, sound from every sound stream (told apart by `stream`).
    Without a consumer for either the file is still decoded, counted and searched for damage, unless it is
    not to be thorough: then only what is wanted is decoded, and nothing is said of damage. `finish` is
    called for every consumer on its own thread at the end. A consumer's exception stops the decode and is
    raised here, the consumer in its attribute `consumer`. progress: told 0…1. threads: the decoder's, 0
    for one a core. One call at a time in a process: FFmpeg's log names no container.
    Raises MediaError AP-MEDIA-001…012, 015, 017.
    """
    stop = threading.Event()
    workers = [_Worker(consumer, stop) for consumer in consumers]
    try:
        summary = _decode_once(path, workers, stop, progress, threads, thorough)
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

    @property
    def wanted(self) -> bool:
        return self._tell is not None and self._end > 0

    def at(self, seconds: Fraction) -> None:
        if self._tell is None:
            return
        step = int(min(Fraction(1), seconds / self._end) * PROGRESS_STEPS)
        if step > self._told:
            self._told = step
            self._tell(step / PROGRESS_STEPS)

    def done(self) -> None:
        if self._tell is not None and self._told < PROGRESS_STEPS:
            self._tell(1.0)


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
    for stream, frame in decode(container, streams, evidence) if streams else ():
        if stop.is_set():
            return
        if progress.wanted and frame.pts is not None and stream.time_base is not None:
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


def _kinds(wanted: Iterable[Wants]) -> set[str]:
    kinds = set()
    for one in wanted:
        kinds |= ({"video"} if one.picture else set()) | ({"audio"} if one.sound else set())
    return kinds


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


def _decode_once(
    path: Path | str,
    workers: Sequence[_Worker],
    stop: threading.Event,
    progress: Callable[[float], None] | None,
    threads: int,
    thorough: bool,
) -> DecodeSummary:
    opening: list[LogLine] = []
    with open_media(path, opening) as container, av.logging.Capture(local=False) as log:
        log.extend(opening)
        streams = streams_to_decode(container, os.fspath(path), threads=threads, exact=False)
        if not thorough:
            kinds = _kinds(worker.consumer.wants for worker in workers)
            streams = [stream for stream in streams if stream.type in kinds]
        evidence = Evidence(log, streams)
        _decode(container, streams, evidence, workers, stop, _Progress(progress, container))
        evidence.listen()
        damage = judge(container, evidence, container_faults(*check_file(path))) if thorough else ()
    if damage and not stop.is_set():
        # With several threads at work a message is not told of the packet at hand, nor twice in the same
        # order: what is found broken is read again by one, so that places are right and always the same.
        damage = inspect(Path(path)).damage
    facts = evidence.facts
    picture = next((one for one in facts.values() if one.kind == "video"), None)
    pts = np.array(rising(picture.pts) if picture else (), np.int64)
    pts.flags.writeable = False
    return DecodeSummary(
        pictures=len(pts),
        pts=pts,
        time_base=picture.time_base if picture else None,
        samples={index: one.samples for index, one in facts.items() if one.kind == "audio"},
        damage=damage,
    )
