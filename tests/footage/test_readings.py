"""Lines found in speech: real voices reading known words, and that sound cut so that words go or return."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import gcd
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import resample_poly

from answerprint.departments.footage.speech.pronouncing import pronounce, read_number
from answerprint.departments.footage.speech.readings import Heard, ScriptListener, dictate, lay_along
from answerprint.departments.footage.speech.recogniser import HeardWord, line_model, utterances
from answerprint.formats.screenplays.model import Line, spoken_words

RATE = 16_000
JFK = (
    "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your "
    "country."
)
OTHER_LINES = (
    "Is this the office for the island boat?",
    "The last boat left an hour ago.",
    "You can leave it here until the morning.",
    "I lived in the white house. My name is Ruth.",
    "What does he say?",
    "What is the name on the front?",
    "Yes.",
)


def line(key: str, text: str) -> Line:
    return Line(key=key, scene="1", number=1, character="ANNA", text=text, source_line=1)


def read(path: Path) -> np.ndarray:
    samples, rate = sf.read(path, dtype="float32")
    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    common = gcd(rate, RATE)
    if rate != RATE:
        mono = resample_poly(mono, RATE // common, rate // common)
    return (np.clip(mono, -1, 1) * 32767).astype(np.int16)


def heard_words(text: str, pause_before: Sequence[int] = (), fit: float = -2.0) -> list[HeardWord]:
    """Words as a recogniser would give them, a third of a second each, two seconds' pause before some."""
    words, at = [], 0
    for place, word in enumerate(text.split()):
        at += 2 * RATE if place in pause_before else 0
        words.append(HeardWord(word, at, at + RATE // 3, fit))
        at += RATE // 3
    return words


def lay(text: str, *lines: str, pause_before: Sequence[int] = (), fit: float = -2.0) -> Heard:
    words = [spoken_words(one) for one in lines]
    return lay_along(heard_words(text, pause_before, fit), [f"k{n}" for n in range(len(lines))], words)


def kinds(heard: Heard) -> list[tuple[str, str]]:
    return [(word.text, word.kind) for word in heard.readings[0].words]


BOAT, OFFICE = "The last boat left an hour ago.", "Is this the office for the island boat?"


def test_a_line_said_as_written_is_complete() -> None:
    (reading,) = lay("the last boat left an hour ago", OFFICE, BOAT).readings
    assert reading.line_key == "k1"
    assert (reading.completeness, reading.fidelity, reading.missing) == (1.0, 1.0, ())
    assert [word.script_index for word in reading.words] == list(range(7))


def test_words_given_up_and_said_again_are_repeated_and_the_last_ones_count() -> None:
    heard = lay("is this the is this the office for the boat", OFFICE)
    assert kinds(heard)[:3] == [("is", "repeated"), ("this", "repeated"), ("the", "repeated")]
    assert all(kind == "match" for _, kind in kinds(heard)[3:])
    (reading,) = heard.readings
    assert reading.missing == (6,)
    assert reading.completeness == pytest.approx(7 / 8)


def test_a_stammered_word_is_repeated() -> None:
    assert kinds(lay("the last last boat left an hour ago", BOAT))[1:3] == [
        ("last", "repeated"),
        ("last", "match"),
    ]


def test_a_wrong_word_is_substituted_and_a_foreign_one_inserted() -> None:
    assert ("train", "substituted") in kinds(lay("the last train left an hour ago", BOAT))
    assert ("really", "inserted") in kinds(lay("the last boat really left an hour ago", BOAT))


def test_a_line_said_twice_is_two_takes() -> None:
    text = "the last boat left an hour ago the last boat left an hour ago"
    for pauses in ((), (7,)):
        heard = lay(text, BOAT, pause_before=pauses)
        assert [one.completeness for one in heard.readings] == [1.0, 1.0]
        assert heard.readings[0].end_sample <= heard.readings[1].start_sample


def test_a_take_begun_again_after_a_pause_is_another_take() -> None:
    heard = lay("is this the office is this the office for the island boat", OFFICE, pause_before=(4,))
    assert [one.completeness for one in heard.readings] == [0.5, 1.0]
    assert heard.readings[0].missing == (4, 5, 6, 7)


def test_lines_in_order_are_each_read() -> None:
    heard = lay("is this the office for the island boat the last boat left an hour ago", OFFICE, BOAT)
    assert [one.line_key for one in heard.readings] == ["k0", "k1"]
    assert heard.offscript == ()


def test_talk_around_a_line_is_off_the_script() -> None:
    text = "quiet everybody please the last boat left an hour ago great moving on"
    heard = lay(text, OFFICE, BOAT, pause_before=(3, 10))
    assert [one.line_key for one in heard.readings] == ["k1"]
    assert [one.draft for one in heard.offscript] == ["quiet everybody please", "great moving on"]


def test_common_words_alone_are_no_reading() -> None:
    heard = lay("the on the of", "What is the name on the front?", "the king of the hill")
    assert heard.readings == ()
    assert [one.draft for one in heard.offscript] == ["the on the of"]


def test_words_that_do_not_sound_like_the_line_are_no_reading() -> None:
    assert lay("the last boat left an hour ago", BOAT, fit=-8.0).readings == ()
    assert lay("the boat ago", BOAT, fit=-5.0).readings == ()
    assert lay("the last boat left", BOAT, fit=-4.0).readings == ()


def test_a_one_word_line_needs_its_word_and_a_clear_one() -> None:
    assert lay("yes", "Yes.").readings[0].completeness == 1.0
    assert lay("yes", "Yes.", fit=-3.5).readings == ()
    assert lay("well", "Yes.").readings == ()


def test_nothing_heard_is_nothing_read() -> None:
    assert lay("", BOAT) == Heard()
    assert ScriptListener([]).listen(np.zeros(RATE, np.int16), [(0, RATE)]) == Heard()


SAY = st.lists(
    st.sampled_from(
        [
            "is",
            "this",
            "the",
            "office",
            "for",
            "island",
            "boat",
            "last",
            "left",
            "an",
            "hour",
            "ago",
            "um",
            "well",
        ]
    )
)


@given(SAY)
def test_every_heard_word_ends_up_in_one_place(said: list[str]) -> None:
    heard = lay(" ".join(said), OFFICE, BOAT)
    words = [word.text for one in heard.readings for word in one.words]
    words += [word for one in heard.offscript for word in one.draft.split()]
    assert sorted(words) == sorted(said)
    for reading in heard.readings:
        assert 0 <= reading.fidelity <= reading.completeness <= 1
        said_here = {word.script_index for word in reading.words if word.kind != "inserted"}
        assert said_here.isdisjoint(reading.missing)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), max_size=8))
def test_utterances_hold_all_speech_once_and_none_is_too_long(pairs: list[tuple[int, int]]) -> None:
    ranges = []
    at = 0
    for gap, length in pairs:
        ranges.append((at + gap, at + gap + length))
        at += gap + length
    cut = utterances(ranges, at)
    assert all(end - start <= 25 * RATE + 1 for start, end in cut)
    assert all(first[1] <= second[0] for first, second in pairwise(cut))
    for start, end in ranges:
        assert sum(max(0, min(end, b) - max(start, a)) for a, b in cut) == end - start


def test_the_language_model_sums_to_one_for_every_word() -> None:
    common = {"the": 0.4, "boat": 0.2, "sea": 0.1, "rain": 0.2, "went": 0.1}
    text = line_model([["the", "last", "boat"], ["the", "sea"]], common)
    unigrams, backoffs, bigrams = {}, {}, {}
    section = ""
    for row in text.splitlines():
        if row.startswith("\\"):
            section = row
        elif section == "\\1-grams:" and row:
            value, word, backoff = row.split()
            unigrams[word], backoffs[word] = 10 ** float(value), 10 ** float(backoff)
        elif section == "\\2-grams:" and row:
            value, first, second = row.split()
            bigrams[first, second] = 10 ** float(value)
    assert sum(unigrams.values()) == pytest.approx(1.0, abs=1e-3)
    for first in backoffs:
        known = {second for one, second in bigrams if one == first}
        rest = sum(share for word, share in unigrams.items() if word not in known and word != "<s>")
        total = sum(bigrams[first, second] for second in known) + backoffs[first] * rest
        assert total == pytest.approx(1.0, abs=2e-3), first


def test_names_and_numbers_are_pronounced() -> None:
    known = {"thirty": "TH ER D IY", "two": "T UW", "boat": "B OW T", "marsh": "M AA R SH"}.get
    assert pronounce("boat", known) == "B OW T"
    assert pronounce("boat's", known) == "B OW T S"
    assert pronounce("marsh's", known) == "M AA R SH IH Z"
    assert pronounce("32", known) == "TH ER D IY T UW"
    assert read_number("1942") == ["one", "thousand", "nine", "hundred", "forty", "two"]
    assert pronounce("phike", known) == "F AY K"
    assert pronounce("zoë", known).startswith("Z")


@given(st.text(max_size=12))
def test_every_word_has_some_pronunciation(word: str) -> None:
    assert pronounce(word, lambda _: None).strip()


@pytest.fixture(scope="module")
def true_lines(shared_data: Path) -> list[Line]:
    lines = [line("jfk", JFK)]
    for path in sorted((shared_data / "speech" / "librivox").glob("*.txt")):
        lines.append(line(path.stem, path.read_text().strip()))
    return lines


@pytest.fixture(scope="module")
def listener(true_lines: list[Line]) -> ScriptListener:
    return ScriptListener([*true_lines, *(line(text, text) for text in OTHER_LINES)])


@pytest.fixture(scope="module")
def jfk(shared_data: Path) -> np.ndarray:
    return read(shared_data / "speech" / "jfk.flac")


def whole(samples: np.ndarray) -> list[tuple[int, int]]:
    return [(0, len(samples))]


def test_every_real_voice_is_found_on_its_own_line_word_for_word(
    listener: ScriptListener, shared_data: Path, jfk: np.ndarray
) -> None:
    clips = {"jfk": jfk}
    clips |= {one.stem: read(one) for one in sorted((shared_data / "speech" / "librivox").glob("*.wav"))}
    for key, samples in clips.items():
        heard = listener.listen(samples, whole(samples))
        assert [one.line_key for one in heard.readings] == [key]
        assert heard.readings[0].fidelity == 1.0
        assert heard.readings[0].confidence > 0.5
        assert heard.offscript == ()


def test_voices_that_say_something_else_are_never_put_on_a_line(
    listener: ScriptListener, shared_data: Path
) -> None:
    for path in sorted((shared_data / "voices").glob("*.flac")):
        samples = read(path)
        heard = listener.listen(samples, whole(samples))
        assert heard.readings == (), (path.name, heard.readings)
        assert heard.offscript


def test_a_line_close_in_sound_but_not_in_words_is_not_forced(jfk: np.ndarray) -> None:
    listener = ScriptListener([line(text, text) for text in OTHER_LINES])
    assert listener.listen(jfk, whole(jfk)).readings == ()


def test_cut_words_are_missing_and_doubled_words_repeated(listener: ScriptListener, jfk: np.ndarray) -> None:
    (reading,) = listener.listen(jfk, whole(jfk)).readings
    at = {word.script_index: word for word in reading.words}
    ask, what = at[5].start_sample, at[7].start_sample
    (cut,) = listener.listen(np.concatenate([jfk[:ask], jfk[what:]]), whole(jfk)[:1]).readings
    assert cut.missing == (5, 6)
    assert cut.completeness == pytest.approx(20 / 22, abs=1e-4)
    for_you_end = at[13].end_sample
    doubled = np.concatenate([jfk[:for_you_end], jfk[what:for_you_end], jfk[for_you_end:]])
    (again,) = listener.listen(doubled, whole(doubled)).readings
    assert again.missing == ()
    repeated = [word.script_index for word in again.words if word.kind == "repeated"]
    assert repeated == [7, 8, 9, 10, 11, 12, 13]


def test_words_lie_where_they_are_said(listener: ScriptListener, jfk: np.ndarray) -> None:
    (reading,) = listener.listen(jfk, whole(jfk)).readings
    later = np.concatenate([np.zeros(RATE, np.int16), jfk])
    (moved,) = listener.listen(later, [(RATE, len(later))]).readings
    for word, other in zip(reading.words, moved.words, strict=True):
        assert abs(other.start_sample - RATE - word.start_sample) <= RATE // 10


def test_the_same_sound_reads_the_same_whatever_came_before(
    listener: ScriptListener, jfk: np.ndarray, shared_data: Path
) -> None:
    first = listener.listen(jfk, whole(jfk))
    other = read(sorted((shared_data / "voices").glob("*.flac"))[0])
    listener.listen(other, whole(other))
    assert listener.listen(jfk, whole(jfk)) == first


def test_dictation_without_a_script_is_a_draft_with_places(shared_data: Path) -> None:
    samples = read(shared_data / "speech" / "librivox" / "sense_and_sensibility-0880.wav")
    draft = dictate(samples, whole(samples))
    said = {word.text for word in draft}
    assert {"he", "was", "not", "young", "man"} <= said
    assert all(a.end_sample <= b.start_sample for a, b in pairwise(draft))
