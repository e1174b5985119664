"""What a clip of FCPXML has on it: its volume, and the names of all that a cut has no form for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from answerprint.formats.timelines.fcpxml_document import wrong

LOUDEST = 400  # dB either way: beyond it no number is a volume
_VOLUME = re.compile(r"\s*([+-]?\d{1,6}(?:\.\d{1,12})?)\s*(?:dB)?\s*", re.ASCII)
_NEUTRAL = {  # what Resolve writes on every clip, and Final Cut's own defaults
    "adjust-transform": {"position": "0 0", "scale": "1 1", "rotation": "0", "anchor": "0 0"},
    "adjust-conform": {"type": "fit"},
    "adjust-blend": {"amount": "1.0"},
    "adjust-crop": {"mode": "trim"},
    "adjust-panner": {"mode": "0", "amount": "0"},
    "adjust-stabilization": {"type": "automatic"},
    "adjust-rollingShutter": {"amount": "none"},
}
_FILTERS = ("filter-video", "filter-audio", "filter-video-mask")


def gain_of(element: etree._Element, file: str | None) -> float:
    """The volume on an element in dB; 0 where there is none. Raises FormatError AP-FORMAT-603."""
    found = element.find("adjust-volume")
    if found is None:
        return 0.0
    text = found.get("amount", "0dB")
    match = _VOLUME.fullmatch(text)
    if text.strip().casefold() in ("-inf", "-infdb"):
        return -float(LOUDEST)
    if match is None or abs(float(match[1])) > LOUDEST:
        raise wrong(f"a volume of {text[:40]!r} is none", found, file)
    return float(match[1])


def volume_text(gain_db: float) -> str:
    """A volume as the format writes it."""
    held = min(max(gain_db, -LOUDEST), LOUDEST)
    return f"{held:.6f}".rstrip("0").rstrip(".") + "dB"


def volume_moves(element: etree._Element) -> bool:
    """Whether the volume changes along the clip."""
    return element.find("adjust-volume//keyframeAnimation") is not None or any(
        element.find(f"adjust-volume//{one}") is not None for one in ("fadeIn", "fadeOut")
    )


def other_effects(element: etree._Element) -> Iterator[str]:
    """Names of the effects on an element that change something."""
    for one in element:
        tag = str(one.tag)
        if one.get("enabled") == "0":
            continue
        if tag in _FILTERS:
            inner = one.find("filter-video") if tag == "filter-video-mask" else one
            yield (inner.get("name", "") if inner is not None else "") or tag
        elif tag.startswith("adjust-") and tag != "adjust-volume" and not _neutral(one):
            yield tag.removeprefix("adjust-")


def _neutral(element: etree._Element) -> bool:
    usual = _NEUTRAL.get(str(element.tag))
    if usual is None or len(element):
        return False
    return all(
        _same(str(value), usual.get(str(name))) for name, value in element.attrib.items() if name != "enabled"
    )


def _same(value: str, usual: str | None) -> bool:
    if usual is None:
        return False
    try:
        return [float(one) for one in value.split()] == [float(one) for one in usual.split()]
    except ValueError:
        return value == usual
