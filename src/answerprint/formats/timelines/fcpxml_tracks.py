"""Tracks for the clips of a sequence that has none: by lane and component, or as our notes had them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import msgspec

from answerprint.core.cut import Clip, CutTrack, TrackKind
from answerprint.formats.timelines.fcpxml_leaves import UNNAMED, Leaf
from answerprint.formats.timelines.fcpxml_notes import common

_Lane = tuple[TrackKind, tuple[int, int]]


@dataclass
class Placed:
    """A clip as it goes into a track. track: its index among those our note tells; alone: whether it is
    disabled when its track is not, where our note says."""

    leaf: Leaf
    clip: Clip
    track: int | None
    alone: bool | None


@dataclass
class _Track:
    kind: TrackKind
    order: tuple[int, int]
    told: Mapping[str, Any] | None = None
    placed: list[Placed] = field(default_factory=list)
    end: int = 0

    def takes(self, one: Placed) -> bool:
        return self.kind == one.leaf.kind and self.end <= one.leaf.start

    def put(self, one: Placed) -> None:
        self.placed.append(one)
        self.end = one.leaf.end


def tracks_of(
    placed: Sequence[Placed], told: Sequence[Mapping[str, Any]], rate: Fraction
) -> tuple[CutTrack, ...]:
    """Tracks for clips: those our note tells, then the rest, pictures from the lowest lane up and sound from
    the storyline's own down. Clips of one lane that lie over one another get a track each."""
    known = [_Track(_kind(one["kind"]), (0, 0), one) for one in told]
    homes = _homes(placed, known)
    more: dict[_Lane, list[_Track]] = {}
    for one in sorted(placed, key=lambda each: each.leaf.start):
        lane = _lane(one.leaf)
        home = homes.get(lane) if one.track is None else one.track
        if home is not None and 0 <= home < len(known) and known[home].takes(one):
            known[home].put(one)
            continue
        lanes = more.setdefault(lane, [])
        track = next((each for each in lanes if each.takes(one)), None)
        if track is None:
            track = _Track(one.leaf.kind, lane[1])
            lanes.append(track)
        track.put(one)
    rest = sorted(more.items(), key=lambda each: (each[0][0] == "audio", each[0][1]))
    made: list[CutTrack] = []
    for track in [*known, *(each for _, lanes in rest for each in lanes)]:
        number = sum(each.kind == track.kind for each in made) + 1
        made.append(_made(track, f"{track.kind[0].upper()}{number}", rate))
    return tuple(made)


def _homes(placed: Sequence[Placed], known: Sequence[_Track]) -> dict[_Lane, int]:
    """Where clips go that our note does not know, by their lane: to the track most of that lane are of, else
    to the next that nothing is of."""
    votes: dict[_Lane, Counter[int]] = {_lane(one.leaf): Counter() for one in placed}
    for one in placed:
        if one.track is not None:
            votes[_lane(one.leaf)][one.track] += 1
    homes = {lane: each.most_common(1)[0][0] for lane, each in votes.items() if each}
    used = {one.track for one in placed}
    free = [number for number in range(len(known)) if number not in used]
    for lane in sorted(votes.keys() - homes.keys()):
        found = next((number for number in free if known[number].kind == lane[0]), None)
        if found is not None:
            homes[lane] = found
            free.remove(found)
    return homes


def _lane(leaf: Leaf) -> _Lane:
    lane, component = leaf.order
    if leaf.kind == "video":
        return leaf.kind, (lane, 0)
    return leaf.kind, (-lane if lane <= 0 else 10_000 + lane, component)  # sound above pictures comes last


def _made(track: _Track, usual: str, rate: Fraction) -> CutTrack:
    told = track.told or {}
    said = common(one.leaf.role for one in track.placed)
    mine, then = told.get("role", ["", None])
    quiet = told.get("muted") is True and all(one.leaf.clip.muted for one in track.placed)
    clips = []
    for one in track.placed:
        clip = one.clip
        change: dict[str, Any] = {}
        if clip.id == UNNAMED:
            change["id"] = f"{usual}.{one.leaf.start}"
        if quiet:
            change["muted"] = bool(one.alone)
        clips.append(msgspec.structs.replace(clip, **change) if change else clip)
    return CutTrack(
        name=told.get("name", usual),
        kind=track.kind,
        clips=tuple(clips),
        muted=quiet,
        role=mine if said == then else said,
    )


def _kind(word: str) -> TrackKind:
    return "video" if word == "video" else "audio"
