"""Hash lists: read back as written, legacy lists, paths that leave the folder, checksums of known bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerprint.core.errors import FormatError
from answerprint.departments.footage.ingest.hashing import (
    FORMATS,
    as_bytes,
    available,
    of_bytes,
    of_list,
)
from answerprint.formats.cameras.mhl import (
    ChainLink,
    FileHash,
    FolderHash,
    Hash,
    Reference,
    read_chain,
    read_mhl,
    safe_path,
)
from answerprint.formats.cameras.mhl_writing import Creator, writable, write_chain, write_generation

CREATOR = Creator(created="2026-01-31T12:00:00+00:00", host="cart", tool="answerprint", version="0")
# RFC 1321, FIPS 180, the C4 id system's own example, and the xxHash reference's sanity values, of no bytes.
OF_NOTHING = {
    "md5": "d41d8cd98f00b204e9800998ecf8427e",
    "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "c4": "c459dsjfscH38cYeXXYogktxf4Cd9ibshE3BHUo6a58hBXmRQdZrAkZzsWcbWtDg5oQstpDuni4Hirj75GEmTc1sFT",
    "xxh64": "ef46db3751d8e999",
    "xxh3": "2d06800538d394c2",
    "xxh128": "99aa06d3014798d86001c324468d497f",
}


@pytest.mark.parametrize("form", FORMATS)
def test_a_checksum_of_nothing_is_the_known_one(form: str) -> None:
    if not available(form):
        pytest.skip(f"{form} needs xxHash, which is not on this machine")
    assert of_bytes(form, b"") == of_list(form, ()) == OF_NOTHING[form]
    assert as_bytes(form, OF_NOTHING[form])


def test_a_generation_reads_back_as_written(tmp_path: Path) -> None:
    file = FileHash(
        path="A001/Ünï & <clip>.mov",
        size=12,
        hashes=(Hash("md5", "0" * 32, "original"), Hash("xxh64", "1" * 16, "failed")),
    )
    folder = FolderHash(path="A001", content=(Hash("md5", "2" * 32),), structure=(Hash("md5", "3" * 32),))
    root = FolderHash(path=".", content=(Hash("md5", "4" * 32),), structure=(Hash("md5", "5" * 32),))
    reference = Reference("B001/ascmhl/0001_B001.mhl", OF_NOTHING["c4"])
    path = tmp_path / "0001_x.mhl"
    pieces = write_generation(
        CREATOR, [file, folder], process="transfer", root=root, ignored=("*.tmp",), references=[reference]
    )
    path.write_bytes(b"".join(pieces))
    found = read_mhl(path)
    assert (found.files, found.folders, found.root) == ((file,), (folder,), root)
    assert (found.ignored, found.references) == (("*.tmp",), (reference,))
    assert (found.version, found.created, found.process, found.tool) == (
        "2.0", CREATOR.created, "transfer", "answerprint",
    )  # fmt: skip


def test_a_chain_reads_back_as_written(tmp_path: Path) -> None:
    links = (
        ChainLink(1, "0001_a.mhl", "c4", OF_NOTHING["c4"]),
        ChainLink(2, "0002_a.mhl", "c4", OF_NOTHING["c4"]),
    )
    path = tmp_path / "ascmhl_chain.xml"
    path.write_bytes(write_chain(links))
    assert read_chain(path) == links


def test_a_legacy_list_is_read(tmp_path: Path) -> None:
    path = tmp_path / "card.mhl"
    path.write_text(
        """<?xml version="1.0" encoding="UTF-8"?>
<hashlist version="1.1">
 <creatorinfo><tool>Silverstack 6</tool><startdate>2020-01-01T00:00:00Z</startdate></creatorinfo>
 <hash><file>Clips/A001.mov</file><size>5</size><lastmodificationdate>2020-01-01T00:00:00Z</lastmodificationdate>
  <xxhash64be>EF46DB3751D8E999</xxhash64be><hashdate>2020-01-01T00:00:00Z</hashdate></hash>
 <hash><file>../../etc/passwd</file><size>5</size><md5>d41d8cd98f00b204e9800998ecf8427e</md5></hash>
</hashlist>"""
    )
    found = read_mhl(path)
    [file] = found.files
    assert (file.path, file.size, file.hashes[0].format) == ("Clips/A001.mov", 5, "xxh64")
    assert file.hashes[0].value == OF_NOTHING["xxh64"]
    assert (found.version, found.tool, found.refused) == ("1.1", "Silverstack 6", ("../../etc/passwd",))


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/passwd", "C:\\x", "\\\\server\\x", "", "a\0b", "..", "x" * 5000]
)
def test_a_path_that_leaves_its_folder_is_none(path: str) -> None:
    assert safe_path(path) is None


def test_a_path_is_kept_below_its_folder() -> None:
    assert safe_path("./a/./b.mov") == "a/b.mov"
    assert safe_path("a b/ü.mov") == "a b/ü.mov"


@pytest.mark.parametrize("path", ["a\x01b", "a\ud8ffb", " a", "a\nb"])
def test_a_name_that_xml_cannot_hold_is_told(path: str) -> None:
    assert not writable(path) and writable("a/b ü.mov")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "AP-FORMAT-200"),
        (b"<hashlist version='2.0'><hashes><hash>", "AP-FORMAT-200"),
        (b"<!DOCTYPE hashlist [<!ENTITY e 'x'>]><hashlist>&e;</hashlist>", "AP-FORMAT-201"),
        (b"<other/>", "AP-FORMAT-204"),
        (b"\x89PNG", "AP-FORMAT-200"),
    ],
)
def test_what_is_no_list_is_refused_with_a_code(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "x.mhl"
    path.write_bytes(data)
    with pytest.raises(FormatError) as caught:
        read_mhl(path)
    assert caught.value.code == code


def test_a_list_of_many_files_is_read_without_keeping_its_document(tmp_path: Path) -> None:
    files = [
        FileHash(path=f"f{number}.dpx", size=1, hashes=(Hash("md5", "0" * 32),)) for number in range(20_000)
    ]
    path = tmp_path / "0001_x.mhl"
    path.write_bytes(b"".join(write_generation(CREATOR, files, process="in-place", root=None, ignored=())))
    assert read_mhl(path).files == tuple(files)
