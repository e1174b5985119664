"""iXML: what a production recorder says of a take (Gallery's iXML specification 3.01), read and written.

The text comes from strangers: no entity is resolved, nothing is fetched, and depth is limited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lxml import etree

_TRUE = {"TRUE": True, "FALSE": False}
_RATES = {"23.98": Fraction(24000, 1001), "23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001)}


@dataclass(frozen=True)
class ProductionSound:
    """A take as the recorder knew it. None and empty strings are what it did not say."""

    project: str = ""
    scene: str = ""
    take: str = ""
    tape: str = ""  # the sound roll
    note: str = ""
    circled: bool | None = None
    file_uid: str = ""
    timecode_rate: Fraction | None = None
    drop: bool | None = None  # TIMECODE_FLAG DF or NDF
    file_rate: int | None = None  # FILE_SAMPLE_RATE
    timestamp: int | None = None  # samples since midnight at the first sample
    timestamp_rate: int | None = None  # the rate `timestamp` counts in
    track_names: tuple[str, ...] = ()  # by place in the file
    track_functions: tuple[str, ...] = ()

    def with_tracks(self, names: Sequence[str]) -> ProductionSound:
        """The same take with these track names."""
        return replace(self, track_names=tuple(names))


def read_ixml(raw: bytes) -> tuple[ProductionSound | None, str]:
    """The take, and what was wrong: an empty string when nothing was. None when it cannot be read at all."""
    text = raw.rstrip(b"\0 \r\n\t").lstrip(b"\0 \r\n\t")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return None, f"the iXML cannot be read: {error}"
    if root.getroottree().docinfo.internalDTD is not None:
        return None, "the iXML declares a document type, which iXML has not: it is not read"
    if root.tag != "BWFXML":
        return None, f"the iXML's root is {root.tag!r}, not BWFXML"
    names, functions = _tracks(root)
    high, low = (
        _whole(root, "SPEED/TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI"),
        _whole(root, "SPEED/TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO"),
    )
    flag = _text(root, "SPEED/TIMECODE_FLAG").upper()
    return ProductionSound(
        project=_text(root, "PROJECT"),
        scene=_text(root, "SCENE"),
        take=_text(root, "TAKE"),
        tape=_text(root, "TAPE"),
        note=_text(root, "NOTE"),
        circled=_circled(root),
        file_uid=_text(root, "FILE_UID"),
        timecode_rate=_rate(_text(root, "SPEED/TIMECODE_RATE")),
        drop={"DF": True, "NDF": False}.get(flag),
        file_rate=_whole(root, "SPEED/FILE_SAMPLE_RATE"),
        timestamp=None if low is None else (high or 0) << 32 | low,
        timestamp_rate=_whole(root, "SPEED/TIMESTAMP_SAMPLE_RATE"),
        track_names=names,
        track_functions=functions,
    ), ""


def write_ixml(sound: ProductionSound, rate: int, bits: int, time_reference: int | None) -> bytes:
    """The take as an iXML document for a file of this sample rate and depth."""
    root = etree.Element("BWFXML")
    _add(root, "IXML_VERSION", "1.61")
    for tag, value in (
        ("PROJECT", sound.project),
        ("SCENE", sound.scene),
        ("TAKE", sound.take),
        ("TAPE", sound.tape),
        ("NOTE", sound.note),
        ("FILE_UID", sound.file_uid),
    ):
        if value:
            _add(root, tag, value)
    if sound.circled is not None:
        _add(root, "CIRCLED", "TRUE" if sound.circled else "FALSE")
    speed = etree.SubElement(root, "SPEED")
    if sound.timecode_rate is not None:
        text = f"{sound.timecode_rate.numerator}/{sound.timecode_rate.denominator}"
        for tag in ("MASTER_SPEED", "CURRENT_SPEED", "TIMECODE_RATE"):
            _add(speed, tag, text)
    if sound.drop is not None:
        _add(speed, "TIMECODE_FLAG", "DF" if sound.drop else "NDF")
    _add(speed, "FILE_SAMPLE_RATE", str(sound.file_rate or rate))
    _add(speed, "AUDIO_BIT_DEPTH", str(bits))
    stamp = sound.timestamp if sound.timestamp is not None else time_reference
    if stamp is not None:
        _add(speed, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI", str(stamp >> 32))
        _add(speed, "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO", str(stamp & 0xFFFFFFFF))
        _add(speed, "TIMESTAMP_SAMPLE_RATE", str(sound.timestamp_rate or rate))
    if sound.track_names:
        tracks = etree.SubElement(root, "TRACK_LIST")
        _add(tracks, "TRACK_COUNT", str(len(sound.track_names)))
        for index, name in enumerate(sound.track_names):
            track = etree.SubElement(tracks, "TRACK")
            _add(track, "CHANNEL_INDEX", str(index + 1))
            _add(track, "INTERLEAVE_INDEX", str(index + 1))
            _add(track, "NAME", name)
            if index < len(sound.track_functions) and sound.track_functions[index]:
                _add(track, "FUNCTION", sound.track_functions[index])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _tracks(root: etree._Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and functions by place in the file: INTERLEAVE_INDEX counts the file's channels from 1."""
    found: dict[int, tuple[str, str]] = {}
    for count, track in enumerate(root.findall("TRACK_LIST/TRACK"), start=1):
        place = _whole(track, "INTERLEAVE_INDEX") or count
        if 0 < place <= 0xFFFF:
            found[place] = (_text(track, "NAME"), _text(track, "FUNCTION"))
    places = range(1, max(found, default=0) + 1)
    pairs = [found.get(place, ("", "")) for place in places]
    return tuple(name for name, _ in pairs), tuple(function for _, function in pairs)


def _circled(root: etree._Element) -> bool | None:
    said = _TRUE.get(_text(root, "CIRCLED").upper())
    if said is None and "CIRCLED" in _text(root, "TAKE_TYPE").upper():  # how iXML 2 says it
        return True
    return said


def _rate(text: str) -> Fraction | None:
    """`24000/1001`, `25/1`, and the decimals some recorders write."""
    try:
        rate = _RATES.get(text) or Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return rate if 0 < rate <= 1000 else None


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _whole(element: etree._Element, path: str) -> int | None:
    text = _text(element, path)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _add(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = text
