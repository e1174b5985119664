"""Log: what every file is, what is wrong with it, its shots and its voices. A fast pass first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from answerprint.core.findings import Finding
from answerprint.core.logged import Glance, Probe
from answerprint.core.records import Asset, AssetKind
from answerprint.departments.footage.steps import GlanceStep, ProbeStep, ThumbnailStep
from answerprint.engine.graph import Graph, Media
from answerprint.media.raw import pair_proxies
from answerprint.pipeline.bringing import kind_of
from answerprint.pipeline.making import Making
from answerprint.pipeline.stages.deep import deep_pass
from answerprint.pipeline.stages.scan import scan
from answerprint.store.inputs import path_of_text
from answerprint.store.production import display_name


def log(making: Making) -> None:
    """Fill `making.assets` and write every asset's tracks: all of both passes."""
    fast_pass(making)
    deep_pass(making)


def fast_pass(making: Making) -> None:
    """Headers, pictures for the bin, coarse shots, voice or not: all that needs no whole decode.

    The catalogue knows the assets when it ends: bins can be looked at while the deep pass runs.
    """
    files = scan(making)
    _probe(making, files)
    making.catalogue.put_assets(making.assets.values())
    gone = {asset.id for asset in making.catalogue.assets()} - set(making.assets)
    making.catalogue.remove_assets(gone)
    _glance(making)


def most_wanted(making: Making, first: Sequence[str] = (), circled: Sequence[str] = ()) -> list[str]:
    """Asset ids, the most wanted first: those a person names (a part of the file's or the card's name, in
    the order given), circled takes, files in which people speak, and last what shows nothing but black."""

    def rank(id: str) -> tuple[int, int]:
        asset = making.assets[id]
        names = f"{asset.card or ''}/{asset.name}".casefold()
        named = next((at for at, one in enumerate(first) if one.casefold() in names), None)
        if named is not None:
            return 0, named
        found = making.outputs.get(f"glance:{id}", {}).get("look")
        look = making.read(found, Glance) if found is not None else Glance()
        if look.black == 1.0 and look.keyframes:
            return 4, 0
        return (1 if id in circled else 2 if look.speaks else 3), 0

    return sorted(making.assets, key=rank)


def _probe(making: Making, files: dict[str, Path]) -> None:
    graph = Graph()
    probe = ProbeStep(wave_rate=making.production.settings.picture.exact_rate)
    thumbnail = ThumbnailStep()
    for asset, path in files.items():
        media = Media(asset, path)
        graph.add(probe, asset, media=media)
        if kind_of(path) == "footage":
            graph.add(thumbnail, asset, media=media)
    making.paths = dict(files)
    making.assets = {}
    report = making.run(graph)
    for asset, path in files.items():
        node = f"probe:{asset}"
        if report[node].there:
            found = report.record(node, "probe", Probe)
            making.assets[asset] = _asset(making, asset, path, found)
            making.findings += [
                msgspec.structs.replace(
                    one, subject=asset, message=f"{display_name(path.name)}: {one.message}"
                )
                for one in found.findings
            ]
    for raw, proxy, method in pair_proxies(list(making.assets.values())):
        known = making.assets[proxy]
        making.assets[proxy] = msgspec.structs.replace(known, proxy_of=raw)
        making.findings.append(
            Finding(
                code="raw.proxy",
                message=f"{making.assets[raw].name} is camera raw: {known.name} stands in for it "
                f"(paired by {method})",
                subject=raw,
            )
        )


def _glance(making: Making) -> None:
    graph = Graph()
    for id, asset in making.assets.items():
        if asset.kind in ("picture", "sound"):
            probe = making.stored("probe", id, "probe")
            assert probe is not None  # an asset exists only where its probe does
            graph.add(GlanceStep(asset=id), id, media=Media(id, making.paths[id]), probe=probe)
    making.run(graph)


def _asset(making: Making, id: str, path: Path, found: Probe) -> Asset:
    stored = making.production.stored_path(path)
    folders = path_of_text(stored).parts[1:-1]
    video = any(one.kind == "video" for one in found.streams)
    audio = any(one.kind == "audio" for one in found.streams)
    kind: AssetKind = found.kind if found.kind == "raw" else "picture" if video else "sound"
    if found.kind == "still" or (not video and not audio and found.kind != "raw"):
        kind = "still" if video else "sidecar"
    return Asset(
        id=id,
        name=display_name(path.name),
        path=stored,
        size=path.stat().st_size,
        kind=kind,
        container=found.container,
        streams=found.streams,
        timecode=found.timecode,
        card=display_name("/".join(folders)) or None,
        reel=found.tags.get("reel_name"),
        tags=found.tags,
    )


def card_counts(assets: list[Asset]) -> dict[str, int]:
    """Files per card, in order."""
    return dict(sorted(Counter(asset.card or "–" for asset in assets).items()))


def mixed_rates(assets: list[Asset], rate: str) -> str:
    """The mixed-rate policy, in words, with what it meets here."""
    rates = Counter(
        str(float(video.rate))[:6].rstrip("0").rstrip(".")
        for asset in assets
        if (video := asset.stream("video")) is not None and video.rate is not None
    )
    listed = ", ".join(f"{count} at {each}" for each, count in sorted(rates.items()))
    varying = sum(1 for asset in assets for one in asset.streams if one.variable_rate)
    text = f"The cut runs at {rate}. Clips by frame rate: {listed or 'none'}"
    if varying:
        text += f" ({varying} of variable rate)"
    return (
        text + ". Clips of another rate play at their own speed: each frame of the cut shows the source "
        "frame on screen at that moment, and times are kept exactly."
    )
