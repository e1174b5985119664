"""Sync by itself: what `answerprint sync` runs, and what it says."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from answerprint.core.logged import CameraLink
from answerprint.core.records import Asset
from answerprint.core.time import TimeDocument, time_document
from answerprint.departments.footage.sound.roles import roles_of
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.stages.deep import listen
from answerprint.pipeline.stages.log import fast_pass
from answerprint.pipeline.stages.sync import sync
from answerprint.store.production import Production


class ChannelDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A channel of a recording: its name as the recorder wrote it, and its role, "" where that is unknown."""

    channel: int  # from 1
    name: str
    role: str


class MatchDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A recording under a picture: sound time = picture time + offset, at the picture time `reference`."""

    picture: str
    sound: str
    method: str
    confidence: float
    offset: TimeDocument
    drift_ppm: float | None
    reference: TimeDocument | None
    start: TimeDocument  # what of the picture the recording covers
    end: TimeDocument
    channels: tuple[ChannelDocument, ...]
    evidence: Mapping[str, float | str]


class CameraDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A clip that ran with the group's first one: its time = the first one's time + offset."""

    clip: str
    offset: TimeDocument
    method: str
    confidence: float
    drift_ppm: float | None
    evidence: Mapping[str, float | str]


class CameraGroup(msgspec.Struct, frozen=True, kw_only=True):
    first: str
    others: tuple[CameraDocument, ...]


class UnmatchedDocument(msgspec.Struct, frozen=True, kw_only=True):
    sound: str
    reason: str


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """What `answerprint sync` prints; files go by their names."""

    matches: tuple[MatchDocument, ...]
    cameras: tuple[CameraGroup, ...]
    unmatched: tuple[UnmatchedDocument, ...]
    set_aside: tuple[str, ...]

    @property
    def needs_a_person(self) -> bool:
        return bool(self.unmatched or self.set_aside)


def sync_production(
    production: Production, *, workers: int | None = None, listener: Listener | None = None
) -> Synced:
    """Listen to every file and match them. Raises StoreError when the production is in use."""
    with opened(production, workers=workers, listener=listener) as making:
        for name, stage in (("fast pass", fast_pass), ("listen", listen)):
            making.begins(name)
            stage(making)
        making.begins("sync")
        return _document(making)


def _document(making: Making) -> Synced:
    found = sync(making)
    names = {id: asset.name for id, asset in making.assets.items()}
    return Synced(
        matches=tuple(
            MatchDocument(
                picture=names[one.picture],
                sound=names[one.sound],
                method=one.method,
                confidence=one.confidence,
                offset=time_document(one.offset),
                drift_ppm=one.drift_ppm,
                reference=time_document(one.reference) if one.reference is not None else None,
                start=time_document(one.heard.start),
                end=time_document(one.heard.end),
                channels=_channels(making.assets[one.sound]),
                evidence=one.evidence,
            )
            for one in found.matches
        ),
        cameras=tuple(
            CameraGroup(first=names[group[0].first], others=tuple(_camera(one, names) for one in group))
            for group in found.cameras
        ),
        unmatched=tuple(
            UnmatchedDocument(sound=names[one.sound], reason=one.reason) for one in found.unmatched
        ),
        set_aside=tuple(f"{one.name}: {one.step}: {one.code} {one.reason}" for one in making.set_aside),
    )


def _camera(link: CameraLink, names: Mapping[str, str]) -> CameraDocument:
    return CameraDocument(
        clip=names[link.second],
        offset=time_document(link.offset),
        method=link.method,
        confidence=link.confidence,
        drift_ppm=link.drift_ppm,
        evidence={key: names.get(str(value), value) for key, value in link.evidence.items()},
    )


def _channels(asset: Asset) -> tuple[ChannelDocument, ...]:
    stream = asset.stream("audio")
    if stream is None or not stream.channels:
        return ()
    roles = roles_of(stream.track_names, stream.channels, stream.ltc_channel)
    return tuple(
        ChannelDocument(
            channel=index + 1,
            name=stream.track_names[index] if index < len(stream.track_names) else "",
            role=role,
        )
        for index, role in enumerate(roles)
    )
