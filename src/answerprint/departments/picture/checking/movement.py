"""Movement from picture to picture, and jumps in it: where one is missing all moves twice as far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.picture.checking.measures import Column, change

ACROSS = 320  # pixels of the picture that movement is measured in
SMALLEST = 24  # pixels each way under which there is none to measure
SLOWEST = 0.25  # pixels a picture, mean of what moves most, from which a jump is looked for
MOVING = 90  # per cent: what moves most
ALIKE = 0.65  # how far the movements before and after are one movement
SAME = 1.6  # times one may be as fast as the other
REPEATED = 0.35  # codes of change under which a picture shows nothing new

Flow = NDArray[np.float32]
COLUMNS = ("motion", "jump", "fit")


class MovementMeter:
    """Takes luma pictures in order. Pictures that repeat the last are passed over: what comes after them is
    held against what was before."""

    def __init__(self) -> None:
        make: Any = cv2.DISOpticalFlow_create  # type: ignore[attr-defined]
        self._flow: Any = make(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._last: NDArray[np.uint8] | None = None
        self._flows: list[tuple[int, Flow]] = []  # the last three that moved
        self._motion: list[float] = []
        self._jump: list[float] = []
        self._fit: list[float] = []

    def add(self, grey: NDArray[np.uint8]) -> None:
        wide = min(ACROSS, grey.shape[1])
        size = wide, max(1, round(grey.shape[0] * wide / grey.shape[1]))
        small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        number = len(self._motion)
        for column in (self._motion, self._jump, self._fit):
            column.append(np.nan)
        if self._last is None or self._last.shape != small.shape or min(size) < SMALLEST:
            self._last, self._flows = small, []
            return
        if change(self._last, small) < REPEATED:
            self._motion[number] = 0.0
            return
        flow = self._flow.calc(self._last, small, None)[2::4, 2::4]
        self._last = small
        self._motion[number] = speed(flow)
        self._flows = [*self._flows[-2:], (number, np.array(flow, np.float32))]
        if len(self._flows) == 3:
            (_, before), (at, here), (_, after) = self._flows
            self._jump[at], self._fit[at] = jump(before, here, after)

    def columns(self) -> Mapping[str, Column]:
        """motion: pixels at 320 across; jump: times as far as before and after; fit: 0 … 1, how well so."""
        made = (self._motion, self._jump, self._fit)
        return {name: np.array(one, np.float32) for name, one in zip(COLUMNS, made, strict=True)}


def speed(flow: Flow) -> float:
    """Of the part of the picture that moves most, in pixels."""
    return float(np.percentile(np.hypot(flow[..., 0], flow[..., 1]), MOVING))


def jump(before: Flow, here: Flow, after: Flow) -> tuple[float, float]:
    """How many times the movement before and after this one is, and how much of it that explains.

    NaN where before and after are not one movement, or hardly any.
    """
    usual = np.asarray((before + after) / 2, np.float32)
    fast, slow = sorted((speed(before), speed(after)), reverse=True)
    length = float(np.square(usual).sum())
    sizes = float(np.sqrt(np.square(before).sum() * np.square(after).sum()))
    if speed(usual) < SLOWEST or slow <= 0 or fast > SAME * slow or sizes <= 0:
        return np.nan, np.nan
    if float((before * after).sum()) < ALIKE * sizes:
        return np.nan, np.nan
    times = float((here * usual).sum()) / length
    left = float(np.square(here - times * usual).sum())
    return times, 1 - left / max(float(np.square(here).sum()), 1e-9)
