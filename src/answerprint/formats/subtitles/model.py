"""Cues: what a subtitle file holds, in whatever format."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import msgspec

from answerprint.core.time import Range

Place = Literal["bottom", "middle", "top"]
Align = Literal["left", "center", "right"]


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """One caption: its range in cut time, its lines, and who speaks."""

    range: Range
    text: str  # lines separated by "\n"; <i>…</i>, <b>…</b>, <u>…</u> are its only markup
    speaker: str | None = None
    identifier: str = ""
    settings: str = ""  # WebVTT cue settings as written
    place: Place = "bottom"
    align: Align = "center"
    forced: bool = False  # a forced narrative: shown also where subtitles are off


class SubtitleFile(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file. rate: the frame rate its times were counted in, None where it has a clock only."""

    cues: tuple[Cue, ...]
    format: str  # "srt", "vtt", "ttml", "imsc", "stl", "scc", "ass"
    rate: Fraction | None = None
    language: str = ""  # BCP 47, empty where it says none
    title: str = ""
    notes: tuple[str, ...] = ()  # what was in the file and has no place here, for people
