"""Text as sentences of tokens with their places: what the shallow reading of action lines works on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?P<word>[^\W\d_]+(?:['’\-‑][^\W\d_]+|[-‑]\d+)*['’]?)"
    r"|(?P<number>\d[\d.,:/]*(?:st|nd|rd|th|s)?(?:-[^\W\d_]+)*)"
    r"|(?P<dash>--+|[–—])|(?P<dots>\.{2,}|…)|(?P<break>\n\s*\n)|(?P<mark>[^\s\w])",
)
_QUOTED = re.compile(r"[\"“][^\"”\n]{1,400}[\"”]|‘[^’\n]{2,200}’(?!\w)")
LONGEST = 120  # words; whatever runs on longer (a damaged file) is read in stretches of this
ABBREVIATED = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "st",
        "sr",
        "jr",
        "prof",
        "capt",
        "sgt",
        "lt",
        "col",
        "gen",
        "rev",
        "hon",
        "det",
        "insp",
        "vs",
        "no",
        "etc",
        "int",
        "ext",
        "approx",
        "ft",
    ]
)
_NOT_OWNERS = frozenset(
    [
        "he",
        "she",
        "it",
        "that",
        "there",
        "here",
        "who",
        "what",
        "let",
        "where",
        "how",
        "when",
        "one",
        "everyone",
        "someone",
    ]
)
_IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "feet": "foot",
    "teeth": "tooth", "geese": "goose", "mice": "mouse", "lice": "louse", "oxen": "ox", "dice": "die",
    "policemen": "policeman", "policewomen": "policewoman", "firemen": "fireman", "fishermen": "fisherman",
    "knives": "knife", "wolves": "wolf", "loaves": "loaf", "leaves": "leaf", "scarves": "scarf",
    "shelves": "shelf", "calves": "calf", "thieves": "thief", "halves": "half", "lives": "life",
    "wives": "wife", "midwives": "midwife", "hooves": "hoof", "elves": "elf", "selves": "self",
    "housewives": "housewife", "sheaves": "sheaf", "dwarves": "dwarf", "penknives": "penknife",
    "jackknives": "jackknife", "werewolves": "werewolf", "bookshelves": "bookshelf",
    "passersby": "passerby", "passers-by": "passer-by", "onlookers": "onlooker", "cacti": "cactus",
    "shoes": "shoe", "canoes": "canoe", "toes": "toe", "hoes": "hoe", "horseshoes": "horseshoe",
    "snowshoes": "snowshoe", "axes": "axe", "pickaxes": "pickaxe", "gases": "gas", "buses": "bus",
    "minibuses": "minibus", "lenses": "lens", "cookies": "cookie", "pies": "pie", "ties": "tie",
    "movies": "movie", "zombies": "zombie", "selfies": "selfie", "hoodies": "hoodie", "birdies": "birdie",
    "collies": "collie", "budgies": "budgie", "bowties": "bowtie", "genies": "genie", "rookies": "rookie",
    "groupies": "groupie", "hippies": "hippie", "walkie-talkies": "walkie-talkie", "brownies": "brownie",
    "smoothies": "smoothie", "dies": "die", "lies": "lie", "photos": "photo", "pianos": "piano",
    "aches": "ache", "avalanches": "avalanche", "caches": "cache", "headaches": "headache",
    "moustaches": "moustache", "mustaches": "mustache", "quiches": "quiche", "axe": "axe", "gas": "gas",
    "bus": "bus", "lens": "lens", "canvas": "canvas", "atlas": "atlas", "iris": "iris", "news": "news",
    "chess": "chess", "pus": "pus", "christmas": "christmas", "gallows": "gallows", "pyjamas": "pyjamas",
    "pajamas": "pajamas", "series": "series", "species": "species", "mercedes": "mercedes",
    "plus": "plus", "yes": "yes", "this": "this", "his": "his", "its": "its", "is": "is", "was": "was",
    "has": "has", "does": "does", "goes": "go", "as": "as", "us": "us", "thus": "thus",
    "always": "always", "perhaps": "perhaps", "besides": "besides", "towards": "towards",
    "across": "across", "cops": "cop", "bass": "bass",
}  # fmt: skip


class Token(NamedTuple):
    """A word, number or mark, at `start` up to `end` of the text it comes from."""

    text: str
    low: str  # folded, without a possessive ending; marks as they are
    start: int
    end: int
    kind: str  # "word", "number", "mark"
    owner: bool  # possessive: "Ruth's"

    @property
    def capitals(self) -> bool:
        """Written in capitals, two letters or more."""
        return len(self.low) > 1 and self.text.replace("’s", "").replace("'s", "").isupper()

    @property
    def capitalised(self) -> bool:
        return self.text[:1].isupper()


class Sentence(NamedTuple):
    """The tokens of a sentence without its final mark, and that mark."""

    tokens: list[Token]
    final: str


def sentences(text: str) -> Iterator[Sentence]:
    """Sentences in order. What stands between quotation marks (a sign's words) is left out.

    Colons and semicolons close a sentence too: what follows them stands by itself in action lines.
    """
    kept: list[Token] = []
    words = 0
    for token in tokens(text):
        if token.kind == "mark" and token.low in {".", "!", "?", ";", ":", "\n"}:
            if token.low == "." and _abbreviation(kept, token):
                continue
            if kept:
                yield Sentence(kept, token.low)
            kept, words = [], 0
            continue
        kept.append(token)
        words += token.kind != "mark"
        if words >= LONGEST:
            yield Sentence(kept, ",")
            kept, words = [], 0
    if kept:
        yield Sentence(kept, "")


def tokens(text: str) -> Iterator[Token]:
    """Every token outside quotation marks; emphasis marks are no tokens."""
    plain = text
    if '"' in text or "“" in text or "‘" in text:
        plain = _QUOTED.sub(lambda match: "\x00" * len(match[0]), text)
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup or "mark"
        said = match[0]
        if kind == "word":
            yield _word(said, match.start(), match.end())
        elif kind == "number":
            tail = said.rstrip(".,:/")
            yield Token(tail, tail.casefold(), match.start(), match.start() + len(tail), "number", False)
            if len(tail) < len(said) and said[len(tail)] in ".,:":
                at = match.start() + len(tail)
                yield Token(said[len(tail)], said[len(tail)], at, at + 1, "mark", False)
        elif kind == "break":
            yield Token("\n", "\n", match.start(), match.end(), "mark", False)
        elif kind == "dots":
            yield Token(said, "…", match.start(), match.end(), "mark", False)
        elif kind == "dash":
            yield Token(said, "-", match.start(), match.end(), "mark", False)
        elif said not in "*_\\\x00":
            yield Token(said, said, match.start(), match.end(), "mark", False)


def _word(said: str, start: int, end: int) -> Token:
    low = said.casefold().replace("’", "'").replace("‑", "-")
    if low.endswith("'s") and low[:-2] not in _NOT_OWNERS:
        return Token(said, low[:-2], start, end, "word", True)
    if low.endswith("'"):
        return Token(said, low[:-1], start, end, "word", low[-2:-1] == "s")
    return Token(said, low, start, end, "word", False)


def _abbreviation(kept: list[Token], token: Token) -> bool:
    """Whether a full stop belongs to the word before it: `Mr.`, `J.`"""
    if not kept or kept[-1].end != token.start or kept[-1].kind != "word":
        return False
    last = kept[-1]
    return last.low in ABBREVIATED or (len(last.low) == 1 and last.capitalised and last.low != "i")


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """A noun's singular by rule and exception: `knives` is `knife`, `boxes` is `box`, `glass` is `glass`."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if "-" in word and word.rsplit("-", 1)[1] in _IRREGULAR:
        head, tail = word.rsplit("-", 1)
        return f"{head}-{_IRREGULAR[tail]}"
    if word.endswith("men"):
        return word[:-2] + "an"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes", "oes")):
        return word[:-2]
    return word[:-1]


def bare(word: str) -> str:
    """A word of a name without the marks around it."""
    return word.strip(".#,")
