"""A new ASC MHL generation: every file's checksum with what it was checked against, and every folder's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from answerprint.departments.footage.ingest.hashing import as_bytes, of_bytes, of_list
from answerprint.departments.footage.ingest.history import History, checksum
from answerprint.formats.cameras.mhl import (
    CHAIN,
    FOLDER,
    IGNORED,
    ChainLink,
    FileHash,
    FolderHash,
    Hash,
    Reference,
)
from answerprint.formats.cameras.mhl_writing import Creator, writable, write_chain, write_generation
from answerprint.store.disk import coded_writing, sync_folder, write_atomically


class Sealed(NamedTuple):
    """What is to be recorded of a file.

    path: relative to the folder sealed. values: by format; none for a file that is there but not vouched for:
    it is not recorded, and the folders it lies in get no hash.
    """

    path: str
    size: int
    modified: int  # nanoseconds
    values: Mapping[str, str]
    action: str  # original, verified, failed


def seal(
    top: Path,
    files: Sequence[Sealed],
    folders: Sequence[str],
    histories: Sequence[History],
    creator: Creator,
    process: str,
) -> list[str]:
    """Writes a generation into the folder's history and each one further down that has files among these.

    Parents refer to the generations of their children. Returns the paths written, relative to the folder.
    Files whose name XML cannot hold are left out. Raises StoreError AP-STORE-009, AP-STORE-010.
    """
    kept = [one for one in files if writable(one.path)]
    forms = sorted({form for one in kept for form in one.values})
    hashes = {form: _folder_hashes(kept, [one for one in folders if writable(one)], form) for form in forms}
    # The deepest first, the top last: a parent refers to what its children wrote.
    roots = sorted(
        {"", *(one.root for one in histories)}, key=lambda one: -(one.count("/") + 1) if one else 0
    )
    known = {one.root: one for one in histories}
    written: list[tuple[str, str]] = []  # root, path of its generation from the top
    for root in roots:
        inside = [one for one in kept if one.values and _home(one.path, roots) == root]
        below = [(other, path) for other, path in written if _home_of_root(other, roots) == root]
        if not inside and not below and root:
            continue
        history = known.get(root) or History(root, top / root / FOLDER if root else top / FOLDER)
        path = _write(top, history, inside, folders, hashes, below, roots, creator, process)
        written.append((root, path))
    return [path for _, path in reversed(written)]


def _write(
    top: Path,
    history: History,
    files: Sequence[Sealed],
    folders: Sequence[str],
    hashes: Mapping[str, Mapping[str, tuple[str, str]]],
    below: Sequence[tuple[str, str]],
    roots: Sequence[str],
    creator: Creator,
    process: str,
) -> str:
    root = history.root
    start = len(root) + 1 if root else 0
    number = history.latest + 1
    holder = (top / root if root else top).resolve().name or "root"
    stamp = _stamp(creator.created)
    name = f"{number:04d}_{_plain(holder)}_{stamp}.mhl"
    references = [Reference(path[start:], checksum(top / path, "c4")) for _, path in below]

    def folder_hash(path: str, shown: str) -> FolderHash | None:
        pairs = {form: found[path] for form, found in hashes.items() if path in found}
        if not pairs:
            return None
        content = tuple(Hash(form, one) for form, (one, _) in pairs.items())
        return FolderHash(
            path=shown, content=content, structure=tuple(Hash(f, o) for f, (_, o) in pairs.items())
        )

    def entries() -> Iterator[FileHash | FolderHash]:
        for one in (held for held in files if held.values):
            yield FileHash(
                path=one.path[start:],
                size=one.size,
                modified=_iso(one.modified),
                hashes=tuple(Hash(form, value, one.action) for form, value in sorted(one.values.items())),
            )
        for path in folders:
            mine = _home(f"{path}/x", roots) == root or (path in roots and _home_of_root(path, roots) == root)
            if mine and path != root and writable(path):
                found = folder_hash(path, path[start:])
                if found is not None:
                    yield found

    folder = history.folder
    with coded_writing(folder):
        folder.mkdir(exist_ok=True)
    pieces = write_generation(
        creator,
        entries(),
        process=process,
        root=folder_hash(root, "."),
        ignored=history.ignored() if history.lists else IGNORED,
        references=references,
    )
    write_atomically(folder / name, b"".join(pieces))
    links = [*history.links, ChainLink(number, name, "c4", checksum(folder / name, "c4"))]
    write_atomically(folder / CHAIN, write_chain(links))
    sync_folder(folder)
    return f"{root}/{FOLDER}/{name}" if root else f"{FOLDER}/{name}"


def _folder_hashes(files: Sequence[Sealed], folders: Sequence[str], form: str) -> dict[str, tuple[str, str]]:
    """Content and structure hash of every folder, the root as "". A folder with a file of no value has none.

    As the reference implementation: content over the children's contents; structure over each child's name
    and its own digest (a file's content, a folder's structure).
    """
    children: dict[str, list[tuple[str, str | None, str | None]]] = {one: [] for one in ("", *folders)}
    for one in files:
        parent, _, name = one.path.rpartition("/")
        value = one.values.get(form)
        children.setdefault(parent, []).append((name, value, value))
    found: dict[str, tuple[str, str]] = {}
    for folder in sorted(children, key=lambda one: one.count("/") + 1 if one else 0, reverse=True):
        contents, structures = [], []
        whole = True
        for name, content, structure in children[folder]:
            if content is None or structure is None:
                whole = False
                break
            contents.append(content)
            structures.append(of_bytes(form, name.encode() + as_bytes(form, structure)))
        if whole:
            found[folder] = (of_list(form, contents), of_list(form, structures))
        if folder:
            parent, _, name = folder.rpartition("/")
            pair = found.get(folder, (None, None))
            children.setdefault(parent, []).append((name, *pair))
    return found


def folder_hashes(files: Mapping[str, str], folders: Sequence[str], form: str) -> dict[str, tuple[str, str]]:
    """As recorded in a generation, from each path's value; the root is ""."""
    return _folder_hashes(
        [Sealed(path, 0, 0, {form: value}, "") for path, value in files.items()], folders, form
    )


def _home(path: str, roots: Sequence[str]) -> str:
    """The deepest history that a path lies in."""
    holders = [one for one in roots if one and path.startswith(f"{one}/")]
    return max(holders, key=len, default="")


def _home_of_root(root: str, roots: Sequence[str]) -> str | None:
    return _home(root, [one for one in roots if one != root]) if root else None


def _iso(modified: int) -> str:
    return datetime.fromtimestamp(modified // 1_000_000_000, UTC).isoformat()


def _stamp(created: str) -> str:
    """`2026-01-31_120000Z` from the generation's date, for its file name."""
    when = datetime.fromisoformat(created)
    return when.astimezone(UTC).strftime("%Y-%m-%d_%H%M%SZ")


def _plain(name: str) -> str:
    """A folder's name as part of a file's: nothing that a disk refuses, not too long."""
    kept = "".join(one if one.isalnum() or one in " ._-" else "_" for one in name)
    return kept[:100] or "root"
