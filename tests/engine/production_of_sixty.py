"""A production of 68 short steps, to be killed: `production_of_sixty.py FOLDER serial|local [SECONDS]`.

SECONDS make the first step of all but the first clips longer, for who has to reach it while it runs.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from engine_steps import Double, Gather, Length, Mixed, ReadBack, Say

from answerprint.engine.executors.local import LocalExecutor
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.graph import Collected, Graph, Value
from answerprint.engine.run import run_graph
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore

CLIPS = 13
QUICK = 6  # clips that are never made longer: something is finished soon
SLEEPS = (0.0, 0.002, 0.005, 0.01, 0.03)  # seconds


def graph_of_sixty(longer: float = 0.0) -> Graph:
    """For each clip a text, its length, twice that, files and a track from it, read back; then all."""
    graph = Graph()
    read = {}
    for number in range(CLIPS):
        clip = f"clip{number:02}"
        seconds = SLEEPS[number % len(SLEEPS)] + (longer if number >= QUICK else 0.0)
        said = graph.add(Say(text=clip + "!" * number, seconds=seconds), clip)
        length = graph.add(Length(), clip, text=said["out"])
        doubled = graph.add(Double(), clip, number=length["out"])
        mixed = graph.add(Mixed(size=4000 * number), clip, number=doubled["out"])
        back = graph.add(
            ReadBack(), clip, file=mixed["file"], track=mixed["track"], value=Value({"fps": number})
        )
        read[clip] = back["out"]
    gathered = graph.add(Gather(), "all", parts=Collected(read))
    graph.add(Gather(), "again", parts=Collected({"all": gathered["out"]}))
    graph.add(Say(text="the end", seconds=0.02), "end")
    return graph


def make(
    folder: Path, executor: LocalExecutor | SerialExecutor, longer: float = 0.0
) -> dict[str, dict[str, str]]:
    """Run it to its end; node → output → digest."""
    store = folder / ".answerprint"
    store.mkdir(exist_ok=True)
    with Catalogue(store / "catalogue.db") as catalogue:
        report = run_graph(
            graph_of_sixty(longer), catalogue=catalogue, objects=ObjectStore(store), executor=executor
        )
    assert not report.failed and not report.skipped
    return {
        node: {name: output.digest for name, output in result.outputs.items()}
        for node, result in report.results.items()
    }


if __name__ == "__main__":
    # A shell's background jobs ignore Ctrl-C, and what they start inherits it: this one is to be stopped.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        workers = LocalExecutor(2) if sys.argv[2] == "local" else SerialExecutor()
        make(Path(sys.argv[1]), workers, float(sys.argv[3]) if len(sys.argv) > 3 else 0.0)
    except KeyboardInterrupt:
        sys.exit(130)
