"""How a word of a screenplay is said, in the phones of CMUdict: for names and numbers the dictionary lacks.

English letter-to-sound by longest rule first; numbers are read out. A guess: it only has to be near enough
for a recogniser that knows which word to expect.
"""

from __future__ import annotations

from collections.abc import Callable

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen")
    + ("sixteen", "seventeen", "eighteen", "nineteen")
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

# Letters → phones, the longest first at every place. "^" before: only at the start; "$" after: at the end.
_RULES: dict[str, str] = {
    "^kn": "N", "^gn": "N", "^wr": "R", "^ps": "S", "^x": "Z", "^mc": "M AH K", "^wh": "W", "^y": "Y",
    "^pn": "N", "^sch": "SH",
    "tch": "CH", "sch": "S K", "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "ck": "K", "dge": "JH",
    "ng$": "NG", "nk": "NG K", "qu": "K W", "gh$": "", "ght": "T", "gh": "G", "mb$": "M", "wh": "W",
    "tion": "SH AH N", "sion": "ZH AH N", "cial": "SH AH L", "ture": "CH ER", "ious": "IY AH S",
    "ous$": "AH S", "sc": "S K", "sce": "S EH", "sci": "S AY", "cc": "K", "ce": "S EH", "ci": "S IH",
    "cy": "S IY", "ce$": "S", "ge$": "JH", "gi": "JH IH", "gg": "G", "bb": "B", "dd": "D", "ff": "F",
    "ll": "L", "mm": "M", "nn": "N", "pp": "P", "rr": "R", "ss": "S", "tt": "T", "zz": "Z",
    "eau": "OW", "ee": "IY", "ea": "IY", "ei": "EY", "eigh": "EY", "ey$": "IY", "eu": "UW", "ew": "UW",
    "ai": "EY", "ay": "EY", "au": "AO", "aw": "AO", "ar": "AA R", "air": "EH R", "are$": "EH R",
    "oa": "OW", "oi": "OY", "oy": "OY", "oo": "UW", "ou": "AW", "ow": "OW", "or": "AO R", "ore$": "AO R",
    "oe$": "OW", "ie": "IY", "ier": "IY ER", "igh": "AY", "ia": "IY AH", "io": "IY OW", "iu": "IY AH",
    "er": "ER", "ir": "ER", "ur": "ER", "ue$": "UW", "ui": "UW",
    "a$": "AH", "e$": "", "i$": "IY", "o$": "OW", "u$": "UW", "y$": "IY", "es$": "Z", "ed$": "D",
    "le$": "AH L", "s$": "S",
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH",
    "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S",
    "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "IH", "z": "Z",
}  # fmt: skip
_LONGEST = max(len(rule.strip("^$")) for rule in _RULES)
_LONG = {"a": "EY", "e": "IY", "i": "AY", "o": "OW", "u": "UW"}
_FOLDED = str.maketrans("àáâãäåèéêëìíîïòóôõöøùúûüýÿçñß", "aaaaaaeeeeiiiioooooouuuuyycns")


def pronounce(word: str, known: Callable[[str], str | None]) -> str:
    """Phones, space-separated, of a case-folded word. known: the dictionary's answer, or None.

    Numbers are read out, possessives and plurals are put together from the word they come from, anything
    else is spelled out by rule. Never empty.
    """
    found = known(word)
    if found:
        return found
    if word.isascii() and word.isdecimal():
        return " ".join(pronounce(each, known) for each in read_number(word))
    for ending in ("'s", "s'", "'"):
        if word.endswith(ending) and len(word) > len(ending):
            stem = pronounce(word[: -len(ending)], known)
            return stem + (" " + _plural(stem) if ending == "'s" else "")
    if word.endswith("s") and len(word) > 3 and (stem_known := known(word[:-1])):
        return f"{stem_known} {_plural(stem_known)}"
    return _spelled(word)


def read_number(digits: str) -> list[str]:
    """The words of a whole number up to 999 999; longer ones digit by digit."""
    value = int(digits)
    if len(digits) > 6 or (len(digits) > 1 and digits[0] == "0"):
        return [_ONES[int(digit)] for digit in digits]
    if value >= 1000:
        rest = read_number(str(value % 1000)) if value % 1000 else []
        return [*read_number(str(value // 1000)), "thousand", *rest]
    if value >= 100:
        rest = read_number(str(value % 100)) if value % 100 else []
        return [_ONES[value // 100], "hundred", *rest]
    if value >= 20:
        return [_TENS[value // 10 - 2], *([_ONES[value % 10]] if value % 10 else [])]
    return [_TEENS[value - 10]] if value >= 10 else [_ONES[value]]


def _plural(stem: str) -> str:
    last = stem.rsplit(" ", 1)[-1]
    if last in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return "IH Z"
    return "S" if last in {"P", "T", "K", "F", "TH"} else "Z"


def _spelled(word: str) -> str:
    letters = "".join(one for one in word.casefold().translate(_FOLDED) if one.isascii() and one.isalpha())
    if not letters:
        return "AH"  # a script without Latin letters: a neutral sound
    phones: list[str] = []
    at = 0
    while at < len(letters):
        # A vowel, one consonant and a final e: the vowel says its own name (Dane, Mike, Rhone).
        if (
            letters[at] in _LONG
            and at == len(letters) - 3
            and letters[at + 1] not in "aeiouwyr"
            and letters.endswith("e")
        ):
            phones.append(_LONG[letters[at]])
            at += 1
            continue
        at += _apply(letters, at, phones)
    return " ".join(phones) or "AH"


def _apply(letters: str, at: int, phones: list[str]) -> int:
    """Say the longest rule that fits here; how many letters it took."""
    for size in range(min(_LONGEST, len(letters) - at), 0, -1):
        piece = letters[at : at + size]
        for key in (
            ["^" + piece] * (at == 0) + [piece + "$"] * (at > 0 and at + size == len(letters)) + [piece]
        ):
            if key in _RULES:
                phones.extend(_RULES[key].split())
                return size
    raise AssertionError(f"no rule for {letters[at]!r}")  # every letter has one
