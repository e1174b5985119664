"""A shot as some hundred bytes it is found again by: re-encoded, scaled, cropped a little, graded, titled.

`framing` is what stays through the shot (the median in time of local structure), so two takes of one set-up
share it. `course` is what changes from one quarter second to the next, which only the same take shares.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.looks.measures import GRID_HEIGHT, GRID_WIDTH

ROWS, COLUMNS = 4, 6  # cells of a moment of the course
MOMENTS = 48  # kept of a course: the first twelve seconds
FLAT = 0.6  # codes of local structure below which a picture has nothing to be known by
FIRST, SECOND = 0.7, 3.0  # cells of 32: structure is what lies between these blurs
FULL = 2.5  # local deviations that reach the end of a byte
VERSION = "1"

FRAMING_BYTES = GRID_WIDTH * GRID_HEIGHT
MOMENT_BYTES = ROWS * COLUMNS


class Fingerprint:
    """framing (18, 32) int8; course (k, 24) int8, a quarter of a second apart."""

    __slots__ = ("course", "framing")

    def __init__(self, framing: NDArray[np.int8], course: NDArray[np.int8]) -> None:
        self.framing = framing
        self.course = course

    @property
    def hash(self) -> str:
        """Hexadecimal: framing, then course."""
        return VERSION + self.framing.tobytes().hex() + self.course.tobytes().hex()

    @classmethod
    def of_hash(cls, text: str) -> Fingerprint:
        """Raises ValueError for what is no fingerprint of this version."""
        if not text.startswith(VERSION):
            raise ValueError("a fingerprint of another version")
        data = bytes.fromhex(text[1:])
        rest = len(data) - FRAMING_BYTES
        if rest < 0 or rest % MOMENT_BYTES:
            raise ValueError("a fingerprint of another length")
        framing = np.frombuffer(data[:FRAMING_BYTES], np.int8).reshape(GRID_HEIGHT, GRID_WIDTH)
        return cls(framing, np.frombuffer(data[FRAMING_BYTES:], np.int8).reshape(-1, MOMENT_BYTES))


def fingerprint(luma: NDArray[np.uint8]) -> Fingerprint | None:
    """Of a shot's small pictures (n, 18, 32) uint8 luma, a quarter of a second apart.

    None where there is nothing to know it by: black, a blank wall.
    """
    if not len(luma):
        return None
    structures, strengths = zip(*(structure(one) for one in luma), strict=True)
    if float(np.median(strengths)) < FLAT:
        return None
    stack = np.stack(structures)
    middle = np.median(stack, axis=0).astype(np.float32)
    change = (stack - middle)[:MOMENTS]
    size = cv2.resize  # area averages, one moment at a time
    course = np.stack(
        [size(one, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA).reshape(-1) for one in change]
    )
    return Fingerprint(_bytes(middle / FULL), _bytes(course / (0.5 * FULL)))


def structure(luma: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """(18, 32) local structure of a picture in local deviations, and its strength in codes.

    Taken of the logarithm, and divided by its own strength nearby: gain, lift and gamma fall out.
    """
    values = luma.astype(np.float32)
    codes = cv2.GaussianBlur(values, (0, 0), FIRST) - cv2.GaussianBlur(values, (0, 0), SECOND)
    logs = np.log(values + np.float32(12))
    fine = cv2.GaussianBlur(logs, (0, 0), FIRST) - cv2.GaussianBlur(logs, (0, 0), SECOND)
    power = cv2.GaussianBlur(fine * fine, (0, 0), SECOND)
    whole = float((fine * fine).mean())
    found = fine / np.sqrt(0.5 * power + 0.5 * np.float32(whole) + np.float32(1e-5))
    return np.asarray(found, np.float32), float(np.abs(codes).mean())


def _cells(change: NDArray[np.float32]) -> NDArray[np.float32]:
    cells = cv2.resize(change, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray(cells, np.float32).reshape(-1)


def _bytes(values: NDArray[np.floating]) -> NDArray[np.int8]:
    return np.asarray(np.rint(np.clip(values, -1, 1) * 127), np.int8)
