"""What the graph refuses before anything runs, the order it gives, and what a key is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import pytest
from engine_analysers import CountSamples
from engine_steps import Double, Gather, Length, LengthAgain, Mixed, Say
from hypothesis import given
from hypothesis import strategies as st

from answerprint.core.errors import AnswerprintError, EngineError
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.graph import Collected, Graph, Value
from answerprint.engine.keys import Keys, collected_digest
from answerprint.engine.step import Step
from conftest import Bench


@dataclass(frozen=True)
class NeedsLibrary(Say):
    name: ClassVar[str] = "needs_library"
    libraries: ClassVar[tuple[str, ...]] = ("blake3",)


@dataclass(frozen=True)
class NeedsMissingLibrary(Say):
    name: ClassVar[str] = "needs_missing_library"
    libraries: ClassVar[tuple[str, ...]] = ("no-such-distribution",)


@dataclass(frozen=True)
class NeedsModel(Say):
    name: ClassVar[str] = "needs_model"
    model: str = "a" * 64

    def model_digests(self) -> dict[str, str]:
        return {"vad": self.model}


@dataclass(frozen=True)
class Unspeakable(Step):
    name: ClassVar[str] = "unspeakable"
    version: ClassVar[int] = 1
    parameter: object = object()


class Thawed(Step):
    name = "thawed"
    version = 1


def unknown_output(graph: Graph) -> None:
    graph.add(Length(), "a", text=graph.add(Say(), "a")["words"])


def twice(graph: Graph) -> None:
    graph.add(Say(), "a")
    graph.add(Say(), "a")


def missing_input(graph: Graph) -> None:
    graph.add(Length(), "a")


def unknown_input(graph: Graph) -> None:
    graph.add(Length(), "a", text=Value("x"), slate=Value("y"))


def analyser_of_no_file(graph: Graph) -> None:
    graph.add(CountSamples(), "a", media=graph.add(Say(), "a")["out"])


def stranger(graph: Graph) -> None:
    graph.add(Length(), "a", text=Graph().add(Say(), "a")["out"])


def circle(graph: Graph) -> None:
    first = graph.add(Double(), "a")
    second = graph.add(Double(), "b", number=first["out"])
    graph.connect(first, number=graph.add(Double(), "c", number=second["out"])["out"])


def thawed(graph: Graph) -> None:
    graph.add(Thawed(), "a")


def unspeakable(graph: Graph) -> None:
    graph.add(Unspeakable(), "a")


def missing_library(graph: Graph) -> None:
    graph.add(NeedsMissingLibrary(), "a")


@pytest.mark.parametrize(
    ("build", "code", "told"),
    [
        (unknown_output, "AP-ENGINE-001", "say:a writes no “words”; it writes “out”"),
        (twice, "AP-ENGINE-002", "say:a is in the graph twice"),
        (missing_input, "AP-ENGINE-003", "length:a reads “text”"),
        (unknown_input, "AP-ENGINE-004", "length:a is given “slate”"),
        (analyser_of_no_file, "AP-ENGINE-005", "count_samples:a"),
        (stranger, "AP-ENGINE-006", "say:a of another graph"),
        (circle, "AP-ENGINE-007", "“double:a”, “double:b”, “double:c”"),
        (thawed, "AP-ENGINE-008", "Thawed"),
        (unspeakable, "AP-ENGINE-009", "unspeakable"),
        (missing_library, "AP-NEED-010", "no-such-distribution"),
    ],
)
def test_a_graph_that_does_not_hold_together_runs_nothing(
    bench: Bench, build: Callable[[Graph], None], code: str, told: str
) -> None:
    graph = Graph()
    graph.add(Say(text="would run"), "z")
    with pytest.raises(AnswerprintError) as caught:
        build(graph)
        bench.run(graph, SerialExecutor())
    assert caught.value.code == code and told in caught.value.message
    assert bench.log() == []


@given(st.lists(st.lists(st.integers(0, 30), max_size=4), min_size=1, max_size=30))
def test_every_node_comes_after_what_it_reads_and_always_in_the_same_order(
    wires: list[list[int]],
) -> None:
    def build() -> Graph:
        graph = Graph()
        nodes = [graph.add(Gather(), str(number)) for number in range(len(wires))]
        for number, before in enumerate(wires):
            members = {str(one): nodes[one]["out"] for one in before if one < number}
            graph.connect(nodes[number], parts=Collected(members))
        return graph

    order = build().plan().order
    place = {node.id: index for index, node in enumerate(order)}
    assert len(place) == len(wires)
    assert all(place[source.node.id] < place[node.id] for node in order for source in node.sources())
    assert [node.id for node in build().plan().order] == [node.id for node in order]


def test_a_key_holds_everything_that_changes_the_result_and_nothing_else() -> None:
    keys = Keys()
    inputs = {"number": "0" * 64}
    plain = keys.of(Mixed(), inputs)
    assert plain == Keys().of(Mixed(), dict(inputs))
    different = [
        keys.of(Mixed(rate=Fraction(25)), inputs),
        keys.of(Mixed(options={"gain": Fraction(1, 4)}), inputs),
        keys.of(Mixed(), {"number": "1" * 64}),
        keys.of(Mixed(), {"other": "0" * 64}),
        keys.of(Mixed(), {}),
        keys.of(Length(), inputs),
        keys.of(LengthAgain(), inputs),
        keys.of(NeedsModel(), inputs),
        keys.of(NeedsModel(model="b" * 64), inputs),
    ]
    assert len({plain, *different}) == len(different) + 1


def test_a_key_changes_with_the_version_of_a_library_the_step_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, unconcerned = Keys().of(NeedsLibrary(), {}), Keys().of(Say(), {})
    monkeypatch.setattr("answerprint.engine.keys.library_version", lambda name: "99.0")
    assert Keys().of(NeedsLibrary(), {}) != now
    assert Keys().of(Say(), {}) == unconcerned


@given(st.dictionaries(st.text(), st.text(alphabet="0123456789abcdef", min_size=4), min_size=2))
def test_a_collection_is_known_by_its_members_in_any_order(members: dict[str, str]) -> None:
    backwards = dict(reversed(members.items()))
    assert collected_digest(backwards) == collected_digest(members)
    backwards.popitem()
    assert collected_digest(backwards) != collected_digest(members)


def test_a_constant_is_known_by_what_it_says() -> None:
    assert Value({"b": 1, "a": Fraction(1, 2)}).digest == Value({"a": Fraction(1, 2), "b": 1}).digest
    assert Value(1).digest != Value(2).digest


def test_a_node_knows_its_outputs_by_name() -> None:
    graph = Graph()
    node = graph.add(Say(), "a")
    assert graph["say:a"] is node and "say:a" in graph and len(graph) == 1
    with pytest.raises(EngineError, match="AP-ENGINE-001"):
        node["words"]
