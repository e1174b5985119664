"""Proxies of a card or of files: named so that they pair, made anew only when the original changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.core.findings import Finding
from answerprint.departments.footage.ingest.describing import record_of
from answerprint.departments.footage.ingest.doubts import finding, folded
from answerprint.departments.footage.ingest.inspecting import Inspection
from answerprint.departments.footage.ingest.listing import list_folder
from answerprint.departments.footage.ingest.report import CardDocument, ClipDocument
from answerprint.formats.cameras.roles import medium_of
from answerprint.formats.cameras.xmp import write_xmp
from answerprint.store.disk import display_name, write_atomically

RECORD = ".answerprint-proxies.json"
MADE_BY = 1  # raised when what a proxy is changes: all are made anew
Action = Literal["made", "up to date", "would be made", "failed", "not decodable"]


class ProxyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One original and its proxy. proxy: relative to the output folder."""

    original: str
    proxy: str
    action: Action
    pictures: int | None = None
    reason: str = ""


class ProxiesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was made."""

    folder: str
    height: int
    proxies: tuple[ProxyDocument, ...]
    findings: tuple[Finding, ...] = ()
    dry_run: bool = False

    @property
    def needs_a_person(self) -> bool:
        return any(one.needs_a_person for one in self.findings)


def make_proxies(
    sources: Sequence[Path],
    out: Path,
    *,
    height: int = 540,
    dry_run: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> ProxiesDocument:
    """A QuickTime proxy for every picture file of folders and files, in `out`, under the original's stem.

    Each has every picture's own time, the start timecode and all sound of its original, and beside it
    an XMP sidecar with the reel. Folders keep their inner paths. A proxy whose original has not changed since
    is kept; camera raw is named and left.
    Raises UsageError AP-USE-211, AP-USE-212, AP-USE-216 (`out` holds originals), AP-USE-217 (a height that is
    none).
    """
    if not 16 <= height <= 4320:
        raise UsageError("AP-USE-217", f"{height} is no height of a proxy", remedy="give 540 or 1080")
    plan = _plan(sources, out)
    record = _read_record(out)
    findings: list[Finding] = []
    documents: list[ProxyDocument] = []
    for number, (original, place, clip, card) in enumerate(plan):
        progress(number, len(plan), original.name)
        shown, proxy = display_name(original), place.relative_to(out).as_posix()
        if medium_of(original.name) == "raw":
            text = f"{shown} is camera raw, which is not decoded here: make its proxy in the maker's program"
            findings.append(finding("raw", shown, text, person=True))
            documents.append(
                ProxyDocument(original=shown, proxy=proxy, action="not decodable", reason="camera raw")
            )
            continue
        state = _state(original, height)
        if record.get(proxy) == state and place.is_file():
            documents.append(ProxyDocument(original=shown, proxy=proxy, action="up to date"))
            continue
        if place.exists() and proxy not in record:
            text = f"{display_name(place)} is there already and was not made here: it was left as it is"
            findings.append(finding("conflict", shown, text, person=True))
            documents.append(
                ProxyDocument(original=shown, proxy=proxy, action="failed", reason="another file is there")
            )
            continue
        if dry_run:
            documents.append(ProxyDocument(original=shown, proxy=proxy, action="would be made"))
            continue
        documents.append(_make(original, place, proxy, clip, card, height, findings))
        if documents[-1].action == "made":
            record[proxy] = state
            write_atomically(out / RECORD, json.dumps(record, sort_keys=True, indent=1).encode())
    progress(len(plan), len(plan), "")
    return ProxiesDocument(
        folder=str(out), height=height, proxies=tuple(documents), findings=tuple(findings), dry_run=dry_run
    )


def _make(
    original: Path,
    place: Path,
    proxy: str,
    clip: ClipDocument | None,
    card: CardDocument | None,
    height: int,
    findings: list[Finding],
) -> ProxyDocument:
    from answerprint.media.proxies import make_proxy

    shown = display_name(original)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        reel = clip.reel or (card.reel if card is not None else "") if clip is not None else ""
        pictures = make_proxy(original, place, height, reel=reel)
    except (AnswerprintError, OSError, ValueError) as error:  # FFmpeg's own are an OSError or a ValueError
        reason = error.message if isinstance(error, AnswerprintError) else str(error)
        findings.append(
            finding("proxy", shown, f"{shown}: no proxy was made: {reason}", severity="problem", person=True)
        )
        return ProxyDocument(original=shown, proxy=proxy, action="failed", reason=reason)
    if clip is not None:
        write_atomically(place.with_suffix(".xmp"), write_xmp(record_of(card, clip)))
    return ProxyDocument(original=shown, proxy=proxy, action="made", pictures=pictures)


Planned = tuple[Path, Path, ClipDocument | None, CardDocument | None]


def _plan(sources: Sequence[Path], out: Path) -> list[Planned]:
    """Every picture file with the place of its proxy. Originals of one stem keep their suffix."""
    found: list[Planned] = []
    for source in sources:
        listing = list_folder(source)
        if source.is_dir() and source.resolve().is_relative_to(out.resolve()):
            raise UsageError(
                "AP-USE-216",
                "holds the originals: proxies go into a folder of their own",
                file=display_name(out),
                remedy="name another folder",
            )
        inspection = Inspection(listing, "auto")
        document = inspection.document()
        own = out.resolve()
        for card in document.cards:
            for clip in card.clips:
                for part in clip.files:
                    original = listing.root / part.path
                    heard = bool(clip.channels) and not clip.pictures
                    sound = medium_of(original.name) == "sound" or (heard and clip.medium == "picture")
                    if (sound and clip.medium != "raw") or original.resolve().is_relative_to(own):
                        continue
                    inner = Path(part.path) if source.is_dir() else Path(original.name)
                    found.append((original, (out / inner).with_suffix(".mov"), clip, card))
    stems: dict[str, int] = {}
    for _, place, _, _ in found:
        stems[folded(str(place))] = stems.get(folded(str(place)), 0) + 1
    return [
        (original, place if stems[folded(str(place))] == 1 else _longer(original, place), clip, card)
        for original, place, clip, card in found
    ]


def _longer(original: Path, place: Path) -> Path:
    return place.with_name(f"{original.stem}_{original.suffix.lstrip('.')}.mov")


def _state(original: Path, height: int) -> list[int]:
    found = original.stat()
    return [found.st_size, found.st_mtime_ns, height, MADE_BY]


def _read_record(out: Path) -> dict[str, list[int]]:
    try:
        said = json.loads((out / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return (
        {str(key): value for key, value in said.items() if isinstance(value, list)}
        if isinstance(said, dict)
        else {}
    )
