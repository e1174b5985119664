"""What a running step reads: its inputs as records, files and tracks, fetched when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar, cast

from answerprint.core.encoding import from_json
from answerprint.core.errors import EngineError
from answerprint.core.records import Track
from answerprint.engine.step import Item
from answerprint.engine.tasks import Job, Source
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore

T = TypeVar("T")


class StoredItem:
    """One input, wherever it lies."""

    def __init__(self, source: Source, catalogue: Catalogue, objects: ObjectStore) -> None:
        self._source = source
        self._catalogue = catalogue
        self._objects = objects

    @property
    def digest(self) -> str:
        return self._source.digest

    def record(self, kind: type[T]) -> T:
        """The record of a kind. Raises EngineError for a media file, ValidationError when it does not fit."""
        if self._source.kind == "value":
            return from_json(cast(bytes, self._source.data), kind)
        if self._source.kind == "object":
            return from_json(self._objects.read(self._source.digest), kind)
        if self._source.kind == "track" and kind is Track:
            return cast(T, self.track())
        raise EngineError("AP-ENGINE-011", f"a {self._source.kind} was read as a {kind.__name__}")

    def path(self) -> Path:
        """The file, read only. Raises EngineError for a track, which has none."""
        if self._source.kind == "media":
            return cast(Path, self._source.path)
        if self._source.kind == "object":
            return self._objects.path(self._source.digest)
        if self._source.kind == "value":
            return self._objects.path(self._objects.put_bytes(cast(bytes, self._source.data)))
        raise EngineError("AP-ENGINE-011", "a track was read as a file")

    def track(self) -> Track:
        """The track. Raises EngineError when the input is something else."""
        if self._source.kind == "track":
            return self._catalogue.track(self._source.digest)
        raise EngineError("AP-ENGINE-011", f"a {self._source.kind} was read as a track")


class JobInputs:
    """A job's inputs by the names its step reads."""

    def __init__(self, job: Job, catalogue: Catalogue, objects: ObjectStore) -> None:
        self._items: dict[str, Item] = {
            name: StoredItem(source, catalogue, objects) for name, source in job.inputs.items()
        }
        self._collected: dict[str, dict[str, Item]] = {
            name: {
                subject: StoredItem(source, catalogue, objects) for subject, source in sorted(members.items())
            }
            for name, members in job.collected.items()
        }

    def __getitem__(self, name: str) -> Item:
        return self._items[name]

    def __contains__(self, name: str) -> bool:
        return name in self._items or name in self._collected

    def many(self, name: str) -> Mapping[str, Item]:
        """Subject → item, sorted by subject. KeyError when the graph gave no collection of that name."""
        return self._collected[name]
