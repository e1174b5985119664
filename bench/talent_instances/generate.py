"""Make the random instances beside this file: 40 scenes, 12 actors, density .3, seeds 1 to 50.

Each actor works in each scene with probability .3; a scene without cast is drawn again. Daily costs are 1 to
100, durations 1 to 5 days, all uniform. The same seeds make the same bytes (NumPy's PCG64).

Run: python bench/talent_instances/generate.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
SCENES, ACTORS, DENSITY = 40, 12, 0.3
SEEDS = range(1, 51)


def instance(seed: int, *, scenes: int = SCENES, actors: int = ACTORS, density: float = DENSITY) -> str:
    """An instance in the form of the public files."""
    generator = np.random.default_rng(seed)
    works = generator.random((actors, scenes)) < density
    while not works.any(axis=0).all():
        empty = ~works.any(axis=0)
        works[:, empty] = generator.random((actors, int(empty.sum()))) < density
    costs = generator.integers(1, 101, actors)
    days = generator.integers(1, 6, scenes)
    rows = [
        " ".join(str(int(one)) for one in row) + f"   {cost}" for row, cost in zip(works, costs, strict=True)
    ]
    head = [f"random-{seed:02d}", str(scenes), str(actors), ""]
    return "\n".join([*head, *rows, "", " ".join(str(day) for day in days)]) + "\n"


def main() -> None:
    for seed in SEEDS:
        (FOLDER / f"random-{seed:02d}").write_text(instance(seed))


if __name__ == "__main__":
    main()
