"""Pieces that are done, kept beside the file they become: a run that was broken off goes on with them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.troubles import Trouble
from answerprint.media.aside import written_aside

FADE = 24_000  # samples on either side of a joint over which one piece becomes the next

Samples = NDArray[np.float32]


class Parts:
    """The cleaned pieces of one file, each with FADE samples of its neighbours where it has any."""

    def __init__(self, out: Path, key: str, pieces: Sequence[tuple[int, int]]) -> None:
        """key: what was asked of which file; pieces of another key are thrown away."""
        self._folder = out.with_name(f".{out.name}.cleaning")
        self._pieces = pieces
        mark = self._folder / "key"
        if self._folder.is_dir() and not (mark.is_file() and mark.read_text() == key):
            self.forget()
        self._folder.mkdir(exist_ok=True)
        mark.write_text(key)

    def done(self) -> list[int]:
        """Numbers of the pieces that are there."""
        return [number for number in range(len(self._pieces)) if self._place(number).is_file()]

    def add(self, number: int, samples: Samples, found: Sequence[Trouble]) -> None:
        """A piece as it was cleaned, and its troubles."""
        with written_aside(self._place(number, ".json")) as aside:
            aside.write_bytes(msgspec.json.encode(found))
        with written_aside(self._place(number)) as aside, aside.open("wb") as file:
            np.save(file, samples)

    def troubles(self) -> Iterator[list[Trouble]]:
        for number in range(len(self._pieces)):
            yield msgspec.json.decode(self._place(number, ".json").read_bytes(), type=list[Trouble])

    def joined(self) -> Iterator[Samples]:
        """The whole, (n, channels) at a time: at each joint one piece fades into the next."""
        tail: Samples | None = None
        for number, (first, last) in enumerate(self._pieces):
            samples = np.load(self._place(number))
            length = last - first
            begins = FADE if number else 0  # samples of the piece before
            if tail is not None:
                ramp = ((np.arange(2 * FADE) + 0.5) / (2 * FADE)).astype(np.float32)[:, None]
                samples[: 2 * FADE] = tail * (1 - ramp) + samples[: 2 * FADE] * ramp
            more = number + 1 < len(self._pieces)
            cut = begins + length - FADE if more else begins + length
            yield samples[:cut]
            tail = samples[cut : cut + 2 * FADE] if more else None

    def forget(self) -> None:
        """They are no longer needed."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _place(self, number: int, suffix: str = ".npy") -> Path:
        return self._folder / f"{number:05d}{suffix}"
