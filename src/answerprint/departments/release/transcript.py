"""What was said, as it is written: the script's words and punctuation for the words an actor spoke."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import msgspec

from answerprint.core.time import Range
from answerprint.formats.screenplays.fountain import plain
from answerprint.formats.screenplays.model import spoken_words

ENDINGS = ".?!…"


class SpokenWord(msgspec.Struct, frozen=True, kw_only=True):
    """One word as it was heard."""

    text: str
    range: Range  # in cut time
    line: str | None = None  # script line key; None is off script
    speaker: str | None = None


class Token(msgspec.Struct, frozen=True):
    """A word as it is shown, punctuation attached, and when it is heard."""

    text: str
    range: Range


def transcript(heard: Sequence[SpokenWord], written: str) -> list[Token]:
    """The words of one line as they were said, in the script's spelling where the script has them.

    Words the actor left out are left out, words the actor added stand as heard. A script's number counts
    as said where something was said in its place.
    """
    tokens = _written_tokens(written)
    owners = [index for index, token in enumerate(tokens) for _ in spoken_words(token)]
    script = [word for token in tokens for word in spoken_words(token)]
    spoken = [" ".join(spoken_words(word.text)) or word.text for word in heard]
    shown: list[Token] = []
    placed: set[int] = set()
    for kind, a, b, c, d in SequenceMatcher(None, script, spoken, autojunk=False).get_opcodes():
        said = heard[c:d]
        if kind == "equal":
            for offset, owner in enumerate(owners[a:b]):
                _place(shown, placed, owner, tokens[owner], said[offset].range)
        elif said and b > a and _same_said_otherwise(script[a:b], spoken[c:d]):
            whole = Range(said[0].range.start, said[-1].range.end)
            for owner in dict.fromkeys(owners[a:b]):
                _place(shown, placed, owner, tokens[owner], whole)
        else:
            shown += [Token(word.text, word.range) for word in said]
    return _with_ending(shown, tokens)


def as_heard(heard: Sequence[SpokenWord]) -> list[Token]:
    """Words that no line holds: as recognised, with a capital to begin."""
    tokens = [Token(word.text, word.range) for word in heard]
    if tokens and tokens[0].text:
        first = tokens[0]
        tokens[0] = Token(first.text[0].upper() + first.text[1:], first.range)
    return tokens


def _written_tokens(written: str) -> list[str]:
    """Words with their punctuation; a dash or an ellipsis alone goes with the word before it."""
    tokens: list[str] = []
    leading = ""
    for part in plain(written).split():
        if spoken_words(part):
            tokens.append(f"{leading}{part}")
            leading = ""
        elif tokens:
            tokens[-1] += f" {part}"
        else:
            leading += f"{part} "
    return tokens


def _same_said_otherwise(script: Sequence[str], spoken: Sequence[str]) -> bool:
    """`boat-house` for `boathouse`, `10` for `ten`."""
    if "".join(script) == "".join(spoken).replace(" ", ""):
        return True
    return all(any(letter.isdigit() for letter in word) for word in script)


def _place(shown: list[Token], placed: set[int], owner: int, text: str, range_: Range) -> None:
    """Show a written word once, over the whole time its parts are heard."""
    if owner in placed:
        last = shown[-1]
        if last.text == text:
            shown[-1] = Token(text, Range(last.range.start, max(last.range.end, range_.end)))
        return
    placed.add(owner)
    shown.append(Token(text, range_))


def _with_ending(shown: list[Token], tokens: Sequence[str]) -> list[Token]:
    """A line whose last written words were not said still ends as its sentence does."""
    if not shown or not tokens or tokens[-1][-1] not in ENDINGS or shown[-1].text[-1:] in ENDINGS:
        return shown
    last = shown[-1]
    return [*shown[:-1], Token(last.text.rstrip(",;:–—-") + tokens[-1][-1], last.range)]
