"""What a step is: frozen configuration, a version raised by hand, and `run(inputs, context)`.

A step declares what it reads and writes by name. Its key is the hash of name, version, parameters, the
versions of the libraries it names, and the digests of its inputs; the same key is never run twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from answerprint.core.encoding import to_builtins
from answerprint.core.records import Track

if TYPE_CHECKING:  # loading FFmpeg is for processes that decode
    from answerprint.media.fanout import Consumer

T = TypeVar("T")


class Item(Protocol):
    """One input: a media file, a record, a file made by an earlier step, or a track."""

    @property
    def digest(self) -> str: ...

    def record(self, kind: type[T]) -> T:
        """The record of a kind (its JSON decoded)."""

    def path(self) -> Path:
        """The file: a media file where it lies, or an object of the store. Read only."""

    def track(self) -> Track: ...


class Inputs(Protocol):
    """A step's inputs by the names in `reads`."""

    def __getitem__(self, name: str) -> Item:
        """A single input. KeyError when the graph gave none under that name (an optional input)."""

    def __contains__(self, name: str) -> bool: ...

    def many(self, name: str) -> Mapping[str, Item]:
        """A collection input: subject → item, sorted by subject. Members whose step failed are left out."""


class Context(Protocol):
    """Where a step writes. Nothing is seen by anyone until the step has ended and its row is committed."""

    @property
    def subject(self) -> str:
        """What the node is about: an asset id, or a name the pipeline gave."""

    @property
    def threads(self) -> int:
        """Threads this step may use."""

    def write_record(self, name: str, record: Any) -> None: ...

    def write_bytes(self, name: str, data: bytes) -> None: ...

    def write_track(self, name: str, track: Track) -> None: ...

    def new_file(self, name: str, suffix: str = "") -> Path:
        """A path aside to write an output to; it becomes the output `name` when the step ends."""

    def progress(self, done: float, total: float) -> None: ...


class Step:
    """Base of every step. Subclasses are frozen dataclasses whose fields are their parameters."""

    name: ClassVar[str]
    version: ClassVar[int]
    reads: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()  # inputs the graph may leave out, or whose node may have failed
    writes: ClassVar[tuple[str, ...]] = ()
    libraries: ClassVar[tuple[str, ...]] = ()  # distributions whose version changes the result

    def parameters(self) -> dict[str, Any]:
        """The step's parameters as scalars, lists and dicts, in field order."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]  # subclasses are dataclasses
        return {field.name: to_builtins(getattr(self, field.name)) for field in fields}

    def model_digests(self) -> dict[str, str]:
        """The models the step uses, name → digest: part of its key and of its provenance."""
        return {}

    def run(self, inputs: Inputs, context: Context) -> None:
        """Read the inputs, write every output named in `writes` (an output may be left out)."""
        raise AssertionError(f"{type(self).__name__} has no run()")


class AnalyserStep(Step):
    """A step that reads the whole of one media file (its input `media`) through a shared decode.

    The engine gathers those due on the same asset into a decode group: one worker, one decode. `consumer`
    is called once; the consumer's `finish` must write the step's outputs to the context it was given.
    """

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        raise AssertionError(f"{type(self).__name__} has no consumer()")
