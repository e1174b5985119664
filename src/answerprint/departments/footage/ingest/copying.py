"""A card copied to one or several disks with proof: each file read once, written, read back, and recorded.

Originals are never written. A file that is already there is compared, never overwritten. A kill at any moment
costs the file being copied at most, and of that only what was not yet on the disk.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from answerprint.core.errors import AnswerprintError, FootageError
from answerprint.core.findings import Finding
from answerprint.departments.footage.ingest.doubts import finding, limited
from answerprint.departments.footage.ingest.hashing import Checksums
from answerprint.departments.footage.ingest.history import is_history, read_histories
from answerprint.departments.footage.ingest.listing import Entry, Listing, list_folder
from answerprint.departments.footage.ingest.places import Plan, Target, plan_copy
from answerprint.departments.footage.ingest.reading import (
    SourceChanged,
    copy_file,
    make_durable,
    read_back,
)
from answerprint.departments.footage.ingest.sealing import Sealed, seal
from answerprint.formats.cameras.mhl_writing import Creator, writable
from answerprint.store.disk import coded_writing, disk_full, display_name, sync_folder

Progress = Callable[[int, int], None]
BATCH_FILES = 1024  # small files made safe and read back together: one wait for the disk instead of many
BATCH_BYTES = 32 << 20


class DestinationDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One destination. copied: files written and read back in this run."""

    folder: str
    copied: int = 0
    kept: int = 0  # copied and read back by an earlier run that was stopped
    already_there: int = 0  # the same bytes, compared
    written: int = 0  # bytes
    recorded: tuple[str, ...] = ()  # ASC MHL generations


class CopyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy did, or would do."""

    source: str
    files: int
    size: int
    formats: tuple[str, ...]
    destinations: tuple[DestinationDocument, ...]
    failed: tuple[str, ...] = ()  # files not in every destination
    findings: tuple[Finding, ...] = ()
    dry_run: bool = False

    @property
    def needs_a_person(self) -> bool:
        return any(one.needs_a_person for one in self.findings)


def copy_card(
    source: Path,
    destinations: Sequence[Path],
    *,
    formats: tuple[str, ...],
    creator: Creator | None,
    name: str = "",
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> CopyDocument:
    """Copies a card into a folder of its name (or `name`) in every destination.

    creator: who the ASC MHL generation names; None writes none, and a single file gets none. What cannot be
    read, and what would write over another file, is a finding; everything else is copied. Raises UsageError
    AP-USE-211 … 215, FootageError AP-FOOTAGE-211 (not enough space), AP-FOOTAGE-212 (a disk that fails),
    StoreError AP-STORE-009 (a disk is full), AP-STORE-010 (not writable).
    """
    listing = list_folder(source)
    plan = plan_copy(listing, source, destinations, name, formats, probe=not dry_run)
    if dry_run:
        return _planned(plan, listing, source, formats)
    run = _Copy(plan, listing, formats, progress)
    try:
        run.copy()
    finally:
        run.close()
    return run.document(source, creator)


def _planned(plan: Plan, listing: Listing, source: Path, formats: tuple[str, ...]) -> CopyDocument:
    documents = []
    for target in plan.targets:
        there = sum(1 for one in plan.entries if (target.root / one.path).exists())
        documents.append(
            DestinationDocument(
                folder=str(target.root),
                copied=len(plan.entries) - there,
                already_there=there,
                written=target.needed,
            )
        )
    return CopyDocument(
        source=display_name(source),
        files=len(plan.entries),
        size=sum(one.size for one in plan.entries),
        formats=formats,
        destinations=tuple(documents),
        failed=tuple(sorted(plan.left_out)),
        findings=tuple(limited([*listing.findings(), *plan.findings])),
        dry_run=True,
    )


class _Copy:
    """One run."""

    def __init__(self, plan: Plan, listing: Listing, formats: tuple[str, ...], progress: Progress) -> None:
        self.plan = plan
        self.listing = listing
        self.formats = formats
        self.findings: list[Finding] = [*listing.findings(), *plan.findings]
        self.failed: set[str] = set(plan.left_out)
        self.values: dict[str, dict[str, str]] = {}
        self._progress = progress
        self._total = 2 * sum(one.size for one in plan.entries) or 1
        self._passed = 0

    def copy(self) -> None:
        for target in self.plan.targets:
            self._make_folders(target)
        batch: list[Entry] = []
        size = 0
        for entry in self.plan.entries:
            batch.append(entry)
            size += entry.size
            if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
                self._batch(batch)
                batch, size = [], 0
        self._batch(batch)

    def close(self) -> None:
        for target in self.plan.targets:
            target.journal.close()

    def document(self, source: Path, creator: Creator | None) -> CopyDocument:
        documents = []
        for target in self.plan.targets:
            recorded: list[str] = []
            if creator is not None and target.recordable and not source.is_file():
                recorded = self._seal(target, creator)
            if not self.failed:
                target.journal.remove()
            documents.append(
                DestinationDocument(
                    folder=str(target.root),
                    copied=target.copied,
                    kept=target.kept,
                    already_there=target.there,
                    written=target.written,
                    recorded=tuple(recorded),
                )
            )
        if creator is not None:
            for path in self.values:
                if not writable(path):
                    text = f"{display_name(path)} was copied, but a hash list cannot write its name"
                    self.findings.append(finding("mhl_name", display_name(path), text, person=True))
        return CopyDocument(
            source=display_name(source),
            files=len(self.plan.entries),
            size=sum(one.size for one in self.plan.entries),
            formats=self.formats,
            destinations=tuple(documents),
            failed=tuple(sorted(self.failed)),
            findings=tuple(limited(self.findings)),
        )

    # one batch: copied, made safe, read back, put into place, recorded

    def _batch(self, entries: list[Entry]) -> None:
        waiting: dict[int, list[Entry]] = {at: [] for at in range(len(self.plan.targets))}
        try:
            for entry in entries:
                for at in self._one(entry):
                    waiting[at].append(entry)
        except (
            AnswerprintError
        ):  # the disk is full, or gone: what came before is settled where that still goes
            for at, target in enumerate(self.plan.targets):
                try:
                    self._settle(target, waiting[at])
                except AnswerprintError:
                    for entry in waiting[at]:
                        _remove(target.place(entry).aside)
            raise
        for at, target in enumerate(self.plan.targets):
            self._settle(target, waiting[at])

    def _one(self, entry: Entry) -> list[int]:
        """Copies one file to where it is not yet; the targets (by place) that now hold it aside."""
        wanted: list[tuple[int, Target]] = []
        for at, target in enumerate(self.plan.targets):
            done = target.journal.knows(entry, target.root / entry.path)
            if done is not None:
                target.kept += 1
                self.values.setdefault(entry.path, done.values)
            else:
                wanted.append((at, target))
        if not wanted:
            self._pass(2 * entry.size)
            return []
        try:
            outcome = copy_file(
                self.listing.root / entry.path,
                entry,
                [target.place(entry) for _, target in wanted],
                self.formats,
                self._pass,
            )
        except SourceChanged as error:
            self._fail(entry, "changed", f"{display_name(entry.path)} {error}: it was not copied")
            return []
        except OSError as error:
            text = f"{display_name(entry.path)} cannot be read: {error.strerror or error}"
            self._fail(entry, "unreadable", text)
            return []
        self.values[entry.path] = outcome.values
        aside = []
        for (at, target), result in zip(wanted, outcome.results, strict=True):
            if result.error is not None:
                self._refused(target, entry, result.error)
            elif result.state == "written":
                aside.append(at)
            elif result.state == "same":
                target.there += 1
                target.journal.add([(entry, outcome.values)])
            else:
                text = f"{display_name(target.root / entry.path)} is another file: it was left as it is"
                self._fail(entry, "conflict", text, target)
        return aside

    def _settle(self, target: Target, entries: list[Entry]) -> None:
        """Reads back what was written, gives it its name, and records it."""
        good: list[tuple[Entry, dict[str, str]]] = []
        folders = set()
        try:
            make_durable([target.place(one).aside for one in entries])
        except OSError as error:
            raise _writing_failed(target.root, error) from error
        for entry in entries:
            place = target.place(entry)
            form = self.formats[0]
            try:
                sums = Checksums((form,))
                read_back(place.aside, sums, self._pass)
                if sums.values()[form] != self.values[entry.path][form]:
                    _remove(place.aside)
                    text = f"{display_name(place.final)} read back differently: the copy was discarded"
                    self._fail(entry, "read_back", text, target)
                    continue
                os.utime(place.aside, ns=(entry.modified, entry.modified))
                if not _give_name(place.aside, place.final):
                    _remove(place.aside)
                    text = f"{display_name(place.final)} appeared during the copy: it was left as it is"
                    self._fail(entry, "conflict", text, target)
                    continue
            except OSError as error:
                if error.errno in _NAMES:
                    _remove(place.aside)
                    self._refused(target, entry, error)
                    continue
                raise _writing_failed(place.final, error) from error
            folders.add(place.final.parent)
            good.append((entry, self.values[entry.path]))
            target.copied += 1
            target.written += entry.size
        for folder in folders:
            sync_folder(folder)
        if good:
            target.journal.add(good)

    def _refused(self, target: Target, entry: Entry, error: OSError) -> None:
        """A name that the destination cannot hold costs that file; anything else is about the disk."""
        if error.errno not in _NAMES:
            raise _writing_failed(target.root / entry.path, error) from error
        text = f"{display_name(target.root / entry.path)} cannot be written under this name: {error.strerror}"
        self._fail(entry, "name", text, target)

    def _fail(self, entry: Entry, code: str, text: str, target: Target | None = None) -> None:
        """A file that is not copied: to one destination, or to none."""
        self.failed.add(entry.path)
        for one in self.plan.targets if target is None else (target,):
            one.lacking.add(entry.path)
        self.findings.append(finding(code, display_name(entry.path), text, severity="problem", person=True))

    def _pass(self, count: int) -> None:
        self._passed += count
        self._progress(min(self._passed, self._total), self._total)

    def _make_folders(self, target: Target) -> None:
        with coded_writing(target.root):
            target.root.mkdir(parents=True, exist_ok=True)
        for folder in self.plan.folders:
            try:
                (target.root / folder).mkdir(exist_ok=True)
            except OSError as error:
                if error.errno not in (*_NAMES, errno.EEXIST, errno.ENOENT, errno.ENOTDIR):
                    raise _writing_failed(target.root / folder, error) from error
                # what lies in it says for each file why it cannot be copied

    def _seal(self, target: Target, creator: Creator) -> list[str]:
        """A generation of what was brought: original, or checked against the history that came with it."""
        copy = list_folder(target.root)
        histories = read_histories(copy)
        known: dict[str, dict[str, str]] = {}
        for one in histories:
            known.update(one.known())
            self.findings += one.findings
        sealed = []
        for entry in self.plan.entries:
            values = self.values.get(entry.path)
            if values is None or is_history(entry) or entry.path in target.lacking:
                continue
            said = {form: value for form, value in known.get(entry.path, {}).items() if form in values}
            same = all(values[form] == value for form, value in said.items())
            action = ("verified" if same else "failed") if said else "original"
            if not same:
                text = f"{display_name(entry.path)} on the card is not what the card's own history recorded"
                self.findings.append(finding("checksum", entry.path, text, severity="problem", person=True))
            sealed.append(Sealed(entry.path, entry.size, entry.modified, values, action))
        recorded = {one.path for one in sealed}
        sealed += [
            Sealed(one.path, one.size, one.modified, {}, "")
            for one in copy.files
            if one.path not in recorded and not is_history(one)
        ]
        folders = [one for one in copy.folders if "ascmhl" not in one.split("/")]
        return seal(target.root, sealed, folders, histories, creator, "transfer")


_NAMES = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.ENOENT, errno.ENOTDIR)


def _give_name(aside: Path, final: Path) -> bool:
    """Renames without ever writing over: False when something came to be there meanwhile."""
    try:
        os.link(aside, final)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in _NAMES:
            raise
        if os.path.lexists(final):  # a disk without links (exFAT): a moment between the two is left
            return False
        aside.rename(final)
        return True
    aside.unlink()
    return True


def _remove(aside: Path) -> None:
    with suppress(OSError):
        aside.unlink()


def _writing_failed(path: Path, error: OSError) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(path)
    return FootageError(
        "AP-FOOTAGE-212",
        f"cannot be written: {error.strerror or error}",
        file=display_name(path),
        remedy="check the disk and run the same command again: what was finished is kept",
    )
