"""Audio fingerprints: which recordings may have heard the same, found among many at once.

Landmarks (Wang 2003): peaks of the spectrogram in pairs, each pair a number that survives another microphone,
noise and level. Recordings of one moment share many pairs at one offset. What is found here is only a
candidate: `matching.sync_offset` places it to the sample, or refuses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter
from scipy.signal import get_window

RATE = 16_000  # of the samples that are given
DECIMATE = 2
WINDOW, HOP = 1024, 256  # samples at 8 kHz: 128 ms seen every 32 ms
HOP_SECONDS = HOP * DECIMATE / RATE
LOWEST, HIGHEST = 24, 448  # bins of 7.8 Hz: 190 Hz to 3.5 kHz, where every microphone hears
ACROSS, ALONG = 15, 7  # bins and frames a peak is the highest of
PEAKS = 24  # a second at most, the highest first
FAN, NEAREST, FARTHEST = 8, 2, 48  # pairs a peak begins, and how many frames later its partner comes
BLOCK = 60 * RATE  # samples looked at at a time
SLACK = 2  # frames that two pairs of one offset may differ by
ENOUGH = 6  # pairs at one offset
PARTNERS = 12  # candidates of one recording at most, the surest
COMMON = 0.02  # of all pairs: a number in more of them than this says nothing

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Landmarks:
    """Pairs of one recording: what they are, and the frame (of 32 ms) each begins at."""

    pairs: NDArray[np.uint32]
    frames: NDArray[np.int32]


@dataclass(frozen=True)
class Candidate:
    """Two recordings that may share a moment. lag: seconds of the second's start after the first's start."""

    first: str
    second: str
    lag: float
    votes: int
    above: float  # times the votes at the second best offset


def landmarks(samples: NDArray[np.int16] | Floats) -> Landmarks:
    """Landmarks of mono sound (n,) at 16 kHz; read block by block, so that it may be a memory map."""
    frames: list[NDArray[np.int32]] = []
    bins: list[NDArray[np.int32]] = []
    for start in range(0, len(samples), BLOCK):
        block = samples[start : start + BLOCK + WINDOW * DECIMATE]
        if len(block) < 2 * WINDOW * DECIMATE:
            break
        at, height = _peaks(_spectrogram(block))
        first = start // (HOP * DECIMATE)
        own = at < BLOCK // (HOP * DECIMATE)
        frames.append((at[own] + first).astype(np.int32))
        bins.append(height[own].astype(np.int32))
    if not frames:
        return Landmarks(np.zeros(0, np.uint32), np.zeros(0, np.int32))
    return _paired(np.concatenate(frames), np.concatenate(bins))


def candidates(heard: Mapping[str, Landmarks]) -> list[Candidate]:
    """Pairs of recordings that share landmarks at one offset, the surest first; a recording is in twelve at
    most unless it is another's choice, so that what is compared grows with the number of recordings only."""
    names = list(heard)
    pairs = np.concatenate([heard[name].pairs for name in names]) if names else np.zeros(0, np.uint32)
    if not len(pairs):
        return []
    frames = np.concatenate([heard[name].frames for name in names])
    owner = np.repeat(np.arange(len(names)), [len(heard[name].pairs) for name in names])
    order = np.lexsort((owner, pairs))
    pairs, frames, owner = pairs[order], frames[order], owner[order]
    votes = _votes(pairs, frames, owner)
    found = []
    for (first, second), lags in votes.items():
        lag, count, other = _best(lags)
        above = count / max(1, other)
        if count >= ENOUGH:
            found.append(Candidate(names[first], names[second], lag * HOP_SECONDS, count, round(above, 2)))
    found.sort(key=lambda one: (-one.votes * min(one.above, 3.0), one.first, one.second))
    partners = dict.fromkeys(names, 0)
    kept = []
    for one in found:
        if min(partners[one.first], partners[one.second]) < PARTNERS:
            kept.append(one)
            partners[one.first] += 1
            partners[one.second] += 1
    return kept


def _votes(
    pairs: NDArray[np.uint32], frames: NDArray[np.int32], owner: NDArray[np.int64]
) -> dict[tuple[int, int], NDArray[np.int32]]:
    """Recordings (first < second) → the lags, in frames, at which a number stands in both."""
    most = max(8, int(COMMON * len(pairs)))
    edges = np.flatnonzero(np.diff(pairs)) + 1
    starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(pairs)]])
    gathered: dict[tuple[int, int], list[NDArray[np.int32]]] = {}
    for start, end in zip(starts, ends, strict=True):
        if end - start < 2 or end - start > most or owner[start] == owner[end - 1]:
            continue
        at, whose = frames[start:end], owner[start:end]
        one, two = np.nonzero(whose[:, None] < whose[None, :])
        for who in np.unique(whose[one] * len(frames) + whose[two]):
            mine = whose[one] * len(frames) + whose[two] == who
            key = (int(who // len(frames)), int(who % len(frames)))
            gathered.setdefault(key, []).append(at[one[mine]] - at[two[mine]])
    return {key: np.concatenate(lags) for key, lags in gathered.items()}


def _best(lags: NDArray[np.int32]) -> tuple[int, int, int]:
    """The lag most pairs agree on (within the slack), how many do, and how many at the best one elsewhere."""
    lowest = int(lags.min())
    counts = np.bincount(lags - lowest, minlength=2 * SLACK + 1)
    summed = np.convolve(counts, np.ones(2 * SLACK + 1, np.int64), mode="same")
    at = int(summed.argmax())
    rest = summed.copy()
    rest[max(0, at - 3 * SLACK) : at + 3 * SLACK + 1] = 0
    return at + lowest, int(summed[at]), int(rest.max())


def _spectrogram(samples: NDArray[np.int16] | Floats) -> Floats:
    """(frames, bins) of log magnitude between LOWEST and HIGHEST."""
    sound = samples.astype(np.float32)
    if samples.dtype == np.int16:
        sound /= np.float32(32768)
    half = (sound[: len(sound) // 2 * 2 : 2] + sound[1::2][: len(sound) // 2]) * np.float32(0.5)
    count = 1 + (len(half) - WINDOW) // HOP
    view = np.lib.stride_tricks.sliding_window_view(half, WINDOW)[::HOP][:count]
    window = get_window("hann", WINDOW).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(view * window, axis=1))[:, LOWEST:HIGHEST]
    return np.asarray(np.log(spectrum.astype(np.float32) + np.float32(1e-5)), np.float32)


def _peaks(levels: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Frames and bins of the highest local peaks, in time order."""
    flat = levels - np.median(levels, axis=0, keepdims=True)  # steady hum and hiss make no peaks
    top = (maximum_filter(flat, size=(ALONG, ACROSS), mode="nearest") == flat) & (flat > 1.0)
    frames, bins = np.nonzero(top)
    second = (frames * HOP_SECONDS).astype(np.int64)
    rank = np.lexsort((-flat[frames, bins], second))
    frames, bins, second = frames[rank], bins[rank], second[rank]
    first_of = np.searchsorted(second, second, side="left")
    kept = np.arange(len(second)) - first_of < PEAKS
    frames, bins = frames[kept], bins[kept]
    order = np.lexsort((bins, frames))
    return frames[order], bins[order]


def _paired(frames: NDArray[np.int32], bins: NDArray[np.int32]) -> Landmarks:
    pairs: list[NDArray[np.uint32]] = []
    starts: list[NDArray[np.int32]] = []
    taken = np.zeros(len(frames), np.int64)
    for step in range(1, 4 * FAN):
        if step >= len(frames):
            break
        apart = frames[step:] - frames[:-step]
        good = (apart >= NEAREST) & (apart <= FARTHEST) & (taken[:-step] < FAN)
        taken[:-step][good] += 1
        one, two = bins[:-step][good], bins[step:][good]
        # nine bits each for the two pitches (halved: a bin of slack), six for the time between
        pairs.append(((one // 2) << 17 | (two // 2) << 8 | apart[good]).astype(np.uint32))
        starts.append(frames[:-step][good])
    if not pairs:
        return Landmarks(np.zeros(0, np.uint32), np.zeros(0, np.int32))
    return Landmarks(np.concatenate(pairs), np.concatenate(starts))
