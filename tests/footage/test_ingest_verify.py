"""A copy against its history: changed, missing, new; chains that do not hold; other people's lists."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from made_cards import lay

from answerprint.core.errors import FootageError, NotAvailableError
from answerprint.departments.footage.ingest import hashing, verifying
from answerprint.departments.footage.ingest.verifying import VerifiedDocument, verify
from answerprint.formats.cameras.mhl_writing import Creator

CREATOR = Creator(created="2026-01-31T12:00:00+00:00", host="cart", tool="answerprint", version="0")
PEER = Path(__file__).resolve().parents[2] / ".venv-bench" / "bin"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "A001"
    lay(root, "a.mov", "CLIPS/b.mov", "CLIPS/deep/c.wav", data=b"some bytes")
    (root / "EMPTY").mkdir()
    return root


def sealed(folder: Path, *formats: str, day: int = 1) -> VerifiedDocument:
    creator = Creator(
        created=f"2026-01-{day:02d}T12:00:00+00:00", host="cart", tool="answerprint", version="0"
    )
    return verify(folder, record=creator, formats=formats or ("md5",))


def codes(found: VerifiedDocument) -> list[str]:
    return sorted(one.code.removeprefix("ingest.") for one in found.findings)


def test_what_is_as_it_was_is_verified(folder: Path) -> None:
    sealed(folder, "md5", "c4")
    found = verify(folder)
    assert (found.verified, found.findings, found.size) == (3, (), 30)


def test_a_changed_a_missing_and_a_new_file_are_told_apart(folder: Path) -> None:
    sealed(folder)
    (folder / "a.mov").write_bytes(b"same size!")
    (folder / "CLIPS/b.mov").unlink()
    lay(folder, "CLIPS/d.mov")
    found = verify(folder)
    assert (found.verified, found.failed, found.missing, found.new) == (
        1, ("a.mov",), ("CLIPS/b.mov",), ("CLIPS/d.mov",),
    )  # fmt: skip
    assert found.needs_a_person


def test_a_failed_file_stays_failed_in_the_next_generation(folder: Path) -> None:
    sealed(folder)
    (folder / "a.mov").write_bytes(b"same size!")
    assert sealed(folder, day=2).failed == ("a.mov",)
    assert verify(folder).failed == ("a.mov",)  # the first checksum is the one that counts


def test_a_folder_that_went_is_noticed_though_every_file_is_there(folder: Path) -> None:
    sealed(folder)
    (folder / "EMPTY").rmdir()
    found = verify(folder)
    assert (found.verified, codes(found)) == (3, ["structure"])


def test_a_generation_that_was_edited_is_noticed(folder: Path) -> None:
    sealed(folder)
    [generation] = (folder / "ascmhl").glob("*.mhl")
    generation.write_bytes(generation.read_bytes().replace(b"a.mov", b"z.mov"))
    assert "mhl_changed" in codes(verify(folder))


@pytest.mark.parametrize("what", ["chain", "generation", "chain is none"])
def test_a_history_that_lost_a_file_is_noticed(folder: Path, what: str) -> None:
    sealed(folder)
    sealed(folder, day=2)
    if what == "chain":
        (folder / "ascmhl/ascmhl_chain.xml").unlink()
    elif what == "generation":
        next((folder / "ascmhl").glob("0002*.mhl")).unlink()
    else:
        (folder / "ascmhl/ascmhl_chain.xml").write_bytes(b"<not closed")
    found = verify(folder)
    assert "mhl_chain" in codes(found) and found.verified == 3


def test_a_list_cannot_make_one_read_outside_its_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"s")
    (folder / "x.mhl").write_text(
        '<hashlist version="1.1"><hash><file>../secret</file>'
        "<md5>03c7c0ace395d80182db07ae2c30f034</md5></hash>"
        "<hash><file>a.mov</file><md5>1f9d85b9a2b1b9bbf6a4ad6d1b5ec6de</md5></hash></hashlist>"
    )
    found = verify(folder)
    assert "mhl_path" in codes(found) and found.failed == ("a.mov",) and found.verified == 0


def test_a_legacy_list_is_checked_in_either_byte_order(folder: Path) -> None:
    if not hashing.available("xxh64"):
        pytest.skip("xxHash is not on this machine")
    value = hashing.of_bytes("xxh64", b"some bytes")
    other = bytes.fromhex(value)[::-1].hex()
    entries = f"<hash><file>a.mov</file><xxhash64be>{value}</xxhash64be></hash>"
    entries += f"<hash><file>CLIPS/b.mov</file><xxhash64>{other}</xxhash64></hash>"
    (folder / "x.mhl").write_text(f'<hashlist version="1.1">{entries}</hashlist>')
    found = verify(folder)
    assert (found.verified, found.new, found.failed) == (2, ("CLIPS/deep/c.wav",), ())


def test_checksums_that_cannot_be_computed_here_are_not_called_good(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = "".join(
        f"<hash><path>{one}</path><xxh64>{'0' * 16}</xxh64></hash>"
        for one in ("a.mov", "CLIPS/b.mov", "CLIPS/deep/c.wav")
    )
    (folder / "x.mhl").write_text(f'<hashlist version="2.0"><hashes>{entries}</hashes></hashlist>')
    monkeypatch.setattr(verifying, "available", lambda form: form != "xxh64")
    with pytest.raises(NotAvailableError) as caught:
        verify(folder)
    assert caught.value.code == "AP-NEED-210"


def test_a_folder_without_a_list_says_so(folder: Path) -> None:
    with pytest.raises(FootageError) as caught:
        verify(folder)
    assert caught.value.code == "AP-FOOTAGE-210"


def test_a_generation_holds_no_time_but_what_is_given(folder: Path, tmp_path: Path) -> None:
    sealed(folder)
    other = tmp_path / "again" / "A001"
    lay(other, "a.mov", "CLIPS/b.mov", "CLIPS/deep/c.wav", data=b"some bytes")
    (other / "EMPTY").mkdir()
    for path in ("a.mov", "CLIPS/b.mov", "CLIPS/deep/c.wav"):
        stat = (folder / path).stat()
        os.utime(other / path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    sealed(other)
    names = [one.name for one in (folder / "ascmhl").iterdir()]
    assert sorted(names) == ["0001_A001_2026-01-01_120000Z.mhl", "ascmhl_chain.xml"]
    for name in names:
        assert (folder / "ascmhl" / name).read_bytes() == (other / "ascmhl" / name).read_bytes()


def test_nested_histories_each_get_their_generation(tmp_path: Path) -> None:
    lay(tmp_path / "day", "A001/a.mov", "B001/b.mov", "report.pdf", data=b"some bytes")
    sealed(tmp_path / "day" / "A001")
    sealed(tmp_path / "day", day=2)
    found = sealed(tmp_path / "day", day=3)
    assert found.verified == 3 and len(found.recorded) == 2
    assert sorted(one.name[:4] for one in (tmp_path / "day/A001/ascmhl").glob("*.mhl")) == [
        "0001",
        "0002",
        "0003",
    ]
    text = next((tmp_path / "day/ascmhl").glob("0002*.mhl")).read_text()
    assert "<hashlistreference>" in text and "A001/a.mov" not in text


needs_peer = pytest.mark.skipif(not (PEER / "ascmhl").exists(), reason="ascmhl is not in .venv-bench")


@needs_peer
def test_the_reference_implementation_verifies_what_is_written_here(tmp_path: Path) -> None:
    lay(tmp_path / "day", "A001/a.mov", "A001/sub/ü & b.mov", "B001/b.mov", "report.pdf", data=b"some bytes")
    (tmp_path / "day" / "EMPTY").mkdir()
    sealed(tmp_path / "day" / "A001")
    sealed(tmp_path / "day", day=2)
    for command in (["ascmhl-debug", "verify"], ["ascmhl-debug", "verify", "-dh"], ["ascmhl", "diff"]):
        ran = subprocess.run(
            [PEER / command[0], *command[1:], tmp_path / "day"], capture_output=True, check=False
        )
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
    (tmp_path / "day/B001/b.mov").write_bytes(b"same size!")
    ran = subprocess.run(
        [PEER / "ascmhl-debug", "verify", tmp_path / "day"], capture_output=True, check=False
    )
    assert ran.returncode != 0


@needs_peer
@pytest.mark.parametrize(
    "form",
    [
        "c4",
        "xxh64",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("md5", "sha1", "xxh3", "xxh128")),
    ],
)
def test_what_the_reference_implementation_writes_is_verified_here(tmp_path: Path, form: str) -> None:
    if not hashing.available(form):
        pytest.skip("xxHash is not on this machine")
    lay(tmp_path / "day", "A001/a.mov", "A001/sub/ü & b.mov", "B001/b.mov", data=b"some bytes")
    for place in ("day/A001", "day"):
        subprocess.run(
            [PEER / "ascmhl", "create", tmp_path / place, "-h", form], check=True, capture_output=True
        )
    found = verify(tmp_path / "day")
    assert (found.verified, found.findings, found.formats) == (3, (), (form,))
    (tmp_path / "day/A001/a.mov").write_bytes(b"same size!")
    assert verify(tmp_path / "day").failed == ("A001/a.mov",)
