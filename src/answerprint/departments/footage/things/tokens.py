"""Texts as token numbers for an image–text encoder: byte-pair encoding (CLIP) and unigram (SigLIP).

Both from the `tokenizer.json` that exports carry; Sennrich et al. 2016, Kudo 2018.
"""

from __future__ import annotations

import math
import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.errors import ModelError
from answerprint.departments.footage.things.cards import TextInput

LARGEST = 64 << 20  # bytes of a tokenizer.json
_CLIP_WORD = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+|_+")
_SPACE = "▁"


class Tokenizer:
    """Raises ModelError AP-MODEL-033 for a file that is no tokenizer of the two kinds."""

    def __init__(self, path: Path, given: TextInput) -> None:
        self._given = given
        try:
            if path.stat().st_size > LARGEST:
                raise ValueError("larger than any tokenizer")
            document = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
            model = document["model"]
            self._kind = model.get("type") or ("BPE" if "merges" in model else "Unigram")
            if self._kind == "BPE":
                self._vocabulary: dict[str, int] = dict(model["vocab"])
                merges = [
                    tuple(one.split(" ")) if isinstance(one, str) else tuple(one) for one in model["merges"]
                ]
                self._ranks = {pair: rank for rank, pair in enumerate(merges)}
            elif self._kind == "Unigram":
                pieces = [(str(piece), float(score)) for piece, score in model["vocab"]]
                self._vocabulary = {piece: number for number, (piece, _) in enumerate(pieces)}
                self._scores = dict(pieces)
                self._longest = max(len(piece) for piece, _ in pieces)
            else:
                raise ValueError(f"a tokenizer of the kind {self._kind!r}")
            for added in document.get("added_tokens", []):
                self._vocabulary.setdefault(added["content"], int(added["id"]))
            self._unknown = self._vocabulary.get(str(model.get("unk_token") or "<unk>"), 0)
        except (OSError, KeyError, TypeError, ValueError, msgspec.DecodeError) as error:
            raise ModelError(
                "AP-MODEL-033",
                f"this tokenizer cannot be read: {error}",
                file=str(path),
                remedy="export the model with its tokenizer.json (BPE or Unigram)",
            ) from error

    def encode(self, text: str) -> tuple[list[int], int]:
        """`length` token numbers, padded at the end, and how many of them are the text's."""
        given = self._given
        clean = unicodedata.normalize("NFC", " ".join(text.split()))
        clean = clean.lower() if given.lower else clean
        pieces = self._pairs(clean) if self._kind == "BPE" else self._unigram(clean)
        ends = [self._vocabulary[one] for one in (given.end,) if one is not None and one in self._vocabulary]
        starts = [
            self._vocabulary[one] for one in (given.start,) if one is not None and one in self._vocabulary
        ]
        room = given.length - len(starts) - len(ends)
        numbers = starts + [self._vocabulary.get(one, self._unknown) for one in pieces][:room] + ends
        pad = given.pad if given.pad is not None else (ends[0] if ends else 0)
        return numbers + [pad] * (given.length - len(numbers)), len(numbers)

    def _pairs(self, text: str) -> list[str]:
        found: list[str] = []
        for word in _CLIP_WORD.findall(text):
            letters = [_BYTES[byte] for byte in word.encode("utf-8")]
            parts = [*letters[:-1], f"{letters[-1]}</w>"] if letters else []
            while len(parts) > 1:
                ranked = [(self._ranks.get(pair, math.inf), k) for k, pair in enumerate(pairwise(parts))]
                best, at = min(ranked)
                if best == math.inf:
                    break
                parts[at : at + 2] = [parts[at] + parts[at + 1]]
            found += parts
        return found

    def _unigram(self, text: str) -> list[str]:
        """The likeliest cutting of the text into pieces (Viterbi)."""
        line = _SPACE + text.replace(" ", _SPACE)
        best = [0.0] + [-math.inf] * len(line)
        back = [0] * (len(line) + 1)
        for end in range(1, len(line) + 1):
            for start in range(max(0, end - self._longest), end):
                score = self._scores.get(line[start:end], -100.0 if end - start == 1 else -math.inf)
                if best[start] + score > best[end]:
                    best[end], back[end] = best[start] + score, start
        found: list[str] = []
        end = len(line)
        while end > 0:
            found.append(line[back[end] : end])
            end = back[end]
        return found[::-1]


def _byte_letters() -> dict[int, str]:
    """A printable letter for every byte, as GPT-2's and CLIP's vocabularies write them."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    letters = {byte: chr(byte) for byte in plain}
    for count, byte in enumerate(one for one in range(256) if one not in letters):
        letters[byte] = chr(256 + count)
    return letters


_BYTES = _byte_letters()
