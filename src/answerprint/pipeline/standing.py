"""How a production stands: its files, its tracks, its jobs, its versions."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from answerprint.core.encoding import to_builtins
from answerprint.core.records import Asset
from answerprint.store.production import Production
from answerprint.store.rows import JobRow, TrackInfo


class TrackDocument(msgspec.Struct, frozen=True, kw_only=True):
    asset: str
    name: str
    annotations: int
    step: str
    version: int
    models: dict[str, str]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What `answerprint status` shows."""

    name: str
    assets: tuple[Asset, ...]
    tracks: tuple[TrackDocument, ...]
    jobs: tuple[JobRow, ...]
    versions: tuple[str, ...]
    decisions: int
    proposals: int

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = to_builtins(self)
        return found

    def lines(self) -> list[str]:
        """The standing for people."""
        kinds = Counter(asset.kind for asset in self.assets)
        cards = Counter(asset.card or "–" for asset in self.assets)
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none yet"
        text = [f"{self.name}", f"  files     {listed}"]
        text += [f"    {card:<12}{count}" for card, count in sorted(cards.items())]
        names = Counter(track.name for track in self.tracks)
        text += [f"  tracks    {', '.join(f'{name} ×{count}' for name, count in sorted(names.items()))}"]
        states = Counter(job.state for job in self.jobs)
        text += [f"  steps     {', '.join(f'{count} {state}' for state, count in sorted(states.items()))}"]
        asset_names = {asset.id: asset.name for asset in self.assets}
        for job in self.jobs:
            if job.state in ("failed", "set_aside"):
                subject = asset_names.get(job.subject, job.subject)
                text.append(f"    {job.step} {subject}: {job.state.replace('_', ' ')}: {job.reason}")
        text.append(f"  proposals {self.proposals}, decisions {self.decisions}")
        text.append(f"  versions  {', '.join(self.versions) or 'none yet: answerprint make'}")
        return text


def standing_of(production: Production) -> Standing:
    """The standing, read beside whatever is running."""
    catalogue = production.catalogue()
    try:
        return Standing(
            name=production.settings.production.name,
            assets=tuple(catalogue.assets()),
            tracks=tuple(_track(one) for one in catalogue.tracks()),
            jobs=tuple(catalogue.jobs()),
            versions=tuple(f"v{one.number:03d}" for one in catalogue.versions()),
            decisions=len(catalogue.decisions()),
            proposals=len(catalogue.proposals()),
        )
    finally:
        catalogue.close()


def _track(info: TrackInfo) -> TrackDocument:
    return TrackDocument(
        asset=info.asset,
        name=info.name,
        annotations=info.count,
        step=info.provenance.step,
        version=info.provenance.version,
        models=dict(info.provenance.models),
    )
