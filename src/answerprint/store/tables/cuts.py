"""The cuts of the film, the versions of out/, and the findings of every source."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.encoding import from_json, to_json
from answerprint.core.findings import Finding
from answerprint.store.database import Database
from answerprint.store.rows import VersionRow


class CutTable(Database):
    def put_cut(self, version: int, cut: Cut, digest: str) -> None:
        """Keeps the cut of a version; the same version again replaces it. 0 is the draft of `cut`."""
        with self.write(durable=True):
            self.execute(
                "INSERT OR REPLACE INTO cut (version, digest, record) VALUES (?, ?, ?)",
                (version, digest, to_json(cut)),
            )

    def cut(self, version: int) -> Cut | None:
        row = self.row("SELECT record FROM cut WHERE version = ?", (version,))
        return None if row is None else from_json(row[0], Cut)

    def latest_cut(self) -> Cut | None:
        row = self.row("SELECT record FROM cut ORDER BY version DESC LIMIT 1")
        return None if row is None else from_json(row[0], Cut)

    def cut_digests(self) -> dict[int, str]:
        """version → digest, as they were put."""
        return dict(self.rows("SELECT version, digest FROM cut ORDER BY version"))

    def put_version(self, version: VersionRow) -> None:
        """Keeps what a folder of out/ is made of; the same number again replaces it."""
        with self.write(durable=True):
            self.execute(
                "INSERT OR REPLACE INTO version (number, digest, outputs) VALUES (?, ?, ?)",
                (version.number, version.digest, to_json(version.outputs)),
            )

    def versions(self) -> list[VersionRow]:
        """Every version of out/, oldest first."""
        return [
            VersionRow(number, digest, msgspec.json.decode(outputs, type=dict[str, str]))
            for number, digest, outputs in self.rows(
                "SELECT number, digest, outputs FROM version ORDER BY number"
            )
        ]

    def put_findings(self, source: str, findings: Sequence[Finding]) -> None:
        """Replaces what a source (a step and its subject, say) has noticed."""
        with self.write():
            self.execute("DELETE FROM finding WHERE source = ?", (source,))
            self.execute_many(
                "INSERT INTO finding (source, position, record) VALUES (?, ?, ?)",
                ((source, position, to_json(one)) for position, one in enumerate(findings)),
            )

    def findings(self, source: str | None = None) -> list[Finding]:
        """The findings of a source, or all by source, in the order they were put."""
        sql = "SELECT record FROM finding"
        where, values = (" WHERE source = ?", (source,)) if source else ("", ())
        rows = self.rows(f"{sql}{where} ORDER BY source, position", values)
        return [from_json(row[0], Finding) for row in rows]
