"""Source times from shots to the rendered film, in frames off, beside the arithmetic others use.

Run: python bench/exactness.py
For every kind of file and rate of cut: the source picture under every record frame after an edit list was
written, read and conformed, after OTIO was, and as rendered, the number read from the picture itself.
Beside it, for the same clips: the time in float seconds times the average rate FFmpeg states, and
OpenTimelineIO's own way from a record frame to a source frame (transformed_time, rescaled_to, to_frames).
Both peers are given the first picture's timestamp. Where a container rounds a constant rate to its clock, a
time is first told by that clock (core/frames.py); what peers miss there includes what that rule settles.
The real films are read by the digits burnt into them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import opentimelineio as otio

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "exactness"))

from burnt_in import FILMS, Reader, cut_from, footage_of, numbers_meant  # noqa: E402  (films of the tests)
from coded_films import (  # noqa: E402
    CUT_RATES,
    KINDS,
    Footage,
    Pixels,
    cut_of,
    make,
    number_shown,
    read_footage,
    render,
    rendered_pictures,
    truth,
)

from answerprint.core.cut import Clip, Cut  # noqa: E402
from answerprint.formats.timelines.edl import conform, read_edl, write_edl  # noqa: E402
from answerprint.formats.timelines.model import frames_shown  # noqa: E402
from answerprint.formats.timelines.otio import read_otio, write_otio  # noqa: E402

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data")) / "video"
LONGEST = 240  # frames of a segment, as the pipeline renders


@dataclass
class Row:
    """Frames that show another source picture than they should, of so many."""

    frames: int = 0
    edl: int = 0
    otio: int = 0
    rendered: int = 0
    average: int = 0
    rescaled: int = 0

    def __iadd__(self, other: Row) -> Row:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def main() -> None:
    print("off: record frames that show another source picture than the file's own timestamps say\n")
    print(f"{'':24} {'':9} {'':>7}  {'Answerprint: off after':^24}  {'peers: off':^22}")
    heads = ("EDL", "OTIO", "render", "average fps", "OTIO float")
    print(f"{'file':24} {'cut':9} {'frames':>7}  {heads[0]:>7} {heads[1]:>7} {heads[2]:>8}  ", end="")
    print(f"{heads[3]:>11} {heads[4]:>10}")
    total = Row()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in KINDS:
            one = read_footage(make(folder, kind), KINDS[kind])
            for rate in CUT_RATES:
                total += _print(kind, rate, made_row(one, rate, folder))
        for film in FILMS if DATA.is_dir() else ():
            one = footage_of(film, DATA)
            reader = Reader(FILMS[film][0], DATA)
            for rate in CUT_RATES:
                total += _print(one.asset.name, rate, real_row(film, one, reader, rate, folder))
    if not DATA.is_dir():
        print(f"(no real films: {DATA} is not there)")
    _print("all", "", total)


def made_row(one: Footage, rate: str, folder: Path) -> Row:
    """A film made here: the number is read from its cells."""
    cut = cut_of({"it": one}, rate)
    hidden = one.kind.trimmed[0]
    meant = {
        clip.record.start.ticks + frame: index + hidden
        for clip in cut.tracks[0].clips
        for frame, index in enumerate(truth(cut, clip, one))
    }
    return row(one, cut, meant, lambda pixels: number_shown(pixels, one.kind.size), folder)


def real_row(film: str, one: Footage, reader: Reader, rate: str, folder: Path) -> Row:
    """Somebody else's film: the number is read from its burnt-in digits."""
    cut = cut_from(film, one, rate)
    return row(one, cut, dict(enumerate(numbers_meant(film, cut))), reader.number, folder)


def row(
    one: Footage, cut: Cut, meant: dict[int, int], read: Callable[[Pixels], int | None], folder: Path
) -> Row:
    media = {one.asset.id: one.link(cut.rate)}
    conformed = conform(read_edl(write_edl(cut, media)), media)
    reread = read_otio(write_otio(cut, media, media_root="../.."))
    film = msgspec.structs.replace(conformed, width=cut.width, height=cut.height)  # what the list says
    result = Row(frames=len(meant))
    for before, edl, other in zip(
        *(version.tracks[0].clips for version in (cut, conformed, reread)), strict=True
    ):
        expected = truth(cut, before, one)
        for name, clip in (("edl", edl), ("otio", other)):
            shown = frames_shown(clip, cut.rate, media[clip.asset])
            setattr(result, name, getattr(result, name) + _off(shown, expected))
        result.average += _off(by_average(one, cut, before), expected)
        result.rescaled += _off(by_rescaling(one, cut, before), expected)
    shown_numbers = [
        read(pixels) for _, pixels in rendered_pictures(render(film, {"it": one}, folder, LONGEST))
    ]
    result.rendered = sum(shown_numbers[place] != number for place, number in meant.items())
    return result


def by_average(one: Footage, cut: Cut, clip: Clip) -> list[int]:
    """Float seconds times average frames a second."""
    start = float(clip.source.start.seconds - one.times[0])
    frames = clip.record.end.ticks - clip.record.start.ticks
    return [int((start + frame / float(cut.rate)) * float(one.average)) for frame in range(frames)]


def by_rescaling(one: Footage, cut: Cut, clip: Clip) -> list[int]:
    """OpenTimelineIO from a frame of the track to a frame of the media."""
    rate, frames = float(one.grid.rate), clip.record.end.ticks - clip.record.start.ticks
    start = otio.opentime.RationalTime.from_seconds(float(clip.source.start.seconds - one.times[0]), rate)
    length = otio.opentime.RationalTime(frames, float(cut.rate))
    track = otio.schema.Track()
    item = otio.schema.Clip(source_range=otio.opentime.TimeRange(start, length))
    track.append(item)
    return [
        track.transformed_time(otio.opentime.RationalTime(frame, float(cut.rate)), item)
        .rescaled_to(rate)
        .to_frames()
        for frame in range(frames)
    ]


def _off(shown: list[int], expected: list[int]) -> int:
    return sum(one != other for one, other in zip(shown, expected, strict=True))


def _print(name: str, rate: str, result: Row) -> Row:
    ours = f"{result.edl:>7} {result.otio:>7} {result.rendered:>8}"
    theirs = f"{result.average:>11} {result.rescaled:>10}"
    print(f"{name:24} {rate:9} {result.frames:>7}  {ours}  {theirs}", flush=True)
    return result


if __name__ == "__main__":
    main()
