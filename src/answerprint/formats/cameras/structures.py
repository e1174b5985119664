"""Card structures as data: what identifies each, and how its file names say clip, part and channel."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import NamedTuple

from answerprint.formats.cameras.roles import RAW, SOUND, suffix_of


class ClipKey(NamedTuple):
    """Which clip a file belongs to, which part of it, and which channel of the sound."""

    clip: str
    part: int | None = None
    channel: str = ""


class Structure(NamedTuple):
    """A way of laying out a card.

    folders: paths, folded, `*` and `?` as in a shell; a card of this kind is what holds the first component
    (`own`: is the first component itself). files: the names that identify it where no folder does.
    clips: forms of a file's stem, tried in order, with the groups clip, part and channel.
    by_folder: the same name in two folders is two clips.
    """

    key: str
    name: str
    folders: tuple[str, ...] = ()
    files: re.Pattern[str] | None = None
    clips: tuple[re.Pattern[str], ...] = ()
    own: bool = False
    by_folder: bool = False
    first_part: int = 1


def _forms(*forms: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one, re.IGNORECASE) for one in forms)


# Sony appends M01 (metadata), S03 (proxy), T01 (thumbnail), R01 (real-time data), I01 (picture pointer).
_SONY_TAIL = r"(?:[MSTRI]\d{2})?"
_TRACK = r"(?:TR\d{1,2}(?:_\d{1,2})?|TRLR|TRMS|TRL|TRR|TR|LR|MS|MIX|BM|IN\d|INPUT\d)"

STRUCTURES: tuple[Structure, ...] = (
    Structure("sony-bpav", "Sony XDCAM EX (BPAV)", ("bpav",), clips=_forms(
        rf"(?P<clip>.+_\d{{4}})_(?P<part>\d{{2}}){_SONY_TAIL}",
        rf"(?P<clip>.+?_\d{{4}}){_SONY_TAIL}(?:\.\w+)?",
    )),
    Structure("sony-xavc", "Sony XAVC (M4ROOT)", ("private/m4root", "m4root"), clips=_forms(
        rf"(?P<clip>.+?){_SONY_TAIL}"
    )),
    Structure("sony-xdcam", "Sony XDCAM (XDROOT)", ("private/xdroot", "xdroot"), clips=_forms(
        rf"(?P<clip>.+?){_SONY_TAIL}"
    )),
    Structure("panasonic-p2", "Panasonic P2", ("contents/video", "contents/clip"), clips=_forms(
        r"(?P<clip>[0-9A-Z]{6})(?P<channel>\d{2})", r"(?P<clip>[0-9A-Z]{6})"
    )),
    Structure("avchd", "AVCHD", ("private/avchd/bdmv", "avchd/bdmv", "bdmv/stream"), clips=_forms(
        r"(?P<clip>\d{5})"
    )),
    Structure("canon-xf", "Canon XF", ("contents/clips*", "xfvc"), clips=_forms(
        r"(?P<clip>[A-Z]{2}\d{4})(?P<part>\d{2})",
        r"(?P<clip>[A-Z]{2}\d{4})",
        r"(?P<clip>[A-Z]\d{3}C\d{3}_\d{6}[0-9A-Z]{2}_\w+?)(?:_(?P<part>\d{2,3}))?",
    )),
    Structure("red", "RED", ("*.rdm", "*.rdc"), clips=_forms(
        r"(?P<clip>[A-Z]\d{3}_C\d{3}_\w+)_(?P<part>\d{3})"
    ), own=True),
    Structure("arri", "ARRI", (
        "[a-z][0-9][0-9][0-9]r[0-9a-z][0-9a-z][0-9a-z]",
        "[a-z]_[0-9][0-9][0-9][0-9]_[0-9a-z][0-9a-z][0-9a-z][0-9a-z]",
    ), own=True),
    Structure("gopro", "GoPro", ("dcim/*gopro*",), re.compile(
        r"(?:G[XHL](?:\d{6}|[A-Z]{2}\d{4})|GOPR\d{4}|GP\d{6})\.(?:MP4|360)", re.IGNORECASE
    ), _forms(
        r"(?P<clip>GO(?=PR)PR\d{4})",  # the first chapter of the old form; joined by `clip_key`
        r"G[XHLP](?P<part>\d{2})(?P<clip>\d{4})",
    ), by_folder=True),
    Structure("dji", "DJI", ("dcim/*media", "dcim/dji_*"), re.compile(
        r"DJI_\d{4,14}(?:_\d{4}_[A-Z])?\.(?:MP4|MOV)", re.IGNORECASE
    ), _forms(r"(?P<clip>DJI_\d{14}_\d{4}_[A-Z])(?:_(?P<part>\d{3}))?"), by_folder=True, first_part=0),
    Structure("canon-dcim", "Canon EOS (DCIM)", ("dcim/*canon*", "dcim/*eosc*"), by_folder=True),
    Structure("apple", "iPhone (DCIM)", ("dcim/*apple*",), by_folder=True, clips=_forms(
        r"(?P<clip>IMG_E?\d{4})(?:_HEVC)?"
    )),
    Structure("android", "Android (DCIM)", ("dcim/camera",), by_folder=True),
    Structure("dcim", "DCIM", ("dcim/*",), by_folder=True),
    Structure("blackmagic", "Blackmagic RAW", files=re.compile(r".+\.braw", re.IGNORECASE), by_folder=False),
    Structure("atomos", "Atomos", files=re.compile(
        r"(?:\w+_)?S\d{3}_S\d{3}_T\d{3}\.(?:MOV|MXF)", re.IGNORECASE
    ), by_folder=True),
    Structure("recorder", "Sound recorder", files=re.compile(
        rf"(?:.+_{_TRACK}|STE-\d{{3}}(?:-\d{{3}})?|ZOOM\d{{4}}|\d{{6}}[-_]T?\d{{3,4}}\w*|.*T\d{{2,3}}(?:_\d{{1,2}})?"
        rf"|\d{{2}}Y\d{{2}}M\d{{2}}D\w*|.+_\d{{1,2}})\.(?:WAV|BWF|RF64)", re.IGNORECASE
    ), clips=_forms(
        rf"(?P<clip>.+?)_(?P<channel>{_TRACK})(?:_(?P<part>\d{{4}}))?",
        r"(?P<clip>STE-\d{3})-(?P<part>\d{3})",
        r"(?P<clip>\d{6}[-_]T?\d{3,4})[-_](?P<part>\d{4})",
        r"(?P<clip>.*T\d{2,3}|.+?\D\d{1,3})_(?P<channel>\d{1,2})(?:-(?P<part>\d{3}))?",
    ), by_folder=True),
)  # fmt: skip  # a table: one layout reads better than the formatter's

PLAIN = Structure("folder", "Folder", by_folder=True)
BY_KEY = {one.key: one for one in (*STRUCTURES, PLAIN)}

_WILD = re.compile(r"[*?\[]")
_FOLDER_MARKS = [
    (tuple(pattern.split("/")), structure) for structure in STRUCTURES for pattern in structure.folders
]
_LAST_EXACT = frozenset(marks[-1] for marks, _ in _FOLDER_MARKS if not _WILD.search(marks[-1]))
_LAST_WILD = tuple(sorted({marks[-1] for marks, _ in _FOLDER_MARKS if _WILD.search(marks[-1])}))


def structure_of_folder(parts: tuple[str, ...]) -> tuple[Structure, int] | None:
    """The structure that a folder's path (folded) ends in the mark of, and how many parts are the card's."""
    if not parts:
        return None
    last = parts[-1]
    if last not in _LAST_EXACT and not any(fnmatchcase(last, one) for one in _LAST_WILD):
        return None
    for marks, structure in _FOLDER_MARKS:
        start = len(parts) - len(marks)
        if start >= 0 and all(
            fnmatchcase(part, mark) for part, mark in zip(parts[start:], marks, strict=True)
        ):
            return structure, start + structure.own
    return None


def structure_of_file(name: str) -> Structure | None:
    """The structure a file's name alone gives away."""
    suffix = suffix_of(name)
    for structure in STRUCTURES:
        if structure.files is not None and structure.files.fullmatch(name):
            return structure
    return BY_KEY["recorder"] if suffix in (".bwf", ".rf64") else None


def clip_key(structure: Structure, name: str) -> ClipKey:
    """Which clip a file of a card belongs to, by its name."""
    stem = _stem(name)
    for form in structure.clips:
        found = form.fullmatch(stem)
        if found is None:
            continue
        groups = found.groupdict()
        clip, part = groups["clip"], groups.get("part")
        if structure.key == "gopro":
            clip, part = _chapter(stem, clip, part)
        return ClipKey(clip, int(part) if part else None, groups.get("channel") or "")
    return ClipKey(stem)


def _chapter(stem: str, clip: str, part: str | None) -> tuple[str, str]:
    """GOPR0123 is the first chapter of GP010123; GX010123 that of GX020123."""
    if stem[:4].upper() == "GOPR":
        return f"GOPR{stem[4:]}", "0"
    letters = "GOPR" if stem[1].upper() == "P" else stem[:2].upper()
    return f"{letters}{clip}", part or "1"


def _stem(name: str) -> str:
    """The name without its suffix, and without a media suffix that a sidecar keeps (`A001.mov.xmp`)."""
    stem = name.rpartition(".")[0] or name
    inner = suffix_of(stem)
    return stem[: -len(inner)] if inner in RAW | SOUND | {".mp4", ".mov", ".mxf", ".mts"} else stem
