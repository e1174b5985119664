"""Scene headings in many languages, with their places, sets and times; and sentences that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.headings import is_heading, make_scene, split_number
from answerprint.formats.screenplays.headings_times import clock_of, is_time, phases_of
from answerprint.formats.screenplays.headings_words import LANGUAGES
from answerprint.formats.screenplays.model import Element, Scene

# As scripts in each language write them: (heading, place, set, time of day).
HEADINGS = {
    "English": ("INT./EXT. CAR / ROAD - NIGHT", "both", "CAR / ROAD", "NIGHT"),
    "French": ("INTÉRIEUR JOUR - CUISINE", "interior", "CUISINE", "JOUR"),
    "French, short": ("EXT. NUIT - RUE DES LILAS", "exterior", "RUE DES LILAS", "NUIT"),
    "German": ("INNEN. KÜCHE - TAG", "interior", "KÜCHE", "TAG"),
    "German, place first": ("STRASSE - AUSSEN - NACHT", "exterior", "STRASSE", "NACHT"),
    "German, capital ß": ("AUẞEN. STRAẞE. NACHT", "exterior", "STRAẞE", "NACHT"),
    "Spanish": ("INTERIOR CASA DE ANA - NOCHE", "interior", "CASA DE ANA", "NOCHE"),
    "Spanish, short": ("EXT. PLAYA. ATARDECER", "exterior", "PLAYA", "ATARDECER"),
    "Portuguese": ("INT/DIA COZINHA", "interior", "COZINHA", "DIA"),
    "Portuguese, night": ("EXT. RUA - NOITE", "exterior", "RUA", "NOITE"),
    "Italian": ("INTERNO CUCINA - SERA", "interior", "CUCINA", "SERA"),
    "Italian, outside": ("ESTERNO. PIAZZA. GIORNO", "exterior", "PIAZZA", "GIORNO"),
    "Dutch": ("BINNEN. KEUKEN - DAG", "interior", "KEUKEN", "DAG"),
    "Dutch, outside": ("BUITEN STRAAT - NACHT", "exterior", "STRAAT", "NACHT"),
    "Russian": ("ИНТ. КВАРТИРА АННЫ. ДЕНЬ", "interior", "КВАРТИРА АННЫ", "ДЕНЬ"),
    "Russian, in small letters": ("НАТ. Двор. Вечер.", "exterior", "Двор", "Вечер"),
    "Russian, both": ("ИНТ./НАТ. МАШИНА - УТРО", "both", "МАШИНА", "УТРО"),
    "Ukrainian": ("ІНТ. КУХНЯ - НІЧ", "interior", "КУХНЯ", "НІЧ"),
    "Bulgarian": ("ЕКСТ. УЛИЦА - НОЩ", "exterior", "УЛИЦА", "НОЩ"),
    "Polish": ("WN. KUCHNIA - DZIEŃ", "interior", "KUCHNIA", "DZIEŃ"),
    "Polish, outside": ("PL. ULICA - NOC", "exterior", "ULICA", "NOC"),
    "Czech": ("INTERIÉR. KUCHYNĚ - NOC", "interior", "KUCHYNĚ", "NOC"),
    "Croatian": ("EKST. ULICA - NOĆ", "exterior", "ULICA", "NOĆ"),
    "Swedish": ("INNE. KÖK - KVÄLL", "interior", "KÖK", "KVÄLL"),
    "Danish": ("UDE. HAVN - NAT", "exterior", "HAVN", "NAT"),
    "Finnish": ("SISÄ. KEITTIÖ - YÖ", "interior", "KEITTIÖ", "YÖ"),
    "Turkish": ("İÇ. MUTFAK - GÜN", "interior", "MUTFAK", "GÜN"),
    "Turkish, both": ("İÇ/DIŞ ARABA - GECE", "both", "ARABA", "GECE"),
    "Greek": ("ΕΣΩΤ. ΚΟΥΖΙΝΑ - ΝΥΧΤΑ", "interior", "ΚΟΥΖΙΝΑ", "ΝΥΧΤΑ"),
    "Hungarian": ("KÜLSŐ - UTCA - ÉJJEL", "exterior", "UTCA", "ÉJJEL"),
    "Romanian": ("EXT. STRADĂ - ZI", "exterior", "STRADĂ", "ZI"),
    "Vietnamese": ("NỘI. BẾP - ĐÊM", "interior", "BẾP", "ĐÊM"),
    "Japanese": ("○居酒屋・店内（夜）", "interior", "居酒屋・店内", "夜"),
    "Japanese, in words": ("屋内 台所 昼", "interior", "台所", "昼"),
    "Chinese": ("内景 咖啡厅 - 夜", "interior", "咖啡厅", "夜"),
    "Chinese, place first": ("客厅 日内", "interior", "客厅", "日"),
    "Korean": ("실내. 거실 - 낮", "interior", "거실", "낮"),
    "Hindi": ("अंदर. रसोई - दिन", "interior", "रसोई", "दिन"),
    "Arabic": ("داخلي - المطبخ - نهار", "interior", "المطبخ", "نهار"),
    "Persian": ("خارجی - خیابان - شب", "exterior", "خیابان", "شب"),
    "Hebrew": ("פנים. מטבח - יום", "interior", "מטבח", "יום"),
}
SENTENCES = (
    "Interior walls crumble.",
    "INTERIOR WALLS CRUMBLE.",
    "EXTERIOR SHOTS OF THE CITY.",
    "Interior. A room.",
    "INTO THE NIGHT",
    "INTERNAL AFFAIRS - DAY",
    "EXTREME CLOSE ON HIS EYE - NIGHT",
    "Extra! Extra!",
    "ESTABLISHING - DAY",
    "BINNEN IS DUTCH FOR INSIDE.",
    "PL. IS SHORT FOR PLURAL",
    "PLENTY OF FISH - NOT ENOUGH TIME",
    "UTE BACKS OUT OF THE DRIVE",
    "INNER CITY - NIGHT",
    "SHE LOOKS - UP - AT NIGHT",
    "12 ANGRY MEN",
    "3. KITCHEN",
    "66 INT is a number",
    "1. A man walks in.",
    "内心很平静",
    "外面下着雨",
    "ПАВЕЛ ВХОДИТ - ДЕНЬ",
)


def scene(heading: str) -> Scene:
    return make_scene(Element(kind="heading", text=heading, line=1), ())


@pytest.mark.parametrize("name", HEADINGS)
def test_a_heading_says_where_and_when_in_its_own_language(name: str) -> None:
    heading, place, location, time = HEADINGS[name]
    assert is_heading(heading)
    read = scene(heading)
    assert (read.place, read.location, read.time_of_day) == (place, location, time)
    assert read_fountain(f"He waits.\n\n{heading}\n\nShe comes.\n").scenes[1].heading == heading


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_no_heading(sentence: str) -> None:
    assert not is_heading(sentence)


def test_fountains_own_prefixes_need_no_time_and_no_capitals() -> None:
    for heading in ("INT. HOUSE", "ext sea", "Est. Berlin", "I/E CAR", "int./ext. van", "Int. revenue"):
        assert is_heading(heading)


def test_a_heading_wants_a_blank_line_above_it() -> None:
    play = read_fountain("INT. A - DAY\n\nShe reads aloud.\nBUITEN. STRAAT - NACHT\n")
    assert [one.heading for one in play.scenes] == ["INT. A - DAY"]


@pytest.mark.parametrize(
    ("heading", "place", "time"),
    [
        ("INT. KITCHEN - UPSTAIRS - NIGHT", "KITCHEN - UPSTAIRS", "NIGHT"),
        ("INT. HOTEL - NIGHT CLUB", "HOTEL - NIGHT CLUB", ""),
        ("INT. HOTEL - NIGHT CLUB - DAY", "HOTEL - NIGHT CLUB", "DAY"),
        ("EXT. BEACH - DAY - FLASHBACK", "BEACH", "DAY - FLASHBACK"),
        ("INT. HOUSE - DAY (1994)", "HOUSE", "DAY (1994)"),
        ("INT. HOUSE - 3 A.M.", "HOUSE", "3 A.M."),
        ("INT. PRISON CELL - 14:30", "PRISON CELL", "14:30"),
        ("INT. KITCHEN NIGHT", "KITCHEN", "NIGHT"),
        ("EXT. ROAD -- DAY", "ROAD", "DAY"),
        ("INT. BOSTON, MASSACHUSETTS", "BOSTON, MASSACHUSETTS", ""),
        ("INT. BAR - LATER THAT NIGHT", "BAR", "LATER THAT NIGHT"),
        ("EXT. SUNSET BOULEVARD - MORNING", "SUNSET BOULEVARD", "MORNING"),
        ("INT. HOUSE - JESSICA ALBA", "HOUSE - JESSICA ALBA", ""),
    ],
)
def test_the_last_parts_are_the_time_only_when_they_say_when(heading: str, place: str, time: str) -> None:
    assert (scene(heading).location, scene(heading).time_of_day) == (place, time)


@pytest.mark.parametrize(
    ("heading", "number", "text"),
    [
        ("INT. HOUSE - DAY #12A#", "12A", "INT. HOUSE - DAY"),
        ("12A  INT. HOUSE - DAY  12A", "12A", "INT. HOUSE - DAY"),
        ("12. INT. HOUSE - DAY", "12", "INT. HOUSE - DAY"),
        ("SCENE 4 - EXT. ROAD - DUSK", "4", "EXT. ROAD - DUSK"),
        ("A12 EXT. ROAD", "A12", "EXT. ROAD"),
        ("5. ИНТ. КВАРТИРА. ДЕНЬ", "5", "ИНТ. КВАРТИРА. ДЕНЬ"),
        ("1. 客厅 内 日", "1", "客厅 内 日"),
        ("S#7. 거실 - 낮", "7", "거실 - 낮"),
        ("66. SET. INT. 1994", "66", "SET. INT. 1994"),
        ("INT. ROOM 12", "", "INT. ROOM 12"),
        ("1994", "", "1994"),
    ],
)
def test_numbers_stand_at_either_margin_or_between_marks(heading: str, number: str, text: str) -> None:
    assert split_number(heading) == (text, number)


def test_a_set_before_its_int_is_read() -> None:
    read = scene("66. SET. INT. 1994")
    assert (read.number, read.place, read.location, read.time_of_day) == ("66", "interior", "SET", "1994")


def test_an_omitted_scene_keeps_its_number() -> None:
    for heading in ("OMITTED #12#", "12 OMITTED 12", "SCENE OMITTED #12#"):
        assert (scene(heading).omitted, scene(heading).number) == (True, "12")
    assert not scene("INT. OMITTED FILES").omitted


def test_times_of_the_clock() -> None:
    assert [clock_of(text) for text in ("3 A.M.", "12 am", "7:45 PM", "22 UHR", "18:30", "DAY")] == [
        (3, 0),
        (0, 0),
        (19, 45),
        (22, 0),
        (18, 30),
        None,
    ]


def test_every_word_of_the_table_names_its_time() -> None:
    for language in LANGUAGES:
        for phase, words in language.times.items():
            for word in words.split():
                said = word.replace("_", " ")
                assert is_time(said), (language.name, word)
                assert phases_of(said), (language.name, word, phase)


@given(st.text(max_size=400))
def test_no_line_breaks_the_reader_of_headings(text: str) -> None:
    read = scene(text)
    assert read.heading == text.strip() or read.number
    assert is_heading(text) in (True, False)
