"""To the effects house: chosen shots by name, with handles, plates to look at, and lists."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from answerprint.core.cut import Cut, CutTrack
from answerprint.core.errors import UsageError
from answerprint.core.time import Time
from answerprint.departments.editorial.turnovers.pulls import (
    event_list,
    pulls_of,
    source_label,
    table,
    uses_of,
)
from answerprint.departments.editorial.turnovers.shots import (
    FIRST_FRAME,
    EffectsShot,
    chosen,
    code_of,
    named,
)
from answerprint.formats.timelines.model import frame_on_screen
from answerprint.media.decode import picture_at
from answerprint.media.display import display_of, upright
from answerprint.media.forms import PictureForm
from answerprint.media.probe import probe
from answerprint.media.stills import contact_sheet
from answerprint.pipeline.turnovers.guides import write_plate
from answerprint.pipeline.turnovers.handing import Desk
from answerprint.pipeline.turnovers.pulling import write_pulls

HANDLES = 8  # frames, where none are asked for
SHEET, COLUMNS, WIDTH = "shots.png", 4, 320


def fill(desk: Desk) -> None:
    """The chosen shots: lists, EDL, ALE, a plate of each with its frame numbers, a contact sheet."""
    source, cut = desk.source, desk.source.cut
    every = uses_of(cut, ["video"], source.extents, desk.handles)
    picked = chosen(every, desk.asked.shots, source.notes, source.labels)
    if not picked:
        raise UsageError(
            "AP-USE-575",
            "no shot of this version is marked for effects",
            remedy="name them: --shots 4,1.3; or bring in notes that say VFX (answerprint notes)",
        )
    shots = named(picked, source.scenes, desk.asked.code or code_of(cut.name))
    desk.uses = [one.use for one in shots]
    desk.write("shots.csv", _shot_list(shots, desk))
    desk.write("events.csv", event_list(desk.uses, cut, source.links, desk.handles))
    write_pulls(desk, pulls_of(desk.uses, cut.rate), cut)
    only = _only(cut, shots)
    desk.timeline(f"{desk.stem}-vfx.otio", only, source.links, ["video"])
    for track in only.tracks:
        alone = msgspec.structs.replace(only, tracks=(msgspec.structs.replace(track, name="V1"),))
        desk.timeline(f"{desk.stem}-vfx-{track.name}.edl", alone, source.links, ["video"])
    (desk.folder / "plates").mkdir()
    for place, shot in enumerate(shots):
        name = f"plates/{shot.name}.mp4"
        desk.tell(name, place / len(shots))
        use = shot.use
        frames = use.head + use.frames + use.tail
        out = desk.folder / name
        write_plate(source, use.clip, use.head, frames, out, shot.name, FIRST_FRAME)
        picture = probe(out).stream("video")
        desk.count(name, "frames", frames, picture.frames or 0 if picture is not None else 0)
    desk.write(SHEET, _sheet(shots, desk))


def _shot_list(shots: Sequence[EffectsShot], desk: Desk) -> bytes:
    heads = ("shot", "scene", "event", "track", "record in", "record out", "frames", "first frame", "cut in")
    more = ("cut out", "last frame", "head", "tail", "file", "source in", "speed", "why")
    return table((*heads, *more), (_shot_row(shot, desk) for shot in shots))


def _shot_row(shot: EffectsShot, desk: Desk) -> tuple[object, ...]:
    use, cut = shot.use, desk.source.cut
    link = desk.source.links[use.clip.asset]
    cut_in = FIRST_FRAME + use.head
    return (
        shot.name,
        shot.scene,
        use.number,
        use.track,
        cut.timecode(use.first),
        cut.timecode(use.end),
        use.frames,
        FIRST_FRAME,
        cut_in,
        cut_in + use.frames - 1,
        cut_in + use.frames - 1 + use.tail,
        use.head,
        use.tail,
        link.name,
        source_label(link, max(0, frame_on_screen(link, use.source.start))),
        f"{float(use.clip.speed):.4g}",
        shot.why,
    )


def _only(cut: Cut, shots: Sequence[EffectsShot]) -> Cut:
    """The cut with nothing but the shots, each called by its name."""
    names = {(shot.use.track, shot.use.first): shot.name for shot in shots}

    def kept(track: CutTrack) -> CutTrack:
        clips = tuple(
            msgspec.structs.replace(clip, name=names[key], transition=None, fade_out=None, muted=False)
            for clip in track.clips
            if (key := (track.name, clip.record.start.frame(cut.rate))) in names
        )
        return msgspec.structs.replace(track, clips=clips)

    tracks = tuple(one for track in cut.tracks_of("video") if (one := kept(track)).clips)
    return msgspec.structs.replace(cut, tracks=tracks, markers=())


def _sheet(shots: Sequence[EffectsShot], desk: Desk) -> bytes:
    cells = []
    for shot in shots:
        path = desk.folder / "plates" / f"{shot.name}.mp4"
        middle = Time((shot.use.head + shot.use.frames // 2), desk.source.cut.rate)
        display = display_of(path)
        wide, tall = display.within(WIDTH * 2, WIDTH * 2)
        pixels, _ = picture_at(path, middle, PictureForm("rgb", *display.coded(wide, tall)))
        cells.append((upright(pixels.astype("uint8"), display.rotation), f"{shot.name}  {shot.use.frames} f"))
    return contact_sheet(cells, COLUMNS, width=WIDTH, kind="png")
