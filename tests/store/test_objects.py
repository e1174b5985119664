"""Objects are whole or not there, kept once, and read-only; a full disk loses nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerprint.core.errors import StoreError
from answerprint.core.proposals import Decision
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore, hash_bytes, hash_file

# The BLAKE3 authors' vectors: input bytes 0, 1, 2 … 250, 0, 1 …
# https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json
VECTORS = {
    0: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    1: "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
    1024: "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
    102400: "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085",
}


@pytest.mark.parametrize(("length", "digest"), VECTORS.items())
def test_digests_are_blake3(tmp_path: Path, length: int, digest: str) -> None:
    data = bytes(n % 251 for n in range(length))
    file = tmp_path / "file"
    file.write_bytes(data)
    assert hash_bytes(data) == digest
    assert hash_file(file) == digest


def test_the_same_bytes_are_kept_once(objects: ObjectStore, tmp_path: Path) -> None:
    digest = objects.put_bytes(b"a still")
    kept = objects.path(digest)
    before = kept.stat()
    file = tmp_path / "still.png"
    file.write_bytes(b"a still")
    assert objects.put_file(file, move=False) == digest
    assert file.exists()
    assert objects.put_file(file) == digest
    assert not file.exists()
    assert kept.stat() == before
    assert objects.read(digest) == b"a still"
    assert [found for found, _ in objects.digests()] == [digest]


def test_a_file_taken_in_is_the_object_and_read_only(objects: ObjectStore, tmp_path: Path) -> None:
    folder = objects.temporary()
    file = folder / "proxy.mp4"
    file.write_bytes(b"proxy" * 1000)
    digest = objects.put_file(file)
    assert objects.has(digest)
    assert objects.path(digest).read_bytes() == b"proxy" * 1000
    assert objects.path(digest).stat().st_mode & 0o222 == 0
    objects.verify(digest)


def test_a_missing_and_a_changed_object_are_told_apart(objects: ObjectStore) -> None:
    digest = objects.put_bytes(b"frame")
    place = objects.path(digest)
    place.chmod(0o644)
    place.write_bytes(b"frbme")
    with pytest.raises(StoreError, match="AP-STORE-012"):
        objects.verify(digest)
    objects.remove(digest)
    with pytest.raises(StoreError, match="AP-STORE-011"):
        objects.read(digest)
    with pytest.raises(ValueError, match="not a BLAKE3 digest"):
        objects.path("../../etc/passwd")


def test_folders_aside_are_new_each_time_and_found_when_their_process_is_gone(objects: ObjectStore) -> None:
    mine, another = objects.temporary(), objects.temporary()
    assert mine != another
    assert objects.abandoned() == []
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = mine.parent / f"{gone.pid}-1"
    left.mkdir()
    assert objects.abandoned() == [left]


KILLED = """
import sys
from pathlib import Path
from answerprint.store.objects import ObjectStore
objects = ObjectStore(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    file = objects.temporary() / "file"
    file.write_bytes(number.to_bytes(4, "big") * 300_000)
    objects.put_file(file)
"""


@pytest.mark.parametrize("moment", [0.02, 0.05, 0.11])
def test_a_kill_while_objects_are_written_leaves_only_whole_ones(objects: ObjectStore, moment: float) -> None:
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(objects.root)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        child.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(moment)
        child.kill()
        child.wait()
    for digest, size in objects.digests():
        assert size == 1_200_000
        objects.verify(digest)
    assert {folder.name.split("-")[0] for folder in objects.abandoned()} <= {str(child.pid)}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk to fill: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told_and_nothing_half_written_stays(small_disk: Path, tmp_path: Path) -> None:
    objects = ObjectStore(small_disk / "state")
    kept = [objects.put_bytes(bytes([n]) * 500_000) for n in range(3)]
    big = tmp_path / "big.mov"
    big.write_bytes(os.urandom(3_000_000))
    for attempt in (lambda: objects.put_bytes(b"x" * 3_000_000), lambda: objects.put_file(big)):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert caught.value.code == "AP-STORE-009"
        assert "free some space" in (caught.value.remedy or "")
    assert big.exists()
    assert sorted(digest for digest, _ in objects.digests()) == sorted(kept)
    assert list((objects.root / "aside").iterdir()) == []
    objects.remove(kept[0])
    assert objects.read(objects.put_bytes(b"y" * 300_000)) == b"y" * 300_000


def test_a_catalogue_on_a_full_disk_says_so_and_keeps_what_it_had(small_disk: Path) -> None:
    path = small_disk / "catalogue.sqlite"
    with Catalogue(path) as catalogue:
        catalogue.put_findings("before", [])
        catalogue.put_decision(a_decision("take:1"))
        filler = small_disk / "filler"
        with pytest.raises(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        with pytest.raises(StoreError) as caught:
            for number in range(2, 3000):
                catalogue.put_decision(a_decision(f"take:{number}"))
        assert caught.value.code == "AP-STORE-009"
        kept = catalogue.decisions()
        filler.unlink()
        catalogue.put_decision(a_decision("take:later"))
    with Catalogue(path) as catalogue:
        assert catalogue.decisions().keys() == kept.keys() | {"take:later"}
        assert catalogue.rows("PRAGMA integrity_check") == [("ok",)]


def a_decision(proposal: str) -> Decision:
    return Decision(proposal=proposal, answer="accept", note="n" * 500)
