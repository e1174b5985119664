"""Made-up cuts by the hundred, measured: what the fit and the bench both start from, each with its seeds."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "generated"))

from continuity_cuts import ERRORS, Eyes, MadeCut, made_cut  # noqa: E402

from answerprint.departments.editorial.continuity import Join, Measured, compare  # noqa: E402
from answerprint.departments.editorial.continuity_looking import Look  # noqa: E402
from answerprint.departments.footage.faces.in_file import face_readers  # noqa: E402
from answerprint.departments.footage.slates.readers import reader_of  # noqa: E402
from answerprint.models.shelf import Shelf  # noqa: E402

Case = tuple[int, str]  # the seed of a cut, and its error: "" is clean


@dataclass(frozen=True)
class Told:
    """What was measured of a cut: with faces, and without consent to look for them; and the three pictures at
    it (again, before, after), small, for other measures."""

    seed: int
    error: str
    kind: str
    again: bool
    measured: tuple[Measured, ...]
    blind: tuple[Measured, ...]
    small: tuple[NDArray[np.uint8], ...]


def cases(first: int, clean: int, each: int) -> list[Case]:
    """Seeds from `first` on: so many clean cuts, then so many of each error, no seed twice."""
    found: list[Case] = [(first + k, "") for k in range(clean)]
    for error in ERRORS:
        start = first + len(found)
        found += [(start + k, error) for k in range(each)]
    return found


def told(asked: Sequence[Case], workers: int, *, blind: bool = False) -> list[Told]:
    """Every cut made and measured, in order. blind: the clean ones also without faces."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, _begin, (blind,)) as pool:
        found: list[Told] = []
        for one in pool.imap(_told, asked, chunksize=4):
            found.append(one)
            if len(found) % 50 == 0:
                print(f"{len(found)} of {len(asked)} cuts made and measured", file=sys.stderr, flush=True)
        return found


_EYES: list[Eyes] = []
_BLIND: list[bool] = []


def _begin(blind: bool = False) -> None:
    _BLIND.append(blind)
    cv2.setNumThreads(1)
    _EYES.append(Eyes(face_readers(), reader_of(Shelf().fetched("rapidocr-ppocrv6"))))


def _told(case: Case) -> Told:
    made: MadeCut = made_cut(*case, _EYES[0])
    join = made.join
    looks = [one for one in (join.again, join.before, join.after) if one is not None]
    return Told(
        *case,
        made.kind,
        join.again is not None,
        compare(join).measured,
        compare(_without_faces(join)).measured if _BLIND[0] and not made.error else (),
        tuple(cv2.resize(one.coded, (320, 180), interpolation=cv2.INTER_AREA) for one in looks),
    )


def _without_faces(join: Join) -> Join:
    def blind(look: Look) -> Look:
        return replace(look, side=replace(look.side, faces=None))

    return Join(blind(join.before), blind(join.after), None if join.again is None else blind(join.again))


def of_kind(measured: Iterable[Measured], kind: str) -> list[Measured]:
    return [one for one in measured if one.kind == kind]
