"""Forgetting an asset: everything that was made from it goes, and the bytes of it with it.

What was made from it is found by provenance: the runs about the asset, those that read what they wrote, and
so on, and whatever record or annotation names the asset. The catalogue's file and its text index are then
written anew, so that nothing of what was deleted stays in pages that are merely free.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from answerprint.core.encoding import from_json
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore
from answerprint.store.rows import Output

LARGEST_RECORD = 16 << 20  # bytes; what is larger is pictures or sound, and is known by its run


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What went, by number."""

    runs: int = 0
    tracks: int = 0
    annotations: int = 0
    objects: int = 0
    bytes: int = 0
    proposals: int = 0
    decisions: int = 0
    cuts: tuple[int, ...] = ()  # versions of the film that showed it: their records went, out/ is left


def decisions_about(catalogue: Catalogue, asset: str) -> list[str]:
    """The proposals whose decisions name an asset."""
    return _column(catalogue, f"SELECT proposal FROM decision WHERE {_names('record')}", asset)


def forget_asset(
    catalogue: Catalogue, objects: ObjectStore, asset: str, *, dry_run: bool = False
) -> Forgotten:
    """Delete every row, index entry and object that was made from an asset (its id), or names it.

    Call it holding the production's lock. Decisions about it go too: export them first (store/decisions.py),
    or decisions.toml brings them back. Vectors are not kept here: see store/vectors.py.
    """
    dead = _runs_from(catalogue, objects, asset)
    gone = _outputs(catalogue, dead, inside=True) - _outputs(catalogue, dead, inside=False)
    tracks = _tracks(catalogue, asset, gone)
    cuts = _column(catalogue, f"SELECT version FROM cut WHERE {_names('record')}", asset)
    proposals = _column(catalogue, f"SELECT id FROM proposal WHERE {_names('record')}", asset)
    decisions = decisions_about(catalogue, asset)
    sizes = {digest: size for digest, size in objects.digests() if digest in gone}
    found = Forgotten(
        runs=len(dead),
        tracks=len(tracks),
        annotations=sum(tracks.values()),
        objects=len(sizes),
        bytes=sum(sizes.values()),
        proposals=len(proposals),
        decisions=len(decisions),
        cuts=tuple(cuts),
    )
    if dry_run:
        return found
    with catalogue.write(durable=True):
        catalogue.retire_tracks(tracks)
        for table, column, values in (
            ("track", "digest", tracks),
            ("run", "key", dead),
            ("proposal", "id", proposals),
            ("decision", "proposal", decisions),
            ("decision_history", "proposal", decisions),
            ("decision_export", "proposal", decisions),
            ("cut", "version", cuts),
            ("version", "number", cuts),
            ("asset", "id", (asset,)),
            ("file", "digest", (asset,)),
        ):
            catalogue.execute_many(f"DELETE FROM {table} WHERE {column} = ?", ((one,) for one in values))
        catalogue.execute(f"DELETE FROM decision_history WHERE {_names('record')}", (asset,))
        catalogue.execute("DELETE FROM job WHERE subject = ? OR instr(node, ?)", (asset, asset))
        catalogue.execute(f"DELETE FROM finding WHERE {_names('record')} OR instr(source, ?)", (asset, asset))
    catalogue.sweep(objects, keep_unreferenced_runs=True)
    catalogue.scrub()
    return found


def _runs_from(catalogue: Catalogue, objects: ObjectStore, asset: str) -> set[str]:
    """Keys of the runs about an asset, of those that read what these wrote, and so on."""
    rows = catalogue.rows("SELECT key, subject, provenance, outputs FROM run")
    reads: dict[str, set[str]] = {}
    writes: dict[str, set[str]] = {}
    dead: set[str] = set()
    named = asset.encode()
    for key, subject, provenance, outputs in rows:
        text = provenance if isinstance(provenance, bytes) else provenance.encode()
        reads[key] = set(json.loads(text).get("inputs", {}).values())
        found = from_json(outputs, dict[str, Output])
        writes[key] = {one.digest for one in found.values()}
        if subject == asset or named in text or any(_told(objects, one, named) for one in found.values()):
            dead.add(key)
    telling = f"SELECT DISTINCT digest FROM track JOIN annotation ON track = track.id WHERE {_names('value')}"
    naming = {row[0] for row in catalogue.rows(telling, (asset,))}
    dead |= {key for key, digests in writes.items() if digests & naming}
    pending = set(dead)
    while pending:
        living = set().union(*(digests for key, digests in writes.items() if key not in dead))
        made = set().union(*(writes[key] for key in pending)) - living
        pending = {key for key, digests in reads.items() if key not in dead and digests & made}
        dead |= pending
    return dead


def _told(objects: ObjectStore, output: Output, named: bytes) -> bool:
    """Whether an output is a record that names the asset."""
    if output.kind != "object" or output.size > LARGEST_RECORD or not objects.has(output.digest):
        return False
    return named in objects.path(output.digest).read_bytes()


def _outputs(catalogue: Catalogue, keys: set[str], *, inside: bool) -> set[str]:
    """Digests that the runs of these keys wrote, or those of all others."""
    return {
        output.digest
        for key, outputs in catalogue.rows("SELECT key, outputs FROM run")
        if (key in keys) == inside
        for output in from_json(outputs, dict[str, Output]).values()
    }


def _tracks(catalogue: Catalogue, asset: str, gone: set[str]) -> dict[str, int]:
    """digest → annotations."""
    rows = catalogue.rows("SELECT digest, count FROM track WHERE asset = ?", (asset,))
    rows += catalogue.rows_in("SELECT digest, count FROM track WHERE digest IN (@)", gone)
    return dict(sorted(rows))


def _column(catalogue: Catalogue, sql: str, asset: str) -> list[Any]:
    return [row[0] for row in catalogue.rows(sql, (asset,))]


def _names(column: str) -> str:
    """A condition: a JSON column holds the asset's id."""
    return f"instr(CAST({column} AS TEXT), ?)"
