"""Guide voices: how much a recogniser understands of them, beside flite; lengths against the plan; speed.

Run: python bench/speaking.py [heard|lengths|voices …]
`heard`: lines of the shared screenplays (ANSWERPRINT_DATA, or ../shared/data) spoken by one plain voice, by
the cast, by the cast with arc and parentheticals, and by flite's voices; the house's recogniser (pocketsphinx
that knows the lines) listens, and the share of the words that it has in their order is printed. It hears
American English and was taught with people: only the differences say something. `lengths`: what was planned
against what came. `voices`: the table of departments/sound/speaking/voices.py, measured again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly, welch

from answerprint.departments.footage.speech.recogniser import Recogniser
from answerprint.departments.sound.speaking import espeak
from answerprint.departments.sound.speaking.laying import joined
from answerprint.departments.sound.speaking.voices import VARIANTS
from answerprint.formats.screenplays.model import spoken_words
from answerprint.pipeline.speaking import Asked, Plan, PlannedLine, plan_of
from answerprint.pipeline.speaking_files import said_piece

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("ANSWERPRINT_DATA", ROOT.parent / "shared" / "data")) / "screenplays"
SCRIPTS = ("Brick-and-Steel.fountain", "The-Last-Birthday-Card.fountain")
HEARD = 16_000
LEAST = 4  # words of a line that is listened to
STEP = 2  # every so many of them
PLAIN = espeak.Saying("en-us", 50, 150)
TEXT = (
    "Who comes so late? Nobody knows the name of the man who waits at the harbour, and we will never see him "
    "again."
)


def main() -> None:
    for part in sys.argv[1:] or ["heard", "lengths", "voices"]:
        {"heard": heard, "lengths": lengths, "voices": voices}[part]()


def plans(**how: bool) -> list[Plan]:
    return [plan_of(DATA / name, Asked(**how))[0] for name in SCRIPTS]


def ours(line: PlannedLine) -> np.ndarray:
    return joined([(one.delivery, said_piece(one, line.voice, "en-us", None)[0]) for one in line.pieces])


def listened() -> list[tuple[PlannedLine, PlannedLine]]:
    """Lines with and without arc."""
    with_arc = [line for plan in plans() for line in plan.lines]
    without = [line for plan in plans(arc=False) for line in plan.lines]
    pairs = zip(with_arc, without, strict=True)
    return [(one, other) for one, other in pairs if len(spoken_words(one.speech.text)) >= LEAST][::STEP]


def heard() -> None:
    pairs = listened()
    recogniser = Recogniser([spoken_words(one.speech.text) for one, _ in pairs])
    ways: dict[str, Callable[[PlannedLine, PlannedLine], np.ndarray]] = {
        "one plain voice": lambda arc, plain: espeak.spoken(plain.speech.text, PLAIN),
        "the cast, no arc": lambda arc, plain: ours(plain),
        "the cast, arc": lambda arc, plain: ours(arc),
    }
    if shutil.which("flite"):
        for name in ("kal16", "slt"):
            ways[f"flite {name}"] = lambda arc, plain, name=name: flite(plain.speech.text, name)
    print(f"{len(pairs)} lines of {LEAST} words and more: share of their words that are heard in order")
    print(f"{'':<20}{'words':>8}{'s of sound':>12}{'s to speak':>12}{'words a minute':>16}")
    for name, way in ways.items():
        right = words = 0
        seconds = spent = 0.0
        for arc, plain in pairs:
            began = time.perf_counter()
            sound = way(arc, plain)
            spent += time.perf_counter() - began
            wanted = spoken_words(plain.speech.text)
            right += in_order(wanted, understood(recogniser, sound))
            words += len(wanted)
            seconds += len(sound) / espeak.RATE
        share, pace = right / words, words / seconds * 60
        print(f"{name:<20}{share:>8.3f}{seconds:>12.0f}{spent:>12.1f}{pace:>16.0f}", flush=True)


def flite(text: str, voice: str) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        words = Path(folder) / "said.txt"
        words.write_text(text)
        subprocess.run(["flite", "-voice", voice, "-f", words, "-o", out], check=True, capture_output=True)
        sound, rate = soundfile.read(out, dtype="float32")
    return resample_poly(sound, espeak.RATE, rate)


def understood(recogniser: Recogniser, sound: np.ndarray) -> list[str]:
    low = resample_poly(np.pad(sound, 4800), 1, espeak.RATE // HEARD)
    low = low / max(1e-6, np.abs(low).max()) * 0.7
    return [word.text for word in recogniser.hear((low * 32767).astype(np.int16))]


def in_order(wanted: list[str], found: list[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(found) + 1)
    for one in wanted:
        before = 0
        for at, other in enumerate(found, start=1):
            kept = row[at]
            row[at] = before + 1 if one == other else max(row[at], row[at - 1])
            before = kept
    return row[-1]


def lengths() -> None:
    off, whole, planned = [], 0.0, 0.0
    for plan in plans():
        for line in plan.lines:
            took = len(ours(line)) / espeak.RATE
            off.append(abs(line.seconds - took) / took)
            whole += took
            planned += line.seconds
    print(f"{len(off)} lines: planned {planned:.1f} s, spoken {whole:.1f} s; a line is off by")
    print(
        f"  {np.median(off):.1%} in the median, {np.percentile(off, 90):.1%} at 90 %, {max(off):.1%} at most"
    )


def voices() -> None:
    lines = [one.speech.text for one, _ in listened()][::2]
    recogniser = Recogniser([spoken_words(text) for text in lines])
    print("variant: median pitch, spectral centroid (Hz at pitch 50), share of words heard; then the table's")
    for name, table in VARIANTS.items():
        sound = espeak.spoken(TEXT, espeak.Saying(f"en-us+{name}", 50, 165))
        at, power = welch(sound, espeak.RATE, nperseg=4096)
        band = (at > 200) & (at < 8000)
        bright = float((at * power)[band].sum() / power[band].sum())
        right = words = 0
        for text in lines:
            wanted = spoken_words(text)
            made = espeak.spoken(text, espeak.Saying(f"en-us+{name}", 50, 150))
            right += in_order(wanted, understood(recogniser, made))
            words += len(wanted)
        print(f"  {name:<10}{pitch(sound):>6.0f}{bright:>7.0f}{right / words:>7.2f}   {table}", flush=True)


def pitch(sound: np.ndarray) -> float:
    found = []
    for at in range(0, len(sound) - 2400, 1200):
        part = sound[at : at + 2400] * np.hanning(2400)
        if np.mean(part**2) < 1e-4:
            continue
        curve = np.fft.irfft(np.abs(np.fft.rfft(part, 8192)) ** 2)[:800]
        best = 120 + int(np.argmax(curve[120:]))
        if curve[best] > 0.5 * curve[0]:
            found.append(espeak.RATE / best)
    return float(np.median(found)) if found else 0.0


if __name__ == "__main__":
    main()
