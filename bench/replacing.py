"""A new reading laid on its guide: how many milliseconds it is off, on warps of up to 15 % and other voices.

Run: python bench/replacing.py
Takes are the guide's own voices whose pace is changed by resampling (their pitch moves with it), through
another microphone, both in noise of 15 to 25 dB; and a text said by espeak-ng at two pitches, where it is
installed. Beside it plain dynamic time warping on librosa's MFCC at its own hop (.venv-bench).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from answerprint.departments.sound.matching.spectra import CENTRES, equalised
from answerprint.departments.sound.replacement.alignment import align

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
PEERS = ROOT / ".venv-bench" / "bin" / "python"
RATE = 48_000
SEED = 9_870_000
SAID = (
    "I would have come sooner, but the harbour bridge was up all night.",
    "Nobody waits for the last tram. Not here, and not tonight.",
    "Tell her the letter came, and that I burned it before I read it.",
)
PEER = """
import json, sys, librosa, numpy as np
for line in sys.stdin:
    job = np.load(line.strip())
    one, other = (librosa.feature.mfcc(y=job[k], sr=48000, n_mfcc=13) for k in ("guide", "take"))
    _, path = librosa.sequence.dtw(one, other)
    path = path[::-1] * 512
    found = np.interp(job["at"], path[:, 0], path[:, 1])
    print(json.dumps(found.tolist()), flush=True)
"""


def warp(random: np.random.Generator, sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The whole sound at a pace that wanders within 15 %, and which of its samples each new one was."""
    knots = max(3, int(len(sound) / RATE / 0.7))
    pace = 1 + random.uniform(-0.15, 0.15, knots + 2)
    longest = int(len(sound) / 0.85) + 1  # at the slowest pace throughout
    places = np.cumsum(np.interp(np.linspace(0, knots + 1, longest), np.arange(knots + 2), pace))
    places = places[: int(np.searchsorted(places, len(sound) - 1))]
    return np.interp(places, np.arange(len(sound)), sound), places


def noisy(random: np.random.Generator, sound: np.ndarray, snr: float) -> np.ndarray:
    return sound + random.normal(size=len(sound)) * np.sqrt(np.mean(sound**2)) * 10 ** (-snr / 20)


def espeak(text: str, pitch: int) -> np.ndarray:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        run = ["espeak-ng", "-v", "en-us+f3", "-p", str(pitch), "-s", "150", "-w", file.name, text]
        subprocess.run(run, check=True)
        sound, rate = soundfile.read(file.name)
    return resample_poly(sound, RATE, rate)


def pairs() -> list[tuple[str, np.ndarray, np.ndarray]]:
    found = []
    for path in sorted((DATA / "voices").glob("*.flac")):
        sound, rate = soundfile.read(path)
        sound = resample_poly(sound, RATE, rate)
        found += [("recorded", sound, sound)] * 3
    if shutil.which("espeak-ng"):
        found += [
            ("espeak", espeak(text, low), espeak(text, high))
            for text in SAID
            for low, high in ((30, 70), (45, 90))
        ]
    return found


def main() -> None:
    ours: dict[str, list[np.ndarray]] = {}
    theirs: list[np.ndarray] = []
    peer = None
    if PEERS.exists():
        peer = subprocess.Popen(
            [PEERS, "-c", PEER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    for number, (kind, guide, voice) in enumerate(pairs()):
        random = np.random.default_rng(SEED + number)
        take, places = warp(random, voice)
        take = equalised(
            take, RATE, np.interp(np.linspace(0, 5, len(CENTRES)), range(6), random.uniform(-6, 6, 6))
        )
        snr = float(random.uniform(15, 25))
        heard, take = noisy(random, guide, snr), noisy(random, take, snr)
        at = np.arange(0, min(len(guide), len(voice)), RATE // 40)
        true = np.searchsorted(places, at * len(voice) / len(guide))
        loud = np.array([np.sqrt(np.mean(guide[max(0, one - 600) : one + 600] ** 2)) for one in at])
        kept = (true > 0) & (true < len(take) - 10) & (loud > 0.05 * loud.max())
        found = align(heard, take).at(at.astype(float))
        ours.setdefault(kind, []).append(np.abs(found - true)[kept] / RATE * 1000)
        if peer is not None and peer.stdin is not None and peer.stdout is not None:
            with tempfile.NamedTemporaryFile(suffix=".npz") as file:
                np.savez(file, guide=heard, take=take, at=at)
                file.flush()
                peer.stdin.write(file.name + "\n")
                peer.stdin.flush()
                theirs.append(np.abs(np.array(json.loads(peer.stdout.readline())) - true)[kept] / RATE * 1000)
    if peer is not None:
        peer.kill()
    print(f"{'ms off the truth, while somebody speaks':<44}{'median':>8}{'p90':>8}{'max':>8}{'over 60':>9}")
    rows = [(f"ours, {kind} ({len(parts)} pairs)", parts) for kind, parts in ours.items()]
    rows += [("ours, all", [one for parts in ours.values() for one in parts])]
    if theirs:
        rows.append(("librosa's MFCC and DTW, all", theirs))
    for name, parts in rows:
        off = np.concatenate(parts)
        print(
            f"{name:<44}{np.median(off):>8.1f}{np.percentile(off, 90):>8.1f}{off.max():>8.1f}"
            f"{np.mean(off > 60):>9.2%}"
        )
    whole = [one for parts in ours.values() for one in parts]
    good = sum(one.max() <= 60 for one in whole)
    print(f"pairs of which no moment is over 60 ms off: {good} of {len(whole)}\n")


if __name__ == "__main__":
    main()
