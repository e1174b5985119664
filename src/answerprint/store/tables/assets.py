"""The assets of a production: their records whole, and the columns that are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from answerprint.core.encoding import from_json, to_json
from answerprint.core.records import Asset
from answerprint.store.database import Database


class AssetTable(Database):
    def put_assets(self, assets: Iterable[Asset]) -> None:
        """Adds assets, or replaces those of the same id."""
        with self.write():
            self.execute_many(
                "INSERT INTO asset (id, path, kind, card, record) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET path = excluded.path, kind = excluded.kind, "
                "card = excluded.card, record = excluded.record WHERE record <> excluded.record",
                ((one.id, one.path, one.kind, one.card, to_json(one)) for one in assets),
            )

    def assets(self) -> list[Asset]:
        """Every asset, sorted by path."""
        return [from_json(row[0], Asset) for row in self.rows("SELECT record FROM asset ORDER BY path, id")]

    def asset(self, id: str) -> Asset | None:
        row = self.row("SELECT record FROM asset WHERE id = ?", (id,))
        return None if row is None else from_json(row[0], Asset)

    def remove_assets(self, ids: Iterable[str]) -> None:
        """Forgets assets. Their runs and tracks stay until a sweep: the file may come back."""
        with self.write():
            self.execute_many("DELETE FROM asset WHERE id = ?", ((one,) for one in ids))
