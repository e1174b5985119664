"""Align: what is said in every clip, held against the lines of the screenplay."""

from __future__ import annotations

import msgspec

from answerprint.core.findings import Evidence, Finding
from answerprint.core.logged import Slate, SyncMap
from answerprint.departments.footage.steps import ReadingsStep
from answerprint.departments.script.steps import ReadLogStep, ReadScreenplayStep, ScriptLog
from answerprint.engine.graph import Graph, Media, Reference, Value
from answerprint.formats.screenplays.model import Screenplay
from answerprint.pipeline.making import Making
from answerprint.pipeline.stages.scan import inputs_of, known_hashes
from answerprint.store.production import display_name

SCREENPLAYS = (".fountain", ".spmd", ".fdx", ".fadein", ".osf")
PAPERS = (".pdf", ".txt")  # may be anything kept beside a script: read where nothing better is there
RECOGNISED_LANGUAGES = ("en",)  # what the bundled recogniser speaks


def read_script(making: Making) -> Screenplay | None:
    """The production's screenplay, or None where there is none. Of several, the last by name is read; a PDF
    or plain text only where no screenplay program's own file is there."""
    there = inputs_of(making, ("script",))
    scripts = [path for path in there if path.suffix.casefold() in SCREENPLAYS]
    scripts = scripts or [path for path in there if path.suffix.casefold() in PAPERS]
    if not scripts:
        return None
    chosen = scripts[-1]
    name = display_name(chosen.name)
    if len(scripts) > 1:
        making.findings.append(
            Finding(
                code="script.several",
                message=f"{len(scripts)} screenplays: {name} is read, the last by name",
                severity="warning",
                subject=name,
            )
        )
    hashes = known_hashes(making, [chosen])
    if chosen not in hashes:
        return None
    graph = Graph()
    node = graph.add(ReadScreenplayStep(file=name), "screenplay", media=Media(hashes[chosen], chosen))
    report = making.run(graph)
    if not report[node].there:
        return None
    making.findings += report.record(node, "questions", tuple[Finding, ...])
    screenplay = report.record(node, "screenplay", Screenplay)
    return screenplay if screenplay.lines() else None


def read_slates(making: Making, *, quiet: bool = False) -> dict[str, Slate]:
    """What the script supervisor's logs say of each clip, by asset id. quiet: clips that a log names and
    nobody has are no finding, having been one already."""
    logs = [
        path for path in inputs_of(making, ("script",)) if path.suffix.casefold() in (".csv", ".tsv", ".ale")
    ]
    graph = Graph()
    hashes = known_hashes(making, logs)
    nodes = [graph.add(ReadLogStep(), digest, media=Media(digest, path)) for path, digest in hashes.items()]
    if not nodes:
        return {}
    report = making.run(graph)
    slates: dict[str, Slate] = {}
    by_stem = {stem_of(asset.name): id for id, asset in making.assets.items()}
    for node in nodes:
        if not report[node].there:
            continue
        for clip, slate in report.record(node, "log", ScriptLog).slates.items():
            if stem_of(clip) in by_stem:
                slates[by_stem[stem_of(clip)]] = slate
            elif not quiet:
                making.findings.append(
                    Finding(
                        code="log.unknown_clip",
                        message=f"the log names {clip}, which is not among the rushes",
                        severity="warning",
                        subject=clip,
                    )
                )
    return slates


def recognised(making: Making) -> bool:
    """Whether the bundled recogniser speaks the production's language."""
    return making.production.settings.production.language.split("-")[0] in RECOGNISED_LANGUAGES


def align(making: Making, screenplay: Screenplay, matches: SyncMap) -> None:
    """Write `readings.1` and `words.1` for every clip in which something is said."""
    language = making.production.settings.production.language
    if not recognised(making):
        making.findings.append(
            Finding(
                code="speech.language",
                message=f"no recogniser here understands {language!r} (only "
                f"{', '.join(RECOGNISED_LANGUAGES)}): lines are not aligned",
                severity="problem",
                subject="production",
                needs_a_person=True,
            )
        )
        return
    by_picture = {match.picture: match for match in matches.matches}
    graph = Graph()
    lines = Value(screenplay.lines())
    for id, asset in making.assets.items():
        if asset.kind != "picture":
            continue
        match = by_picture.get(id)
        heard = match.sound if match is not None else id
        sound = making.stored("listen", heard, "sound")
        listening = making.stored("listen", heard, "listening")
        voice = making.stored("voice", heard, "voice")
        if sound is None or listening is None or voice is None:
            continue
        inputs: dict[str, Reference] = {"sound": sound, "listening": listening, "voice": voice}
        if match is not None:
            inputs["match"] = Value(msgspec.structs.replace(match, evidence={}))
        graph.add(ReadingsStep(asset=id), id, lines=lines, **inputs)
    if not len(graph):
        making.findings.append(
            Finding(
                code="speech.none",
                message="no picture here has sound that could be held against the screenplay",
                severity="problem",
                subject="production",
                evidence=(Evidence(measure="files with sound", value=0.0),),
                needs_a_person=True,
            )
        )
        return
    making.run(graph)


def stem_of(name: str) -> str:
    """A file's name as logs and transcripts give it: without folders, suffix and capitals."""
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0].casefold()
