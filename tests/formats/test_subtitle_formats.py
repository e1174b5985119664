"""TTML, IMSC, EBU STL, SCC and SubStation Alpha: exact frames, places and styles kept, bad files named."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from answerprint.core.errors import FormatError, UsageError
from answerprint.core.time import Range, Time
from answerprint.core.timecode import RATES
from answerprint.formats.subtitles.ass import marked, read_ass, styled_lines, write_ass
from answerprint.formats.subtitles.files import read_subtitle_file, write_subtitles
from answerprint.formats.subtitles.model import Align, Cue, Place, SubtitleFile
from answerprint.formats.subtitles.scc import RATE, read_scc, write_scc
from answerprint.formats.subtitles.stl import decode_latin, encode_latin, read_stl, write_stl
from answerprint.formats.subtitles.ttml import Profile, read_ttml, write_ttml

RATE_NAMES = ("23.976", "24", "25", "29.97", "30", "50", "59.94")
PLACES: tuple[Place, ...] = ("bottom", "middle", "top")
ALIGNS: tuple[Align, ...] = ("left", "center", "right")
SAID = (
    "Is there a light?",
    "<i>Élan vital</i>\nà côté de Zoë",
    "♪ Señor, <i>vámonos</i> ya ♪",
    "Ø & å; {x} \\N 1 < 2",
    "<u>one</u> of\n<i>two or three</i>",
    "“Stop!” he said,\nand <i>ran</i> on.",
)
TT = (
    '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
    'xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" '
)


def film(rate: Fraction, said: tuple[str, ...] = SAID) -> SubtitleFile:
    """200 cues over three hours, the same ones every time."""
    chance = random.Random(77)
    starts = sorted(chance.sample(range(200, int(3 * 3600 * rate), 100), 200))
    made = tuple(
        Cue(
            range=Range.of_ticks(start, start + chance.randint(20, 60), rate),
            text=chance.choice(said),
            speaker=chance.choice((None, "ANNA", "R & D <old>")),
            place=chance.choice(PLACES),
            align=chance.choice(ALIGNS),
            forced=chance.random() < 0.2,
        )
        for start in starts
    )
    return SubtitleFile(cues=made, format="", rate=rate, language="fr", title="Été & <Nuit>")


def frames(file: SubtitleFile, rate: Fraction) -> list[tuple[int, int]]:
    return [(cue.range.start.frame(rate), cue.range.end.frame(rate)) for cue in file.cues]


def looks(file: SubtitleFile) -> list[tuple[str, Place, Align]]:
    return [(cue.text, cue.place, cue.align) for cue in file.cues]


def cue(text: str, start: int = 100, end: int = 130, rate: Fraction = RATE) -> SubtitleFile:
    return SubtitleFile(cues=(Cue(range=Range.of_ticks(start, end, rate), text=text),), format="", rate=rate)


def ttml(body: str, more: str = "", head: str = "") -> SubtitleFile:
    return read_ttml(f"{TT}{more}><head>{head}</head><body>{body}</body></tt>".encode(), file="a.ttml")


def seconds(file: SubtitleFile) -> list[tuple[Fraction, Fraction]]:
    return [(one.range.start.seconds, one.range.end.seconds) for one in file.cues]


@pytest.mark.parametrize("profile", ["ttml1", "imsc1.1"])
@pytest.mark.parametrize("name", RATE_NAMES)
def test_timed_text_keeps_every_frame_and_all_that_a_cue_says(name: str, profile: Profile) -> None:
    rate = RATES[name]
    made = film(rate)
    again = read_ttml(write_ttml(made, rate=rate, profile=profile))
    assert [one.range for one in again.cues] == [one.range for one in made.cues]
    assert all(one.range.start.rate == rate for one in again.cues)
    assert looks(again) == looks(made)
    assert [(one.speaker, one.forced) for one in again.cues] == [
        (one.speaker, one.forced) for one in made.cues
    ]
    assert (again.rate, again.language, again.title, again.notes) == (rate, "fr", made.title, ())
    assert again.format == ("imsc" if profile == "imsc1.1" else "ttml")


@pytest.mark.parametrize("name", ["25", "30"])
def test_ebu_stl_keeps_every_frame_place_and_letter(name: str) -> None:
    made = film(RATES[name])
    data = write_stl(made, rate=RATES[name])
    again = read_stl(data)
    assert len(data) == 1024 + 200 * 128
    assert [one.range for one in again.cues] == [one.range for one in made.cues]
    assert looks(again) == looks(made)
    assert (again.rate, again.language, again.title, again.notes) == (RATES[name], "fr", made.title, ())


@pytest.mark.parametrize("drop", [True, False])
def test_scenarist_captions_keep_every_frame_place_and_letter(drop: bool) -> None:
    made = film(RATE)
    again = read_scc(write_scc(made, drop=drop))
    assert [one.range for one in again.cues] == [one.range for one in made.cues]
    assert looks(again) == looks(made)
    assert (again.rate, again.notes) == (RATE, ())


@pytest.mark.parametrize("name", RATE_NAMES)
@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ass", ".ssa"])
def test_formats_with_a_clock_keep_the_nearest_frame(suffix: str, name: str, tmp_path: Path) -> None:
    rate = RATES[name]
    made = film(rate, tuple(text for text in SAID if "1 < 2" not in text))
    path = tmp_path / f"film{suffix}"
    path.write_bytes(write_subtitles(made, path, rate=None))
    again = read_subtitle_file(path)
    assert frames(again, rate) == frames(made, rate)
    assert looks(again) == looks(made)
    assert again.notes == ()


def test_substation_keeps_speakers_forced_cues_and_text_that_looks_like_overrides() -> None:
    made = film(Fraction(25))
    again = read_ass(write_ass(made))
    assert [(one.text, one.forced) for one in again.cues] == [(one.text, one.forced) for one in made.cues]
    assert {one.speaker for one in again.cues} == {None, "ANNA", "R & D <old>"}
    (hostile,) = read_ass(write_ass(cue("{\\an8}{\\p1}m 0 0 l 1 1\\"))).cues
    assert (hostile.text, hostile.place) == ("{\\an8}{\\p1}m 0 0 l 1 1\\", "bottom")


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ttml", ".dfxp", ".xml", ".stl", ".scc", ".ass"])
def test_a_film_without_cues_is_a_file_that_reads_back_empty(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"none{suffix}"
    path.write_bytes(write_subtitles(SubtitleFile(cues=(), format=""), path, rate=Fraction(25)))
    assert read_subtitle_file(path).cues == ()


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ttml", ".xml", ".stl", ".scc", ".ass"])
def test_the_same_cues_in_any_order_give_the_same_bytes(suffix: str) -> None:
    made = film(Fraction(30))
    turned = SubtitleFile(cues=made.cues[::-1], format="", rate=made.rate, language="fr", title=made.title)
    path = Path(f"film{suffix}")
    assert write_subtitles(made, path, rate=None) == write_subtitles(turned, path, rate=None)


@pytest.mark.parametrize("suffix", [".srt", ".ttml", ".xml", ".stl", ".scc", ".ass"])
def test_no_cue_begins_before_the_cut(suffix: str) -> None:
    with pytest.raises(FormatError) as caught:
        write_subtitles(cue("x", -5, 20, Fraction(25)), Path(f"a{suffix}"), rate=None)
    assert caught.value.code == "AP-FORMAT-052"


def test_markup_comes_out_well_nested_and_only_where_it_acts() -> None:
    assert marked(styled_lines("<b>a <i>b</b> c</i> </u>\n\n  <i>d</i>")) == "<b>a <i>b</i></b><i> c\nd</i>"
    assert marked(styled_lines("<script>x</script> <b></b>")) == "<script>x</script>"


def test_media_time_labels_mean_a_clock_and_offsets_mean_frames() -> None:
    told = 'ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001" ttp:tickRate="10000000"'
    rate = Fraction(24000, 1001)
    times = ("00:00:01:12", "36f", "1.5s", "0.025m", "1500ms", "15000000t", "0.0005h", "00:00:01.5")
    meant = [1 + 12 / rate, 36 / rate, *[Fraction(3, 2)] * 4, Fraction(9, 5), Fraction(3, 2)]
    body = "".join(f'<p begin="{one}" dur="1s">x</p>' for one in times)
    assert [start for start, _ in seconds(ttml(f"<div>{body}</div>", told))] == meant
    smpte = ttml('<div><p begin="01:00:00:00" end="01:00:10:00">x</p></div>',
                 'ttp:timeBase="smpte" ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001" '
                 'ttp:dropMode="dropNTSC"')  # fmt: skip
    assert smpte.cues[0].range.start == Time(107_892, RATE)
    assert smpte.notes == ("its times are smpte labels and were read as time from the start",)


def test_times_are_counted_from_what_is_around_them() -> None:
    inner = '<p begin="1s" end="3s">a</p><p begin="1s" dur="20s">b</p><p begin="11s" end="12s">c</p>'
    read = ttml(f'<div begin="10s" end="20s">{inner}</div>')
    assert seconds(read) == [(11, 13), (11, 20)]
    assert len(read.notes) == 1  # the third is never shown
    steps = '<p dur="2s">a</p><p begin="1s" dur="2s">b</p><p dur="2s">c</p>'
    assert seconds(ttml(f'<div begin="5s" timeContainer="seq">{steps}</div>')) == [(5, 7), (8, 10), (10, 12)]
    spans = ttml('<div><p begin="1s" end="5s">one<br/><span begin="2s">two</span></p></div>')
    assert [(one.text, one.range.start.seconds, one.range.end.seconds) for one in spans.cues] == [
        ("one", 1, 3),
        ("one\ntwo", 3, 5),
    ]


def test_styles_come_by_reference_by_region_and_by_nesting() -> None:
    head = (
        '<styling><style xml:id="a" tts:fontStyle="italic" style="b"/><style xml:id="b" style="a" '
        'tts:fontWeight="bold"/></styling><layout><region xml:id="r" tts:origin="10% 5%" '
        'tts:extent="80% 20%"><style tts:textAlign="end"/></region></layout>'
    )
    said = '<span style="a">x <span tts:fontWeight="normal">y</span></span> z'
    (read,) = ttml(f'<div region="r"><p begin="0s" end="1s">{said}</p></div>', head=head).cues
    assert (read.text, read.place, read.align) == ("<i><b>x </b>y</i> z", "top", "right")


def test_white_space_is_one_space_unless_it_is_kept() -> None:
    text = "\n  one\n  two <br/>\n three\u00a0 "
    (plain,) = ttml(f'<div><p begin="0s" end="1s">{text}</p></div>').cues
    assert plain.text == "one two\nthree\u00a0"
    (kept,) = ttml('<div><p begin="0s" end="1s" xml:space="preserve">a   b\nc</p></div>').cues
    assert kept.text == "a   b\nc"
    (again,) = read_ttml(write_ttml(cue("a   b"), rate=RATE, profile="ttml1")).cues
    assert again.text == "a   b"


LAUGHS = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))


@pytest.mark.parametrize(
    ("data", "code", "at"),
    [
        ('<!DOCTYPE tt [<!ENTITY x SYSTEM "file:///etc/passwd">]><tt>&x;</tt>', "AP-FORMAT-055", "byte 0"),
        (f'<!DOCTYPE tt [<!ENTITY l0 "ha">{LAUGHS}]><tt a="&l9;"/>', "AP-FORMAT-055", "byte 0"),
        ("<tt><body>", "AP-FORMAT-054", "line 1"),
        ("\n<fcpxml/>", "AP-FORMAT-054", "line 2"),
        ("", "AP-FORMAT-054", "line 1"),
        ("\0\1\2\3", "AP-FORMAT-054", "line 1"),
        (f'{TT}><body><div>\n<p begin="-1s" end="2s">x</p></div></body></tt>', "AP-FORMAT-056", "line 2"),
        (f'{TT}><body><div>\n<p begin="0:61:00" end="2s">x</p></div></body></tt>', "AP-FORMAT-056", "line 2"),
        (
            f'{TT}><body><div>\n<p begin="00:00:01:30" end="9s">x</p></div></body></tt>',
            "AP-FORMAT-056",
            "line 2",
        ),
        (f'{TT}><body><div>\n<p begin="1s">x</p></div></body></tt>', "AP-FORMAT-056", "line 2"),
        (f'{TT}><body><div>\n<p begin="3s" end="2s">x</p></div></body></tt>', "AP-FORMAT-051", "line 2"),
    ],
)
def test_a_broken_or_hostile_timed_text_names_its_place(data: str, code: str, at: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_ttml(data.encode(), file="a.ttml")
    assert (caught.value.code, caught.value.at, caught.value.file) == (code, at, "a.ttml")


def test_a_document_type_is_refused_in_any_encoding_and_25_hours_are_read() -> None:
    with pytest.raises(FormatError) as caught:
        read_ttml('<?xml version="1.0"?><!DOCTYPE tt><tt/>'.encode("utf-16"))
    assert caught.value.code == "AP-FORMAT-055"
    assert seconds(ttml('<div><p begin="25:00:00" dur="1s">x</p></div>')) == [(90_000, 90_001)]


def test_latin_letters_go_both_ways_with_their_floating_accents() -> None:
    letters = "ÀÉÎÕÜÇŻÅŐŠĄŘĹěůñıøßþŒæłđĦŋ«»“”‘’¿¡£¥§°½♪™©®—$#¤´¨"
    assert decode_latin(encode_latin(letters)) == letters
    assert encode_latin("é") == b"\xc2e"
    assert decode_latin(b"\xa4\x24\xa6 \xc8u\xc9u") == "$$# üü"
    assert decode_latin(encode_latin("știe Țara"), "ro") == "știe Țara"
    assert decode_latin(b"\xe2x", "is") == "Ðx"


@pytest.mark.parametrize("text", ["Где свет?", "أين الضوء", "Πού είναι;", "איפה האור"])
def test_other_scripts_take_their_own_code_table(text: str) -> None:
    data = write_stl(cue(text, rate=Fraction(25)), rate=Fraction(25))
    assert read_stl(data).cues[0].text == text
    assert data[12:14] in (b"01", b"02", b"03", b"04")


def stl_with(start: bytes = b"", **fields: bytes) -> bytes:
    """A one-cue EBU STL file with bytes put over some places."""
    data = bytearray(write_stl(cue("Hello\nthere", 250, 300, Fraction(25)), rate=Fraction(25)))
    data[256 : 256 + len(start)] = start
    for name, value in fields.items():
        at = int(name.removeprefix("at"))
        data[at : at + len(value)] = value
    return bytes(data)


def test_the_start_of_the_programme_is_subtracted_where_it_is_one() -> None:
    hour = stl_with(b"10000000", at1029=bytes([10, 0, 1, 0, 10, 0, 2, 0]))
    assert read_stl(hour).cues[0].range == Range.of_ticks(25, 50, Fraction(25))
    late = read_stl(stl_with(b"10000000"))
    assert late.cues[0].range.start == Time(250, Fraction(25))
    assert "TCP" in late.notes[0]


def test_teletext_codes_take_a_cell_and_leave_no_trace() -> None:
    field = b"\x0d\x03\x0b\x0bWho's\x02there?\x8a\x8a\x0d\x0b\x0bMe.\x0a\x0a"
    read = read_stl(stl_with(at11=b"1", at1037=bytes([18]), at1040=field + b"\x8f" * 20))
    assert read.cues[0].text == "Who's there?\nMe."
    assert read.cues[0].place == "bottom"
    assert "colours were left out" in read.notes


def test_a_long_text_takes_extension_blocks_and_comments_are_no_subtitles() -> None:
    text = "\n".join(["<i>Así, ñandú — é</i> " + "mañana " * 5] * 3).replace(" \n", "\n").strip()
    made = cue(text, rate=Fraction(25))
    data = write_stl(made, rate=Fraction(25))
    assert (len(data) - 1024) // 128 == 2
    assert read_stl(data).cues[0].text == text
    assert read_stl(stl_with(at1039=b"\x01")).cues == ()
    assert read_stl(stl_with(at1028=b"\x01")).notes == ("cumulative subtitles were read one by one",)


@pytest.mark.parametrize(
    ("data", "code", "at"),
    [
        (b"", "AP-FORMAT-150", "byte 0"),
        (b"\xff" * 2000, "AP-FORMAT-150", "byte 0"),
        (stl_with()[:-1], "AP-FORMAT-150", "byte 1024"),
        (stl_with()[:900], "AP-FORMAT-150", "byte 0"),
        (stl_with(at3=b"STL24.01"), "AP-FORMAT-151", "byte 3"),
        (stl_with(at12=b"77"), "AP-FORMAT-151", "byte 12"),
        (stl_with(at1029=bytes([25, 0, 0, 0])), "AP-FORMAT-153", "block 1"),
        (stl_with(at1029=bytes([0, 0, 0, 25])), "AP-FORMAT-153", "block 1"),
        (stl_with(at1029=bytes([0, 59, 0, 0])), "AP-FORMAT-051", "block 1"),
    ],
)
def test_a_broken_ebu_stl_names_its_place(data: bytes, code: str, at: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_stl(data, file="a.stl")
    assert (caught.value.code, caught.value.at, caught.value.file) == (code, at, "a.stl")


@pytest.mark.parametrize(
    ("text", "start", "rate", "code"),
    [
        ("Well…", 0, "25", "AP-FORMAT-152"),
        ("Где é", 0, "25", "AP-FORMAT-152"),
        ("x", 25 * 3600 * 25, "25", "AP-FORMAT-153"),
        ("long " * 6000, 0, "25", "AP-FORMAT-153"),
        ("x", 0, "24", "AP-FORMAT-151"),
        ("x", 0, "29.97", "AP-FORMAT-151"),
    ],
)
def test_what_ebu_stl_cannot_hold_is_said(text: str, start: int, rate: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        write_stl(cue(text, start, start + 25, RATES[rate]), rate=RATES[rate])
    assert caught.value.code == code
    if code in ("AP-FORMAT-152", "AP-FORMAT-153"):
        assert caught.value.at == "cue 1"


def test_a_caption_is_shown_on_its_frame_and_loaded_before_it() -> None:
    lines = write_scc(cue("Hi <i>you</i>", 1800, 1830)).split("\n")
    label, words = lines[2].split("\t")
    # ENM, RCL, the address of row 15 at column 12 and one more, "Hi", the italic code, "you", end of caption
    assert words == "94ae 94ae 9420 9420 9476 9476 97a1 97a1 c8e9 91ae 91ae 79ef 7580 942f 942f"
    assert (label, len(words.split())) == ("00:00:59;17", 15)
    assert lines[4] == "00:01:01;02\t942c 942c"
    assert write_scc(cue("Hi <i>you</i>", 1800, 1830), drop=False).split("\n")[4].startswith("00:01:01:00")


def test_captions_that_touch_are_loaded_while_the_one_before_is_shown() -> None:
    said = ["One two three.", "♪♪ é Ö ♪♪", "Fine. " * 5, "Go."]
    limits = [60, 90, 114, 135, 150]
    cues = tuple(
        Cue(range=Range.of_ticks(start, end, RATE), text=text.strip())
        for text, start, end in zip(said, limits, limits[1:], strict=False)
    )
    again = read_scc(write_scc(SubtitleFile(cues=cues, format="")))
    assert [(one.text, one.range) for one in again.cues] == [(one.text, one.range) for one in cues]
    erased = tuple(
        Cue(range=Range.of_ticks(one.range.start.ticks, one.range.end.ticks - cut, RATE), text=one.text)
        for one, cut in zip(cues, (1, 5, 2, 0), strict=True)
    )
    again = read_scc(write_scc(SubtitleFile(cues=erased, format="")))
    assert [(one.text, one.range) for one in again.cues] == [(one.text, one.range) for one in erased]


@pytest.mark.parametrize(
    ("text", "start", "code"),
    [
        ("A line of far more than thirty-two columns", 300, "AP-FORMAT-155"),
        ("1\n2\n3\n4\n5", 300, "AP-FORMAT-155"),
        ("Где свет?", 300, "AP-FORMAT-156"),
        ("Well…", 300, "AP-FORMAT-156"),
        ("There is no time to load this.", 10, "AP-FORMAT-157"),
        ("x", 25 * 3600 * 30, "AP-FORMAT-157"),
    ],
)
def test_what_captions_cannot_hold_is_said_of_the_cue(text: str, start: int, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        write_scc(cue(text, start, start + 30))
    assert (caught.value.code, caught.value.at) == (code, "cue 1")


def scc(*lines: str) -> SubtitleFile:
    return read_scc("\n".join(["Scenarist_SCC V1.0", "", *lines]), file="a.scc")


def test_painted_and_rolled_captions_are_read() -> None:
    painted = scc("00:00:01:00\t9429 9429 9470 9470 c8e5 ecec ef80", "00:00:02:00\t942c 942c")
    (one,) = painted.cues
    assert (one.text, one.range) == ("Hello", Range.of_ticks(34, 60, RATE))
    rolled = scc(
        "00:00:01:00\t9425 9425 94ad 94ad 9470 9470 c8e9 2080",
        "00:00:02:00\t94ad 94ad 9470 9470 cdef f2e5",
        "00:00:03:00\t942c 942c",
    )
    assert [(one.text, one.range.start.ticks, one.range.end.ticks) for one in rolled.cues] == [
        ("Hi", 36, 60),
        ("More", 64, 90),
    ]
    assert rolled.notes == ("of roll-up captions each line was read as a cue of its own",)


def test_backspace_channel_two_and_a_caption_that_nothing_erases() -> None:
    read = scc("00:00:01:00\t9420 9420 9470 9470 c8e9 f880 94a1 94a1 1c2c c1c1 942f 942f")
    (one,) = read.cues
    assert (one.text, one.range.start.ticks, one.range.duration.ticks) == ("Hi", 40, 120)
    assert len(read.notes) == 2


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", "line 1"),
        ("1\n00:00:01,000 --> 00:00:02,000\nx", "line 1"),
        ("Scenarist_SCC V1.0\n\ngarbage", "line 3"),
        ("Scenarist_SCC V1.0\n\n00:00:01:00\t942x", "line 3"),
        ("Scenarist_SCC V1.0\n\n00:01:00;00\t942c", "line 3"),
        ("Scenarist_SCC V1.0\n\n25:00:00:00\t942c", "line 3"),
        ("Scenarist_SCC V1.0\n\n-01:00:00:00\t942c", "line 3"),
    ],
)
def test_a_broken_caption_file_names_the_line(text: str, at: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_scc(text, file="a.scc")
    assert (caught.value.code, caught.value.at, caught.value.file) == ("AP-FORMAT-154", at, "a.scc")


SCRIPT = r"""[Script Info]
Title: Night
[V4 Styles]
Format: Name, Fontname, Bold, Italic, Alignment
Style: Default,Arial,0,0,2
Style: *Top,Arial,0,-1,6
[Events]
Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: Marked=0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not shown
Dialogue: Marked=0,0:00:01.00,0:00:02.50,Default,ANNA,0,0,0,,{\pos(1,2)\b1}One,{\b0} two\Nand\hthree{note}
Dialogue: Marked=0,0:00:03.00,0:00:04.00,*Top,,0,0,0,,Up {\i0}here{\r}!
Dialogue: Marked=0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\p1}m 0 0 l 10 10{\p0}
Dialogue: Marked=0,0:00:07.00,0:00:08.00,Default,,0,0,0,,{\an4\an9\fs20\fs30}Left
"""


def test_substation_scripts_of_other_programs_are_read() -> None:
    read = read_ass(SCRIPT)
    assert [(one.text, one.place, one.align, one.speaker) for one in read.cues] == [
        ("<b>One,</b> two\nand\u00a0three", "bottom", "center", "ANNA"),
        ("<i>Up </i>here<i>!</i>", "top", "center", None),
        ("Left", "middle", "left", None),
    ]
    assert read.cues[0].range == Range.of_ticks(100, 250, Fraction(100))
    assert (read.title, read.notes) == (
        "Night",
        (
            "\\pos overrides were left out",
            "comments in braces were left out",
            "drawings were left out",
            "\\fs overrides were left out",
        ),
    )


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("", "AP-FORMAT-158", "line 1"),
        ("[Script Info]\nTitle: x", "AP-FORMAT-158", "line 1"),
        ("[Events]\nDialogue: 0,0:00:01.00", "AP-FORMAT-158", "line 2"),
        ("[Events]\nDialogue: 0,-0:00:01.00,0:00:02.00,D,,0,0,0,,x", "AP-FORMAT-158", "line 2"),
        ("[Events]\nDialogue: 0,0:61:01.00,0:00:02.00,D,,0,0,0,,x", "AP-FORMAT-158", "line 2"),
        ("[Events]\nDialogue: 0,0:00:03.00,0:00:02.00,D,,0,0,0,,x", "AP-FORMAT-051", "line 2"),
    ],
)
def test_a_broken_script_names_the_line(text: str, code: str, at: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_ass(text, file="a.ass")
    assert (caught.value.code, caught.value.at, caught.value.file) == (code, at, "a.ass")


def test_subrip_with_players_markup_is_read_and_hostile_markup_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text(
        "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<font color='red'>Up</font> <I>there</I>\n\n"
        "2\n00:00:03,000 --> 00:00:04,000\n<script>alert(1)</script> {\\i1}so{\\i0} {x}\n",
        encoding="utf-8",
    )
    one, two = read_subtitle_file(path).cues
    assert (one.text, one.place) == ("Up <i>there</i>", "top")
    assert (two.text, two.place) == ("<script>alert(1)</script> <i>so</i> {x}", "bottom")


def test_webvtt_settings_and_voices_are_place_and_speaker(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text(
        "WEBVTT\nLanguage: sv\n\n00:01.000 --> 00:02.000 line:0% align:start\n"
        "<v Anna>Hi <c.loud>you</c></v>\n<v Bo>Yes</v>\n\n"
        "00:03.000 --> 00:04.000 line:-2 align:end\n<i.x>No</i>\n\n"
        "00:05.000 --> 00:06.000 line:2,start\n<00:05.500>Then\n",
        encoding="utf-8",
    )
    read = read_subtitle_file(path)
    assert [(one.text, one.place, one.align, one.speaker) for one in read.cues] == [
        ("Hi you\nYes", "top", "left", "Anna, Bo"),
        ("<i>No</i>", "bottom", "right", None),
        ("Then", "top", "center", None),
    ]
    assert (read.format, read.language) == ("vtt", "sv")


def test_the_suffix_decides_and_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    made = film(Fraction(25))
    bare = SubtitleFile(cues=made.cues, format="")
    assert b"imsc1.1/text" in write_subtitles(made, Path("a.XML"), rate=None)
    assert b"dfxp-presentation" in write_subtitles(bare, Path("a.dfxp"), rate=Fraction(25))
    for suffix in (".ttml", ".xml", ".stl"):
        with pytest.raises(FormatError, match="--rate") as caught:
            write_subtitles(bare, Path(f"a{suffix}"), rate=None)
        assert caught.value.code == "AP-FORMAT-159"
    wrong: tuple[Callable[[], object], ...] = (
        lambda: read_subtitle_file(tmp_path / "a.sub"),
        lambda: write_subtitles(made, Path("a"), rate=None),
    )
    for use in wrong:
        with pytest.raises(UsageError, match=r"\.srt \.vtt") as unknown:
            use()
        assert unknown.value.code == "AP-USE-680"
    spruce = tmp_path / "a.stl"
    spruce.write_text("$FontName = Arial\n00:00:01:00 , 00:00:02:00 , Hello\n", encoding="utf-8")
    with pytest.raises(FormatError, match="Spruce") as kind:
        read_subtitle_file(spruce)
    assert kind.value.code == "AP-FORMAT-059"
    with pytest.raises(UsageError) as missing:
        read_subtitle_file(tmp_path / "none.scc")
    assert missing.value.code == "AP-USE-010"


def test_windows_text_is_read_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes("1\n00:00:01,000 --> 00:00:02,000\nÉté\n".encode("cp1252"))
    read = read_subtitle_file(path)
    assert (read.cues[0].text, len(read.notes)) == ("Été", 1)


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ttml", ".xml", ".stl", ".scc", ".ass"])
def test_damaged_files_do_no_worse_than_a_coded_error(suffix: str, tmp_path: Path) -> None:
    chance = random.Random(5)
    path = tmp_path / f"a{suffix}"
    whole = write_subtitles(film(RATE if suffix == ".scc" else Fraction(25)), path, rate=None)
    for _ in range(40):
        data = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(chance.randint(0, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            read_subtitle_file(path)
        except FormatError as error:
            assert error.code.startswith("AP-FORMAT-")
