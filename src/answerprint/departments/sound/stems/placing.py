"""Where a clip's channels go in a stem of two channels or of 5.1, and 5.1 folded down to two.

5.1 is L, R, C, LFE, Ls, Rs. Folding: ITU-R BS.775-3, Annex 4: centre and surrounds at −3 dB, no LFE.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.mixing import Samples, SampleSource
from answerprint.departments.sound.stems.sorting import Stem

Layout = Literal["stereo", "5.1"]
CHANNELS: dict[Layout, tuple[str, ...]] = {"stereo": ("L", "R"), "5.1": ("L", "R", "C", "LFE", "Ls", "Rs")}
HALF = float(np.sqrt(0.5))
FOLD = np.array([[1, 0], [0, 1], [HALF, HALF], [0, 0], [HALF, 0], [0, HALF]])  # 5.1 to two


@dataclass(frozen=True)
class Placed:
    """A source whose channels are laid where its stem wants them. matrix: (its channels, the stem's)."""

    source: SampleSource
    matrix: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int]:
        return self.source.shape[0], self.matrix.shape[1]

    def read(self, first: int, last: int) -> Samples:
        """Samples first … last, (last − first, channels of the stem)."""
        return (self.source.read(first, last) @ self.matrix).astype(np.float32)


def placing(channels: int, layout: Layout, stem: Stem) -> NDArray[np.float64]:
    """(channels, channels of the layout): one channel of dialogue to the centre, two to left and right, six
    as 5.1; any other number averaged to one."""
    wide = len(CHANNELS[layout])
    if channels == wide:
        return np.eye(wide)
    if channels == 6:
        return FOLD
    if channels == 2:
        return np.eye(2, wide)
    one = np.zeros((1, wide))
    if layout == "5.1" and stem == "dialogue":
        one[0, 2] = 1.0
    else:
        one[0, :2] = HALF
    return np.repeat(one, channels, axis=0) / channels
