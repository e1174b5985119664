"""Pictures between two pictures, beside their peers: PSNR and SSIM against the one that was there; seconds.

Run: python bench/retiming.py [generated] [film] [fade] [speed] [sheet]
`generated`: moving scenes whose middle picture is drawn, fast subjects and an open shutter too. `film`: every
other picture of a film taken out and made again. `fade`: its opening fade. `speed`: seconds of one core for a
picture made. `sheet`: docs/pictures/picture-retime.jpg. Peers: FFmpeg's minterpolate (motion compensated,
overlapped blocks of variable sizes), its blend and its nearest.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np
from generated.moving_scenes import Camera, MovingScene
from scaling import eight_bits, magnified, score

from answerprint.departments.picture.retiming.interpolator import Interpolator
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.pipeline.picture.sheets import write_sheet

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
FILM = DATA / "video" / "big_buck_bunny_0_30.webm"
WIDE, HIGH = 640, 360
LENGTH = 11  # pictures of a sequence, of which every other one is taken out
STARTS = (60, 130, 200, 260, 330, 400, 470, 540, 610, 670)  # none of these reaches across a cut
SHEET = Path(__file__).parents[1] / "docs" / "pictures" / "picture-retime.jpg"
DETAIL = 72  # pixels of a detail shown, four times as large
PEERS = {
    "minterpolate": "mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1",
    "its blend": "mi_mode=blend",
    "its nearest": "mi_mode=dup",
}


def main() -> None:
    cv2.setNumThreads(1)
    for part in sys.argv[1:] or ["generated", "film", "fade", "speed"]:
        {"generated": generated, "film": film, "fade": fade, "speed": speed, "sheet": sheet}[part]()


def generated() -> None:
    found = {}
    for seed, kind, shutter, fast in (
        (401, "locked", 0.0, 0.0),
        (402, "pan", 0.0, 0.0),
        (403, "push", 0.0, 0.0),
        (404, "turn", 0.0, 0.0),
        (405, "locked", 0.0, 2.0),
        (406, "pan", 0.5, 1.0),
    ):
        made = MovingScene(seed, WIDE, HIGH)
        path = made.path(kind, 120)
        pictures = [
            eight_bits(made.picture(at / 2, halfway(path, 48 + at / 2), fast=fast, shutter=shutter))
            for at in range(LENGTH)
        ]
        name = kind + (", fast" if fast else "") + (", blurred" if shutter else "")
        found[name] = scored(pictures)
    table("generated scenes", found)


def film() -> None:
    if not FILM.exists():
        print("no film: the folder of test data is not there")
        return
    table("a film", {f"frame {at}": scored(one) for at, one in film_sequences(STARTS).items()})


def fade() -> None:
    if FILM.exists():
        table(
            "its opening fade", {f"frame {at}": scored(one) for at, one in film_sequences((24, 34)).items()}
        )


def halfway(path: list[Camera], at: float) -> Camera:
    """The camera between two places of its path."""
    one, two, share = path[int(at)], path[int(at) + 1], at % 1
    names = ("dx", "dy", "angle", "zoom")
    return Camera(**{name: (1 - share) * getattr(one, name) + share * getattr(two, name) for name in names})


def film_sequences(starts: tuple[int, ...]) -> dict[int, list[Pixels]]:
    found: dict[int, list[Pixels]] = {start: [] for start in starts}
    with av.open(str(FILM)) as file:
        for number, frame in enumerate(file.decode(video=0)):
            for start in starts:
                if start <= number < start + LENGTH:
                    pixels = frame.to_ndarray(format="rgb24").astype(np.float32) / 255
                    found[start].append(
                        eight_bits(cv2.resize(pixels, (WIDE, HIGH), interpolation=cv2.INTER_AREA))
                    )
    return found


def scored(pictures: list[Pixels]) -> dict[str, np.ndarray]:
    """(PSNR, SSIM) of each way, mean over the pictures that every way makes."""
    kept = pictures[::2]
    peers = {name: by_ffmpeg(kept, how) for name, how in PEERS.items()}
    made: dict[str, list[Pixels]] = {name: [] for name in ("ours", *PEERS)}
    truth = []
    for at in range(1, len(pictures) - 1, 2):
        if any(at >= len(one) for one in peers.values()):
            continue
        truth.append(pictures[at])
        window = Window([pictures[at - 1], pictures[at + 1]], 0, at, 0.5)
        made["ours"].append(eight_bits(Interpolator().picture(window)))
        for name, one in peers.items():
            made[name].append(one[at])
    return {
        name: np.mean([score(one, two) for one, two in zip(each, truth, strict=True)], axis=0)
        for name, each in made.items()
    }


def by_ffmpeg(pictures: list[Pixels], how: str) -> list[Pixels]:
    """Twice the pictures a second, in Y'CbCr of full resolution."""
    high, wide = pictures[0].shape[:2]
    command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{wide}x{high}"]
    command += ["-r", "12", "-i", "-", "-threads", "1", "-filter_threads", "1", "-vf"]
    command += [f"format=yuv444p,minterpolate=fps=24:{how}:scd=none,format=rgb24", "-f", "rawvideo", "-"]
    data = b"".join(np.rint(one * 255).astype(np.uint8).tobytes() for one in pictures)
    made = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    return list(np.frombuffer(made, np.uint8).reshape(-1, high, wide, 3).astype(np.float32) / 255)


def table(title: str, found: dict[str, dict[str, np.ndarray]]) -> None:
    ways = list(next(iter(found.values())))
    print(f"{title}, {WIDE}x{HIGH}: PSNR dB of R'G'B', SSIM of luma")
    print(f"{'':<22}" + "".join(f"{name:>19}" for name in ways) + f"{'over minterpolate':>20}")
    gains = []
    for name, row in found.items():
        gains.append(row["ours"][0] - row["minterpolate"][0])
        told = "".join(f"{row[way][0]:>12.2f} {row[way][1]:.4f}" for way in ways)
        print(f"{name:<22}{told}{gains[-1]:>+20.2f}")
    mean = {way: np.mean([row[way] for row in found.values()], axis=0) for way in ways}
    told = "".join(f"{mean[way][0]:>12.2f} {mean[way][1]:.4f}" for way in ways)
    print(f"{'mean':<22}{told}{np.mean(gains):>+20.2f}   least {min(gains):+.2f}\n")


def speed() -> None:
    for wide, high in ((640, 360), (1280, 720), (1920, 1080)):
        made = MovingScene(407, wide, high)
        pictures = [eight_bits(made.picture(at, Camera(dx=3.0 * at))) for at in range(4)]
        began = time.process_time()
        for at in range(3):
            Interpolator().picture(Window(pictures[at : at + 2], 0, at, 0.5))
        ours = (time.process_time() - began) / 3
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        count = len(by_ffmpeg(pictures, PEERS["minterpolate"]))
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        theirs = (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) / (count / 2)
        took = f"ours {ours:.2f} s a picture made, minterpolate {theirs:.2f}"
        print(f"{wide}x{high}: {took}: {theirs / ours:.1f} times")


def sheet() -> None:
    """Middle pictures of generated scenes: both mixed, minterpolate's, ours, and the one that was drawn."""
    rows, edge = [], DETAIL // 2
    for seed, kind, fast in ((402, "pan", 1.0), (405, "locked", 3.0)):
        made = MovingScene(seed, WIDE, HIGH)
        path = made.path(kind, 120)
        drawn = [eight_bits(made.picture(at / 2, halfway(path, 48 + at / 2), fast=fast)) for at in range(7)]
        ways = {
            "mixed": by_ffmpeg(drawn[::2], PEERS["its blend"])[3],
            "minterpolate": by_ffmpeg(drawn[::2], PEERS["minterpolate"])[3],
            "retime": eight_bits(Interpolator().picture(Window([drawn[2], drawn[4]], 0, 2, 0.5))),
        }
        apart = cv2.blur(np.abs(ways["mixed"] - drawn[3]).mean(axis=2), (DETAIL, DETAIL))[
            edge:-edge, edge:-edge
        ]
        top, left = (int(one) for one in np.unravel_index(np.argmax(apart), apart.shape))
        place = (slice(top, top + 2 * edge), slice(left, left + 2 * edge))
        shown = [
            (f"{name}, {score(one, drawn[3])[0]:.1f} dB", magnified(one[place])) for name, one in ways.items()
        ]
        rows.append(
            (
                f"{kind}: between two pictures, where mixing is worst",
                [*shown, ("as it was drawn", magnified(drawn[3][place]))],
            )
        )
    write_sheet(SHEET, rows)
    print(SHEET, SHEET.stat().st_size)


if __name__ == "__main__":
    main()
