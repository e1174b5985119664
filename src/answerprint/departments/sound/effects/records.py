"""What is kept of a sound effect in the index of a library."""

from __future__ import annotations

import msgspec

from answerprint.departments.sound.effects.loops import Loop
from answerprint.departments.sound.effects.measures import Measures

COLUMNS = 120  # of the picture of a sound


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A class or label, and how sure it is, 0 … 1."""

    name: str
    confidence: float


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A sound, heard once. Known by its file's BLAKE3.

    loudness: LUFS of the whole, None for silence. peak: dBFS, of samples. tags: best first. loop: None where
    it has none. embedding: 96 half floats of unit length. words: fingerprints, 32 bits a hundredth of a
    second. picture: 64 × 120 levels, low bands first. notes: what is odd about it, for a person.
    """

    seconds: float
    channels: int
    rate: int
    codec: str
    loudness: float | None
    peak: float | None
    measures: Measures
    tags: tuple[Tag, ...]
    loop: Loop | None
    embedding: bytes
    words: bytes
    picture: bytes
    notes: tuple[str, ...] = ()
