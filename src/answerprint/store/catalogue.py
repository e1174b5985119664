"""The catalogue of a production: every record that can be looked at, in one SQLite file."""

from __future__ import annotations

import shutil
from pathlib import Path

from answerprint.core.encoding import from_json
from answerprint.store.database import Database, catalogue_migrations
from answerprint.store.objects import ObjectStore
from answerprint.store.rows import (
    DecisionChange,
    FileStat,
    Hit,
    JobRow,
    Output,
    RunRow,
    SweepReport,
    TrackInfo,
    VersionRow,
    stat_of,
)
from answerprint.store.tables.answers import AnswerTable
from answerprint.store.tables.assets import AssetTable
from answerprint.store.tables.cuts import CutTable
from answerprint.store.tables.files import FileTable
from answerprint.store.tables.jobs import JobTable
from answerprint.store.tables.runs import RunTable
from answerprint.store.tables.tracks import track_digest

__all__ = [
    "Catalogue",
    "DecisionChange",
    "FileStat",
    "Hit",
    "JobRow",
    "Output",
    "RunRow",
    "SweepReport",
    "TrackInfo",
    "VersionRow",
    "stat_of",
    "track_digest",
]

# A run is superseded when a newer one of the same step wrote the same outputs for the same subject, and no
# track it wrote is current.
_SUPERSEDED = """
SELECT old.key FROM run AS old WHERE EXISTS (
    SELECT 1 FROM run AS new
    WHERE new.subject = old.subject AND new.step = old.step AND new.seq > old.seq
    AND (SELECT group_concat(key) FROM json_each(new.outputs))
        IS (SELECT group_concat(key) FROM json_each(old.outputs))
) AND NOT EXISTS (
    SELECT 1 FROM json_each(old.outputs) AS output JOIN track
    ON track.digest = json_extract(output.value, '$.digest') WHERE track.current
)
"""


class Catalogue(FileTable, AssetTable, RunTable, JobTable, AnswerTable, CutTable, Database):
    """A catalogue file, made when it is not there.

    Each process opens its own; several may read and write at once. Raises StoreError as `Database` does.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, catalogue_migrations())

    def scrub(self) -> None:
        """As `Database.scrub`; the text index, which only marks deleted words, is built anew before."""
        with self.write(durable=True):
            self.execute("INSERT INTO text_index (text_index) VALUES ('rebuild')")
        super().scrub()

    def sweep(self, objects: ObjectStore, keep_unreferenced_runs: bool = False) -> SweepReport:
        """Removes what nothing refers to: folders aside of processes gone, and objects no run names.

        Unless keep_unreferenced_runs, superseded runs go first, and with them the tracks that are no longer
        current. Call it holding the production's lock: a step that is running has put objects its row does
        not name yet.
        """
        with self.write(durable=True):
            runs = tracks = 0
            if not keep_unreferenced_runs:
                runs = self.execute(f"DELETE FROM run WHERE key IN ({_SUPERSEDED})")
                tracks = self.execute(
                    "DELETE FROM track WHERE NOT current AND digest NOT IN (SELECT "
                    "json_extract(output.value, '$.digest') FROM run, json_each(run.outputs) AS output)"
                )
            named = {
                output.digest
                for (outputs,) in self.rows("SELECT outputs FROM run")
                for output in from_json(outputs, dict[str, Output]).values()
                if output.kind == "object"
            }
        named.update(self.cut_digests().values())
        named.update(digest for version in self.versions() for digest in version.outputs.values())
        orphans = [(digest, size) for digest, size in objects.digests() if digest not in named]
        for digest, _ in orphans:
            objects.remove(digest)
        abandoned = objects.abandoned()
        for folder in abandoned:
            shutil.rmtree(folder)
        return SweepReport(
            objects=len(orphans),
            bytes=sum(size for _, size in orphans),
            aside=len(abandoned),
            runs=runs,
            tracks=tracks,
        )
