"""Where somebody is seen, as people.toml has it: names given by people, and faces that are to be forgotten.

A name is bound to places (a file, a stretch of it, boxes in the picture), not to a number that a grouping
gave: however faces are grouped the next time, the face at that place has that name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.errors import StoreError
from answerprint.departments.footage.faces.detection import Box, overlap
from answerprint.departments.footage.faces.sightings import Sample
from answerprint.store.disk import display_name, not_readable, write_atomically
from answerprint.store.settings_file import format_value, parse_toml

FILE = "people.toml"
MOST_BOXES = 12  # kept of a place
SAME_BOX = 0.3  # IoU from which on a face is at a place
SAME_TIME = 0.5  # share of a face's samples that must be there
MOST_NAME = 100  # letters
_HEAD = """\
# Who is who, by where each is seen, and faces that are never to be analysed again.
# range: ticks, half-open, @ ticks a second. boxes: [tick, x, y, width, height] in parts of the picture.
# Written by `answerprint faces DIR --name` and `--forget`. Comments are not kept.
"""
_RANGE = re.compile(r"(-?\d+) \.\. (-?\d+) @ (\d+(?:/\d+)?)")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A face in a file: [start, end) in ticks of rate, and where it was. name: empty where it is withheld."""

    asset: str
    start: int
    end: int
    rate: Fraction
    boxes: tuple[tuple[float, ...], ...]
    name: str = ""


class PeopleFile(msgspec.Struct, frozen=True, kw_only=True):
    named: tuple[Place, ...] = ()
    withheld: tuple[Place, ...] = ()

    def without(self, name: str) -> PeopleFile:
        """The file with every place of a name taken out."""
        return PeopleFile(named=tuple(one for one in self.named if one.name != name), withheld=self.withheld)


def read_people(root: Path) -> PeopleFile:
    """people.toml of a production's folder; empty where there is none.

    Raises StoreError AP-STORE-040 for a file that cannot be read, with its place.
    """
    path = root / FILE
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return PeopleFile()
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"byte {error.start}", "not UTF-8") from error
    except OSError as error:
        raise not_readable(path, error) from error
    document = parse_toml(text, path, "AP-STORE-040")
    kinds: dict[str, list[Place]] = {"person": [], "withheld": []}
    for kind, entries in document.items():
        if kind not in kinds or not isinstance(entries, list):
            raise _unreadable(path, kind, "only [[person]] and [[withheld]] stand in it")
        for number, entry in enumerate(entries, 1):
            kinds[kind].append(_place(entry, kind, path, f"{kind} {number}"))
    return PeopleFile(named=tuple(kinds["person"]), withheld=tuple(kinds["withheld"]))


def write_people(root: Path, people: PeopleFile) -> None:
    """Writes people.toml whole; takes it away when nothing stands in it."""
    path = root / FILE
    if not people.named and not people.withheld:
        path.unlink(missing_ok=True)
        return
    blocks = [_HEAD]
    for kind, places in (("person", people.named), ("withheld", people.withheld)):
        for one in sorted(set(places), key=lambda one: (one.name, one.asset, one.start, one.end)):
            lines = [f"[[{kind}]]"]
            if kind == "person":
                lines.append(f"name = {format_value(one.name)}")
            boxes = ", ".join(
                f"[{int(box[0])}, {', '.join(f'{x:.4f}' for x in box[1:])}]" for box in one.boxes
            )
            lines.append(f"asset = {format_value(one.asset)}")
            lines.append(f"range = {format_value(f'{one.start} .. {one.end} @ {one.rate}')}")
            lines.append(f"boxes = [{boxes}]")
            blocks.append("\n".join(lines) + "\n")
    write_atomically(path, "\n".join(blocks).encode())


def place_of(
    asset: str, start: int, end: int, rate: Fraction, boxes: Sequence[Sequence[Any]], name: str = ""
) -> Place:
    """A place from the boxes an annotation of `faces.1` has; thinned to MOST_BOXES."""
    step = max(1, -(-len(boxes) // MOST_BOXES))
    kept = tuple((float(int(one[0])), *(round(float(part), 4) for part in one[1:5])) for one in boxes[::step])
    return Place(asset=asset, start=start, end=end, rate=rate, boxes=kept, name=name)


def is_at(samples: Sequence[Sample], place: Place, time_base: Fraction) -> bool:
    """Whether a face (its samples, in ticks of time_base seconds) is the one at a place of the same file."""
    if not samples or not place.boxes:
        return False
    factor = time_base * place.rate
    there = 0
    for sample in samples:
        tick = sample.tick * factor
        if place.start <= tick < place.end and overlap(sample.box, _box_at(place, tick)) >= SAME_BOX:
            there += 1
    return there >= SAME_TIME * len(samples)


def _box_at(place: Place, tick: Fraction) -> Box:
    """The place's box at a tick of its rate: between the two kept boxes around it."""
    before = place.boxes[0]
    for box in place.boxes:
        if box[0] > tick:
            part = float((tick - int(before[0])) / max(1, int(box[0]) - int(before[0])))
            part = min(1.0, max(0.0, part))
            x, y, w, h = (a + (b - a) * part for a, b in zip(before[1:], box[1:], strict=True))
            return x, y, w, h
        before = box
    return before[1], before[2], before[3], before[4]


def _place(entry: Any, kind: str, path: Path, at: str) -> Place:
    wanted = {"asset", "range", "boxes"} | ({"name"} if kind == "person" else set())
    if not isinstance(entry, dict) or set(entry) != wanted:
        raise _unreadable(path, at, f"it has {', '.join(sorted(wanted))}, and nothing else")
    found = _RANGE.fullmatch(entry["range"]) if isinstance(entry["range"], str) else None
    if found is None:
        raise _unreadable(path, at, 'a range is written "100 .. 124 @ 24000"')
    try:
        boxes = msgspec.convert(entry["boxes"], tuple[tuple[float, float, float, float, float], ...])
        asset = msgspec.convert(entry["asset"], str)
        name = msgspec.convert(entry.get("name", ""), str)
        rate = Fraction(found[3])
    except (msgspec.ValidationError, ZeroDivisionError) as error:
        raise _unreadable(path, at, str(error)) from error
    if rate <= 0 or int(found[2]) < int(found[1]):
        raise _unreadable(path, at, "a range ends at or after its start, at a rate over 0")
    return Place(asset=asset, start=int(found[1]), end=int(found[2]), rate=rate, boxes=boxes, name=name)


def _unreadable(path: Path, at: str, what: str) -> StoreError:
    return StoreError(
        "AP-STORE-040",
        what,
        file=display_name(path),
        at=at,
        remedy="mend it, or put an earlier copy back",
    )
