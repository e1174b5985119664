"""Faces drawn with a known truth: found, turned, doing something, told apart; and how fast.

Run: python bench/faces.py [detection] [angles] [cues] [identity] [speed], or all without a name; it needs
`answerprint models fetch mediapipe-faces`.
The faces are those of tests/footage/drawn_faces.py, of people no threshold was set on; the peer is OpenCV's
Haar cascade, which OpenCV 5 has no more: it is run by .venv-bench.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "footage"))

from drawn_faces import Face, draw, paint  # noqa: E402  (the faces the tests are made of)

from answerprint.departments.footage.faces.cues import cues_of  # noqa: E402
from answerprint.departments.footage.faces.detection import overlap  # noqa: E402
from answerprint.departments.footage.faces.embedding import ClassicalEmbedder, alike  # noqa: E402
from answerprint.departments.footage.faces.in_file import MODEL, face_readers, faces_of  # noqa: E402
from answerprint.departments.footage.faces.measures import measure  # noqa: E402
from answerprint.departments.footage.faces.mesh import square_of_find, square_of_mesh  # noqa: E402
from answerprint.departments.footage.faces.sightings import FaceFollower  # noqa: E402
from answerprint.departments.footage.faces.tracks import face_tracks  # noqa: E402
from answerprint.models.shelf import Shelf  # noqa: E402

PEERS = ROOT / ".venv-bench" / "bin" / "python"
HAAR_FOLDER = ROOT / ".venv-bench" / "haar"
HAAR_WHEEL = "opencv-python-headless==4.10.0.84"
SEED = 4711
PEOPLE = range(10, 22)  # thresholds were set on 0 … 5
PICTURES = 60
CLIP_SECONDS = 10
BASE = Fraction(1, 25)

HAAR = """
import json, sys, time
import cv2, numpy as np
cv2.setNumThreads(1)
cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
pictures = np.load(sys.argv[1])
began = time.process_time()
look = lambda p: cascade.detectMultiScale(p, 1.1, 5, minSize=(36, 36))
found = [[[int(v) for v in box] for box in look(p)] for p in pictures]
print(json.dumps({"found": found, "seconds": time.process_time() - began}))
"""

Box = tuple[float, float, float, float]
Event = tuple[str, float, float]


def main() -> None:
    if not Shelf().fetched(MODEL):
        sys.exit(f"first: answerprint models fetch {MODEL}")
    cv2.setNumThreads(1)
    parts = {
        "detection": bench_detection,
        "angles": bench_angles,
        "cues": bench_cues,
        "identity": bench_identity,
        "speed": bench_speed,
    }
    for name in sys.argv[1:] or parts:
        parts[name]()


def bench_detection() -> None:
    """Scenes of one or two drawn faces and clutter, 960 × 540, half of them small or turned."""
    random = np.random.default_rng(SEED)
    pictures, truths = [], []
    for number in range(PICTURES):
        picture = clutter(random)
        boxes: list[Box] = []
        for place in range(1 + number % 2):
            height = float(random.uniform(0.12, 0.30) if number % 4 < 2 else random.uniform(0.3, 0.7))
            face = Face(
                x=float(random.uniform(0.15, 0.42) + 0.45 * place),
                y=float(random.uniform(0.4, 0.6)),
                height=height,
                yaw=float(random.uniform(-40, 40)),
                pitch=float(random.uniform(-15, 15)),
                roll=float(random.uniform(-20, 20)),
                who=int(random.choice(PEOPLE)),
            )
            paint(picture, face)
            tall = height * 540
            boxes.append((face.x * 960 - 0.4 * tall, face.y * 540 - 0.35 * tall, 0.8 * tall, 0.95 * tall))
        pictures.append(np.clip(cv2.GaussianBlur(picture, (3, 3), 0.6), 0, 255).astype(np.uint8))
        truths.append(boxes)
    detector = face_readers().detector
    began = time.process_time()
    ours = [[one.box for one in detector.find(picture)] for picture in pictures]
    rows = {"answerprint": (ours, time.process_time() - began)}
    if (haar := haar_finds(pictures)) is not None:
        rows["Haar cascade"] = haar
    count = sum(map(len, truths))
    print(f"Found in {PICTURES} scenes with {count} drawn faces of a tenth to two thirds of the height")
    print(f"{'':16}{'recall':>8}{'precision':>11}{'pictures / s of processor':>28}")
    for name, (found, seconds) in rows.items():
        right = sum(
            any(overlap(box, truth) > 0.25 for box in those)
            for those, boxes in zip(found, truths, strict=True)
            for truth in boxes
        )
        wrong = sum(
            not any(overlap(box, truth) > 0.25 for truth in boxes)
            for those, boxes in zip(found, truths, strict=True)
            for box in those
        )
        precision = right / max(1, right + wrong)
        print(f"{name:16}{right / count:8.3f}{precision:11.3f}{PICTURES / seconds:28.1f}")


def haar_finds(pictures: list[np.ndarray]) -> tuple[list[list[Box]], float] | None:
    """The cascade's finds, and its seconds of processor. OpenCV 4 is put beside .venv-bench's own OpenCV."""
    if not PEERS.exists():
        print("the Haar cascade is left out: there is no .venv-bench")
        return None
    if not HAAR_FOLDER.exists():
        command = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", str(HAAR_FOLDER), HAAR_WHEEL]
        subprocess.run([PEERS, *command], check=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pictures.npy"
        np.save(path, np.stack([cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in pictures]))
        said = subprocess.run(
            [PEERS, "-c", HAAR, path],
            capture_output=True,
            check=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(HAAR_FOLDER)},
        ).stdout
    told = json.loads(said)
    return [[tuple(box) for box in those] for those in told["found"]], told["seconds"]


def bench_angles() -> None:
    """Turned heads of people not tuned on, each angle on its own and together."""
    random = np.random.default_rng(SEED + 1)
    readers = face_readers()
    off: dict[str, list[float]] = {"yaw": [], "pitch": [], "roll": []}
    lost = 0
    for _ in range(PICTURES):
        turn = {
            "yaw": float(random.uniform(-45, 45)),
            "pitch": float(random.uniform(-22, 22)),
            "roll": float(random.uniform(-25, 25)),
        }
        face = Face(height=float(random.uniform(0.3, 0.65)), who=int(random.choice(PEOPLE)), **turn)
        shown = draw(face, 480, 270)
        found = readers.detector.find(shown)
        if not found:
            lost += 1
            continue
        mesh = readers.mesh.read(shown, square_of_find(found[0]))
        mesh = readers.mesh.read(shown, square_of_mesh(mesh))
        read = measure(mesh)._asdict()
        for name, wanted in turn.items():
            off[name].append(abs(read[name] - wanted))
    print(f"\nAngles of {PICTURES} drawn heads (yaw ±45°, pitch ±22°, roll ±25°); {lost} were not found")
    print(f"{'':16}{'mean error':>12}{'nine of ten under':>20}")
    for name, errors in off.items():
        print(f"{name:16}{np.mean(errors):11.1f}°{np.percentile(errors, 90):19.1f}°")


def bench_cues() -> None:
    """Films in which a drawn face does one thing after another."""
    readers = face_readers()
    right: dict[str, int] = {}
    found: dict[str, int] = {}
    true: dict[str, int] = {}
    for number, who in enumerate(list(PEOPLE)[:4]):
        random = np.random.default_rng(SEED + 2 + number)
        events, act, length = script(random)
        follower = FaceFollower(readers, BASE)
        for index in range(round(length * 25)):
            state = {key: round(value, 1) for key, value in act(index / 25).items()}
            still = Face(height=0.6, who=who)
            shown = cached(dataclasses.replace(still, **state)).astype(np.int16)
            noisy = np.clip(shown + random.integers(-3, 4, shown.shape), 0, 255).astype(np.uint8)
            follower.add(index, noisy)
        tracks = face_tracks(follower.finish(round(length * 25)), [], BASE)
        cues = [
            (one.cue, float(one.start * BASE), float(one.end * BASE))
            for track in tracks
            for one in cues_of(track, BASE)
            if one.cue != "look_to_camera"
        ]
        for kind, start, end in events:
            true[kind] = true.get(kind, 0) + 1
            hit = any(k == kind and s < end and start < e for k, s, e in cues)
            right[kind] = right.get(kind, 0) + hit
        for kind, start, end in cues:
            found.setdefault(kind, 0)
            if not any(k == kind and start < e + 0.1 and s - 0.1 < end for k, s, e in events):
                found[kind] += 1
    print(
        "\nCues in four films of people not tuned on (an event is right where a cue of its kind overlaps it)"
    )
    print(f"{'':16}{'true':>6}{'found':>7}{'invented':>10}")
    for kind in sorted(true | found):
        print(f"{kind:16}{true.get(kind, 0):6d}{right.get(kind, 0):7d}{found.get(kind, 0):10d}")
    hits, wrong, all_true = sum(right.values()), sum(found.values()), sum(true.values())
    print(f"{'together':16}recall {hits / all_true:.3f}, precision {hits / max(1, hits + wrong):.3f}")


def script(random: np.random.Generator) -> tuple[list[Event], Callable[[float], dict[str, float]], float]:
    """Events one after another, in an order of chance, each followed by a second of nothing."""
    events: list[Event] = []
    moves: list[tuple[str, float, float, float]] = []
    at = 1.0
    kinds = ["blink", "blink", "smile", "mouth_open", "head_left", "head_right", "eyes_closed"]
    kinds += ["nod", "shake", "look_left", "look_right", "head_up", "head_down"]
    for kind in random.permutation(kinds):
        length = {"blink": 0.24, "mouth_open": 0.5, "eyes_closed": 0.9, "nod": 1.5, "shake": 1.5}.get(
            kind, 1.2
        )
        amount = float(random.uniform(0.8, 1.0))
        moves.append((str(kind), at, at + length, amount))
        events.append((str(kind), at, at + length))
        if kind in ("head_left", "head_right"):  # there and back again are turns too
            events += [
                ("turn_away", at - 0.2, at + 0.4),
                ("turn_to_camera", at + length - 0.4, at + length + 0.2),
            ]
        at += length + 0.9

    def act(t: float) -> dict[str, float]:
        state: dict[str, float] = {}
        for kind, start, end, amount in moves:
            if start <= t < end:
                state |= pose(kind, (t - start) / (end - start), t - start, end - t, amount)
        return state

    return events, act, at


def pose(kind: str, part: float, since: float, left: float, amount: float) -> dict[str, float]:
    ease = amount * min(1.0, since / 0.25, left / 0.25)
    swing = amount * np.sin(2 * np.pi * 2 * since) * min(1.0, left / 0.1)
    return {
        "blink": {"eyes": abs(2 * part - 1) ** 1.5},
        "eyes_closed": {"eyes": 0.0},
        "smile": {"smile": ease},
        "mouth_open": {"mouth": ease},
        "head_left": {"yaw": -38 * ease},
        "head_right": {"yaw": 38 * ease},
        "head_up": {"pitch": 28 * ease},
        "head_down": {"pitch": -28 * ease},
        "look_left": {"gaze": -0.9 * amount},
        "look_right": {"gaze": 0.9 * amount},
        "nod": {"pitch": 10 * swing},
        "shake": {"yaw": 14 * swing},
    }[kind]


@functools.lru_cache(800)
def cached(face: Face) -> np.ndarray:
    return draw(face, 320, 180)


def bench_identity() -> None:
    """Pairs of pictures of drawn people, differently turned, lit and sized: the classical vector."""
    random = np.random.default_rng(SEED + 9)
    readers, embedder = face_readers(), ClassicalEmbedder()
    vectors, owners = [], []
    for who in PEOPLE:
        for _ in range(4):
            face = Face(
                height=float(random.uniform(0.35, 0.65)),
                yaw=float(random.uniform(-18, 18)),
                pitch=float(random.uniform(-10, 10)),
                smile=float(random.choice([0, 0, 0.8])),
                who=who,
            )
            shown = draw(face, 480, 270).astype(np.float64) * random.uniform(0.75, 1.15)
            noisy = np.clip(shown + random.normal(0, 3, shown.shape), 0, 255).astype(np.uint8)
            found = readers.detector.find(noisy)
            if not found:
                continue
            mesh = readers.mesh.read(noisy, square_of_find(found[0]))
            vectors.append(embedder.vector(noisy, mesh))
            owners.append(who)
    cosines, who_of = np.array(vectors) @ np.array(vectors).T, np.array(owners)
    upper = np.triu_indices(len(owners), 1)
    same, scores = (who_of[:, None] == who_of)[upper], cosines[upper]
    limit = alike(embedder.name)
    equal = min(np.sort(scores), key=lambda t: abs((scores[same] < t).mean() - (scores[~same] >= t).mean()))
    print(f"\nTold apart by the classical vector: {len(owners)} pictures of {len(PEOPLE)} drawn people")
    print(f"equal error rate {(scores[same] < equal).mean():.2f} (chance is 0.50) at a cosine of {equal:.2f}")
    print(
        f"at the threshold used, {limit:.2f}: {(scores[same] >= limit).mean():.2f} of pairs of one person "
        f"joined, {(scores[~same] >= limit).mean():.2f} of pairs of two"
    )


def bench_speed() -> None:
    """A 1080p25 film of one talking head, and of four, decoded, looked through and cut into shots."""
    print(f"\nSpeed on {CLIP_SECONDS} s of 1080p25 H.264, seconds of film a second of one processor")
    with tempfile.TemporaryDirectory() as folder:
        for count in (0, 1, 4):
            path = Path(folder) / f"{count}.mp4"
            write(path, talking(count))
            began, wall = time.process_time(), time.perf_counter()
            found = faces_of(path).document
            taken, waited = time.process_time() - began, time.perf_counter() - wall
            print(
                f"{count} faces: {CLIP_SECONDS / taken:.2f} × real time "
                f"({CLIP_SECONDS / waited:.2f} × on the clock), {len(found.faces)} found"
            )


def talking(count: int) -> Iterable[np.ndarray]:
    random = np.random.default_rng(SEED)
    stills = []
    for state in range(6):
        picture = cv2.resize(clutter(random), (1920, 1080)) if state == 0 else stills[0].copy()
        if state == 0:
            stills.append(picture)
            continue
        for place in range(count):
            size = 0.5 if count == 1 else 0.3
            x = (place + 0.5) / count
            paint(picture, Face(x=x, height=size, mouth=state / 5, who=10 + place))
        stills.append(picture)
    shown = [np.clip(one, 0, 255).astype(np.uint8) for one in stills[1:]]
    for index in range(CLIP_SECONDS * 25):
        yield shown[(index // 3) % len(shown)]


def clutter(random: np.random.Generator) -> np.ndarray:
    """A room of coloured shapes, (540, 960, 3) float64."""
    picture = np.full((540, 960, 3), random.uniform(60, 160, 3))
    for _ in range(25):
        colour = tuple(float(one) for one in random.uniform(20, 230, 3))
        x, y = (int(random.integers(0, side)) for side in (960, 540))
        if random.random() < 0.5:
            cv2.rectangle(picture, (x, y), (x + int(random.integers(20, 200)), y + 60), colour, -1)
        else:
            cv2.ellipse(picture, (x, y), (int(random.integers(10, 90)), 40), 30, 0, 360, colour, -1)
    return picture


def write(path: Path, pictures: Iterable[np.ndarray]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "20", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main()
