"""Filters, transitions, grades and markers of an xmeml clip item, both ways."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from fractions import Fraction

import msgspec
from lxml import etree

from answerprint.core.cut import Cdl, Marker, Transition
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.xmeml_document import flag_at, frame_at, number_at, text_at
from answerprint.formats.timelines.xmeml_media import add, add_rate, flag
from answerprint.formats.timelines.xmeml_timing import TICKS, Timing

SILENCE = -96.0  # dB: a level of 0, as Final Cut's slider ends
TALLEST_LEVEL = 3.98107  # +12 dB, the most that Final Cut and Premiere hold
DISSOLVE, CROSS_FADE = "Cross Dissolve", "Cross Fade (+3dB)"
_EDGE_WIPE = "Edge Wipe"
_AUDIO_FADE = "KGAudioTransCrossFade3dB"
_ROUGHEST = 100_000  # denominator of a speed that a percentage stands for
# Premiere's colours as it writes them (alpha, blue, green, red, eight bits each); green it leaves out.
_PREMIERE_COLOURS = {
    "RED": 0xFF362CD2,
    "YELLOW": 0xFF2BA1D0,
    "PURPLE": 0xFFB18BAF,
    "ORANGE": 0xFF246FE9,
    "WHITE": 0xFFFFFFFF,
    "BLUE": 0xFFFC8D42,
    "CYAN": 0xFFD6F419,
}
_COLOURS = {
    "RED": (255, 0, 0),
    "ORANGE": (255, 128, 0),
    "YELLOW": (255, 255, 0),
    "GREEN": (0, 255, 0),
    "CYAN": (0, 255, 255),
    "BLUE": (0, 0, 255),
    "PURPLE": (128, 0, 255),
    "MAGENTA": (255, 0, 255),
    "PINK": (255, 128, 192),
    "WHITE": (255, 255, 255),
    "BLACK": (0, 0, 0),
}
# Of filters that programs write though they change nothing; every other value of them is 0.
_PLAIN_VALUES = {"scale": ("100",), "opacity": ("100",), "pan": ("0", "-1", "1")}
_NUMBERS = re.compile(r"\(([^()]*)\)")


class Speed(msgspec.Struct, frozen=True):
    """A Time Remap: its speed and graph, and whether it is a ramp read as its average."""

    speed: Fraction
    graph: tuple[tuple[int, Fraction, str], ...] = ()
    ramp: bool = False


def add_speed(item: etree._Element, speed: Fraction, timing: Timing) -> None:
    """The Time Remap filter of a constant speed, of a reverse one, and of a freeze as Resolve writes it."""
    effect = _effect(item, "Time Remap", "timeremap", "motion", "motion", "video")
    _parameter(effect, "variablespeed", "variablespeed", 0, (0, 1))
    _parameter(effect, "speed", "speed", decimal(abs(speed) * 100), (-100000, 100000))
    _parameter(effect, "reverse", "reverse", flag(speed < 0))
    _parameter(effect, "frameblending", "frameblending", "FALSE")
    graph = _parameter(effect, "graphdict", "graphdict", 0, (0, timing.duration))
    for frame, value, its in timing.graph:
        key = add(graph, "keyframe")
        add(key, "when", frame)
        add(key, "value", decimal(value))
        add(key, "speedvirtualkf", "TRUE")
        add(key, its, "TRUE")
    add(add(graph, "interpolation"), "name", "FCPCurve")


def read_speed(item: etree._Element, file: str | None) -> Speed:
    """The speed that a clip item's Time Remap gives it; 1 without one."""
    for effect in _effects(item):
        if text_at(effect, "effectid").strip() != "timeremap":
            continue
        values = {text_at(one, "parameterid").strip().casefold(): one for one in effect.iterfind("parameter")}
        percent = number_at(values["speed"], "value", file) if "speed" in values else None
        speed = (100 if percent is None else percent) / Fraction(100)
        speed = speed.limit_denominator(_ROUGHEST)
        if "reverse" in values and flag_at(values["reverse"], "value", False, file):
            speed = -abs(speed)
        graph = tuple(_keyframes(values.get("graphdict"), file))
        varies = "variablespeed" in values and number_at(values["variablespeed"], "value", file) == 1
        inside = [one for one in graph if one[2] in ("speedkfin", "speedkfout")] or list(graph)
        if varies and len(inside) > 1 and inside[-1][0] != inside[0][0]:
            average = (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0])
            return Speed(average.limit_denominator(_ROUGHEST), graph, ramp=True)
        return Speed(speed, graph, ramp=varies)
    return Speed(Fraction(1))


def add_gain(item: etree._Element, gain_db: float) -> None:
    """The Audio Levels filter: a linear level."""
    effect = _effect(item, "Audio Levels", "audiolevels", "audiolevels", "audiolevels", "audio")
    _parameter(effect, "level", "Level", f"{10 ** (gain_db / 20):.10g}", (0, TALLEST_LEVEL))


def read_gain(item: etree._Element, file: str | None) -> float:
    """A clip item's level in dB; silence is SILENCE."""
    total = 0.0
    for effect in _effects(item):
        if text_at(effect, "effectid").strip() == "audiolevels":
            for one in effect.iterfind("parameter"):
                level = number_at(one, "value", file)
                if level is not None and text_at(one, "parameterid").strip() == "level":
                    total += round(20 * math.log10(level), 4) if level > 0 else SILENCE
    return max(total, SILENCE)


def other_effects(item: etree._Element, file: str | None) -> Iterator[str]:
    """Names of filters that a cut does not hold, and of levels that move."""
    for effect in _effects(item):
        name = text_at(effect, "effectid").strip()
        if name == "audiolevels" and effect.find("parameter/keyframe") is not None:
            yield "the keyframes of Audio Levels"
        elif name not in ("timeremap", "audiolevels") and not _changes_nothing(effect):
            yield " ".join(text_at(effect, "name").split())[:80] or name


def add_cdl(item: etree._Element, cdl: Cdl) -> None:
    """The grade where Premiere writes its own: three triples and a saturation (ASC CDL 1.2)."""
    colour = add(item, "colorinfo")
    add(colour, "lut")
    add(colour, "lut1")
    triples = ("(" + " ".join(repr(one) for one in each) + ")" for each in (cdl.slope, cdl.offset, cdl.power))
    add(colour, "asc_sop", "".join(triples))
    add(colour, "asc_sat", repr(cdl.saturation))
    if cdl.space:  # ours: other programs pass it over
        add(colour, "asc_space", cdl.space)
    add(colour, "lut2")


def read_cdl(item: etree._Element) -> Cdl | None:
    sop, sat = (text_at(item, f"colorinfo/{one}").strip() for one in ("asc_sop", "asc_sat"))
    if not sop and not sat:
        return None
    triples = [_floats(one) for one in _NUMBERS.findall(sop)] if sop else []
    saturation = _floats(sat) if sat else (1.0,)
    if (sop and [len(one) for one in triples] != [3, 3, 3]) or len(saturation) != 1:
        return None
    space = text_at(item, "colorinfo/asc_space").strip() or None
    grade = Cdl(saturation=saturation[0], space=space)
    if not triples:
        return grade
    slope, offset, power = ((one[0], one[1], one[2]) for one in triples)
    return msgspec.structs.replace(grade, slope=slope, offset=offset, power=power)


def add_transition(
    track: etree._Element, way: Transition, edit: int, rate: Fraction, kind: str, alignment: str
) -> None:
    """A `transitionitem` around an edit. Where it lies about it is said twice: by Final Cut's word, which
    knows starts, ends and middles, and by Premiere's ticks from its start to the edit."""
    made = add(track, "transitionitem")
    start = edit - way.before
    add(made, "start", start)
    add(made, "end", start + way.frames)
    add(made, "alignment", alignment)
    add(made, "cutPointTicks", round(way.before / rate * TICKS))
    add_rate(made, rate)
    if kind == "audio":
        _named_transition(
            made, way.name or CROSS_FADE, _AUDIO_FADE if not way.name else way.name, "", 0, kind
        )
    elif way.kind == "dissolve":
        name = way.name or DISSOLVE
        _named_transition(made, name, name, "Dissolve", 0, kind)
    else:
        code = int(way.name) if re.fullmatch(r"\d{3}", way.name) else 0
        name = _EDGE_WIPE if code or not way.name else way.name
        _named_transition(made, name, name, "Wipe", code or int(not way.name), kind)


def read_transition(
    item: etree._Element, rate: Fraction, kind: str, file: str | None
) -> tuple[int, Transition]:
    """A transition, and the frame of its edit as it says itself."""
    start, end = frame_at(item, "start", file), frame_at(item, "end", file)
    start = 0 if start is None else start
    frames = max((start if end is None else end) - start, 0)
    alignment = text_at(item, "alignment").strip().casefold()
    before = 0 if alignment.startswith("start") else frames if alignment.startswith("end") else frames // 2
    ticks = number_at(item, "cutPointTicks", file)
    if ticks is not None and 0 <= ticks / TICKS * rate <= frames:
        before = round(ticks / TICKS * rate)
    effect = item.find("effect")
    name = "" if effect is None else text_at(effect, "name").strip()
    if effect is None:
        return start + before, Transition("dissolve", frames, before)
    code = frame_at(effect, "wipecode", file) or 0
    category = text_at(effect, "effectcategory").strip().casefold()
    identity = text_at(effect, "effectid").strip()
    if kind == "audio" or "dissolve" in category or "dissolve" in identity.casefold():
        usual = name in (DISSOLVE, CROSS_FADE) or (kind == "audio" and identity == _AUDIO_FADE)
        return start + before, Transition("dissolve", frames, before, "" if usual else name)
    wipe = f"{code:03d}" if code > 0 else name
    return start + before, Transition("wipe", frames, before, wipe)


def not_a_wipe(item: etree._Element, kind: str) -> bool:
    """Whether a transition is neither a dissolve nor a wipe: a slide, a page peel."""
    category = text_at(item, "effect/effectcategory").strip().casefold()
    return kind == "video" and bool(category) and "wipe" not in category and "dissolve" not in category


def add_marker(parent: etree._Element, marker: Marker, start: int, frames: int) -> None:
    made = add(parent, "marker")
    add(made, "name", marker.name)
    add(made, "comment", marker.comment)
    add(made, "in", start)
    add(made, "out", -1 if frames == 1 else start + frames)
    if marker.colour in _PREMIERE_COLOURS:
        add(made, "pproColor", _PREMIERE_COLOURS[marker.colour])
    if marker.colour in _COLOURS:
        colour = add(made, "color")
        for channel, value in zip(
            ("alpha", "red", "green", "blue"), (0, *_COLOURS[marker.colour]), strict=True
        ):
            add(colour, channel, value)


def read_marker(element: etree._Element, file: str | None) -> tuple[int, int, Marker]:
    """A marker's first frame, its length, and the rest of it."""
    start, end = frame_at(element, "in", file) or 0, frame_at(element, "out", file)
    frames = 1 if end is None or end < start else end - start
    nowhere = Range(Time(0, Fraction(1)), Time(0, Fraction(1)))
    note = Marker(nowhere, text_at(element, "name"), text_at(element, "comment"), _colour(element, file))
    return start, frames, note


def decimal(value: Fraction) -> str:
    """A number with ten decimals, none where it is whole."""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.10f}".rstrip("0")


def _colour(element: etree._Element, file: str | None) -> str:
    premiere = frame_at(element, "pproColor", file)
    if premiere is not None:
        blue, green, red = (premiere >> 16) & 255, (premiere >> 8) & 255, premiere & 255
        known = {
            name: (one & 255, (one >> 8) & 255, (one >> 16) & 255) for name, one in _PREMIERE_COLOURS.items()
        }
        return _nearest((red, green, blue), known)
    colour = element.find("color")
    if colour is None:
        return "GREEN"
    values = [frame_at(colour, one, file) or 0 for one in ("red", "green", "blue")]
    if max(values) > 255:  # sixteen bits
        values = [one // 257 for one in values]
    return _nearest((values[0], values[1], values[2]), _COLOURS)


def _nearest(colour: tuple[int, int, int], known: dict[str, tuple[int, int, int]]) -> str:
    return min(known, key=lambda name: sum((a - b) ** 2 for a, b in zip(colour, known[name], strict=True)))


def _named_transition(
    item: etree._Element, name: str, identity: str, category: str, code: int, kind: str
) -> None:
    effect = add(item, "effect")
    add(effect, "name", name)
    add(effect, "effectid", identity)
    if category:
        add(effect, "effectcategory", category)
    add(effect, "effecttype", "transition")
    add(effect, "mediatype", kind)
    for tag, text in (("wipecode", code), ("wipeaccuracy", 100), ("startratio", 0), ("endratio", 1)):
        add(effect, tag, text)
    add(effect, "reverse", "FALSE")


def _effect(
    item: etree._Element, name: str, identity: str, category: str, kind: str, media: str
) -> etree._Element:
    effect = add(add(item, "filter"), "effect")
    tags = ("name", "effectid", "effectcategory", "effecttype", "mediatype")
    for tag, text in zip(tags, (name, identity, category, kind, media), strict=True):
        add(effect, tag, text)
    return effect


def _parameter(
    effect: etree._Element,
    identity: str,
    name: str,
    value: object,
    bounds: tuple[object, object] | None = None,
) -> etree._Element:
    made = add(effect, "parameter")
    add(made, "parameterid", identity)
    add(made, "name", name)
    if bounds is not None:
        add(made, "valuemin", bounds[0])
        add(made, "valuemax", bounds[1])
    add(made, "value", value)
    return made


def _effects(item: etree._Element) -> Iterator[etree._Element]:
    """The effects of filters that are switched on."""
    for one in item.iterfind("filter"):
        effect = one.find("effect")
        off = text_at(one, "enabled").strip().upper() == "FALSE"
        if effect is not None and not off and text_at(effect, "pproBypass").strip().casefold() != "true":
            yield effect


def _keyframes(graph: etree._Element | None, file: str | None) -> Iterator[tuple[int, Fraction, str]]:
    for key in graph.iterfind("keyframe") if graph is not None else ():
        when, value = frame_at(key, "when", file), number_at(key, "value", file)
        if when is not None and value is not None:
            flags = ("speedkfin", "speedkfout", "speedkfstart", "speedkfend")
            yield when, value, next((one for one in flags if key.find(one) is not None), "")


def _changes_nothing(effect: etree._Element) -> bool:
    """Whether every value of a filter is the one it has when it is left alone."""
    if effect.find("parameter") is None or effect.find("parameter/keyframe") is not None:
        return False
    for one in effect.iterfind("parameter"):
        usual = _PLAIN_VALUES.get(text_at(one, "parameterid").strip(), ("0",))
        value = one.find("value")
        for part in () if value is None else (value, *value):
            text = (part.text or "").strip()
            if text and text not in (*usual, "FALSE", "false"):
                return False
    return True


def _floats(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(one) for one in text.replace(",", " ").split())
    except ValueError:
        return ()
    return found if all(math.isfinite(one) for one in found) else ()
