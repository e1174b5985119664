"""A timeline that comes back from an editing program: what an editor changed in it, as decisions.

A slot whose range, take, leads or cutaway she changed is locked as she left it; slots she took out or moved
are a paper edit; a picture of the production that she laid in is an insert. Clips are known again by the slot
that was written with them, else by their media and the source they share with what went out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from typing import Any

import msgspec

from answerprint.core.cut import Clip, Cut
from answerprint.core.proposals import Decision
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.paper import PAPER
from answerprint.departments.editorial.pieces import CUTAWAY, INSERT
from answerprint.departments.editorial.room_tone import ROOM_TONE
from answerprint.formats.timelines.model import MediaLink, frame_on_screen, record_frames


class Slot(msgspec.Struct):
    """The clips of a slot: what is heard and what is seen of it, and pictures over it."""

    heard: list[Clip] = []
    seen: list[Clip] = []
    over: list[Clip] = []


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """How a slot lies in a cut. range: what is heard, in the time of the asset that is seen; head, tail:
    frames by which its picture begins and ends after its sound; slip: from the picture's time to the sound's.
    """

    asset: str
    range: Range
    head: int = 0
    tail: int = 0
    gain_db: float = 0.0
    cutaway: tuple[str, Time, int, int] | None = None  # asset, its first time, start in the slot, frames
    silent: bool = False
    slip: Time | None = None


class Returned(msgspec.Struct, frozen=True):
    """What an editor decided. apart: clips whose slot no decision can say, its sound out of step with its
    picture, at another speed, or in several parts."""

    decisions: tuple[Decision, ...]
    apart: tuple[Clip, ...]


def returned(before: Cut, after: Cut, links: Mapping[str, MediaLink], out: Sequence[str] = ()) -> Returned:
    """The decisions that turn the cut that went out into the one that came back, both on assets that links
    knows. out: slots that a paper edit leaves out already.

    What else a decision cannot say (a gap, an effect) is in neither: cut again, and compare.
    """
    reader = _Reader(before, links)
    old, new = reader.slots(before), reader.slots(after)
    decisions: list[Decision] = []
    apart: list[Clip] = []
    for id, slot in new.items():
        earlier = reader.form(old[id]) if id in old else None
        now = reader.form(slot, earlier)
        if now is None:
            apart.append((slot.heard or slot.seen)[0])
        if now is None or now == earlier:
            continue
        if id.startswith(INSERT):
            frozen = {"silent": True} if now.silent else {}
            decisions.append(
                Decision(proposal=id, answer="accept", asset=now.asset, range=now.range, frozen=frozen)
            )
        elif earlier is not None and now == msgspec.structs.replace(earlier, cutaway=None):
            decisions.append(Decision(proposal=cutaway_of(id), answer="reject", asset=now.asset))
        else:
            decisions.append(_lock(id, now, earlier))
    for id in old:
        if id.startswith(INSERT) and id not in new:
            decisions.append(Decision(proposal=id, answer="reject"))
    gone = [id for id in old if id not in new and not id.startswith(INSERT)]
    if gone or [id for id in old if id in new] != list(new):
        frozen_order = {"order": list(new), "out": list(dict.fromkeys((*out, *gone)))}
        decisions.append(Decision(proposal=PAPER, answer="accept", frozen=frozen_order))
    return Returned(tuple(decisions), tuple(apart))


def cutaway_of(slot: str) -> str:
    """The proposal of the picture over a slot."""
    return f"{CUTAWAY}{slot.partition(':')[2]}"


def _lock(id: str, now: Form, earlier: Form | None) -> Decision:
    frozen: dict[str, Any] = {
        name: value for name in ("head", "tail", "silent") if (value := getattr(now, name))
    }
    if earlier is not None and now.gain_db != earlier.gain_db:
        frozen["gain_change_db"] = round(now.gain_db - earlier.gain_db, 2)
    if now.cutaway is not None:
        asset, first, start, frames = now.cutaway
        frozen["cutaway"] = {"asset": asset, "source": str(first.seconds), "start": start, "frames": frames}
    return Decision(proposal=id, answer="lock", asset=now.asset, range=now.range, frozen=frozen)


class _Reader:
    """Knows clips again by those of the cut that went out."""

    def __init__(self, cut: Cut, links: Mapping[str, MediaLink]) -> None:
        self.rate = cut.rate
        self._links = links
        self._names = {clip.slot for track in cut.tracks for clip in track.clips if clip.slot}
        self._heard: set[str] = set()
        self._clips: dict[tuple[str, str], list[tuple[Clip, str]]] = {}
        for track in cut.tracks:
            for clip in track.clips if not track.muted else ():
                slot = "" if track.role == ROOM_TONE else clip.slot or ""
                if track.kind == "audio":
                    self._heard.add(slot)
                self._clips.setdefault((track.kind, clip.asset), []).append((clip, slot))

    def slots(self, cut: Cut) -> dict[str, Slot]:
        """The slots of a cut, in the order in which they are heard (seen, where nothing is)."""
        found: dict[str, Slot] = {}
        pictures: list[Clip] = []
        sounds: list[Clip] = []
        for track in cut.tracks:
            for clip in track.clips if not track.muted else ():
                slot = self._slot_of(clip, track.kind)
                if clip.muted or slot == "":  # room tone is laid anew
                    continue
                if slot is None or slot.startswith(CUTAWAY):
                    (sounds if track.kind == "audio" else pictures).append(clip)
                else:
                    entry = found.setdefault(slot, Slot())
                    (entry.heard if track.kind == "audio" else entry.seen).append(clip)
        for entry in found.values():  # a second use of a slot's material is none of that slot
            entry.seen, strays = self._together(entry.seen)
            pictures += strays
            entry.heard, strays = self._together(entry.heard)
            sounds += strays
        for id in [id for id, entry in found.items() if not entry.heard and id in self._heard]:
            pictures += found.pop(id).seen  # what is left of a line that is gone: a picture like any other
        for clip in pictures:
            self._place(clip, sounds, found)
        for entry in found.values():
            for clips in (entry.heard, entry.seen):
                clips.sort(key=lambda one: one.record.start)
        return dict(sorted(found.items(), key=lambda one: (one[1].heard or one[1].seen)[0].record.start))

    def _slot_of(self, clip: Clip, kind: str) -> str | None:
        """The slot of a clip, "" for room tone, None for one that is new."""
        shared = [
            (both.duration.seconds, slot)
            for other, slot in self._clips.get((kind, clip.asset), ())
            if (both := clip.source.intersection(other.source)) is not None
        ]
        best = max(shared, default=(Fraction(0), None), key=lambda one: one[0])[1]
        return clip.slot if best != "" and clip.slot in self._names else best

    def _together(self, clips: list[Clip]) -> tuple[list[Clip], list[Clip]]:
        """The clips that lie in one run with the longest of them, and the others."""
        if len(clips) < 2:
            return clips, []
        most = max(clips, key=lambda one: one.record.duration.seconds)
        run = [one for one in clips if self._in_step(most, one)]
        return run, [one for one in clips if one not in run]

    def _place(self, clip: Clip, sounds: Sequence[Clip], found: dict[str, Slot]) -> None:
        """A picture of no slot: a cutaway over the line that is heard beneath it, else an insert."""
        for slot in found.values():
            beneath = Range(slot.heard[0].record.start, slot.heard[-1].record.end) if slot.heard else None
            if beneath is not None and beneath.overlaps(clip.record):
                slot.over.append(clip)
                return
        if clip.asset not in self._links:
            return
        own = [one for one in sounds if one.asset == clip.asset and one.record.start == clip.record.start]
        place = f"{clip.asset} {clip.source.start.seconds} {clip.record.duration.seconds}"
        id = clip.slot if clip.slot and clip.slot.startswith(INSERT) else _insert(place)
        found[id] = Slot(heard=own[:1], seen=[clip])

    def form(self, slot: Slot, earlier: Form | None = None) -> Form | None:
        """How a slot lies. None where one range cannot say it: parts out of order, or sound out of sync.

        A place that shows the same picture as before is the same place: programs count in whole frames.
        """
        heard, seen = slot.heard, slot.seen
        if not (self._goes_on(heard) and self._goes_on(seen, over=True)):
            return None
        slip = earlier.slip if earlier is not None else None
        if not seen:
            if earlier is None or slip is None:
                return None
            start, asset, head, tail = heard[0].source.start - slip, earlier.asset, 0, 0
        else:
            asset = seen[0].asset
            first, last = record_frames(seen[0], self.rate)[0], record_frames(seen[-1], self.rate)[1]
            begins, ends = self._frames(heard or seen)
            start = seen[0].source.start + Time(begins - first, self.rate)
            head, tail = first - begins, last - ends
        if earlier is not None and asset == earlier.asset and self._same(asset, start, earlier.range.start):
            start = earlier.range.start
        own = heard[0].source.start - start if heard else None
        if earlier is not None and asset == earlier.asset and own is not None and slip is not None:
            if abs((own - slip).seconds) * self.rate >= 1:
                return None
            own = slip
        begins, ends = self._frames(heard or seen)
        return Form(
            asset=asset,
            range=Range(start, start + Time(ends - begins, self.rate)),
            head=head,
            tail=tail,
            gain_db=heard[0].gain_db if heard else 0.0,
            cutaway=self._cutaway(slot, earlier),
            silent=not heard,
            slip=own,
        )

    def _cutaway(self, slot: Slot, earlier: Form | None) -> tuple[str, Time, int, int] | None:
        if len(slot.over) != 1:
            return None
        over = slot.over[0]
        first, end = record_frames(over, self.rate)
        made = (over.asset, over.source.start, first - self._frames(slot.heard)[0], end - first)
        was = earlier.cutaway if earlier is not None else None
        if was is not None and was[0] == made[0] and self._same(made[0], made[1], was[1]):
            return was[0], was[1], made[2], made[3]
        return made

    def _frames(self, clips: Sequence[Clip]) -> tuple[int, int]:
        return record_frames(clips[0], self.rate)[0], record_frames(clips[-1], self.rate)[1]

    def _same(self, asset: str, one: Time, other: Time) -> bool:
        """Whether two places of an asset are one to a program that counts in whole frames."""
        link = self._links.get(asset)
        if link is not None and link.picture:
            return frame_on_screen(link, one) == frame_on_screen(link, other)
        return abs((one - other).seconds) * self.rate < Fraction(1, 2)

    def _goes_on(self, clips: Sequence[Clip], *, over: bool = False) -> bool:
        """Whether clips are one take at its own speed, one after another (over: with something between)."""
        return all(one.speed == 1 and one.nested is None for one in clips) and all(
            (over or one.record.end == other.record.start) and self._in_step(one, other)
            for one, other in pairwise(clips)
        )

    def _in_step(self, one: Clip, other: Clip) -> bool:
        """Whether two clips show one asset at one and the same offset, but for whole-frame rounding."""
        apart = (other.source.start - one.source.start) - (other.record.start - one.record.start)
        return one.asset == other.asset and abs(apart.seconds) * self.rate < 1


def _insert(place: str) -> str:
    return f"{INSERT}{sha256(place.encode()).hexdigest()[:12]}"
