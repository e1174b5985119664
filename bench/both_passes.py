"""Both passes over long 1080p25 files: speed against real time, and the memory all processes hold.

The film is made here: drifting textures cut every few seconds, with real voices. A long one is the short one
repeated packet by packet. Run: python bench/both_passes.py [MINUTES …] (5 without; 5 60 takes an hour or two)
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from answerprint.engine.executors.watch import resident_memory
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.pipeline.beginning import begin
from answerprint.pipeline.bins import log_production
from answerprint.pipeline.bringing import bring
from answerprint.store.production import Production

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
RATE = Fraction(25)
WIDTH, HEIGHT = 1920, 1080
SHOT = 150  # frames
REEL = 60  # seconds that are encoded; longer films repeat them


def pictures(frames: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """A wall of patches with grain, panned; every shot another wall."""
    random = np.random.default_rng(1)
    grain = random.integers(0, 14, (HEIGHT, WIDTH, 1), np.uint8)
    for frame in range(frames):
        if frame % SHOT == 0:
            patches = random.integers(30, 220, (HEIGHT // 60, WIDTH // 60 + 8, 3), np.uint8)
            wall = np.kron(patches, np.ones((60, 60, 1), np.uint8))
            pace = int(random.integers(0, 4))
        left = frame % SHOT * pace
        yield frame, wall[:, left : left + WIDTH] + grain


def voices(seconds: int) -> Iterator[NDArray[np.float32]]:
    said = [soundfile.read(one, dtype="float32")[0] for one in sorted((DATA / "voices").glob("*.flac"))]
    line = np.concatenate([np.concatenate([one, np.zeros(16_000, np.float32)]) for one in said])
    line = np.interp(np.arange(len(line) * 3) / 3, np.arange(len(line)), line).astype(np.float32)
    for second in range(seconds):
        places = np.arange(second * 48_000, (second + 1) * 48_000) % len(line)
        yield line[places][:, None]


def make_reel(out: Path) -> None:
    sound = Sound(voices(REEL), AudioSettings(channels=1))
    settings = VideoSettings(preset="veryfast", crf=23, gop=50)
    write_pictures(out, pictures(REEL * 25), RATE, settings, sound=sound)


def repeated(reel: Path, out: Path, times: int) -> None:
    """The reel's packets over and over, with their timestamps moved on."""
    with av.open(str(out), "w") as target:
        streams, last = {}, {}
        for turn in range(times):
            with av.open(str(reel)) as source:
                for stream in (source.streams.video[0], source.streams.audio[0]):
                    if stream.index not in streams:
                        streams[stream.index] = target.add_stream_from_template(stream)
                for packet in source.demux(video=0, audio=0):
                    if packet.dts is None or packet.pts is None:
                        continue
                    moved = int(turn * REEL / packet.time_base)
                    packet.pts, packet.dts = packet.pts + moved, packet.dts + moved
                    if packet.dts <= last.get(packet.stream.index, packet.dts - 1):
                        continue  # the priming of a reel's sound lies over the end of the one before
                    last[packet.stream.index] = packet.dts
                    packet.stream = streams[packet.stream.index]
                    target.mux_one(packet)


class Memory(threading.Thread):
    """The most that this process and its children held together, in bytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(0.25):
            self.most = max(self.most, sum(resident_memory(one) for one in family(os.getpid())))

    def end(self) -> None:
        self._done.set()
        self.join()


def family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [one for child in task.read_text().split() for one in family(int(child))]
        except OSError:
            continue
    return found


def main() -> None:
    minutes = [int(one) for one in sys.argv[1:]] or [5]
    print(f"{'1080p25':<14}{'pass':<8}{'seconds':>9}{'x real time':>13}{'memory MB':>11}")
    with tempfile.TemporaryDirectory() as folder:
        reel = Path(folder) / "reel.mp4"
        make_reel(reel)
        for length in minutes:
            film = Path(folder) / f"film{length}.mp4"
            repeated(reel, film, length)
            root = Path(folder) / f"production{length}"
            begin(root, {"name": "bench", "rate": "25"})
            bring(root, [film])
            for fast in (True, False):
                memory = Memory()
                memory.start()
                begun = time.perf_counter()
                logged, _ = log_production(Production.open(root), fast=fast, workers=2)
                took = time.perf_counter() - begun
                memory.end()
                assert not logged.set_aside, logged.set_aside
                name = "fast" if fast else "deep"
                print(
                    f"{f'{length} minutes':<14}{name:<8}{took:>9.1f}{length * 60 / took:>13.1f}"
                    f"{memory.most / 1e6:>11.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
