"""Cuts of generated takes: legal, complete, without slips that another take is free of, and how they score.

Run: python bench/take_cuts.py [--flawed] [--seed N] [--keep FOLDER]. What bench/takes.py kept is not logged
again. --flawed: only from takes with slips, so that no single take will do.
The three productions of bench/takes.py (recorded takes with their script logs) are cut as `answerprint cut`
cuts them. What a line of the cut says is known from what was truly said there, not from what was heard.
Beside it: the best reading of each line by itself (greedy), and its first take, of the same readings.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "bench"))

from generated.readings import missing_programs  # noqa: E402
from generated.takes import REPORTED, SCRIPTS, MadeTake, Production, Truth, made_takes  # noqa: E402
from takes import clip_of, filmed  # noqa: E402

from answerprint.core.cut import Cut  # noqa: E402
from answerprint.core.time import Range  # noqa: E402
from answerprint.departments.editorial.choosing import Joining, total_score  # noqa: E402
from answerprint.departments.editorial.matrix import TakeMatrix  # noqa: E402
from answerprint.departments.editorial.styles import style_named  # noqa: E402
from answerprint.departments.editorial.takes import Candidate  # noqa: E402
from answerprint.formats.screenplays.fountain import read_fountain  # noqa: E402
from answerprint.formats.screenplays.model import Line  # noqa: E402
from answerprint.pipeline.cutting import cut_in  # noqa: E402
from answerprint.pipeline.taking import compare_in  # noqa: E402

SLIPS = {"dropped words", "repeated words", "broken off"}  # what of a reading is no longer the line
FLAWED = {"dropped words", "repeated words", "broken off"}  # forms of takes
SHAVED = 0.08  # seconds of a reading that may be missing at either end of it

Shown = Mapping[str, tuple[str, Range]]  # line → the asset and the stretch of it that is heard


@dataclass(frozen=True)
class Held:
    """What the lines of a cut truly say. wrong: another line, or none. shaved: readings cut into."""

    said: int
    available: int
    flubbed: int
    wrong: int
    shaved: int


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--flawed", action="store_true", help="only the takes in which lines go wrong")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="make the productions there, and leave them"
    )
    asked = parser.parse_args()
    voices = [one for made in REPORTED for one in (*made.voices.values(), made.crew)]
    if missing_programs(voices):
        raise SystemExit(f"not installed here: {', '.join(missing_programs(voices))}")
    print(f"{'':14}{'':12}{HEADS}")
    with tempfile.TemporaryDirectory() as scratch:
        for made in REPORTED:
            takes = [one for one in made_takes(made, asked.seed) if not asked.flawed or one.form in FLAWED]
            name = f"{made.script}-{asked.seed}{'-flawed' if asked.flawed else ''}"
            cut_and_held(made, takes, (asked.keep or Path(scratch)) / name)


def cut_and_held(made: Production, takes: Sequence[MadeTake], root: Path) -> None:
    """One production, cut three ways."""
    lines = read_fountain((SCRIPTS / f"{made.script}.fountain").read_text()).lines()
    production = filmed(made, takes, root)
    began = time.perf_counter()
    drafted = cut_in(production, workers=2)
    took = time.perf_counter() - began
    matrix = compare_in(production, workers=2).matrix
    with production.catalogue() as catalogue:
        by_name = {asset.name: asset.id for asset in catalogue.assets()}
    said = {by_name[f"{clip_of(at)}.mov"]: one for at, one in enumerate(takes)}
    candidates = candidates_of(matrix)
    joining = Joining(style=style_named(drafted.document.style))
    ways = {
        "greedy": {key: max(each, key=lambda one: one.score) for key, each in candidates.items()},
        "first take": {key: min(each, key=lambda one: one.label) for key, each in candidates.items()},
    }
    rows = [("ours", drafted.document.score, held(heard_in(drafted.cut), lines, said))]
    for name, chosen in ways.items():
        shown = {key: (one.asset, one.range) for key, one in chosen.items()}
        rows.append((name, total_score(lines, chosen, joining), held(shown, lines, said)))
    for name, score, one in rows:
        title, shaved, illegal = "", "–", "–"  # only a cut has room around its readings, and rules
        if name == "ours":
            title, shaved, illegal = made.script, str(one.shaved), str(len(drafted.document.legality))
        covered = f"{one.said} of {one.available}"
        print(
            f"{title:14}{name:12}{score:8.2f}{covered:>15}{one.flubbed:>22}{one.wrong:>14}{shaved:>12}"
            f"{illegal:>15}"
        )
    length = drafted.cut.frames / float(drafted.cut.rate)
    print(f"{'':14}cut in {took:.0f} s, {length:.0f} s long\n", flush=True)
    for broken in drafted.document.legality:
        print(f"{'':14}{broken.rule} {broken.where}: {broken.detail}")


HEADS = (
    f"{'score':>8}{'lines said':>15}{'flubbed where clean':>22}{'wrong words':>14}{'cut into':>12}"
    f"{'rules broken':>15}"
)


def candidates_of(matrix: TakeMatrix) -> dict[str, list[Candidate]]:
    """The readings a cut may choose from. The pictures are one grey: no join has a step in exposure."""
    found: dict[str, list[Candidate]] = {}
    for row in matrix.lines:
        for one in row.readings:
            if one.score is not None:
                found.setdefault(row.line, []).append(
                    Candidate(
                        line=row.line,
                        asset=one.asset,
                        range=one.range,
                        label=one.take,
                        setup=one.setup,
                        score=one.score,
                        parts=one.scores,
                        circled=one.circled,
                        faults=one.faults,
                    )
                )
    return found


def heard_in(cut: Cut) -> dict[str, tuple[str, Range]]:
    """The sound under which each line of a cut lies."""
    return {
        line: (clip.asset, clip.source)
        for track in cut.tracks_of("audio")
        if not track.muted
        for clip in track.clips
        if not clip.muted
        for line in clip.lines
    }


def held(shown: Shown, lines: Sequence[Line], said: Mapping[str, MadeTake]) -> Held:
    """What was truly said in the stretches shown, line by line."""
    truths = [one for take in said.values() for one in take.truths if one.line is not None]
    whole = {one.line for one in truths if one.complete}
    clean = {one.line for one in truths if is_clean(one)}
    right = flubbed = wrong = shaved = 0
    for place, line in enumerate(lines):
        if line.key not in shown:
            continue
        asset, range_ = shown[line.key]
        start, end = float(range_.start.seconds), float(range_.end.seconds)
        here = [one for one in said[asset].truths if one.line == place and one.kind != "false_start"]
        true = max(here, key=lambda one: min(end, one.end) - max(start, one.start), default=None)
        if true is None or 2 * (min(end, true.end) - max(start, true.start)) < true.end - true.start:
            wrong += 1
            continue
        right += place in whole
        flubbed += place in clean and not is_clean(true)
        shaved += start - true.start > SHAVED or true.end - end > SHAVED
    return Held(said=right, available=len(whole), flubbed=flubbed, wrong=wrong, shaved=shaved)


def is_clean(one: Truth) -> bool:
    return one.complete and not SLIPS & set(one.faults)


if __name__ == "__main__":
    main()
