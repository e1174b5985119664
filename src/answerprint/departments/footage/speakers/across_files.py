"""One voice across the files of a production: ids that last, names kept to the places people gave them.

Average linkage over cosines, held to three rules: two speakers of one file are two people, a voice has one
name at most, and one name is one voice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from answerprint.departments.footage.speakers.heard import HeardSpeakers

# Mean cosine from which on voices of two files are one. Utterances of one reader lie at 0.77 to 0.93, of two
# at 0.40 to 0.74 (bench/speakers.py prints them); two people in one room reach 0.83.
ALIKE = 0.77
LEAST_SECONDS = 2.0  # a voice heard for less is not looked for in other files


class VoicePlace(msgspec.Struct, frozen=True, kw_only=True):
    """A speaker by place: who speaks in the file at this tick. id or name: what he is called there."""

    asset: str
    tick: int  # of 16 000 a second, on the file's clock
    id: str = ""
    name: str = ""


class Voices(msgspec.Struct, frozen=True, kw_only=True):
    """asset → id of each of its speakers; id → name; and the places that keep ids in the next run."""

    ids: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    places: tuple[VoicePlace, ...] = ()


@dataclass
class _Group:
    members: list[tuple[str, int]]
    total: np.ndarray
    count: int
    seconds: float
    name: str = ""
    id: str = ""


def same_voices(
    heard: Mapping[str, HeardSpeakers], named: Sequence[VoicePlace] = (), known: Sequence[VoicePlace] = ()
) -> Voices:
    """Who is who over all files. named: what people said; known: the places of the run before, which keep
    their ids whatever was added since."""
    groups = _by_name(_alone(heard, _at(heard, named), _at(heard, known)))
    _join(groups)
    taken: set[str] = set()
    ids: dict[str, dict[int, str]] = {asset: {} for asset in heard}
    names: dict[str, str] = {}
    places: list[VoicePlace] = []
    for group in sorted(groups, key=lambda one: min(one.members)):
        asset, speaker = min(group.members)
        anchor = f"{asset} {heard[asset].first_tick(speaker)}"
        fresh = f"voice_{hashlib.sha256(anchor.encode()).hexdigest()[:8]}"
        called = group.id if group.id and group.id not in taken else fresh
        taken.add(called)
        if group.name:
            names[called] = group.name
        for member, number in group.members:
            ids[member][number] = called
            places.append(VoicePlace(asset=member, tick=heard[member].first_tick(number), id=called))
    return Voices(
        ids={asset: tuple(one[i] for i in sorted(one)) for asset, one in ids.items()},
        names=names,
        places=tuple(sorted(places, key=lambda one: (one.asset, one.tick))),
    )


def _at(
    heard: Mapping[str, HeardSpeakers], places: Sequence[VoicePlace]
) -> dict[tuple[str, int], VoicePlace]:
    """Who speaks at each place: the first turn over it. Places in files that are gone are passed over."""
    found: dict[tuple[str, int], VoicePlace] = {}
    for place in places:
        turns = heard[place.asset].turns if place.asset in heard else ()
        for turn in turns:
            if turn.start <= place.tick < turn.end:
                found.setdefault((place.asset, turn.speaker), place)
                break
    return found


def _alone(
    heard: Mapping[str, HeardSpeakers],
    named: Mapping[tuple[str, int], VoicePlace],
    known: Mapping[tuple[str, int], VoicePlace],
) -> list[_Group]:
    width = max((len(v.vector) for one in heard.values() for v in one.voices), default=0)
    groups = []
    for asset in sorted(heard):
        for speaker, voice in enumerate(heard[asset].voices):
            member = (asset, speaker)
            able = len(voice.vector) == width and width > 0 and voice.seconds >= LEAST_SECONDS
            groups.append(
                _Group(
                    members=[member],
                    total=np.array(voice.vector) if able else np.zeros(width),
                    count=int(able),
                    seconds=voice.seconds,
                    name=named[member].name if member in named else "",
                    id=known[member].id if member in known else "",
                )
            )
    return groups


def _by_name(groups: list[_Group]) -> list[_Group]:
    """Speakers that people gave one name are one voice to begin with."""
    found: list[_Group] = []
    by_name: dict[str, _Group] = {}
    for group in groups:
        if group.name and group.name in by_name:
            _add(by_name[group.name], group)
            continue
        found.append(group)
        if group.name:
            by_name[group.name] = group
    return found


def _join(groups: list[_Group]) -> None:
    """Merges the two most alike groups again and again while they may be one and are at least ALIKE."""
    count = len(groups)
    if count < 2:
        return
    forbidden = np.zeros((count, count), np.bool_)
    by_asset: dict[str, list[int]] = {}
    for i, group in enumerate(groups):
        for asset, _ in group.members:
            by_asset.setdefault(asset, []).append(i)
        forbidden[i, i] = True
    for there in by_asset.values():
        forbidden[np.ix_(there, there)] = True
    called = np.array([group.name for group in groups])
    forbidden |= (called[:, None] != called[None]) & (called != "")[:, None] & (called != "")[None]
    mute = np.array([not group.count for group in groups])
    forbidden |= mute[:, None] | mute[None]
    means = np.stack([group.total / max(1, group.count) for group in groups])
    close = np.where(forbidden, -9.0, means @ means.T)
    gone: list[int] = []
    while True:
        i, j = divmod(int(close.argmax()), count)
        if close[i, j] < ALIKE:
            break
        _add(groups[i], groups[j])
        gone.append(j)
        means[i] = groups[i].total / groups[i].count
        forbidden[i] |= forbidden[j]
        if groups[i].name:
            forbidden[i] |= (called != "") & (called != groups[i].name)
            called[i] = groups[i].name
        forbidden[:, i] = forbidden[i]
        forbidden[j] = forbidden[:, j] = True
        forbidden[i, i] = True
        close[i] = close[:, i] = np.where(forbidden[i], -9.0, means @ means[i])
        close[j] = close[:, j] = -9.0
    for j in sorted(gone, reverse=True):
        del groups[j]


def _add(one: _Group, other: _Group) -> None:
    one.members += other.members
    one.total = one.total + other.total
    one.count += other.count
    # Of two ids that were given before, the voice heard longer keeps its own.
    if not one.id or (other.id and other.seconds > one.seconds):
        one.id = other.id or one.id
    one.seconds += other.seconds
    one.name = one.name or other.name
