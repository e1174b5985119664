"""Several cameras on one moment: clips that ran together, and where each lies on the first one's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType

import msgspec

from answerprint.core.logged import CameraLink, SoundMatch
from answerprint.core.time import Time
from answerprint.departments.footage.sync.fingerprints import candidates, landmarks
from answerprint.departments.footage.sync.matching import SyncSide, sync_offset, timecodes_meet

AGREE = Fraction(1, 25)  # seconds two ways round a group may differ by and still mean the same moment


def link_cameras(
    pictures: Mapping[str, SyncSide],
    matches: Sequence[SoundMatch] = (),
    cards: Mapping[str, str] = MappingProxyType({}),
) -> tuple[tuple[CameraLink, ...], ...]:
    """Groups of clips, by asset id, that ran at the same time; each link leads from the group's first clip.

    cards: clip → the card it came from; one camera takes one clip at a time, so that clips of one card are
    never of one moment, however alike they sound (playback, a line said again). Clips are compared where
    their timecodes meet or their fingerprints do, and through a recording that both were matched with; what
    their timecodes contradict is not believed. The surest links make the group; one that contradicts them is
    left out, and told in the evidence of the clip that it would have placed elsewhere.
    """
    edges = [
        edge
        for edge in (*_through_recordings(matches), *_heard_together(pictures, cards))
        if _apart(cards, edge.first, edge.second)
    ]
    edges.sort(key=lambda one: (-one.confidence, one.first, one.second))
    place: dict[str, tuple[str, Fraction]] = {}  # clip → (root, the clip's time less the root's)
    members: dict[str, list[str]] = {}
    told: dict[str, CameraLink] = {}
    for edge in edges:
        for clip in (edge.first, edge.second):
            place.setdefault(clip, (clip, Fraction(0)))
            members.setdefault(clip, [clip])
        (root, ours), (other, theirs) = place[edge.first], place[edge.second]
        if root == other:
            off = float(theirs - ours - edge.offset.seconds)
            if abs(off) > AGREE:
                told[edge.second] = edge
            continue
        moved = ours + edge.offset.seconds - theirs  # the other root's time less our root's
        for clip in members.pop(other):
            place[clip] = (root, place[clip][1] + moved)
            members[root].append(clip)
        told.setdefault(edge.second, edge)
        told.setdefault(edge.first, edge)
    groups = []
    for group in sorted(sorted(one) for one in members.values() if len(one) > 1):
        start = place[group[0]][1]
        groups.append(tuple(_link(group[0], clip, place[clip][1] - start, told[clip]) for clip in group[1:]))
    return tuple(groups)


def _link(first: str, second: str, offset: Fraction, edge: CameraLink) -> CameraLink:
    evidence = edge.evidence
    if {edge.first, edge.second} != {first, second}:
        evidence = {**evidence, "through": edge.first if edge.second == second else edge.second}
    return msgspec.structs.replace(
        edge, first=first, second=second, offset=Time.of_seconds(offset), evidence=evidence
    )


def _through_recordings(matches: Sequence[SoundMatch]) -> Iterable[CameraLink]:
    """Two clips that a recording heard at the same time."""
    by_sound: dict[str, list[SoundMatch]] = {}
    for match in matches:
        by_sound.setdefault(match.sound, []).append(match)
    for sound, those in by_sound.items():
        for one, two in combinations(sorted(those, key=lambda match: match.picture), 2):
            if one.heard.moved(one.offset).overlaps(two.heard.moved(two.offset)):
                yield CameraLink(
                    first=one.picture,
                    second=two.picture,
                    offset=one.offset - two.offset,
                    method=one.method if one.confidence < two.confidence else two.method,
                    confidence=round(min(one.confidence, two.confidence) * 0.99, 4),
                    evidence={"recording": sound},
                )


def _heard_together(pictures: Mapping[str, SyncSide], cards: Mapping[str, str]) -> Iterable[CameraLink]:
    pairs = {
        (first, second)
        for first, second in combinations(sorted(pictures), 2)
        if timecodes_meet(pictures[first], pictures[second])
    }
    heard = {name: landmarks(pictures[name].samples) for name in sorted(pictures)}
    pairs |= {(one.first, one.second) for one in candidates(heard)}
    for first, second in sorted(pairs):
        if not _apart(cards, first, second):
            continue
        found = sync_offset(pictures[first], pictures[second])
        if found.offset is None or found.method == "none":
            continue
        if found.method == "timecode" and found.evidence.get("audio") != "confirms":
            continue  # two cameras that each began at 01:00:00:00 say nothing of one another
        if any(key.startswith(("timecode_co", "ltc_co")) for key in found.evidence):
            continue
        yield CameraLink(
            first=first,
            second=second,
            offset=found.offset,
            method=found.method,
            confidence=found.confidence,
            drift_ppm=found.drift_ppm,
            evidence=found.evidence,
        )


def _apart(cards: Mapping[str, str], first: str, second: str) -> bool:
    """Whether two clips can have run at the same time."""
    card = cards.get(first)
    return not card or card != cards.get(second)
