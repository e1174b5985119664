"""What `answerprint make` returns: the version's summary, and what this run did."""

from __future__ import annotations

from typing import Any

import msgspec

from answerprint.core.encoding import to_builtins
from answerprint.core.findings import Finding
from answerprint.core.time import TimeDocument
from answerprint.pipeline.places import RangeDocument

CLOSE = 0.1  # a choice less sure than this (0.02 of score) is a close call


def is_close(confidence: float | None, decided: str) -> bool:
    """Whether a choice is so close that a person should look at it."""
    return confidence is not None and confidence < CLOSE and not decided


class AlternateDocument(msgspec.Struct, frozen=True, kw_only=True):
    asset: str
    range: RangeDocument
    label: str
    score: float
    cost: str


class SlotDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the cut. range is in the asset's own time, record in the cut's."""

    id: str
    line: str | None
    label: str
    speaker: str
    text: str
    asset: str
    file: str
    take: str
    range: RangeDocument
    record: RangeDocument
    reason: str
    alternates: tuple[AlternateDocument, ...]
    confidence: float | None
    decided: str
    gain_db: float | None


class MissingDocument(msgspec.Struct, frozen=True, kw_only=True):
    line: str
    label: str
    speaker: str
    text: str
    reason: str


class ExcludedDocument(msgspec.Struct, frozen=True, kw_only=True):
    asset: str
    file: str
    range: RangeDocument | None
    reason: str
    line: str | None = None


class LoudnessDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Measured on the final file."""

    integrated: float | None  # LUFS
    true_peak: float | None  # dBTP
    range_lu: float | None
    target: float
    ceiling: float


class VersionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """summary.json of a version: no clock times, no absolute paths, the same bytes for the same cut."""

    title: str
    version: str
    kind: str
    rate: str
    start_timecode: str
    duration: TimeDocument
    slots: tuple[SlotDocument, ...] = ()
    missing: tuple[MissingDocument, ...] = ()
    excluded: tuple[ExcludedDocument, ...] = ()
    loudness: LoudnessDocument | None = None
    findings: tuple[Finding, ...] = ()
    changes: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()


class FailedStep(msgspec.Struct, frozen=True, kw_only=True):
    step: str
    subject: str
    file: str
    code: str
    reason: str


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    ran: int
    reused: int
    failed: tuple[FailedStep, ...] = ()


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer of one run."""

    stage: str  # how far it went
    outputs: dict[str, str]  # file name → path; empty before the report stage
    version: VersionSummary | None
    steps: Steps
    ran: tuple[str, ...]  # node ids
    new_version: bool
    needs: tuple[str, ...]  # what needs a person

    @property
    def needs_a_person(self) -> bool:
        return bool(self.needs)

    def document(self) -> dict[str, Any]:
        """The document that `--json` prints."""
        version: dict[str, Any] = to_builtins(self.version) if self.version is not None else {}
        for name in ("slots", "missing", "excluded", "findings"):
            version.setdefault(name, [])
        version.setdefault("loudness", None)
        return {
            "stage": self.stage,
            "outputs": self.outputs,
            "steps": {**to_builtins(self.steps), "nodes": list(self.ran)},
            "new_version": self.new_version,
            "needs": list(self.needs),
            **version,
        }

    def lines(self) -> list[str]:
        """The answer for people."""
        text = []
        one = self.version
        if one is not None and self.outputs:
            text.append(
                f"{one.title} {one.version}: {one.kind}, {one.duration.timecode or one.duration.time}"
                + ("" if self.new_version else " (unchanged)")
            )
            if one.loudness is not None and one.loudness.integrated is not None:
                text.append(
                    f"  {_count(len(one.slots), 'choice')}, {_count(len(one.missing), 'line')} missing, "
                    f"{one.loudness.integrated:.1f} LUFS (target {one.loudness.target:.1f})"
                )
            close = [slot.label for slot in one.slots if is_close(slot.confidence, slot.decided)]
            if close:
                text.append(f"  {len(close)} close calls: {', '.join(close)}")
        else:
            text.append(f"Done as far as {self.stage}.")
        done = f"{self.steps.ran} steps run, {self.steps.reused} kept from before"
        text.append(f"  {done}, {len(self.steps.failed)} set aside" if self.steps.failed else f"  {done}")
        if self.needs:
            text.append(f"Needs a person ({len(self.needs)}):")
            text += [f"  - {need}" for need in self.needs]
        if "report.html" in self.outputs:
            text.append(f"Report: {self.outputs['report.html']}")
        return text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
