"""Looks from words and from stills of something else, light followed through clips, attributes that are kept.

Run: python bench/looking.py [words|like|keyframes|keep|sheet …]
`words`: phrases over rendered rooms (seeds nothing was tuned on) and frames of
../shared/data/video/big_buck_bunny, 8 bits. Each grade is put on the whole picture in 8 bits; what its axes
moved by is measured on every pixel, and skin's hue on the rendered heads themselves, tone by tone. `like`:
a room or a frame graded by a known look is the still; the clip shows another room; the truth is the clip
under that look. `keyframes`: noisy H.264 clips of generated moving scenes whose light ramps, steps, shifts
in colour or holds still, under cameras that stand, pan, tilt, push and turn; the truth is the clip rendered
in the light of the reference picture, and ΔE00 is the grade's alone, on the clip before noise and coding.
`frame means` is the peer: each picture's mean log colour brought to the reference's. `keep`: attributes
that were to stay, measured on the graded picture. `sheet` draws docs/pictures/picture-look.jpg.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from generated.moving_scenes import MovingScene  # noqa: E402
from generated.picture_scenes import cameras, render, scene  # noqa: E402

from answerprint.core.cut import Cdl  # noqa: E402
from answerprint.departments.picture.contact import contact_sheet, small  # noqa: E402
from answerprint.departments.picture.difference import delta_e, lab_of  # noqa: E402
from answerprint.departments.picture.keyframes import chosen, grade_at  # noqa: E402
from answerprint.departments.picture.looks import SKIN_CHROMA, SKIN_TURN, look_of  # noqa: E402
from answerprint.departments.picture.looks_axes import AXES, measured, parts_of, shifts_between  # noqa: E402
from answerprint.departments.picture.looks_keeping import ATTRIBUTES  # noqa: E402
from answerprint.departments.picture.looks_like import likeness  # noqa: E402
from answerprint.departments.picture.looks_words import read_look  # noqa: E402
from answerprint.departments.picture.matching import match, view_of  # noqa: E402
from answerprint.departments.picture.operations import operation  # noqa: E402
from answerprint.departments.picture.spaces import FILM, GRADING, LINEAR_709, STILL, change  # noqa: E402
from answerprint.media.encode import VideoSettings, write_pictures  # noqa: E402
from answerprint.media.stills import image_bytes  # noqa: E402
from answerprint.pipeline.picture.keyframing import follow, keyframes_of  # noqa: E402
from answerprint.pipeline.picture.looking import sight  # noqa: E402
from answerprint.pipeline.picture.sources import Source, source_of  # noqa: E402

DATA = Path(os.environ.get("ANSWERPRINT_DATA", ROOT.parent / "shared" / "data"))
BUNNY = DATA / "video" / "big_buck_bunny_0_30.webm"
SEED = 9400
WIDE, HIGH = 320, 180
ROOMS, FRAMES = 4, 2  # pictures of `words`
MISS = np.array([1.0, 3.0, 1.0, 1.5, 4.0, 0.7, 0.7, 0.9, 0.9, 0.9, 0.9])  # of each axis, what is hardly seen
PHRASES = (
    *("warm", "cold", "cool", "golden", "icy", "teal", "green", "magenta", "rosy", "amber", "blue"),
    *("bright", "dark", "low key", "high key", "airy", "gloomy", "luminous", "dim"),
    *("contrasty", "flat", "punchy", "soft", "stark", "hazy", "crushed blacks", "milky", "deep blacks"),
    *("luminous highlights", "soft highlights", "saturated", "desaturated", "muted", "pastel", "vivid"),
    *("bleach bypass", "metallic", "teal and orange", "noir", "sepia", "vintage", "moody", "clinical"),
    *("cold metallic, luminous highlights", "slightly warm, less contrast", "very dark, desaturated"),
    *("teal shadows, warm highlights", "blue shadows", "golden hour", "day for night"),
)
OPPOSITES = (
    ("warm", "cold", "temperature"),
    ("amber", "blue", "temperature"),
    ("green", "magenta", "tint"),
    ("bright", "dark", "exposure"),
    ("high key", "low key", "exposure"),
    ("contrasty", "flat", "contrast"),
    ("less contrast", "more contrast", "contrast"),
    ("crushed", "lifted", "blacks"),
    ("luminous highlights", "soft highlights", "highlights"),
    ("saturated", "desaturated", "saturation"),
    ("blue shadows", "golden shadows", "shadow_temperature"),
    ("cold highlights", "warm highlights", "highlight_temperature"),
)
LOOKS = (
    Cdl((1.08, 1.04, 0.96), (-0.03, 0.0, 0.03), (1.04, 1.0, 0.97), 0.85),
    Cdl((1.0, 1.0, 1.0), (0.02, 0.0, -0.03), (1.0, 1.0, 1.0), 1.1),
    Cdl((1.15, 1.15, 1.15), (-0.07, -0.065, -0.055), (1.0, 1.0, 1.0), 0.6),
    Cdl((0.85, 0.85, 0.85), (0.06, 0.06, 0.07), (1.0, 1.0, 1.0), 0.8),
    Cdl((1.0, 1.0, 1.0), (-0.05, -0.045, -0.03), (1.0, 1.0, 1.0), 0.9),
    Cdl((1.1, 1.05, 0.95), (-0.04, -0.02, 0.02), (1.0, 1.0, 1.0), 1.2),
)
MOVES = ("locked", "pan", "tilt", "push", "turn")
LIGHTS = ("constant", "ramp", "lamp", "step", "cloud", "flat until late")
LENGTH = 36
encoded, decoded = change(LINEAR_709, STILL), change(STILL, LINEAR_709)


def main() -> None:
    cv2.setNumThreads(1)
    parts = {"words": words, "like": like, "keyframes": keyframes, "keep": keep, "sheet": sheet}
    for part in sys.argv[1:] or ["words", "like", "keyframes", "keep"]:
        began = time.process_time()
        parts[part]()
        print(f"({part}: {time.process_time() - began:.0f} s of processor)\n")


def words() -> None:
    pictures = [*rooms(ROOMS, SEED), *((one, None) for one in film(FRAMES))]
    shares: dict[str, list[float]] = {}
    wrong: list[str] = []
    turns: list[float] = []
    freed: list[float] = []
    told = asked_for = 0
    spent = []
    for phrase in PHRASES:
        asked = read_look(phrase)
        for number, (codes, tones) in enumerate(pictures):
            began = time.process_time()
            made = look_of(seen(codes), asked.shifts, asked.holds)
            spent.append(time.process_time() - began)
            after = put_on(codes, made.grade)
            moved = shifts_of(codes, after)
            for one in made.axes:
                if one.asked is None or one.share is None:
                    continue
                asked_for += 1
                met = moved[AXES.index(one.axis)]
                wanted = one.met / one.share if one.share else one.asked
                share = met / wanted
                shares.setdefault(one.axis, []).append(share)
                told += bool(one.why)
                if share < 0 and abs(met) > 0.5:
                    wrong.append(f"{phrase} / picture {number} / {one.axis} {met:+.1f} of {one.asked:+.1f}")
            if tones is not None and phrase not in ("noir", "sepia"):
                turns += skin_turns(codes, after, tones)
                if number == 0:
                    free = look_of(seen(codes), asked.shifts, asked.holds, skin_turn=None)
                    freed += skin_turns(codes, put_on(codes, free.grade), tones)
    print(f"words: {len(PHRASES)} phrases, {len(pictures)} pictures, {np.mean(spent):.2f} s each")
    print("| axis | asked | share met, median | p10 | reached (over 0.75) |\n|---|---|---|---|---|")
    for axis in AXES:
        if axis in shares:
            found = np.array(shares[axis])
            print(
                f"| {axis} | {len(found)} | {np.median(found):.2f} | {np.percentile(found, 10):.2f} | "
                f"{(found > 0.75).mean():.0%} |"
            )
    found = np.concatenate([np.array(one) for one in shares.values()])
    print(f"| all | {len(found)} | {np.median(found):.2f} | {np.percentile(found, 10):.2f} | ", end="")
    print(f"{(found > 0.75).mean():.0%} |\nsaid to fall short: {told} of {asked_for}")
    print(f"moved the wrong way: {len(wrong)}", *wrong, sep="\n  ")
    for name, one in (("held", turns), ("let go (one room)", freed)):
        over = np.mean(np.array(one) > SKIN_TURN)
        print(
            f"skin's hue, {name}: median {np.median(one):.1f}, p90 {np.percentile(one, 90):.1f}, "
            f"most {np.max(one):.1f} degrees; {over:.1%} of {len(one)} tones beyond {SKIN_TURN:g}"
        )
    opposites([one for one, _ in pictures])


def opposites(pictures: list[np.ndarray]) -> None:
    good = count = 0
    for one, other, axis in OPPOSITES:
        for codes in pictures:
            moved = []
            for phrase in (one, other):
                asked = read_look(phrase)
                grade = look_of(seen(codes), asked.shifts, asked.holds).grade
                moved.append(shifts_of(codes, put_on(codes, grade))[AXES.index(axis)])
            count += 1
            good += moved[0] * moved[1] < 0
            if moved[0] * moved[1] >= 0:
                print(f"  not opposite: {one} {moved[0]:+.1f}, {other} {moved[1]:+.1f} ({axis})")
    print(f"opposites move opposite ways: {good} of {count}")


def like() -> None:
    kinds = {"rooms": [codes for codes, _ in rooms(6, SEED + 100)], "film": film(6)}
    rows: dict[str, list[float]] = {}
    axes: dict[str, list[np.ndarray]] = {"before": [], "after": []}
    capped = 0
    pairs = [
        (kind, shown[ours], shown[(ours + 1 + number % 5) % len(shown)], look)
        for kind, shown in kinds.items()
        for number, look in enumerate(LOOKS)
        for ours in range(number % 2, len(shown), 2)
    ]
    for kind, clip, other, look in pairs:
        still = put_on(other, look)
        truth = put_on(clip, look)
        asked = likeness(seen(clip), seen(still))
        capped += bool(asked.capped)
        made = put_on(clip, look_of(seen(clip), asked.shifts).grade)
        for name, after in ((f"{kind}, before", clip), (f"{kind}, after", made)):
            rows.setdefault(f"{name}, to the still", []).append(axis_error(after, still))
            rows.setdefault(f"{name}, to the truth", []).append(axis_error(after, truth))
            unlike = delta_e(lab_of(decoded(after)), lab_of(decoded(truth))).mean()
            rows.setdefault(f"{name}, ΔE00 to the truth", []).append(float(unlike))
        for name, after in (("before", clip), ("after", made)):
            axes[name].append(np.abs(axes_of(after) - axes_of(still)))
    print(f"like: {len(pairs)} pairs of other content; axes cut back in {capped}")
    print("| | mean | median |\n|---|---|---|")
    for name, found in rows.items():
        print(f"| {name} | {np.mean(found):.2f} | {np.median(found):.2f} |")
    print("| axis, from the still's | before | after |\n|---|---|---|")
    before, after = (np.mean(axes[name], axis=0) for name in ("before", "after"))
    for place, axis in enumerate(AXES):
        print(f"| {axis} | {before[place]:.1f} | {after[place]:.1f} |")


def keyframes() -> None:
    rows: dict[str, list[tuple[float, ...]]] = {}
    false = peers_false = still_clips = 0
    cuts = 0
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (move, light) in enumerate((move, light) for move in MOVES for light in LIGHTS):
            path = Path(folder) / f"{number}.mov"
            stops = light_of(light, LENGTH)
            subject = MovingScene(SEED + number, WIDE, HIGH)
            ways = subject.path(move, LENGTH)
            scenes = [
                change(FILM, LINEAR_709)((subject.picture(place, ways[place]) * 0.85).astype(np.float32))
                for place in range(LENGTH)
            ]
            write_pictures(path, filmed(scenes, stops, number), Fraction(24), VideoSettings(crf=16))
            source = source_of(path)
            began = time.process_time()
            followed = follow(source, GRADING)
            spent.append((time.process_time() - began) / LENGTH)
            keys = keyframes_of(followed, Cdl())
            cuts += len(keys.shots) - 1
            count = sum(len(shot.keyframes) for shot in keys.shots)
            means = frame_means(path, source)
            if light == "constant":
                still_clips += 1
                false += count
                peers_false += len(chosen(means, followed.stop))
            off: list[float] = []
            unlike: list[tuple[float, float, float]] = []
            peer_reference = int(np.abs(means - np.median(means, axis=0)).max(axis=1).argmin())
            for shot in followed.shots:
                at = shot.first + shot.reference
                for place in range(shot.first, shot.last):
                    undone = np.asarray(grade_at(keys, place).offset) / followed.stop
                    off.append(abs(float(undone.mean()) - (stops[at] - stops[place]).mean()))
                    if place % 3:
                        continue
                    truth = scenes[place] * np.exp2(stops[at])
                    shot_as = scenes[place] * np.exp2(stops[place])
                    clean = change(LINEAR_709, FILM)(shot_as.astype(np.float32))
                    peer = Cdl(offset=tuple(means[peer_reference] - means[place]))  # type: ignore[arg-type]
                    peer_truth = scenes[place] * np.exp2(stops[peer_reference])
                    unlike.append(
                        (
                            apart(clean, truth),
                            apart(put_on(clean, grade_at(keys, place), FILM, whole=False), truth),
                            apart(put_on(clean, peer, FILM, whole=False), peer_truth),
                        )
                    )
            rows.setdefault(light, []).append(
                (float(np.mean(off)), float(np.max(off)), *np.mean(unlike, axis=0), count)
            )
    print(f"keyframes: {len(MOVES) * len(LIGHTS)} clips of {LENGTH} pictures, {WIDE}x{HIGH}, H.264;", end=" ")
    print(f"{1000 * np.mean(spent):.0f} ms of processor a picture; {cuts} cuts seen where there are none")
    print("| light | off, stops | most | ΔE00 before | after | frame means | keyframes |")
    print("|---|---|---|---|---|---|---|")
    for light, found in rows.items():
        mean = np.mean(found, axis=0)
        most = max(one[1] for one in found)
        print(
            f"| {light} | {mean[0]:.3f} | {most:.3f} | {mean[2]:.2f} | {mean[3]:.2f} | {mean[4]:.2f} | "
            f"{mean[5]:.1f} |"
        )
    print(f"keyframes on light that holds still: {false} in {still_clips} clips (frame means: {peers_false})")


def keep() -> None:
    rows: dict[str, list[float]] = {}
    free: dict[str, list[float]] = {}
    for number in range(10):
        chance = np.random.default_rng(SEED + 900 + number)
        place = scene(SEED + 300 + number)
        ours, hero = (
            quantised(np.clip(render(place, camera, WIDE * 2, HIGH * 2)[0], 0, 1))
            for camera in cameras(SEED + 300 + number)
        )
        look = LOOKS[number % len(LOOKS)]
        fault = np.exp2(chance.uniform(-0.8, 0.3) + chance.uniform(-0.2, 0.2, 3)).astype(np.float32)
        ours, hero = quantised(decoded(ours) * fault), put_on(hero, look)
        for attribute in ATTRIBUTES:
            for kept, told in (((attribute,), rows), ((), free)):
                grade = match(
                    [view_of(ours, STILL, GRADING)], [view_of(hero, STILL, GRADING)], keep=kept
                ).grade
                told.setdefault(f"{attribute}, to a hero", []).append(attribute_off(attribute, ours, grade))
                asked = read_look("very warm, bright, contrasty, desaturated")
                made = look_of(seen(ours), asked.shifts, keep=kept).grade
                told.setdefault(f"{attribute}, by words", []).append(attribute_off(attribute, ours, made))
    print("keep: 10 pairs of rooms, a look in words over each")
    print("| attribute | kept, mean | most | not kept, mean |\n|---|---|---|---|")
    for name, found in rows.items():
        print(f"| {name} | {np.mean(found):.3f} | {np.max(found):.3f} | {np.mean(free[name]):.3f} |")


def attribute_off(attribute: str, codes: np.ndarray, grade: Cdl) -> float:
    """Stops of the median's luminance; stops between the channels of a grey ramp; the share by which the
    spread of log luminance, or of colours in log, has grown."""
    change_it = operation(LINEAR_709, grade, GRADING)
    light = decoded(codes)
    if attribute == "white-balance":
        ramp = np.geomspace(0.02, 0.9, 40, dtype=np.float32)[:, None].repeat(3, axis=1)
        made = np.log2(np.maximum(change_it(ramp), 1e-4))
        return float(np.abs(made - made.mean(axis=1, keepdims=True)).max())
    one, two = (np.log2(np.maximum(each.reshape(-1, 3), 2e-3)) for each in (light, change_it(light)))
    middle = (light.min(axis=-1) > 0.02).ravel()
    weights = np.array((0.2126, 0.7152, 0.0722))
    if attribute == "exposure":
        medians = [np.median(each.reshape(-1, 3) @ weights) for each in (light, change_it(light))]
        return float(abs(np.log2(medians[1] / medians[0])))
    if attribute == "contrast":
        spread = [np.subtract(*np.percentile((each @ weights)[middle], (90, 10))) for each in (one, two)]
    else:
        spread = []
        for each in (light, change_it(light)):
            log = change(LINEAR_709, GRADING)(each).reshape(-1, 3)[middle]
            colour = log - (log @ weights)[:, None]
            spread.append(np.linalg.norm(colour - np.median(colour, axis=0), axis=1).mean())
    return float(abs(spread[1] / spread[0] - 1))


def sheet() -> None:
    rows = []
    room = quantised(render(scene(SEED + 2), cameras(SEED + 2)[0], 640, 360)[0])
    drawn = [("as it is", room)]
    for phrase in (
        "cold metallic, luminous highlights",
        "golden hour",
        "bleach bypass",
        "faded, slightly warm",
    ):
        asked = read_look(phrase)
        drawn.append((phrase, put_on(room, look_of(seen(room), asked.shifts, asked.holds).grade)))
    rows.append(("picture match --look", [(name, small(one, 232)) for name, one in drawn]))
    subject = MovingScene(SEED + 7, 640, 360)
    stops = light_of("cloud", LENGTH)
    ways = subject.path("pan", LENGTH)
    places = (0, 9, 18, 27, 35)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mov"
        scenes = [
            change(FILM, LINEAR_709)((subject.picture(place, ways[place]) * 0.85).astype(np.float32))
            for place in range(LENGTH)
        ]
        write_pictures(path, filmed(scenes, stops, 1), Fraction(24), VideoSettings(crf=12))
        followed = follow(source_of(path), GRADING)
        keys = keyframes_of(followed, Cdl())
        pictures = dict(followed.reel.pictures())
    before = [(f"picture {place}", small(pictures[place], 232)) for place in places]
    after = [
        (f"picture {place}", small(put_on(pictures[place], grade_at(keys, place), FILM), 232))
        for place in places
    ]
    rows += [("a cloud passes", before), ("with keyframes", after)]
    page = np.rint(contact_sheet(rows) * 255).astype(np.uint8)
    out = ROOT / "docs" / "pictures" / "picture-look.jpg"
    out.parent.mkdir(exist_ok=True)
    out.write_bytes(image_bytes(page, "jpeg"))
    print(f"{out.name}: {page.shape[1]}x{page.shape[0]}, {out.stat().st_size // 1024} KB")


def rooms(count: int, seed: int) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """Pictures of rooms as sRGB code values of 8 bits, and which Monk tone each pixel is of (-1 for none)."""
    found = []
    for number in range(count):
        light, tones = render(scene(seed + number), cameras(seed + number)[0], WIDE, HIGH)
        chance = np.random.default_rng(seed + number)
        noisy = light * (1 + chance.normal(0, 0.02, light.shape)) + chance.normal(0, 0.001, light.shape)
        found.append((quantised(np.clip(noisy * chance.uniform(0.6, 1.1), 0, 1)), tones))
    return found


def film(count: int) -> list[np.ndarray]:
    if not BUNNY.exists():
        return []
    reader = cv2.VideoCapture(str(BUNNY))
    found = []
    for number in range(count):
        reader.set(cv2.CAP_PROP_POS_MSEC, 1000 * (6 + 18 * number / max(1, count - 1)))
        good, frame = reader.read()
        if good:
            picture = cv2.resize(frame[..., ::-1], (WIDE, HIGH), interpolation=cv2.INTER_AREA)
            found.append(picture.astype(np.float32) / 255)
    return found


def quantised(light: np.ndarray) -> np.ndarray:
    """sRGB code values of 8 bits."""
    return (np.rint(np.clip(encoded(light.astype(np.float32)), 0, 1) * 255) / 255).astype(np.float32)


def put_on(codes: np.ndarray, grade: Cdl, space: str = STILL, *, whole: bool = True) -> np.ndarray:
    """Graded code values, of 8 bits where whole."""
    made = np.clip(operation(space, grade, GRADING)(np.ascontiguousarray(codes[..., :3])), 0, 1)
    return (np.rint(made * 255) / 255).astype(np.float32) if whole else made


def seen(codes: np.ndarray):
    return sight([codes], Source(path=Path("a.png"), still=True, space=STILL, said="assumed"), GRADING)


def axes_of(codes: np.ndarray) -> np.ndarray:
    lab = lab_of(np.clip(decoded(codes), 0, 1).reshape(-1, 3))
    return measured(lab, parts_of(lab))


def shifts_of(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """What all pixels moved by, parts as they were."""
    one, two = (lab_of(np.clip(decoded(each), 0, 1).reshape(-1, 3)) for each in (before, after))
    parts = parts_of(one)
    return shifts_between(measured(one, parts), measured(two, parts))


def axis_error(one: np.ndarray, other: np.ndarray) -> float:
    return float((np.abs(shifts_between(axes_of(other), axes_of(one))) / MISS).mean())


def skin_turns(before: np.ndarray, after: np.ndarray, tones: np.ndarray) -> list[float]:
    """Degrees that the hue of each head's mean colour turned by; less chroma than SKIN_CHROMA counts as
    that."""
    found = []
    one, two = (lab_of(decoded(each)) for each in (before, after))
    for tone in np.unique(tones[tones >= 0]):
        here = tones.reshape(before.shape[:2]) == tone
        if here.sum() < 40:
            continue
        a, b = one[here][:, 1:].mean(axis=0), two[here][:, 1:].mean(axis=0)
        chroma = np.sqrt(np.hypot(*a) * np.hypot(*b))
        angle = np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b)
        found.append(
            abs(float(np.degrees(2 * np.arcsin(np.sin(angle / 2) * chroma / max(chroma, SKIN_CHROMA)))))
        )
    return found


def light_of(kind: str, count: int) -> np.ndarray:
    """Stops (n, 3) of R, G, B against the brightest."""
    way = np.linspace(0, 1, count)
    eased = way * way * (3 - 2 * way)
    kinds = {
        "constant": np.zeros((count, 3)),
        "ramp": np.outer(eased, [-1.0, -1.0, -1.0]),
        "lamp": np.outer(eased, [0.0, -0.3, -0.7]),
        "step": np.outer(way > 0.5, [-0.6, -0.6, -0.6]),
        "cloud": np.outer(np.exp(-(((way - 0.5) / 0.15) ** 2)), [-0.9, -0.85, -0.75]),
        "flat until late": np.outer(np.maximum(0, (way - 0.7) / 0.3), [-0.5, -0.5, -0.5]),
    }
    return np.asarray(kinds[kind], float)


def filmed(scenes: list[np.ndarray], stops: np.ndarray, seed: int) -> Iterator[tuple[int, np.ndarray]]:
    chance = np.random.default_rng(seed)
    for place, light in enumerate(scenes):
        code = change(LINEAR_709, FILM)((light * np.exp2(stops[place])).astype(np.float32))
        noisy = code + chance.normal(0, 0.006, code.shape)
        yield place, np.rint(np.clip(noisy, 0, 1) * 255).astype(np.uint8)


def frame_means(path: Path, source: Source) -> np.ndarray:
    """The peer: each picture's mean in the grading space, as its light."""
    from answerprint.pipeline.picture.reels import reel_of

    to_grading = change(source.space, GRADING)
    return np.array(
        [to_grading(one).reshape(-1, 3).mean(axis=0) for _, one in reel_of(path, shots=False).pictures()]
    ).astype(float)


def apart(codes: np.ndarray, truth: np.ndarray) -> float:
    one = change(FILM, LINEAR_709)(np.ascontiguousarray(codes[..., :3]))
    return float(delta_e(lab_of(np.clip(one, 0, 1)), lab_of(np.clip(truth, 0, 1))).mean())


if __name__ == "__main__":
    main()
