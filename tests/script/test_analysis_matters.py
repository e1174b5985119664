"""Dialogue, network, readability, genre, production and the reference set, each against what is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from planted_screenplays import Plan, screenplay
from script_commands import script

from answerprint.core.errors import AnswerprintError
from answerprint.departments.script.analysis.characters import attendances, characters
from answerprint.departments.script.analysis.confusion import confusion
from answerprint.departments.script.analysis.manuscript import Manuscript, Speech, read_manuscript, words_of
from answerprint.departments.script.analysis.network import betweenness, communities, components, eigenvector
from answerprint.departments.script.analysis.passages_found import hits
from answerprint.departments.script.analysis.production_drivers import drivers, production_drivers
from answerprint.departments.script.analysis.readability import readability_of, syllables
from answerprint.departments.script.analysis.records import ScriptFinding
from answerprint.departments.script.analysis.reference import (
    LEAST_SCREENPLAYS,
    built_from,
    built_in,
    read_reference,
    screenplays_in,
)
from answerprint.departments.script.analysis.repetition import repetition, signatures, similar_speeches
from answerprint.departments.script.analysis.voices import marker_counts, told_apart
from answerprint.departments.script.analysis.whole import analyse
from answerprint.formats.screenplays.fountain import read_fountain


def manuscript(text: str) -> Manuscript:
    return read_manuscript(read_fountain(text))


def planted(**more: object) -> Manuscript:
    return manuscript(screenplay(Plan(scenes=30, seed=2, **more)))  # type: ignore[arg-type]


def kinds(findings: list[ScriptFinding], kind: str) -> list[ScriptFinding]:
    return [one for one in findings if one.kind == kind]


def speeches(*texts: str) -> list[Speech]:
    return [
        Speech(scene=0, text=text, words=words_of(text), line=1, index=at, character="A", heard_only=False)
        for at, text in enumerate(texts)
    ]


def test_a_sentence_said_twice_near_by_is_shown_in_both_places() -> None:
    said = "The harbour master never forgave my grandfather."
    found = repetition(planted(inserted={9: [("SVEN", said)], 11: [("MARTHA", said)]})).findings
    ours = [one for one in kinds(found, "dialogue.repetitive") if "harbour master" in one.summary]
    assert len(ours) == 1
    assert [one.number for one in ours[0].evidence] == ["10", "12"]
    assert all(said in one.text for one in ours[0].evidence)


def test_the_same_sentence_far_apart_is_an_echo_not_a_fault() -> None:
    said = "The harbour master never forgave my grandfather."
    found = repetition(planted(inserted={0: [("SVEN", said)], 28: [("MARTHA", said)]})).findings
    assert not [one for one in kinds(found, "dialogue.repetitive") if "harbour" in one.summary]
    assert [one for one in kinds(found, "dialogue.echo") if "harbour" in one.summary]


def test_a_large_part_that_comes_in_late_is_named() -> None:
    script_read = planted(absent={"MARTHA": (0, 18)})
    found = characters(script_read, attendances(script_read)).findings
    (late,) = kinds(found, "character.late_entrance")
    assert late.subject == "MARTHA" and int(late.evidence[0].number) > 18
    assert kinds(characters(planted(), attendances(planted())).findings, "character.late_entrance") == []


def test_a_phrase_inside_two_other_sentences_is_found() -> None:
    found = repetition(
        planted(
            inserted={
                4: [("SVEN", "They said the granite lighthouse burns twice every winter, and they laughed.")],
                5: [("PRIYA", "Everybody knows the granite lighthouse burns twice every winter here.")],
            }
        )
    ).findings
    assert any("granite lighthouse burns twice every winter" in one.summary for one in found)


def test_what_everybody_says_is_no_repetition_until_it_comes_thrice() -> None:
    said = "What are you talking about?"
    twice = {4: [("SVEN", said)], 6: [("PRIYA", said)]}
    for inserted, expected in ((twice, 0), ({**twice, 5: [("HUGO", said)]}, 1)):
        found = kinds(repetition(planted(inserted=inserted)).findings, "dialogue.repetitive")
        assert len([one for one in found if "talking about" in one.summary]) == expected


def test_a_speech_reworded_a_little_is_a_near_duplicate() -> None:
    found = similar_speeches(
        speeches(
            "We have to leave the city before the bridge is closed at midnight tonight",
            "Nothing else to say about the garden and the old stone wall behind it",
            "We have to leave the city before the bridge is closed at midnight tomorrow",
        )
    )
    assert [[one.index for one in members] for _, members in found] == [[0, 2]]


def test_minhash_estimates_jaccard() -> None:
    one = frozenset(str(number) for number in range(100))
    other = frozenset(str(number) for number in range(50, 150))
    a, b = signatures([one, other])
    assert abs(float(np.mean(a == b)) - 1 / 3) < 0.15


def test_pronouns_among_three_without_a_name_are_confusing() -> None:
    talk = "Did he tell you that he saw her with it?"
    cues = ("ANNA", "BEN", "CARA") * 3
    text = "INT. A - DAY\n\nAnna, Ben and Cara sit.\n\n" + "".join(f"{cue}\n{talk}\n\n" for cue in cues)
    (found,) = kinds(confusion(manuscript(text)).findings, "dialogue.confusing")
    assert len(found.evidence) == 8 and all(talk in one.text for one in found.evidence)
    named = text.replace("Did he", "Ben, did he")
    assert kinds(confusion(manuscript(named)).findings, "dialogue.confusing") == []
    two = text.replace("CARA\n", "BEN\n")
    assert kinds(confusion(manuscript(two)).findings, "dialogue.confusing") == []


def test_a_name_nobody_explains_is_asked_about_once() -> None:
    text = (
        "INT. A - DAY\n\nAnna and Ben at the table of the Ferryman.\n\nANNA\nI gave it to Osgood last night, "
        "because the man at the Ferryman would not have it and I was tired of the whole thing.\n\n"
        "BEN\nThen go and get it back from the house, and be quick about it.\n"
    )
    found = kinds(confusion(manuscript(text)).findings, "dialogue.undefined_name")
    assert [one.subject for one in found] == ["Osgood"]


def test_an_endless_sentence_is_shown_with_its_length() -> None:
    words = "and then we went on to the next house " * 6
    text = f"INT. A - DAY\n\nANNA\nIt rained. {words}.\n"
    (found,) = kinds(confusion(manuscript(text)).findings, "dialogue.overlong")
    assert found.value == 9 * 6 and "It rained" not in found.evidence[0].text


def test_voices_that_differ_are_told_apart_and_copies_are_not() -> None:
    random = np.random.default_rng(1)
    first = ["I", "think", "that", "we", "should", "really", "go", "now", "because", "it", "is", "late"]
    second = ["no", "you", "never", "get", "what", "he", "said", "to", "them", "all", "right", "sir"]

    def said(words: list[str], count: int) -> list[Speech]:
        return speeches(*(" ".join(random.choice(words, 9)) + "." for _ in range(count)))

    assert told_apart(marker_counts(said(first, 60)), marker_counts(said(second, 60)))[2] < 0.01
    alike = [
        told_apart(marker_counts(said(first, 60)), marker_counts(said(first, 60)), seed=seed)[2]
        for seed in range(20)
    ]
    assert sum(p < 0.05 for p in alike) <= 4 and np.median(alike) > 0.2


def test_centralities_are_those_of_star_and_path() -> None:
    star = np.zeros((5, 5))
    star[0, 1:] = star[1:, 0] = 1
    assert np.allclose(betweenness(star), [1, 0, 0, 0, 0])
    assert np.allclose(eigenvector(star), np.array([2, 1, 1, 1, 1]) / np.sqrt(8))
    path = np.diag([1.0, 1, 1], 1) + np.diag([1.0, 1, 1], -1)
    assert np.allclose(betweenness(path), [0, 2 / 3, 2 / 3, 0])
    # A weighted detour is shorter than a weak direct tie.
    triangle = np.array([[0, 4, 1], [4, 0, 4], [1, 4, 0]], float)
    assert np.allclose(betweenness(triangle), [0, 1, 0])


def test_two_cliques_are_two_communities_of_known_modularity() -> None:
    weights = np.zeros((8, 8))
    weights[:4, :4] = weights[4:, 4:] = 1
    np.fill_diagonal(weights, 0)
    groups, quality = communities(weights)
    assert groups == (0, 0, 0, 0, 1, 1, 1, 1) and quality == pytest.approx(0.5)
    assert components(weights) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    weights[3, 4] = weights[4, 3] = 1
    assert communities(weights)[0] == groups and len(components(weights)) == 1


def test_readability_is_the_published_formula() -> None:
    """Flesch 1948 by hand: 10 words, 2 sentences, 12 syllables."""
    found = readability_of(["The cat sat on a table. It was very old."])
    assert found is not None and (found.words, found.sentences) == (10, 2)
    assert found.flesch == pytest.approx(206.835 - 1.015 * 5 - 84.6 * 1.2)
    assert found.kincaid == pytest.approx(0.39 * 5 + 11.8 * 1.2 - 15.59)
    assert found.fog == pytest.approx(0.4 * 5) and readability_of([""]) is None


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("table", 2), ("moved", 1), ("wanted", 2), ("horses", 2), ("happy", 2), ("dictionary", 4),
     ("cigarette", 3), ("make", 1), ("people", 2)],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def found_drivers(action: str, heading: str = "INT. ROOM - DAY") -> set[str]:
    text = f"{heading}\n\n{action} The man and the woman are in the room and it is quiet there.\n"
    (scene,), _ = production_drivers(manuscript(text))
    return set(scene.points)


@pytest.mark.parametrize(
    ("action", "driver"),
    [
        ("A DOG barks.", "animals"),
        ("Hundreds of people fill the square.", "crowd"),
        ("He punches the guard and falls down the stairs.", "stunts"),
        ("The car explodes.", "fire_explosions"),
        ("A hologram flickers.", "vfx"),
        ("Two children play.", "children"),
        ("She dives into the river.", "water"),
        ("A bus stops.", "vehicles"),
        ("Rain on the window.", "weather"),
        ("He draws a pistol.", "weapons"),
        ("A horse-drawn carriage.", "period"),
        ("MIA, eight, skips.", "children"),
    ],
)
def test_drivers_are_read_from_action(action: str, driver: str) -> None:
    assert driver in found_drivers(action)


@pytest.mark.parametrize(
    "action",
    [
        "He eats like a dog.", "No horses here.", "She waves goodbye.", "He storms out.", "A glass of water.",
        "The old boys' club.", "A hot dog.", "She is brought to book.", "He explodes with laughter.",
    ],
)  # fmt: skip
def test_figures_of_speech_and_what_is_not_there_are_no_drivers(action: str) -> None:
    assert found_drivers(action) == set()


def test_talk_alone_is_no_driver_and_night_is_the_heading_s() -> None:
    text = "EXT. ROAD - NIGHT\n\nANNA\nThe horses and the explosion and the crowd, all in the river!\n"
    (scene,), _ = production_drivers(manuscript(text))
    assert set(scene.points) == {"night_exterior"}


def test_a_child_of_the_cast_counts_wherever_it_is() -> None:
    text = (
        "INT. A - DAY\n\nWIL, twelve, at the door.\n\nWIL\nHello there.\n\n"
        "INT. B - DAY\n\nThe woman and the man wait for it.\n\nINT. C - DAY\n\nWil is at the table.\n"
    )
    scenes, _ = production_drivers(manuscript(text))
    assert ["children" in one.points for one in scenes] == [True, False, True]


def test_every_driver_says_what_it_is() -> None:
    assert {"crowd", "stunts", "vfx", "animals", "children", "water", "vehicles"} <= set(drivers())
    assert all(one.title and one.points > 0 for one in drivers().values())


def test_lists_match_whole_words_and_their_endings_only_where_asked() -> None:
    assert hits("The chaser chased a cat.", ("chase*",)) and not hits("Category.", ("cat",))
    assert hits("It’s a bird's nest", ("bird's nest",))


def test_genre_is_nearest_to_what_it_is_full_of_and_the_checklist_has_passages() -> None:
    western = (
        "EXT. CANYON - DAY\n\nA sheriff and his deputy ride through the desert. Horses, saddles, spurs. The "
        "outlaw draws a revolver. A stagecoach in the canyon. The saloon, the ranch, the cattle.\n\n"
        "SHERIFF\nThe outlaw took the horses from the ranch, and he will hang for it in the morning.\n\n"
    ) * 4
    found = analyse(read_fountain(western), "w.fountain", None)
    nearest = next(one for one in found.findings if one.kind == "genre.nearest")
    assert nearest.subject == "western" and nearest.evidence
    met = [one for one in found.findings if one.kind == "genre.convention_met"]
    assert met and all(one.evidence for one in met)
    assert max(found.genres, key=lambda name: found.genres[name]) == "western"


def test_percentiles_are_ranks_and_null_where_the_set_is_small() -> None:
    many = built_from([{"x": (float(number),)} for number in range(101)], "many", "")
    assert many.percentile("x", 50.0) == pytest.approx(50, abs=1)
    assert many.percentile("x", -5.0) == 0 and many.percentile("x", 500.0) == 100
    assert many.percentile("y", 1.0) is None
    few = built_from([{"x": (float(number),)} for number in range(LEAST_SCREENPLAYS - 1)], "few", "")
    assert few.percentile("x", 3.0) is None


def test_a_screenplay_of_many_scenes_weighs_no_more_than_one_of_few() -> None:
    found = built_from([{"x": (1.0,) * 1000}, *({"x": (5.0, 6.0)} for _ in range(5))], "set", "")
    assert found.percentile("x", 1.0) == pytest.approx(100 / 12, abs=5)


def test_the_built_in_set_says_that_it_is_no_sample_of_films() -> None:
    found = built_in()
    assert "no sample of produced films" in found.note and found.screenplays < 20
    assert all(one.screenplays <= found.screenplays for one in found.measures.values())
    assert found.percentile("pacing.dialogue_share", 0.5) is None


def test_a_folder_of_screenplays_gives_percentiles(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    for seed in range(LEAST_SCREENPLAYS + 1):
        text = screenplay(Plan(scenes=6, seed=seed))
        (folder / f"{seed:02}.fountain").write_text(text, encoding="utf-8")
    (folder / "damaged.fountain").write_bytes(b"\0\1\2")
    file, table = folder / "00.fountain", tmp_path / "table.json"
    done = script(capfd, "analyse", file, "--reference", folder, "--save-reference", table, "--json")
    assert "damaged.fountain" in done.err
    assert done.document["reference"]["screenplays"] == LEAST_SCREENPLAYS  # itself is left out
    placed = [one for one in done.document["findings"] if one["percentile"] is not None]
    assert len(placed) >= 4 and all(0 <= one["percentile"] <= 100 for one in placed)
    again = script(capfd, "analyse", file, "--reference", table, "--json")
    assert [one["percentile"] for one in again.document["findings"]] == [
        one["percentile"] for one in done.document["findings"]
    ]


def test_a_reference_that_is_none_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.fountain"
    file.write_text(screenplay(Plan(scenes=3)), encoding="utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    table = tmp_path / "table.json"
    table.write_text(json.dumps({"name": 1}))
    for place, code, ends in (
        (empty, "AP-SCRIPT-121", 1), (tmp_path / "none", "AP-USE-121", 2), (table, "AP-USE-122", 2),
    ):  # fmt: skip
        done = script(capfd, "analyse", file, "--reference", place, "--json")
        assert (done.code, done.document["error"]["code"]) == (ends, code)
    (empty / "b.fountain").write_bytes(b"\0\0\0")
    with pytest.raises(AnswerprintError) as caught:
        read_reference(empty)
    assert caught.value.code == "AP-SCRIPT-122"
    assert screenplays_in(empty) == [empty / "b.fountain"]


def test_a_published_sample_loses_its_rival_for_half_of_its_length(shared_data: Path) -> None:
    """In “The Last Birthday Card” the rival of the opening comes back for the end only."""
    found = analyse(
        read_fountain(shared_data / "screenplays" / "The-Last-Birthday-Card.fountain"), "card", built_in()
    )
    lost = [one for one in found.findings if one.kind == "character.disappears"]
    assert [one.subject for one in lost] == ["NAK"]
