"""Review notes: what a reviewer wrote on a frame of the cut, as a proposal about the slot that lies there.

Every note becomes one proposal. Where its words ask for something the cut can do by itself, accepting the
note does it: another take, out of the cut, so many frames longer or shorter, kept as it is. The words are
those of `review_notes.toml`; what none of them fits is for a person, and accepting it says it was heeded.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import msgspec

from answerprint.core.cut import Clip, Cut, Marker
from answerprint.core.proposals import Choice, Decision, Proposal
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.paper import PAPER, order_of
from answerprint.departments.editorial.pieces import CUTAWAY

WORDS = Path(__file__).with_name("review_notes.toml")
NOTE = "note"  # the kind of these proposals
LONGEST_TRIM = 240  # frames a note may ask for


def note_proposals(
    notes: Sequence[Marker], cut: Cut, takes: Sequence[Proposal], source: str
) -> list[Proposal]:
    """One proposal for every note, in order. takes: the proposals of the cut's slots. source: the file.

    The same notes give the same ids, wherever a re-cut has moved their slots since.
    """
    by_id = {one.id: one for one in takes}
    seen: dict[str, int] = {}
    made = []
    for note in notes:
        clip = clip_at(cut, note.range.start.frame(cut.rate))
        about = by_id.get(clip.slot or "") if clip is not None else None
        text = told(note)
        key = "\n".join((about.id if about else f"@{note.range.start.frame(cut.rate)}", text))
        seen[key] = seen.get(key, 0) + 1
        digest = sha256(f"{key}\n{seen[key]}".encode()).hexdigest()[:12]
        made.append(_proposal(f"{NOTE}:{digest}", note, text, cut, clip, about, source))
    return made


def struck(decisions: Mapping[str, Decision], decision: Decision) -> Decision:
    """A paper decision that leaves slots out, joined with what people have decided already."""
    out: tuple[str, ...] = tuple(decision.frozen["out"])
    edit = order_of(decisions)
    kept = dict(decisions[PAPER].frozen) if PAPER in decisions else {}
    kept["order"] = [one for one in edit.order if one not in out]
    kept["out"] = list(dict.fromkeys((*edit.out, *out)))
    return msgspec.structs.replace(decision, frozen=kept)


def told(note: Marker) -> str:
    """What a note says: its comment, or its name where that is all it has."""
    return " ".join((note.comment or note.name).split()) or "(no words)"


def clip_at(cut: Cut, frame: int) -> Clip | None:
    """What a frame of the cut is about: the line heard there, else the picture seen."""
    place = Time(frame, cut.rate)
    for kind in ("audio", "video"):
        for track in cut.tracks:
            for clip in track.clips if track.kind == kind and not track.muted else ():
                if clip.slot and not clip.muted and clip.record.start <= place < clip.record.end:
                    return clip
    return None


def _proposal(
    id: str, note: Marker, text: str, cut: Cut, clip: Clip | None, about: Proposal | None, source: str
) -> Proposal:
    at = cut.timecode(note.range.start.frame(cut.rate))
    author = f"{note.name}, " if note.comment and note.name else ""
    where = about.subject.split(":")[0] if about is not None else "no slot lies there"
    effect, choice, changes = (
        _asked(text, cut, clip, about) if clip is not None and about is not None else ((), None, "")
    )
    return Proposal(
        id=id,
        kind=NOTE,
        subject=f"{at} {where}: {text}",
        choice=choice,
        reason=f"{author}{source}, at {at}.",
        changes=changes or "nothing by itself: a person reads it; accept it once it is heeded",
        line=about.line if about is not None else None,
        alternates=about.alternates if about is not None and effect and effect[0].answer == "replace" else (),
        effect=effect,
    )


def _asked(
    text: str, cut: Cut, clip: Clip, about: Proposal
) -> tuple[tuple[Decision, ...], Choice | None, str]:
    """What a note asks for: the decisions, the choice they are about, and both in words."""
    wanted = words_for(text)
    own = about.choice
    if wanted == "remove":
        if about.id.startswith(CUTAWAY):
            return (Decision(proposal=about.id, answer="reject", note=text),), own, "takes the cutaway out"
        out = Decision(proposal=PAPER, answer="accept", frozen={"order": [], "out": [about.id]}, note=text)
        return (out,), own, "takes the line out of the cut"
    if wanted == "replace":
        other = _other(text, about)
        if other is None:
            return (), None, "nothing by itself: no such reading of it is among the alternates"
        decision = Decision(
            proposal=about.id, answer="replace", asset=other.asset, range=other.range, note=text
        )
        return (decision,), other, f"{other.label} in place of {own.label if own else 'it'} ({other.cost})"
    if wanted == "keep" and own is not None:
        decision = Decision(proposal=about.id, answer="lock", asset=own.asset, range=own.range, note=text)
        return (decision,), own, "locks it as it is"
    if wanted == "trim" and own is not None and not about.id.startswith(CUTAWAY):
        trimmed = _trimmed(text, own.range, cut)
        if trimmed is not None:
            range_, words = trimmed
            decision = Decision(proposal=about.id, answer="lock", asset=own.asset, range=range_, note=text)
            return (decision,), own, words
    return (), None, ""


def words_for(text: str) -> str:
    """What a note's words ask for: remove, replace, trim, keep, or nothing that can be done by itself."""
    said = text.casefold()
    if _says(said, "doubts"):
        return ""
    return next((wanted for wanted in ("trim", "replace", "remove", "keep") if _says(said, wanted)), "")


def _says(said: str, kind: str) -> bool:
    """Whether a casefolded text has a word of a kind."""
    return any(re.search(rf"\b(?:{word})\b", said) for word in _words()[kind])


@lru_cache(maxsize=1)
def _words() -> Mapping[str, list[str]]:
    return tomllib.loads(WORDS.read_text("utf-8"))


def _other(text: str, about: Proposal) -> Choice | None:
    """The alternate a note names by its take, else the first."""
    named = re.search(r"\btake\s+(\d+)\b", text.casefold())
    if named is None:
        return about.alternates[0] if about.alternates else None
    takes = [one for one in about.alternates if re.search(rf"\btake {named[1]}\b", one.label.casefold())]
    return takes[0] if takes else None


def _trimmed(text: str, range_: Range, cut: Cut) -> tuple[Range, str] | None:
    """The slot's range as a note with a number of frames or seconds asks for it, and that in words."""
    said = text.casefold()
    found = re.search(r"(\d+(?:\.\d+)?)\s*(frames?|f|seconds?|secs?|s)\b", said)
    if found is None:
        return None
    amount = float(found[1]) * (1 if found[2].startswith("f") else float(cut.rate))
    frames = round(amount)
    longer, head = _says(said, "longer"), _says(said, "head")
    change = Time(frames, cut.rate)
    if not 0 < frames <= LONGEST_TRIM or (not longer and change >= range_.duration):
        return None
    start, end = range_.start, range_.end
    if head:
        start = start - change if longer else start + change
    else:
        end = end + change if longer else end - change
    which, how = ("head", "start") if head else ("tail", "end")
    more = "more" if longer else "less"
    return Range(start, end), f"{frames} frames {more} at its {which} ({how}), locked so"
