"""A user's own tagger of sounds: an ONNX model of a waveform, its labels in a text file beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from answerprint.core.errors import ModelError
from answerprint.departments.sound.effects.bands import RATE
from answerprint.departments.sound.effects.records import Tag
from answerprint.models.runtimes.onnx import session

MOST = 10  # tags that are kept
LONGEST = 60  # seconds that are given to it
SHORTEST = 1.0  # seconds; a shorter sound is followed by silence
RATES = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


class OwnTagger:
    """A model with one float input of (n,), (1, n) or (1, 1, n) samples, and a score for each label, of the
    whole or of each frame. MODEL.txt: a label a line, in the model's order; `# rate 16000` as its first line
    names another rate than 32 kHz. Scores outside 0 … 1 are put through a logistic curve."""

    def __init__(self, path: Path) -> None:
        """Raises ModelError AP-MODEL-006 as `session`, AP-MODEL-050 for wrong or missing labels."""
        self.path = path
        beside = path.with_suffix(".txt")
        try:
            lines = beside.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(
                "AP-MODEL-050",
                f"its labels cannot be read: {error}",
                file=str(beside),
                remedy="write a label a line, in the model's order, as UTF-8",
            ) from error
        self.rate = RATE
        if lines and lines[0].startswith("#"):
            words = lines.pop(0).replace("#", " ").split()
            if len(words) == 2 and words[0] == "rate" and words[1].isdigit() and int(words[1]) in RATES:
                self.rate = int(words[1])
            else:
                raise ModelError(
                    "AP-MODEL-050",
                    "its first line names no rate",
                    file=str(beside),
                    remedy="`# rate 16000`; one of " + ", ".join(map(str, RATES)),
                )
        self.labels = tuple(one.strip() for one in lines if one.strip())
        self._session = session(path)
        if len(self._session.inputs) != 1 or not self.labels:
            raise ModelError(
                "AP-MODEL-050",
                f"it takes {len(self._session.inputs)} inputs and has {len(self.labels)} labels",
                file=str(path),
                remedy="give a model of one waveform, and its labels beside it",
            )

    def __call__(self, sound: NDArray[np.float32]) -> tuple[Tag, ...]:
        """Tags of mono sound at 32 kHz, best first. Raises ModelError AP-MODEL-050 for an answer that does
        not fit."""
        heard = sound[: LONGEST * RATE].astype(np.float64)
        if self.rate != RATE:
            heard = resample_poly(heard, self.rate, RATE)
        missing = max(0, round(SHORTEST * self.rate) - len(heard))
        scores = self._answer(np.pad(heard, (0, missing)).astype(np.float32))
        order = np.argsort(-scores, kind="stable")[:MOST]
        return tuple(Tag(name=self.labels[at], confidence=round(float(scores[at]), 3)) for at in order)

    def _answer(self, heard: NDArray[np.float32]) -> NDArray[np.float64]:
        failure: ModelError | None = None
        for shape in ((1, -1), (-1,), (1, 1, -1)):
            try:
                outputs = self._session.run({self._session.inputs[0]: heard.reshape(shape)})
            except ModelError as error:
                failure = error
                continue
            fitting = [one for one in outputs if one.ndim and one.shape[-1] == len(self.labels) and one.size]
            if not fitting:
                raise ModelError(
                    "AP-MODEL-050",
                    f"it answers {[one.shape for one in outputs]}; there are {len(self.labels)} labels",
                    file=str(self.path),
                    remedy="its labels must be as many as its scores",
                )
            scores = fitting[0].reshape(-1, len(self.labels)).astype(np.float64).mean(axis=0)
            if not np.isfinite(scores).all():
                raise ModelError("AP-MODEL-050", "it answers what is no number", file=str(self.path))
            outside = scores.min() < 0 or scores.max() > 1
            likely: NDArray[np.float64] = 1 / (1 + np.exp(-scores)) if outside else scores
            return likely
        assert failure is not None
        raise failure
