"""Names and groups put on faces: over one file, or over a whole production."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from answerprint.departments.footage.faces.people import Member, People, grouped
from answerprint.departments.footage.faces.places import Place, is_at
from answerprint.departments.footage.faces.tracks import FaceTrack

Tracks = tuple[Sequence[FaceTrack], Fraction]  # and the seconds a tick


def people_of(tracks: Mapping[str, Tracks], named: Sequence[Place], backend: str, threshold: float) -> People:
    """Who is who over files (asset → its faces). backend: the name of the vectors."""
    members = []
    for asset, (those, base) in tracks.items():
        names = names_at(those, base, [one for one in named if one.asset == asset])
        for number, one in enumerate(those):
            vectors = np.array([each.vector for each in one.vectors], np.float32)
            members.append(
                Member(
                    asset=asset,
                    number=number,
                    start=one.start * base,
                    end=one.end * base,
                    vectors=vectors.reshape(len(one.vectors), -1),
                    name=names.get(number, ""),
                )
            )
    labels: dict[str, dict[str, str]] = {}
    for member, label in zip(members, grouped(members, threshold), strict=True):
        labels.setdefault(member.asset, {})[str(member.number)] = label
    known = sum(1 for one in members if one.vectors.size)
    return People(labels=labels, backend=backend, grouped=known, threshold=threshold)


def names_at(tracks: Sequence[FaceTrack], time_base: Fraction, named: Sequence[Place]) -> dict[int, str]:
    """The names that people gave to places of one file, by the number of the face that is there."""
    found: dict[int, str] = {}
    for number, track in enumerate(tracks):
        for place in named:
            if is_at(track.samples, place, time_base):
                found[number] = place.name
                break
    return found
