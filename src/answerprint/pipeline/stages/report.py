"""Report: the version published with its page and its summary, and what changed since the one before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.encoding import to_json
from answerprint.core.findings import Finding
from answerprint.core.records import Asset
from answerprint.core.time import Range, Time, time_document
from answerprint.departments.editorial.layout import Slot
from answerprint.departments.editorial.takes import Refused
from answerprint.engine.graph import Collected, Graph, Value
from answerprint.engine.step import Context, Inputs, Step
from answerprint.pipeline.changes import changes_between
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making
from answerprint.pipeline.needs import needs_of
from answerprint.pipeline.places import RangeDocument, label_at, source_range
from answerprint.pipeline.report import (
    AlternateRow,
    Bar,
    ClipRow,
    LoudnessCurve,
    ReportData,
    SlotRow,
    render_report,
)
from answerprint.pipeline.stages.log import card_counts, mixed_rates
from answerprint.pipeline.summary import (
    AlternateDocument,
    ExcludedDocument,
    LoudnessDocument,
    MissingDocument,
    SlotDocument,
    VersionSummary,
    is_close,
)
from answerprint.pipeline.versions import SUMMARY, adopt, base_version, publish
from answerprint.store.objects import hash_bytes

REPORT = "report.html"
TOLERANCE = 0.5  # LU around the target, EBU R 128


@dataclass(frozen=True)
class ReportStep(Step):
    """The page of a version."""

    name: ClassVar[str] = "report"
    version: ClassVar[int] = 3
    reads: ClassVar[tuple[str, ...]] = ("data", "stills")
    writes: ClassVar[tuple[str, ...]] = ("page",)
    libraries: ClassVar[tuple[str, ...]] = ("jinja2",)

    def run(self, inputs: Inputs, context: Context) -> None:
        data = inputs["data"].record(ReportData)
        stills = {slot: item.path().read_bytes() for slot, item in inputs.many("stills").items()}
        context.write_bytes("page", render_report(data, stills).encode())


def report(making: Making, film: Film) -> tuple[VersionSummary, dict[str, str], bool]:
    """Publish the version. Returns its summary, its files (name → path), and whether it is new."""
    summary = _summary(making, film)
    data = _data(making, film, summary)
    files = {name: stored.output.digest for name, stored in sorted(film.files.items())}
    content = hash_bytes(
        to_json(
            {
                "files": files,
                "stills": {slot: stored.output.digest for slot, stored in sorted(film.stills.items())},
                "data": data,
                "summary": summary,
                "page": ReportStep.version,
            }
        )
    )
    adopt(
        making.production,
        making.catalogue,
        making.objects,
        content=content,
        files=files,
        summary=summary,
        cut=film.assembly.cut,
    )
    before, number = base_version(making.production, making.catalogue, content)
    new = all(one.number != number for one in making.catalogue.versions())
    label = f"v{number:03d}"
    earlier = making.catalogue.cut(before) if before is not None else None
    changes = changes_between(earlier, film.assembly.cut) if earlier is not None else ()
    summary = msgspec.structs.replace(summary, version=label, changes=changes)
    data = msgspec.structs.replace(data, changes=changes, before=f"v{before:03d}" if before else "")
    graph = Graph()
    graph.add(ReportStep(), "page", data=Value(data), stills=Collected(film.stills))
    making.run(graph)
    outputs = dict(files)
    outputs[REPORT] = making.kept("report", "page", "page").output.digest
    outputs[SUMMARY] = making.objects.put_bytes(to_json(summary))
    folder = publish(
        making.production,
        making.catalogue,
        making.objects,
        number=number,
        content=content,
        outputs=outputs,
        cut=film.assembly.cut,
    )
    return summary, {name: str(folder / name) for name in sorted(outputs)}, new


def slot_documents(making: Making, film: Film) -> tuple[SlotDocument, ...]:
    """Every place of the cut as it is printed: what fills it, why, and what else could."""
    cut = film.assembly.cut
    assets = making.assets

    def place(asset: str, range_: Range) -> RangeDocument:
        return source_range(assets[asset], film.grids.get(asset), range_)

    gains = film.levels.gains if film.levels is not None else {}
    return tuple(
        SlotDocument(
            id=slot.id,
            line=slot.line,
            label=slot.label,
            speaker=slot.speaker,
            text=slot.text,
            asset=slot.asset,
            file=assets[slot.asset].path,
            take=slot.take,
            range=place(slot.asset, slot.source),
            record=_record(cut, slot),
            reason=slot.reason,
            alternates=tuple(
                AlternateDocument(
                    asset=one.asset,
                    range=place(one.asset, one.range),
                    label=one.label,
                    score=one.score,
                    cost=one.cost,
                )
                for one in slot.alternates
            ),
            confidence=slot.confidence,
            decided=slot.decided,
            gain_db=gains.get(f"{slot.id}/A1"),
        )
        for slot in film.assembly.slots
    )


def missing_documents(film: Film) -> tuple[MissingDocument, ...]:
    return tuple(
        MissingDocument(line=one.line, label=one.label, speaker=one.speaker, text=one.text, reason=one.reason)
        for one in film.assembly.missing
    )


def _summary(making: Making, film: Film) -> VersionSummary:
    cut = film.assembly.cut
    assets = making.assets
    measured = film.measured.loudness if film.measured is not None else None
    return VersionSummary(
        title=cut.name,
        version="",
        kind=_kind(film),
        rate=f"{cut.rate.numerator}/{cut.rate.denominator}",
        start_timecode=cut.timecode(0),
        duration=time_document(Time(cut.frames, cut.rate), cut.frames, _length(cut)),
        slots=slot_documents(making, film),
        missing=missing_documents(film),
        excluded=tuple(
            ExcludedDocument(
                asset=one.asset,
                file=assets[one.asset].path,
                range=source_range(assets[one.asset], film.grids.get(one.asset), one.range)
                if one.range is not None
                else None,
                reason=one.reason,
                line=one.line,
            )
            for one in film.assembly.excluded
        ),
        loudness=LoudnessDocument(
            integrated=measured.integrated,
            true_peak=measured.true_peak,
            range_lu=measured.range,
            target=film.levels.target,
            ceiling=film.levels.ceiling,
        )
        if measured is not None and film.levels is not None
        else None,
        findings=(*making.findings, *film.assembly.findings, *_subtitle_findings(film)),
        policies=(mixed_rates(list(assets.values()), making.production.settings.picture.rate),),
    )


def _data(making: Making, film: Film, summary: VersionSummary) -> ReportData:
    cut = film.assembly.cut
    assets = making.assets
    setups = {slot.id: _setup(film, slot) for slot in film.assembly.slots}
    return ReportData(
        title=cut.name,
        kind=summary.kind,
        duration=_length(cut),
        rate=f"{making.production.settings.picture.rate} fps",
        raster=f"{cut.width}×{cut.height}",
        start=cut.timecode(0),
        frames=cut.frames,
        slots=tuple(_slot_row(making, film, slot, setups[slot.id]) for slot in film.assembly.slots),
        bars=tuple(
            Bar(
                track=track.name,
                start=clip.record.start.frame(cut.rate),
                end=clip.record.end.frame(cut.rate),
                name=f"{clip.name} ({track.role or 'picture'}{', muted' if clip.muted else ''})",
                setup=setups.get(clip.slot or "", ""),
                muted=clip.muted or track.muted,
                slot=clip.slot or "",
            )
            for track in cut.tracks
            for clip in track.clips
        ),
        needs=needs_of(making, film),
        missing=tuple((one.label, one.text, one.reason) for one in film.assembly.missing),
        excluded=tuple(
            (assets[one.asset].name, _where(film, assets[one.asset], one), one.reason)
            for one in film.assembly.excluded
        ),
        clips=_clip_rows(film, assets),
        cards=tuple((card, f"{count} files") for card, count in card_counts(list(assets.values())).items()),
        sync=tuple(
            (
                assets[match.picture].name,
                assets[match.sound].name,
                f"{match.method} ({match.confidence:.2f})",
                f"{float(match.offset.seconds):+.4f} s",
            )
            for match in film.matches.matches
        )
        + tuple(("–", assets[one.sound].name, f"none: {one.reason}", "") for one in film.matches.unmatched),
        changes=(),
        before="",
        policies=summary.policies,
        back_ends=_back_ends(making),
        loudness=_curve(film),
        cleaning=_cleaning(film),
        grades=tuple(film.grades),
        cues=len(film.subtitles.cues) if film.subtitles is not None else 0,
    )


def _slot_row(making: Making, film: Film, slot: Slot, setup: str) -> SlotRow:
    asset = making.assets[slot.asset]
    cut = film.assembly.cut
    start, end = slot.record.start.frame(cut.rate), slot.record.end.frame(cut.rate)
    return SlotRow(
        id=slot.id,
        label=slot.label,
        text=slot.text,
        take=slot.take,
        clip=asset.name,
        record_in=cut.timecode(start),
        record_out=cut.timecode(end),
        source_in=label_at(asset, film.grids.get(slot.asset), slot.source.start),
        start=start,
        end=end,
        reason=slot.reason,
        setup=setup,
        decided=slot.decided,
        close=is_close(slot.confidence, slot.decided),
        alternates=tuple(
            AlternateRow(label=one.label or making.assets[one.asset].name, cost=one.cost)
            for one in slot.alternates
        ),
    )


def _clip_rows(film: Film, assets: Mapping[str, Asset]) -> tuple[ClipRow, ...]:
    uses = Counter(slot.asset for slot in film.assembly.slots)
    sounds = Counter(match.sound for match in film.matches.matches if uses[match.picture])
    damage: dict[str, list[str]] = {}
    for one in film.assembly.excluded:
        if one.reason.startswith("damaged"):
            damage.setdefault(one.asset, []).append(one.reason)

    def use(asset: str) -> str:
        if uses[asset]:
            return f"used {uses[asset]} ×"
        return f"sound of {sounds[asset]} clips" if sounds[asset] else "not used"

    return tuple(_clip_row(film, one, use(id), tuple(damage.get(id, ()))) for id, one in assets.items())


def _clip_row(film: Film, asset: Asset, use: str, damage: tuple[str, ...]) -> ClipRow:
    slate = film.slates.get(asset.id)
    return ClipRow(
        name=asset.name,
        card=asset.card or "",
        what=_what(asset),
        length=_duration(asset),
        timecode=asset.timecode.label if asset.timecode is not None else "",
        label=f"{slate.label}{' ○' if slate.circled else ''}" if slate is not None else "",
        use=use,
        trouble=damage,
    )


def _what(asset: Asset) -> str:
    parts = []
    for stream in asset.streams:
        if stream.kind == "video":
            rate = f"{float(stream.rate):.5g} fps" if stream.rate is not None else "stills"
            varying = " variable" if stream.variable_rate else ""
            parts.append(f"{stream.width}×{stream.height} {stream.codec} {rate}{varying}")
        elif stream.kind == "audio":
            rate = f"{float(stream.rate) / 1000:g} kHz" if stream.rate is not None else ""
            parts.append(f"{stream.codec} {rate} {stream.layout or stream.channels}")
    return ", ".join(parts) or asset.container


def _duration(asset: Asset) -> str:
    longest = max((float(one.duration.seconds) for one in asset.streams if one.duration), default=0.0)
    return f"{int(longest // 60)}:{longest % 60:04.1f}"


def _where(film: Film, asset: Asset, one: Refused) -> str:
    if one.range is None:
        return "the whole file"
    grid = film.grids.get(asset.id)
    return f"{label_at(asset, grid, one.range.start)} – {label_at(asset, grid, one.range.end)}"


def _setup(film: Film, slot: Slot) -> str:
    slate = film.slates.get(slot.asset)
    return slate.scene.casefold() if slate is not None and slate.scene else slot.asset[:12]


def _curve(film: Film) -> LoudnessCurve | None:
    if film.measured is None or film.levels is None:
        return None
    found = film.measured.loudness
    return LoudnessCurve(
        step_seconds=film.measured.curve_step,
        values=film.measured.curve,
        target=film.levels.target,
        tolerance=TOLERANCE,
        integrated=found.integrated,
        true_peak=found.true_peak,
        ceiling=film.levels.ceiling,
        range_lu=found.range,
    )


def _cleaning(film: Film) -> tuple[tuple[str, str], ...]:
    """What was cleaned, each slot once."""
    labels = {slot.id: slot.label for slot in film.assembly.slots}
    return tuple(
        (labels.get(clip.rsplit("/", 1)[0], clip), "; ".join(one.applied))
        for clip, one in film.cleaned.items()
        if one.applied
    )


def _back_ends(making: Making) -> tuple[tuple[str, str], ...]:
    """Which back end each capability ran on, from the provenance of the tracks."""
    found: dict[str, str] = {}
    for info in making.catalogue.tracks():
        models = ", ".join(f"{name} {digest[:12]}" for name, digest in info.provenance.models.items())
        what = f"{info.provenance.step} {info.provenance.version}, {models or 'classical'}"
        found.setdefault(info.name, what)
    return tuple(sorted(found.items()))


def _subtitle_findings(film: Film) -> tuple[Finding, ...]:
    return film.subtitles.findings if film.subtitles is not None else ()


def _record(cut: Cut, slot: Slot) -> RangeDocument:
    start, end = slot.record.start.frame(cut.rate), slot.record.end.frame(cut.rate)
    return RangeDocument(
        time_document(slot.record.start, start, cut.timecode(start)),
        time_document(slot.record.end, end, cut.timecode(end)),
    )


def _kind(film: Film) -> str:
    if film.screenplay is not None:
        return "rough cut in script order"
    return "string-out in source order"


def _length(cut: Cut) -> str:
    whole = cut.frames / float(cut.rate)
    return f"{int(whole // 60)}:{whole % 60:04.1f}"
