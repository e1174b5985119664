"""Whole frames, breath and handles, as properties over any numbers."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from answerprint.core.frames import FrameGrid
from answerprint.core.time import Range, Time
from answerprint.core.timecode import RATES
from answerprint.departments.editorial.legality import breathing_room, handles_of, keep_clear, whole_frames

MILLIS = Fraction(1000)
rates = st.sampled_from(list(RATES.values()))


def span(start: int, length: int) -> Range:
    return Range.of_ticks(start, start + length, MILLIS)


@given(rates, rates, st.integers(0, 5000), st.integers(1, 4000), st.integers(0, 10_000))
def test_a_clip_starts_on_a_source_picture_and_ends_inside_the_source(
    cut_rate: Fraction, source_rate: Fraction, start: int, length: int, delay: int
) -> None:
    first = Time(delay, MILLIS)
    count = 400
    grid = FrameGrid(first=first, rate=source_rate, count=count, end=first + Time(count, source_rate))
    extent = Range(first, grid.end)
    wanted = span(delay + start % 2000, length)
    if wanted.end > extent.end or extent.duration < Time(2, cut_rate):
        return
    source, frames = whole_frames(wanted, cut_rate, grid, extent)
    assert ((source.start - first).seconds * source_rate).denominator == 1
    assert source.duration == Time(frames, cut_rate)
    assert frames == 1 or source.end <= extent.end
    assert source.start <= wanted.start


@given(
    st.integers(0, 3000), st.integers(1, 2000), st.lists(st.tuples(st.integers(0, 8000), st.integers(1, 900)))
)
def test_breath_never_reaches_other_speech_and_always_keeps_the_words(
    start: int, length: int, others: list[tuple[int, int]]
) -> None:
    spoken = span(start, length)
    rest = [span(*other) for other in others]
    extent = span(0, 12_000)
    room = breathing_room(spoken, Time(500, MILLIS), Time(700, MILLIS), rest, extent)
    assert room.start <= spoken.start and room.end >= spoken.end
    assert room.start >= extent.start and room.end <= extent.end
    for other in rest:
        if not other.overlaps(spoken):
            assert not other.overlaps(room)


@given(st.integers(0, 500), st.integers(1, 300))
def test_a_variable_rate_grid_finds_the_picture_on_screen(step: int, probe: int) -> None:
    pts = tuple(sorted({(n * n * 7 + n * (step + 1)) for n in range(40)}))
    grid = FrameGrid(
        first=Time(pts[0], Fraction(90_000)),
        rate=Fraction(24),
        count=len(pts),
        end=Time(pts[-1] + 1, Fraction(90_000)),
        time_base=Fraction(1, 90_000),
        pts=pts,
    )
    shown = grid.index_at(Time(probe * 11, Fraction(90_000)))
    on_screen = [n for n, each in enumerate(pts) if each <= probe * 11]
    assert shown == (on_screen[-1] if on_screen else 0)


def test_damage_before_and_after_the_speech_is_left_out() -> None:
    spoken = span(2000, 1000)
    assert keep_clear(span(1000, 3000), spoken, [span(1100, 200), span(3500, 100)]) == span(1300, 2200)


def test_handles_count_what_the_source_still_holds() -> None:
    rate = Fraction(24)
    extent = Range.of_ticks(0, 240, rate)
    assert handles_of(Range.of_ticks(5, 100, rate), extent, rate, 12).head == 5
    assert handles_of(Range.of_ticks(50, 235, rate), extent, rate, 12).tail == 5
    assert handles_of(Range.of_ticks(50, 100, rate), extent, rate, 12) == type(
        handles_of(extent, extent, rate, 1)
    )(12, 12)


@given(rates, rates, st.integers(300, 3000), st.integers(200, 3000), st.integers(0, 400), st.integers(0, 400))
def test_a_clip_keeps_inside_its_room_and_never_cuts_into_the_speech(
    cut_rate: Fraction, source_rate: Fraction, start: int, length: int, head: int, tail: int
) -> None:
    grid = FrameGrid(first=Time(0, MILLIS), rate=source_rate, count=2000, end=Time(2000, source_rate))
    extent = Range(grid.first, grid.end)
    spoken = span(start, length)
    room = span(start - min(head, start), length + min(head, start) + tail)
    source, _ = whole_frames(room, cut_rate, grid, extent, spoken)
    assert source.start <= spoken.start and source.end >= spoken.end
    assert source.start >= room.start or source.start + Time(1, source_rate) > spoken.start
    assert source.end <= room.end or source.end - Time(1, cut_rate) < spoken.end
