"""Conforming: a timeline's media known again among files here, and the timeline written to lead to them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import msgspec

from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.core.records import Asset
from answerprint.departments.footage.inspecting import frame_grid
from answerprint.departments.release.steps import assets_in
from answerprint.formats.timelines.model import MediaLink, TimelineFile
from answerprint.formats.timelines.relinking import Relink, relink, relinked
from answerprint.media.frame_times import frame_times
from answerprint.media.probe import probe
from answerprint.pipeline.places import link_of

SUFFIXES = frozenset(
    (
        *(".mov", ".mp4", ".m4v", ".mxf", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts"),
        *(".wav", ".aif", ".aiff", ".flac", ".mp3", ".m4a", ".ogg", ".caf"),
    )
)


def conformed(
    found: TimelineFile, folders: Sequence[Path], beside: Path
) -> tuple[TimelineFile, tuple[Relink, ...]]:
    """A timeline with its clips on media in folders, and what each media was found to be. What nothing fits
    stays offline under its own name.

    beside: the folder from which the new timeline names its media. Raises UsageError AP-USE-660 where no
    media is in the folders.
    """
    known = list(_known(folders, found.cut.rate))
    if not known:
        raise UsageError("AP-USE-660", "there is no media in these folders", file=str(folders[0]))
    links = relink(found.media, [(key, link) for key, link, _ in known])
    cut = relinked(found, links, [(key, link) for key, link, _ in known])
    media: dict[str, MediaLink] = {
        key: msgspec.structs.replace(link, url=Path(os.path.relpath(path, beside)).as_posix())
        for key, link, path in known
    }
    offline = {name: link for name, link in found.media.items() if not links[name].key}
    used = {asset: media[asset] for asset in assets_in(cut) if asset in media}
    conformed = TimelineFile(cut=cut, media={**offline, **used}, losses=found.losses)
    return conformed, tuple(links.values())


def _known(folders: Sequence[Path], rate: Fraction) -> Iterator[tuple[str, MediaLink, Path]]:
    """Every media file in folders with its clock: (key, link, path)."""
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.suffix.casefold() not in SUFFIXES or not path.is_file():
                continue
            try:
                seen = probe(path)
                video = seen.stream("video")
                times = frame_times(path) if video is not None else None
            except AnswerprintError:
                continue  # no media, whatever it is called
            asset = Asset(
                id=str(path),
                name=path.name,
                path=path.as_posix(),
                size=path.stat().st_size,
                kind="picture" if video is not None else "sound",
                container=seen.container,
                streams=seen.streams,
                timecode=seen.timecode,
                reel=seen.tags.get("reel_name"),
            )
            grid = None
            if times is not None and video is not None and len(times.pts):
                grid = frame_grid(times.pts, times.time_base, video)
            link = link_of(asset, grid, rate)
            yield str(path), msgspec.structs.replace(link, picture=grid is not None), path
