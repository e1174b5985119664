"""A production opened for searching: its clips, its logs, its script's speakers, and what models it has."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.encoding import from_json
from answerprint.core.logged import Slate
from answerprint.core.records import Asset
from answerprint.core.time import Time, TimeDocument, time_document
from answerprint.departments.footage.search.answering import SEEN, Answer, Means, Sight
from answerprint.departments.footage.search.library import Library
from answerprint.departments.footage.search.meaning import (
    FOLDER,
    Progress,
    bring_up,
    embedded,
    lacking,
    sentence_model,
)
from answerprint.departments.footage.search.meaning_file import Rows, read_meanings
from answerprint.departments.footage.search.parsing import parse
from answerprint.departments.footage.search.query import Query
from answerprint.departments.footage.search.searching import Match, Proof, Result, search
from answerprint.formats.screenplays.model import Screenplay
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore
from answerprint.store.production import Production
from answerprint.store.vectors import VectorStore

SMALL = 2_000  # tracks without vectors that a search makes by itself; more are left to the engine
Place = Callable[[Asset, Time], TimeDocument]


class ClauseDocument(msgspec.Struct, frozen=True, kw_only=True):
    text: str  # canonical: it can be typed again
    meaning: str
    kind: str
    negated: bool
    group: int
    status: str  # answered, or unanswerable
    reason: str  # why it is unanswerable
    found: int  # moments it is true of by itself
    clips: int
    notes: tuple[str, ...]  # spelling, and what was bounded


class EvidenceDocument(msgspec.Struct, frozen=True, kw_only=True):
    clause: str
    how: str
    track: str | None
    label: str
    text: str
    start: TimeDocument
    end: TimeDocument
    confidence: float | None
    measure: float | None
    score: float


class HitDocument(msgspec.Struct, frozen=True, kw_only=True):
    asset: str
    name: str
    path: str
    start: TimeDocument
    end: TimeDocument
    score: float
    thumbnail: str | None  # digest of the clip's thumbnail, or the path of the hit's own picture
    evidence: tuple[EvidenceDocument, ...]


class SearchDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What `answerprint search --json` prints."""

    query: str
    canonical: str
    clauses: tuple[ClauseDocument, ...]
    hits: tuple[HitDocument, ...]
    total: int
    explanation: str  # why there is no hit; with hits, what was asked less strictly


class _Log(msgspec.Struct, frozen=True):
    slates: dict[str, Slate]


class Searcher:
    """A production opened for searching, also beside a running make. Use as a context manager.

    What the catalogue held when it was opened is searched; `refresh` takes in what has come since.
    """

    def __init__(self, production: Production, *, sight: Sight | None = None, no_sight: str = "") -> None:
        self.production = production
        self._stack = ExitStack()
        self._sight, self._no_sight = sight, no_sight

    def __enter__(self) -> Searcher:
        self.catalogue: Catalogue = self.production.catalogue()
        self._stack.callback(self.catalogue.close)
        self.objects: ObjectStore = self.production.objects()
        self._vectors = VectorStore(self.production.state_dir / FOLDER)
        self._stack.callback(self._vectors.close)
        sentences, why = sentence_model()
        self.means = Means(self._vectors, sentences, why, self._sight, self._no_sight)
        self.catalogue.fill_moments()
        self.refresh()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def refresh(self) -> None:
        """Looks at the production anew."""
        assets = self.catalogue.assets()
        self.library = Library(self.catalogue, assets, sees=self.means.sight is not None)
        self.means.people = _line_speakers(self.catalogue, self.objects)
        self.slates = _logged(self.catalogue, self.objects, assets)

    def make_vectors(self, progress: Progress | None = None) -> str:
        """Makes the vectors that are missing, where they are few; else says that they are."""
        if self._sight is not None:
            model = self._sight.meanings.model
            gather_sights(self.production.state_dir, self.catalogue, self.objects, model)
        if self.means.sentences is None:
            return self.means.no_sentences
        missing = lacking(self.production.state_dir, self.catalogue, self.means.sentences.model)
        if missing > SMALL:
            return f"{missing:,} tracks have no vectors yet: answerprint make makes them"
        gather_meanings(self.production.state_dir, self.catalogue, self.objects, self.means, progress)
        return ""

    def parse(self, text: str) -> Query:
        return parse(text, self.library)

    def search(self, query: Query, *, limit: int = 20) -> Result:
        return search(query, self.library, self.means, self.slates, limit=limit)

    def thumbnail_of(self, asset: Asset) -> str | None:
        """The digest of an asset's thumbnail among the production's objects."""
        return self.catalogue.newest_outputs("thumbnail", "thumbnail", [asset.id]).get(asset.id)

    def document(self, text: str, query: Query, result: Result, place: Place | None = None) -> SearchDocument:
        """A search as `--json` prints it. place: how a time of an asset is written (with its timecode)."""
        where = place or _plain_place
        return SearchDocument(
            query=text,
            canonical=query.canonical,
            clauses=tuple(_clause(one) for one in result.answers),
            hits=tuple(self._hit(one, result, where) for one in result.matches),
            total=result.total,
            explanation=result.why,
        )

    def _hit(self, match: Match, result: Result, place: Place) -> HitDocument:
        asset = self.library.assets[match.asset]
        return HitDocument(
            asset=asset.id,
            name=asset.name,
            path=asset.path,
            start=place(asset, match.start),
            end=place(asset, match.end),
            score=match.score,
            thumbnail=self.thumbnail_of(asset),
            evidence=tuple(_evidence(one, result, asset, place) for one in match.proofs),
        )


def gather_meanings(
    state: Path,
    catalogue: Catalogue,
    objects: ObjectStore,
    means: Means,
    progress: Progress | None = None,
) -> int:
    """Puts the vectors of current passages into the production's store: those MeaningStep made, and the rest
    made here; how many tracks were new. Older versions of the model go when the new one is whole."""
    if means.sentences is None:
        return 0
    model, embed = means.sentences
    made: Rows = {}

    def vectors_of(digest: str) -> list[tuple[int, NDArray[np.float32]]]:
        track = catalogue.track(digest)
        if digest not in made:
            made.update(_stored(catalogue, objects, "meaning", track.asset, model))
        if digest in made:
            return made.pop(digest)
        starts, vectors = embedded(track, embed)
        return list(zip(starts.tolist(), vectors, strict=True))

    return bring_up(state, catalogue, model, vectors_of, progress=progress)


def gather_sights(state: Path, catalogue: Catalogue, objects: ObjectStore, model: str) -> int:
    """The same for pictures, from what SeenStep made under a model; how many tracks were new."""

    def vectors_of(digest: str) -> list[tuple[int, NDArray[np.float32]]]:
        asset = catalogue.track(digest).asset
        return _stored(catalogue, objects, "seen", asset, model).get("", [])

    return bring_up(state, catalogue, model, vectors_of, names=SEEN)


def _stored(catalogue: Catalogue, objects: ObjectStore, step: str, asset: str, model: str) -> Rows:
    """The vectors that the newest run of a step left of an asset, where they are of this model."""
    digest = catalogue.newest_outputs(step, "meaning", [asset]).get(asset)
    if digest is None or not objects.has(digest):
        return {}
    file = read_meanings(objects.read(digest))
    return file.rows if file.model == model else {}


def _line_speakers(catalogue: Catalogue, objects: ObjectStore) -> dict[str, tuple[str, ...]]:
    """Character, lower case → the keys of the lines the screenplay gives them."""
    found: dict[str, list[str]] = {}
    for digest in catalogue.newest_outputs("screenplay", "screenplay").values():
        if objects.has(digest):
            for line in from_json(objects.read(digest), Screenplay).lines():
                found.setdefault(line.character.casefold(), []).append(line.key)
    return {name: tuple(keys) for name, keys in found.items()}


def _logged(catalogue: Catalogue, objects: ObjectStore, assets: list[Asset]) -> dict[str, Slate]:
    """What the script supervisors' logs say of each clip, by asset."""
    by_stem = {_stem(asset.name): asset.id for asset in assets}
    found: dict[str, Slate] = {}
    for digest in catalogue.newest_outputs("script_log", "log").values():
        if objects.has(digest):
            for clip, slate in from_json(objects.read(digest), _Log).slates.items():
                if _stem(clip) in by_stem:
                    found[by_stem[_stem(clip)]] = slate
    return found


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0].casefold()


def _clause(one: Answer) -> ClauseDocument:
    clause = one.clause
    return ClauseDocument(
        text=clause.canonical,
        meaning=f"not: {clause.meaning}" if clause.negated else clause.meaning,
        kind=clause.kind,
        negated=clause.negated,
        group=clause.group,
        status="unanswerable" if one.found is None else "answered",
        reason=one.reason,
        found=0 if one.found is None else len(one.found),
        clips=0 if one.found is None else len(np.unique(one.found.asset)),
        notes=one.notes,
    )


def _evidence(proof: Proof, result: Result, asset: Asset, place: Place) -> EvidenceDocument:
    return EvidenceDocument(
        clause=result.answers[proof.clause].clause.canonical,
        how=proof.how,
        track=proof.track,
        label=proof.label,
        text=proof.text,
        start=place(asset, proof.start),
        end=place(asset, proof.end),
        confidence=proof.confidence,
        measure=proof.measure,
        score=proof.score,
    )


def _plain_place(asset: Asset, time: Time) -> TimeDocument:
    return time_document(time)
