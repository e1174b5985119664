"""Which back end tells speakers apart: the networks where both were fetched, else the classical one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import UsageError
from answerprint.departments.footage.speakers.turns import Diarisation
from answerprint.models.shelf import Shelf

SEGMENTATION = "pyannote-segmentation"
ENCODER = "resemblyzer"
BACKENDS = ("classical", "bundled")


class Diariser(Protocol):
    @property
    def name(self) -> str: ...

    def diarise(
        self,
        samples: NDArray[np.float32] | NDArray[np.int16],
        people: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Diarisation: ...


def diariser(backend: str | None, voice: tuple[tuple[int, int], ...]) -> Diariser:
    """The back end by name, or the best that is here when None. voice: where somebody speaks, in samples.

    Raises NotAvailableError AP-NEED-060 when `bundled` is asked for and a model was not fetched, UsageError
    AP-USE-352 for a back end that does not exist.
    """
    if backend is not None and backend not in BACKENDS:
        raise UsageError(
            "AP-USE-352", f"there is no back end {backend!r}", remedy=f"one of {', '.join(BACKENDS)}"
        )
    shelf = Shelf()
    if backend == "bundled" or (backend is None and networks_here(shelf)):
        from answerprint.departments.footage.speakers.neural import Neural
        from answerprint.models.pyannote_segmentation import Segmenter
        from answerprint.models.resemblyzer import VoiceEncoder

        return Neural(Segmenter(shelf), VoiceEncoder(shelf))
    from answerprint.departments.footage.speakers.classical import Classical

    return Classical(voice)


def networks_here(shelf: Shelf) -> bool:
    return shelf.fetched(SEGMENTATION) and shelf.fetched(ENCODER)
