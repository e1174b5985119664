"""Advanced SubStation Alpha and SubStation Alpha (.ass, .ssa), as libass reads them: events with styles.

No body has made the format a standard: the common description of script type v4.00+ is followed. The runs of
marked text below are what every reader and writer of this folder works with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple, get_args

from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time
from answerprint.formats.subtitles.model import Align, Cue, Place, SubtitleFile
from answerprint.formats.text import one_line_end

CENTISECONDS = Fraction(100)  # ticks a second

_MARKUP = re.compile(r"(</?[ibu]>|\n)")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)[.:](\d{1,3})", re.ASCII)
_BLOCK = re.compile(r"(?<!\\)(\{[^{}]*\})")
_OVERRIDE = re.compile(r"\\(fn|r|[1-4]?[a-z]+)([^\\]*)", re.IGNORECASE)
_SWITCHES = {"i": "italic", "b": "bold", "u": "underline"}
_JOINER = "\u2060"  # word joiner: takes no room, and keeps a backslash from meaning anything
_PLACES: tuple[Place, ...] = ("bottom", "middle", "top")
_ALIGNS: tuple[Align, ...] = get_args(Align)
_STYLE_FIELDS = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
    "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
    "MarginR, MarginV, Encoding"
)
_STYLE = "Arial,60,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,0,2,100,100,60,1"
_EVENT_FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
_FORCED = "Forced"


class Run(NamedTuple):
    """Text of one style."""

    text: str
    italic: bool = False
    bold: bool = False
    underline: bool = False

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tag for tag, on in zip("ibu", self[1:], strict=True) if on)


def styled_lines(text: str) -> list[list[Run]]:
    """A cue's lines, each as runs of one style; outer spaces and blank lines are left out.

    A tag that is never closed acts until the cue ends; a closing tag without its partner does nothing.
    """
    lines: list[list[Run]] = [[]]
    on = dict.fromkeys("ibu", False)
    for part in _MARKUP.split(one_line_end(text)):
        if part == "\n":
            lines.append([])
        elif _MARKUP.fullmatch(part):
            on[part[-2]] = part[1] != "/"
        elif part:
            lines[-1].append(Run(part, on["i"], on["b"], on["u"]))
    return tidy_lines(lines)


def marked(lines: Sequence[Sequence[Run]]) -> str:
    """Lines of runs as a cue's text: `<i>`, `<b>`, `<u>` well nested, and open only where they act."""
    written: list[str] = []
    opened: list[str] = []
    for number, line in enumerate(tidy_lines(lines)):
        for index, run in enumerate(line):
            kept = next((at for at, tag in enumerate(opened) if tag not in run.tags), len(opened))
            written += [f"</{tag}>" for tag in reversed(opened[kept:])]
            written += ["\n"] if number and not index else []
            opened = opened[:kept]
            written += [f"<{tag}>" for tag in run.tags if tag not in opened]
            opened += [tag for tag in run.tags if tag not in opened]
            written.append(run.text)
    return "".join([*written, *(f"</{tag}>" for tag in reversed(opened))])


def tidy_lines(lines: Iterable[Iterable[Run]]) -> list[list[Run]]:
    """Lines without outer spaces, blank lines and empty runs; neighbours of one style are joined."""
    tidied: list[list[Run]] = []
    for line in lines:
        joined: list[Run] = []
        for run in line:
            if joined and joined[-1][1:] == run[1:]:
                joined[-1] = run._replace(text=joined[-1].text + run.text)
            elif run.text:
                joined.append(run)
        while joined and not joined[0].text.strip(" \t"):
            joined.pop(0)
        while joined and not joined[-1].text.strip(" \t"):
            joined.pop()
        if joined:
            joined[0] = joined[0]._replace(text=joined[0].text.lstrip(" \t"))
            joined[-1] = joined[-1]._replace(text=joined[-1].text.rstrip(" \t"))
            tidied.append(joined)
    return tidied


class Look(NamedTuple):
    """What a style says of text that no override changes."""

    italic: bool = False
    bold: bool = False
    underline: bool = False
    keypad: int = 2  # where the text stands, as on a numeric keypad: 2 is bottom centre


def read_ass(text: str, *, file: str | None = None) -> SubtitleFile:
    """The dialogue of an .ass or .ssa file, in written order, times in ticks of 1/100 s.

    Italic, bold, underline and the place come from the style and from overrides; every other override is left
    out with one note a kind, and so are drawings and comments. Raises FormatError AP-FORMAT-158 for a file
    without [Events] or an event that cannot be read, AP-FORMAT-051 for one that ends before it starts.
    """
    section, legacy, title, events = "", False, "", False
    fields: list[str] = []
    styles: dict[str, Look] = {}
    notes: dict[str, None] = {}
    cues: list[Cue] = []
    for number, line in enumerate(one_line_end(text).split("\n"), start=1):
        key, _, value = (part.strip() for part in line.partition(":"))
        if line.lstrip().startswith("[") and line.rstrip().endswith("]"):
            section = line.strip()[1:-1].strip().casefold()
            legacy = legacy or section == "v4 styles"
            events = events or section == "events"
            fields = []
        elif key == "Format":
            fields = [field.strip().casefold() for field in value.split(",")]
        elif section == "script info" and key == "Title":
            title = value
        elif section.endswith("styles") and key == "Style":
            parts = dict(zip(fields, (one.strip() for one in value.split(",")), strict=False))
            styles[parts.get("name", "").lstrip("*")] = _look(parts, legacy)
        elif section == "events" and key == "Dialogue":
            cue = _cue(_event(line, fields, number, file), styles, notes, number, file)
            cues += [cue] if cue is not None else []
    if not events:
        raise FormatError(
            "AP-FORMAT-158",
            "has no [Events], so it is no SubStation Alpha file",
            file=file,
            at="line 1",
            remedy="export it from the subtitle program again",
        )
    return SubtitleFile(cues=tuple(cues), format="ass", title=title, notes=tuple(notes))


def write_ass(file: SubtitleFile) -> str:
    """The cues as an .ass script of format v4.00+, in time order, at the nearest 1/100 s.

    The speaker is the event's name and a forced cue has the style `Forced`. A brace of the text is written
    `\\{`, and a backslash is followed by a word joiner, so that no text can become an override.
    Raises FormatError AP-FORMAT-052 for a cue that begins before the cut.
    """
    title = " ".join(file.title.split())
    lines = [
        "[Script Info]",
        *([f"Title: {title}"] if title else []),
        *(
            "ScriptType: v4.00+",
            "PlayResX: 1920",
            "PlayResY: 1080",
            "WrapStyle: 2",
            "ScaledBorderAndShadow: yes",
        ),
        "",
        "[V4+ Styles]",
        f"Format: {_STYLE_FIELDS}",
        f"Style: Default,{_STYLE}",
        f"Style: {_FORCED},{_STYLE}",
        "",
        "[Events]",
        f"Format: {_EVENT_FIELDS}",
    ]
    for cue in sorted(file.cues, key=lambda one: one.range.start):
        name = " ".join((cue.speaker or "").replace(",", " ").split())
        times = f"{_label(cue.range.start)},{_label(cue.range.end)}"
        style = _FORCED if cue.forced else "Default"
        lines.append(f"Dialogue: 0,{times},{style},{name},0,0,0,,{_written(cue)}")
    return "\n".join(lines) + "\n"


def keypad_place(key: int) -> tuple[Place, Align]:
    """Where `\\an1` … `\\an9` stands: 1 2 3 at the bottom from left to right, 7 8 9 at the top."""
    row, column = divmod(key - 1, 3)
    return _PLACES[row], _ALIGNS[column]


def keypad_of(cue: Cue) -> int:
    """The keypad number of a cue's place and alignment."""
    return _PLACES.index(cue.place) * 3 + _ALIGNS.index(cue.align) + 1


def _event(line: str, fields: list[str], number: int, file: str | None) -> dict[str, str]:
    names = fields or [field.strip().casefold() for field in _EVENT_FIELDS.split(",")]
    values = line.partition(":")[2].split(",", len(names) - 1)
    if len(values) < len(names) or not {"start", "end", "text"} <= set(names):
        raise _bad_event("an event has a value for every field of its Format line", number, file)
    return dict(zip(names, values, strict=True))


def _cue(
    event: dict[str, str], styles: dict[str, Look], notes: dict[str, None], number: int, file: str | None
) -> Cue | None:
    start, end = (_time(event[key], number, file) for key in ("start", "end"))
    if end < start:
        raise FormatError(
            "AP-FORMAT-051",
            "this event ends before it starts",
            file=file,
            at=f"line {number}",
            remedy="correct its times",
        )
    name = event.get("style", "").strip().lstrip("*")
    look = styles.get(name, Look())
    lines, key, drawn = override_lines(event["text"], look, styles, notes)
    if drawn:
        return None
    place, align = keypad_place(key)
    return Cue(
        range=Range(start, end),
        text=marked(lines),
        speaker=event.get("name", event.get("actor", "")).strip() or None,
        place=place,
        align=align,
        forced=_FORCED.casefold() in name.casefold(),
    )


def override_lines(
    text: str, look: Look, styles: dict[str, Look], notes: dict[str, None]
) -> tuple[list[list[Run]], int, bool]:
    """The lines of an event's text, its keypad place, and whether it is a drawing and no text.

    notes gets a line for each kind of override that has no place here.
    """
    lines: list[list[Run]] = [[]]
    now, key, drawing, drawn = look, 0, False, False
    for part in _BLOCK.split(text):
        if part.startswith("{") and part.endswith("}"):
            if "\\" not in part:
                notes["comments in braces were left out"] = None
            for tag, value in _OVERRIDE.findall(part[1:-1]):
                name, worth = tag.casefold(), value.strip(" ()")
                if name in _SWITCHES:
                    now = now._replace(**{_SWITCHES[name]: _on(worth, getattr(look, _SWITCHES[name]))})
                elif name == "an" and worth in tuple("123456789"):
                    key = key or int(worth)
                elif name == "a" and worth.isdecimal():
                    key = key or _legacy_keypad(int(worth))
                elif name == "r":
                    now = styles.get(worth, look)._replace(keypad=now.keypad)
                elif name == "p":
                    drawing = _number(worth) > 0
                else:
                    notes[f"\\{tag} overrides were left out"] = None
        elif drawing and part.strip():
            notes["drawings were left out"] = None
            drawn = True
        elif not drawing:
            for index, one in enumerate(_plain(part).split("\n")):
                lines += [[]] if index else []
                lines[-1].append(Run(one, now.italic, now.bold, now.underline))
    return lines, key or look.keypad, drawn and not tidy_lines(lines)


def _plain(text: str) -> str:
    text = text.replace("\\N", "\n").replace("\\n", " ").replace("\\h", "\u00a0")
    return text.replace("\\{", "{").replace("\\}", "}").replace("\\" + _JOINER, "\\")


def _written(cue: Cue) -> str:
    """The text field: overrides at each change of style, nothing of the text able to be one."""
    written: list[str] = []
    key = keypad_of(cue)
    before = Run("")
    for number, line in enumerate(styled_lines(cue.text)):
        written += ["\\N"] if number else []
        for run in line:
            changes = zip("ibu", before[1:], run[1:], strict=True)
            tags = "".join(f"\\{tag}{int(after)}" for tag, earlier, after in changes if earlier != after)
            text = run.text.replace("\\", "\\" + _JOINER).replace("{", "\\{").replace("}", "\\}")
            written += [f"{{{tags}}}" if tags else "", text.replace("\u00a0", "\\h")]
            before = run
    return (f"{{\\an{key}}}" if key != Look().keypad else "") + "".join(written)


def _look(parts: dict[str, str], legacy: bool) -> Look:
    number = int(_number(parts.get("alignment", "2")))
    return Look(
        italic=_number(parts.get("italic", "0")) != 0,
        bold=_number(parts.get("bold", "0")) != 0,
        underline=_number(parts.get("underline", "0")) != 0,
        keypad=_legacy_keypad(number) if legacy else number if 1 <= number <= 9 else Look().keypad,
    )


def _legacy_keypad(number: int) -> int:
    """SubStation Alpha's own numbers: 1 2 3 at the bottom, plus 4 at the top, plus 8 in the middle."""
    column = number & 3
    if not column:
        return Look().keypad
    return column + (6 if number & 4 else 3 if number & 8 else 0)


def _on(worth: str, default: bool) -> bool:
    """1 and weights from 600 on are on; nothing at all is the style's own."""
    if not worth:
        return default
    number = _number(worth)
    return number == 1 or number >= 600


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"-?\d{1,9}(?:\.\d{1,9})?", text.strip(), re.ASCII) else 0.0


def _time(label: str, number: int, file: str | None) -> Time:
    match = _CLOCK.fullmatch(label.strip())
    if match is None:
        raise _bad_event(f"{label.strip()[:40]!r} is no time", number, file)
    hours, minutes, seconds, part = match.groups()
    whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    if len(part) > 2:
        return Time(whole * 1000 + int(part), CENTISECONDS * 10)
    return Time(whole * 100 + int(part.ljust(2, "0")), CENTISECONDS)


def _label(time: Time) -> str:
    ticks = time.frame(CENTISECONDS)
    if ticks < 0:
        raise FormatError("AP-FORMAT-052", "a subtitle cannot begin before the cut does")
    seconds, part = divmod(ticks, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{part:02d}"


def _bad_event(why: str, number: int, file: str | None) -> FormatError:
    return FormatError(
        "AP-FORMAT-158",
        why,
        file=file,
        at=f"line {number}",
        remedy="write events as `Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,text`, or export again",
    )
