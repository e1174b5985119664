"""How fast a production of a million annotations answers while two workers write into it.

Run it: `python bench/store.py [--annotations N]`. Beside the catalogue, in the same run and under the same
writers, two peers: the same rows in a table without indexes, and one JSON document for each asset. The
writers never rest, so on two processors the reader waits for its turn; "p99 CPU" is its own work alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from answerprint.core.encoding import to_json
from answerprint.core.records import Annotation, Asset, Provenance, Stream, Track
from answerprint.core.time import Range
from answerprint.store.catalogue import Catalogue, Output, RunRow, track_digest
from answerprint.store.vectors import VectorRow, VectorStore

ASSETS = 1_000
RATE = Fraction(90_000)
SECONDS = 600  # length of an asset
VOCABULARY = 20_000
# Share of an asset's annotations by track: name, share, shortest and longest in seconds, with text?
TRACKS = (
    ("lines.1", 0.7, 0.5, 6.0, True),
    ("shots.1", 0.1, 1.0, 60.0, False),
    ("faces.1", 0.2, 0.04, 20.0, False),
)
GOAL_MS = 20.0
HEAD = f"\n{'milliseconds':44}{'p50':>9}{'p99':>9}{'max':>9}{'p99 CPU':>9}"
RARE = 0.01  # share of rows up to which a term must answer within the goal


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--annotations", type=int, default=1_000_000)
    options.add_argument("--write", metavar="FOLDER", help=argparse.SUPPRESS)
    options.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.write:
        write_on(Path(given.write), given.annotations // ASSETS, given.seed)
        return
    with tempfile.TemporaryDirectory(prefix="answerprint-bench-") as folder:
        measure(Path(folder), given.annotations // ASSETS)


def measure(folder: Path, per_asset: int) -> None:
    chance = random.Random(7)
    frequency: Counter[str] = Counter()
    began = time.perf_counter()
    peer = Peer(folder)
    with Catalogue(folder / "catalogue.sqlite") as catalogue:
        for number in range(ASSETS):
            tracks = list(tracks_of(number, per_asset, chance))
            for track in tracks:
                commit(catalogue, track)
                for one in track.annotations:
                    frequency.update(set(one.text.split()))
            peer.put(number, tracks)
        peer.done()
        rows = catalogue.rows("SELECT count(*) FROM annotation")[0][0]
        took = time.perf_counter() - began
        size = (folder / "catalogue.sqlite").stat().st_size / 1e6
        print(
            f"{rows:,} annotations on {ASSETS:,} assets, {size:.0f} MB, "
            f"written in {took:.0f} s with the peers; load average {os.getloadavg()[0]:.1f}"
        )
        writers = [
            subprocess.Popen(
                [sys.executable, __file__, "--write", str(folder), "--annotations", str(per_asset * ASSETS)]
                + ["--seed", str(seed)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for seed in (11, 12)
        ]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        began = time.perf_counter()
        ask(catalogue, peer, frequency, rows, chance)
        took = time.perf_counter() - began
        written = sum(int(writer.communicate(b"stop\n")[0] or 0) for writer in writers)
        print(f"meanwhile two workers committed {written / took:.0f} tracks a second")
    keys_and_assets(folder)
    vectors(folder)


def ask(catalogue: Catalogue, peer: Peer, frequency: Counter[str], rows: int, chance: random.Random) -> None:
    terms = sorted(frequency, key=lambda term: (-frequency[term], term))
    near_one_percent = [term for term in terms if RARE / 3 < frequency[term] / rows <= RARE]
    rare = [term for term in terms if frequency[term] / rows <= RARE / 3]
    common = [term for term in terms if frequency[term] / rows > 0.05]
    print(HEAD)

    def places() -> Iterator[tuple[str, str, Range]]:
        while True:
            start = chance.randrange(SECONDS * int(RATE))
            length = chance.choice([1, 3600, 90_000, 900_000])
            name = chance.choice(TRACKS)[0]
            yield asset_id(chance.randrange(ASSETS)), name, Range.of_ticks(start, start + length, RATE)

    place = places()
    overlap = row("overlap, one asset and track", 3000, lambda: catalogue.overlapping(*next(place)), GOAL_MS)
    row("  peer: table without index", 5, lambda: peer.overlapping(*next(place)))
    row("  peer: a JSON document an asset", 200, lambda: peer.overlapping_document(*next(place)))
    ok = [overlap]
    for name, these in (
        ("a term in up to 0.33 %", rare),
        ("a term in up to 1 %", near_one_percent),
    ):
        ok.append(row(name, 1000, lambda these=these: catalogue.search(chance.choice(these)), GOAL_MS))
    pair = lambda these: " ".join(chance.sample(these, 2))  # noqa: E731
    ok.append(row("two terms of up to 1 %", 500, lambda: catalogue.search(pair(near_one_percent)), GOAL_MS))
    ids = [asset_id(n) for n in range(50)]
    row(
        "a term in up to 1 %, in 50 assets",
        200,
        lambda: catalogue.search(chance.choice(near_one_percent), assets=ids),
    )
    row("  peer: LIKE over the table", 5, lambda: peer.search(chance.choice(rare)))
    row("  peer: every JSON document", 3, lambda: peer.search_documents(chance.choice(rare)))
    print(f"bounded ({len(common)} common terms, the commonest in {frequency[terms[0]] / rows:.0%} of rows):")
    row("a common term", 200, lambda: catalogue.search(chance.choice(common)))
    row("two common terms", 100, lambda: catalogue.search(pair(common)))
    row(
        "a common and a rare term",
        100,
        lambda: catalogue.search(f"{chance.choice(common)} {chance.choice(rare)}"),
    )
    everywhere = lambda: catalogue.overlapping_everywhere(*next(place)[1:])  # noqa: E731
    row("overlap over the whole production", 60, everywhere)
    peer_common = "SELECT rowid FROM text_index WHERE text_index MATCH ? ORDER BY rank LIMIT 50"
    row(
        "  peer: a common term, FTS5 ranked whole",
        5,
        lambda: catalogue.rows(peer_common, (chance.choice(common),)),
    )
    print(f"\np99 under {GOAL_MS:.0f} ms where asked: {'yes' if all(ok) else 'NO'}")


def row(name: str, times: int, question: Callable[[], object], goal: float | None = None) -> bool:
    wall, own = [], []
    for _ in range(times):
        began, worked = time.perf_counter(), time.process_time()
        question()
        own.append((time.process_time() - worked) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    (p50, p99), cpu = np.percentile(wall, [50, 99]), np.percentile(own, 99)
    verdict = "" if goal is None or p99 < goal else "  over"
    print(f"{name:44}{p50:9.2f}{p99:9.2f}{max(wall):9.2f}{cpu:9.2f}{verdict}", flush=True)
    return goal is None or bool(p99 < goal)


def keys_and_assets(folder: Path) -> None:
    print(HEAD)
    with Catalogue(folder / "keys.sqlite") as catalogue:
        keys = [f"{number:064x}" for number in range(6000)]
        outputs = {name: Output("object", keys[0], 1) for name in ("shots", "strip")}
        with catalogue.write():
            for key in keys:
                parameters = {"threshold": 0.5, "width": 320}
                provenance = Provenance(step="shots", version=1, key=key, parameters=parameters)
                catalogue.commit_run(
                    RunRow(
                        key=key,
                        step="shots",
                        version=1,
                        subject=key,
                        provenance=provenance,
                        outputs=outputs,
                    )
                )
        row("6 000 runs by key", 20, lambda: catalogue.runs(keys))
        catalogue.put_assets(an_asset(number) for number in range(ASSETS))
        row("1 000 assets", 20, catalogue.assets)


def vectors(folder: Path) -> None:
    made = np.random.default_rng(1).normal(size=(100_000, 384)).astype(np.float32)
    with VectorStore(folder / "vectors") as store:
        store.add("m", (VectorRow("a", "t", start, vector) for start, vector in enumerate(made)))
        unit = made / np.linalg.norm(made, axis=1, keepdims=True)
        row("vectors: 10 nearest of 100 000 × 384", 20, lambda: store.search("m", made[17], 10))
        row("  peer: NumPy in memory, argsort", 20, lambda: np.argsort(-(unit @ unit[17]))[:10])


class Peer:
    """The same annotations as people keep them first: a plain table, and a document for each asset."""

    def __init__(self, folder: Path) -> None:
        self.documents = folder / "documents"
        self.documents.mkdir()
        self.table = sqlite3.connect(folder / "plain.sqlite")
        self.table.execute("PRAGMA synchronous = OFF")
        self.table.execute('CREATE TABLE note (asset, track, start, "end", label, text)')

    def put(self, number: int, tracks: list[Track]) -> None:
        for track in tracks:
            rows = ((track.asset, track.name, a.start, a.end, a.label, a.text) for a in track.annotations)
            self.table.executemany("INSERT INTO note VALUES (?, ?, ?, ?, ?, ?)", rows)
        document = {t.name: [[a.start, a.end, a.label, a.text] for a in t.annotations] for t in tracks}
        (self.documents / f"{asset_id(number)}.json").write_text(json.dumps(document))

    def done(self) -> None:
        self.table.commit()

    def overlapping(self, asset: str, name: str, asked: Range) -> list[object]:
        sql = 'SELECT * FROM note WHERE asset = ? AND track = ? AND start < ? AND "end" > ? ORDER BY start'
        return self.table.execute(sql, (asset, name, asked.end.ticks, asked.start.ticks)).fetchall()

    def overlapping_document(self, asset: str, name: str, asked: Range) -> list[object]:
        document = json.loads((self.documents / f"{asset}.json").read_text())
        return [one for one in document[name] if one[0] < asked.end.ticks and one[1] > asked.start.ticks]

    def search(self, term: str) -> list[object]:
        return self.table.execute(
            "SELECT * FROM note WHERE text LIKE ? LIMIT 50", (f"% {term} %",)
        ).fetchall()

    def search_documents(self, term: str) -> list[object]:
        found = []
        for file in self.documents.iterdir():
            for notes in json.loads(file.read_text()).values():
                found += [one for one in notes if term in one[3].split()]
        return found


def asset_id(number: int) -> str:
    return f"{number:064x}"


def an_asset(number: int) -> Asset:
    picture = Stream(
        index=0, kind="video", codec="h264", time_base=Fraction(1, 24000), rate=Fraction(24000, 1001)
    )
    sound = Stream(
        index=1, kind="audio", codec="pcm_s24le", time_base=Fraction(1, 48000), rate=Fraction(48000)
    )
    return Asset(
        id=asset_id(number),
        name=f"A{number:04}.mov",
        path=f"footage/A{number:04}.mov",
        size=number,
        kind="picture",
        container="mov",
        streams=(picture, sound),
    )


def tracks_of(number: int, per_asset: int, chance: random.Random) -> Iterator[Track]:
    for name, share, shortest, longest, has_text in TRACKS:
        annotations = []
        for _ in range(round(per_asset * share)):
            start = chance.randrange(SECONDS * int(RATE))
            length = round(chance.uniform(shortest, longest) * RATE)
            text = " ".join(words(chance)) if has_text else ""
            annotations.append(
                Annotation(start=start, end=start + length, label="x", text=text, confidence=0.5)
            )
        annotations.sort(key=lambda one: one.start)
        yield Track(asset=asset_id(number), name=name, rate=RATE, annotations=tuple(annotations))


def words(chance: random.Random) -> list[str]:
    """Three to nine words, frequencies by Zipf's law: the commonest is in a third of the lines."""
    return [f"w{int(VOCABULARY ** chance.random()):05}" for _ in range(chance.randint(3, 9))]


def commit(catalogue: Catalogue, track: Track) -> None:
    digest = track_digest(track)
    catalogue.commit_run(
        RunRow(
            key=digest,
            step=track.name,
            version=1,
            subject=track.asset,
            provenance=Provenance(step=track.name, version=1, key=digest),
            outputs={"track": Output("track", digest, len(to_json(track)))},
        ),
        {"track": track},
    )


def write_on(folder: Path, per_asset: int, seed: int) -> None:
    """A worker: commits new tracks over old ones as fast as it can until told to stop; prints how many."""
    chance = random.Random(seed)
    count = 0
    with Catalogue(folder / "catalogue.sqlite") as catalogue:
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], 0)[0]:
            for track in tracks_of(chance.randrange(ASSETS), per_asset, chance):
                commit(catalogue, track)
                count += 1
    print(count, flush=True)


if __name__ == "__main__":
    main()
