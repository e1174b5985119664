"""The detectors there are: which picture form each is fed, and what makes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import UsageError
from answerprint.departments.footage.shots.boundaries import ShotList
from answerprint.media.forms import PictureForm

BACKENDS = ("network", "classical", "transnetv2")
DEFAULT = BACKENDS[0]


class Detector(Protocol):
    """Fed with pictures in presentation order, in blocks of any size; `finish` gives the list."""

    def add(self, pts: NDArray[np.int64], pixels: NDArray[np.uint8]) -> None: ...

    def finish(self, end_pts: int) -> ShotList: ...


@dataclass(frozen=True)
class Backend:
    name: str
    form: PictureForm
    make: Callable[[Fraction], Detector]  # for a stream of that time base


def backend(name: str = DEFAULT) -> Backend:
    """A back end by name. Raises UsageError AP-USE-185 for a name there is none of, and for TransNetV2
    NotAvailableError AP-NEED-060 when it was not fetched."""
    if name == "network":
        from answerprint.departments.footage.shots import detection

        return Backend(name, detection.FORM, detection.ShotDetector)
    if name == "classical":
        from answerprint.departments.footage.shots import classical

        return Backend(name, classical.FORM, classical.ClassicalDetector)
    if name == "transnetv2":
        from answerprint.departments.footage.shots import transnet_detection
        from answerprint.departments.footage.shots.transnet import TransNet
        from answerprint.models.shelf import Shelf

        network = TransNet(Shelf())
        return Backend(
            name,
            transnet_detection.FORM,
            lambda base: transnet_detection.TransNetDetector(base, network),
        )
    raise UsageError(
        "AP-USE-185", f"there is no back end {name!r} for shots", remedy=f"use one of {', '.join(BACKENDS)}"
    )


def model_digests(name: str) -> dict[str, str]:
    """The digests of the models a back end runs, for provenance: ours of its weights, TransNetV2's of the
    shelf."""
    if name == "network":
        from answerprint.departments.footage.shots.network import weights_digest

        return {"shots": weights_digest()}
    if name == "transnetv2":
        from answerprint.models.shelf import Shelf

        return {name: Shelf().digest(name)}
    return {}
