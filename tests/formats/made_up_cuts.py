"""Cuts and media that Hypothesis makes up: every rate, variable rate, late starts, odd names, dissolves."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, Transition
from answerprint.core.time import Range, Time
from answerprint.core.timecode import RATES, can_drop, frames_a_day, nominal
from answerprint.formats.timelines.model import MediaLink, source_of

names = st.text(max_size=12) | st.sampled_from(
    ["A003C012.mov", 'he said "no".mov', "line\nbreak\r.mov", "Zoë – 東京 ☕.mxf", " two  ends ", "50%20.mov"]
)
speeds = st.just(Fraction(1)) | st.sampled_from(
    [Fraction(0), Fraction(1, 2), Fraction(2), Fraction(-1), Fraction(1, 3), Fraction(25, 24)]
)


@st.composite
def media_links(draw: st.DrawFn, number: int) -> MediaLink:
    rate = draw(st.sampled_from(list(RATES.values())))
    drop = can_drop(rate) and draw(st.booleans())
    frames = 300
    time_base = draw(st.sampled_from([None, Fraction(1, 90000), Fraction(1, 1000), 1 / rate]))
    ticks: tuple[int, ...] = ()
    first = Time(draw(st.integers(-50, 5000)), Fraction(1000))
    if draw(st.booleans()):
        time_base = Fraction(1, 90000)
        steps = draw(st.lists(st.integers(700, 9000), min_size=1, max_size=5))
        at, times = draw(st.integers(-900, 90000)), []
        for index in range(frames):
            times.append(at)
            at += steps[index % len(steps)]
        ticks, first = tuple(times), Time(times[0], Fraction(90000))
    elif time_base is not None:
        first = first.at(1 / time_base)
    return MediaLink(
        name=draw(names) or "unnamed",
        url=f"footage/{number}/{draw(names)}",
        rate=rate,
        frames=frames,
        start_frame=draw(st.integers(0, frames_a_day(rate, drop) - 1)),
        drop=drop,
        first=first,
        reel=draw(st.none() | names),
        time_base=time_base,
        frame_times=ticks,
    )


@st.composite
def cuts(draw: st.DrawFn) -> tuple[Cut, dict[str, MediaLink]]:
    rate = draw(st.sampled_from(list(RATES.values())))
    drop = can_drop(rate) and draw(st.booleans())
    media = {f"{number:064x}": draw(media_links(number)) for number in range(draw(st.integers(1, 3)))}
    clips: list[Clip] = []
    at = 0
    for number in range(draw(st.integers(1, 5))):
        gap = draw(st.sampled_from([0, 0, 7]))
        at += gap
        length = draw(st.integers(1, 40))
        asset = draw(st.sampled_from(sorted(media)))
        offset = draw(st.fractions(Fraction(1), Fraction(3, 2), max_denominator=48000))
        speed = draw(speeds)
        start = Time.of_seconds(media[asset].first.seconds + offset)
        transition = None
        room = length if gap or not clips else min(length, clips[-1].record.duration.ticks)
        if room > 2 and draw(st.booleans()):
            before = draw(st.integers(0, room // 3))
            transition = Transition("dissolve", before + draw(st.integers(1, length - before)), before)
            if gap and before > gap:
                transition = None
        clips.append(
            Clip(
                id=f"slot{number}/V1",
                asset=asset,
                record=Range.of_ticks(at, at + length, rate),
                source=source_of(start, length, rate, speed),
                name=draw(names),
                lines=("a1b2c3",),
                link=f"L{number}",
                muted=False,
                gain_db=draw(st.sampled_from([0.0, -3.25, 6.1])),
                speed=speed,
                transition=transition,
                reason=draw(names),
            )
        )
        at += length
    markers = tuple(
        Marker(Range.of_ticks(frame, frame + 1, rate), "look", "twice", "GREEN")
        for frame in draw(st.lists(st.integers(0, at - 1), max_size=2, unique=True))
    )
    cut = Cut(
        name=draw(names),
        rate=rate,
        drop=drop,
        start_frame=draw(st.sampled_from([0, 3600 * nominal(rate), frames_a_day(rate, drop) - 20])),
        tracks=(CutTrack(name="V1", kind="video", clips=tuple(clips)),),
        markers=markers,
    )
    return cut, media
