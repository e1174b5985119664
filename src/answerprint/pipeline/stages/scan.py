"""Which files a production holds, and what each is known by."""

from __future__ import annotations

from pathlib import Path

from answerprint.core.errors import UsageError
from answerprint.core.findings import Evidence, Finding
from answerprint.pipeline.bringing import kind_of
from answerprint.pipeline.making import Making
from answerprint.store.objects import hash_file
from answerprint.store.production import display_name, find_inputs
from answerprint.store.rows import stat_of


def scan(making: Making) -> dict[str, Path]:
    """Asset id → path. The same bytes under a second name are one asset, and said so."""
    files = inputs_of(making, ("footage", "sound"))
    found: dict[str, Path] = {}
    for path, digest in known_hashes(making, files).items():
        if digest in found:
            making.findings.append(
                Finding(
                    code="file.twice",
                    message=f"{display_name(path.name)} is the same file as "
                    f"{display_name(found[digest].name)}; it is used once",
                    subject=digest,
                    evidence=(Evidence(asset=digest),),
                )
            )
        else:
            found[digest] = path
    if not found and not files:
        root = making.production.root
        raise UsageError(
            "AP-USE-040",
            "the production holds no picture and no sound",
            file=str(root),
            remedy=f"answerprint add {root.name} CARD",
        )
    return found


def inputs_of(making: Making, kinds: tuple[str, ...]) -> list[Path]:
    """The production's input files whose kind is one of these."""
    if not making.inputs:
        papers = making.production.root / "script"  # what lies there was put there: a PDF is a screenplay
        making.inputs = [
            (path, kind_of(path, named=path.parent == papers)) for path in find_inputs(making.production)
        ]
    return [path for path, kind in making.inputs if kind in kinds]


def known_hashes(making: Making, files: list[Path]) -> dict[Path, str]:
    """BLAKE3 of every file; one recognised by path, size, time and inode is not read again."""
    stats = {}
    for path in files:
        try:
            stats[path] = stat_of(path)
        except OSError as error:
            making.findings.append(_unreadable(path, error))
    known = making.catalogue.known_digests(stats.values())
    hashes: dict[Path, str] = {}
    fresh = []
    for path, stat in stats.items():
        digest = known.get(stat.path)
        if digest is None:
            try:
                digest = hash_file(path)
            except OSError as error:
                making.findings.append(_unreadable(path, error))
                continue
            fresh.append((stat, digest))
        hashes[path] = digest
    if fresh:
        making.catalogue.remember_digests(fresh)
    return hashes


def _unreadable(path: Path, error: OSError) -> Finding:
    return Finding(
        code="file.unreadable",
        message=f"{display_name(path.name)} cannot be read: {error.strerror}",
        severity="problem",
        subject=display_name(path.name),
        needs_a_person=True,
    )
