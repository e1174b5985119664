"""Measures that listening tests tie to how music is felt: of the sound, not of a feeling."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from answerprint.departments.sound.music.keys import Key
from answerprint.departments.sound.music.onsets import FRAMES, Features

NOTE = 2.0  # mean strengths that a peak must have to be counted as an onset
APART = 8  # frames between two onsets, at least


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """speaks_for: "arousal" or "valence", which the source found it to go with; higher: which way."""

    name: str
    value: float | None
    unit: str
    speaks_for: str
    higher: str
    source: str


def measures(heard: Features, key: Key | None, tempo: float | None, pulse: float) -> tuple[Measure, ...]:
    """Every measure of a piece. A value is None where there is nothing to measure."""
    level = _levels(heard.power)
    loud = level[level > -60.0]
    found, _ = find_peaks(heard.strength, height=NOTE, distance=APART)
    sounding = heard.centroid > 0
    seconds = max(heard.seconds, 1e-6)

    def one(name: str, value: float | None, unit: str, speaks_for: str, higher: str, source: str) -> Measure:
        told = None if value is None or not np.isfinite(value) else round(float(value), 3)
        return Measure(name=name, value=told, unit=unit, speaks_for=speaks_for, higher=higher, source=source)

    return (
        one(
            "level",
            float(10 * np.log10(np.mean(10 ** (loud / 10)))) if len(loud) else None,
            "dBFS",
            "arousal",
            "more",
            "Schubert 2004",
        ),
        one(
            "dynamic spread",
            float(np.percentile(loud, 95) - np.percentile(loud, 10)) if len(loud) else None,
            "dB",
            "arousal",
            "changing",
            "Juslin & Laukka 2004",
        ),
        one("tempo", tempo, "beats a minute", "arousal", "more", "Gabrielsson & Lindström 2010"),
        one(
            "onsets",
            len(found) / seconds,
            "a second",
            "arousal",
            "more",
            "Eerola, Lartillot & Toiviainen 2009",
        ),
        one(
            "brightness",
            float(np.median(heard.centroid[sounding])) if sounding.any() else None,
            "Hz",
            "arousal",
            "more",
            "Schubert 2004",
        ),
        one("pulse clarity", pulse, "ratio", "arousal", "more", "after Lartillot et al. 2008"),
        one(
            "majorness",
            key.majorness if key else None,
            "correlation",
            "valence",
            "happier",
            "Eerola, Lartillot & Toiviainen 2009",
        ),
        one(
            "key clarity",
            key.clarity if key else None,
            "correlation",
            "valence",
            "more pleasant",
            "Eerola, Lartillot & Toiviainen 2009",
        ),
    )


def _levels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """dBFS of whole seconds."""
    whole = len(power) // FRAMES
    if not len(power):
        return np.zeros(0)
    means = (
        power[: whole * FRAMES].reshape(whole, FRAMES).mean(axis=1) if whole else power[:1] * 0 + power.mean()
    )
    found: NDArray[np.float64] = 10 * np.log10(means + 1e-12)
    return found
