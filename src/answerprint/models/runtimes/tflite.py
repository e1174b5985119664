"""TFLite models through OpenCV's dnn, on the processor: what comes out is named, counted and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError, NotAvailableError


class TfliteModel:
    """A loaded model with one picture as its input. Not for two threads at a time.

    OpenCV's classic engine is named, and the file by its path: its default engine, and its reader of
    buffers whatever engine is asked for, quietly drop outputs of models with several.
    """

    def __init__(self, path: Path, net: Any, outputs: tuple[str, ...], size: tuple[int, int]) -> None:
        self.path = path
        self.outputs = outputs
        self.size = size  # height, width of the picture it takes
        self._net = net

    def run(self, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Every output, in the order asked for, of a picture (height, width, 3) float32 scaled as it expects.

        Raises ValueError for a picture of another size, ModelError AP-MODEL-020 when the model fails.
        """
        if picture.shape != (*self.size, 3):
            raise ValueError(f"{self.path.name} takes pictures of {(*self.size, 3)}, not {picture.shape}")
        planes = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
        try:
            self._net.setInput(planes)
            found: Sequence[NDArray[np.float32]] = self._net.forward(list(self.outputs))
        except _failure() as error:
            raise ModelError(
                "AP-MODEL-020", f"the model failed: {_first_line(error)}", file=str(self.path)
            ) from error
        return [np.array(one) for one in found]  # OpenCV writes over its own at the next run


def load_tflite(path: Path, outputs: Sequence[str], size: tuple[int, int]) -> TfliteModel:
    """A model from a file. outputs: the names it must have, all of them; size: height and width it takes.

    Raises ModelError AP-MODEL-020 when OpenCV cannot load it or it has other outputs, NotAvailableError
    AP-NEED-063 without OpenCV's dnn.
    """
    try:
        import cv2

        read, engine = cv2.dnn.readNetFromTFLite, cv2.dnn.ENGINE_CLASSIC
    except (ImportError, AttributeError) as error:
        raise NotAvailableError(
            "AP-NEED-063",
            f"OpenCV cannot read TFLite models: {error}",
            remedy="pip install --upgrade opencv-contrib-python-headless",
        ) from error
    try:
        net = read(str(path), engine=engine)
    except _failure() as error:
        raise ModelError(
            "AP-MODEL-020", f"not a model OpenCV loads: {_first_line(error)}", file=str(path)
        ) from error
    found = tuple(net.getUnconnectedOutLayersNames())
    if sorted(found) != sorted(outputs):
        raise ModelError(
            "AP-MODEL-020",
            f"this model gives {', '.join(found) or 'nothing'}, not {', '.join(outputs)}",
            file=str(path),
            remedy="fetch the model its card names",
        )
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
    return TfliteModel(path, net, tuple(outputs), size)


def _failure() -> tuple[type[Exception], ...]:
    import cv2

    return (cv2.error, SystemError, UnicodeEncodeError)  # the last: OpenCV's paths are UTF-8


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["it says nothing"])[0]
