"""Word-level differences inside a scene: paragraphs paired first, then their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from answerprint.departments.script.analysis.manuscript import ActionBlock, SceneText, Speech, Text
from answerprint.departments.script.difference.records import TextChange, WordChange

LEAST_LIKE = 0.45  # ratio of equal words for one paragraph to be another one reworded
MOST_WORDS = 1500  # of a paragraph: beyond it only the whole is shown, the comparison is quadratic
MOST_PAIRS = 200_000  # of equal items: each is looked at in every step of the matching
MOST_TEXTS = 400  # of a scene that pair freely; beyond it they pair in order


def text_changes(before: SceneText, after: SceneText, names: Mapping[str, str]) -> tuple[TextChange, ...]:
    """Speeches and action that differ, in the later scene's order. names: old cue → new cue."""
    changes: list[tuple[int, TextChange]] = []
    old, new = ordered(before), ordered(after)
    matcher = _matcher([key_of(one, names) for one in old], [key_of(one) for one in new])
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            changes += _block(old[a:b], new[c:d], names)
    return tuple(change for _, change in sorted(changes, key=lambda one: one[0]))


def word_changes(before: str, after: str) -> tuple[WordChange, ...]:
    """The words of two paragraphs as runs kept, taken out and put in; joined with spaces they give both."""
    old, new = before.split(), after.split()
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        gone = (WordChange(change="out", text=" ".join(old)),) if old else ()
        return (*gone, WordChange(change="in", text=" ".join(new))) if new else gone
    found: list[WordChange] = []
    for tag, a, b, c, d in _matcher(old, new).get_opcodes():
        if tag == "equal":
            found.append(WordChange(change="same", text=" ".join(old[a:b])))
            continue
        if a < b:
            found.append(WordChange(change="out", text=" ".join(old[a:b])))
        if c < d:
            found.append(WordChange(change="in", text=" ".join(new[c:d])))
    return tuple(found)


def ordered(scene: SceneText) -> list[Text]:
    """A scene's speeches and action in source order."""
    return sorted(scene.texts, key=lambda one: one.line)


def key_of(text: Text, names: Mapping[str, str] | None = None) -> str:
    """What makes two texts the same: who, and the words as written but for spacing and renamed people."""
    who = text.character if isinstance(text, Speech) else ""
    said = " ".join(text.text.split())
    for old, new in (names or {}).items():
        said = _renamed(said, old, new)
    return f"{(names or {}).get(who, who)}|{said}"


def _matcher(old: Sequence[str], new: Sequence[str]) -> SequenceMatcher[str]:
    """A matcher that takes its time where it may: what repeats without end is matched by the rest of it."""
    before, after = Counter(old), Counter(new)
    pairs = sum(count * after[one] for one, count in before.items())
    return SequenceMatcher(None, old, new, pairs > MOST_PAIRS)


def _renamed(said: str, old: str, new: str) -> str:
    """A text with a person's new name, written in the case of the old one."""
    if old.casefold() not in said.casefold():
        return said

    def instead(found: re.Match[str]) -> str:
        return new if found[0].isupper() else new.title() if found[0][0].isupper() else new.casefold()

    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", instead, said, flags=re.IGNORECASE)


def _block(
    old: Sequence[Text], new: Sequence[Text], names: Mapping[str, str]
) -> list[tuple[int, TextChange]]:
    pairs: dict[int, int] = {}
    if len(old) * len(new) <= MOST_TEXTS**2 // 4:
        scored = [
            (_like(one, other, names), a, b)
            for a, one in enumerate(old)
            for b, other in enumerate(new)
            if isinstance(one, ActionBlock) == isinstance(other, ActionBlock)
        ]
        used: set[int] = set()
        for like, a, b in sorted(scored, key=lambda one: (-one[0], abs(one[1] - one[2]))):
            if like < LEAST_LIKE:
                break
            if a not in pairs and b not in used:
                pairs[a] = b
                used.add(b)
    changes: list[tuple[int, TextChange]] = []
    for a, one in enumerate(old):
        other = new[pairs[a]] if a in pairs else None
        if other is not None and key_of(one, names) == key_of(other):
            continue  # the same words at another place of the scene
        place = other.line if other is not None else new[0].line if new else one.line
        changes.append((place, _change(one, other)))
    changes += [(one.line, _change(None, one)) for b, one in enumerate(new) if b not in pairs.values()]
    return changes


def _like(one: Text, other: Text, names: Mapping[str, str]) -> float:
    """Share of words in common, a little more for the same speaker."""
    a, b = set(one.words), set(other.words)
    if not a or not b:
        return 0.0
    like = 2 * len(a & b) / (len(a) + len(b))
    if isinstance(one, Speech) and isinstance(other, Speech):
        like += 0.15 * (names.get(one.character, one.character) == other.character)
    return like


def _change(before: Text | None, after: Text | None) -> TextChange:
    shown = after or before
    assert shown is not None
    return TextChange(
        what="dialogue" if isinstance(shown, Speech) else "action",
        who=shown.character if isinstance(shown, Speech) else "",
        line_before=before.line if before else None,
        line_after=after.line if after else None,
        words=word_changes(before.text if before else "", after.text if after else ""),
    )
