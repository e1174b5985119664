"""Pictures made twice as fine, beside their peers: PSNR and SSIM against the truth, and seconds.

Run: python bench/scaling.py [generated] [film] [soft] [speed] [sheet]
`generated`: moving scenes drawn at both sizes, brought down by area, Gaussian or Lanczos. `film`: frames of a
film, halved the same ways. `soft`: a scene out of focus, grainy, noisy. `speed`: 960x540 to 1920x1080 on one
core. `sheet`: docs/pictures/picture-scale.jpg. Peers: FFmpeg's scale (lanczos, spline), OpenCV's Lanczos, and
iterative back-projection (Irani and Peleg 1991) over the same registration.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
from generated.moving_scenes import Camera, MovingScene

from answerprint.departments.picture.flow import flow_to
from answerprint.departments.picture.scaling.fusing import Fusion
from answerprint.departments.picture.scaling.registering import joined, parted, seen_by_flow
from answerprint.departments.picture.scaling.resampling import resampled
from answerprint.departments.picture.scaling.scaler import Scaler
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.pipeline.picture.sheets import write_sheet

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
FILM = DATA / "video" / "big_buck_bunny_0_30.webm"
WIDE, HIGH = 320, 180  # of the coarse pictures
LENGTH = 7  # pictures of a sequence; the middle three are scored
SCORED = (2, 3, 4)
EDGE = 8
SHEET = Path(__file__).parents[1] / "docs" / "pictures" / "picture-scale.jpg"
SHOWN = ((302, "pan", 250, 120), (303, "turn", 330, 160))  # seed, path, and where the detail lies
STEPS = 8  # of back-projection

Down = Callable[[Pixels], Pixels]


def main() -> None:
    cv2.setNumThreads(1)
    for part in sys.argv[1:] or ["generated", "film", "soft", "speed"]:
        {"generated": generated, "film": film, "soft": soft, "speed": speed, "sheet": sheet}[part]()


def area(fine: Pixels) -> Pixels:
    return cv2.resize(fine, (fine.shape[1] // 2, fine.shape[0] // 2), interpolation=cv2.INTER_AREA)


def gauss(fine: Pixels) -> Pixels:
    """Every other pixel after a Gaussian of 0.8 pixels, centred between pixels."""
    kernel = np.exp(-0.5 * (np.arange(-3.5, 4) / 0.8) ** 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    return cv2.sepFilter2D(fine, -1, kernel, kernel, anchor=(3, 3), borderType=cv2.BORDER_REFLECT)[::2, ::2]


def lanczos(fine: Pixels) -> Pixels:
    return resampled(fine, fine.shape[1] // 2, fine.shape[0] // 2)


WAYS: dict[str, Down] = {"area": area, "gauss": gauss, "lanczos": lanczos}


def generated() -> None:
    found = {}
    for seed, kind in ((301, "locked"), (302, "pan"), (303, "turn"), (304, "push"), (305, "tilt")):
        fine = scene(seed, kind)
        for name, down in WAYS.items():
            found[f"{kind}, {name}"] = scored(fine, down)
    table("generated scenes", found)


def film() -> None:
    if not FILM.exists():
        print("no film: the folder of test data is not there")
        return
    found = {}
    for at, fine in film_sequences((130, 200, 290, 390, 480, 560, 650)).items():
        for name, down in WAYS.items():
            found[f"{at}, {name}"] = scored(fine, down)
    table("a film", found)


def soft() -> None:
    fine = scene(306, "pan")
    draw = np.random.default_rng(9)
    found = {}
    for blur in (0.7, 1.0, 2.0, 3.0):
        blurred = [cv2.GaussianBlur(one, (0, 0), blur) for one in fine]
        for name in ("area", "lanczos"):
            found[f"blurred {blur:g} px, {name}"] = scored(blurred, WAYS[name])
    grain = [one + draw.normal(0, 0.03, one.shape).astype(np.float32) for one in fine]
    found["grain of 0.03, area"] = scored(grain, area)
    found["sensor noise of 0.015"] = scored(fine, lambda one: noisy(area(one), draw))
    table("soft and noisy pictures", found)


def noisy(pixels: Pixels, draw: np.random.Generator) -> Pixels:
    return pixels + draw.normal(0, 0.015, pixels.shape).astype(np.float32)


def scene(seed: int, kind: str) -> list[Pixels]:
    made = MovingScene(seed, WIDE, HIGH)
    path = made.path(kind, 60)
    return [made.picture(time, path[24 + time], scale=2) for time in range(LENGTH)]


def film_sequences(starts: tuple[int, ...]) -> dict[str, list[Pixels]]:
    found: dict[str, list[Pixels]] = {f"frame {start}": [] for start in starts}
    with av.open(str(FILM)) as file:
        for number, frame in enumerate(file.decode(video=0)):
            for start in starts:
                if start <= number < start + LENGTH:
                    pixels = frame.to_ndarray(format="rgb24").astype(np.float32) / 255
                    size = (2 * WIDE, 2 * HIGH)
                    found[f"frame {start}"].append(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return found


def scored(fine: list[Pixels], down: Down) -> dict[str, np.ndarray]:
    """(PSNR, SSIM) of each way, mean over the pictures scored."""
    coarse = [eight_bits(down(one)) for one in fine]
    fusion = Fusion()
    ways: dict[str, Callable[[int], Pixels]] = {
        "Lanczos": lambda at: Scaler(2 * WIDE, 2 * HIGH, fusion=None).picture(Window([coarse[at]], 0, at)),
        "OpenCV Lanczos4": lambda at: cv2.resize(
            coarse[at], (2 * WIDE, 2 * HIGH), interpolation=cv2.INTER_LANCZOS4
        ),
        "FFmpeg lanczos": lambda at: by_ffmpeg(coarse[at], "lanczos"),
        "FFmpeg spline": lambda at: by_ffmpeg(coarse[at], "spline"),
        "back-projection": lambda at: back_projected(coarse, at),
        "ours, one picture": lambda at: Scaler(2 * WIDE, 2 * HIGH, fusion=fusion).picture(
            Window([coarse[at]], 0, at)
        ),
        "ours": lambda at: Scaler(2 * WIDE, 2 * HIGH, fusion=fusion).picture(
            Window(coarse[at - 2 : at + 3], 2, at)
        ),
    }
    return {
        name: np.mean([score(eight_bits(make(at)), fine[at]) for at in SCORED], axis=0)
        for name, make in ways.items()
    }


def by_ffmpeg(pixels: Pixels, how: str) -> Pixels:
    high, wide = pixels.shape[:2]
    flags = f"{how}+accurate_rnd+full_chroma_int+full_chroma_inp"
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{wide}x{high}",
        "-i",
        "-",
    ]
    command += [
        "-vf",
        f"scale={2 * wide}:{2 * high}:flags={flags}",
        "-pix_fmt",
        "rgb24",
        "-f",
        "rawvideo",
        "-",
    ]
    data = np.rint(pixels * 255).astype(np.uint8).tobytes()
    made = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    return np.frombuffer(made, np.uint8).reshape(2 * high, 2 * wide, 3).astype(np.float32) / 255


def back_projected(coarse: list[Pixels], at: int) -> Pixels:
    """Luma that, seen through each neighbour's registration and an area's mean, gives back each neighbour."""
    parts = [parted(one) for one in coarse]
    ours = parts[at]
    fine = np.stack([resampled(one[..., None].repeat(3, 2), 2 * WIDE, 2 * HIGH)[..., 0] for one in ours])
    y, x = np.mgrid[: 2 * HIGH, : 2 * WIDE].astype(np.float32)
    views = [(ours[0], None, None)]
    for near in (at - 2, at - 1, at + 1, at + 2):
        forth = flow_to(seen_by_flow(ours[0]), seen_by_flow(parts[near][0]))
        back = flow_to(seen_by_flow(parts[near][0]), seen_by_flow(ours[0]))
        views.append((parts[near][0], 2 * enlarged(forth), 2 * enlarged(back)))
    for _ in range(STEPS):
        change, weight = np.zeros_like(fine[0]), np.zeros_like(fine[0])
        for wanted, forth, back in views:
            there = fine[0] if back is None else at_places(fine[0], x + back[..., 0], y + back[..., 1])
            missing = enlarged(wanted - area(there))
            trust = np.exp(-((missing / 0.05) ** 2)).astype(np.float32)
            if forth is not None:
                missing = at_places(missing, x + forth[..., 0], y + forth[..., 1])
                trust = at_places(trust, x + forth[..., 0], y + forth[..., 1])
            change, weight = change + trust * missing, weight + trust
        fine[0] += change / np.maximum(weight, 1e-3)
    return joined(fine)


def enlarged(plane: np.ndarray) -> np.ndarray:
    return cv2.resize(plane, (2 * WIDE, 2 * HIGH), interpolation=cv2.INTER_CUBIC)


def at_places(plane: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return cv2.remap(plane, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def score(made: Pixels, truth: Pixels) -> tuple[float, float]:
    inner = (slice(EDGE, -EDGE), slice(EDGE, -EDGE))
    error = float(np.mean((made[inner].astype(np.float64) - np.clip(truth[inner], 0, 1)) ** 2))
    return -10 * np.log10(max(error, 1e-10)), similarity(parted(made[inner])[0], parted(truth[inner])[0])


def similarity(one: np.ndarray, two: np.ndarray) -> float:
    """SSIM of luma (Wang et al. 2004), Gaussian windows of 1.5 pixels."""

    def mean(plane: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(plane.astype(np.float64), (11, 11), 1.5)

    a, b = mean(one), mean(two)
    spread_a, spread_b, shared = mean(one * one) - a * a, mean(two * two) - b * b, mean(one * two) - a * b
    return float(
        np.mean(
            (2 * a * b + 1e-4) * (2 * shared + 9e-4) / ((a * a + b * b + 1e-4) * (spread_a + spread_b + 9e-4))
        )
    )


def eight_bits(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(np.rint(np.clip(pixels, 0, 1) * 255) / 255, np.float32)


def table(title: str, found: dict[str, dict[str, np.ndarray]]) -> None:
    ways = list(next(iter(found.values())))
    print(f"{title}, {WIDE}x{HIGH} to {2 * WIDE}x{2 * HIGH}: PSNR dB of R'G'B', SSIM of luma")
    print(f"{'':<26}" + "".join(f"{name:>19}" for name in ways) + f"{'gain':>7}")
    gains = []
    for name, row in found.items():
        gains.append(row["ours"][0] - row["Lanczos"][0])
        told = "".join(f"{row[way][0]:>12.2f} {row[way][1]:.4f}" for way in ways)
        print(f"{name:<26}{told}{gains[-1]:>+7.2f}")
    mean = {way: np.mean([row[way] for row in found.values()], axis=0) for way in ways}
    told = "".join(f"{mean[way][0]:>12.2f} {mean[way][1]:.4f}" for way in ways)
    print(f"{'mean':<26}{told}{np.mean(gains):>+7.2f}   least {min(gains):+.2f}\n")


def speed() -> None:
    made = MovingScene(307, 960, 540)
    pictures = [eight_bits(made.picture(time, Camera(dx=1.4 * time))) for time in range(6)]
    for name, fusion in (("fusion", Fusion()), ("lanczos", None)):
        scaler = Scaler(1920, 1080, fusion=fusion)
        spent = []
        for at in (2, 3):
            began = time.process_time()
            scaler.picture(Window(pictures[at - 2 : at + 3], 2, at))
            spent.append(time.process_time() - began)
        print(f"960x540 to 1920x1080, {name}: {1 / min(spent):.2f} pictures a second of one core")


def sheet() -> None:
    """Details of generated scenes: as Lanczos scales them, as ours does, and as they are."""
    rows = []
    for seed, kind, left, top in SHOWN:
        fine = scene(seed, kind)
        coarse = [eight_bits(area(one)) for one in fine]
        plain = Scaler(2 * WIDE, 2 * HIGH, fusion=None).picture(Window([coarse[3]], 0, 3))
        ours = Scaler(2 * WIDE, 2 * HIGH, fusion=Fusion()).picture(Window(coarse[1:6], 2, 3))
        place = (slice(top, top + 90), slice(left, left + 98))
        named = (("Lanczos", plain), ("scale", ours), ("as it was drawn", fine[3]))
        shown = [
            (f"{name}, {score(eight_bits(one), fine[3])[0]:.1f} dB", magnified(one[place]))
            for name, one in named[:2]
        ]
        rows.append(
            (f"{kind}: 320x180 to 640x360, a detail", [*shown, (named[2][0], magnified(fine[3][place]))])
        )
    write_sheet(SHEET, rows)
    print(SHEET, SHEET.stat().st_size)


def magnified(pixels: Pixels) -> Pixels:
    return np.clip(pixels.repeat(4, 0).repeat(4, 1), 0, 1)


if __name__ == "__main__":
    main()
