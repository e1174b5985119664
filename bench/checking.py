"""Seeded faults found by `picture check`, false alarms in clean films, and the peers on the same files.

Run: python bench/checking.py [seeded|clean|more|flashes|peers|speed|sheet …]
`seeded`: made-up films (bench/generated/picture_faults.py) and stretches of a real one
(../shared/data/video/big_buck_bunny), each with one known fault of every kind, H.264 and ProRes at 24, 25,
29.97 and 50 pictures a second. Found: told of the right kind where it lies, to a fifth of a second.
`clean`: films with pans, whip pans, hand-held cameras, fades, dissolves, titles, night, grain, drawings on
twos, and real ones; what is told of them beyond notes is a false alarm (`more`: ten films more).
`flashes`: the definitions of ITU-R BT.1702-3 and Ofcom, just under and just over every limit, beside
FFmpeg's photosensitivity. `peers`: FFmpeg's blackdetect, freezedetect, cropdetect, signalstats,
photosensitivity, blockdetect and blurdetect on the seeded files.
`speed`: 1080p. `sheet`: draws docs/pictures/picture-check.jpg.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from generated.picture_faults import (  # noqa: E402
    RATES,
    Clip,
    Shot,
    blocked,
    film,
    flashed,
    grain,
    slope,
    write,
)

from answerprint.media.decode import read_pictures  # noqa: E402
from answerprint.media.forms import PictureForm  # noqa: E402
from answerprint.pipeline.picture.checking import check_file  # noqa: E402

DATA = Path(os.environ.get("ANSWERPRINT_DATA", ROOT.parent / "shared" / "data"))
EACH = 4  # seeds of a kind in made-up films
OF_FILM = 1  # and in the real one
FIRST_SHOT, FIRST_SEED = 5000, 70_000  # thresholds were set on others: 4000 and 0
SECONDS = 2.4
SLACK = 0.2  # seconds that a place may be off
CLEAN = 30  # seconds of a clean film
MOVES = ("pan", "hand", "push", "pan")
PROFILE = "broadcaster"


def main() -> None:
    for part in sys.argv[1:] or list(PARTS):
        began = time.process_time()
        PARTS[part]()
        print(f"[{part}: {time.process_time() - began:.0f} s of processor]\n", flush=True)


@cache
def shot(number: int, move: str) -> Shot:
    return Shot(FIRST_SHOT + number, move=move)


@cache
def real() -> list[np.ndarray]:
    """Pictures of the film, 480 across, of its longest lively shot first."""
    path = DATA / "video" / "big_buck_bunny_0_30.webm"
    if not path.exists():
        return []
    return [
        np.asarray(one, np.uint8)
        for block in read_pictures(path, PictureForm("rgb", 480, 270))
        for one in block.pixels
    ]


def base(seed: int, kind: str) -> tuple[list[np.ndarray], Fraction, np.random.Generator]:
    """Clean pictures to put a fault into, their rate."""
    draw = np.random.default_rng(FIRST_SEED + seed)
    if seed % (EACH + OF_FILM) >= EACH and real():
        start = int(draw.integers(400, 440))  # a shot without a cut
        return [one.copy() for one in real()[start : start + 58]], Fraction(24), draw
    rate = RATES[seed % 4]
    place = shot(seed % 6, MOVES[seed % 6 % 4])
    return film(place, rate, round(SECONDS * rate), float(draw.uniform(0, 20))), rate, draw


def seeds(only: frozenset[str] | None = None) -> Iterator[Clip]:
    """Every kind of fault, EACH + OF_FILM times."""
    number = 0
    for kind, make in FAULTS.items():
        for _ in range(EACH + OF_FILM):
            if only is not None and kind not in only:
                number += 1
                continue
            pictures, rate, draw = base(number, kind)
            clip = make(pictures, rate, draw)
            clip.name = f"{kind}_{number:03d}"
            if "codec" not in clip.options and number % 3 == 2 and kind not in IN_H264:
                clip.options["codec"] = "prores"
            yield clip
            number += 1


def stretch(count: int, rate: Fraction, draw: np.random.Generator, seconds: float) -> tuple[int, int]:
    length = max(1, round(seconds * rate))
    first = int(draw.integers(8, max(9, count - length - 8)))
    return first, min(count, first + length)


def put(kind: str, seconds: float, change, also: tuple[str, ...] = (), whole: bool = False):
    """A maker of clips whose pictures are changed one by one in a stretch."""

    def make(pictures: list[np.ndarray], rate: Fraction, draw: np.random.Generator) -> Clip:
        first, end = (0, len(pictures)) if whole else stretch(len(pictures), rate, draw, seconds)
        how = change(draw)
        for number in range(first, end):
            pictures[number] = how(pictures[number], number)
        return Clip("", pictures, rate, kind, (first, end), also)

    return make


def soft(draw):
    sigma = draw.uniform(2.0, 4.0)
    return lambda one, _: cv2.GaussianBlur(one, (0, 0), sigma)


def gained(low: float, high: float, offset: float = 0.0):
    def change(draw):
        gain = draw.uniform(low, high)
        return lambda one, _: np.clip(one.astype(np.float32) * gain + offset, 0, 255).astype(np.uint8)

    return change


def lost(top: bool):
    """Levels stretched until a tenth to a quarter of the picture is past their end."""

    def change(draw):
        share = draw.uniform(0.1, 0.25)
        found = []

        def how(one, _):
            if not found:
                found.append(
                    np.percentile(
                        one.min(axis=2) if top else one.max(axis=2), 100 * (1 - share if top else share)
                    )
                )
            level = found[0]
            if top:
                return np.clip(one.astype(np.float32) * 255 / level, 0, 255).astype(np.uint8)
            return np.clip((one.astype(np.float32) - level) * 255 / (255 - level), 0, 255).astype(np.uint8)

        return how

    return change


def stretched(pictures):
    """The whole of the levels used, colours muted: a fiftieth of the pixels at each end."""
    greys = [one.mean(axis=2, keepdims=True) for one in pictures]
    pictures = [0.3 * one + 0.7 * grey for one, grey in zip(pictures, greys, strict=True)]
    low, high = (np.percentile(pictures[0], at) for at in (2, 98))
    return [
        np.clip((one.astype(np.float32) - low) * 255 / (high - low), 0, 255).astype(np.uint8)
        for one in pictures
    ]


def stairs(draw):
    steps = int(draw.integers(5, 10))
    return lambda one, number: slope(one, number, steps, draw)


def blocks(draw):
    quality = int(draw.integers(3, 8))
    return lambda one, _: blocked(one, quality)


def pixel(level: int):
    def change(draw):
        y, x = int(draw.integers(20, 250)), int(draw.integers(20, 460))

        def how(one, _):
            one[y, x] = level
            return one

        return how

    return change


def barred(top: float, bottom: float, left: float = 0.0, right: float = 0.0):
    def change(draw):
        def how(one, _):
            high, wide = one.shape[:2]
            one[: round(top * high)] = 0
            one[high - round(bottom * high) :] = 0
            one[:, : round(left * wide)] = 0
            one[:, wide - round(right * wide) :] = 0
            return one

        return how

    return change


def black(pictures, rate, draw):
    length = int(draw.integers(1, 9))
    first = int(draw.integers(10, len(pictures) - length - 10))
    pictures[first : first + length] = [np.zeros_like(pictures[0])] * length
    return Clip("", pictures, rate, "black", (first, first + length))


def black_long(pictures, rate, draw):
    pictures = [*pictures[:24], *[np.zeros_like(pictures[0])] * round(3 * rate), *pictures[24:]]
    return Clip("", pictures, rate, "black", (24, 24 + round(3 * rate)))


def dropped(pictures, rate, draw):
    at, lost = int(draw.integers(12, len(pictures) - 14)), int(draw.integers(1, 3))
    del pictures[at : at + lost]
    return Clip("", pictures, rate, "dropped", (at, at + 1))


def doubled(pictures, rate, draw):
    at = int(draw.integers(12, len(pictures) - 12))
    if draw.random() < 0.5:
        pictures[at] = pictures[at - 1]
    else:
        pictures.insert(at, pictures[at - 1])
    return Clip("", pictures, rate, "doubled", (at, at + 1))


def frozen(pictures, rate, draw):
    first, end = stretch(len(pictures), rate, draw, draw.uniform(0.6, 1.1))
    pictures[first:end] = [pictures[first - 1]] * (end - first)
    return Clip("", pictures, rate, "frozen", (first, end))


def cadence(pictures, rate, draw):
    step = int(draw.choice([2, 3, 5]))
    kept = [one for number, one in enumerate(pictures) if step != 5 or number % 5 != 4]
    if step == 5:
        made = [kept[number - number // 5 - (number % 5 == 4)] for number in range(len(kept) * 5 // 4 - 1)]
    else:
        made = [pictures[number // step * step] for number in range(len(pictures))]
    return Clip("", made, rate, "cadence", (0, len(made)))


def flashes(red: bool):
    def make(pictures, rate, draw):
        pictures = pictures * 2
        first, end = 10, 10 + round(2 * rate)
        hertz = draw.uniform(4.2, 8)
        flashed(
            pictures,
            rate,
            first,
            end,
            hertz,
            draw.uniform(0.35, 1.0),
            draw.uniform(5, 60),
            draw.uniform(100, 190),
            red,
        )
        return Clip("", pictures, rate, "red_flash" if red else "flash", (first, end))  # fmt: skip

    return make


def striped(draw):
    across = int(draw.integers(14, 26))

    def how(one, _):
        waves = np.sin(2 * np.pi * across * np.arange(one.shape[1]) / one.shape[1]) > 0
        made = np.where(waves[None, :, None], 225, 20) * np.ones((one.shape[0], 1, 3))
        return made.astype(np.uint8)

    return how


def bars_change(pictures, rate, draw):
    other = film(shot(int(draw.integers(0, 6)), "pan"), rate, len(pictures), 30.0)
    how = barred(0.12, 0.12)(draw)
    pictures = [*pictures, *[how(one, 0) for one in other]]
    return Clip("", pictures, rate, "bars_change", (len(pictures) // 2, len(pictures)))


def whole(kind: str, also: tuple[str, ...] = (), **options):
    """A maker of clips that are written otherwise."""
    return lambda pictures, rate, draw: Clip("", pictures, rate, kind, None, also, dict(options))


def lifted(pictures, rate, draw):
    """Limited range put into limited range once more."""
    made = [(16 + one.astype(np.float32) * 219 / 255).astype(np.uint8) for one in stretched(pictures)]
    return Clip("", made, rate, "range", None)


def full_values(pictures, rate, draw):
    return Clip("", stretched(pictures), rate, "range", None, (), {"full_values": True})


def limited_in_full(pictures, rate, draw):
    return Clip("", stretched(pictures), rate, "range", None, (), {"full_tag": True})


def illegal(pictures, rate, draw):
    """Saturated colour that no R′G′B′ holds, over a part of the picture, in Y′CbCr as coded."""
    rows = int(draw.uniform(0.1, 0.4) * pictures[0].shape[0])
    code = [(120, 60, 225), (90, 230, 200), (205, 30, 40)][int(draw.integers(0, 3))]
    made = []
    for one in pictures:
        coded = cv2.cvtColor(one, cv2.COLOR_RGB2YUV).astype(np.float32)
        luma = 16 + coded[..., :1] * 219 / 255
        planes = np.concatenate([luma, np.full((*one.shape[:2], 2), 128, np.float32)], axis=2)
        planes[:rows] = code
        made.append(planes.astype(np.uint8))
    return Clip("", made, rate, "gamut", (0, len(made)), (), {"planes": True})


def over_white(pictures, rate, draw):
    made = []
    for one in pictures:
        planes = np.full(one.shape, 128, np.uint8)
        planes[..., 0] = np.clip(16 + one[..., 1].astype(np.float32) * 0.75, 16, 235)
        planes[:60, :200, 0] = 248
        made.append(planes)
    return Clip("", made, rate, "luma", (0, len(made)), ("range",), {"planes": True})


def holes(pictures, rate, draw):
    at = int(draw.integers(10, len(pictures) - 10))
    ticks = [number + (number >= at) * int(draw.integers(1, 4)) for number in range(len(pictures))]
    ticks = list(np.maximum.accumulate(ticks) + 0)
    gap = ticks[at] - at
    ticks = [number + (number >= at) * gap for number in range(len(pictures))]
    return Clip("", pictures, rate, "dropped", (at, at + 1), ("rate",), {"ticks": ticks})


def damaged(pictures, rate, draw):
    def hurt(path: Path) -> None:
        data = bytearray(path.read_bytes())
        start = data.find(b"mdat") + 4
        middle = start + int((len(data) - start) * draw.uniform(0.2, 0.5))
        for at in range(middle, min(len(data) - 4000, middle + 900), 3):
            data[at] ^= int(draw.integers(1, 255))
        path.write_bytes(bytes(data))

    clip = Clip("", pictures, rate, "damage", None)
    clip.after, clip.options = hurt, {"codec": "h264", "sound": None}
    return clip


FAULTS = {
    "out_of_focus": put("out_of_focus", 0.9, soft),
    "under_exposed": put("under_exposed", 1.2, gained(0.06, 0.14)),
    "over_exposed": put("over_exposed", 1.2, gained(2.2, 3.5, 20), ("clipped",)),
    "clipped": put("clipped", 1.2, lost(True), ("over_exposed",)),
    "crushed": put("crushed", 1.2, lost(False), ("under_exposed",)),
    "banding": put("banding", 2.0, stairs, whole=True),
    "blocking": put("blocking", 1.0, blocks),
    "hot_pixel": put("stuck_pixel", 2.0, pixel(255), whole=True),
    "dead_pixel": put("stuck_pixel", 2.0, pixel(0), whole=True),
    "dropped": dropped,
    "holes": holes,
    "doubled": doubled,
    "frozen": frozen,
    "cadence": cadence,
    "black": black,
    "black_long": black_long,
    "flash": flashes(False),
    "red_flash": flashes(True),
    "pattern": put("pattern", 1.4, striped),
    "letterbox": put("bars", 2.0, barred(0.12, 0.12), whole=True),
    "pillarbox": put("bars", 2.0, barred(0, 0, 0.125, 0.125), whole=True),
    "bars_uneven": put("bars_uneven", 2.0, barred(0.14, 0.08), whole=True),
    "bars_change": bars_change,
    "full_in_limited": full_values,
    "limited_in_full": limited_in_full,
    "limited_twice": lifted,
    "untagged": whole("untagged", tags=None),
    "contradicting": whole("tags", tags=(9, 14, 1)),
    "hdr": whole("hdr", ("tags",), tags=(9, 16, 9)),
    "gamut": illegal,
    "over_white": over_white,
    "damage": damaged,
    "codec": whole("codec", codec="mpeg4"),
    "loud": whole("loudness", sound=-14.0),
    "no_sound": whole("sound", sound=None),
}
IN_H264 = {"damage", "codec", "holes", "limited_in_full", "loud"}


def written(clip: Clip, folder: Path) -> Path:
    path = folder / f"{clip.name}.{'mov' if clip.options.get('codec') == 'prores' else 'mp4'}"
    write(path, clip.pictures, clip.rate, **clip.options)
    if clip.after is not None:
        clip.after(path)
    return path


def hit(clip: Clip, faults) -> bool:
    slack = max(2, round(SLACK * clip.rate))
    for one in faults:
        if one.kind != clip.fault and one.kind not in clip.also:
            continue
        if clip.places is None or one.from_frame is None:
            return True
        if one.from_frame < clip.places[1] + slack and clip.places[0] - slack < one.to_frame:
            return True
    return False


ALWAYS = {"size", "rate", "container", "timecode"}  # what a broadcaster asks and no clip here has


def seeded() -> None:
    found: dict[str, list[bool]] = {}
    beside: Counter[str] = Counter()
    missed = []
    with tempfile.TemporaryDirectory() as name:
        for clip in seeds():
            path = written(clip, Path(name))
            told = check_file(path, PROFILE)
            kind = re.sub(r"_\d+$", "", clip.name)
            found.setdefault(kind, []).append(hit(clip, told.faults))
            if not found[kind][-1]:
                missed.append(f"{clip.name} at {clip.rate}")
            others = {
                one.kind
                for one in told.faults
                if one.severity != "note" and one.kind not in (clip.fault, *clip.also, *ALWAYS)
            }
            beside.update(f"{one} in {kind}" for one in others)
            path.unlink()
    count = sum(map(len, found.values()))
    good = sum(map(sum, found.values()))
    print(f"{count} seeded faults, {len(found)} sorts: {good} found ({100 * good / count:.1f} %)")
    for kind, each in found.items():
        print(f"  {kind:18}{sum(each):3d} of {len(each)}")
    print("missed:", ", ".join(missed) or "none")
    print("told besides, not as notes:", ", ".join(f"{n} {k}" for k, n in beside.most_common()) or "nothing")


def titles(rate: Fraction, seconds: float, draw: np.random.Generator) -> list[np.ndarray]:
    """White words on black, faded in and out."""
    card = np.zeros((270, 480, 3), np.uint8)
    for row in range(3):
        at = (90, 90 + 50 * row)
        cv2.putText(card, "A FILM BY NOBODY", at, cv2.FONT_HERSHEY_SIMPLEX, 0.9, (235,) * 3, 2, cv2.LINE_AA)
    count = round(seconds * rate)
    fade = np.clip(np.minimum(np.arange(count), count - 1 - np.arange(count)) / float(rate), 0, 1)
    return [(card * one).astype(np.uint8) for one in fade]


def joined(one: list[np.ndarray], other: list[np.ndarray], length: int) -> list[np.ndarray]:
    """A dissolve of so many pictures."""
    mixed = []
    for number in range(length):
        share = (number + 1) / (length + 1)
        mixed.append(cv2.addWeighted(one[len(one) - length + number], 1 - share, other[number], share, 0))
    return [*one[: len(one) - length], *mixed, *other[length:]]


def faded(pictures: list[np.ndarray], length: int) -> list[np.ndarray]:
    count = len(pictures)
    gains = np.clip(np.minimum(np.arange(count), count - 1 - np.arange(count)) / length, 0, 1)
    return [(one * gain).astype(np.uint8) for one, gain in zip(pictures, gains, strict=True)]


def night(pictures: list[np.ndarray], draw: np.random.Generator) -> list[np.ndarray]:
    """Dark, with a few lights in it, and a camera's noise."""
    lights = np.zeros((270, 480, 1), np.float32)
    for _ in range(9):
        cv2.circle(
            lights,
            (int(draw.integers(0, 480)), int(draw.integers(0, 270))),
            int(draw.integers(5, 16)),
            1.0,
            -1,
        )
    lights = cv2.GaussianBlur(lights, (0, 0), 6)[..., None]
    dark = [
        255 * (0.02 + 0.2 * (one / 255.0) ** 1.6) + 190 * np.roll(lights, number // 3, 1)
        for number, one in enumerate(pictures)
    ]
    return grain([np.clip(one, 0, 255).astype(np.uint8) for one in dark], int(draw.integers(0, 999)), 2.5)


CLEAN_SORTS = (
    *("fades", "dissolve", "night", "grain", "titles"),
    *("twos", "freeze", "letterbox", "locked", "fast"),
)


def clean_films(numbers: range) -> Iterator[Clip]:
    for number in numbers:
        rate = RATES[number % 4] if number % 4 != 3 else Fraction(25)
        draw = np.random.default_rng(FIRST_SEED + 900 + number)
        part = round(CLEAN * rate / 4)
        moves = (("pan", "hand"), ("whip", "push"), ("hand", "pan"), ("push", "whip"))[number % 4]
        one, two = (
            film(shot(10 + (number * 2 + each) % 8, moves[each]), rate, part, 7.0 * number) for each in (0, 1)
        )
        three = film(shot(10 + (number * 3) % 8, "hand"), rate, part, 3.0 * number)
        extra = film(shot(10 + (number * 5 + 2) % 8, "pan"), rate, part, 11.0 * number)
        kind = CLEAN_SORTS[number % len(CLEAN_SORTS)]
        if kind == "fades":
            pictures = [
                *faded(one, round(rate)),
                *[np.zeros_like(one[0])] * round(0.7 * rate),
                *faded(two, round(rate)),
                *three,
            ]
        elif kind == "dissolve":
            pictures = joined(joined(one, two, round(rate)), three, round(2 * rate))
        elif kind == "night":
            pictures = [*night(one, draw), *night(two, draw), *three]
        elif kind == "grain":
            pictures = grain([*one, *two, *three], number, 6.0)
        elif kind == "titles":
            pictures = [
                *titles(rate, 4, draw),
                *faded(one, round(rate)),
                *titles(rate, 3, draw),
                *two,
                *titles(rate, 5, draw),
            ]
        elif kind == "twos":
            pictures = (
                [one[n // 2 * 2] for n in range(len(one))]
                + [two[n // 2 * 2] for n in range(len(two))]
                + three
            )
        elif kind == "freeze":
            pictures = [*extra, *one, *two, *three, *[three[-1]] * round(2 * rate)]
            extra = []
        elif kind == "letterbox":
            bar = barred(0.12, 0.12)(draw)
            pictures = [bar(each, 0) for each in (*one, *two, *three)]
            extra = [bar(each, 0) for each in extra]
        elif kind == "locked":
            still = Shot(FIRST_SHOT + 100 + number, move="still", subjects=1)
            pictures = [*film(still, rate, 2 * part), *two, *three]
        else:
            quick = Shot(FIRST_SHOT + 200 + number, move="whip", subjects=3)
            pictures = [*film(quick, rate, 2 * part), *two, *three]
        yield Clip(f"{kind}_{number:02d}", [*pictures, *extra], rate)


def more() -> None:
    clean(range(10, 20))


def clean(numbers: range = range(10)) -> None:
    seconds = 0.0
    alarms: list[str] = []
    notes: Counter[str] = Counter()

    def look(path: Path, name: str) -> None:
        nonlocal seconds
        told = check_file(path, "web")
        seconds += told.facts.seconds
        for one in told.faults:
            if one.kind in ("codec", "loudness", "rate", "untagged", "size"):
                continue  # of the file, and true
            if one.severity == "note":
                notes[one.kind] += 1
            else:
                alarms.append(f"{name}: {one.kind} {one.start}–{one.to} ({one.message})")

    with tempfile.TemporaryDirectory() as folder:
        for clip in clean_films(numbers):
            codec = "prores" if clip.name.endswith(("3", "8")) else "h264"
            path = Path(folder) / f"{clip.name}.{'mov' if codec == 'prores' else 'mp4'}"
            write(path, clip.pictures, clip.rate, codec=codec)
            look(path, path.name)
            path.unlink()
    made = seconds
    print(f"{made / 60:.1f} minutes of made-up clean films: {len(alarms)} false alarms")
    for one in alarms:
        print(f"  {one}")
    alarms.clear()
    if numbers.start:
        print("notes:", ", ".join(f"{n} {k}" for k, n in notes.most_common()) or "none")
        return
    for path in sorted((DATA / "video").glob("*")):
        look(path, path.name)
    print(f"{(seconds - made) / 60:.1f} minutes of real ones: {len(alarms)} told beyond notes")
    for one in alarms:
        print(f"  {one}")
    print("notes:", ", ".join(f"{n} {k}" for k, n in notes.most_common()) or "none")


CASES = (  # name, hertz, area, low, high, red, fails
    ("3 flashes a second", 3.0, 1.0, 10, 150, False, False),
    ("4 flashes a second", 4.0, 1.0, 10, 150, False, True),
    ("steps of 18 cd/m²", 6.0, 1.0, 60, 78, False, False),
    ("steps of 22 cd/m²", 6.0, 1.0, 60, 82, False, True),
    ("darker side 165 cd/m²", 6.0, 1.0, 165, 199, False, False),
    ("darker side 150 cd/m²", 6.0, 1.0, 150, 190, False, True),
    ("23 % of the screen", 6.0, 0.23, 10, 150, False, False),
    ("28 % of the screen", 6.0, 0.28, 10, 150, False, True),
    ("red, 3 a second", 3.0, 1.0, 0, 0, True, False),
    ("red, 5 a second", 5.0, 1.0, 0, 0, True, True),
    ("red, 23 % of the screen", 6.0, 0.23, 0, 0, True, False),
    ("red, 28 % of the screen", 6.0, 0.28, 0, 0, True, True),
    ("12 a second", 12.0, 1.0, 20, 120, False, True),
)


def flash_cases() -> None:
    print(f"{'case':28}{'harmful':>9}{'ours':>6}{'FFmpeg':>8}")
    right = theirs = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, hertz, area, low, high, red, fails in CASES:
            for rate in (Fraction(25), Fraction(50), Fraction(24)):
                frames = [np.full((270, 480, 3), 60 if red else 20, np.uint8) for _ in range(round(3 * rate))]
                if area < 1 and not red:
                    frames = [
                        np.full((270, 480, 3), round(255 * (low / 200) ** (1 / 2.4)), np.uint8)
                        for _ in frames
                    ]
                flashed(frames, rate, round(rate / 2), round(2.5 * rate), hertz, area, low, high, red)
                path = Path(folder) / "case.mp4"
                write(path, frames, rate, crf=8)
                told = any(
                    one.kind in ("flash", "red_flash") and one.severity == "problem"
                    for one in check_file(path, PROFILE).faults
                )
                peer = photosensitivity(path)
                right, theirs, count = right + (told == fails), theirs + (peer == fails), count + 1
                said = ["yes" if one else "no" for one in (fails, told, peer)]
                print(f"{f'{name} at {rate}':28}{said[0]:>9}{said[1]:>6}{said[2]:>8}")
    print(f"right: ours {right}, FFmpeg's photosensitivity {theirs} of {count}")


def photosensitivity(path: Path) -> bool:
    """Whether it would dim a picture; its first window of 30, which it always finds bad, is left out."""
    said = ffmpeg(path, "photosensitivity,metadata=print:key=lavfi.photosensitivity.factor:file=-")
    pairs = re.findall(r"pts_time:([0-9.]+)\s+lavfi.photosensitivity.factor=(\S+)", said)
    return any(float(factor) < 1 for at, factor in pairs if float(at) > 1.3)


def ffmpeg(path: Path, filters: str) -> str:
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostdin", "-threads", "1", "-i", path, "-an", "-vf", filters,
         "-f", "null", "-"],
        capture_output=True, text=True, check=False, errors="replace",
    )  # fmt: skip
    return done.stdout + done.stderr


def peers() -> None:
    """Each peer on the files of its fault, and on clean ones by the same settings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        good = []
        for number in range(12):
            pictures, rate, _ = base(number * (EACH + OF_FILM), "")
            path = folder / f"good_{number}.mp4"
            write(path, pictures, rate)
            good.append(path)
        paths: dict[str, list[tuple[Clip, Path]]] = {}
        for clip in seeds():
            kind = re.sub(r"_\d+$", "", clip.name)
            if kind in PEERS:
                paths.setdefault(kind, []).append((clip, written(clip, folder)))
        print(f"{'fault':17}{'peer':34}{'found':>8}{'ours':>8}{'alarms in 12 clean':>20}")
        for kind, files in paths.items():
            label, ask = PEERS[kind]
            ours = sum(hit(clip, check_file(path, PROFILE).faults) for clip, path in files)
            if isinstance(ask, str):  # a number: the threshold that gives no alarm in the clean ones
                limit = max(most(path, ask) for path in good)
                found, false = sum(most(path, ask) > limit for _, path in files), 0
            else:
                found, false = sum(ask(path) for _, path in files), sum(ask(path) for path in good)
            print(f"{kind:17}{label:34}{found:>4} of {len(files)}{ours:>4} of {len(files)}{false:>20}")


def most(path: Path, key: str) -> float:
    name = {"block": "blockdetect", "blur": "blurdetect"}[key]
    said = ffmpeg(path, f"{name},metadata=print:key=lavfi.{key}:file=-")
    values = [float(one) for one in re.findall(rf"lavfi\.{key}=([0-9.]+)", said)]
    return max(values, default=0.0)


def cropped(path: Path) -> bool:
    crops = re.findall(r"crop=(\d+):(\d+):", ffmpeg(path, "cropdetect=limit=24:round=2:skip=0"))
    return bool(crops) and (int(crops[-1][0]) < 476 or int(crops[-1][1]) < 266)


def outside(path: Path) -> bool:
    said = ffmpeg(path, "signalstats=stat=brng,metadata=print:key=lavfi.signalstats.BRNG:file=-")
    return max((float(one) for one in re.findall(r"BRNG=([0-9.]+)", said)), default=0) > 0.01


def says(word: str, filters: str):
    return lambda path: word in ffmpeg(path, filters)


PEERS = {
    "black": ("blackdetect d=0.02", says("black_start", "blackdetect=d=0.02:pic_th=0.98")),
    "frozen": ("freezedetect d=0.5 n=-60dB", says("freeze_start", "freezedetect=d=0.5:n=-60dB")),
    "doubled": ("freezedetect d=0.02 n=-60dB", says("freeze_start", "freezedetect=d=0.02:n=-60dB")),
    "letterbox": ("cropdetect", cropped),
    "pillarbox": ("cropdetect", cropped),
    "full_in_limited": ("signalstats BRNG > 1 %", outside),
    "over_white": ("signalstats BRNG > 1 %", outside),
    "gamut": ("signalstats BRNG > 1 %", outside),
    "flash": ("photosensitivity", photosensitivity),
    "red_flash": ("photosensitivity", photosensitivity),
    "blocking": ("blockdetect, best threshold", "block"),
    "out_of_focus": ("blurdetect, best threshold", "blur"),
}  # fmt: skip


def sheet() -> None:
    """A made-up film with faults one after another, and what is told: docs/pictures/picture-check.jpg."""
    from answerprint.departments.picture.contact import contact_sheet
    from answerprint.pipeline.picture.checking_pages import stills_of, strip

    rate = Fraction(25)
    one, two = (film(shot(number, move), rate, 170, 5.0) for number, move in ((0, "pan"), (2, "push")))
    draw = np.random.default_rng(5)
    soft_, stairs_, blocks_ = soft(draw), stairs(draw), blocks(draw)
    for number in range(25, 50):
        one[number] = soft_(one[number], number)
    one[70:90] = [one[69]] * 20
    for number in range(105, 135):
        one[number] = blocks_(one[number], number)
    one[150:153] = [np.zeros_like(one[0])] * 3
    for number in range(20, 60):
        two[number] = gained(0.09, 0.1)(draw)(two[number], number)
    flashed(two, rate, 75, 115, 6.0, 0.8, 20, 150)
    for number in range(125, 170):
        two[number] = stairs_(two[number], number)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mov"
        write(path, [*one, *two], rate, codec="prores")
        told = check_file(path, "web")
        stills = stills_of(path, told)
    pictures = [
        (f"{told.faults[number].start} {told.faults[number].kind}", _decoded(still))
        for number, still in sorted(stills.items(), key=lambda pair: told.faults[pair[0]].from_frame)
    ]
    rows = [("", pictures[at : at + 4]) for at in range(0, len(pictures), 4)]
    below = contact_sheet(rows)
    line = cv2.imdecode(np.frombuffer(strip(told).png(2), np.uint8), 1)[..., ::-1].astype(np.float32) / 255
    wide = below.shape[1]
    line = cv2.resize(line, (wide, round(line.shape[0] * wide / line.shape[1])), interpolation=cv2.INTER_AREA)
    whole_ = np.vstack([line, below])
    size = 1200, round(whole_.shape[0] * 1200 / wide)
    made = cv2.resize(whole_, size, interpolation=cv2.INTER_AREA)
    out = ROOT / "docs" / "pictures" / "picture-check.jpg"
    out.parent.mkdir(exist_ok=True)
    codes = np.rint(np.clip(made, 0, 1) * 255).astype(np.uint8)[..., ::-1]
    cv2.imwrite(str(out), codes, [cv2.IMWRITE_JPEG_QUALITY, 80])
    print(f"{out.name}: {out.stat().st_size // 1000} kB, {len(pictures)} faults")


def _decoded(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), 1)[..., ::-1].astype(np.float32) / 255


ALONE = (
    "import sys, pathlib, re; from answerprint.pipeline.picture.checking import check_file; "
    "check_file(pathlib.Path(sys.argv[1]), sys.argv[2]); "
    "status = pathlib.Path('/proc/self/status').read_text(); "
    "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) / 1e6)"  # this program's own, not its parent's
)


def speed() -> None:
    place = Shot(FIRST_SHOT + 300, (1920, 1080), "pan")
    pictures = film(place, Fraction(25), 25)
    pictures = [*pictures, *pictures[::-1]] * 4
    with tempfile.TemporaryDirectory() as folder:
        for codec, suffix in (("h264", "mp4"), ("prores", "mov")):
            path = Path(folder) / f"film.{suffix}"
            write(path, pictures, Fraction(25), codec=codec)
            began, worked = time.perf_counter(), time.process_time()
            told = check_file(path, PROFILE)
            wall, work = time.perf_counter() - began, time.process_time() - worked
            print(
                f"1920x1080 {codec}, {told.facts.seconds:.0f} s: {wall:.1f} s "
                f"({told.facts.seconds / wall:.2f} times real time), "
                f"{work:.1f} s of processor, load {os.getloadavg()[0]:.1f}"
            )
            done = subprocess.run(
                [sys.executable, "-c", ALONE, path, PROFILE], check=True, capture_output=True, text=True
            )
            print(f"  memory at most {float(done.stdout):.2f} GB")


PARTS = {
    "seeded": seeded,
    "clean": clean,
    "more": more,
    "flashes": flash_cases,
    "peers": peers,
    "speed": speed,
    "sheet": sheet,
}

if __name__ == "__main__":
    main()
