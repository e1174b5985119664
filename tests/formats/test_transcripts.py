"""Transcripts read from other programs' files, and written for people: readable, in order, the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.subtitles.srt import read_srt, write_srt
from answerprint.formats.subtitles.vtt import read_vtt, write_vtt
from answerprint.formats.transcripts.cues import LINE, LINES, cues_of
from answerprint.formats.transcripts.docx import write_docx
from answerprint.formats.transcripts.markdown import write_markdown
from answerprint.formats.transcripts.model import Passage, PrintedPassage, PrintedTranscript, TimedWord
from answerprint.formats.transcripts.pdf import write_pdf
from answerprint.formats.transcripts.reading import read_transcript
from answerprint.formats.transcripts.whisper import read_whisper

MS = Fraction(1000)
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def printed(*passages: PrintedPassage) -> PrintedTranscript:
    return PrintedTranscript(title="A001C003.mov", about=("Heard by a machine",), passages=passages)


TWO = printed(
    PrintedPassage(place="01:00:04:12", speaker="ANNA", text="Is this the office <for> the boat & train?"),
    PrintedPassage(place="01:00:09:00", text="Zoë says: 夜の船。", note="draft"),
)


def passage(start: int, end: int, text: str, speaker: str | None = None) -> Passage:
    return Passage(range=Range.of_ticks(start, end, MS), text=text, speaker=speaker)


def test_whisper_words_keep_their_times_and_probabilities() -> None:
    held = {
        "text": " So it is.",
        "language": "en",
        "segments": [
            {
                "id": 0,
                "start": 0.32,
                "end": 1.5,
                "text": " So it is.",
                "words": [
                    {"word": " So", "start": 0.32, "end": 0.6, "probability": 0.91},
                    {"word": " it", "start": 0.6, "end": 0.7, "probability": 0.99},
                    {"word": " is.", "start": 0.7, "end": 1.5, "probability": 1.2},
                ],
            }
        ],
    }
    found = read_whisper(json.dumps(held))
    (one,) = found.passages
    assert (found.language, one.text) == ("en", "So it is.")
    assert [word.text for word in one.words] == ["So", "it", "is."]
    assert one.words[0].range == Range.of_ticks(320, 600, MS)
    assert one.words[2].confidence == 1.0


def test_whisperx_turns_inside_a_segment_are_passages_of_their_speakers() -> None:
    words = [
        {"word": "Where?", "start": 1.0, "end": 1.3, "score": 0.8, "speaker": "SPEAKER_00"},
        {"word": "Here.", "start": 1.4, "end": 1.7, "score": 0.7, "speaker": "SPEAKER_01"},
        {"word": "7", "speaker": "SPEAKER_01"},
    ]
    held = {"segments": [{"start": 1.0, "end": 2.0, "text": "Where? Here. 7", "words": words}]}
    found = read_whisper(json.dumps(held)).passages
    assert [(one.speaker, one.text) for one in found] == [("SPEAKER_00", "Where?"), ("SPEAKER_01", "Here. 7")]
    assert found[1].range == Range.of_ticks(1400, 1700, MS)
    assert found[1].words[1].range is None


def test_whisper_cpp_offsets_are_milliseconds() -> None:
    held = {"transcription": [{"offsets": {"from": 40, "to": 2600}, "text": " Nobody here."}]}
    (one,) = read_whisper(json.dumps(held)).passages
    assert one.range == Range.of_ticks(40, 2600, MS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "AP-FORMAT-240"),
        ("[" * 100_000, "AP-FORMAT-240"),
        ('{"a": 1}', "AP-FORMAT-241"),
        ('{"segments": 4}', "AP-FORMAT-241"),
        ('{"segments": [{"text": "a"}]}', "AP-FORMAT-242"),
        ('{"segments": [{"text": "a", "start": 2, "end": 1}]}', "AP-FORMAT-242"),
        ('{"segments": [{"text": "a", "start": 1, "end": 1e300}]}', "AP-FORMAT-242"),
        ('{"segments": []}', "AP-FORMAT-243"),
    ],
)
def test_json_that_is_no_transcript_says_why(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FormatError) as raised:
        read_transcript(path)
    assert raised.value.code == code


def test_speakers_are_taken_from_before_the_words_and_sounds_are_not(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text(
        "1\n00:00:04,000 --> 00:00:05,000\nANNA: Is <i>this</i>\nthe office?\n\n"
        "2\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: Yes: it is.\n\n"
        "3\n00:00:06,000 --> 00:00:07,000\n{\\an8}[door closes] Go. Now: go.\n"
    )
    found = read_transcript(path)
    assert found.source == "srt"
    assert [(one.speaker, one.text) for one in found.passages] == [
        ("SPEAKER_00", "Yes: it is."),
        ("ANNA", "Is this the office?"),
        (None, "[door closes] Go. Now: go."),
    ]


def test_a_vtt_is_known_by_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ruth>My name is Ruth.\n")
    (one,) = read_transcript(path).passages
    assert (one.speaker, one.text) == ("Ruth", "My name is Ruth.")


def test_a_word_document_has_every_passage_in_order_with_place_and_speaker() -> None:
    data = write_docx(TWO)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            etree.fromstring(archive.read(name))
        body = etree.fromstring(archive.read("word/document.xml"))
        types = archive.read("[Content_Types].xml").decode()
    assert "/word/document.xml" in types
    said = ["".join(one.itertext()) for one in body.iter(f"{WORD}p")]
    assert said == [
        "A001C003.mov",
        "Heard by a machine",
        "01:00:04:12   ANNA",
        "Is this the office <for> the boat & train?",
        "01:00:09:00   (draft)",
        "Zoë says: 夜の船。",
    ]


def test_documents_are_the_same_bytes_every_time() -> None:
    assert write_docx(TWO) == write_docx(TWO)
    assert write_pdf(TWO) == write_pdf(TWO)


def test_control_characters_do_not_spoil_a_word_document() -> None:
    data = write_docx(printed(PrintedPassage(place="0", text="a\x00b\x0bc\ud800d")))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        etree.fromstring(archive.read("word/document.xml"))


def test_a_long_transcript_fills_pages_and_loses_nothing() -> None:
    import pypdfium2

    many = [PrintedPassage(place=f"00:00:{n:02d}:00", text=f"number{n} " + "word " * 60) for n in range(60)]
    many.append(PrintedPassage(place="00:01:00:00", text="x" * 400))
    document = pypdfium2.PdfDocument(write_pdf(printed(*many)))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert len(document) > 3
    assert [text.index(f"number{n} ") for n in range(60)] == sorted(
        text.index(f"number{n} ") for n in range(60)
    )
    assert text.count("x") >= 400


def test_what_is_said_is_never_markup() -> None:
    text = write_markdown(printed(PrintedPassage(place="0", speaker="A*", text="# *no* <b> `x` [a](b)")))
    last = text.strip().split("\n")[-1]
    assert last == "\\# \\*no\\* \\<b\\> \\`x\\` \\[a\\](b)"
    assert write_markdown(printed(PrintedPassage(place="0", text="1. first"))).endswith("1\\. first\n")


SENTENCE = "Nobody has seen the captain since the storm last winter, and nobody wants to, either."


def test_cues_are_readable_and_say_everything_once() -> None:
    words = SENTENCE.split()
    timed = tuple(
        TimedWord(text=word, range=Range.of_ticks(1000 + 300 * n, 1250 + 300 * n, MS))
        for n, word in enumerate(words)
    )
    one = Passage(range=Range.of_ticks(1000, 6000, MS), text=SENTENCE, speaker="ANNA", words=timed)
    for cues in (cues_of([one], names=False), cues_of([one, passage(6000, 30000, SENTENCE * 4)], names=True)):
        assert all(len(line) <= LINE for cue in cues for line in cue.text.split("\n"))
        assert all(len(cue.text.split("\n")) <= LINES for cue in cues)
        assert all(a.range.end <= b.range.start for a, b in pairwise(cues))
    assert " ".join(" ".join(cue.text.split("\n")) for cue in cues_of([one], names=False)) == SENTENCE
    assert cues_of([one], names=True)[0].text.startswith("ANNA: ")


@given(
    st.lists(
        st.tuples(st.integers(0, 50_000), st.integers(1, 9000), st.sampled_from(["ANNA", "Ruth", None])),
        min_size=1,
        max_size=6,
    )
)
def test_subtitles_written_are_read_back(parts: list[tuple[int, int, str | None]]) -> None:
    at, passages = 0, []
    for gap, length, speaker in parts:
        passages.append(passage(at + gap, at + gap + length, SENTENCE, speaker))
        at += gap + length
    cues = cues_of(passages, names=False)
    for found in (read_srt(write_srt(cues)), read_vtt(write_vtt(cues))):
        assert [one.text for one in found] == [one.text for one in cues]
        assert [one.range.start for one in found] == [Time(one.range.start.frame(MS), MS) for one in cues]


def test_a_bad_srt_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text("hello\nthere\n")
    with pytest.raises(FormatError) as raised:
        read_transcript(path)
    assert raised.value.code == "AP-FORMAT-050"
    path.write_text("")
    with pytest.raises(FormatError) as raised:
        read_transcript(path)
    assert raised.value.code == "AP-FORMAT-243"
