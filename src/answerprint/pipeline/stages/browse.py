"""Browse: what is known of files together: alike shots, people, voices, passages and their meaning."""

from __future__ import annotations

import msgspec

from answerprint.core.encoding import from_json
from answerprint.core.logged import SyncMap
from answerprint.departments.footage.faces.places import read_people
from answerprint.departments.footage.search.answering import Means
from answerprint.departments.footage.search.in_production import gather_meanings
from answerprint.departments.footage.search.meaning import MINILM, sentence_model
from answerprint.departments.footage.speakers.across_files import VoicePlace, Voices
from answerprint.departments.footage.steps import (
    AlikeStep,
    FacesStep,
    MeaningStep,
    ShotLooksStep,
    SpeakersStep,
    TranscriptStep,
    VoicesStep,
)
from answerprint.engine.graph import Collected, Graph, Media, Reference, Value
from answerprint.formats.screenplays.model import Screenplay
from answerprint.pipeline.making import Making
from answerprint.pipeline.stages.deep import model_digest


def browse(making: Making, screenplay: Screenplay | None, matches: SyncMap) -> None:
    """Write the tracks that search and bins read beyond those of the deep pass."""
    _see(making)
    _hear(making, screenplay, matches)
    _mean(making)


def _see(making: Making) -> None:
    """Faces first, where there is consent: shot scale is read off them."""
    people = read_people(making.production.root)
    graph = Graph()
    for id in making.assets:
        seen, shots = making.stored("faces_seen", id, "faces_seen"), making.stored("shots", id, "shots")
        if seen is not None and shots is not None:
            named = tuple(one for one in people.named if one.asset == id)
            graph.add(FacesStep(asset=id, consent=True, named=named), id, faces_seen=seen, shots=shots)
    making.run(graph)
    graph = Graph()
    for id in making.assets:
        shots, detail, sights = (making.stored(step, id, step) for step in ("shots", "detail", "sights"))
        if shots is None or detail is None or sights is None:
            continue
        inputs: dict[str, Reference] = {"shots": shots, "detail": detail, "sights": sights}
        faces = making.stored("faces", id, "faces")
        if faces is not None:
            inputs |= {"faces": faces, "media": Media(id, making.paths[id])}
        graph.add(ShotLooksStep(asset=id), id, **inputs)
    making.run(graph)
    prints = making.collected("shot_looks", "fingerprints")
    if prints:
        graph = Graph()
        graph.add(AlikeStep(), "production", fingerprints=Collected(prints))
        making.run(graph)


def _hear(making: Making, screenplay: Screenplay | None, matches: SyncMap) -> None:
    """Voices over all files, speakers with their names, and what is said as passages."""
    heard = making.collected("speakers_heard", "speakers_heard")
    graph = Graph()
    voices = None
    if heard:
        voices = graph.add(VoicesStep(known=_known(making)), "production", speakers_heard=Collected(heard))
    lines = Value(screenplay.lines()) if screenplay is not None else None
    by_picture = {match.picture: match for match in matches.matches}
    for id in making.assets:
        readings = making.stored("readings", id, "readings")
        known: dict[str, Reference] = {}
        if readings is not None and lines is not None:
            known = {"readings": readings, "lines": lines}
        if id in heard and voices is not None:
            graph.add(SpeakersStep(asset=id), id, speakers_heard=heard[id], voices=voices["voices"], **known)
        match = by_picture.get(id)
        source = match.sound if match is not None else id
        sound, listening = (making.stored("listen", source, one) for one in ("sound", "listening"))
        voice = making.stored("voice", source, "voice")
        if not known or sound is None or listening is None or voice is None:
            continue
        inputs: dict[str, Reference] = {"sound": sound, "listening": listening, "voice": voice, **known}
        if match is not None:
            inputs["match"] = Value(msgspec.structs.replace(match, evidence={}))
        graph.add(TranscriptStep(asset=id), id, **inputs)
    making.run(graph)


def _known(making: Making) -> tuple[VoicePlace, ...]:
    """Where voices were in the record before, so that they keep their ids."""
    digest = making.catalogue.newest_outputs("voices", "voices").get("production")
    if digest is None or not making.objects.has(digest):
        return ()
    return from_json(making.objects.read(digest), Voices).places


def _mean(making: Making) -> None:
    """Vectors of what is said, where MiniLM is fetched."""
    minilm = model_digest(MINILM)
    if not minilm:
        return
    graph = Graph()
    for id in making.assets:
        said = {
            name: found
            for name in MeaningStep.optional
            if (found := making.stored(name, id, name)) is not None
        }
        if said:
            graph.add(MeaningStep(asset=id, minilm=minilm), id, **said)
    making.run(graph)
    state = making.production.state_dir
    gather_meanings(state, making.catalogue, making.objects, Means(sentences=sentence_model()[0]))
