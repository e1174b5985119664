"""What cameras write beside a clip: Sony's NonRealTimeMeta, Panasonic's clip XML, as one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import msgspec
from lxml import etree

from answerprint.core.errors import UsageError
from answerprint.core.timecode import can_drop, format_timecode, parse_rate, parse_timecode, snap_rate
from answerprint.formats.cameras.documents import find, local_name, parse_document, read_document, text_of

_LTC_DIGITS = 8
_DROP_FLAG = 4  # in the tens of frames, as in the LTC word of SMPTE ST 12-1


class ClipSidecar(msgspec.Struct, frozen=True, kw_only=True):
    """What a camera's own document says of a clip. Empty or None where it says nothing."""

    clip: str = ""
    name: str = ""  # given by the crew
    reel: str = ""
    start: str = ""  # timecode label, `;` for drop-frame
    rate: Fraction | None = None  # pictures a second
    frames: int | None = None
    created: str = ""  # ISO 8601, as written
    maker: str = ""
    model: str = ""
    serial: str = ""
    lens: str = ""
    scene: str = ""
    take: str = ""
    good: bool | None = None
    global_id: str = ""  # of this file (P2, UMID)
    shot_id: str = ""  # of the take it is a part of (P2)
    previous: str = ""  # global id of the part before it
    next: str = ""

    def tags(self) -> Mapping[str, str]:
        """The non-empty texts by name."""
        return {
            name: value
            for name in ("name", "reel", "created", "maker", "model", "serial", "lens", "scene", "take")
            if (value := getattr(self, name))
        }


def read_sidecar(path: Path) -> ClipSidecar | None:
    """A camera's clip document; None for XML of another kind.

    Raises UsageError AP-USE-010, FormatError AP-FORMAT-200, AP-FORMAT-201.
    """
    return sidecar_of(read_document(path))


def parse_sidecar(data: bytes, *, file: str = "") -> ClipSidecar | None:
    """As `read_sidecar`, from bytes."""
    return sidecar_of(parse_document(data, file=file))


def sidecar_of(root: etree._Element) -> ClipSidecar | None:
    reader = _READERS.get(local_name(root))
    return reader(root) if reader is not None else None


def _sony(root: etree._Element) -> ClipSidecar:
    """NonRealTimeMeta 2.x of XDCAM and XAVC cameras."""
    table = find(root, "LtcChangeTable")
    counted = _rate(_attribute(table, "tcFps"))  # whole: 24 for 24000/1001
    rate = _rate(_attribute(find(root, "VideoFrame"), "formatFps").rstrip("pPiI")) or counted
    first = next((one for one in (table if table is not None else ()) if one.get("frameCount") == "0"), None)
    label, drop = _ltc_label(_attribute(first, "value"))
    drop = drop and rate is not None and can_drop(rate)
    device, lens = find(root, "Device"), find(root, "Lens")
    return ClipSidecar(
        clip="",
        name=_attribute(find(root, "Title"), "usAscii") or _attribute(find(root, "Title"), "international"),
        reel=_attribute(find(root, "TapeName"), "value") or _item(root, "ReelName", "TapeName"),
        start=_with_drop(label, drop),
        rate=rate,
        frames=_whole(_attribute(find(root, "Duration"), "value")),
        created=_attribute(find(root, "CreationDate"), "value"),
        maker=_attribute(device, "manufacturer"),
        model=_attribute(device, "modelName"),
        serial=_attribute(device, "serialNo"),
        lens=_attribute(lens, "modelName") or _item(root, "LensModelName", "LensAttributes"),
        global_id=_attribute(find(root, "TargetMaterial"), "umidRef"),
    )


def _panasonic(root: etree._Element) -> ClipSidecar:
    """P2 clip metadata and its semi-professional form; Canon writes the same words."""
    edit_unit = _fraction(text_of(root, "EditUnit"))
    rate = snap_rate(1 / edit_unit) if edit_unit else _rate(text_of(root, "FrameRate").rstrip("pPiI"))
    drop = text_of(root, "TimecodeType").casefold() == "drop" or text_of(
        root, "DropFrameFlag"
    ).casefold() in (
        "true",
        "1",
    )
    label = text_of(root, "StartTimecode")
    relation, good = find(root, "Relation"), text_of(root, "ShotMark").casefold()
    return ClipSidecar(
        clip=text_of(root, "ClipContent", "ClipName"),
        name=text_of(root, "ClipMetadata", "UserClipName"),
        reel=text_of(root, "ClipMetadata", "ReelName") or text_of(root, "ReelNumber"),
        start=_with_drop(label.replace(";", ":"), drop or ";" in label),
        rate=rate,
        frames=_whole(text_of(root, "Duration")),
        created=text_of(root, "CreationDate"),
        maker=text_of(root, "Device", "Manufacturer"),
        model=text_of(root, "Device", "ModelName"),
        serial=text_of(root, "Device", "SerialNo.") or text_of(root, "Device", "SerialNo"),
        lens=text_of(root, "Lens", "ModelName") or text_of(root, "LensModelName"),
        scene=text_of(root, "Scenario", "SceneNo.") or text_of(root, "Scenario", "SceneNo"),
        take=text_of(root, "Scenario", "TakeNo.") or text_of(root, "Scenario", "TakeNo"),
        good=True if good in ("true", "1") else None,
        global_id=text_of(root, "ClipContent", "GlobalClipID"),
        shot_id=text_of(relation, "GlobalShotID") if relation is not None else "",
        previous=text_of(relation, "Previous", "GlobalClipID") if relation is not None else "",
        next=text_of(relation, "Next", "GlobalClipID") if relation is not None else "",
    )


_READERS: Mapping[str, Callable[[etree._Element], ClipSidecar]] = {
    "NonRealTimeMeta": _sony,
    "P2Main": _panasonic,
    "ClipMain": _panasonic,
    "CanonClip": _panasonic,
    "ClipInfo": _panasonic,
}


def _ltc_label(written: str) -> tuple[str, bool]:
    """`17305719` is 19:57:30:17; tens of frames from 4 up carry the drop-frame flag."""
    if ":" in written or ";" in written:
        return written.replace(";", ":"), ";" in written
    if len(written) != _LTC_DIGITS or not written.isascii() or not written.isdigit():
        return "", False
    frames, seconds, minutes, hours = (written[at : at + 2] for at in range(0, _LTC_DIGITS, 2))
    tens = int(frames[0])
    drop = tens >= _DROP_FLAG
    # Seconds, minutes and hours carry flags above their own digits too: they are masked as in the LTC word.
    seconds, minutes, hours = (
        f"{int(seconds[0]) & 7}{seconds[1]}",
        f"{int(minutes[0]) & 7}{minutes[1]}",
        f"{int(hours[0]) & 3}{hours[1]}",
    )
    return f"{hours}:{minutes}:{seconds}:{tens & 3}{frames[1]}", drop


def _with_drop(label: str, drop: bool) -> str:
    return f"{label[:-3]};{label[-2:]}" if drop and len(label) > 3 else label


def timecode_at(sidecar: ClipSidecar) -> int | None:
    """The frame its start label names, at its rate; None where label or rate is missing or wrong."""
    if not sidecar.start or sidecar.rate is None:
        return None
    try:
        return parse_timecode(sidecar.start, sidecar.rate)
    except UsageError:
        return None


def label_after(sidecar: ClipSidecar) -> str:
    """The label of the frame after the clip's last; empty where it cannot be told."""
    start = timecode_at(sidecar)
    if start is None or sidecar.rate is None or sidecar.frames is None:
        return ""
    drop = ";" in sidecar.start and can_drop(sidecar.rate)
    return format_timecode(start + sidecar.frames, sidecar.rate, drop=drop, wrap=True)


def _attribute(element: etree._Element | None, name: str) -> str:
    return (element.get(name) or "").strip() if element is not None else ""


def _item(root: etree._Element, *names: str) -> str:
    """The value of an Item of an AcquisitionRecord's group."""
    for one in root.iter():
        if local_name(one) == "Item" and one.get("name") in names:
            return (one.get("value") or "").strip()
    return ""


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _rate(text: str) -> Fraction | None:
    try:
        return parse_rate(text) if text else None
    except UsageError:
        return None


def _fraction(text: str) -> Fraction | None:
    over, slash, under = text.partition("/")
    top, bottom = _whole(over), _whole(under)
    return Fraction(top, bottom) if slash and top and bottom else None
