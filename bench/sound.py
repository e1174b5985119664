"""Cleaning beside a simple peer (scipy.signal.wiener): scale-invariant SDR on mixes of known parts.

Run: python bench/sound.py
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfiltfilt, wiener

from answerprint.departments.footage.sound.voice import Classical, voice_ranges
from answerprint.departments.sound.cleaning.chain import Heard, clean
from answerprint.departments.sound.diagnosis import diagnose

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
RATE = 48_000

Sound = NDArray[np.float64]


def si_sdr(truth: Sound, heard: Sound) -> float:
    """Scale-invariant signal-to-distortion ratio in dB (Le Roux et al. 2019, arXiv 1811.02508)."""
    truth, heard = truth - truth.mean(), heard - heard.mean()
    target = truth * (heard @ truth) / (truth @ truth)
    return 10 * float(np.log10(np.sum(target**2) / np.sum((heard - target) ** 2)))


def voices() -> list[tuple[str, Sound]]:
    """Clean speech at 48 kHz, with the pauses a set recording has before and after."""
    names = [
        "cleanup/clean_freesound_33711.wav",
        "voices/1688-142285-0005.flac",
        "voices/1998-15444-0001.flac",
    ]
    found = []
    for name in names:
        samples, rate = soundfile.read(DATA / name)
        samples = resample_poly(samples, RATE, rate) if rate != RATE else samples
        # The recordings' own rumble goes first: taking it off must not count as damage to a voice.
        samples = sosfiltfilt(butter(4, 90, "highpass", fs=RATE, output="sos"), samples)
        found.append((Path(name).stem[:22], np.pad(samples, RATE)))
    return found


def hum(length: int, fundamental: float = 50.02) -> Sound:
    """Mains hum with falling harmonics, its strength drifting by a tenth, unit power."""
    at = np.arange(length) / RATE
    sound = sum(np.sin(2 * np.pi * fundamental * n * at + n * n) / n for n in range(1, 11))
    sound = sound * (1 + 0.1 * np.sin(2 * np.pi * 0.2 * at))
    scaled: Sound = sound / np.sqrt(np.mean(sound**2))
    return scaled


def noises(length: int) -> dict[str, Sound]:
    """What is mixed in, each of unit power."""
    random = np.random.default_rng(11)
    hiss = random.normal(size=length)
    recorded, _ = soundfile.read(DATA / "cleanup" / "noise_freesound_573577.wav")
    room = np.resize(recorded, length)
    return {
        "hum": hum(length),
        "hiss": hiss,
        "hum + hiss": (hum(length) + hiss) / np.sqrt(2),
        "recorded noise": room / np.sqrt(np.mean(room**2)),
    }


def mixed(voice: Sound, noise: Sound, snr: float) -> Sound:
    """Voice with noise at an SNR measured where somebody speaks."""
    speech = np.mean(voice[RATE:-RATE] ** 2)
    return voice + noise * np.sqrt(speech) * 10 ** (-snr / 20)


def cleaned(samples: Sound) -> tuple[Sound, str]:
    sound = samples.astype(np.float32)
    heard = voice_ranges(resample_poly(sound, 1, 3).astype(np.float32), Classical())
    diagnosis = diagnose(sound, RATE, [(3 * one.start_sample, 3 * one.end_sample) for one in heard])
    after, tried = clean(sound, RATE, Heard.of(sound, RATE, diagnosis))
    applied = [one for one in tried if one.kept]
    return after.astype(np.float64), ", ".join(one.step for one in applied) or "nothing"


def main() -> None:
    if not DATA.is_dir():
        print(f"no test data at {DATA}: nothing measured")
        return
    print(f"{'voice':<24}{'noise':<16}{'SNR':>4}{'as it is':>10}{'wiener':>9}{'cleaned':>9}  steps kept")
    gains: dict[str, list[tuple[float, float]]] = {}
    began, seconds = time.perf_counter(), 0.0
    for name, voice in voices():
        after, steps = cleaned(voice)
        print(f"{name:<24}{'none':<16}{'':>4}{'':>10}{'':>9}{si_sdr(voice, after):>9.1f}  {steps}")
        for kind, noise in noises(len(voice)).items():
            for snr in (0, 5, 10, 20):
                mix = mixed(voice, noise, snr)
                seconds += len(mix) / RATE
                after, steps = cleaned(mix)
                peer = wiener(
                    mix + 1e-9 * np.random.default_rng(0).normal(size=len(mix)), 9
                )  # it divides by zero in digital silence
                scores = [si_sdr(voice, one) for one in (mix, peer, after)]
                gains.setdefault(kind, []).append((scores[1] - scores[0], scores[2] - scores[0]))
                row = (
                    f"{name:<24}{kind:<16}{snr:>4}"
                    + f"{scores[0]:>10.1f}"
                    + "".join(f"{one:>9.1f}" for one in scores[1:])
                )
                print(f"{row}  {steps}")
    for kind, pairs in gains.items():
        peer, ours = np.mean(pairs, axis=0)
        print(f"mean gain on {kind:<16} wiener {peer:+.1f} dB   cleaned {ours:+.1f} dB")
    print(f"{seconds / (time.perf_counter() - began):.0f} x real time")


if __name__ == "__main__":
    main()
