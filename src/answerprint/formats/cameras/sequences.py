"""Numbered pictures of one shot as one thing: its range, holes and padding; and versions of one render."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from math import gcd

import msgspec

from answerprint.formats.cameras.roles import SEQUENCES, suffix_of

FEWEST = 2  # pictures that make a sequence
_NUMBERED = re.compile(r"(?P<head>.*?)(?P<number>(?:(?<=\.)-)?\d+)(?P<tail>\.[A-Za-z0-9]+)")
_VERSION = re.compile(r"(?i)(?<![A-Za-z0-9])v(?P<number>\d{1,4})(?![A-Za-z0-9])")


class ImageSequence(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures that differ in one number only."""

    folder: str  # relative to the card
    head: str  # "shot_v003."
    tail: str  # ".exr"
    padding: int  # digits at least; 1 is no padding
    frames: tuple[tuple[int, int], ...]  # runs, first and last inclusive, in steps of `step`
    step: int = 1
    count: int
    size: int  # bytes, all together

    @property
    def first(self) -> int:
        return self.frames[0][0]

    @property
    def last(self) -> int:
        return self.frames[-1][1]

    @property
    def name(self) -> str:
        """`shot_v003.1001-1100.exr`, `shot_v003.1001-1099x2.exr`."""
        return f"{self.head}{self.label}{self.tail}"

    @property
    def label(self) -> str:
        return _span(self.first, self.last, self.padding) + (f"x{self.step}" if self.step > 1 else "")

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """The runs of frames that are not there, inclusive."""
        runs = zip(self.frames, self.frames[1:], strict=False)
        return tuple((end + self.step, start - self.step) for (_, end), (start, _) in runs)

    def numbers(self) -> Iterator[int]:
        """The frames that are there, in order."""
        for first, last in self.frames:
            yield from range(first, last + 1, self.step)

    def file(self, frame: int) -> str:
        """The path of a frame's picture, relative to the card."""
        name = f"{self.head}{numbered(frame, self.padding)}{self.tail}"
        return f"{self.folder}/{name}" if self.folder else name


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """The versions of one shot or file, oldest first."""

    name: str  # with `v#` for the version
    numbers: tuple[int, ...]
    latest: str  # the name of the latest
    missing: tuple[int, ...] = ()
    changed_range: bool = False  # the latest has other frames than the one before it


def numbered(frame: int, padding: int) -> str:
    """A frame as its file name writes it: the sign does not count as a digit."""
    return f"-{-frame:0{padding}d}" if frame < 0 else f"{frame:0{padding}d}"


def ranges(runs: Iterable[tuple[int, int]]) -> str:
    """Runs for people: `1043, 1050-1052`."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def find_sequences(files: Iterable[tuple[str, str, int]]) -> tuple[list[ImageSequence], set[tuple[str, str]]]:
    """The sequences among files (folder, name, bytes), in order, and which files they take in.

    Only suffixes that pictures of a shot are written in count. Numbers of different width belong together
    where the wider ones carry no leading zero (`shot.999.exr`, `shot.1000.exr`); `shot.01` and `shot.001`
    are two sequences.
    """
    found: dict[tuple[str, str, str], dict[int, list[tuple[str, int]]]] = {}
    for folder, name, size in files:
        if suffix_of(name) not in SEQUENCES:
            continue
        match = _NUMBERED.fullmatch(name)
        if match is None:
            continue
        digits = match["number"]
        width = len(digits.lstrip("-"))
        found.setdefault((folder, match["head"], match["tail"]), {}).setdefault(width, []).append(
            (digits, size)
        )
    sequences: list[ImageSequence] = []
    taken: set[tuple[str, str]] = set()
    for (folder, head, tail), by_width in sorted(found.items()):
        for padding, members in _classes(by_width):
            if len(members) < FEWEST:
                continue
            sequences.append(_sequence(folder, head, tail, padding, members))
            taken.update((folder, f"{head}{digits}{tail}") for digits, _ in members)
    return sequences, taken


def _classes(by_width: Mapping[int, list[tuple[str, int]]]) -> list[tuple[int, list[tuple[str, int]]]]:
    """Widths that count together, with the padding of each."""
    classes: list[tuple[int, list[tuple[str, int]]]] = []
    for width, members in sorted(by_width.items()):
        padded = any(one.lstrip("-").startswith("0") and width > 1 for one, _ in members)
        if classes and not padded:
            classes[-1][1].extend(members)
        else:
            classes.append((width, list(members)))
    return classes


def _sequence(
    folder: str, head: str, tail: str, padding: int, members: list[tuple[str, int]]
) -> ImageSequence:
    numbers = sorted(int(digits) for digits, _ in members)
    step = 0
    for one, other in itertools.pairwise(numbers):
        step = gcd(step, other - one)
    # Pictures on twos are a step; two pictures with a hole between them are a hole.
    step = (
        step
        if step > 1 and len(numbers) > 2 and (numbers[-1] - numbers[0]) // step + 1 == len(numbers)
        else 1
    )
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + step:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ImageSequence(
        folder=folder,
        head=head,
        tail=tail,
        padding=padding,
        frames=tuple((first, last) for first, last in runs),
        step=step,
        count=len(numbers),
        size=sum(size for _, size in members),
    )


def versions_of(names: Iterable[tuple[str, str]]) -> list[Versions]:
    """Names that differ in their version only (`shot_v001`, `shot_v002`), with what each holds.

    names: pairs of a path and what would make two versions differ (a frame range, or an empty text).
    Of a path with several versions (a folder and a file) all count together when they are the same number,
    else the last one.
    """
    groups: dict[str, dict[int, tuple[str, str]]] = {}
    for path, content in names:
        found = [int(one["number"]) for one in _VERSION.finditer(path)]
        if not found:
            continue
        last = found[-1]
        group = path
        for one in reversed(list(_VERSION.finditer(path))):
            if int(one["number"]) == last:
                group = f"{group[: one.start()]}v#{group[one.end() :]}"
        groups.setdefault(group, {})[last] = (path, content)
    return [_versions(group, members) for group, members in sorted(groups.items()) if len(members) > 1]


def _versions(group: str, members: Mapping[int, tuple[str, str]]) -> Versions:
    numbers = tuple(sorted(members))
    latest, before = members[numbers[-1]], members[numbers[-2]]
    there = set(numbers)
    return Versions(
        name=group,
        numbers=numbers,
        latest=latest[0],
        missing=tuple(one for one in range(numbers[0], numbers[-1]) if one not in there),
        changed_range=latest[1] != before[1],
    )


def _span(first: int, last: int, padding: int) -> str:
    return f"{numbered(first, padding)}-{numbered(last, padding)}"
