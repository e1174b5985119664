"""The items of an xmeml track: where they lie once transitions are counted out, and the clips they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import msgspec
from lxml import etree

from answerprint.core.cut import Clip, Cut, Marker, TrackKind, Transition
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.model import Kept, MediaLink, source_of
from answerprint.formats.timelines.xmeml_document import flag_at, frame_at, number_at, rate_at, text_at, wrong
from answerprint.formats.timelines.xmeml_effects import (
    not_a_wipe,
    other_effects,
    read_cdl,
    read_gain,
    read_marker,
    read_speed,
    read_transition,
)
from answerprint.formats.timelines.xmeml_media import media_key, read_file
from answerprint.formats.timelines.xmeml_notes import note_in, restored_clip
from answerprint.formats.timelines.xmeml_timing import Timing, counting_rate, from_clip_frame, source_start

OPEN = -1  # a start or end that a transition decides
LONGEST = 10**9  # frames: beyond it no number is a place on a timeline
_TITLES = ("GraphicAndType", "Text", "Outline Text")


@dataclass
class Item:
    """A clip, generator or transition of a track. start, end: as said, OPEN where a transition decides.

    place and frames are the record range once that is settled; head and tail the frames of transitions that
    `in` and `out` reach beyond it."""

    element: etree._Element
    kind: TrackKind
    track: int
    start: int | None
    end: int | None
    number: int = 0  # among the clips of its track, from 1
    transition: Transition | None = None  # of a transitionitem, with the frame of its edit
    edit: int = 0
    way_in: Transition | None = None
    way_out: Transition | None = None
    place: int = 0
    frames: int = 0
    head: int = 0
    tail: int = 0
    clip: Clip | None = None
    losses: list[tuple[str, Kept, str]] = field(default_factory=list)


@dataclass
class _Edges:
    """The transitions at a clip's two ends."""

    into: Item | None = None
    out: Item | None = None


class Media:
    """The media that clips name, by asset: each file is told once and named again by its id."""

    def __init__(self, told: Mapping[tuple[str, str], etree._Element], file: str | None) -> None:
        self.links: dict[str, MediaLink] = {}
        self._told = told
        self._file = file
        self._assets: dict[str, str] = {}

    def of(self, item: etree._Element, inherited: Fraction) -> str:
        """The asset of a clip item, or of a generator."""
        element = item.find("file")
        if element is None:
            element = next(item.iterfind("multiclip//file"), None)
        name = text_at(item, "name")
        if element is None:
            length = frame_at(item, "duration", self._file) or 0
            return self._known(MediaLink(name=name, url="", rate=inherited, frames=max(length, 0)), "")
        identity = element.get("id", "")
        if identity not in self._assets or not identity:
            full = self._told.get(("file", identity), element) if identity else element
            link = read_file(full, inherited, self._file, name)
            self._assets[identity] = self._known(link, identity)
        return self._assets[identity]

    def _known(self, link: MediaLink, identity: str) -> str:
        """The asset name of a link. Media without a place may share a name and be different."""
        asset = media_key(link)
        if not link.url and self.links.get(asset, link) != link:
            asset = f"{asset} ({identity or len(self.links)})"
        self.links.setdefault(asset, link)
        return asset


def numbers_of(
    element: etree._Element, kind: TrackKind, track: int, rate: Fraction, file: str | None
) -> Item:
    """An item with its numbers. Raises FormatError AP-FORMAT-623 for what is none."""
    item = Item(element, kind, track, frame_at(element, "start", file), frame_at(element, "end", file))
    if any(one is not None and abs(one) > LONGEST for one in (item.start, item.end)):
        raise wrong("a frame number is beyond any timeline", element, file)
    if element.tag == "transitionitem":
        item.edit, item.transition = read_transition(element, rate, kind, file)
    return item


def laid_out(items: list[Item], file: str | None) -> list[Item]:
    """The clips of a track, with their transitions, at their places."""
    clips = [one for one in items if one.transition is None]
    for number, one in enumerate(clips, 1):
        one.number = number
    before: Item | None = None
    ways: list[Item] = []
    edges = {id(one): _Edges() for one in clips}
    for item in [*items, None]:
        if item is not None and item.transition is not None:
            ways.append(item)
            continue
        _share(ways, before, item, edges)
        before, ways = item, []
    reached = 0
    for one in clips:
        _settle(one, edges[id(one)], reached, file)
        reached = one.place + max(one.frames, 0)
    return clips


def clip_of(
    item: Item, rate: Fraction, track: str, nested: Cut | None, media: Media, file: str | None
) -> Clip:
    """The clip that an item is. What it says that a clip cannot hold is added to the item's losses."""
    element = item.element
    declared = rate_at(element, rate, file) or rate
    asset = "" if nested is not None else media.of(element, declared)
    link = MediaLink(name="", url="", rate=nested.rate, frames=0) if nested else media.links[asset]
    remap = read_speed(element, file)
    timing = _timing(item, file)
    timing = msgspec.structs.replace(timing, graph=remap.graph)
    grid = counting_rate(timing, item.head + item.frames + item.tail, rate, declared)
    start = source_start(timing, remap.speed, item.head, rate, grid, link.rate)
    clip = Clip(
        id=f"{track}.{item.place}",
        asset=asset,
        record=Range.of_ticks(item.place, item.place + item.frames, rate),
        source=source_of(Time.of_seconds(start), item.frames, rate, remap.speed),
        name=text_at(element, "name") or link.name,
        channels=_channels(item, file),
        muted=not flag_at(element, "enabled", True, file),
        gain_db=read_gain(element, file) if item.kind == "audio" else 0.0,
        speed=remap.speed,
        transition=item.way_in,
        fade_out=item.way_out,
        cdl=read_cdl(element),
        markers=tuple(_markers(element, timing, remap.speed, grid, link.rate, file)),
        nested=nested,
    )
    _losses(item, remap.ramp, file)
    note, unreadable = note_in(element)
    if note:
        try:
            clip = restored_clip(clip, note, rate)
        except (ValueError, TypeError, ZeroDivisionError):  # a person has edited it
            unreadable = True
    if unreadable:
        item.losses.append(("source_range", "approximated", "our note in Comment B can no longer be read"))
    return _moved(clip, link.first)


def _share(ways: list[Item], before: Item | None, after: Item | None, edges: dict[int, _Edges]) -> None:
    """Gives the transitions between two clips to the one they lead into, else to the one they lead out of."""
    if not ways:
        return
    into, out = ways[-1], ways[0]
    opened = (before is not None and before.end == OPEN, after is not None and after.start == OPEN)
    enters = opened[1] or (after is not None and not opened[0] and _touches(into, after.start))
    leaves = opened[0] or (before is not None and not opened[1] and _touches(out, before.end))
    if enters and after is not None:
        after.way_in = into.transition
        edges[id(after)].into = into
    if before is not None and leaves and not (enters and into is out):
        before.way_out = out.transition
    if before is not None and leaves:
        edges[id(before)].out = out
    used = [one for one, is_used in ((into, enters), (out, leaves)) if is_used]
    for way in ways:
        holder = after or before
        if holder is not None and way not in used:
            holder.losses.append(("dissolve", "lost", f"a transition at frame {way.start} touches no clip"))
        elif holder is not None and not_a_wipe(way.element, way.kind):
            name = text_at(way.element, "effect/name").strip()
            holder.losses.append(("wipe", "approximated", f"{name!r} is read as a wipe"))


def _touches(way: Item, frame: int | None) -> bool:
    return None not in (way.start, way.end, frame) and way.start <= frame <= way.end  # type: ignore[operator]


def _settle(item: Item, edges: _Edges, reached: int, file: str | None) -> None:
    """A clip's record range. Where nothing says an end of it, its source's length does."""
    into, out = edges.into, edges.out
    length = _length(item, file)
    start, end = item.start, item.end
    if into is not None and start == OPEN:
        start = into.edit
        item.head = into.edit - (into.start or 0)
    elif into is not None and start is not None and item.way_in is not None:
        item.way_in = msgspec.structs.replace(item.way_in, before=start - (into.start or 0))
    if out is not None and end == OPEN:
        end = out.edit
        item.tail = (out.end or 0) - out.edit
    elif out is not None and end is not None and item.way_out is not None:
        item.way_out = msgspec.structs.replace(item.way_out, before=end - (out.start or 0))
    guessed = start in (None, OPEN) or end in (None, OPEN)
    if start is None or start == OPEN:
        start = reached if end is None or end == OPEN else end - length + item.head + item.tail
    if end is None or end == OPEN:
        end = start + length - item.head - item.tail
    if guessed:
        item.losses.append(
            ("record_range", "approximated", "its place is not said, and taken from its length")
        )
    if start < 0:
        raise wrong(f"a clip starts at frame {start}, before its sequence", item.element, file)
    item.place, item.frames = start, end - start


def _length(item: Item, file: str | None) -> int:
    first, end = frame_at(item.element, "in", file), frame_at(item.element, "out", file)
    return 0 if first is None or end is None else end - first


def _timing(item: Item, file: str | None) -> Timing:
    element = item.element
    first = frame_at(element, "in", file) or 0
    end = frame_at(element, "out", file)
    length = item.head + item.frames + item.tail
    within = frame_at(element, "subclipinfo/startoffset", file) or 0  # a subclip counts from its own start
    ticks = number_at(element, "pproTicksIn", file)
    return Timing(
        first=first + within,
        end=(first + length if end is None else end) + within,
        duration=frame_at(element, "duration", file) or 0,
        ticks=None if ticks is None or within else round(ticks),
    )


def _channels(item: Item, file: str | None) -> tuple[int, ...]:
    """The sound of the file that is heard: one of its tracks, counted from 1; without a word, all of it."""
    source = item.element.find("sourcetrack")
    number = None if source is None else frame_at(source, "trackindex", file)
    heard = item.kind == "audio" and number is not None and number > 0
    return (number - 1,) if heard and number is not None else ()


def _markers(
    item: etree._Element,
    timing: Timing,
    speed: Fraction,
    grid: Fraction,
    media_rate: Fraction,
    file: str | None,
) -> Iterator[Marker]:
    """A clip item's notes, at their moments in the media."""
    for element in item.iterfind("marker"):
        start, frames, note = read_marker(element, file)
        since = from_clip_frame(start, timing, speed, grid, media_rate)
        end = since + frames / (media_rate if frames == 1 else grid)
        yield msgspec.structs.replace(note, range=Range(Time.of_seconds(since), Time.of_seconds(end)))


def _losses(item: Item, ramp: bool, file: str | None) -> None:
    element = item.element
    if ramp:
        item.losses.append(("speed", "approximated", "a speed that varies is read as its average"))
    if element.find("multiclip") is not None:
        item.losses.append(("media", "approximated", "of a multiclip one angle is kept"))
    source = text_at(element, "file/mediaSource").strip()
    if element.tag == "generatoritem" or source:
        made = source or text_at(element, "effect/effectid").strip()
        feature = "title" if made in _TITLES or "text" in made.casefold() else "generator"
        item.losses.append((feature, "lost", f"{made!r} is kept as a clip without media"))
    item.losses += [("effect", "lost", name) for name in other_effects(element, file)]


def _moved(clip: Clip, first: Time) -> Clip:
    """The clip with times counted from its media's clock, not from its first picture."""
    if not first.ticks:
        return clip
    markers = tuple(msgspec.structs.replace(one, range=one.range.moved(first)) for one in clip.markers)
    return msgspec.structs.replace(clip, source=clip.source.moved(first), markers=markers)
