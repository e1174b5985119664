"""One voice across files: ids that outlive new files, names that stay, two in a room who stay two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conversations import converse, utterances

from answerprint.departments.footage.speakers.across_files import VoicePlace, same_voices
from answerprint.departments.footage.speakers.heard import (
    HeardSpeakers,
    HeardTurn,
    HeardVoice,
    heard_speakers,
    speaker_marks,
    voice_rows,
)
from answerprint.departments.footage.speakers.naming import from_script
from answerprint.departments.footage.speakers.neural import Neural
from answerprint.departments.footage.speakers.turns import Turn
from answerprint.models.pyannote_segmentation import Segmenter
from answerprint.models.resemblyzer import VoiceEncoder
from answerprint.models.shelf import Shelf
from answerprint.store.vectors import VectorStore

SECOND = 16_000
PEOPLE = {who: np.eye(8)[i] for i, who in enumerate(("anna", "ben", "cleo", "dan"))}


def heard(*who: str, seconds: float = 20.0, seed: int = 0) -> HeardSpeakers:
    """A file in which these people speak in turn, ten seconds each."""
    random = np.random.default_rng(seed)
    voices = []
    for name in who:
        vector = PEOPLE[name] + random.normal(0, 0.15, 8)
        voices.append(HeardVoice(tuple(float(x) for x in vector / np.linalg.norm(vector)), seconds))
    turns = tuple(HeardTurn(10 * i * SECOND, 10 * (i + 1) * SECOND, i, 0.9) for i in range(len(who)))
    return HeardSpeakers(backend="made", turns=turns, voices=tuple(voices))


def test_one_voice_has_one_id_in_every_file() -> None:
    found = same_voices(
        {"a": heard("anna", "ben"), "b": heard("ben", "cleo", seed=1), "c": heard("anna", seed=2)}
    )
    assert found.ids["a"][0] == found.ids["c"][0]
    assert found.ids["a"][1] == found.ids["b"][0]
    assert len({*found.ids["a"], *found.ids["b"]}) == 3


def test_ids_outlive_files_that_are_added_before_the_others() -> None:
    files = {"m": heard("anna", "ben"), "n": heard("ben", seed=1)}
    before = same_voices(files)
    after = same_voices({"a": heard("ben", "dan", seed=3), **files}, known=before.places)
    assert after.ids["m"] == before.ids["m"]
    assert after.ids["a"][0] == before.ids["n"][0]
    assert after.ids["a"][1] not in before.ids["m"]


def test_two_in_one_file_are_never_one_however_alike() -> None:
    found = same_voices({"a": heard("anna", "anna"), "b": heard("anna", seed=4)})
    assert len(set(found.ids["a"])) == 2
    assert found.ids["b"][0] in found.ids["a"]


def test_a_name_goes_with_the_voice_to_every_file() -> None:
    files = {"a": heard("anna", "ben"), "b": heard("ben", seed=1)}
    place = VoicePlace(asset="b", tick=3 * SECOND, name="BEN")
    found = same_voices(files, named=[place])
    assert found.names == {found.ids["a"][1]: "BEN"}


def test_two_names_are_two_people_and_one_name_is_one() -> None:
    files = {"a": heard("anna"), "b": heard("anna", seed=1), "c": heard("dan", seed=2)}
    apart = [VoicePlace(asset="a", tick=0, name="ANNA"), VoicePlace(asset="b", tick=0, name="HER SISTER")]
    assert same_voices(files, named=apart).ids["a"] != same_voices(files, named=apart).ids["b"]
    together = [VoicePlace(asset="a", tick=0, name="ANNA"), VoicePlace(asset="c", tick=0, name="ANNA")]
    found = same_voices(files, named=together)
    assert found.ids["a"] == found.ids["c"]


def test_a_place_in_a_file_that_is_gone_changes_nothing() -> None:
    files = {"a": heard("anna")}
    assert same_voices(files, named=[VoicePlace(asset="z", tick=0, name="X")]) == same_voices(files)


def test_voices_without_vectors_and_short_ones_stay_by_themselves() -> None:
    mute = HeardSpeakers(
        backend="classical", turns=(HeardTurn(0, SECOND, 0, 1.0),), voices=(HeardVoice((), 9.0),)
    )
    found = same_voices({"a": mute, "b": mute, "c": heard("anna"), "d": heard("anna", seconds=0.5, seed=1)})
    assert len({one for ids in found.ids.values() for one in ids}) == 4
    assert same_voices({"a": HeardSpeakers(backend="x", turns=(), voices=())}).ids == {"a": ()}


def test_vectors_are_found_again_by_a_new_recording_of_the_voice(tmp_path: Path) -> None:
    with VectorStore(tmp_path) as store:
        store.add("voices@1", voice_rows("a", "track-a", heard("anna", "ben")))
        store.add("voices@1", voice_rows("b", "track-b", heard("cleo", seed=1)))
        ben = heard("ben", seed=7).voices[0].vector
        (hit,) = store.search("voices@1", ben, 1)
        assert (hit.asset, hit.start) == ("a", 10 * SECOND)


def test_the_track_says_who_under_which_id_and_where_others_speak_too() -> None:
    one = HeardSpeakers(
        backend="made",
        turns=(HeardTurn(0, 100, 0, 0.9), HeardTurn(80, 200, 1, 0.8), HeardTurn(300, 400, 0, 0.7)),
        voices=(HeardVoice((1.0,), 5), HeardVoice((1.0,), 5)),
    )
    marks = speaker_marks(one, {1: "BEN"}, {0: "voice_a", 1: "voice_b"})
    assert [(mark.label, mark.value["voice"], mark.value["overlap"]) for mark in marks] == [
        ("speaker_1", "voice_a", True),
        ("BEN", "voice_b", True),
        ("speaker_1", "voice_a", False),
    ]


def test_the_script_names_who_says_its_lines() -> None:
    turns = [Turn(0, 10 * SECOND, 0, 1.0), Turn(10 * SECOND, 20 * SECOND, 1, 1.0)]
    lines = [(0, 5 * SECOND, "ANNA"), (6 * SECOND, 9 * SECOND, "ANNA"), (11 * SECOND, 19 * SECOND, "BEN")]
    assert from_script(turns, lines) == {0: "ANNA", 1: "BEN"}
    # Half of it ANNA's and half BEN's: no evidence for either.
    assert from_script(turns[:1], [(0, 5 * SECOND, "ANNA"), (5 * SECOND, 10 * SECOND, "BEN")]) == {}
    assert from_script([], lines) == {}


def test_real_voices_are_known_again_in_another_recording(shared_data: Path) -> None:
    shelf = Shelf()
    for name in ("pyannote-segmentation", "resemblyzer"):
        if not shelf.fetched(name):
            pytest.skip(f"{name} is not here: answerprint models fetch {name}")
    neural = Neural(Segmenter(shelf), VoiceEncoder(shelf))
    voices = utterances(list((shared_data / "voices").glob("*.flac")))
    files, truth = {}, {}
    for name, said in voices.items():
        for part, few in (("first", said[:2]), ("later", said[2:])):
            found = heard_speakers(neural.diarise(converse({name: few}, 5).samples), 0)
            assert len(found.voices) == 1
            files[f"{part} {name}"] = found
            truth[f"{part} {name}"] = name
    found_voices = same_voices(files)
    groups = {asset: ids[0] for asset, ids in found_voices.ids.items()}
    for one, who in truth.items():
        for other, whose in truth.items():
            assert (groups[one] == groups[other]) == (who == whose), (one, other)
