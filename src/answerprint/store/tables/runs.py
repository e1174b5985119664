"""The cache: one row for each finished step, committed together with the tracks it made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from answerprint.core.encoding import to_json
from answerprint.core.records import Provenance, Track
from answerprint.store.rows import Output, RunRow
from answerprint.store.tables.texts import TextTable
from answerprint.store.tables.tracks import track_digest

_provenance = msgspec.json.Decoder(Provenance)
_outputs = msgspec.json.Decoder(dict[str, Output])
_NEXT_SEQ = "(SELECT coalesce(max(seq), 0) + 1 FROM run)"


class RunTable(TextTable):
    def runs(self, keys: Iterable[str]) -> dict[str, RunRow]:
        """The finished runs among the keys."""
        sql = "SELECT key, step, version, subject, provenance, outputs, seconds FROM run WHERE key IN (@)"
        return {
            key: RunRow(
                key=key,
                step=step,
                version=version,
                subject=subject,
                provenance=_provenance.decode(provenance),
                outputs=_outputs.decode(outputs),
                seconds=seconds,
            )
            for key, step, version, subject, provenance, outputs, seconds in self.rows_in(sql, keys)
        }

    def commit_run(self, row: RunRow, tracks: Mapping[str, Track] | None = None) -> None:
        """One transaction, on the disk when it returns: the run, its tracks (by output name), now current.

        Objects the run names must have been put before. Raises ValueError when tracks and outputs do not
        agree: a row that points nowhere is never written.
        """
        given = dict(tracks or {})
        named = {name: output for name, output in row.outputs.items() if output.kind == "track"}
        for name in named.keys() | given.keys():
            if name not in given or name not in named or track_digest(given[name]) != named[name].digest:
                raise ValueError(f"output {name!r} of {row.step} and its track do not agree")
        with self.write(durable=True):
            self.execute(
                "INSERT OR REPLACE INTO run "
                "(key, step, version, subject, provenance, outputs, seconds, seq) "
                f"VALUES (?, ?, ?, ?, ?, ?, ?, {_NEXT_SEQ})",
                (
                    row.key,
                    row.step,
                    row.version,
                    row.subject,
                    to_json(row.provenance),
                    to_json(row.outputs).decode(),  # text, for SQLite's JSON functions
                    row.seconds,
                ),
            )
            for name, track in given.items():
                self._insert_track(track, named[name].digest, row.provenance)

    def keep_runs(self, keys: Iterable[str]) -> None:
        """Marks the runs a make has used as its newest, all of one age, for the sweeper."""
        with self.write():
            (seq,) = self.row(f"SELECT {_NEXT_SEQ}") or (1,)
            self.execute_many("UPDATE run SET seq = ? WHERE key = ?", ((seq, key) for key in keys))
