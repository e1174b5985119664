"""SubRip and WebVTT: times exact to the millisecond, and broken files named by line."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.subtitles.model import Cue
from answerprint.formats.subtitles.srt import read_srt, write_srt
from answerprint.formats.subtitles.vtt import read_vtt, write_vtt

MS = Fraction(1000)
said = st.lists(
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(bool),
    min_size=1,
    max_size=2,
).map("\n".join)


@st.composite
def cues(draw: st.DrawFn, spoken: bool) -> list[Cue]:
    made: list[Cue] = []
    at = 0
    for _ in range(draw(st.integers(0, 6))):
        start = at + draw(st.integers(1, 3_000_000))
        at = start + draw(st.integers(0, 7000))
        text = draw(said.filter(lambda one: "-->" not in one))
        speaker = draw(st.none() | st.sampled_from(["ANNA", "R & D", "Zoë <old"])) if spoken else None
        made.append(Cue(range=Range(Time(start, MS), Time(at, MS)), text=text, speaker=speaker))
    return made


@given(cues(spoken=False))
def test_subrip_comes_back_as_it_was_written(made: list[Cue]) -> None:
    again = read_srt(write_srt(made))
    assert [(cue.range, cue.text) for cue in again] == [(cue.range, cue.text) for cue in made]
    assert [cue.identifier for cue in again] == [str(number + 1) for number in range(len(made))]


@given(cues(spoken=True))
def test_webvtt_comes_back_as_it_was_written_with_its_speakers(made: list[Cue]) -> None:
    again = read_vtt(write_vtt(made))
    assert [(cue.range, cue.text, cue.speaker) for cue in again] == [
        (cue.range, cue.text, cue.speaker) for cue in made
    ]


def test_times_are_rounded_once_from_the_exact_time() -> None:
    rate = Fraction(24000, 1001)
    cue = Cue(range=Range.of_ticks(86_313, 86_337, rate), text="Is there a light?")
    # 86313 · 1001/24000 = 3599.971375 s and 86337 · 1001/24000 = 3600.972375 s
    assert "00:59:59,971 --> 01:00:00,972" in write_srt([cue])
    assert "00:59:59.971 --> 01:00:00.972" in write_vtt([cue])
    assert read_srt(write_srt([cue]))[0].range.start == Time(3_599_971, MS)


def test_cues_are_written_in_time_order_with_the_same_bytes() -> None:
    first, second = (Cue(range=Range.of_ticks(at, at + 25, Fraction(25)), text=str(at)) for at in (50, 0))
    assert write_srt([first, second]) == write_srt([second, first])
    assert write_srt([second, first]) == (
        "1\n00:00:00,000 --> 00:00:01,000\n0\n\n2\n00:00:02,000 --> 00:00:03,000\n50\n"
    )


def test_files_of_other_programs_are_read() -> None:
    srt = "\ufeff1\r\n00:00:01,5 --> 00:00:02.000 X1:40\r\n<i>Hello</i>\r\nthere\r\n\r\n\r\n" + (
        "00:00:03,000 --> 00:00:04,000\r\nno number"
    )
    one, two = read_srt(srt)
    assert (one.text, one.range.start, one.range.end) == (
        "<i>Hello</i>\nthere",
        Time(1500, MS),
        Time(2000, MS),
    )
    assert two.text == "no number"
    vtt = (
        "WEBVTT - made by hand\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE\nnot a cue\n\nintro\n"
        "00:01.000 --> 00:02.000 line:10% align:start\n<v.loud Anna>R&amp;D &lt;now&gt;</v>\n"
    )
    (cue,) = read_vtt(vtt)
    assert (cue.identifier, cue.settings, cue.speaker, cue.text) == (
        "intro",
        "line:10% align:start",
        "Anna",
        "R&D <now>",
    )


def test_a_name_that_would_break_the_file_is_made_harmless() -> None:
    cue = Cue(
        range=Range.of_ticks(0, 1, Fraction(1)),
        text="one\n\ntwo --> three",
        speaker="A>B\nC",
        identifier="x\n\n00:00:01.000 --> 00:00:02.000",
    )
    (again,) = read_vtt(write_vtt([cue]))
    assert (again.speaker, again.text) == ("A B C", "one\ntwo --> three")


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("hello\nworld\n", "AP-FORMAT-050", "line 2"),
        ("1\n00:00:01 --> 00:00:02,000\nx\n", "AP-FORMAT-050", "line 2"),
        ("1\n00:61:01,000 --> 00:62:02,000\nx\n", "AP-FORMAT-050", "line 2"),
        ("1\n00:00:01,000 --> 00:00:02,000\nx\n\nsome text\n\n", "AP-FORMAT-050", "line 6"),
        ("1\n00:00:03,000 --> 00:00:02,000\nx\n", "AP-FORMAT-051", "line 2"),
        ("7", "AP-FORMAT-050", "line 1"),
    ],
)
def test_a_broken_subrip_file_names_the_line(text: str, code: str, at: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_srt(text, file="a.srt")
    assert (caught.value.code, caught.value.at, caught.value.file) == (code, at, "a.srt")


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("", "AP-FORMAT-053", "line 1"),
        ("1\n00:00:01.000 --> 00:00:02.000\n", "AP-FORMAT-053", "line 1"),
        ("WEBVTT\n\nname\nno times\n", "AP-FORMAT-050", "line 4"),
        ("WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nx\n", "AP-FORMAT-050", "line 3"),
        ("WEBVTT\n\n00:09.000 --> 00:02.000\nx\n", "AP-FORMAT-051", "line 3"),
    ],
)
def test_a_broken_webvtt_file_names_the_line(text: str, code: str, at: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_vtt(text)
    assert (caught.value.code, caught.value.at) == (code, at)


@given(st.text(alphabet=st.sampled_from("01:,.->\nWEBVT x"), max_size=80))
def test_no_text_does_worse_than_a_coded_error(text: str) -> None:
    for read in (read_srt, read_vtt):
        try:
            read(text)
        except FormatError as error:
            assert error.code.startswith("AP-FORMAT-05")
