"""The deep pass: every analyser that is due over every asset, through one decode of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from answerprint.core.logged import Slate
from answerprint.core.records import Asset
from answerprint.departments.footage.faces.places import PeopleFile, read_people
from answerprint.departments.footage.steps import (
    MEDIAPIPE_FACES,
    SILERO,
    ClapStep,
    DetailStep,
    FacesSeenStep,
    InspectStep,
    ListenStep,
    LooksStep,
    ShotsStep,
    SightsStep,
    SlatesStep,
    SoundsStep,
    SpeakersHeardStep,
    VoiceStep,
)
from answerprint.departments.footage.steps.slates import RAPIDOCR
from answerprint.departments.footage.steps.speakers import ENCODER, SEGMENTATION
from answerprint.engine.graph import Graph, Media, Reference, Stored, Value
from answerprint.formats.screenplays.model import Screenplay
from answerprint.models.shelf import Shelf
from answerprint.pipeline.making import Making


def deep_pass(
    making: Making,
    wanted: Sequence[str] = (),
    *,
    everything: bool = False,
    slates: Mapping[str, Slate] | None = None,
    screenplay: Screenplay | None = None,
) -> None:
    """Write the tracks of every asset. wanted: asset ids in the order to take them; the rest follow.

    The cut needs damage, shots, looks, voices and claps. everything: what is searched and browsed as well,
    in the same decode; slates are what the logs say of each clip, the screenplay's scenes what may stand on
    a slate.
    """
    graph = Graph()
    silero = model_digest(SILERO)
    # One step for all files: the part of a key that is the step's is then made once.
    inspect, shots, looks, listen = InspectStep(), ShotsStep(), LooksStep(), ListenStep()
    more = _More.of(making, slates or {}, screenplay) if everything else None
    for id in dict.fromkeys((*wanted, *making.assets)):
        asset = making.assets[id]
        if asset.kind in ("raw", "sidecar"):
            continue
        media, probe = Media(id, making.paths[id]), _probe(making, id)
        graph.add(inspect, id, media=media, probe=probe)
        if asset.stream("video") is not None:
            graph.add(shots, id, media=media)
            graph.add(looks, id, media=media)
        claps: Mapping[str, Reference] = {}
        if asset.stream("audio") is not None:
            heard = graph.add(listen, id, media=media, probe=probe)
            inputs = {"sound": heard["sound"], "listening": heard["listening"]}
            voice = graph.add(VoiceStep(asset=id, silero=silero), id, **inputs)
            clap = graph.add(ClapStep(asset=id), id, voice=voice["voice"], **inputs)
            claps = {"claps": clap["claps"]}
            if more is not None:
                graph.add(more.speakers, id, voice=voice["voice"], **inputs)
                graph.add(SoundsStep(asset=id), id, voice=voice["voice"], **inputs)
        if more is not None and asset.stream("video") is not None:
            more.see(graph, asset, media, probe, claps)
    making.run(graph)


def listen(making: Making) -> None:
    """The sound of every asset alone, as the deep pass hears it too."""
    graph = Graph()
    step = ListenStep()
    for id, asset in making.assets.items():
        if asset.stream("audio") is not None and asset.kind not in ("raw", "sidecar"):
            graph.add(step, id, media=Media(id, making.paths[id]), probe=_probe(making, id))
    making.run(graph)


def model_digest(name: str) -> str:
    """The digest of a model where it is fetched, else nothing: the classical back end does the work."""
    shelf = Shelf()
    return shelf.digest(name) if shelf.fetched(name) else ""


@dataclass(frozen=True)
class _More:
    """The analysers of what is searched and browsed, made once for all files."""

    speakers: SpeakersHeardStep
    faces: str  # the digest of the face models; empty where they are absent or nobody consented
    people: PeopleFile
    slates: Mapping[str, Slate]
    scenes: tuple[str, ...]
    rapidocr: str  # the digest of the second reader of slates; empty where it is absent

    @classmethod
    def of(cls, making: Making, slates: Mapping[str, Slate], screenplay: Screenplay | None) -> _More:
        consent = making.production.settings.consent.faces
        return cls(
            speakers=SpeakersHeardStep(
                segmentation=model_digest(SEGMENTATION), encoder=model_digest(ENCODER)
            ),
            faces=model_digest(MEDIAPIPE_FACES) if consent else "",
            people=read_people(making.production.root),
            slates=slates,
            scenes=tuple(one.number for one in screenplay.scenes if one.number) if screenplay else (),
            rapidocr=model_digest(RAPIDOCR),
        )

    def see(
        self, graph: Graph, asset: Asset, media: Media, probe: Stored, claps: Mapping[str, Reference]
    ) -> None:
        graph.add(DetailStep(), asset.id, media=media, probe=probe)
        graph.add(SightsStep(), asset.id, media=media, probe=probe)
        logged = self.slates.get(asset.id)
        told = {"logged": Value(msgspec.structs.replace(logged, notes=""))} if logged is not None else {}
        graph.add(
            SlatesStep(asset=asset.id, rapidocr=self.rapidocr, scenes=self.scenes),
            asset.id,
            media=media,
            probe=probe,
            **claps,
            **told,
        )
        if self.faces:
            withheld = tuple(one for one in self.people.withheld if one.asset == asset.id)
            step = FacesSeenStep(consent=True, models=self.faces, withheld=withheld)
            graph.add(step, asset.id, media=media, probe=probe)


def _probe(making: Making, id: str) -> Stored:
    probe = making.stored("probe", id, "probe")
    assert probe is not None  # an asset exists only where its probe does
    return probe
