"""A production with tracks as logging leaves them, put in by hand: what the tests of search ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from answerprint.core.encoding import to_json
from answerprint.core.records import Annotation, Asset, Provenance, Stream, Track
from answerprint.core.time import Time
from answerprint.store.catalogue import Catalogue, Output, RunRow, track_digest
from answerprint.store.production import Production

PICTURE, SOUND = Fraction(90_000), Fraction(16_000)  # ticks a second
HEARD = ("words.1", "readings.1", "transcript.1", "sounds.1", "speakers.1", "voice.1")
Mark = tuple[Any, ...]  # from, to in seconds, label[, text[, value]]


def clip(number: int, *, start: Fraction = Fraction(0), **fields: Any) -> Asset:
    """A minute of picture at 25 frames a second with sound, on a clock that begins at `start` seconds."""
    video = Stream(
        index=0, kind="video", codec="h264", time_base=1 / PICTURE, rate=Fraction(25), width=64, height=36,
        start=Time(int(start * PICTURE), PICTURE), duration=Time(int(60 * PICTURE), PICTURE),
    )  # fmt: skip
    audio = Stream(
        index=1, kind="audio", codec="aac", time_base=1 / SOUND, rate=SOUND, channels=1,
        start=Time(int(start * SOUND), SOUND), duration=Time(int(60 * SOUND), SOUND),
    )  # fmt: skip
    name = f"C{number:03}.mov"
    return Asset(
        id=f"{number:064x}", name=name, path=f"footage/{name}", size=number, kind="picture", container="mov",
        streams=(video, audio), **fields,
    )  # fmt: skip


def track(asset: Asset, name: str, marks: Sequence[Mark], rate: Fraction | None = None) -> Track:
    rate = rate or (SOUND if name in HEARD else PICTURE)
    found = [
        Annotation(
            start=round(Fraction(mark[0]).limit_denominator(10**6) * rate),
            end=round(Fraction(mark[1]).limit_denominator(10**6) * rate),
            label=mark[2],
            text=mark[3] if len(mark) > 3 else "",
            value=mark[4] if len(mark) > 4 else {},
            confidence=0.9,
        )
        for mark in marks
    ]
    ordered = sorted(found, key=lambda one: (one.start, one.end, one.label))
    return Track(asset=asset.id, name=name, rate=rate, annotations=tuple(ordered))


def words(text: str, at: float) -> list[Mark]:
    """A word every half second."""
    return [(at + k / 2, at + k / 2 + 0.4, "", word) for k, word in enumerate(text.split())]


def commit(catalogue: Catalogue, one: Track) -> str:
    digest = track_digest(one)
    row = RunRow(
        key=digest,
        step=one.name,
        version=1,
        subject=one.asset,
        provenance=Provenance(step=one.name, version=1, key=digest),
        outputs={"track": Output("track", digest, len(to_json(one)))},
    )
    catalogue.commit_run(row, {"track": one})
    return digest


def production_with(
    root: Path, clips: Mapping[int, Mapping[str, Sequence[Mark]]], **fields: Any
) -> Production:
    """A production of clips, each with its tracks. fields: of every asset."""
    production = Production.create(root)
    with production.catalogue() as catalogue:
        assets = {number: clip(number, **fields) for number in clips}
        catalogue.put_assets(assets.values())
        for number, tracks in clips.items():
            for name, marks in tracks.items():
                commit(catalogue, track(assets[number], name, marks))
    return production
