"""WordPiece tokens as BERT's uncased models read them (Devlin et al. 2018, arXiv 1810.04805).

Words at spaces and punctuation, lower case, accents off, then the longest known pieces from the left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from answerprint.core.errors import ModelError

MAX_WORD = 100  # characters; a longer word is unknown (the published tokenizer's own limit)


class WordPiece:
    """A vocabulary and the way text becomes its numbers."""

    def __init__(self, vocabulary: Path) -> None:
        words = vocabulary.read_text("utf-8").split("\n")
        self.ids = {word: number for number, word in enumerate(words) if word}
        missing = [mark for mark in ("[UNK]", "[CLS]", "[SEP]") if mark not in self.ids]
        if missing:
            raise ModelError("AP-MODEL-007", f"this vocabulary lacks {missing[0]}", file=str(vocabulary))
        self._unknown, self._first, self._last = (self.ids[mark] for mark in ("[UNK]", "[CLS]", "[SEP]"))

    def encode(self, text: str, limit: int) -> list[int]:
        """Token numbers between [CLS] and [SEP], at most `limit` of them in all."""
        found = [self._first]
        for word in words(text):
            found.extend(self._pieces(word))
            if len(found) >= limit:
                break
        return [*found[: limit - 1], self._last]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > MAX_WORD:
            return [self._unknown]
        pieces, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self.ids.get(("##" if start else "") + word[start:end])
                if piece is not None:
                    break
            else:
                return [self._unknown]
            pieces.append(piece)
            start = end
        return pieces


def words(text: str) -> Iterator[str]:
    """Lower-case words and single punctuation marks, without accents and control characters."""
    word = ""
    # Accents come off after decomposition, before lowering, as the published tokenizer does.
    for character in unicodedata.normalize("NFD", _clean(text)):
        if unicodedata.category(character) == "Mn":
            continue
        for lowered in character.lower():
            if lowered.isspace() or _stands_alone(lowered):
                if word:
                    yield word
                word = ""
                if not lowered.isspace():
                    yield lowered
            else:
                word += lowered
    if word:
        yield word


def _clean(text: str) -> str:
    kept = []
    for character in text:
        if character in "\t\n\r":
            kept.append(" ")
        elif character in "\0�" or unicodedata.category(character).startswith("C"):
            continue
        else:
            kept.append(character)
    return "".join(kept)


def _stands_alone(character: str) -> bool:
    code = ord(character)
    ascii_mark = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return ascii_mark or unicodedata.category(character).startswith("P") or _ideograph(code)


def _ideograph(code: int) -> bool:
    """The CJK ideographs that BERT's tokenizer sets apart (not kana, not hangul)."""
    return any(first <= code <= last for first, last in _IDEOGRAPHS)


_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
