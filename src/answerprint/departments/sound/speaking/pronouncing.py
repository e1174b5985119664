"""A production's own pronunciations: words and how they are said, put into the text for espeak-ng.

One entry a line: `word = respelling`, `word = /IPA/`, or `word = [[espeak phonemes]]`; `#` begins a comment.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

# IPA → espeak-ng's mnemonics (its docs/phonemes.md and phonemes/english.md); longest first when read
IPA: Mapping[str, str] = {
    "tʃ": "tS", "dʒ": "dZ", "aɪ": "aI", "aʊ": "aU", "eɪ": "eI", "ɔɪ": "OI", "oʊ": "oU", "əʊ": "oU",
    "ɪə": "i@", "eə": "e@", "ʊə": "U@", "iː": "i:", "uː": "u:", "ɑː": "A:", "ɔː": "O:", "ɜː": "3:",
    "ɜ": "3:", "ɝ": "3:", "ɚ": "3", "ə": "@", "ʌ": "V", "æ": "a", "a": "a", "ɑ": "A:", "ɒ": "0",
    "ɔ": "O:", "ɛ": "E", "e": "E", "ɪ": "I", "i": "i", "ʊ": "U", "u": "u:", "o": "oU", "b": "b", "d": "d",
    "f": "f", "ɡ": "g", "g": "g", "h": "h", "j": "j", "k": "k", "l": "l", "m": "m", "n": "n", "ŋ": "N",
    "p": "p", "r": "r", "ɹ": "r", "s": "s", "ʃ": "S", "t": "t", "θ": "T", "ð": "D", "v": "v", "w": "w",
    "x": "x", "z": "z", "ʒ": "Z", "ʔ": "?", "ˈ": "'", "ˌ": ",", ".": "", "ː": ":", " ": "||",
}  # fmt: skip
_PHONEMES = re.compile(r"[A-Za-z0-9@:'`,;!#*&{}?~^\"|_/\-]+(?:[ ]+[A-Za-z0-9@:'`,;!#*&{}?~^\"|_/\-]+)*")
_LONGEST = max(len(sign) for sign in IPA)


def read_dictionary(text: str) -> dict[str, str]:
    """Word, case-folded → what stands in the text instead of it. Raises ValueError naming line and fault."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        word, equals, said = (part.strip() for part in line.partition("="))
        if not equals or not word or not said:
            raise ValueError(f"line {number}: `word = how it is said` is wanted, not {line[:40]!r}")
        found[_folded(word)] = _spoken(said, number)
    return found


def pronounced(text: str, dictionary: Mapping[str, str]) -> str:
    """The text with the dictionary's words said its way; whole words only, the longest entry first."""
    if not dictionary:
        return text
    words = "|".join(re.escape(word) for word in sorted(dictionary, key=len, reverse=True))
    return re.sub(
        rf"(?<!\w)(?:{words})(?!\w)",
        lambda match: dictionary[_folded(match.group())],
        unicodedata.normalize("NFC", text),
        flags=re.IGNORECASE,
    )


def mnemonics(ipa: str) -> str:
    """IPA as espeak-ng's mnemonics, for the sounds of English. Raises ValueError for other signs."""
    out, at = [], 0
    ipa = unicodedata.normalize("NFC", ipa)
    while at < len(ipa):
        for size in range(_LONGEST, 0, -1):
            if (sign := ipa[at : at + size]) in IPA:
                out.append(IPA[sign])
                at += len(sign)
                break
        else:
            raise ValueError(f"no espeak phoneme is known here for {ipa[at]!r}")
    return "".join(out)


def _spoken(said: str, number: int) -> str:
    if said.startswith("/") and said.endswith("/") and len(said) > 2:
        try:
            return f"[[{mnemonics(said[1:-1])}]]"
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    if said.startswith("[[") and said.endswith("]]"):
        if not _PHONEMES.fullmatch(said[2:-2].strip()):
            raise ValueError(f"line {number}: {said!r} is not written in espeak's phonemes")
        return f"[[{said[2:-2].strip()}]]"
    if any(not one.isprintable() for one in said) or "[[" in said:
        raise ValueError(f"line {number}: {said!r} cannot be said")
    return said


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold()
