"""The line-by-take matrix: what each reading is to its take, and what each take covers."""

from __future__ import annotations

from fractions import Fraction

from answerprint.core.logged import Slate
from answerprint.core.records import Annotation, Asset, Track
from answerprint.core.time import Range
from answerprint.departments.editorial.material import Material
from answerprint.departments.editorial.matrix import TakeMatrix, take_matrix
from answerprint.departments.editorial.takes import Candidate, Refused, TakeTable, compare_takes
from answerprint.formats.screenplays.model import Line

LINES = tuple(
    Line(key=f"k{n}", scene="1", number=n, character="ANNA", text=f"Line {n}.", source_line=n)
    for n in range(1, 5)
)


def span(start: int) -> Range:
    return Range.of_ticks(start, start + 10, Fraction(25))


def reading(line: int, take: str, start: int, completeness: float = 1.0, circled: bool = False) -> Candidate:
    return Candidate(
        line=f"k{line}",
        asset=take,
        range=span(start),
        label=f"scene 1A take {take}",
        setup="1a",
        score=0.9,
        parts={"completeness": completeness},
        circled=circled,
    )


def matrix(*candidates: Candidate, refused: tuple[Refused, ...] = ()) -> TakeMatrix:
    by_line = {line.key: tuple(one for one in candidates if one.line == line.key) for line in LINES}
    return take_matrix(LINES, TakeTable(candidates=by_line, refused=refused))


def kinds(found: TakeMatrix, line: int) -> list[tuple[str, str]]:
    return [(one.asset, one.kind) for one in found.lines[line - 1].readings]


def test_the_last_reading_of_a_take_counts_and_the_earlier_was_reset() -> None:
    found = matrix(reading(1, "1", 0), reading(1, "1", 50), reading(1, "2", 0, 0.8))
    assert kinds(found, 1) == [("1", "reset"), ("1", "reading"), ("2", "partial")]
    assert [one.complete for one in found.lines[0].readings] == [True, True, False]


def test_a_line_broken_off_and_begun_again_is_a_false_start_and_alone_it_is_not() -> None:
    broken = Refused(asset="1", range=span(0), reason="broken off", line="k1")
    alone = Refused(asset="2", range=span(0), reason="broken off", line="k1")
    found = matrix(reading(1, "1", 50), refused=(broken, alone))
    assert kinds(found, 1) == [("1", "reading"), ("1", "false_start")]
    assert found.refused == (broken, alone)


def test_a_take_that_begins_in_the_middle_is_a_pickup() -> None:
    whole = [reading(n, "1", 20 * n) for n in (1, 2, 3)]
    found = matrix(*whole, reading(2, "2", 0), reading(3, "2", 20, circled=True))
    (setup,) = found.setups
    assert [(one.take, one.pickup, one.lines) for one in setup.takes] == [
        ("scene 1A take 1", False, 3),
        ("scene 1A take 2", True, 2),
    ]
    assert (setup.takes[0].first, setup.takes[0].last) == ("1.1 ANNA", "1.3 ANNA")


def test_lines_that_nobody_reads_are_missing() -> None:
    broken = Refused(asset="1", range=span(0), reason="broken off", line="k2")
    found = matrix(reading(1, "1", 0), refused=(broken,))
    assert [one.label for one in found.missing] == ["1.2 ANNA", "1.3 ANNA", "1.4 ANNA"]


def test_speech_of_a_second_that_is_no_line_is_off_the_script_and_a_shorter_stretch_is_not() -> None:
    asset = Asset(id="1", name="one.mov", path="", size=1, kind="picture", container="mov", streams=())
    spoken = tuple(
        Annotation(start=start, end=end, text=draft)
        for start, end, draft in ((0, 16_000, "sorry can we go again"), (40_000, 55_999, "add a fairy"))
    )
    heard = Track(asset="1", name="readings.1", rate=Fraction(16_000), annotations=spoken)
    table = compare_takes(LINES, [Material(asset=asset, readings=heard, slate=Slate(scene="1A", take="2"))])
    (stray,) = take_matrix(LINES, table).off_script
    assert (stray.take, stray.draft) == ("scene 1A take 2", "sorry can we go again")
    assert stray.range == Range.of_ticks(0, 16_000, Fraction(16_000))
