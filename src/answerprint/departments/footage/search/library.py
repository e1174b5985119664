"""A production as search sees it: its clips, its current tracks, one clock, and moments read from columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from answerprint.core.records import Asset
from answerprint.core.time import Time, common_rate
from answerprint.departments.footage.search.joining import WIDEST, Floats, Longs, Moments
from answerprint.store.catalogue import Catalogue
from answerprint.store.tables.moments import PLACE, ROW

MOST_KEPT = 4_000_000  # times of annotations held in memory, 24 bytes each
UNSAID = 0.8  # what a moment counts for whose track gives no confidence
MOST_MATCHES = 100_000  # annotations with common words that are looked through for those that can be hits
MOST_TEXT = 10_000  # and those that are joined
SUGGESTED = 3
SHORTEST = 4  # letters of a word that is put right

Places = NDArray[np.int32]
T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """What answers one clause. moments.refs are not used yet: row k is moment k.

    track and place say which annotation each came from; how: "label", "words", "meaning" …, the same for all
    or one for each; measure: what the evidence shows beside it (a cosine, a number of the look).
    """

    asset: NDArray[np.int32]
    start: Longs
    end: Longs
    score: Floats
    track: NDArray[np.int32]  # place in Library.tracks, −1 for the clip itself
    place: Places  # in the track
    span: Places | None = None  # annotations in a row, where one alone is not it (a phrase of words)
    how: str = "label"
    measure: NDArray[Any] | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.asset)

    def as_moments(self, clause: int, clauses: int, weight: float) -> Moments:
        refs = np.full((len(self), clauses), -1, np.int32)
        refs[:, clause] = np.arange(len(self))
        score = (self.score * np.float32(weight)).astype(np.float32)
        return Moments(self.asset, self.start, self.end, score, refs)

    def take(self, rows: Any) -> Found:
        span = None if self.span is None else self.span[rows]
        measure = None if self.measure is None else self.measure[rows]
        return Found(
            self.asset[rows], self.start[rows], self.end[rows], self.score[rows], self.track[rows],
            self.place[rows], span, self.how, measure, self.notes,
        )  # fmt: skip


class Library:
    """Reads what is current when it is made; make another after the production has changed."""

    def __init__(self, catalogue: Catalogue, assets: Sequence[Asset], *, sees: bool = False) -> None:
        self.catalogue = catalogue
        self.assets = tuple(assets)
        self.sees = sees
        self._kept: dict[str, Any] = {}
        self._rows_kept = 0
        self.place_of = {asset.id: place for place, asset in enumerate(self.assets)}
        self.tracks = [one for one in catalogue.columns() if one.asset in self.place_of]
        self._by_name: dict[str, list[int]] = {}
        for index, track in enumerate(self.tracks):
            self._by_name.setdefault(track.name, []).append(index)
        self._index_of = {track.id: index for index, track in enumerate(self.tracks)}
        self._asset = np.array([self.place_of[one.asset] for one in self.tracks], np.int32)
        self.first_ids = np.array([one.first for one in self.tracks], np.int64)
        self.counts = np.array([one.count for one in self.tracks], np.int64)
        rate = Fraction(1)
        for one in {track.rate for track in self.tracks} | {_clock(asset) for asset in self.assets}:
            rate = common_rate(rate, one)
        self.rate = (
            2 * rate
        )  # ticks a second in which moments are joined: twice what every track's ticks need
        self._factor = [int(self.rate / one.rate) for one in self.tracks]

    def once(self, name: str, read: Callable[[Library], T]) -> T:
        """What is read from this library the first time it is asked for, and kept with it."""
        if name not in self._kept:
            self._kept[name] = read(self)
        found: T = self._kept[name]
        return found

    # What the parser asks (parsing.Lexicon).

    def names(self, name: str) -> list[tuple[str, str]]:
        return self.catalogue.where_term(name) if len(name) > 1 else []

    def corrected(self, word: str) -> tuple[str, ...]:
        if self.catalogue.matching(word, most=1).ids:
            return ()
        bare = "".join(one for one in word.casefold() if one.isalnum() or one in "'-")
        near: dict[str, int] = {}
        for start in dict.fromkeys((bare[:2], bare[:1])):
            if start:
                end = start[:-1] + chr(ord(start[-1]) + 1)
                there = self.catalogue.words_between(start, end)
                near = {one: count for one, count in there if _slipped(bare, one)}
            if near:
                return tuple(sorted(near, key=lambda one: (-near[one], one))[:SUGGESTED])
        return (word,)

    # Tracks.

    def of(self, name: str) -> list[int]:
        """The tracks of a name, by their place in `tracks`."""
        return self._by_name.get(name, [])

    def among(self, names: Iterable[str], assets: Iterable[int] | None = None) -> NDArray[np.bool_]:
        """Which tracks have one of the names, and (where given) are of one of the assets (by place)."""
        kept = np.zeros(len(self.tracks), np.bool_)
        for name in names:
            kept[self.of(name)] = True
        if assets is not None:
            kept &= np.isin(self._asset, np.fromiter(assets, np.int32))
        return kept

    def clips_with(self, name: str) -> int:
        return len({self.tracks[index].asset for index in self.of(name)})

    def ticks(self, seconds: Fraction) -> int:
        """Seconds in ticks of `rate`, the nearest."""
        return round(seconds * self.rate)

    def time(self, ticks: int) -> Time:
        """A joined time back, without the half tick of an instant."""
        return Time.of_seconds(Fraction(int(ticks) - int(ticks) % 2) / self.rate)

    # Moments.

    def labelled(self, name: str, terms: Iterable[str], key: str = "") -> tuple[NDArray[np.int32], Places]:
        """(track, place) of every annotation with one of the labels, or of the words under a key."""
        if key:
            terms = [one.casefold() for one in terms]
        rows = [
            (self._index_of[t], p) for t, p in self.catalogue.places(name, terms, key) if t in self._index_of
        ]
        rows.sort(key=lambda row: row[0])
        places = np.frombuffer(b"".join(blob for _, blob in rows), PLACE)
        counts = [len(blob) // PLACE.itemsize for _, blob in rows]
        return np.repeat(np.array([index for index, _ in rows], np.int32), counts), places

    def spread(self, name: str, key: str) -> dict[tuple[int, int], str]:
        """(track, place) → the word under a key, for all tracks of a name."""
        found: dict[tuple[int, int], str] = {}
        for track, term, places in self.catalogue.spread(name, key):
            if track in self._index_of:
                index = self._index_of[track]
                found.update({(index, place): term for place in np.frombuffer(places, PLACE).tolist()})
        return found

    def numbers(self, name: str, key: str, dtype: np.dtype[Any]) -> tuple[NDArray[np.int32], NDArray[Any]]:
        """(track of each, values) of a number (or colour) of all tracks of a name, in track order."""
        blobs = self.catalogue.numbers([self.tracks[index].id for index in self.of(name)], key)
        rows = [
            (index, blobs[self.tracks[index].id]) for index in self.of(name) if self.tracks[index].id in blobs
        ]
        values = np.frombuffer(b"".join(blob for _, blob in rows), dtype)
        counts = [len(blob) // dtype.itemsize for _, blob in rows]
        return np.repeat(np.array([index for index, _ in rows], np.int32), counts), values

    def found(
        self,
        track: NDArray[np.int32],
        place: Places,
        strength: NDArray[Any] | None = None,
        *,
        how: str = "label",
        span: Places | None = None,
        measure: NDArray[Any] | None = None,
        notes: tuple[str, ...] = (),
    ) -> Found:
        """Annotations as moments. strength multiplies the annotation's own confidence."""
        rows, sizes, used, inverse = self._times(track)
        at = (np.cumsum(sizes) - sizes)[inverse] + place
        inside = (place < sizes[inverse]) & (place >= 0)
        if span is not None:
            inside &= place + span <= sizes[inverse]
        if not inside.all():  # a writer has replaced a track between two looks
            at, track, place, inverse = at[inside], track[inside], place[inside], inverse[inside]
            strength = None if strength is None else strength[inside]
            span = None if span is None else span[inside]
            measure = None if measure is None else measure[inside]
        last = at if span is None else at + span - 1
        factors = [self._factor[index] for index in used]
        widest = max((int(np.abs(rows[name][at]).max()) for name in ("start", "end") if len(at)), default=0)
        if widest * max(factors, default=1) >= WIDEST:
            factor: NDArray[Any] = np.array(factors, object)[inverse]
            start, end = rows["start"][at].astype(object) * factor, rows["end"][last].astype(object) * factor
        else:
            factor = np.array(factors, np.int64)[inverse]
            start, end = rows["start"][at] * factor, rows["end"][last] * factor
        end = np.where(end > start, end, start + 1)
        sure = rows["confidence"][at]
        sure = np.where(np.isnan(sure), UNSAID, np.clip(sure, 0.0, 1.0))
        if strength is not None:
            sure = sure * strength
        asset = self._asset[track]
        return Found(asset, start, end, sure.astype(np.float32), track, place, span, how, measure, notes)

    def _times(
        self, track: NDArray[np.int32]
    ) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """The times of the tracks asked for (and of others of their names), one track after another: rows,
        how many each has, which tracks they are, and each asked track's place among them.

        The times of a name are kept from its first question on, as far as MOST_KEPT allows.
        """
        mask = np.zeros(len(self.tracks), np.bool_)
        mask[track] = True
        names = sorted({self.tracks[index].name for index in np.flatnonzero(mask)})
        parts = [self._kept_times(name, mask) for name in names]
        used = np.concatenate([one[0] for one in parts] or [np.zeros(0, np.int32)])
        sizes = np.concatenate([one[1] for one in parts] or [np.zeros(0, np.int64)])
        rows = (
            parts[0][2]
            if len(parts) == 1
            else np.concatenate([one[2] for one in parts] or [np.zeros(0, ROW)])
        )
        place = np.zeros(len(self.tracks), np.int64)
        place[used] = np.arange(len(used))
        return rows, sizes, used, place[track]

    def _kept_times(
        self, name: str, mask: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[Any]]:
        known = self._kept.get(f"times {name}")
        if known is not None:
            found: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[Any]] = known
            return found
        used = np.array(self.of(name), np.int32)
        keep = int(self.counts[used].sum()) <= MOST_KEPT - self._rows_kept
        if not keep:
            used = used[mask[used]]
        ids = [self.tracks[index].id for index in used]
        blobs: Mapping[int, bytes] = self.catalogue.times(ids)
        present = [blobs.get(id, b"") for id in ids]
        sizes = np.array([len(blob) // ROW.itemsize for blob in present], np.int64)
        made = used, sizes, np.frombuffer(b"".join(present), ROW)
        if keep:
            self._kept[f"times {name}"] = made
            self._rows_kept += len(made[2])
        return made

    def of_ids(self, ids: Sequence[int]) -> tuple[NDArray[np.int32], Places, NDArray[np.bool_]]:
        """(track, place, whether it is there) of annotations by id."""
        wanted = np.asarray(ids, np.int64)
        if not len(self.first_ids):
            return (
                np.zeros(len(wanted), np.int32),
                np.zeros(len(wanted), np.int32),
                np.zeros(len(wanted), bool),
            )
        track = np.maximum(np.searchsorted(self.first_ids, wanted, "right") - 1, 0).astype(np.int32)
        place = wanted - self.first_ids[track]
        there = (place >= 0) & (place < self.counts[track])
        return track, place.astype(np.int32), there

    def place_at(self, track: int, start: int) -> int:
        """The place of the annotation of a track that begins at a tick of its own; −1 where none does."""
        blob = self.catalogue.times([self.tracks[track].id]).get(self.tracks[track].id, b"")
        found = np.flatnonzero(np.frombuffer(blob, ROW)["start"] == start)
        return int(found[0]) if len(found) else -1

    def id_of(self, track: int, place: int) -> int:
        return self.tracks[track].first + place

    def extents(self, places: Iterable[int]) -> Found:
        """Whole clips as moments: from where their streams start to where they end."""
        chosen = list(places)
        spans = [_extent(self.assets[place], self.rate) for place in chosen]
        kind: Any = np.int64 if all(abs(one) < WIDEST for pair in spans for one in pair) else object
        return Found(
            np.array(chosen, np.int32),
            np.array([start for start, _ in spans], kind),
            np.array([end for _, end in spans], kind),
            np.ones(len(chosen), np.float32),
            np.full(len(chosen), -1, np.int32),
            np.full(len(chosen), -1, np.int32),
            how="clip",
        )


def within(track: NDArray[np.int32]) -> NDArray[np.int32]:
    """0, 1, 2 … within each track, tracks following one another."""
    if not len(track):
        return np.zeros(0, np.int32)
    new = np.concatenate([[True], track[1:] != track[:-1]])
    heads = np.flatnonzero(new)
    sizes = np.diff(np.concatenate([heads, [len(track)]]))
    return (np.arange(len(track)) - np.repeat(heads, sizes)).astype(np.int32)


def _clock(asset: Asset) -> Fraction:
    """Ticks a second of the stream an asset's clips are timed by."""
    for stream in asset.streams:
        if stream.time_base is not None and stream.kind == "video":
            return 1 / stream.time_base
    return Fraction(1)


def _extent(asset: Asset, rate: Fraction) -> tuple[int, int]:
    """Where an asset's picture (else its sound) starts and ends, in even ticks of the joined clock."""
    stream = asset.stream("video") or asset.stream("audio")
    start = stream.start.seconds if stream is not None and stream.start is not None else Fraction(0)
    length = stream.duration.seconds if stream is not None and stream.duration is not None else Fraction(0)
    first = 2 * round(start * rate / 2)
    return first, max(first + 2 * round(length * rate / 2), first + 2)


def _slipped(typed: str, known: str) -> bool:
    """Whether one slip of the hand makes one word of the other: a letter too many, too few, another, or two
    exchanged. A last letter alone makes another form of a word (reads, ready), not a slip."""
    if abs(len(typed) - len(known)) > 1 or min(len(typed), len(known)) < SHORTEST:
        return False
    first = next((k for k, (a, b) in enumerate(zip(typed, known, strict=False)) if a != b), None)
    if first is None or (first >= len(known) - 1 and first >= len(typed) - 1):
        return False
    rest = typed[first:], known[first:]
    exchanged = rest[0][1::-1] + rest[0][2:] == rest[1] if len(rest[0]) > 1 else False
    return exchanged or rest[0][1:] in (rest[1], rest[1][1:]) or rest[0] == rest[1][1:]
