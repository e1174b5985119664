"""Findings: something noticed, with its evidence, the threshold it crossed and how sure we are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from answerprint.core.time import Range

Severity = Literal["note", "warning", "problem"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding rests on: a stretch of an asset, a line of a script, or a measured value."""

    asset: str | None = None
    range: Range | None = None
    line: str | None = None
    measure: str | None = None
    value: float | str | None = None
    threshold: float | str | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something noticed. `code` is stable (`sync.none`, `line.missing`); `message` is for people."""

    code: str
    message: str
    severity: Severity = "note"
    subject: str = ""  # an asset id, a line id, or "production"
    evidence: tuple[Evidence, ...] = ()
    confidence: float | None = None
    needs_a_person: bool = False
    details: Mapping[str, Any] = {}
