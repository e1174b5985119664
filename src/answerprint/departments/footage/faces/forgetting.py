"""People of a production: listed, named, and forgotten so that nothing of them stays.

Forgetting keeps where the face was (a file, a stretch, boxes) in people.toml, because the next run has to
know what it must not look at; it keeps no name, no picture and no vector. The other people of the same files
keep their rows; what was measured of them is measured again at the next run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.encoding import from_json, to_json
from answerprint.core.errors import UsageError
from answerprint.core.records import Annotation, Provenance, Track
from answerprint.departments.footage.faces.places import (
    MOST_NAME,
    PeopleFile,
    Place,
    place_of,
    read_people,
    write_people,
)
from answerprint.store.catalogue import Catalogue, Output, RunRow, track_digest
from answerprint.store.objects import ObjectStore
from answerprint.store.vectors import VectorStore

FACES, CUES = "faces.1", "cues.1"
GROUPING = "faces_people"  # the step that says who is who over all files
STEPS = ("faces_seen", GROUPING, "faces", "people")  # the last: tracks that were changed here
MOST_PLACES = 24  # kept of a name: the surest


class ForgottenPerson(msgspec.Struct, frozen=True, kw_only=True):
    """What went, by number, and in which files the person was."""

    person: str
    assets: tuple[str, ...]
    faces: int
    cues: int
    vectors: int
    objects: int
    bytes: int


def people_in(catalogue: Catalogue, asset: str | None = None) -> dict[str, list[tuple[Track, Annotation]]]:
    """Every person of a production (or of one file), by label: the faces they were seen as."""
    found: dict[str, list[tuple[Track, Annotation]]] = {}
    for info in catalogue.tracks(asset):
        if info.name == FACES and (track := catalogue.current_track(info.asset, FACES)) is not None:
            for one in track.annotations:
                found.setdefault(one.label, []).append((track, one))
    return found


def name_person(root: Path, catalogue: Catalogue, person: str, name: str, *, asset: str | None = None) -> int:
    """Gives a person (of one file, where asset is given) a name, bound to where they are seen; of how many
    faces. Later runs keep it.

    Raises UsageError AP-USE-241 for a person there is none of, AP-USE-242 for a name that does not do,
    AP-USE-243 for a number that is another person in every file.
    """
    if not name.strip() or len(name) > MOST_NAME or name.startswith("person_") or not name.isprintable():
        raise UsageError(
            "AP-USE-242",
            f"{name!r} is no name for a person",
            remedy=f"write up to {MOST_NAME} letters that do not begin with person_",
        )
    faces = _faces_of(catalogue, person, asset)
    surest = sorted(faces, key=lambda one: (-(one[1].confidence or 0), one[0].asset, one[1].start))
    named = tuple(_place(track, one, name) for track, one in surest[:MOST_PLACES])
    people = read_people(root)
    kept = tuple(one for one in people.named if one.name != person)  # a name is changed, not doubled
    write_people(root, PeopleFile(named=(*kept, *named), withheld=people.withheld))
    with catalogue.write(durable=True):
        for each in sorted({track.asset for track, _ in faces}):
            for kind in (FACES, CUES):
                _rewrite(catalogue, each, kind, lambda one: _renamed(one, person, name))
    return len(faces)


def forget_person(
    root: Path,
    catalogue: Catalogue,
    objects: ObjectStore,
    vectors: VectorStore,
    person: str,
    *,
    asset: str | None = None,
) -> ForgottenPerson:
    """Deletes a person (a label of `faces.1`, of one file where asset is given): rows, index entries,
    pictures, vectors, the name, and the bytes of all these.

    root: the production's folder. Call it holding the production's lock. Called again after a kill it does
    what was left. Raises UsageError AP-USE-241 for a person there is none of, AP-USE-243 as `name_person`.
    """
    people = read_people(root)
    faces = people_in(catalogue, asset).get(person, [])
    if faces or not any(one.name == person for one in people.named):
        faces = _faces_of(catalogue, person, asset)
    places = tuple(_place(track, one, "") for track, one in faces)
    cleared = people.without(person)
    write_people(root, PeopleFile(named=cleared.named, withheld=(*cleared.withheld, *places)))
    assets = tuple(sorted({track.asset for track, _ in faces}))
    starts = _starts(catalogue, assets, person)
    gone, cues = 0, sum(len(ticks) for (_, kind), ticks in starts.items() if kind == CUES)
    before = {digest: size for digest, size in objects.digests()}
    with catalogue.write(durable=True):
        dead = _runs_to_delete(catalogue, assets)
        old = _old_tracks(catalogue)
        for each in assets:
            for kind in (FACES, CUES):
                replaced = _rewrite(catalogue, each, kind, lambda one: None if _is_of(one, person) else one)
                old |= {replaced} if replaced else set()
        catalogue.retire_tracks(old)
        catalogue.execute_many("DELETE FROM run WHERE key = ?", ((key,) for key in dead))
        catalogue.execute_many("DELETE FROM track WHERE digest = ?", ((digest,) for digest in old))
    for (each, _), ticks in starts.items():
        gone += vectors.forget(each, tracks=old, starts=ticks)
    if not starts:
        vectors.forget("")  # what an interrupted forgetting left
    catalogue.sweep(objects, keep_unreferenced_runs=True)
    catalogue.scrub()
    after = {digest for digest, _ in objects.digests()}
    lost = {digest: size for digest, size in before.items() if digest not in after}
    return ForgottenPerson(
        person=person,
        assets=assets,
        faces=len(faces),
        cues=cues,
        vectors=gone,
        objects=len(lost),
        bytes=sum(lost.values()),
    )


def _runs_to_delete(catalogue: Catalogue, assets: tuple[str, ...]) -> set[str]:
    """Keys of the runs that looked at these files' faces, of those that grouped faces, and of all that read
    what these wrote."""
    rows = catalogue.rows("SELECT key, step, subject, provenance, outputs FROM run")
    writes = {row[0]: {one.digest for one in from_json(row[4], dict[str, Output]).values()} for row in rows}
    reads: Mapping[str, set[str]] = {
        row[0]: set(json.loads(row[3]).get("inputs", {}).values()) for row in rows
    }
    dead = {
        key for key, step, subject, _, _ in rows if step == GROUPING or (step in STEPS and subject in assets)
    }
    pending = set(dead)
    while pending:
        living = set().union(*(those for key, those in writes.items() if key not in dead))
        made = set().union(*(writes[key] for key in pending)) - living
        pending = {key for key, those in reads.items() if key not in dead and those & made}
        dead |= pending
    return dead


def _old_tracks(catalogue: Catalogue) -> set[str]:
    """Digests of face tracks of earlier runs that hold no longer: they may name anybody."""
    sql = "SELECT digest FROM track WHERE NOT current AND name IN (?, ?)"
    return {row[0] for row in catalogue.rows(sql, (FACES, CUES))}


def _rewrite(catalogue: Catalogue, asset: str, name: str, change: Any) -> str | None:
    """Puts a changed track in the place of a current one; the digest of the one that was, None where it is
    the same or there is none."""
    track = catalogue.current_track(asset, name)
    if track is None:
        return None
    changed = tuple(one for each in track.annotations if (one := change(each)) is not None)
    if changed == track.annotations:
        return None
    fresh = Track(asset=asset, name=name, rate=track.rate, annotations=changed)
    digest = track_digest(fresh)
    key = f"people:{digest}"
    row = RunRow(
        key=key,
        step="people",
        version=1,
        subject=asset,
        provenance=Provenance(step="people", version=1, key=key),
        outputs={name.partition(".")[0]: Output("track", digest, len(to_json(fresh)))},
    )
    catalogue.commit_run(row, {name.partition(".")[0]: fresh})
    return track_digest(track)


def _starts(catalogue: Catalogue, assets: tuple[str, ...], person: str) -> dict[tuple[str, str], set[int]]:
    """(asset, track's name) → where the person's annotations start."""
    found: dict[tuple[str, str], set[int]] = {}
    for asset in assets:
        for name in (FACES, CUES):
            track = catalogue.current_track(asset, name)
            ticks = {one.start for one in track.annotations if _is_of(one, person)} if track else set()
            if ticks:
                found[asset, name] = ticks
    return found


def _is_of(annotation: Annotation, person: str) -> bool:
    return bool(person == annotation.value.get("person", annotation.label))  # a cue's label is what was done


def _renamed(annotation: Annotation, person: str, name: str) -> Annotation:
    if not _is_of(annotation, person):
        return annotation
    if "person" in annotation.value:
        return msgspec.structs.replace(annotation, value={**annotation.value, "person": name})
    return msgspec.structs.replace(annotation, label=name)


def _faces_of(catalogue: Catalogue, person: str, asset: str | None) -> list[tuple[Track, Annotation]]:
    faces = people_in(catalogue, asset).get(person)
    if not faces:
        raise _nobody(person, catalogue)
    several = len({track.asset for track, _ in faces}) > 1
    if person.startswith("person_") and several and not _is_grouped(catalogue):
        raise UsageError(
            "AP-USE-243",
            f"{person} is another person in every file: faces are not grouped over files here",
            remedy="name the file with --in FILE",
        )
    return faces


def _is_grouped(catalogue: Catalogue) -> bool:
    return catalogue.row("SELECT 1 FROM run WHERE step = ? LIMIT 1", (GROUPING,)) is not None


def _place(track: Track, annotation: Annotation, name: str) -> Place:
    boxes = annotation.value.get("boxes", ())
    return place_of(track.asset, annotation.start, annotation.end, track.rate, boxes, name)


def _nobody(person: str, catalogue: Catalogue) -> UsageError:
    known = sorted(people_in(catalogue))
    return UsageError(
        "AP-USE-241",
        f"there is no {person!r} among the people of this production",
        remedy="known are " + ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
        if known
        else "answerprint log DIR looks for faces where [consent] faces = true",
    )
