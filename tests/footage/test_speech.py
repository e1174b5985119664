"""Speech of one file: word times set by hand, slips as data, transcripts laid anew, and what cannot be."""

from __future__ import annotations

import json
import tomllib
import zipfile
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile as sf
from hypothesis import assume, given
from hypothesis import strategies as st
from test_readings import BOAT, JFK, OFFICE, heard_words, line, read

from answerprint.cli.main import run
from answerprint.core.errors import AnswerprintError, FootageError, NotAvailableError
from answerprint.core.logged import Listening
from answerprint.core.records import Annotation, Track
from answerprint.core.time import Range, Time
from answerprint.departments.footage.speech.alignment import Aligner, levels_of, set_edges
from answerprint.departments.footage.speech.deviations import deviations_of
from answerprint.departments.footage.speech.evidence import in_order
from answerprint.departments.footage.speech.in_file import Speech, speech_of
from answerprint.departments.footage.speech.marking import closely_heard
from answerprint.departments.footage.speech.passages import written_tokens
from answerprint.departments.footage.speech.readings import lay_along
from answerprint.departments.footage.speech.retiming import matched_words, retime
from answerprint.departments.footage.speech.script_lines import lines_in
from answerprint.departments.footage.speech.transcribing import free_of, transcribe_clip
from answerprint.departments.footage.speech.user_model import transcribe, words_of
from answerprint.formats.screenplays.model import spoken_words
from answerprint.formats.transcripts.model import Passage

RATE = 16_000
MS = Fraction(1000)
LABELLED = Path(__file__).parents[2] / "bench" / "labelled" / "jfk.words.toml"


def slips(said: str, written: str) -> list[tuple[str, int, str, str]]:
    words = spoken_words(written)
    heard = lay_along(heard_words(said), ["k"], [words])
    (reading,) = heard.readings
    return [(one.kind, one.index, one.word, one.said) for one in deviations_of(reading, words, heard)]


def test_a_line_said_as_written_has_no_slips() -> None:
    assert slips("the last boat left an hour ago", BOAT) == []


@pytest.mark.parametrize(
    ("said", "written", "slip"),
    [
        (
            "is this the is this the office for the island boat",
            OFFICE,
            ("repeated", 0, "is this the", "is this the"),
        ),
        ("the last last boat left an hour ago", BOAT, ("repeated", 1, "last", "last")),
        ("is this the for the island boat", OFFICE, ("dropped", 3, "office", "")),
        ("the last train left an hour ago", BOAT, ("substituted", 2, "boat", "train")),
        ("the last boat really left an hour ago", BOAT, ("inserted", 3, "", "really")),
        ("the boat last left an hour ago", BOAT, ("swapped", 1, "last boat", "boat")),
        ("is this the office for island the boat", OFFICE, ("swapped", 5, "the island", "island")),
        ("this is the office for the island boat", OFFICE, ("swapped", 0, "is this", "this")),
    ],
)
def test_every_kind_of_slip_is_told_with_its_word_and_place(
    said: str, written: str, slip: tuple[str, int, str, str]
) -> None:
    (found,) = slips(said, written)
    assert found[:2] == slip[:2]
    assert found[2] == slip[2] or slip[0] in ("repeated", "swapped")
    if slip[0] != "swapped":
        assert found[3] == slip[3]


WORDS = st.lists(st.sampled_from([*spoken_words(OFFICE), "um", "train", "last"]), min_size=4, max_size=12)


@given(WORDS)
def test_slips_account_for_every_word_of_the_line(said: list[str]) -> None:
    # a word said twice over and then out of place may leave one of the line's words untold
    assume(all(one != two for one, two in pairwise(said)))
    words = spoken_words(OFFICE)
    heard = lay_along(heard_words(" ".join(said)), ["k"], [words])
    for reading in heard.readings:
        found = deviations_of(reading, words, heard)
        told = {
            index
            for one in found
            if one.kind in ("dropped", "substituted", "swapped")
            for index in range(one.index, one.index + one.count)
        }
        assert set(reading.missing) <= told | {
            word.script_index for word in reading.words if word.kind == "match"
        }
        assert all(0 <= one.index <= len(words) and one.start_sample <= one.end_sample for one in found)


def test_words_out_of_order_are_worth_less_than_words_in_order() -> None:
    worth = [1.0] * 6
    assert in_order([0, 1, 2, 3], worth) == 4
    assert in_order([3, 4, 0, 1], worth) == 2
    assert in_order([], worth) == 0


@pytest.fixture(scope="module")
def jfk(shared_data: Path) -> np.ndarray:
    return read(shared_data / "speech" / "jfk.flac")


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return Aligner()


def test_aligned_words_lie_where_they_were_marked_by_hand(jfk: np.ndarray, aligner: Aligner) -> None:
    truth = np.array(tomllib.loads(LABELLED.read_text())["words"])
    aligned = aligner.align(jfk, spoken_words(JFK))
    edged = set_edges(jfk, aligned, aligner)
    off = np.array([[one.start_sample / 16, one.end_sample / 16] for one in edged]) - truth
    assert np.median(np.abs(off)) < 20
    assert np.mean(np.abs(off) <= 80) > 0.95
    assert all(a.end_sample <= b.start_sample for a, b in pairwise(edged))


@pytest.mark.slow
def test_edges_follow_the_sound_wherever_it_lies(jfk: np.ndarray, aligner: Aligner) -> None:
    words = spoken_words(JFK)
    late = np.concatenate([np.zeros(3 * RATE, np.int16), jfk])
    here, there = (aligner.align(one, words) for one in (jfk, late))
    first, second = set_edges(jfk, here, aligner), set_edges(late, there, aligner)
    moved = [b.start_sample - a.start_sample - 3 * RATE for a, b in zip(first, second, strict=True)]
    assert np.median(np.abs(moved)) < RATE // 50


def test_words_that_cannot_be_said_in_the_time_are_not_placed(aligner: Aligner) -> None:
    assert aligner.align(np.zeros(RATE // 4, np.int16), spoken_words(JFK)) == []
    assert aligner.align(np.zeros(10, np.int16), ["yes"]) == []
    assert levels_of(np.zeros(5, np.int16))[0].size == 0


@pytest.mark.slow
def test_a_doubtful_word_is_given_to_the_script_and_a_wrong_one_is_not(jfk: np.ndarray) -> None:
    lines = [line("jfk", JFK), line("boat", BOAT)]
    (reading,) = closely_heard(jfk, [(0, len(jfk))], lines).readings
    assert reading.fidelity == 1.0
    other = JFK.replace("fellow Americans", "purple elephants")
    heard = closely_heard(jfk, [(0, len(jfk))], [line("jfk", other), line("boat", BOAT)])
    found = [one for each in heard.readings for one in deviations_of(each, spoken_words(other), heard)]  # type: list[Deviation]
    assert any("elephants" in one.word for one in found if one.kind in ("substituted", "dropped"))


def cues(*rows: tuple[int, int, str]) -> list[Passage]:
    return [Passage(range=Range.of_ticks(start, end, MS), text=text) for start, end, text in rows]


PARTS = (
    (330, 2330, "And so, my fellow Americans,"),
    (3285, 7520, "ask not what your country can do for you,"),
    (8190, 10450, "ask what you can do for your country."),
)


def at_sixteen(time: Time) -> int:
    return time.frame(Fraction(RATE))


@pytest.mark.parametrize("early", [-1800, pytest.param(2500, marks=pytest.mark.slow)])
def test_cues_off_by_a_constant_come_right(jfk: np.ndarray, aligner: Aligner, early: int) -> None:
    moved = cues(*((max(0, start - early), max(1, end - early), text) for start, end, text in PARTS))
    found = retime(jfk, [(0, len(jfk))], moved, at_sixteen, aligner)
    for one, (start, end, _) in zip(found.passages, PARTS, strict=True):
        assert abs(one.words[0].start_sample / 16 - start) < 120
        assert abs(one.words[-1].end_sample / 16 - end) < 250
        assert one.share == 1.0


@pytest.mark.slow
def test_words_nobody_says_keep_their_order_and_are_flagged(jfk: np.ndarray, aligner: Aligner) -> None:
    rows = (*PARTS[:2], (8190, 10450, "ask what you can do, purple elephant parade, for your country."))
    found = retime(jfk, [(0, len(jfk))], cues(*rows), at_sixteen, aligner)
    lost = [word.text for one in found.passages for word in one.words if not word.placed]
    assert lost == ["purple", "elephant", "parade,"]
    starts = [word.start_sample for one in found.passages for word in one.words]
    assert starts == sorted(starts)


@pytest.mark.slow
def test_a_transcript_of_another_recording_is_not_placed(jfk: np.ndarray, aligner: Aligner) -> None:
    rows = (
        (1000, 3000, "Several dolphins followed our ship."),
        (4000, 8000, "Nothing in this office works."),
    )
    found = retime(jfk, [(0, len(jfk))], cues(*rows), at_sixteen, aligner)
    assert sum(one.share for one in found.passages) < 0.3
    assert retime(jfk, [], cues(*rows), at_sixteen, aligner).anchors == 0


def test_words_match_in_order_however_long_the_transcript_is() -> None:
    chance = np.random.default_rng(3)
    written = [f"w{n}" for n in chance.integers(0, 900, 2400)]
    heard = [word for word in written if chance.random() > 0.1]
    found = matched_words(heard, written)
    assert len(found) > 0.8 * len(heard)
    assert all(written[place] == heard[at] for place, at in found.items())
    places = sorted(found)
    assert [found[place] for place in places] == sorted(found.values())


def test_a_user_models_words_stay_in_order_whatever_it_says() -> None:
    def word(start: float, end: float, text: str, sure: float) -> SimpleNamespace:
        return SimpleNamespace(start=start, end=end, word=text, probability=sure)

    segments = [
        SimpleNamespace(
            start=0.0,
            end=2.0,
            text=" Is this",
            words=[word(0.1, 0.4, " Is", 0.9), word(0.3, 0.2, " this", 1.4), word(0.5, 0.6, " ", 0.1)],
        ),
        SimpleNamespace(start=2.0, end=9.0, text=" it?", words=[word(float("nan"), 99.0, " it?", 0.5)]),
        SimpleNamespace(start=9.0, end=9.1, text="", words=None),
    ]
    found = words_of(segments, 3 * RATE)
    assert [one.text for one in found] == ["Is", "this", "it?"]
    assert [one.utterance for one in found] == [0, 0, 1]
    assert [(one.start_sample, one.end_sample) for one in found] == [
        (1600, 6400),
        (6400, 6400),
        (6400, 48000),
    ]
    assert found[1].confidence == 1.0


def test_a_user_model_that_is_not_here_is_said_so(tmp_path: Path) -> None:
    samples = np.zeros(RATE, np.int16)
    codes = []
    for folder in (None, tmp_path / "none", tmp_path):
        with pytest.raises(NotAvailableError) as raised:
            transcribe(samples, folder, "en")
        codes.append(raised.value.code)
    assert codes == ["AP-NEED-120", "AP-NEED-121", "AP-NEED-121"]
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(NotAvailableError) as raised:
        transcribe(samples, tmp_path, "en")
    assert raised.value.code in (
        "AP-NEED-121",
        "AP-NEED-122",
    )  # the library may be installed: then it is the model
    assert raised.value.remedy


def test_lines_are_printed_as_they_are_written() -> None:
    assert written_tokens("Well — it's *thirty-two* now, (a beat) Dane.") == {}
    assert written_tokens("Well — it's *thirty-two*, Dane.") == {
        0: "Well",
        1: "it's",
        2: "thirty-two,",
        3: "",
        4: "Dane.",
    }


SPANS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**5)), max_size=6)


@given(SPANS, SPANS)
def test_what_is_left_of_voice_is_voice_that_no_reading_took(
    voice: list[tuple[int, int]], taken: list[tuple[int, int]]
) -> None:
    spans = [(start, start + length) for start, length in voice]
    gone = [(start, start + length) for start, length in taken]
    for start, end in free_of(spans, gone):
        assert end - start >= RATE / 10
        assert any(first <= start and end <= last for first, last in spans)
        assert all(end <= first or last <= start for first, last in gone)


def test_a_clips_transcript_is_its_readings_and_drafts_of_the_rest(jfk: np.ndarray) -> None:
    lines = [line("jfk", JFK)]
    listening = Listening(
        start=800, samples=len(jfk), channels=1, used=(0,), floor_db=-60, speech_db=-20, peak_db=-3
    )
    voice = Track(
        asset="a",
        name="voice.1",
        rate=Fraction(RATE),
        annotations=(Annotation(start=800, end=800 + 125_000),),
    )
    read_here = Annotation(start=800, end=800 + 60_000, label="jfk", text="and so", confidence=0.9)
    first, *rest = transcribe_clip(jfk, listening, voice, [read_here], lines, None, None)
    assert (first.label, first.start, first.value["draft"]) == ("ANNA", 800, False)
    assert rest
    assert all(one.value["draft"] and one.label == "" and one.end > 60_000 for one in rest)


def test_plain_lines_and_screenplays_both_make_a_script(tmp_path: Path) -> None:
    plain = tmp_path / "lines.txt"
    plain.write_text(f"ANNA: {BOAT}\n\n{OFFICE}\n")
    found = lines_in(plain)
    assert [(one.character, one.text) for one in found] == [("ANNA", BOAT), ("", OFFICE)]
    fountain = tmp_path / "film.fountain"
    fountain.write_text(f"INT. OFFICE - DAY\n\nANNA\n{BOAT}\n")
    assert [(one.scene, one.character) for one in lines_in(fountain)] == [("1", "ANNA")]
    silent = tmp_path / "silent.fountain"
    silent.write_text("INT. OFFICE - DAY\n\nNobody says anything.\n")
    with pytest.raises(FootageError) as raised:
        lines_in(silent)
    assert raised.value.code == "AP-FOOTAGE-020"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "film.fountain"
    path.write_text(f"INT. OFFICE - DAY\n\nANNA\n{OFFICE}\n\nINT. PODIUM - DAY\n\nJACK\n{JFK}\n")
    return path


@pytest.mark.slow
def test_a_file_is_held_against_its_script(shared_data: Path, script: Path) -> None:
    found = speech_of(shared_data / "speech" / "jfk.flac", script=script, scene="1")
    (one,) = found.document.lines
    assert (one.status, one.speaker, one.scene, one.wrong_page) == ("matched", "JACK", "2", True)
    assert one.deviations == ()
    assert [word.text for word in found.document.words] == spoken_words(JFK)
    assert {word.speaker for word in found.document.words} == {"JACK"}
    assert not any(word.flags for word in found.document.words)
    assert not found.document.draft


@pytest.mark.slow
def test_speech_without_a_script_is_a_draft(shared_data: Path) -> None:
    found = speech_of(shared_data / "speech" / "jfk.flac")
    assert found.document.draft
    assert found.document.lines == ()
    assert all("draft" in word.flags and word.speaker is None for word in found.document.words)
    assert set(found.notes) == {"draft"}


@pytest.mark.slow
def test_speech_that_is_no_line_is_not_forced_onto_one(shared_data: Path, script: Path) -> None:
    voice = sorted((shared_data / "voices").glob("*.flac"))[0]
    found = speech_of(voice, script=script)
    assert found.document.lines
    assert {one.status for one in found.document.lines} == {"off_script"}
    assert {one.line for one in found.document.lines} == {None}


def test_documents_and_subtitles_are_written_and_nothing_is_written_over(
    shared_data: Path, script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outs = {kind: tmp_path / f"o.{kind}" for kind in ("docx", "pdf", "markdown", "srt", "vtt")}
    options = [part for kind, out in outs.items() for part in (f"--{kind}", str(out))]
    command = [
        "speech",
        str(shared_data / "speech" / "jfk.flac"),
        "--script",
        str(script),
        *options,
        "--json",
    ]
    assert run(command) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["lines"][0]["status"] == "matched"
    assert zipfile.is_zipfile(outs["docx"])
    assert outs["pdf"].read_bytes().startswith(b"%PDF")
    assert "**JACK**" in outs["markdown"].read_text()
    assert outs["vtt"].read_text().startswith("WEBVTT")
    assert "JACK: And so, my fellow Americans" in outs["srt"].read_text()
    assert run(command) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "AP-USE-074"


def test_what_was_imported_and_not_found_needs_a_person(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.srt"
    path.write_text("1\n00:00:09,000 --> 00:00:11,000\nANNA: And so, my fellow Americans, purple elephant\n")
    assert run(["speech", str(shared_data / "speech" / "jfk.flac"), "--transcript", str(path), "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["retimed"]["words"] == 7
    assert [word["text"] for word in document["words"] if "not_found" in word["flags"]] == [
        "purple",
        "elephant",
    ]
    assert {word["speaker"] for word in document["words"]} == {"ANNA"}


def silence(path: Path, samples: np.ndarray, rate: int = 48_000) -> Path:
    sf.write(path, samples, rate, subtype="FLOAT" if path.suffix == ".wav" else None)
    return path


BAD: dict[str, Callable[[Path], Path]] = {
    "silence": lambda folder: silence(folder / "a.wav", np.zeros(96_000, np.float32)),
    "no numbers": lambda folder: silence(folder / "a.wav", np.full(96_000, np.nan, np.float32)),
    "noise": lambda folder: silence(
        folder / "a.wav", np.random.default_rng(1).normal(0, 0.2, 96_000).astype(np.float32)
    ),
    "one sample": lambda folder: silence(folder / "a.wav", np.zeros(1, np.float32)),
}


@pytest.mark.parametrize("name", BAD)
def test_sound_in_which_nobody_speaks_has_no_words(name: str, tmp_path: Path, script: Path) -> None:
    file = BAD[name](tmp_path)
    for found in (speech_of(file), speech_of(file, script=script)):
        assert isinstance(found, Speech)
        assert not any(one.status != "off_script" for one in found.document.lines)
        if name != "noise":
            assert found.document.words == ()


@pytest.mark.parametrize("content", [b"", b"hello\n" * 20, b"\0" * 500, b"RIFF\xff\xff\xff\x7fWAVEfmt "])
def test_files_without_sound_say_so(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(AnswerprintError) as raised:
        speech_of(path)
    assert raised.value.code.startswith(("AP-MEDIA", "AP-FOOTAGE", "AP-USE"))


def test_pictures_without_sound_say_so(shared_data: Path) -> None:
    with pytest.raises(FootageError) as raised:
        speech_of(shared_data / "video" / "counter.mp4")
    assert raised.value.code == "AP-FOOTAGE-021"


def test_other_languages_and_wrong_options_are_refused(shared_data: Path, tmp_path: Path) -> None:
    file = str(shared_data / "speech" / "jfk.flac")
    assert run(["speech", file, "--language", "ja", "--json"]) == 4
    assert run(["speech", file, "--backend", "faster-whisper", "--json"]) == 4
    assert run(["speech", file, "--backend", "faster-whisper", "--model", str(tmp_path), "--json"]) == 4
    assert run(["speech", file, "--backend", "other", "--json"]) == 2
    assert run(["speech", file, "--scene", "4", "--json"]) == 2
    assert run(["speech", file, "--model", str(tmp_path), "--json"]) == 2
