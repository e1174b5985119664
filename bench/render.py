"""Rendering any timeline: every frame against what the timeline says, and the time beside peers.

Run: python bench/render.py [--cuts 200] [--seed N]. Media are films of three rates whose pictures carry their
numbers in patches; timelines are made up of them at speeds, backwards, frozen, with gaps, upper tracks and
cuts within the cut. Speed: a minute of plain cuts, beside melt and ffmpeg's concat, where they are there.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.model import MediaLink
from answerprint.formats.timelines.otio_file import write_otio_file
from answerprint.media.encode import VideoSettings, write_pictures
from answerprint.pipeline.rendering import Asked, render_timeline

WIDTH, HEIGHT, BITS, COUNT = 128, 72, 8, 200
PATIENCE = 120  # seconds a peer may take
RATES = {"a": Fraction(24), "b": Fraction(25), "c": Fraction(30000, 1001)}
SPEEDS = (Fraction(1), Fraction(1), Fraction(1), Fraction(2), Fraction(1, 2), Fraction(-1), Fraction(0))
Pixels = NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        links = media(root)
        frames = off = 0
        for number in range(asked.cuts):
            cut = made_up(chance, chance.choice([*RATES.values(), Fraction(50)]))
            shown = rendered(cut, links, root / f"{number}.otio", root / f"{number}.mp4")
            wanted = expected(cut)
            frames += len(wanted)
            off += sum(one != two for one, two in zip(shown, wanted, strict=True))
        print(f"{asked.cuts} made-up timelines, {frames} frames rendered and decoded again: {off} off")
        speed(root, links)


def media(root: Path) -> dict[str, MediaLink]:
    """A film of every rate; ProRes, so that every picture stands for itself."""
    settings = VideoSettings(encoder="prores_ks", pixel_format="yuv422p10le", profile="standard", threads=2)
    links = {}
    for name, rate in RATES.items():
        write_pictures(root / f"{name}.mov", ((k, picture(k)) for k in range(COUNT)), rate, settings)
        links[name] = MediaLink(name=f"{name}.mov", url=f"{name}.mov", rate=rate, frames=COUNT)
    return links


def picture(number: int) -> Pixels:
    """Eight upright patches, black or white: the number in binary; a grey edge tells it from black."""
    made = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    for bit in range(BITS):
        left = bit * WIDTH // BITS
        made[8:-8, left + 2 : left + WIDTH // BITS - 2] = 235 if number >> bit & 1 else 16
    return made


def number_of(pixels: Pixels) -> int:
    """The number a picture carries; −1 for black."""
    if pixels[2].mean() < 50:
        return -1
    columns = [pixels[HEIGHT // 2, (2 * bit + 1) * WIDTH // (2 * BITS)].mean() for bit in range(BITS)]
    return sum(1 << bit for bit, level in enumerate(columns) if level > 128)


def made_up(chance: random.Random, rate: Fraction, depth: int = 1) -> Cut:
    tracks = []
    for name in ("V1", "V2")[: chance.choice((1, 1, 2))]:
        at, clips = 0, []
        for _ in range(chance.randrange(1, 5)):
            at += (
                chance.choice((0, 0, 0, chance.randrange(1, 20))) if name == "V1" else chance.randrange(5, 30)
            )
            clips.append(made_up_clip(chance, rate, at, depth))
            at = clips[-1].record.end.frame(rate)
        tracks.append(CutTrack(name=name, kind="video", clips=tuple(clips)))
    return Cut(name="cut", rate=rate, width=WIDTH, height=HEIGHT, tracks=tuple(tracks))


def made_up_clip(chance: random.Random, rate: Fraction, at: int, depth: int) -> Clip:
    frames = chance.randrange(2, 40)
    record = Range.of_ticks(at, at + frames, rate)
    if depth and chance.random() < 0.2:
        nested = made_up(chance, rate, depth - 1)
        first = Time(chance.randrange(0, max(1, nested.frames - 2)), rate)
        return Clip(
            id=f"n{at}", asset="", record=record, source=Range(first, first + record.duration), nested=nested
        )
    asset, speed = chance.choice(list(RATES)), chance.choice(SPEEDS)
    length = frames / rate * abs(speed)
    most = COUNT / RATES[asset] - length - Fraction(1, 10)
    start = Fraction(chance.randrange(1, max(2, int(most * RATES[asset])))) / RATES[asset]
    if speed < 0:
        start += length
    first = Time.of_seconds(start)
    source = Range(first, Time.of_seconds(start + length))
    return Clip(id=f"{asset}{at}", asset=asset, record=record, source=source, name=asset, speed=speed)


def expected(cut: Cut) -> list[int]:
    """The number under every frame of a cut, by arithmetic alone."""
    return [at_frame(cut, frame) for frame in range(cut.frames)]


def at_frame(cut: Cut, frame: int) -> int:
    for track in reversed(cut.tracks):
        for clip in track.clips:
            start, end = clip.record.start.frame(cut.rate), clip.record.end.frame(cut.rate)
            if start <= frame < end:
                seconds = clip.source.start.seconds + (frame - start) / cut.rate * clip.speed
                if clip.nested is not None:
                    inner = math.floor(seconds * clip.nested.rate)
                    return at_frame(clip.nested, inner) if 0 <= inner < clip.nested.frames else -1
                return min(max(math.floor(seconds * RATES[clip.asset]), 0), COUNT - 1)
    return -1


def rendered(cut: Cut, links: dict[str, MediaLink], timeline: Path, out: Path) -> list[int]:
    timeline.write_bytes(write_otio_file(cut, links))
    render_timeline(timeline, out, Asked(preset="h264", workers=1))
    with av.open(str(out)) as file:
        return [number_of(one.to_ndarray(format="rgb24")) for one in file.decode(video=0)]


def speed(root: Path, links: dict[str, MediaLink]) -> None:
    """A minute of plain cuts of one film, drawn and encoded as H.264."""
    rate = RATES["b"]
    pieces = [(k * 7 % 100, 50) for k in range(30)]
    clips, at = [], 0
    for start, frames in pieces:
        source = Range.of_ticks(start, start + frames, rate)
        record = Range.of_ticks(at, at + frames, rate)
        clips.append(Clip(id=f"{at}", asset="b", record=record, source=source, name="b"))
        at += frames
    cut = Cut(
        name="speed",
        rate=rate,
        width=WIDTH,
        height=HEIGHT,
        tracks=(CutTrack(name="V1", kind="video", clips=tuple(clips)),),
    )
    (root / "speed.otio").write_bytes(write_otio_file(cut, links))
    began = time.perf_counter()
    render_timeline(root / "speed.otio", root / "speed.mp4", Asked(preset="h264", workers=1))
    own = time.perf_counter() - began
    print(f"{at} frames in {own:.1f} s ({at / own:.0f} a second, one worker)")
    for name, command in peers(root, pieces, rate).items():
        if shutil.which(command[0]) is None:
            print(f"{name}: not installed here")
            continue
        began = time.perf_counter()
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                check=False,
                cwd=root,
                timeout=PATIENCE,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            print(f"{name}: not done after {PATIENCE} s")
            continue
        took = time.perf_counter() - began
        shown = decoded(root / f"{command[0]}.mp4") if done.returncode == 0 else []
        wanted = expected(cut)
        off = sum(one != two for one, two in zip(shown, wanted, strict=False)) + abs(len(shown) - len(wanted))
        print(f"{name}: {took / own:.2f} of our time, {off} of {len(wanted)} frames off")


def peers(root: Path, pieces: Sequence[tuple[int, int]], rate: Fraction) -> dict[str, list[str]]:
    listed = "\n".join(
        f"file 'b.mov'\ninpoint {float(start / rate):.6f}\noutpoint {float((start + frames) / rate):.6f}"
        for start, frames in pieces
    )
    (root / "list.txt").write_text(f"ffconcat version 1.0\n{listed}\n")
    melted = [
        part for start, frames in pieces for part in ("b.mov", f"in={start}", f"out={start + frames - 1}")
    ]
    return {
        "ffmpeg concat": [
            "ffmpeg",
            "-y",
            "-f",
            "concat",
            "-i",
            "list.txt",
            "-threads",
            "1",
            "-crf",
            "18",
            "ffmpeg.mp4",
        ],
        "melt": [
            "melt",
            *melted,
            "-consumer",
            "avformat:melt.mp4",
            "vcodec=libx264",
            "crf=18",
            "threads=1",
            "an=1",
        ],
    }


def decoded(path: Path) -> list[int]:
    with av.open(str(path)) as file:
        pictures = (one.reformat(width=WIDTH, height=HEIGHT, format="rgb24") for one in file.decode(video=0))
        return [number_of(one.to_ndarray()) for one in pictures]


if __name__ == "__main__":
    main()
