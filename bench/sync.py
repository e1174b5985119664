"""An hour of separate sound whose clock drifts: how far it lies from its picture, and what is refused.

Speech of real voices, heard by a camera across a room in noise and by a recorder whose clock gains 30
millionths; or timecode alone. The peer is plain cross-correlation of the whole, one offset for all of it.
Run: python bench/sync.py
"""

from __future__ import annotations

import os
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from answerprint.core.records import StartTimecode
from answerprint.core.time import Range, Time
from answerprint.departments.footage.sound.timecode_clock import TimecodeClock
from answerprint.departments.footage.sync.cameras import link_cameras
from answerprint.departments.footage.sync.matching import Stamp, SyncSide, match_sound
from answerprint.media.ltc import encode_ltc

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
RATE = 16_000
MINUTES = 60
DRIFT = 30e-6
LATE = 7.3  # seconds the recorder was started after the camera
FRAME = 1 / 25
Floats = NDArray[np.float32]


def talk(seconds: int, seed: int) -> Floats:
    """Sentences of the voices in chance order with pauses, each at a speed and pitch of its own: nothing is
    ever said twice the same way, as in life."""
    random = np.random.default_rng(seed)
    said = [soundfile.read(one, dtype="float32")[0] for one in sorted((DATA / "voices").glob("*.flac"))]
    pieces: list[Floats] = []
    length = 0
    while length < seconds * RATE:
        one = said[random.integers(len(said))] * random.uniform(0.3, 1.0)
        speed = random.uniform(0.85, 1.15)
        piece = np.interp(np.arange(int(len(one) / speed)) * speed, np.arange(len(one)), one)
        pause = np.zeros(int(random.uniform(0.2, 3.0) * RATE), np.float32)
        pieces += [piece.astype(np.float32), pause]
        length += len(piece) + len(pause)
    return np.concatenate(pieces)[: seconds * RATE]


def across_the_room(sound: Floats, seed: int, snr_db: float) -> Floats:
    random = np.random.default_rng(seed)
    tail = random.normal(size=4800) * np.exp(-np.arange(4800) / 700) * 0.06
    tail[0] = 1.0
    size = next_fast_len(len(sound) + len(tail))
    heard = irfft(rfft(sound, size) * rfft(tail, size), size)[: len(sound)]
    noise = random.normal(size=len(heard)) * heard.std() * 10 ** (-snr_db / 20)
    return (0.3 * (heard + noise)).astype(np.float32)


def recorded(scene: Floats) -> Floats:
    """The scene by a clock that gains DRIFT: k samples on are k / (1 + DRIFT) on the camera's clock."""
    places = LATE * RATE + np.arange(int((len(scene) - LATE * RATE) * (1 + DRIFT))) / (1 + DRIFT)
    return np.interp(places, np.arange(len(scene)), scene).astype(np.float32)


def true_offset(seconds: float) -> float:
    """Recorder's time less camera's time at a camera time."""
    return (seconds - LATE) * (1 + DRIFT) - seconds


def plain_correlation(one: Floats, two: Floats) -> float:
    size = next_fast_len(len(one) + len(two))
    values = irfft(np.conj(rfft(one, size)) * rfft(two, size), size)
    lag = int(values.argmax())
    return (lag if lag < size / 2 else lag - size) / RATE


def worst(offset_at: object) -> float:
    """The largest error, in frames of 1/25 s, over the hour."""
    return max(abs(offset_at(minute * 60) - true_offset(minute * 60)) / FRAME for minute in range(1, MINUTES))  # type: ignore[operator]


def main() -> None:
    scene = talk(MINUTES * 60, 1)
    sound = recorded(scene)
    print(f"{MINUTES} minutes, drift {DRIFT * 1e6:.0f} ppm: largest error in frames of 1/25 s\n")
    print(f"{'':<38}{'answerprint':>12}{'drift told':>12}{'seconds':>9}{'plain':>9}")
    for snr in (20.0, 5.0, 0.0):
        picture = across_the_room(scene, 2, snr)
        begun = time.perf_counter()
        (match,) = match_sound({"p": SyncSide(picture)}, {"s": SyncSide(sound)}).matches
        took = time.perf_counter() - begun

        def ours(at: float, found: object = match) -> float:
            return float(found.offset_at(Time(int(at), Fraction(1))).seconds)  # type: ignore[attr-defined]

        plain = plain_correlation(picture, sound)
        label = f"common audio, noise at {snr:.0f} dB"
        print(
            f"{label:<38}{worst(ours):>12.3f}{match.drift_ppm or 0:>12.2f}{took:>9.1f}"
            f"{worst(lambda at, one=plain: one):>9.2f}"
        )
    by_timecode()
    refusals(scene)
    cameras(scene)


def by_timecode() -> None:
    """Nothing in common to hear: the camera's timecode channel, jammed from the recorder, is all there is."""
    clock = TimecodeClock()
    timecode = encode_ltc(90_000, 25 * 60 * MINUTES, Fraction(25), False, RATE)
    places = np.arange(int(len(timecode) / (1 + DRIFT))) * (1 + DRIFT)  # on the camera's slower clock
    channel = np.interp(places, np.arange(len(timecode)), timecode).astype(np.float32)
    channel += np.random.default_rng(3).normal(0, 0.02, len(channel)).astype(np.float32)
    for start in range(0, len(channel), RATE):
        clock.add(channel[start : start + RATE])

    def stamp(source: str, at: Fraction) -> Stamp:
        return Stamp(StartTimecode("", 90_000, Fraction(25), False, source), Time.of_seconds(at))  # type: ignore[arg-type]

    hour = Range.of_ticks(0, MINUTES * 60, Fraction(1))
    nothing = np.zeros(0, np.int16)
    late = Fraction(LATE).limit_denominator(1000)
    picture = SyncSide(nothing, ltc=stamp("ltc", Fraction(0)), extent=hour, timecode_ppm=clock.ppm())
    sound = SyncSide(nothing, timecode=stamp("bwf", -late), extent=hour)
    (match,) = match_sound({"p": picture}, {"s": sound}).matches

    def ours(at: float) -> float:
        return float(match.offset_at(Time(int(at), Fraction(1))).seconds)

    # jammed at the camera's start: the recorder's clock is the timecode's, LATE seconds into it
    def true(at: float) -> float:
        return at * (1 + DRIFT) - LATE - at

    error = max(abs(ours(minute * 60) - true(minute * 60)) / FRAME for minute in range(1, MINUTES))
    print(f"{'timecode alone (LTC in noise)':<38}{error:>12.3f}{match.drift_ppm or 0:>12.2f}{'':>9}{'':>9}")


def refusals(scene: Floats) -> None:
    """Other talk by the same voices, an hour of noise, silence: nothing may be laid together."""
    picture = across_the_room(scene, 2, 10.0)
    others = {
        "other talk, the same voices": talk(MINUTES * 60, 99),
        "noise": np.random.default_rng(4).normal(0, 0.1, MINUTES * 60 * RATE).astype(np.float32),
        "silence": np.zeros(MINUTES * 60 * RATE, np.float32),
    }
    for name, other in others.items():
        found = match_sound({"p": SyncSide(picture)}, {"s": SyncSide(other)})
        print(f"{name:<38}{'refused' if not found.matches else 'LAID TOGETHER':>12}")


def cameras(scene: Floats) -> None:
    """Twelve clips by three cameras over the first 20 minutes, found by fingerprints."""
    random = np.random.default_rng(8)
    clips: dict[str, SyncSide] = {}
    starts: dict[str, float] = {}
    cards: dict[str, str] = {}
    for index in range(12):
        start, length = random.uniform(0, 1080), random.uniform(40, 120)
        name = f"{'ABC'[index % 3]}{index:02d}"
        part = scene[int(start * RATE) : int((start + length) * RATE)]
        clips[name] = SyncSide(across_the_room(part, 20 + index, 10.0))
        starts[name], cards[name] = int(start * RATE) / RATE, name[0]
    shared = {
        (one, two)
        for one in clips
        for two in clips
        if one < two and cards[one] != cards[two] and _overlap(starts, clips, one, two) > 5
    }
    begun = time.perf_counter()
    groups = link_cameras(clips, cards=cards)
    took = time.perf_counter() - begun
    joined = {
        name: group[0].first for group in groups for name in (group[0].first, *(one.second for one in group))
    }
    found = sum(1 for one, two in shared if one in joined and joined[one] == joined.get(two))
    errors = [
        abs(float(one.offset.seconds) - (starts[one.first] - starts[one.second]))
        for group in groups
        for one in group
    ]
    print(
        f"\nthree cameras, 12 clips: {found} of {len(shared)} pairs that share 5 s are in one group, "
        f"largest error {max(errors, default=0) * 1000:.1f} ms, {took:.1f} s"
    )


def _overlap(starts: dict[str, float], clips: dict[str, SyncSide], one: str, two: str) -> float:
    ends = [starts[name] + len(clips[name].samples) / RATE for name in (one, two)]
    return min(ends) - max(starts[one], starts[two])


if __name__ == "__main__":
    main()
