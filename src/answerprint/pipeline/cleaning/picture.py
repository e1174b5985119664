"""A cleaning to look at: spectrograms of the recording, of what it became, and of what was taken (PNG)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.pipeline.cleaning.source import RATE, Source

WIDE, HIGH = 1400, 220  # pixels of one spectrogram
WINDOW = 2048  # samples
TOP = 16_000.0  # Hz at its upper edge
LOWEST, LOUDEST = -110.0, -30.0  # dB from black to white
TITLE = 26  # pixels over each


def cleaning_picture(before: Path, after: Path, stream: int | None = None) -> bytes:
    """PNG of the first channel, before, after and the difference, one under another."""
    dry, wet = Source.of(before, stream), Source.of(after, None)
    hop = max(WINDOW // 4, dry.samples // WIDE)
    columns: tuple[list[NDArray[np.float64]], ...] = ([], [], [])
    for at in range(0, max(dry.samples - WINDOW, 1), hop):
        first, last = at, min(at + WINDOW, dry.samples)
        was, now = dry.read(first, last)[:, 0], wet.read(first, last)[:, 0]
        for place, sound in zip(columns, (was, now, was - now), strict=True):
            place.append(_spectrum(sound))
    rows = []
    for name, place in zip((before.name, after.name, "what was taken away"), columns, strict=True):
        title = np.full((TITLE, WIDE, 3), 255, np.uint8)
        plain = name.encode("ascii", "replace").decode()
        shown = f"{plain}   0 to {TOP / 1000:.0f} kHz, {dry.samples / RATE:.1f} s"
        cv2.putText(title, shown, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (30, 30, 30), 1, cv2.LINE_AA)
        picture = (np.array(place).T[::-1] - LOWEST) / (LOUDEST - LOWEST)
        grey = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
        coloured = cv2.applyColorMap(
            cv2.resize(grey, (WIDE, HIGH), interpolation=cv2.INTER_AREA), cv2.COLORMAP_INFERNO
        )
        rows += [title, coloured]
    done, data = cv2.imencode(".png", np.vstack(rows))
    assert done
    return data.tobytes()


def _spectrum(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    padded = np.zeros(WINDOW)
    padded[: len(sound)] = sound
    power = np.abs(np.fft.rfft(padded * np.hanning(WINDOW))) ** 2 / (WINDOW / 4) ** 2
    shown: NDArray[np.float64] = 10 * np.log10(power[: int(TOP / RATE * WINDOW)] + 1e-14)
    return shown
