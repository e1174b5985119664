"""Cues: what a subtitle file holds, in whatever format."""

from __future__ import annotations

import msgspec

from answerprint.core.time import Range


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """One caption: its range in cut time, its lines, and who speaks."""

    range: Range
    text: str  # lines separated by "\n"; italics as <i>…</i>
    speaker: str | None = None
    identifier: str = ""
    settings: str = ""  # WebVTT cue settings as written
