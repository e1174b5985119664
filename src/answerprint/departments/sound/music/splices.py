"""Where a cue can be cut: from the end of any beat to the start of a bar, and how much each cut is heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from answerprint.departments.sound.music.analysis import CURVE, PLACES, Music

WAYS = 40  # places from which each bar is cut to, the least heard ones
CUT = 1.0  # what any cut costs
UNLIKE = 6.0  # times how unlike both sides of it are, 0 … 1
BROKEN = 2.5  # what a cut costs besides that leaves a bar before its end
SHORT = 12.0  # dB between bands that are wholly unlike
HARMONY, BASS, TIMBRE = 0.45, 0.25, 0.30

NOTE = 2.0  # mean onset strengths within a tenth of a second that make a beat heard

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Lattice:
    """A cue as nodes: node n is the start of beat n, the last node the cue's end.

    at: (nodes,) samples. place: (nodes,) beats since the bar began, −1 for the end. bars: (b,) nodes that
    begin bars. sources, costs: (b, ways) nodes from which each may be cut to, and what that costs (or inf).
    runs: (b,) the node up to which at least is played after a cut: a bar. heard: (nodes,) whether a note
    begins there: a beat that only goes on in silence hits nothing.
    """

    at: Whole
    place: Whole
    bars: Whole
    sources: Whole
    costs: NDArray[np.float64]
    runs: Whole
    beats_in_bar: int
    heard: NDArray[np.bool_]


def lattice(music: Music) -> Lattice:
    """The nodes and cuts of an analysed cue. Raises ValueError for one without beats."""
    if len(music.beats) < 4 or not music.downbeats or music.metre is None:
        raise ValueError("a cue without beats is not cut")
    count, bars = len(music.beats), np.array(music.downbeats)
    at = np.array([*music.beats, music.samples])
    before = np.searchsorted(bars, np.arange(count), side="right") - 1
    place = np.arange(count) - bars[np.maximum(before, 0)]
    place = np.where(before < 0, place % music.metre.beats, place)
    sounds = np.array(music.sounds)
    unlike = _unlike(sounds)
    ways = min(WAYS, count)
    sources = np.zeros((len(bars), ways), np.int64)
    costs = np.full((len(bars), ways), np.inf)
    nodes = np.arange(1, count)  # a cut leaves before a beat, so something was played
    for number, bar in enumerate(bars):
        across = unlike[nodes, bar]  # what was to come, and what comes
        if bar > 0:
            across = (across + unlike[nodes - 1, bar - 1]) / 2  # what was, and what would have been
        price = CUT + UNLIKE * across + np.where(place[nodes] == 0, 0.0, BROKEN)
        price[nodes == bar] = np.inf
        # Half of the ways for whole bars, half for broken ones: only these can make up a part of a bar.
        whole = np.flatnonzero(place[nodes] == 0)
        broken = np.flatnonzero(place[nodes] != 0)
        kept = [chosen[np.argsort(price[chosen], kind="stable")[: ways // 2]] for chosen in (whole, broken)]
        order = np.concatenate(kept)
        sources[number, : len(order)], costs[number, : len(order)] = nodes[order], price[order]
    runs = np.array([*bars[1:], count])
    curve = maximum_filter1d(np.array([*music.onsets, 0.0]), 3)
    heard = curve[np.minimum(at * CURVE // PLACES, len(curve) - 1)] >= NOTE
    return Lattice(at, np.append(place, -1), bars, sources, costs, runs, music.metre.beats, heard)


def _unlike(sounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """How unlike any two beats are (beats, beats), 0 … 1: harmony, bass, bands; rows as `Music.sounds`."""
    found = np.zeros((len(sounds), len(sounds)))
    for weight, part in ((HARMONY, sounds[:, :12]), (BASS, sounds[:, 12:24])):
        unit = part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-6)
        found += weight * np.clip(1 - unit @ unit.T, 0, 1)
    bands = sounds[:, 24:]
    for number, row in enumerate(bands):
        found[number] += TIMBRE * np.minimum(1, np.abs(bands - row).mean(axis=1) / SHORT)
    return found
