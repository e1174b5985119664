"""Noise of known strength taken away, and grain put on, beside the peers.

Run: python bench/denoising.py [denoised|clean|measured|regrained|speed|sheets …] [--kinds gaussian-5,…]
Clips of 6 pictures, 480x270: generated scenes (a pan, a locked camera; things move in both) and a stretch of
../shared/data/video/big_buck_bunny (left out where it is not). Noise is laid over them, clipped and rounded
to 8 bits (generated/noisy_clips.py). Ours measures it on the noisy clip itself. Peers are FFmpeg's filters,
in full-range 4:4:4 and in RGB, and OpenCV's fastNlMeansDenoisingColoredMulti (on the two pictures that have
two neighbours each way), each at the strength, of several, that is best by PSNR against the truth on one
picture of that very clip: they are told what ours has to find out. `bm3d` is tried in one step and in two,
with and without like blocks. PSNR and SSIM (luma) are means over all pictures; flicker is the deviation over
time of the error's mean in 8x8 blocks, of 255, where the camera is locked. Seconds are processor time of one
picture, one thread. `sheets` draws docs/pictures/picture-denoise.jpg and picture-regrain.jpg.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from generated.moving_scenes import Camera, MovingScene  # noqa: E402
from generated.noisy_clips import KINDS, Noise, gaussian  # noqa: E402

from answerprint.departments.picture.contact import Row, contact_sheet  # noqa: E402
from answerprint.departments.picture.grain.denoising import Denoiser  # noqa: E402
from answerprint.departments.picture.grain.growing import Regrainer, Stretch, missing  # noqa: E402
from answerprint.departments.picture.grain.measuring import Measurer, quiet  # noqa: E402
from answerprint.departments.picture.grain.profiles import PLANES, NoiseProfile  # noqa: E402
from answerprint.departments.picture.grain.spectra import block_power, radial  # noqa: E402
from answerprint.departments.picture.grain.stocks import STOCKS, stock_named  # noqa: E402
from answerprint.departments.picture.windows import Window  # noqa: E402
from answerprint.pipeline.picture.reels import reel_of  # noqa: E402

DATA = Path(os.environ.get("ANSWERPRINT_DATA", ROOT.parent / "shared" / "data"))
WIDTH, HEIGHT, COUNT = 480, 270, 6
TRIED = 2  # the picture that peers' strengths are chosen on
FULL = "scale=in_range=full:out_range=full:flags=accurate_rnd+full_chroma_int"
FFMPEG = 1.86  # times the deviation: what its filter `noise` calls its strength
Clip = list[np.ndarray]


def main() -> None:
    cv2.setNumThreads(1)
    asked = [one for one in sys.argv[1:] if not one.startswith("--")]
    kinds = KINDS
    if "--kinds" in sys.argv:
        names = sys.argv[sys.argv.index("--kinds") + 1].split(",")
        asked = [one for one in asked if one != ",".join(names)]
        kinds = tuple(one for one in KINDS if one.name.replace(" ", "-") in names)
    for part in asked or ["denoised", "clean", "measured", "regrained", "speed"]:
        if part == "denoised":
            denoised(kinds)
        else:
            {
                "clean": clean,
                "measured": measured,
                "regrained": regrained,
                "speed": speed,
                "sheets": sheets,
            }[part]()


def clips(*, film: bool = True, count: int = COUNT) -> dict[str, Clip]:
    found = {}
    for name, seed in (("pan", 1), ("locked", 2)):
        scene = MovingScene(seed, WIDTH, HEIGHT)
        path = scene.path(name, 40)[12 : 12 + count]
        found[name] = [scene.picture(place, camera) for place, camera in enumerate(path)]
    file = DATA / "video" / "big_buck_bunny_0_30.webm"
    if film and file.exists():
        reel = reel_of(file, shots=False)
        for first in (100,):
            pictures = reel.pictures(first, first + count, size=(WIDTH, HEIGHT))
            found[f"film {first}"] = [pixels for _, pixels in pictures]
    return found


def denoised(kinds: tuple[Noise, ...]) -> None:
    scenes = clips()
    print(f"{'':34}" + "".join(f"{name:>17}" for name in scenes) + f"{'mean':>16}{'flicker':>9}{'s':>7}")
    for kind in kinds:
        rows: dict[str, list[tuple[float, float]]] = {}
        flickers: dict[str, float] = {}
        seconds: dict[str, list[float]] = {}
        for name, truth in scenes.items():
            noisy = [kind.over(one, 7, place) for place, one in enumerate(truth)]
            for who, (places, made, spent) in results(noisy, truth, kind).items():
                wanted = [truth[place] for place in places]
                score = np.mean([(psnr(a, b), ssim(a, b)) for a, b in zip(made, wanted, strict=True)], axis=0)
                rows.setdefault(who, []).append((float(score[0]), float(score[1])))
                seconds.setdefault(who, []).append(spent)
                if name == "locked":
                    flickers[who] = flicker(made, wanted)
        print(kind.name)
        for who, each in rows.items():
            mean = np.mean(each, axis=0)
            line = "".join(f"{one:10.2f} {other:.4f}" for one, other in each)
            told = f"{mean[0]:9.2f} {mean[1]:.4f}{flickers[who]:9.2f}{np.mean(seconds[who]):7.2f}"
            print(f"  {who:32}{line}{told}", flush=True)


def results(noisy: Clip, truth: Clip, kind: Noise) -> dict[str, tuple[range, Clip, float]]:
    """Of each: which pictures it made, those, and seconds a picture."""
    every = range(len(noisy))
    began = time.process_time()
    operator = Denoiser(profile_of(noisy))
    made = [operator.picture(window(noisy, place, operator.before)) for place in every]
    made = [np.rint(np.clip(one, 0, 1) * 255).astype(np.float32) / 255 for one in made]
    spent = (time.process_time() - began) / len(noisy)
    found = {"untouched": (every, noisy, 0.0), "answerprint": (every, made, spent)}
    if shutil.which("ffmpeg"):
        for who, filters in filters_for(kind).items():
            best = max(filters, key=lambda one: tuned(one, noisy, truth))
            found[who] = every, *ffmpeg(best, noisy)
    strength = max((0.6, 1.0), key=lambda one: psnr(opencv(noisy, TRIED, kind, one), truth[TRIED]))
    inner = range(2, 4)
    began = time.process_time()
    made = [opencv(noisy, place, kind, strength) for place in inner]
    found["OpenCV NlMeans multi"] = inner, made, (time.process_time() - began) / len(inner)
    return found


def filters_for(kind: Noise) -> dict[str, list[tuple[str, bool]]]:
    """Filters at several strengths; True in RGB."""
    deviation = 255 * float(np.sqrt(kind.offset + kind.gain * 0.45))
    share = deviation / 255

    def scaled(pattern: str, times: tuple[float, ...], rgb: tuple[bool, ...]) -> list[tuple[str, bool]]:
        return [(pattern.replace("S", f"{deviation * one:.3f}"), each) for one in times for each in rgb]

    two = "split[a][b];[a]bm3d=sigma=S:block=4:bstep=4:group=1:estim=basic[c];"
    two += "[b][c]bm3d=sigma=S:block=4:bstep=4:group=1:estim=final:ref=1"
    ata = [
        (":".join(f"{plane}a={min(share * a, 0.3):.3f}:{plane}b={share * b:.3f}" for plane in range(3)), rgb)
        for a, b in ((2, 5), (3, 9), (4, 14))
        for rgb in (False, True)
    ]
    return {
        "FFmpeg nlmeans": scaled("nlmeans=s=S", (0.25, 0.4, 0.6), (False,))
        + scaled("nlmeans=s=S", (0.6, 0.9), (True,)),
        "FFmpeg bm3d": scaled("bm3d=sigma=S:block=4:bstep=4:group=1", (1.6, 2.2, 3.0), (False,))
        + scaled("bm3d=sigma=S:block=4:bstep=4:group=4:range=5:mstep=2", (5.0,), (False,))
        + scaled(two, (1.9,), (False,)),
        "FFmpeg vaguedenoiser": scaled("vaguedenoiser=threshold=S:nsteps=5", (0.4, 0.8, 1.4), (False, True)),
        "FFmpeg fftdnoiz": scaled("fftdnoiz=sigma=S:prev=1:next=1", (0.7, 1.2, 2.0), (False, True)),
        "FFmpeg hqdn3d": scaled("hqdn3d=S:S:S:S", (0.3, 0.6, 1.0), (False, True)),
        "FFmpeg atadenoise": [("atadenoise=s=9:" + one, rgb) for one, rgb in ata],
    }


def tuned(chosen: tuple[str, bool], noisy: Clip, truth: Clip) -> float:
    """PSNR on the picture that strengths are chosen on; filters over time are shown its neighbours."""
    over_time = chosen[0].startswith(("hqdn3d", "atadenoise", "fftdnoiz"))
    some = noisy[: TRIED + 2] if over_time else noisy[TRIED : TRIED + 1]
    made, _ = ffmpeg(chosen, some)
    return psnr(made[TRIED if over_time else 0], truth[TRIED])


def ffmpeg(chosen: tuple[str, bool], pictures: Clip) -> tuple[Clip, float]:
    filters, rgb = chosen
    ways = ("format=gbrp", "format=rgb24") if rgb else (f"{FULL},format=yuv444p", f"{FULL},format=rgb24")
    joined = f"{ways[0]},{filters},{ways[1]}"
    high, wide = pictures[0].shape[:2]
    command = ["ffmpeg", "-v", "error", "-filter_threads", "1", "-filter_complex_threads", "1"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{wide}x{high}", "-r", "24", "-i", "-"]
    command += ["-filter_complex", joined, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = np.stack([np.rint(one * 255).astype(np.uint8) for one in pictures]).tobytes()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = np.frombuffer(done.stdout, np.uint8).reshape(-1, high, wide, 3).astype(np.float32) / 255
    if done.returncode or len(made) != len(pictures):
        raise SystemExit(f"{joined}: {len(made)} pictures; {done.stderr.decode()[-400:]}")
    return list(made), (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / len(pictures)


def opencv(noisy: Clip, place: int, kind: Noise, times: float) -> np.ndarray:
    strength = times * 255 * float(np.sqrt(kind.offset + kind.gain * 0.45))
    codes = [np.rint(one[..., ::-1] * 255).astype(np.uint8) for one in noisy]
    made = cv2.fastNlMeansDenoisingColoredMulti(codes, place, 5, None, strength, strength, 7, 15)
    return made[..., ::-1].astype(np.float32) / 255


def clean() -> None:
    """Pictures that have no noise: what is found in them, and what is left of them."""
    print("clean clips, 8 bits: deviation found, whether it counts as noise, PSNR of the result to the clip")
    for name, truth in more_clips().items():
        codes = [np.rint(one * 255).astype(np.float32) / 255 for one in truth]
        found = profile_of(codes)
        operator = Denoiser(found)
        made = operator.picture(window(codes, 4, operator.before)) if not quiet(found) else codes[4]
        same = "unchanged" if quiet(found) else f"{psnr(made, codes[4]):.1f} dB"
        print(
            f"  {name:12}{255 * found.deviation.mean():6.2f}  {'none' if quiet(found) else 'noise':6} {same}"
        )


def more_clips(*, film: bool = True) -> dict[str, Clip]:
    found = clips(film=film)
    for name, seed in (("push", 5), ("tilt", 7), ("turn", 9)):
        scene = MovingScene(seed, WIDTH, HEIGHT)
        path = scene.path(name, 40)[:COUNT]
        found[name] = [scene.picture(place, camera) for place, camera in enumerate(path)]
    return found


def measured() -> None:
    """What noise is found, against what was laid over, at three levels."""
    levels = np.array([0.15, 0.5, 0.8])
    print("deviation of 255 at levels 0.15, 0.5, 0.8: laid over, found (worst clip in brackets), share of it")
    scenes = more_clips()
    for kind in (gaussian(1), gaussian(2), *KINDS):
        wanted = 255 * np.sqrt(kind.offset + kind.gain * levels)
        each = []
        for truth in scenes.values():
            found = profile_of([kind.over(one, 7, place) for place, one in enumerate(truth)])
            variance = np.mean([np.interp(levels, found.levels, one) for one in found.variance], axis=0)
            each.append(255 * np.sqrt(variance) / wanted)
        share = np.array(each)
        worst = np.abs(share - 1).max(axis=0)
        told = "".join(
            f"{one:7.2f}{one * mid:7.2f} ({off:.0%})"
            for one, mid, off in zip(wanted, np.median(share, axis=0), worst, strict=True)
        )
        print(f"  {kind.name:18}{told}")


def regrained() -> None:
    """Grain learnt from one clip of 24 pictures (as many as `regrain --like` looks at) and put on another,
    against the grain that was there."""
    scenes = clips(count=24)
    names = list(scenes)
    source, target = scenes[names[-1]], scenes[names[0]]
    print(f"grain of {names[-1]!r} put on {names[0]!r}: what was added against what the source had")
    print(f"  {'':30}{'power by ring, mean, worst off':>34}{'variance by level, mean, worst off':>38}")
    kinds = (gaussian(10), *KINDS[3:], Noise("coarser 8", (8 / 255) ** 2, 0, 1.3, 0.3))
    for kind in kinds:
        had = [kind.over(one, 7, place, eight_bits=False) for place, one in enumerate(source)]
        like = profile_of(had)
        true = spectrum_and_levels([a - b for a, b in zip(had, source, strict=True)], source)
        ours = put_on(like, target)
        told(f"{kind.name}, answerprint", true, spectrum_and_levels(ours, target), kind, target)
        half = Noise("", kind.offset / 2, kind.gain / 2, kind.grain, kind.together)
        there = [half.over(one, 8, place, eight_bits=False) for place, one in enumerate(target)]
        lacks = missing(profile_of(there), like)
        added = put_on(lacks, target)
        both = [a - b + c for a, b, c in zip(there, target, added, strict=True)]
        told(f"{kind.name}, half there", true, spectrum_and_levels(both, target), kind, target)
        if shutil.which("ffmpeg"):
            strength = round(FFMPEG * 255 * float(np.sqrt(kind.offset + kind.gain * 0.45)))
            made, _ = ffmpeg((f"noise=alls={strength}:allf=t", True), target)
            theirs = [a - np.rint(b * 255) / 255 for a, b in zip(made, target, strict=True)]
            told(f"{kind.name}, FFmpeg noise", true, spectrum_and_levels(theirs, target), kind, target)
    print("named grain put on, as measured again: strength at the middle of the scale, size in pixels")
    for name in STOCKS:
        profile = stock_named(name)
        again = profile_of([a + b for a, b in zip(put_on(profile, target), target, strict=True)])
        middle = [
            255 * float(np.sqrt(np.interp(0.5, one.levels, one.variance[0]))) for one in (profile, again)
        ]
        size = [float(np.sqrt(radial(one.power[0])[1:4].mean())) for one in (profile, again)]
        print(f"  {name:8}{middle[0]:6.2f} {middle[1]:6.2f}   {size[0]:5.2f} {size[1]:5.2f}")


def told(who: str, true: tuple, found: tuple, kind: Noise, target: Clip) -> None:
    """Rings with less than a fiftieth of the strongest one's power are not told: nothing is there."""
    rings, other = true[0], found[0]
    there = rings > rings.max(axis=1, keepdims=True) / 50
    off = np.abs(other - rings)[there] / rings[there]
    levels, variance = found[1], found[2]
    wanted = kind.offset + kind.gain * levels
    level_off = np.abs(variance / wanted - 1)
    print(f"  {who:30}{off.mean():20.1%}{off.max():14.1%}{level_off.mean():24.1%}{level_off.max():14.1%}")


def put_on(profile: NoiseProfile | None, target: Clip) -> Clip:
    """What is added to each picture."""
    operator = Regrainer([Stretch(0, len(target), profile)], seed=5)
    made = [operator.picture(Window([one], 0, place)) for place, one in enumerate(target)]
    return [a - b for a, b in zip(made, target, strict=True)]


def spectrum_and_levels(grain: Clip, under: Clip) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rings of power of the three planes, each of mean 1; levels, and the grain's variance at them."""
    blocks = np.concatenate([_blocks(one @ PLANES.T) for one in grain])
    power = np.stack([block_power(blocks[..., plane]).mean(axis=0) for plane in range(3)])
    rings = np.stack([radial(one)[1:] for one in power])
    level = np.concatenate([one.reshape(-1) for one in under])
    values = np.concatenate([one.reshape(-1) for one in grain])
    edges = np.quantile(level, np.linspace(0.1, 0.9, 9))
    bins = np.digitize(level, edges)[:]
    inside = range(1, 9)
    levels = np.array([level[bins == one].mean() for one in inside])
    variance = np.array([values[bins == one].var() for one in inside])
    return rings / rings.mean(axis=1, keepdims=True), levels, variance


def _blocks(pixels: np.ndarray, side: int = 32) -> np.ndarray:
    high, wide = pixels.shape[0] // side, pixels.shape[1] // side
    some = pixels[: high * side, : wide * side].reshape(high, side, wide, side, -1).swapaxes(1, 2)
    return some.reshape(-1, side, side, pixels.shape[2])


def speed() -> None:
    """One core, 1920x1080, seven pictures at hand."""
    scene = MovingScene(3, 1920, 1080)
    truth = [scene.picture(place, Camera(dx=4.3 * place)) for place in range(10)]
    noisy = [gaussian(10).over(one, 7, place) for place, one in enumerate(truth)]
    for reach in (1, 2, 3):
        operator = Denoiser(profile_of(noisy[:6]))
        operator._dose = operator._dose._replace(reach=reach)
        operator.picture(window(noisy, 4, reach))
        began = time.process_time()
        made = [operator.picture(window(noisy, place, reach)) for place in (5, 6)]
        spent = (time.process_time() - began) / 2
        score = np.mean([psnr(one, truth[place]) for one, place in zip(made, (5, 6), strict=True)])
        print(f"denoising, {reach} neighbours each way: {spent:.2f} s a picture, {score:.2f} dB")
    measure: Callable[[], NoiseProfile] = lambda: profile_of(noisy[:3])  # noqa: E731
    began = time.process_time()
    measure()
    print(f"measuring one place of three pictures: {time.process_time() - began:.2f} s")
    operator_grain = Regrainer([Stretch(0, 99, stock_named("medium"))])
    operator_grain.picture(Window([noisy[0]], 0, 0))
    began = time.process_time()
    for place in range(3):
        operator_grain.picture(Window([noisy[place]], 0, place))
    print(f"regraining: {(time.process_time() - began) / 3:.2f} s a picture")


def sheets() -> None:
    """Parts of generated scenes before and after, twice as large."""
    truth = more_clips(film=False)["pan"]
    rows: list[Row] = []
    for kind in (gaussian(20), KINDS[4]):
        noisy = [kind.over(one, 7, place) for place, one in enumerate(truth)]
        made = Denoiser(profile_of(noisy)).picture(window(noisy, 3, 3))
        shown = (("before", noisy[3]), ("denoise", made), ("without noise", truth[3]))
        rows.append((kind.name, [(name, part_of(one)) for name, one in shown]))
    save("denoise", rows)
    source = more_clips(film=False)["locked"]
    like = [KINDS[4].over(one, 7, place) for place, one in enumerate(source)]
    learnt = Regrainer([Stretch(0, 9, profile_of(like))]).picture(Window([truth[3]], 0, 3))
    shown = (("before", truth[3]), ("regrain --like", learnt), ("the other clip", like[3]))
    rows = [("like another clip", [(name, part_of(one)) for name, one in shown])]
    named = []
    for name in STOCKS:
        operator = Regrainer([Stretch(0, 9, stock_named(name))])
        named.append((f"regrain --stock {name}", part_of(operator.picture(Window([truth[3]], 0, 3)))))
    save("regrain", [*rows, ("by name", named)])


def part_of(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture[40:190, 140:335], (390, 300), interpolation=cv2.INTER_NEAREST)


def save(name: str, rows: list[Row]) -> None:
    pixels = np.rint(contact_sheet(rows) * 255).astype(np.uint8)
    out = ROOT / "docs" / "pictures" / f"picture-{name}.jpg"
    cv2.imwrite(str(out), pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 72])
    print(f"{out.relative_to(ROOT)}: {pixels.shape[1]}x{pixels.shape[0]}, {out.stat().st_size / 1000:.0f} KB")


def profile_of(pictures: Clip) -> NoiseProfile:
    measurer = Measurer()
    for first in range(0, len(pictures) - 1, 3):
        measurer.add(pictures[first : first + 3])
    return measurer.profile()


def window(pictures: Clip, place: int, reach: int) -> Window:
    first = max(0, place - reach)
    return Window(pictures[first : place + reach + 1], place - first, place)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((np.clip(one, 0, 1) - other) ** 2)))


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Wang et al. 2004 over Rec. 709 luma."""
    a, b = (np.float64(np.clip(each, 0, 1)) @ (0.2126, 0.7152, 0.0722) for each in (one, other))

    def blur(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values, (11, 11), 1.5)

    ma, mb = blur(a), blur(b)
    va, vb, both = blur(a * a) - ma**2, blur(b * b) - mb**2, blur(a * b) - ma * mb
    c1, c2 = 0.01**2, 0.03**2
    return float(((2 * ma * mb + c1) * (2 * both + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))).mean())


def flicker(made: Clip, truth: Clip) -> float:
    errors = np.stack([cv2.resize(a - b, (WIDTH // 8, HEIGHT // 8), interpolation=cv2.INTER_AREA)
                       for a, b in zip(made, truth, strict=True)])  # fmt: skip
    return float(255 * errors.std(axis=0).mean())


if __name__ == "__main__":
    main()
