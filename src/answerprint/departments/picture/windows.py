"""What an operator over moving pictures is: it makes one picture out of a window of its shot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]


class Window(NamedTuple):
    """Successive pictures of one shot, never of two, and which of them is to be made.

    pictures: (h, w, 3) float32 R'G'B' as coded, 0 … 1 (OpenEXR: linear and unbounded), or (h, w, 4) with
    straight alpha last; all of one shape, not to be written into. at: which of them. number: that picture's
    number in the whole clip. phase: 0 for the picture itself; between 0 and 1, what would be seen that share
    of the way to the next one.
    """

    pictures: Sequence[Pixels]
    at: int
    number: int
    phase: float = 0.0

    @property
    def now(self) -> Pixels:
        return self.pictures[self.at]


class Operator(Protocol):
    """The same window always gives the same picture: a run that was broken off goes on with equal bytes.

    before, after: how many neighbours it wants; at a cut it is given fewer. What moves pixels moves alpha
    with them; what only changes their values leaves alpha as it is. One operator belongs to one thread, and
    may keep what it has worked out about pictures, by number, for the next window.
    """

    @property
    def before(self) -> int: ...

    @property
    def after(self) -> int: ...

    def picture(self, window: Window) -> Pixels: ...
