"""What a copy has finished, kept beside the destination until all of it is: a stopped copy goes on here."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO, NamedTuple

from answerprint.departments.footage.ingest.listing import Entry
from answerprint.store.disk import coded_writing

VERSION = 1


class Done(NamedTuple):
    """A file that was copied and read back. values: its checksums by format."""

    size: int
    modified: int
    values: dict[str, str]


class Journal:
    """One destination's journal. A last line torn by a kill is not believed."""

    def __init__(self, path: Path, source: Path, formats: tuple[str, ...]) -> None:
        self.path = path
        self._head = {"version": VERSION, "source": os.fsdecode(source), "formats": list(formats)}
        self.done: dict[str, Done] = {}
        self._file: IO[str] | None = None
        self._read()

    def knows(self, entry: Entry, place: Path) -> Done | None:
        """What was recorded of a file, if source and copy are still what they were then."""
        done = self.done.get(entry.path)
        if done is None or (done.size, done.modified) != (entry.size, entry.modified):
            return None
        try:
            found = place.lstat()
        except OSError:
            return None
        return done if (found.st_size, found.st_mtime_ns) == (entry.size, entry.modified) else None

    def add(self, entries: list[tuple[Entry, dict[str, str]]]) -> None:
        """Records files that are on the disk and were read back. On the disk itself when it returns."""
        with coded_writing(self.path):
            if self._file is None:
                fresh = not self.done
                self._file = self.path.open("w" if fresh else "a", encoding="ascii")
                if fresh:
                    self._file.write(json.dumps(self._head) + "\n")
                else:
                    self._file.write("\n")  # ends a torn line
            for entry, values in entries:
                line = {"path": entry.path, "size": entry.size, "modified": entry.modified, "values": values}
                self._file.write(json.dumps(line) + "\n")
                self.done[entry.path] = Done(entry.size, entry.modified, values)
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """The copy is whole: its record is the hash list now."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _read(self) -> None:
        try:
            lines = self.path.read_text("ascii", errors="replace").split("\n")
        except OSError:
            return
        try:
            if json.loads(lines[0]) != self._head:
                return  # of another source or other checksums: it is written anew
        except ValueError:
            return
        for line in lines[1:]:
            try:
                said = json.loads(line)
                self.done[said["path"]] = Done(said["size"], said["modified"], said["values"])
            except (ValueError, KeyError, TypeError):
                continue
