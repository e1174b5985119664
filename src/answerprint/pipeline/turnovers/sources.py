"""A version of the film and its media, as a turnover reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.errors import UsageError
from answerprint.core.records import Asset
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.review_notes import NOTE
from answerprint.formats.timelines.model import MediaLink, frame_time
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.places import link_of
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.stages.align import read_script
from answerprint.pipeline.stages.log import log
from answerprint.pipeline.stages.render import FILM
from answerprint.store.production import Production


@dataclass(frozen=True)
class Source:
    """Everything a turnover is made from.

    links, paths, assets: of what the cut uses; a proxy under the name of its camera original, which conforms.
    film: the version's rendered film. labels, scenes, notes: by slot.
    """

    cut: Cut
    version: int
    film: Path
    links: dict[str, MediaLink]
    paths: dict[str, Path]
    assets: dict[str, Asset]
    labels: dict[str, str]
    scenes: dict[str, str]
    notes: dict[str, str]

    @property
    def title(self) -> str:
        return f"{self.cut.name} v{self.version:03d}"

    @property
    def extents(self) -> dict[str, Range]:
        """What there is of every media, in its own time."""
        return {
            id: Range(link.first, frame_time(link, link.frames))
            if link.picture
            else _heard(self.assets[id], link)
            for id, link in self.links.items()
        }


@contextmanager
def source_of(production: Production, version: int | None, listener: Listener | None) -> Iterator[Source]:
    """A version of the film with its media, read anew where it has changed on disk.

    Raises UsageError AP-USE-570 when there is no such version, AP-USE-571 when its film is not in out/.
    """
    with opened(production, listener=listener, import_answers=True) as making:
        numbers = [one.number for one in making.catalogue.versions()]
        chosen = version if version is not None else (numbers[-1] if numbers else None)
        cut = making.catalogue.cut(chosen) if chosen in numbers and chosen is not None else None
        if cut is None or chosen is None:
            what = "no version has been made yet" if version is None else f"there is no version {version}"
            raise UsageError("AP-USE-570", what, remedy=f"run answerprint make {production.root.name}")
        film = production.out / f"v{chosen:03d}" / FILM
        if not film.is_file():
            raise UsageError(
                "AP-USE-571",
                f"{film.name} of version {chosen} is not there",
                remedy="run answerprint make again",
            )
        making.begins("log")
        log(making)
        screenplay = read_script(making)
        lines = screenplay.lines() if screenplay is not None else ()
        slots = {clip.slot for track in cut.tracks for clip in track.clips if clip.slot}
        labels = {f"take:{line.key}": line.label for line in lines}
        scenes = {f"take:{line.key}": line.scene for line in lines}
        scenes |= {slot: slot.split(":")[1] for slot in slots if slot.startswith("scene:")}
        for slot in slots:
            line = f"take:{slot.partition(':')[2]}"
            if slot.startswith("cutaway:") and line in scenes:
                scenes[slot], labels[slot] = scenes[line], f"{labels[line]} reaction"
        notes = {
            f"take:{one.line}": one.subject.split(": ", 1)[-1] for one in making.catalogue.proposals(NOTE)
        }
        used = sorted({clip.asset for track in cut.tracks for clip in track.clips if clip.asset})
        missing = [asset for asset in used if asset not in making.assets]
        if missing:
            raise UsageError(
                "AP-USE-573",
                f"{len(missing)} files of version {chosen} are no longer in the production",
                remedy="add them again (answerprint add), or make a new version",
            )
        yield Source(
            cut=cut,
            version=chosen,
            film=film,
            links={id: _link(making, id, cut) for id in used},
            paths={id: making.paths[id] for id in used if id in making.paths},
            assets={id: making.assets[id] for id in used},
            labels=labels,
            scenes=scenes,
            notes=notes,
        )


def _link(making: Making, id: str, cut: Cut) -> MediaLink:
    asset = making.assets[id]
    sound, picture = asset.stream("audio"), asset.stream("video")
    link = msgspec.structs.replace(
        link_of(asset, making.grid(id), cut.rate),
        picture=picture is not None,
        channels=sound.channels or 0 if sound is not None else 0,
        sample_rate=int(sound.rate) if sound is not None and sound.rate is not None else None,
    )
    original = making.assets.get(asset.proxy_of or "")
    if original is None:
        return link
    return msgspec.structs.replace(
        link, name=original.name, url=original.path, reel=original.reel or link.reel
    )


def _heard(asset: Asset, link: MediaLink) -> Range:
    sound = asset.stream("audio")
    if sound is None or sound.start is None or sound.duration is None:
        return Range(link.first, link.first + Time(link.frames, link.rate))
    return Range(sound.start, sound.start + sound.duration)
