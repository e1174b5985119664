"""Versions without files: what is kept fits, is worth most, and keeps scenes and answers together."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from answerprint.core.errors import UsageError
from answerprint.departments.editorial.versioning.profiles import Profile, Weights, profiles
from answerprint.departments.editorial.versioning.selecting import Candidate, in_beats, select, worth_of

WORDS = (
    *("harbour", "letter", "clock", "storm", "island", "bread", "promise", "winter", "engine", "silence"),
    *("brother", "window"),
)


def script(count: int, seed: int = 1, scenes: int = 3) -> list[Candidate]:
    chance = random.Random(seed)
    made = []
    for at in range(count):
        text = " ".join(chance.sample(WORDS, chance.randrange(2, 6))) + chance.choice((".", ".", "?"))
        made.append(
            Candidate(
                id=f"take:{at}",
                label=f"1.{at}",
                scene=str(1 + at * scenes // count),
                speaker=("ANNA", "BEN")[at % 2],
                text=text,
                frames=chance.randrange(30, 120),
                start=at / count,
                feeling=round(chance.random(), 3),
            )
        )
    return made


def allowed(kept: set[str], candidates: list[Candidate], least: int) -> bool:
    for scene in {one.scene for one in candidates}:
        own = [one.id for one in candidates if one.scene == scene]
        inside = len(kept & set(own))
        if inside and inside < min(least, len(own)):
            return False
    for one, other in itertools.pairwise(candidates):
        if one.text.endswith("?") and one.scene == other.scene and (one.id in kept) != (other.id in kept):
            return False
    return True


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("least", [1, 2, 3])
def test_nothing_better_fits(seed: int, least: int) -> None:
    candidates = script(11, seed)
    most = 420
    found = select(candidates, Profile(least=least), most)
    worth = worth_of(candidates, Weights())
    frames = {one.id: one.frames for one in candidates}
    best = max(
        sum(worth[id] for id in kept)
        for size in range(len(candidates) + 1)
        for kept in itertools.combinations(frames, size)
        if sum(frames[id] for id in kept) <= most and allowed(set(kept), candidates, least)
    )
    assert allowed(set(found.kept), candidates, least)
    assert found.frames <= most
    assert found.worth == pytest.approx(best, abs=1e-3)
    assert found.proved


def test_as_long_as_it_is_keeps_everything() -> None:
    candidates = script(20)
    assert select(candidates, Profile(), None).kept == tuple(one.id for one in candidates)


@pytest.mark.parametrize(
    ("profile", "out", "why"),
    [
        (Profile(without_words=("storm",), least=1), lambda one: "storm" in one.text, "says"),
        (Profile(without_people=("ben",), least=1), lambda one: one.speaker == "BEN", "not in this version"),
        (Profile(without_scenes=("2",)), lambda one: one.scene == "2", "scene 2"),
        (Profile(scenes=("3",)), lambda one: one.scene != "3", "not in this version"),
        (Profile(spoilers=0.3), lambda one: one.start > 0.7, "last 30%"),
    ],
)
def test_what_a_version_may_not_have_is_not_in_it(profile: Profile, out, why: str) -> None:  # type: ignore[no-untyped-def]
    candidates = [msgspec.structs.replace(one, text=one.text.replace("?", ".")) for one in script(24, 3)]
    found = select(candidates, profile, None)
    gone = {one.id for one in candidates if out(one)}
    assert gone
    assert not gone & set(found.kept)
    assert all(why in told for id, told in found.dropped if id in gone)


def test_a_locked_line_stays_or_the_version_is_refused() -> None:
    candidates = script(11)
    worth = worth_of(candidates, Weights())
    least = min(candidates, key=lambda one: worth[one.id])
    locked = [msgspec.structs.replace(one, locked=one.id == least.id) for one in candidates]
    assert least.id in select(locked, Profile(least=1), 400).kept
    with pytest.raises(UsageError, match="is locked"):
        select(locked, Profile(without_scenes=(least.scene,)), 400)
    with pytest.raises(UsageError, match="nothing fits"):
        select(locked, Profile(), 10)


def test_more_weight_on_feeling_keeps_more_of_it() -> None:
    candidates = script(30, 5)
    felt = {one.id: one.feeling for one in candidates}

    def feeling(weights: Weights) -> float:
        kept = select(candidates, Profile(weights=weights, least=1), 900).kept
        return sum(felt[id] for id in kept)

    assert feeling(Weights(feeling=9, words=0, people=0, place=0)) > feeling(Weights(feeling=0, words=9))


def test_a_trailer_opens_with_a_question_and_closes_short() -> None:
    candidates = script(12, 2)
    worth = worth_of(candidates, Weights())
    beats = in_beats(candidates, worth)
    assert sorted(id for id, _ in beats) == sorted(one.id for one in candidates)
    assert [beat for _, beat in beats if beat in ("hook", "button")] == ["hook", "button"]
    texts = {one.id: one.text for one in candidates}
    assert texts[beats[0][0]].endswith("?")
    assert len(texts[beats[-1][0]].split()) == min(len(texts[id].split()) for id, _ in beats[1:])


def test_profiles_are_data_and_a_production_changes_them(tmp_path: Path) -> None:
    own = tmp_path / "versions.toml"
    own.write_text('[trailer]\nduration = "1:00"\n[airline]\nwithout_words = ["crash"]\n', "utf-8")
    found = profiles(own)
    assert found["trailer"].frames(Fraction(24)) == 1440
    assert found["trailer"].order == "beats"
    assert found["airline"].without_words == ("crash",)
    assert profiles(tmp_path / "none.toml")["tv52"].frames(Fraction(25)) == 78000


@pytest.mark.parametrize(
    "text", ["[", "[x]\nlenght = 1\n", "x = 1\n", "[Big Name]\n", '[x]\norder = "odd"\n', "[x]\nleast = []\n"]
)
def test_a_versions_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    own = tmp_path / "versions.toml"
    own.write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        profiles(own)
    assert caught.value.code == "AP-USE-590"


def test_a_length_that_is_none_is_refused() -> None:
    for text in ("soon", "-1:00", "1:2:3:4", "0"):
        with pytest.raises(UsageError, match="no length"):
            Profile(duration=text).frames(Fraction(24))
