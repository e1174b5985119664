"""Who hears how far a run is."""

from __future__ import annotations

from typing import Protocol

from answerprint.engine.progress import ProgressEvent


class Listener(Protocol):
    """Hears which stage begins, and every event of its graph."""

    def stage(self, name: str) -> None: ...

    def __call__(self, event: ProgressEvent) -> None: ...
