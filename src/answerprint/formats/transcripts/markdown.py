"""A transcript as Markdown: one paragraph a passage, its place and speaker in front."""

from __future__ import annotations

import re

from answerprint.formats.transcripts.model import PrintedTranscript

# What CommonMark would take for markup anywhere in a line, and at its beginning.
_MARKS = re.compile(r"([\\`*_\[\]<>&|~])")
_OPENING = re.compile(r"^(\s*)([#+-]|\d+[.)])(?=\s|$)")


def write_markdown(transcript: PrintedTranscript) -> str:
    """The transcript as CommonMark; what people say is never taken for markup."""
    parts = [f"# {_escaped(transcript.title)}"]
    if transcript.about:
        parts.append("  \n".join(_escaped(line) for line in transcript.about))
    for passage in transcript.passages:
        speaker = f" **{_escaped(passage.speaker)}**" if passage.speaker else ""
        note = f" *({_escaped(passage.note)})*" if passage.note else ""
        parts.append(f"`{passage.place.replace('`', ' ')}`{speaker}{note}  \n{_escaped(passage.text)}")
    return "\n\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    line = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return _OPENING.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", line)
