"""Whom a shot is about, and where the crop window has to be for it: tracks made into constraints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.editorial.crop_path import Wanted
from answerprint.departments.editorial.subject_tracks import SubjectTrack

Floats = NDArray[np.float64]
Axis = Literal["x", "y"]

PACE = 0.5  # seconds at the ends of a track over which the subject's pace is measured
WHOLE = 1.5  # seconds about them in which it shows how large it is
SLOWS = 0.5  # seconds in which a subject is supposed to come to rest, or to have come from it, unseen
NEAR_EDGE = 0.5  # of its own length: nearer to the picture's edge it comes in or goes out at its pace
SUPPOSED = 1.0  # seconds beyond a track's ends that count as unseen, and no other subject takes over
TOGETHER = 0.6  # share of its time that a subject shares with the first to be shown beside it
LIKE_SIZED = 0.3  # of the first one's size, that it has then
BOTH_FIT = 0.9  # share of those pictures in which the window holds both
TAKES_OVER = 1.0  # seconds another subject has been there for the window to turn to it
CROWDED = 3.0  # subjects at a time, above which the shot is about none of them: a crowd, leaves, water
AT_EDGE = 0.02  # of the picture: nearer, something touches its edge …
CORNERED = 0.6  # … and for this share of its time two of them: scenery that a moving camera passes
UNSEEN_WEIGHT = 0.3  # of a picture in which the subject is only supposed, …
LONG_UNSEEN_WEIGHT = 0.05  # … and has been for long, …
STANDS_WEIGHT = 0.2  # … or stood still, seen only when it moves
UNSURE = 0.9  # of the deviation of the detections: how much wider than smoothed a subject is held
WIDEST_UNSURE = 0.12  # of its own length


@dataclass(frozen=True)
class Subject:
    """Whom the window follows through a shot. spans: (n, 4) left, top, right, bottom; NaN where none is.

    weight: (n,) how much it counts; label: whom, in words.
    """

    spans: Floats
    weight: Floats
    label: str


def subject_of(tracks: Sequence[SubjectTrack], times: Floats, room: float) -> Subject | None:
    """The subject of a shot: the largest, longest and most central one, with those beside it that fit.

    room: how wide they may be together, in parts of the picture. None where there is none, or a crowd.
    """
    tracks = [one for one in tracks if not _is_scenery(one)]
    if sum(int(one.seen.sum()) for one in tracks) > CROWDED * len(times):
        return None
    carried = [_carried(one, times) for one in tracks]
    order = sorted(range(len(tracks)), key=lambda index: -_importance(tracks[index]))
    if not order:
        return None
    main = carried[order[0]]
    label = "the one subject" if len(order) == 1 else "the largest, longest seen subject"
    spans, weight = main[0].copy(), main[1].copy()
    beside = _beside(tracks, carried, order, room)
    for index in beside:
        other, counts = carried[index]
        joined = np.concatenate(
            [np.fmin(spans[:, :2], other[:, :2]), np.fmax(spans[:, 2:], other[:, 2:])], axis=1
        )
        fits = (joined[:, 2] - joined[:, 0] <= room) & ~np.isnan(other[:, 0]) & ~np.isnan(spans[:, 0])
        spans[fits], weight[fits] = joined[fits], np.maximum(weight, counts)[fits]
    if beside:
        label = f"{len(beside) + 1} subjects, together in the window"
    for index in order[1:]:
        following, counts = carried[index]
        free = (weight < UNSEEN_WEIGHT) & (counts >= UNSEEN_WEIGHT)
        if _size(tracks[index]) < LIKE_SIZED * _size(tracks[order[0]]):
            free &= np.isnan(spans[:, 0])  # nobody much smaller, while the first one may still be there
        if float(np.diff(times, append=times[-1])[free].sum()) >= TAKES_OVER:
            spans[free], weight[free] = following[free], counts[free]
            label = "one subject after another"
    return Subject(spans, weight, label)


def wanted_of(
    subject: Subject, times: Floats, axis: Axis, length: float, safe: float, inset: float = 0.0
) -> Wanted:
    """Where the window's middle keeps the subject in its safe area, in lengths of the window.

    length: the window's, in parts of the picture; safe: share of it that is the safe area; inset: kept clear
    within the safe area, in lengths of the window. Where a subject is wider than the area its middle is
    wanted; where it is taller, its top. At the picture's edge the window can be no farther out than the edge.
    """
    low_side, high_side = (0, 2) if axis == "x" else (1, 3)
    start = np.clip(subject.spans[:, low_side], 0, 1) / length
    end = np.clip(subject.spans[:, high_side], 0, 1) / length
    area = safe - 2 * inset
    high = start + area / 2
    low = end - area / 2
    wide = low > high
    middle = (start + end) / 2 if axis == "x" else high
    low, high = np.where(wide, middle, low), np.where(wide, middle, high)
    least, most = 0.5, 1 / length - 0.5
    target = np.clip(np.where(wide, middle, (start + end) / 2), least, most)
    there = ~np.isnan(start)
    return Wanted(
        times=times,
        low=np.where(there, np.clip(low, least, most), 0.0),
        high=np.where(there, np.clip(high, least, most), 0.0),
        target=np.where(there, target, 0.0),
        weight=np.where(there, subject.weight, 0.0),
    )


def kept_share(subject: Subject, middle: Floats, axis: Axis, length: float, safe: float) -> float:
    """The share of the pictures in which the subject is seen, and could lie in the safe area, that it does.

    At the picture's edge it lies as near to it as that allows. middle: (n,) of the window, in its lengths.
    """
    wanted = wanted_of(subject, np.arange(len(middle), dtype=np.float64), axis, length, safe)
    sides = np.clip(subject.spans[:, [0, 2] if axis == "x" else [1, 3]], 0, 1) / length
    seen = (wanted.weight > UNSEEN_WEIGHT) & (sides[:, 1] - sides[:, 0] <= safe)
    if not seen.any():
        return 1.0
    held = (middle >= wanted.low - 1e-3) & (middle <= wanted.high + 1e-3)
    return float(held[seen].mean())


def _importance(track: SubjectTrack) -> float:
    wide, tall = track.boxes[:, 2] - track.boxes[:, 0], track.boxes[:, 3] - track.boxes[:, 1]
    middle = (track.boxes[:, 0] + track.boxes[:, 2]) / 2
    central = np.exp(-(((middle - 0.5) / 0.45) ** 2))
    seen = np.where(track.seen, 1.0, 0.2)
    return float((np.sqrt(np.clip(wide * tall, 0, 1)) * (0.4 + 0.6 * central) * seen).sum()) * track.score


def _beside(
    tracks: Sequence[SubjectTrack],
    carried: Sequence[tuple[Floats, Floats]],
    order: Sequence[int],
    room: float,
) -> list[int]:
    """Other subjects, not much smaller than the first, that the window holds beside it."""
    main = carried[order[0]][0]
    found = []
    for index in order[1:]:
        one = tracks[index]
        own = slice(one.first, one.end)
        other = carried[index][0]
        together = ~np.isnan(main[own, 0])
        if together.mean() < TOGETHER or _size(one) < LIKE_SIZED * _size(tracks[order[0]]):
            continue
        wide = np.fmax(main[own, 2], other[own, 2]) - np.fmin(main[own, 0], other[own, 0])
        if (wide[together] <= room).mean() >= BOTH_FIT:
            found.append(index)
    return found


def _is_scenery(track: SubjectTrack) -> bool:
    """Whether it lies in a corner of the picture for most of its time: what is near a moving camera does."""
    left, top, right, bottom = track.boxes.T
    side = (left < AT_EDGE) | (right > 1 - AT_EDGE)
    end = (top < AT_EDGE) | (bottom > 1 - AT_EDGE)
    return bool((side & end).mean() > CORNERED)


def _size(track: SubjectTrack) -> float:
    return float(np.median((track.boxes[:, 2] - track.boxes[:, 0]) * (track.boxes[:, 3] - track.boxes[:, 1])))


def _carried(track: SubjectTrack, times: Floats) -> tuple[Floats, Floats]:
    """A track over the whole shot, (n, 4) and (n,) weights: as wide as it is unsure, and carried on at its
    ends at its pace, while that is in the picture."""
    spans = np.full((len(times), 4), np.nan)
    weight = np.zeros(len(times))
    boxes = track.boxes.copy()
    for axis, spread in enumerate(track.spread):
        wide = boxes[:, axis + 2] - boxes[:, axis]
        unsure = np.minimum(UNSURE * spread, WIDEST_UNSURE * wide)
        boxes[:, axis] -= unsure
        boxes[:, axis + 2] += unsure
    spans[track.first : track.end] = boxes
    unseen = STANDS_WEIGHT if track.by_movement else UNSEEN_WEIGHT
    weight[track.first : track.end] = np.where(track.seen, 1.0, unseen)
    own = times[track.first : track.end]
    for numbers, edge, ahead in (
        (np.arange(track.first), 0, 1),
        (np.arange(track.end, len(times)), len(boxes) - 1, -1),
    ):
        if not len(numbers):
            continue
        box, pace = boxes[edge], _pace(boxes, own, edge, ahead)
        if track.by_movement:
            box = _whole(boxes[np.abs(own - own[edge]) <= WHOLE], box)
        away = times[numbers] - own[edge]
        leaves = (
            box[0] < NEAR_EDGE * (box[2] - box[0])
            if ahead * pace > 0
            else 1 - box[2] < NEAR_EDGE * (box[2] - box[0])
        )
        slowed = np.sign(away) * SLOWS * (1 - np.exp(-np.abs(away) / SLOWS))
        led = pace * away if leaves else 0 * away if track.by_movement else pace * slowed
        carried = box + led[:, None] * [1.0, 0.0, 1.0, 0.0]
        carried[(carried[:, 0] > 1) | (carried[:, 2] < 0)] = np.nan
        spans[numbers] = carried
        counts = np.where(np.abs(away) <= SUPPOSED, UNSEEN_WEIGHT, LONG_UNSEEN_WEIGHT)
        if track.by_movement and not leaves:
            counts = np.full(len(numbers), STANDS_WEIGHT)
        weight[numbers] = np.where(np.isnan(carried[:, 0]), 0.0, counts)
    return spans, weight


def _whole(near: Floats, box: Floats) -> Floats:
    """A box made as large about its middle as most of those near it: movement begins and ends in parts."""
    size = np.maximum(np.median(near[:, 2:] - near[:, :2], axis=0), box[2:] - box[:2])
    middle = (box[:2] + box[2:]) / 2
    return np.concatenate([middle - size / 2, middle + size / 2])


def _pace(boxes: Floats, times: Floats, edge: int, ahead: int) -> float:
    """Widths a second that a box moves across at the start (edge 0, ahead 1) or the end (ahead −1)."""
    within = np.flatnonzero(np.abs(times - times[edge]) <= PACE)
    inner = within[-1] if ahead > 0 else within[0]
    if inner == edge:
        return 0.0
    middles = (boxes[:, 0] + boxes[:, 2]) / 2
    return float((middles[inner] - middles[edge]) / (times[inner] - times[edge]))
