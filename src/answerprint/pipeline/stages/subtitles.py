"""Subtitles: what is said in the cut, timed by its words, worded as the script has it."""

from __future__ import annotations

from answerprint.core.cut import visible
from answerprint.core.findings import Finding
from answerprint.departments.release.steps import SubtitleBrief, SubtitledSlot, SubtitleStep
from answerprint.departments.release.subtitles import Subtitles
from answerprint.engine.graph import Collected, Graph, Value
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making

SRT, VTT = "rough-cut.srt", "rough-cut.vtt"


def subtitle(making: Making, film: Film) -> None:
    """Add the subtitle files. Without a screenplay nothing tells what is said, and the files say so."""
    cut = film.assembly.cut
    slots = tuple(
        SubtitledSlot(
            line=slot.line,
            speaker=slot.speaker,
            text=slot.text,
            asset=slot.asset,
            source=slot.source,
            record=slot.record,
        )
        for slot in film.assembly.slots
        if slot.line is not None
    )
    shots = tuple(sorted({first for first, _, _ in visible(cut)} - {0}))
    graph = Graph()
    words = making.collected("readings", "words")
    node = graph.add(
        SubtitleStep(),
        "cut",
        brief=Value(SubtitleBrief(rate=cut.rate, frames=cut.frames, slots=slots, shots=shots)),
        words=Collected({slot.asset: words[slot.asset] for slot in slots if slot.asset in words}),
    )
    report = making.run(graph)
    film.files[SRT] = making.kept("subtitles", "cut", "srt")
    film.files[VTT] = making.kept("subtitles", "cut", "vtt")
    film.subtitles = report.record(node, "cues", Subtitles)
    if film.screenplay is None:
        making.findings.append(
            Finding(
                code="subtitles.none",
                message="the subtitle files are empty: without a screenplay, what is said is not known here",
                severity="note",
                subject="production",
            )
        )
