"""Known grades, white balances and exposures undone between differently framed views, beside the peers.

Run: python bench/picture.py [matched|strangers|surfaces …]
`matched`: 120 pairs of rendered views (40 rooms that nothing was tuned on, two cameras apart, noise, 8 bits)
and 100 of real pictures (frames of ../shared/data/video/big_buck_bunny, cropped differently). The clip has a
fault (exposure, white balance in linear light), the hero a grade (an ASC CDL in ACEScct), or both. What comes
out is compared, pixel for pixel, with the clip's own view rendered without fault or noise in the hero's
grade: mean ΔE00 of a picture. `the true answer` is the fault undone and the grade put on, exactly, on the
noisy clip: what noise and clipping leave to any method. `ours, without noise` is our grade on the clip before
noise and rounding: the grade alone. Peers: Reinhard et al. 2001 (mean and deviation in lαβ; written here),
tables of L*a*b* by OpenCV (written here), scikit-image `match_histograms` in .venv-bench (or
ANSWERPRINT_BENCH_PYTHON), FFmpeg's grayworld and normalize where the program is there (they see no hero).
`strangers`: views of different rooms (no chart, no heads in them) and of a film: what is refused. `surfaces`:
one room seen by cameras that hardly share a view.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from generated.picture_scenes import Camera, Scene, cameras, render, scene  # noqa: E402

from answerprint.core.cut import Cdl  # noqa: E402
from answerprint.departments.picture.difference import delta_e, lab_of  # noqa: E402
from answerprint.departments.picture.matching import match  # noqa: E402
from answerprint.departments.picture.operations import operation  # noqa: E402
from answerprint.departments.picture.pairs import View  # noqa: E402
from answerprint.departments.picture.spaces import GRADING, LINEAR_709, STILL, change  # noqa: E402

PEER = Path(os.environ.get("ANSWERPRINT_BENCH_PYTHON", ROOT / ".venv-bench" / "bin" / "python"))
DATA = Path(os.environ.get("ANSWERPRINT_DATA", ROOT.parent / "shared" / "data"))
SEED = 5000
ROOMS, EACH = 40, 3
REAL = 100
KINDS = ("exposure", "white balance", "grade", "grade and white balance")
encoded, decoded = change(LINEAR_709, STILL), change(STILL, LINEAR_709)


class Couple(NamedTuple):
    name: str
    kind: str
    ours: np.ndarray  # (h, w, 3) uint8 sRGB
    hero: np.ndarray
    truth: np.ndarray  # L*a*b*
    tones: np.ndarray | None
    clip: np.ndarray  # linear light of ours, with the fault and without noise
    fault: np.ndarray
    look: Cdl


def main() -> None:
    for part in sys.argv[1:] or ["matched", "strangers", "surfaces"]:
        {"matched": matched, "strangers": strangers, "surfaces": surfaces_alone}[part]()


def matched() -> None:
    rows: dict[str, list[float]] = {}
    kinds: dict[str, list[tuple[float, float]]] = {}
    tones: dict[str, dict[int, list[float]]] = {}
    groups: dict[str, dict[str, list[float]]] = {"rendered": {}, "real": {}}
    refused, seconds, errors = 0, [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = []
        for number, couple in enumerate(couples()):
            kept.append(
                couple._replace(
                    ours=np.zeros(0),
                    hero=np.zeros(0),
                    clip=np.zeros(0),
                    truth=couple.truth.astype(np.float32),
                )
            )
            cv2.imwrite(str(folder / f"{number:03d}_ours.png"), couple.ours[..., ::-1])
            cv2.imwrite(str(folder / f"{number:03d}_hero.png"), couple.hero[..., ::-1])
            began = time.process_time()
            found = match([view(couple.ours)], [view(couple.hero)])
            seconds.append(time.process_time() - began)
            refused += found.how == "nothing"
            made = encoded(
                operation(LINEAR_709, found.grade, GRADING)(decoded(couple.ours.astype(np.float32) / 255))
            )
            shot = decoded(couple.ours.astype(np.float32) / 255)
            undone = operation(LINEAR_709, couple.look, GRADING)((shot / couple.fault).astype(np.float32))
            alone = operation(LINEAR_709, found.grade, GRADING)(couple.clip.astype(np.float32))
            results = {
                "untouched": couple.ours,
                "the true answer": np.clip(encoded(undone), 0, 1) * 255,
                "ours, without noise": np.clip(encoded(alone), 0, 1) * 255,
                "answerprint": np.rint(np.clip(made, 0, 1) * 255).astype(np.uint8),
                "Reinhard 2001": reinhard(couple.ours, couple.hero),
                "L*a*b* tables (OpenCV)": tables(couple.ours, couple.hero),
                **ffmpeg(folder, number),
            }
            unlike = {
                who: score(rows, tones, groups, who, picture, couple) for who, picture in results.items()
            }
            kinds.setdefault(couple.kind, []).append((unlike["untouched"], unlike["answerprint"]))
            if found.after is not None and found.error is not None:
                errors.append((found.error, found.after.median, unlike["answerprint"]))
        if PEER.exists():
            done = subprocess.run([PEER, ROOT / "bench" / "peers" / "picture.py", folder], check=False)
            if done.returncode == 0:
                for number, couple in enumerate(kept):
                    picture = cv2.imread(str(folder / f"{number:03d}_skimage.png"))[..., ::-1]
                    score(rows, tones, groups, "scikit-image histograms", picture, couple)
    count = len(rows["answerprint"])
    print(f"{count} pairs; mean ΔE00 of each picture against the truth ({refused} refused, left as they are)")
    heads = ("median", "p90", "rooms", "p90", "film", "p90", "worst", "tones")
    print(f"{'':26}" + "".join(f"{one:>8}" for one in heads))
    for who, all_of in rows.items():
        one, two = groups["rendered"].get(who, [0]), groups["real"].get(who, [0])
        means = [float(np.mean(each)) for each in tones[who].values()]
        line = "".join(f"{np.median(each):8.2f}{np.percentile(each, 90):8.2f}" for each in (all_of, one, two))
        print(f"{who:26}{line}{max(all_of):8.2f}{max(means) / min(means):8.2f}")
    print("by fault, ours (median before → after, p90 after):")
    for kind, each in kinds.items():
        before, after = np.array(each).T
        print(
            f"  {kind:26}{np.median(before):6.2f} → {np.median(after):.2f}, "
            f"{np.percentile(after, 90):.2f} ({len(each)})"
        )
    print("skin, mean ΔE00 by Monk tone (1 lightest), in brackets the true answer: " + ", ".join(
        f"{tone + 1}: {np.mean(tones['untouched'][tone]):.2f} → {np.mean(tones['answerprint'][tone]):.2f}"
        f" ({np.mean(tones['the true answer'][tone]):.2f})"
        for tone in sorted(tones["answerprint"])
    ))  # fmt: skip
    said, own, true = np.array(errors).T
    print(
        f"said ΔE00 after {np.median(own):.2f} (places both show), "
        f"said error of the grade {np.median(said):.2f}; "
        f"rank correlation of error and truth {rank(said, true):.2f}"
    )
    print(f"{np.median(seconds):.2f} s of processor a pair, most {max(seconds):.2f} (640x360)")


def score(rows: dict, tones: dict, groups: dict, who: str, picture: np.ndarray, couple: Couple) -> float:
    unlike = delta_e(lab_of(decoded(picture.astype(np.float32) / 255)), couple.truth.astype(np.float64))
    mean = float(unlike.mean())
    rows.setdefault(who, []).append(mean)
    groups["real" if couple.tones is None else "rendered"].setdefault(who, []).append(mean)
    if couple.tones is not None:
        for tone in np.unique(couple.tones[couple.tones >= 0]):
            here = couple.tones == tone
            if here.sum() >= 50:
                tones.setdefault(who, {}).setdefault(int(tone), []).append(float(unlike[here].mean()))
    return mean


def couples():
    """Rendered couples, then real ones."""
    chance = np.random.default_rng(SEED)
    for room in range(ROOMS):
        first, second = cameras(SEED + room)
        place = scene(SEED + room)
        theirs, _ = render(place, first)
        ours, tones = render(place, second)
        for number in range(EACH):
            yield couple(f"room {room}", KINDS[(room + number) % 4], ours, theirs, tones, chance)
    frames = film_frames(REAL // 2)
    for number in range(REAL):
        frame = decoded(frames[number % len(frames)].astype(np.float32) / 255)
        ours, theirs = crop(frame, chance), crop(frame, chance)
        yield couple(f"film {number}", KINDS[number % 4], ours, theirs, None, chance)


def couple(name: str, kind: str, ours, theirs, tones, chance) -> Couple:
    fault, look = np.ones(3), Cdl()
    if kind == "exposure":
        fault = fault * 2 ** chance.uniform(-1.5, 0.5)
    if "white balance" in kind:
        gains = 2 ** np.clip(chance.normal(0, 0.3, 3), -0.6, 0.6)
        fault = gains / gains.max() * 2 ** chance.uniform(-0.3, 0.1)
    if "grade" in kind:
        contrast = chance.uniform(0.88, 1.15)
        slope = contrast + chance.normal(0, 0.03, 3)
        power = 1 + chance.normal(0, 0.04, 3)
        pivot = 0.4
        offset = (
            pivot ** (1 / power) - pivot * slope + chance.normal(0, 0.012, 3) + chance.uniform(-0.04, 0.01)
        )
        look = Cdl(
            *(tuple(float(one) for one in each) for each in (slope, offset, power)),
            float(chance.uniform(0.6, 1.25)),
        )
    graded = operation(LINEAR_709, look, GRADING)
    truth = np.clip(graded(ours.astype(np.float32)), 0, 1)
    hero, clip = graded(theirs.astype(np.float32)), ours * fault
    noisy = tones is not None  # frames of a film carry their own
    return Couple(
        name,
        kind,
        coded(clip, chance, noisy),
        coded(hero, chance, noisy),
        lab_of(truth),
        tones,
        clip,
        fault,
        look,
    )


def coded(linear: np.ndarray, chance: np.random.Generator, noisy: bool) -> np.ndarray:
    """8-bit sRGB, with the noise of a sensor where asked: 0.4 % at white, by the root of light below."""
    light = np.asarray(linear, np.float32)
    if noisy:
        light = light + chance.normal(0, 1, light.shape).astype(np.float32) * np.sqrt(
            0.0008**2 + 0.004**2 * np.maximum(light, 0)
        )
    return np.rint(np.clip(encoded(light), 0, 1) * 255).astype(np.uint8)


def crop(picture: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    high, wide = picture.shape[:2]
    part = chance.uniform(0.55, 0.85)
    h, w = int(high * part), int(wide * part)
    top, left = int(chance.integers(0, high - h + 1)), int(chance.integers(0, wide - w + 1))
    cut = picture[top : top + h, left : left + w]
    return cv2.resize(cut, (640, 360), interpolation=cv2.INTER_AREA if w > 640 else cv2.INTER_LINEAR)


def film_frames(count: int) -> list[np.ndarray]:
    from answerprint.media.decode import read_pictures
    from answerprint.media.forms import PictureForm

    path = DATA / "video" / "big_buck_bunny_0_30.webm"
    found, number = [], 0
    for block in read_pictures(path, PictureForm("rgb"), block=8, numbered=False):
        for pixels in block.pixels:
            if number % 14 == 0 and pixels.mean() > 25 and pixels.std() > 12:
                found.append(np.array(pixels))
            number += 1
    steps = np.linspace(0, len(found) - 1, min(count, len(found))).astype(int)
    return [found[one] for one in steps]


def view(picture: np.ndarray) -> View:
    from answerprint.departments.picture.matching import usable

    code = picture.astype(np.float32) / 255
    return View(change(STILL, GRADING)(code), usable(code))


def reinhard(ours: np.ndarray, hero: np.ndarray) -> np.ndarray:
    """Mean and deviation of each of l, α, β (Reinhard, Ashikhmin, Gooch and Shirley 2001)."""
    cones = np.array(((0.3811, 0.5783, 0.0402), (0.1967, 0.7244, 0.0782), (0.0241, 0.1288, 0.8444)))
    turn = np.diag((1 / 3**0.5, 1 / 6**0.5, 1 / 2**0.5)) @ np.array(((1, 1, 1), (1, 1, -2), (1, -1, 0)))

    def to(picture: np.ndarray) -> np.ndarray:
        light = decoded(picture.astype(np.float32) / 255).astype(np.float64)
        return np.log10(np.maximum(light @ cones.T, 1e-4)) @ turn.T

    one, two = to(ours), to(hero)
    moved = (one - one.mean((0, 1))) * two.std((0, 1)) / one.std((0, 1)) + two.mean((0, 1))
    light = 10 ** (moved @ np.linalg.inv(turn).T) @ np.linalg.inv(cones).T
    return np.rint(np.clip(encoded(np.clip(light, 0, 1).astype(np.float32)), 0, 1) * 255).astype(np.uint8)


def tables(ours: np.ndarray, hero: np.ndarray) -> np.ndarray:
    """Histograms of L*, a*, b* matched by one table each, through OpenCV."""
    one, two = (cv2.cvtColor(each, cv2.COLOR_RGB2LAB) for each in (ours, hero))
    made = np.empty_like(one)
    for layer in range(3):
        cumulated = [
            np.cumsum(cv2.calcHist([each], [layer], None, [256], [0, 256]).ravel()) for each in (one, two)
        ]
        mine, other = (each / each[-1] for each in cumulated)
        table = np.clip(np.searchsorted(other, mine), 0, 255).astype(np.uint8)
        made[..., layer] = cv2.LUT(one[..., layer], table)
    return cv2.cvtColor(made, cv2.COLOR_LAB2RGB)


def ffmpeg(folder: Path, number: int) -> dict[str, np.ndarray]:
    program, found = shutil.which("ffmpeg"), {}
    for name in ("grayworld", "normalize") if program else ():
        source, out = folder / f"{number:03d}_ours.png", folder / f"{number:03d}_{name}.png"
        how = "format=gbrpf32le,grayworld,format=rgb24" if name == "grayworld" else name
        command = [str(program), "-v", "error", "-y", "-i", str(source), "-vf", how, str(out)]
        if subprocess.run(command, check=False).returncode == 0:
            found[f"FFmpeg {name}"] = cv2.imread(str(out))[..., ::-1]
    return found


def rank(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.argsort().argsort(), other.argsort().argsort())[0, 1])


def strangers() -> None:
    """Views that have nothing in common: a grade found here is an error."""
    chance = np.random.default_rng(SEED + 1)
    views = [render(bare(SEED + 500 + k), cameras(SEED + 500 + k)[0])[0] for k in range(16)]
    frames = [decoded(one.astype(np.float32) / 255) for one in film_frames(8)]
    told: dict[str, int] = {}
    count = 0
    for number in range(60):
        one = views[number % 16]
        two = views[(number * 7 + 5) % 16] if number % 3 else crop(frames[number % len(frames)], chance)
        if one is two:
            continue
        found = match([view(coded(one, chance, True))], [view(coded(two, chance, True))])
        told[found.how] = told.get(found.how, 0) + 1
        count += 1
    print(
        f"strangers, {count} couples of different rooms and films: "
        + ", ".join(f"{a} {b}" for a, b in told.items())
    )


def bare(seed: int) -> Scene:
    """A room without what every room has."""
    room = scene(seed)
    room.chart, room.heads = (-99.0, 2.0), []
    return room


def surfaces_alone() -> None:
    """One room by cameras that look apart: little or nothing is seen by both."""
    chance = np.random.default_rng(SEED + 2)
    told: dict[str, list[tuple[float, float]]] = {}
    for number in range(24):
        room = bare(SEED + 900 + number)
        one = Camera(np.array([-0.5, 1.5, 0.0]), np.array([-2.9, 1.3, 5.0]), 38.0)
        two = Camera(np.array([0.5, 1.5, 0.2]), np.array([2.7, 1.3, 5.0]), 38.0)
        ours, theirs = render(room, one)[0], render(room, two)[0]
        each = couple("", KINDS[number % 4], ours, theirs, np.zeros(1), chance)
        found = match([view(each.ours)], [view(each.hero)])
        source = each.ours.astype(np.float32) / 255
        made = operation(STILL, found.grade, GRADING)(source)
        before, after = (
            float(delta_e(lab_of(decoded(np.clip(one, 0, 1))), each.truth).mean()) for one in (source, made)
        )
        told.setdefault(found.how, []).append((before, after))
    print("one room, cameras looking apart (24 pairs): how, number, median ΔE00 before → after, worse")
    for how, each in told.items():
        before, after = np.array(each).T
        worse = int((after > before + 0.1).sum())
        print(f"  {how:10}{len(each):4}  {np.median(before):.2f} → {np.median(after):.2f}   {worse}")


if __name__ == "__main__":
    main()
