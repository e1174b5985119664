"""Forgotten vectors leave the disk, and those that stay are found as before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from answerprint.store.vectors import VectorRow, VectorStore

MODEL = "faces@1"


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[VectorStore]:
    with VectorStore(tmp_path / "vectors") as opened:
        yield opened


def rows(asset: str, count: int, seed: int, track: str = "t") -> list[VectorRow]:
    made = np.random.default_rng(seed).normal(size=(count, 16))
    return [VectorRow(asset, track, start, vector) for start, vector in enumerate(made)]


def unit(row: VectorRow) -> bytes:
    vector = np.asarray(row.vector, np.float64)
    return (vector / np.linalg.norm(vector)).astype(np.float32).tobytes()


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_bytes_of_forgotten_vectors_are_nowhere_on_the_disk(vectors: VectorStore) -> None:
    stay, go = rows("stays", 40, 1), rows("a-name-to-forget", 30, 2)
    vectors.add(MODEL, stay[:20] + go + stay[20:])
    before = on_disk(vectors.root)
    assert all(unit(row) in before for row in go)
    assert b"a-name-to-forget" in before
    assert vectors.forget("a-name-to-forget") == 30
    after = on_disk(vectors.root)
    assert not any(unit(row) in after for row in go)
    assert b"a-name-to-forget" not in after
    assert all(unit(row) in after for row in stay)


def test_those_that_stay_are_found_as_before(vectors: VectorStore) -> None:
    stay = rows("stays", 50, 3)
    vectors.add(MODEL, stay)
    wanted = [vectors.search(MODEL, row.vector, 5) for row in stay]
    vectors.add(MODEL, rows("goes", 20, 4))
    vectors.forget("goes")
    assert [vectors.search(MODEL, row.vector, 5) for row in stay] == wanted
    assert vectors.count(MODEL) == 50
    assert vectors.add(MODEL, rows("new", 3, 5)) == 3
    assert vectors.search(MODEL, rows("new", 3, 5)[2].vector, 1)[0].asset == "new"


def test_only_the_named_stretches_of_an_asset_go(vectors: VectorStore) -> None:
    both = rows("a", 6, 6, "one") + rows("a", 6, 7, "two")
    vectors.add(MODEL, both)
    assert vectors.forget("a", tracks=["one"], starts=[1, 3, 99]) == 2
    after = on_disk(vectors.root)
    assert [unit(row) in after for row in both] == [True, False, True, False] + [True] * 8
    assert vectors.count(MODEL) == 10


def test_rows_forgotten_before_leave_with_them(vectors: VectorStore) -> None:
    old = rows("a", 5, 8, "old")
    vectors.add(MODEL, old + rows("a", 5, 9, "new"))
    vectors.keep_tracks(MODEL, ["new"])
    assert unit(old[0]) in on_disk(vectors.root)
    assert vectors.forget("nobody") == 0
    assert not any(unit(row) in on_disk(vectors.root) for row in old)


def test_every_model_forgets_and_an_emptied_one_can_be_filled_again(vectors: VectorStore) -> None:
    vectors.add(MODEL, rows("a", 4, 10))
    vectors.add("other@2", rows("a", 4, 11) + rows("b", 2, 12), kind="float16")
    assert vectors.forget("a") == 8
    assert (vectors.count(MODEL), vectors.count("other@2")) == (0, 2)
    assert vectors.search(MODEL, np.ones(16), 3) == []
    assert vectors.add(MODEL, rows("c", 2, 13)) == 2
    assert len(vectors.search(MODEL, np.ones(16), 3)) == 2


def test_a_file_left_by_a_kill_while_forgetting_goes_at_the_next_write(vectors: VectorStore) -> None:
    vectors.add(MODEL, rows("a", 4, 14))
    left = vectors.root / "0123456789abcdef-7.float32"
    left.write_bytes(b"vectors of somebody forgotten")
    vectors.add(MODEL, rows("b", 1, 15))
    assert not left.exists()
    assert vectors.count(MODEL) == 5


def test_another_process_finds_the_same_after_it_was_written_anew(vectors: VectorStore) -> None:
    stay = rows("stays", 10, 16)
    vectors.add(MODEL, rows("goes", 10, 17) + stay)
    with VectorStore(vectors.root) as other:
        before = other.search(MODEL, stay[3].vector, 1)
        vectors.forget("goes")
        assert other.search(MODEL, stay[3].vector, 1) == before
