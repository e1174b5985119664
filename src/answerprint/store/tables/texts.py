"""Full-text search over the words of current tracks: rare terms ranked exactly, common ones bounded."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from answerprint.store.rows import Hit
from answerprint.store.tables.moments import MomentTable
from answerprint.store.tables.tracks import annotation_of

# BM25 reads every row that has the term, at about 2 µs (bench/store.py): 2 000 rows are some 5 ms, a third of
# a million half a second. Commoner terms are not ranked whole: nobody reads on to the two-thousandth line.
COMMON = 2_000  # rows with a term, from which on it is common
CANDIDATES = 500  # rows looked at for a query that has a common term
EVERY_ROW = ((1, (1 << 63) - 1),)


class TextMatches(NamedTuple):
    """Annotations whose text matches, by id."""

    ids: list[int]
    ranks: list[float]  # BM25, more is better; empty where a term is too common to rank
    bounded: bool  # there are more


class TextTable(MomentTable):
    def search(self, text: str, *, limit: int = 50, assets: Iterable[str] | None = None) -> list[Hit]:
        """Annotations of current tracks whose text has every term, best first.

        text: words, "phrases in quotes", beginnings*; anything else a person types is taken as words.
        Terms in up to COMMON rows are ranked by BM25 (Robertson and Zaragoza 2009, as in FTS5). A query
        with a commoner term looks at the first CANDIDATES rows that match, shortest text first.
        """
        phrases = quoted_phrases(text)
        if not phrases or limit < 1:
            return []
        query = " ".join(phrases)
        spans = EVERY_ROW if assets is None else self._text_rows(assets)
        if any(self._is_common(phrase) for phrase in phrases):
            ranked = self._bounded(query, spans)
        else:
            ranked = self._ranked(query, spans, limit)
        return self._hits(ranked[:limit])

    def matching(self, text: str, *, most: int) -> TextMatches:
        """The ids of annotations whose text has every term, at most `most`; text as for `search`.

        Best first; where a term is common they come as they stand in the catalogue, without ranks.
        """
        phrases = quoted_phrases(text)
        if not phrases:
            return TextMatches([], [], False)
        query = " ".join(phrases)
        if not any(self._is_common(phrase) for phrase in phrases):
            ranked = self._ranked(query, EVERY_ROW, most)
            return TextMatches([id for id, _ in ranked], [rank for _, rank in ranked], len(ranked) == most)
        found = self.rows("SELECT rowid FROM text_index WHERE text_index MATCH ? LIMIT ?", (query, most))
        return TextMatches([row[0] for row in found], [], len(found) == most)

    def how_many(self, text: str, most: int = COMMON) -> int:
        """In how many annotations a word or "phrase" stands, counted up to `most`."""
        phrases = quoted_phrases(text)
        sql = "SELECT count(*) FROM (SELECT 1 FROM text_index WHERE text_index MATCH ? LIMIT ?)"
        row = self.row(sql, (" ".join(phrases), most)) if phrases else None
        return 0 if row is None else int(row[0])

    def words_between(self, first: str, end: str) -> list[tuple[str, int]]:
        """The words that are said or written, from `first` up to `end` of the alphabet, and in how many
        annotations. As the index keeps them: lower case, no accents."""
        sql = "SELECT term, doc FROM text_words WHERE term >= ? AND term < ?"
        return [(term, count) for term, count in self.rows(sql, (first, end))]

    def _is_common(self, phrase: str) -> bool:
        row = self.row(
            "SELECT count(*) FROM (SELECT 1 FROM text_index WHERE text_index MATCH ? LIMIT ?)",
            (phrase, COMMON + 1),
        )
        return row is not None and row[0] > COMMON

    def _ranked(self, query: str, spans: Iterable[tuple[int, int]], limit: int) -> list[tuple[int, float]]:
        sql = "SELECT rowid, -rank FROM text_index WHERE text_index MATCH ? ORDER BY rank, rowid"
        if spans is EVERY_ROW:
            return [(id, rank) for id, rank in self.rows(f"{sql} LIMIT ?", (query, limit))]
        ordered = sorted(spans)
        firsts = [first for first, _ in ordered]
        kept: list[tuple[int, float]] = []
        for id, rank in self.rows(sql, (query,)):
            place = bisect_right(firsts, id) - 1
            if place >= 0 and id <= ordered[place][1]:
                kept.append((id, rank))
        return kept

    def _bounded(self, query: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, float]]:
        found: list[tuple[int, float]] = []
        for first, last in spans:
            left = CANDIDATES - len(found)
            if left <= 0:
                break
            found += self.rows(
                "SELECT annotation.id, 1.0 / length(annotation.text) FROM ("
                "SELECT rowid FROM text_index WHERE text_index MATCH ? AND rowid BETWEEN ? AND ? LIMIT ?"
                ") AS match JOIN annotation ON annotation.id = match.rowid",
                (query, first, last, left),
            )
        return sorted(found, key=lambda one: (-one[1], one[0]))

    def _text_rows(self, assets: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """Row ranges of the annotations of the assets' current tracks that have text; neighbours joined."""
        sql = "SELECT first_id, first_id + count - 1 FROM track WHERE current AND has_text AND asset IN (@)"
        joined: list[tuple[int, int]] = []
        for first, last in sorted(self.rows_in(sql, dict.fromkeys(assets))):
            if joined and joined[-1][1] + 1 == first:
                joined[-1] = (joined[-1][0], last)
            else:
                joined.append((first, last))
        return tuple(joined)

    def _hits(self, ranked: list[tuple[int, float]]) -> list[Hit]:
        sql = (
            "SELECT annotation.id, asset, name, rate, "
            'start, "end", label, text, confidence, value '
            "FROM annotation JOIN track ON track.id = annotation.track WHERE annotation.id IN (@)"
        )
        rows = {row[0]: row for row in self.rows_in(sql, (id for id, _ in ranked))}
        return [
            Hit(
                asset=rows[id][1],
                track=rows[id][2],
                rate=Fraction(rows[id][3]),
                annotation=annotation_of(rows[id][4:]),
                rank=rank,
            )
            for id, rank in ranked
            if id in rows  # a writer may have replaced the track between the two looks
        ]


def quoted_phrases(text: str) -> list[str]:
    """What a person typed as FTS5 strings, so that no character of it is an operator."""
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    phrases: list[str] = []
    for match in re.finditer(r'"([^"]*)"(\*?)|([^\s"]+)', clean):
        words = match[1] if match[3] is None else match[3]
        prefix = match[2] if match[3] is None else ("*" if words.endswith("*") else "")
        if any(character.isalnum() for character in words):
            phrases.append(f'"{words}"{prefix}')
    return phrases
