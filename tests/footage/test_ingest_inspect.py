"""What a card is said to hold: clips with their parts, companions in their places, and what is missing."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from made_cards import clip, lay, playlist

from answerprint.core.errors import UsageError
from answerprint.departments.footage.ingest.grouping import CardFiles, group
from answerprint.departments.footage.ingest.inspecting import inspect
from answerprint.departments.footage.ingest.listing import list_folder
from answerprint.media.ixml import ProductionSound
from answerprint.media.wave_writing import write_wave

DF = Fraction(30000, 1001)


def cards(root: Path) -> dict[str, CardFiles]:
    return {one.root: one for one in group(list_folder(root))}


def codes(root: Path) -> list[str]:
    return [one.code for one in inspect(root, headers="none").findings if one.needs_a_person]


def test_a_folder_of_cards_is_taken_apart(tmp_path: Path) -> None:
    lay(
        tmp_path,
        "SONY/PRIVATE/M4ROOT/CLIP/C0001.MP4", "SONY/PRIVATE/M4ROOT/CLIP/C0001M01.XML",
        "SONY/PRIVATE/M4ROOT/SUB/C0001S03.MP4", "SONY/PRIVATE/M4ROOT/THMBNL/C0001T01.JPG",
        "SONY/PRIVATE/M4ROOT/MEDIAPRO.XML", "SONY/DCIM/100MSDCF/DSC0001.JPG",
        "P2/CONTENTS/VIDEO/0001AB.MXF", "P2/CONTENTS/AUDIO/0001AB00.MXF", "P2/CONTENTS/AUDIO/0001AB01.MXF",
        "P2/CONTENTS/CLIP/0001AB.XML", "P2/CONTENTS/ICON/0001AB.BMP", "P2/CONTENTS/VOICE/0001AB00.WAV",
        "A001.RDM/A001_C001_0101AB.RDC/A001_C001_0101AB_001.R3D",
        "A001.RDM/A001_C001_0101AB.RDC/A001_C001_0101AB_002.R3D",
        "A001.RDM/A001_C001_0101AB.RDC/A001_C001_0101AB.RMD",
        "B002R1AA/B002C001_230101_R1AA.mxf",
        "BM/C003_01011200_C001.braw", "BM/C003_01011200_C001.sidecar", "BM/Proxy/C003_01011200_C001.mp4",
        "SR01/FOLDER01/230101_001_Tr1.WAV", "SR01/FOLDER02/230101_002_Tr1.WAV",
        "ATOMOS/NINJA_S001_S001_T001.MOV",
        "XF/CONTENTS/CLIPS001/AA0001/AA000101.MXF", "XF/CONTENTS/CLIPS001/AA0001/AA000102.MXF",
    )  # fmt: skip
    found = cards(tmp_path)
    assert {root: one.structure.key for root, one in found.items()} == {
        "SONY": "sony-xavc", "P2": "panasonic-p2", "A001.RDM": "red", "B002R1AA": "arri", "BM": "blackmagic",
        "SR01": "recorder", "ATOMOS": "atomos", "XF": "canon-xf",
    }  # fmt: skip
    assert {root: one.reel for root, one in found.items() if one.reel} == {
        "A001.RDM": "A001", "B002R1AA": "B002", "BM": "C003",
    }  # fmt: skip
    [sony] = found["SONY"].clips
    assert [one.name for one in (*sony.proxies, *sony.thumbnails, *sony.sidecars)] == [
        "C0001S03.MP4", "C0001T01.JPG", "C0001M01.XML",
    ]  # fmt: skip
    assert [one.name for one in found["SONY"].stills] == ["DSC0001.JPG"]
    [p2] = found["P2"].clips
    assert [one.name for one in p2.sounds] == ["0001AB00.MXF", "0001AB01.MXF"]
    [red] = found["A001.RDM"].clips
    assert [one.part for one in red.parts] == [1, 2] and red.medium == "raw"
    [braw] = found["BM"].clips
    assert [one.path for one in braw.proxies] == ["BM/Proxy/C003_01011200_C001.mp4"]
    assert len(found["SR01"].clips) == 2


def test_every_file_is_in_exactly_one_place(tmp_path: Path) -> None:
    from answerprint.departments.footage.ingest.grouping import every_entry

    lay(
        tmp_path,
        "A/x.mov",
        "A/x.xmp",
        "A/y.jpg",
        "B/f.001.exr",
        "B/f.002.exr",
        "B/notes.txt",
        "c.weird",
        "d.wav",
    )
    listing = list_folder(tmp_path)
    placed = [entry.path for card in group(listing) for entry in every_entry(card)]
    frames = [one.file(frame) for card in group(listing) for one in card.sequences for frame in one.numbers()]
    assert sorted([*placed, *frames]) == [one.path for one in listing.files]


def test_chapters_that_follow_frame_by_frame_are_one_clip(tmp_path: Path) -> None:
    folder = tmp_path / "DCIM" / "100GOPRO"
    clip(folder / "GX010123.MP4", 10, DF, "01:00:59;20")
    clip(folder / "GX020123.MP4", 10, DF, "01:01:00;02")  # ;00 and ;01 do not exist in minute 1
    clip(folder / "GX030123.MP4", 5, DF, "01:01:00;15")
    lay(folder, "GL010123.LRV", "GX010123.THM")
    found = inspect(tmp_path)
    [one] = found.cards[0].clips
    assert [part.part for part in one.files] == [1, 2, 3]
    assert [join.gap.time if join.gap else None for join in one.joins] == ["0/1", "1001/10000"]
    assert one.joins[0].by == "timecode" and one.start == "01:00:59;20"
    assert one.duration is not None and Fraction(one.duration.time) == 25 / DF
    assert [(f.code, "3 frames" in f.message) for f in found.findings] == [("ingest.gap", True)]
    assert len(one.proxies) == len(one.thumbnails) == 1


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["GX010123.MP4", "GX030123.MP4"], (2,)),
        (["GX020123.MP4"], (1,)),
        (["GP010123.MP4", "GP020123.MP4"], (0,)),
        (["GX010123.MP4"], ()),
        (["GOPR0123.MP4", "GP010123.MP4"], ()),
    ],
)
def test_a_part_that_is_not_here_is_named(tmp_path: Path, names: list[str], missing: tuple[int, ...]) -> None:
    lay(tmp_path / "DCIM" / "100GOPRO", *names)
    [one] = inspect(tmp_path, headers="none").cards[0].clips
    assert one.missing == missing
    assert (codes(tmp_path) == ["ingest.part_missing"]) == bool(missing)


def test_avchd_streams_are_joined_as_their_playlist_says(tmp_path: Path) -> None:
    streams = tmp_path / "PRIVATE" / "AVCHD" / "BDMV" / "STREAM"
    for name in ("00000", "00001", "00002"):
        clip(streams / f"{name}.MTS", 5)
    place = streams.parent / "PLAYLIST" / "00000.MPL"
    place.parent.mkdir()
    minute = 45_000 * 60
    place.write_bytes(
        playlist(
            ("00000", 0, minute, False), ("00001", minute, 2 * minute, True), ("00002", 0, 45_000, False)
        )
    )
    first, second = inspect(tmp_path).cards[0].clips
    assert [one.path.rpartition("/")[2] for one in first.files] == ["00000.MTS", "00001.MTS"]
    assert [one.path.rpartition("/")[2] for one in second.files] == ["00002.MTS"]
    assert first.joins[0].by == "playlist" and first.joins[0].gap is not None


def test_a_file_cut_at_four_gigabytes_goes_on_in_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "DCIM" / "100CANON"
    clip(folder / "MVI_0001.MP4", 10, start="01:00:00:00")
    clip(folder / "MVI_0002.MP4", 10, start="01:00:00:10")
    clip(folder / "MVI_0003.MP4", 10, start="01:00:00:20")
    os.truncate(folder / "MVI_0001.MP4", 2**32 - 1000)  # a hole on the disk: no bytes are written
    one, other = inspect(tmp_path).cards[0].clips
    assert [part.path.rpartition("/")[2] for part in one.files] == ["MVI_0001.MP4", "MVI_0002.MP4"]
    assert [part.path.rpartition("/")[2] for part in other.files] == ["MVI_0003.MP4"]


def test_a_recorder_s_split_is_exact_to_the_sample(tmp_path: Path) -> None:
    folder = tmp_path / "SR01"
    folder.mkdir()
    silence = np.zeros((4800, 1), np.float32)
    said = ProductionSound(scene="12A", take="3", tape="SR01", circled=True)
    write_wave(folder / "STE-000-001.wav", silence, 48000, time_reference=48000, sound=said)
    write_wave(folder / "STE-000-002.wav", silence, 48000, time_reference=48000 + 4800, sound=said)
    write_wave(folder / "STE-000-003.wav", silence, 48000, time_reference=48000 + 9600 + 7)
    found = inspect(tmp_path)
    [one] = found.cards[0].clips
    assert [join.gap.time if join.gap else None for join in one.joins] == ["0/1", "7/48000"]
    assert (one.tags["scene"], one.tags["take"], one.tags["circled"], one.reel) == ("12A", "3", "yes", "SR01")
    assert any("7 samples are missing" in one.message for one in found.findings)


def test_mono_tracks_of_one_take_are_one_clip(tmp_path: Path) -> None:
    lay(tmp_path / "SR", "12AT03_1.WAV", "12AT03_2.WAV", "12AT04_1.WAV")
    first, second = inspect(tmp_path, headers="none").cards[0].clips
    assert ([one.channel for one in first.files], [one.channel for one in second.files]) == (
        ["1", "2"],
        ["1"],
    )


def with_family(path: Path, family: str, index: str) -> None:
    """Puts iXML's FILE_SET into a wave file, as recorders write it; the chunk keeps its length."""
    data = path.read_bytes()
    told = f"<FILE_SET><FAMILY_UID>{family}</FAMILY_UID><FILE_SET_INDEX>{index}</FILE_SET_INDEX></FILE_SET>"
    note = data.index(b"<NOTE>")
    end = data.index(b"</NOTE>") + len(b"</NOTE>")
    path.write_bytes(data[:note] + told.encode().ljust(end - note) + data[end:])


def test_files_that_a_recorder_calls_one_family_are_one_clip(tmp_path: Path) -> None:
    folder = tmp_path / "SR01"
    folder.mkdir()
    silence = np.zeros((4800, 1), np.float32)
    said = ProductionSound(scene="12A", take="3", note="n" * 200)
    for name, start, family, index in (
        ("BOOM.wav", 48000, "F1", "A"), ("LAV.wav", 48000, "F1", "B"),
        ("ONE.wav", 96000, "F2", "A"), ("TWO.wav", 96000 + 4800, "F2", "B"),
        ("OTHER.wav", 480000, "F2", "C"),
    ):  # fmt: skip
        write_wave(folder / name, silence, 48000, time_reference=start, sound=said)
        with_family(folder / name, family, index)
    clips = {one.name: one for one in inspect(tmp_path).cards[0].clips}
    assert {name: [(part.part, part.channel) for part in one.files] for name, one in clips.items()} == {
        "BOOM": [(None, "A"), (None, "B")], "ONE": [(1, ""), (2, "")], "OTHER": [(None, "")],
    }  # fmt: skip
    assert clips["ONE"].joins[0].gap is not None and clips["ONE"].joins[0].gap.time == "0/1"


def test_a_clip_a_cinema_camera_cannot_have_deleted_is_missed(tmp_path: Path) -> None:
    lay(
        tmp_path,
        "A001/A001C001_230101_R1AB.mov",
        "A001/A001C002_230101_R1AB.mov",
        "A001/A001C005_230101_R1AB.mov",
    )
    assert codes(tmp_path) == ["ingest.clip_hole"]
    lay(tmp_path, "A001/A001C003_230101_R1AB.mov", "A001/A001C004_230101_R1AB.mov")
    assert codes(tmp_path) == []


def test_a_companion_without_its_clip_is_an_orphan(tmp_path: Path) -> None:
    lay(
        tmp_path,
        "PRIVATE/M4ROOT/CLIP/C0001.MP4",
        "PRIVATE/M4ROOT/CLIP/C0002M01.XML",
        "PRIVATE/M4ROOT/THMBNL/C0003T01.JPG",
    )
    found = inspect(tmp_path, headers="none")
    assert [one.rpartition("/")[2] for one in found.cards[0].orphans] == ["C0002M01.XML", "C0003T01.JPG"]
    assert codes(tmp_path) == ["ingest.orphan"] * 2


def test_renders_are_grouped_by_version_with_their_holes(tmp_path: Path) -> None:
    frames = [f"{frame}.exr" for frame in range(1001, 1011)]
    lay(
        tmp_path,
        *(f"v001/shot_v001.{one}" for one in frames),
        *(f"v003/shot_v003.{one}" for one in frames[:-1]),
    )
    lay(tmp_path, "v004/shot_v004.1001.exr", "v004/shot_v004.1003.exr")
    found = inspect(tmp_path)
    [versions] = found.versions
    assert (versions.versions, versions.missing, versions.changed_range) == ((1, 3, 4), (2,), True)
    assert [one.count for one in found.cards[0].sequences] == [10, 9, 2]
    assert {"ingest.sequence_hole", "ingest.version_range"} <= {
        one.code for one in found.findings if one.needs_a_person
    }


def test_a_sequence_s_first_frame_tells_its_size(tmp_path: Path) -> None:
    import cv2

    for frame in (1, 2, 3):
        cv2.imwrite(str(tmp_path / f"plate.{frame:04d}.png"), np.zeros((36, 64, 3), np.uint8))
    [one] = inspect(tmp_path).cards[0].sequences
    assert (one.width, one.height, one.name) == (64, 36, "plate.0001-0003.png")


def test_sidecars_tell_what_headers_do_not(tmp_path: Path) -> None:
    folder = tmp_path / "PRIVATE" / "M4ROOT" / "CLIP"
    lay(folder, "C0001.MP4")
    (folder / "C0001M01.XML").write_text(
        '<NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00">'
        '<Duration value="250"/>'
        '<LtcChangeTable tcFps="25"><LtcChange frameCount="0" value="17305719"/></LtcChangeTable>'
        '<Device manufacturer="Sony" modelName="ILCE-7SM3"/></NonRealTimeMeta>'
    )
    [one] = inspect(tmp_path).cards[0].clips
    assert (one.start, one.rate, one.tags["model"]) == ("19:57:30:17", 25, "ILCE-7SM3")
    assert one.duration is not None and one.duration.time == "10/1"


def test_damaged_files_are_named_and_the_rest_is_told(tmp_path: Path) -> None:
    clip(tmp_path / "good.mov", start="01:00:00:00")
    lay(tmp_path, "text.mp4", "cut.mov", "text.wav")
    lay(tmp_path, "empty.mov", data=b"")
    lay(tmp_path, "good.xmp", data=b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    found = inspect(tmp_path)
    assert {one.subject: one.code for one in found.findings} == {
        "text.mp4": "ingest.unreadable_media", "cut.mov": "ingest.unreadable_media",
        "text.wav": "ingest.unreadable_media", "empty.mov": "ingest.empty", "good.xmp": "ingest.sidecar",
    }  # fmt: skip
    assert next(one for one in found.cards[0].clips if one.name == "good").start == "01:00:00:00"


def test_links_pipes_and_strange_names_do_no_harm(tmp_path: Path) -> None:
    lay(tmp_path / "card", "A001C001.mov", "a001c001.MOV", "x" * 200 + ".mov")
    (tmp_path / "card" / "link.mov").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "card" / "pipe.mov")
    (tmp_path / "card" / os.fsdecode(b"caf\xe9.mov")).write_bytes(b"x")
    found = inspect(tmp_path / "card", headers="none")
    assert {one.code for one in found.findings} == {
        "ingest.symlink", "ingest.special", "ingest.case", "ingest.no_utf8",
    }  # fmt: skip


@pytest.mark.parametrize("what", ["missing", "pipe"])
def test_what_is_no_folder_is_refused(tmp_path: Path, what: str) -> None:
    if what == "pipe":
        os.mkfifo(tmp_path / what)
    with pytest.raises(UsageError) as caught:
        inspect(tmp_path / what)
    assert caught.value.code == "AP-USE-211"


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    found = inspect(tmp_path)
    assert (found.files, found.cards, found.duration, found.findings) == (0, (), None, ())


def test_many_files_are_known_by_name_alone(tmp_path: Path) -> None:
    lay(tmp_path, *(f"clip{number:05d}.mov" for number in range(2_500)))
    found = inspect(tmp_path)
    assert (len(found.cards[0].clips), found.headers_read) == (2_500, 0)
    assert [one.code for one in found.findings] == ["ingest.by_name"]
