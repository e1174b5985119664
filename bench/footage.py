"""Shots beside PySceneDetect, lines heard among lines not said, sound laid to pictures it belongs to or not.

Run: python bench/footage.py
The peers live in .venv-bench, made here on the first run; the films are made anew in a temporary folder.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from math import gcd
from pathlib import Path

import av
import numpy as np
import soundfile
from scipy.signal import butter, lfilter, resample_poly

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "footage"))

from composites import Library, mixed_film  # noqa: E402  (the films the tests are made of)

from answerprint.departments.footage.shots.detection import FORM, ShotDetector  # noqa: E402
from answerprint.departments.footage.speech.readings import ScriptListener  # noqa: E402
from answerprint.departments.footage.sync.matching import SyncSide, sync_offset  # noqa: E402
from answerprint.formats.screenplays.fountain import read_fountain  # noqa: E402
from answerprint.formats.screenplays.model import Line  # noqa: E402
from answerprint.media.decode import read_pictures  # noqa: E402

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
PEERS = ROOT / ".venv-bench"
RATE = Fraction(24000, 1001)
FILMS = 6
TRANSITIONS = 15
SEED = 9001  # not one the detector was tuned on
BUNNY = "big_buck_bunny_0_30.webm"
BUNNY_CUTS = [283, 376, 551]  # by eye: tests/footage/test_shots.py
SPEECH_RATE = 16_000

Transition = tuple[str, int, int]

PEER = """
import json, sys, time
from scenedetect import detect, AdaptiveDetector, ContentDetector
found = {}
for name, make in (("AdaptiveDetector", AdaptiveDetector), ("ContentDetector", ContentDetector)):
    began = time.perf_counter()
    cuts = [[s[0].frame_num for s in detect(path, make())][1:] for path in sys.argv[1:]]
    found[name] = {"cuts": cuts, "seconds": time.perf_counter() - began}
print(json.dumps(found))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench_shots(Path(folder))
    bench_readings()
    bench_sync()


def bench_shots(folder: Path) -> None:
    library = Library(DATA, SEED)
    paths: list[Path] = []
    truths: list[list[Transition]] = []
    for number in range(FILMS):
        film = mixed_film(library, TRANSITIONS, real_only=number % 2 == 0)
        paths.append(folder / f"film{number}.mp4")
        write_film(paths[-1], film.frames)
        truths.append(film.truth)
    del library
    paths.append(DATA / "video" / BUNNY)
    truths.append([("fade_in", 7, 48), *(("cut", at, at) for at in BUNNY_CUTS)])

    began = time.perf_counter()
    ours = [our_boundaries(path) for path in paths]
    seconds = time.perf_counter() - began
    rows = {"answerprint": ([cuts_of(one) for one in ours], seconds)}
    for name, peer in peer_cuts(paths).items():
        rows[name] = (peer["cuts"], peer["seconds"])

    frames = sum(count_frames(path) for path in paths)
    print(f"Cuts: {FILMS} composites (real footage, textures, pans, flashes; H.264) and {BUNNY}")
    print(
        f"{frames} frames, {sum(len(cuts_of(one)) for one in truths)} cuts; reports inside a slow transition"
    )
    print("count neither for nor against. Speed: frames a second with decoding, in parts of ours.")
    print(f"{'':18}{'F1 exact':>10}{'F1 ±1':>8}{'missed':>8}{'false':>7}{'speed':>7}")
    for name, (cuts, taken) in rows.items():
        exact, _, _ = cut_score(cuts, truths, 0)
        near, missed, false = cut_score(cuts, truths, 1)
        print(f"{name:18}{exact:10.3f}{near:8.3f}{missed:8d}{false:7d}{seconds / taken:7.2f}")
    print(f"{'':18}{'true':>6}{'found':>7}{'right':>7}{'F1':>7}{'frames off, start / end':>26}")
    for kind in ("dissolve", "fade_out", "fade_in", "wipe"):
        print_kind(kind, ours, truths)


def print_kind(kind: str, ours: list[list[Transition]], truths: list[list[Transition]]) -> None:
    """A typed transition is right when it overlaps a true one of its type by half of both together."""
    true = found = right = 0
    off: list[tuple[int, int]] = []
    for mine, truth in zip(ours, truths, strict=True):
        wanted = [one for one in truth if one[0] == kind]
        got = [one for one in mine if one[0] == kind]
        true, found = true + len(wanted), found + len(got)
        for _, start, end in got:
            for _, s, e in wanted:
                if 2 * (min(end, e) - max(start, s)) >= max(end, e) - min(start, s):
                    right += 1
                    off.append((abs(start - s), abs(end - e)))
                    break
    mean = np.mean(off, axis=0) if off else (float("nan"), float("nan"))
    score = 2 * right / max(1, true + found)
    print(f"{kind:18}{true:6d}{found:7d}{right:7d}{score:7.3f}{mean[0]:17.2f} / {mean[1]:.2f}")


def write_film(path: Path, frames: list[np.ndarray]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "veryfast"})
        stream.height, stream.width, _ = frames[0].shape
        stream.pix_fmt = "yuv420p"
        for picture in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def our_boundaries(path: Path) -> list[Transition]:
    """Boundaries as presentation indexes."""
    detector: ShotDetector | None = None
    pts: list[int] = []
    for block in read_pictures(path, FORM):
        detector = detector or ShotDetector(block.time_base)
        detector.add(block.pts, block.pixels)
        pts.extend(block.pts.tolist())
    assert detector is not None
    end = pts[-1] + 1
    index = {tick: place for place, tick in enumerate([*pts, end])}
    return [(one.type, index[one.start_pts], index[one.end_pts]) for one in detector.finish(end).boundaries]


def cuts_of(boundaries: list[Transition]) -> list[int]:
    return [start for kind, start, _ in boundaries if kind == "cut"]


def cut_score(found: list[list[int]], truths: list[list[Transition]], off: int) -> tuple[float, int, int]:
    """F1, missed and false cuts, where a cut may be `off` frames from its place."""
    right = missed = false = 0
    for cuts, truth in zip(found, truths, strict=True):
        slow = [(start - 2, end + 2) for kind, start, end in truth if kind != "cut"]
        left = [cut for cut in cuts if not any(start <= cut <= end for start, end in slow)]
        for true in cuts_of(truth):
            near = min(left, key=lambda cut: abs(cut - true), default=None)
            if near is not None and abs(near - true) <= off:
                left.remove(near)
                right += 1
            else:
                missed += 1
        false += len(left)
    return 2 * right / max(1, 2 * right + missed + false), missed, false


def peer_cuts(paths: list[Path]) -> dict[str, dict]:
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    if subprocess.run([python, "-c", "import scenedetect, cv2"], capture_output=True).returncode:
        install = [python, "-m", "pip", "install", "--quiet", "scenedetect", "opencv-python-headless"]
        subprocess.run(install, check=True)
    done = subprocess.run([python, "-c", PEER, *map(str, paths)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def count_frames(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)


def bench_readings() -> None:
    """Real voices with their own words among the lines, and strangers who say nothing of the script."""
    play = read_fountain(ROOT / "demo" / "script" / "the-late-post.fountain").lines()
    clips: dict[str, tuple[np.ndarray, str]] = {}
    jfk = (
        "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for "
        "your country."
    )
    clips["jfk"] = (read_speech(DATA / "speech" / "jfk.flac"), jfk)
    for path in sorted((DATA / "speech" / "librivox").glob("*.wav")):
        clips[path.stem] = (read_speech(path), path.with_suffix(".txt").read_text().strip())
    own = [
        Line(key=key, scene="0", number=1, character="READER", text=text, source_line=1)
        for key, (_, text) in clips.items()
    ]
    strangers = [read_speech(path) for path in sorted((DATA / "voices").glob("*.flac"))]
    with_own, without = ScriptListener([*play, *own]), ScriptListener(play)

    began = time.process_time()
    exact = 0
    for key, (samples, _) in clips.items():
        readings = with_own.listen(samples, [(0, len(samples))]).readings
        exact += [one.line_key for one in readings] == [key] and readings[0].fidelity == 1.0
    heard = sum(len(samples) for samples, _ in clips.values())
    false = 0
    for samples in [*strangers, *(samples for samples, _ in clips.values())]:
        false += bool(without.listen(samples, [(0, len(samples))]).readings)
        heard += len(samples)
    for samples in strangers:
        false += bool(with_own.listen(samples, [(0, len(samples))]).readings)
        heard += len(samples)
    taken = (time.process_time() - began) / (heard / SPEECH_RATE)
    trials = 2 * len(strangers) + len(clips)
    print(f"\nReadings: a script of {len(play)} lines and {len(own)} more, pocketsphinx en-us")
    print(f"{'own line found, every word right':44}{exact} of {len(clips)}")
    print(f"{'recordings of other words put on a line':44}{false} of {trials}")
    print(f"{'processor seconds a second of sound':44}{taken:.2f}")


def bench_sync() -> None:
    random = np.random.default_rng(SEED)
    voices = [read_speech(path) for path in sorted((DATA / "voices").glob("*.flac"))]
    pairs = list(itertools.combinations(voices, 2))
    false = sum(sync_offset(SyncSide(a), SyncSide(b)).method != "none" for a, b in pairs)
    print("\nSync by common audio: a camera's microphone across the room against the recorder")
    print(f"{'different recordings laid to one another':44}{false} of {len(pairs)}")
    for snr in (20, 10, 5, 0):
        placed, worst = 0, 0.0
        for voice in voices:
            cut = int(random.integers(500, 12_000))
            found = sync_offset(SyncSide(camera(voice, random, snr)[cut:]), SyncSide(voice))
            if found.offset is not None:
                placed += 1
                worst = max(worst, abs(float(found.offset.seconds) - cut / SPEECH_RATE) * 1000)
        name = f"same sound at {snr} dB: placed, worst error"
        print(f"{name:44}{placed} of {len(voices)}, {worst:.2f} ms")


def camera(voice: np.ndarray, random: np.random.Generator, snr_db: float) -> np.ndarray:
    """Narrow, quiet, with 0.3 s of echo and hiss."""
    narrow = lfilter(*butter(2, [250, 3500], "band", fs=SPEECH_RATE), voice) * 0.2
    tail = random.normal(size=4800) * np.exp(-np.arange(4800) / 700) * 0.06
    tail[0] = 1.0
    heard = np.convolve(narrow, tail)[: len(voice)]
    noise = random.normal(size=len(heard)) * heard.std() * 10 ** (-snr_db / 20)
    return np.clip(heard + noise, -32768, 32767).astype(np.int16)


def read_speech(path: Path) -> np.ndarray:
    """Mono int16 at 16 kHz."""
    samples, rate = soundfile.read(path, dtype="float32")
    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    if rate != SPEECH_RATE:
        common = gcd(rate, SPEECH_RATE)
        mono = resample_poly(mono, SPEECH_RATE // common, rate // common)
    return (np.clip(mono, -1, 1) * 32767).astype(np.int16)


if __name__ == "__main__":
    main()
