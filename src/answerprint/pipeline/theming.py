"""Themes of what is said in a production, and string-outs of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from answerprint.core.cut import Clip, Cut, CutTrack, Marker
from answerprint.core.errors import UsageError
from answerprint.core.time import Range, Rounding, Time
from answerprint.core.timecode import parse_rate
from answerprint.departments.editorial.themes import Passage, Theme, themes_of, word_vectors
from answerprint.departments.footage.search.meaning import sentence_model
from answerprint.formats.timelines.model import MediaLink
from answerprint.pipeline.making import opened
from answerprint.pipeline.places import link_of
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.stages.cut import cut_settings
from answerprint.pipeline.stages.log import log
from answerprint.store.production import Production

SPOKEN = ("transcript.1", "readings.1")  # the first that an asset has
FEWEST = 4  # words of a passage that says something


@dataclass(frozen=True)
class Themed:
    """means: by what passages were compared. stringout: of all themes in order, and its media."""

    themes: tuple[Theme, ...]
    means: str
    passages: int
    stringout: Cut
    media: dict[str, MediaLink]


def themes_in(
    production: Production,
    *,
    count: int | None = None,
    only: int | None = None,
    handles: int = 12,
    beside: Path | None = None,
    workers: int | None = None,
    listener: Listener | None = None,
) -> Themed:
    """What is said in a production, by themes. only: the number of the theme in the string-out, from 1.

    Raises UsageError AP-USE-640 where nothing that is said is known, AP-USE-641 where there is no such theme.
    """
    rate = parse_rate(production.settings.picture.rate)
    with opened(production, workers=workers, listener=listener) as making:
        making.begins("log")
        log(making)
        passages = []
        for id, asset in making.assets.items():
            tracks = (making.catalogue.current_track(id, name) for name in SPOKEN)
            track = next((one for one in tracks if one is not None and one.annotations), None)
            for one in track.annotations if track is not None else ():
                if track is not None and len(one.text.split()) >= FEWEST:
                    speaker = str(one.value.get("speaker", ""))
                    passages.append(
                        Passage(
                            asset=id,
                            name=asset.name,
                            range=track.range_of(one),
                            text=one.text,
                            speaker=speaker,
                        )
                    )
        if not passages:
            raise UsageError(
                "AP-USE-640",
                "nothing that is said here is known",
                remedy="answerprint log DIR with a speech model, or transcripts beside the files",
            )
        model, _ = sentence_model()
        texts = [one.text for one in passages]
        vectors = model.embed(texts) if model is not None else word_vectors(texts)
        found = themes_of(passages, vectors, count)
        if only is not None and not 1 <= only <= len(found):
            raise UsageError("AP-USE-641", f"there is no theme {only}", remedy=f"there are {len(found)}")
        shown = found if only is None else [found[only - 1]]
        settings = cut_settings(production.settings)
        links = {
            id: link_of(asset, making.grid(id), rate)
            for id, asset in making.assets.items()
            if any(id == one.asset for one in passages)
        }
        seen = {id for id, asset in making.assets.items() if asset.stream("video") is not None}
        heard = {id for id, asset in making.assets.items() if asset.stream("audio") is not None}
        root = beside or production.root
        media = {
            id: msgspec.structs.replace(link, url=Path(os.path.relpath(making.paths[id], root)).as_posix())
            for id, link in links.items()
        }
    empty = Cut(
        name=f"{settings.name} themes",
        rate=rate,
        drop=settings.drop,
        start_frame=settings.start_frame,
        width=settings.width,
        height=settings.height,
    )
    return Themed(
        themes=tuple(found),
        means=model.model if model is not None else "words",
        passages=len(passages),
        stringout=_strung(shown, empty, seen, heard, handles),
        media=media,
    )


def _strung(themes: Sequence[Theme], cut: Cut, seen: set[str], heard: set[str], handles: int) -> Cut:
    """The passages of themes end to end, a note where each theme begins."""
    rate = cut.rate
    pictures: list[Clip] = []
    sounds: list[Clip] = []
    markers = []
    at = 0
    for number, theme in enumerate(themes, start=1):
        begins = Range.of_ticks(at, at + 1, rate)
        markers.append(Marker(begins, f"theme {number}: {theme.name}"))
        for place, one in enumerate(theme.passages):
            air = Time(handles, rate)
            start = Time.of_seconds(max(one.range.start.seconds - air.seconds / 4, Time(0, rate).seconds))
            frames = max(1, (one.range.end + air - start).frame(rate, Rounding.CEILING))
            clip = Clip(
                id=f"theme {number}.{place + 1}",
                asset=one.asset,
                record=Range.of_ticks(at, at + frames, rate),
                source=Range(start, start + Time(frames, rate)),
                name=one.name,
                link=f"theme {number}.{place + 1}",
                reason=one.text,
            )
            if one.asset in seen:
                pictures.append(msgspec.structs.replace(clip, id=f"{clip.id}/V1"))
            if one.asset in heard:
                sounds.append(msgspec.structs.replace(clip, id=f"{clip.id}/A1"))
            at += frames
    tracks = (
        CutTrack(name="V1", kind="video", clips=tuple(pictures)),
        CutTrack(name="A1", kind="audio", clips=tuple(sounds), role="dialogue"),
    )
    return msgspec.structs.replace(cut, tracks=tracks, markers=tuple(markers))
