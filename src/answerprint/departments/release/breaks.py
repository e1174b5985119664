"""Where a speech breaks into cues and a cue into lines: at sentences, then clauses, then phrases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import msgspec

# English words that open a phrase (a break before them reads well) and words that a break must not follow.
# fmt: off
OPENERS = frozenset((
    "and", "but", "or", "nor", "so", "yet", "because", "if", "when", "while", "where", "although",
    "though", "unless", "until", "since", "that", "which", "who", "whom", "whose", "than", "as",
    "after", "before", "for", "in", "on", "at", "by", "with", "from", "to", "into", "of", "about",
    "over", "under",
))
CLINGING = frozenset((
    "a", "an", "the", "my", "your", "his", "her", "its", "our", "their", "this", "these", "those",
    "some", "any", "no", "every", "each", "i", "you", "he", "she", "we", "they", "it", "is", "are",
    "was", "were", "be", "been", "am", "do", "does", "did", "have", "has", "had", "will", "would",
    "can", "could", "shall", "should", "may", "might", "must", "not", "very", "to", "of", "in", "on",
    "at", "by", "with", "from", "for", "and", "or", "but", "if", "as", "than",
))
# fmt: on
TITLES = frozenset(("mr", "mrs", "ms", "dr", "st", "prof"))  # their full stop ends no sentence
# Costs in one currency: what a reader would rather have than what. A sentence's end is free.
CLAUSE, OPENER, ANYWHERE, AFTER_CLINGING = 1.0, 2.5, 4.0, 8.0
ANOTHER_CUE = 1.5
PAUSED_INSIDE = 3.0  # per pause of a second: the words after it are read before they are said
TOO_SHORT, TOO_FAST = 6.0, 12.0  # TOO_FAST per whole multiple over the reading speed
UNEVEN, TOP_HEAVY = 2.0, 0.5  # of two lines, the lower one is better longer
IMPOSSIBLE = math.inf


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What a cue may hold. Times in frames."""

    characters: int
    lines: int
    shortest: int
    longest: int
    pause: int
    speed: Fraction  # characters a frame
    gap: int


def cue_spans(
    words: Sequence[str], starts: Sequence[int], ends: Sequence[int], limit: int | None, room: Room
) -> list[tuple[int, int]]:
    """Half-open spans of words, one a cue, of least cost altogether.

    starts, ends: frames of each word. limit: the frame the next speaker begins on, None for never; one who
    begins before these words end sets no limit here. A word too wide for a line stands alone.
    """
    if limit is not None and limit < max(ends, default=0):
        limit = None
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        choices: list[tuple[float, int]] = []
        for first in range(end - 1, -1, -1):
            cost = _cue_cost(words, starts, ends, first, end, limit, room)
            if cost == IMPOSSIBLE and first < end - 1:
                break  # more words only make it longer
            choices.append((best[first][0] + min(cost, 1e6), first))
        best.append(min(choices))
    spans: list[tuple[int, int]] = []
    end = len(words)
    while end:
        spans.append((best[end][1], end))
        end = best[end][1]
    return spans[::-1]


def lines_of(words: Sequence[str], characters: int) -> list[str]:
    """A cue's words on one line if they fit, else on two, broken where it reads best."""
    whole = " ".join(words)
    if len(whole) <= characters or len(words) == 1:
        return [whole]
    splits = [
        (_line_cost(words, at, characters), at)
        for at in range(1, len(words))
        if max(len(" ".join(words[:at])), len(" ".join(words[at:]))) <= characters
    ]
    if not splits:
        return [whole]
    at = min(splits)[1]
    return [" ".join(words[:at]), " ".join(words[at:])]


def break_cost(before: str, after: str) -> float:
    """How badly a break between two words reads; 0 at the end of a sentence."""
    closing = before.rstrip("\"'”’)»")
    bare = before.strip("\"'“‘(.").casefold()
    if closing.endswith((".", "?", "!", "…")) and bare not in TITLES:
        return 0.0
    if closing.endswith((",", ";", ":", "–", "—", "--")):
        return CLAUSE
    if bare in CLINGING or bare in TITLES:
        return AFTER_CLINGING
    return OPENER if after.strip("\"'“‘(").casefold() in OPENERS else ANYWHERE


def _cue_cost(
    words: Sequence[str],
    starts: Sequence[int],
    ends: Sequence[int],
    first: int,
    end: int,
    limit: int | None,
    room: Room,
) -> float:
    inside = words[first:end]
    lines = lines_of(inside, room.characters)
    too_wide = max(map(len, lines)) > room.characters or len(lines) > room.lines
    if (too_wide or ends[end - 1] - starts[first] > room.longest) and end - first > 1:
        return IMPOSSIBLE
    cost = ANOTHER_CUE
    if end < len(words):
        cost += break_cost(words[end - 1], words[end])
    until = starts[end] if end < len(words) else limit
    time = room.longest if until is None else min(until - room.gap - starts[first], room.longest)
    if time < room.shortest:
        cost += TOO_SHORT
    fast = len(" ".join(inside)) / room.speed / max(time, 1)
    cost += TOO_FAST * max(0.0, float(fast) - 1)
    pauses = sum(1 for index in range(first + 1, end) if starts[index] - max(ends[first:index]) >= room.pause)
    return cost + PAUSED_INSIDE * pauses


def _line_cost(words: Sequence[str], at: int, characters: int) -> float:
    upper, lower = len(" ".join(words[:at])), len(" ".join(words[at:]))
    cost = break_cost(words[at - 1], words[at]) + UNEVEN * abs(upper - lower) / characters
    return cost + (TOP_HEAVY if upper > lower else 0.0)
