"""What of an asset sync looks at."""

from __future__ import annotations

from answerprint.core.logged import Listening
from answerprint.core.records import Asset
from answerprint.departments.footage.sync.matching import Stamp, SyncSide
from answerprint.departments.footage.tracks import read_samples
from answerprint.engine.step import Item


def sync_side(asset: Asset, sound: Item, listening: Listening) -> SyncSide:
    video, audio = asset.stream("video"), asset.stream("audio")
    first = next((one.start for one in (video, audio) if one is not None and one.start is not None), None)
    stamp = Stamp(asset.timecode, first) if asset.timecode is not None and first is not None else None
    by_ear = stamp is not None and stamp.timecode.source == "ltc"
    return SyncSide(
        samples=read_samples(sound.path()),
        start=listening.start,
        timecode=None if by_ear else stamp,
        ltc=stamp if by_ear else None,
        timecode_ppm=listening.timecode_ppm,
    )
