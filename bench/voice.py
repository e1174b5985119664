"""Voice ranges beside the truth: classical, Silero, and a plain energy threshold as the peer.

Frame error: wrong 10 ms frames of all, as missed speech and false alarm. Run: python bench/voice.py
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from answerprint.departments.footage.sound.voice import (
    RATE,
    WINDOW,
    Classical,
    Segmentation,
    Silero,
    voice_ranges,
)
from answerprint.models.shelf import Shelf

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
FRAME = RATE // 100


class PlainThreshold:
    """The peer: speech is whatever is within 30 dB of the loudest window."""

    name = "plain threshold"
    segmentation = Segmentation()

    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        padded = np.zeros(-(-len(samples) // WINDOW) * WINDOW)
        padded[: len(samples)] = samples
        levels = 10 * np.log10(np.mean(padded.reshape(-1, WINDOW) ** 2, axis=1) + 1e-12)
        return (levels > levels.max() - 30).astype(np.float32)


def frames(ranges: list[tuple[float, float]], length: int) -> NDArray[np.bool_]:
    """Ranges in samples as one truth value per 10 ms frame."""
    marked = np.zeros(length // FRAME, bool)
    for start, end in ranges:
        marked[round(start / FRAME) : round(end / FRAME)] = True
    return marked


def truths() -> list[tuple[str, NDArray[np.float32], list[tuple[float, float]]]]:
    """Recordings with their speech in samples, as other people marked them."""
    samples, _ = soundfile.read(DATA / "diarisation" / "sample.wav", dtype="float32")
    lines = [line.split() for line in (DATA / "diarisation" / "sample.rttm").read_text().splitlines()]
    speech = [(float(one[3]) * RATE, (float(one[3]) + float(one[4])) * RATE) for one in lines]
    found = [("diarisation/sample (30 s)", samples, speech)]
    noise, rate = soundfile.read(DATA / "cleanup" / "noise_freesound_573577.wav", dtype="float32")
    noise = resample_poly(noise, RATE, rate).astype(np.float32)
    long_noise = np.tile(noise, -(-len(samples) // len(noise)))[: len(samples)]
    for snr in (15, 5):
        gain = np.sqrt(np.mean(samples**2) / np.mean(long_noise**2)) * 10 ** (-snr / 20)
        found.append((f"the same, noise at {snr} dB", samples + np.float32(gain) * long_noise, speech))
    found.append(("noise alone", noise, []))
    # Nothing was tuned on these: whole utterances of LibriSpeech, two seconds of faint hiss between them.
    # Each utterance carries some silence of its own at both ends, which counts as speech here.
    hiss = np.random.default_rng(1).normal(0, 1e-3, 2 * RATE).astype(np.float32)
    parts, speech, at = [hiss], [], len(hiss)
    for voice in sorted((DATA / "voices").glob("*.flac")):
        samples, _ = soundfile.read(voice, dtype="float32")
        parts += [samples, hiss]
        speech.append((float(at), float(at + len(samples))))
        at += len(samples) + len(hiss)
    found.append(("voices, pauses of 2 s", np.concatenate(parts), speech))
    for lab in sorted((DATA / "speech" / "librivox").glob("*.lab")):
        samples, _ = soundfile.read(lab.with_suffix(".wav"), dtype="float32")
        # A line is the time from which its label holds, to the next line's.
        marks = [(float(line.split()[0]), line.split()[-1]) for line in lab.read_text().splitlines()]
        ends = [*(time for time, _ in marks[1:]), len(samples) / RATE]
        speech = [
            (start * RATE, end * RATE)
            for (start, label), end in zip(marks, ends, strict=True)
            if label == "speech"
        ]
        found.append((f"librivox/{lab.stem[-4:]}", samples, speech))
    return found


def main() -> None:
    if not DATA.is_dir():
        print(f"no test data at {DATA}: nothing measured")
        return
    backends: list[PlainThreshold | Classical | Silero] = [PlainThreshold(), Classical()]
    shelf = Shelf()
    if shelf.fetched("silero-vad"):
        backends.append(Silero(shelf.path("silero-vad")))
    else:
        print("silero-vad is not here (answerprint models fetch silero-vad): left out")
    print(f"{'recording':<28}{'back end':<18}{'error':>8}{'missed':>8}{'false':>8}{'x real time':>13}")
    for name, samples, speech in truths():
        truth = frames(speech, len(samples))
        for backend in backends:
            began = time.perf_counter()
            ranges = voice_ranges(samples, backend)
            took = time.perf_counter() - began
            heard = frames([(one.start_sample, one.end_sample) for one in ranges], len(samples))
            missed, false = np.mean(truth & ~heard), np.mean(heard & ~truth)
            print(
                f"{name:<28}{backend.name:<18}{missed + false:>8.3f}{missed:>8.3f}{false:>8.3f}"
                f"{len(samples) / RATE / took:>13.0f}"
            )


if __name__ == "__main__":
    main()
