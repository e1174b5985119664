"""What the store's tests share: an empty catalogue, objects beside it, and records to put in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from answerprint.core.encoding import to_json
from answerprint.core.records import Annotation, Provenance, Track
from answerprint.store.catalogue import Catalogue, Output, RunRow, track_digest
from answerprint.store.objects import ObjectStore


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue(tmp_path / "catalogue.sqlite") as opened:
        yield opened


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "state")


@pytest.fixture
def logged(catalogue: Catalogue) -> Callable[..., str]:
    """Commits a run of one track, as a worker does; gives the track's digest."""

    def log(
        asset: str,
        name: str,
        *annotations: Annotation,
        rate: Fraction = Fraction(24),
        key: str | None = None,
        version: int = 1,
    ) -> str:
        track = Track(asset=asset, name=name, rate=rate, annotations=annotations)
        digest = track_digest(track)
        key = key or f"{asset}:{name}:{digest[:16]}"
        row = RunRow(
            key=key,
            step=name,
            version=version,
            subject=asset,
            provenance=Provenance(step=name, version=version, key=key),
            outputs={"track": Output("track", digest, len(to_json(track)))},
        )
        catalogue.commit_run(row, {"track": track})
        return digest

    return log
