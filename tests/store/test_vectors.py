"""Vectors are found exactly, survive a kill, and keep to their own model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from answerprint.core.errors import StoreError
from answerprint.store.vectors import BLOCK_ROWS, VectorRow, VectorStore

MODEL = "minilm@1"


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[VectorStore]:
    with VectorStore(tmp_path / "vectors") as opened:
        yield opened


def some_rows(count: int, dimensions: int = 8, *, track: str = "t", seed: int = 1) -> list[VectorRow]:
    made = np.random.default_rng(seed).normal(size=(count, dimensions))
    return [VectorRow("a", track, start, vector) for start, vector in enumerate(made)]


@pytest.mark.parametrize("kind", ["float32", "float16"])
def test_the_nearest_are_those_of_the_definition_of_cosine(vectors: VectorStore, kind: str) -> None:
    rows = some_rows(BLOCK_ROWS + 700)
    assert vectors.add(MODEL, rows, kind=kind) == len(rows)  # type: ignore[arg-type]
    query = np.random.default_rng(2).normal(size=8)
    matrix = np.array([row.vector for row in rows])
    cosines = matrix @ query / (np.linalg.norm(matrix, axis=1) * np.linalg.norm(query))
    hits = vectors.search(MODEL, query, 20)
    tolerance = 1e-6 if kind == "float32" else 2e-3
    assert [hit.score for hit in hits] == pytest.approx(sorted(cosines, reverse=True)[:20], abs=tolerance)
    for hit in hits:
        assert hit.score == pytest.approx(cosines[hit.start], abs=tolerance)


def test_equal_vectors_come_in_the_order_they_were_added(vectors: VectorStore) -> None:
    vectors.add(MODEL, [VectorRow("a", "t", start, [0.0, 2.0]) for start in (5, 3, 9)])
    vectors.add(MODEL, [VectorRow("b", "u", 1, [1.0, 0.0])])
    assert [hit.start for hit in vectors.search(MODEL, [0, 1], 2)] == [5, 3]
    assert [hit.asset for hit in vectors.search(MODEL, [0, 1], 9)] == ["a", "a", "a", "b"]
    assert [hit.asset for hit in vectors.search(MODEL, [0, 1], 9, tracks=["u"])] == ["b"]


def test_rows_added_again_are_not_doubled(vectors: VectorStore) -> None:
    rows = some_rows(10)
    assert vectors.add(MODEL, rows[:6]) == 6
    assert vectors.add(MODEL, rows) == 4
    assert vectors.add(MODEL, rows) == 0
    assert vectors.count(MODEL) == 10


def test_another_model_is_never_touched(vectors: VectorStore, tmp_path: Path) -> None:
    vectors.add(MODEL, some_rows(10))
    file = next((tmp_path / "vectors").glob("*.float32"))
    before = file.read_bytes()
    hits = vectors.search(MODEL, np.ones(8), 3)
    vectors.add("minilm@2", some_rows(5, dimensions=4))
    vectors.keep_tracks("minilm@2", [])
    vectors.remove_model("minilm@2")
    assert vectors.models() == [MODEL]
    assert file.read_bytes() == before
    assert vectors.search(MODEL, np.ones(8), 3) == hits
    assert vectors.search("minilm@2", np.ones(4), 3) == []


def test_rows_of_tracks_that_are_gone_are_not_found(vectors: VectorStore) -> None:
    vectors.add(MODEL, some_rows(5, track="old"))
    vectors.add(MODEL, some_rows(5, track="new", seed=3))
    assert vectors.keep_tracks(MODEL, ["new"]) == 5
    assert {hit.track for hit in vectors.search(MODEL, np.ones(8), 50)} == {"new"}
    assert vectors.keep_tracks(MODEL, []) == 5
    assert vectors.search(MODEL, np.ones(8), 50) == []
    assert vectors.add(MODEL, some_rows(5, track="new", seed=3)) == 5
    assert len(vectors.search(MODEL, np.ones(8), 50)) == 5


@pytest.mark.parametrize("bad", [[1.0, 2.0], [0.0] * 8, [float("nan")] * 8, [[1.0] * 8]])
def test_vectors_that_do_not_fit_are_refused_and_nothing_is_added(vectors: VectorStore, bad: object) -> None:
    vectors.add(MODEL, some_rows(3))
    with pytest.raises(StoreError, match="AP-STORE-017"):
        vectors.add(MODEL, [*some_rows(2, track="u"), VectorRow("a", "u", 9, bad)])  # type: ignore[arg-type]
    assert vectors.count(MODEL) == 3
    with pytest.raises(StoreError, match="AP-STORE-017"):
        vectors.search(MODEL, bad, 3)  # type: ignore[arg-type]


def test_a_file_cut_short_is_damage(vectors: VectorStore, tmp_path: Path) -> None:
    vectors.add(MODEL, some_rows(10))
    file = next((tmp_path / "vectors").glob("*.float32"))
    with file.open("r+b") as opened:
        opened.truncate(100)
    for attempt in (
        lambda: vectors.search(MODEL, np.ones(8), 1),
        lambda: vectors.add(MODEL, some_rows(1, track="u")),
    ):
        with pytest.raises(StoreError, match="AP-STORE-018"):
            attempt()


KILLED = """
import sys
import numpy as np
from pathlib import Path
from answerprint.store.vectors import VectorRow, VectorStore
vectors = VectorStore(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    vectors.add("m", [VectorRow("a", str(number), k, np.full(64, number + k + 1.0) + np.eye(64)[k] * 9)
                      for k in range(20)])
"""


def test_rows_cut_off_by_a_kill_do_not_count_and_are_written_over(
    vectors: VectorStore, tmp_path: Path
) -> None:
    root = tmp_path / "vectors"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(root)], stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.15)
        child.kill()
    kept = vectors.count("m")
    assert kept % 20 == 0
    vectors.add("m", [VectorRow("z", "after", 0, np.arange(64.0))])
    file = next(root.glob("*.float32"))
    with file.open("ab") as torn:  # the bytes of a row whose count was never committed
        torn.write(b"\xff" * 100)
    hits = vectors.search("m", np.arange(64.0), kept + 1)
    assert len(hits) == kept + 1
    assert (hits[0].asset, hits[0].score) == ("z", pytest.approx(1.0))
    for hit in hits[1:]:
        number, k = int(hit.track), hit.start
        vector = np.full(64, number + k + 1.0) + np.eye(64)[k] * 9
        cosine = vector @ np.arange(64.0) / (np.linalg.norm(vector) * np.linalg.norm(np.arange(64.0)))
        assert hit.score == pytest.approx(cosine, abs=1e-6)
