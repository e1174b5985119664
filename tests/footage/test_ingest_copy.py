"""A copy is proved or it is not one: read back, never over another file, gone on with after any stop."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_cards import lay

from answerprint.core.errors import AnswerprintError, FootageError, UsageError
from answerprint.departments.footage.ingest import places, reading
from answerprint.departments.footage.ingest.copying import CopyDocument, copy_card
from answerprint.departments.footage.ingest.verifying import verify
from answerprint.formats.cameras.mhl_writing import Creator

CREATOR = Creator(created="2026-01-31T12:00:00+00:00", host="cart", tool="answerprint", version="0")
PROGRAM = Path(sys.executable).with_name("answerprint")


def copied(
    card: Path, *to: Path, formats: tuple[str, ...] = ("md5",), mhl: bool = True, **more: object
) -> CopyDocument:
    return copy_card(card, to, formats=formats, creator=CREATOR if mhl else None, **more)  # type: ignore[arg-type]


def content(root: Path) -> dict[str, bytes]:
    return {
        one.relative_to(root).as_posix(): one.read_bytes()
        for one in sorted(root.rglob("*"))
        if one.is_file() and "ascmhl" not in one.parts
    }


def marks(root: Path) -> dict[Path, tuple[int, ...]]:
    """What writing to a file would change; being read changes the time of access only."""
    stats = {one: one.stat() for one in root.rglob("*") if one.is_file()}
    return {
        path: (one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_mode)
        for path, one in stats.items()
    }


@pytest.fixture
def card(tmp_path: Path) -> Path:
    root = tmp_path / "cards" / "A001"
    lay(root, "CLIPS/a.mov", data=os.urandom(9_000_001))  # more than two blocks, and not a whole one
    lay(root, "CLIPS/b.mov", "b.xml", "sub/deep/c.wav", data=b"some bytes")
    lay(root, "empty.txt", data=b"")
    (root / "EMPTY").mkdir()
    return root


def test_every_byte_time_and_folder_arrives_at_both_disks(tmp_path: Path, card: Path) -> None:
    before = marks(card)
    done = copied(card, tmp_path / "raid", tmp_path / "shuttle")
    for disk in ("raid", "shuttle"):
        copy = tmp_path / disk / "A001"
        assert content(copy) == content(card)
        assert (copy / "EMPTY").is_dir()
        for path in content(card):
            assert (copy / path).stat().st_mtime_ns == (card / path).stat().st_mtime_ns
        assert sorted(one.name for one in (tmp_path / disk).iterdir()) == ["A001"]  # no journal is left
        assert verify(copy).verified == 5 and not verify(copy).needs_a_person
    assert not done.needs_a_person and [one.copied for one in done.destinations] == [5, 5]
    assert marks(card) == before


def test_the_source_is_read_once_for_two_disks(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = os.open

    def counting(path: object, *more: object, **named: object) -> int:
        if str(path).startswith(str(card)):
            opened.append(str(path))
        return real(path, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.os, "open", counting)
    copied(card, tmp_path / "raid", tmp_path / "shuttle")
    assert len(opened) == len(set(opened)) == 5


def test_a_second_copy_changes_nothing(tmp_path: Path, card: Path) -> None:
    copied(card, tmp_path / "raid")
    before = marks(tmp_path / "raid")
    again = copied(card, tmp_path / "raid")
    assert marks(tmp_path / "raid") == before
    [there] = again.destinations
    assert (there.copied, there.already_there, there.recorded) == (0, 5, ())


@pytest.mark.parametrize("other", [b"another file", b"same size!"])
def test_another_file_is_never_written_over(tmp_path: Path, card: Path, other: bytes) -> None:
    lay(tmp_path / "raid" / "A001", "b.xml", data=other)
    done = copied(card, tmp_path / "raid")
    assert (tmp_path / "raid/A001/b.xml").read_bytes() == other
    assert (done.failed, [one.code for one in done.findings]) == (("b.xml",), ["ingest.conflict"])
    assert content(tmp_path / "raid/A001") == {**content(card), "b.xml": other}
    assert "b.xml" in verify(tmp_path / "raid/A001").new  # what was not copied is not vouched for


def test_a_link_in_the_way_is_not_written_through(tmp_path: Path, card: Path) -> None:
    aim = tmp_path / "precious.txt"
    aim.write_bytes(b"some bytes")
    (tmp_path / "raid" / "A001").mkdir(parents=True)
    (tmp_path / "raid/A001/b.xml").symlink_to(aim)
    done = copied(card, tmp_path / "raid")
    assert done.failed == ("b.xml",) and aim.read_bytes() == b"some bytes"


def test_links_and_special_files_are_named_and_not_copied(tmp_path: Path, card: Path) -> None:
    (card / "link.mov").symlink_to("/etc/passwd")
    os.mkfifo(card / "pipe.mov")
    done = copied(card, tmp_path / "raid")
    assert sorted(one.code for one in done.findings) == ["ingest.special", "ingest.symlink"]
    assert done.needs_a_person and not (tmp_path / "raid/A001/link.mov").exists()


def test_a_source_that_changes_while_it_is_read_is_no_copy(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.readv
    seen: list[int] = []

    def writing_meanwhile(handle: int, blocks: list[bytearray]) -> int:
        count = real(handle, blocks)
        if count > 1_000_000 and not seen:
            seen.append(count)
            with (card / "CLIPS/a.mov").open("ab") as file:
                file.write(b"more")
        return count

    monkeypatch.setattr(reading.os, "readv", writing_meanwhile)
    done = copied(card, tmp_path / "raid")
    assert (done.failed, [one.code for one in done.findings]) == (("CLIPS/a.mov",), ["ingest.changed"])
    assert sorted(one.name for one in (tmp_path / "raid/A001/CLIPS").iterdir()) == ["b.mov"]


def test_a_disk_that_gives_back_other_bytes_is_caught(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write

    def flipping(handle: int, data: memoryview) -> int:
        return real(handle, bytes([data[0] ^ 1]) + bytes(data[1:])) if len(data) == 10 else real(handle, data)

    monkeypatch.setattr(reading.os, "write", flipping)
    done = copied(card, tmp_path / "raid")
    assert {one.code for one in done.findings} == {"ingest.read_back"} and len(done.failed) == 3
    assert not (tmp_path / "raid/A001/b.xml").exists()


def test_a_file_that_cannot_be_read_costs_only_itself(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def failing(path: object, *more: object, **named: object) -> int:
        if str(path) == str(card / "CLIPS/b.mov"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.os, "open", failing)
    done = copied(card, tmp_path / "raid")
    assert (done.failed, [one.code for one in done.findings]) == (("CLIPS/b.mov",), ["ingest.unreadable"])
    assert len(content(tmp_path / "raid/A001")) == 4


def test_a_full_disk_is_said_and_leaves_nothing_half_done(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    left = [4_500_000]

    def filling(handle: int, data: memoryview) -> int:
        if len(data) > left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left[0] -= len(data)
        return real(handle, data)

    with monkeypatch.context() as patch:
        patch.setattr(reading.os, "write", filling)
        with pytest.raises(AnswerprintError) as caught:
            copied(card, tmp_path / "raid")
    assert caught.value.code == "AP-STORE-009"
    halves = [one for one in content(tmp_path / "raid/A001").items() if content(card).get(one[0]) != one[1]]
    assert halves == []
    assert [one.name for one in (tmp_path / "raid").glob("A001/.answerprint-*")] == []
    assert not copied(card, tmp_path / "raid").needs_a_person
    assert content(tmp_path / "raid/A001") == content(card)


def test_too_little_space_is_said_before_anything_is_written(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places.shutil, "disk_usage", lambda path: SimpleNamespace(free=5_000_000))
    with pytest.raises(FootageError) as caught:
        copied(card, tmp_path / "raid")
    assert caught.value.code == "AP-FOOTAGE-211" and not (tmp_path / "raid").exists()


def test_names_that_one_disk_would_put_into_one_file_are_kept_apart(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(card, "B.XML", data=b"not the same")
    monkeypatch.setattr(places, "tells_capitals_apart", lambda folder: False)
    done = copied(card, tmp_path / "raid")
    assert done.failed == ("b.xml",) and "capitals" in done.findings[0].message
    assert (tmp_path / "raid/A001/B.XML").read_bytes() == b"not the same"


def test_a_name_too_long_for_the_disk_costs_only_itself(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(card, "n" * 251 + ".mov")
    done = copied(card, tmp_path / "raid")  # the name while it is written is a short one
    assert not done.needs_a_person
    real = os.link

    def refusing(source: object, target: object, **more: object) -> None:
        if str(target).endswith("nnn.mov"):
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        real(source, target, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("answerprint.departments.footage.ingest.copying.os.link", refusing)
    done = copied(card, tmp_path / "shuttle")
    assert [one.code for one in done.findings] == ["ingest.name"] and len(done.failed) == 1
    assert len(content(tmp_path / "shuttle/A001")) == 5


def test_a_name_that_is_no_utf8_is_copied_though_no_list_can_hold_it(tmp_path: Path, card: Path) -> None:
    lay(card, os.fsdecode(b"caf\xe9.mov"))
    done = copied(card, tmp_path / "raid")
    assert content(tmp_path / "raid/A001") == content(card)
    assert [one.code for one in done.findings] == ["ingest.mhl_name"]


@pytest.mark.parametrize("place", ["cards/A001/copy", "cards/A001", "cards"])
def test_a_card_is_never_copied_into_itself(tmp_path: Path, card: Path, place: str) -> None:
    with pytest.raises(UsageError) as caught:
        copied(card, tmp_path / place)
    assert caught.value.code == "AP-USE-213"
    with pytest.raises(UsageError) as caught:
        copied(card, tmp_path / "raid", tmp_path / "raid" / ".")
    assert caught.value.code == "AP-USE-214"


def test_a_folder_that_holds_other_files_is_not_vouched_for_as_a_whole(tmp_path: Path, card: Path) -> None:
    lay(tmp_path / "raid" / "A001", "sub/stranger.txt")
    copied(card, tmp_path / "raid")
    [generation] = (tmp_path / "raid/A001/ascmhl").glob("*.mhl")
    text = generation.read_text()
    assert "stranger" not in text and "<roothash>" not in text
    assert "<path>CLIPS</path>" in text and "<path>sub</path>" not in text and "<path>sub/deep</path>" in text
    assert verify(tmp_path / "raid/A001").new == ("sub/stranger.txt",)


def test_a_single_file_is_copied_into_the_folder_and_leaves_nothing_else(tmp_path: Path, card: Path) -> None:
    (tmp_path / "raid").mkdir()
    copied(card / "b.xml", tmp_path / "raid")
    assert {one.name for one in (tmp_path / "raid").iterdir()} == {"b.xml"}
    assert {one.name for one in tmp_path.iterdir()} == {"raid", "cards"}


def test_a_dry_run_writes_nothing(tmp_path: Path, card: Path) -> None:
    (tmp_path / "raid").mkdir()
    done = copied(card, tmp_path / "raid", dry_run=True)
    assert (done.dry_run, done.destinations[0].copied, list((tmp_path / "raid").iterdir())) == (True, 5, [])


def test_a_card_s_own_history_comes_along_and_is_checked(tmp_path: Path, card: Path) -> None:
    copied(card, tmp_path / "raid")
    copied(tmp_path / "raid" / "A001", tmp_path / "archive")
    assert verify(tmp_path / "archive/A001").verified == 5
    assert sorted(one.name[:4] for one in (tmp_path / "archive/A001/ascmhl").glob("*.mhl")) == [
        "0001",
        "0002",
    ]
    (tmp_path / "raid/A001/b.xml").write_bytes(b"same size!")  # rots on the disk
    done = copied(tmp_path / "raid" / "A001", tmp_path / "third")
    assert [one.code for one in done.findings] == ["ingest.checksum"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(left=st.integers(0, 9_000_001), wrong=st.integers(-1, 9_000_000))
def test_what_a_stopped_copy_left_is_believed_only_as_far_as_it_is_right(
    tmp_path_factory: pytest.TempPathFactory, left: int, wrong: int
) -> None:
    root = tmp_path_factory.mktemp("resume")
    data = bytes(range(256)) * 35_157
    lay(root / "A001", "a.mov", data=data[:9_000_001])
    from answerprint.departments.footage.ingest.listing import list_folder

    plan = places.plan_copy(list_folder(root / "A001"), root / "A001", [root / "raid"], "", ("md5",))
    place = plan.targets[0].place(plan.entries[0])
    place.aside.parent.mkdir(parents=True)
    half = bytearray(data[:left])
    if 0 <= wrong < left:
        half[wrong] ^= 255
    place.aside.write_bytes(half)
    copied(root / "A001", root / "raid", mhl=False)
    assert (root / "raid/A001/a.mov").read_bytes() == data[:9_000_001]
    assert not place.aside.exists()


@pytest.fixture
def heavy(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "cards" / "B001"
    for number in range(12):
        lay(root, f"B001C{number + 1:03d}.mov", data=os.urandom(6_000_000))
    lay(root, *(f"small/{number:04d}.xml" for number in range(300)), data=b"x" * 100)
    yield root


def begun(root: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(root))


def test_a_copy_killed_again_and_again_ends_whole(tmp_path: Path, heavy: Path) -> None:
    command = [PROGRAM, "ingest", "copy", heavy, tmp_path / "raid", "--hash", "md5", "--json"]
    for enough in (1, 60, 305):  # files begun when it is killed: the first, the small ones, the last
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None and begun(tmp_path / "raid/B001") < enough:
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)
        running.wait()
        for path, data in (
            content(tmp_path / "raid/B001").items() if (tmp_path / "raid/B001").is_dir() else ()
        ):
            assert path.rpartition("/")[2].startswith(".answerprint-") or data == (heavy / path).read_bytes()
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    assert content(tmp_path / "raid/B001") == content(heavy)
    assert verify(tmp_path / "raid/B001").verified == 312
