"""Screenplays through Fountain and Final Draft twice: what is lost, and whether the bytes settle. Beside it
what screenplain (PyPI) loses once on the way from Fountain to Final Draft; it reads no Final Draft, and
where it reads the Fountain syntax otherwise that counts as a loss too.

Run: python bench/screenplay_roundtrips.py   (.venv-bench with screenplain for the last column)
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from answerprint.formats.screenplays.emphasis import runs
from answerprint.formats.screenplays.fadein import read_fadein
from answerprint.formats.screenplays.fdx import read_fdx
from answerprint.formats.screenplays.fdx_writing import write_fdx
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.fountain_writing import write_fountain
from answerprint.formats.screenplays.model import Screenplay

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data")) / "screenplays"
PEER = ROOT / ".venv-bench" / "bin" / "python"


def read(path: Path) -> Screenplay:
    if path.suffix == ".fountain":
        return read_fountain(path)
    return read_fadein(path) if path.suffix == ".fadein" else read_fdx(path)


def said(screenplay: Screenplay) -> Counter[tuple[object, ...]]:
    """Every element as printed, every number and every value of the title page."""
    found: Counter[tuple[object, ...]] = Counter()
    for scene in screenplay.scenes:
        for one in scene.elements:
            kind = "action" if one.kind in ("shot", "general") else one.kind
            styled = tuple(
                (letter, *run[1:]) for run in runs(one.text) for letter in run.text if not letter.isspace()
            )
            found[(kind, styled, one.character, one.extension, one.dual, one.depth)] += 1
            if kind == "heading" and scene.numbered:
                found[("number", scene.number)] += 1
    for key, value in screenplay.title_page.items():
        found[("title page", key.casefold(), " ".join(value.split()))] += 1
    return found


def twice(first: Screenplay) -> tuple[int, bool]:
    """How many things are lost after two round trips, and whether the second gave the same bytes."""
    fdx1 = write_fdx(first)
    fountain1 = write_fountain(read_fdx(fdx1))
    fdx2 = write_fdx(read_fountain(fountain1))
    fountain2 = write_fountain(read_fdx(fdx2))
    fdx3 = write_fdx(read_fountain(fountain2))
    lost = max((said(first) - said(one)).total() for one in (read_fdx(fdx2), read_fountain(fountain2)))
    return lost, fountain1 == fountain2 and fdx2 == fdx3


def peer_losses(path: Path, first: Screenplay) -> str:
    """What screenplain's Final Draft file does not say any more, by kind."""
    if not PEER.exists():
        return "no .venv-bench"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.fdx"
        command = [str(PEER), "-m", "screenplain.main", "--format", "fdx", str(path), str(out)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            error = (done.stderr.strip().splitlines() or ["failed"])[-1]
            return "not installed" if "No module named" in error else f"fails: {error[:50]}"
        lost = said(first) - said(read_fdx(out))
    kinds = Counter(str(one[0]) for one in lost.elements())
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return f"{lost.total()}" + (f" ({listed})" if listed else "")


def main() -> None:
    folders = (DATA, DATA / "fountain-cases")
    paths = [
        path
        for suffix in ("fdx", "fadein", "fountain")
        for folder in folders
        for path in sorted(folder.glob(f"*.{suffix}"))
    ]
    print(f"{'file':34} {'elements':>8} {'lost':>5} {'stable':>7}  screenplain loses")
    total = 0
    for path in paths:
        first = read(path)
        lost, stable = twice(first)
        total += lost
        count = sum(len(scene.elements) for scene in first.scenes)
        peer = peer_losses(path, first) if path.suffix == ".fountain" else "reads none"
        print(f"{path.name:34} {count:8} {lost:5} {'yes' if stable else 'NO':>7}  {peer}")
    print(f"{len(paths)} files, {total} lost")


if __name__ == "__main__":
    main()
