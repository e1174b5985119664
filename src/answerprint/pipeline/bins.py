"""Logging a production: both passes over its rushes, and its bins as they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from answerprint.core.logged import Glance, Inspection, Slate
from answerprint.core.records import Asset
from answerprint.core.time import Time, TimeDocument, time_document
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.stages.align import align, read_script, read_slates
from answerprint.pipeline.stages.browse import browse
from answerprint.pipeline.stages.deep import deep_pass
from answerprint.pipeline.stages.log import fast_pass, most_wanted
from answerprint.pipeline.stages.sync import sync
from answerprint.store.production import Production

T = TypeVar("T")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file in its bin."""

    asset: str
    name: str
    card: str
    kind: str
    duration: TimeDocument | None
    rate: str | None
    size: str | None  # "1920x1080"
    timecode: str | None
    slate: str  # as the log says it
    circled: bool
    coarse_shots: int | None
    shots: int | None  # None until the deep pass was there
    speaks: bool | None
    voice_seconds: float | None
    silent: bool
    black: float
    damage: tuple[str, ...]
    tracks: tuple[str, ...]


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """What `answerprint log` shows: bins in order of their cards, and what could not be read."""

    entries: tuple[Entry, ...]
    findings: tuple[str, ...]
    set_aside: tuple[str, ...]
    ran: int
    reused: int

    @property
    def needs_a_person(self) -> bool:
        return bool(self.set_aside) or any(one.damage for one in self.entries)


def log_production(
    production: Production,
    *,
    fast: bool = False,
    first: Sequence[str] = (),
    workers: int | None = None,
    listener: Listener | None = None,
    bins: Callable[[Logged], None] | None = None,
) -> tuple[Logged, dict[str, bytes]]:
    """Run the fast pass, and then the deep one, most wanted first. Returns the bins, and each asset's strip.

    first: names or parts of names whose files the deep pass takes first. bins: told how the bins stand when
    the fast pass is done. Raises StoreError when the production is in use or its disk is full; what was
    finished until then is kept.
    """
    with opened(production, workers=workers, listener=listener) as making:
        making.begins("fast pass")
        fast_pass(making)
        slates = read_slates(making)
        if bins is not None:
            bins(_logged(making))
        if not fast:
            _deep(making, first, slates)
        return _logged(making), _strips(making)


def _deep(making: Making, first: Sequence[str], slates: Mapping[str, Slate]) -> None:
    """Every track there is: of each file, of sound with picture, of lines, of the files together."""
    making.begins("deep pass")
    screenplay = read_script(making)
    circled = [id for id, slate in slates.items() if slate.circled]
    deep_pass(
        making, most_wanted(making, first, circled), everything=True, slates=slates, screenplay=screenplay
    )
    making.begins("sync")
    matches = sync(making)
    making.begins("align")
    if screenplay is not None:
        align(making, screenplay, matches)
    making.begins("browse")
    browse(making, screenplay, matches)


def _logged(making: Making) -> Logged:
    slates = read_slates(making, quiet=True)
    tracks: dict[str, list[str]] = {}
    for info in making.catalogue.tracks():
        tracks.setdefault(info.asset, []).append(info.name)
    entries = []
    for id, asset in making.assets.items():
        look = _record(making, f"glance:{id}", "look", Glance)
        inspection = _record(making, f"inspect:{id}", "inspection", Inspection)
        shots = making.catalogue.current_track(id, "shots.1") if "shots.1" in tracks.get(id, ()) else None
        voice = making.catalogue.current_track(id, "voice.1") if "voice.1" in tracks.get(id, ()) else None
        slate = slates.get(id)
        video = asset.stream("video")
        entries.append(
            Entry(
                asset=id,
                name=asset.name,
                card=asset.card or "",
                kind=asset.kind,
                duration=_duration(asset),
                rate=str(video.rate) if video is not None and video.rate is not None else None,
                size=f"{video.width}x{video.height}" if video is not None else None,
                timecode=asset.timecode.label if asset.timecode is not None else None,
                slate=slate.label if slate is not None else "",
                circled=slate is not None and slate.circled,
                coarse_shots=look.coarse_shots if look is not None else None,
                shots=None if shots is None else sum(one.label == "shot" for one in shots.annotations),
                speaks=None if look is None or look.voice is None else look.speaks,
                voice_seconds=None
                if voice is None
                else round(float(sum(one.end - one.start for one in voice.annotations) / voice.rate), 2),
                silent=look is not None and look.silent,
                black=look.black if look is not None else 0.0,
                damage=(look.faults if look is not None else ())
                if inspection is None
                else tuple(one.reason for one in inspection.damage),
                tracks=tuple(sorted(tracks.get(id, ()))),
            )
        )
    return Logged(
        entries=tuple(entries),
        findings=tuple(one.message for one in making.findings),
        set_aside=tuple(f"{one.name}: {one.step}: {one.code} {one.reason}" for one in making.set_aside),
        ran=len(making.ran),
        reused=len(making.reused),
    )


def _strips(making: Making) -> dict[str, bytes]:
    found = {id: making.outputs.get(f"glance:{id}", {}).get("strip") for id in making.assets}
    return {id: making.objects.read(one.digest) for id, one in found.items() if one is not None}


def _record(making: Making, node: str, output: str, kind: type[T]) -> T | None:
    found = making.outputs.get(node, {}).get(output)
    return making.read(found, kind) if found is not None else None


def _duration(asset: Asset) -> TimeDocument | None:
    stream = asset.stream("video") or asset.stream("audio")
    length: Time | None = stream.duration if stream is not None else None
    return time_document(length) if length is not None else None
