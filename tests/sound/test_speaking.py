"""Guide voices: what is said, by whom, how and why; whose voice may be used; models of Piper's shape."""

from __future__ import annotations

import datetime
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.core.errors import AnswerprintError, ModelError, UsageError
from answerprint.departments.sound.speaking import espeak
from answerprint.departments.sound.speaking.consent import consents_of, covering
from answerprint.departments.sound.speaking.delivery import Feeling, Level, delivery, deviations
from answerprint.departments.sound.speaking.laying import expected, frames_of, joined, levelled, places
from answerprint.departments.sound.speaking.piper import phoneme_ids, piper_voice
from answerprint.departments.sound.speaking.pronouncing import mnemonics, pronounced, read_dictionary
from answerprint.departments.sound.speaking.speeches import (
    Piece,
    Speech,
    sayable,
    speeches_of,
    speeches_of_text,
)
from answerprint.departments.sound.speaking.voices import Voice, apart, cast_voices, closest
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.registry import read_screenplay

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "screenplays"
SCRIPT = """INT. HARBOUR - NIGHT

ANNA
(whispering)
Who comes so *late*?
(beat)
[[wind]] Nobody.

BERT (O.S.)
(shouting, then quietly)
Go home!
(pause)

She goes.

ANNA
I will (softly) stay.
"""
here = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not here")


def speech(who: str, scene: str, text: str = "Who comes so late?", number: int = 1) -> Speech:
    return Speech(
        key=f"{who}{scene}{number}", scene=scene, number=number, character=who, pieces=(Piece((), text),)
    )


def test_every_line_of_a_screenplay_is_a_speech_with_its_parentheticals_in_place() -> None:
    found = speeches_of(read_fountain(SCRIPT))
    assert [one.character for one in found] == ["ANNA", "BERT", "ANNA"]
    assert found[0].pieces == (Piece(("whispering",), "Who comes so late?"), Piece(("beat",), "Nobody."))
    assert found[1].pieces == (Piece(("shouting, then quietly",), "Go home!"), Piece(("pause",), ""))
    assert found[2].pieces == (Piece((), "I will"), Piece(("softly",), "stay."))


@pytest.mark.parametrize("name", ["Brick-and-Steel.fountain", "The-Last-Birthday-Card.fdx"])
def test_speeches_are_the_screenplays_lines_with_the_same_words(name: str) -> None:
    if not (DATA / name).is_file():
        pytest.skip("no shared data")
    script = read_screenplay(DATA / name)
    found = speeches_of(script)
    assert [one.key for one in found] == [one.key for one in script.lines()]
    assert len(found) > 10
    for one, line in zip(found, script.lines(), strict=True):
        if "(" not in line.text:
            assert one.text.split() == sayable(line.text).split()


def test_a_plain_text_is_spoken_by_the_narrator_and_whom_it_names() -> None:
    found = speeches_of_text("It is late.\nThe harbour sleeps.\n\nAnna: Who is it?\nBERT: Me.\n")
    assert [(one.character, one.text) for one in found] == [
        ("NARRATOR", "It is late. The harbour sleeps."),
        ("ANNA", "Who is it?"),
        ("BERT", "Me."),
    ]


def test_nothing_that_a_program_obeys_is_left_in_what_is_said() -> None:
    assert sayable("a\x01[[b]] \x1b[[k]*c*") == "a"  # an unclosed note goes to its end
    assert sayable("\x0120s go ]] on") == "20s go on"


@given(
    st.lists(st.text(max_size=30), max_size=4),
    *[st.floats(-9, 9)] * 4,
)
def test_a_delivery_never_leaves_its_ranges(words: list[str], a: float, b: float, c: float, d: float) -> None:
    how = delivery([*words, "shouting quickly, angry"], Feeling(line=Level(a, b), scene=Level(c, d)))
    assert 0.6 <= how.pace <= 1.5
    assert abs(how.semitones) <= 5
    assert abs(how.decibels) <= 8
    assert how.reasons


def test_excitement_is_faster_louder_and_higher_than_calm_and_each_says_why() -> None:
    excited = delivery((), Feeling(line=Level(0, 2), scene=Level(0, 2)))
    calm = delivery((), Feeling(line=Level(0, -2), scene=Level(0, -2)))
    assert excited.pace > 1 > calm.pace
    assert excited.decibels > 0 > calm.decibels
    assert excited.semitones > 0 > calm.semitones
    assert "scene +2.0 σ excited" in excited.reasons[0]


@pytest.mark.parametrize(
    ("words", "whispered", "louder", "pause"),
    [
        ("whispering", True, -1, 0.0),
        ("SHOUTING", False, 1, 0.0),
        ("not shouting", False, 0, 0.0),
        ("beat", False, 0, 0.8),
        ("a long beat", False, 0, 1.8),
        ("to Anna", False, 0, 0.0),
    ],
)
def test_parentheticals_are_followed_or_said_not_to_be(
    words: str, whispered: bool, louder: int, pause: float
) -> None:
    how = delivery([words], None)
    assert (how.whispered, np.sign(how.decibels), how.pause) == (whispered, louder, pause)
    assert words in how.reasons[0]


def test_deviations_of_equal_levels_are_none() -> None:
    assert deviations([Level(0.2, 0.4)] * 3) == [Level(0.0, 0.0)] * 3
    assert sum(one.arousal for one in deviations([Level(0, 1), Level(0, 3)])) == 0


def test_characters_of_one_scene_are_far_apart_and_the_cast_is_the_same_again() -> None:
    script = [speech(who, scene) for scene in "123" for who in ("ANNA", "BERT", "CARL", "DORA")]
    voices = cast_voices(script, {})
    assert voices == cast_voices(script, {})
    near = closest(script, voices)
    assert near is not None
    assert near[2] >= 1.5  # half of what is tried for, among four
    assert len({(one.variant, one.pitch) for one in voices.values()}) == 4


def test_a_voice_that_is_given_stays_and_others_keep_clear_of_it() -> None:
    script = [speech("ANNA", "1", "one two three"), speech("BERT", "1")]
    mine = Voice(variant="edward", pitch=50)
    voices = cast_voices(script, {"BERT": mine})
    assert voices["BERT"] == mine
    assert apart(voices["ANNA"], mine) >= 3


@given(st.integers(2, 14))
def test_no_two_of_a_crowd_have_the_same_voice(people: int) -> None:
    script = [speech(f"P{one}", "1") for one in range(people)]
    voices = cast_voices(script, {})
    assert len({(one.variant, one.pitch, one.pace) for one in voices.values()}) == people


def test_the_dictionary_takes_whole_words_by_any_case_and_the_longest_first() -> None:
    table = read_dictionary("# names\nNguyen = /nuːˈjɛn/\nvan Gogh = van Goff\nvan = [[van]]\n")
    assert pronounced("NGUYEN met van Gogh in a van; vans", table) == (
        "[[nu:'jEn]] met van Goff in a [[van]]; vans"
    )
    assert mnemonics("tʃiːz") == "tSi:z"


@pytest.mark.parametrize("line", ["Nguyen", "x = /ɥ/", "x = [[rm <v>]]", "= y", "x = a [[b"])
def test_a_wrong_entry_is_named_by_its_line(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_dictionary(f"# first\n{line}\n")


RECORD = {
    "person": "Anna Holm", "scope": "voice", "production": "Harbour", "granted_by": "Anna Holm",
    "date": "2026-01-05", "until": "2026-12-31", "digest": "ab12",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "day", "why"),
    [
        ({}, "2026-06-01", ""),
        ({}, "2026-12-31", ""),
        ({}, "2027-01-01", "ended"),
        ({}, "2026-01-04", "begins"),
        ({"scope": ["likeness"]}, "2026-06-01", "not for the voice"),
        ({"scope": ["likeness", "Voice"]}, "2026-06-01", ""),
        ({"production": "Pier"}, "2026-06-01", "given for 'Pier'"),
        ({"digest": "cd34"}, "2026-06-01", "another model"),
        ({"digest": "sha256:AB12"}, "2026-06-01", ""),
        ({"digest": "any"}, "2026-06-01", ""),
        ({"person": "Somebody"}, "2026-06-01", "no record names"),
        ({"until": ""}, "2050-06-01", ""),
    ],
)
def test_consent_covers_its_person_scope_production_days_and_model(
    change: dict[str, object], day: str, why: str
) -> None:
    records = consents_of({"consent": [{**RECORD, **change}]})
    found = covering(records, "ANNA HOLM", ["harbour"], "ab12", datetime.date.fromisoformat(day))
    if why:
        assert isinstance(found, str)
        assert why in found
    else:
        assert not isinstance(found, str)
        assert "granted by Anna Holm" in found.told


@pytest.mark.parametrize("key", ["person", "scope", "production", "granted_by", "date", "digest"])
def test_a_record_that_lacks_anything_is_no_record(key: str) -> None:
    with pytest.raises(ValueError, match=key):
        consents_of({name: value for name, value in RECORD.items() if name != key})


def test_phonemes_are_laid_as_piper_lays_them() -> None:
    table = {"^": (1,), "$": (2,), "_": (0,), "h": (20,), "a": (14,)}
    assert phoneme_ids("ha?", table) == ([1, 0, 20, 0, 14, 0, 2], 1)


class OtherModel:
    path = Path("other.onnx")
    inputs = ("tokens",)
    outputs = ("wave",)


def test_a_model_of_another_shape_is_refused_by_what_it_has() -> None:
    with pytest.raises(ModelError, match="its inputs are tokens") as caught:
        piper_voice(OtherModel(), {}, "other.onnx.json")  # type: ignore[arg-type]
    assert caught.value.code == "AP-MODEL-040"


def test_lines_lie_one_after_the_other_with_their_pauses_on_whole_frames() -> None:
    rate = Fraction(24000, 1001)
    lines = [speech("ANNA", "1"), speech("BERT", "1", number=2), speech("ANNA", "2")]
    starts = places([10, 20, 5], lines, rate)
    assert starts == [0, 10 + 10, 20 + 20 + 48]  # 0.4 s are 9.6 frames, 2 s 47.95
    assert frames_of(2002, rate) == 1
    assert frames_of(2003, rate) == 2


def test_a_level_is_reached_and_a_pause_is_as_long_as_asked() -> None:
    tone = np.sin(np.arange(48_000) / 8).astype(np.float32) * 0.01
    for decibels in (0.0, 6.0):
        made = levelled(tone, decibels)
        sounding = made[np.abs(made) > 0.03 * np.abs(made).max()]
        assert 10 * np.log10(np.mean(sounding**2)) == pytest.approx(-24 + decibels, abs=0.05)
    how = delivery(["beat"], None)
    assert len(joined([(delivery((), None), tone), (how, tone)])) == 2 * 48_000 + round(0.8 * 48_000)


@here
def test_a_spoken_line_is_as_long_as_was_planned_and_pace_and_pitch_do_what_they_say() -> None:
    text = "Who comes so late? Nobody knows the name of the man who waits at the harbour."
    plain = espeak.spoken(text, espeak.Saying("en+m3", 50, 165))
    assert len(plain) / 48_000 == pytest.approx(expected(text, 165), rel=0.2)
    assert len(espeak.spoken(text, espeak.Saying("en+m3", 50, 200))) < 0.9 * len(plain)
    higher = espeak.spoken(text, espeak.Saying("en+m3", 80, 165))
    assert _pitch(higher) > 1.2 * _pitch(plain)
    assert np.array_equal(plain, espeak.spoken(text, espeak.Saying("en+m3", 50, 165)))


@here
def test_a_text_is_never_an_option_and_a_pronunciation_is_heard() -> None:
    how = espeak.Saying("en+m3", 50, 165)
    assert len(espeak.spoken("--version", how)) > 20_000
    assert espeak.phonemes("[[d0br'0vski]]", "en") != espeak.phonemes("Dobrowski", "en")
    assert espeak.spoken("", how).shape == (0,)


@here
@pytest.mark.parametrize(("language", "variant"), [("xx", "m3"), ("en", "../m3"), ("-w", "m3"), ("en", "q")])
def test_a_language_or_variant_that_is_not_there_is_wrong_usage(language: str, variant: str) -> None:
    with pytest.raises(UsageError) as caught:
        espeak.check_voice(language, variant)
    assert caught.value.code == "AP-USE-733"


def test_without_espeak_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(AnswerprintError) as caught:
        espeak.spoken("x", espeak.Saying("en", 50, 165))
    assert (caught.value.code, int(caught.value.exit_code)) == ("AP-NEED-068", 4)


def _pitch(sound: np.ndarray) -> float:
    """The median of autocorrelation peaks, Hz."""
    found = []
    for at in range(0, len(sound) - 2048, 2048):
        part = sound[at : at + 2048] * np.hanning(2048)
        if np.mean(part**2) > 1e-4:
            curve = np.fft.irfft(np.abs(np.fft.rfft(part, 4096)) ** 2)[:800]
            found.append(48_000 / (150 + int(np.argmax(curve[150:]))))
    return float(np.median(found))
