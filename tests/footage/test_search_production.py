"""Moments of a production found, at exact times on the asset's own clock, each with its evidence."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from logged_moments import clip, commit, production_with, track, words

from answerprint.cli.main import run
from answerprint.core.logged import Slate
from answerprint.departments.footage.search.answering import Means
from answerprint.departments.footage.search.in_production import (
    SearchDocument,
    Searcher,
    gather_meanings,
)
from answerprint.departments.footage.search.meaning import (
    FOLDER,
    Meanings,
    bring_up,
    lacking,
    passages_of,
    sentence_model,
)
from answerprint.departments.footage.search.meaning_file import read_meanings, write_meanings
from answerprint.departments.footage.steps.search import MeaningStep
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.graph import Graph, Stored
from answerprint.engine.run import run_graph
from answerprint.formats.timelines.otio import read_otio
from answerprint.models.shelf import Shelf
from answerprint.store.catalogue import Output
from answerprint.store.production import Production
from answerprint.store.vectors import VectorStore

DARK = {"scale": "wide", "exposure": -3.0, "people": 2, "key": "low", "palette": [["#c81e1e", 0.6]]}
PLAIN = {"scale": "medium", "exposure": 0.0, "people": 1, "key": "normal", "palette": [["#808080", 0.9]]}


@pytest.fixture(autouse=True)
def no_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if "minilm" not in request.node.name:
        monkeypatch.setenv("ANSWERPRINT_MODELS", str(tmp_path / "no-models"))


@pytest.fixture
def film(tmp_path: Path) -> Production:
    return production_with(
        tmp_path / "film",
        {
            1: {
                "words.1": words("we missed the ferry again", 10),
                "transcript.1": [(10, 12.4, "ANNA", "We missed the ferry again.")],
                "speakers.1": [(9.5, 13, "ANNA")],
                "sounds.1": [(14, 16, "laughter"), (30, 40, "music")],
                "cues.1": [
                    (10.5, 12, "smile", "", {"person": "MARA"}),
                    (33, 35, "smile", "", {"person": "NOOR"}),
                ],
                "faces.1": [(5, 40, "MARA"), (5, 40, "NOOR")],
                "shots.1": [(0, 20, "shot"), (20, 20, "cut"), (20, 60, "shot")],
                "shot_looks.1": [(0, 20, "medium", "", PLAIN), (20, 60, "wide", "", DARK)],
            },
            2: {
                "words.1": words("the ferry is late", 50),
                "transcript.1": [(50, 52, "BEN", "The ferry is late.")],
                "speakers.1": [(50, 52, "BEN")],
                "shot_looks.1": [(0, 60, "wide", "", {**PLAIN, "people": 2, "scale": "wide"})],
            },
        },
    )


def ask(production: Production, text: str, limit: int = 20) -> SearchDocument:
    with Searcher(production) as searcher:
        searcher.make_vectors()
        query = searcher.parse(text)
        return searcher.document(text, query, searcher.search(query, limit=limit))


def places(found: SearchDocument) -> list[tuple[str, Fraction, Fraction]]:
    return [(hit.name[:4], Fraction(hit.start.time), Fraction(hit.end.time)) for hit in found.hits]


def test_a_phrase_is_where_its_words_are(film: Production) -> None:
    found = ask(film, '"the ferry"')
    assert places(found) == [
        ("C001", Fraction(11), Fraction("11.9")),
        ("C002", Fraction(50), Fraction("50.9")),
    ]
    assert found.hits[0].evidence[0].text == "the ferry"
    assert found.hits[0].evidence[0].track == "words.1"


def test_words_a_speaker_and_a_sound_near_them_on_clocks_of_their_own(film: Production) -> None:
    found = ask(film, '"the ferry" speaker:ANNA laughs within 3s')
    assert places(found) == [("C001", Fraction(11), Fraction(16))]
    assert {one.clause for one in found.hits[0].evidence} == {'"the ferry"', "speaker:ANNA", "laughter"}
    assert ask(film, '"the ferry" speaker:ANNA laughs within 2s').hits == ()


def test_what_is_seen_and_what_is_said_are_joined_exactly(film: Production) -> None:
    found = ask(film, "smile ferry")
    assert places(found) == [("C001", Fraction("11.5"), Fraction("11.9"))]


def test_a_dark_wide_shot_of_two(film: Production) -> None:
    found = ask(film, "two people wide dark")
    assert places(found) == [("C001", 20, 60)]
    assert [one.measure for one in found.hits[0].evidence] == [2.0, None, -3.0]
    assert places(ask(film, "low-key red")) == [("C001", 20, 60)]
    assert places(ask(film, "exposure<-2.5 people:2..3")) == [("C001", 20, 60)]


def test_a_named_persons_cue_is_theirs(film: Production) -> None:
    assert places(ask(film, "person:MARA smile")) == [("C001", Fraction("10.5"), 12)]
    assert places(ask(film, "Noor smiles")) == [("C001", 33, 35)]


def test_an_instant_is_found_and_stays_one(film: Production) -> None:
    assert places(ask(film, "cut")) == [("C001", 20, 20)]
    assert places(ask(film, "music within 10s of cut")) == [("C001", 20, 40)]
    assert ask(film, "music within 9s of cut").hits == ()


def test_before_after_and_then(film: Production) -> None:
    assert places(ask(film, "laughter after ferry")) == [("C001", 14, 16)]
    assert places(ask(film, 'laughter after:"ferry" within 1s')) == []
    assert places(ask(film, "ferry before laughter")) == [("C001", Fraction("11.5"), Fraction("11.9"))]
    assert places(ask(film, "ferry then laughter")) == [("C001", Fraction("11.5"), 16)]
    assert places(ask(film, "laughter then ferry")) == []


def test_what_is_excluded_is_cut_out(film: Production) -> None:
    assert places(ask(film, "smile -music")) == [("C001", Fraction("10.5"), 12)]
    assert places(ask(film, "wide -music")) == [("C001", 20, 30), ("C001", 40, 60), ("C002", 0, 60)]


def test_a_clause_nothing_can_answer_says_so_and_the_rest_is_answered(film: Production) -> None:
    found = ask(film, 'ferry text:"EXIT" scene:3 about:"being late"')
    by_text = {one.text: one for one in found.clauses}
    assert by_text["find:ferry"].status == "answered"
    assert "text.1" in by_text["text:EXIT"].reason
    assert by_text["scene:3"].status == "unanswerable"
    assert "models fetch minilm" in by_text['about:"being late"'].reason
    assert len(found.hits) == 2


def test_no_hit_says_which_clauses_excluded_each_other(film: Production) -> None:
    found = ask(film, "laughter music")
    assert found.hits == ()
    assert "never at the same time" in found.explanation
    assert [one.found for one in found.clauses] == [1, 1]
    assert "applause is true of nothing" in ask(film, "applause ferry").explanation


def test_what_is_never_at_once_is_shown_where_it_is_close(film: Production) -> None:
    found = ask(film, "laughter smile")  # the smile ends at 12, the laughter begins at 14
    assert places(found) == [("C001", Fraction("10.5"), 16)]
    assert "never at the same time" in found.explanation
    assert "within 5s" in found.explanation
    assert found.hits[0].score < ask(film, "smile").hits[0].score


def test_a_word_nobody_says_excludes_nothing(film: Production) -> None:
    found = ask(film, "zeppelin smile")
    assert [one.status for one in found.clauses] == ["unanswerable", "answered"]
    assert "said nowhere" in found.clauses[0].reason
    assert len(found.hits) == 2
    assert ask(film, '"zeppelin" smile').hits == ()  # in quotes it is meant


def test_a_misspelt_word_is_found_and_said(film: Production) -> None:
    found = ask(film, "fery")
    assert [place[0] for place in places(found)] == ["C001", "C002"]
    assert "ferry" in found.clauses[0].notes[0]
    for slip in ("fery", "ferrry", "fxrry", "frery"):
        assert ask(film, slip).hits
    assert ask(film, "ferrs").hits == ()  # another form of a word is no slip


def test_files_that_start_late_keep_their_own_clock(tmp_path: Path) -> None:
    film = production_with(
        tmp_path / "late",
        {1: {"cues.1": [(1001, 1003, "nod")], "sounds.1": [(1002, 1004, "applause")]}},
        start=Fraction(1000),
    )
    assert places(ask(film, "nod applause")) == [("C001", 1002, 1003)]
    assert places(ask(film, "clip:C001")) == [("C001", 1000, 1060)]


def test_ticks_of_any_rate_meet_exactly(tmp_path: Path) -> None:
    film = production_with(tmp_path / "odd", {1: {}})
    rate = Fraction(30000, 1001)
    with film.catalogue() as catalogue:
        commit(catalogue, track(clip(1), "cues.1", [(0, 100 / rate, "smile")], rate))
        commit(catalogue, track(clip(1), "sounds.1", [(3, 4, "music")]))
    assert places(ask(film, "smile music")) == [("C001", 3, Fraction(100) / rate)]


def test_slates_hold_for_the_whole_clip_and_several_for_what_follows_each(tmp_path: Path) -> None:
    first = {"scene": "12A", "take": "1", "circled": False, "camera": "A"}
    second = {"scene": "12A", "take": "2", "circled": True, "camera": "A"}
    film = production_with(
        tmp_path / "slates",
        {
            1: {"slates.1": [(1, 2, "slate", "", first)], "cues.1": [(40, 41, "nod")]},
            2: {
                "slates.1": [(1, 2, "slate", "", first), (30, 31, "slate", "", second)],
                "cues.1": [(10, 11, "nod"), (40, 41, "nod")],
            },
        },
    )
    assert places(ask(film, "circled nod")) == [("C002", 40, 41)]
    assert places(ask(film, "scene:12A take:1 nod")) == [("C001", 40, 41), ("C002", 10, 11)]
    assert len(ask(film, "scene:12").hits) == 3  # the clip of one slate, and what follows each of two
    assert ask(film, "scene:1").hits == ()
    with Searcher(film) as searcher:  # a log outranks what was read
        searcher.slates = {clip(1).id: Slate(scene="7", take="3", circled=True)}
        result = searcher.search(searcher.parse("scene:7 circled nod"))
        assert [one.asset for one in result.matches] == [0]


def test_what_logging_replaces_is_found_no_more(film: Production) -> None:
    with film.catalogue() as catalogue:
        commit(catalogue, track(clip(2), "transcript.1", [(50, 52, "BEN", "The train is early.")]))
        commit(catalogue, track(clip(2), "words.1", words("the train is early", 50)))
        commit(catalogue, track(clip(1), "cues.1", [(1, 2, "nod")]))
    assert [place[0] for place in places(ask(film, "ferry"))] == ["C001"]
    assert [place[0] for place in places(ask(film, "train"))] == ["C002"]
    assert ask(film, "smile").hits == ()


def test_a_production_without_anything_says_so(tmp_path: Path) -> None:
    empty = production_with(tmp_path / "empty", {})
    found = ask(empty, 'smile "the ferry" dark -music scene:1')
    assert found.hits == ()
    assert {one.status for one in found.clauses} == {"unanswerable"}
    nothing = production_with(tmp_path / "nothing", {1: {"cues.1": []}})
    assert ask(nothing, "smile").hits == ()


def test_hits_of_one_moment_are_shown_once(tmp_path: Path) -> None:
    film = production_with(
        tmp_path / "twins",
        {1: {"cues.1": [(1, 3, "smile", "", {"person": "A"}), (1.2, 3, "smile", "", {"person": "B"})]}},
    )
    assert len(ask(film, "smile").hits) == 1


def test_numbers_that_are_none_do_not_count(tmp_path: Path) -> None:
    looks = [
        (0, 10, "wide", "", {"key_fill": None}),
        (10, 20, "wide", "", {"key_fill": 3.0}),
        (20, 30, "", "", {}),
    ]
    film = production_with(tmp_path / "none", {1: {"shot_looks.1": looks}})
    assert places(ask(film, "side-lit")) == [("C001", 10, 20)]
    assert places(ask(film, "key_fill<5")) == [("C001", 10, 20)]


# Meaning.


def by_letters(sentences: Any) -> np.ndarray:
    """Unit vectors by which letters a sentence has: enough to tell sentences apart."""
    rows = np.array([[one.casefold().count(chr(97 + k)) + 0.01 for k in range(26)] for one in sentences])
    unit: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_vectors_are_made_for_new_tracks_only(film: Production) -> None:
    made: list[str] = []

    def vectors_of(digest: str) -> list[tuple[int, np.ndarray]]:
        made.append(digest)
        with film.catalogue() as catalogue:
            passages = passages_of(catalogue.track(digest))
        return [(start, by_letters([text])[0]) for start, text in passages]

    with film.catalogue() as catalogue:
        assert bring_up(film.state_dir, catalogue, "letters@1", vectors_of) == 2
        assert bring_up(film.state_dir, catalogue, "letters@1", vectors_of) == 0
        new = commit(catalogue, track(clip(2), "transcript.1", [(50, 52, "BEN", "The train is early.")]))
        assert lacking(film.state_dir, catalogue, "letters@1") == 1
        made.clear()
        assert bring_up(film.state_dir, catalogue, "letters@1", vectors_of) == 1
        assert made == [new]
        with VectorStore(film.state_dir / FOLDER) as store:
            assert store.count("letters@1") == 2


def test_vectors_that_were_forgotten_are_made_again_when_the_track_comes_back(film: Production) -> None:
    def vectors_of(digest: str) -> list[tuple[int, np.ndarray]]:
        with film.catalogue() as catalogue:
            return [(start, by_letters([text])[0]) for start, text in passages_of(catalogue.track(digest))]

    with film.catalogue() as catalogue:
        bring_up(film.state_dir, catalogue, "letters@1", vectors_of)
        with VectorStore(film.state_dir / FOLDER) as store:
            assert store.forget(clip(1).id) == 1
        assert lacking(film.state_dir, catalogue, "letters@1") == 2
        bring_up(film.state_dir, catalogue, "letters@1", vectors_of)
        with VectorStore(film.state_dir / FOLDER) as store:
            assert store.count("letters@1") == 2


def test_a_new_model_is_swapped_in_when_it_is_whole(film: Production) -> None:
    def vectors_of(digest: str) -> list[tuple[int, np.ndarray]]:
        with film.catalogue() as catalogue:
            return [(start, by_letters([text])[0]) for start, text in passages_of(catalogue.track(digest))]

    seen = 0

    def stopped(digest: str) -> list[tuple[int, np.ndarray]]:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise KeyboardInterrupt
        return vectors_of(digest)

    with film.catalogue() as catalogue:
        bring_up(film.state_dir, catalogue, "letters@1", vectors_of)
        with pytest.raises(KeyboardInterrupt):
            bring_up(film.state_dir, catalogue, "letters@2", stopped)
        with VectorStore(film.state_dir / FOLDER) as store:
            assert store.count("letters@1") == 2  # the old one stays while the new one is not whole
        bring_up(film.state_dir, catalogue, "letters@2", vectors_of)
        with VectorStore(film.state_dir / FOLDER) as store:
            assert store.models() == ["letters@2"]
            assert store.count("letters@2") == 2


def test_a_passage_is_found_by_what_it_means(film: Production) -> None:
    with Searcher(film) as searcher:
        searcher.means.sentences = Meanings("letters@1", by_letters)
        searcher.means.no_sentences = ""
        searcher.make_vectors()
        found = searcher.search(searcher.parse('about:"the ferry is late"'))
        assert found.matches
        assert searcher.library.assets[found.matches[0].asset].name == "C002.mov"
        assert found.matches[0].proofs[0].how == "meaning"
        assert found.matches[0].proofs[0].measure is not None


def test_meaning_files_come_back() -> None:
    rows = {"d1": [(0, np.ones(3, np.float32)), (5, np.arange(3, dtype=np.float32))], "d2": []}
    again = read_meanings(write_meanings("m@1", rows))
    assert again.model == "m@1"
    assert [(start, vector.tolist()) for start, vector in again.rows["d1"]] == [
        (0, [1, 1, 1]),
        (5, [0, 1, 2]),
    ]
    assert again.rows["d2"] == []


def test_minilm_finds_what_is_meant(film: Production) -> None:
    if not Shelf().fetched("minilm"):
        pytest.skip("needs the model minilm: answerprint models fetch minilm")
    found = ask(film, 'about:"the boat is not on time"')
    assert found.hits[0].name == "C002.mov"


def test_the_engine_makes_minilm_vectors_once_and_search_takes_them(film: Production) -> None:
    if not Shelf().fetched("minilm"):
        pytest.skip("needs the model minilm: answerprint models fetch minilm")
    meanings, _ = sentence_model()
    assert meanings is not None
    with film.catalogue() as catalogue:
        graph = Graph()
        step = {one.asset: one for one in catalogue.tracks() if one.name == "transcript.1"}
        for asset, info in step.items():
            node = MeaningStep(asset=asset, minilm=Shelf().digest("minilm"))
            graph.add(node, asset, transcript=Stored(Output("track", info.digest, 1)))
        run = lambda: run_graph(  # noqa: E731
            graph, catalogue=catalogue, objects=film.objects(), executor=SerialExecutor()
        )
        assert len(run().ran) == 2
        assert run().ran == []

        def never(sentences: Any) -> np.ndarray:
            raise AssertionError(f"made again: {sentences}")

        means = Means(sentences=Meanings(meanings.model, never))
        assert gather_meanings(film.state_dir, catalogue, film.objects(), means) == 2
    assert ask(film, 'about:"the boat is not on time"').hits[0].name == "C002.mov"


# The command.


def test_the_command_keeps_exports_and_explains(
    film: Production, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(film.root)
    table, timeline = tmp_path / "hits.csv", tmp_path / "out" / "hits.otio"
    timeline.parent.mkdir()
    arguments = ["search", root, "ferry", "--csv", str(table), "--otio", str(timeline), "--handles", "25"]
    assert run([*arguments, "--save", "boats", "--bin", "best", "--add", "1,2"]) == 0
    shown = capsys.readouterr().out
    assert "find:ferry" in shown
    assert "C001.mov" in shown
    assert table.read_text().count("\n") == 3
    cut = read_otio(timeline.read_text())
    first = cut.tracks_of("video")[0].clips[0]
    # 11.5 … 11.9 s with a second (25 frames) before and after it; the production counts 24 frames a second.
    assert first.source.start.seconds == Fraction("11.5") - Fraction(25, 24)
    assert first.record.duration.seconds >= Fraction("0.4") + 2 * Fraction(25, 24)
    assert [len(one.clips) for one in cut.tracks] == [2, 2]
    assert [marker.name for marker in cut.markers] == ["1", "2"]
    document = json.loads(timeline.read_text())
    target = document["tracks"]["children"][0]["children"][0]["media_references"]["DEFAULT_MEDIA"][
        "target_url"
    ]
    assert target == "../film/footage/C001.mov"
    assert run(["search", root, "--saved", "boats", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["hits"]) == 2
    assert run(["search", root, "--bin", "best", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["hits"]) == 2
    assert run([*arguments, "--json"]) == 2  # the files are there already
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "AP-USE-074"
    assert run(["search", root, "smile applause"]) == 0
    assert "applause is true of nothing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "AP-USE-338"),
        (['""'], "AP-USE-338"),
        (["the of"], "AP-USE-338"),
        (["ferry", "--saved", "x"], "AP-USE-337"),
        (["--saved", "x"], "AP-USE-331"),
        (["--bin", "x"], "AP-USE-332"),
        (["ferry", "--add", "1"], "AP-USE-336"),
        (["ferry", "--bin", "x", "--add", "9"], "AP-USE-335"),
        (["ferry", "--bin", "x", "--add", "one"], "AP-USE-335"),
        (["ferry", "--save", "two\nlines"], "AP-USE-334"),
    ],
)
def test_wrong_usage_is_said(
    film: Production, arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", str(film.root), *arguments, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_nothing_that_can_be_answered_needs_a_person(
    film: Production, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", str(film.root), "text:EXIT", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["explanation"]
    assert run(["search", str(film.root), 'about:"being late"', "--json"]) == 4
    capsys.readouterr()
    assert run(["search", str(film.root / "footage"), "smile", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "AP-STORE-001"
