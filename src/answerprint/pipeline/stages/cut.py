"""Cut: readings compared, chosen and laid out, honouring every decision."""

from __future__ import annotations

from answerprint.core.errors import EngineError
from answerprint.core.logged import Slate, SyncMap
from answerprint.core.timecode import parse_rate, parse_timecode
from answerprint.departments.editorial.layout import Assembly, CutSettings
from answerprint.departments.editorial.matrix import TakeMatrix
from answerprint.departments.editorial.steps import AssembleStep, Brief, TakesStep
from answerprint.departments.editorial.styles import style_named
from answerprint.engine.graph import Collected, Graph, Reference, Value
from answerprint.formats.screenplays.model import Screenplay
from answerprint.pipeline.making import Making, keyed
from answerprint.store.settings import Settings


def cut(
    making: Making, screenplay: Screenplay | None, slates: dict[str, Slate], matches: SyncMap
) -> Assembly:
    """The assembly: the cut, its slots and proposals, what is missing and what was left out."""
    graph = Graph()
    inputs = _gathered(making, slates, matches)
    script = {"screenplay": Value(screenplay)} if screenplay is not None else {}
    node = graph.add(AssembleStep(), "cut", **inputs, **script)
    report = making.run(graph)
    if not report[node].there:
        raise EngineError(report[node].code, f"the cut could not be assembled: {report[node].reason}")
    made = report.record(node, "assembly", Assembly)
    making.catalogue.put_proposals({"take": made.proposals})
    making.catalogue.put_findings("cut", made.findings)
    return made


def takes(making: Making, screenplay: Screenplay, slates: dict[str, Slate], matches: SyncMap) -> TakeMatrix:
    """Every reading of every line, take by take."""
    graph = Graph()
    inputs = _gathered(making, slates, matches)
    wanted = {*TakesStep.reads, *TakesStep.optional}
    kept = {name: one for name, one in inputs.items() if name in wanted}
    node = graph.add(TakesStep(), "takes", screenplay=Value(screenplay), **kept)
    report = making.run(graph)
    if not report[node].there:
        raise EngineError(report[node].code, f"the takes could not be compared: {report[node].reason}")
    return report.record(node, "matrix", TakeMatrix)


def _gathered(making: Making, slates: dict[str, Slate], matches: SyncMap) -> dict[str, Reference]:
    """What editorial reads of every asset."""
    inputs: dict[str, Reference] = {
        name: Collected(making.collected(step, output))
        for name, step, output in (
            ("frames", "inspect", "frames"),
            ("inspection", "inspect", "inspection"),
            ("readings", "readings", "readings"),
            ("words", "readings", "words"),
            ("voice", "voice", "voice"),
            ("looks", "looks", "looks"),
            ("shots", "shots", "shots"),
            ("claps", "claps", "claps"),
            ("listening", "listen", "listening"),
        )
    }
    for name in ("shot_looks", "faces"):  # written by `log`; a make on its own has none
        seen = {
            id: Value(track)
            for id in making.assets
            if (track := making.catalogue.current_track(id, f"{name}.1")) is not None
        }
        if seen:
            inputs[name] = Collected(seen)
    brief = Brief(
        assets=tuple(keyed(one) for one in making.assets.values()),
        slates=slates,
        settings=cut_settings(making.production.settings),
        decisions=making.decisions,
    )
    return {**inputs, "brief": Value(brief), "sync": Value(matches)}


def cut_settings(settings: Settings) -> CutSettings:
    """What production.toml settles about the cut. Raises UsageError AP-USE-530 for a style that is none."""
    rate = parse_rate(settings.picture.rate)
    width, height = (int(each) for each in settings.picture.raster.split("x"))
    drop = settings.picture.drop_frame
    style_named(settings.editorial.style)  # refused here, not in a step
    return CutSettings(
        name=settings.production.name,
        rate=rate,
        drop=drop,
        start_frame=parse_timecode(settings.picture.start_timecode, rate, drop=drop),
        width=width,
        height=height,
        handles=settings.editorial.handles,
        weights=dict(settings.editorial.weights),
        style=settings.editorial.style,
        target=settings.editorial.target_frames(rate),
        taste=settings.editorial.taste,
    )
