"""The words a breakdown knows: TOML lists of things, people and verbs, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from answerprint.departments.script.breakdown.sentences import singular


class Entry(NamedTuple):
    """A thing of the lists. `when`: `always` in the action, or only when it is `handled` or pointed out."""

    name: str  # canonical, singular
    category: str
    group: str
    when: str


@dataclass
class Vocabulary:
    """Things by their first word, people by kind, and verbs by what they do."""

    things: dict[str, dict[tuple[str, ...], Entry]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)  # singular → kind
    groups: frozenset[str] = frozenset()  # collective nouns: crowd, gang
    closed: dict[str, frozenset[str]] = field(default_factory=dict)
    nouns: dict[str, frozenset[str]] = field(default_factory=dict)
    verbs: dict[str, frozenset[str]] = field(default_factory=dict)  # class → every form
    base: dict[str, str] = field(default_factory=dict)  # form → infinitive
    generic: dict[str, frozenset[str]] = field(default_factory=dict)  # "gun" → what may be meant by it
    both: frozenset[str] = frozenset()  # nouns that are verbs as well: "watch", "light"
    happenings: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, frozenset[str]] = field(default_factory=dict)
    unwritten: set[str] = field(default_factory=set)  # spellings that are no name: "phone call" is a phone

    def written(self, words: list[str]) -> str:
        """A thing's own spelling among those its entry has, in the singular."""
        entry, _ = self.thing(words, 0, len(words)) or (None, 0)
        table = self.things.get(words[0], {})
        if entry is None or " ".join(words) in self.unwritten:
            return entry.name if entry is not None else " ".join(words)
        if table.get((*words[:-1], singular(words[-1]))) == entry:
            return " ".join((*words[:-1], singular(words[-1])))
        found = self.things.get(singular(words[0]), {}).get((singular(words[0]),))
        if len(words) == 1 and found == entry:
            return singular(words[0])
        return " ".join(words)

    def thing(self, words: list[str], at: int, end: int) -> tuple[Entry, int] | None:
        """The longest thing that begins with the word at `at`, and how many words it takes."""
        first = words[at]
        for key in dict.fromkeys((first, singular(first))):
            table = self.things.get(key)
            if table is None:
                continue
            longest = min(self.longest[key], end - at) if key == first else 1
            for length in range(longest, 0, -1):
                said = (key, *words[at + 1 : at + length])
                found = table.get(said) or table.get((*said[:-1], singular(said[-1])))
                if found is not None:
                    return found, length
        return None

    def name_of(self, word: str) -> Entry | None:
        """A one-word thing."""
        found = self.thing([word], 0, 1)
        return found[0] if found else None


@lru_cache(maxsize=64)
def listed(name: str) -> frozenset[str]:
    """One of the small lists of readings.toml."""
    return frozenset(_words(_table("readings")["lists"][name]))


@lru_cache(maxsize=32)
def pairs(said: frozenset[str]) -> dict[str, str]:
    """A list of `word=meaning` as a table."""
    return dict(one.split("=", 1) for one in sorted(said))


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Every list, read from the TOML files beside this module."""
    known = Vocabulary()
    for category in ("vehicles", "animals", "wardrobe", "makeup", "props", "dressing"):
        for group, lists in _table(category).items():
            for when in ("held", "handled", "always"):  # a word in both lists has to be handled
                for said in _words(lists.get(when, "")):
                    _learn(known, said, "props" if category == "dressing" else category, group, when)
    people = _table("people")
    known.people = {word: kind for kind, said in people["people"].items() for word in _words(said)}
    known.groups = frozenset(_words(people["groups"]["words"]))
    grammar = _table("grammar")
    known.closed = {name: frozenset(_words(said)) for name, said in grammar["closed"].items()}
    known.nouns = {name: frozenset(_words(said)) for name, said in grammar["nouns"].items()}
    _learn_verbs(known, grammar["verbs"])
    meanings = _table("meanings")
    known.generic = {word: frozenset(_words(said)) for word, said in meanings["generic"].items()}
    known.both = frozenset(_words(meanings["both"]["words"]))
    known.happenings = _table("happenings")
    known.settings = {name: frozenset(_words(said)) for name, said in _table("settings")["words"].items()}
    return known


def _learn(known: Vocabulary, said: str, category: str, group: str, when: str) -> None:
    """`phone = telephone/cell phone` gives three spellings one name; hyphens may be spaces or nothing.

    A spelling after `~` says that the thing is there, but is no name for it: `~phone call`.
    """
    name, _, others = said.partition("=")
    for spelling in (name, *others.split("/")):
        spelling = spelling.strip()
        if spelling.startswith("~"):
            spelling = spelling[1:]
            known.unwritten.add(spelling)
        if not spelling:
            continue
        entry = Entry(name.strip(), category, group, when)
        for form in {spelling, spelling.replace("-", " "), spelling.replace("-", "")}:
            words = tuple(form.split())
            one = (*words[:-1], singular(words[-1]))
            held = known.things.get(one[0], {}).get(one)
            if one != words and held is not None and held.name == singular(entry.name) and held != entry:
                continue  # a plural is gated as its singular is
            known.things.setdefault(words[0], {}).setdefault(words, entry)
            known.longest[words[0]] = max(known.longest.get(words[0], 0), len(words))


def _learn_verbs(known: Vocabulary, lists: dict[str, str]) -> None:
    irregular = dict(pair.split("=") for pair in _words(lists["irregular"]))
    for name, said in lists.items():
        if name == "irregular":
            continue
        bases = set(_words(said))
        forms = {form: base for base in sorted(bases) for form in _forms(base)}
        forms |= {form: base for form, base in irregular.items() if base in bases}
        known.verbs[name] = frozenset(forms)
        for form, base in forms.items():
            known.base.setdefault(form, base)
    known.verbs["any"] = frozenset(known.base)


def _forms(base: str) -> Iterator[str]:
    """Infinitive, third person, participles."""
    yield base
    if base.endswith(("s", "x", "ch", "sh", "z", "o")):
        yield base + "es"
    elif base.endswith("y") and base[-2] not in "aeiou":
        yield base[:-1] + "ies"
    else:
        yield base + "s"
    if base.endswith("ie"):
        yield base[:-2] + "ying"
        yield base + "d"
    elif base.endswith("e"):
        yield base[:-1] + "ing"
        yield base + "d"
    elif base.endswith("y") and base[-2] not in "aeiou":
        yield base + "ing"
        yield base[:-1] + "ied"
    else:
        doubled = base + base[-1]
        short = (
            len(base) > 2 and base[-1] not in "aeiouwxy" and base[-2] in "aeiou" and base[-3] not in "aeiou"
        )
        for stem in (doubled, base) if short else (base,):
            yield stem + "ing"
            yield stem + "ed"


@lru_cache(maxsize=16)
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _words(said: str) -> list[str]:
    return [one.strip() for one in said.replace("\n", " ").split(",") if one.strip()]
