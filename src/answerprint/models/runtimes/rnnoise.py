"""RNNoise through its C library, as a wheel carries it (Valin 2018, arXiv 1709.08243; BSD)."""

from __future__ import annotations

import ctypes
import platform
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError, NotAvailableError

RATE = 48_000  # samples a second, the only rate it knows
FRAME = 480  # samples it takes at a time
DELAY = 960  # samples by which what comes out lags what goes in (measured: the version of 2024 looks ahead)
FULL_SCALE = 32_768.0  # it counts as 16-bit samples do
_POINTER = ctypes.POINTER(ctypes.c_float)


class RNNoise:
    """One channel's suppressor: it remembers what it heard, so that a recording is given in its order."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._state = library.rnnoise_create(None)

    def __del__(self) -> None:
        self._library.rnnoise_destroy(self._state)

    def run(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Samples (n,) at 48 kHz, n a multiple of 480, without their noise, later by `DELAY` samples.

        Raises ValueError for another length.
        """
        if samples.ndim != 1 or len(samples) % FRAME:
            raise ValueError(f"RNNoise takes (n × {FRAME},) samples, not {samples.shape}")
        heard = np.ascontiguousarray(samples * np.float32(FULL_SCALE), np.float32)
        base = heard.ctypes.data
        process = self._library.rnnoise_process_frame
        for at in range(0, heard.nbytes, FRAME * 4):
            frame = ctypes.cast(base + at, _POINTER)
            process(self._state, frame, frame)
        return heard / np.float32(FULL_SCALE)


def load_rnnoise(path: Path) -> RNNoise:
    """A suppressor from the library at `path`, whose digest the shelf has checked.

    Raises NotAvailableError AP-NEED-064 on a machine it was not built for, ModelError AP-MODEL-022 where it
    cannot be loaded or is another library.
    """
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise NotAvailableError(
            "AP-NEED-064",
            f"RNNoise's library is for Linux on x86-64, not {platform.system()} on {platform.machine()}",
            remedy="leave it out: the classical suppressor is used; or give a model of your own",
        )
    try:
        library = ctypes.CDLL(str(path))
        library.rnnoise_create.argtypes = [ctypes.c_void_p]
        library.rnnoise_create.restype = ctypes.c_void_p
        library.rnnoise_destroy.argtypes = [ctypes.c_void_p]
        library.rnnoise_destroy.restype = None
        library.rnnoise_process_frame.argtypes = [ctypes.c_void_p, _POINTER, _POINTER]
        library.rnnoise_process_frame.restype = ctypes.c_float
        frame = int(library.rnnoise_get_frame_size())
    except (OSError, AttributeError) as error:
        raise ModelError("AP-MODEL-022", f"this is no library of RNNoise: {error}", file=str(path)) from error
    if frame != FRAME:
        raise ModelError("AP-MODEL-022", f"it takes {frame} samples at a time, not {FRAME}", file=str(path))
    return RNNoise(library)
