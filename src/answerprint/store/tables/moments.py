"""Annotations by column, for search: what a query compares is read as arrays, not as a million rows.

Beside its rows a track keeps its times in one blob, the places of each label and of each word among its
values, and its numbers, written in the same transaction and gone with the track. A label of a million
annotations is then some thousand blobs and a few milliseconds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.records import Annotation, Provenance, Track
from answerprint.store.database import Row
from answerprint.store.tables.tracks import TrackTable

ROW = np.dtype([("start", "<i8"), ("end", "<i8"), ("confidence", "<f8")])  # NaN: no confidence was given
COLOUR = np.dtype([("place", "<i4"), ("rgb", "<u4"), ("share", "<f4")])
LARGEST = 2.0**1000  # a whole number beyond it is none a float could hold
PLACE = np.dtype("<i4")
NUMBER = np.dtype("<f8")  # NaN: this annotation has none
LONGEST_TERM = 40  # letters: a longer value is a text or a hash, and nobody asks for it by its label
TRACKS_AT_ONCE = 5_000  # in one IN (…)
_RGB = re.compile("#[0-9a-fA-F]{6}")
FILL = 200  # tracks of an older catalogue filled in one transaction


class TrackColumns(msgspec.Struct, frozen=True):
    """A current track as search knows it. Its annotations have the ids first … first + count − 1."""

    id: int
    asset: str
    name: str
    rate: Fraction
    first: int
    count: int
    digest: str


class MomentTable(TrackTable):
    def columns(self) -> list[TrackColumns]:
        """Every current track, in the order its annotations have in the catalogue."""
        sql = "SELECT id, asset, name, rate, first_id, count, digest FROM track WHERE current"
        return [
            TrackColumns(row[0], row[1], row[2], Fraction(row[3]), row[4], row[5], row[6])
            for row in sorted(self.rows(sql), key=lambda row: (row[4], row[5]))
        ]

    def fill_moments(self) -> int:
        """Makes the columns of tracks written by an older Answerprint; of how many."""
        sql = (
            "SELECT id, digest FROM track WHERE count AND NOT EXISTS (SELECT 1 FROM moment WHERE track = id)"
        )
        missing = self.rows(sql)
        for first in range(0, len(missing), FILL):
            with self.write():
                for number, digest in missing[first : first + FILL]:
                    self._put_columns(number, self.track(digest).annotations)
        return len(missing)

    def times(self, tracks: Sequence[int]) -> dict[int, bytes]:
        """track id → its times, `ROW` by `ROW`, in ticks of its rate."""
        return dict(self._in("SELECT track, rows FROM moment WHERE track IN (@)", tracks))

    def places(self, name: str, terms: Iterable[str], key: str = "") -> list[tuple[int, bytes]]:
        """(track id, `PLACE`s) of the annotations of current tracks of a name that have one of the terms.

        key: "" for labels, else the value that is to be the term. Letter case does not matter.
        """
        found: list[tuple[int, bytes]] = []
        sql = (
            "SELECT track.id, places FROM moment_term JOIN track ON track.id = moment_term.track "
            "WHERE term = ? AND key = ? AND current AND name = ?"
        )
        for term in dict.fromkeys(terms):
            found += self.rows(sql, (term, key, name))
        return found

    def spread(self, name: str, key: str) -> list[tuple[int, str, bytes]]:
        """(track id, term, `PLACE`s) of every word that current tracks of a name have under a key."""
        sql = (
            "SELECT track.id, term, places FROM moment_term JOIN track ON track.id = moment_term.track "
            "WHERE current AND name = ? AND key = ?"
        )
        return [(track, term, places) for track, term, places in self.rows(sql, (name, key))]

    def numbers(self, tracks: Sequence[int], key: str) -> dict[int, bytes]:
        """track id → a value of every annotation, as `NUMBER`s or (for colours) `COLOUR`s."""
        sql = "SELECT track, data FROM moment_value WHERE track IN (@) AND key = ?"
        return dict(self._in(sql, tracks, key))

    def terms(self, name: str | None = None, key: str = "") -> list[str]:
        """The labels (or the words under a value's key) that current tracks of a name have, sorted."""
        sql = (
            "SELECT DISTINCT term FROM moment_term JOIN track ON track.id = moment_term.track "
            "WHERE key = ? AND current AND term <> ''"
        )
        rows = self.rows(f"{sql} AND name = ?", (key, name)) if name else self.rows(sql, (key,))
        return sorted(row[0] for row in rows)

    def where_term(self, term: str) -> list[tuple[str, str]]:
        """(track name, key) of the places where a term stands in current tracks."""
        sql = (
            "SELECT DISTINCT name, key FROM moment_term JOIN track ON track.id = moment_term.track "
            "WHERE term = ? AND current"
        )
        return sorted(self.rows(sql, (term,)))

    def value_keys(self, name: str) -> list[str]:
        """The keys of numbers that current tracks of a name have."""
        sql = (
            "SELECT DISTINCT key FROM moment_value JOIN track ON track.id = moment_value.track "
            "WHERE current AND name = ?"
        )
        return sorted(row[0] for row in self.rows(sql, (name,)))

    def annotations(self, ids: Iterable[int]) -> dict[int, Annotation]:
        """Annotations by id, without their values (asked for one by one: `annotation_value`)."""
        sql = 'SELECT id, start, "end", label, text, confidence FROM annotation WHERE id IN (@)'
        return {
            row[0]: Annotation(start=row[1], end=row[2], label=row[3], text=row[4], confidence=row[5])
            for row in self.rows_in(sql, dict.fromkeys(ids))
        }

    def texts(self, ids: Iterable[int]) -> dict[int, str]:
        """The texts of annotations by id."""
        return dict(self.rows_in("SELECT id, text FROM annotation WHERE id IN (@)", dict.fromkeys(ids)))

    def annotation_value(self, id: int) -> dict[str, Any]:
        """What an annotation holds beside its text."""
        row = self.row("SELECT value FROM annotation WHERE id = ?", (id,))
        return {} if row is None or row[0] is None else msgspec.json.decode(row[0], type=dict[str, Any])

    def newest_outputs(self, step: str, output: str, subjects: Sequence[str] | None = None) -> dict[str, str]:
        """subject → digest of an output of the newest run of a step; of these subjects, or of all that the
        last make used."""
        sql = (
            "SELECT subject, json_extract(outputs, '$.' || ? || '.digest') FROM run WHERE step = ? AND {} "
            "ORDER BY seq"
        )
        rows: list[Row] = []
        if subjects is None:
            last = "seq = (SELECT max(seq) FROM run WHERE step = ?)"
            rows = self.rows(sql.format(last), (output, step, step))
        for one in dict.fromkeys(subjects or ()):
            rows += self.rows(sql.format("subject = ?"), (output, step, one))
        return {subject: digest for subject, digest in rows if digest is not None}

    def _insert_track(self, track: Track, digest: str, provenance: Provenance) -> None:
        super()._insert_track(track, digest, provenance)
        row = self.row(
            "SELECT id FROM track WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM moment WHERE track = id)",
            (digest,),
        )
        if row is not None:
            self._put_columns(row[0], track.annotations)

    def _put_columns(self, number: int, annotations: Sequence[Annotation]) -> None:
        rows = np.empty(len(annotations), ROW)
        rows["start"] = [one.start for one in annotations]
        rows["end"] = [one.end for one in annotations]
        rows["confidence"] = [np.nan if one.confidence is None else one.confidence for one in annotations]
        self.execute("INSERT INTO moment (track, rows) VALUES (?, ?)", (number, rows.tobytes()))
        terms: dict[tuple[str, str], list[int]] = defaultdict(list)
        values: dict[str, NDArray[np.float64]] = {}
        colours: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
        for place, one in enumerate(annotations):
            terms["", one.label].append(place)
            for key, value in one.value.items():
                if isinstance(value, bool | int | float):
                    if key not in values:
                        values[key] = np.full(len(annotations), np.nan)
                    values[key][place] = value if abs(value) < LARGEST else np.nan
                elif isinstance(value, str):
                    if 0 < len(value) <= LONGEST_TERM:
                        terms[key, value.casefold()].append(place)
                else:
                    colours[key] += _colours(place, value)
        self.execute_many(
            "INSERT INTO moment_term (track, key, term, places) VALUES (?, ?, ?, ?)",
            ((number, key, term, np.array(places, PLACE).tobytes()) for (key, term), places in terms.items()),
        )
        blobs = {key: column.astype(NUMBER).tobytes() for key, column in values.items()}
        blobs |= {key: np.array(found, COLOUR).tobytes() for key, found in colours.items() if found}
        self.execute_many(
            "INSERT INTO moment_value (track, key, data) VALUES (?, ?, ?)",
            ((number, key, data) for key, data in blobs.items()),
        )

    def _in(self, sql: str, tracks: Sequence[int], *values: Any) -> Iterator[Row]:
        """A query over many tracks; their ids are numbers of ours and stand in the text of it."""
        for first in range(0, len(tracks), TRACKS_AT_ONCE):
            listed = ",".join(map(str, tracks[first : first + TRACKS_AT_ONCE]))
            yield from self.rows(sql.replace("@", listed), values)


def _colours(place: int, value: Any) -> list[tuple[int, int, float]]:
    """The colours of a value [["#rrggbb", share], …]; none for anything else."""
    found: list[tuple[int, int, float]] = []
    if not isinstance(value, list | tuple):
        return found
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            continue
        colour, share = pair
        if (
            isinstance(colour, str)
            and len(colour) == 7
            and colour[0] == "#"
            and isinstance(share, int | float)
        ):
            try:
                found.append((place, int(colour[1:], 16), float(share)))
            except ValueError:
                continue
    return found
