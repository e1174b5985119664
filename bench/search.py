"""How well moments are found, and how fast among a million.

Run it: `python bench/search.py [--queries] [--speed] [--annotations N] [--demo PRODUCTION]` (both parts by
default). Queries and answers are bench/labelled/moment_queries.toml, written before the parser; generated
productions come from bench/generated/moments.py under three seeds, the demonstration from `make demo`.
Beside each query a peer: every annotation's text and label compared with the query's words, as a search box
over a table does it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "generated"))

import moments  # noqa: E402

from answerprint.core.encoding import to_json  # noqa: E402

from answerprint.core.records import Annotation, Asset, Provenance, Track  # noqa: E402
from answerprint.departments.footage.search.in_production import Searcher  # noqa: E402
from answerprint.store.catalogue import Catalogue, Output, RunRow, track_digest  # noqa: E402
from answerprint.store.production import Production  # noqa: E402

SEEDS = (1, 2, 3)
FIRST = 5  # hits among which the moment has to be
GOAL_MS = 100.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--queries", action="store_true")
    options.add_argument("--speed", action="store_true")
    options.add_argument("--annotations", type=int, default=1_000_000)
    options.add_argument("--demo", type=Path, default=HERE.parent / ".demo" / "the-late-post")
    given = options.parse_args()
    both = not (given.queries or given.speed)
    if given.queries or both:
        queries(given.demo)
    if given.speed or both:
        with tempfile.TemporaryDirectory(prefix="answerprint-bench-") as folder:
            speed(Path(folder), given.annotations)


# Queries.


def queries(demo: Path) -> None:
    asked = tomllib.loads((HERE / "labelled" / "moment_queries.toml").read_text("utf-8"))["query"]
    score: dict[str, list[bool]] = defaultdict(list)
    peer_score: dict[str, list[bool]] = defaultdict(list)
    first: list[bool] = []
    without_evidence = 0
    for seed in SEEDS:
        with tempfile.TemporaryDirectory(prefix="answerprint-bench-") as folder:
            production = generated(Path(folder) / "film", seed)
            found = ask(production, [one for one in asked if one["on"] == "generated"], seed)
            for one, hits, peer in found:
                score[one["kind"]].append(any(right(hits[:FIRST], one, seed)))
                peer_score[one["kind"]].append(any(right(peer[:FIRST], one, seed)))
                first.append(any(right(hits[:1], one, seed)))
                without_evidence += sum(1 for hit in hits if not hit[3])
                if not score[one["kind"]][-1]:
                    print(f"  missed (seed {seed}): {one['query']}  {hits[:2]}")
    if (demo / "production.toml").exists():
        truth = demo_lines()
        for one, hits, peer in ask(
            Production.open(demo), [each for each in asked if each["on"] == "demo"], None
        ):
            answers = demo_answers(one, truth)
            ok = any(overlap(hit, answer) for hit in hits[:FIRST] for answer in answers)
            score[one["kind"]].append(ok)
            peer_score[one["kind"]].append(any(overlap(h, a) for h in peer[:FIRST] for a in answers))
            first.append(any(overlap(hit, answer) for hit in hits[:1] for answer in answers))
            without_evidence += sum(1 for hit in hits if not hit[3])
            if not ok:
                print(f"  missed (demo): {one['query']}  {hits[:2]}")
    else:
        print(f"no production in {demo}: make demo first; its queries are left out")
    print(f"\n{'success at 5':12}{'queries':>9}{'search':>9}{'search box':>12}")
    for kind in sorted(score):
        n = len(score[kind])
        print(f"{kind:12}{n:9}{sum(score[kind]) / n:9.3f}{sum(peer_score[kind]) / n:12.3f}")
    print(
        f"at first place: {sum(first) / len(first):.3f} of {len(first)}; hits without evidence: {without_evidence}"
    )


Place = tuple[str, Fraction, Fraction, int]  # clip, from, to, pieces of evidence


def ask(
    production: Production, asked: list[dict[str, object]], seed: int | None
) -> Iterator[tuple[dict[str, object], list[Place], list[Place]]]:
    with Searcher(production) as searcher:
        print(searcher.make_vectors() or "vectors made", file=sys.stderr)
        for one in asked:
            query = searcher.parse(str(one["query"]))
            again = searcher.parse(query.canonical)
            assert again.canonical == query.canonical, (query.canonical, again.canonical)
            result = searcher.search(query)
            hits = [
                (
                    searcher.library.assets[hit.asset].name.split(".")[0],
                    hit.start.seconds,
                    hit.end.seconds,
                    len(hit.proofs),
                )
                for hit in result.matches
            ]
            yield one, hits, search_box(searcher.catalogue, str(one["query"]))


def right(hits: list[Place], one: dict[str, object], seed: int) -> list[bool]:
    answers = []
    for number, start, end in one["answers"]:  # type: ignore[attr-defined]
        off = moments.start_of(number, seed)
        answers.append(
            (
                f"G{number:03}",
                Fraction(start).limit_denominator(1000) + off,
                Fraction(end).limit_denominator(1000) + off,
            )
        )
    return [overlap(hit, answer) for hit in hits for answer in answers]


def overlap(hit: Place, answer: tuple[str, Fraction, Fraction]) -> bool:
    """On the clip, sharing time, and (but for whole clips) no longer than thrice the answer and 2 s."""
    clip, start, end = answer
    if hit[0] != clip or hit[1] >= end or hit[2] <= start:
        return False
    return hit[2] - hit[1] <= 3 * (end - start) + 2


def demo_lines() -> dict[tuple[str, str], tuple[Fraction, Fraction]]:
    truth = json.loads((HERE.parent / "demo" / "truth.json").read_text("utf-8"))
    found = {}
    for clip in truth["clips"]:
        for line in clip["lines"]:
            found[clip["clip"], line["line"]] = (Fraction(line["start"]), Fraction(line["end"]))
        found[clip["clip"], ""] = (Fraction(0), Fraction(clip["duration"]))
    return found


def demo_answers(
    one: dict[str, object], truth: dict[tuple[str, str], tuple[Fraction, Fraction]]
) -> list[tuple[str, Fraction, Fraction]]:
    return [
        (str(answer[0]), *truth[answer[0], answer[1] if len(answer) > 1 else ""])
        for answer in one["answers"]  # type: ignore[attr-defined]
    ]


def search_box(catalogue: Catalogue, query: str) -> list[Place]:
    """The peer: annotations whose label or text has most of the query's words."""
    words = {word for word in re.findall(r"[a-z']+", query.casefold()) if len(word) > 2}
    scored = []
    for asset in catalogue.assets():
        for info in catalogue.tracks(asset.id):
            for one in catalogue.track(info.digest).annotations:
                have = set(re.findall(r"[a-z']+", f"{one.label.replace('_', ' ')} {one.text}".casefold()))
                if have & words:
                    place = (asset.name.split(".")[0], one.start / info.rate, one.end / info.rate, 1)
                    scored.append((-len(have & words), len(have), place))
    scored.sort(key=lambda row: row[:2])
    return [place for _, _, place in scored[:FIRST]]


def generated(root: Path, seed: int) -> Production:
    production = Production.create(root)
    with production.catalogue() as catalogue:
        catalogue.put_assets(moments.assets(seed))
        with catalogue.write():
            for track in moments.tracks(seed):
                commit(catalogue, track)
    return production


def commit(catalogue: Catalogue, track: Track) -> None:
    digest = track_digest(track)
    provenance = Provenance(step=track.name, version=1, key=digest)
    output = Output("track", digest, len(to_json(track)))
    row = RunRow(
        key=digest,
        step=track.name,
        version=1,
        subject=track.asset,
        provenance=provenance,
        outputs={"t": output},
    )
    catalogue.commit_run(row, {"t": track})


if __name__ == "__main__":
    main()
