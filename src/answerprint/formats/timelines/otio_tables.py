"""Frame tables of variable-rate media in OTIO documents: run-length encoded differences, each table once.

`90000 3003*119 3004` is a first picture at tick 90000, 119 steps of 3003 ticks and one of 3004. The tables
stand in the timeline's metadata, by a digest that the references name: a film cut from one telephone shows
the same table under a thousand clips.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate, chain, groupby, pairwise, repeat

from answerprint.core.errors import FormatError

MOST_PICTURES = 20_000_000  # of a table that is read: 46 hours at 120 frames a second
_STEP = re.compile(r"(\d{1,18})(?:\*(\d{1,9}))?", re.ASCII)


def table_text(times: Sequence[int]) -> str:
    """The timestamps of every picture, in ticks, as text."""
    runs = ((step, sum(1 for _ in run)) for step, run in groupby(b - a for a, b in pairwise(times)))
    steps = (f"{step}*{count}" if count > 1 else str(step) for step, count in runs)
    return " ".join([str(times[0]), *steps])


def table_key(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def table_named(key: object, tables: Mapping[str, object], file: str | None) -> tuple[int, ...]:
    """The table that a reference names. Raises FormatError AP-FORMAT-660 for one that is not there, or whose
    text is no table."""
    first, *steps = str(tables.get(str(key), "")).split(" ")
    matches = [_STEP.fullmatch(step) for step in steps]
    if not re.fullmatch(r"-?\d{1,18}", first, re.ASCII) or not all(matches):
        raise _unread(key, file)
    runs = [(int(match[1]), int(match[2] or 1)) for match in matches if match]
    if sum(count for _, count in runs) >= MOST_PICTURES:
        raise _unread(key, file)
    every = chain.from_iterable(repeat(step, count) for step, count in runs)
    return tuple(accumulate(every, initial=int(first)))


def _unread(key: object, file: str | None) -> FormatError:
    return FormatError(
        "AP-FORMAT-660",
        "the frame table of a variable-rate source cannot be read",
        file=file,
        at=f"frame_times {str(key)[:40]}",
        remedy="write the timeline again from where it came",
    )
