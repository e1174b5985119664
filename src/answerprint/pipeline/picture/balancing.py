"""Clips of one scene brought to one look: a hero's, or that of the clip nearest to the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from answerprint.core.cut import Cdl
from answerprint.core.errors import MediaError, UsageError
from answerprint.departments.picture.balancing import apart, appearance, middle_of
from answerprint.departments.picture.contact import Row, small
from answerprint.departments.picture.matching import match, view_of
from answerprint.departments.picture.operations import graded, operation
from answerprint.departments.picture.pairs import View
from answerprint.departments.picture.records import Appearance, Match, sure, told
from answerprint.departments.picture.spaces import GRADING, LINEAR_709, STILL, change
from answerprint.formats.colour.ccc import write_ccc
from answerprint.media.probe import probe
from answerprint.pipeline.picture.reels import Tell
from answerprint.pipeline.picture.sources import Codes, Source, frames_of, source_of

SIDEWAYS = 3  # neighbours that a clip is tried against where it has nothing in common with the hero
CAMERA_TAGS = ("camera", "make", "model", "serial")
_REEL = re.compile(r"^([A-Za-z])_?\d{3}")

Per = Literal["clip", "camera"]
Part = Literal["hero", "graded", "alike", "left", "unsure", "unreadable"]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One clip. camera: what its metadata says, else the letter of its reel. through: the clip that it was
    matched to, where that is not the hero. told: what was done, or why nothing."""

    file: Path
    camera: str
    part: Part
    told: str
    space: str = ""
    space_from: str = ""
    grade: Cdl = Cdl(space=GRADING)
    through: str = ""
    found: Match | None = None


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """The clips in the order in which they were given, and the hero's place among them. chosen: the machine
    chose it."""

    members: tuple[Member, ...]
    hero: int
    chosen: bool
    shown: tuple[tuple[Codes, Codes] | None, ...]  # a frame of each before and after, sRGB code values


class _Clip:
    def __init__(self, source: Source, camera: str, frames: list[Codes]) -> None:
        self.source, self.camera, self.frames = source, camera, frames
        self.views = [view_of(one, source.space, GRADING) for one in frames]
        to_linear = change(source.space, LINEAR_709)
        size = 128
        thumbs = [small(one, size) for one in frames]
        self.look: Appearance = appearance(
            np.concatenate([to_linear(np.nan_to_num(one)).reshape(-1, 3) for one in thumbs])
        )


def balance_files(
    files: Sequence[Path],
    *,
    hero: Path | None = None,
    leave: Sequence[Path] = (),
    per: Per = "clip",
    space: str | None = None,
    tell: Tell = lambda what, done: None,
) -> Balance:
    """The grades that bring clips of one scene to one look, in ACEScct.

    hero: one of them, or another file. leave: clips whose look is deliberate. per: a grade of its own for
    each clip, or one for all that a camera took. A file that cannot be read is named, and the rest is done.
    Raises UsageError AP-USE-870 for fewer than two clips that can be read, and as `source_of`.
    """
    everything = [*files, *([hero] if hero is not None and hero not in files else [])]
    clips: dict[Path, _Clip] = {}
    broken: dict[Path, str] = {}
    for number, file in enumerate(everything):
        tell("reading", number / len(everything))
        try:
            source = source_of(file, space)
            clips[file] = _Clip(source, camera_of(file), frames_of(source))
        except MediaError as error:
            broken[file] = f"{error.code}: {error.message}"
    if hero is not None and hero in broken:
        raise UsageError("AP-USE-870", f"the hero cannot be read: {broken[hero]}", file=str(hero))
    if len(clips) < 2:
        raise UsageError(
            "AP-USE-870", "fewer than two clips can be read", remedy="give the clips of a scene, two or more"
        )
    names = list(clips)
    place = names.index(hero) if hero is not None else _consensus(list(clips.values()))
    first = names[place]
    left = {one for one in leave if one != first}
    found = _matched(clips, first, left, per, tell)
    members = []
    for file in everything:
        if file in broken:
            members.append(Member(file=file, camera="", part="unreadable", told=broken[file]))
            continue
        members.append(_member(file, clips[file], first, found.get(file), file in left, hero is None))
    return Balance(
        members=tuple(members),
        hero=everything.index(first),
        chosen=hero is None,
        shown=tuple(_shown(clips.get(one.file), one.grade) for one in members),
    )


def camera_of(file: Path) -> str:
    """The camera that took a file: make and model as its metadata say, else the letter of its reel (A of
    A003C002), else nothing."""
    tags = dict(probe(file).tags)
    said = [
        value
        for key, value in sorted(tags.items())
        if key.casefold().rpartition(".")[2] in CAMERA_TAGS and value.strip()
    ]
    if said:
        return " ".join(dict.fromkeys(said))
    reel = _REEL.match(file.stem)
    return reel[1].upper() if reel else ""


def _consensus(clips: Sequence[_Clip]) -> int:
    return middle_of([one.look for one in clips], [1.0] * len(clips))


def _matched(
    clips: dict[Path, _Clip], hero: Path, left: set[Path], per: Per, tell: Tell
) -> dict[Path, tuple[Match, Path]]:
    """Of each clip that is neither hero nor left: its match, and the clip that it was made to."""
    wanted = [one for one in clips if one != hero and one not in left]
    found: dict[Path, tuple[Match, Path]] = {}
    groups: dict[str, list[Path]] = {}
    for one in wanted:
        camera = clips[one].camera
        groups.setdefault(camera if per == "camera" and camera else str(one), []).append(one)
    for number, group in enumerate(groups.values()):
        tell("matching", number / max(1, len(groups)))
        views = [view for one in group for view in clips[one].views]
        made = match(views, clips[hero].views)
        for one in group:
            found[one] = made, hero
    for one in wanted:
        if found[one][0].how != "places":
            found[one] = _sideways(clips, one, found) or found[one]
    tell("matching", 1.0)
    return found


def _sideways(
    clips: dict[Path, _Clip], file: Path, found: dict[Path, tuple[Match, Path]]
) -> tuple[Match, Path] | None:
    """A match to a clip that was matched itself, as it looks with its grade."""
    sure_ones = [one for one, (made, _) in found.items() if sure(made) or made.already]
    near = sorted(sure_ones, key=lambda one: apart(clips[one].look, clips[file].look))
    for other in near[:SIDEWAYS]:
        grade = found[other][0].grade
        looked = [
            View(graded(view.values.astype(np.float64), grade).astype(np.float32), view.usable)
            for view in clips[other].views
        ]
        made = match(clips[file].views, looked)
        if made.how == "places":
            return made, other
    return None


def _member(
    file: Path, clip: _Clip, hero: Path, found: tuple[Match, Path] | None, left: bool, chosen: bool
) -> Member:
    part: Part
    grade, through = Cdl(space=GRADING), ""
    if file == hero:
        part, said = "hero", "the hero" + (": it stands nearest to the others" if chosen else ", as told")
    elif left or found is None:
        part, said = "left", "left alone: its look is deliberate"
    else:
        made, other = found
        through = other.name if other != hero else ""
        said = told(made)
        if sure(made):
            part, grade = "graded", msgspec.structs.replace(made.grade, space=GRADING)
        else:
            part = "alike" if made.how == "places" and made.already else "unsure"
    return Member(
        file=file,
        camera=clip.camera,
        part=part,
        told=said,
        space=clip.source.space,
        space_from=clip.source.said,
        grade=grade,
        through=through,
        found=found[0] if found is not None else None,
    )


def _shown(clip: _Clip | None, grade: Cdl) -> tuple[Codes, Codes] | None:
    if clip is None:
        return None
    frame = small(clip.frames[len(clip.frames) // 2], 400)
    to_screen = change(clip.source.space, STILL)
    return to_screen(frame), to_screen(operation(clip.source.space, grade, GRADING)(frame))


def collection(made: Balance) -> bytes:
    """The grades of all clips as a .ccc, by their file names without suffix."""
    kept = [one for one in made.members if one.part != "unreadable"]
    return write_ccc(
        {one.file.stem: one.grade for one in kept},
        description=f"to the look of {made.members[made.hero].file.name}",
        notes={one.file.stem: one.part for one in kept},
    )


def rows(made: Balance) -> list[Row]:
    """The contact sheet's rows: hero first, then each clip before and after."""
    found: list[Row] = []
    order = sorted(range(len(made.members)), key=lambda place: place != made.hero)
    for place in order:
        member, pair = made.members[place], made.shown[place]
        if pair is None:
            continue
        pictures = [("before", pair[0])]
        if member.part == "graded":
            pictures.append(("after", pair[1]))
        elif member.part == "hero":
            pictures = [("hero", pair[0])]
        found.append((f"{member.file.name}: {member.told}", pictures))
    return found
