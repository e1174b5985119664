"""One name for one thing over the script: `the gun` is the pistol of the scene, `the key` the brass key."""

from __future__ import annotations

from collections import Counter

from answerprint.departments.script.breakdown.mentions import Mention
from answerprint.departments.script.breakdown.vocabulary import Vocabulary, listed

_JOINED = ("props", "vehicles", "animals", "wardrobe")


def joined(scenes: list[list[Mention]], known: Vocabulary) -> list[list[Mention]]:
    """The mentions of every scene under the names that hold over the whole script.

    A general or shorter name joins the particular one where a scene has just one, and it was named before or
    is definite; and where it is definite and the whole script has just one.
    """
    everywhere: dict[str, Counter[str]] = {category: Counter() for category in _JOINED}
    for mentions in scenes:
        for one in mentions:
            if one.category in everywhere:
                everywhere[one.category][one.name] += 1
    _lifeless(scenes)
    wider = {category: _particulars(set(names), known) for category, names in everywhere.items()}
    named = [_in_scene(mentions, wider) for mentions in scenes]
    return _as_written(named)


def _lifeless(scenes: list[list[Mention]]) -> None:
    """After `a stuffed rabbit`, the rabbit of the script is that one: a prop, no animal."""
    props = {
        one.name for mentions in scenes for one in mentions if one.category == "props" and " " in one.name
    }
    made = {name.split()[-1]: name for name in sorted(props) if name.split()[0] in listed("lifeless")}
    for mentions in scenes:
        for at, one in enumerate(mentions):
            if one.category == "animals" and one.name in made and not one.quantity:
                mentions[at] = one._replace(category="props", name=made[one.name], written="")


def _as_written(scenes: list[list[Mention]]) -> list[list[Mention]]:
    """Every thing under the name the script itself uses most: "cell phone" where the list says "mobile"."""
    used: dict[tuple[str, str], Counter[str]] = {}
    for mentions in scenes:
        for one in mentions:
            if one.written and one.category in _JOINED:
                used.setdefault((one.category, one.name), Counter())[one.written] += 1
    best = {key: counted.most_common(1)[0][0] for key, counted in used.items()}
    return [
        [one._replace(name=best.get((one.category, one.name), one.name)) for one in mentions]
        for mentions in scenes
    ]


def _particulars(names: set[str], known: Vocabulary) -> dict[str, set[str]]:
    """General name → particular names of the script that it may stand for."""
    found: dict[str, set[str]] = {}
    for name in names:
        words = name.split()
        for at in range(1, len(words)):
            tail = " ".join(words[at:])
            if tail in names:
                found.setdefault(tail, set()).add(name)
        for part in {name, words[-1], " ".join(words[-2:])}:
            for general in _generals(part, known):
                if general in names and general != name:
                    found.setdefault(general, set()).add(name)
    return found


def _generals(name: str, known: Vocabulary) -> list[str]:
    return _by_particular(known).get(name, [])


_CACHE: dict[int, dict[str, list[str]]] = {}


def _by_particular(known: Vocabulary) -> dict[str, list[str]]:
    table = _CACHE.get(id(known))
    if table is None:
        table = {}
        for general, particulars in known.generic.items():
            for one in particulars:
                table.setdefault(one, []).append(general)
        _CACHE[id(known)] = table
    return table


def _in_scene(mentions: list[Mention], wider: dict[str, dict[str, set[str]]]) -> list[Mention]:
    present: dict[str, dict[str, int]] = {}
    for at, one in enumerate(mentions):
        present.setdefault(one.category, {}).setdefault(one.name, at)
    found: list[Mention] = []
    for at, one in enumerate(mentions):
        particulars = wider.get(one.category, {}).get(one.name, set())
        if particulars:
            here = present[one.category]
            local = [name for name in particulars if name in here]
            if len(local) == 1 and (
                one.definite or (here[local[0]] > at and mentions[here[local[0]]].definite)
            ):
                one = one._replace(name=local[0], written="")
            elif len(local) > 1 and one.same and all(here[name] < at for name in local):
                continue  # one of those already named, no other
            elif not local and one.same and len(particulars) == 1 and one.category != "wardrobe":
                one = one._replace(name=next(iter(particulars)), written="")
        found.append(one)
    return found
