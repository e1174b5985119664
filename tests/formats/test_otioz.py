"""OTIO bundles: read and written here and by OpenTimelineIO itself, with and without media, and spoiled."""

from __future__ import annotations

import io
import stat
import zipfile
from fractions import Fraction
from pathlib import Path

import msgspec
import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich_cuts import rich_cut

from answerprint.core.errors import AnswerprintError, FormatError
from answerprint.formats.timelines import otioz
from answerprint.formats.timelines.comparing import compare
from answerprint.formats.timelines.files import read_timeline
from answerprint.formats.timelines.model import TimelineFile
from answerprint.formats.timelines.otioz import bundle_otioz, read_otioz, write_otioz

PAL = Fraction(25)


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(name, data)
    return out.getvalue()


def content() -> bytes:
    with zipfile.ZipFile(io.BytesIO(write_otioz(*rich_cut(PAL)))) as bundle:
        return bundle.read("content.otio")


def code_of(data: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        read_otioz(data, file="x.otioz")
    assert caught.value.file == "x.otioz"
    return caught.value.code


def test_opentimelineio_reads_what_is_written(tmp_path: Path) -> None:
    cut, media = rich_cut(PAL)
    path = tmp_path / "cut.otioz"
    path.write_bytes(write_otioz(cut, media))
    theirs = otio.adapters.read_from_file(str(path))
    assert theirs.name == cut.name and len(theirs.tracks) == len(cut.tracks)
    (first, *_) = theirs.find_clips()
    assert first.media_reference.target_url == "footage/A001/A001.mov"  # no media inside: as it was


def test_a_bundle_of_opentimelineio_is_read(tmp_path: Path, shared_data: Path) -> None:
    """Every document at hand, bundled by the library without its media, says the same as it did alone."""
    for path in sorted((shared_data / "timelines" / "otio").glob("*.otio")):
        plain = read_timeline(path)
        theirs = tmp_path / f"{path.stem}.otioz"
        with zipfile.ZipFile(theirs, "w") as made:
            made.write(path, "content.otio")
        bundled = read_timeline(theirs)
        assert (bundled.cut, bundled.media) == (plain.cut, plain.media), path.name


def test_media_goes_into_the_bundle_once_and_opentimelineio_finds_it(tmp_path: Path) -> None:
    cut, media = rich_cut(PAL)
    places = {}
    for number, asset in enumerate(media):
        folder = tmp_path / f"card{number}"
        folder.mkdir()
        places[asset] = folder / ("Zoë 東京.mov" if number else "zoë 東京.MOV")
        places[asset].write_bytes(bytes([number]) * (300_000 + number))
    out = tmp_path / "cut.otioz"
    with out.open("wb") as file:
        names = bundle_otioz(cut, media, places.__getitem__, file)
    assert sorted(names.values()) == ["media/Zoë 東京_2.mov", "media/Zoë 東京_3.mov", "media/zoë 東京.MOV"]
    with zipfile.ZipFile(out) as bundle:
        assert {one.compress_type for one in bundle.infolist() if "media/" in one.filename} == {0}
        for asset, name in names.items():
            assert bundle.read(name) == places[asset].read_bytes()
    with out.open("rb") as file:
        found = read_otioz(file)
    inside = {asset: msgspec.structs.replace(media[asset], url=name) for asset, name in names.items()}
    assert compare(TimelineFile(cut=cut, media=inside), found) == ()
    assert {link.url for link in found.media.values()} == set(names.values())
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    theirs = otio.adapters.read_from_file(str(out), extract_to_directory=str(unpacked))
    for clip in theirs.find_clips():
        assert (unpacked / otio.url_utils.filepath_from_url(clip.media_reference.target_url)).is_file()


def test_the_same_cut_makes_the_same_bundle(tmp_path: Path) -> None:
    cut, media = rich_cut(PAL)
    picture = tmp_path / "a.mov"
    picture.write_bytes(b"frames")
    made = [io.BytesIO(), io.BytesIO()]
    for out in made:
        bundle_otioz(cut, media, lambda asset: picture, out)
        picture.touch()
    assert made[0].getvalue() == made[1].getvalue()
    with zipfile.ZipFile(made[0]) as bundle:
        assert bundle.namelist() == ["version.txt", "content.otio", "media/a.mov"]
    assert write_otioz(cut, media) == write_otioz(cut, media)


def test_missing_media_is_named(tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        bundle_otioz(*rich_cut(PAL), lambda asset: tmp_path / "gone.mov", io.BytesIO())
    assert caught.value.code == "AP-FORMAT-666" and "gone.mov" in caught.value.message


@pytest.mark.parametrize(
    "name", ["../evil.mov", "media/../../evil.mov", "/etc/x", "C:/x", "media\\..\\x", "\\x"]
)
def test_names_that_lead_out_of_the_bundle_are_refused(name: str) -> None:
    assert code_of(zipped(("content.otio", content()), (name, b"x"))) == "AP-FORMAT-664"


def test_links_in_a_bundle_are_refused() -> None:
    link = zipfile.ZipInfo("media/a.mov")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert code_of(zipped(("content.otio", content()), (link, b"/etc/passwd"))) == "AP-FORMAT-664"


def test_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otioz, "LARGEST_CONTENT", 2**20)
    data = zipped(("content.otio", b" " * (2**20 + 1)))
    assert len(data) < 4000
    assert code_of(data) == "AP-FORMAT-663"
    said = len(b" " * (2**20 + 1)).to_bytes(4, "little")
    assert code_of(data.replace(said, (100).to_bytes(4, "little"))) in ("AP-FORMAT-662", "AP-FORMAT-040")
    monkeypatch.setattr(otioz, "MOST_ENTRIES", 10)
    crowd = zipped(*((f"media/{number}", b"") for number in range(11)), ("content.otio", content()))
    assert code_of(crowd) == "AP-FORMAT-663"


def test_what_is_no_bundle_is_a_coded_error() -> None:
    whole = zipped(("version.txt", b"1.0.0"), ("content.otio", content()))
    assert read_otioz(whole).cut.name == "Rich – reel 1"
    for spoiled in (b"", b"PK", whole[: len(whole) // 2], zipped(("cut.otio", content()))):
        assert code_of(spoiled) == "AP-FORMAT-662"
    assert code_of(zipped(("content.otio", b"no json"))) == "AP-FORMAT-040"
    assert code_of(zipped(("version.txt", b"2.0.0"), ("content.otio", content()))) == "AP-FORMAT-665"
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped(("content.otio", content()), ("content.otio", b"{}"))
    assert code_of(twice) == "AP-FORMAT-662"


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0), bits=st.integers(1, 255))
def test_a_damaged_byte_is_a_coded_error_or_does_no_harm(place: int, bits: int) -> None:
    data = bytearray(WHOLE)
    data[place % len(data)] ^= bits
    try:
        found = read_otioz(bytes(data))
    except AnswerprintError:
        return
    assert found.cut.name == "Rich – reel 1"


WHOLE = write_otioz(*rich_cut(PAL))
