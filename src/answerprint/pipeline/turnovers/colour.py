"""To the colourist: an EDL of every picture track, a .ccc, pull lists, a timeline, a guide picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from answerprint.core.cut import Cdl, Clip, Cut, CutTrack
from answerprint.departments.editorial.turnovers.pulls import (
    Pull,
    Use,
    event_list,
    frames_of,
    pulls_of,
    source_label,
    table,
    uses_of,
)
from answerprint.formats.colour.ccc import read_ccc, write_ccc
from answerprint.formats.timelines.model import MediaLink, frame_on_screen
from answerprint.pipeline.turnovers.guides import leader_of, tail_of, write_guide
from answerprint.pipeline.turnovers.handing import Desk
from answerprint.pipeline.turnovers.pulling import write_pulls

SPACE = "ASC CDL 1.2. The numbers are as the cut has them; identity where a shot has no grade yet."


def fill(desk: Desk) -> None:
    """An EDL of every picture track by reel and timecode with its CDL, the same as .ccc, OTIO and AAF, pull
    lists with handles, and the guide picture."""
    source = desk.source
    cut = with_grades(source.cut)
    desk.uses = uses_of(cut, ["video"], source.extents, desk.handles)
    pulls = pulls_of(desk.uses, cut.rate)
    for name, alone in by_track(cut):
        desk.timeline(f"{desk.stem}-{name}.edl", alone, source.links, ["video"])
    grades = corrections(desk.uses, source.links)
    data = write_ccc(
        grades,
        description=f"{source.title}. {SPACE}",
        notes={correction_id(use, source.links): f"event {use.number} {use.track}" for use in desk.uses},
    )
    name = f"{desk.stem}.ccc"
    again = read_ccc(data, file=name)
    desk.count(name, "corrections", len(desk.uses), len(again))
    desk.count(
        name, "corrections as they were", len(grades), sum(again.get(id) == one for id, one in grades.items())
    )
    desk.write(name, data)
    heads = ("event", "correction", "record in", "track", "graded")
    rows = (
        (
            use.number,
            correction_id(use, source.links),
            cut.timecode(use.first),
            use.track,
            "yes" if was else "",
        )
        for use, was in zip(desk.uses, _was_graded(source.cut, desk.uses), strict=True)
    )
    desk.write("corrections.csv", table(heads, rows))
    desk.write("events.csv", event_list(desk.uses, cut, source.links, desk.handles))
    write_pulls(desk, pulls, cut)
    pictures = msgspec.structs.replace(cut, tracks=cut.tracks_of("video"))
    desk.timeline(f"{desk.stem}.otio", pictures, source.links, ["video"])
    desk.timeline(f"{desk.stem}.aaf", pictures, source.links, ["video"])
    guide = f"{desk.stem}-guide.mp4"
    written = write_guide(source, desk.folder / guide, "colour", lambda share: desk.tell(guide, share))
    desk.count(guide, "frames", leader_of(cut) + cut.frames + tail_of(cut), written)
    desk.count("pulls.csv", "frames that pulls do not hold", 0, _outside(desk, pulls))


def by_track(cut: Cut) -> Iterator[tuple[str, Cut]]:
    """Each picture track as a cut of its own, as an EDL holds one; what is disabled is left out."""
    for track in cut.tracks_of("video"):
        clips = tuple(one for one in track.clips if not one.muted)
        if clips:
            shown = msgspec.structs.replace(track, name="V1", muted=False, clips=clips)
            yield track.name, msgspec.structs.replace(cut, tracks=(shown,), markers=())


def corrections(uses: Sequence[Use], links: Mapping[str, MediaLink]) -> dict[str, Cdl]:
    """The grade of every picture event, by `correction_id`."""
    return {correction_id(use, links): use.clip.cdl or Cdl() for use in uses}


def correction_id(use: Use, links: Mapping[str, MediaLink]) -> str:
    """A correction's name: its event, and the reel and timecode by which it is found again."""
    link = links[use.clip.asset]
    reel = link.reel or link.name.rsplit(".", 1)[0]
    return f"{use.number:04d}.{reel}.{source_label(link, max(0, frame_on_screen(link, use.source.start)))}"


def with_grades(cut: Cut, given: Callable[[Clip], Cdl | None] = lambda clip: None) -> Cut:
    """The cut with a CDL on every picture: what is given for it, else its own, else identity."""

    def of(track: CutTrack) -> CutTrack:
        if track.kind != "video":
            return track
        clips = tuple(
            msgspec.structs.replace(clip, cdl=given(clip) or clip.cdl or Cdl()) for clip in track.clips
        )
        return msgspec.structs.replace(track, clips=clips)

    return msgspec.structs.replace(cut, tracks=tuple(of(track) for track in cut.tracks))


def _was_graded(cut: Cut, uses: list[Use]) -> list[bool]:
    own = {(t.name, c.record.start.frame(cut.rate)): c.cdl is not None for t in cut.tracks for c in t.clips}
    return [own[use.track, use.first] for use in uses]


def _outside(desk: Desk, pulls: Sequence[Pull]) -> int:
    """Events that no pull holds whole."""
    held = 0
    for pull in pulls:
        link = desk.source.links[pull.asset]
        first, end = frames_of(pull, link)
        held += sum(first <= max(0, frame_on_screen(link, use.source.start)) < end for use in pull.uses)
    return len(desk.uses) - held
