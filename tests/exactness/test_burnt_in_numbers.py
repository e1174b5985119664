"""Two real films that show their own picture numbers: what is rendered is read back from the picture."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from burnt_in import (
    COUNTER,
    FILMS,
    TIMECODE,
    BurntIn,
    Reader,
    cut_from,
    footage_of,
    numbers_meant,
    source_pictures,
)
from coded_films import (
    CUT_RATES,
    boundaries,
    render,
    rendered_pictures,
)

from answerprint.formats.timelines.edl import conform, read_edl, write_edl
from answerprint.formats.timelines.otio import read_otio, write_otio

RATES = [pytest.param(one, marks=pytest.mark.slow) for one in CUT_RATES if one != "29.97 DF"]


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
