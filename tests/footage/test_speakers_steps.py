"""Speakers as the engine runs them: a recording of two people, its tracks, and the script's names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from conversations import RATE, converse, utterances
from sound_scenes import music

from answerprint.core.records import Annotation, Track
from answerprint.departments.footage.speakers.across_files import VoicePlace, Voices
from answerprint.departments.footage.speakers.heard import HeardSpeakers
from answerprint.departments.footage.steps import ListenStep, ProbeStep, VoiceStep
from answerprint.departments.footage.steps.speakers import (
    SoundsStep,
    SpeakersHeardStep,
    SpeakersStep,
    VoicesStep,
)
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.graph import Collected, Graph, Media
from answerprint.engine.report import Report
from answerprint.engine.run import run_graph
from answerprint.engine.step import Context, Inputs, Step
from answerprint.formats.screenplays.model import Line
from answerprint.media.wave_writing import write_wave
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore, hash_file


@dataclass(frozen=True)
class Script(Step):
    """Readings as if the recogniser had heard the second speaker say BEN's line."""

    start: int
    end: int

    name: ClassVar[str] = "made_readings"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media",)
    writes: ClassVar[tuple[str, ...]] = ("readings", "lines")

    def run(self, inputs: Inputs, context: Context) -> None:
        marks = (
            Annotation(start=self.start, end=self.end, label="ben-1"),
            Annotation(start=0, end=9, label=""),
        )
        track = Track(asset=context.subject, name="readings.1", rate=Fraction(RATE), annotations=marks)
        context.write_track("readings", track)
        line = Line(key="ben-1", scene="1", number=1, character="BEN", text="Jump.", source_line=1)
        context.write_record("lines", (line,))


@pytest.fixture(scope="module")
def ran(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Report, list[str], list[Any]]]:
    folder = tmp_path_factory.mktemp("speakers")
    voices = utterances(list((shared_data / "voices").glob("*.flac")))
    talk = converse({name: voices[name] for name in ("1998", "2033")}, 3)
    first, second = folder / "talk.wav", folder / "music.wav"
    write_wave(first, talk.samples[:, None], RATE)
    write_wave(second, music(6, 1)[:, None], RATE)
    (folder / ".answerprint").mkdir()
    graph, heard, assets = Graph(), {}, []
    other = max(set(who for *_, who in talk.truth) - {talk.truth[0][2]})
    start, end = next((a, b) for a, b, who in talk.truth if who == other and b - a > RATE)
    nodes = {}
    for path in (first, second):
        asset = hash_file(path)
        assets.append(asset)
        media = Media(asset, path)
        probe = graph.add(ProbeStep(wave_rate=Fraction(25)), asset, media=media)["probe"]
        listen = graph.add(ListenStep(), asset, media=media, probe=probe)
        inputs = {"sound": listen["sound"], "listening": listen["listening"]}
        inputs["voice"] = graph.add(VoiceStep(asset=asset), asset, **inputs)["voice"]
        graph.add(SoundsStep(asset=asset), asset, **inputs)
        heard[asset] = graph.add(SpeakersHeardStep(), asset, **inputs)["speakers_heard"]
        nodes[asset] = media
    named = (VoicePlace(asset=assets[0], tick=talk.truth[0][0] + 800, name="ANNA"),)
    together = graph.add(VoicesStep(named=named), "production", speakers_heard=Collected(heard))["voices"]
    script = graph.add(Script(start, end), assets[0], media=nodes[assets[0]])
    for asset in assets:
        more = {"readings": script["readings"], "lines": script["lines"]} if asset == assets[0] else {}
        graph.add(SpeakersStep(asset=asset), asset, speakers_heard=heard[asset], voices=together, **more)
    with Catalogue(folder / ".answerprint" / "catalogue.db") as catalogue:
        objects = ObjectStore(folder / ".answerprint")
        report = run_graph(graph, catalogue=catalogue, objects=objects, executor=SerialExecutor())
        yield report, assets, talk.truth


def track_of(report: Report, node: str, name: str) -> Track:
    track = report.track(node, name)
    assert isinstance(track, Track)
    return track


def test_the_track_holds_both_people_by_name(ran: tuple[Report, list[str], list[Any]]) -> None:
    report, (talk, _), truth = ran
    track = track_of(report, f"speakers:{talk}", "speakers")
    assert track.rate == RATE
    # ANNA by a person, BEN by the line he says.
    assert {one.label for one in track.annotations} == {"ANNA", "BEN"}
    assert len({one.value["voice"] for one in track.annotations}) == 2
    assert abs(track.annotations[0].start - truth[0][0]) < RATE // 4
    assert track.annotations[0].label == "ANNA"


def test_music_has_no_speaker_and_a_track_of_its_own(ran: tuple[Report, list[str], list[Any]]) -> None:
    report, (talk, tune), _ = ran
    (heard,) = track_of(report, f"sounds:{tune}", "sounds").annotations
    assert heard.label == "music"
    assert {one.label for one in track_of(report, f"sounds:{talk}", "sounds").annotations} <= {"silence"}


def test_what_was_heard_and_who_is_who_are_records(ran: tuple[Report, list[str], list[Any]]) -> None:
    report, (talk, _), _ = ran
    heard = report.record(f"speakers_heard:{talk}", "speakers_heard", HeardSpeakers)
    assert heard.backend == "classical"
    assert len(heard.voices) == 2
    voices = report.record("voices:production", "voices", Voices)
    assert list(voices.names.values()) == ["ANNA"]
    assert np.unique(voices.ids[talk]).size == 2
