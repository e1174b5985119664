"""An operator over a reel: in stretches on both cores, window by window, never across a cut; and what it did.

Memory is that of one window for each core and the pictures being coded. Each stretch is kept beside the file
until all are there, so that a run that was broken off goes on, and ends with the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from fractions import Fraction
from math import lcm
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.encoding import to_builtins
from answerprint.core.errors import MediaError, UsageError
from answerprint.departments.picture.windows import Operator, Pixels, Window
from answerprint.media.aside import written_aside
from answerprint.pipeline.picture.parts import PartNotes, Parts
from answerprint.pipeline.picture.reels import Reel, Tell
from answerprint.pipeline.picture.sheets import small, write_pairs
from answerprint.pipeline.picture.targets import Place, Target, target_of

AT_ONCE = 2  # stretches in work
STRETCH = (24, 240)  # pictures of a stretch, fewest and most
PAIRS = 4  # pictures of a sheet
FINEST = Fraction(1, 10_000_000)  # of a second: ticks are no finer
SIDECAR = ".picture.json"


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What is done: the operator, its back end, its parameters, and what was found out about the reel.

    key: bytes that stand for all else that the pictures depend on (a survey's result, say).
    """

    operator: str
    back_end: str
    parameters: dict[str, Any]
    found: dict[str, Any] = {}
    key: bytes = b""


class Schedule(NamedTuple):
    """Pictures to be written, evenly at a rate: of each the number of a picture, and its share of the way to
    the next. Numbers never fall. sound: whether the source's still fits."""

    rate: Fraction
    places: Sequence[tuple[int, float]]
    sound: bool = True


class Operated(msgspec.Struct, frozen=True, kw_only=True):
    """What was written. coded: depth of stills or pixel format of a clip. window_megabytes: the pictures held
    at a time. resumed: stretches that an earlier run had made. lost: pictures that damage kept from being
    made. not_numbers: pixels that are none, left as they were."""

    pictures: int
    width: int
    height: int
    coded: str
    window_megabytes: float
    resumed: int = 0
    lost: int = 0
    not_numbers: int = 0
    sound: dict[str, str] = {}
    sidecar: str | None = None
    sheet: str | None = None


def operate(
    reel: Reel,
    out: Path,
    make: Callable[[], Operator],
    recipe: Recipe,
    *,
    schedule: Schedule | None = None,
    between: tuple[Fraction, Fraction] | None = None,
    sheet: Path | None = None,
    sidecar: bool = True,
    tell: Tell = lambda what, done: None,
) -> Operated:
    """Writes what the operator makes of every picture, whole or not at all, and beside it a sidecar.

    make: a fresh operator, for each stretch. A clip becomes a clip, a folder of stills a folder, a still a
    still. between: seconds from the first picture: a preview, without sound. sheet: a picture of some of them
    before and after. Raises MediaError as reading and writing do, AP-MEDIA-081, 088, 089; UsageError
    AP-USE-807.
    """
    places, rate, base = _places(reel, schedule, between)
    target = target_of(
        reel,
        out,
        rate,
        base,
        began=between[0] if between is not None else None,
        sound=between is None and (schedule is None or schedule.sound),
        renamed=schedule is not None,
    )
    parts = Parts(out, _key(reel, recipe, schedule, between, sheet is not None))
    job = _Job(reel, make, parts, target, _chosen(len(places)) if sheet is not None else frozenset())
    stretches = _stretches(places)
    resumed = _run(job, stretches, recipe.operator, tell)
    notes = [found for number in range(len(stretches)) if (found := parts.notes(number))]
    written = sum(one.pictures for one in notes)
    if not written:
        raise MediaError("AP-MEDIA-017", "no picture in it could be decoded", file=str(reel.path))
    sound = target.finish([parts.place(number) for number in range(len(notes))])
    if sheet is not None:
        write_pairs(sheet, recipe.operator, parts.pairs())
    operator = make()
    window = reel.width * reel.height * reel.channels * 4 * (operator.before + operator.after + 1) / 1e6
    told = Operated(
        pictures=written,
        width=target.size[0],
        height=target.size[1],
        coded=target.coded,
        window_megabytes=round(AT_ONCE * window, 1),
        resumed=resumed,
        lost=len(places) - written,
        not_numbers=sum(one.not_numbers for one in notes),
        sound=sound,
        sidecar=str(sidecar_of(out)) if sidecar else None,
        sheet=str(sheet) if sheet is not None else None,
    )
    if sidecar:
        _write_sidecar(reel, out, recipe, told)
    parts.forget()
    return told


def sidecar_of(out: Path) -> Path:
    """The document beside a result that says what was done."""
    return out.with_name(out.name + SIDECAR)


class _Job(NamedTuple):
    reel: Reel
    make: Callable[[], Operator]
    parts: Parts
    target: Target
    shown: frozenset[int]  # the places whose pictures go on the sheet


def _stretches(places: list[Place]) -> list[list[Place]]:
    length = int(np.clip(-(-len(places) // 4), *STRETCH))
    return [places[first : first + length] for first in range(0, len(places), length)]


def _run(job: _Job, stretches: list[list[Place]], name: str, tell: Tell) -> int:
    """Makes the parts that are not there yet; returns how many were."""
    count = sum(len(one) for one in stretches)
    waiting = [number for number in range(len(stretches)) if job.parts.notes(number) is None]
    done = count - sum(len(stretches[number]) for number in waiting)
    told = [done]
    lock = Lock()

    def step() -> None:
        with lock:
            told[0] += 1
            tell(name, told[0] / count)

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # stretches are what runs side by side; and results do not depend on it then
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(_stretch, job, number, stretches[number], step) for number in waiting]
            try:
                for future in as_completed(futures):
                    future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    finally:
        cv2.setNumThreads(threads)
    return len(stretches) - len(waiting)


def _stretch(job: _Job, number: int, places: list[Place], step: Callable[[], None]) -> None:
    operator = job.make()
    lost = 0

    def drawn() -> Iterator[tuple[Place, Pixels]]:
        nonlocal lost
        for place, window, gone in _windows(job.reel, places, operator):
            made = operator.picture(window)
            if gone is not None and made.shape == window.now.shape:
                made = np.where(gone[1][..., None], gone[0], made)
                lost += int(gone[1].sum())
            if place.place in job.shown:
                job.parts.keep_pair(place.place, small(window.now), small(made))
            step()
            yield place, made

    pictures = job.target.write(job.parts.place(number), drawn())
    job.parts.whole(number, PartNotes(pictures, lost))


_Gone = tuple[Pixels, NDArray[np.bool_]]  # a picture as it was, and where it is no number


def _windows(
    reel: Reel, places: list[Place], operator: Operator
) -> Iterator[tuple[Place, Window, _Gone | None]]:
    """Each place with its window; pictures are read once, in order, and forgotten when no longer wanted."""
    shots = {place.number: reel.shot_of(place.number) for place in places}

    def reach(place: Place) -> tuple[int, int]:
        start, end = shots[place.number]
        return max(start, place.number - operator.before), min(end, place.number + operator.after + 1)

    first, last = reach(places[0])[0], reach(places[-1])[1]
    held: dict[int, Pixels] = {}
    gone: dict[int, _Gone] = {}
    feed = reel.pictures(first, last)
    newest = first - 1
    for place in places:
        begin, end = reach(place)
        for old in [one for one in held if one < begin]:
            del held[old]
            gone.pop(old, None)
        while newest < end - 1:
            number, pixels = next(feed, (last, None))
            newest = number
            if pixels is None:
                break
            if reel.linear and not np.isfinite(pixels).all():
                none = np.asarray(~np.isfinite(pixels).all(axis=-1))
                gone[number] = pixels, none
                pixels = np.where(none[..., None], np.float32(0), pixels)
            if number >= begin:
                held[number] = pixels
        numbers = [one for one in held if begin <= one < end]
        if place.number in held:
            at = numbers.index(place.number)
            window = Window([held[one] for one in numbers], at, place.number, place.phase)
            yield place, window, gone.get(place.number)


def _places(
    reel: Reel, schedule: Schedule | None, between: tuple[Fraction, Fraction] | None
) -> tuple[list[Place], Fraction, Fraction]:
    """The pictures to be written, their rate, and the seconds of a tick."""
    if reel.kind == "still" and (schedule is not None or between is not None):
        raise UsageError(
            "AP-USE-807", "a still has no time", file=str(reel.path), remedy="give a clip or a folder"
        )
    origin = reel.ticks[0] * reel.base
    if schedule is None:
        rate, base = reel.rate, reel.base
        found = [(number, 0.0, tick) for number, tick in enumerate(reel.ticks)]
    else:
        rate = schedule.rate
        base = Fraction(1, lcm(rate.numerator, origin.denominator))
        if base < FINEST:
            origin, base = Fraction(0), 1 / rate
        found = [
            (number, phase, int((origin + place / rate) / base))
            for place, (number, phase) in enumerate(schedule.places)
        ]
    if between is not None:
        start, end = (origin + one for one in between)
        found = [one for one in found if start <= one[2] * base < end]
        if not found:
            raise MediaError(
                "AP-MEDIA-081",
                f"no picture lies between {float(between[0]):g} and {float(between[1]):g} s",
                file=str(reel.path),
                remedy="give seconds from its first picture",
            )
        found = [(number, phase, tick - found[0][2]) for number, phase, tick in found]
    return [Place(place, *one) for place, one in enumerate(found)], rate, base


def _chosen(count: int) -> frozenset[int]:
    middles = (np.arange(PAIRS) + 0.5) * count / PAIRS
    return frozenset(int(one) for one in middles) if count > PAIRS else frozenset(range(count))


def _key(
    reel: Reel,
    recipe: Recipe,
    schedule: Schedule | None,
    between: tuple[Fraction, Fraction] | None,
    sheet: bool,
) -> str:
    told = (identity(reel), to_builtins(recipe), repr(between), sheet)
    when = repr((schedule.rate, list(schedule.places))) if schedule is not None else ""
    return hashlib.sha256(msgspec.json.encode(told) + recipe.key + when.encode()).hexdigest()


def identity(reel: Reel) -> list[list[str | int]]:
    """What tells a reel from a changed one: of each file its name, size and time of change."""
    files = reel.files or (reel.path,)
    return [[one.name, one.stat().st_size, one.stat().st_mtime_ns] for one in files]


def _write_sidecar(reel: Reel, out: Path, recipe: Recipe, told: Operated) -> None:
    document = {
        "operator": recipe.operator,
        "back_end": recipe.back_end,
        "source": reel.path.name,
        "parameters": recipe.parameters,
        "found": recipe.found,
        "shots": [list(one) for one in reel.shots],
        "pictures": told.pictures,
        "size": [told.width, told.height],
        "coded": told.coded,
        "lost": told.lost,
        "not_numbers": told.not_numbers,
        "sound": told.sound,
    }
    write_document(sidecar_of(out), document)


def write_document(place: Path, document: dict[str, Any]) -> None:
    """A document for people and programs, whole or not at all."""
    with written_aside(place) as aside:
        aside.write_bytes(msgspec.json.format(msgspec.json.encode(to_builtins(document)), indent=1) + b"\n")
