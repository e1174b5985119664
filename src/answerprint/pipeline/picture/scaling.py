"""Clips, folders of stills and stills at another size."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import cv2
import msgspec
import numpy as np

from answerprint.core.errors import NotAvailableError, UsageError
from answerprint.departments.picture.flow import flow_to
from answerprint.departments.picture.scaling.fusing import Fusion, weights_digest
from answerprint.departments.picture.scaling.inventing import Inventor, Upscaler
from answerprint.departments.picture.scaling.registering import parted, seen_by_flow
from answerprint.departments.picture.scaling.scaler import Scaler
from answerprint.departments.picture.windows import Operator
from answerprint.models.runtimes.onnx import session
from answerprint.models.shelf import Shelf
from answerprint.models.sources import digest_of_file
from answerprint.pipeline.picture.operating import Operated, Recipe, operate
from answerprint.pipeline.picture.reels import Reel, Tell

LARGEST = 16384  # pixels a side
ASKEW = 0.01  # of the shape of a picture that may change unasked
LOOKS = 6  # places looked at for what neighbours may add
STILL = 0.05  # pixels: what moves less shows the same points again
TEXTURE, LITTLE = 6 / 255, 0.01  # of luma that makes a place rough; the share of rough places that tells
ALIKE = 6 / 255  # of luma: a neighbour that differs more, once registered, shows something else

Method = Literal["fusion", "lanczos"]


class Size(msgspec.Struct, frozen=True, kw_only=True):
    width: int
    height: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be made of a reel. found: what is told of it beforehand."""

    size: Size
    back_end: str
    found: dict[str, Any]
    make: Callable[[], Operator]
    key: bytes


def size_by(reel: Reel, by: str) -> Size:
    """So many times the width and height; a clip's in even pixels. Raises UsageError AP-USE-850, 853."""
    try:
        factor = Fraction(by)
    except (ValueError, ZeroDivisionError):
        factor = Fraction(0)
    if not factor > 0:
        raise UsageError(
            "AP-USE-850", f"{by!r} is no factor", remedy="give a number above 0, as 2, 1.5 or 2/3"
        )
    return _checked(reel, reel.width * factor, reel.height * factor)


def size_to(reel: Reel, to: str) -> Size:
    """A size as 3840x2160, or one side of it: 3840x, x2160. Raises UsageError AP-USE-851, 852, 853."""
    found = re.fullmatch(r"(\d*)\s*[x×]\s*(\d*)", to.strip())
    if found is None or not (found[1] or found[2]):
        raise UsageError(
            "AP-USE-851",
            f"{to!r} is no size",
            remedy="give a width and a height, as 3840x2160, 3840x or x2160",
        )
    shape = Fraction(reel.width, reel.height)
    wide = Fraction(found[1]) if found[1] else Fraction(found[2]) * shape
    high = Fraction(found[2]) if found[2] else wide / shape
    if wide > 0 and high > 0 and abs(float(wide / high / shape) - 1) > ASKEW + 2 / float(min(wide, high)):
        raise UsageError(
            "AP-USE-852",
            f"{to} is of another shape than {reel.width}x{reel.height}",
            file=str(reel.path),
            remedy=f"give {round(wide)}x or x{round(high)}; `answerprint reframe` cuts to another shape",
        )
    return _checked(reel, wide, high)


def plan(
    reel: Reel, size: Size, *, method: Method = "fusion", model: str | None = None, shelf: Shelf | None = None
) -> Plan:
    """How a reel comes to that size. model: a card's name, or the path of an ONNX file.

    Raises NotAvailableError AP-NEED-072 for a model that is not there, UsageError AP-USE-855 for one that
    is to scale scene-linear light, 856 for one that does not scale.
    """
    finer = size.width > reel.width or size.height > reel.height
    told: dict[str, Any] = {"from": [reel.width, reel.height], "to": [size.width, size.height]}
    if model is not None:
        if reel.linear:
            raise UsageError(
                "AP-USE-855",
                "a model of yours is given code values 0 … 1, and these are scene-linear light",
                file=str(reel.path),
                remedy="leave --model out, or give it the pictures in a display's encoding",
            )
        path = _model(model, shelf or Shelf())
        factor = Upscaler(session(path)).factor
        digest = digest_of_file(path)
        told |= {"invented": True, "model": path.name, "model_sha256": digest, "model_factor": factor}

        def invent() -> Operator:
            return Inventor(size.width, size.height, Upscaler(session(path)))

        return Plan(size=size, back_end="model", found=told, make=invent, key=digest.encode())
    fused = finer and method == "fusion"
    told["invented"] = False
    if fused:
        told |= _neighbours(reel)

    def scale() -> Operator:
        fusion = Fusion() if fused else None
        return Scaler(size.width, size.height, fusion=fusion, linear=reel.linear)

    key = weights_digest().encode() if fused else b""
    return Plan(size=size, back_end="fusion" if fused else "lanczos", found=told, make=scale, key=key)


def scale(
    reel: Reel,
    out: Path,
    planned: Plan,
    *,
    between: tuple[Fraction, Fraction] | None = None,
    sheet: Path | None = None,
    tell: Tell = lambda what, done: None,
) -> Operated:
    """Writes the reel at its planned size. Raises as `operate`."""
    recipe = Recipe(
        operator="scale",
        back_end=planned.back_end,
        parameters={"width": planned.size.width, "height": planned.size.height},
        found=planned.found,
        key=planned.key,
    )
    return operate(reel, out, planned.make, recipe, between=between, sheet=sheet, tell=tell)


def _checked(reel: Reel, wide: Fraction, high: Fraction) -> Size:
    grain = 2 if reel.kind == "clip" else 1  # colour of clips is kept for every other pixel
    width, height = (max(grain, grain * round(one / grain)) for one in (wide, high))
    if wide < 1 or high < 1 or max(width, height) > LARGEST:
        raise UsageError(
            "AP-USE-853",
            f"{float(wide):g}x{float(high):g} is no size for a picture",
            file=str(reel.path),
            remedy=f"give sides of 1 to {LARGEST} pixels",
        )
    return Size(width=width, height=height)


def _model(name: str, shelf: Shelf) -> Path:
    path = Path(name)
    if path.suffix.casefold() == ".onnx":
        if not path.is_file():
            raise NotAvailableError(
                "AP-NEED-072",
                "there is no such model",
                file=name,
                remedy="give an ONNX file of yours, or leave --model out: the project's own way needs none",
            )
        return path
    return shelf.path(name)


def _neighbours(reel: Reel) -> dict[str, Any]:
    """How far what has texture moves from picture to picture, in pixels, and the share of it that is found
    there: what may be seen between the pixels of one picture."""
    moves, found = [], []
    pairs = [number for start, end in reel.shots for number in range(start, end - 1)]
    for place in np.unique(np.linspace(0, len(pairs) - 1, LOOKS).astype(int)) if pairs else ():
        number = pairs[int(place)]
        looked = [np.clip(np.nan_to_num(one[..., :3]), 0, 1) for _, one in reel.pictures(number, number + 2)]
        if len(looked) < 2:
            continue
        ours, theirs = (parted(one)[0] for one in looked)
        rough = cv2.blur(np.abs(cv2.Laplacian(ours, cv2.CV_32F)), (5, 5)) > TEXTURE
        if rough.mean() < LITTLE:
            continue
        flow = flow_to(seen_by_flow(ours), seen_by_flow(theirs))
        high, wide = ours.shape
        x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
        there = cv2.remap(theirs, x + flow[..., 0], y + flow[..., 1], cv2.INTER_CUBIC)
        moves.append(float(np.median(np.hypot(flow[..., 0], flow[..., 1])[rough])))
        found.append(float(np.mean((cv2.blur(np.abs(there - ours), (5, 5)) < ALIKE)[rough])))
    if not moves:
        return {"neighbours": "none"}
    return {
        "neighbours": "still" if max(moves) < STILL else "moving",
        "moves_pixels": round(float(np.median(moves)), 3),
        "registered": round(float(np.mean(found)), 3),
    }
