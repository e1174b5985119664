"""One recording matched to another: colour, level, room and noise, beside what was really done to them.

Run: python bench/matching.py [match|tone …]
`match`: one speaker's sentences through two made microphones, rooms and noises; 40 pairs. The colour is held
against the microphones' true difference and against pyloudnorm's level alone. `tone`: room tone of two
minutes from two seconds of stillness: its level and colour, and whether a loop is to be found.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import soundfile
from generated.location_noise import NOISES, RATE
from scipy.signal import oaconvolve, resample_poly

from answerprint.departments.footage.sound.voice import voice_ranges
from answerprint.departments.footage.speech.sound_in_file import voice_backend
from answerprint.departments.sound.matching.match import Recording, matched, room_response
from answerprint.departments.sound.matching.room_tone import room_tone, still_spans
from answerprint.departments.sound.matching.spectra import CENTRES, WINDOW, equalised, thirds

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
SPEAKERS = {
    "1688": ["0002", "0005", "0008", "0009"],
    "1998": ["0001", "0006", "0007", "0008"],
    "2033": ["0003", "0004", "0005", "0007"],
}
BOOKS = {"1688": "142285", "1998": "15444", "2033": "164914"}
PAIRS = 40
SEED = 9_850_000


def main() -> None:
    if not (DATA / "voices").exists():
        print("no voices: the folder of test data is not there")
        return
    for part in sys.argv[1:] or ["match", "tone"]:
        {"match": match, "tone": tone}[part]()


def recording(sound: np.ndarray) -> Recording:
    samples = sound.astype(np.float32)
    heard = resample_poly(samples, 1, 3).astype(np.float32)
    spans = [(3 * one.start_sample, 3 * one.end_sample) for one in voice_ranges(heard, voice_backend())]
    return Recording.of(samples, RATE, spans)


def spoken(speaker: str, names: list[str]) -> np.ndarray:
    parts = []
    for name in names:
        sound, rate = soundfile.read(DATA / "voices" / f"{speaker}-{BOOKS[speaker]}-{name}.flac")
        parts += [resample_poly(sound, RATE, rate), np.zeros(RATE // 2)]
    return np.concatenate([np.zeros(RATE // 2), *parts])


def microphone(random: np.random.Generator) -> np.ndarray:
    """(bands,) dB: a smooth colour, up to 8 dB either way under 7 kHz (the voices end at 8)."""
    knots = random.uniform(-8, 8, 6)
    return np.interp(np.linspace(0, 5, len(CENTRES)), np.arange(6), knots)


def match() -> None:
    rows = []
    low = np.array(CENTRES) < 6500
    for number in range(PAIRS):
        random = np.random.default_rng(SEED + number)
        speaker = list(SPEAKERS)[number % 3]
        sentences = list(random.permutation(SPEAKERS[speaker]))
        sides, colours, rooms = [], [], []
        for half in (sentences[:2], sentences[2:]):
            voice = spoken(speaker, half)
            colour = microphone(random)
            seconds = float(random.choice([0.0, random.uniform(0.3, 0.9)]))
            sound = equalised(voice, RATE, colour)
            if seconds:
                sound = oaconvolve(sound, room_response(RATE, seconds, 3.0, seed=number))[: len(sound)]
            kind = ["hiss", "fan", "traffic"][int(random.integers(3))]
            noise = NOISES[kind](random, len(sound))
            noise *= np.sqrt(np.mean(sound**2) / np.mean(noise**2)) * 10 ** (-random.uniform(22, 40) / 20)
            sides.append((sound + noise) * 10 ** (random.uniform(-12, 0) / 20))
            colours.append(colour)
            rooms.append(seconds)
        one, other = (recording(side) for side in sides)
        _, told = matched(one, other)
        true = (colours[1] - colours[0])[low]
        applied = np.array(told.equaliser)[low]
        before = np.mean(np.abs(true - true.mean()))
        after = np.mean(np.abs((true - true.mean()) - (applied - applied.mean())))
        level = abs((told.loudness_after or 0) - (told.loudness_wanted or 0))
        made_room = bool(rooms[1]) and any("put into a room" in one for one in told.done)
        room = told.rt60_wanted / rooms[1] - 1 if made_room and told.rt60_wanted else np.nan
        rows.append(
            (
                told.mismatch_before,
                told.mismatch_after,
                before,
                after,
                level,
                abs(room),
                abs(told.noise_after - told.noise_wanted),
                abs(told.noise_before - told.noise_wanted),
            )
        )
    table = np.array(rows)
    heard = 1 - table[:, 1].mean() / table[:, 0].mean()
    truth = 1 - table[:, 3].mean() / table[:, 2].mean()
    print(f"{PAIRS} pairs of other sentences of one speaker, through other microphones, rooms and noises:")
    print(
        f"  third octaves as heard: {table[:, 0].mean():.2f} dB apart, {table[:, 1].mean():.2f} after: "
        f"{heard:.0%} less (level alone: 0 %)"
    )
    print(
        f"  of the microphones' true difference {truth:.0%} undone "
        f"({table[:, 2].mean():.2f} to {table[:, 3].mean():.2f} dB)"
    )
    print(f"  level: worst {table[:, 4].max():.2f} LU off; within 0.5 in {np.mean(table[:, 4] <= 0.5):.0%}")
    print(f"  noise: {table[:, 7].mean():.1f} dB apart before, {table[:, 6].mean():.1f} after")
    known = table[np.isfinite(table[:, 5]), 5]
    print(
        "  a drier voice put into the other's room, of an RT60 within 20 % of the truth in "
        f"{np.mean(known <= 0.2):.0%} of {len(known)},"
        f" median {np.median(known):.0%} off\n"
    )


def tone() -> None:
    off, loops = [], []
    for number in range(24):
        random = np.random.default_rng(SEED + 500 + number)
        kind = list(NOISES)[number % 5]
        still = NOISES[kind](random, 2 * RATE)
        still *= 0.01 / still.std()
        pauses = np.ones(len(still), bool)
        spans = still_spans(still, RATE, pauses)
        try:
            made = np.concatenate(
                list(room_tone(still[:, None].astype(np.float32), RATE, spans, 120 * RATE))
            )[:, 0]
        except ValueError:
            loops.append(np.nan)
            continue
        assert len(made) == 120 * RATE
        was, now = (thirds(_power(one), RATE) for one in (still, made.astype(float)))
        off.append(np.abs(was - now).mean())
        size = 1 << 23
        spectrum = np.abs(np.fft.rfft(made, size)) ** 2
        flat = np.convolve(spectrum, np.ones(401) / 401, "same")
        again = np.fft.irfft(spectrum / (flat + 1e-12))
        loops.append(float(again[RATE // 4 : 60 * RATE].max() / again[0]))
    worst = np.nanmax(loops)
    print(
        f"room tone: 24 of two minutes from two seconds; {np.isnan(loops).sum()} refused; colour "
        f"{np.mean(off):.2f} dB off (worst {np.max(off):.2f}); a plain loop repeats itself to 1.00, these to "
        f"{worst:.2f} at most\n"
    )


def _power(sound: np.ndarray) -> np.ndarray:
    taper = np.hanning(WINDOW)
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[:: WINDOW // 2]
    return np.mean(np.abs(np.fft.rfft(frames * taper)) ** 2, axis=0) / (taper**2).sum()


if __name__ == "__main__":
    main()
