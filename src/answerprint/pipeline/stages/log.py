"""Log: what every file is, what is wrong with it, its shots and its voices. A fast pass first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from answerprint.core.errors import UsageError
from answerprint.core.findings import Evidence, Finding
from answerprint.core.logged import Probe
from answerprint.core.records import Asset, AssetKind
from answerprint.departments.footage.steps import (
    SILERO,
    ClapStep,
    InspectStep,
    ListenStep,
    LooksStep,
    ProbeStep,
    ShotsStep,
    ThumbnailStep,
    VoiceStep,
)
from answerprint.engine.graph import Graph, Media
from answerprint.media.raw import pair_proxies
from answerprint.models.shelf import Shelf
from answerprint.pipeline.bringing import kind_of
from answerprint.pipeline.making import Making
from answerprint.store.inputs import path_of_text
from answerprint.store.objects import hash_file
from answerprint.store.production import display_name, find_inputs
from answerprint.store.rows import stat_of


def log(making: Making) -> None:
    """Fill `making.assets` and write every asset's tracks."""
    files = _scan(making)
    _fast_pass(making, files)
    _deep_pass(making)
    making.catalogue.put_assets(making.assets.values())
    gone = {asset.id for asset in making.catalogue.assets()} - set(making.assets)
    making.catalogue.remove_assets(gone)


def inputs_of(making: Making, kinds: tuple[str, ...]) -> list[Path]:
    """The production's input files whose kind is one of these."""
    if not making.inputs:
        making.inputs = [(path, kind_of(path)) for path in find_inputs(making.production)]
    return [path for path, kind in making.inputs if kind in kinds]


def known_hashes(making: Making, files: list[Path]) -> dict[Path, str]:
    """BLAKE3 of every file; one recognised by path, size, time and inode is not read again."""
    stats = {}
    for path in files:
        try:
            stats[path] = stat_of(path)
        except OSError as error:
            making.findings.append(_unreadable(path, error))
    known = making.catalogue.known_digests(stats.values())
    hashes: dict[Path, str] = {}
    fresh = []
    for path, stat in stats.items():
        digest = known.get(stat.path)
        if digest is None:
            try:
                digest = hash_file(path)
            except OSError as error:
                making.findings.append(_unreadable(path, error))
                continue
            fresh.append((stat, digest))
        hashes[path] = digest
    if fresh:
        making.catalogue.remember_digests(fresh)
    return hashes


def _scan(making: Making) -> dict[str, Path]:
    """Asset id → path. The same bytes under a second name are one asset, and said so."""
    files = inputs_of(making, ("footage", "sound"))
    found: dict[str, Path] = {}
    for path, digest in known_hashes(making, files).items():
        if digest in found:
            making.findings.append(
                Finding(
                    code="file.twice",
                    message=f"{display_name(path.name)} is the same file as "
                    f"{display_name(found[digest].name)}; it is used once",
                    subject=digest,
                    evidence=(Evidence(asset=digest),),
                )
            )
        else:
            found[digest] = path
    if not found and not files:
        root = making.production.root
        raise UsageError(
            "AP-USE-040",
            "the production holds no picture and no sound",
            file=str(root),
            remedy=f"answerprint add {root.name} CARD",
        )
    return found


def _fast_pass(making: Making, files: dict[str, Path]) -> None:
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


def _deep_pass(making: Making) -> None:
    graph = Graph()
    silero = silero_digest()
    # One step for all files: the part of a key that is the step's is then made once.
    inspect, shots, looks, listen = InspectStep(), ShotsStep(), LooksStep(), ListenStep()
    for id, asset in making.assets.items():
        if asset.kind in ("raw", "sidecar"):
            continue
        media = Media(id, making.paths[id])
        probe = making.stored("probe", id, "probe")
        assert probe is not None  # an asset exists only where its probe does
        graph.add(inspect, id, media=media, probe=probe)
        if asset.stream("video") is not None:
            graph.add(shots, id, media=media)
            graph.add(looks, id, media=media)
        if asset.stream("audio") is not None:
            heard = graph.add(listen, id, media=media, probe=probe)
            inputs = {"sound": heard["sound"], "listening": heard["listening"]}
            voice = graph.add(VoiceStep(asset=id, silero=silero), id, **inputs)
            graph.add(ClapStep(asset=id), id, voice=voice["voice"], **inputs)
    making.run(graph)


def silero_digest() -> str:
    """The digest of Silero VAD where it is fetched, else nothing: the classical back end hears voices."""
    shelf = Shelf()
    return shelf.digest(SILERO) if shelf.fetched(SILERO) else ""


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


def _unreadable(path: Path, error: OSError) -> Finding:
    return Finding(
        code="file.unreadable",
        message=f"{display_name(path.name)} cannot be read: {error.strerror}",
        severity="problem",
        subject=display_name(path.name),
        needs_a_person=True,
    )
