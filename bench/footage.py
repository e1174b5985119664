"""Lines heard among lines not said, and sound laid to pictures it belongs to or not.

Run: python bench/footage.py   (shots: bench/shots.py, voice: bench/voice.py)
"""

from __future__ import annotations

import itertools
import os
import time
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import butter, lfilter, resample_poly

from answerprint.departments.footage.speech.readings import ScriptListener
from answerprint.departments.footage.sync.matching import SyncSide, sync_offset
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.model import Line

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
SEED = 9001  # not one anything was tuned on
SPEECH_RATE = 16_000


def main() -> None:
    bench_readings()
    bench_sync()


def bench_readings() -> None:
    """Real voices with their own words among the lines, and strangers who say nothing of the script."""
    play = read_fountain(ROOT / "demo" / "script" / "the-late-post.fountain").lines()
    clips: dict[str, tuple[np.ndarray, str]] = {}
    jfk = (
        "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for "
        "your country."
    )
    clips["jfk"] = (read_speech(DATA / "speech" / "jfk.flac"), jfk)
    for path in sorted((DATA / "speech" / "librivox").glob("*.wav")):
        clips[path.stem] = (read_speech(path), path.with_suffix(".txt").read_text().strip())
    own = [
        Line(key=key, scene="0", number=1, character="READER", text=text, source_line=1)
        for key, (_, text) in clips.items()
    ]
    strangers = [read_speech(path) for path in sorted((DATA / "voices").glob("*.flac"))]
    with_own, without = ScriptListener([*play, *own]), ScriptListener(play)

    began = time.process_time()
    exact = 0
    for key, (samples, _) in clips.items():
        readings = with_own.listen(samples, [(0, len(samples))]).readings
        exact += [one.line_key for one in readings] == [key] and readings[0].fidelity == 1.0
    heard = sum(len(samples) for samples, _ in clips.values())
    false = 0
    for samples in [*strangers, *(samples for samples, _ in clips.values())]:
        false += bool(without.listen(samples, [(0, len(samples))]).readings)
        heard += len(samples)
    for samples in strangers:
        false += bool(with_own.listen(samples, [(0, len(samples))]).readings)
        heard += len(samples)
    taken = (time.process_time() - began) / (heard / SPEECH_RATE)
    trials = 2 * len(strangers) + len(clips)
    print(f"\nReadings: a script of {len(play)} lines and {len(own)} more, pocketsphinx en-us")
    print(f"{'own line found, every word right':44}{exact} of {len(clips)}")
    print(f"{'recordings of other words put on a line':44}{false} of {trials}")
    print(f"{'processor seconds a second of sound':44}{taken:.2f}")


def bench_sync() -> None:
    random = np.random.default_rng(SEED)
    voices = [read_speech(path) for path in sorted((DATA / "voices").glob("*.flac"))]
    pairs = list(itertools.combinations(voices, 2))
    false = sum(sync_offset(SyncSide(a), SyncSide(b)).method != "none" for a, b in pairs)
    print("\nSync by common audio: a camera's microphone across the room against the recorder")
    print(f"{'different recordings laid to one another':44}{false} of {len(pairs)}")
    for snr in (20, 10, 5, 0):
        placed, worst = 0, 0.0
        for voice in voices:
            cut = int(random.integers(500, 12_000))
            found = sync_offset(SyncSide(camera(voice, random, snr)[cut:]), SyncSide(voice))
            if found.offset is not None:
                placed += 1
                worst = max(worst, abs(float(found.offset.seconds) - cut / SPEECH_RATE) * 1000)
        name = f"same sound at {snr} dB: placed, worst error"
        print(f"{name:44}{placed} of {len(voices)}, {worst:.2f} ms")


def camera(voice: np.ndarray, random: np.random.Generator, snr_db: float) -> np.ndarray:
    """Narrow, quiet, with 0.3 s of echo and hiss."""
    narrow = lfilter(*butter(2, [250, 3500], "band", fs=SPEECH_RATE), voice) * 0.2
    tail = random.normal(size=4800) * np.exp(-np.arange(4800) / 700) * 0.06
    tail[0] = 1.0
    heard = np.convolve(narrow, tail)[: len(voice)]
    noise = random.normal(size=len(heard)) * heard.std() * 10 ** (-snr_db / 20)
    return np.clip(heard + noise, -32768, 32767).astype(np.int16)


def read_speech(path: Path) -> np.ndarray:
    """Mono int16 at 16 kHz."""
    samples, rate = soundfile.read(path, dtype="float32")
    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    if rate != SPEECH_RATE:
        common = gcd(rate, SPEECH_RATE)
        mono = resample_poly(mono, SPEECH_RATE // common, rate // common)
    return (np.clip(mono, -1, 1) * 32767).astype(np.int16)


if __name__ == "__main__":
    main()
