"""Productions for the tests of the main job: the demonstration and its truth, and how its files are read.

What was rendered is read with PyAV and the standard library alone, not with the program's own reader.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from answerprint.core.records import Asset
from answerprint.core.time import TimeDocument
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.answer_print import make_answer_print
from answerprint.pipeline.answering import Answers
from answerprint.pipeline.beginning import begin
from answerprint.pipeline.bringing import bring
from answerprint.pipeline.standing import standing_of
from answerprint.pipeline.summary import SlotDocument, Summary, VersionSummary
from answerprint.store.production import Production

DEMO = Path(__file__).resolve().parents[2] / "demo"
CARDS = ("A001", "A002", "B001", "C001", "sound")
SCRIPT = (DEMO / "script/the-late-post.fountain", DEMO / "rushes/script_log.csv")
DELIVERED = ("rough-cut.mp4", "rough-cut.otio", "rough-cut.edl", "rough-cut.srt", "rough-cut.vtt")
RATE = Fraction(24)  # of the demonstration's cut
SAMPLE_RATE = 48000


@dataclass(frozen=True)
class Made:
    """A production and what its making answered."""

    root: Path
    summary: Summary

    @property
    def version(self) -> VersionSummary:
        assert self.summary.version is not None
        return self.summary.version

    def output(self, name: str) -> Path:
        return Path(self.summary.outputs[name])

    def assets(self) -> tuple[Asset, ...]:
        """Every file of the production."""
        return standing_of(Production.open(self.root)).assets

    def slot(self, line: str) -> SlotDocument:
        """The slot of a line by its place in the script: 1.3."""
        return next(one for one in self.version.slots if place_of(one.label) == line)


def begin_demo(root: Path, files: Sequence[str] = ()) -> Path:
    """The demonstration's production, with all of its cards or only some files of them."""
    begin(root, {"name": "The Late Post", "rate": "24", "raster": "640x360"})
    rushes = [DEMO / "rushes" / one for one in files or CARDS]
    bring(root, [*rushes, *SCRIPT])
    return root


def make(root: Path, *, workers: int = 0, until: str = "report") -> Summary:
    return make_answer_print(Production.open(root), workers=workers, until=until)


def copied(made: Made, to: Path) -> Path:
    """The production in another place, links and all."""
    return Path(shutil.copytree(made.root, to, symlinks=True))


def answer(root: Path, *, lock: Iterable[str] = (), replace: Iterable[tuple[str, str]] = ()) -> None:
    """Answers as `answerprint review` records them."""
    with Answers(Production.open(root)) as answers:
        decided = [answers.prepare("replace", slot, other=other, by="director") for slot, other in replace]
        decided += [answers.prepare("lock", slot, by="director") for slot in lock]
        answers.record(decided)


@cache
def truth() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DEMO / "truth.json").read_text("utf-8"))
    return found


def clip_truth(file: str) -> dict[str, Any]:
    """What is known of a clip, by its name or a path to it."""
    return next(one for one in truth()["clips"] if one["clip"] == Path(file).stem)


def line_truth(file: str, line: str) -> dict[str, Any]:
    """What is known of the reading of a line in a clip."""
    return next(one for one in clip_truth(file)["lines"] if one["line"] == line)


def place_of(label: str) -> str:
    """1.3 of “1.3 TOM”."""
    return label.split(" ")[0]


def seconds(document: TimeDocument) -> Fraction:
    return Fraction(document.time)


def number(document: TimeDocument) -> int:
    """The frame of a time that has one."""
    assert document.frame is not None
    return document.frame


def packets(film: Path) -> list[tuple[int, bytes]]:
    """The picture packets of a film in the order they are stored: timestamp and bytes."""
    with av.open(str(film)) as container:
        return [(one.pts, bytes(one)) for one in container.demux(video=0) if one.size]


def ticks_a_second(film: Path) -> Fraction:
    with av.open(str(film)) as container:
        return 1 / Fraction(container.streams.video[0].time_base)


def heard(film: Path) -> NDArray[np.float32]:
    """(samples, channels) of a file's first sound stream, from time 0 on its own clock."""
    with av.open(str(film)) as container:
        frames = [frame for frame in container.decode(audio=0) if frame.pts is not None and frame.samples]
        resampler = av.AudioResampler(format="fltp", rate=SAMPLE_RATE)
        begins = round(frames[0].pts * frames[0].time_base * SAMPLE_RATE)
        blocks = [one.to_ndarray() for frame in frames for one in resampler.resample(frame)]
        blocks += [one.to_ndarray() for one in resampler.resample(None)]
    samples = np.concatenate(blocks, axis=1).T.astype(np.float32)
    if begins < 0:
        return samples[-begins:]
    return np.pad(samples, ((begins, 0), (0, 0)))


def shown(film: Path, wanted: Iterable[int]) -> dict[int, NDArray[np.int16]]:
    """Pictures by presentation index, (h, w, 3) of 0…255."""
    left = set(wanted)
    found = {}
    with av.open(str(film)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index in left:
                found[index] = frame.to_ndarray(format="rgb24").astype(np.int16)
                left.remove(index)
            if not left:
                break
    assert not left, f"{film.name} has no pictures {sorted(left)}"
    return found


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


def steps_of(nodes: Iterable[str]) -> dict[str, set[str]]:
    """Subjects by step, of node ids."""
    found: dict[str, set[str]] = {}
    for node in nodes:
        step, _, subject = node.partition(":")
        found.setdefault(step, set()).add(subject)
    return found


def little_film(
    path: Path, frames: int = 24, *, sound: bool = True, place: int = 1, timecode: str | None = None
) -> Path:
    """A picture file of 96 × 54 at 25 frames a second; every place looks and hums differently."""
    grain = np.random.default_rng(place).integers(0, 256, (9, 16, 3), dtype=np.uint8)
    wall = np.kron(grain, np.ones((6, 6, 1), np.uint8))
    pictures = ((number, np.roll(wall, number % 3, axis=1)) for number in range(frames))
    path.parent.mkdir(parents=True, exist_ok=True)
    heard = Sound([hum(Fraction(frames, 25), place)], AudioSettings(channels=1)) if sound else None
    settings = VideoSettings(preset="ultrafast", gop=8, threads=1)
    write_pictures(path, pictures, Fraction(25), settings, sound=heard, start_timecode=timecode)
    return path


def little_sound(path: Path, length: int = 1, place: int = 1) -> Path:
    """A wave file of so many seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wave(path, hum(Fraction(length), place), SAMPLE_RATE)
    return path


def hum(length: Fraction, place: int) -> NDArray[np.float32]:
    """(samples, 1) of a tone, 48 kHz."""
    time = np.arange(int(length * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.1 * np.sin(2 * np.pi * 110 * place * time)).astype(np.float32)[:, None]


def little_production(root: Path, **settings: Any) -> Path:
    """An empty production whose pictures are small."""
    begin(root, {"name": "A film", "rate": "25", "raster": "96x54", **settings})
    return root
