"""Tracks and their annotations: whole, and by the stretch of time asked for.

Overlaps are found without looking at the whole track. Every annotation has a span class by its length: 0
for an instant, k for lengths up to 2^(k−1) ticks. One of class k that reaches into [from, to) starts after
from − 2^(k−1), so each class a track has is one short walk of an index on (track, class, start). R*Trees were
not taken: theirs are 32-bit coordinates, and a day at 90 000 ticks a second does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import msgspec

from answerprint.core.encoding import from_builtins, to_builtins, to_json
from answerprint.core.errors import StoreError
from answerprint.core.records import Annotation, Provenance, Track
from answerprint.core.time import Range
from answerprint.store.database import Database, Row
from answerprint.store.disk import display_name
from answerprint.store.objects import hash_bytes
from answerprint.store.rows import Hit, TrackInfo

LONGEST_CLASS = 62  # every longer length counts into it; a class is a bit of a 64-bit integer
MOST_OVERLAPS = 10_000

_ANNOTATION = 'start, "end", label, text, confidence, value'


def track_digest(track: Track) -> str:
    """BLAKE3 of the track's canonical JSON, 64 hex digits."""
    return hash_bytes(to_json(track))


def span_class(start: int, end: int) -> int:
    """0 for an instant, k for a length of more than 2^(k−2) and up to 2^(k−1) ticks."""
    length = end - start
    return 0 if length == 0 else min((length - 1).bit_length() + 1, LONGEST_CLASS)


class TrackTable(Database):
    def track(self, digest: str) -> Track:
        """A track with all its annotations. Raises StoreError AP-STORE-011 when it is not there."""
        row = self.row("SELECT asset, name, rate, first_id, count FROM track WHERE digest = ?", (digest,))
        if row is None:
            raise self._missing(digest)
        return self._whole(row)

    def current_track(self, asset: str, name: str) -> Track | None:
        """The track of a name that holds for an asset now, None where there is none."""
        row = self.row(
            "SELECT asset, name, rate, first_id, count FROM track WHERE asset = ? AND name = ? AND current",
            (asset, name),
        )
        return None if row is None else self._whole(row)

    def tracks(self, asset: str | None = None) -> list[TrackInfo]:
        """The current tracks of an asset, or of all, sorted by asset and name; without annotations."""
        sql = "SELECT asset, name, rate, digest, count, provenance FROM track WHERE current"
        rows = self.rows(f"{sql} AND asset = ?", (asset,)) if asset else self.rows(sql)
        return [
            TrackInfo(
                asset=row[0],
                name=row[1],
                rate=Fraction(row[2]),
                digest=row[3],
                count=row[4],
                provenance=msgspec.json.decode(row[5], type=Provenance),
            )
            for row in sorted(rows)
        ]

    def set_current(self, digests: Iterable[str]) -> None:
        """Makes tracks the ones that hold for their asset and name; the ones they replace are kept aside.

        Raises StoreError AP-STORE-011 when one is not there; then none is changed.
        """
        asked = list(dict.fromkeys(digests))
        sql = "SELECT digest FROM track WHERE current AND digest IN (@)"
        current = {row[0] for row in self.rows_in(sql, asked)}
        if len(current) == len(asked):
            return
        with self.write(durable=True):
            for digest in asked:
                self._make_current(digest)

    def retire_tracks(self, digests: Iterable[str]) -> None:
        """Tracks that hold no longer and are replaced by none: they are found no more."""
        with self.write(durable=True):
            for digest in digests:
                row = self.row(
                    "SELECT id, first_id, count, has_text FROM track WHERE digest = ? AND current", (digest,)
                )
                if row is not None:
                    self._retire(row)

    def overlapping(
        self, asset: str, track_name: str, range: Range, limit: int = MOST_OVERLAPS
    ) -> list[Annotation]:
        """Annotations of the current track that share time with a range, by start, at most `limit`.

        An annotation without length (a cut) is found where the range contains it. An empty range is an
        instant: it finds what contains it, and instants equal to it. The range may be of any rate.
        """
        row = self.row(
            "SELECT id, rate, spans FROM track WHERE asset = ? AND name = ? AND current", (asset, track_name)
        )
        return [] if row is None else self._overlapping(row[0], Fraction(row[1]), row[2], range, limit)

    def overlapping_everywhere(self, track_name: str, range: Range, limit: int = 1_000) -> list[Hit]:
        """The same over every asset, by asset and start, at most `limit`."""
        sql = "SELECT rate, spans FROM track WHERE name = ? AND current"
        spans: dict[str, int] = {}
        for rate_text, mask in self.rows(sql, (track_name,)):
            spans[rate_text] = spans.get(rate_text, 0) | mask
        found: list[Row] = []
        for rate_text, mask in spans.items():
            for span in _bits(mask):
                condition, values = _reaching(span, Fraction(rate_text), range)
                found += self.rows(
                    f"SELECT asset, start, annotation.id, rate, {_ANNOTATION} "
                    "FROM track CROSS JOIN annotation ON track = track.id "
                    f"WHERE name = ? AND current AND rate = ? AND span = ? AND {condition} "
                    "ORDER BY asset, start, annotation.id LIMIT ?",
                    (track_name, rate_text, span, *values, limit),
                )
        return [
            Hit(asset=row[0], track=track_name, rate=Fraction(row[3]), annotation=annotation_of(row[4:]))
            for row in sorted(found, key=lambda row: row[:3])[:limit]
        ]

    def _insert_track(self, track: Track, digest: str, provenance: Provenance) -> None:
        """Inside write(): the track's row and annotations, unless they are there, and makes it current."""
        known = self.row("SELECT id FROM track WHERE digest = ?", (digest,))
        if known is None:
            first = (self.row("SELECT coalesce(max(id), 0) + 1 FROM annotation") or (1,))[0]
            number = (self.row("SELECT coalesce(max(id), 0) + 1 FROM track") or (1,))[0]
            classes = [span_class(one.start, one.end) for one in track.annotations]
            self.execute(
                "INSERT INTO track "
                "(id, digest, asset, name, rate, count, first_id, spans, has_text, provenance) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    digest,
                    track.asset,
                    track.name,
                    to_builtins(track.rate),
                    len(track.annotations),
                    first,
                    sum(1 << span for span in set(classes)),
                    any(one.text for one in track.annotations),
                    to_json(provenance),
                ),
            )
            self.execute_many(
                f"INSERT INTO annotation (id, track, span, {_ANNOTATION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        id,
                        number,
                        span,
                        one.start,
                        one.end,
                        one.label,
                        one.text,
                        one.confidence,
                        to_json(one.value) if one.value else None,
                    )
                    for id, (span, one) in enumerate(zip(classes, track.annotations, strict=True), first)
                ),
            )
        else:
            self.execute("UPDATE track SET provenance = ? WHERE id = ?", (to_json(provenance), known[0]))
        self._make_current(digest)

    def _make_current(self, digest: str) -> None:
        row = self.row(
            "SELECT id, first_id, count, has_text, current, asset, name FROM track WHERE digest = ?",
            (digest,),
        )
        if row is None:
            raise self._missing(digest)
        id, first, count, has_text, current, asset, name = row
        if current:
            return
        before = self.row(
            "SELECT id, first_id, count, has_text FROM track WHERE asset = ? AND name = ? AND current",
            (asset, name),
        )
        if before is not None:
            self._retire(before)
        self.execute("UPDATE track SET current = 1 WHERE id = ?", (id,))
        if has_text:
            self.execute(
                "INSERT INTO text_index (rowid, text) "
                "SELECT id, text FROM annotation WHERE id >= ? AND id < ? AND text <> ''",
                (first, first + count),
            )

    def _retire(self, row: Row) -> None:
        id, first, count, has_text = row
        if has_text:
            self.execute(
                "INSERT INTO text_index (text_index, rowid, text) "
                "SELECT 'delete', id, text FROM annotation WHERE id >= ? AND id < ? AND text <> ''",
                (first, first + count),
            )
        self.execute("UPDATE track SET current = 0 WHERE id = ?", (id,))

    def _whole(self, row: Row) -> Track:
        asset, name, rate, first, count = row
        sql = f"SELECT {_ANNOTATION} FROM annotation WHERE id >= ? AND id < ? ORDER BY id"
        found = tuple(annotation_of(one) for one in self.rows(sql, (first, first + count)))
        return Track(asset=asset, name=name, rate=from_builtins(rate, Fraction), annotations=found)

    def _overlapping(
        self, track: int, rate: Fraction, spans: int, range: Range, limit: int
    ) -> list[Annotation]:
        selects: list[str] = []
        values: list[int] = []
        for span in _bits(spans):
            condition, bounds = _reaching(span, rate, range)
            selects.append(
                f"SELECT * FROM (SELECT id, {_ANNOTATION} FROM annotation "
                f"WHERE track = ? AND span = ? AND {condition} ORDER BY start, id LIMIT ?)"
            )
            values += [track, span, *bounds, limit]
        if not selects:
            return []
        sql = " UNION ALL ".join(selects) + " ORDER BY start, id LIMIT ?"
        return [annotation_of(row[1:]) for row in self.rows(sql, (*values, limit))]

    def _missing(self, digest: str) -> StoreError:
        return StoreError(
            "AP-STORE-011",
            f"track {digest} is missing",
            file=display_name(self.path),
            remedy="run again: it is made anew",
        )


_values = msgspec.json.Decoder(dict[str, Any])  # made once: a track has thousands


def annotation_of(row: Row) -> Annotation:
    """An annotation from its columns: start, end, label, text, confidence, value."""
    start, end, label, text, confidence, value = row
    decoded: Mapping[str, Any] = _values.decode(value) if value is not None else {}
    return Annotation(start=start, end=end, label=label, text=text, confidence=confidence, value=decoded)


def _reaching(span: int, rate: Fraction, range: Range) -> tuple[str, list[int]]:
    """The condition that an annotation of a span class reaches into a range, and its values in ticks."""
    start = range.start.seconds * rate
    end = range.end.seconds * rate if not range.empty else Fraction(math.floor(start) + 1)
    after, before = math.floor(start), math.ceil(end)
    if span == 0:
        return "start >= ? AND start < ?", [math.ceil(start), before]
    longest = 1 << (span - 1) if span < LONGEST_CLASS else 1 << 63
    earliest = max(after - longest, -(1 << 63))
    return 'start > ? AND start < ? AND "end" > ?', [earliest, before, after]


def _bits(mask: int) -> Iterable[int]:
    return (bit for bit in range(mask.bit_length()) if mask >> bit & 1)
