"""A fitted cue made from the original: pieces stretched to their length, joined at the cuts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from answerprint.departments.sound.music.analysis import PLACES
from answerprint.departments.sound.music.plans import Fit, Piece
from answerprint.departments.sound.music.stretching import stretch

FADE = PLACES * 30 // 1000  # 30 ms, equal power
BEFORE = PLACES * 5 // 1000  # a cut is over 5 ms before the beat, so that its attack is whole
LAP = FADE + BEFORE
SLIDE = PLACES * 5 // 1000  # 5 ms either way that what comes is laid in phase with what goes
LIMIT = 0.03  # of the tempo: sliding goes no further
OPENING = PLACES * 5 // 1000  # fade at the start of a cue that does not begin with its own beginning
BLOCK = PLACES  # samples of silence written at a time

Samples = NDArray[np.float32]


def rendered(sound: Samples, plan: Fit) -> Iterator[Samples]:
    """The cue in blocks (n, channels) float32: exactly `plan.length` samples at 48 kHz.

    sound: the original at 48 kHz (n, channels), an array or a memory map: only parts of it are read.
    """
    held = np.zeros((0, sound.shape[1]), np.float32)  # the last LAP samples: a cut may still be made in them
    made = 0
    shifts = slides(sound, plan.pieces)
    for piece, shift in zip(plan.pieces, shifts, strict=True):
        first = piece.first + shift
        if piece.cut and len(held) >= LAP:
            held[-LAP:] = _crossed(held[-LAP:], _read(sound, first - LAP, first))
        opening = piece.cut and not piece.start
        for block in _body(sound, first, piece):
            if opening:
                block = block * np.minimum(1, (np.arange(len(block)) + 0.5) / OPENING)[:, None]
                opening = False
            held = np.concatenate([held, block.astype(np.float32)])
            if len(held) > LAP:
                yield held[:-LAP]
                made += len(held) - LAP
                held = held[-LAP:].copy()
    held = held[: plan.length - made]
    if len(held):
        yield held
        made += len(held)
    for start in range(made, plan.length, BLOCK):
        yield np.zeros((min(BLOCK, plan.length - start), sound.shape[1]), np.float32)


def slides(sound: Samples, pieces: Sequence[Piece]) -> list[int]:
    """By how many samples each piece begins later in the original, so that its cut is in phase (−SLIDE …
    SLIDE): where the sounds on both sides of it correlate most; no further than its tempo may be bent."""
    found = []
    for number, piece in enumerate(pieces):
        if not piece.cut or not number:
            found.append(0)
            continue
        going = _read(sound, pieces[number - 1].last - LAP, pieces[number - 1].last - BEFORE).astype(
            np.float64
        )
        coming = _read(sound, piece.first - LAP - SLIDE, piece.first - BEFORE + SLIDE).astype(np.float64)
        products = np.zeros(2 * SLIDE + 1)
        energy = np.zeros(2 * SLIDE + 1)
        for channel in range(sound.shape[1]):
            products += fftconvolve(coming[:, channel], going[::-1, channel], mode="valid")
            running = np.concatenate([[0.0], np.cumsum(np.square(coming[:, channel]))])
            energy += running[FADE:] - running[:-FADE]
        room = np.arange(-SLIDE, SLIDE + 1)
        bent = np.abs((piece.last - piece.first - room) / max(piece.end - piece.start, 1) - 1)
        likeness = np.where(bent <= LIMIT, products / np.sqrt(energy + 1e-9), -np.inf)
        best = int(np.argmax(likeness)) if np.isfinite(likeness).any() and products.any() else SLIDE
        found.append(int(room[best]))
    return found


def _body(sound: Samples, first: int, piece: Piece) -> Iterator[Samples]:
    available = piece.last - first
    return stretch(
        lambda start, end: _read(sound, first + start, first + end), available, piece.end - piece.start
    )


def _read(sound: Samples, first: int, last: int) -> Samples:
    """Samples first … last, silence beyond both ends."""
    inside = np.asarray(sound[max(first, 0) : max(last, 0)], np.float32)
    before = min(max(-first, 0), last - first)
    after = last - first - before - len(inside)
    return np.pad(inside, ((before, after), (0, 0))) if before or after else inside


def _crossed(going: Samples, coming: Samples) -> Samples:
    """Equal power over FADE, then what comes alone."""
    ramp = np.clip((np.arange(LAP) + 0.5) / FADE, 0, 1)[:, None] * (np.pi / 2)
    crossed: Samples = (going * np.cos(ramp) + coming * np.sin(ramp)).astype(np.float32)
    return crossed
