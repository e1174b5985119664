"""Damage: where a file is broken, how much, why, and with what evidence."""

from __future__ import annotations

from pathlib import Path

from av.container import InputContainer

from answerprint.core.records import Damage
from answerprint.media.evidence import Evidence


def judge(path: Path, container: InputContainer, evidence: Evidence) -> tuple[Damage, ...]:
    """The damage that a decode's evidence shows."""
    return tuple(
        Damage(kind="corrupt_data", range=None, reason=clue.text, evidence=(clue.source,), stream=clue.stream)
        for clue in evidence.clues
    )
