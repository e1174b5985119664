"""Talent scheduling: the public instances, and fifty random films of 40 scenes and 12 actors, beside peers.

The peers are didppy (CABS, one thread) and, with --cpsat, CP-SAT of OR-Tools (one worker): the same files,
limit and machine, one after the other. They are started as programs from .venv-bench.

Run: python bench/talent.py [--few 5] [--limit 60] [--no-peers] [--cpsat]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from answerprint.departments.planning.talent import read_instance, solve

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", HERE.parents[1] / "shared" / "data")) / "talent"
PEERS = HERE.parent / ".venv-bench" / "bin" / "python"


class Ran(NamedTuple):
    cost: float
    bound: float
    proved: bool
    seconds: float

    @property
    def gap(self) -> float:
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


def ours(file: Path, limit: float) -> Ran:
    found = solve(read_instance(file), limit=limit)
    return Ran(found.cost, found.bound, found.proved, found.seconds)


def peer(name: str, file: Path, limit: float) -> Ran | None:
    program = [PEERS, HERE / "peers" / "talent.py", name, file, str(limit)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        print(f"  {name} failed on {file.name}: {reason}")
        return None
    return Ran(**json.loads(done.stdout))


def shown(ran: Ran | None) -> str:
    if ran is None:
        return f"{'—':>8} {'':>8} {'':>7}"
    state = "proved" if ran.proved else f"{ran.gap:.1%}"
    return f"{ran.cost:>8g} {state:>8} {ran.seconds:>7.2f}"


def table(files: list[Path], limit: float, peers: list[str], optima: dict[str, int]) -> dict[str, list[Ran]]:
    print(f"{'':<12}{'optimum':>8}" + "".join(f"  {name:^25}" for name in ["answerprint", *peers]))
    results: dict[str, list[Ran]] = {}
    for file in files:
        runs: dict[str, Ran | None] = {"answerprint": ours(file, limit)}
        runs |= {name: peer(name, file, limit) for name in peers}
        optimum = optima.get(file.name.removesuffix(".dat"), "")
        print(
            f"{file.name:<12}{optimum:>8}" + "".join(f"  {shown(ran)}" for ran in runs.values()), flush=True
        )
        for name, ran in runs.items():
            if ran is not None:
                results.setdefault(name, []).append(ran)
    return results


def summary(results: dict[str, list[Ran]]) -> None:
    best = [min(runs[at].cost for runs in results.values()) for at in range(min(map(len, results.values())))]
    for name, runs in results.items():
        proved = sum(ran.proved for ran in runs)
        seconds = sorted(ran.seconds for ran in runs)
        above = max(ran.cost / least - 1 for ran, least in zip(runs, best, strict=False))
        print(
            f"{name}: proved {proved} of {len(runs)}; seconds median {seconds[len(seconds) // 2]:.2f}, most "
            f"{seconds[-1]:.2f}; worst gap {max(ran.gap for ran in runs):.1%}; "
            f"worst cost above the best known {above:.1%}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=50, help="how many of the random films")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each film and each solver")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--cpsat", action="store_true", help="CP-SAT beside didppy")
    asked = parser.parse_args()
    peers = [] if asked.no_peers else ["didppy", *(["cpsat"] if asked.cpsat else [])]
    if peers and not PEERS.exists():
        print("no peers: python -m venv .venv-bench && .venv-bench/bin/pip install didppy ortools")
        peers = []
    if DATA.is_dir():
        lines = (DATA / "OPTIMA.txt").read_text().split()
        optima = dict(zip(lines[::2], map(int, lines[1::2]), strict=True))
        names = {file.name.removesuffix(".dat"): file for file in DATA.iterdir()}
        print("Public instances")
        summary(table([names[name] for name in optima], asked.limit, peers, optima))
        print()
    print("Random films: 40 scenes, 12 actors, density .3")
    films = sorted((HERE / "talent_instances").glob("random-*"))[: asked.few]
    summary(table(films, asked.limit, peers, {}))


if __name__ == "__main__":
    main()
