"""Likeness of meaning: vectors of passages, made for new tracks only, and a new model's beside the old."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.encoding import from_json, to_json
from answerprint.core.errors import AnswerprintError, NotAvailableError
from answerprint.core.records import Track
from answerprint.departments.footage.search.library import Found, Library
from answerprint.departments.footage.search.spoken import nothing
from answerprint.departments.footage.search.vocabulary import PASSAGES
from answerprint.store.catalogue import Catalogue
from answerprint.store.disk import write_atomically
from answerprint.store.vectors import VectorRow, VectorStore

MINILM = "minilm"
ABSENT = "not available: answerprint models fetch minilm"
FOLDER = "vectors"
NEAREST = 200  # passages that one clause of meaning looks at
UNLIKE = 0.25  # cosine under which two sentences of MiniLM have nothing to do with one another
ALIKE = 0.75  # and from which on they say the same
WORDS_AT_ONCE = 64  # passages embedded between two looks at the clock
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Progress = Callable[[int, int], None]


class Meanings(NamedTuple):
    """What turns sentences into unit vectors, under the name its vectors are kept."""

    model: str  # minilm@ and the first digits of its digest
    embed: Embed


class Kept(msgspec.Struct, frozen=True):
    """vectors/<family>.json: which tracks' vectors are in the store for each version of a model, and how many
    of each. Where the store holds another number (something was forgotten), the record counts for nothing."""

    models: dict[str, dict[str, int]] = {}


def sentence_model() -> tuple[Meanings | None, str]:
    """MiniLM from the shelf, or None and why there is none."""
    from answerprint.models.minilm import NAME, Sentences
    from answerprint.models.shelf import Shelf

    try:
        shelf = Shelf()
        if not shelf.fetched(NAME):
            return None, ABSENT
        loaded: list[Sentences] = []

        def embed(sentences: Sequence[str]) -> NDArray[np.float32]:
            if not loaded:  # 91 MB are read when the first sentence is
                loaded.append(Sentences(shelf))
            return loaded[0].embed(sentences)

        return Meanings(f"{MINILM}@{shelf.digest(NAME)[:16]}", embed), ""
    except NotAvailableError:
        return None, ABSENT
    except AnswerprintError as error:
        return None, f"not available: {error}"


def passages_of(track: Track) -> list[tuple[int, str]]:
    """(start, text) of what is said in a track, each start once."""
    found = {one.start: one.text for one in reversed(track.annotations) if one.text.strip()}
    return sorted(found.items())


def embedded(track: Track, embed: Embed) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The starts of a track's passages (n,) in its ticks and their vectors (n, dimensions)."""
    passages = passages_of(track)
    starts = np.array([start for start, _ in passages], np.int64)
    if not passages:
        return starts, np.zeros((0, 0), np.float32)
    return starts, embed([text for _, text in passages])


def bring_up(
    state: Path,
    catalogue: Catalogue,
    model: str,
    vectors_of: Callable[[str], Iterable[tuple[int, NDArray[Any]]]],
    *,
    names: Sequence[str] = PASSAGES,
    progress: Progress | None = None,
) -> int:
    """Makes the vectors that current tracks still lack under a model, forgets those of other tracks, and
    retires the model's older versions once it is complete; how many tracks were new.

    state: the production's folder of catalogue and objects. vectors_of(digest): (start, vector) of a track.
    Stopped half-way, what was made is kept, and an older version stays until the new one is whole.
    """
    record = state / FOLDER / _file_of(model)
    assets = {one.digest: one.asset for one in catalogue.columns() if one.name in names and one.count}
    wanted = set(assets)
    kept = _kept(record)
    older = [one for one in kept.models if one != model]
    with VectorStore(state / FOLDER) as store:
        have = _held(kept, model, store)
        missing = sorted(wanted - have.keys())
        if not missing and have.keys() == wanted and not older:
            return 0
        for done, digest in enumerate(missing):
            rows = [VectorRow(assets[digest], digest, start, each) for start, each in vectors_of(digest)]
            store.add(model, rows)
            have[digest] = len(rows)
            if done % WORDS_AT_ONCE == WORDS_AT_ONCE - 1:
                _keep(record, kept, model, have)
            if progress is not None:
                progress(done + 1, len(missing))
        store.keep_tracks(model, wanted)
        for old in older:
            store.remove_model(old)
        whole = {digest: count for digest, count in sorted(have.items()) if digest in wanted}
        write_atomically(record, to_json(Kept({model: whole})))
    return len(missing)


def lacking(state: Path, catalogue: Catalogue, model: str, names: Sequence[str] = PASSAGES) -> int:
    """How many current tracks have no vectors under a model yet."""
    wanted = {one.digest for one in catalogue.columns() if one.name in names and one.count}
    with VectorStore(state / FOLDER) as store:
        return len(wanted - _held(_kept(state / FOLDER / _file_of(model)), model, store).keys())


def meant(
    library: Library,
    store: VectorStore,
    meanings: Meanings,
    text: str,
    *,
    names: Sequence[str] = PASSAGES,
    unlike: float = UNLIKE,
    alike: float = ALIKE,
    how: str = "meaning",
) -> Found:
    """The passages (or pictures) nearest in meaning, those that have something to do with it."""
    query = meanings.embed([text])[0]
    by_digest = {library.tracks[index].digest: index for name in names for index in library.of(name)}
    tracks, starts, cosines = [], [], []
    for hit in store.search(meanings.model, query, NEAREST):
        if hit.score >= unlike and hit.track in by_digest:
            tracks.append(by_digest[hit.track])
            starts.append(hit.start)
            cosines.append(hit.score)
    if not tracks:
        return nothing(library)
    track = np.array(tracks, np.int32)
    place = np.array([library.place_at(t, s) for t, s in zip(tracks, starts, strict=True)], np.int32)
    cosine = np.array(cosines)
    # Beyond `alike` the nearer still comes first; an exact word (1) comes before both.
    depth = np.clip((cosine - unlike) / (alike - unlike), 0.0, 1.0)
    strength = 0.85 * depth + 0.1 * np.clip(cosine, 0.0, 1.0)
    return library.found(track, place, strength, how=how, measure=cosine)


def _kept(record: Path) -> Kept:
    try:
        return from_json(record.read_bytes(), Kept)
    except (FileNotFoundError, msgspec.DecodeError):
        return Kept()


def _held(kept: Kept, model: str, store: VectorStore) -> dict[str, int]:
    have = kept.models.get(model, {})
    return dict(have) if store.count(model) == sum(have.values()) else {}


def _keep(record: Path, kept: Kept, model: str, have: dict[str, int]) -> None:
    write_atomically(record, to_json(Kept({**kept.models, model: dict(sorted(have.items()))})))


def _file_of(model: str) -> str:
    """The record of a family: letters and figures of its name, which a user's card may have given."""
    family = model.rpartition("@")[0]
    return "".join(one if one.isalnum() or one in "-_" else "_" for one in family) + ".json"
