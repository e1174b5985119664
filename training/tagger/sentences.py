"""Sentences from templates: slots filled at random, in one of several voices and made-up languages."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from types import ModuleType

_SLOT = re.compile(r"\{(\w+)\}")
_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[aeiouAEIOU])")
_WORD = re.compile(r"[^\W\d_]+")


def alternatives(text: str) -> list[str]:
    """`a|b|\\nc` or whitespace-separated names as a list."""
    parts = text.split("|") if "|" in text else text.split()
    return [" ".join(one.split()) for one in parts if one.strip()]


@dataclass
class Writer:
    """Writes sentences from one word list. `cast` are the names the script's people carry."""

    words: ModuleType
    rng: random.Random
    cast: list[str]
    tongue: Tongue | None = None
    _lists: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lists = {key: alternatives(value) for key, value in self.words.SLOTS.items()}

    def pick(self, name: str) -> str:
        """A filled alternative of a list of the word module: `pick("SHOTS")` is in capitals as written."""
        text = self.fill(self.rng.choice(self.listed(name)))
        return text[0].upper() + text[1:] if name in ("DIALOGUE", "ACTION") else text

    def listed(self, name: str) -> list[str]:
        if name not in self._lists:
            value = getattr(self.words, name)
            self._lists[name] = value if isinstance(value, list) else alternatives(value)
        return self._lists[name]

    def fill(self, template: str) -> str:
        text = _SLOT.sub(self._slot, template)
        return _BEFORE_VOWEL.sub(r"\1n ", text)

    def _slot(self, match: re.Match[str]) -> str:
        key = match[1]
        low = key.lower()
        if low == "set":
            value = self.pick("SETS")
        elif low in ("he", "his", "him", "his2", "himself"):
            forms = {
                "he": ("he", "she", "he", "she", "they"),
                "his": ("his", "her", "his", "her", "their"),
                "his2": ("his", "her", "the", "her", "his"),
                "him": ("him", "her", "him", "her", "them"),
                "himself": ("himself", "herself", "himself", "herself", "themselves"),
            }
            value = self.rng.choice(forms[low])
            return value.capitalize() if key[0].isupper() or low == "his2" else value
        elif low == "name":
            value = (
                self.rng.choice(self.cast)
                if self.rng.random() < 0.85
                else self.rng.choice(self._lists["name"])
            )
        else:
            value = self.rng.choice(self._lists[low])
        if key.isupper() and len(key) > 1:
            return value.upper()
        return value[0].upper() + value[1:] if key[0].isupper() else value

    def speech(self, least: int, most: int) -> str:
        return " ".join(self.pick("DIALOGUE") for _ in range(self.rng.randint(least, most)))

    def narrative(self, least: int, most: int) -> str:
        return " ".join(self.pick("ACTION") for _ in range(self.rng.randint(least, most)))

    def said(self, text: str) -> str:
        """The text in the script's tongue."""
        return self.tongue.translate(text) if self.tongue else text


class Tongue:
    """A made-up language: a word always becomes the same nonsense, so that only layout can be learned."""

    ALPHABETS = (
        ("aeiouéà", "bcdfglmnprstvx"),
        ("aeiouäöü", "bdfghklmnrstwz"),
        ("аеиоуыя", "бвгдклмнпрстчш"),
        ("αεηιου", "βγδκλμνπρστφ"),
        ("ąęioyó", "bcdłkmnprsżwz"),
        ("אוי", "בגדהכלמנפקרשת"),
        (
            "",
            "的一是不了人我在有他这中大来上个国说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心",
        ),
    )
    WIDE = str.maketrans(
        {".": "。", ",": "，", "?": "？", "!": "！", ":": "：", "(": "（", ")": "）", " ": ""}
    )

    def __init__(self, rng: random.Random) -> None:
        self.vowels, self.consonants = rng.choice(self.ALPHABETS)
        self.wide = not self.vowels  # Chinese: no capitals, no blanks between words
        self.rng = rng
        self.known: dict[str, str] = {}

    def translate(self, text: str) -> str:
        said = _WORD.sub(self._word, text)
        return said.translate(self.WIDE) if self.wide else said

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        low = word.lower()
        made = self.known.get(low)
        if made is None:
            length = max(1, len(low) + self.rng.randint(-1, 2))
            start = self.rng.random() < 0.3 or self.wide
            length = self.rng.randint(1, 2) if self.wide else length
            made = "".join(
                self.rng.choice(self.vowels if self.vowels and (at % 2 == 0) == start else self.consonants)
                for at in range(length)
            )
            self.known[low] = made
        if word.isupper() and (len(word) > 1 or low != "i"):
            return made.upper()
        return made.capitalize() if word[0].isupper() else made
