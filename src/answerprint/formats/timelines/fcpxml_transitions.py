"""Transitions of FCPXML, both ways. They lie over the edit; the clips on both sides meet at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from answerprint.core.cut import Transition
from answerprint.formats.timelines.fcpxml_document import add, time_text

# Final Cut Pro's own effects, by which it and Resolve know them again.
DISSOLVE = ("Cross Dissolve", "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265")
WIPE = ("Wipe", "FxPlug:857E2FBA-98DB-411B-A88C-CE6ABC1F65D8")
CROSSFADE = ("Audio Crossfade", "FFAudioTransition")


class Effects:
    """The effects a document uses, each a resource once."""

    def __init__(self, resources: etree._Element, identity: Callable[[], str]) -> None:
        self._resources = resources
        self._identity = identity
        self._known: dict[str, str] = {}

    def add(
        self, parent: etree._Element, way: Transition, edit: Fraction, rate: Fraction, kind: str, heard: bool
    ) -> None:
        """A `transition` about an edit. kind: of the track; heard: whether sound fades with the picture."""
        name = DISSOLVE[0] if way.kind == "dissolve" else WIPE[0]
        made = add(
            parent,
            "transition",
            name=name if kind == "video" else CROSSFADE[0],
            offset=time_text(edit - way.before / rate),
            duration=time_text(way.frames / rate),
        )
        if kind == "video":
            self._filter(made, "filter-video", DISSOLVE if way.kind == "dissolve" else WIPE)
        if heard:
            self._filter(made, "filter-audio", CROSSFADE)

    def _filter(self, parent: etree._Element, tag: str, effect: tuple[str, str]) -> None:
        name, uid = effect
        if uid not in self._known:
            self._known[uid] = self._identity()
            add(self._resources, "effect", id=self._known[uid], name=name, uid=uid)
        add(parent, tag, ref=self._known[uid], name=name)


@dataclass(frozen=True)
class Way:
    """A transition as a document has it. start, end: in frames of the record; picture, sound: what it
    crosses, where it says so; loss: in words, what it is not read as."""

    start: int
    end: int
    kind: str
    name: str
    picture: bool
    sound: bool
    loss: str = ""

    def at(self, edit: int) -> Transition:
        """The transition about an edit."""
        kind = "wipe" if self.kind == "wipe" else "dissolve"
        return Transition(kind, self.end - self.start, edit - self.start, self.name)  # type: ignore[arg-type]


def read_transition(
    element: etree._Element, start: int, end: int, resources: Mapping[str, etree._Element]
) -> Way:
    """What a `transition` is. All that is neither Final Cut's dissolve nor a wipe is read as a dissolve."""
    picture, sound = element.find("filter-video"), element.find("filter-audio")
    effect = resources.get(picture.get("ref", "")) if picture is not None else None
    uid = effect.get("uid", "") if effect is not None else ""
    names = [one.get("name", "") for one in (picture, effect, element) if one is not None]
    name = next((one for one in names if one), "")
    silent = picture is None and sound is None
    both = (picture is not None or silent, sound is not None or silent)
    if picture is None or uid == DISSOLVE[1] or name.casefold() in ("", "cross dissolve", "dissolve"):
        return Way(start, end, "dissolve", "", *both)
    if uid == WIPE[1] or "wipe" in f"{name} {uid}".casefold():
        return Way(start, end, "wipe", "" if name.casefold() in ("wipe", "edge wipe") else name, *both)
    return Way(start, end, "dissolve", "", *both, loss=f"{name[:60]!r} is read as a dissolve")
