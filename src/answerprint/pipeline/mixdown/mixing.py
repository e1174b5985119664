"""A timeline mixed: planned, its stems made and ridden, brought to each delivery's level, and measured."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from answerprint.core.cut import Cut
from answerprint.departments.sound.mixing import RATE
from answerprint.departments.sound.stems.ducking import break_points, rides
from answerprint.formats.timelines.comparing import media_name
from answerprint.formats.timelines.files import read_timeline
from answerprint.formats.timelines.model import TimelineFile
from answerprint.pipeline.mixdown.handover import hand_over
from answerprint.pipeline.mixdown.papers import write_papers
from answerprint.pipeline.mixdown.planning import Asked, plan_mix
from answerprint.pipeline.mixdown.prints import print_profile
from answerprint.pipeline.mixdown.records import Mixed, told
from answerprint.pipeline.mixdown.runs import Run, Unheard, runs_of
from answerprint.pipeline.mixdown.stems import make_stems
from answerprint.pipeline.rendering import found_media
from answerprint.store.disk import coded_writing

Tell = Callable[[str, float], None]


def mix_timeline(file: Path, out: Path, asked: Asked, *, dry_run: bool = False, tell: Tell) -> Mixed:
    """Mixes a timeline into a folder, whole or not at all; a run that broke off is gone on with.

    Raises UsageError AP-USE-710 and 711, MediaError AP-MEDIA-019 for a silent mix, and what reading the
    timeline and its media raises.
    """
    found = read_timeline(file, asked.rate)
    found = msgspec.structs.replace(found, cut=_told_apart(found.cut))
    paths = found_media(found.media, file.parent, asked.media)
    runs, unheard = _sound_in(found, paths)
    work = out.with_name(f".{out.name}.parts")
    with coded_writing(out):
        work.mkdir(parents=True, exist_ok=True)
        plan = plan_mix(found.cut, runs, unheard, paths, asked, work, lambda done: tell("listening", done))
        made = make_stems(plan, asked, work, lambda done: tell("mixing stems", done))
        ridden = rides(made.energies["dialogue"], made.energies["music"], made.spoken, asked.duck)
        mixed = told(file.name, plan, made, ridden, asked)
        if not dry_run:
            whole = _emptied(work / "whole")
            points = break_points(ridden, made.samples / RATE)
            deliveries = tuple(
                print_profile(name, plan.cut, made, points, asked.layout, whole, work, out.name, tell)
                for name in asked.profiles
            )
            handed = hand_over(plan, made, found.media, paths, deliveries[0], asked.layout, out, whole)
            mixed = msgspec.structs.replace(mixed, out=str(out), deliveries=deliveries, handed=handed)
            write_papers(mixed, plan, made, points, whole / out.name)
            if out.exists():
                shutil.rmtree(out)
            whole.rename(out)
        shutil.rmtree(work, ignore_errors=True)
    return mixed


def _told_apart(cut: Cut) -> Cut:
    """The cut with a name of its own for every sound track: files call them all alike, or nothing."""
    names = [track.name for track in cut.tracks_of("audio")]
    tracks, number = [], 0
    for track in cut.tracks:
        if track.kind == "audio":
            number += 1
            if not track.name or names.count(track.name) > 1:
                track = msgspec.structs.replace(track, name=f"{track.name or 'A'} {number}")
        tracks.append(track)
    return msgspec.structs.replace(cut, tracks=tuple(tracks))


def _sound_in(found: TimelineFile, paths: Mapping[str, Path]) -> tuple[list[Run], list[Unheard]]:
    """What can be heard of a timeline, and what cannot."""
    names = {asset: media_name(link, asset) for asset, link in found.media.items()}
    runs, unheard = runs_of(found.cut, names)
    for run in runs:
        if run.asset not in paths:
            unheard.append(Unheard(run.track, run.edit[0], run.name, "its file is not found: name --media"))
    return [run for run in runs if run.asset in paths], unheard


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
