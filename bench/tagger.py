"""Tagging the lines of plain-text screenplays beside rules and two Fountain parsers.

Truth is known because the scripts are typed from structure: made-up ones whose words, sentences, heading
styles and layouts no training script has, and screenplays that people wrote, in held-out layouts. Accuracy is
the mean over scripts of the share of lines tagged right. Published on 39 real scripts (Baruah and Narayanan,
ACL Findings 2023): rules 94.62, a fine-tuned transformer 99.16.

Run: python bench/tagger.py (peers: screenplain and Jouvence in .venv-bench)
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the speed is one core's

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "training" / "tagger"))

from damage import damage, stripped, without_blanks  # noqa: E402
from layouts import Row  # noqa: E402
from rendering import rendered  # noqa: E402
from scripts import typed  # noqa: E402

from answerprint.formats.screenplays.tagger import DOUBTFUL, tag_lines  # noqa: E402
from answerprint.formats.screenplays.tagger.words import WEB_MARK  # noqa: E402

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
MADE = 60  # scripts
LAYOUTS = 9  # renderings of each written screenplay
FIRST_SEED = 5000  # beyond every seed looked at while the tagger was made
PEER = r"""
import io, json, sys
def screenplain(text):
    from screenplain.parsers import fountain
    from screenplain import types as t
    for one in fountain.parse(io.StringIO(text)):
        if isinstance(one, t.Slug):
            yield "S", str(one.line)
        elif isinstance(one, t.Transition):
            yield "T", str(one.line)
        elif isinstance(one, t.DualDialog):
            for side in (one.left, one.right):
                yield "C", str(side.character)
                for bracket, line in side.blocks:
                    yield "E" if bracket else "D", str(line)
        elif isinstance(one, t.Dialog):
            yield "C", str(one.character)
            for bracket, line in one.blocks:
                yield "E" if bracket else "D", str(line)
        elif isinstance(one, t.Action):
            for line in one.lines:
                yield "N", str(line)
def jouvence(text):
    from jouvence.parser import JouvenceParser
    tags = {0: "N", 1: "N", 2: "C", 3: "D", 4: "E", 5: "T", 6: "D"}
    for scene in JouvenceParser().parseString(text).scenes:
        if scene.header:
            yield "S", scene.header
        for one in scene.paragraphs:
            for line in (one.text or "").splitlines():
                yield tags.get(one.type, "M"), line
parse = {"screenplain": screenplain, "jouvence": jouvence}[sys.argv[1]]
for text in json.load(sys.stdin):
    try:
        print(json.dumps([[tag, line.strip()] for tag, line in parse(text) if line.strip()]))
    except Exception as error:
        print(json.dumps([["M", repr(error)]]))
"""

_HEADING = re.compile(r"(?:[A-Z]?\d+[A-Z]?\.?\s+)?(?:INT|EXT|I/E|EST)\b", re.IGNORECASE)
_TRANSITION = re.compile(r"[A-Z ]*(?:CUT|FADE|DISSOLVE|WIPE)\b[A-Z ]*[:.]?$")
_PAGE = re.compile(r"[\d.\s-]+$|\(?(?:CONTINUED|MORE)\b.*$")


def by_rules(lines: Sequence[str]) -> list[str]:
    """A plain rule parser as the literature has them: capitals, blank lines and brackets."""
    tags: list[str] = []
    speaking = started = False
    blank = True
    for at, line in enumerate(lines):
        text = line.strip()
        if not text:
            blank, speaking = True, False
            continue
        under = at + 1 < len(lines) and bool(lines[at + 1].strip())
        if _HEADING.match(text) and text.isupper():
            tag, started = "S", True
        elif _PAGE.match(text):
            tag = "M"
        elif text.isupper() and _TRANSITION.match(text):
            tag, started = "T", True
        elif speaking:
            tag = "E" if text.startswith("(") and text.endswith(")") else "D"
        elif blank and under and text.split("(")[0].isupper() and len(text.split()) < 5:
            tag, speaking = "C", True
        else:
            tag = "N" if started else "M"
        blank = False
        tags.append(tag)
    return tags


def by_tagger(lines: Sequence[str]) -> list[str]:
    return [one.tag for one in tag_lines(lines)]


def by_peer(name: str, scripts: Sequence[Sequence[str]]) -> list[list[str]] | None:
    """Tags of a Fountain parser, found again by the lines' text. None where it is not installed."""
    python = ROOT / ".venv-bench" / "bin" / "python"
    if not python.exists():
        return None
    texts = json.dumps(["\n".join(lines) for lines in scripts])
    ran = subprocess.run([python, "-c", PEER, name], input=texts, capture_output=True, text=True, check=False)
    if ran.returncode:
        return None
    return [
        _aligned(lines, json.loads(said))
        for lines, said in zip(scripts, ran.stdout.splitlines(), strict=True)
    ]


def _aligned(lines: Sequence[str], said: list[list[str]]) -> list[str]:
    """Each line's tag where the parser gave its text; what it took for a title page is M."""
    tags, at = [], 0
    for line in lines:
        text = line.strip()
        if not text:
            continue
        found = next((on for on in range(at, min(at + 12, len(said))) if said[on][1] in text), None)
        tags.append("M" if found is None else said[found][0])
        at = at if found is None else found + (said[found][1] == text or len(said[found][1]) > 3)
    return tags


def accuracy(truth: Sequence[str], tags: Sequence[str]) -> float:
    return 100 * sum(one == two for one, two in zip(truth, tags, strict=True)) / len(truth)


def sets() -> dict[str, list[list[Row]]]:
    """Scripts by name of the set, as rows of text and tag."""
    made = [typed(FIRST_SEED + at, unseen=True) for at in range(MADE)]
    found = {
        "made up, as typed": made,
        "made up, damaged": [damage(rows, random.Random(at), unseen=True) for at, rows in enumerate(made)],
        "made up, no indentation": [stripped(rows) for rows in made],
        "made up, no indentation, no blanks": [without_blanks(stripped(rows)) for rows in made],
    }
    written = {
        "Brick and Steel": DATA / "screenplays" / "Brick-and-Steel.fountain",
        "The Last Birthday Card": DATA / "screenplays" / "The-Last-Birthday-Card.fountain",
        "demo, two labelled scripts": None,
    }
    ours = [
        ROOT / "demo/script/the-late-post.fountain",
        *sorted((ROOT / "bench/labelled").glob("*.fountain")),
    ]
    for name, file in written.items():
        files = [file] if file else ours
        if not all(one.exists() for one in files):
            print(f"{name}: not there, not measured")
            continue
        rows = [rendered(one, at, unseen=True) for one in files for at in range(LAYOUTS)]
        found[name] = rows
        found[f"{name}, no indentation"] = [stripped(one) for one in rows]
    return found


def calibration(groups: dict[str, list[list[Row]]]) -> None:
    """How often lines of a confidence are right, and what the threshold for a person finds."""
    pairs = []
    for scripts in groups.values():
        for rows in scripts:
            truth = [tag for _, tag in rows if tag]
            said = tag_lines([text for text, _ in rows])
            pairs += [(one.confidence, one.tag == tag) for one, tag in zip(said, truth, strict=True)]
    sure, right = np.array([one for one, _ in pairs]), np.array([one for _, one in pairs])
    bins = np.clip((sure * 20).astype(int), 0, 19)
    error = sum(
        abs(sure[bins == at].mean() - right[bins == at].mean()) * (bins == at).mean()
        for at in range(20)
        if (bins == at).any()
    )
    low = sure < DOUBTFUL
    caught = 100 * (~right)[low].sum() / max(1, (~right).sum())
    print(f"\nexpected calibration error {100 * error:.2f} points over {len(sure)} lines")
    print(
        f"confidence under {DOUBTFUL}: {100 * low.mean():.2f} % of lines, of which "
        f"{100 * (1 - right[low].mean()):.0f} % are wrong, {caught:.0f} % of all errors; "
        f"above it {100 * (1 - right[~low].mean()):.2f} % are wrong"
    )


def speed() -> None:
    """Lines a second of processor time, each run on scripts that no run before it has seen."""
    rates = []
    seed = FIRST_SEED + MADE
    for _ in range(5):
        lines: list[str] = []
        while len(lines) < 15_000:
            lines += [text for text, _ in typed(seed, unseen=True)]
            seed += 1
        began = time.process_time()
        tag_lines(lines)
        spent = time.process_time() - began
        rates.append((len(lines) / spent, sum(bool(line.strip()) for line in lines) / spent))
    every, full = np.median(rates, axis=0)
    print(f"{every:,.0f} lines a second on one core ({full:,.0f} not counting blank ones)")


def main() -> None:
    groups = sets()
    peers = ("screenplain", "jouvence")
    print(f"{'':<46}{'scripts':>8}{'rules':>9}{'screenplain':>13}{'Jouvence':>10}{'tagger':>9}{'worst':>8}")
    for name, scripts in groups.items():
        lines = [[text for text, _ in rows] for rows in scripts]
        clean = [[WEB_MARK.sub("", text) for text in one] for one in lines]  # <b>: not the peers' business
        truth = [[tag for _, tag in rows if tag] for rows in scripts]
        rules = [accuracy(t, by_rules(one)) for t, one in zip(truth, clean, strict=True)]
        row = f"{name:<46}{len(scripts):>8}{np.mean(rules):>9.2f}"
        for peer, width in zip(peers, (13, 10), strict=True):
            tags = by_peer(peer, clean)
            scores = [accuracy(t, one) for t, one in zip(truth, tags, strict=True)] if tags else []
            row += f"{np.mean(scores):>{width}.2f}" if scores else f"{'–':>{width}}"
        ours = [accuracy(t, by_tagger(one)) for t, one in zip(truth, lines, strict=True)]
        print(f"{row}{np.mean(ours):>9.2f}{min(ours):>8.2f}", flush=True)
    calibration(groups)
    speed()


if __name__ == "__main__":
    main()
