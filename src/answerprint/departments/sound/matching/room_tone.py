"""Room tone and atmospheres of any length from the stillness of a recording, with no loop to be heard.

Grains of it are laid over one another at random, each fading into the next with constant power; steps,
breaths and words that a voice detector missed are left out by their level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.cleaning.repair import spans_of

LONGEST, SHORTEST = 1.5, 0.12  # seconds of a grain
FADE = 0.4  # of a grain, at either end
STEADY = 3.0  # dB by which a grain's loudest part may stand over the usual one
BLOCK = 0.02  # seconds over which that is measured
NEEDED = 0.5  # seconds of stillness in all

Sound = NDArray[np.float64]
Spans = Sequence[tuple[int, int]]


def still_spans(sound: Sound, rate: int, pauses: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of the pauses in which nothing happens: half-open samples, each long enough for a grain."""
    block = int(BLOCK * rate)
    count = len(sound) // block
    power = np.square(sound[: count * block]).reshape(count, block).mean(1)
    inside = pauses[: count * block].reshape(count, block).all(1) & (power > 1e-13)
    if not inside.any():
        return []
    usual = float(np.median(power[inside]))
    quiet = inside & (power < usual * 10 ** (STEADY / 10))
    least = int(SHORTEST * rate)
    return [(start * block, end * block) for start, end in spans_of(quiet) if (end - start) * block >= least]


def room_tone(
    sound: NDArray[np.float32], rate: int, spans: Spans, length: int, seed: int = 1
) -> Iterator[NDArray[np.float32]]:
    """Blocks (n, channels) float32, `length` samples in all, made of the spans of a recording (n, channels).

    The channels of a grain stay together. The same seed gives the same tone. Raises ValueError where there is
    less than half a second of stillness.
    """
    spans = list(spans)
    if sum(end - start for start, end in spans) < NEEDED * rate:
        raise ValueError("there is not enough stillness")
    random = np.random.default_rng(seed)
    weights = np.array([end - start for start, end in spans], float)
    made = 0
    tail = np.zeros((0, sound.shape[1]))
    before = -1
    while made < length:
        chosen = int(random.choice(len(spans), p=weights / weights.sum()))
        if chosen == before and len(spans) > 1:
            continue
        before = chosen if len(spans) > 3 else -1
        start, end = spans[chosen]
        long = min(end - start, int(random.uniform(0.6, 1.0) * LONGEST * rate))
        at = int(random.integers(start, end - long + 1))
        grain = sound[at : at + long].astype(np.float64)
        if random.random() < 0.5:
            grain = grain[::-1]  # noise has no direction, and a loop is known by its shape
        fade = max(1, int(FADE * long))
        fade = min(fade, len(tail)) if len(tail) else 0
        if fade:
            ramp = np.linspace(0, np.pi / 2, fade)[:, None]
            over = tail[:fade] * np.cos(ramp) + grain[:fade] * np.sin(ramp)
            grain = np.concatenate([over, grain[fade:]])
        keep = max(1, len(grain) - int(FADE * SHORTEST * rate))
        block, tail = grain[:keep], grain[keep:]
        block = block[: length - made]
        made += len(block)
        yield block.astype(np.float32)
