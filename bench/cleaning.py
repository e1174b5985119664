"""Cleaning beside its peers: PESQ and ESTOI on voices in noises of locations, 0 to 15 dB.

Run: python bench/cleaning.py [mixes|rooms …]
`mixes`: 64 mixes of voices and noises nothing was tuned on, beside RNNoise alone, noisereduce, WebRTC's
suppressor and FFmpeg's filters (.venv-bench with pesq pystoi pyrnnoise noisereduce webrtc-noise-gain av).
`rooms`: RT60 as speech tells it in rooms of decaying noise, 0.25 to 1.1 s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from generated.location_noise import NOISES, RATE, babble
from scipy.signal import fftconvolve, resample_poly

from answerprint.departments.sound.cleaning.room_network import reverberation_time
from answerprint.pipeline.cleaning.cleaning import Request, clean_file

ROOT = Path(__file__).parents[1]
PEERS = Path(os.environ.get("ANSWERPRINT_BENCH_PYTHON", ROOT / ".venv-bench" / "bin" / "python"))
DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
VOICES = [  # none of them was listened to while the cleaning was tuned
    *(f"voices/1998-15444-000{n}.flac" for n in (1, 6, 7, 8)),
    *(f"speech/librivox/sense_and_sensibility-0{n}.wav" for n in (870, 880, 890)),
    "cleanup/clean_freesound_33711.wav",
]
CROWD = ["voices/1688-142285-0009.flac", "voices/2033-164914-0007.flac", "voices/1688-142285-0002.flac"]
MORE = [f"voices/{name}.flac" for name in ("1688-142285-0005", "1688-142285-0008")] + [
    f"voices/2033-164914-000{n}.flac" for n in (3, 4, 5)
]
EACH = 8
SEED = 9_800_000
LOSS = 0.03  # ESTOI that no file may lose


def main() -> None:
    for part in sys.argv[1:] or ["mixes", "rooms"]:
        {"mixes": mixes, "rooms": rooms}[part]()


def voice(name: str) -> np.ndarray:
    samples, rate = soundfile.read(DATA / name, always_2d=True)
    sound = samples[:, 0]
    return resample_poly(sound, RATE, rate) if rate != RATE else sound


def made() -> list[tuple[str, float, np.ndarray, np.ndarray]]:
    """Noise, its SNR while somebody speaks, the voice, the mix."""
    random = np.random.default_rng(SEED)
    real = voice("cleanup/noise_freesound_573577.wav")
    real = real[len(real) // 2 :]  # its first half was there while tuning
    crowd = [voice(one) for one in CROWD]
    kinds = [*NOISES, "recorded", "babble"]
    found = []
    for number, name in enumerate(np.repeat(VOICES, EACH)):
        clean = np.pad(voice(str(name)), RATE // 2)
        kind = kinds[number % len(kinds)]
        if kind == "recorded":
            noise = np.resize(real, len(clean))
        elif kind == "babble":
            noise = babble(random, len(clean), crowd)
        else:
            noise = NOISES[kind](random, len(clean))
        snr = float(random.uniform(0, 15))
        noise = noise - noise.mean()
        loud = np.mean(clean[RATE // 2 : -RATE // 2] ** 2)
        mix = clean + noise * np.sqrt(loud / np.mean(noise**2)) * 10 ** (-snr / 20)
        gain = min(1.0, 0.9 / np.abs(mix).max())
        found.append((kind, snr, clean * gain, mix * gain))
    return found


def mixes() -> None:
    if not (DATA / VOICES[0]).exists():
        print("no voices: the folder of test data is not there")
        return
    found = made()
    with tempfile.TemporaryDirectory() as place:
        began, length, network = time.process_time(), 0.0, ""
        for number, (_, _, clean, mix) in enumerate(found):
            folder = Path(place) / f"{number:03d}"
            folder.mkdir()
            soundfile.write(folder / "clean.wav", clean, RATE, subtype="FLOAT")
            soundfile.write(folder / "mix.wav", mix, RATE, subtype="FLOAT")
            network = clean_file(folder / "mix.wav", folder / "ours.wav", Request()).network
            length += len(mix) / RATE
        ours = time.process_time() - began
        if not PEERS.exists():
            print("no .venv-bench: nothing is scored")
            return
        script = Path(__file__).parent / "peers" / "cleaning.py"
        run = subprocess.run([PEERS, script, place], capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(run.stderr[-2000:])
        answer = json.loads(run.stdout.splitlines()[-1])
    scores = {name: np.array(one) for name, one in answer["scores"].items()}
    before = scores["input"]
    print(f"{len(found)} mixes, 0 to 15 dB; noise told by {network} and the estimator together")
    print(
        f"{'':<16}{'PESQ':>7}{'ESTOI':>8}{'no worse: PESQ':>16}{'ESTOI':>8}{'worst ESTOI':>13}"
        f"{'× real time':>13}"
    )
    for name, table in scores.items():
        change = table - before
        no_worse = [f"{np.mean(change[:, one] >= least):.0%}" for one, least in ((0, -0.001), (1, -0.0001))]
        seconds = ours if name == "ours" else answer["seconds"].get(name)
        speed = f"{length / seconds:.0f}" if seconds else ""
        print(
            f"{name:<16}{table[:, 0].mean():>7.3f}{table[:, 1].mean():>8.4f}{no_worse[0]:>16}{no_worse[1]:>8}"
            f"{change[:, 1].min():>+13.3f}{speed:>13}"
        )
    change = scores["ours"] - before
    print(
        f"ours: no worse in both {np.mean((change >= [-0.001, -0.0001]).all(axis=1)):.0%}; loses over 0.01 "
        f"ESTOI {np.mean(change[:, 1] < -0.01):.0%}, over {LOSS} {np.mean(change[:, 1] < -LOSS):.0%}"
    )
    for kind in sorted({one[0] for one in found}):
        rows = [number for number, one in enumerate(found) if one[0] == kind]
        told = "  ".join(
            f"{name} {scores[name][rows, 0].mean():.2f}/{scores[name][rows, 1].mean():.3f}"
            for name in ("input", "ours", "RNNoise")
        )
        print(f"  {kind:<10}{told}")
    print()


def rooms() -> None:
    """Every voice in three rooms; speakers apart, for one of them was recorded in a room that rings."""
    if not (DATA / VOICES[0]).exists():
        return
    random = np.random.default_rng(SEED + 1)
    off: dict[str, list[float]] = {}
    print("RT60 from speech alone, rooms of 0.25 to 1.1 s:")
    for name in sorted({*VOICES, *CROWD, *MORE}):
        speaker = Path(name).stem.split("-")[0]
        dry = np.pad(np.concatenate([voice(name), voice(name)]), (RATE // 2, RATE))
        for _ in range(3):
            seconds = float(random.uniform(0.25, 1.1))
            size = int(1.3 * seconds * RATE)
            ring = random.normal(size=size) * 10 ** (-3 * np.arange(size) / (seconds * RATE))
            ring[: RATE * 3 // 1000] = 0
            ring *= np.sqrt(10 ** (random.uniform(-6, 6) / 10) / np.sum(ring**2))
            ring[0] = 1
            wet = fftconvolve(dry, ring)[: len(dry)]
            wet += random.normal(size=len(wet)) * np.sqrt(np.mean(wet**2)) * 0.01
            told = reverberation_time(wet, RATE)
            off.setdefault(speaker, []).append(np.inf if told is None else abs(told / seconds - 1))
    every = np.concatenate(list(off.values()))
    for speaker, one in [*off.items(), ("all", every)]:
        errors = np.array(one)
        print(
            f"  {speaker:<24}{len(errors):>4} rooms: within 20 % {np.mean(errors <= 0.2):.0%}, "
            f"median {np.median(errors):.0%} off"
        )


if __name__ == "__main__":
    main()
