"""Decoded sound to float32 blocks with exact positions: gaps filled and marked, exact resampling."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from answerprint.media.forms import SoundBlock, SoundForm

Samples = NDArray[np.float32]

JITTER_SECONDS = Fraction(1, 500)  # containers that round timestamps (Matroska: 1 ms) are off by this at most
# Codecs whose blocks change length: a short block's timestamp is off by up to half a long one (measured: 470
# samples at 44 100 Hz in a Vorbis WebM).
BLOCK_SWITCHING_SECONDS = Fraction(1, 20)
BLOCK_SWITCHING = ("vorbis", "libvorbis", "wmav1", "wmav2", "wmapro")
LONGEST_GAP_SECONDS = 60  # a longer jump, past the declared end, is a wrong timestamp and not silence

_PLANES = 4  # PyAV 18 fails to fill a frame of eight planes; four are safe
_INTEGER_SCALE = {"u8": 128.0, "s16": 32768.0, "s32": 2147483648.0, "s64": 9223372036854775808.0}


class SoundLine:
    """One sound stream laid out on the file's clock in one form. Belongs to one thread.

    Positions are samples since the file's time zero. A timestamp within the container's jitter of
    where the sound before it ended continues it; later, the hole is filled with silence and marked; earlier,
    what overlaps is dropped. `jumps` lists both as (position in seconds, length in seconds, negative for an
    overlap).
    """

    def __init__(
        self,
        form: SoundForm,
        stream: int,
        rate: int,
        channels: int,
        time_base: Fraction,
        *,
        codec: str = "",
        end: Fraction | None = None,
        block_samples: int | None = None,
    ) -> None:
        self.jumps: list[tuple[Fraction, Fraction]] = []
        self.received = 0  # samples decoded, before any filling
        self._stream = stream
        self._in_rate = rate
        self._rate = form.rate or rate
        self._channels = channels
        self._mono = form.mono
        self._time_base = time_base
        self._end = end
        self._block = block_samples or self._rate
        jitter = BLOCK_SWITCHING_SECONDS if codec in BLOCK_SWITCHING else JITTER_SECONDS
        self._jitter = math.ceil(max(jitter, 2 * time_base) * rate)
        self._position: int | None = None  # in samples of the stream's rate
        self._resampling: _Resampling | None = None
        self._held: list[Samples] = []
        self._held_samples = 0
        self._start = 0  # of what is held, in samples of the form's rate

    def push(self, frame: AudioFrame) -> Iterator[SoundBlock]:
        """Blocks that became full."""
        samples = float_samples(frame, self._channels)
        if frame.sample_rate != self._in_rate:
            samples = _resampled_whole(samples, frame.sample_rate, self._in_rate)
        self.received += len(samples)
        if not len(samples):
            return
        at = self._position
        if frame.pts is not None:
            at = math.floor(frame.pts * self._time_base * self._in_rate + Fraction(1, 2))
        if self._position is None:
            self._begin(at or 0)
        elif at is not None and abs(at - self._position) > self._jitter:
            jump = at - self._position
            self.jumps.append((Fraction(self._position, self._in_rate), Fraction(jump, self._in_rate)))
            if jump < 0:
                # An overlap; when it goes back further than this frame the timestamp is wrong, not the sound.
                samples = samples[-jump:] if -jump < len(samples) else samples
            elif self._plausible(at):
                yield from self._finish_run()
                yield from self._silence(jump)
                self._begin(at)
        assert self._position is not None
        self._position += len(samples)
        yield from self._hold(self._converted(samples))

    def flush(self) -> Iterator[SoundBlock]:
        """What is left, the last block shorter than the others."""
        yield from self._finish_run()

    def _plausible(self, at: int) -> bool:
        if self._end is not None and at <= (self._end + 1) * self._in_rate:
            return True
        assert self._position is not None
        return at - self._position <= LONGEST_GAP_SECONDS * self._in_rate

    def _begin(self, position: int) -> None:
        self._position = position
        self._start = _ceil_scaled(position, self._rate, self._in_rate)
        if self._rate != self._in_rate:
            self._resampling = _Resampling(position, self._in_rate, self._rate)

    def _converted(self, samples: Samples) -> Samples:
        if self._mono and samples.shape[1] > 1:
            samples = samples.mean(axis=1, keepdims=True, dtype=np.float32)
        return self._resampling.push(samples) if self._resampling else samples

    def _hold(self, samples: Samples) -> Iterator[SoundBlock]:
        if len(samples):
            self._held.append(samples)
            self._held_samples += len(samples)
        while self._held_samples >= self._block:
            yield self._release(self._block)

    def _finish_run(self) -> Iterator[SoundBlock]:
        if self._resampling is not None and self._position is not None:
            end = _ceil_scaled(self._position, self._rate, self._in_rate)
            yield from self._hold(self._resampling.finish(end))
            self._resampling = None
        if self._held_samples:
            yield self._release(self._held_samples)

    def _release(self, count: int) -> SoundBlock:
        joined = self._held[0] if len(self._held) == 1 else np.concatenate(self._held)
        block, rest = joined[:count], joined[count:]
        self._held = [rest] if len(rest) else []
        self._held_samples = len(rest)
        block = np.ascontiguousarray(block)
        block.flags.writeable = False  # several consumers share it
        start = self._start
        self._start += count
        return SoundBlock(start=start, samples=block, rate=self._rate, stream=self._stream)

    def _silence(self, length: int) -> Iterator[SoundBlock]:
        assert self._position is not None
        end = _ceil_scaled(self._position + length, self._rate, self._in_rate)
        yield from silence(
            self._start, end, 1 if self._mono else self._channels, self._rate, self._stream, self._block
        )


def silence(
    start: int, end: int, channels: int, rate: int, stream: int, block_samples: int
) -> Iterator[SoundBlock]:
    """Marked silence over [start, end), in blocks."""
    for at in range(start, end, block_samples):
        empty = np.zeros((min(block_samples, end - at), channels), np.float32)
        empty.flags.writeable = False
        yield SoundBlock(start=at, samples=empty, rate=rate, stream=stream, gap=True)


def float_samples(frame: AudioFrame, channels: int) -> Samples:
    """(n, channels) float32 −1…1 of a frame. Another channel count is cut or padded."""
    array = frame.to_ndarray()
    own = frame.layout.nb_channels
    name = frame.format.name
    interleaved = array.T if frame.format.is_planar else array.reshape(-1, own)
    kind = name.removesuffix("p")
    if kind in _INTEGER_SCALE:
        scale = np.float32(1 / _INTEGER_SCALE[kind])
        centred = interleaved.astype(np.float32) - np.float32(128) if kind == "u8" else interleaved
        samples = centred.astype(np.float32) * scale
    else:
        samples = interleaved.astype(np.float32)
    if own > channels:
        samples = samples[:, :channels]
    elif own < channels:
        samples = np.pad(samples, ((0, 0), (0, channels - own)))
    return np.ascontiguousarray(samples)


class _Resampling:
    """One unbroken run of samples through libswresample, on a phase fixed by the file's clock.

    The run is led in with zeros from the last instant at which both rates have a sample, so a range read from
    the middle of a file falls on the same output samples as the whole file.
    """

    def __init__(self, position: int, in_rate: int, out_rate: int) -> None:
        common = math.gcd(in_rate, out_rate)
        self._in_rate, self._out_rate = in_rate, out_rate
        self._lead = position % (in_rate // common)
        grid = (position - self._lead) // (in_rate // common) * (out_rate // common)
        self._next = grid  # output position of the next sample out of the resampler
        self._start = _ceil_scaled(position, out_rate, in_rate)
        self._resamplers: list[AudioResampler] = []
        self._channels = 0

    def push(self, samples: Samples) -> Samples:
        if not self._resamplers:
            self._channels = samples.shape[1]
            self._resamplers = [
                AudioResampler("fltp", _layout(len(group)), self._out_rate) for group in self._groups()
            ]
            if self._lead:
                samples = np.concatenate([np.zeros((self._lead, self._channels), np.float32), samples])
        parts = []
        for resampler, group in zip(self._resamplers, self._groups(), strict=True):
            planes = np.ascontiguousarray(samples[:, group.start : group.stop].T)
            frame = AudioFrame.from_ndarray(planes, format="fltp", layout=_layout(len(group)))
            frame.sample_rate = self._in_rate
            parts.append(_joined(resampler.resample(frame), len(group)))
        return self._taken(parts)

    def finish(self, end: int) -> Samples:
        """The rest, exactly up to output position `end`."""
        if not self._resamplers:
            return np.zeros((0, 1), np.float32)
        groups = zip(self._resamplers, self._groups(), strict=True)
        rest = self._taken([_joined(resampler.resample(None), len(group)) for resampler, group in groups])
        surplus = self._next - end
        return rest[: max(0, len(rest) - surplus)] if surplus > 0 else np.pad(rest, ((0, -surplus), (0, 0)))

    def _groups(self) -> list[range]:
        return [range(at, min(at + _PLANES, self._channels)) for at in range(0, self._channels, _PLANES)]

    def _taken(self, parts: list[Samples]) -> Samples:
        out = np.concatenate(parts, axis=1)
        skip = min(len(out), max(0, self._start - self._next))
        self._next += len(out)
        return out[skip:]


def _joined(frames: list[AudioFrame], channels: int) -> Samples:
    parts = [np.asarray(frame.to_ndarray().T, np.float32) for frame in frames]
    return np.concatenate(parts) if parts else np.zeros((0, channels), np.float32)


def _layout(channels: int) -> str:
    return {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")


def _resampled_whole(samples: Samples, rate: int, to: int) -> Samples:
    resampling = _Resampling(0, rate, to)
    first = resampling.push(samples)
    return np.concatenate([first, resampling.finish(_ceil_scaled(len(samples), to, rate))])


def _ceil_scaled(position: int, to: int, rate: int) -> int:
    """The first sample of rate `to` at or after a position given in samples of `rate`."""
    return -(-position * to // rate)
