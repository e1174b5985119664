"""Files of a production as people name them on the command line, and who is at it."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from answerprint.store.catalogue import Catalogue


def asset_named(catalogue: Catalogue, name: str) -> str | None:
    """The id of a file of the production by its name or path; None for no name."""
    if not name:
        return None
    fitting = [one.id for one in catalogue.assets() if name in (one.name, one.path, one.id)]
    if len(fitting) != 1:
        raise UsageError(
            "AP-USE-246",
            f"{len(fitting)} files of the production are called {name!r}",
            remedy="name one by its path in the production",
        )
    return fitting[0]


def user_name() -> str:
    """Who decides, by default."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""  # a user without a name, as in some containers
