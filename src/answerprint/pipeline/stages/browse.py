"""Browse: what is known of files together: alike shots, people, voices, passages and their meaning."""

from __future__ import annotations

import msgspec

from answerprint.core.encoding import from_json
from answerprint.core.findings import Finding
from answerprint.core.logged import SyncMap
from answerprint.departments.footage.faces.places import read_people
from answerprint.departments.footage.search.answering import Means
from answerprint.departments.footage.search.in_production import gather_meanings
from answerprint.departments.footage.search.meaning import MINILM, sentence_model
from answerprint.departments.footage.speakers.across_files import VoicePlace, Voices
from answerprint.departments.footage.speakers.places import read_voices
from answerprint.departments.footage.steps import (
    AlikeStep,
    FacesStep,
    MeaningStep,
    ReadTranscriptStep,
    ShotLooksStep,
    SpeakersStep,
    TranscriptStep,
    VoicesStep,
)
from answerprint.engine.graph import Collected, Graph, Media, Reference, Stored, Value
from answerprint.formats.screenplays.model import Screenplay
from answerprint.pipeline.bringing import PAPER_SUFFIXES, TRANSCRIPT_SUFFIXES
from answerprint.pipeline.making import Making
from answerprint.pipeline.stages.align import PAPERS, recognised, stem_of
from answerprint.pipeline.stages.deep import model_digest
from answerprint.pipeline.stages.scan import inputs_of, known_hashes
from answerprint.store.production import display_name

TRANSCRIPTS = TRANSCRIPT_SUFFIXES | PAPER_SUFFIXES - frozenset(PAPERS)


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
        step = VoicesStep(named=read_voices(making.production.root), known=_known(making))
        voices = graph.add(step, "production", speakers_heard=Collected(heard))
    lines = Value(screenplay.lines()) if screenplay is not None else None
    imported = _imported(making)
    by_picture = {match.picture: match for match in matches.matches}
    beside = {match.sound for match in matches.matches}  # heard with their pictures
    for id in making.assets:
        readings = making.stored("readings", id, "readings")
        known: dict[str, Reference] = {}
        if readings is not None and lines is not None:
            known = {"readings": readings, "lines": lines}
        if id in heard and voices is not None:
            graph.add(SpeakersStep(asset=id), id, speakers_heard=heard[id], voices=voices["voices"], **known)
        if id in imported:
            known["imported"] = imported[id]
        match = by_picture.get(id)
        source = match.sound if match is not None else id
        sound, listening = (making.stored("listen", source, one) for one in ("sound", "listening"))
        voice = making.stored("voice", source, "voice")
        if sound is None or listening is None or voice is None:
            continue
        if not known and (id in beside or not recognised(making)):
            continue
        inputs: dict[str, Reference] = {"sound": sound, "listening": listening, "voice": voice, **known}
        if match is not None:
            inputs["match"] = Value(msgspec.structs.replace(match, evidence={}))
        graph.add(TranscriptStep(asset=id), id, **inputs)
    making.run(graph)


def _imported(making: Making) -> dict[str, Stored]:
    """Transcripts that were brought, by the asset whose name they bear."""
    files = [one for one in inputs_of(making, ("script",)) if one.suffix.casefold() in TRANSCRIPTS]
    by_stem = {stem_of(asset.name): id for id, asset in making.assets.items()}
    graph = Graph()
    read: dict[str, str] = {}
    for path, digest in known_hashes(making, files).items():
        asset = by_stem.get(stem_of(path.name))
        if asset is None:
            making.findings.append(
                Finding(
                    code="transcript.unknown_clip",
                    message=f"{display_name(path.name)} bears the name of no clip: it is not used",
                    severity="warning",
                    subject=digest,
                )
            )
        elif digest not in read:
            graph.add(ReadTranscriptStep(), digest, media=Media(digest, path))
            read[digest] = asset
    making.run(graph)
    stored = {asset: making.stored("read_transcript", digest, "imported") for digest, asset in read.items()}
    return {asset: one for asset, one in stored.items() if one is not None}


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
