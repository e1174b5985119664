"""Looks as the engine runs them: tracks of a clip, people from faces, and a production's alike shots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from composites import Library
from looks_truth import write

from answerprint.core.footage import LOOK_VALUES, MOVEMENTS
from answerprint.core.records import Annotation, Track
from answerprint.departments.footage.looks.alike import AlikeShots
from answerprint.departments.footage.looks.measures import Sights, load_arrays, save_arrays
from answerprint.departments.footage.looks.people import at_once, figures_of
from answerprint.departments.footage.looks.tracking import MotionTracker
from answerprint.departments.footage.steps import AlikeStep, DetailStep, ProbeStep, ShotLooksStep, ShotsStep
from answerprint.departments.footage.steps.looks import SightsStep
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.graph import Collected, Graph, Media
from answerprint.engine.report import Report
from answerprint.engine.run import run_graph
from answerprint.engine.step import Context, Inputs, Step
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore, hash_file

RATE = Fraction(25)


def panned(seed: int, speed: float, count: int = 40) -> list[np.ndarray]:
    still = Library(None, seed=seed).texture(700, 240)
    return [
        cv2.getRectSubPix(still, (320, 180), (300 + speed * (k - count / 2), 120.0)) for k in range(count)
    ]


@dataclass(frozen=True)
class Made(Step):
    """A track of two faces, as if somebody had found them."""

    name: ClassVar[str] = "made_faces"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("faces",)

    def run(self, inputs: Inputs, context: Context) -> None:
        boxes = [[512 * 5, 0.4, 0.2, 0.12, 0.3], [512 * 15, 0.42, 0.2, 0.13, 0.34]]
        small = [[512 * 12, 0.7, 0.4, 0.1, 0.1]]
        marks = (
            Annotation(start=0, end=512 * 30, label="person_1", value={"boxes": boxes}),
            Annotation(start=512 * 10, end=512 * 20, label="person_2", value={"boxes": small}),
        )
        rate = Fraction(12800)
        context.write_track(
            "faces", Track(asset=context.subject, name="faces.1", rate=rate, annotations=marks)
        )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Report, list[str]]]:
    folder = tmp_path_factory.mktemp("looks")
    paths = [folder / "a.mp4", folder / "b.mp4"]
    write(paths[0], panned(3, 3.0) + panned(4, 0.0), RATE)
    dark = [np.clip(one * 0.8, 0, 255).astype(np.uint8)[4:-4, 8:-8] for one in panned(3, 3.0)]
    write(paths[1], dark, RATE, 26)
    (folder / ".answerprint").mkdir()
    graph = Graph()
    prints = {}
    assets = []
    for path in paths:
        asset = hash_file(path)
        assets.append(asset)
        media = Media(asset, path)
        probe = graph.add(ProbeStep(wave_rate=RATE), asset, media=media)["probe"]
        shots = graph.add(ShotsStep(), asset, media=media)["shots"]
        detail = graph.add(DetailStep(), asset, media=media, probe=probe)["detail"]
        sights = graph.add(SightsStep(), asset, media=media, probe=probe)["sights"]
        inputs: dict[str, Any] = {"shots": shots, "detail": detail, "sights": sights}
        if path == paths[0]:
            inputs |= {"media": media, "faces": graph.add(Made(), asset, media=media)["faces"]}
        node = graph.add(ShotLooksStep(asset=asset), asset, **inputs)
        prints[asset] = node["fingerprints"]
    graph.add(AlikeStep(), "production", fingerprints=Collected(prints))
    with Catalogue(folder / ".answerprint" / "catalogue.db") as catalogue:
        objects = ObjectStore(folder / ".answerprint")
        yield run_graph(graph, catalogue=catalogue, objects=objects, executor=SerialExecutor()), assets


def track_of(report: Report, node: str, name: str) -> Track:
    track = report.track(node, name)
    assert isinstance(track, Track)
    return track


def test_every_shot_has_a_look_with_all_its_values(report: tuple[Report, list[str]]) -> None:
    ran, (first, _) = report
    looks = track_of(ran, f"shot_looks:{first}", "shot_looks")
    shots = [one for one in track_of(ran, f"shots:{first}", "shots").annotations if one.label == "shot"]
    assert [(one.start, one.end) for one in looks.annotations] == [(one.start, one.end) for one in shots]
    for one in looks.annotations:
        assert set(LOOK_VALUES) <= set(one.value)
    assert [one.value["movement"] for one in looks.annotations] == ["pan_right", "static"]


def test_movements_touch_and_carry_their_curves(report: tuple[Report, list[str]]) -> None:
    ran, (first, _) = report
    camera = track_of(ran, f"shot_looks:{first}", "camera")
    assert {one.label for one in camera.annotations} <= set(MOVEMENTS)
    pan = camera.annotations[0]
    assert pan.label == "pan_right"
    curves = pan.value["curves"]
    assert curves["at"][0] == pan.start
    assert curves["x"][-1] == pytest.approx(-3.0 * 39 / 320, rel=0.05)
    assert len(curves["at"]) == len(curves["y"]) <= 50


def test_faces_give_scale_people_and_light_and_without_them_nobody_looked(
    report: tuple[Report, list[str]],
) -> None:
    ran, (first, second) = report
    seen = track_of(ran, f"shot_looks:{first}", "shot_looks").annotations
    assert (seen[0].label, seen[0].value["people"]) == ("close_up", 2)
    assert seen[0].value["key_fill"] is not None
    assert seen[0].value["composition"]["headroom"] == pytest.approx(0.2 - 0.35 * 0.34, abs=0.01)
    assert (seen[1].label, seen[1].value["people"], seen[1].value["scale"]) == ("", 0, None)
    (unlooked,) = track_of(ran, f"shot_looks:{second}", "shot_looks").annotations
    assert (unlooked.label, unlooked.value["people"], unlooked.value["key_fill"]) == ("", None, None)


def test_the_copy_is_found_across_the_production(report: tuple[Report, list[str]]) -> None:
    ran, (first, second) = report
    found = ran.record("alike:production", "alike", AlikeShots).pairs
    assert len(found) == 1
    assert found[0].kind == "duplicate"
    assert {found[0].first.asset, found[0].second.asset} == {first, second}


def test_faces_of_a_track_are_counted_at_once() -> None:
    assert at_once([(0, 10), (10, 20)]) == 1
    assert at_once([(0, 10), (9, 20), (9, 10)]) == 3
    assert at_once([]) == 0
    nobody = Track(asset="x", name="faces.1", rate=Fraction(25))
    assert figures_of(nobody, [(0, 10)], Path("missing.mp4")) == {}


def test_arrays_come_back_as_they_went_and_are_the_same_bytes(tmp_path: Path) -> None:
    sights = Sights(
        pts=np.arange(3),
        light=np.zeros((3, 8), np.float32),
        composed=np.zeros((3, 12), np.float32),
        luma=np.full((3, 18, 32), 7, np.uint8),
        colours=np.zeros((3, 576, 3), np.uint8),
    )
    motion = MotionTracker(Fraction(1, 25)).finish()
    save_arrays(tmp_path / "one", sights, motion)
    save_arrays(tmp_path / "two", sights, motion)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert np.array_equal(load_arrays(tmp_path / "one", Sights).luma, sights.luma)
