"""Subtitles of a cut: what is said stands in cues that can be read, begin with the voice, and keep apart."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.release.breaks import break_cost, lines_of
from answerprint.departments.release.subtitles import NETFLIX_ENGLISH, SpokenWord, Subtitles, subtitle_cues
from answerprint.departments.release.transcript import transcript
from answerprint.formats.screenplays.model import spoken_words

FILM, PAL = Fraction(24000, 1001), Fraction(25)
MS = Fraction(1000)


def say(
    text: str, start: int, *, line: str | None = "l1", speaker: str | None = "ANNA", each: int = 300
) -> list[SpokenWord]:
    """Words of a text as a recogniser hears them, one every `each` ms."""
    return [
        SpokenWord(
            text=word,
            range=Range(Time(start + each * index, MS), Time(start + each * (index + 1) - 20, MS)),
            line=line,
            speaker=speaker,
        )
        for index, word in enumerate(spoken_words(text))
    ]


def frames_of(made: Subtitles, rate: Fraction) -> list[tuple[int, int]]:
    return [
        (cue.range.start.frame(rate, Rounding.EXACT), cue.range.end.frame(rate, Rounding.EXACT))
        for cue in made.cues
    ]


def test_a_short_line_is_one_cue_in_the_scripts_own_writing() -> None:
    script = "Is there a *light* in the boat-house?"
    heard = say("is there a light in the boathouse", 1000)
    made = subtitle_cues(heard, {"l1": script}, PAL)
    assert [cue.text for cue in made.cues] == ["Is there a light in the boat-house?"]
    assert made.cues[0].speaker == "ANNA"
    # in on the first word; out half a second after the last, which ends at 3.08 s
    assert frames_of(made, PAL) == [(25, 77 + 12)]
    assert made.findings == ()


def test_a_cue_begins_on_the_frame_the_voice_begins_in() -> None:
    made = subtitle_cues(say("hello there old friend", 1041), {"l1": "Hello there, old friend."}, FILM)
    start = made.cues[0].range.start
    assert start == Time(24, FILM)
    assert Fraction(0) <= Fraction(1041, 1000) - start.seconds < 1 / FILM


@pytest.mark.parametrize(
    ("script", "said", "shown"),
    [
        ("There is a light in there.", "there is a lamp in there", "There is a lamp in there."),
        ("There is a light in there.", "there is light", "There is light."),
        ("Wait -- is it you?", "wait is it you", "Wait -- is it you?"),
        ("(low) Go. (beat) Now!", "go now", "Go. Now!"),
        ("It's 10 past 4.", "it's ten past four", "It's 10 past 4."),
        ("Don’t.", "don't", "Don’t."),
        ("“Come here,” he said.", "come here he said", "“Come here,” he said."),
        ("Never.", "no never", "no Never."),
    ],
)
def test_what_was_said_stands_in_the_scripts_writing(script: str, said: str, shown: str) -> None:
    tokens = transcript(say(said, 0), script.replace("(low) ", "").replace(" (beat)", ""))
    assert " ".join(token.text for token in tokens) == shown


def test_words_off_script_are_shown_as_heard() -> None:
    made = subtitle_cues(say("can we go again", 0, line=None), {}, PAL)
    assert made.cues[0].text == "Can we go again"


def test_a_long_speech_breaks_at_its_sentences() -> None:
    script = (
        "I was going to go down to the gallery tomorrow. But the rain never stopped, and the road is gone. "
        "Nobody will come."
    )
    made = subtitle_cues(say(script, 0), {"l1": script}, FILM)
    assert len(made.cues) > 1
    assert all(cue.text.endswith(".") for cue in made.cues)
    assert made.cues[0].text == "I was going to go down\nto the gallery tomorrow."
    assert " ".join(cue.text.replace("\n", " ") for cue in made.cues) == script
    assert made.findings == ()


def test_lines_break_before_phrases_and_never_after_an_article() -> None:
    sentence = "She put the letter back in the drawer of the desk"
    assert lines_of(sentence.split(), 42) == [
        "She put the letter back",
        "in the drawer of the desk",
    ]
    assert break_cost("the", "desk") > break_cost("letter", "desk") > break_cost("back", "in")
    assert break_cost("gone.", "Nobody") == 0 == break_cost("it.", "Nobody")
    assert break_cost("Mr.", "Steel") > break_cost("rain,", "Steel") > 0


def test_two_speakers_never_share_a_cue_and_the_gap_is_two_frames() -> None:
    heard = say("is it you", 0) + say("it is me", 950, line="l2", speaker="BEN")
    made = subtitle_cues(heard, {"l1": "Is it you?", "l2": "It is me."}, FILM)
    assert [(cue.speaker, cue.text) for cue in made.cues] == [("ANNA", "Is it you?"), ("BEN", "It is me.")]
    (_, out), (into, _) = frames_of(made, FILM)
    assert into - out == 2


def test_a_small_gap_is_closed_and_a_real_pause_is_kept() -> None:
    second = {"l1": "Is it you?", "l2": "It is me."}
    close = subtitle_cues(say("is it you", 0) + say("it is me", 1600, line="l2"), second, FILM)
    apart = subtitle_cues(say("is it you", 0) + say("it is me", 4000, line="l2"), second, FILM)
    assert [
        b[0] - a[1] for a, b in zip(frames_of(close, FILM), frames_of(close, FILM)[1:], strict=False)
    ] == [2]
    (start, out), (into, _) = frames_of(apart, FILM)
    assert into - out > 12
    assert out - start >= math.ceil(Fraction(5, 6) * FILM)


def test_what_cannot_be_read_in_its_time_is_named() -> None:
    script = "Extraordinarily complicated circumstances notwithstanding, proceed immediately."
    heard = say(script, 0, each=120) + say("no", 860, line="l2", speaker="BEN")
    made = subtitle_cues(heard, {"l1": script, "l2": "No."}, FILM)
    codes = {finding.code for finding in made.findings}
    assert "subtitle.reading_speed" in codes
    one = next(finding for finding in made.findings if finding.code == "subtitle.reading_speed")
    assert one.evidence[0].line == "l1" and one.evidence[0].value > 20 == one.evidence[0].threshold  # type: ignore[operator]


def test_two_at_once_stay_in_order_and_the_late_one_is_named() -> None:
    heard = say("stop it now", 1000) + say("never", 1010, line="l2", speaker="BEN")
    made = subtitle_cues(heard, {"l1": "Stop it now!", "l2": "Never!"}, PAL)
    (start, out), (into, _) = frames_of(made, PAL)
    assert (start, into - out) == (25, 2)
    assert "subtitle.late" in {finding.code for finding in made.findings}


def test_nothing_said_is_no_subtitle_and_no_cue_outlasts_the_cut() -> None:
    assert subtitle_cues([], {}, FILM) == Subtitles()
    made = subtitle_cues(say("is it you", 0), {"l1": "Is it you?"}, FILM, frames=24)
    assert frames_of(made, FILM) == [(0, 24)]


SOME_WORDS = "the light, in a boat-house? and Anna went on. extraordinarily to you! no"
word_lists = st.lists(
    st.sampled_from(SOME_WORDS.split()),
    min_size=1,
    max_size=40,
)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[SpokenWord], dict[str, str], Fraction]:
    heard: list[SpokenWord] = []
    written: dict[str, str] = {}
    at = 0
    for number in range(draw(st.integers(1, 4))):
        script = " ".join(draw(word_lists))
        written[f"l{number}"] = script
        at += draw(st.integers(-900, 4000))
        at = max(at, 0)
        each = draw(st.sampled_from([90, 200, 350, 900]))
        spoken = say(script, at, line=f"l{number}", speaker=draw(st.sampled_from(["ANNA", "BEN"])), each=each)
        heard += spoken
        at = math.ceil(spoken[-1].range.end.seconds * 1000)
    return heard, written, draw(st.sampled_from([FILM, PAL, Fraction(60000, 1001)]))


@settings(max_examples=120, deadline=None)
@given(scenes())
def test_every_scene_keeps_the_rules_or_names_what_breaks_them(
    scene: tuple[list[SpokenWord], dict[str, str], Fraction],
) -> None:
    heard, written, rate = scene
    made = subtitle_cues(heard, written, rate)
    assert subtitle_cues(list(reversed(heard)), written, rate) == made
    named = {(finding.code, finding.evidence[0].range) for finding in made.findings}
    frames = frames_of(made, rate)
    for (start, end), (following, _) in pairwise(frames):
        assert start < end <= following - NETFLIX_ENGLISH.gap
    begins = {word.range.start.frame(rate, Rounding.FLOOR) for word in heard}
    for cue, (start, end) in zip(made.cues, frames, strict=True):
        seconds = Fraction(end - start) / rate
        lines = cue.text.split("\n")
        assert len(lines) <= 2
        assert seconds <= 7
        assert (max(map(len, lines)) > 42) == (("subtitle.too_wide", cue.range) in named)
        assert (start not in begins) <= (("subtitle.late", cue.range) in named)
        if seconds < Fraction(5, 6):
            assert ("subtitle.too_short", cue.range) in named
        if len(cue.text) / seconds > 20 + Fraction(1, 2):  # half a character: the out point is a whole frame
            assert ("subtitle.reading_speed", cue.range) in named
    shown = sorted(word for cue in made.cues for word in spoken_words(cue.text))
    assert shown == sorted(word for text in written.values() for word in spoken_words(text))
