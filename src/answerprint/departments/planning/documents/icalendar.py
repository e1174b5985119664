"""The schedule as an iCalendar file (RFC 5545): one event a shooting day."""

from __future__ import annotations

import datetime
import hashlib

from answerprint.departments.planning.documents.stripboard import inside
from answerprint.departments.planning.records import Schedule
from answerprint.formats.screenplays.pagination import in_eighths

LINE = 75  # octets, after which a line is folded


def to_icalendar(schedule: Schedule) -> str:
    """Shooting days with place, scenes and cast; times are local to wherever they are read (floating).

    An event keeps its identity through a new schedule by its unit and number, so that importing again moves
    it instead of doubling it.
    """
    names = {one.number: one.name for one in schedule.performers}
    strips = {strip.id: strip for strip in schedule.strips}
    stamp = f"{schedule.days[0].date:%Y%m%d}T000000Z" if schedule.days else "20000101T000000Z"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Answerprint//Shooting schedule//EN"]
    for day in schedule.days:
        scenes = [strips[one] for one in day.strips]
        said = [
            f"{strip.number} {inside(strip)} {strip.set} ({in_eighths(strip.eighths)})" for strip in scenes
        ]
        cast = ", ".join(names.get(number, str(number)) for number in sorted(day.cast))
        identity = hashlib.sha256(f"{schedule.title}|{day.unit}|{day.index}".encode()).hexdigest()[:24]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{identity}@answerprint",
            f"DTSTAMP:{stamp}",
            f"DTSTART:{_moment(day.date, day.call)}",
            f"DTEND:{_moment(day.date, max(day.wrap, day.call + 1))}",
            f"SUMMARY:{_text(_summary(schedule, day.index, day.unit))}",
            f"LOCATION:{_text(', '.join(day.locations or (day.location,)))}",
            f"DESCRIPTION:{_text(chr(10).join([*said, f'Cast: {cast}' if cast else '']).strip())}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _summary(schedule: Schedule, index: int, unit: str) -> str:
    title = f"{schedule.title}: " if schedule.title else ""
    return f"{title}day {index}" + (f", {unit} unit" if unit != "main" else "")


def _moment(date: datetime.date, minutes: int) -> str:
    moment = datetime.datetime.combine(date, datetime.time()) + datetime.timedelta(minutes=minutes)
    return f"{moment:%Y%m%dT%H%M%S}"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, each continued with a space; never inside a character."""
    pieces, piece, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + octets
    return "\r\n".join([*pieces, piece])
