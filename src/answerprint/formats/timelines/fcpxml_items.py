"""The clips of one FCPXML sequence, each at its place in the record.

Storylines, connected clips, and the containers that a cut has no form for (`clip`, `sync-clip`, `mc-clip`,
`audition`) are walked through; what those hold is laid out flat, and told where it was more than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from lxml import etree

from answerprint.core.cut import Marker
from answerprint.core.errors import FormatError
from answerprint.core.time import Range
from answerprint.formats.timelines.fcpxml_document import time_at, whole_at
from answerprint.formats.timelines.fcpxml_leaves import Document, Leaf, Leaves, View
from answerprint.formats.timelines.fcpxml_notes import SEEN
from answerprint.formats.timelines.fcpxml_timing import Span, mapped, points_of
from answerprint.formats.timelines.fcpxml_transitions import Way, read_transition

__all__ = ["Document", "Items", "Leaf", "View"]

STORY = (
    "asset-clip",
    "clip",
    "ref-clip",
    "mc-clip",
    "sync-clip",
    "video",
    "audio",
    "title",
    "audition",
    "gap",
)
CAMERAS = 4  # multicams in multicams


class Items(Leaves):
    """The items of one sequence, found by walking through it."""

    def storyline(self, elements: Iterable[etree._Element], view: View, begins: Fraction) -> None:
        """Elements that follow one another, with the transitions between them. begins: the local time of the
        first, where it does not say."""
        at = begins
        ways: list[Way] = []
        before: list[Leaf] = []
        edge: int | None = None  # where the clip before ends
        for element in elements:
            if element.tag == "transition":
                ways.append(self._way(element, view, at))
            elif element.tag in STORY:
                offset = self.time(element, "offset", at)
                made, whole = self._element(element, view, offset)
                start = None if whole is None else self.frame(whole.start)
                self._share(ways, before, edge, made, start)
                before, edge = made, None if whole is None else self.frame(whole.end)
                ways = []
                at = offset + max(self.range_of(element)[1], Fraction(0))
        self._share(ways, before, edge, [], None)

    def _element(
        self, element: etree._Element, view: View, offset: Fraction
    ) -> tuple[list[Leaf], Span | None]:
        """An item at an offset in its parent's time: its clips without what is connected to it, and where it
        lies, whatever of it is seen."""
        if element.tag == "audition":
            return self._audition(element, view, offset)
        name = element.get("name", "")
        start, length = self.range_of(element)
        whole = _placed(view.span, offset, start, length) if length > 0 else None
        if whole is None:
            if length <= 0:
                self.lose("clips", view.span.at(offset), "lost", f"it lasts {float(length):g} s", name)
            return [], None
        lane = view.lane + whole_at(element, "lane", 0, self.document.file)
        beside = View(span=whole, window=view.window, lane=lane, named=view.named)
        if element.tag == "gap":
            self._loose_markers(element, whole, view)
            self._connected(element, beside)
            return [], whole
        number = len(self.leaves)
        group = view.group if view.group and not view.ref else self.new_group()
        view = replace(
            view,
            lane=lane,
            enabled=view.enabled and element.get("enabled") != "0",
            own_group=group,
        )
        seen = whole.within(view.window)
        if seen is not None:
            self._content(element, view, seen, whole)
        made = self.leaves[number:]
        contained = element.tag in ("clip", "sync-clip")
        if not contained:
            beside = replace(beside, ref=element.get("ref", ""), group=made[0].group if made else "")
        self._connected(element, beside, only_lanes=contained)
        return made, whole

    def _content(self, element: etree._Element, view: View, seen: Span, whole: Span) -> None:
        """What an element shows itself."""
        self.tell_effects(element, whole)
        if element.tag in ("clip", "sync-clip"):
            self._container(element, view, seen, whole)
        elif element.tag == "mc-clip":
            self._cameras(element, view, seen, whole)
        else:
            self.leaf(element, view, seen, whole)

    def _connected(self, element: etree._Element, view: View, only_lanes: bool = False) -> None:
        """What is connected to an element. only_lanes: what has no lane is its content."""
        for one in element:
            if only_lanes and not whole_at(one, "lane", 0, self.document.file):
                continue
            if one.tag == "spine":
                self._spine(one, view)
            elif one.tag in STORY:
                self._element(one, view, self.time(one, "offset", Fraction(0)))
            elif one.tag == "caption":
                said = "".join(str(part) for part in one.itertext()).strip()
                self.lose("title", view.span.start, "lost", f"the caption {said[:40]!r} is left out")

    def _spine(self, element: etree._Element, view: View) -> None:
        """A storyline connected to something, or in a container: its own time begins at nought."""
        at = view.span.at(self.time(element, "offset", Fraction(0)))
        span = replace(view.span, start=at, local=Fraction(0))
        if view.span.speed == 0:  # of a still, the moment it shows
            span = replace(view.span, local=view.span.local - self.time(element, "offset", Fraction(0)))
        lane = view.lane + whole_at(element, "lane", 0, self.document.file)
        self.storyline(element, replace(view, span=span, lane=lane), Fraction(0))

    def _container(self, element: etree._Element, view: View, seen: Span, whole: Span) -> None:
        content = [
            one
            for one in element
            if one.tag in (*STORY, "spine") and not whole_at(one, "lane", 0, self.document.file)
        ]
        synced = element.tag == "sync-clip"
        if synced:
            self.lose(
                "nested", whole.start, "approximated", "a synchronized clip is laid out flat", view.named
            )
        self._loose_markers(element, whole, view)
        sources = element.findall("sync-source[@sourceID='storyline']/audio-role-source")
        silent = bool(sources) and all("0" in (one.get("active"), one.get("enabled")) for one in sources)
        inner = replace(
            view,
            named="" if synced else element.get("name", ""),
            group=view.own_group,
            ref="",
            sound=view.sound and not silent,
            gain=view.gain + self.gain(element, whole),
        )
        points, eased = points_of(element, self.document.file)
        pieces = mapped(seen, points)
        self.tell_ramp(pieces, eased, element, whole)
        for piece in pieces:
            within = replace(inner, span=piece, window=(piece.start, piece.end))
            for one in content:
                if one.tag == "spine":
                    self._spine(one, within)
                else:
                    self._element(one, within, self.time(one, "offset", Fraction(0)))

    def _cameras(self, element: etree._Element, view: View, seen: Span, whole: Span) -> None:
        """Of a multicam clip, the angles that are seen and heard."""
        name = element.get("name", "")
        found = self.document.resources.get(element.get("ref", ""))
        multicam = None if found is None else found.find("multicam")
        if multicam is None:
            raise self.wrong(f"the multicam {element.get('ref', '')[:40]!r} is nowhere told", element)
        if view.cameras >= CAMERAS:
            raise FormatError(
                "AP-FORMAT-607",
                f"multicam clips are nested more than {CAMERAS} deep",
                file=self.document.file,
                at=f"line {element.sourceline}",
                remedy="flatten them in the editing program and export again",
            )
        angles = {one.get("angleID", ""): one for one in multicam.iterfind("mc-angle")}
        picks = [
            (one.get("angleID", ""), one.get("srcEnable", "all")) for one in element.iterfind("mc-source")
        ]
        picks = [one for one in picks if one[0] in angles and one[1] != "none"]
        picks = picks or [(one, "all") for one in list(angles)[:1]]
        shown = " and ".join(repr(angles[one].get("name", one)[:40]) for one, _ in dict(picks).items())
        detail = f"of a multicam clip {shown or 'nothing'} is kept"
        self.lose("nested", whole.start, "approximated", detail, name)
        self._loose_markers(element, whole, view)
        whole_source = element.get("srcEnable", "all")
        begins = time_at(multicam, "tcStart", self.document.file) or Fraction(0)
        points, eased = points_of(element, self.document.file)
        pieces = mapped(seen, points)
        self.tell_ramp(pieces, eased, element, whole)
        for piece in pieces:
            for angle, source in picks:
                inner = replace(
                    view,
                    span=piece,
                    window=(piece.start, piece.end),
                    picture=view.picture and source != "audio" and whole_source != "audio",
                    sound=view.sound and source != "video" and whole_source != "video",
                    group=view.own_group,
                    ref="",
                    gain=view.gain + self.gain(element, whole),
                    cameras=view.cameras + 1,
                )
                self.storyline(angles[angle], inner, begins)

    def _audition(
        self, element: etree._Element, view: View, offset: Fraction
    ) -> tuple[list[Leaf], Span | None]:
        """Of an audition, the pick: its first."""
        choices = [one for one in element if one.tag in STORY]
        if not choices:
            return [], None
        rest = len(choices) - 1
        if rest:
            told = f"{rest} alternate{'s' if rest > 1 else ''} of an audition left out"
            self.lose("clips", view.span.at(offset), "lost", told, choices[0].get("name", ""))
        lane = whole_at(element, "lane", 0, self.document.file)
        if element.get("offset") is None:
            offset = self.time(choices[0], "offset", offset)
        return self._element(choices[0], replace(view, lane=view.lane + lane), offset)

    def _loose_markers(self, element: etree._Element, whole: Span, view: View) -> None:
        """The markers of what is no clip of a cut: they become the cut's."""
        for one in element:
            if one.tag not in ("marker", "chapter-marker"):
                continue
            frame, length, note = self.marker(one, whole)
            told = self.cuts_own(frame, one, whole, view)
            if told is not None:
                self.markers.append(told)
                continue
            frames = max(round(length * self.cut.rate), 0)
            self.markers.append(
                Marker(Range.of_ticks(frame, frame + frames, self.cut.rate), note[0], note[1], SEEN)
            )

    def _way(self, element: etree._Element, view: View, at: Fraction) -> Way:
        offset = self.time(element, "offset", at)
        length = time_at(element, "duration", self.document.file) or Fraction(0)
        edges = sorted((view.span.at(offset), view.span.at(offset + length)))
        start, end = (self.frame(one) for one in edges)
        return read_transition(element, start, end, self.document.resources)

    def _share(
        self,
        ways: list[Way],
        before: list[Leaf],
        left: int | None,
        after: list[Leaf],
        entered: int | None,
    ) -> None:
        """Gives a transition to the clips it leads into, else to those it leads out of."""
        for way in ways:
            met = left == entered or left is None or (entered is not None and way.end > entered)
            into = bool(after) and entered is not None and (met or not before)
            edit = entered if into else left
            seconds = way.start / self.cut.rate
            if edit is None or not (after if into else before) or not way.start <= edit <= way.end:
                feature = "wipe" if way.kind == "wipe" else "dissolve"
                self.lose(feature, seconds, "lost", "the transition touches no clip")
                continue
            if way.loss:
                self.lose("wipe", seconds, "approximated", way.loss)
            for leaf in after if into else before:
                meets = edit == (leaf.start if into else leaf.end)
                if meets and (way.picture if leaf.kind == "video" else way.sound):
                    leaf.cross(way.at(edit), into=into)


def _placed(span: Span, offset: Fraction, start: Fraction, length: Fraction) -> Span | None:
    """Where an item lies whose offset is in the time of a span; None for what a still does not show."""
    if span.speed == 0:
        shown = span.local - offset
        return Span(span.start, span.end, start + shown, Fraction(0)) if 0 <= shown < length else None
    one, other = span.at(offset), span.at(offset + length)
    if span.speed > 0:
        return Span(one, other, start, span.speed)
    return Span(other, one, start + length, span.speed)
