"""Where a clip of FCPXML lies in its media: its own local time, and the map from it to the media's time.

Local time runs with the sequence; `timeMap` says which moment of the media (counted as its timecode) each
local one shows. Without a map the two are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm

from lxml import etree

from answerprint.core.cut import Clip, source_time
from answerprint.formats.timelines.fcpxml_document import LARGEST_DENOMINATOR, add, time_at, time_text
from answerprint.formats.timelines.model import MediaLink, frame_on_screen, record_frames

Points = tuple[tuple[Fraction, Fraction], ...]  # (local time, time in the media), seconds

_CONFORMED = {  # the rates that conform-rate has words for
    Fraction(24000, 1001): "23.98",
    Fraction(24): "24",
    Fraction(25): "25",
    Fraction(30000, 1001): "29.97",
    Fraction(30): "30",
    Fraction(48000, 1001): "47.95",
    Fraction(48): "48",
    Fraction(50): "50",
    Fraction(60000, 1001): "59.94",
    Fraction(60): "60",
}
NEAR = Fraction(1, 10)  # rates this close to one another are conformed by playing every frame


@dataclass(frozen=True)
class Placing:
    """Where a clip starts in its local time, and its map, empty at normal speed."""

    start: Fraction
    points: Points
    first: Fraction  # the media's time of its first picture
    since: Fraction  # from there to what the clip shows first
    speed: Fraction

    def local(self, since: Fraction) -> Fraction:
        """The local time at which a moment of the media (from its first picture) is shown; of a freeze, its
        start."""
        return self.start + ((since - self.since) / self.speed if self.speed else 0)


def placing(clip: Clip, link: MediaLink, rate: Fraction) -> Placing:
    """The placing of a clip in a cut of a rate.

    Media of the cut's own rate at normal speed is placed at the start of its first picture, wherever in that
    picture the clip begins; and so is all whose exact place the format's numbers do not hold.
    """
    start, end = record_frames(clip, rate)
    shown = source_time(clip, start, rate)
    first = link.start_frame / link.rate
    since = shown.seconds - link.first.seconds
    speed = clip.speed
    even = link.rate == rate and speed == 1
    fine = lcm(since.denominator, link.rate.numerator, (rate * (speed or 1)).numerator)
    if not link.frame_times and (even or fine > LARGEST_DENOMINATOR):
        since = frame_on_screen(link, shown) / link.rate
    if speed == 1:
        return Placing(first + since, (), first, since, speed)
    length = (end - start) / rate
    if speed == 0:
        return Placing(first, ((first, first + since), (first + length, first + since)), first, since, speed)
    reach = max(link.frames / link.rate, since + length * max(speed, Fraction(0)))
    lasting = reach / abs(speed)
    if speed > 0:
        points = ((first, first), (first + lasting, first + reach))
        return Placing(first + since / speed, points, first, since, speed)
    points = ((first, first + reach), (first + lasting, first))
    return Placing(first + (since - reach) / speed, points, first, since, speed)


def add_timing(element: etree._Element, placed: Placing, rate: Fraction, media_rate: Fraction | None) -> None:
    """`conform-rate`, for pictures of another rate that keep their own speed, and `timeMap`."""
    if media_rate is not None and media_rate != rate:
        add(element, "conform-rate", scaleEnabled="0", srcFrameRate=_CONFORMED.get(media_rate))
    if placed.points:
        made = add(element, "timeMap", frameSampling="floor")
        for time, value in placed.points:
            add(made, "timept", time=time_text(time), value=time_text(value), interp="linear")


@dataclass(frozen=True)
class Span:
    """A stretch of the record, in seconds, and the local time shown at its start; speed: local seconds in a
    second of the record."""

    start: Fraction
    end: Fraction
    local: Fraction
    speed: Fraction

    def within(self, window: tuple[Fraction, Fraction] | None) -> Span | None:
        """The part inside a window of the record; None for nothing."""
        if window is None:
            return self
        start, end = max(self.start, window[0]), min(self.end, window[1])
        if start >= end:
            return None
        return Span(start, end, self.local + (start - self.start) * self.speed, self.speed)

    def at(self, local: Fraction) -> Fraction:
        """The record time of a local one; of a freeze, the start."""
        return self.start + ((local - self.local) / self.speed if self.speed else 0)


def points_of(element: etree._Element, file: str | None) -> tuple[Points, bool]:
    """A clip's map in the order of its times, and whether it eases between speeds."""
    found = element.find("timeMap")
    if found is None:
        return (), False
    points: dict[Fraction, Fraction] = {}
    eased = False
    for one in found.iterfind("timept"):
        time, value = time_at(one, "time", file), time_at(one, "value", file)
        if time is not None and value is not None:
            points[time] = value
        eased |= one.get("interp") == "smooth" or any(
            time_at(one, side, file) for side in ("inTime", "outTime")
        )
    if len(points) < 2:
        return (), False
    return tuple(sorted(points.items())), eased and len(points) > 2


def mapped(span: Span, points: Points) -> list[Span]:
    """A span through a map: stretches of even speed, `local` being the media's time now."""
    if not points:
        return [span]
    if span.speed == 0:
        time, value, slope = _line(points, span.local)
        return [Span(span.start, span.end, value + (span.local - time) * slope, Fraction(0))]
    knots = sorted(span.at(time) for time, _ in points[1:-1])
    edges = [span.start, *(one for one in knots if span.start < one < span.end), span.end]
    found: list[Span] = []
    for start, end in pairwise(edges):
        local = span.local + (start - span.start) * span.speed
        middle = span.local + ((start + end) / 2 - span.start) * span.speed
        time, value, slope = _line(points, middle)
        piece = Span(start, end, value + (local - time) * slope, slope * span.speed)
        last = found[-1] if found else None
        if last is not None and last.speed == piece.speed:
            found[-1] = Span(last.start, end, last.local, last.speed)
        else:
            found.append(piece)
    return found


def _line(points: Points, local: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """A point and the slope of the line that a local time lies on; the outer ones go on beyond the ends."""
    for (time, value), (later, more) in pairwise(points):
        if local < later or later == points[-1][0]:
            return time, value, (more - value) / (later - time)
    raise ValueError("a map has two points")


def conformed(element: etree._Element, rate: Fraction) -> str:
    """Words for a rate that is conformed by changing the speed; empty where the clip keeps its own."""
    found = element.find("conform-rate")
    if found is None or found.get("scaleEnabled") == "0":
        return ""
    said = next((each for each, word in _CONFORMED.items() if word == found.get("srcFrameRate")), None)
    if said is None or said == rate or abs(said / rate - 1) > NEAR:
        return ""
    return f"its {found.get('srcFrameRate')} frames a second are read at their own speed, not conformed"
