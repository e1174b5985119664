"""Transcripts of other programs in any format: SubRip, WebVTT, and the JSON of the Whisper family."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from answerprint.core.errors import FormatError
from answerprint.formats.subtitles.model import Cue
from answerprint.formats.subtitles.srt import read_srt
from answerprint.formats.subtitles.vtt import read_vtt
from answerprint.formats.text import read_text
from answerprint.formats.transcripts.model import Passage, Transcript
from answerprint.formats.transcripts.whisper import read_whisper

_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|\{\\[^{}]*\}")
# Speakers as people and programs write them before a cue's words: `ANNA:`, `[SPEAKER_00]:`, `(Dr. Lee):`.
_SPEAKER = re.compile(
    r"\s*(?:[\[(]([^\[\]()\n]{1,40})[\])]\s*:?|([A-Z][A-Z0-9 _.'’-]{0,38}[A-Z0-9.])\s*:)\s+(?=\S)"
)
_SOUND = re.compile(r"[a-z ]+")  # [applause], (sighs): nobody's name


def read_transcript(path: Path) -> Transcript:
    """The transcript in a file; what it holds decides which format it is, not its suffix.

    Raises UsageError AP-USE-010 when it cannot be opened, FormatError AP-FORMAT-001, -002 when it is no text,
    AP-FORMAT-050 … -053 for cues that cannot be read, AP-FORMAT-240 … -242 for JSON that is no transcript,
    and AP-FORMAT-243 when nothing is said in it.
    """
    text, _ = read_text(path)
    name = str(path)
    head = text.lstrip()[:16]
    if head.startswith(("{", "[")):
        found = read_whisper(text, file=name)
    elif head.startswith("WEBVTT"):
        found = Transcript(passages=passages_of(read_vtt(text.lstrip(), file=name)), source="vtt")
    else:
        found = Transcript(passages=passages_of(read_srt(text, file=name)), source="srt")
    if not found.passages:
        raise FormatError(
            "AP-FORMAT-243",
            "nothing is said in this transcript",
            file=name,
            remedy="export it again with its text",
        )
    ordered = sorted(found.passages, key=lambda one: (one.range.start, one.range.end))
    return msgspec.structs.replace(found, passages=tuple(ordered))


def passages_of(cues: Iterable[Cue]) -> tuple[Passage, ...]:
    """Cues as passages: markup gone, lines joined, a name before the words taken as the speaker."""
    passages = []
    for cue in cues:
        text = " ".join(_MARKUP.sub("", cue.text).split())
        speaker = cue.speaker
        named = _SPEAKER.match(text)
        if speaker is None and named and not _SOUND.fullmatch(named[1] or ""):
            speaker, text = (named[1] or named[2]).strip(), text[named.end() :]
        text = text.removeprefix("- ")
        if text:
            passages.append(Passage(range=cue.range, text=text, speaker=speaker))
    return tuple(passages)
