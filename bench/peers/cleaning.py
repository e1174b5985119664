"""Peers of bench/cleaning.py, and the scores of everything: run by it with the interpreter of .venv-bench.

Needs: pesq pystoi pyrnnoise noisereduce webrtc-noise-gain av. Reads clean.wav, mix.wav and ours.wav of every
folder in the folder it is given; prints one JSON document.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import av
import noisereduce
import numpy as np
import soundfile
from pesq import pesq
from pyrnnoise.rnnoise import FRAME_SIZE, create, destroy, lib
from pystoi import stoi
from scipy.signal import resample_poly
from webrtc_noise_gain import AudioProcessor

RATE = 48_000
LATE = 960  # samples RNNoise's library answers later (measured)


def rnnoise(sound: np.ndarray) -> np.ndarray:
    import ctypes

    pointer = ctypes.POINTER(ctypes.c_float)
    heard = np.zeros(-(-(len(sound) + LATE) // FRAME_SIZE) * FRAME_SIZE, np.float32)
    heard[: len(sound)] = sound * 32768
    state = create()
    for at in range(0, len(heard), FRAME_SIZE):
        frame = ctypes.cast(heard.ctypes.data + 4 * at, pointer)
        lib.rnnoise_process_frame(state, frame, frame)
    destroy(state)
    return heard[LATE : LATE + len(sound)] / 32768


def reduced(sound: np.ndarray) -> np.ndarray:
    return noisereduce.reduce_noise(y=sound, sr=RATE)


def webrtc(sound: np.ndarray) -> np.ndarray:
    """At 16 kHz, where it works; level 2 of 4, no gain control."""
    low = resample_poly(sound, 1, 3)
    low = (np.clip(low, -1, 1) * 32767).astype(np.int16)
    low = np.pad(low, (0, -len(low) % 160))
    processor = AudioProcessor(0, 2)
    made = b"".join(
        processor.Process10ms(low[at : at + 160].tobytes()).audio for at in range(0, len(low), 160)
    )
    return resample_poly(np.frombuffer(made, np.int16) / 32768, 3, 1)[: len(sound)]


def filtered(name: str, options: str) -> object:
    def run(sound: np.ndarray) -> np.ndarray:
        graph = av.filter.Graph()
        chain = [
            graph.add_abuffer(sample_rate=RATE, format="fltp", layout="mono", time_base=None),
            graph.add(name, options),
            graph.add("abuffersink"),
        ]
        graph.link_nodes(*chain).configure()
        frame = av.AudioFrame.from_ndarray(sound[None].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = RATE
        graph.push(frame)
        graph.push(None)
        parts = []
        while True:
            try:
                parts.append(graph.pull().to_ndarray())
            except (av.error.EOFError, av.error.BlockingIOError):
                break
        made = np.concatenate(parts, axis=1)[0]
        return np.pad(made, (0, max(0, len(sound) - len(made))))[: len(sound)]

    return run


PEERS = {
    "RNNoise": rnnoise,
    "noisereduce": reduced,
    "WebRTC NS": webrtc,
    "ffmpeg afftdn": filtered("afftdn", "nr=12"),
    "ffmpeg anlmdn": filtered("anlmdn", "s=0.0005"),
}


def placed(clean: np.ndarray, made: np.ndarray) -> np.ndarray:
    """A peer's answer put where it fits best, up to 50 ms: none is marked down for being late."""
    reach = 2400
    size = 1 << (2 * len(clean)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(made, size) * np.fft.rfft(clean, size).conj())
    around = np.concatenate([alike[-reach:], alike[: reach + 1]])
    late = int(np.argmax(around)) - reach
    return np.roll(made, -late)


def score(clean: np.ndarray, made: np.ndarray) -> list[float]:
    low, other = (resample_poly(one.astype(float), 1, 3) for one in (clean, made))
    return [float(pesq(16_000, low, other, "wb")), float(stoi(low, other, 16_000, extended=True))]


def main() -> None:
    scores: dict[str, list[list[float]]] = {}
    seconds: dict[str, float] = {}
    for folder in sorted(Path(sys.argv[1]).iterdir()):
        clean, mix, ours = (soundfile.read(folder / f"{name}.wav")[0] for name in ("clean", "mix", "ours"))
        scores.setdefault("input", []).append(score(clean, mix))
        scores.setdefault("ours", []).append(score(clean, ours))
        for name, run in PEERS.items():
            began = time.process_time()
            made = run(mix)
            seconds[name] = seconds.get(name, 0) + time.process_time() - began
            scores.setdefault(name, []).append(score(clean, placed(clean, np.nan_to_num(made))))
    print(json.dumps({"scores": scores, "seconds": seconds}))


if __name__ == "__main__":
    main()
