"""A production on disk: its folder, its settings, its lock, and where its catalogue and objects lie."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from answerprint.core.errors import StoreError
from answerprint.store.catalogue import Catalogue
from answerprint.store.disk import (
    coded_writing,
    display_name,
    free_space_check,
    not_readable,
    write_atomically,
)
from answerprint.store.inputs import INPUT_FOLDERS, find_inputs, path_of_text, path_text
from answerprint.store.mounts import Mount, read_mounts, refuse_network
from answerprint.store.objects import ObjectStore, hash_bytes
from answerprint.store.settings import Settings
from answerprint.store.settings_file import format_settings, parse_settings

__all__ = ["Production", "Settings", "display_name", "find_inputs", "free_space_check"]

SETTINGS_FILE = "production.toml"
DECISIONS_FILE = "decisions.toml"
STATE_FOLDER = ".answerprint"
_DIGITS = 8  # of the hash that keeps two productions of one name apart on a shared local disk


class Production:
    """A folder with production.toml. Made by `create` or `open`."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings

    @classmethod
    def create(
        cls,
        root: Path,
        settings: Settings | None = None,
        force: bool = False,
        *,
        mounts: list[Mount] | None = None,
    ) -> Production:
        """Makes a production of a folder; what is in it already is left alone.

        force: settles an existing one anew; its settings are kept beside as production.toml.before. A name
        that is empty becomes the folder's. Raises StoreError AP-STORE-002 when there is one and force is not
        given, AP-STORE-005 for settings that do not do, AP-STORE-006 on a network drive without [store]
        path, AP-STORE-009 and AP-STORE-010 where the folder cannot be written.
        """
        root = root.absolute()
        settings = _named(settings or Settings(), root)
        text = format_settings(settings)
        file = root / SETTINGS_FILE
        settings = parse_settings(text, file)  # refused now, not at the next start
        production = cls(root, settings)
        production._refuse_network(mounts)
        with coded_writing(root):
            try:
                root.mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise StoreError(
                    "AP-STORE-010",
                    "a file is in the way",
                    file=display_name(root),
                    remedy="name another folder",
                ) from error
            if file.exists():
                if not force:
                    raise StoreError(
                        "AP-STORE-002",
                        "there is a production here already",
                        file=display_name(root),
                        remedy="edit its production.toml, or use --force to settle it anew",
                    )
                write_atomically(root / f"{SETTINGS_FILE}.before", file.read_bytes())
            for name in (*INPUT_FOLDERS, "out"):
                (root / name).mkdir(exist_ok=True)
            production._make_state()
            write_atomically(file, text.encode())
        return production

    @classmethod
    def open(cls, root: Path, *, mounts: list[Mount] | None = None) -> Production:
        """The production in a folder. A deleted .answerprint is made anew.

        Raises StoreError AP-STORE-001 when there is none, AP-STORE-003 to -005 for its settings,
        AP-STORE-006 on a network drive without [store] path.
        """
        root = root.absolute()
        file = root / SETTINGS_FILE
        try:
            text = file.read_bytes().decode("utf-8")
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StoreError(
                "AP-STORE-001",
                "there is no production here: it has no production.toml",
                file=display_name(root),
                remedy=f"answerprint new {display_name(root)}",
            ) from error
        except UnicodeDecodeError as error:
            raise StoreError(
                "AP-STORE-003",
                f"not UTF-8 (byte {error.start})",
                file=display_name(file),
                remedy="save it as UTF-8",
            ) from error
        except OSError as error:
            raise not_readable(file, error) from error
        production = cls(root, _named(parse_settings(text, file), root))
        production._refuse_network(mounts)
        production._make_state()
        return production

    @property
    def state_dir(self) -> Path:
        """Where catalogue, objects and logs lie: .answerprint, or a folder of its own under [store] path."""
        if not self.settings.store.path:
            return self.root / STATE_FOLDER
        place = self.root / Path(self.settings.store.path).expanduser()
        digest = hash_bytes(os.fsencode(self.root.resolve()))[:_DIGITS]
        return place / f"{self.root.name}-{digest}{STATE_FOLDER}"

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def decisions_file(self) -> Path:
        return self.root / DECISIONS_FILE

    def catalogue(self) -> Catalogue:
        """Opens the catalogue; each process opens its own."""
        return Catalogue(self.state_dir / "catalogue.sqlite")

    def objects(self) -> ObjectStore:
        return ObjectStore(self.state_dir)

    def stored_path(self, path: Path) -> str:
        """A path as an Asset keeps it: relative to the production where inside it, else absolute."""
        path = self.root / path
        return path_text(path.relative_to(self.root) if path.is_relative_to(self.root) else path)

    def find(self, stored: str) -> Path:
        """Where a stored path lies now."""
        return self.root / path_of_text(stored)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """The production is this process's alone while the block runs; a killed process lets go by itself.

        Raises StoreError AP-STORE-007, naming the process, when another has it.
        """
        file = self.state_dir / "lock"
        with coded_writing(file):
            handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
                raise StoreError(
                    "AP-STORE-007",
                    f"the production is in use by process {holder}",
                    file=display_name(self.root),
                    remedy="wait until it has finished, or stop it",
                ) from error
            with coded_writing(file):
                os.ftruncate(handle, 0)
                os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
            yield
            os.ftruncate(handle, 0)
        finally:
            os.close(handle)  # which unlocks

    def _refuse_network(self, mounts: list[Mount] | None) -> None:
        refuse_network(self.state_dir, read_mounts() if mounts is None else mounts)

    def _make_state(self) -> None:
        with coded_writing(self.state_dir):
            self.state_dir.mkdir(parents=True, exist_ok=True)


def _named(settings: Settings, root: Path) -> Settings:
    if settings.production.name:
        return settings
    named = msgspec.structs.replace(settings.production, name=display_name(root.name))
    return msgspec.structs.replace(settings, production=named)
