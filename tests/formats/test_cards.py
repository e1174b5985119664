"""Names on cards: which structure, which clip, which part, which reel."""

from __future__ import annotations

import pytest

from answerprint.formats.cameras.names import read_clip_name, reel_of_folder
from answerprint.formats.cameras.roles import role_of
from answerprint.formats.cameras.structures import BY_KEY, ClipKey, clip_key, structure_of_folder


@pytest.mark.parametrize(
    ("stem", "reel", "clip"),
    [
        ("A001C003_230101_R1AB", "A001", 3),  # ARRI
        ("A_0001C003_230101_120000_h1ABC", "A0001", 3),  # ALEXA 35
        ("B002_C014_0101AB", "B002", 14),  # RED
        ("A003_01011200_C001", "A003", 1),  # Blackmagic
        ("A001C012_230101AB_CANON", "A001", 12),
        ("C0001", "", None),
        ("GX010123", "", None),
        ("IMG_0001", "", None),
        ("", "", None),
    ],
)
def test_a_clip_s_name_says_its_reel_and_number(stem: str, reel: str, clip: int | None) -> None:
    found = read_clip_name(stem)
    assert (found.reel, found.clip, found.camera) == (reel, clip, reel[:1])


@pytest.mark.parametrize(
    ("name", "reel"),
    [
        ("A001", "A001"), ("A001R1AA", "A001"), ("a001.RDM", "A001"), ("B_0007_1ABC", "B0007"),
        ("A001 day 2", "A001"), ("DCIM", ""), ("100CANON", ""), ("Untitled", ""), ("A001C001", ""),
    ],
)  # fmt: skip
def test_a_card_s_folder_says_its_reel(name: str, reel: str) -> None:
    assert reel_of_folder(name).reel == reel


@pytest.mark.parametrize(
    ("key", "name", "clip", "part", "channel"),
    [
        ("sony-xavc", "C0001.MP4", "C0001", None, ""),
        ("sony-xavc", "C0001M01.XML", "C0001", None, ""),
        ("sony-xavc", "C0001S03.MP4", "C0001", None, ""),
        ("sony-bpav", "709_0001_02.MP4", "709_0001", 2, ""),
        ("sony-bpav", "709_0001_02M01.XML", "709_0001", 2, ""),
        ("panasonic-p2", "0001AB.MXF", "0001AB", None, ""),
        ("panasonic-p2", "0001AB03.MXF", "0001AB", None, "03"),
        ("canon-xf", "AA000103.MXF", "AA0001", 3, ""),
        ("red", "A001_C001_0101AB_004.R3D", "A001_C001_0101AB", 4, ""),
        ("gopro", "GX020123.MP4", "GX0123", 2, ""),
        ("gopro", "GOPR0123.MP4", "GOPR0123", 0, ""),
        ("gopro", "GP020123.MP4", "GOPR0123", 2, ""),
        ("recorder", "230101_001_Tr4.WAV", "230101_001", None, "Tr4"),
        ("recorder", "12AT03_2.WAV", "12AT03", None, "2"),
        ("recorder", "STE-000-002.wav", "STE-000", 2, ""),
        ("folder", "A001C001.mov.xmp", "A001C001", None, ""),
    ],
)
def test_a_file_s_name_says_its_clip_and_part(
    key: str, name: str, clip: str, part: int | None, channel: str
) -> None:
    assert clip_key(BY_KEY[key], name) == ClipKey(clip, part, channel)


@pytest.mark.parametrize(
    ("path", "structure", "length"),
    [
        ("card/private/m4root", "sony-xavc", 1),
        ("day1/card/xdroot", "sony-xdcam", 2),
        ("card/bpav", "sony-bpav", 1),
        ("card/contents/video", "panasonic-p2", 1),
        ("card/contents/clips001", "canon-xf", 1),
        ("card/private/avchd/bdmv", "avchd", 1),
        ("card/dcim/100gopro", "gopro", 1),
        ("card/dcim/100canon", "canon-dcim", 1),
        ("card/dcim/101apple", "apple", 1),
        ("day1/a001.rdm", "red", 2),
        ("day1/a001r1aa", "arri", 2),
        ("card/dcim/100msdcf", "dcim", 1),
    ],
)
def test_a_folder_gives_its_structure_away(path: str, structure: str, length: int) -> None:
    found = structure_of_folder(tuple(path.split("/")))
    assert found is not None and (found[0].key, found[1]) == (structure, length)


def test_an_ordinary_folder_is_no_card() -> None:
    for path in ("rushes/a001", "video", "contents", "private", ""):
        assert structure_of_folder(tuple(path.split("/"))) is None


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("private/m4root/clip/c0001.mp4", "media"),
        ("private/m4root/sub/c0001s03.mp4", "proxy"),
        ("private/m4root/thmbnl/c0001t01.jpg", "thumbnail"),
        ("private/m4root/mediapro.xml", "index"),
        ("private/m4root/clip/c0001m01.xml", "sidecar"),
        ("dcim/100gopro/gl010123.lrv", "proxy"),
        ("dcim/100gopro/gx010123.thm", "thumbnail"),
        ("dcim/100canon/img_0001.jpg", "still"),
        ("a001/proxy/a001_c001.mp4", "proxy"),
        (".trashes/501/old.mov", "junk"),
        ("._a001.mov", "junk"),
        ("what", "unknown"),
        (".hidden", "unknown"),
    ],
)
def test_a_file_s_role_is_in_its_name(path: str, role: str) -> None:
    assert role_of(tuple(path.split("/"))) == role
