"""The catalogue gives back what it was given, finds by time and text, and opens only what it understands."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.encoding import to_json
from answerprint.core.errors import StoreError
from answerprint.core.findings import Evidence, Finding
from answerprint.core.proposals import Choice, Decision, Proposal
from answerprint.core.records import Annotation, Asset, Provenance, StartTimecode, Stream, Track
from answerprint.core.time import Range, Time
from answerprint.store.catalogue import (
    Catalogue,
    FileStat,
    JobRow,
    Output,
    RunRow,
    VersionRow,
    stat_of,
    track_digest,
)
from answerprint.store.database import Database, catalogue_migrations

Log = Callable[..., str]

FILM = Fraction(24000, 1001)


def an_asset(number: int) -> Asset:
    return Asset(
        id=f"{number:064x}",
        name=f"A{number:03}.mov",
        path=f"footage/A{number:03}.mov",
        size=1000 + number,
        kind="picture",
        container="mov",
        streams=(
            Stream(
                index=0,
                kind="video",
                codec="h264",
                time_base=Fraction(1, 24000),
                rate=FILM,
                start=Time(1001, Fraction(24000)),
                frames=100,
            ),
            Stream(
                index=1, kind="audio", codec="pcm_s16le", rate=Fraction(48000), track_names=("boom", "lav")
            ),
        ),
        timecode=StartTimecode("01:00:00:00", 86400, FILM, False, "tmcd"),
        card="A001",
    )


def test_an_asset_comes_back_with_exact_rates(catalogue: Catalogue) -> None:
    assets = [an_asset(number) for number in (3, 1, 2)]
    catalogue.put_assets(assets)
    assert catalogue.assets() == sorted(assets, key=lambda one: one.path)
    assert catalogue.asset(assets[0].id) == assets[0]
    assert catalogue.asset(assets[0].id).streams[0].rate == FILM  # type: ignore[union-attr]
    catalogue.remove_assets([assets[0].id])
    assert catalogue.asset(assets[0].id) is None
    assert len(catalogue.assets()) == 2


def test_a_touched_or_replaced_file_is_not_taken_for_the_known_one(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    file = tmp_path / "take.mov"
    file.write_bytes(b"one")
    before = stat_of(file)
    odd = FileStat("footage/caf\udce9.wav", 5, 6, 7)  # a Latin-1 name on a UTF-8 machine
    catalogue.remember_digests([(before, "d1"), (odd, "d2")])
    assert catalogue.known_digests([before, odd]) == {before.path: "d1", odd.path: "d2"}
    file.write_bytes(b"other")
    assert catalogue.known_digests([stat_of(file), odd]) == {odd.path: "d2"}
    for changed in (odd._replace(size=9), odd._replace(mtime_ns=9), odd._replace(inode=9)):
        assert catalogue.known_digests([changed]) == {}


def test_a_run_comes_back_with_its_outputs_and_its_provenance(catalogue: Catalogue) -> None:
    rows = [
        RunRow(
            key=f"k{number}",
            step="shots",
            version=2,
            subject="a",
            provenance=Provenance(step="shots", version=2, key=f"k{number}", parameters={"threshold": 0.5}),
            outputs={"picture": Output("object", f"{number:064x}", 12)},
            seconds=1.5,
        )
        for number in range(700)
    ]
    for row in rows[:2] + rows[-1:]:
        catalogue.commit_run(row)
    asked = [row.key for row in rows] + ["never ran"]
    assert catalogue.runs(asked) == {row.key: row for row in rows[:2] + rows[-1:]}
    assert catalogue.runs([]) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda start, length, label, text, confidence, value: Annotation(
                start=start, end=start + length, label=label, text=text, confidence=confidence, value=value
            ),
            st.integers(-(2**40), 2**40),
            st.integers(0, 2**40),
            st.text(max_size=8),
            st.text(max_size=8),
            st.none() | st.integers(0, 1) | st.floats(allow_nan=False, allow_infinity=False),
            st.dictionaries(st.text(max_size=4), st.none() | st.integers(-(2**53), 2**53) | st.floats(0, 1)),
        ),
        max_size=6,
    ),
    st.fractions(min_value=Fraction(1, 1000), max_value=1000),
)
def test_a_track_read_back_has_the_digest_it_was_kept_under(
    catalogue: Catalogue, annotations: list[Annotation], rate: Fraction
) -> None:
    track = Track(asset="a", name="words.1", rate=rate, annotations=tuple(annotations))
    digest = track_digest(track)
    outputs = {"words": Output("track", digest, len(to_json(track)))}
    row = RunRow(
        key=digest,
        step="words",
        version=1,
        subject="a",
        provenance=Provenance(step="words", version=1, key=digest),
        outputs=outputs,
    )
    catalogue.commit_run(row, {"words": track})
    assert catalogue.track(digest) == track
    assert track_digest(catalogue.track(digest)) == digest
    assert catalogue.current_track("a", "words.1") == track


def test_a_run_whose_track_is_not_the_one_it_names_is_never_written(catalogue: Catalogue) -> None:
    track = Track(asset="a", name="shots.1", rate=FILM)
    row = RunRow(
        key="k",
        step="shots",
        version=1,
        subject="a",
        provenance=Provenance(step="shots", version=1, key="k"),
        outputs={"shots": Output("track", "0" * 64, 1)},
    )
    with pytest.raises(ValueError, match="do not agree"):
        catalogue.commit_run(row, {"shots": track})
    with pytest.raises(ValueError, match="do not agree"):
        catalogue.commit_run(row)
    assert catalogue.runs(["k"]) == {}
    assert catalogue.tracks() == []


def test_a_newer_track_replaces_the_older_and_can_be_replaced_by_it_again(
    catalogue: Catalogue, logged: Log
) -> None:
    first = logged("a", "words.1", Annotation(start=0, end=5, text="lighthouse keeper"))
    second = logged("a", "words.1", Annotation(start=0, end=5, text="lamp"), version=2)
    assert [info.digest for info in catalogue.tracks("a")] == [second]
    assert catalogue.search("lighthouse") == []
    assert [hit.annotation.text for hit in catalogue.search("lamp")] == ["lamp"]
    catalogue.set_current([first])
    assert [info.digest for info in catalogue.tracks()] == [first]
    assert [hit.annotation.text for hit in catalogue.search("LIGHTHOUSE")] == ["lighthouse keeper"]
    assert catalogue.search("lamp") == []
    catalogue.retire_tracks([first])
    assert catalogue.tracks() == []
    assert catalogue.search("lighthouse") == []
    assert catalogue.overlapping("a", "words.1", Range.of_ticks(0, 10, Fraction(24))) == []
    with pytest.raises(StoreError, match="AP-STORE-011"):
        catalogue.set_current([first, "f" * 64])
    assert catalogue.tracks() == [], "a set that fails half-way changes nothing"


def brute_force(annotations: list[Annotation], rate: Fraction, asked: Range) -> list[Annotation]:
    """What overlaps, straight from the definition: ranges share an instant; instants lie in [start, end)."""
    start, end = asked.start.seconds * rate, asked.end.seconds * rate
    found = []
    for one in annotations:
        if one.start == one.end:
            hit = start <= one.start < end or start == one.start == end
        elif start == end:
            hit = one.start <= start < one.end
        else:
            hit = max(start, one.start) < min(end, one.end)
        if hit:
            found.append(one)
    return sorted(found, key=lambda one: one.start)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data())
def test_overlaps_are_those_of_a_look_at_every_annotation(
    catalogue: Catalogue, logged: Log, data: st.DataObject
) -> None:
    rate = data.draw(st.sampled_from([FILM, Fraction(25), Fraction(90000)]))
    asked_rate = data.draw(st.sampled_from([FILM, Fraction(25), Fraction(48000)]))
    ticks = st.integers(-200, 200) | st.integers(-(2**35), 2**35)
    lengths = st.integers(0, 40) | st.sampled_from([0, 1, 2, 3, 4, 5, 63, 64, 65, 2**20, 2**62])
    made = data.draw(st.lists(st.tuples(ticks, lengths), max_size=25))
    annotations = [Annotation(start=s, end=s + n, label=str(i)) for i, (s, n) in enumerate(made)]
    start, length = data.draw(ticks), data.draw(st.integers(0, 400) | st.integers(0, 2**36))
    asked = Range.of_ticks(start, start + length, asked_rate)
    logged("a", "shots.1", *annotations, rate=rate)
    expected = brute_force(annotations, rate, asked)
    assert catalogue.overlapping("a", "shots.1", asked) == expected
    assert catalogue.overlapping("a", "shots.1", asked, limit=3) == expected[:3]


def test_an_overlap_over_the_whole_production_stops_at_its_limit(catalogue: Catalogue, logged: Log) -> None:
    for asset in "cab":
        logged(asset, "shots.1", *(Annotation(start=n * 10, end=n * 10 + 10) for n in range(5)))
    hits = catalogue.overlapping_everywhere("shots.1", Range.of_ticks(15, 35, Fraction(24)))
    assert [(hit.asset, hit.annotation.start) for hit in hits] == [
        (asset, start) for asset in "abc" for start in (10, 20, 30)
    ]
    assert hits[:4] == catalogue.overlapping_everywhere("shots.1", Range.of_ticks(15, 35, Fraction(24)), 4)


LINES = {
    "a": ["Is there a light?", "There is a light in the tower.", "Don't go."],
    "b": ["Light the naïve lamp", "Nothing", "there"],
}


@pytest.fixture
def spoken(logged: Log) -> None:
    for asset, lines in LINES.items():
        logged(asset, "words.1", *(Annotation(start=n, end=n + 1, text=t) for n, t in enumerate(lines)))


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("light", {"Is there a light?", "There is a light in the tower.", "Light the naïve lamp"}),
        ("LIGHT tower", {"There is a light in the tower."}),
        ('"a light"', {"Is there a light?", "There is a light in the tower."}),
        ("naive", {"Light the naïve lamp"}),
        ("noth*", {"Nothing"}),
        ("don't", {"Don't go."}),
        ("light? -- (tower)", {"There is a light in the tower."}),
        ("light NOT tower", set()),
        ("text:light", set()),
        ("", set()),
        ('"', set()),
        ("*", set()),
        ("\0", set()),
        ("\udcff", set()),
        ("NEAR(light", set()),
        ("light ^", {"Is there a light?", "There is a light in the tower.", "Light the naïve lamp"}),
    ],
)
def test_whatever_a_person_types_is_words_never_an_operator(
    catalogue: Catalogue, typed: str, found: set[str]
) -> None:
    assert {hit.annotation.text for hit in catalogue.search(typed)} == found


@pytest.mark.usefixtures("spoken")
def test_a_search_can_be_kept_to_some_assets(catalogue: Catalogue) -> None:
    assert {hit.asset for hit in catalogue.search("light")} == {"a", "b"}
    assert {hit.asset for hit in catalogue.search("light", assets=["b"])} == {"b"}
    assert catalogue.search("light", assets=[]) == []
    assert len(catalogue.search("light", limit=2)) == 2


@pytest.mark.usefixtures("spoken")
@given(st.text(max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_no_text_makes_a_search_fail(catalogue: Catalogue, typed: str) -> None:
    assert isinstance(catalogue.search(typed), list)


@pytest.mark.usefixtures("spoken")
def test_common_terms_find_the_same_lines_shortest_first(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranked = catalogue.search("light")
    monkeypatch.setattr("answerprint.store.tables.texts.COMMON", 1)
    bounded = catalogue.search("light")
    assert [len(hit.annotation.text) for hit in bounded] == [17, 20, 30]
    assert {hit.annotation.text for hit in bounded} == {hit.annotation.text for hit in ranked}
    assert {hit.asset for hit in catalogue.search("light", assets=["b"])} == {"b"}
    monkeypatch.setattr("answerprint.store.tables.texts.CANDIDATES", 2)
    assert len(catalogue.search("light")) == 2


def test_the_text_index_holds_the_current_tracks_and_nothing_else(catalogue: Catalogue, logged: Log) -> None:
    for number in range(20):
        logged("a", "words.1", Annotation(start=0, end=1, text=f"take {number}"))
        logged("b", "words.1", *(Annotation(start=0, end=1, text=f"{number} {n}") for n in range(3)))
    with catalogue.write():  # rank 1 compares the index with the view of current text
        catalogue.execute("INSERT INTO text_index (text_index, rank) VALUES ('integrity-check', 1)")
    assert {hit.annotation.text for hit in catalogue.search("19")} == {"take 19", "19 0", "19 1", "19 2"}


def test_jobs_keep_their_state_and_reason(catalogue: Catalogue) -> None:
    jobs = [
        JobRow(node="shots/a", step="shots", subject="a", state="waiting"),
        JobRow(node="words/a", step="words", subject="a", state="waiting"),
    ]
    catalogue.set_jobs(jobs)
    failed = JobRow(
        node="words/a", step="words", subject="a", state="set_aside", reason="crashed twice", attempts=2
    )
    catalogue.set_jobs([failed])
    assert catalogue.jobs() == [jobs[0], failed]
    catalogue.set_jobs([failed], replace=True)
    assert catalogue.jobs() == [failed]


def a_proposal(number: int, kind: str = "take") -> Proposal:
    choice = Choice(asset="a" * 64, range=Range.of_ticks(10, 34, FILM), score=0.75, parts={"fidelity": 1.0})
    return Proposal(
        id=f"{kind}:{number}", kind=kind, subject=f"1.{number} ANNA", choice=choice, reason="circled"
    )


def test_proposals_of_a_kind_are_replaced_and_the_others_left(catalogue: Catalogue) -> None:
    takes, syncs = [a_proposal(2), a_proposal(1)], [a_proposal(1, "sync")]
    catalogue.put_proposals({"take": takes, "sync": syncs})
    assert catalogue.proposals("take") == takes
    catalogue.put_proposals({"take": takes[1:]})
    assert catalogue.proposals() == syncs + takes[1:]


def test_no_run_overwrites_a_decision_and_every_change_can_be_undone(catalogue: Catalogue) -> None:
    catalogue.put_proposals({"take": [a_proposal(1)]})
    accepted = Decision(proposal="take:1", answer="accept", by="Mia")
    replaced = Decision(
        proposal="take:1", answer="replace", asset="b" * 64, range=Range.of_ticks(0, 9, Fraction(25))
    )
    catalogue.put_decision(accepted)
    catalogue.put_decision(replaced)
    catalogue.put_proposals({"take": []})
    assert catalogue.decisions() == {"take:1": replaced}
    assert catalogue.decision_labels() == {"take:1": "1.1 ANNA"}
    assert catalogue.undo_decision("take:1") == accepted
    assert catalogue.decisions() == {"take:1": accepted}
    assert catalogue.undo_decision("take:1") is None
    assert catalogue.decisions() == {}
    assert catalogue.undo_decision("take:1") is None
    assert [change.decision for change in catalogue.decision_history("take:1")] == [accepted, replaced]


def test_a_decision_taken_back_can_be_had_again(catalogue: Catalogue) -> None:
    locked = Decision(proposal="take:1", answer="lock", frozen={"gain_db": -3.0})
    catalogue.put_decision(locked, "1.1 ANNA")
    assert catalogue.remove_decision("take:1")
    assert not catalogue.remove_decision("take:1")
    assert catalogue.decisions() == {}
    assert catalogue.undo_decision("take:1") == locked
    assert catalogue.decisions() == {"take:1": locked}


def test_cuts_versions_and_findings_come_back(catalogue: Catalogue) -> None:
    assert catalogue.latest_cut() is None
    clip = Clip(
        id="c1", asset="a" * 64, record=Range.of_ticks(0, 24, FILM), source=Range.of_ticks(100, 124, FILM)
    )
    cuts = [
        Cut(name=f"v{n}", rate=FILM, tracks=(CutTrack(name="V1", kind="video", clips=(clip,) * n),))
        for n in (1, 0)
    ]
    catalogue.put_cut(1, cuts[0], "d1")
    catalogue.put_cut(2, cuts[1], "d2")
    assert (catalogue.cut(1), catalogue.latest_cut(), catalogue.cut(3)) == (cuts[0], cuts[1], None)
    assert catalogue.cut_digests() == {1: "d1", 2: "d2"}
    version = VersionRow(1, "d", {"rough-cut.edl": "e" * 64})
    catalogue.put_version(version)
    assert catalogue.versions() == [version]
    finding = Finding(
        code="line.missing", message="1.3 has no take", evidence=(Evidence(line="l", value=0.25),)
    )
    catalogue.put_findings("takes", [finding, finding])
    catalogue.put_findings("sync", [finding])
    catalogue.put_findings("takes", [finding])
    assert catalogue.findings() == [finding, finding]
    assert catalogue.findings("takes") == [finding]


def test_a_catalogue_from_the_future_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    Catalogue(path).close()
    known = len(catalogue_migrations())
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {known + 1}")
    connection.close()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(StoreError) as caught:
        Catalogue(path)
    assert caught.value.code == "AP-STORE-013"
    assert caught.value.remedy
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("content", [b"not a database", b"SQLite format 3\0" + b"\xff" * 84, b"x" * 5000])
def test_a_file_that_is_no_catalogue_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        Catalogue(path)
    assert caught.value.code in ("AP-STORE-013", "AP-STORE-014")
    assert "decisions.toml" in (caught.value.remedy or "") or ".answerprint" in (caught.value.remedy or "")
    assert path.read_bytes() == content


def test_a_page_overwritten_later_is_called_damage(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    with Catalogue(path) as catalogue:
        catalogue.put_assets([an_asset(n) for n in range(50)])
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    with pytest.raises(StoreError) as caught, Catalogue(path) as catalogue:
        catalogue.assets()
    assert caught.value.code == "AP-STORE-014"


def test_a_migration_backs_up_first_and_a_failing_one_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    first = ["CREATE TABLE shot (n INTEGER);\nINSERT INTO shot VALUES (7);"]
    Database(path, first).close()
    broken = [*first, "CREATE TABLE take (n INTEGER);\nINSERT INTO nowhere VALUES (1);"]
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        Database(path, broken)
    with Database(path, first) as database:
        assert database.rows("SELECT name FROM sqlite_master WHERE name = 'take'") == []
    good = [
        *first,
        "CREATE TABLE take (n INTEGER);\n-- moves what was there\nINSERT INTO take SELECT n FROM shot;",
    ]
    with Database(path, good) as database:
        assert database.rows("SELECT n FROM take") == [(7,)]
    backup = tmp_path / "catalogue.backup-1.sqlite"
    with Database(backup, first) as database:
        assert database.rows("SELECT n FROM shot") == [(7,)]


def test_a_write_that_fails_leaves_nothing(catalogue: Catalogue) -> None:
    def jobs() -> Any:
        yield JobRow(node="a", step="s", subject="a", state="waiting")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catalogue.set_jobs(jobs())
    assert catalogue.jobs() == []
    catalogue.set_jobs([JobRow(node="b", step="s", subject="a", state="done")])
    assert [job.node for job in catalogue.jobs()] == ["b"]
