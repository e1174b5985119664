"""How a take shows its scene: how large, whom, which way they look. What nobody logged or saw is unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from answerprint.departments.editorial.material import Material

TURNED = 15.0  # degrees of yaw from which a face looks to one side


class View(msgspec.Struct, frozen=True, kw_only=True):
    """setup: takes of one set-up share it. size: a Scale, or "". shows: the characters on camera, as the log
    names them; empty where it names none. facing: −1 to the picture's left, +1 to its right, 0 neither or not
    known."""

    setup: str
    size: str = ""
    shows: frozenset[str] = frozenset()
    facing: int = 0

    def hides(self, character: str) -> bool:
        """Whether it is known that a character is not on camera."""
        return bool(self.shows) and character not in self.shows

    def is_like(self, other: View) -> bool:
        """Whether two set-ups show the same people at the same size, where both are known."""
        return bool(self.size) and (self.size, self.shows) == (other.size, other.shows)

    def crosses(self, other: View) -> bool:
        """Whether two people cut together look the same way: one of them is seen from across the axis."""
        alone = len(self.shows) == 1 and len(other.shows) == 1 and self.shows != other.shows
        return alone and self.facing != 0 and self.facing == other.facing


def views_of(material: Sequence[Material], characters: Iterable[str]) -> dict[str, View]:
    """The view of every asset. Takes of one set-up lend each other what is known of one of them."""
    names = {one: re.compile(rf"\b{re.escape(one.casefold())}\b") for one in characters if one}
    own = {one.asset.id: _view(one, names) for one in material}
    by_setup: dict[str, list[View]] = {}
    for view in own.values():
        by_setup.setdefault(view.setup, []).append(view)
    return {id: _completed(view, by_setup[view.setup]) for id, view in own.items()}


def _view(one: Material, names: Mapping[str, re.Pattern[str]]) -> View:
    notes = one.slate.notes.casefold()
    return View(
        setup=one.setup,
        size=_size(one),
        shows=frozenset(name for name, pattern in names.items() if pattern.search(notes)),
        facing=_facing(one),
    )


def _completed(view: View, others: Sequence[View]) -> View:
    size = view.size or next((one.size for one in others if one.size), "")
    shows = view.shows or next((one.shows for one in others if one.shows), frozenset())
    facing = view.facing or next((one.facing for one in others if one.facing), 0)
    return View(setup=view.setup, size=size, shows=shows, facing=facing)


def _size(one: Material) -> str:
    """The scale that most of it has."""
    lasting: Counter[str] = Counter()
    for shot in one.shot_looks.annotations if one.shot_looks is not None else ():
        if shot.label:
            lasting[shot.label] += shot.end - shot.start
    return lasting.most_common(1)[0][0] if lasting else ""


def _facing(one: Material) -> int:
    """Which way the faces in it look, the longer seen the more they count."""
    turned = lasting = 0.0
    for face in one.faces.annotations if one.faces is not None else ():
        if "yaw" in face.value:
            length = float(face.end - face.start)
            turned, lasting = turned + length * float(face.value["yaw"]), lasting + length
    if not lasting or abs(turned / lasting) < TURNED:
        return 0
    return 1 if turned > 0 else -1
