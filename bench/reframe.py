"""Reframing beside what was rendered: is the subject kept, and how softly; beside centre-crop-on-detection.

Run: python bench/reframe.py [detections|pixels|speed …]
`detections`: 48 clips whose subjects move as people do (walk, run, stop, turn, hide behind things, come in
and leave, before a still and a panning camera), seen by a detector that jitters, misses and errs.
`pixels`: 24 clips drawn over textures and followed by the classical tracker. Every method gets the same
detections. A frame counts where some window inside the picture can hold the subject in its safe area, and a
quarter of the subject is to be seen. Jerk: third difference of the window's place, of its width, a frame³.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "editorial"))

from moving_subjects import KINDS, Clip, detections_of, film, pictures_of  # noqa: E402  (what the tests use)

from answerprint.departments.editorial.reframing import Frame, reframe_shot  # noqa: E402
from answerprint.departments.editorial.saliency import Seeker  # noqa: E402
from answerprint.departments.editorial.subject_tracks import Detection, follow  # noqa: E402

SEED = 6_700_000  # tuning used seeds from 100 000 to 160 000
EACH = 6  # clips of each kind
PIXEL_EACH = 3
WIDTH, HEIGHT = 1920, 1080
SAFE = 0.9
ASPECT = Fraction(9, 16)
RATE = 25

Floats = np.ndarray


@dataclass
class Score:
    """Frames kept of frames that count, and every third difference."""

    kept: int = 0
    counted: int = 0
    jerks: list[Floats] = field(default_factory=list)
    worst: float = 1.0

    def add(self, clip: Clip, left: Floats, window: float) -> None:
        held, counts = kept(clip, left, window)
        self.kept += int((held & counts).sum())
        self.counted += int(counts.sum())
        self.worst = min(self.worst, float(held[counts].mean()) if counts.any() else 1.0)
        self.jerks.append(np.abs(np.diff(left, 3)) / window)

    def row(self, name: str) -> str:
        jerk = np.concatenate(self.jerks)
        return (
            f"{name:34}{self.kept / self.counted:9.2%}{self.worst:12.1%}"
            f"{1000 * jerk.mean():12.3f}{1000 * np.quantile(jerk, 0.95):12.3f}"
        )


HEAD = f"{'':34}{'in safe':>9}{'worst clip':>12}{'jerk ‰':>12}{'p95 ‰':>12}"


def main() -> None:
    cv2.setNumThreads(1)
    for part in sys.argv[1:] or ["detections", "pixels", "speed"]:
        {"detections": bench_detections, "pixels": bench_pixels, "speed": bench_speed}[part]()


def bench_detections() -> None:
    clips = [film(kind, SEED + 100 * number + k) for number, kind in enumerate(KINDS) for k in range(EACH)]
    cases = [(clip, detections_of(clip)) for clip in clips]
    print(f"{len(clips)} clips, 16:9 to 9:16, safe area {SAFE:.0%}, noisy detections")
    compare(cases, False)


def bench_pixels() -> None:
    cases = []
    began = time.process_time()
    frames = 0
    for number, kind in enumerate(KINDS):
        for k in range(PIXEL_EACH):
            clip = film(kind, SEED + 50_000 + 100 * number + k)
            seeker = Seeker()
            for n, one in enumerate(pictures_of(clip, 192, 108)):
                seeker.add(one, n / RATE)
            cases.append((clip, seeker.finish()))
            frames += len(clip.boxes)
    print(f"\n{len(cases)} clips drawn, followed by the classical tracker (no model)")
    print(f"drawn and looked at: {frames / (time.process_time() - began):.0f} pictures a second of processor")
    compare(cases, True)


def compare(cases: list[tuple[Clip, list[list[Detection]]]], by_movement: bool) -> None:
    totals: dict[str, Score] = {}
    kinds: dict[str, Score] = {}
    for clip, found in cases:
        window = Frame(WIDTH, HEIGHT, ASPECT, SAFE).window[0]
        for name, left in methods(found, window, by_movement):
            totals.setdefault(name, Score()).add(clip, left, window)
            if name == "answerprint":
                kinds.setdefault(clip.kind, Score()).add(clip, left, window)
    print(HEAD)
    for name, score in totals.items():
        print(score.row(name))
    print("answerprint by kind")
    for name, score in kinds.items():
        print(score.row(f"  {name}"))


def methods(found: list[list[Detection]], window: int, by_movement: bool) -> Iterator[tuple[str, Floats]]:
    yield "answerprint", ours(found, by_movement)
    raw = centres(found) * WIDTH - window / 2
    yield "centre-crop-on-detection", np.clip(raw, 0, WIDTH - window)
    second = np.convolve(np.pad(raw, RATE // 2, mode="edge"), np.ones(RATE) / RATE, "valid")[: len(raw)]
    yield "  … moving average of a second", np.clip(second, 0, WIDTH - window)
    smooth = raw.copy()
    for number in range(1, len(raw)):
        smooth[number] = smooth[number - 1] + 0.1 * (raw[number] - smooth[number - 1])
    yield "  … exponential average (0.1)", np.clip(smooth, 0, WIDTH - window)
    yield "static centre crop", np.full(len(found), (WIDTH - window) / 2)


def ours(found: list[list[Detection]], by_movement: bool) -> Floats:
    times = np.arange(len(found)) / RATE
    path = reframe_shot(
        follow(found, times, by_movement=by_movement),
        [Fraction(number, RATE) for number in range(len(found))],
        Frame(WIDTH, HEIGHT, ASPECT, SAFE),
    )
    return np.array([path.window_at(number).x for number in range(len(found))])


def centres(found: list[list[Detection]]) -> Floats:
    """The middle of the surest detection of every frame; where there is none, the last one's."""
    places, last = [], 0.5
    for those in found:
        if those:
            best = max(those, key=lambda one: one.score * one.box[2] * one.box[3])
            last = best.box[0] + best.box[2] / 2
        places.append(last)
    return np.array(places)


def kept(clip: Clip, left: Floats, window: float) -> tuple[Floats, Floats]:
    """(n,) whether the subject lies in the safe area, and whether the frame counts."""
    start = np.clip(clip.boxes[:, 0], 0, 1) * WIDTH
    end = np.clip(clip.boxes[:, 2], 0, 1) * WIDTH
    margin = (1 - SAFE) / 2 * window
    held = (start >= left + margin - 0.5) & (end <= left + window - margin + 0.5)
    low, high = end - (window - margin), start - margin
    possible = (low <= high) & (high >= 0) & (low <= WIDTH - window)
    return held, possible & (clip.visible >= 0.25)


def bench_speed() -> None:
    clip = film("walk", SEED + 1)
    found = detections_of(clip)
    whole = [one for _ in range(25) for one in found]
    began = time.process_time()
    ours(found, False)
    short = time.process_time() - began
    began = time.process_time()
    ours(whole, False)
    long = time.process_time() - began
    print(f"\ntracks and path of {len(found)} frames {short:.2f} s, of {len(whole)} frames {long:.1f} s")


if __name__ == "__main__":
    main()
