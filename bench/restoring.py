"""Damage taken out of moving pictures whose clean state is known, beside the peers.

Run: python bench/restoring.py [dirt|scratches|lines|flicker|weave|fields|sheet …]
Scenes: ten of 480x270, six of them generated (locked, panned, tilted, pushed, subjects up to four times as
quick, with and without motion blur), four stretches of ../shared/data/video/big_buck_bunny. Damage is that
of generated/film_damage.py, all rounded to 8 bits. F1 is over pixels, a pixel of edge given (two for what is
found too much); `false` is the share of pixels of clean pictures that is touched; dB are PSNR against the
clean pictures, mean of pictures. Peers: FFmpeg's filters where the program is there; OpenCV's inpainting
(Telea) where the median of three pictures differs. `sheet` draws docs/pictures/picture-restore.jpg from a
generated scene.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from generated import film_damage as damage  # noqa: E402
from generated.moving_scenes import Camera, MovingScene  # noqa: E402

from answerprint.departments.picture.restoring import fields as fielded  # noqa: E402
from answerprint.departments.picture.restoring.motion import luma_of  # noqa: E402
from answerprint.departments.picture.restoring.plan import Survey, plan_of  # noqa: E402
from answerprint.departments.picture.restoring.restorer import REACH, Restorer  # noqa: E402
from answerprint.departments.picture.windows import Window  # noqa: E402
from answerprint.media.clip_pictures import clip_pictures  # noqa: E402

BUNNY = ROOT.parent / "shared" / "data" / "video" / "big_buck_bunny_0_30.webm"
SIZE = 480, 270
SEED = 900
WAYS = (  # camera, how much quicker, shutter
    ("locked", 0.0, 0.0),
    ("pan", 0.0, 0.5),
    ("push", 1.0, 0.5),
    ("tilt", 2.0, 0.5),
    ("pan", 3.0, 0.0),
    ("locked", 3.0, 0.5),
)
STRETCHES = (110, 180, 300, 440)  # first pictures of four stretches of the film, none across a cut
Clip = list[np.ndarray]


def main() -> None:
    sys.stdout.reconfigure(line_buffering=True)
    cv2.setNumThreads(1)
    parts: dict[str, Callable[[], None]] = {
        "dirt": dirt,
        "scratches": scratches,
        "lines": lines,
        "flicker": flicker,
        "weave": weave,
        "fields": fields,
        "sheet": sheet,
    }
    for part in sys.argv[1:] or list(parts):
        parts[part]()


def clips(frames: int) -> dict[str, Clip]:
    made: dict[str, Clip] = {}
    for number, (way, fast, shutter) in enumerate(WAYS):
        scene = MovingScene(SEED + number, *SIZE)
        path = scene.path(way, 60)[8 : 8 + frames]
        made[f"{way} x{1 + fast:g}"] = [
            scene.picture(t, camera, fast=fast, shutter=shutter).astype(np.float32)
            for t, camera in enumerate(path)
        ]
    if BUNNY.exists():
        film: dict[int, Clip] = {first: [] for first in STRETCHES}
        for number, (_, pixels) in enumerate(clip_pictures(BUNNY, size=SIZE)):
            for first, pictures in film.items():
                if first <= number < first + frames:
                    pictures.append(pixels.astype(np.float32))
            if number > max(STRETCHES) + frames:
                break
        made |= {f"film {first}": pictures for first, pictures in film.items()}
    return made


def restored(
    pictures: Clip, *kinds: str, strength: str = "usual", confirmed: bool = False
) -> tuple[Clip, Clip, float, int]:
    """Pictures and masks, seconds a picture, scratches found. confirmed: lines that are left for a person to
    judge are taken for scratches."""
    began = time.process_time()
    chosen = frozenset(kinds)
    survey = Survey(len(pictures), chosen, strength, False)
    for number, pixels in enumerate(pictures):
        survey.add(number, pixels)
    survey.end_shot()
    plan = plan_of(survey.arrays(), chosen, strength)
    if confirmed:
        plan = replace(plan, lines=(*plan.lines, *plan.unproved))
    operator, made, masks = Restorer(plan), [], []
    for number in range(len(pictures)):
        first, last = max(0, number - REACH), min(len(pictures), number + REACH + 1)
        pixels, touched = operator.restored(Window(pictures[first:last], number - first, number))
        made.append(np.clip(pixels, 0, 1))
        masks.append(touched.mask)
    return made, masks, (time.process_time() - began) / len(pictures), len(plan.lines)


def dirt() -> None:
    rows = Rows("dirt and dust", "film_damage.dirty: 12 places a picture")
    false: dict[str, list[float]] = {"gentle": [], "usual": [], "strong": []}
    scores: dict[str, list[np.ndarray]] = {"gentle": [], "usual": [], "strong": []}
    seconds = []
    for number, (name, clean) in enumerate(clips(12).items()):
        damaged = damage.dirty(clean, SEED + number, 12)
        shown = rounded(damaged.pictures)
        for strength in scores:
            _, masks, _, _ = restored(clean, "dirt", strength=strength)
            false[strength].append(float(np.mean(masks)))
            made, masks, spent, _ = restored(shown, "dirt", strength=strength)
            scores[strength].append(counts(masks, damaged.masks))
            rows.add(f"answerprint, {strength}", name, made, clean)
            seconds.append(spent)
        rows.add("untouched", name, shown, clean)
        for peer, made in peers(
            shown,
            "tmedian=radius=1",
            "median=radius=2",
            "removegrain=m0=17:m1=17:m2=17:m3=17",
            "hqdn3d",
            "dedot",
        ).items():
            rows.add(peer, name, made, clean)
        rows.add("median of 3, OpenCV inpaint", name, inpainted(shown), clean)
    rows.show()
    for strength, found in scores.items():
        worst, mean = max(false[strength]), float(np.mean(false[strength]))
        print(f"  {strength:8} {scored(np.sum(found, axis=0))}; false {mean:.4%}, worst clip {worst:.4%}")
    print(f"  {np.mean(seconds):.3f} s of processor a picture")


def scratches() -> None:
    rows = Rows("scratches", "film_damage.scratched: 3 lines")
    total: list[np.ndarray] = []
    moving: list[np.ndarray] = []
    confirmed: list[np.ndarray] = []
    false = 0
    for number, (name, clean) in enumerate(clips(32).items()):
        damaged = damage.scratched(clean, SEED + number)
        shown = rounded(damaged.pictures)
        made, masks, _, _ = restored(shown, "scratches")
        total.append(counts(masks, damaged.masks))
        if name.startswith(("pan", "push")):
            moving.append(total[-1])
        print(f"  {name:12} {scored(total[-1])}")
        made_too, masks, _, _ = restored(shown, "scratches", confirmed=True)
        confirmed.append(counts(masks, damaged.masks))
        rows.add("answerprint, lines confirmed", name, made_too, clean)
        false += found_lines(clean)
        rows.add("untouched", name, shown, clean)
        rows.add("answerprint", name, made, clean)
        for peer, pictures in peers(
            shown,
            "tmedian=radius=1",
            "median=radius=2:radiusV=0",
            "removegrain=m0=17:m1=17:m2=17:m3=17",
            "hqdn3d",
        ).items():
            rows.add(peer, name, pictures, clean)
        rows.add("median of 3, OpenCV inpaint", name, inpainted(shown), clean)
    rows.show()
    print(f"  where the camera moves sideways (generated): {scored(np.sum(moving, axis=0))}")
    print(
        f"  all clips: {scored(np.sum(total, axis=0))}; lines confirmed: {scored(np.sum(confirmed, axis=0))}"
    )
    print(f"  lines in clean clips {false}")
    poles = 0
    for number, way in enumerate(("locked", "pan", "tilt", "push")):
        scene = MovingScene(SEED + 50 + number, *SIZE)
        pictures = []
        for t, camera in enumerate(scene.path(way, 60)[8:48]):
            picture = scene.picture(t, camera).astype(np.float32)
            for pole, shade in ((100, 0.95), (240, 0.05), (380, 0.9)):
                pictured = (pole - SIZE[0] / 2 - camera.dx) * camera.zoom + SIZE[0] / 2
                line = np.exp(-0.5 * ((np.arange(SIZE[0]) - pictured) / 0.9) ** 2).astype(np.float32)
                picture += 0.9 * line[None, :, None] * (np.float32(shade) - picture)
            pictures.append(picture)
        poles += found_lines(pictures)
    print(f"  poles (three thin ones that stand in the scene, in four clips) taken for scratches: {poles}")


def found_lines(pictures: Clip) -> int:
    survey = Survey(len(pictures), frozenset(["scratches"]), "usual", False)
    for number, pixels in enumerate(pictures):
        survey.add(number, pixels)
    return len(survey.arrays()["lines"])


def lines() -> None:
    rows = Rows("lost lines", "film_damage.lost_lines: 4 runs a picture")
    total = []
    for number, (name, clean) in enumerate(clips(12).items()):
        damaged = damage.lost_lines(clean, SEED + number)
        shown = rounded(damaged.pictures)
        made, masks, _, _ = restored(shown, "dropouts")
        total.append(counts(masks, damaged.masks))
        rows.add("untouched", name, shown, clean)
        rows.add("answerprint", name, made, clean)
        for peer, pictures in peers(shown, "tmedian=radius=1", "median=radius=1:radiusV=3", "hqdn3d").items():
            rows.add(peer, name, pictures, clean)
        rows.add("median of 3, OpenCV inpaint", name, inpainted(shown), clean)
    rows.show()
    print(f"  {scored(np.sum(total, axis=0))}")


def flicker() -> None:
    print(
        "flicker: gains of 6 %, contrast of 1.5 %, parts of 3 %; how far the mean light is off the clean one"
    )
    print(f"{'':52}{'deviation down':>16}{'step to step':>14}{'dB':>8}{'worst':>8}")
    for light, change in LIGHTS.items():
        found: dict[str, list[tuple[float, float, float]]] = {}
        unflickered = []
        for number, (_, pictures) in enumerate(clips(48).items()):
            clean = [pixels * np.float32(change(t)) for t, pixels in enumerate(pictures)]
            shown = rounded(damage.flickering(clean, SEED + number))
            made, _, _, _ = restored(shown, "flicker")
            same, _, _, _ = restored(clean, "flicker")
            unflickered.append(max(float(np.abs(a - b).max()) for a, b in zip(same, clean, strict=True)))
            results = {"untouched": shown, "answerprint": made}
            results |= peers(shown, "deflicker", "deflicker=size=24:mode=median")
            before = mean_light(shown) - mean_light(clean)
            for who, one in results.items():
                after = mean_light(one) - mean_light(clean)
                share = 1 - after.std() / before.std(), 1 - np.diff(after).std() / np.diff(before).std()
                found.setdefault(who, []).append((*share, psnr(one, clean)))
        for who, values in found.items():
            first, second, third = np.mean(values, axis=0)
            worst = min(one[0] for one in values)
            print(
                f"  {light + ', ' + who:50}{100 * first:14.1f} %{100 * second:12.1f} %{third:8.2f}"
                f"{100 * worst:6.0f} %"
            )
        print(f"  {light}, clean clips changed by at most {max(unflickered):.3f} of R'G'B'")


LIGHTS: dict[str, Callable[[int], float]] = {
    "steady light": lambda t: 1.0,
    "a lamp at picture 20": lambda t: 0.6 if t < 20 else 1.0,
    "a fade out from picture 16": lambda t: float(np.clip((48 - t) / 32, 0.05, 1)),
}


def weave() -> None:
    print("weave: places off by a deviation of 0.8 pixels; pixels left, picture to picture, and PSNR")
    found: dict[str, list[tuple[float, float]]] = {}
    kept = []
    for number, (_, clean) in enumerate(clips(40).items()):
        off = damage.unsteady(40, SEED + number, 0.8)
        shown = rounded([moved(pixels, *one) for pixels, one in zip(clean, off, strict=True)])
        for who, pictures in {"ours": shown, "clean": clean}.items():
            survey = Survey(40, frozenset(["weave"]), "usual", False)
            for t, pixels in enumerate(pictures):
                survey.add(t, pixels)
            survey.end_shot()
            shifts = np.asarray(survey.arrays()["shifts"], np.float64)
            if who == "clean":
                kept.append(float(np.abs(shifts).max()))
            else:
                left = np.diff(off - shifts, axis=0).std() / np.sqrt(2)
                found.setdefault("answerprint", []).append((left, psnr(restored(shown, "weave")[0], clean)))
        found.setdefault("untouched", []).append(
            (np.diff(off, axis=0).std() / np.sqrt(2), psnr(shown, clean))
        )
        for who, pictures in peers(shown, "deshake").items():
            found.setdefault(who, []).append((np.nan, psnr(pictures, clean)))
    for who, values in found.items():
        first, second = np.mean(values, axis=0)
        print(f"  {who:30}{first:8.3f} px{second:8.2f} dB")
    print(f"  clean clips (pans, tilts, pushes) moved by at most {max(kept):.3f} pixels")


def fields() -> None:
    rows = Rows("50i to 50p", "fields of scenes 50 times a second; the lines made up and those kept")
    order, frames = [], 24
    for number, (way, fast, _) in enumerate(WAYS):
        scene = MovingScene(SEED + number, SIZE[0], 288)
        path = scene.path(way, 120)[30 : 30 + 2 * frames]
        half = [
            scene.picture(t / 2, one, fast=fast, shutter=0.2).astype(np.float32) for t, one in enumerate(path)
        ]
        top_first = number % 2 == 0
        video = rounded([damage.woven(half[t], half[t + 1], top_first) for t in range(0, 2 * frames, 2)])
        told = fielded.fields_of(combs(video))
        order.append(told.kind == "video" and told.top_first == top_first)
        made = []
        for t, now in enumerate(video):
            before, after = video[max(0, t - 1)], video[min(frames - 1, t + 1)]
            made += [
                fielded.split(before, now, after, top_first=top_first, second=second)
                for second in (False, True)
            ]
        inner = slice(2, -2)
        rows.add("answerprint", way, made[inner], half[inner])
        parity = "tff" if top_first else "bff"
        for who, pictures in peers(video, *(f"{one}=1:{parity}" for one in ("yadif", "bwdif"))).items():
            rows.add(who.partition("=")[0], way, pictures[inner], half[inner])
    rows.show()
    print(f"  told as video with the right field first: {sum(order)} of {len(order)}")
    rows = Rows(
        "3:2 pulldown", "30 pictures of 24 made from scenes, the cadence broken once; against the film's own"
    )
    right: dict[str, list[float]] = {}
    for number, (way, fast, shutter) in enumerate(WAYS):
        scene = MovingScene(SEED + 20 + number, *SIZE)
        other = MovingScene(SEED + 40 + number, *SIZE)
        film = [
            (scene if t < 21 else other).picture(t, one, fast=fast, shutter=shutter).astype(np.float32)
            for t, one in enumerate(scene.path(way, 60)[10:50])
        ]
        video = rounded([*damage.pulled_down(film[:21]), *damage.pulled_down(film[21:], 1)])
        found = combs(video)
        choice = fielded.choices(found)
        whole = [
            fielded.put_together(video[max(0, t - 1)], now, video[min(len(video) - 1, t + 1)], int(choice[t]))
            for t, now in enumerate(video)
        ]
        unlike = np.ones(len(whole))
        for t in range(1, len(whole)):
            change = np.abs(luma_of(whole[t]) - luma_of(whole[t - 1]))
            unlike[t] = float(change.mean() + np.percentile(change, 99))
        results = {"answerprint": [whole[one] for one in fielded.cadence(unlike)]}
        results |= peers(video, "fieldmatch=order=tff,decimate", rate="30000/1001")
        for who, pictures in results.items():
            seen = [int(np.argmin([np.abs(one - frame).mean() for frame in film])) for one in pictures]
            right.setdefault(who, []).append(len(set(seen)) / len(film))
            rows.add(who, way, pictures, [film[one] for one in seen])
    rows.show()
    for who, shares in right.items():
        print(f"  {who:36}film pictures kept {100 * np.mean(shares):.1f} %")


def combs(pictures: Clip) -> list[fielded.Combs]:
    luma = [luma_of(one) for one in pictures]
    return [
        fielded.combs_of(luma[t - 1] if t else None, now, luma[t + 1] if t + 1 < len(luma) else None)
        for t, now in enumerate(luma)
    ]


class Rows:
    """PSNR of each way over clips; printed with the means over generated scenes and over the film."""

    def __init__(self, name: str, what: str) -> None:
        self._head = f"{name} ({what}); dB"
        self._rows: dict[str, dict[str, float]] = {}

    def add(self, who: str, clip: str, made: Clip, clean: Clip) -> None:
        count = min(len(made), len(clean))
        self._rows.setdefault(who, {})[f"{clip}{len(self._rows.get(who, {}))}"] = psnr(
            made[:count], clean[:count]
        )

    def show(self) -> None:
        print(f"{self._head:60}")
        print(f"{'':38}{'scenes':>8}{'film':>8}{'worst':>8}")
        for who, values in self._rows.items():
            film = [value for name, value in values.items() if name.startswith("film")]
            scenes = [value for name, value in values.items() if not name.startswith("film")]
            shown = f"{np.mean(film):8.2f}" if film else f"{'–':>8}"
            print(f"  {who:36}{np.mean(scenes):8.2f}{shown}{min(values.values()):8.2f}")


def counts(masks: Clip, truth: Clip) -> np.ndarray:
    """True, false and missed pixels, those beside an edge given."""
    beside = np.ones((3, 3), np.uint8)
    total = np.zeros(3)
    for found, real in zip(masks, truth, strict=True):
        wide_real = cv2.dilate(real.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        wide_found = cv2.dilate(found.astype(np.uint8), beside) > 0
        total += ((real & wide_found).sum(), (found & ~wide_real).sum(), (real & ~wide_found).sum())
    return total


def scored(total: np.ndarray) -> str:
    true, false, missed = total
    precision, recall = true / max(1, true + false), true / max(1, true + missed)
    both = 2 * precision * recall / max(1e-9, precision + recall)
    return f"F1 {both:.3f} (precision {precision:.3f}, recall {recall:.3f})"


def inpainted(pictures: Clip) -> Clip:
    made = []
    coded = [np.rint(one * 255).astype(np.uint8) for one in pictures]
    for number, now in enumerate(coded):
        first = int(np.clip(number - 1, 0, len(coded) - 3))
        middle = np.median(np.stack(coded[first : first + 3]), axis=0)
        mask = (np.abs(now - middle).mean(axis=2) > 20).astype(np.uint8)
        made.append(cv2.inpaint(now, mask, 3, cv2.INPAINT_TELEA).astype(np.float32) / 255)
    return made


def peers(pictures: Clip, *filters: str, rate: str = "25") -> dict[str, Clip]:
    """What FFmpeg's filters make of them, in 4:4:4 of 8 bits."""
    program = shutil.which("ffmpeg")
    if program is None:
        return {}
    high, wide = pictures[0].shape[:2]
    raw = b"".join(np.rint(one * 255).astype(np.uint8).tobytes() for one in pictures)
    found = {}
    for name in filters:
        form = ["-f", "rawvideo", "-pix_fmt", "rgb24"]
        command = [program, "-v", "error", *form, "-s", f"{wide}x{high}", "-r", rate, "-i", "-"]
        command += ["-vf", f"format=yuv444p,{name}", "-vsync", "0", *form, "-threads", "1", "-"]
        done = subprocess.run(command, input=raw, capture_output=True, check=False)
        if done.returncode:
            print(f"  {name}: {done.stderr.decode().strip()[:120]}")
            continue
        values = np.frombuffer(done.stdout, np.uint8).reshape(-1, high, wide, 3)
        found[f"FFmpeg {name}"[:36]] = [one.astype(np.float32) / 255 for one in values]
    return found


def rounded(pictures: Clip) -> Clip:
    return [(np.rint(np.clip(one, 0, 1) * 255) / 255).astype(np.float32) for one in pictures]


def moved(pixels: np.ndarray, right: float, down: float) -> np.ndarray:
    matrix = np.array([[1, 0, right], [0, 1, down]])
    return cv2.warpAffine(pixels, matrix, SIZE, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT)


def mean_light(pictures: Clip) -> np.ndarray:
    return np.array([float(one.mean()) for one in pictures])


def psnr(made: Clip, clean: Clip) -> float:
    values = [10 * np.log10(1 / (np.mean((a - b) ** 2) + 1e-9)) for a, b in zip(made, clean, strict=True)]
    return float(np.mean(values))


def sheet() -> None:
    from fractions import Fraction

    from answerprint.media.encode import VideoSettings, write_pictures
    from answerprint.pipeline.picture.restoring import Wanted, restore

    scene = MovingScene(SEED + 3, 640, 360)
    clean = [scene.picture(t, Camera(dx=2.0 * t), shutter=0.5).astype(np.float32) for t in range(40)]
    damaged = damage.scratched(damage.dirty(damage.flickering(clean, 3, 0.04, 0.02), 4, 10).pictures, 6, 2)
    out = ROOT / "docs" / "pictures" / "picture-restore.jpg"
    with tempfile.TemporaryDirectory() as name:
        source, made = Path(name) / "reel.mov", Path(name) / "restored.mov"
        coded = ((t, np.rint(one * 255).astype(np.uint8)) for t, one in enumerate(rounded(damaged.pictures)))
        write_pictures(source, coded, Fraction(24), VideoSettings(crf=4))
        done = restore(source, made, Wanted())
        drawn = cv2.imread(str(done.review))
    high = round(drawn.shape[0] * 1200 / drawn.shape[1])
    drawn = cv2.resize(drawn, (1200, high), interpolation=cv2.INTER_AREA)[: round(high * 2 / 3)]
    quality = 85
    while quality > 30:
        coded_sheet = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        if len(coded_sheet) <= 200_000:
            break
        quality -= 5
    out.parent.mkdir(exist_ok=True)
    out.write_bytes(coded_sheet.tobytes())
    print(f"{out.name}: {len(coded_sheet) / 1000:.0f} KB")


if __name__ == "__main__":
    main()
