"""Sightings as bytes between steps: arrays and small pictures, the same bytes for the same sightings."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction

import cv2
import numpy as np

from answerprint.departments.footage.faces.measures import Measures
from answerprint.departments.footage.faces.sightings import Likeness, Sample, Sighting

JPEG_QUALITY = 88


def to_bytes(sightings: Sequence[Sighting], time_base: Fraction) -> bytes:
    """An .npz of every sighting: samples one after another, and what belongs to each."""
    samples = [one for sighting in sightings for one in sighting.samples]
    likenesses = [(owner, one) for owner, each in enumerate(sightings) for one in each.vectors]
    portraits = [_jpeg(one) for one in sightings]
    dimensions = len(likenesses[0][1].vector) if likenesses else 0
    out = io.BytesIO()
    np.savez_compressed(
        out,
        time_base=np.array([time_base.numerator, time_base.denominator], np.int64),
        counts=np.array([len(one.samples) for one in sightings], np.int64),
        ends=np.array([one.end for one in sightings], np.int64),
        tints=np.array([one.tint for one in sightings], np.float32).reshape(-1, 64),
        ticks=np.array([one.tick for one in samples], np.int64),
        boxes=np.array([one.box for one in samples], np.float32).reshape(-1, 4),
        presences=np.array([one.presence for one in samples], np.float32),
        measures=np.array([one.measures for one in samples], np.float32).reshape(-1, len(Measures._fields)),
        portrait_sizes=np.array([len(one) for one in portraits], np.int64),
        portraits=np.frombuffer(b"".join(portraits), np.uint8),
        portrait_worths=np.array([one.portrait_worth for one in sightings], np.float64),
        portrait_ticks=np.array([one.portrait_tick for one in sightings], np.int64),
        owners=np.array([owner for owner, _ in likenesses], np.int64),
        vectors=np.array([one.vector for _, one in likenesses], np.float32).reshape(
            len(likenesses), dimensions
        ),
        worths=np.array([one.worth for _, one in likenesses], np.float64),
        vector_ticks=np.array([one.tick for _, one in likenesses], np.int64),
    )
    return out.getvalue()


def from_bytes(data: bytes) -> tuple[list[Sighting], Fraction]:
    """The sightings, and the seconds a tick of their stream."""
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        held = {name: kept[name] for name in kept.files}
    starts = np.concatenate([[0], np.cumsum(held["counts"])])
    places = np.concatenate([[0], np.cumsum(held["portrait_sizes"])])
    rows = zip(
        held["ticks"].tolist(),
        held["boxes"].astype(np.float64).tolist(),
        held["presences"].astype(np.float64).tolist(),
        held["measures"].astype(np.float64).tolist(),
        strict=True,
    )
    samples = [Sample(t, (b[0], b[1], b[2], b[3]), p, Measures(*m)) for t, b, p, m in rows]
    found = []
    for number, end in enumerate(held["ends"].tolist()):
        jpeg = held["portraits"][places[number] : places[number + 1]]
        picture = cv2.imdecode(jpeg, cv2.IMREAD_COLOR) if len(jpeg) else None
        mine = np.flatnonzero(held["owners"] == number)
        found.append(
            Sighting(
                samples=samples[starts[number] : starts[number + 1]],
                end=end,
                tint=held["tints"][number],
                portrait=None if picture is None else picture[:, :, ::-1].astype(np.uint8),
                portrait_worth=float(held["portrait_worths"][number]),
                portrait_tick=int(held["portrait_ticks"][number]),
                vectors=[
                    Likeness(float(held["worths"][i]), int(held["vector_ticks"][i]), held["vectors"][i])
                    for i in mine
                ],
            )
        )
    over, under = held["time_base"].tolist()
    return found, Fraction(over, under)


def _jpeg(sighting: Sighting) -> bytes:
    if sighting.portrait is None:
        return b""
    encoded, data = cv2.imencode(
        ".jpg", sighting.portrait[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )
    assert encoded
    return data.tobytes()
