"""Looks beside what was rendered: the camera's movement, shots seen twice, light, colour, focus, and speed.

Run: python bench/looks.py [camera|alike|light|speed …]
Scenes are rendered anew with seeds, textures and real surfaces that nothing was tuned on; everything passes
through H.264 files. Peers are OpenCV's own: a similarity by estimateAffinePartial2D, and its image hashes.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "footage"))

from camera_scenes import Studio, stills_of, write_clip  # noqa: E402  (what the tests are made of)
from looks_truth import Shot, head, patches, shots_twice, write  # noqa: E402

from answerprint.core.footage import MOVEMENTS  # noqa: E402
from answerprint.departments.footage.looks.alike import (  # noqa: E402
    footage_likeness,
    framing_pairs,
    pairs_of,
)
from answerprint.departments.footage.looks.camera import main_movement, stretches  # noqa: E402
from answerprint.departments.footage.looks.colour import temperature  # noqa: E402
from answerprint.departments.footage.looks.fingerprints import Fingerprint, fingerprint  # noqa: E402
from answerprint.departments.footage.looks.focus import edge_blur, focus  # noqa: E402
from answerprint.departments.footage.looks.in_file import look_through  # noqa: E402
from answerprint.departments.footage.looks.light import key_fill, light_of, shot_light  # noqa: E402
from answerprint.departments.footage.looks.measures import COLOUR_FORM, Sights  # noqa: E402
from answerprint.departments.footage.looks.passing import DetailWatcher, SightWatcher  # noqa: E402
from answerprint.media.fanout import fan_out  # noqa: E402
from answerprint.media.probe import probe  # noqa: E402

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
BUNNY = DATA / "video" / "big_buck_bunny_0_30.webm"
SEED = 7_310_000  # tuning used seeds near 100 000
CLIPS = int(os.environ.get("LOOKS_CLIPS", "8"))  # of each movement
SETUPS = int(os.environ.get("LOOKS_SETUPS", "24"))
TURN_OF = {"track": "pan", "pedestal": "tilt", "dolly": "zoom"}
PEER_MOVES, PEER_SHAKE = 0.0045, 0.0009  # widths a second; deviation: ours, so that only the means differ


def main() -> None:
    cv2.setNumThreads(1)
    parts = sys.argv[1:] or ["camera", "alike", "light", "speed"]
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            {"camera": camera, "alike": alike, "light": light, "speed": speed}[part](Path(folder))


def real_surfaces() -> list[np.ndarray]:
    """The second half of the film: tuning saw the first."""
    if not BUNNY.exists():
        print(f"no real surfaces: {BUNNY} is not there")
        return []
    return stills_of([str(BUNNY)])[6:]


def camera(folder: Path) -> None:
    surfaces = real_surfaces()
    ours: Counter[tuple[str, str]] = Counter()
    peer: Counter[tuple[str, str]] = Counter()
    seconds = [0.0, 0.0, 0.0]
    for number in range(CLIPS):
        for place, movement in enumerate(MOVEMENTS):
            studio = Studio(SEED + 1000 * number + place, surfaces)
            clip = studio.film(movement, float(studio.random.uniform(1.6, 3.0)))
            path = folder / f"{movement}{number}.mp4"
            write_clip(str(path), clip)
            seconds[0] += len(clip.cameras) / float(clip.rate)
            began = time.process_time()
            watcher = DetailWatcher(probe(path))
            summary = fan_out(path, [watcher], threads=1)
            motion, _ = watcher.found()
            assert summary.time_base is not None
            main = main_movement(stretches(motion, 0, len(motion.pts), summary.time_base), motion)
            seconds[1] += time.process_time() - began
            ours[movement, main.movement if main else "not seen"] += 1
            began = time.process_time()
            peer[movement, similarity_peer(path)] += 1
            seconds[2] += time.process_time() - began
    print(
        f"Camera movement: {CLIPS} rendered clips of each of {len(MOVEMENTS)}, H.264, figures walking through"
    )
    print(f"{'':16}{'precision':>10}{'recall':>8}{'F1':>7}{'peer F1':>9}   taken for")
    f1, peer_f1 = [], []
    for movement in MOVEMENTS:
        precision, recall, score = scores(ours, movement)
        other = scores(peer, movement)[2]
        f1.append(score)
        peer_f1.append(other)
        wrong = ", ".join(
            f"{got} {count}" for (true, got), count in sorted(ours.items()) if true == movement != got
        )
        print(f"{movement:16}{precision:10.2f}{recall:8.2f}{score:7.2f}{other:9.2f}   {wrong}")
    print(f"{'macro':16}{'':18}{np.mean(f1):7.3f}{np.mean(peer_f1):9.3f}")
    print(
        f"{'travel as turn':16}{'':18}{merged(ours):7.3f}{merged(peer):9.3f}   (pan and track one class, …)"
    )
    times = f"{seconds[0] / seconds[1]:.1f}; peer {seconds[0] / seconds[2]:.1f}"
    print(f"times real time with decoding, one core: {times}")


def scores(table: Counter[tuple[str, str]], name: str) -> tuple[float, float, float]:
    right = table[name, name]
    true = sum(count for (one, _), count in table.items() if one == name)
    found = sum(count for (_, one), count in table.items() if one == name)
    return right / max(1, found), right / max(1, true), 2 * right / max(1, true + found)


def merged(table: Counter[tuple[str, str]]) -> float:
    """Macro F1 when travel counts as the turn it looks like."""
    small: Counter[tuple[str, str]] = Counter()
    for (true, got), count in table.items():
        small[as_turn(true), as_turn(got)] += count
    return float(np.mean([scores(small, name)[2] for name in {as_turn(one) for one in MOVEMENTS}]))


def as_turn(name: str) -> str:
    kind, _, way = name.partition("_")
    return f"{TURN_OF.get(kind, kind)}_{way}".rstrip("_").replace("left", "1").replace("right", "2")


def similarity_peer(path: Path) -> str:
    """OpenCV's own parts: good features, Lucas–Kanade, estimateAffinePartial2D, and the mean step."""
    steps, before, points = [], None, None
    with av.open(str(path)) as container:
        rate = float(container.streams.video[0].average_rate or 25)
        for frame in container.decode(video=0):
            grey = frame.to_ndarray(format="gray")
            if before is not None and points is not None and len(points) > 8:
                to, found, _ = cv2.calcOpticalFlowPyrLK(before, grey, points, None)
                one, two = points[found.ravel() == 1], to[found.ravel() == 1]
                model = cv2.estimateAffinePartial2D(one, two)[0] if len(one) > 8 else None
                if model is not None:
                    high, wide = grey.shape
                    moved = model @ [wide / 2, high / 2, 1] - [wide / 2, high / 2]
                    scale, turn = np.hypot(*model[0, :2]), np.arctan2(model[1, 0], model[0, 0])
                    steps.append([*(moved / wide), 0.3 * np.log(scale), 0.3 * turn])
            before = grey
            points = cv2.goodFeaturesToTrack(grey, 200, 0.01, 8)
    if not steps:
        return "not seen"
    ways = np.array(steps)
    mean = ways.mean(axis=0) * rate
    shake = float(np.hypot(*(ways[:, :2] - ways[:, :2].mean(axis=0)).std(axis=0)))
    channel = int(np.abs(mean).argmax())
    if abs(mean[channel]) < PEER_MOVES or (shake > PEER_SHAKE and abs(mean[channel]) < 10 * shake):
        return "handheld" if shake > PEER_SHAKE else "static"
    names = (("pan_left", "pan_right"), ("tilt_up", "tilt_down"), ("zoom_in", "zoom_out"), ("roll", "roll"))
    return names[channel][int(mean[channel] < 0)]


def alike(folder: Path) -> None:
    shots = shots_twice(SEED + 5, SETUPS, real_surfaces())
    prints: list[Fingerprint | None] = []
    hashes: dict[str, list[list[np.ndarray]]] = {"pHash": [], "average hash": [], "block mean hash": []}
    makers = {
        "pHash": cv2.img_hash.PHash_create(),
        "average hash": cv2.img_hash.AverageHash_create(),
        "block mean hash": cv2.img_hash.BlockMeanHash_create(),
    }
    for number, shot in enumerate(shots):
        path = folder / f"alike{number}.mp4"
        write(path, shot.pictures, shot.rate, shot.crf)
        prints.append(fingerprint(sights_of(path).luma))
        pictures = decoded(path)
        for name, maker in makers.items():
            chosen = [pictures[round(part * (len(pictures) - 1))] for part in (0.25, 0.5, 0.75)]
            hashes[name].append([maker.compute(one).ravel() for one in chosen])
        shot.pictures = []
    seen = [one for one in prints if one is not None]
    kept = [shot for shot, one in zip(shots, prints, strict=True) if one is not None]
    blank = len(shots) - len(seen)
    print(f"\nShots seen twice: {len(shots)} shots of {SETUPS} set-ups ({blank} without structure)")
    first, second = np.triu_indices(len(kept), 1)
    footage = np.array([kept[a].footage == kept[b].footage for a, b in zip(first, second, strict=True)])
    setup = np.array([kept[a].setup == kept[b].setup for a, b in zip(first, second, strict=True)])
    framing = np.zeros((len(seen), len(seen)))
    whole = np.zeros((len(seen), len(seen)))
    for a, b, likeness in framing_pairs(seen, -1.0):
        framing[a, b] = likeness
        whole[a, b] = footage_likeness(seen[a], seen[b], likeness) if likeness > 0.2 else 0.4 * likeness
    print(f"average precision over {len(first)} pairs{'':14}{'same footage':>14}{'same set-up':>13}")
    print(f"{'answerprint':46}{average_precision(whole[first, second], footage):14.4f}", end="")
    print(f"{average_precision(framing[first, second], setup):13.4f}")
    for name, all_hashes in hashes.items():
        chosen = [one for one, known in zip(all_hashes, prints, strict=True) if known is not None]
        near = -np.array([hash_distance(chosen[a], chosen[b]) for a, b in zip(first, second, strict=True)])
        line = f"{'OpenCV ' + name:46}{average_precision(near, footage):14.4f}"
        print(f"{line}{average_precision(near, setup):13.4f}")
    at_threshold(seen, kept)
    by_change(kept, whole, framing)
    many = [seen[number % len(seen)] for number in range(1415)]
    began = time.process_time()
    framing_pairs(many, 2.0)
    took = time.process_time() - began
    print(f"comparing {len(many) * (len(many) - 1) // 2} pairs of framings: {took:.2f} s of one core")


def at_threshold(seen: list[Fingerprint], kept: list[Shot]) -> None:
    found = pairs_of(seen)
    for kind, name in (("duplicate", "footage"), (None, "setup")):
        said = [one for one in found if kind is None or one.kind == kind]
        right = sum(getattr(kept[one.first], name) == getattr(kept[one.second], name) for one in said)
        counts = Counter(getattr(one, name) for one in kept)
        true = sum(count * (count - 1) // 2 for count in counts.values())
        label = f"said to be {'duplicates' if kind else 'of one set-up (either kind)'}"
        print(f"{label:46}precision {right / max(1, len(said)):.3f}  recall {right / max(1, true):.3f}")


def by_change(kept: list[Shot], whole: np.ndarray, framing: np.ndarray) -> None:
    names = [one.name.partition(" ")[2] for one in kept]
    first = {one.footage: place for place, one in enumerate(kept) if one.name.endswith("first")}
    for change in dict.fromkeys(names):
        if change == "first":
            continue
        rows = [
            (framing[first[shot.setup * 2], place], whole[first[shot.setup * 2], place])
            for place, shot in enumerate(kept)
            if names[place] == change and shot.setup * 2 in first
        ]
        low, mean = np.min(rows, axis=0), np.mean(rows, axis=0)
        both = zip(("framing", "footage"), mean, low, strict=True)
        words = "  ".join(f"{name} {a:.2f} (least {b:.2f})" for name, a, b in both)
        print(f"  {change:20}{words}")


def average_precision(score: np.ndarray, true: np.ndarray) -> float:
    order = np.argsort(-score, kind="stable")
    hits = true[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def hash_distance(one: list[np.ndarray], two: list[np.ndarray]) -> float:
    return float(np.mean([min(cv2.norm(a, b, cv2.NORM_HAMMING) for b in two) for a in one]))


def sights_of(path: Path) -> Sights:
    watcher = SightWatcher(probe(path))
    fan_out(path, [watcher], threads=1)
    return watcher.found()


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def light(folder: Path) -> None:
    random = np.random.default_rng(SEED + 9)
    print("\nLight and colour against what was rendered, through H.264")
    off, exposure_off, none = [], [], 0
    size = (COLOUR_FORM.width or 128, COLOUR_FORM.height or 72)
    for number in range(60):
        kelvin = float(1e6 / random.uniform(1e6 / 10_000, 1e6 / 2_300))
        codes, mean = patches(
            random, kelvin, float(random.uniform(0.12, 0.5)), float(random.uniform(0.35, 1.0))
        )
        path = folder / f"light{number}.mp4"
        write(path, [codes] * 8, Fraction(12), 18)
        sights = sights_of(path)
        found = temperature(sights.colours.reshape(-1, 3))
        none += found is None
        if found is not None:
            off.append(abs(1e6 / found.kelvin - 1e6 / kelvin))
        exposure = shot_light(sights.lights(np.arange(len(sights.pts)))).exposure
        exposure_off.append(abs(exposure - np.log2(mean / 0.18)))
    print(f"{'colour temperature, 60 walls of patches':46}median {np.median(off):.1f} mired off, ", end="")
    print(f"90 % within {np.percentile(off, 90):.1f}; {none} not named")
    wrong = sum(
        temperature(cv2.resize(patches(random, 6500, 0.0, 0.8)[0], size).reshape(-1, 3)) is not None
        for _ in range(30)
    )
    print(f"{'the same walls without any grey':46}{wrong} of 30 named all the same")
    print(f"{'exposure':46}median {np.median(exposure_off):.3f} stops off, most {np.max(exposure_off):.3f}")
    ratios = []
    for _ in range(60):
        true = float(random.uniform(0, 4))
        codes, box = head(random, true)
        ratios.append((key_fill(codes, box) or 0.0) - true)
    print(
        f"{'key/fill, 60 heads of 0 to 4 stops':46}median {np.median(np.abs(ratios)):.2f} stops off, ", end=""
    )
    print(f"90 % within {np.percentile(np.abs(ratios), 90):.2f}, mean {np.mean(ratios):+.2f}")
    sharpness(random)
    flat = light_of(np.full((72, 128, 3), 255, np.uint8))
    assert abs(flat.mean - 1) < 1e-9


def sharpness(random: np.random.Generator) -> None:
    """Blurs put on sharp pictures, read back; with noise and with a picture's blur of movement."""
    studio = Studio(SEED + 11, real_surfaces())
    rows = []
    for _ in range(12):
        clip = studio.film("static", 0.1)
        sharp = cv2.resize(next(iter(clip.pictures())), (960, 540), interpolation=cv2.INTER_CUBIC)
        grey = cv2.cvtColor(sharp, cv2.COLOR_RGB2GRAY).astype(np.float32)
        for deviation in (2.0, 3.0, 4.0, 6.0):
            soft = cv2.GaussianBlur(grey, (0, 0), deviation)
            noisy = np.clip(soft + random.normal(0, 3, soft.shape), 0, 255).astype(np.uint8)
            rows.append((deviation, edge_blur(np.clip(soft, 0, 255).astype(np.uint8)), edge_blur(noisy)))
    for deviation in (2.0, 3.0, 4.0, 6.0):
        clean = [one for at, one, _ in rows if at == deviation and one is not None]
        noisy = [one for at, _, one in rows if at == deviation and one is not None]
        print(f"{f'blur of {deviation:.0f} px of 960':46}read {np.mean(clean):.1f} px, focus ", end="")
        print(f"{focus(float(np.mean(clean))):.2f}; with noise {np.mean(noisy):.1f} px, {len(noisy)} of 12")


def speed(folder: Path) -> None:
    path = folder / "hd.mp4"
    studio = Studio(SEED + 3)
    pictures = [
        cv2.resize(one, (1920, 1080)) for one in studio.film("track_right", 4.0, figures=2).pictures()
    ]
    write(path, pictures[:100], Fraction(25))
    count = len(pictures[:100])
    asked = probe(path)
    began = time.process_time()
    fan_out(path, [], threads=1)
    decode = time.process_time() - began
    rows = {"decoding alone": decode}
    for name, make in (("movement and focus", DetailWatcher), ("light and colour", SightWatcher)):
        began = time.process_time()
        fan_out(path, [make(asked)], threads=1)
        rows[name] = time.process_time() - began - decode
    began = time.process_time()
    look_through(path)
    rows["the whole command (with shots)"] = time.process_time() - began
    print(f"\nSpeed: {count} pictures of 1080p25, processor time of one core")
    for name, took in rows.items():
        print(f"{name:46}{1000 * took / count:6.2f} ms a picture, {count / 25 / took:6.1f} × real time")


if __name__ == "__main__":
    main()
