"""A user's voice model of Piper's shape: phoneme ids in, a waveform out, its configuration in a .json beside.

The shape (Piper's export of VITS, Kim et al. 2021): inputs `input` (1, ids) int64, `input_lengths` (1,)
int64, `scales` (3,) float32 as noise, length and noise of durations, and `sid` (1,) int64 where it has
several speakers; one output, float32 at `audio.sample_rate`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from answerprint.core.errors import ModelError
from answerprint.departments.sound.speaking.espeak import RATE, trimmed
from answerprint.models.runtimes.onnx import Session

BEGIN, END, PAD = "^", "$", "_"
WANTED = {"input", "input_lengths", "scales"}
RATES = (8_000, 96_000)
MOST_SPEAKERS = 10_000


@dataclass(frozen=True)
class PiperVoice:
    """A loaded model. language: espeak's; scales: noise, length, noise of durations; speakers: 1 or more."""

    session: Session
    ids: Mapping[str, tuple[int, ...]]
    rate: int
    language: str
    scales: tuple[float, float, float]
    speakers: int
    person: str

    def spoken(self, phonemes: str, pace: float, speaker: int | None) -> tuple[NDArray[np.float32], int]:
        """(samples,) at 48 kHz, and how many phonemes the model has no id for.

        Raises ModelError AP-MODEL-006 where it fails and AP-MODEL-041 for what is no sound.
        """
        numbers, unknown = phoneme_ids(phonemes, self.ids)
        feeds: dict[str, NDArray[Any]] = {
            "input": np.array([numbers], np.int64),
            "input_lengths": np.array([len(numbers)], np.int64),
            "scales": np.array([self.scales[0], self.scales[1] / pace, self.scales[2]], np.float32),
        }
        if "sid" in self.session.inputs:
            feeds["sid"] = np.array([speaker or 0], np.int64)
        made = np.asarray(self.session.run(feeds)[0], np.float32).ravel()
        if not len(made) or not np.isfinite(made).all():
            raise ModelError(
                "AP-MODEL-041",
                "the model gave no sound",
                file=str(self.session.path),
                remedy="check that it and its .json belong together",
            )
        common = int(np.gcd(RATE, self.rate))
        sound = resample_poly(made.astype(np.float64), RATE // common, self.rate // common)
        return trimmed(sound.astype(np.float32)), unknown


def phoneme_ids(phonemes: str, table: Mapping[str, tuple[int, ...]]) -> tuple[list[int], int]:
    """Ids as Piper lays them: begin, then each phoneme with a pad after it, then the end; and how many of the
    phonemes have none."""
    pad = table.get(PAD, ())
    numbers = [*table.get(BEGIN, ()), *pad]
    unknown = 0
    for sign in unicodedata.normalize("NFD", phonemes):
        if sign in table:
            numbers += [*table[sign], *pad]
        else:
            unknown += 1
    return [*numbers, *table.get(END, ())], unknown


def piper_voice(session: Session, config: Any, file: str) -> PiperVoice:
    """The model with its configuration. Raises ModelError AP-MODEL-040 where either has another shape."""
    names = set(session.inputs)
    if not names >= WANTED or names - WANTED - {"sid"}:
        raise _other(
            f"its inputs are {', '.join(session.inputs) or 'none'}, not input, input_lengths, scales",
            str(session.path),
        )
    if len(session.outputs) != 1:
        raise _other(f"it has {len(session.outputs)} outputs, not one", str(session.path))
    try:
        rate = int(config["audio"]["sample_rate"])
        table = {
            str(sign): tuple(int(one) for one in numbers)
            for sign, numbers in config["phoneme_id_map"].items()
        }
        language = str(config["espeak"]["voice"])
        asked = config.get("inference") or {}
        scales = tuple(
            float(asked.get(name, usual))
            for name, usual in (("noise_scale", 0.667), ("length_scale", 1.0), ("noise_w", 0.8))
        )
        speakers = int(config.get("num_speakers") or 1)
        person = str(config.get("person") or "")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _other(f"its configuration lacks or misstates {error}", file) from error
    if not RATES[0] <= rate <= RATES[1] or not table or not 1 <= speakers <= MOST_SPEAKERS:
        raise _other(f"{rate} Hz, {len(table)} phonemes, {speakers} speakers: that is no voice", file)
    if speakers > 1 and "sid" not in names:
        raise _other(f"its configuration has {speakers} speakers, and it no input sid", file)
    noise, length, durations = scales
    return PiperVoice(session, table, rate, language, (noise, length, durations), speakers, person)


def _other(what: str, file: str) -> ModelError:
    return ModelError(
        "AP-MODEL-040",
        f"no voice model of Piper's shape: {what}",
        file=file,
        remedy="give an ONNX file that Piper exported, with its .onnx.json beside it",
    )
