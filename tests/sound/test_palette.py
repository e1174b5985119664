"""The sonic palette: every suggestion has its words or its measure, and nothing is made up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import answerprint.cli.sound.palette  # noqa: F401  (it registers the command)
from answerprint.cli.output import invoke
from answerprint.cli.sound.app import app
from answerprint.departments.sound.palette import (
    Called,
    SceneFacts,
    Suggestion,
    palettes,
)
from answerprint.pipeline.palettes import palette_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "screenplays"


def facts(heading: str, **more: object) -> SceneFacts:
    inside = heading.startswith(("INT", "I/E"))
    base: dict[str, object] = {
        "number": "1",
        "heading": heading,
        "line": 7,
        "place": heading,
        "interior": inside,
        "exterior": heading.startswith("EXT"),
        "day_or_night": "night" if "NIGHT" in heading else "dawn" if "DAWN" in heading else "day",
    }
    return SceneFacts(**{**base, **more})  # type: ignore[arg-type]


def told(*scenes: SceneFacts) -> tuple[Suggestion, ...]:
    return palettes(scenes)[-1].suggestions


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [
        ("EXT. FOREST - NIGHT", {"AMBIENCE-FOREST", "AMBIENCE-INSECT"}),
        ("EXT. FOREST - DAWN", {"AMBIENCE-FOREST", "AMBIENCE-BIRDSONG"}),
        ("EXT. HARBOUR - DAY", {"AMBIENCE-NAUTICAL"}),
        ("INT. KITCHEN - DAY", {"AMBIENCE-RESIDENTIAL", "AMBIENCE-ROOM TONE"}),
        ("INT. VOID - DAY", {"AMBIENCE-ROOM TONE"}),
        ("EXT. SOMEWHERE - DAY", {"AMBIENCE-AIR"}),
        ("INT. BARBER - DAY", {"AMBIENCE-ROOM TONE"}),
        ("EXT. STREET - NIGHT", {"AMBIENCE-URBAN"}),
    ],
)
def test_a_heading_calls_for_its_ambiences(heading: str, wanted: set[str]) -> None:
    assert {one.ucs for one in told(facts(heading)) if one.kind == "ambience"} == wanted


def test_effects_are_what_the_text_calls_for_with_its_words_and_line() -> None:
    called = (
        Called(category="sound", name="door slam", words="SLAMS", line=12),
        Called(category="vehicles", name="lexus", words="Lexus", line=13),
        Called(category="vehicles", name="truck", words="truck", line=14),
        Called(category="sound", name="click", words="clicks", line=15),
        Called(category="music", name="waltz", words="a waltz", line=16),
    )
    found = told(facts("INT. VOID - DAY", called=called))
    assert [(one.what, one.ucs, one.line) for one in found if one.kind == "effect"] == [
        ("door slam", "DOORS", 12),
        ("truck", "VEHICLES", 14),
        ("click", "", 15),
    ]
    assert "“SLAMS”" in next(one for one in found if one.kind == "effect").because
    assert [one.what for one in found if one.kind == "music"] == ["heard in the scene: waltz"]


def test_music_follows_the_measures_and_is_not_suggested_without_them() -> None:
    fast = told(facts("INT. VOID", emotional=9, arousal=1.2, valence=0.9))
    slow = told(facts("INT. VOID", emotional=9, arousal=-1.2, valence=-0.9, dialogue_share=0.8))
    assert [one.what for one in fast if one.kind == "music"] == ["if any, 105 to 140 beats a minute, major"]
    (music,) = [one for one in slow if one.kind == "music"]
    assert music.what == "if any, 50 to 75 beats a minute, minor; under the voices (80% dialogue)"
    assert "-1.2 σ excited" in music.because
    for few in (facts("INT. VOID", emotional=3, arousal=2.0, valence=1.0), facts("INT. VOID", emotional=50)):
        assert not [one for one in told(few) if one.kind == "music"]


def test_silence_is_where_the_text_or_the_fall_of_excitement_says_so() -> None:
    said = told(facts("INT. VOID", action=((9, "They sit in silence."), (10, "A silent film star."))))
    assert [(one.because, one.line) for one in said if one.kind == "silence"] == [("“in silence”", 9)]
    loud = facts("INT. VOID", emotional=9, arousal=1.0, valence=0.0)
    bare = facts("INT. VOID", emotional=9, arousal=-0.8, valence=0.0)
    assert [one.kind for one in told(loud, bare)].count("silence") == 1
    assert [one.kind for one in told(bare, loud)].count("silence") == 0


@pytest.mark.parametrize("name", ["Brick-and-Steel.fountain", "The-Last-Birthday-Card.fdx"])
def test_every_quoted_word_stands_in_the_screenplay(name: str) -> None:
    if not (DATA / name).is_file():
        pytest.skip("no shared data")
    found = palette_of(DATA / name)
    text = (DATA / name).read_text(errors="replace").casefold().replace("&apos;", "'")
    quoted = [
        words.casefold()
        for scene in found.scenes
        for one in scene.suggestions
        for words in re.findall(r"“([^”]+)”", one.because)
    ]
    assert len(quoted) > 5
    assert all(words in text for words in quoted)
    assert all(one.because for scene in found.scenes for one in scene.suggestions)


def test_the_command_shows_one_scene_and_refuses_one_that_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.fountain"
    path.write_text("EXT. FOREST - NIGHT\n\nAnna waits. A dog BARKS.\n\nINT. HUT - NIGHT\n\nNothing moves.\n")

    def run(*arguments: object) -> tuple[int, dict[str, object]]:
        capsys.readouterr()
        code = invoke(app, "sound", ["palette", *map(str, arguments), "--json"], grouped=True)
        document: dict[str, object] = json.loads(capsys.readouterr().out)
        return code, document

    code, found = run(path, "--scene", "2")
    assert code == 0
    (scene,) = found["scenes"]  # type: ignore[misc]
    assert {one["kind"] for one in scene["suggestions"]} == {"ambience", "silence"}
    code, found = run(path, "--scene", "9")
    assert (code, found["error"]["code"]) == (2, "AP-USE-751")  # type: ignore[index]
