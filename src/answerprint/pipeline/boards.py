"""Boards from files: the script department reads and breaks down, planning suggests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from answerprint.core.errors import UsageError
from answerprint.departments.planning.boards.coverage import cover
from answerprint.departments.planning.boards.moodboard import Match, Moodboard, arrange, like
from answerprint.departments.planning.boards.pictures import Picture, read_picture
from answerprint.departments.planning.boards.shots import Coverage
from answerprint.departments.script.breakdown import break_down
from answerprint.departments.script.document import refuse_nothing
from answerprint.departments.script.reading import read_screenplay
from answerprint.formats.screenplays.model import normalise


def coverage_of(file: Path, numbers: Sequence[str] = ()) -> tuple[str, tuple[Coverage, ...]]:
    """The title and suggested coverage of a screenplay's scenes, or of those numbered.

    Raises UsageError AP-USE-083 for a number that the script does not have.
    """
    screenplay = read_screenplay(file)
    refuse_nothing(screenplay, str(file))
    sheets = {sheet.scene: sheet for sheet in break_down(screenplay).sheets}
    found = cover(screenplay, sheets)
    if not numbers:
        return screenplay.title, found
    wanted = {normalise(number) for number in numbers}
    unknown = wanted - {normalise(scene.number) for scene in found}
    if unknown:
        raise UsageError(
            "AP-USE-083",
            f"the script has no scene {', '.join(sorted(unknown))}",
            file=str(file),
            remedy="answerprint script read FILE lists its scenes",
        )
    return screenplay.title, tuple(scene for scene in found if normalise(scene.number) in wanted)


def board_of(pictures: Sequence[Picture], script: Path | None) -> Moodboard:
    """Pictures arranged, and matched to a screenplay's scenes when there is one."""
    return arrange(pictures, read_screenplay(script) if script is not None else None)


def like_picture(wanted: Path, pictures: Sequence[Picture]) -> tuple[Match, ...]:
    """Pictures by likeness to one that need not be among them."""
    return like(read_picture(wanted), pictures)
