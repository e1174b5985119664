"""A plan for a cue: the marks it shall hit, the pieces of the original it is made of, and what it hits."""

from __future__ import annotations

from typing import Literal

import msgspec

Position = Literal["bar", "strong", "beat"]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the picture. at: samples at 48 kHz from the cue's start. on: the beats that may hit it: the
    first of a bar; "strong", also the middle of a bar of four; any beat."""

    at: int
    name: str = ""
    on: Position = "bar"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """[start, end) of the fitted cue plays [first, last) of the original; samples at 48 kHz.

    tempo: its change (0.01 is 1 % faster). cut: whether it does not go on from the piece before. cost: of
    that cut. bar: the number of the original's bar with which it starts, from 1; 0 is its own beginning.
    """

    start: int
    end: int
    first: int
    last: int
    tempo: float
    cut: bool
    cost: float
    bar: int


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that is hit, and the beat of the original that hits it."""

    mark: Mark
    beat: int


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A mark that is not hit. off: samples from it to the nearest beat that might (later is positive), frames
    the same at the picture's rate, rounded away from 0."""

    mark: Mark
    off: int
    frames: int
    why: str


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted cue: pieces in order, without gaps; silence from the last one's end to `length`."""

    length: int
    pieces: tuple[Piece, ...]
    hits: tuple[Hit, ...]
    missed: tuple[Missed, ...]
    cuts: int
    most_bent: float
    length_met: bool
