"""What an unchanged `answerprint make` costs on a production of 1 000 files, as a whole process.

Beside it, in the same run: a program that only reads the time and size of the same files (find), one that
reads all of their bytes (BLAKE3 of each), and Python that loads what the program loads and does nothing.
The first make, which logs and renders everything, is printed as it was.
Run: python bench/pipeline.py [FILES]
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.wave_writing import write_wave

FILES = 1000  # one in twenty-five is sound alone: common audio is sought in every pair
TIMES = 7
AIM = 1.0  # s
PROGRAM = Path(sys.executable).with_name("answerprint")
SIZE = (64, 36)
RATE = Fraction(25)
FRAMES = 30
CARD = 50  # files of a card
SAMPLE_RATE = 48000
HASHES = (
    "import sys; from blake3 import blake3\nfor f in sys.stdin: blake3(open(f[:-1], 'rb').read()).digest()"
)
LOADS = "import answerprint.cli.main, answerprint.cli.making, answerprint.pipeline.answer_print"
HEAVY = ("numpy", "scipy", "cv2", "av", "onnxruntime", "pocketsphinx", "opentimelineio", "jinja2")


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "film"
        # Byte code as an installation has it: compiled once, read from then on.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        run([PROGRAM, "new", root, "--rate", "25", "--raster", "64x36"], environment)
        begun = time.perf_counter()
        shoot(root, files)
        print(
            f"{files} files of {float(FRAMES / RATE):.1f} s were made in {time.perf_counter() - begun:.0f} s"
        )
        wall, cpu = run([PROGRAM, "make", root, "--json"], environment)
        print(f"first make                {wall:8.1f} s wall  {cpu:8.1f} s CPU")
        rushes = [root / "footage", root / "sound"]
        listed = "".join(f"{path}\n" for one in rushes for path in sorted(one.rglob("*.*"))).encode()
        commands: dict[str, tuple[Sequence[str | Path], bytes]] = {
            "unchanged make": ([PROGRAM, "make", root, "--json"], b""),
            "unchanged, to a pipe": ([PROGRAM, "make", root], b""),
            "its modules loaded": ([sys.executable, "-c", LOADS], b""),
            "python -c pass": ([sys.executable, "-c", "pass"], b""),
            "find -printf, same files": (["find", "-L", *rushes, "-printf", "%s %T@\n"], b""),
            "BLAKE3 of every file": ([sys.executable, "-c", HASHES], listed),
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(TIMES):
            for name, (command, stdin) in commands.items():
                taken[name].append(run(command, environment, stdin))
        for name, times in taken.items():
            wall, cpu = min(one[0] for one in times), min(one[1] for one in times)
            print(f"{name:<26}{wall:8.3f} s wall  {cpu:8.3f} s CPU   best of {TIMES}")
        best = min(one[0] for one in taken["unchanged make"])
        print(f"aim under {AIM:.1f} s: {'met' if best < AIM else 'MISSED'}")
        print(f"heavy libraries an unchanged make loads: {', '.join(loaded(root, environment)) or 'none'}")


def shoot(root: Path, files: int) -> None:
    """Distinct little files on cards of fifty, into the production's own folders."""
    generator = np.random.default_rng(1895)
    settings = VideoSettings(preset="ultrafast", threads=1)
    for number in range(files):
        card, name = f"A{number // CARD:03d}", f"A{number // CARD:03d}C{number % CARD:03d}"
        heard = generator.normal(0, 0.02, (int(FRAMES / RATE * SAMPLE_RATE), 1)).astype(np.float32)
        if number % 25 == 0:
            path = root / "sound" / card / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_wave(path, heard, SAMPLE_RATE)
            continue
        path = root / "footage" / card / f"{name}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        wall = generator.integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
        pictures = ((frame, np.roll(wall, frame, axis=1)) for frame in range(FRAMES))
        write_pictures(path, pictures, RATE, settings, sound=Sound([heard], AudioSettings(channels=1)))


def run(
    command: Sequence[str | Path], environment: dict[str, str], stdin: bytes = b""
) -> tuple[float, float]:
    """Wall and CPU seconds of a whole process and of every process it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(
        [str(one) for one in command], env=environment, input=stdin, capture_output=True, check=False
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{command} ended with exit code {done.returncode}: {done.stderr.decode()}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def loaded(root: Path, environment: dict[str, str]) -> list[str]:
    """Which of the heavy libraries are in the process after an unchanged make."""
    program = (
        "import contextlib, io, sys\nfrom answerprint.cli.main import run\n"
        f"with contextlib.redirect_stdout(io.StringIO()): run(['make', {str(root)!r}, '--json'])\n"
        f"print(*(one for one in {HEAVY!r} if one in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
    return done.stdout.decode().split()


if __name__ == "__main__":
    main()
