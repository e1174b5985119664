"""Changed files by the hundred, each inspected in a child process: a crash or a hang is a result too."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from made_media import B_FRAMES, FILM, Made, make

CAMERA = {"pictures": 24, "size": (1280, 720), "bit_rate": 20_000_000}
FILES: dict[str, Made] = {
    "mp4": Made("mp4", audio="aac", options=B_FRAMES, **CAMERA),
    "mkv": Made("mkv", audio="aac", rate=FILM, **CAMERA),
    "ts": Made("ts", audio="aac", **CAMERA),
    "mov": Made("mov", video="prores_ks", audio="pcm_s16le", pixel_format="yuv422p10le", pictures=12),
    "wav": Made("wav", video=None, audio="pcm_s16le"),
}
WAYS = ("flip", "overwrite", "blank", "truncate", "delete")
SHORTER = ("truncate", "delete")  # found in every kind of file: it is no longer as long as it says
RUNS = (16, 188, 1024, 4096)  # bytes overwritten, blanked or deleted at once
BATCH = 20  # files inspected by one child
SECONDS_EACH = 60

_CHILD = """
import json, sys
from pathlib import Path
from answerprint.core.errors import MediaError
from answerprint.media.damage import inspect
for line in sys.stdin:
    try:
        damage = inspect(Path(line.rstrip("\\n"))).damage
        said = [{"kind": one.kind, "placed": one.range is not None, "reason": one.reason} for one in damage]
    except MediaError as error:
        said = [{"kind": error.code, "placed": False, "reason": error.message}]
    print(json.dumps(said), flush=True)
"""


@dataclass(frozen=True)
class Case:
    """One changed file. at: the byte where the change begins."""

    kind: str
    way: str
    at: int
    path: Path


@dataclass(frozen=True)
class Result:
    """What inspecting it said; None when the child crashed or did not end."""

    case: Case
    said: list[dict[str, object]] | None

    @property
    def found(self) -> bool:
        return bool(self.said)

    @property
    def explained(self) -> bool:
        """A place in time or in bytes, or a code with its message; and a reason."""
        return bool(self.said) and all(one["reason"] for one in self.said or ())


def changed(data: bytes, way: str, dice: random.Random) -> tuple[bytes, int]:
    """The data changed in one way at a random place, and that place."""
    run = dice.choice(RUNS)
    if way == "truncate":
        at = dice.randrange(len(data) // 20, len(data) - 1)
        return data[:at], at
    if way == "flip":
        at = dice.randrange(len(data))
        return data[:at] + bytes([data[at] ^ dice.randrange(1, 256)]) + data[at + 1 :], at
    at = dice.randrange(len(data) - run)
    middle = {"overwrite": dice.randbytes(run), "blank": bytes(run), "delete": b""}[way]
    return data[:at] + middle + data[at + run :], at


def cases(
    folder: Path, kinds: Sequence[str], count: int, seed: int, *, small: bool = False
) -> Iterator[Case]:
    """`count` changed files of each kind, the ways in turn. small: of small pictures, to be quick."""
    for kind in kinds:
        made = replace(FILES[kind], size=(320, 180), bit_rate=None) if small else FILES[kind]
        source = make(folder / f"source.{made.container}", made)
        data, dice = source.read_bytes(), random.Random(f"{seed} {kind}")
        for number in range(count):
            way = WAYS[number % len(WAYS)]
            broken, at = changed(data, way, dice)
            if broken == data:
                continue  # blanking what was blank
            path = folder / f"{kind}_{number}_{way}_{at}{source.suffix}"
            path.write_bytes(broken)
            yield Case(kind, way, at, path)


def inspect_all(given: Sequence[Case]) -> list[Result]:
    """Every case's result, in order. A child that dies or hangs costs the case at hand; the rest goes on."""
    results: list[Result] = []
    while len(results) < len(given):
        batch = given[len(results) : len(results) + BATCH]
        lines = _child([case.path for case in batch])
        results += [Result(case, json.loads(line)) for case, line in zip(batch, lines, strict=False)]
        if len(lines) < len(batch):
            results.append(Result(batch[len(lines)], None))
    return results


def _child(paths: Sequence[Path]) -> list[str]:
    names = "".join(f"{path}\n" for path in paths)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD],
            input=names,
            capture_output=True,
            text=True,
            timeout=SECONDS_EACH * len(paths),
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode().splitlines()
    return done.stdout.splitlines()


def table(results: Sequence[Result]) -> str:
    """Found of changed, by kind of file and way of changing it."""
    lines = [f"{'file':6}" + "".join(f"{way:>12}" for way in WAYS) + f"{'all':>16}{'placed in time':>16}"]
    for kind in dict.fromkeys(result.case.kind for result in results):
        row = [result for result in results if result.case.kind == kind]
        parts = [[result for result in row if result.case.way == way] for way in WAYS]
        found = sum(result.found for result in row)
        placed = sum(any(one["placed"] for one in result.said or ()) for result in row)
        cells = "".join(f"{sum(one.found for one in part):>8}/{len(part):<3}" for part in parts)
        share = float(Fraction(100 * found, len(row)))
        lines.append(f"{kind:6}{cells}{found:>6}/{len(row)} {share:5.1f} %{placed:>12}")
    return "\n".join(lines)
