"""The script's analysis on planted truth: what is found, what is claimed where nothing is, and how fast.

Peers where there are any: VADER for the lexicon and networkx for centralities, run from .venv-bench.

Run: python bench/analysis.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "script"))

from planted_screenplays import Plan, screenplay  # noqa: E402  (the screenplays the tests are made of)

from answerprint.departments.script.analysis.lexicon import emotional_words  # noqa: E402
from answerprint.departments.script.analysis.manuscript import read_manuscript, words_of  # noqa: E402
from answerprint.departments.script.analysis.network import betweenness, eigenvector  # noqa: E402
from answerprint.departments.script.analysis.production_drivers import production_drivers  # noqa: E402
from answerprint.departments.script.analysis.records import Analysis  # noqa: E402
from answerprint.departments.script.analysis.report import page  # noqa: E402
from answerprint.departments.script.analysis.structure import NEAR, TURNS  # noqa: E402
from answerprint.departments.script.analysis.whole import analyse  # noqa: E402
from answerprint.departments.script.difference.changes import difference  # noqa: E402
from answerprint.departments.script.meaning import sentence_vectors  # noqa: E402
from answerprint.departments.script.notes.grouping import merged  # noqa: E402
from answerprint.departments.script.notes.records import Note  # noqa: E402
from answerprint.formats.screenplays.fountain import read_fountain  # noqa: E402

PEERS = ROOT / ".venv-bench" / "bin" / "python"
SEEDS = 16
SCENES = 60

# Sentences with a polarity nobody argues about, written for this bench.
BRIGHT = (
    "She kisses him and they both laugh.", "The crowd cheers as the boat comes home safe.",
    "I have never been so happy.", "It is a wonderful day for a wedding.", "He smiles at the baby, proud.",
    "They dance all night in the garden.", "Thank you, you saved us.",
    "The children sing and clap their hands.",
    "I love this house and everyone in it.", "She hugs her brother, crying with joy.",
    "We won the race!", "He is not afraid any more.", "There is nothing wrong with it at all.",
    "Her gentle hands, her warm voice.", "At last they are free.", "A perfect, peaceful morning.",
)  # fmt: skip
DARK = (
    "They find the body in the river.", "He screams in pain.", "I hate you and I always did.",
    "The house burns and nobody comes.", "She weeps alone at the grave.", "You lied to me, you cheat.",
    "He beats the old man with a stick.", "This is a terrible, stupid mistake.",
    "Blood on the floor, a broken lamp.",
    "I am not happy here.", "The doctor says she is dying.", "They murdered her father.",
    "He is desperate and afraid.", "Nobody loves me.", "The bomb destroys the school.", "We lost everything.",
)  # fmt: skip
SAME_NOTES = (
    ("The yard scene drags, cut its second half.", "The scene in the yard drags: cut the second half of it."),
    ("I did not understand who is riding the horse.", "Who is on the horse? I was lost."),
    ("The ending comes too suddenly.", "The end arrives out of nowhere."),
    ("Rosa needs a reason to leave.", "Why does Rosa leave? Give her a motive."),
    ("Too much exposition in the kitchen dialogue.", "The kitchen talk explains too much."),
    ("The joke about the hat is told twice.", "You tell the hat joke two times."),
    ("Can the crowd be smaller?", "We cannot afford so many extras."),
    ("I loved the scene on the bridge.", "The bridge scene is my favourite."),
)


def found_in(plan: Plan) -> Analysis:
    return analyse(read_fountain(screenplay(plan)), "planted", None)


def rate(claim: Callable[[Analysis, int], bool], plan: Callable[[int], Plan]) -> float:
    return float(np.mean([claim(found_in(plan(seed)), seed) for seed in range(SEEDS)]))


def has(kind: str, subject: str = "") -> Callable[[Analysis, int], bool]:
    return lambda found, seed: any(
        one.kind.startswith(kind) and subject in f"{one.subject} {one.summary}" for one in found.findings
    )


def planted() -> None:
    print(f"{'planted':<44}{'found':>7}{'claimed where there is none':>30}")
    said = "The harbour master never forgave my grandfather."
    rows: list[
        tuple[str, Callable[[Analysis, int], bool], Callable[[int], Plan], Callable[[Analysis, int], bool]]
    ]
    rows = [
        (
            "a character away for 40 % of the scenes",
            has("character.disappears", "PRIYA"),
            lambda seed: Plan(scenes=SCENES, seed=seed, absent={"PRIYA": (18, 42)}),
            has("character.disappears"),
        ),
        (
            "the same, as a note of lower confidence",
            lambda found, seed: (
                has("character.disappears", "PRIYA")(found, seed)
                or has("character.long_absence", "PRIYA")(found, seed)
            ),
            lambda seed: Plan(scenes=SCENES, seed=seed, absent={"PRIYA": (18, 42)}),
            has("character.long_absence"),
        ),
        (
            "a sentence said twice, two scenes apart",
            has("dialogue.repetitive", "harbour master"),
            lambda seed: Plan(
                scenes=SCENES, seed=seed, inserted={30: [("SVEN", said)], 32: [("HUGO", said)]}
            ),
            has("dialogue.repetitive"),
        ),
        (
            "a slow stretch of nine scenes",
            has("pacing.slow"),
            lambda seed: Plan(scenes=SCENES, seed=seed, slow=(26, 35)),
            has("pacing.slow"),
        ),
        (
            "an arc: fall, then rise",
            has("emotion.arc", "fall, then rise"),
            lambda seed: Plan(scenes=SCENES, seed=seed, arc=(0.8, 0.2, 0.8)),
            has("emotion.arc"),
        ),
        (
            "a weak arc: .6 .4 .6 of the words bright",
            has("emotion.arc"),
            lambda seed: Plan(scenes=SCENES, seed=seed, arc=(0.6, 0.4, 0.6)),
            has("emotion.arc"),
        ),
    ]
    nothing = [found_in(Plan(scenes=SCENES, seed=1000 + seed)) for seed in range(SEEDS)]
    for name, claim, plan, alarm in rows:
        false = float(np.mean([alarm(found, 0) for found in nothing]))
        print(f"{name:<44}{rate(claim, plan):>7.0%}{false:>30.0%}")
    print("(made-up prose repeats itself: “claimed” for sentences counts repeats that are really there)")


def turns() -> None:
    """Turning points planted off theory's places, and how honest the confidence is."""
    random = np.random.default_rng(4)
    ours: list[float] = []
    theory: list[float] = []
    confidence: list[float] = []
    prior: list[float] = []
    hits: list[float] = []
    for seed in range(2 * SEEDS):
        where = [0.10, 0.25, 0.50, 0.75] + random.normal(0, [0.04, 0.08, 0.09, 0.07])
        at = sorted({int(SCENES * np.clip(one, 0.05, 0.9)) for one in where})
        found = found_in(Plan(scenes=SCENES, seed=seed, turns=tuple(at)))
        truth = [found.scenes[one].start for one in at]
        if len(truth) < 4:
            continue
        for index, place in enumerate(truth):
            guess = found.turning_points[index]
            ours.append(abs(guess.position - place))
            theory.append(abs(TURNS[index][1] - place))
            confidence.append(guess.confidence)
            prior.append(guess.prior_confidence)
            hits.append(ours[-1] <= NEAR)
    print(f"\nturning points, {len(ours)} planted (company, sets, somebody new, a title “six months later”)")
    print(f"  mean distance: theory's places {np.mean(theory):.3f}, with evidence {np.mean(ours):.3f}")
    print(
        f"  within {NEAR:.0%}: theory {np.mean([one <= NEAR for one in theory]):.0%}, with evidence "
        f"{np.mean(hits):.0%}; confidence claimed {np.mean(confidence):.2f} "
        f"(position alone {np.mean(prior):.2f})"
    )
    print("  on real films this is not known: there is no annotated screenplay here that may be used")


def speed() -> None:
    text = screenplay(Plan(scenes=120, seed=1))
    began = time.perf_counter()
    play = read_fountain(text)
    read = time.perf_counter()
    found = analyse(play, "planted", None)
    analysed = time.perf_counter()
    page(found)
    written = time.perf_counter()
    print(
        f"\n{found.pages:.0f} pages, {len(found.scenes)} scenes: read {read - began:.2f} s, analysed "
        f"{analysed - read:.2f} s, page {written - analysed:.2f} s"
    )
    other = read_fountain(screenplay(Plan(scenes=120, seed=1)).replace("MARTHA", "GRETA"))
    began = time.perf_counter()
    difference(play, other, ("a", "b"))
    print(f"two revisions of it compared in {time.perf_counter() - began:.2f} s")


def peer(program: str, data: Any) -> Any:
    """What a peer answers: a program of its own environment, JSON in and out. None when it is not there."""
    if not PEERS.exists():
        return None
    done = subprocess.run(
        [PEERS, "-c", program], input=json.dumps(data), capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout) if done.returncode == 0 else None  # not installed there


VADER = """
import json, sys
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
one = SentimentIntensityAnalyzer()
print(json.dumps([one.polarity_scores(text)["compound"] for text in json.load(sys.stdin)]))
"""
NETWORKX = """
import json, sys, networkx as nx, numpy as np
weights = np.array(json.load(sys.stdin)); graph = nx.from_numpy_array(weights)
for a, b, data in graph.edges(data=True): data["distance"] = 1 / data["weight"]
between = nx.betweenness_centrality(graph, weight="distance")
vector = nx.eigenvector_centrality(graph, weight="weight", max_iter=10000, tol=1e-12)
print(json.dumps([[between[n] for n in graph], [abs(vector[n]) for n in graph]]))
"""


def peers() -> None:
    texts = [*BRIGHT, *DARK]
    truth = np.array([1] * len(BRIGHT) + [-1] * len(DARK))
    ours = np.array([sum(level for level, _ in emotional_words(words_of(text))) for text in texts])
    vader = peer(VADER, texts)
    right = f"{np.mean(np.sign(ours) == truth):.0%} right"
    beside = " (VADER is not in .venv-bench)"
    if vader is not None:
        alike = np.corrcoef(ours, vader)[0, 1]
        beside = f", VADER {np.mean(np.sign(vader) == truth):.0%}; correlation {alike:.2f}"
    print(f"\nlexicon on {len(texts)} sentences of plain polarity: {right}{beside}")
    print("  (sentences by the hand that wrote the lexicon: VADER has the harder part)")
    random = np.random.default_rng(3)
    weights = np.triu(random.random((24, 24)) * (random.random((24, 24)) < 0.4), 1)
    weights = weights + weights.T
    found = peer(NETWORKX, weights.tolist())
    if found is None:
        print("networkx is not in .venv-bench: centralities not compared")
    else:
        apart = max(
            float(np.abs(betweenness(weights) - found[0]).max()),
            float(np.abs(eigenvector(weights) - found[1]).max()),
        )
        print(f"centralities of a random graph of 24: at most {apart:.1e} from networkx")


# The analysis's drivers beside the columns of the breakdown labelled by hand (bench/labelled).
LABELLED = {
    "animals": ("animals",), "vehicles": ("vehicles",), "stunts": ("stunts",), "makeup_effects": ("makeup",),
    "crowd": ("background",),
}  # fmt: skip


def by_hand() -> None:
    """Presence and drivers by scene against labels made by hand before this was written."""
    print(f"\n{'by scene, against hand labels':<44}{'precision':>10}{'recall':>8}{'scenes':>8}")
    counts: dict[str, list[int]] = {}
    for name in ("the-salt-road", "last-tram-to-harrow-cross"):
        labels = tomllib.loads((ROOT / "bench" / "labelled" / f"{name}.labels.toml").read_text("utf-8"))
        script = read_manuscript(read_fountain(ROOT / "bench" / "labelled" / f"{name}.fountain"))
        found, _ = production_drivers(script)
        scenes = [(one, points) for one, points in zip(script.scenes, found, strict=True) if one.place]
        known = {alias: home for home, aliases in labels.get("also_called", {}).items() for alias in aliases}
        for label, (scene, points) in zip(labels["scene"], scenes, strict=True):
            for driver, columns in LABELLED.items():
                tally(counts, driver, driver in points.points, any(label.get(one) for one in columns))
            here = {known.get(one, one) for one in scene.present}
            there = {known.get(one, one) for column in ("cast", "silent") for one in label.get(column, ())}
            for person in labels["speaking_cast"]:
                tally(counts, "speaking cast present (acting included)", person in here, person in there)
            tally(counts, "night", scene.night, label["day_or_night"] == "night")
    for row, (hit, false, missed) in counts.items():
        precision, recall = hit / max(1, hit + false), hit / max(1, hit + missed)
        print(f"  {row:<42}{precision:>10.2f}{recall:>8.2f}{hit + missed:>8}")
    print("  (crowd is beside any background at all, which is more than a crowd)")


def tally(counts: dict[str, list[int]], row: str, said: bool, true: bool) -> None:
    one = counts.setdefault(row, [0, 0, 0])
    if said or true:
        one[0 if said and true else 1 if said else 2] += 1


def notes() -> None:
    embed, why = sentence_vectors()
    gathered = [Note(text=text) for pair in SAME_NOTES for text in pair]
    for name, means in (("words", None), ("words and meaning", embed)):
        if name != "words" and embed is None:
            print(f"notes by meaning: {why}")
            continue
        groups = merged(gathered, means)
        number = {one.text: at for at, group in enumerate(groups) for one in (group.note, *group.same)}
        right = sum(number[one] == number[other] for one, other in SAME_NOTES)
        joined = sum(len(group.same) for group in groups)
        print(f"doubled notes joined by {name}: {right} of {len(SAME_NOTES)} pairs, {joined - right} wrongly")


def main() -> None:
    planted()
    turns()
    speed()
    peers()
    by_hand()
    notes()


if __name__ == "__main__":
    main()
