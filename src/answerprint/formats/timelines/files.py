"""Timeline files of every kind: which a file is, and the way in and out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

from answerprint.core.cut import Cut
from answerprint.core.errors import FormatError, UsageError
from answerprint.formats.timelines.model import MediaLink, TimelineFile

LARGEST = 512 * 1024 * 1024  # bytes of a timeline file that are read

Reader = Callable[..., TimelineFile]
Writer = Callable[[Cut, Mapping[str, MediaLink]], bytes]


@dataclass(frozen=True)
class TimelineFormat:
    """A kind of file. reads, writes: `module:function`, loaded when used."""

    name: str
    suffixes: tuple[str, ...]
    reads: str
    writes: str

    def read(self, data: bytes, *, file: str, rate: Fraction | None) -> TimelineFile:
        found: TimelineFile = _function(self.reads)(data, file=file, rate=rate)
        return found

    def write(self, cut: Cut, media: Mapping[str, MediaLink]) -> bytes:
        data: bytes = _function(self.writes)(cut, media)
        return data


_OTIO = "answerprint.formats.timelines.otio_file"
_OTIOZ = "answerprint.formats.timelines.otioz"
_EDL = "answerprint.formats.timelines.edl_file"
_ALE = "answerprint.formats.timelines.ale"
_XMEML = "answerprint.formats.timelines.xmeml"
_AAF = "answerprint.formats.timelines.aaf"
_FCPXML = "answerprint.formats.timelines.fcpxml"
FORMATS = (
    TimelineFormat("OTIO", (".otio",), f"{_OTIO}:read_otio_file", f"{_OTIO}:write_otio_file"),
    TimelineFormat("OTIOZ", (".otioz",), f"{_OTIOZ}:read_otioz", f"{_OTIOZ}:write_otioz"),
    TimelineFormat("EDL", (".edl",), f"{_EDL}:read_edl_file", f"{_EDL}:write_edl_file"),
    TimelineFormat("FCP7 XML", (".xml",), f"{_XMEML}_reading:read_xmeml", f"{_XMEML}:write_xmeml"),
    TimelineFormat("AAF", (".aaf",), f"{_AAF}_reading:read_aaf", f"{_AAF}:write_aaf"),
    TimelineFormat("FCPXML", (".fcpxml",), f"{_FCPXML}_reading:read_fcpxml", f"{_FCPXML}:write_fcpxml"),
    TimelineFormat("ALE", (".ale",), f"{_ALE}:read_ale_file", f"{_ALE}:write_ale_file"),
)


def format_named(path: Path) -> TimelineFormat:
    """The format that a file's suffix names. Raises UsageError AP-USE-500 for any other."""
    for one in FORMATS:
        if path.suffix.casefold() in one.suffixes:
            return one
    known = " ".join(suffix for one in FORMATS for suffix in one.suffixes)
    raise UsageError(
        "AP-USE-500",
        f"{path.suffix or 'a file without a suffix'} is no timeline format known here",
        file=str(path),
        remedy=f"name it with one of {known}",
    )


def read_timeline(path: Path, rate: Fraction | None = None) -> TimelineFile:
    """The timeline in a file. rate: the cut's, for formats that do not say it.

    Raises UsageError AP-USE-500, AP-USE-501 (cannot be opened, or too large), and the FormatErrors of its
    format.
    """
    return format_named(path).read(_data(path), file=str(path), rate=rate)


def _data(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(
                "AP-USE-501",
                f"it is larger than a timeline is ({LARGEST // 2**20} MB are read)",
                file=str(path),
                remedy="name the timeline, not the media",
            )
        return path.read_bytes()
    except OSError as error:
        raise UsageError("AP-USE-501", f"it cannot be opened: {error.strerror}", file=str(path)) from error


def _function(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def reread(written: bytes, chosen: TimelineFormat, rate: Fraction, file: str) -> TimelineFile:
    """What was just written, as a reader finds it. Raises FormatError AP-FORMAT-590 when it does not."""
    try:
        return chosen.read(written, file=file, rate=rate)
    except FormatError as error:
        raise FormatError(
            "AP-FORMAT-590",
            f"what was written as {chosen.name} cannot be read again: {error.message}",
            file=file,
            remedy="nothing was kept; please tell us how the timeline was made",
        ) from error
