"""Pull lists: what has to be fetched, as CSV and as an Avid log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from answerprint.core.cut import Cut
from answerprint.core.timecode import frames_a_day, parse_rate, parse_timecode
from answerprint.departments.editorial.turnovers.pulls import Pull, frames_of, pull_list
from answerprint.formats.cameras.ale import parse_ale
from answerprint.formats.timelines.ale import write_stretches
from answerprint.pipeline.turnovers.handing import Desk


def write_pulls(desk: Desk, pulls: Sequence[Pull], cut: Cut) -> None:
    """`pulls.csv` and `pulls.ale`, the log read again: as many rows, of as many frames of their media."""
    links = desk.source.links
    desk.pulls = len(pulls)
    desk.write("pulls.csv", pull_list(pulls, cut, links))
    name = f"{desk.stem}-pulls.ale"
    data = write_stretches([(one.asset, "V", *frames_of(one, links[one.asset])) for one in pulls], cut, links)
    rows = parse_ale(data.decode(), file=name).rows
    wanted = [end - first for one in pulls for first, end in [frames_of(one, links[one.asset])]]
    found = [_length(row) for row in rows]
    desk.count(name, "rows", len(pulls), len(rows))
    desk.count(name, "frames of media", sum(wanted), sum(found))
    desk.write(name, data)


def _length(row: Mapping[str, str]) -> int:
    """Frames of media that a row of a log names."""
    rate = parse_rate(row["FPS"])
    start, end = (parse_timecode(row[name], rate) for name in ("Start", "End"))
    return (end - start) % frames_a_day(rate, ";" in row["Start"])
