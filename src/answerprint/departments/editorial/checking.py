"""An independent check of a finished cut: nothing here is shared with what made it.

It reads the cut as any program would, clip by clip, and holds it against the facts: how long media is, what
is damaged, what people decided, what the script asks for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

import msgspec

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.proposals import Decision
from answerprint.core.records import Damage
from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.editorial.legality import Illegal


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of the production.

    extents: asset → its own time, for each kind of track. damage: by asset. sound_of: picture asset → its
    separate sound, and sound time less picture time. lines: the script's, key → label; readable: those of
    which a usable reading exists; omitted: those that people took out. flubbed: readings with faults;
    clean: lines with a reading without any; circled: (line, asset). reported: slots whose short handles
    were told.
    """

    extents: Mapping[str, Mapping[str, Range]]
    damage: Mapping[str, Sequence[Damage]] = {}
    sound_of: Mapping[str, tuple[str, Time]] = {}
    lines: Mapping[str, str] = {}
    readable: frozenset[str] = frozenset()
    omitted: frozenset[str] = frozenset()
    flubbed: Sequence[tuple[str, str, Range]] = ()
    clean: frozenset[str] = frozenset()
    circled: frozenset[tuple[str, str]] = frozenset()
    handles: int = 0
    reported: frozenset[str] = frozenset()


def check_cut(cut: Cut, facts: Facts, decisions: Mapping[str, Decision] = {}) -> tuple[Illegal, ...]:
    """Every rule that the cut breaks, in the order of its tracks; nothing when it is legal."""
    return (
        *_tracks(cut, facts),
        *_links(cut, facts),
        *_decided(cut, decisions),
        *_covered(cut, facts, decisions),
    )


def _tracks(cut: Cut, facts: Facts) -> Iterator[Illegal]:
    for track in cut.tracks:
        at = 0
        for clip in track.clips:
            start, end = _frames(clip, cut)
            where = f"{track.name} {cut.timecode(start)}"
            if end <= start:
                yield Illegal(rule="frame", where=where, detail=f"{clip.id} lasts {end - start} frames")
            if start < at:
                yield Illegal(
                    rule="overlap", where=where, detail=f"{clip.id} begins {at - start} frames too early"
                )
            at = max(at, end)
            if clip.speed == 1 and clip.source.duration != clip.record.duration:
                yield Illegal(
                    rule="frame", where=where, detail=f"{clip.id}: source and record differ in length"
                )
            yield from _inside(clip, track, where, facts, cut)


def _inside(clip: Clip, track: CutTrack, where: str, facts: Facts, cut: Cut) -> Iterator[Illegal]:
    extent = facts.extents.get(clip.asset, {}).get(track.kind)
    if extent is None:
        yield Illegal(rule="range", where=where, detail=f"{clip.id}: its media has no {track.kind}")
        return
    before = (clip.source.start - extent.start).frame(cut.rate, Rounding.FLOOR)
    after = (extent.end - clip.source.end).frame(cut.rate, Rounding.FLOOR)
    if before < 0 or after < 0:
        beyond = min(before, after)
        yield Illegal(
            rule="range", where=where, detail=f"{clip.id} reaches {-beyond} frames beyond its media"
        )
    elif (
        track.kind == "video"
        and min(before, after) < facts.handles
        and clip.slot not in facts.reported
        and not clip.locked
    ):
        yield Illegal(
            rule="handles",
            where=where,
            detail=f"{clip.id} keeps {before} and {after} frames of handle, untold",
        )
    if track.muted or clip.muted or clip.locked:
        return
    for hit in facts.damage.get(clip.asset, ()):
        if hit.range is None or hit.range.overlaps(clip.source):
            yield Illegal(rule="damage", where=where, detail=f"{clip.id} shows what is damaged: {hit.reason}")


def _links(cut: Cut, facts: Facts) -> Iterator[Illegal]:
    """Clips of one link keep sync: the same moment of the take under the same frame of the cut."""
    groups: dict[str, list[tuple[CutTrack, Clip]]] = defaultdict(list)
    for track in cut.tracks:
        for clip in track.clips:
            if clip.link is not None:
                groups[clip.link].append((track, clip))
    for group in groups.values():
        pictures = [clip for track, clip in group if track.kind == "video"]
        if not pictures:
            continue
        mark = _zero(pictures[0])
        for track, clip in group:
            zero = _zero(clip)
            if clip.asset != pictures[0].asset:
                known = facts.sound_of.get(pictures[0].asset)
                if known is None or known[0] != clip.asset:
                    continue
                zero -= known[1].seconds
            if abs(zero - mark) * cut.rate >= 1:
                where = f"{track.name} {cut.timecode(_frames(clip, cut)[0])}"
                yield Illegal(
                    rule="sync", where=where, detail=f"{clip.id} is {float(zero - mark):+.3f} s out of sync"
                )


def _zero(clip: Clip) -> Fraction:
    return clip.source.start.seconds - clip.record.start.seconds


def _decided(cut: Cut, decisions: Mapping[str, Decision]) -> Iterator[Illegal]:
    for decision in decisions.values():
        clips = [
            (track, clip)
            for track in cut.tracks
            if not track.muted
            for clip in track.clips
            if clip.slot == decision.proposal
        ]
        for track, clip in clips:
            where = f"{track.name} {cut.timecode(_frames(clip, cut)[0])}"
            taken = decision.range is None or decision.range.overlaps(clip.source)
            if decision.answer == "reject" and decision.asset == clip.asset and taken:
                yield Illegal(
                    rule="rejected", where=where, detail=f"{clip.id} shows what {decision.by} rejected"
                )
            own_sound = track.kind == "audio" and clip.asset == decision.asset
            if decision.answer == "lock" and own_sound and not _as_locked(clip, decision):
                yield Illegal(rule="lock", where=where, detail=f"{clip.id} is not as it was locked")


def _as_locked(clip: Clip, decision: Decision) -> bool:
    """Whether a clip is what was locked, or a part of it where it was locked in parts."""
    if decision.range is None or decision.range == clip.source:
        return True
    whole = decision.range
    inside = whole.start <= clip.source.start and clip.source.end <= whole.end
    return bool(decision.frozen.get("parts")) and inside


def _covered(cut: Cut, facts: Facts, decisions: Mapping[str, Decision]) -> Iterator[Illegal]:
    heard: dict[str, Clip] = {}
    for track in cut.tracks:
        if not track.muted:
            for clip in track.clips:
                for line in clip.lines:
                    heard.setdefault(line, clip)
    flubbed: dict[tuple[str, str], list[Range]] = {}
    for line, asset, range_ in facts.flubbed:
        flubbed.setdefault((line, asset), []).append(range_)
    for key, label in facts.lines.items():
        here = heard.get(key)
        if here is None:
            if key in facts.readable and key not in facts.omitted:
                yield Illegal(
                    rule="line", where=label, detail="a usable reading exists and none is in the cut"
                )
            continue
        settled = f"take:{key}" in decisions or (key, here.asset) in facts.circled
        if key in facts.clean and not settled and _is_flubbed(here, flubbed.get((key, here.asset), ())):
            yield Illegal(rule="line", where=label, detail="a flubbed reading where a clean one exists")


def _is_flubbed(clip: Clip, readings: Sequence[Range]) -> bool:
    """Whether most of one of these readings lies in a clip."""
    for range_ in readings:
        shared = range_.intersection(clip.source)
        if shared is not None and 2 * shared.duration.seconds > range_.duration.seconds:
            return True
    return False


def _frames(clip: Clip, cut: Cut) -> tuple[int, int]:
    return clip.record.start.frame(cut.rate), clip.record.end.frame(cut.rate)


def labels(found: Iterable[Illegal]) -> list[str]:
    """What is broken, in words."""
    return [f"{one.where}: {one.detail} ({one.rule})" for one in found]
