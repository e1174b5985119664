"""Where pictures go: a clip joined of coded parts, a folder of stills, or one still."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Protocol

from answerprint.core.errors import MediaError, UsageError
from answerprint.core.timecode import can_drop, format_timecode
from answerprint.departments.picture.windows import Pixels
from answerprint.media.clip_pictures import coding_of
from answerprint.media.coded_parts import CodedTarget, join_parts, write_part
from answerprint.media.exact_stills import ENCODERS, Still, read_still, write_still
from answerprint.media.recasting import container_of, timecode_label
from answerprint.media.recoding import Coding
from answerprint.pipeline.picture.reels import Reel


class Place(NamedTuple):
    """One picture to be written: its place among them, the source's number and the share of the way to the
    next, and the tick at which it is shown."""

    place: int
    number: int
    phase: float
    tick: int


class Target(Protocol):
    """size: width and height, once a picture was written or the parts are joined."""

    size: tuple[int, int]
    coded: str

    def write(self, part: Path, pictures: Iterable[tuple[Place, Pixels]]) -> int: ...

    def finish(self, parts: Sequence[Path]) -> dict[str, str]: ...


def target_of(
    reel: Reel,
    out: Path,
    rate: Fraction,
    base: Fraction,
    *,
    began: Fraction | None = None,
    sound: bool = True,
    renamed: bool = False,
) -> Target:
    """What a reel becomes at `out`. began: seconds of the source at which a preview begins. renamed: stills
    are numbered anew, since they are no longer those of the source.

    Raises UsageError AP-USE-807 for a name of another kind, MediaError AP-MEDIA-051, 082.
    """
    names = ", ".join(ENCODERS)
    suffix = out.suffix.casefold()
    if reel.kind == "still":
        if suffix not in ENCODERS:
            raise UsageError(
                "AP-USE-807", f"{reel.path.name} is a still", file=str(out), remedy=f"name it {names}"
            )
        return _Stills(reel, out, renamed=False)
    if reel.kind == "stills":
        if suffix:
            raise UsageError(
                "AP-USE-807",
                f"{reel.path.name} is a folder of stills",
                file=str(out),
                remedy="name a folder, without a suffix",
            )
        return _Stills(reel, out, renamed=renamed)
    if suffix in ENCODERS or not suffix:
        raise UsageError(
            "AP-USE-807",
            f"{reel.path.name} is a clip",
            file=str(out),
            remedy="name it .mp4, .mov or .mkv",
        )
    container_of(out)
    label = timecode_label(reel.timecode, rate)
    if began is not None and reel.timecode is not None:
        frame = round((reel.timecode.frame / reel.timecode.rate + began) * rate)
        label = format_timecode(frame, rate, drop=reel.timecode.drop and can_drop(rate), wrap=True)
    return _Clip(reel, out, CodedTarget(rate, base, label, reel.path if sound else None))


class _Clip:
    def __init__(self, reel: Reel, out: Path, target: CodedTarget) -> None:
        self._reel, self._out, self._target = reel, out, target
        self._coding: Coding | None = None
        self._lock = Lock()  # stretches are written side by side, and the first says how all are coded
        self.size, self.coded = (0, 0), ""

    def write(self, part: Path, pictures: Iterable[tuple[Place, Pixels]]) -> int:
        ticked = ((place.tick, pixels) for place, pixels in pictures)
        return write_part(part, ticked, self._coding_for, self._target)

    def finish(self, parts: Sequence[Path]) -> dict[str, str]:
        joined = join_parts(parts, self._coding_for, self._out, self._target)
        self.size = joined.size
        return {str(index): how for index, how in joined.sound.items()}

    def _coding_for(self, shape: tuple[int, ...]) -> Coding:
        with self._lock:
            if self._coding is None:
                self._coding = coding_of(self._reel.path, self._out, shape)
                self.coded = self._coding.settings.pixel_format
            return self._coding


class _Stills:
    def __init__(self, reel: Reel, out: Path, *, renamed: bool) -> None:
        self._reel, self._out, self._renamed = reel, out, renamed
        self._depth = read_still(reel.files[0]).depth
        self.size, self.coded = (0, 0), str(self._depth)

    def write(self, part: Path, pictures: Iterable[tuple[Place, Pixels]]) -> int:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        count = 0
        for place, pixels in pictures:
            alpha = pixels[..., 3] if pixels.shape[2] == 4 else None
            write_still(part / self._name(place), Still(pixels[..., :3], alpha, self._depth))
            count += 1
        return count

    def finish(self, parts: Sequence[Path]) -> dict[str, str]:
        files = sorted(file for part in parts for file in part.iterdir())
        first = read_still(files[0])
        self.size = first.pixels.shape[1], first.pixels.shape[0]
        self.coded = str(first.depth)
        try:
            if self._reel.kind == "still":
                files[0].replace(self._out)
                return {}
            aside = parts[0].parent / "joined"
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            for file in files:
                file.replace(aside / file.name)
            aside.rename(self._out)
        except OSError as error:
            raise MediaError(
                "AP-MEDIA-050",
                f"cannot write: {error.strerror or error}",
                file=str(self._out),
                remedy="check that the folder exists, may be written, and has space",
            ) from error
        return {}

    def _name(self, place: Place) -> str:
        if self._reel.kind == "still":
            return f"still{self._out.suffix}"
        file = self._reel.files[place.number]
        return f"{self._reel.path.name}.{place.place:07d}{file.suffix}" if self._renamed else file.name
