"""A fault that a container shows by itself, without decoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["truncated", "bad_header", "corrupt_data", "bad_timestamps", "missing_frames"]


@dataclass(frozen=True)
class Fault:
    """What contradicts itself, where (byte), and up to where when a stretch is concerned."""

    kind: FaultKind
    at: int
    reason: str
    end: int | None = None
