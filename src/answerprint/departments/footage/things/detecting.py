"""A user's detector: from pictures to labelled boxes, and from boxes to things that last."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError
from answerprint.core.records import Annotation
from answerprint.departments.footage.things.cards import BoxOutput, Model, ThingsCard
from answerprint.departments.footage.things.picturing import fitted
from answerprint.models.runtimes.onnx import session

MOST = 300  # boxes of one picture
CORNERS = 6  # columns of "boxes": corners, score, class
SAME = 0.3  # IoU from which on a box of the next picture is the same thing


@dataclass(frozen=True)
class Seen:
    """One thing in one picture. box: left, top, right, bottom as shares of the picture seen upright."""

    label: str
    score: float
    box: tuple[float, float, float, float]


class Detector:
    """A loaded detector. Raises ModelError AP-MODEL-006 for a file that is no ONNX model."""

    def __init__(self, model: Model, threads: int = 1) -> None:
        if not isinstance(model.card, ThingsCard):
            raise ModelError(
                "AP-MODEL-031",
                f"{model.card.name} is an image–text encoder, not a detector",
                remedy='answerprint search asks it: seen:"a red car"',
            )
        self.card = model.card
        self._path = model.folder / model.card.file
        self._session = session(self._path, threads)
        self._input = _named(model.card.input.name, self._session.inputs, self._path)
        _named(model.card.output.name, self._session.outputs, self._path)

    def look(self, pixels: NDArray[np.uint8]) -> list[Seen]:
        """What is in a picture (h, w, 3) R'G'B', surest first. Raises ModelError AP-MODEL-032 when what
        comes out is not what the card says."""
        values, fit = fitted(pixels, self.card.input)
        outputs = self._session.run({self._input: values})
        wanted = self.card.output.name
        found = outputs[self._session.outputs.index(wanted) if wanted else 0]
        boxes, scores, classes = read_boxes(np.asarray(found), self.card.output, self._path)
        if self.card.output.relative:
            boxes = boxes * np.array([self.card.input.width, self.card.input.height] * 2)
        shares = fit.shares(boxes)
        return [
            Seen(_label(self.card, int(classes[row])), round(float(scores[row]), 4), _rounded(shares[row]))
            for row in range(len(boxes))
        ]


def read_boxes(
    output: NDArray[Any], form: BoxOutput, path: Path
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Corners (n, 4), scores (n,) and classes (n,) over the threshold, overlaps taken out, surest first."""
    kind = _form(output, form, path)
    rows = np.asarray(output[0], np.float64)
    if kind == "boxes":
        boxes, scores, classes = rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int64)
    else:
        rows = rows.T if kind == "yolo" else rows
        first = 4 if kind == "yolo" else 5
        per_class = rows[:, first:] if kind == "yolo" else rows[:, first:] * rows[:, 4:5]
        classes = per_class.argmax(axis=1)
        scores = per_class[np.arange(len(rows)), classes] if len(rows) else np.zeros(0)
        half = rows[:, 2:4] / 2
        boxes = np.hstack([rows[:, :2] - half, rows[:, :2] + half])
    finite = np.isfinite(boxes).all(axis=1) & np.isfinite(scores)
    kept = np.flatnonzero(finite & (scores >= form.threshold) & (classes >= 0))
    kept = kept[np.argsort(-scores[kept], kind="stable")][:MOST]
    boxes, scores, classes = boxes[kept], np.clip(scores[kept], 0, 1), classes[kept]
    if kind != "boxes":
        apart = _apart(boxes, classes, form.overlap)
        boxes, scores, classes = boxes[apart], scores[apart], classes[apart]
    return boxes, scores, classes


@dataclass
class _Thing:
    label: str
    start: int
    end: int
    box: tuple[float, float, float, float]
    surest: Seen
    scores: list[float] = field(default_factory=list)
    gone: int = 0


class Things:
    """Detections of consecutive pictures joined into things with a beginning and an end.

    A thing is gone when two pictures in a row do not have it; it ends with the picture after its last.
    """

    def __init__(self) -> None:
        self._open: list[_Thing] = []
        self._done: list[_Thing] = []

    def add(self, tick: int, seen: list[Seen]) -> None:
        """The detections of the picture at a tick; ticks rise."""
        left = list(seen)
        for thing in self._open:
            if thing.gone == 0:
                thing.end = tick
            near = [(_iou(thing.box, one.box), one) for one in left if one.label == thing.label]
            best = max(near, key=lambda pair: pair[0], default=(0.0, None))
            if best[1] is None or best[0] < SAME:
                thing.gone += 1
                continue
            left.remove(best[1])
            thing.gone, thing.box, thing.end = 0, best[1].box, tick
            thing.scores.append(best[1].score)
            if best[1].score > thing.surest.score:
                thing.surest = best[1]
        self._done += [one for one in self._open if one.gone >= 2]
        self._open = [one for one in self._open if one.gone < 2]
        self._open += [_Thing(one.label, tick, tick, one.box, one, [one.score]) for one in left]

    def finish(self, end: int) -> list[Annotation]:
        """All things, by start; those still there end with the pictures, at tick `end`."""
        for thing in self._open:
            if thing.gone == 0:
                thing.end = end
        everything = sorted(self._done + self._open, key=lambda one: (one.start, one.end, one.label))
        return [
            Annotation(
                start=one.start,
                end=max(one.end, one.start + 1),
                label=one.label,
                confidence=round(float(np.mean(one.scores)), 4),
                value={"box": list(one.surest.box), "pictures": len(one.scores)},
            )
            for one in everything
        ]


def _form(output: NDArray[Any], form: BoxOutput, path: Path) -> str:
    shape = output.shape
    if output.ndim == 3 and shape[0] == 1:
        if form.form == "auto":
            if shape[2] == CORNERS:
                return "boxes"
            return "yolo" if shape[1] < shape[2] else "yolov5"
        least = {"boxes": (0, CORNERS), "yolo": (5, 0), "yolov5": (0, 6)}[form.form]
        if shape[1] >= least[0] and shape[2] >= least[1]:
            return form.form
    raise ModelError(
        "AP-MODEL-032",
        f"what comes out has the shape {tuple(shape)}, which is not “{form.form}”",
        file=str(path),
        remedy="say in the card's [output] which output and which form it has",
    )


def _apart(boxes: NDArray[np.float64], classes: NDArray[np.int64], overlap: float) -> list[int]:
    """Greedy suppression of the weaker of two boxes of a class; boxes come surest first."""
    kept: list[int] = []
    for row in range(len(boxes)):
        if all(
            classes[row] != classes[other] or _iou(tuple(boxes[row]), tuple(boxes[other])) <= overlap
            for other in kept
        ):
            kept.append(row)
    return kept


def _iou(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = sum((each[2] - each[0]) * (each[3] - each[1]) for each in (one, other))
    return float(wide * high / max(areas - wide * high, 1e-12))


def _label(card: ThingsCard, number: int) -> str:
    return card.labels[number] if number < len(card.labels) else f"class_{number}"


def _rounded(box: NDArray[np.float64]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (round(float(one), 4) for one in box)
    return left, top, right, bottom


def _named(wanted: str, names: tuple[str, ...], path: Path) -> str:
    if wanted and wanted not in names:
        raise ModelError(
            "AP-MODEL-032",
            f"the card names {wanted!r}; the model has {', '.join(names)}",
            file=str(path),
            remedy="correct the card",
        )
    return wanted or names[0]
