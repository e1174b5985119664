"""What the noise or grain of a camera or stock is like: how strong at each level, how coarse, how coloured.

The noise of a picture is taken as a field of one spectrum and colour, times a strength that depends on the
level of each channel: by nature variance = gain · level + offset (Foi, Trimeche, Katkovnik and Egiazarian
2008), bent where a curve or clipping bends it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import FormatError

KIND = "answerprint noise profile"
VERSION = 1
SIDE = 32  # of the blocks whose power is kept

# R'G'B' → lightness, red against blue, green against both: orthonormal, so that noise keeps its power
PLANES = np.array(
    [[1 / 3**0.5] * 3, [1 / 2**0.5, 0, -1 / 2**0.5], [1 / 6**0.5, -2 / 6**0.5, 1 / 6**0.5]], np.float32
)

Values = NDArray[np.float64]
Floats = NDArray[np.float32]


class NoiseProfile(msgspec.Struct, frozen=True, kw_only=True):
    """levels: of a channel, rising. variance: [channel][level]. gain, offset: the straight line fitted to
    them, by channel. correlation: of the channels, 3 x 3. spectrum: of the three PLANES, each SIDE x
    (SIDE // 2 + 1) as numpy's rfft2 orders them, in mean 1 over the whole SIDE x SIDE. linear: levels of
    scene-linear light, not of code values. height: lines of the pictures it was measured on, 0 where that
    means nothing. measured: how it was found, for people.
    """

    levels: list[float]
    variance: list[list[float]]
    gain: list[float]
    offset: list[float]
    correlation: list[list[float]]
    spectrum: list[list[list[float]]]
    linear: bool = False
    height: int = 0
    measured: str = ""
    kind: str = KIND
    version: int = VERSION

    def variances(self, pixels: Floats) -> Floats:
        """Of each channel at levels (…, 3)."""
        made = np.empty(pixels.shape, np.float32)
        for channel in range(3):
            made[..., channel] = np.interp(pixels[..., channel], self.levels, self.variance[channel])
        if self.levels[-1] <= 0:
            return made
        top = np.float32(self.levels[-1])  # light beyond what was measured goes on along the line
        beyond = np.maximum(pixels - top, 0) * np.maximum(np.asarray(self.gain, np.float32), 0)
        return made + (beyond if self.linear else np.float32(0))

    def plane_variances(self, pixels: Floats) -> Floats:
        """Of the three PLANES at levels (…, 3) of R'G'B'."""
        deviation = np.sqrt(np.maximum(self.variances(pixels), 0))
        values, vectors = np.linalg.eigh(np.asarray(self.correlation, np.float32))
        root = vectors * np.sqrt(np.maximum(values, 0))
        made = np.empty(pixels.shape, np.float32)
        for plane in range(3):
            parts = deviation @ (PLANES[plane][:, None] * root)
            made[..., plane] = (parts * parts).sum(axis=-1)
        return made

    @property
    def power(self) -> Values:
        """The spectrum (3, SIDE, SIDE // 2 + 1)."""
        return np.asarray(self.spectrum, np.float64)

    @property
    def deviation(self) -> Values:
        """Of the channels (3,), the median over the levels: one number for people."""
        return np.asarray(np.sqrt(np.median(np.maximum(np.asarray(self.variance), 0), axis=1)), np.float64)

    def scaled(self, times: float) -> NoiseProfile:
        """The same, its variance that many times as large."""
        return msgspec.structs.replace(
            self,
            variance=[[one * times for one in channel] for channel in self.variance],
            gain=[one * times for one in self.gain],
            offset=[one * times for one in self.offset],
        )


def white() -> list[list[list[float]]]:
    """The spectrum of noise whose pixels know nothing of each other."""
    return np.ones((3, SIDE, SIDE // 2 + 1)).tolist()


def written(profile: NoiseProfile) -> bytes:
    """As a JSON document."""
    return msgspec.json.format(msgspec.json.encode(profile), indent=1) + b"\n"


def read_profile(data: bytes, path: Path) -> NoiseProfile:
    """A document back. Raises FormatError AP-FORMAT-808 for what is no profile, 809 for a later version."""
    remedy = "give a file that --write-profile wrote"
    try:
        head = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        kind = msgspec.json.decode(head.get("kind", msgspec.Raw(b"null")))
        version = msgspec.json.decode(head.get("version", msgspec.Raw(b"null")))
        if kind != KIND:
            raise FormatError("AP-FORMAT-808", "it is no noise profile", file=str(path), remedy=remedy)
        if version != VERSION:
            raise FormatError(
                "AP-FORMAT-809", f"a profile of version {version} is not known", file=str(path), remedy=remedy
            )
        made = msgspec.json.decode(data, type=NoiseProfile)
        _check(made)
    except (msgspec.DecodeError, ValueError) as error:
        raise FormatError(
            "AP-FORMAT-808", f"it is no noise profile: {error}", file=str(path), remedy=remedy
        ) from error
    return made


def _check(made: NoiseProfile) -> None:
    """Raises ValueError for numbers that no noise has."""
    levels, variance = np.asarray(made.levels), np.asarray(made.variance)
    correlation, power = np.asarray(made.correlation), np.asarray(made.spectrum)
    if levels.ndim != 1 or len(levels) < 1 or (np.diff(levels) <= 0).any():
        raise ValueError("levels do not rise")
    if variance.shape != (3, len(levels)) or (variance < 0).any():
        raise ValueError("three rows of variances are wanted, one for each level, none below 0")
    if len(made.gain) != 3 or len(made.offset) != 3:
        raise ValueError("gain and offset are of three channels")
    if correlation.shape != (3, 3) or np.abs(correlation).max() > 1.001:
        raise ValueError("the channels' correlation is 3 by 3, -1 to 1")
    if power.shape != (3, SIDE, SIDE // 2 + 1) or (power < 0).any():
        raise ValueError(f"the spectrum is 3 by {SIDE} by {SIDE // 2 + 1}, none below 0")
