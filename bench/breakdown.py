"""The breakdown beside what most programs do, on three screenplays labelled by hand before it was written.

Run: python bench/breakdown.py [--development] [--errors]

How names are matched was settled before the first measurement. The headline: a found name equals one of the
label's alternatives, or one ends with the other at a word ("leather suitcase", "suitcase"), or begins with it
before "of" ("bottle", "bottle of gin"); case, plural and punctuation aside; each label once. `exact` wants
equality, `head` the same head noun only. Sets: equality of the whole name, marks and spaces aside.

The peer for things takes every run of capitals in the action as an element. It has no categories: what it
finds counts for whichever category has it, and its precision is over all of them. For cast, it is the list of
cues as they stand.
"""

from __future__ import annotations

import os
import re
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from answerprint.core.breakdown import Breakdown, SceneSheet
from answerprint.departments.script.breakdown import break_down
from answerprint.departments.script.reading import read_screenplay
from answerprint.formats.screenplays.model import Screenplay

HERE = Path(__file__).parent
DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", HERE.parents[1] / "shared" / "data"))
LABELS = HERE / "labelled"
FOLDERS = (LABELS, DATA / "screenplays", HERE.parent / "demo" / "script")
THINGS = ("props", "vehicles", "animals", "wardrobe", "makeup", "stunts", "sfx", "vfx", "sound", "background")
TARGETS = {"speaking cast": 0.95, "sets": 0.85, "props": 0.7, "vehicles": 0.7, "animals": 0.7}

Match = Callable[[str, str], bool]


def folded(name: str) -> str:
    words = re.findall(r"[^\W_]+(?:'[^\W_]+)*", name.casefold().replace("’", "'").replace("-", " "))
    if not words:
        return ""
    last = words[-1]
    if len(last) > 3 and last.endswith("s") and not last.endswith(("ss", "us", "is")):
        words[-1] = last[:-2] if last.endswith(("ches", "shes", "xes", "sses")) else last[:-1]
    return " ".join(words)


def exact(found: str, label: str) -> bool:
    return found == label


def headline(found: str, label: str) -> bool:
    for one, other in ((found, label), (label, found)):
        if one == other or one.endswith(f" {other}") or one.startswith(f"{other} of "):
            return True
    return False


def head(found: str, label: str) -> bool:
    def noun(name: str) -> str:
        return name.split(" of ")[0].split(" ")[-1]

    return headline(found, label) or noun(found) == noun(label)


def paired(found: Sequence[str], labels: Sequence[str], match: Match) -> tuple[list[str], list[str]]:
    """What is left over on both sides after each found name took one label, equals first."""
    left, names = list(labels), list(dict.fromkeys(folded(one) for one in found))
    for rule in dict.fromkeys((exact, match)):
        for name in list(names):
            for label in left:
                if any(rule(name, folded(one)) for one in label.split("|")):
                    left.remove(label)
                    names.remove(name)
                    break
    return names, left


class Score:
    """Hits, false alarms and misses."""

    def __init__(self) -> None:
        self.hit = self.false = self.missed = 0

    def add(self, hit: int, false: int, missed: int) -> None:
        self.hit, self.false, self.missed = self.hit + hit, self.false + false, self.missed + missed

    @property
    def precision(self) -> float:
        return self.hit / (self.hit + self.false) if self.hit + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        return f"{self.precision:6.2f}{self.recall:6.2f}{self.f1:6.2f}"


class Scores:
    """Scores by row and column of the printed table."""

    def __init__(self, errors: bool) -> None:
        self.of: dict[str, dict[str, Score]] = defaultdict(lambda: defaultdict(Score))
        self.errors = errors
        self.kinds: dict[str, Counter[str]] = defaultdict(Counter)

    def compare(
        self, row: str, column: str, found: Iterable[str], labels: Iterable[str], match: Match
    ) -> None:
        found, labels = list(dict.fromkeys(folded(one) for one in found)), list(labels)
        false, missed = paired(found, labels, match)
        self.of[row][column].add(len(labels) - len(missed), len(false), len(missed))
        if match is headline and column == "headline":
            self.kinds[row].update(f"+{one}" for one in false)
            self.kinds[row].update(f"-{one}" for one in missed)


def speaking(names: Iterable[str], called: dict[str, list[str]]) -> list[str]:
    """Labels of people with their other names as alternatives."""
    upper = {key.upper(): others for key, others in called.items()}
    return ["|".join([name, *upper.get(name.upper(), [])]) for name in names]


def measure(labels: dict[str, Any], screenplay: Screenplay, broken: Breakdown, scores: Scores) -> None:
    called = labels.get("also_called", {})
    found = [member.name for member in broken.cast if member.speeches]
    heard = [
        one.name
        for sheet in broken.sheets
        for one in sheet.elements
        if one.speaks and one.category == "background"
    ]
    truth = speaking(labels["speaking_cast"], called)
    scores.compare("speaking cast", "headline", [*found, *heard], truth, exact)
    cues = (
        element.text.split("(")[0].strip()
        for scene in screenplay.scenes
        for element in scene.elements
        if element.kind == "character"
    )
    scores.compare("speaking cast", "peer", cues, truth, exact)
    scores.compare("sets", "headline", broken.sets, labels["sets"], exact)
    headings = {
        re.sub(r"^(?:INT|EXT|I/E|INT\./EXT)\.?\s*", "", s.heading.upper()).split(" - ")[0].strip()
        for s in screenplay.scenes
        if s.heading
    }
    scores.compare("sets", "peer", headings, labels["sets"], exact)
    scores.compare("sets", "head", broken.sets, labels["sets"], headline)
    alternatives = {one.split("|")[0]: one for one in labels["sets"]}
    sheets = [sheet for sheet in broken.sheets if sheet.heading]
    scenes = [scene for scene in screenplay.scenes if scene.heading]
    if len(sheets) != len(labels["scene"]):
        print(f"  {len(sheets)} sheets, {len(labels['scene'])} labelled scenes: they cannot be compared")
        return
    for label, sheet, scene in zip(labels["scene"], sheets, scenes, strict=True):
        one_scene(label, sheet, scores, called, alternatives)
        unsaid = {name.split("|")[0] for name in label.get("unsaid", ())}
        every = [name for category in THINGS for name in label.get(category, ())]
        runs = capitals(element.text for element in scene.elements if element.kind == "action")
        false, _ = paired(
            runs, [*every, *speaking(label.get("cast", []) + label.get("silent", []), called)], headline
        )
        scores.of["things, any category"]["peer"].add(0, len(false), 0)
        ours = [one.name for one in sheet.elements if one.category in THINGS]
        scores.compare("things, any category", "headline", ours, every, headline)
        _, missed = paired(runs, every, headline)
        scores.of["things, any category"]["peer"].add(len(every) - len(missed), 0, len(missed))
        for category in THINGS:
            truth = label.get(category, [])
            _, missed = paired(runs, truth, headline)
            scores.of[category]["peer"].add(len(truth) - len(missed), 0, len(missed))
            mine = sheet.names(category)  # type: ignore[arg-type]
            for column, match in (("headline", headline), ("exact", exact), ("head", head)):
                scores.compare(category, column, mine, truth, match)
            said = [one for one in truth if one.split("|")[0] not in unsaid]
            spare = [one for one in truth if one not in said]
            extra, _ = paired(mine, spare, headline)
            scores.compare(category, "said only", extra, said, headline)


def one_scene(
    label: dict[str, Any],
    sheet: SceneSheet,
    scores: Scores,
    called: dict[str, list[str]],
    alternatives: dict[str, str],
) -> None:
    """Cast, set and hour of one scene."""
    speakers = [one.name for one in sheet.elements if one.speaks]
    others = [one.name for one in sheet.elements if one.category == "cast" and not one.speaks]
    scores.compare("cast by scene", "headline", speakers, speaking(label.get("cast", []), called), exact)
    scores.compare("silent by scene", "headline", others, speaking(label.get("silent", []), called), headline)
    wanted = alternatives.get(label["set"], label["set"])
    right = any(folded(one) == folded(sheet.set) for one in wanted.split("|"))
    scores.of["set of a scene"]["headline"].add(right, not right, not right)
    same = sheet.day_or_night in label["day_or_night"].split("|")
    scores.of["day or night"]["headline"].add(same, not same, not same)
    place = (sheet.interior, sheet.exterior) == (label["interior"], label["exterior"])
    scores.of["interior, exterior"]["headline"].add(place, not place, not place)
    if not right:
        scores.kinds["set of a scene"][f"{sheet.set} for {wanted}"] += 1
    if not same:
        scores.kinds["day or night"][
            f"{sheet.day_or_night or 'none'} for {label['day_or_night'] or 'none'}"
        ] += 1


def capitals(texts: Iterable[str]) -> list[str]:
    return [run for text in texts for run in re.findall(r"\b[A-Z]{2,}(?:['’\- ]+[A-Z]{2,})*\b", text)]


def show(title: str, scores: Scores) -> None:
    print(f"\n{title}\n{'':<24}{'P':>6}{'R':>6}{'F1':>6}   {'exact':>6}{'head':>6}{'said':>6}   {'peer':>14}")
    for row, columns in scores.of.items():
        best = columns["headline"]
        if row in THINGS and not (best.hit + best.false + best.missed):
            continue
        parts = [
            f"{columns[one].f1:6.2f}" if one in columns else f"{'':>6}"
            for one in ("exact", "head", "said only")
        ]
        peer = ""
        if "peer" in columns:
            other = columns["peer"]
            peer = f"recall {other.recall:.2f}" if row in THINGS else f"F1 {other.f1:.2f}"
        target = f"   target {TARGETS[row]}" if row in TARGETS else ""
        print(f"{row:<24}{best}   {''.join(parts)}   {peer:>14}{target}")
        if scores.errors and scores.kinds[row]:
            print(
                "    "
                + ", ".join(
                    f"{name}{'' if n == 1 else f' x{n}'}" for name, n in sorted(scores.kinds[row].items())
                )
            )


def main() -> None:
    use = "development" if "--development" in sys.argv else "measurement"
    errors = "--errors" in sys.argv
    total = Scores(errors)
    for path in sorted(LABELS.glob("*.labels.toml")):
        labels = tomllib.loads(path.read_text(encoding="utf-8"))
        if labels["use"] != use:
            continue
        file = next(
            (
                folder / labels["screenplay"]
                for folder in FOLDERS
                if (folder / labels["screenplay"]).is_file()
            ),
            None,
        )
        if file is None:
            print(f"{labels['screenplay']}: not here; set ANSWERPRINT_TEST_DATA")
            continue
        screenplay = read_screenplay(file)
        began = time.perf_counter()
        broken = break_down(screenplay)
        seconds = time.perf_counter() - began
        alone = Scores(errors=False)
        measure(labels, screenplay, broken, alone)
        show(f"{labels['screenplay']} ({len(broken.sheets)} sheets, {seconds:.2f} s)", alone)
        measure(labels, screenplay, broken, total)
    show(f"all of them ({use})", total)


if __name__ == "__main__":
    main()
