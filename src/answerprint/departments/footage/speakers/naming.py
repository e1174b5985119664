"""Names for speakers: a person's, else the screenplay's where the lines show who it is, else speaker_1 …"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from answerprint.departments.footage.speakers.turns import Turn

CLEAR = 0.6  # of what a speaker says on the script: less is no evidence that it is this character
LEAST = 16_000  # samples of lines a name needs, one second


def label(speaker: int) -> str:
    """What a speaker is called before anybody names him: speaker_1 is who speaks first."""
    return f"speaker_{speaker + 1}"


def from_script(turns: Sequence[Turn], lines: Iterable[tuple[int, int, str]]) -> dict[int, str]:
    """Speaker → character, from readings of the screenplay's lines: (start, end, character) in samples.

    One character is one speaker. Nobody is named whose lines are mostly somebody else's.
    """
    readings = list(lines)
    characters = sorted({name for *_, name in readings if name})
    speakers = sorted({turn.speaker for turn in turns})
    if not characters or not speakers:
        return {}
    shared = np.zeros((len(speakers), len(characters)))
    for turn in turns:
        for start, end, name in readings:
            together = min(turn.end, end) - max(turn.start, start)
            if together > 0 and name:
                shared[speakers.index(turn.speaker), characters.index(name)] += together
    rows, columns = linear_sum_assignment(shared, maximize=True)
    return {
        speakers[i]: characters[j]
        for i, j in zip(rows, columns, strict=True)
        if shared[i, j] >= LEAST and shared[i, j] >= CLEAR * shared[i].sum()
    }


def labels(speakers: int, names: Mapping[str, str]) -> list[str]:
    """The label of each speaker; names: speaker_1 → ANNA."""
    return [names.get(label(i), label(i)) for i in range(speakers)]
