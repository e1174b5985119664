"""The main job: from a screenplay and a folder of rushes to the answer print, stage by stage."""

from __future__ import annotations

from answerprint.core.logged import Slate, SyncMap
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.needs import needs_of
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.stages.align import align, read_script, read_slates
from answerprint.pipeline.stages.cut import cut
from answerprint.pipeline.stages.log import log
from answerprint.pipeline.stages.picture import grade
from answerprint.pipeline.stages.render import render
from answerprint.pipeline.stages.report import report
from answerprint.pipeline.stages.sound import mix
from answerprint.pipeline.stages.subtitles import subtitle
from answerprint.pipeline.stages.sync import sync
from answerprint.pipeline.summary import FailedStep, Steps, Summary, VersionSummary
from answerprint.store.decisions import export_decisions
from answerprint.store.production import Production, free_space_check

STAGES = ("log", "sync", "align", "cut", "sound", "subtitles", "picture", "render", "report")
ROOM_A_SOURCE_BYTE = 0.1  # objects written for each byte of rushes, measured generously
LEAST_ROOM = 200 << 20  # bytes


def make_answer_print(
    production: Production,
    *,
    until: str = "report",
    workers: int | None = None,
    listener: Listener | None = None,
) -> Summary:
    """Run the stages up to one. Returns what was made, what ran, and what needs a person.

    workers: None takes the production's setting, 0 runs everything in this process. Raises StoreError when
    the production is in use or its disk is full; what was finished until then is kept.
    """
    with opened(production, workers=workers, listener=listener, import_answers=True) as making:
        summary = _stages(making, until)
        export_decisions(production, making.catalogue)
        # A make that stops early says nothing of the stages it did not come to.
        making.catalogue.forget_jobs(
            making.nodes.keys(), None if until == STAGES[-1] else {*making.nodes.values()}
        )
    return summary


def _stages(making: Making, until: str) -> Summary:
    wanted = STAGES[: STAGES.index(until) + 1]
    matches = SyncMap()
    slates: dict[str, Slate] = {}
    making.begins("log")
    log(making)
    free_space_check(making.production.state_dir, _room(making))
    if "sync" in wanted:
        making.begins("sync")
        matches = sync(making)
    screenplay = None
    if "align" in wanted:
        making.begins("align")
        screenplay = read_script(making)
        slates = read_slates(making)
        if screenplay is not None:
            align(making, screenplay, matches)
    if "cut" not in wanted:
        return _summary(making, until)
    making.begins("cut")
    assembly = cut(making, screenplay, slates, matches)
    made = Film(assembly=assembly, matches=matches, slates=slates, screenplay=screenplay)
    if "sound" in wanted:
        making.begins("sound")
        mix(making, made)
    if "subtitles" in wanted:
        making.begins("subtitles")
        subtitle(making, made)
    if "picture" in wanted:
        making.begins("picture")
        grade(making, made)
    if "render" in wanted:
        making.begins("render")
        render(making, made)
    if "report" not in wanted:
        return _summary(making, until, needs=needs_of(making, made))
    making.begins("report")
    version, outputs, new = report(making, made)
    return _summary(making, until, version, outputs, new, needs_of(making, made))


def _summary(
    making: Making,
    stage: str,
    version: VersionSummary | None = None,
    outputs: dict[str, str] | None = None,
    new: bool = False,
    needs: tuple[str, ...] | None = None,
) -> Summary:
    failed = tuple(
        FailedStep(step=one.step, subject=one.subject, file=one.name, code=one.code, reason=one.reason)
        for one in making.set_aside
    )
    return Summary(
        stage=stage,
        outputs=outputs or {},
        version=version,
        steps=Steps(ran=len(making.ran), reused=len(making.reused), failed=failed),
        ran=tuple(making.ran),
        new_version=new,
        needs=needs if needs is not None else needs_of(making, None),
    )


def _room(making: Making) -> int:
    """Bytes that must be free before long work. An unchanged production asks for the least only."""
    size = sum(asset.size for asset in making.assets.values())
    return LEAST_ROOM + (int(size * ROOM_A_SOURCE_BYTE) if making.ran else 0)
