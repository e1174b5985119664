"""Linear timecode on an audio channel (SMPTE ST 12-1): written, read, and found among other channels.

A frame is 80 bits of biphase mark: the level turns at the start of every bit, and again in the middle of a
one. Reading follows the turns alone, so that level and polarity do not matter, and accepts a frame only where
the 16-bit sync word closes 64 bits that are a possible label.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError
from answerprint.core.timecode import can_drop, format_timecode, nominal, parse_timecode

BITS = 80
SYNC = (0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1)  # bits 64 to 79, as sent
# Places and sizes of the label's binary-coded digits, ST 12-1: frames, seconds, minutes, hours
UNITS = ((0, 4), (16, 4), (32, 4), (48, 4))
TENS = ((8, 2), (24, 3), (40, 3), (56, 2))
DROP_BIT = 10
POLARITY_BIT = {25: 59}  # 27 at 24 and 30 frames: makes the number of zeros even
RATES = (Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30))
LEVEL = 0.5  # −6 dBFS

# Times between two turns, in seconds. Half a bit lasts at most 274 µs (23.976 played 5 % slow), a whole one
# at least 397 µs (30 played 5 % fast); the rest is margin.
SHORTEST, HALF_OR_WHOLE, LONGEST = 150e-6, 330e-6, 650e-6
UNEVEN = 0.25  # how far one bit of a frame may be from the frame's mean bit
BAND = (150.0, 10_000.0)  # Hz: hum below, noise above; the code's fundamental is 0.9 to 2.5 kHz
MIRRORED = 0.01  # seconds put before and after, turned over, for the filter to settle in
ENVELOPE = 0.005  # seconds over which the level is followed
TURN = 0.3  # of the envelope: what a turn must pass on the other side to count
SILENCE = 1e-4  # −80 dBFS: below this nothing is a turn
CHUNK = 30  # seconds read at a time
OVERLAP = 0.25  # seconds read again, so that a frame across two chunks is whole in one
ENOUGH = 10  # consecutive frames that make a channel timecode: chance has never made two
SPEED_TRUSTED = 0.002  # how far the measured rate may be from a standard one and still tell 24 from 23.976


@dataclass(frozen=True)
class LtcFrame:
    """One frame as read."""

    position: float  # sample at which it begins; the earlier end when played backwards
    length: float  # samples
    label: str  # HH:MM:SS:FF, with ";" when its drop-frame flag is set
    drop: bool
    reverse: bool


@dataclass(frozen=True)
class LtcTrack:
    """Timecode found on a channel."""

    channel: int
    first: LtcFrame
    position: int  # sample at which `first` begins
    rate: Fraction
    drop: bool
    start_frame: int  # frame number of the label at sample 0, counted back from what was read
    measured: Fraction  # frames a second, measured over the whole run
    frames: int  # read
    confidence: float  # share of the frames between first and last that were read and follow one another
    reverse: bool


def encode_ltc(
    start_frame: int, frames: int, rate: Fraction, drop: bool, sample_rate: int, *, level: float = LEVEL
) -> NDArray[np.float32]:
    """Timecode from a frame number on, as (samples,) float32. Labels wrap at 24 hours; user bits are zero.

    Frames begin at exact multiples of sample_rate / rate. Raises MediaError AP-MEDIA-090 above 30 frames a
    second, where linear timecode counts pairs of frames.
    """
    base = nominal(rate)
    if base > 30:
        raise MediaError(
            "AP-MEDIA-090",
            f"linear timecode does not count {rate} frames a second",
            remedy="write it at half the rate, as ST 12-1 does",
        )
    bits = np.stack([_word(start_frame + index, rate, drop) for index in range(frames)]).ravel()
    bit_length = sample_rate / rate / BITS
    starts = np.arange(len(bits) + 1) * float(bit_length)
    turns = np.sort(np.concatenate([starts, starts[:-1][bits == 1] + float(bit_length) / 2]))
    # each sample is the mean of the square wave over its own length
    area = np.concatenate([[0.0], np.cumsum(np.diff(turns) * (1 - 2 * (np.arange(len(turns) - 1) % 2)))])
    samples = -(-frames * sample_rate * rate.denominator // rate.numerator)
    wave = np.diff(np.interp(np.arange(samples + 1), turns, area))
    return np.asarray(wave * level, np.float32)


def decode_ltc(samples: NDArray[np.float32], sample_rate: int) -> list[LtcFrame]:
    """Every frame that can be read in (samples,) float32, in order of time, forwards or backwards."""
    found: list[LtcFrame] = []
    step, overlap = CHUNK * sample_rate, int(OVERLAP * sample_rate)
    for start in range(0, max(len(samples) - overlap, 1), step):
        chunk = samples[max(0, start - overlap) : start + step + overlap]
        for frame in _decode_chunk(chunk, sample_rate, max(0, start - overlap)):
            if not found or frame.position > found[-1].position + found[-1].length / 2:
                found.append(frame)
    return found


def find_ltc(samples: NDArray[np.float32], sample_rate: int) -> LtcTrack | None:
    """The channel of (samples, channels) float32 that carries timecode, or None. A minute is enough to give.

    Speech, music, hum and noise are not timecode: ten frames must follow one another.
    """
    tracks = [
        track
        for channel in range(samples.shape[1])
        if (track := track_of(decode_ltc(samples[:, channel], sample_rate), sample_rate, channel))
    ]
    return max(tracks, key=lambda track: (track.frames * track.confidence, -track.channel), default=None)


def track_of(frames: list[LtcFrame], sample_rate: int, channel: int = 0) -> LtcTrack | None:
    """What frames read from one channel amount to; None when too few of them follow one another."""
    if len(frames) < ENOUGH:
        return None
    reverse = Counter(frame.reverse for frame in frames).most_common(1)[0][0]
    drop = Counter(frame.drop for frame in frames).most_common(1)[0][0]
    kept = [frame for frame in frames if frame.reverse == reverse and frame.drop == drop]
    positions = np.array([frame.position for frame in kept])
    usual = float(np.median([frame.length for frame in kept]))
    places = np.concatenate([[0], np.cumsum(np.maximum(1, np.rint(np.diff(positions) / usual)))])
    base = _base(kept, places, sample_rate / usual)
    rate_of_labels = Fraction(30000, 1001) if drop else Fraction(base)
    numbers = np.array([_number(frame.label, rate_of_labels, drop) for frame in kept])
    origin, agreeing = Counter((numbers + (places if reverse else -places)).tolist()).most_common(1)[0]
    follow = numbers + (places if reverse else -places) == origin
    if agreeing < ENOUGH or np.diff(places[follow]).min(initial=2) > 1:
        return None
    along, where = places[follow], positions[follow]
    length = float(np.polyfit(along, where, 1)[0])
    measured = Fraction(sample_rate / length).limit_denominator(1_000_000)
    first = kept[int(np.argmax(follow))]
    rate = _rate(base, drop, measured)
    frame_number = _number(first.label, rate_of_labels, drop)
    before = int(np.ceil(first.position / length - 1e-3))  # a frame begun within a thousandth is at its start
    return LtcTrack(
        channel=channel,
        first=first,
        position=round(first.position),
        rate=rate,
        drop=drop,
        start_frame=frame_number + (before if reverse else -before),
        measured=measured,
        frames=agreeing,
        confidence=agreeing / float(along[-1] - along[0] + 1),
        reverse=reverse,
    )


def _word(frame: int, rate: Fraction, drop: bool) -> NDArray[np.uint8]:
    """The 80 bits of a frame."""
    label = format_timecode(frame, rate, drop=drop, wrap=True).replace(";", ":")
    hours, minutes, seconds, frames = (int(part) for part in label.split(":"))
    bits = np.zeros(BITS, np.uint8)
    for value, (unit, unit_size), (ten, ten_size) in zip(
        (frames, seconds, minutes, hours), UNITS, TENS, strict=True
    ):
        bits[unit : unit + unit_size] = [value % 10 >> bit & 1 for bit in range(unit_size)]
        bits[ten : ten + ten_size] = [value // 10 >> bit & 1 for bit in range(ten_size)]
    bits[DROP_BIT] = drop
    bits[64:] = SYNC
    bits[POLARITY_BIT.get(nominal(rate), 27)] = bits.sum() % 2
    return bits


def _decode_chunk(samples: NDArray[np.float32], sample_rate: int, offset: int) -> list[LtcFrame]:
    turns = _turns(samples, sample_rate)
    values, starts, ends, run = _bits(turns, sample_rate)
    if len(values) < BITS:
        return []
    codes = np.lib.stride_tricks.sliding_window_view(values, len(SYNC)) @ (1 << np.arange(len(SYNC))[::-1])
    frames: list[LtcFrame] = []
    for reverse in (False, True):
        sync = int("".join(map(str, reversed(SYNC) if reverse else SYNC)), 2)
        heads = np.flatnonzero(codes == sync) - (0 if reverse else BITS - len(SYNC))
        heads = heads[(heads >= 0) & (heads + BITS <= len(values))]
        heads = heads[run[heads] == run[heads + BITS - 1]]
        span = heads[:, None] + np.arange(BITS)
        lengths = ends[span] - starts[span]
        mean = lengths.mean(axis=1, keepdims=True)
        even = np.abs(lengths - mean).max(axis=1, initial=0) <= UNEVEN * mean[:, 0]
        words = values[span][:, ::-1] if reverse else values[span]
        labels = _labels(words)
        for head, word, label, fine in zip(heads, words, labels, even, strict=True):
            if fine and label is not None:
                start, end = float(starts[head]), float(ends[head + BITS - 1])
                frames.append(LtcFrame(start + offset, end - start, label, bool(word[DROP_BIT]), reverse))
    return sorted(frames, key=lambda frame: frame.position)


def _turns(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Where the level turns, in samples, between two of them. The two ends count as turns: a recording that
    begins with a frame begins with its first turn."""
    pad = int(MIRRORED * sample_rate)
    if len(samples) <= pad:
        return np.zeros(0)
    from scipy.ndimage import maximum_filter1d  # here: a probe of pictures alone need not load it
    from scipy.signal import butter, sosfiltfilt

    top = min(BAND[1], 0.45 * sample_rate)
    band = butter(2, (BAND[0], top), "bandpass", fs=sample_rate, output="sos")
    mirrored = np.concatenate([-samples[pad - 1 :: -1], samples, -samples[: -pad - 1 : -1]])
    wave = sosfiltfilt(band, mirrored.astype(np.float64))
    envelope = maximum_filter1d(np.abs(wave), max(3, int(ENVELOPE * sample_rate)))
    threshold = np.maximum(TURN * envelope, SILENCE)
    side = np.where(wave > threshold, 1, np.where(wave < -threshold, -1, 0))
    decided = np.flatnonzero(side)
    if not len(decided):
        return np.zeros(0)
    changed = decided[1:][side[decided[1:]] != side[decided[:-1]]]
    # the turn itself is the last change of sign before the level was decided
    crossing = np.flatnonzero(np.signbit(wave[1:]) != np.signbit(wave[:-1]))
    left = crossing[np.searchsorted(crossing, changed, side="left") - 1]
    place = left + wave[left] / (wave[left] - wave[left + 1]) + 0.5  # a sample is the mean of its own length
    return np.asarray(place - pad, np.float64)


def _bits(
    turns: NDArray[np.float64], sample_rate: int
) -> tuple[NDArray[np.uint32], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Bits, where each starts and ends, and the number of the unbroken run it lies in."""
    gaps = np.diff(turns) / sample_rate
    sound = (gaps >= SHORTEST) & (gaps <= LONGEST)
    short = sound & (gaps < HALF_OR_WHOLE)
    index = np.arange(len(gaps))
    # runs of halves: after a whole bit they pair from their start, after anything else from their end
    opens = short & ~np.concatenate([[False], short[:-1]])
    run_start = np.maximum.accumulate(np.where(opens, index, -1))
    closes = short & ~np.concatenate([short[1:], [False]])
    run_end = np.minimum.accumulate(np.where(closes, index, len(gaps))[::-1])[::-1]
    after_whole = np.concatenate([[False], (sound & ~short)[:-1]])[run_start] if len(gaps) else sound
    paired = np.where(after_whole, index - run_start, run_end - index + 1)
    first_half = short & (paired % 2 == 0) & (index < run_end)
    heads = np.flatnonzero(first_half | (sound & ~short))
    values = first_half[heads].astype(np.uint32)
    tails = heads + 1 + values.astype(np.int64)
    broken = np.concatenate([[True], heads[1:] != tails[:-1]]) if len(heads) else np.zeros(0, bool)
    return values, turns[heads], turns[tails], np.cumsum(broken)


def _labels(words: NDArray[np.uint32]) -> list[str | None]:
    """The label of each word (n, 80); None where its digits are none."""
    units = [words[:, at : at + size] @ (1 << np.arange(size)) for at, size in UNITS]
    tens = [words[:, at : at + size] @ (1 << np.arange(size)) for at, size in TENS]
    frames, seconds, minutes, hours = (ten * 10 + unit for ten, unit in zip(tens, units, strict=True))
    possible = (frames < 30) & (seconds < 60) & (minutes < 60) & (hours < 24)
    for unit in units:
        possible &= unit < 10
    drop = words[:, DROP_BIT] == 1
    possible &= ~(drop & (frames < 2) & (seconds == 0) & (minutes % 10 != 0))
    columns = zip(hours, minutes, seconds, frames, drop, possible, strict=True)
    return [
        f"{h:02d}:{m:02d}:{s:02d}{';' if d else ':'}{f:02d}" if fine else None
        for h, m, s, f, d, fine in columns
    ]


def _base(frames: list[LtcFrame], places: NDArray[np.float64], a_second: float) -> int:
    """Frames counted in a second: by the label before a new second, else by the nearest rate."""
    ends: Counter[int] = Counter()
    for one, other, gap in zip(frames, frames[1:], np.diff(places), strict=False):
        before, after = (other, one) if one.reverse else (one, other)
        if gap == 1 and int(after.label[-2:]) == 0 and int(before.label[-2:]) + 1 in (24, 25, 30):
            ends[int(before.label[-2:]) + 1] += 1
    if ends:
        return ends.most_common(1)[0][0]
    highest = max(int(frame.label[-2:]) for frame in frames)
    return nominal(
        min((rate for rate in RATES if nominal(rate) > highest), key=lambda rate: abs(rate - a_second))
    )


def _rate(base: int, drop: bool, measured: Fraction) -> Fraction:
    if drop:
        return Fraction(30000, 1001)
    rate = min((rate for rate in RATES if nominal(rate) == base), key=lambda rate: abs(rate - measured))
    # played at another speed the length of a frame says nothing about its rate: the whole one is the default
    return rate if abs(measured / rate - 1) <= SPEED_TRUSTED else Fraction(base)


def _number(label: str, rate: Fraction, drop: bool) -> int:
    """The frame number of a label that was read; drop-frame counts only at a rate that has it."""
    return parse_timecode(label.replace(";", ":"), rate, drop=drop and can_drop(rate))
