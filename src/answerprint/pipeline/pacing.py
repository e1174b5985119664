"""The pacing of a timeline, or of a production's cut beside its script, with what could be laid in."""

from __future__ import annotations

from pathlib import Path

import msgspec

from answerprint.core.errors import AnswerprintError
from answerprint.core.time import Rounding
from answerprint.departments.editorial.pacing import Pacing, Passage, Speech, paced
from answerprint.departments.script.analysis.manuscript import read_manuscript
from answerprint.departments.script.analysis.pacing import Pace
from answerprint.formats.screenplays.model import Screenplay
from answerprint.formats.timelines.files import read_timeline
from answerprint.pipeline.cutting import film_of
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.progress import Listener
from answerprint.store.production import Production

SHOWN = 3  # candidates for a place


def timeline_pacing(path: Path) -> Pacing:
    """The pacing of a timeline file; nothing is known of what is said in it."""
    return paced(read_timeline(path).cut)


def production_pacing(
    production: Production, *, workers: int | None = None, listener: Listener | None = None
) -> Pacing:
    """The pacing of a production's cut, scene by scene beside the script, slack places with candidates."""
    with opened(production, workers=workers, listener=listener, import_answers=True) as making:
        film = film_of(making)
        found = paced(film.assembly.cut, _speech(film), expectations(film.screenplay))
        passages = tuple(_with_candidates(one, making, film) for one in found.passages)
    return msgspec.structs.replace(found, passages=passages)


def expectations(screenplay: Screenplay | None) -> dict[str, float]:
    """How engaging each scene of a script is, in standard deviations (script analysis); {} without any."""
    if screenplay is None:
        return {}
    try:
        scenes = read_manuscript(screenplay, "screenplay").scenes
    except AnswerprintError:
        return {}
    levels = Pace(scenes).engagement.tolist() if scenes else []
    return {one.number: round(level, 2) for one, level in zip(scenes, levels, strict=True)}


def _speech(film: Film) -> list[Speech]:
    rate = film.rate
    scenes = {f"take:{one.key}": one.scene for one in film.screenplay.lines()} if film.screenplay else {}
    found = []
    for slot in film.assembly.slots:
        if slot.spoken is None:
            continue
        start = slot.record.start + (slot.spoken.start - slot.source.start)
        end = min(slot.record.end, start + slot.spoken.duration)
        first = start.frame(rate, Rounding.NEAREST)
        found.append(
            Speech(
                first, max(first, end.frame(rate, Rounding.NEAREST)), scenes.get(slot.id, ""), slot.speaker
            )
        )
    return found


def _with_candidates(one: Passage, making: Making, film: Film) -> Passage:
    """A slack place with what of its scene is not in the film: nobody's lines first, then other angles."""
    if one.kind != "slack":
        return one
    used = {clip.asset for track in film.assembly.cut.tracks for clip in track.clips}
    silent: list[str] = []
    others: list[str] = []
    for id, asset in making.assets.items():
        slate = film.slates.get(id)
        scene = (slate.scene if slate is not None else "").casefold().rstrip("abcdefghijklmnopqrstuvwxyz")
        if id in used or asset.stream("video") is None or not scene or scene != one.scene.casefold():
            continue
        label = slate.label if slate is not None else asset.name
        readings = making.catalogue.current_track(id, "readings.1")
        speaks = readings is not None and bool(readings.annotations)
        name = f"{asset.name} ({label})"
        (others if speaks else silent).append(
            f"{name}: {'another angle of the scene, its sound left out' if speaks else 'nobody speaks in it'}"
        )
    return msgspec.structs.replace(one, candidates=tuple([*silent, *others][:SHOWN]))
