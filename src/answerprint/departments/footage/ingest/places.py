"""Where a card goes, settled before a byte is written: names, collisions, space, and what may never be."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from answerprint.core.errors import FootageError, UsageError
from answerprint.core.findings import Finding
from answerprint.departments.footage.ingest.doubts import finding, folded
from answerprint.departments.footage.ingest.history import is_history
from answerprint.departments.footage.ingest.journal import Journal
from answerprint.departments.footage.ingest.listing import Entry, Listing
from answerprint.departments.footage.ingest.reading import Place
from answerprint.store.disk import coded_writing, display_name

SPARE = 1 << 20  # bytes left free beside the files: journal, hash list, …
SPARE_EACH = 4096  # … and for each file what a disk takes for its name and its last block


@dataclass(eq=False)
class Target:
    """A destination: the folder that becomes the card's copy, and what was done there."""

    root: Path
    journal: Journal
    needed: int = 0  # bytes not yet there
    copied: int = 0
    kept: int = 0
    there: int = 0
    written: int = 0
    lacking: set[str] = field(default_factory=set)  # files that could not be brought here

    def place(self, entry: Entry) -> Place:
        final = self.root / entry.path
        # A short name of its own: the file's may be as long as the disk allows.
        mark = hashlib.sha1(os.fsencode(entry.path), usedforsecurity=False).hexdigest()[:16]
        return Place(final, final.parent / f".answerprint-{mark}.part")

    @property
    def recordable(self) -> bool:
        """Whether this run brought anything that no earlier generation records."""
        return bool(self.copied or self.kept or (self.there and not (self.root / "ascmhl").is_dir()))


@dataclass(eq=False)
class Plan:
    """What is to be copied, in order, and where to."""

    entries: list[Entry]
    folders: list[str]
    targets: list[Target]
    left_out: set[str] = field(default_factory=set)  # cannot be in every destination
    findings: list[Finding] = field(default_factory=list)


def plan_copy(
    listing: Listing,
    source: Path,
    destinations: Sequence[Path],
    name: str,
    formats: tuple[str, ...],
    *,
    probe: bool = True,
) -> Plan:
    """The plan of a copy. probe: whether a destination may be asked, by a file of a moment, if it tells
    capitals apart.

    Raises UsageError AP-USE-213 (a destination in the source, or the source in it), AP-USE-214 (one twice),
    AP-USE-215 (a name that is none), FootageError AP-FOOTAGE-211 (not enough space), StoreError AP-STORE-010.
    """
    if source.is_file():
        name = name or "."
    name = name or source.resolve().name
    if name in ("", "..") or "/" in name or "\0" in name:
        raise UsageError("AP-USE-215", f"{name!r} is no name of a folder", remedy="give one with --as A001")
    roots = [one / name if name != "." else one for one in destinations]
    _check_places(source, destinations, roots)
    plan = Plan(list(listing.files), list(listing.folders), [])
    for root in roots:
        label = root.name if name != "." else source.name
        holder = root.parent if name != "." else root
        journal = Journal(holder / f".{label[:80]}.copying.jsonl", source.resolve(), formats)
        plan.targets.append(Target(root, journal))
    _leave_out_history(plan)
    _collisions(plan, roots, probe)
    _check_space(plan)
    return plan


def tells_capitals_apart(folder: Path) -> bool:
    """Whether a disk holds `a` and `A` as two files. Raises StoreError AP-STORE-010 where nothing can be
    written."""
    probe = folder / f".answerprint-Case-{os.getpid()}"
    with coded_writing(folder):
        probe.touch()
        try:
            return not probe.with_name(probe.name.swapcase()).exists()
        finally:
            probe.unlink(missing_ok=True)


def _check_places(source: Path, destinations: Sequence[Path], roots: Sequence[Path]) -> None:
    origin = source.resolve()
    seen: set[Path] = set()
    for given, root in zip(destinations, roots, strict=True):
        place = root.resolve()
        if (
            place == origin
            or place.is_relative_to(origin)
            or (origin.is_dir() and origin.is_relative_to(place))
        ):
            raise UsageError(
                "AP-USE-213",
                "lies in the card, or the card in it: originals are never written",
                file=display_name(given),
                remedy="choose a folder on another disk",
            )
        if place in seen:
            raise UsageError("AP-USE-214", "is given twice", file=display_name(given))
        seen.add(place)
        if given.exists() and not given.is_dir():
            raise UsageError("AP-USE-215", "is a file, not a folder to copy into", file=display_name(given))


def _leave_out_history(plan: Plan) -> None:
    """A card's own hash history comes along once; later runs add their generations to the copy's."""
    kept = []
    for entry in plan.entries:
        if is_history(entry) and any((one.root / entry.path).exists() for one in plan.targets):
            continue
        kept.append(entry)
    plan.entries = kept


def _collisions(plan: Plan, roots: Sequence[Path], probe: bool) -> None:
    """Names that a disk which does not tell capitals apart would put into one file."""
    seen: dict[str, str] = {}
    clashing: list[tuple[Entry, str]] = []
    folders: dict[str, str] = {}
    for folder in plan.folders:
        folders.setdefault(folded(folder), folder)
    for entry in plan.entries:
        parent = entry.folder
        other = seen.setdefault(folded(entry.path), entry.path)
        if other != entry.path:
            clashing.append((entry, other))
        elif folders.get(folded(parent), parent) != parent or folded(entry.path) in folders:
            clashing.append((entry, folders.get(folded(entry.path), folders.get(folded(parent), parent))))
    if not clashing:
        return
    blind = [one for one in roots if probe and not tells_capitals_apart(_existing(one))]
    for entry, other in clashing:
        text = f"{display_name(entry.path)} and {display_name(other)} differ in capitals only"
        if blind:
            text += f", which {display_name(blind[0].parent)} does not tell apart: it was not copied"
            plan.left_out.add(entry.path)
        severity = "problem" if blind else "warning"
        plan.findings.append(
            finding("case", display_name(entry.path), text, severity=severity, person=bool(blind))  # type: ignore[arg-type]
        )
    if blind:
        plan.entries = [one for one in plan.entries if one.path not in plan.left_out]


def _check_space(plan: Plan) -> None:
    """Each disk has room for what is not there yet; two destinations on one disk count together."""
    disks: dict[int, tuple[int, Path]] = {}
    for target in plan.targets:
        target.needed = sum(
            one.size for one in plan.entries if not _is_there(target.root / one.path, one.size)
        )
        existing = _existing(target.root)
        device = existing.stat().st_dev
        disks[device] = (disks.get(device, (0, existing))[0] + target.needed, target.root)
    for needed, root in disks.values():
        free = shutil.disk_usage(_existing(root)).free
        if needed and free < needed + SPARE + SPARE_EACH * len(plan.entries):
            raise FootageError(
                "AP-FOOTAGE-211",
                f"not enough space: {_amount(needed)} to copy, {_amount(free)} free",
                file=display_name(root),
                remedy="free some space, or choose another disk; nothing was written",
            )


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.lstat().st_size == size
    except OSError:
        return False


def _existing(path: Path) -> Path:
    """The nearest folder above that is there."""
    while not path.is_dir() and path != path.parent:
        path = path.parent
    return path


def _amount(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 10**9 else f"{count / 1e6:.1f} MB"
