"""Reading a screenplay, whatever program wrote it."""

from __future__ import annotations

from pathlib import Path

from answerprint.core.errors import FormatError
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.model import Screenplay

FOUNTAIN = (".fountain", ".spmd")


def read_screenplay(path: Path) -> Screenplay:
    """The screenplay in a file.

    Raises FormatError AP-FORMAT-070 for a format that is not read here, and as `read_fountain` does.
    """
    if path.suffix.casefold() in FOUNTAIN:
        return read_fountain(path)
    raise FormatError(
        "AP-FORMAT-070",
        f"{path.suffix or 'a file without suffix'} is no screenplay format read here",
        file=str(path),
        remedy="export it as Fountain",
    )
