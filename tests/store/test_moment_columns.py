"""Annotations by column: the same as the rows, gone with the track, and made for older catalogues."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerprint.core.records import Annotation
from answerprint.store.catalogue import Catalogue
from answerprint.store.tables.moments import COLOUR, NUMBER, PLACE, ROW

Log = Callable[..., str]


def column(catalogue: Catalogue) -> dict[int, np.ndarray]:
    ids = [one.id for one in catalogue.columns()]
    return {id: np.frombuffer(data, ROW) for id, data in catalogue.times(ids).items()}


def test_times_labels_and_values_come_back(catalogue: Catalogue, logged: Log) -> None:
    logged(
        "a",
        "shot_looks.1",
        Annotation(
            start=0,
            end=10,
            label="wide",
            value={"exposure": -2.5, "key": "Low", "palette": [["#ff0000", 0.5]]},
        ),
        Annotation(start=10, end=20, label="close_up", confidence=0.5, value={"exposure": None, "people": 2}),
    )
    (info,) = catalogue.columns()
    rows = column(catalogue)[info.id]
    assert rows["start"].tolist() == [0, 10]
    assert rows["end"].tolist() == [10, 20]
    assert np.isnan(rows["confidence"][0])
    assert rows["confidence"][1] == 0.5
    ((track, places),) = catalogue.places("shot_looks.1", ["WIDE"])
    assert (track, np.frombuffer(places, PLACE).tolist()) == (info.id, [0])
    assert [
        np.frombuffer(p, PLACE).tolist() for _, p in catalogue.places("shot_looks.1", ["low"], "key")
    ] == [[0]]
    exposure = np.frombuffer(catalogue.numbers([info.id], "exposure")[info.id], NUMBER)
    assert exposure[0] == -2.5
    assert np.isnan(exposure[1])
    assert np.frombuffer(catalogue.numbers([info.id], "palette")[info.id], COLOUR)[0].tolist() == (
        0, 0xFF0000, 0.5,
    )  # fmt: skip
    assert catalogue.terms("shot_looks.1") == ["close_up", "wide"]
    assert catalogue.where_term("wide") == [("shot_looks.1", "")]
    assert catalogue.value_keys("shot_looks.1") == ["exposure", "palette", "people"]
    assert catalogue.spread("shot_looks.1", "key") == [(info.id, "low", places)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=5),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(max_size=50),
            st.lists(st.one_of(st.integers(), st.tuples(st.text(max_size=8), st.integers()).map(list))),
        ),
    )
)
def test_any_value_can_be_kept(catalogue: Catalogue, logged: Log, value: dict[str, object]) -> None:
    logged("a", "any.1", Annotation(start=0, end=1, label="x", value=value))
    (info,) = catalogue.columns()
    assert len(column(catalogue)[info.id]) == 1


def test_columns_of_a_replaced_track_are_not_asked(catalogue: Catalogue, logged: Log) -> None:
    logged("a", "cues.1", Annotation(start=0, end=1, label="smile"))
    logged("a", "cues.1", Annotation(start=0, end=1, label="nod"))
    assert catalogue.places("cues.1", ["smile"]) == []
    assert len(catalogue.places("cues.1", ["nod"])) == 1
    assert catalogue.terms("cues.1") == ["nod"]


def test_nothing_is_left_of_a_track_that_is_deleted(catalogue: Catalogue, logged: Log) -> None:
    logged(
        "a",
        "faces.1",
        Annotation(start=0, end=1, label="MARA", text="Mara", value={"person": "MARA", "n": 1}),
    )
    with catalogue.write():
        catalogue.execute("DELETE FROM track WHERE name = 'faces.1'")
    for table in ("moment", "moment_term", "moment_value"):
        assert catalogue.rows(f"SELECT * FROM {table}") == []


def test_a_catalogue_of_the_first_version_is_migrated_and_filled(tmp_path: Path, logged: Log) -> None:
    path = tmp_path / "catalogue.sqlite"  # the fixture's own
    logged("a", "cues.1", Annotation(start=3, end=9, label="smile", value={"yaw": 2.0}))
    with sqlite3.connect(path) as connection:
        for table in ("moment", "moment_term", "moment_value", "text_words"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    with Catalogue(path) as again:
        assert again.places("cues.1", ["smile"]) == []
        assert again.fill_moments() == 1
        assert again.fill_moments() == 0
        ((track, _),) = again.places("cues.1", ["smile"])
        assert np.frombuffer(again.times([track])[track], ROW)["start"].tolist() == [3]
    assert (tmp_path / "catalogue.backup-1.sqlite").exists()


def test_words_are_counted_and_found_by_their_beginning(catalogue: Catalogue, logged: Log) -> None:
    logged("a", "words.1", *(Annotation(start=k, end=k + 1, text=text) for k, text in enumerate(
        ["ferry", "Ferry", "café", "passport"]
    )))  # fmt: skip
    assert catalogue.words_between("fe", "ff") == [("ferry", 2)]
    assert catalogue.how_many("ferry") == 2
    assert catalogue.how_many("cafe") == 1
    assert catalogue.how_many('"') == 0
    match = catalogue.matching("ferry", most=1)
    assert len(match.ids) == 1
    assert match.bounded
    assert set(catalogue.texts(match.ids).values()) <= {"ferry", "Ferry"}
