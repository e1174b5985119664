"""The media behind an AAF's clips: from master mobs along their chain of mobs to files and tapes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import msgspec
from aaf2 import components, essence, mobs

from answerprint.core.cut import Cdl
from answerprint.core.errors import FormatError
from answerprint.core.time import round_ticks
from answerprint.core.timecode import can_drop, nominal, snap_rate
from answerprint.formats.timelines.aaf_effects import exact
from answerprint.formats.timelines.aaf_media import cdl_of, url_of
from answerprint.formats.timelines.aaf_own import attributes, kept, plain, restored, unpacked
from answerprint.formats.timelines.aaf_pieces import DEEPEST
from answerprint.formats.timelines.model import Loss, MediaLink

FASTEST = 1000  # pictures a second; slots with more edit units count samples
PICTURES = ("picture", "legacypicture")
SOUNDS = ("sound", "legacysound")


class Source(msgspec.Struct, frozen=True):
    """What a clip refers to. offset: seconds from the media's first frame to where the slot begins."""

    name: str
    asset: str
    link: MediaLink
    offset: Fraction
    channels: tuple[int, ...]
    cdl: Cdl | None


class _Step(msgspec.Struct, frozen=True):
    """A mob on the way to the tape. at: seconds from where its slot begins to the media's first frame."""

    mob: Any
    slot: Any
    at: Fraction


class Media:
    """Reads media mobs, each once."""

    def __init__(self, file: Any, rate: Fraction, name: str | None) -> None:
        self._mobs = file.content.mobs
        self._rate = rate
        self._file = name
        self._sources: dict[tuple[str, int], Source] = {}
        self._links: dict[str, tuple[str, MediaLink]] = {}
        self.losses: list[Loss] = []
        self.embedded = {str(one.mob_id) for one in file.content.essencedata or ()}

    def source(self, mob_id: Any, slot_id: int) -> Source:
        """The media in a slot of a mob. A mob that is not there is media that is offline.

        Raises FormatError AP-FORMAT-645 for mobs that refer to one another in a circle.
        """
        key = (str(mob_id), slot_id)
        if key not in self._sources:
            self._sources[key] = self._source(mob_id, slot_id)
        return self._sources[key]

    def _source(self, mob_id: Any, slot_id: int) -> Source:
        mob = self._mobs.get(mob_id)
        if mob is None:
            name = str(mob_id)
            self.losses.append(Loss("media", name, "lost", "the file does not say what this clip shows"))
            link = MediaLink(name=name, url="", rate=self._rate, frames=0)
            return Source(name, name, link, Fraction(0), (), None)
        asset, link = self._link(mob)
        slot = next((one for one in mob.slots if one.slot_id == slot_id), None)
        first = self._reference(slot) if slot is not None else None
        offset = Fraction(0)
        if slot is not None and first is not None and isinstance(mob, mobs.MasterMob):
            offset = Fraction(first.start or 0) / exact(slot.edit_rate)
        sounds = [one.slot_id for one in mob.slots if kind_of(one) in SOUNDS]
        channels: tuple[int, ...] = ()
        if slot is not None and slot_id in sounds and len(sounds) > 1:
            number = slot.getvalue("PhysicalTrackNumber")
            channels = (number - 1 if isinstance(number, int) and number > 0 else sounds.index(slot_id),)
        comments = {**attributes(mob, "MobAttributeList"), **attributes(mob, "UserComments")}
        return Source(str(mob.name or ""), asset, link, offset, channels, cdl_of(comments))

    def _link(self, mob: Any) -> tuple[str, MediaLink]:
        """A mob's asset and media, as its slots say together: the picture's first, else the sound's."""
        key = str(mob.mob_id)
        if key in self._links:
            return self._links[key]
        slots = [one for one in mob.slots if kind_of(one) in (*PICTURES, *SOUNDS)]
        slots.sort(key=lambda one: kind_of(one) in SOUNDS)
        sounds = sum(kind_of(one) in SOUNDS for one in slots)
        steps = list(self._chain(mob, slots[0])) if slots else []
        link = self._said(mob, steps, sounds, picture=bool(slots) and kind_of(slots[0]) in PICTURES)
        if sounds and link.picture:
            sound = next(one for one in slots if kind_of(one) in SOUNDS)
            rate = self._said(mob, list(self._chain(mob, sound)), sounds, picture=False).sample_rate
            link = msgspec.structs.replace(link, sample_rate=rate)
        own = kept(mob)
        times = unpacked(own.get("times"))
        known = restored(MediaLink, own.get("link"), frame_times=times) if own else None
        if known is not None and known.frame_times and known.time_base is None:
            known = None  # a table without its unit is none of ours
        asset = str(own.get("asset") or "")
        if known is not None:
            link = _ours(known, link)
        self._links[key] = (self._named(asset or link.url or link.name, link), link)
        return self._links[key]

    def _named(self, asset: str, link: MediaLink) -> str:
        """An asset's name that no other media has."""
        taken = dict(self._links.values())
        name, number = asset, 2
        while taken.get(name, link) != link:
            name, number = f"{asset} ({number})", number + 1
        return name

    def _said(self, mob: Any, steps: list[_Step], sounds: int, *, picture: bool) -> MediaLink:
        url, reel, sample_rate, width, height = "", None, None, None, None
        start, drop, rate = 0, False, None
        for step in steps:
            descriptor = step.mob.getvalue("EssenceDescription")
            if descriptor is None:
                continue
            for locator in descriptor.getvalue("Locator") or ():
                url = url_of(locator.getvalue("URLString") or "") or url  # the farthest is the original
            if isinstance(descriptor, essence.TapeDescriptor):
                reel = str(step.mob.name or "") or None
            sampled = descriptor.getvalue("AudioSamplingRate")
            if sampled:
                sample_rate = int(sampled)
            width = descriptor.getvalue("StoredWidth") or width
            height = descriptor.getvalue("StoredHeight") or height
            found = _timecode(step) if rate is None else None
            if found is not None:
                start, drop, rate = found
        file = next((one.slot for one in steps if isinstance(one.mob, mobs.SourceMob)), None)
        lasts = file if file is not None else steps[0].slot if steps else None
        counted = snap_rate(exact(lasts.edit_rate)) if lasts is not None else self._rate
        if counted > FASTEST or (not picture and rate is not None):
            counted = rate or self._rate
        frames = 0
        if lasts is not None:
            seconds = Fraction(max(self._length(lasts), 0)) / exact(lasts.edit_rate)
            frames = round_ticks(seconds * counted)
        if any(str(step.mob.mob_id) in self.embedded for step in steps):
            lost = "its picture or sound is inside the AAF and is only named"
            self.losses.append(Loss("media", str(mob.name or ""), "lost", lost))
        return MediaLink(
            name=url.rsplit("/", 1)[-1] or str(mob.name or ""),
            url=url,
            rate=counted,
            frames=frames,
            start_frame=round_ticks(start * counted / (rate or counted)),
            drop=drop and can_drop(counted),
            reel=reel,
            picture=picture,
            width=width,
            height=height,
            channels=sounds,
            sample_rate=sample_rate,
        )

    def _chain(self, mob: Any, slot: Any) -> Iterator[_Step]:
        """The mobs from one to its tape. Seconds count from the file's first frame on."""
        seen: set[str] = set()
        at = Fraction(0)
        while True:
            key = str(mob.mob_id)
            if key in seen or len(seen) > DEEPEST:
                raise FormatError(
                    "AP-FORMAT-645", f"{mob.name}: its mobs refer to one another in a circle", file=self._file
                )
            seen.add(key)
            yield _Step(mob, slot, at)
            clip = self._reference(slot)
            further = self._mobs.get(clip.mob_id) if clip is not None and clip.mob_id is not None else None
            if further is None:
                return
            if isinstance(mob, mobs.SourceMob):
                at += Fraction(clip.start or 0) / exact(slot.edit_rate)
            following = next((one for one in further.slots if one.slot_id == clip.slot_id), None)
            if following is None or following.getvalue("EditRate") is None:
                return
            mob, slot = further, following

    def _reference(self, slot: Any) -> Any:
        """The source clip in a slot, the first where it has several."""
        segment = slot.segment
        for _ in range(DEEPEST):
            if isinstance(segment, components.SourceClip):
                return segment
            if isinstance(segment, components.Sequence):
                inside = list(segment.components)
            elif isinstance(segment, components.EssenceGroup):
                inside = list(segment.getvalue("Choices") or ())
            elif isinstance(segment, components.OperationGroup):
                inside = list(segment.getvalue("InputSegments") or ())
            elif isinstance(segment, components.Pulldown):
                inside = [segment["InputSegment"].value]
            else:
                return None
            if not inside:
                return None
            segment = inside[0]
        return None

    def _length(self, slot: Any) -> int:
        value = slot.segment.getvalue("Length")
        return value if isinstance(value, int) else 0


def kind_of(slot: Any) -> str:
    """What a slot carries: `picture`, `sound`, `timecode` and others; empty where it has no edit units."""
    if slot.getvalue("EditRate") is None or slot.getvalue("Segment") is None:
        return ""
    return str(slot.media_kind or "").lower()


def timecode_in(slot: Any) -> Any:
    """The timecode in a slot that counts at its own edit rate; None where it has none."""
    segment = slot.getvalue("Segment")
    if isinstance(segment, components.Sequence):
        segment = next(iter(segment.components), None)
    if not isinstance(segment, components.Timecode) or not slot.getvalue("EditRate"):
        return None
    return segment if segment.fps == nominal(snap_rate(exact(slot.edit_rate))) else None


def timecodes(mob: Any) -> list[tuple[Any, Any]]:
    """A mob's slots with timecode, and it; the primary one first."""
    found = [(slot, one) for slot in mob.slots if (one := timecode_in(slot)) is not None]
    return sorted(found, key=lambda pair: pair[0].getvalue("PhysicalTrackNumber") != 1)


def _timecode(step: _Step) -> tuple[int, bool, Fraction] | None:
    """The timecode of the media's first frame by a mob's timecode track: its frame, drop-frame, its rate."""
    for slot, timecode in timecodes(step.mob):
        rate = snap_rate(exact(slot.edit_rate))
        start = int(timecode.start or 0) + round_ticks(step.at * rate)
        return start, bool(timecode.drop) and can_drop(rate), rate
    return None


def _ours(known: MediaLink, said: MediaLink) -> MediaLink:
    """Our own record of media where the file still says the same; where it was changed, what it says."""
    changed: dict[str, Any] = {
        name: getattr(said, name)
        for name in ("rate", "frames", "start_frame", "drop")
        if getattr(said, name) != getattr(known, name)
    }
    if plain(known.reel or "") != (said.reel or ""):
        changed["reel"] = said.reel
    return msgspec.structs.replace(known, **changed)
