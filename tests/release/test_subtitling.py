"""Subtitle rules: violations found and mended, texts left, cues carried to another cut, synchrony told."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range, Time
from answerprint.departments.release.subtitling.checking import RULES, TIMING, Timed, check
from answerprint.departments.release.subtitling.conforming import conformed
from answerprint.departments.release.subtitling.fixing import Fixed, fix
from answerprint.departments.release.subtitling.hearing import with_sounds, with_speakers
from answerprint.departments.release.subtitling.profiles import profiles
from answerprint.departments.release.subtitling.syncing import sync_of
from answerprint.departments.release.subtitling.texts import broken, flat, parted, seen
from answerprint.formats.subtitles.model import Cue

NETFLIX = profiles()["netflix-en"]
RATE = Fraction(24)
LINE = "Nobody waits for the last tram tonight."


def rules_of(cues: list[Timed], shots: tuple[int, ...] = ()) -> list[tuple[int, str]]:
    return [(one.cue, one.rule) for one in check(cues, NETFLIX, RATE, shots=shots)]


def words(cues: tuple[Timed, ...] | list[Timed]) -> str:
    return " ".join(seen(flat(one.text)) for one in cues)


def test_every_profile_says_where_it_is_from() -> None:
    for name, rules in profiles().items():
        assert rules.source and rules.title, name
        assert rules.reading_speed or rules.words, name
        assert rules.shortest < rules.longest


@pytest.mark.parametrize(
    ("cues", "shots", "expected"),
    [
        ([Timed(0, 48, LINE)], (), []),
        ([Timed(0, 19, "No.")], (), [(1, "shortest")]),
        ([Timed(0, 20, "No.")], (), []),
        ([Timed(0, 168, LINE)], (), []),
        ([Timed(0, 169, LINE)], (), [(1, "longest")]),
        ([Timed(0, 46, LINE)], (), [(1, "reading-speed")]),
        ([Timed(0, 48, LINE), Timed(47, 96, LINE)], (), [(2, "overlap")]),
        ([Timed(0, 48, LINE), Timed(49, 97, LINE)], (), [(2, "gap")]),
        ([Timed(0, 48, LINE), Timed(50, 98, LINE)], (), []),
        ([Timed(0, 48, LINE), Timed(51, 99, LINE)], (), [(2, "chain")]),
        ([Timed(0, 48, LINE), Timed(59, 107, LINE)], (), [(2, "chain")]),
        ([Timed(0, 48, LINE), Timed(60, 108, LINE)], (), []),
        ([Timed(0, 48, LINE), Timed(20, 68, LINE, "top")], (), []),
        ([Timed(100, 148, LINE)], (100,), []),
        ([Timed(99, 148, LINE)], (100,), [(1, "shot-change")]),
        ([Timed(88, 148, LINE)], (100,), []),
        ([Timed(89, 148, LINE)], (100,), [(1, "shot-change")]),
        ([Timed(107, 160, LINE)], (100,), [(1, "shot-change")]),
        ([Timed(108, 160, LINE)], (100,), []),
        ([Timed(40, 98, LINE)], (100,), []),
        ([Timed(40, 100, LINE)], (100,), [(1, "shot-change")]),
        ([Timed(40, 111, LINE)], (100,), [(1, "shot-change")]),
        ([Timed(40, 112, LINE)], (100,), []),
        ([Timed(0, 96, "x" * 43)], (), [(1, "characters")]),
        ([Timed(0, 96, "<i>" + "x" * 42 + "</i>")], (), []),
        ([Timed(0, 96, "one\ntwo\nthree")], (), [(1, "lines"), (1, "unneeded-break")]),
        ([Timed(0, 96, "- Yes.\n- No.")], (), []),
        ([Timed(0, 96, "Yes,\nsir.")], (), [(1, "unneeded-break")]),
        ([Timed(0, 96, "Wait...")], (), [(1, "ellipsis")]),
        ([Timed(0, 96, "Two  spaces.")], (), [(1, "spaces")]),
        ([Timed(0, 96, "<i>never closed")], (), [(1, "markup")]),
        ([Timed(0, 96, "")], (), [(1, "empty")]),
    ],
)
def test_rules_are_violated_from_their_very_limit_on(
    cues: list[Timed], shots: tuple[int, ...], expected: list[tuple[int, str]]
) -> None:
    assert rules_of(cues, shots) == expected


def test_times_scale_with_the_rate_and_the_gap_does_not() -> None:
    cues = [Timed(0, 60, LINE), Timed(62, 130, LINE)]
    assert not check(cues, NETFLIX, Fraction(30))
    chained = [Timed(0, 60, LINE), Timed(74, 134, LINE)]
    assert [one.rule for one in check(chained, NETFLIX, Fraction(30))] == ["chain"]


def mended(cues: list[Timed], **more: object) -> Fixed:
    made = fix(cues, NETFLIX, RATE, **more)  # type: ignore[arg-type]
    again = fix(made.cues, NETFLIX, RATE, **more)  # type: ignore[arg-type]
    assert again.cues == made.cues
    assert words(made.cues) == words(cues)
    return made


def test_what_times_can_mend_is_mended_with_the_least_movement() -> None:
    cues = [Timed(0, 30, LINE), Timed(100, 160, LINE), Timed(166, 240, LINE)]
    made = mended(cues)
    assert not made.unfixable
    assert made.cues[0] == Timed(0, 47, LINE)
    assert made.cues[1] == Timed(100, 164, LINE) or made.cues[1].end in (154, 164)
    assert not check(made.cues, NETFLIX, RATE)


def test_a_cue_goes_on_the_shot_or_clear_of_it() -> None:
    for start, expected in ((95, 100), (90, 88), (104, 100)):
        made = mended([Timed(start, 160, LINE)], shots=(100,))
        assert made.cues[0].start == expected, start
    for end, expected in ((93, 98), (101, 98)):
        assert mended([Timed(30, end, LINE)], shots=(100,)).cues[0].end == expected


def test_what_wants_other_words_is_named_with_its_figures_and_left() -> None:
    cues = [Timed(0, 12, LINE), Timed(14, 80, LINE)]
    made = mended(cues)
    assert {(one.cue, one.rule) for one in made.unfixable} == {(1, "shortest"), (1, "reading-speed")}
    assert all("frames" in one.reason for one in made.unfixable)
    assert not [one for one in check(made.cues, NETFLIX, RATE) if one.rule in ("overlap", "gap")]


def test_long_texts_are_parted_and_their_markup_with_them() -> None:
    text = "<i>" + " ".join([LINE] * 3) + "</i>"
    made = mended([Timed(0, 150, text)])
    assert len(made.cues) == 2 and made.origins == (1, 1)
    assert all(one.text.startswith("<i>") and one.text.endswith("</i>") for one in made.cues)
    assert not made.unfixable
    assert made.changes[0].after == made.cues


def test_a_rule_that_is_switched_off_is_never_applied() -> None:
    cues = [Timed(0, 30, LINE), Timed(100, 160, LINE), Timed(166, 240, "Yes,\nsir.")]
    for rule in ("chain", "reading-speed", "unneeded-break"):
        made = mended(cues, only=(rule,))
        left = {one.rule for one in check(made.cues, NETFLIX, RATE)}
        assert left == {"chain", "reading-speed", "unneeded-break"} - {rule}
        assert {one.rule for one in made.fixed} == {rule}
    made = mended(cues, only=("ellipsis",))
    assert list(made.cues) == cues and not made.fixed


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-30, 90), st.integers(1, 200), st.integers(1, 16), st.booleans()),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.integers(0, 900), max_size=6),
    st.sampled_from([RULES, TIMING, ("reading-speed",), ("overlap", "gap"), ("shot-change",)]),
)
def test_nothing_is_newly_broken_and_mending_twice_is_mending_once(
    drawn: list[tuple[int, int, int, bool]], shots: list[int], only: tuple[str, ...]
) -> None:
    cues, at = [], 30
    for gap, long, count, dashed in drawn:
        start = max(0, at + gap)
        said = " ".join(LINE.split()[number % 7] for number in range(count))
        cues.append(Timed(start, start + long, f"- {said}\n- No." if dashed else said))
        at = start + long
    cues.sort(key=lambda one: one.start)
    shots = sorted(set(shots))
    before = {(one.cue, one.rule) for one in check(cues, NETFLIX, RATE, shots=shots)}
    made = fix(cues, NETFLIX, RATE, shots=shots, only=only)
    after = {(made.origins[one.cue - 1], one.rule) for one in check(made.cues, NETFLIX, RATE, shots=shots)}
    assert {one for one in after - before if one[1] in ("overlap", "gap")} == set()
    assert len(after) <= len(before)
    assert words(made.cues) == words(cues)
    assert fix(made.cues, NETFLIX, RATE, shots=shots, only=only).cues == made.cues
    assert all(one.end > one.start >= 0 for one in made.cues)


def test_lines_break_where_they_read_best() -> None:
    text = "I would have come sooner, but the harbour bridge was up."
    assert broken(text, 42, 2, NETFLIX.width) == "I would have come sooner,\nbut the harbour bridge was up."
    assert broken("word " * 30 + "end", 42, 2, NETFLIX.width) is None
    parts = parted("word " * 30 + "end", 42, 2, NETFLIX.width)
    assert parts is not None and len(parts) == 2
    japanese = profiles()["netflix-ja"]
    assert japanese.width("駅で待つ") == 4 and japanese.width("abcd") == 2


def cut_of(*clips: tuple[str, int, int, int], rate: Fraction = RATE, speed: int = 1) -> Cut:
    """A cut of (asset, first source frame, record start, record end)."""
    made = tuple(
        Clip(
            id=str(number),
            asset=asset,
            record=Range.of_ticks(start, end, rate),
            source=Range.of_ticks(first, first + (end - start) * speed, rate),
            speed=Fraction(speed),
        )
        for number, (asset, first, start, end) in enumerate(clips)
    )
    return Cut(name="cut", rate=rate, tracks=(CutTrack(name="V1", kind="video", clips=made),))


def cue(start: int, end: int, rate: Fraction = RATE, **more: object) -> Cue:
    return Cue(range=Range.of_ticks(start, end, rate), text="Yes.", **more)  # type: ignore[arg-type]


def test_cues_go_where_their_pictures_went() -> None:
    rate = Fraction(24000, 1001)
    old = cut_of(("a", 100, 0, 200), ("b", 0, 200, 400), ("c", 50, 400, 500), rate=rate)
    new = cut_of(("b", 20, 0, 150), ("a", 100, 150, 350), rate=rate)
    cues = [
        cue(10, 60, rate),
        cue(230, 280, rate),
        cue(360, 395, rate),
        cue(410, 460, rate),
        cue(180, 240, rate),
    ]
    made = conformed(cues, old, new)
    frames = [(one.range.start.frame(rate), one.range.end.frame(rate)) for one in made.cues]
    # of the third ten frames are left, too few; the last crosses the edit, and both its halves are kept
    assert frames == [(0, 20), (10, 60), (160, 210), (330, 350)]
    assert made.gone == (3, 4) and made.shortened == (5,)


def test_a_shot_used_twice_brings_its_cue_twice_and_speed_is_followed() -> None:
    old = cut_of(("a", 0, 0, 100))
    twice = cut_of(("a", 0, 0, 100), ("a", 0, 100, 200))
    assert conformed([cue(10, 50)], old, twice).doubled == (1,)
    fast = cut_of(("a", 0, 0, 50), speed=2)
    made = conformed([cue(20, 60)], old, fast)
    assert (made.cues[0].range.start, made.cues[0].range.end) == (Time(10, RATE), Time(30, RATE))


def test_the_offset_of_cues_from_speech_and_a_wrong_clock_are_told() -> None:
    random = np.random.default_rng(5)
    voice, at = [], 3.0
    for _ in range(150):
        long = float(random.uniform(0.8, 4))
        voice.append((at, at + long))
        at += long + float(random.exponential(1.5)) + 0.3
    for offset, ratio in ((0.0, 1.0), (2.4, 1.0), (-7.5, 1.0), (12.0, 25 / 24)):
        cues = [((a - offset) / ratio + random.normal(0, 0.08), (b - offset + 0.4) / ratio) for a, b in voice]
        cues = [one for one in cues if one[0] > 0]
        found = sync_of(cues, voice)
        assert found is not None and found.sure
        assert float(found.ratio) == pytest.approx(ratio, rel=1e-3)
        assert found.offset == pytest.approx(offset, abs=0.3)
    noise = [(float(at), float(at) + 1) for at in np.sort(random.uniform(0, 500, 80))]
    assert sync_of(noise, voice) is None or not sync_of(noise, voice).sure  # type: ignore[union-attr]
    assert sync_of([], voice) is None


def test_sounds_and_speakers_are_told_where_there_is_room() -> None:
    cues = [cue(0, 48, speaker="ANNA"), cue(60, 108, speaker="ANNA"), cue(120, 168, speaker="BEN")]
    named, left = with_speakers(cues, NETFLIX, RATE)
    assert [one.text for one in named] == ["[anna] Yes.", "Yes.", "[ben] Yes."] and left == []
    long = msgspec.structs.replace(cues[0], text="x" * 41 + "\n" + "y" * 41)
    assert with_speakers([long], NETFLIX, RATE)[1] == [1]
    made, without = with_sounds(cues, [(180, 300, "music"), (50, 58, "applause")], NETFLIX, RATE)
    assert [one.text for one in made][-1] == "[music playing]" and without == [(50, 58, "applause")]
    assert made[-1].range == Range.of_ticks(180, 252, RATE)
