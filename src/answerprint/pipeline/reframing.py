"""Reframing of one file: its shots and subjects in one decode, then the new file in another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import MediaError, UsageError
from answerprint.core.time import Time
from answerprint.departments.editorial.reframed_pictures import cropped, marked, preview
from answerprint.departments.editorial.reframing import Frame, ShotPath, Window, reframe_shot
from answerprint.departments.editorial.subject_tracks import follow
from answerprint.departments.footage.faces.in_file import MODEL
from answerprint.media.decode import picture_at
from answerprint.media.display import display_of, upright
from answerprint.media.fanout import Consumer, fan_out
from answerprint.media.forms import PictureForm
from answerprint.media.probe import probe
from answerprint.media.recasting import Recast, container_of, recast, square_size
from answerprint.pipeline.reframing_watchers import ShotWatcher, SubjectWatcher, faces_asked, head_track

Tell = Callable[[float], None]

FOLLOWS = ("auto", "face", "motion")
LARGEST = 16_384  # pixels a side, what H.264 level 6.2 and its encoders take
PREVIEWED = 16  # pictures on the preview at most
KEPT = 0.98  # share of a shot's pictures with the subject safe, under which a person should look


class Reframing(msgspec.Struct, frozen=True, kw_only=True):
    """The path of a crop window through a film: what the sidecar holds.

    source: the upright picture's size in square pixels; raster: the new picture's. Frames are presentation
    indices, times the file's own. backend: what the subjects were found by.
    """

    version: int = 1
    source: tuple[int, int]
    raster: tuple[int, int]
    aspect: str
    safe: float
    follow: str
    backend: str
    frames: int
    shots: tuple[ShotPath, ...]

    def window_at(self, frame: int) -> Window:
        """The window at a picture. Raises IndexError outside the film."""
        for shot in self.shots:
            if shot.first <= frame < shot.end:
                return shot.window_at(frame)
        raise IndexError(f"picture {frame} of {self.frames}")

    @property
    def needs_a_person(self) -> bool:
        """Whether in some shot the subject cannot be kept in the safe area."""
        return any(one.kept < KEPT for one in self.shots)


@dataclass(frozen=True)
class Asked:
    """What is asked of a reframing. size: of the new raster; None for the window's own pixels."""

    aspect: Fraction
    safe: float = 0.9
    follow: str = "auto"  # one of FOLLOWS
    consent: bool = False
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Planned:
    """A reframing of a file, and where its pictures lie: (n,) ticks of the time base, rising."""

    reframing: Reframing
    pts: NDArray[np.int64]
    time_base: Fraction


def plan_reframing(path: Path, asked: Asked, tell: Tell | None = None) -> Planned:
    """The path through a file. tell: told 0 … 1.

    Raises UsageError AP-USE-541 for faces without consent and AP-USE-542 for a raster of another shape,
    NotAvailableError AP-NEED-060 where faces are asked for and their models were not fetched, MediaError.
    """
    found = probe(path)
    if found.stream("video") is None:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(path))
    display = display_of(path)
    frame = Frame(*square_size(display), asked.aspect, asked.safe)
    raster = _raster(asked.size, frame)
    faces = faces_asked(found, asked.follow, asked.consent, path)
    seeker = SubjectWatcher(display, frame.axis == "x")
    shots = ShotWatcher()
    watchers: list[Consumer] = [shots, seeker, *([faces.watcher] if faces is not None else [])]
    summary = fan_out(path, watchers, progress=tell, thorough=False)
    if summary.time_base is None or not summary.pictures:
        raise MediaError("AP-MEDIA-020", "there are no pictures in it", file=str(path))
    pts = np.sort(summary.pts)
    seconds = [Time(tick, 1 / summary.time_base).seconds for tick in pts.tolist()]
    intervals = shots.intervals(summary)
    heads = faces.heads(intervals, summary) if faces is not None else {}
    paths = []
    for start, after in intervals:
        first, end = np.searchsorted(pts, [start, after]).tolist()
        if first == end:
            continue
        times = np.array([float(one - seconds[first]) for one in seconds[first:end]])
        tracks = [head_track(one, pts[first:end], times) for one in heads.get(start, ())]
        if not tracks and asked.follow != "face":
            tracks = follow(seeker.found[first:end], times, by_movement=True)
        rest = seeker.rest(first, end, frame.share)
        paths.append(reframe_shot(tracks, seconds[first:end], frame, first, rest))
    reframing = Reframing(
        source=(frame.width, frame.height),
        raster=raster,
        aspect=f"{asked.aspect.numerator}:{asked.aspect.denominator}",
        safe=asked.safe,
        follow=asked.follow,
        backend="classical" if faces is None else f"{MODEL}, classical" if asked.follow == "auto" else MODEL,
        frames=len(pts),
        shots=tuple(paths),
    )
    return Planned(reframing, pts, summary.time_base)


def write_reframed(
    path: Path,
    out: Path,
    planned: Planned,
    tell: Tell | None = None,
) -> Recast:
    """Writes the film as the windows show it. Raises as `recast`."""
    reframing, pts = planned.reframing, planned.pts

    def draw(tick: int, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        number = min(int(np.searchsorted(pts, tick)), len(pts) - 1)
        return cropped(pixels, reframing.window_at(number), reframing.raster)

    count = max(1, len(pts))
    progress = None if tell is None else lambda done: tell(min(1.0, done / count))
    return recast(path, out, draw, reframing.raster, progress=progress)


def check_out(out: Path) -> None:
    """Raises MediaError AP-MEDIA-051 where `out` is not named as a film."""
    container_of(out)


def preview_of(path: Path, planned: Planned) -> bytes:
    """A PNG: pictures spread over the shots, the window on them."""
    reframing = planned.reframing
    display = display_of(path)
    width, height = reframing.source
    scale = min(1.0, 640 / width)
    small = max(2, round(width * scale)), max(2, round(height * scale))
    form = PictureForm("rgb", *display.coded(*small))
    pictures = []
    for number, shot in _spread(reframing.shots):
        pixels, _ = picture_at(path, Time(int(planned.pts[number]), 1 / planned.time_base), form)
        picture = upright(pixels.astype(np.uint8, copy=False), display.rotation)
        one = reframing.window_at(number)
        shown = (
            one.x / width,
            one.y / height,
            (one.x + one.width) / width,
            (one.y + one.height) / height,
        )
        pictures.append((marked(picture, shown, reframing.safe), f"{number}  {shot.move}, {shot.subject}"))
    return preview(pictures)


def _spread(shots: Sequence[ShotPath]) -> list[tuple[int, ShotPath]]:
    """Pictures to look at: as many of each shot as there is room for, evenly within it."""
    each = max(1, PREVIEWED // max(1, len(shots)))
    stride = max(1, -(-len(shots) // PREVIEWED))
    return [
        (shot.first + (shot.end - 1 - shot.first) * (2 * k + 1) // (2 * each), shot)
        for shot in shots[::stride]
        for k in range(each)
    ]


def _raster(size: tuple[int, int] | None, frame: Frame) -> tuple[int, int]:
    if size is None:
        return frame.window
    wide, tall = size
    if wide % 2 or tall % 2 or min(size) < 2 or max(size) > LARGEST:
        raise UsageError("AP-USE-542", f"{wide}x{tall} is no raster", remedy="give an even width and height")
    if abs(Fraction(wide, tall) / frame.aspect - 1) > Fraction(1, 50):
        raise UsageError(
            "AP-USE-542",
            f"{wide}x{tall} is not {frame.aspect.numerator}:{frame.aspect.denominator}",
            remedy="give a raster of the aspect that is asked for",
        )
    return wide, tall
