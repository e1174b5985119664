"""Media: damage found and false alarms, seeks that miss, and one decode for many beside a plain cv2 read.

python bench/media.py [changed files of each kind, 40 by default]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "media"))

from damage_sweep import FILES, cases, inspect_all, table  # noqa: E402
from made_media import B_FRAMES, CLEAN, Made, make  # noqa: E402

from answerprint.core.time import Time  # noqa: E402
from answerprint.media.damage import inspect  # noqa: E402
from answerprint.media.decode import picture_at  # noqa: E402
from answerprint.media.fanout import (  # noqa: E402
    DecodeSummary,
    PictureBlock,
    PictureForm,
    SoundBlock,
    Wants,
    fan_out,
)
from answerprint.media.frame_times import frame_times  # noqa: E402

CONSUMERS = 3
SMALL = PictureForm("grey", 320, 180)


class Mean:
    """A consumer that looks at every picture a little."""

    wants = Wants(SMALL)

    def __init__(self) -> None:
        self.means: list[float] = []

    def picture(self, block: PictureBlock) -> None:
        self.means += block.pixels.mean(axis=(1, 2)).tolist()

    def sound(self, block: SoundBlock) -> None:
        raise AssertionError("no sound was asked for")

    def finish(self, summary: DecodeSummary) -> None:
        self.summary = summary


def damage(folder: Path, count: int) -> None:
    results = inspect_all(list(cases(folder, list(FILES), count, seed=3)))
    crashes = sum(result.said is None for result in results)
    print(f"Damage: {len(results)} changed files, {crashes} crashes or hangs")
    print("(changes inside PCM and ProRes samples cannot be seen without a known hash)")
    print(table(results))


def false_alarms(folder: Path) -> None:
    clean = [make(folder / f"clean_{number}_{made.name()}", made) for number, made in enumerate(CLEAN)]
    alarms = [path.name for path in clean if inspect(path).damage]
    print(f"\nFalse alarms: {len(alarms)} of {len(clean)} clean files {alarms or ''}")


def seeks(folder: Path) -> None:
    path = make(folder / "seek.mp4", Made("mp4", options=B_FRAMES, pictures=100))
    times = frame_times(path)
    read = cv2.VideoCapture(str(path))
    truth = {}
    while True:
        went_well, picture = read.read()
        if not went_well:
            break
        truth[len(truth)] = picture
    ours = theirs = 0
    order = np.random.default_rng(0).permutation(len(times.pts))
    for index in order.tolist():
        pixels, pts = picture_at(path, Time(int(times.pts[index]), 1 / times.time_base), SMALL)
        ours += pts != times.pts[index] or pixels.shape != (180, 320)
        read.set(cv2.CAP_PROP_POS_FRAMES, index)
        went_well, picture = read.read()
        theirs += not went_well or not np.array_equal(picture, truth[index])
    print(f"\nSeeks that miss in a B-frame mp4, of {len(order)}: ours {ours}, cv2 {theirs}")


def speed(folder: Path) -> None:
    path = make(folder / "speed.mp4", Made("mp4", pictures=250, size=(1280, 720)))
    started = time.perf_counter()
    consumers = [Mean() for _ in range(CONSUMERS)]
    summary = fan_out(path, consumers)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    pictures = 0
    for _ in range(CONSUMERS):
        read = cv2.VideoCapture(str(path))
        while True:
            went_well, picture = read.read()
            if not went_well:
                break
            small = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (320, 180))
            small.mean()
            pictures += 1
    theirs = time.perf_counter() - started
    print(f"\n{CONSUMERS} analysers of 720p H.264, pictures a second through all of them:")
    print(f"  fan_out (one decode)        {summary.pictures / ours:8.0f}")
    print(f"  cv2, one read for each      {pictures / CONSUMERS / theirs:8.0f}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        damage(folder, count)
        false_alarms(folder)
        seeks(folder)
        speed(folder)


if __name__ == "__main__":
    main()
