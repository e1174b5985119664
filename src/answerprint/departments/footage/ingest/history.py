"""The ASC MHL history of a folder, nested ones included: every file's checksum as first recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from answerprint.core.errors import FormatError
from answerprint.core.findings import Finding
from answerprint.departments.footage.ingest.doubts import finding
from answerprint.departments.footage.ingest.hashing import Checksums, available
from answerprint.departments.footage.ingest.listing import Entry, Listing
from answerprint.formats.cameras.mhl import (
    CHAIN,
    FOLDER,
    IGNORED,
    SUFFIX,
    ChainLink,
    HashList,
    generation_number,
    read_chain,
    read_mhl,
)

BLOCK = 4 << 20  # bytes read at a time


@dataclass(eq=False)
class History:
    """One `ascmhl` folder. root: the folder it stands in, relative to the listing."""

    root: str
    folder: Path
    links: list[ChainLink] = field(default_factory=list)
    lists: list[tuple[int, HashList]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def latest(self) -> int:
        return max((one.number for one in self.links), default=0)

    def known(self) -> dict[str, dict[str, str]]:
        """Each path's first checksum in each format, by path from the root, failed ones left out."""
        found: dict[str, dict[str, str]] = {}
        renamed: set[str] = set()
        for _, one in sorted(self.lists, key=lambda pair: pair[0]):
            for file in one.files:
                if file.previous_path:
                    renamed.add(file.previous_path)
                kept = found.setdefault(self._from_root(file.path), {})
                for digest in file.hashes:
                    if digest.action != "failed":
                        kept.setdefault(digest.format, digest.value)
        latest = {file.path for file in self.lists[-1][1].files} if self.lists else set()
        for path in renamed - latest:
            found.pop(self._from_root(path), None)
        return found

    def sizes(self) -> dict[str, int]:
        return {
            self._from_root(file.path): file.size
            for _, one in self.lists
            for file in one.files
            if file.size is not None
        }

    def ignored(self) -> tuple[str, ...]:
        patterns = [pattern for _, one in self.lists[-1:] for pattern in one.ignored]
        return tuple(dict.fromkeys((*IGNORED, *patterns)))

    def _from_root(self, path: str) -> str:
        return f"{self.root}/{path}" if self.root else path


def read_histories(listing: Listing) -> list[History]:
    """Every history under a folder, outermost first, each generation checked against its chain."""
    roots = [""] if (listing.root / FOLDER).is_dir() else []
    roots += [one[: -len(FOLDER) - 1] for one in listing.folders if one.endswith(f"/{FOLDER}")]
    return [read_history(listing.root, root) for root in sorted(roots)]


def read_history(top: Path, root: str) -> History:
    """One history. What its chain does not vouch for is a finding, and is read all the same."""
    history = History(root, (top / root if root else top) / FOLDER)
    where = f"{root}/{FOLDER}" if root else FOLDER
    try:
        history.links = list(read_chain(history.folder / CHAIN))
    except FileNotFoundError:
        text = f"{where} has no chain file: nothing vouches for its generations"
        history.findings.append(finding("mhl_chain", where, text, severity="problem", person=True))
    except (FormatError, OSError) as error:
        text = f"{where}/{CHAIN} cannot be read: {_reason(error)}"
        history.findings.append(finding("mhl_chain", where, text, severity="problem", person=True))
    vouched = {one.path: one for one in history.links}
    present = sorted(_generations(history.folder))
    for name in sorted(set(vouched) - {one for _, one in present}):
        text = f"{where}/{name} is in the chain but not here"
        history.findings.append(finding("mhl_chain", name, text, severity="problem", person=True))
    for number, name in present:
        link = vouched.get(name)
        path = history.folder / name
        try:
            if link is not None and available(link.format):
                if checksum(path, link.format) != link.value:
                    text = f"{where}/{name} was changed after it was written: its chain says otherwise"
                    history.findings.append(
                        finding("mhl_changed", name, text, severity="problem", person=True)
                    )
            elif link is None and history.links:
                text = f"{where}/{name} is not in the chain"
                history.findings.append(finding("mhl_chain", name, text, person=True))
            history.lists.append((number, read_mhl(path)))
        except (FormatError, OSError) as error:
            text = f"{where}/{name} cannot be read: {_reason(error)}"
            history.findings.append(finding("mhl_unreadable", name, text, severity="problem", person=True))
    for _, one in history.lists:
        for refused in one.refused:
            text = f"{where} names a path outside its folder, which is not followed: {refused[:80]!r}"
            history.findings.append(finding("mhl_path", where, text, severity="problem", person=True))
    history.lists.sort(key=lambda pair: pair[0])
    return history


def history_of_list(listing: Listing, path: Path) -> History:
    """A single list (legacy MHL, or a generation on its own) as a history of the folder it is about."""
    history = History("", path.parent)
    one = read_mhl(path)
    history.lists.append((1, one))
    for refused in one.refused:
        text = f"{path.name} names a path outside its folder, which is not followed: {refused[:80]!r}"
        history.findings.append(finding("mhl_path", path.name, text, severity="problem", person=True))
    return history


def legacy_lists(listing: Listing) -> list[Path]:
    """The .mhl files that lie in the folder itself, as programs before ASC MHL leave them."""
    return [
        listing.root / one.path
        for one in listing.files
        if "/" not in one.path and one.path.casefold().endswith(SUFFIX) and not one.path.startswith("._")
    ]


def is_history(entry: Entry) -> bool:
    """Whether a file lies in an `ascmhl` folder."""
    return entry.path.startswith(f"{FOLDER}/") or f"/{FOLDER}/" in entry.path


def ignores(patterns: tuple[str, ...], path: str) -> bool:
    """Whether a path is left out by a history's patterns, written as in .gitignore: names at any depth, a
    trailing slash for folders, a slash inside for a place from the root. `!` and `[…]` ranges work as in a
    shell; a pattern that takes something back in is not known here."""
    parts = path.split("/")
    for pattern in patterns:
        plain = pattern.strip("/")
        if not plain or pattern.startswith(("!", "#")):
            continue
        if "/" in plain:
            placed = plain.replace("**/", "*")
            if fnmatchcase(path, placed) or fnmatchcase(path, f"{placed}/*"):
                return True
        elif any(fnmatchcase(one, plain) for one in (parts[:-1] if pattern.endswith("/") else parts)):
            return True
    return False


def checksum(path: Path, form: str) -> str:
    """A file's checksum. Raises OSError."""
    sums = Checksums((form,))
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            sums.update(block)
    return sums.values()[form]


def _generations(folder: Path) -> list[tuple[int, str]]:
    try:
        names = [one.name for one in folder.iterdir()]
    except OSError:
        return []
    return [(number, name) for name in names if (number := generation_number(name)) is not None]


def _reason(error: Exception) -> str:
    if isinstance(error, FormatError):
        return error.message
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
