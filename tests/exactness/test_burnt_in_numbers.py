"""Two real films that show their own picture numbers: what is rendered is read back from the picture."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest
from burnt_in import COUNTER, HOUR_ONE, RASTER, TIMECODE, BurntIn, Reader, source_pictures
from coded_films import (
    CUT_RATES,
    Footage,
    Kind,
    boundaries,
    read_footage,
    render,
    rendered_pictures,
)

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range, Time
from answerprint.core.timecode import parse_timecode
from answerprint.formats.timelines.edl import conform, read_edl, write_edl
from answerprint.formats.timelines.otio import read_otio, write_otio

FILMS = {"counter": (COUNTER, Fraction(10), 0), "timecode": (TIMECODE, Fraction(30), HOUR_ONE)}
PLACES = {  # seconds in the film, and cut frames: on a picture, just before one, between two, far in
    "counter": [
        (Fraction(0), 12),
        (Fraction(7, 10), 9),
        (Fraction(7, 10) - Fraction(1, 90_000), 9),
        (Fraction(1001, 24_000), 16),
        (Fraction(997, 601), 21),
    ],
    "timecode": [
        (Fraction(0), 8),
        (Fraction(10), 9),
        (Fraction(10) - Fraction(1, 90_000), 9),
        (Fraction(1001, 240), 12),
        (Fraction(99_991, 3001), 12),
        (Fraction(1271, 30) - Fraction(7, 25), 7),
    ],
}
RATES = [pytest.param(one, marks=pytest.mark.slow) for one in CUT_RATES if one != "29.97 DF"]


@lru_cache(maxsize=len(FILMS))
def footage_of(name: str, folder: Path) -> Footage:
    what, rate, _ = FILMS[name]
    return read_footage(folder / what.file, Kind("mp4", rate))


def cut_from(name: str, one: Footage, rate_name: str) -> Cut:
    """Clips at the cuts that were found in the film, and at the places above."""
    rate, drop, start = CUT_RATES[rate_name]
    clips: list[Clip] = []
    at = 0
    for first, length in [*((edge, 10) for edge in boundaries(one)[:3]), *PLACES[name]]:
        used = Range(Time.of_seconds(first), Time.of_seconds(first + length / rate))
        record = Range.of_ticks(at, at + length, rate)
        clips.append(Clip(id=f"{name}/{at}", asset=one.asset.id, record=record, source=used))
        at += length
    return Cut(
        name=name,
        rate=rate,
        drop=drop,
        start_frame=parse_timecode(start, rate, drop=drop),
        width=RASTER[0],
        height=RASTER[1],
        tracks=(CutTrack(name="V1", kind="video", clips=tuple(clips)),),
    )


def numbers_meant(name: str, cut: Cut) -> list[int]:
    """In closed form: both films start at 0 and never leave their rate."""
    _, rate, base = FILMS[name]
    return [
        base + math.floor((clip.source.start.seconds + Fraction(frame) / cut.rate) * rate)
        for clip in cut.tracks[0].clips
        for frame in range(clip.record.end.ticks - clip.record.start.ticks)
    ]


@pytest.mark.parametrize(
    ("name", "every", "count"),
    [
        ("counter", 1, 30),
        ("timecode", 53, 24),
        pytest.param("timecode", 1, 1272, marks=pytest.mark.slow),
    ],
)
def test_the_reader_reads_what_the_films_say(name: str, every: int, count: int, shared_data: Path) -> None:
    what, _, base = FILMS[name]
    reader = Reader(what, shared_data / "video")
    pictures = source_pictures(shared_data / "video" / what.file, every)
    assert [reader.number(one) for one in pictures] == [base + every * index for index in range(count)]


@pytest.mark.parametrize("what", [COUNTER, TIMECODE])
def test_the_reader_reads_nothing_into_other_pictures(what: BurntIn, shared_data: Path) -> None:
    reader = Reader(what, shared_data / "video")
    other = TIMECODE if what is COUNTER else COUNTER
    picture = next(source_pictures(shared_data / "video" / other.file))
    assert reader.number(picture) is None
    assert reader.number(picture * 0) is None


def test_the_counter_is_cut_where_its_colour_changes(shared_data: Path) -> None:
    """Grey to picture 9, red from 10 ("PTS = 1.0s"), green from 20 ("PTS = 2.0s")."""
    one = footage_of("counter", shared_data / "video")
    assert boundaries(one) == [1, 2]
    assert [boundary.start.frame for boundary in one.shots.boundaries] == [10, 20]


@pytest.mark.parametrize("rate", ["29.97 DF", *RATES])
@pytest.mark.parametrize("name", FILMS)
def test_rendered_pictures_show_the_number_meant(
    name: str, rate: str, shared_data: Path, tmp_path: Path
) -> None:
    """The cut is written as an edit list, read back, conformed, and what was conformed is rendered."""
    folder = shared_data / "video"
    one = footage_of(name, folder)
    cut = cut_from(name, one, rate)
    media = {one.asset.id: one.link(cut.rate)}
    conformed = conform(read_edl(write_edl(cut, media)), media)
    places = [(clip.record, clip.source) for clip in cut.tracks[0].clips]
    for again in (conformed, read_otio(write_otio(cut, media))):
        assert [(clip.record, clip.source) for clip in again.tracks[0].clips] == places
    film = msgspec.structs.replace(conformed, width=cut.width, height=cut.height)
    reader = Reader(FILMS[name][0], folder)
    shown = [
        reader.number(pixels)
        for _, pixels in rendered_pictures(render(film, {name: one}, tmp_path, longest=240))
    ]
    assert shown == numbers_meant(name, cut)
    assert len(shown) == cut.frames
