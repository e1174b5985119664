"""What is planted in a screenplay is found, and what is not there is not."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from planted_screenplays import Plan, screenplay
from script_commands import script

from answerprint.departments.script.analysis.emotion import Levels, nearest_shape
from answerprint.departments.script.analysis.lexicon import emotional_words, lexicon
from answerprint.departments.script.analysis.manuscript import read_manuscript, words_of
from answerprint.departments.script.analysis.pacing import runs_test, slowest_stretch
from answerprint.departments.script.analysis.records import Analysis, ScriptFinding
from answerprint.departments.script.analysis.report import page
from answerprint.departments.script.analysis.structure import TURNS, ordered_posterior
from answerprint.departments.script.analysis.whole import analyse
from answerprint.formats.screenplays.fountain import read_fountain


def analysed(plan: Plan) -> Analysis:
    return analyse(read_fountain(screenplay(plan)), "planted.fountain", None)


def of(found: Analysis, kind: str) -> list[ScriptFinding]:
    return [one for one in found.findings if one.kind.startswith(kind)]


@pytest.fixture(scope="module")
def nothing_planted() -> Analysis:
    return analysed(Plan(scenes=80, seed=3, moods=True))


@pytest.fixture(scope="module")
def much_planted() -> Analysis:
    return analysed(
        Plan(
            scenes=80,
            seed=5,
            absent={"PRIYA": (25, 58)},
            silent={"OLIVER": (20, 55)},
            arc=(0.95, 0.05, 0.95),
            slow=(36, 46),
        )
    )


def test_a_character_kept_out_of_the_middle_is_missed_and_one_who_only_acts_is_not(
    much_planted: Analysis,
) -> None:
    (lost,) = of(much_planted, "character.disappears")
    assert lost.subject == "PRIYA"
    assert lost.value is not None and lost.threshold is not None and lost.value > lost.threshold
    before, after = lost.evidence[:2]
    assert int(before.number) <= 25 < 58 < int(after.number)
    oliver = next(one for one in much_planted.characters if one.name == "OLIVER")
    assert oliver.scenes_present > oliver.scenes_speaking
    assert 1 in oliver.presence[20:55] and 2 not in oliver.presence[20:55]


def test_a_slow_middle_is_found_where_it_was_put(much_planted: Analysis) -> None:
    (slow,) = of(much_planted, "pacing.slow")
    assert slow.kind == "pacing.slow_middle"
    first, last = (int(one) for one in slow.subject.removeprefix("scenes ").split("-"))
    assert abs(first - 37) <= 2 and abs(last - 46) <= 2
    assert slow.confidence is not None and slow.confidence > 0.95


def test_an_arc_that_falls_and_rises_is_told_from_shuffles(much_planted: Analysis) -> None:
    (arc,) = of(much_planted, "emotion.arc")
    assert arc.subject.startswith("fall, then rise")
    assert much_planted.arc.p_value is not None and much_planted.arc.p_value < 0.01
    lowest = much_planted.arc.position[int(np.argmin(much_planted.arc.valence))]
    assert 0.35 < lowest < 0.65


def test_where_nothing_is_planted_no_arc_absence_or_slow_stretch_is_claimed(
    nothing_planted: Analysis,
) -> None:
    assert [one.kind for one in of(nothing_planted, "emotion")] == ["emotion.no_arc", "emotion.level"]
    assert of(nothing_planted, "character.disappears") == []
    assert [one.kind for one in of(nothing_planted, "pacing")][-2:] == ["pacing.even", "pacing.rhythm"]


def test_every_finding_has_words_a_kind_and_a_confidence_that_is_one(much_planted: Analysis) -> None:
    assert len(much_planted.findings) > 20
    for one in much_planted.findings:
        assert one.summary and "." in one.kind
        assert one.confidence is None or 0 <= one.confidence <= 1
        assert one.percentile is None  # no reference set was given
    numbers = {scene.number for scene in much_planted.scenes}
    for passage in (passage for one in much_planted.findings for passage in one.evidence):
        assert passage.number in numbers and passage.text and passage.line > 0


def test_passages_stand_on_the_lines_they_name(much_planted: Analysis) -> None:
    plan = Plan(
        scenes=80, seed=5, absent={"PRIYA": (25, 58)}, silent={"OLIVER": (20, 55)},
        arc=(0.95, 0.05, 0.95), slow=(36, 46),
    )  # fmt: skip
    lines = screenplay(plan).split("\n")
    checked = 0
    for one in much_planted.findings:
        for passage in one.evidence:
            words = words_of(passage.text.split(": ", 1)[-1].rstrip("…"))[:4]
            assert set(words) <= set(words_of(lines[passage.line - 1])), (one.kind, passage)
            checked += 1
    assert checked > 50


def test_turns_lie_in_order_and_say_less_than_they_know(much_planted: Analysis) -> None:
    turns = much_planted.turning_points
    assert len(turns) == len(TURNS) == 5
    assert all(one.position < other.position for one, other in pairwise(turns))
    assert all(0 < one.confidence < 0.9 for one in turns)
    shares = [one.value for one in of(much_planted, "structure.act") if one.value is not None]
    assert sum(shares) == pytest.approx(1, abs=0.01)


def test_planted_turns_pull_the_guess_towards_them() -> None:
    """Turns at .18, .35, .60, .82 are nearer to the guesses than theory's places are, on average."""
    planted = {1: 0.35, 2: 0.60}
    gains = []
    for seed in range(6):
        scenes = 60
        at = [round(scenes * share) for share in (0.18, 0.35, 0.60, 0.82)]
        found = analysed(Plan(scenes=scenes, seed=seed, turns=tuple(at)))
        for index, share in planted.items():
            guess = found.turning_points[index]
            gains.append(abs(guess.theory - share) - abs(guess.position - share))
    assert np.mean(gains) > 0.03


def test_the_posterior_of_ordered_turns_is_what_counting_every_order_gives() -> None:
    random = np.random.default_rng(2)
    starts = np.linspace(0, 1, 7)[:-1]
    score = random.normal(size=(3, 6))
    chosen, mass = ordered_posterior(score, starts)
    likely = np.exp(score)
    expected = np.zeros((3, 6))
    best, first = 0.0, (0, 0, 0)
    for a in range(6):
        for b in range(a + 1, 6):
            for c in range(b + 1, 6):
                weight = likely[0, a] * likely[1, b] * likely[2, c]
                for turn, scene in enumerate((a, b, c)):
                    expected[turn, scene] += weight
                if weight > best:
                    best, first = weight, (a, b, c)
    assert np.allclose(mass, expected / expected.sum(axis=1, keepdims=True))
    assert tuple(chosen) == first


def test_shuffled_scenes_have_no_slow_stretch_more_often_than_promised() -> None:
    random = np.random.default_rng(0)
    alarms = [slowest_stretch(random.normal(size=60), seed=seed)[-1] < 0.05 for seed in range(60)]
    assert sum(alarms) <= 8  # binomial(60, .05) is above 8 once in a hundred times
    curve = random.normal(size=60)
    curve[20:32] -= 2.5
    begin, end, drop, threshold, p = slowest_stretch(curve)
    assert abs(begin - 20) <= 2 and abs(end - 32) <= 2 and drop > threshold and p < 0.01


def test_runs_are_counted_as_wald_and_wolfowitz_do() -> None:
    runs, expected, z = runs_test(np.array([1.0, -1, 1, -1, 1, -1, 1, -1]))
    assert (runs, expected) == (8, 5.0) and z > 1.5
    assert runs_test(np.array([1.0, 1, 1, 1, -1, -1, -1, -1]))[2] < -1.5


def test_negation_turns_a_word_round_and_intensity_moves_it() -> None:
    ((happy, _),) = emotional_words(words_of("I am happy"))
    ((unhappy, _),) = emotional_words(words_of("I am not happy"))
    ((very, _),) = emotional_words(words_of("I am very happy"))
    ((sad, _),) = emotional_words(words_of("I am sad"))
    assert sad < unhappy < 0 < happy <= very


def test_the_lexicon_is_large_bounded_and_has_both_ends() -> None:
    values = lexicon().values()
    assert len(values) > 700
    assert all(-1 <= valence <= 1 and 0 <= arousal <= 1 for valence, arousal in values)
    assert min(values)[0] == -1 and max(values)[0] == 1


@pytest.mark.parametrize(
    ("shape", "curve"),
    [
        ("rise", np.linspace(-1, 1, 101)),
        ("fall", np.linspace(1, -1, 101)),
        ("fall, then rise", np.abs(np.linspace(-1, 1, 101))),
        ("rise, then fall", -np.abs(np.linspace(-1, 1, 101))),
    ],
)
def test_shapes_are_named_as_they_look(shape: str, curve: np.ndarray) -> None:
    assert nearest_shape(curve)[0] == shape


def test_a_script_in_another_language_gets_no_english_verdict() -> None:
    text = "\n\n".join(
        f"INT. KÜCHE - TAG\n\nMaria stellt die Kanne auf den Tisch und sieht aus dem Fenster.\n\nMARIA\n"
        f"Ich habe dir doch gesagt, dass der Brief heute nicht mehr kommt. Nummer {number}."
        for number in range(14)
    )
    found = analyse(read_fountain(text), "deutsch.fountain", None)
    assert not found.english
    kinds = {one.kind for one in found.findings}
    assert {"emotion.untold", "genre.untold", "production.untold"} <= kinds
    assert "readability.action" not in kinds and "dialogue.undefined_name" not in kinds


def test_the_same_analysis_is_the_same_page(nothing_planted: Analysis) -> None:
    again = analysed(Plan(scenes=80, seed=3, moods=True))
    written = page(nothing_planted)
    assert page(again) == written
    assert "<script" not in written and "http" not in written
    assert written.count("<svg") == written.count("</svg>") >= 4


def test_a_title_cannot_break_the_page() -> None:
    text = 'Title: <b>&"\n\nINT. A<SCRIPT> - DAY\n\nX <i> walks.\n\nX<B>\nHello & <goodbye>.\n'
    written = page(analyse(read_fountain(text), "a<b>.fountain", None))
    assert "<b>&" not in written and "<SCRIPT>" not in written and "<goodbye>" not in written


def test_contd_in_every_spelling_is_one_character() -> None:
    cues = (
        "ANNA",
        "ANNA (CONT'D)",
        "ANNA (CONT’D)",
        "ANNA (V.O.) (CONT'D)",
        "ANNA CONT'D",
        "ANNA (CONTINUED)",
    )
    text = "INT. BOAT - DAY\n\n" + "".join(f"{cue}\nThe light is out again.\n\n" for cue in cues)
    assert read_manuscript(read_fountain(text)).cast == ("ANNA",)


def test_presence_is_being_there_not_being_named() -> None:
    text = (
        "INT. A - DAY\n\nANNA WOLF sits.\n\nANNA WOLF\nHello.\n\nBEN\nHello.\n\n"
        "INT. B - DAY\n\nBen looks at a photograph of Anna.\n\nBEN\nAnna?\n\n"
        "INT. C - DAY\n\nAnna crosses the room.\n\nBEN\nThere.\n\n"
        "INT. D - DAY\n\nAnna's coat hangs on the door.\n\nBEN\nGone.\n\n"
        "INT. E - DAY\n\nAnna's hand on the rail. No sign of Ben.\n"
    )
    scenes = read_manuscript(read_fountain(text)).scenes
    assert ["ANNA WOLF" in one.present for one in scenes] == [True, False, True, False, True]
    assert "BEN" not in scenes[4].present


def test_levels_are_those_of_the_words_in_each_scene() -> None:
    text = "INT. A - DAY\n\nA murder and a kiss.\n\nINT. B - DAY\n\nNothing here.\n"
    levels = Levels(read_manuscript(read_fountain(text)).scenes)
    assert levels.count.tolist() == [2, 0] and levels.valence[1] == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "AP-SCRIPT-120"),
        ("INT. A - DAY\n\nINT. B - NIGHT\n", "AP-SCRIPT-123"),
    ],
)
def test_what_holds_nothing_is_refused(
    text: str, code: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.fountain"
    file.write_text(text, encoding="utf-8")
    done = script(capfd, "analyse", file, "--json")
    assert done.code == 1 and done.document["error"]["code"] == code


@pytest.mark.parametrize(
    "text",
    [
        "INT. A - DAY\n\nAnna waits.\n",
        "INT. A - DAY\n\nANNA\nHello.\n",
        "Somebody walks and walks and no heading ever comes.\n",
        "INT. A - DAY\n\n" + "word " * 200_000,
        "INT. A - DAY\n\n" + "ANNA\nHello there you.\n\n" * 3000,
    ],
    ids=["one scene", "no action", "no heading", "one long line", "one speech for ever"],
)
def test_odd_screenplays_are_analysed_all_the_same(text: str) -> None:
    found = analyse(read_fountain(text), "odd.fountain", None)
    assert found.findings and page(found)


def test_the_command_prints_findings_and_asks_for_a_person(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "film.fountain", tmp_path / "page.html"
    plan = Plan(
        scenes=40, seed=1, inserted={6: [("SVEN", "The harbour master never forgave my father.")] * 2}
    )
    file.write_text(screenplay(plan), encoding="utf-8")
    done = script(capfd, "analyse", file, "--html", out, "--json")
    assert done.code == 3
    keys = {"kind", "summary", "evidence", "value", "threshold", "percentile", "confidence"}
    assert all(keys <= set(one) for one in done.document["findings"])
    assert out.read_text("utf-8").startswith("<!doctype html>")
    told = script(capfd, "analyse", file)
    assert "harbour master" in told.out and "reference set: built-in" in told.out
    assert script(capfd, "analyse", file, "--genre", "opera").code == 2
