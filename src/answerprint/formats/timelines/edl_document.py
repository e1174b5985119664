"""A CMX 3600 edit decision list as written: its events, their timecodes, and the comments under them."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from urllib.parse import quote, unquote

import msgspec

from answerprint.core.errors import AnswerprintError, FormatError
from answerprint.core.findings import Evidence, Finding
from answerprint.core.time import Range, Time
from answerprint.core.timecode import can_drop, frames_a_day, nominal, parse_rate, parse_timecode

REEL_LENGTH = 8  # characters, CMX 3600
BLACK = "BL"  # the reel that stands for no picture
_TC = r"-?\d{2,}[:;]\d{2}[:;]\d{2}[:;.,]\d{2,3}"
_EVENT = re.compile(
    r"\s*(?P<number>\d{1,6}[A-Z]?)\s+(?P<reel>\S.*?)\s+(?P<channels>[ABVN][A-Z0-9/]*)\s+"
    r"(?P<kind>C|D|W\d{3}|KB|KO|K)\s+(?:(?P<duration>\d{1,4})\s+)?"
    rf"(?P<source_in>{_TC})\s+(?P<source_out>{_TC})\s+(?P<record_in>{_TC})\s+(?P<record_out>{_TC})\s*"
)
_SPEED = re.compile(rf"M2\s+(?P<reel>\S.*?)\s+(?P<fps>[+-]?\d+(?:\.\d*)?)\s+(?P<at>{_TC})\s*")
_COMMENT = re.compile(r"\*\s*(?P<key>[A-Z][A-Z0-9 _]*?)\s*:\s*(?P<value>.*?)\s*")
_BARE_NAME = re.compile(r"(?:FROM|TO) CLIP NAME\s*:.*")  # some programs forget the asterisk
_NUMBER = r"-?\d{1,200}(?:/\d{1,200})?"
_SOURCE_RATE = re.compile(r"(?P<rate>\S+) (?P<mode>DROP|NON-DROP) FRAME(?: VARIABLE)?")
_SOURCE_CLOCK = re.compile(rf"(?P<start>{_TC}) FIRST (?P<first>{_NUMBER}) TICK (?P<tick>-|{_NUMBER})")
_SOURCE_TIME = re.compile(rf"({_NUMBER}) TO ({_NUMBER})")
_LOCATOR = re.compile(rf"(?P<at>{_TC})\s+(?P<colour>[A-Z]+)\s*(?P<text>.*)")
_CHANNELS = {
    "B": ("V", "A1"),
    "A": ("A1",),
    "AA": ("A1", "A2"),
    "V": ("V",),
    "NONE": (),
}


class EdlMarker(msgspec.Struct, frozen=True):
    """A locator: its frame in record timecode, colour and text."""

    frame: int
    colour: str
    text: str


class SourceClock(msgspec.Struct, frozen=True):
    """In a list of ours, how a source keeps time: the timecode of its first picture as a frame count, that
    picture's timestamp, and the seconds of a tick, where these do not follow from its rate."""

    start_frame: int
    first: Time
    time_base: Fraction | None


class EdlEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event line with what the lines under it say. Timecodes are frame counts, outs exclusive."""

    number: str
    reel: str
    channels: tuple[str, ...]  # "V", "A1", "A2", …
    kind: str  # C cut, D dissolve, Wnnn wipe, K key
    duration: int = 0  # frames of the dissolve or wipe
    source_in: int
    source_out: int
    record_in: int
    record_out: int
    source_rate: Fraction
    source_drop: bool = False
    speed: Fraction = Fraction(1)
    name: str = ""  # FROM CLIP NAME; for a dissolve's incoming side TO CLIP NAME
    called: str = ""  # in a list of ours: the clip's own name, where the file's is another
    source_file: str = ""
    long_reel: str = ""
    source: Range | None = None  # exact source time, where timecode alone cannot say it
    clock: SourceClock | None = None
    edit_point: int | None = None  # a dissolve's edit in record timecode, where it is not its start
    markers: tuple[EdlMarker, ...] = ()
    comments: tuple[str, ...] = ()  # every comment line, as written
    line: int = 0


class EdlDocument(msgspec.Struct, frozen=True, kw_only=True):
    title: str = ""
    rate: Fraction
    drop: bool = False
    start_frame: int | None = None  # record timecode of the cut's first frame, where the list says it
    events: tuple[EdlEvent, ...] = ()
    findings: tuple[Finding, ...] = ()


class _Raw(msgspec.Struct):
    """An event line and the lines under it, before the comments that explain its timecodes are known."""

    line: int
    match: dict[str, str | None]
    drop: bool
    speed: str | None = None
    comments: list[str] = []
    extra_channels: list[str] = []


def read_edl(text: str, rate: Fraction | None = None, *, file: str | None = None) -> EdlDocument:
    """The events of a CMX 3600 list, in written order.

    rate: the record rate; None only for a list that names its own (`* RATE:`, as ours do). Raises
    FormatError AP-FORMAT-020 when the text is no edit list, AP-FORMAT-021 for a line that cannot be read,
    AP-FORMAT-022 for a timecode that does not exist at the rate, AP-FORMAT-023 when no rate is known.
    """
    title, own_rate, start, raw_events = _raw_events(text, file)
    if not raw_events and not title:
        raise FormatError("AP-FORMAT-020", "this is no CMX 3600 edit list", file=file)
    rate = own_rate or rate
    if rate is None:
        raise FormatError(
            "AP-FORMAT-023",
            "an edit list does not say its frame rate",
            file=file,
            remedy="name the rate it was cut at",
        )
    ours = own_rate is not None
    drop = any(raw.drop for raw in raw_events) and can_drop(rate)
    events: list[EdlEvent] = []
    for raw in raw_events:
        events.append(_event(raw, rate, drop, ours, file))
    begins = _frame(start, rate, drop, file, "* START") if ours and start else None
    return EdlDocument(
        title=decoded(title) if ours else title,
        rate=rate,
        drop=drop,
        start_frame=begins,
        events=tuple(events),
        findings=tuple(_length_findings(events, file)),
    )


def encoded(text: str) -> str:
    """A name fit for one comment line: control characters, line breaks, `%` and outer spaces as %XX."""
    inner = "".join(
        quote(letter, safe="", errors="surrogateescape")
        if letter == "%" or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
        else letter
        for letter in text
    )
    bare = inner.strip()
    lead, tail = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    return f"{quote(lead, safe='')}{bare}{quote(tail, safe='')}" if bare else quote(inner, safe="%")


def decoded(text: str) -> str:
    return unquote(text, errors="surrogateescape")


def _raw_events(text: str, file: str | None) -> tuple[str, Fraction | None, str, list[_Raw]]:
    title, own_rate, start, drop = "", None, "", False
    events: list[_Raw] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        stripped = line.strip().removeprefix("\ufeff")
        match = _EVENT.fullmatch(line)
        first = not events or events[0].match["number"] == events[-1].match["number"]
        if match:
            events.append(_Raw(number, match.groupdict(), drop, None, [], []))
        elif re.match(r"\d{1,6}[A-Z]?\s+\S+\s+\S", stripped) and re.search(_TC, stripped):
            raise FormatError(
                "AP-FORMAT-021",
                f"this event cannot be read: {stripped[:80]!r}",
                file=file,
                at=f"line {number}",
                remedy="export it again as CMX 3600",
            )
        elif stripped.startswith("TITLE:"):
            title = title or stripped.removeprefix("TITLE:").strip()
        elif stripped.startswith("FCM:"):
            drop = "NON" not in stripped and "DROP" in stripped
        elif stripped.startswith("M2"):
            _take_speed(events, stripped, number, file)
        elif re.match(r"AUD\s+\d", stripped) and events:
            events[-1].extra_channels += [f"A{one}" for one in re.findall(r"\d+", stripped)]
        elif first and (own := re.fullmatch(r"\* RATE: (\S+)", stripped)):
            own_rate = _rate(own[1], file, f"line {number}")
        elif first and (own := re.fullmatch(rf"\* START: ({_TC})", stripped)):
            start = own[1]
        elif (stripped.startswith("*") or _BARE_NAME.match(stripped)) and events:
            events[-1].comments.append(stripped if stripped.startswith("*") else f"* {stripped}")
    return title, own_rate, start, events


def _take_speed(events: list[_Raw], line: str, number: int, file: str | None) -> None:
    """Give an M2 line to the event it is about: of the same number, by reel, the first without one."""
    match = _SPEED.fullmatch(line)
    if match is None or not events:
        raise FormatError(
            "AP-FORMAT-021", f"this speed change cannot be read: {line!r}", file=file, at=f"line {number}"
        )
    group = [one for one in events if one.match["number"] == events[-1].match["number"]]
    open_ones = [one for one in group if one.speed is None]
    same_reel = [one for one in open_ones if one.match["reel"] == match["reel"]]
    (same_reel or open_ones[-1:] or events[-1:])[0].speed = match["fps"]


def _event(raw: _Raw, rate: Fraction, drop: bool, ours: bool, file: str | None) -> EdlEvent:
    fields = {key: value or "" for key, value in raw.match.items()}
    kept = [found for found in map(_COMMENT.fullmatch, raw.comments) if found]
    notes = {found["key"]: found["value"] for found in kept}
    exact = notes if ours else {}  # another program's SPEED or SOURCE TIME means what it likes
    place = f"line {raw.line}"
    source_rate, source_drop = rate, drop
    if "SOURCE RATE" in exact:
        kept_rate = _understood(_SOURCE_RATE, exact["SOURCE RATE"], file, place)
        source_rate, source_drop = _rate(kept_rate["rate"], file, place), kept_rate["mode"] == "DROP"
    elif can_drop(rate):
        source_drop = ";" in fields["source_in"] or raw.drop
    source_in, source_out = (
        _frame(fields[key], source_rate, source_drop, file, place) for key in ("source_in", "source_out")
    )
    record_in, record_out, *edits = (
        _frame(label, rate, drop, file, place)
        for label in (fields["record_in"], fields["record_out"], exact.get("EDIT POINT"))
        if label is not None
    )
    name = notes.get("FROM CLIP NAME", "")
    if fields["kind"] != "C":
        name = notes.get("TO CLIP NAME", name)
    decode = decoded if ours else str
    return EdlEvent(
        number=fields["number"],
        reel=fields["reel"],
        channels=_channels(fields["channels"], raw.extra_channels, file, place),
        kind=fields["kind"],
        duration=int(fields["duration"] or 0),
        source_in=source_in,
        source_out=_after(source_in, source_out, frames_a_day(source_rate, source_drop)),
        record_in=record_in,
        record_out=_after(record_in, record_out, frames_a_day(rate, drop)),
        source_rate=source_rate,
        source_drop=source_drop,
        speed=_number(exact["SPEED"], file, place) if "SPEED" in exact else _speed(raw.speed, source_rate),
        name=decode(name),
        called=decode(exact.get("COMMENT", "")),
        source_file=decode(notes.get("SOURCE FILE", "")),
        long_reel=decode(notes.get("REEL NAME", "")),
        source=_source_time(exact["SOURCE TIME"], file, place) if "SOURCE TIME" in exact else None,
        clock=_clock(exact["SOURCE CLOCK"], source_rate, source_drop, file, place)
        if "SOURCE CLOCK" in exact
        else None,
        edit_point=edits[0] if edits else None,
        markers=tuple(
            EdlMarker(_frame(at["at"], rate, drop, file, place), at["colour"], decode(at["text"]))
            for found in kept
            if found["key"] == "LOC" and (at := _LOCATOR.fullmatch(found["value"]))
        ),
        comments=tuple(raw.comments),
        line=raw.line,
    )


def _after(start: int, end: int, day: int) -> int:
    """An out point past midnight belongs to the next day."""
    return end + day if end < start else end


def _channels(written: str, extra: list[str], file: str | None, place: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in written.split("/"):
        if part in _CHANNELS:
            found += _CHANNELS[part]
        elif re.fullmatch(r"V\d?", part):
            found.append("V")
        elif re.fullmatch(r"A\d{1,2}", part):
            found.append(part)
        else:
            raise FormatError(
                "AP-FORMAT-021", f"there are no channels named {written!r}", file=file, at=place
            )
    return tuple(sorted({*found, *extra}, key=lambda one: (one != "V", one)))


def _speed(fps: str | None, rate: Fraction) -> Fraction:
    """M2 counts frames a second of a source that normally runs at its rate; zero is a freeze frame."""
    if fps is None:
        return Fraction(1)
    value = Fraction(fps)
    # 47.952 on a 23.976 list is twice: some programs write the true rate, some the counted one.
    by_count, by_rate = value / nominal(rate), (value / rate).limit_denominator(1000)
    rounded = abs(by_rate * rate - value) < Fraction(1, 1000)
    return by_rate if rounded and by_rate.denominator < by_count.denominator else by_count


def _source_time(text: str, file: str | None, place: str) -> Range:
    match = _understood(_SOURCE_TIME, text, file, place)
    start, end = (_number(one, file, place) for one in match.groups())
    if end < start:
        raise _unread(text, file, place)
    return Range(Time.of_seconds(start), Time.of_seconds(end))


def _clock(text: str, rate: Fraction, drop: bool, file: str | None, place: str) -> SourceClock:
    match = _understood(_SOURCE_CLOCK, text, file, place)
    tick = None if match["tick"] == "-" else _number(match["tick"], file, place)
    if tick is not None and tick <= 0:
        raise _unread(text, file, place)
    first = Time.of_seconds(_number(match["first"], file, place))
    return SourceClock(_frame(match["start"], rate, drop, file, place), first, tick)


def _frame(label: str, rate: Fraction, drop: bool, file: str | None, place: str) -> int:
    try:
        return parse_timecode(label, rate, drop=drop)
    except AnswerprintError as error:
        raise FormatError(
            "AP-FORMAT-022",
            error.message,
            file=file,
            at=place,
            remedy=f"it was read at {rate} frames a second: name the right rate",
        ) from error


def _rate(text: str, file: str | None, place: str) -> Fraction:
    try:
        return parse_rate(text)
    except AnswerprintError as error:
        raise FormatError("AP-FORMAT-021", error.message, file=file, at=place) from error


def _number(text: str, file: str | None, place: str) -> Fraction:
    _understood(re.compile(_NUMBER), text, file, place)
    try:
        return Fraction(text)
    except ZeroDivisionError as error:
        raise _unread(text, file, place) from error


def _understood(pattern: re.Pattern[str], text: str, file: str | None, place: str) -> re.Match[str]:
    """A comment of a list of ours, which only a change by hand makes unreadable."""
    match = pattern.fullmatch(text)
    if match is None:
        raise _unread(text, file, place)
    return match


def _unread(text: str, file: str | None, place: str) -> FormatError:
    return FormatError(
        "AP-FORMAT-021",
        f"a comment under this event cannot be read: {text[:80]!r}",
        file=file,
        at=place,
        remedy="take the comment out, or write the list again",
    )


def _length_findings(events: list[EdlEvent], file: str | None) -> list[Finding]:
    """Events whose source and record lengths differ though nothing says the speed does."""
    return [
        Finding(
            code="edl.lengths_differ",
            message=f"event {event.number}: {source} source frames for {record}; the record length is kept",
            severity="warning",
            subject=file or "",
            evidence=(Evidence(measure="source frames", value=source, threshold=record),),
        )
        for event in events
        if event.speed == 1 and not any("SOURCE RATE" in comment for comment in event.comments)
        for source in [event.source_out - event.source_in]
        for record in [event.record_out - event.record_in]
        if source != record
    ]
