"""What a recording sounds like at a glance: its level, its noise floor, and whether anything is there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerprint.core.logged import Listening

LISTENING_RATE = 16_000  # samples a second of the mono track that speech and sync work on
WINDOW = 800  # 50 ms
SILENCE_DB = -90.0  # what digital silence is taken as


class Ear:
    """Collects mono 16 kHz sound as 16-bit samples, blockwise, and measures it on the way."""

    def __init__(self, leave_out: frozenset[int] = frozenset()) -> None:
        self._leave_out = leave_out
        self._start: int | None = None
        self._heard = 0
        self._channels = 0
        self._used: tuple[int, ...] = ()
        self._rest: NDArray[np.float32] = np.zeros(0, np.float32)
        self._powers: list[NDArray[np.float32]] = []
        self._peak = 0.0

    def add(self, start: int, samples: NDArray[np.float32]) -> bytes:
        """Take (n, channels) float32 at 16 kHz and return them mixed down, as 16-bit little-endian bytes."""
        if self._start is None:
            self._start = start
            self._channels = samples.shape[1]
            kept = [one for one in range(self._channels) if one not in self._leave_out]
            self._used = tuple(kept or range(self._channels))
        mono = samples[:, list(self._used)].mean(axis=1, dtype=np.float32)
        self._heard += len(mono)
        if len(mono):
            self._peak = max(self._peak, float(np.abs(mono).max()))
        waiting = np.concatenate([self._rest, mono])
        whole = len(waiting) // WINDOW * WINDOW
        if whole:
            self._powers.append(np.square(waiting[:whole].reshape(-1, WINDOW)).mean(axis=1))
        self._rest = waiting[whole:]
        coded: NDArray[np.int16] = (np.clip(mono, -1.0, 1.0) * 32767.0).round().astype("<i2")
        return coded.tobytes()

    def finish(self) -> Listening | None:
        """The measures, or None when there was no sound."""
        if self._start is None:
            return None
        powers = np.concatenate(self._powers) if self._powers else np.zeros(1, np.float32)
        low, high = np.percentile(powers, [10, 90])
        return Listening(
            start=self._start,
            samples=self._heard,
            channels=self._channels,
            used=self._used,
            floor_db=_decibels(float(low)),
            speech_db=_decibels(float(high)),
            peak_db=_decibels(self._peak**2),
        )


def _decibels(power: float) -> float:
    return round(max(SILENCE_DB, 10.0 * float(np.log10(max(power, 1e-12)))), 2)
