"""What consumers of a decode ask for and are given: forms, blocks, the summary, and the consumer itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from answerprint.core.records import Damage


@dataclass(frozen=True)
class PictureForm:
    """How a consumer wants pictures.

    pixels: "grey" (n, h, w) uint8 luma as coded; "rgb" (n, h, w, 3) uint8; "float" (n, h, w, 3) float32
    0…1 in the file's own transfer. width and height: scaled to these; None keeps the coded size.
    quick: colour scaled bilinearly, in half the time: for small pictures that are judged and not shown.
    """

    pixels: Literal["grey", "rgb", "float"] = "grey"
    width: int | None = None
    height: int | None = None
    quick: bool = False


@dataclass(frozen=True)
class SoundForm:
    """How a consumer wants sound: float32 −1…1. rate None keeps the stream's; mono averages channels."""

    rate: int | None = None
    mono: bool = False


@dataclass(frozen=True)
class PictureBlock:
    """Consecutive pictures. pts are the stream's own timestamps in ticks of `time_base` (never invented)."""

    pts: NDArray[np.int64]  # (n,)
    pixels: NDArray[np.uint8] | NDArray[np.float32]
    first: int  # presentation index of the first picture
    time_base: Fraction  # seconds per tick


@dataclass(frozen=True)
class SoundBlock:
    """Consecutive samples (n, channels) float32. start is in samples of `rate` on the file's clock."""

    start: int
    samples: NDArray[np.float32]
    rate: int
    stream: int  # stream index
    gap: bool = False  # silence put where the stream has nothing


@dataclass(frozen=True)
class DecodeSummary:
    """What the decode met: counts, every presentation timestamp, and the damage found."""

    pictures: int
    pts: NDArray[np.int64]  # (pictures,) every presentation timestamp, in time_base ticks
    time_base: Fraction | None
    samples: dict[int, int]  # stream index → samples decoded
    damage: tuple[Damage, ...]

    @property
    def end_of_pictures(self) -> int:
        """The tick at which the last picture leaves the screen: one usual step after it appeared."""
        times: NDArray[np.int64] = np.sort(self.pts)
        if len(times) < 2:
            return int(times[-1]) + 1
        return int(times[-1] + max(1, int(np.median(np.diff(times)))))


@dataclass(frozen=True)
class Wants:
    picture: PictureForm | None = None
    sound: SoundForm | None = None


class Consumer(Protocol):
    """One analyser's ear and eye on a decode. Called in presentation order, on one thread of its own."""

    @property
    def wants(self) -> Wants: ...

    def picture(self, block: PictureBlock) -> None: ...

    def sound(self, block: SoundBlock) -> None: ...

    def finish(self, summary: DecodeSummary) -> None: ...
