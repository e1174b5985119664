"""A folder read through against its hash list: what is as it was, changed, missing or new."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from answerprint.core.errors import FootageError, UsageError
from answerprint.core.findings import Finding
from answerprint.departments.footage.ingest.doubts import finding, limited
from answerprint.departments.footage.ingest.hashing import Checksums, available, missing_xxhash
from answerprint.departments.footage.ingest.history import (
    BLOCK,
    History,
    history_of_list,
    ignores,
    is_history,
    legacy_lists,
    read_histories,
)
from answerprint.departments.footage.ingest.listing import Entry, Listing, list_folder
from answerprint.departments.footage.ingest.sealing import Sealed, folder_hashes, seal
from answerprint.formats.cameras.mhl import FORMATS, reversed_bytes
from answerprint.formats.cameras.mhl_writing import Creator, writable
from answerprint.store.disk import display_name

Progress = Callable[[int, int], None]
_QUICK = ("xxh128", "xxh3", "xxh64", "sha1", "md5", "c4")


class VerifiedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A folder against its history. Paths are relative to the folder."""

    folder: str
    lists: tuple[str, ...]  # the hash lists asked, oldest first
    formats: tuple[str, ...]  # computed
    verified: int
    size: int  # bytes read
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()  # their only checksums cannot be computed here
    unreadable: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()  # generations written
    findings: tuple[Finding, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        return any(one.needs_a_person for one in self.findings)


def verify(
    folder: Path,
    *,
    lists: tuple[Path, ...] = (),
    record: Creator | None = None,
    formats: tuple[str, ...] = (),
    progress: Progress = lambda done, total: None,
) -> VerifiedDocument:
    """Reads every file of a folder and compares it with its ASC MHL history (nested ones too), or `lists`.

    record: writes a new generation with what was found; a folder without any history gets its first one.
    formats: to record besides those there are. Raises UsageError AP-USE-211, AP-USE-212, FootageError
    AP-FOOTAGE-210 when there is nothing to compare with and nothing to record, NotAvailableError AP-NEED-210
    when not one checksum can be computed here.
    """
    listing = list_folder(folder, keep=lambda name: name != ".DS_Store")
    if not folder.is_dir():
        raise UsageError("AP-USE-211", "is no folder", file=str(folder))
    histories = read_histories(listing)
    if lists:
        asked = [history_of_list(listing, one) for one in lists]
    elif histories:
        asked = histories
    else:
        asked = [history_of_list(listing, one) for one in legacy_lists(listing)]
    if not asked and record is None:
        raise FootageError(
            "AP-FOOTAGE-210",
            "there is no hash list: neither an ascmhl history nor a .mhl file",
            file=display_name(folder),
            remedy="name one with --mhl, or begin a history with --record",
        )
    check = _Check(listing, asked, formats if record is not None else (), progress)
    check.read()
    recorded: list[str] = []
    if record is not None:
        sealed, folders = check.sealed(), [one for one in listing.folders if not _in_history(one)]
        recorded = seal(folder, sealed, folders, histories, record, "in-place")
    return check.document(recorded)


class _Check:
    """One reading of a folder."""

    def __init__(
        self, listing: Listing, histories: list[History], formats: tuple[str, ...], progress: Progress
    ) -> None:
        self.listing = listing
        self.histories = histories
        self.formats = formats
        self.progress = progress
        self.known: dict[str, dict[str, str]] = {}
        self.sizes: dict[str, int] = {}
        for one in histories:
            self.known.update(one.known())
            self.sizes.update(one.sizes())
        patterns = tuple(dict.fromkeys(pattern for one in histories for pattern in one.ignored()))
        self.files = [
            one
            for one in listing.files
            if not is_history(one) and not ignores(patterns, one.path) and not self._is_list(one)
        ]
        self.patterns = patterns
        self.outcome: dict[str, str] = {}  # path → verified, failed, new, unchecked, unreadable
        self.values: dict[str, dict[str, str]] = {}
        self.size = 0

    def read(self) -> None:
        total = sum(one.size for one in self.files)
        for entry in self.files:
            known = self.known.get(entry.path, {})
            forms = self._forms(known)
            try:
                values = self._values(entry, forms, total)
            except OSError as error:
                self.outcome[entry.path] = "unreadable"
                self.values[entry.path] = {"": error.strerror or str(error)}
                continue
            self.values[entry.path] = values
            self.outcome[entry.path] = _outcome(known, values, self._is_listed(entry))
        reachable = [one for one in self.outcome.values() if one != "unchecked"]
        if self.outcome and not reachable:
            forms_known = {form for one in self.known.values() for form in one}
            raise missing_xxhash(", ".join(sorted(forms_known)))

    def sealed(self) -> list[Sealed]:
        actions = {"verified": "verified", "failed": "failed", "new": "original", "unchecked": "original"}
        found = []
        for one in self.files:
            outcome = self.outcome[one.path]
            values = self.values[one.path] if outcome in actions else {}
            found.append(Sealed(one.path, one.size, one.modified, values, actions.get(outcome, "")))
        return found

    def document(self, recorded: list[str]) -> VerifiedDocument:
        there = {one.path for one in self.listing.files}
        missing = sorted(one for one in self.known if one not in there and not ignores(self.patterns, one))
        by: dict[str, list[str]] = {}
        for path, outcome in self.outcome.items():
            by.setdefault(outcome, []).append(path)
        lists = [
            f"{one.root}/{name}" if one.root else name
            for one in self.histories
            for name in ([link.path for link in one.links] or [one.folder.name])
        ]
        return VerifiedDocument(
            folder=str(self.listing.root),
            lists=tuple(lists),
            formats=tuple(form for form in FORMATS if any(form in one for one in self.values.values())),
            verified=len(by.get("verified", ())),
            size=self.size,
            failed=tuple(by.get("failed", ())),
            missing=tuple(missing),
            new=tuple(by.get("new", ())) if self.histories else (),
            unchecked=tuple(by.get("unchecked", ())),
            unreadable=tuple(by.get("unreadable", ())),
            recorded=tuple(recorded),
            findings=tuple(self._findings(by, missing)),
        )

    def _findings(self, by: dict[str, list[str]], missing: list[str]) -> list[Finding]:
        found = [*self.listing.findings(), *(one for held in self.histories for one in held.findings)]
        sizes = {one.path: one.size for one in self.files}
        for path in by.get("failed", ()):
            size, now = self.sizes.get(path), sizes[path]
            text = f"{display_name(path)} is not what was recorded"
            text += f": {now} bytes, recorded as {size}" if size is not None and size != now else ""
            found.append(finding("checksum", path, text, severity="problem", person=True))
        for path in missing:
            found.append(
                finding("missing", path, f"{path} is recorded but not here", severity="problem", person=True)
            )
        for path in by.get("unreadable", ()):
            text = f"{display_name(path)} cannot be read: {self.values[path]['']}"
            found.append(finding("unreadable", path, text, severity="problem", person=True))
        for path in by.get("unchecked", ()):
            forms = ", ".join(self.known[path])
            text = f"{display_name(path)} was not checked: its {forms} needs xxHash, which is not here"
            found.append(finding("unchecked", path, text, person=True))
        if self.histories:
            for path in by.get("new", ()):
                found.append(finding("new", path, f"{display_name(path)} is in no hash list", person=True))
        if not any(by.get(one) for one in ("failed", "new", "unreadable", "unchecked")) and not missing:
            found += self._folder_findings()
        for path in self.outcome:
            if not writable(path):
                text = f"{display_name(path)} cannot stand in a hash list: XML has no way to write its name"
                found.append(finding("mhl_name", display_name(path), text, person=True))
        return limited(found)

    def _folder_findings(self) -> list[Finding]:
        """Whether the recorded structure differs though every file is as it was: empty folders, say."""
        if not self.histories or len(self.histories) > 1 or not self.histories[0].lists:
            return []
        latest = self.histories[0].lists[-1][1]
        if latest.root is None:
            return []
        folders = [one for one in self.listing.folders if not _in_history(one)]
        for digest in latest.root.structure:
            values = {
                path: found[digest.format] for path, found in self.values.items() if digest.format in found
            }
            if len(values) != len(self.values):
                continue
            now = folder_hashes(values, folders, digest.format).get("")
            if now is not None and now[1] != digest.value:
                text = "every file is as recorded, but folders were added, removed or renamed"
                return [finding("structure", "", text)]
        return []

    def _forms(self, known: dict[str, str]) -> tuple[str, ...]:
        """What to compute: one format that is recorded, the quickest here, and those asked for besides."""
        first = next((one for one in _QUICK if one in known and available(one)), None)
        return tuple(dict.fromkeys(one for one in (first, *self.formats) if one is not None))

    def _values(self, entry: Entry, forms: tuple[str, ...], total: int) -> dict[str, str]:
        if not forms:
            return {}
        sums = Checksums(forms)
        with (self.listing.root / entry.path).open("rb", buffering=0) as file:
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
            while block := file.read(BLOCK):
                sums.update(block)
                self.size += len(block)
                self.progress(self.size, total)
        return sums.values()

    def _is_list(self, entry: Entry) -> bool:
        """A legacy list does not list itself."""
        path = self.listing.root / entry.path
        return any(
            one.folder == path.parent and not one.links for one in self.histories
        ) and entry.path.casefold().endswith(".mhl")

    def _is_listed(self, entry: Entry) -> bool:
        return entry.path in self.known


def _outcome(known: dict[str, str], values: dict[str, str], listed: bool) -> str:
    if not listed or not known:
        return "new"
    shared = [form for form in known if form in values]
    if not shared:
        return "unchecked"
    return "verified" if all(_same(form, known[form], values[form]) for form in shared) else "failed"


def _same(form: str, recorded: str, found: str) -> bool:
    if recorded == found:
        return True
    try:
        return form == "xxh64" and reversed_bytes(recorded) == found
    except ValueError:
        return False


def _in_history(folder: str) -> bool:
    return (
        folder == "ascmhl"
        or folder.startswith("ascmhl/")
        or folder.endswith("/ascmhl")
        or "/ascmhl/" in folder
    )
