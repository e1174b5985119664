"""What tells noise from voice beside the estimator: RNNoise where it was fetched, or a user's model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import NotAvailableError
from answerprint.departments.sound.cleaning.chain import Network
from answerprint.models.runtimes.rnnoise import DELAY, FRAME, RNNoise, load_rnnoise
from answerprint.models.shelf import Shelf
from answerprint.models.waveforms import WaveformModel

RNNOISE = "rnnoise"


def chosen_network(model: Path | None = None) -> tuple[str, Network | None]:
    """Its name for people, and the network at 48 kHz; "classical" and None where there is none.

    Raises ModelError as `WaveformModel` and `load_rnnoise`.
    """
    if model is not None:
        return model.name, WaveformModel(model).run
    shelf = Shelf()
    if not shelf.fetched(RNNOISE):
        return "classical", None
    path = shelf.path(RNNOISE)
    try:
        load_rnnoise(path)
    except NotAvailableError:  # not built for this machine: the estimator alone
        return "classical", None
    return RNNOISE, _in_place(lambda: load_rnnoise(path))


def _in_place(load: Callable[[], RNNoise]) -> Network:
    def run(sound: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = np.zeros(-(-(len(sound) + DELAY) // FRAME) * FRAME, np.float32)
        whole[: len(sound)] = sound
        return load().run(whole)[DELAY : DELAY + len(sound)].astype(np.float64)  # a state of its own

    return run
