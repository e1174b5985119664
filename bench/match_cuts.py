"""Match cuts beside what was drawn: which pairs of shots match in place, in shape, in movement, and by what.

Run: python bench/match_cuts.py [pairs]
Shots of silhouettes over scenes of their own, still, moving, panned and followed, as H.264 files; truth by
how they were drawn. A pair matches in mask where the true outlines' IoU reaches .8 at some moment of each
(under .65 it does not, between them it counts for nothing); in shape where it is one silhouette at one
turn; in motion where subject and scene move alike within a sixth. Copies, cropped and graded, are no matches.
Average precision over all pairs of different set-ups. Peers: outlines by Otsu's threshold; Farneback's flow
averaged over the picture (Chen, Xiao and Bhat 2022 pool theirs so); the whole picture's likeness; colours.
"""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "editorial"))
sys.path.insert(0, str(ROOT / "tests" / "footage"))

from looks_truth import write  # noqa: E402  (what the tests are made of)
from matching_shots import FRAMES, HEIGHT, RATE, WIDTH, Shot, made_shots, outline, pictures  # noqa: E402

from answerprint.departments.editorial.match_cuts.moments import Moments  # noqa: E402
from answerprint.departments.editorial.match_cuts.pairs import KINDS, match_cuts, shot_moments  # noqa: E402
from answerprint.departments.editorial.match_cuts.subjects import MODEL  # noqa: E402
from answerprint.departments.editorial.match_cuts.watching import MomentWatcher, person_finder  # noqa: E402
from answerprint.departments.footage.looks.alike import pairs_of  # noqa: E402
from answerprint.departments.footage.looks.fingerprints import fingerprint  # noqa: E402
from answerprint.media.decode import read_pictures  # noqa: E402
from answerprint.media.fanout import fan_out  # noqa: E402
from answerprint.media.forms import PictureForm  # noqa: E402
from answerprint.models.shelf import Shelf  # noqa: E402

SEED = 9_400_000  # tuning used seeds near 100 000
MATCHES, DIFFERS = 0.8, 0.65
LOOKED = tuple(range(12, FRAMES - 12, 6))  # frames at which truth and peers look
ALIKE = 1 / 6  # of the pace that two movements may differ


# moments; what peers look at; small pictures; seconds taken and played
Seen = tuple[Moments, dict[str, np.ndarray], np.ndarray, tuple[float, float]]


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    shots = made_shots(seed, pairs, copies=pairs)
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as pool:
        seen = list(pool.map(_seen, shots, [folder] * len(shots)))
    report(shots, seen)


def report(shots: list[Shot], seen: list[Seen]) -> None:
    moments = [shot_moments(one[0], 0, 10**9, RATE * 512) for one in seen]
    prints = [fingerprint(one[2]) for one in seen]
    known = [number for number, one in enumerate(prints) if one is not None]
    same = pairs_of([one for one in prints if one is not None])
    apart = {(known[one.first], known[one.second]) for one in same}
    copies = {(a, b) for a, b in combinations(range(len(shots)), 2) if shots[a].setup == shots[b].setup}
    left = f"{len(apart & copies)} of {len(copies)} copies left out, {len(apart - copies)} others"
    print(f"{len(shots)} shots; {left}")
    print(f"{'kind':<8}{'what':<26}{'true':>5} {'of pairs':>8} {'AP':>6}  {'right of told':>20}  copies told")
    for kind in KINDS:
        truth = _truth(shots, kind)
        count = sum(value == 1 for value in truth.values())
        judged = sum(value >= 0 for value in truth.values())
        head = f"{count:>5} {judged:>8}"
        found = match_cuts(moments, [16 / 9] * len(shots), apart=apart, kinds=(kind,), most=10**6)
        every = match_cuts(moments, [16 / 9] * len(shots), apart=apart, kinds=(kind,), most=10**6, least=0.0)
        said = [truth.get((one.first, one.second), -1) for one in found]
        right = f"{sum(value == 1 for value in said)} of {sum(value >= 0 for value in said)}"
        twice = len({(one.first, one.second) for one in found} & copies)
        told = {(one.first, one.second): one.likeness for one in every}
        print(f"{kind:<8}{'answerprint':<26}{head} {_ap(truth, told):6.3f}  {right:>20}  {twice:>11}")
        for name in seen[0][1]:
            told = {pair: _likeness(name, *(seen[one][1][name] for one in pair)) for pair in truth}
            print(f"{kind:<8}{name:<26}{head} {_ap(truth, told):6.3f}")
        print(f"{kind:<8}{'chance':<26}{head} {count / judged:6.3f}")
    taken, played = (sum(one[3][k] for one in seen) for k in (0, 1))
    print(f"looking: {played / taken:.1f} times as fast as the shots play, one process")
    print(f"outlines of people: {MODEL if Shelf().fetched(MODEL) else 'not fetched'}")


def _seen(shot: Shot, folder: str) -> Seen:
    cv2.setNumThreads(1)
    path = Path(folder) / f"{shot.seed}{shot.copy}.mp4"
    write(path, list(pictures(shot)), Fraction(RATE), crf=24 if shot.copy else 20)
    began = time.perf_counter()
    watcher = MomentWatcher(path, person_finder())
    fan_out(path, [watcher], thorough=False)
    moments = watcher.found()
    took = time.perf_counter() - began
    frames = [one for block in read_pictures(path, PictureForm("rgb", 192, 108)) for one in block.pixels]
    frames = [np.asarray(one, np.uint8) for one in frames]
    luma = [
        cv2.resize(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), (32, 18), interpolation=cv2.INTER_AREA)
        for one in frames[:: RATE // 4]
    ]
    path.unlink()
    return moments, _peers(frames), np.array(luma, np.uint8), (took, FRAMES / RATE)


def _peers(frames: list[np.ndarray]) -> dict[str, np.ndarray]:
    """What others would look at, at each moment."""
    otsu, flows, wholes, colours = [], [], [], []
    for number in LOOKED:
        grey = cv2.cvtColor(frames[number], cv2.COLOR_RGB2GRAY)
        _, mask = cv2.threshold(cv2.GaussianBlur(grey, (5, 5), 0), 0, 255, cv2.THRESH_OTSU)
        edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
        otsu.append((mask > 0) ^ (edge.mean() > 127))
        after = cv2.cvtColor(frames[number + 2], cv2.COLOR_RGB2GRAY)
        flow = cv2.calcOpticalFlowFarneback(grey, after, None, 0.5, 3, 15, 3, 5, 1.2, 0)
        flows.append(flow.mean(axis=(0, 1)))
        small = cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
        wholes.append((small - small.mean()) / (small.std() + 1e-6) / np.sqrt(small.size))
        bins = cv2.calcHist([frames[number]], [0, 1, 2], None, [8, 8, 8], [0, 256] * 3).ravel()
        colours.append(np.sqrt(bins / bins.sum()))
    return {
        "Otsu's outlines": np.array(otsu).reshape(len(LOOKED), -1).astype(np.float32),
        "Farneback's flow, mean": np.array(flows, np.float32),
        "whole picture": np.array(wholes, np.float32),
        "colours": np.array(colours, np.float32),
    }


def _likeness(name: str, one: np.ndarray, two: np.ndarray) -> float:
    both = one @ two.T
    if name == "Otsu's outlines":
        return float((both / np.maximum(one.sum(1)[:, None] + two.sum(1)[None] - both, 1)).max())
    if name.startswith("Farneback"):
        sizes = np.linalg.norm(one, axis=1)[:, None] * np.linalg.norm(two, axis=1)[None]
        return float((both / np.maximum(sizes, 1e-3)).max())
    return float(both.max())


def _truth(shots: list[Shot], kind: str) -> dict[tuple[int, int], int]:
    """1 matches, 0 does not, −1 is between."""
    found: dict[tuple[int, int], int] = {}
    masks = [
        np.array([outline(one, number / RATE) > 0.5 for number in LOOKED])
        .reshape(len(LOOKED), -1)
        .astype(np.float32)
        for one in (shots if kind == "mask" else ())
    ]
    for a, b in combinations(range(len(shots)), 2):
        one, two = shots[a], shots[b]
        if one.setup == two.setup:
            continue
        if kind == "mask":
            both = masks[a] @ masks[b].T
            iou = float((both / np.maximum(masks[a].sum(1)[:, None] + masks[b].sum(1)[None] - both, 1)).max())
            found[a, b] = 1 if iou >= MATCHES else 0 if iou < DIFFERS else -1
        elif kind == "shape":
            if one.silhouette != two.silhouette:
                found[a, b] = 0
            else:  # turned a little, or to be enlarged too far: neither
                near = abs(one.turn - two.turn) < 0.09 and _reached(one, two)
                found[a, b] = 1 if near and _whole(one) and _whole(two) else -1
        else:
            found[a, b] = _moves_alike(one, two)
    return found


def _whole(shot: Shot) -> bool:
    """Whether at some moment its silhouette is all in the picture."""
    masks = [outline(shot, number / RATE) > 0.5 for number in LOOKED]
    return any(not (one[0].any() or one[-1].any() or one[:, 0].any() or one[:, -1].any()) for one in masks)


def _reached(one: Shot, two: Shot) -> bool:
    """Whether the smaller silhouette, enlarged by less than half, lies on the larger without a border."""
    large, small = (one, two) if one.size >= two.size else (two, one)
    scale = large.size / small.size
    x, y = (small.x - large.x / scale) * HEIGHT / WIDTH, small.y - large.y / scale
    return scale < 1.45 and 0 <= x <= 1 - 1 / scale and 0 <= y <= 1 - 1 / scale


def _moves_alike(one: Shot, two: Shot) -> int:
    if not (one.moving and two.moving):
        return 0 if one.still or two.still else -1
    off = [np.hypot(*np.subtract(getattr(one, name), getattr(two, name))) for name in ("drift", "pan")]
    pace = max(np.hypot(*getattr(shot, name)) for shot in (one, two) for name in ("drift", "pan"))
    if max(off) < ALIKE * pace:
        if np.hypot(*one.pan) > 0.06:
            return 1
        return 1 if _over(one, two) else -1  # only the subject moves: alike where it does so in one place
    return 0 if off[1] > 0.5 * pace or (np.hypot(*one.pan) < 0.06 and off[0] > 0.5 * pace) else -1


def _over(one: Shot, two: Shot) -> bool:
    return np.hypot(one.x - two.x, one.y - two.y) < 0.3 * min(one.size, two.size)


def _ap(truth: dict[tuple[int, int], int], told: dict[tuple[int, int], float]) -> float:
    """Average precision; what was not told comes last."""
    judged = [(told.get(pair, -10.0), value) for pair, value in truth.items() if value >= 0]
    order = np.array([value for _, value in sorted(judged, key=lambda one: -one[0])])
    precision = np.cumsum(order) / np.arange(1, len(order) + 1)
    return float(precision[order == 1].mean()) if order.any() else float("nan")


if __name__ == "__main__":
    main()
