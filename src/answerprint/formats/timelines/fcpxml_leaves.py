"""The elements of FCPXML that are clips: of an asset, a compound clip, a title or generator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import msgspec
from lxml import etree

from answerprint.core.cut import Clip, Cut, Marker, TrackKind, Transition
from answerprint.core.errors import FormatError
from answerprint.core.time import Range, Time, round_ticks
from answerprint.core.timecode import format_timecode
from answerprint.formats.timelines.fcpxml_document import time_at, wrong
from answerprint.formats.timelines.fcpxml_effects import gain_of, other_effects, volume_moves
from answerprint.formats.timelines.fcpxml_notes import SEEN, MarkerKey
from answerprint.formats.timelines.fcpxml_timing import Points, Span, conformed, mapped, points_of
from answerprint.formats.timelines.model import Kept, Loss, MediaLink, source_of

UNNAMED = "clip"  # the id of a clip until its track is known
LARGEST = 1_000_000  # clips of a sequence, what is laid out flat counted wherever it is used
NEAR_A_FRAME = Fraction(1, 1000)  # of a frame: as far off as a rounded time may be
_COLOURS = {"0": "RED", "1": "GREEN"}  # of a to-do, and of one that is done, as Final Cut shows them
_WORDS = ("keyword", "rating", "analysis-marker", "hidden-clip-marker")


@dataclass
class Leaf:
    """A clip of one track. clip: as its element says it, its source counted from its media's first picture;
    part: which of the element's clips it is."""

    element: etree._Element
    part: int
    kind: TrackKind
    order: tuple[int, int]  # of its track among those of its kind: lane, component
    start: int
    end: int
    clip: Clip
    first: Time  # of its media
    role: str
    group: str  # clips of one group move together

    def cross(self, way: Transition, *, into: bool) -> None:
        change: dict[str, Any] = {"transition" if into else "fade_out": way}
        self.clip = msgspec.structs.replace(self.clip, **change)


@dataclass(frozen=True)
class View:
    """Where the time of a container, or of what things are connected to, lies in the record, and what of it
    is seen and heard."""

    span: Span  # its local time at a moment of the record
    window: tuple[Fraction, Fraction] | None = None
    lane: int = 0
    picture: bool = True
    sound: bool = True
    enabled: bool = True
    named: str = ""  # after the container that holds it
    group: str = ""  # of the container, or of the clip it is connected to
    ref: str = ""  # the media of the clip it is connected to; empty in a container
    own_group: str = ""
    gain: float = 0.0
    cameras: int = 0  # multicams around it
    primary: bool = False  # the sequence's own storyline


@dataclass(frozen=True)
class Source:
    """What an element plays. begins: the media's timecode at its first picture, in seconds."""

    asset: str
    link: MediaLink
    begins: Fraction
    kinds: frozenset[str]
    nested: Cut | None = None


@dataclass
class Document:
    """What the items of a sequence need of its document."""

    file: str | None
    resources: Mapping[str, etree._Element]
    media: Callable[[etree._Element, etree._Element, Cut], tuple[str, MediaLink]]  # of an asset, by a clip
    generated: Callable[[str, Cut], tuple[str, MediaLink]]  # by name
    nested: Callable[[etree._Element, etree._Element], Cut]  # of a compound, by a clip
    told: Callable[[Loss], None]


@dataclass
class _Sound:
    channels: tuple[int, ...] = ()
    role: str = ""
    enabled: bool = True
    gain: float = 0.0


@dataclass
class Leaves:
    """The clips of one sequence as they are found."""

    document: Document
    cut: Cut  # without tracks: its rate and timecode
    told: dict[MarkerKey, list[Marker]]  # the markers known to be the cut's
    length: int  # of the sequence in frames
    leaves: list[Leaf] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)
    parts: dict[etree._Element, int] = field(default_factory=dict)
    groups: int = 0

    def leaf(self, element: etree._Element, view: View, seen: Span, whole: Span) -> None:
        """Adds the clips that an element is: its picture, then its sounds, for each stretch of even speed."""
        source = self._source(element, whole)
        points, eased = points_of(element, self.document.file)
        if points and max(value for _, value in points) < source.begins:  # counted from the first picture
            points = tuple((time, value + source.begins) for time, value in points)
        words = conformed(element, self.cut.rate)
        name = view.named or element.get("name", "")
        if words:
            self.lose("speed", whole.start, "approximated", words, name)
        pieces = mapped(seen, points)
        self.tell_ramp(pieces, eased, element, whole)
        picture = "video" in source.kinds and view.picture
        sounds = self._sounds(element, view, whole) if "audio" in source.kinds and view.sound else []
        joins = bool(view.group) and (not view.ref or (view.ref == element.get("ref") and not picture))
        group = view.group if joins else view.own_group
        heard = self._heard(element, seen, points) if sounds else []
        made = [self._made(element, view, one, source, None, group) for one in pieces if picture]
        for number, sound in enumerate(sounds):
            made += [self._made(element, view, one, source, (number, sound), group) for one in heard]
        self._markers(element, [one for one in made if one is not None], whole, points, source, view)

    def range_of(self, element: etree._Element) -> tuple[Fraction, Fraction]:
        """Start and duration of an element in its own time; of an asset-clip that leaves them out, its
        media's."""
        file = self.document.file
        start, length = time_at(element, "start", file), time_at(element, "duration", file)
        if start is not None and length is not None:
            return start, length
        found = self.document.resources.get(element.get("ref", ""))
        sequence = found.find("sequence") if found is not None and found.tag == "media" else None
        if sequence is not None:
            start = time_at(sequence, "tcStart", file) if start is None else start
            length = time_at(sequence, "duration", file) if length is None else length
        elif found is not None and found.tag == "asset":
            start = time_at(found, "start", file) if start is None else start
            length = time_at(found, "duration", file) if length is None else length
        return start or Fraction(0), length or Fraction(0)

    def marker(self, element: etree._Element, whole: Span) -> tuple[int, Fraction, tuple[str, str]]:
        """A marker's frame in the record, length in seconds, and words."""
        at = self.time(element, "start", whole.local)
        words = (element.get("value", ""), element.get("note", ""))
        length = max(self.time(element, "duration", Fraction(0)), Fraction(0))
        return self.frame(whole.at(at)), length, words

    def cuts_own(self, frame: int, element: etree._Element, whole: Span, view: View) -> Marker | None:
        """The cut's marker that an element is, where it is known to be one: on the item of the storyline that
        it lies over, or beyond all of them."""
        over = self.frame(whole.start) <= frame < self.frame(whole.end) or not 0 <= frame < self.length
        known = self.told.get((frame, element.get("value", ""), element.get("note", "")))
        return known.pop(0) if known and view.primary and over else None

    def gain(self, element: etree._Element, whole: Span) -> float:
        if volume_moves(element):
            self.lose(
                "gain",
                whole.start,
                "approximated",
                "a volume that moves is read as one",
                element.get("name", ""),
            )
        return gain_of(element, self.document.file)

    def tell_effects(self, element: etree._Element, whole: Span) -> None:
        name = element.get("name", "")
        for effect in other_effects(element):
            self.lose("effect", whole.start, "lost", effect, name)
        for one in element:
            if one.tag in _WORDS:
                said = f"{one.tag} {one.get('value', '')[:40]!r}"
                self.lose("clip_markers", whole.start, "lost", said, name)

    def tell_ramp(self, pieces: list[Span], eased: bool, element: etree._Element, whole: Span) -> None:
        if eased and len(pieces) > 1:
            words = f"a speed that eases is read as {len(pieces)} of even speed"
            self.lose("speed", whole.start, "approximated", words, element.get("name", ""))

    def lose(self, feature: str, seconds: Fraction, kind: Kept, detail: str, name: str = "") -> None:
        frame = self.frame(seconds) + self.cut.start_frame
        label = format_timecode(frame, self.cut.rate, drop=self.cut.drop)
        self.document.told(Loss(feature, f"{label} {name[:40]}".strip(), kind, detail))

    def new_group(self) -> str:
        self.groups += 1
        return f"clip {self.groups}"

    def frame(self, seconds: Fraction) -> int:
        return round_ticks(seconds * self.cut.rate)

    def time(self, element: etree._Element, name: str, default: Fraction) -> Fraction:
        found = time_at(element, name, self.document.file)
        return default if found is None else found

    def wrong(self, message: str, element: etree._Element) -> FormatError:
        return wrong(message, element, self.document.file)

    def _source(self, element: etree._Element, whole: Span) -> Source:
        ref = element.get("ref", "")
        found = self.document.resources.get(ref)
        if found is None:
            raise self.wrong(f"the resource {ref[:40]!r} is nowhere told", element)
        if element.tag == "ref-clip":
            nested = self.document.nested(found, element)
            held: set[str] = {one.kind for one in nested.tracks if one.clips} or {"video"}
            link = MediaLink(name=nested.name, url="", rate=nested.rate, frames=nested.frames)
            return Source("", link, nested.start_frame / nested.rate, _enabled(element, held), nested)
        if found.tag != "asset":
            feature = "title" if element.tag == "title" else "generator"
            name = found.get("name", "") or element.get("name", "")
            self.lose(feature, whole.start, "lost", f"{name[:60]!r} is kept as a clip without media")
            asset, link = self.document.generated(element.get("name", "") or name, self.cut)
            return Source(
                asset, link, Fraction(0), frozenset(("audio" if element.tag == "audio" else "video",))
            )
        asset, link = self.document.media(found, element, self.cut)
        sound = found.get("hasAudio") == "1"
        picture = found.get("hasVideo") == "1" or not sound
        held = {kind for kind, there in (("video", picture), ("audio", sound)) if there}
        kinds = _enabled(element, held) if element.tag == "asset-clip" else frozenset((str(element.tag),))
        return Source(asset, link, self.time(found, "start", Fraction(0)), kinds)

    def _sounds(self, element: etree._Element, view: View, whole: Span) -> list[_Sound]:
        """The components of an element's sound: each its own clip."""
        gain = view.gain + self.gain(element, whole)
        role = element.get("audioRole") or element.get("role") or ""
        found = [
            _Sound(
                self._channels(one),
                one.get("role", ""),
                one.get("enabled") != "0",
                gain + self.gain(one, whole),
            )
            for one in element.iterfind("audio-channel-source")
            if one.get("active") != "0"
        ]
        if element.find("audio-channel-source/mute") is not None:
            self.lose("effect", whole.start, "lost", "a stretch made silent", element.get("name", ""))
        return found or [_Sound(self._channels(element), role, True, gain)]

    def _channels(self, element: etree._Element) -> tuple[int, ...]:
        text = element.get("srcCh", "").strip()
        numbers = [one.strip() for one in text.split(",")] if text else []
        if not all(one.isascii() and one.isdigit() and 0 < int(one) < 10_000 for one in numbers):
            raise self.wrong(f"srcCh is {text[:40]!r}, no list of channels", element)
        return tuple(int(one) - 1 for one in numbers)

    def _heard(self, element: etree._Element, seen: Span, points: Points) -> list[Span]:
        """The stretches of an element's sound, which a split edit gives a range of its own."""
        start, length = (time_at(element, one, self.document.file) for one in ("audioStart", "audioDuration"))
        if seen.speed > 0 and (start is not None or length is not None):
            begins = seen.local if start is None else start
            ends = seen.local + (seen.end - seen.start) * seen.speed if length is None else begins + length
            seen = Span(seen.at(begins), seen.at(ends), begins, seen.speed)
        return mapped(seen, points) if seen.start < seen.end else []

    def _made(
        self,
        element: etree._Element,
        view: View,
        piece: Span,
        source: Source,
        heard: tuple[int, _Sound] | None,
        group: str,
    ) -> Leaf | None:
        rate = self.cut.rate
        start, end = self.frame(piece.start), self.frame(piece.end)
        name = view.named or element.get("name", "") or source.link.name
        off = start / rate - piece.start
        since = piece.local - source.begins
        if abs(off * rate) > NEAR_A_FRAME:
            self.lose(
                "record_range",
                piece.start,
                "approximated",
                "it does not lie on a frame of the sequence",
                name,
            )
            since += off * piece.speed
        if start >= end or start < 0:
            words = "it begins before the sequence" if start < 0 else "it is shorter than a frame"
            self.lose("clips", piece.start, "lost", words, name)
            return None
        if len(self.leaves) >= LARGEST:
            raise FormatError(
                "AP-FORMAT-607",
                f"laid out flat it holds more than {LARGEST} clips",
                file=self.document.file,
                remedy="export its sequences one by one",
            )
        number, sound = heard or (0, _Sound(role=element.get("videoRole") or element.get("role") or ""))
        note = element.findtext("note")
        clip = Clip(
            id=UNNAMED,
            asset=source.asset,
            record=Range.of_ticks(start, end, rate),
            source=source_of(Time.of_seconds(since), end - start, rate, piece.speed),
            name=name,
            channels=sound.channels,
            muted=not (view.enabled and sound.enabled),
            gain_db=sound.gain,
            speed=piece.speed,
            nested=source.nested,
            metadata={"note": note} if note else {},
        )
        part = self.parts.get(element, 0)
        self.parts[element] = part + 1
        leaf = Leaf(
            element=element,
            part=part,
            kind="audio" if heard else "video",
            order=(view.lane, number),
            start=start,
            end=end,
            clip=clip,
            first=source.link.first,
            role=sound.role,
            group=group,
        )
        self.leaves.append(leaf)
        return leaf

    def _markers(
        self,
        element: etree._Element,
        made: list[Leaf],
        whole: Span,
        points: Points,
        source: Source,
        view: View,
    ) -> None:
        """Gives the clips of an element its markers, at their moments in the media."""
        for one in element:
            if one.tag not in ("marker", "chapter-marker"):
                continue
            frame, length, (name, comment) = self.marker(one, whole)
            told = self.cuts_own(frame, one, whole, view)
            if told is not None:
                self.markers.append(told)
                continue
            at = self.time(one, "start", whole.local)
            shown = mapped(Span(Fraction(0), Fraction(1), at, Fraction(1)), points)[0].local - source.begins
            range_ = Range(Time.of_seconds(shown), Time.of_seconds(shown + length))
            colour = "ORANGE" if one.tag == "chapter-marker" else _COLOURS.get(one.get("completed", ""), SEEN)
            inside = [leaf for leaf in made if leaf.start <= frame < leaf.end] or made
            for leaf in inside[:1]:
                markers = (*leaf.clip.markers, Marker(range_, name, comment, colour))
                leaf.clip = msgspec.structs.replace(leaf.clip, markers=markers)


def _enabled(element: etree._Element, held: Collection[str]) -> frozenset[str]:
    """Of what its media holds, what an element plays; an element that asks for one kind has it."""
    said = element.get("srcEnable", "all")
    return frozenset((said,)) if said in ("video", "audio") else frozenset(held)
