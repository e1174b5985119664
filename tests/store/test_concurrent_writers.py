"""Processes share a catalogue: none loses a row to another, a kill loses only what was not committed."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from answerprint.core.encoding import to_json
from answerprint.core.errors import StoreError
from answerprint.core.records import Annotation, Provenance, Track
from answerprint.store.catalogue import Catalogue, Output, RunRow, track_digest
from answerprint.store.objects import ObjectStore

RATE = Fraction(25)

WRITER = """
import sys
from fractions import Fraction
from pathlib import Path
from answerprint.core.encoding import to_json
from answerprint.core.records import Annotation, Provenance, Track
from answerprint.store.catalogue import Catalogue, Output, RunRow, track_digest
from answerprint.store.objects import ObjectStore

root, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
catalogue, objects = Catalogue(root / "catalogue.sqlite"), ObjectStore(root)
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    track = Track(
        asset=f"{name}{number % 5}",
        name="words.1",
        rate=Fraction(25),
        annotations=tuple(
            Annotation(start=n, end=n + 1, text=f"{name} {number} {n}") for n in range(20)
        ),
    )
    still = objects.put_bytes(f"{name} {number}".encode() * 1000)
    outputs = {
        "words": Output("track", track_digest(track), len(to_json(track))),
        "still": Output("object", still, 1),
    }
    key = f"{name}-{number}"
    catalogue.commit_run(
        RunRow(
            key=key,
            step="words",
            version=1,
            subject=track.asset,
            provenance=Provenance(step="words", version=1, key=key),
            outputs=outputs,
        ),
        {"words": track},
    )
    print(number, flush=True)
"""


def start(root: Path, name: str, count: int) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), name, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def every_run(catalogue: Catalogue) -> list[RunRow]:
    return list(catalogue.runs(row[0] for row in catalogue.rows("SELECT key FROM run")).values())


def check(catalogue: Catalogue, objects: ObjectStore) -> None:
    """What must hold whatever was killed and when."""
    assert catalogue.rows("PRAGMA integrity_check") == [("ok",)]
    assert catalogue.rows("PRAGMA foreign_key_check") == []
    with catalogue.write():
        catalogue.execute("INSERT INTO text_index (text_index, rank) VALUES ('integrity-check', 1)")
    for run in every_run(catalogue):
        objects.verify(run.outputs["still"].digest)
        digest = run.outputs["words"].digest
        assert track_digest(catalogue.track(digest)) == digest


def test_two_processes_write_and_every_run_is_there(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        writers = {name: start(tmp_path, name, 40) for name in ("anna", "tom")}
        for writer in writers.values():
            assert writer.stdin is not None
            writer.stdin.write(b"go\n")
            writer.stdin.flush()
        while any(writer.poll() is None for writer in writers.values()):
            for hit in catalogue.search("anna", limit=5):  # reading goes on meanwhile
                assert hit.annotation.text.startswith("anna")
        for writer in writers.values():
            with writer:
                assert writer.wait() == 0
        wanted = [f"{name}-{number}" for name in writers for number in range(40)]
        assert catalogue.runs(wanted).keys() == set(wanted)
        assert len(catalogue.tracks()) == 10
        assert {hit.annotation.text.split()[1] for hit in catalogue.search("tom", limit=500)} == {
            str(number) for number in range(35, 40)
        }
        check(catalogue, ObjectStore(tmp_path))


@pytest.mark.parametrize("committed", [1, 4, 9])
def test_a_killed_writer_keeps_all_it_said_it_had_committed(tmp_path: Path, committed: int) -> None:
    writer = start(tmp_path, "anna", 10_000)
    with writer:
        assert writer.stdin is not None and writer.stdout is not None
        writer.stdin.write(b"go\n")
        writer.stdin.flush()
        for _ in range(committed):
            writer.stdout.readline()
        writer.kill()
        said = committed + len(writer.stdout.readlines())
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        objects = ObjectStore(tmp_path)
        assert len(catalogue.runs(f"anna-{number}" for number in range(said - 1))) == said - 1
        check(catalogue, objects)
        catalogue.sweep(objects)
        assert objects.abandoned() == []
        referred = {output.digest for run in every_run(catalogue) for output in run.outputs.values()}
        assert {digest for digest, _ in objects.digests()} <= referred
        check(catalogue, objects)


def test_a_sweep_removes_what_nothing_refers_to_and_nothing_else(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    objects = ObjectStore(tmp_path)

    def run(key: str, still: bytes, text: str, *, subject: str = "a") -> tuple[str, str]:
        track = Track(
            asset=subject, name="words.1", rate=RATE, annotations=(Annotation(start=0, end=1, text=text),)
        )
        outputs = {
            "still": Output("object", objects.put_bytes(still), len(still)),
            "words": Output("track", track_digest(track), len(to_json(track))),
        }
        row = RunRow(
            key=key,
            step="words",
            version=1,
            subject=subject,
            provenance=Provenance(step="words", version=1, key=key),
            outputs=outputs,
        )
        catalogue.commit_run(row, {"words": track})
        return outputs["still"].digest, outputs["words"].digest

    old_still, old_track = run("old", b"old", "before")
    new_still, new_track = run("new", b"new", "after")
    other_still, _ = run("other", b"other", "elsewhere", subject="b")
    orphan = objects.put_bytes(b"orphan")
    kept = catalogue.sweep(objects, keep_unreferenced_runs=True)
    assert (kept.runs, kept.tracks, kept.objects, kept.bytes) == (0, 0, 1, 6)
    assert not objects.has(orphan)
    assert objects.has(old_still)
    report = catalogue.sweep(objects)
    assert (report.runs, report.tracks, report.objects) == (1, 1, 1)
    assert catalogue.runs(["old", "new", "other"]).keys() == {"new", "other"}
    assert not objects.has(old_still)
    assert objects.has(new_still) and objects.has(other_still)
    assert catalogue.track(new_track).annotations[0].text == "after"
    with pytest.raises(StoreError, match="AP-STORE-011"):
        catalogue.track(old_track)
    assert catalogue.rows("SELECT count(*) FROM annotation") == [(2,)]


def test_a_run_that_holds_again_is_not_swept(catalogue: Catalogue, tmp_path: Path) -> None:
    objects = ObjectStore(tmp_path)

    def run(key: str) -> None:
        outputs = {"still": Output("object", objects.put_bytes(key.encode()), 3)}
        catalogue.commit_run(
            RunRow(
                key=key,
                step="still",
                version=1,
                subject="a",
                provenance=Provenance(step="still", version=1, key=key),
                outputs=outputs,
            )
        )

    run("one")
    run("two")
    catalogue.keep_runs(["one"])  # a parameter was turned back
    assert catalogue.sweep(objects).runs == 1
    assert catalogue.runs(["one", "two"]).keys() == {"one"}
    run("three")
    catalogue.keep_runs(["one", "three"])  # both stand in the graph
    assert catalogue.sweep(objects).runs == 0
