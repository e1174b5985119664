"""Lines read by PP-OCRv6 (RapidOCR's ONNX file), its many letters folded into the slate's alphabet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError
from answerprint.departments.footage.slates.reader import ALPHABET, Grey, Read, ctc_texts
from answerprint.models.runtimes.onnx import session

HIGH = 48  # rows of a line as the network takes it
WIDEST = 960
_BATCH = 8
_METADATA = 14  # ModelProto.metadata_props in onnx.proto3


class BundledReader:
    """PP-OCRv6. path: the recogniser's ONNX file, which carries its own list of letters."""

    name = "rapidocr"

    def __init__(self, path: Path) -> None:
        self._session = session(path)
        letters = _letters(path)
        self._letters = ["", *letters, " "]  # class 0 is CTC's blank; the last is a space
        columns = np.full(len(self._letters), -1)
        for code, letter in enumerate(self._letters[1:], start=1):
            capital = letter.upper()
            if len(capital) == 1 and capital in ALPHABET:
                columns[code] = ALPHABET.index(capital) + 1
        columns[0] = 0
        self._known = np.flatnonzero(columns >= 0)
        self._columns = columns[self._known]

    def read(self, lines: Sequence[Grey]) -> list[Read]:
        """As `Reader.read`."""
        sized = [_sized(one) for one in lines]
        order = sorted(range(len(sized)), key=lambda at: sized[at].shape[1])
        found: list[Read] = [Read(())] * len(sized)
        for first in range(0, len(order), _BATCH):
            part = order[first : first + _BATCH]
            wide = max(sized[at].shape[1] for at in part)
            stack = np.zeros((len(part), 3, HIGH, wide), np.float32)
            for row, at in enumerate(part):
                stack[row, :, :, : sized[at].shape[1]] = sized[at]
            (scores,) = self._session.run({self._session.inputs[0]: stack})
            for row, at in enumerate(part):
                steps = max(1, -(-scores.shape[1] * sized[at].shape[1] // wide))
                found[at] = self._read(scores[row, :steps])
        return found

    def _read(self, scores: NDArray[np.float32]) -> Read:
        folded = np.zeros((len(scores), len(ALPHABET) + 1), np.float32)
        np.add.at(folded.T, self._columns, scores[:, self._known].T)
        picked = scores.argmax(axis=1)
        kept = picked[np.append(True, picked[1:] != picked[:-1])]
        return Read(ctc_texts(folded, ALPHABET), "".join(self._letters[code] for code in kept).strip())


def _sized(line: Grey) -> Grey:
    """At the network's height, dark on bright, −1 … 1."""
    width = int(np.clip(round(line.shape[1] * HIGH / max(1, line.shape[0])), 16, WIDEST))
    sized = np.asarray(cv2.resize(line, (width, HIGH), interpolation=cv2.INTER_LINEAR), np.float32)
    low, high = np.percentile(sized, (2, 99))
    sized = np.clip((sized - low) / max(1e-3, high - low), 0, 1)
    dark: Grey = ((0.5 - sized) * 2).astype(np.float32)
    return dark


def _letters(path: Path) -> list[str]:
    """The list of letters in the model's metadata. Raises ModelError AP-MODEL-006 where it has none."""
    data = memoryview(path.read_bytes())
    for number, value in _fields(data):
        if number == _METADATA:
            entry = {key: bytes(text).decode() for key, text in _fields(value)}
            if entry.get(1) == "character":
                return entry[2].splitlines()
    raise ModelError("AP-MODEL-006", "this recogniser does not say which letters it knows", file=str(path))


def _fields(data: memoryview) -> list[tuple[int, memoryview]]:
    """The length-delimited fields of a protocol buffer, others passed over."""
    found = []
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            _, at = _varint(data, at)
        elif kind == 2:
            size, at = _varint(data, at)
            found.append((tag >> 3, data[at : at + size]))
            at += size
        else:
            at += 8 if kind == 1 else 4
    return found


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
