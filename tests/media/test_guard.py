"""What may be opened, and the coded reason for refusing everything else."""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from made_media import Made, make

from answerprint.core.errors import MediaError
from answerprint.media.guard import MAX_PIXELS, check_file, open_media
from answerprint.media.probe import probe


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("guard") / "clip.mp4", Made("mp4", pictures=5))


def refused(path: Path | str) -> str:
    with pytest.raises(MediaError) as caught, open_media(path):
        pass
    assert caught.value.file == os.fspath(path)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {clip}\n",
        "ffconcat version 1.0\nfile clip.mp4\n",
        "# rushes\nfile '{clip}'\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{clip}</BaseURL></MPD>',
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nm=video 5004 RTP/AVP 96\r\n",
        "[playlist]\nFile1={clip}\n",
    ],
)
@pytest.mark.parametrize("name", ["list.m3u8", "renamed.mp4", "renamed.mov", "renamed.wav"])
def test_a_list_of_other_files_is_never_opened_whatever_its_name(
    clip: Path, tmp_path: Path, text: str, name: str
) -> None:
    listed = tmp_path / name
    listed.write_text(text.format(clip=clip))
    assert refused(listed) == "AP-MEDIA-007"


def test_a_list_hidden_behind_padding_is_not_opened_either(clip: Path, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.mp4"
    hidden.write_bytes(b"\n" * 5000 + f"ffconcat version 1.0\nfile {clip}\n".encode())
    assert refused(hidden) in ("AP-MEDIA-007", "AP-MEDIA-008", "AP-MEDIA-009")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/clip.mp4",
        "https://example.org/a.m3u8",
        "concat:a.mp4|b.mp4",
        "subfile,,start,0,end,9,,:/etc/passwd",
        "rtsp://127.0.0.1/x",
        "pipe:0",
        "file:///etc/passwd",
        "data:video/mp4;base64,AAAA",
    ],
)
def test_an_address_is_not_a_file(address: str) -> None:
    assert refused(address) == "AP-MEDIA-006"


def test_a_file_whose_name_reads_like_a_protocol_is_still_a_file(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "http:take 1.mp4").write_bytes(clip.read_bytes())
    monkeypatch.chdir(tmp_path)
    with open_media("http:take 1.mp4") as container:
        assert container.streams.video[0].width == 320


@pytest.mark.parametrize("name", ["a%03d.png", "take 'one' \"two\".mp4", "naïve – été.mp4", "[1]*?.mp4"])
def test_a_name_is_taken_as_it_is(clip: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".png"):
        make(path.with_name("a001.png"), Made("png", video="png", pictures=1, pixel_format="rgb24"))
        (tmp_path / "a001.png").rename(path)
    else:
        path.write_bytes(clip.read_bytes())
    with open_media(path) as container:
        assert container.streams.video[0].width == 320


def test_a_name_that_is_no_unicode_is_taken_as_it_is(clip: Path, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/take\xff\xfe.mp4"
    Path(os.fsdecode(path)).write_bytes(clip.read_bytes())
    assert probe(Path(os.fsdecode(path))).kind == "picture"


def png_header(width: int, height: int) -> bytes:
    """A PNG whose header is right and whose data are a handful of bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("name", ["big.png", "big.mp4"])
def test_a_900_megapixel_picture_is_refused_before_it_is_decoded(tmp_path: Path, name: str) -> None:
    picture = tmp_path / name
    picture.write_bytes(png_header(30_000, 30_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(picture) == "AP-MEDIA-011"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MAX_PIXELS // 1024  # kilobytes


def test_folder_pipe_device_and_nothing_are_told_apart(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "empty.mp4").touch()
    assert refused(tmp_path) == "AP-MEDIA-002"
    assert refused(tmp_path / "pipe.mp4") == "AP-MEDIA-002"
    assert refused("/dev/zero") == "AP-MEDIA-002"
    assert refused(tmp_path / "empty.mp4") == "AP-MEDIA-004"
    assert refused(tmp_path / "absent.mp4") == "AP-MEDIA-001"
    assert refused(tmp_path / "empty.mp4" / "inside.mp4") == "AP-MEDIA-001"


def test_a_file_without_permission_is_named_unreadable(clip: Path, tmp_path: Path) -> None:
    """In a child without privileges, because root reads everything."""
    locked = tmp_path / "locked.mp4"
    locked.write_bytes(clip.read_bytes())
    locked.chmod(0)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    code = (
        "import os, sys\n"
        "from answerprint.core.errors import MediaError\n"
        "from answerprint.media.guard import check_file\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: check_file(sys.argv[1])\n"
        "except MediaError as error: print(error.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(locked)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "AP-MEDIA-005"


@pytest.mark.parametrize("content", [b"hello, this is a shopping list\n" * 40, bytes(range(256)) * 40])
def test_what_is_no_media_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.mp4"
    path.write_bytes(content)
    assert refused(path) in ("AP-MEDIA-008", "AP-MEDIA-009")


def test_subtitles_and_scripts_are_not_media(tmp_path: Path) -> None:
    path = tmp_path / "subtitles.mp4"
    path.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    assert refused(path) == "AP-MEDIA-008"


def test_camera_raw_is_named_and_not_decoded(tmp_path: Path) -> None:
    for name, head, trade in (
        ("A001_C001.R3D", b"\0\0\x01\0RED2" + bytes(64), "REDCODE"),
        ("renamed.mov", b"\0\0\x01\0RED2" + bytes(64), "REDCODE"),
        ("A001.braw", b"\0\0\0\x08wide" + bytes(64), "Blackmagic RAW"),
        ("A001C001.ari", b"ARRI\x12\x34\x56\x78" + bytes(64), "ARRIRAW"),
        ("clip.crm", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(64), "Canon"),
    ):
        (tmp_path / name).write_bytes(head)
        assert refused(tmp_path / name) == "AP-MEDIA-015"
        found = probe(tmp_path / name)
        assert found.kind == "raw"
        assert trade in found.container
        assert [finding.code for finding in found.findings] == ["media.raw"]


def test_every_odd_container_ends_in_an_answer(shared_data: Path) -> None:
    for path in sorted((shared_data / "containers").rglob("*.*")):
        if path.is_dir():
            continue
        try:
            assert probe(path).streams
        except MediaError as error:
            assert error.code in ("AP-MEDIA-008", "AP-MEDIA-009"), path.name
            assert error.remedy


def test_check_file_gives_the_absolute_path_and_the_first_bytes(clip: Path) -> None:
    absolute, head = check_file(os.path.relpath(clip))
    assert absolute == clip
    assert head[4:8] == b"ftyp"
