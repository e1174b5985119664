"""Dry voices for training: sentences of our own, spoken by espeak-ng, flite and festival.

Run: python training/reverberation/voices.py voices.npz [--minutes 18]
The programs are Debian's (espeak-ng, flite, festival with festvox-us-slt-hts, festvox-kallpc16k,
festvox-kdlpc16k). Figures are spoken in many languages by espeak-ng, which reads them in each.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

RATE = 16_000
LANGUAGES = (
    "en-us",
    "en-gb",
    "fr",
    "de",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "sv",
    "ru",
    "tr",
    "fi",
    "el",
    "hi",
    "id",
)
VARIANTS = ("", "+m1", "+m3", "+m5", "+m7", "+f1", "+f2", "+f3", "+f4", "+croak", "+klatt", "+klatt3")
FLITE = ("kal16", "awb", "rms", "slt")
FESTIVAL = ("cmu_us_slt_arctic_hts", "kal_diphone", "ked_diphone")
HELD_OUT = ("rms", "ked_diphone", "nl", "fi")  # never trained on
WHO = (
    "my sister",
    "the old keeper",
    "nobody",
    "a stranger",
    "your captain",
    "the whole village",
    "she",
    "Tom",
)
DID = ("forgot", "carried", "opened", "painted", "could not find", "would have sold", "keeps", "asked about")
WHAT = ("the blue door", "three letters", "a box of matches", "his father's boat", "that terrible song", "it")
WHEN = ("before the rain", "on a Tuesday", "last night", "without a word", "if you ask me", "again and again")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=18.0)
    asked = parser.parse_args()
    random = np.random.default_rng(3)
    clips, names, total = [], [], 0
    while total < asked.minutes * 60 * RATE:
        name, clip = spoken(random)
        if len(clip) < RATE:
            continue
        clips.append((clip / max(np.abs(clip).max(), 1e-6) * 30_000).astype(np.int16))
        names.append(name)
        total += len(clip)
    edges = np.cumsum([0, *map(len, clips)])
    np.savez_compressed(asked.out, samples=np.concatenate(clips), edges=edges, names=np.array(names))
    print(f"{len(clips)} sentences, {total / RATE / 60:.1f} minutes, {len(set(names))} voices")


def spoken(random: np.random.Generator) -> tuple[str, np.ndarray]:
    """A voice's name, and a sentence of it (n,) at RATE."""
    text = f"{random.choice(WHO)} {random.choice(DID)} {random.choice(WHAT)} {random.choice(WHEN)}."
    program = random.choice(["espeak", "espeak", "flite", "festival"])
    if program == "espeak":
        language = str(random.choice(LANGUAGES))
        if not language.startswith("en"):
            text = ", ".join(str(random.integers(1, 9999)) for _ in range(4)) + "."
        voice = language + str(random.choice(VARIANTS))
        pitch, pace = str(random.integers(15, 85)), str(random.integers(120, 220))
        return language, _wave(["espeak-ng", "-v", voice, "-p", pitch, "-s", pace, "--stdout"], text)
    if program == "flite":
        voice = str(random.choice(FLITE))
        pace, pitch = random.uniform(0.85, 1.3), random.uniform(80, 190)
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            manner = ["--setf", f"duration_stretch={pace:.2f}", "--setf", f"int_f0_target_mean={pitch:.0f}"]
            command = ["flite", "-voice", voice, *manner, "-t", text, "-o", file.name]
            subprocess.run(command, check=True, timeout=60, capture_output=True)
            return voice, _samples(Path(file.name).read_bytes())
    voice = str(random.choice(FESTIVAL))
    return voice, _wave(["text2wave", "-eval", f"(voice_{voice})"], text)


def _wave(command: list[str], text: str) -> np.ndarray:
    made = subprocess.run(command, input=text.encode(), check=True, timeout=60, capture_output=True)
    return _samples(made.stdout)


def _samples(data: bytes) -> np.ndarray:
    """Of a wave file whose sizes may be wrong: who writes to a pipe does not know how long it will be."""
    rate = int.from_bytes(data[24:28], "little")
    body = data[data.index(b"data") + 8 :]
    samples = np.frombuffer(body[: len(body) // 2 * 2], "<i2")
    sound = samples.astype(np.float64)
    voiced = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    sound = sound[voiced[0] : voiced[-1] + 1]
    return np.asarray(resample_poly(sound, RATE, rate))


if __name__ == "__main__":
    main()
