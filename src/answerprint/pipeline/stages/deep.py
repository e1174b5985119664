"""The deep pass: every analyser over every asset, through one decode of each."""

from __future__ import annotations

from collections.abc import Sequence

from answerprint.departments.footage.steps import (
    SILERO,
    ClapStep,
    InspectStep,
    ListenStep,
    LooksStep,
    ShotsStep,
    VoiceStep,
)
from answerprint.engine.graph import Graph, Media
from answerprint.models.shelf import Shelf
from answerprint.pipeline.making import Making


def deep_pass(making: Making, wanted: Sequence[str] = ()) -> None:
    """Write the tracks of every asset. wanted: asset ids in the order to take them; the rest follow."""
    graph = Graph()
    silero = silero_digest()
    # One step for all files: the part of a key that is the step's is then made once.
    inspect, shots, looks, listen = InspectStep(), ShotsStep(), LooksStep(), ListenStep()
    for id in dict.fromkeys((*wanted, *making.assets)):
        asset = making.assets[id]
        if asset.kind in ("raw", "sidecar"):
            continue
        media = Media(id, making.paths[id])
        probe = making.stored("probe", id, "probe")
        assert probe is not None  # an asset exists only where its probe does
        graph.add(inspect, id, media=media, probe=probe)
        if asset.stream("video") is not None:
            graph.add(shots, id, media=media)
            graph.add(looks, id, media=media)
        if asset.stream("audio") is not None:
            heard = graph.add(listen, id, media=media, probe=probe)
            inputs = {"sound": heard["sound"], "listening": heard["listening"]}
            voice = graph.add(VoiceStep(asset=id, silero=silero), id, **inputs)
            graph.add(ClapStep(asset=id), id, voice=voice["voice"], **inputs)
    making.run(graph)


def listen(making: Making) -> None:
    """The sound of every asset alone, as the deep pass hears it too."""
    graph = Graph()
    step = ListenStep()
    for id, asset in making.assets.items():
        probe = making.stored("probe", id, "probe")
        if probe is not None and asset.stream("audio") is not None and asset.kind not in ("raw", "sidecar"):
            graph.add(step, id, media=Media(id, making.paths[id]), probe=probe)
    making.run(graph)


def silero_digest() -> str:
    """The digest of Silero VAD where it is fetched, else nothing: the classical back end hears voices."""
    shelf = Shelf()
    return shelf.digest(SILERO) if shelf.fetched(SILERO) else ""
