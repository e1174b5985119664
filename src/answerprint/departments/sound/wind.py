"""Wind on a microphone: gusts far under the voice, whose level wanders as no road's does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.diagnosis import Diagnosis, band, level

TOP = 150.0  # Hz
LEAST = -72.0  # dBFS: under it nothing is to be heard
OVER = 10.0  # dB over the speech band's noise
GUSTS = 4.5  # dB by which wind's level wanders, standard deviation; a road wanders less

Sound = NDArray[np.float64]


def low_end(sound: Sound, rate: int, diagnosis: Diagnosis) -> tuple[float | None, float]:
    """dBFS under 150 Hz in the pauses, and by how many dB it wanders from a tenth of a second to the next."""
    low = band(sound, rate, None, TOP)
    hop = rate // 10
    count = len(low) // hop
    if count < 10:
        return None, 0.0
    power = np.square(low[: count * hop]).reshape(count, hop).mean(1)
    heard = power > 1e-12
    gusts = float(np.std(10 * np.log10(power[heard]))) if heard.sum() > 5 else 0.0
    return level(low[diagnosis.pauses]), gusts


def is_wind(low: float | None, gusts: float, diagnosis: Diagnosis) -> bool:
    """Whether what lies there (`low_end`) is wind."""
    speech = diagnosis.noise_db if diagnosis.noise_db is not None else -120.0
    return low is not None and low > LEAST and low > speech + OVER and gusts > GUSTS
