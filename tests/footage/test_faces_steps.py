"""Faces as the engine runs them: tracks of two clips, who is who over both, and one who was forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_faces import Face, draw, paint
from looks_truth import write

from answerprint.core.footage import CUES
from answerprint.core.records import Track
from answerprint.departments.footage.faces.in_file import MODEL
from answerprint.departments.footage.faces.places import Place, place_of
from answerprint.departments.footage.steps import (
    FacesPeopleStep,
    FacesSeenStep,
    FacesStep,
    ProbeStep,
    ShotsStep,
)
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.graph import Collected, Graph, Media
from answerprint.engine.report import Report
from answerprint.engine.run import run_graph
from answerprint.models.shelf import Shelf
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore, hash_file

pytestmark = pytest.mark.skipif(
    not Shelf().fetched(MODEL), reason=f"{MODEL} is not here: answerprint models fetch {MODEL}"
)
RATE = Fraction(25)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """First: two people side by side, then one of them alone. Second: that one again."""
    folder = tmp_path_factory.mktemp("clips")
    both = draw(Face(x=0.25, height=0.55, who=8), 384, 216).astype(np.float64)
    paint(both, Face(x=0.75, height=0.55, who=4))
    together = np.clip(both, 0, 255).astype(np.uint8)
    alone = draw(Face(x=0.6, height=0.5, who=8), 384, 216, backdrop=110)
    smiling = draw(Face(x=0.6, height=0.5, who=8, smile=1.0), 384, 216, backdrop=110)
    paths = [folder / "a.mp4", folder / "b.mp4"]
    write(paths[0], [together] * 25 + [alone] * 25, RATE)
    write(paths[1], [alone] * 20 + [smiling] * 20, RATE)
    return paths


def run(
    catalogue: Catalogue,
    clips: list[Path],
    named: tuple[Place, ...] = (),
    withheld: tuple[Place, ...] = (),
) -> tuple[Report, list[str]]:
    graph = Graph()
    digest = Shelf().digest(MODEL)
    assets = [hash_file(path) for path in clips]
    seen: dict[str, Any] = {}
    shots: dict[str, Any] = {}
    for asset, path in zip(assets, clips, strict=True):
        media = Media(asset, path)
        probe = graph.add(ProbeStep(wave_rate=RATE), asset, media=media)["probe"]
        shots[asset] = graph.add(ShotsStep(), asset, media=media)["shots"]
        step = FacesSeenStep(
            consent=True,
            models=digest,
            identity="classical",
            withheld=tuple(one for one in withheld if one.asset == asset),
        )
        seen[asset] = graph.add(step, asset, media=media, probe=probe)["faces_seen"]
    who = FacesPeopleStep(consent=True, identity="classical", named=named)
    people = graph.add(who, "production", faces_seen=Collected(seen), shots=Collected(shots))["people"]
    for asset in assets:
        mine = tuple(one for one in named if one.asset == asset)
        step_of = FacesStep(asset=asset, consent=True, named=mine)
        graph.add(step_of, asset, faces_seen=seen[asset], shots=shots[asset], people=people)
    objects = ObjectStore(catalogue.path.parent)
    report = run_graph(graph, catalogue=catalogue, objects=objects, executor=SerialExecutor())
    assert [(report[one].code, report[one].reason) for one in report.failed] == []
    return report, assets


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    (tmp_path / ".answerprint").mkdir()
    with Catalogue(tmp_path / ".answerprint" / "catalogue.db") as opened:
        yield opened


def track(report: Report, asset: str, name: str) -> Track:
    found = report.track(f"faces:{asset}", name)
    assert isinstance(found, Track)
    return found


def test_who_is_seen_where_who_it_is_and_who_was_forgotten(clips: list[Path], catalogue: Catalogue) -> None:
    report, (first, second) = run(catalogue, clips)
    faces = track(report, first, "faces")
    assert faces.name == "faces.1"
    spans = [(one.start / faces.rate, one.end / faces.rate) for one in faces.annotations]
    assert spans == [(0, 1), (0, 1), (1, 2)]
    left, right, alone = faces.annotations
    assert left.label == alone.label != right.label
    (again,) = track(report, second, "faces").annotations
    assert again.label == left.label
    for one in faces.annotations:
        assert all(len(box) == 5 and 0 <= box[1] <= 1 for box in one.value["boxes"])
    cues = track(report, second, "cues").annotations
    assert {one.label for one in cues} <= set(CUES)
    (smile,) = [one for one in cues if one.label == "smile"]
    assert smile.start / faces.rate == pytest.approx(0.8, abs=0.13)
    assert smile.value["person"] == left.label

    boxes = right.value["boxes"]
    place = place_of(first, right.start, right.end, faces.rate, boxes, "BEN")
    report, _ = run(catalogue, clips, named=(place,))
    labels = {one.value["face"]: one.label for one in track(report, first, "faces").annotations}
    assert labels == {0: "person_1", 1: "BEN", 2: "person_1"}

    gone = place_of(first, right.start, right.end, faces.rate, boxes)
    report, _ = run(catalogue, clips, withheld=(gone,))
    kept = track(report, first, "faces").annotations
    assert [(one.start, one.end) for one in kept] == [(one.start, one.end) for one in (left, alone)]
