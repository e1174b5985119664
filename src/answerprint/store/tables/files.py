"""The stat cache: files already hashed, recognised by path, size, time and inode."""

from __future__ import annotations

import os
from collections.abc import Iterable

from answerprint.store.database import Database
from answerprint.store.rows import FileStat


class FileTable(Database):
    def known_digests(self, paths: Iterable[FileStat]) -> dict[str, str]:
        """path → digest, for the files whose size, time and inode are as they were when hashed."""
        asked = {os.fsencode(one.path): one for one in paths}
        known: dict[str, str] = {}
        sql = "SELECT path, size, mtime_ns, inode, digest FROM file WHERE path IN (@)"
        for path, size, mtime_ns, inode, digest in self.rows_in(sql, asked):
            stat = asked[path]
            if (stat.size, stat.mtime_ns, stat.inode) == (size, mtime_ns, inode):
                known[stat.path] = digest
        return known

    def remember_digests(self, rows: Iterable[tuple[FileStat, str]]) -> None:
        """Keeps what files hashed to. Take the stat before hashing: a file changed meanwhile then differs."""
        with self.write():
            self.execute_many(
                "INSERT OR REPLACE INTO file (path, size, mtime_ns, inode, digest) VALUES (?, ?, ?, ?, ?)",
                ((os.fsencode(s.path), s.size, s.mtime_ns, s.inode, digest) for s, digest in rows),
            )
