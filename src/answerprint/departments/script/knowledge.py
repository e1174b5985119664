"""Who knows what when: names and things first spoken of or shown, and the scenes that lean on them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from answerprint.departments.script.analysis.manuscript import Manuscript, SceneText, words_of
from answerprint.departments.script.analysis.word_lists import word_list

PERSON = "character "  # opens the fact that somebody of the cast is there
LEAST_LETTERS = 4
MOST_SCENES = 0.35  # of the script: what is everywhere is no news
_CAPITALS = re.compile(r"\b[A-Z][A-Z'’\-]{3,}(?: [A-Z][A-Z'’\-]{2,})*\b")
_NAME = re.compile(r"(?<![.!?…:\"“”\n] )(?<!^)\b[A-Z][a-z’'\-]{2,}\b")
_CHAINED = re.compile(r"\b(CONTINUOUS|MOMENTS? LATER|SAME TIME|SAME|CONT)\b", re.IGNORECASE)
_LATER = re.compile(r"\b(LATER|CONTINUOUS|SAME|MOMENTS?)\b", re.IGNORECASE)
_FLASHBACK = re.compile(r"\bFLASHBACK\b|\bYEARS? (?:AGO|EARLIER)\b|\bFLASH BACK\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reference:
    """Somebody speaks of a fact; scenes by index. `learned` is the latest scene that could have told them."""

    fact: str
    who: str
    scene: int
    line: int
    text: str
    learned: tuple[int, ...]  # scenes before in which they were present and the fact was there


@dataclass
class Knowledge:
    """Facts of a script: where each occurs, and who leans on having learned it."""

    places: dict[str, list[int]] = field(default_factory=dict)  # fact → scenes in which it occurs
    references: list[Reference] = field(default_factory=list)
    introductions: dict[str, int] = field(default_factory=dict)  # character → the scene that introduces them
    people: set[str] = field(default_factory=set)  # facts that are somebody: an entrance is no reveal

    def broken(self, order: Sequence[int]) -> list[str]:
        """What a new order of scenes breaks, in words; `order` lists scene indices as they would be told."""
        place = {scene: at for at, scene in enumerate(order)}
        found: list[str] = []
        for one in self.references:
            if not any(place[scene] < place[one.scene] for scene in one.learned):
                found.append(f"{one.who} would speak of “{one.fact}” before learning of it")
        for name, scene in self.introductions.items():
            if min(place[at] for at in self.places.get(PERSON + name, [scene])) < place[scene]:
                found.append(f"{name} would be seen before being introduced")
        return list(dict.fromkeys(found))


def knowledge(script: Manuscript) -> Knowledge:
    """Facts by names and things in capitals or named in talk; who was there when they were first there.

    An approximation: a fact is a word, being there is learning it, and what happens between scenes is not
    known. It errs on the side of forbidding.
    """
    found = Knowledge()
    facts = _facts(script)
    for fact, scenes in facts.items():
        found.places[fact] = scenes
    where = {fact: set(scenes) for fact, scenes in facts.items()}
    by_word: dict[str, list[str]] = defaultdict(list)
    for fact in facts:
        by_word[fact.split()[0]].append(fact)
    present = [set(scene.present) for scene in script.scenes]
    for scene in script.scenes:
        for speech in scene.speeches:
            said = " ".join(speech.words)
            for fact in {each for word in speech.words for each in by_word.get(word, ())}:
                if fact not in said:
                    continue
                learned = tuple(
                    at for at in sorted(where[fact]) if at < scene.index and speech.character in present[at]
                )
                if learned:
                    found.references.append(
                        Reference(fact, speech.character, scene.index, speech.line, speech.text, learned)
                    )
    for name in script.cast:
        scenes = [scene.index for scene in script.scenes if name in scene.present]
        found.places[PERSON + name] = scenes
        found.people |= {PERSON + name, *words_of(name), " ".join(words_of(name))}
        if script.scenes[scenes[0]].acting.get(name):
            found.introductions[name] = scenes[0]
    return found


def chained(scene: SceneText) -> bool:
    """Whether a scene goes on from the one before it: CONTINUOUS, MOMENTS LATER, SAME."""
    return bool(_CHAINED.search(scene.time_of_day or ""))


def flashback(scene: SceneText) -> bool:
    """Whether a scene is marked as another time."""
    said = scene.heading + " " + " ".join(one.text for one in scene.actions[:1] if one.text.isupper())
    return bool(_FLASHBACK.search(said))


def story_days(script: Manuscript) -> list[int]:
    """The story's day of each scene: the reader's own where it gives them, else night to day is a new one."""
    days: list[int] = []
    day, night = 1, False
    for scene in script.scenes:
        if scene.script_day is not None:
            days.append(scene.script_day)
            continue
        relative = _LATER.search(scene.time_of_day or "")
        if night and not scene.night and not relative and not flashback(scene):
            day += 1
        if not flashback(scene):
            night = scene.night
        days.append(day)
    return days


def _facts(script: Manuscript) -> dict[str, list[int]]:
    """Fact (case-folded words) → scenes where it is shown or spoken of, in order."""
    cast_words = {word for name in script.cast for word in words_of(name)}
    counted: Counter[str] = Counter()
    for scene in script.scenes:
        named: set[str] = set()
        for block in scene.actions:
            named |= {match[0] for match in _CAPITALS.finditer(block.text) if not block.text.isupper()}
        for speech in scene.speeches:
            if not speech.text.isupper():
                named |= {match[0] for match in _NAME.finditer(speech.text)}
        counted.update({" ".join(words_of(one)) for one in named})
    known = set(word_list("known_names"))  # a weekday is no news
    wanted = {
        fact
        for fact in counted
        if len(fact) >= LEAST_LETTERS and fact not in known and not set(fact.split()) <= cast_words
    } | {word for word in cast_words if len(word) >= LEAST_LETTERS}
    found: dict[str, list[int]] = {fact: [] for fact in wanted}
    first = defaultdict(list)
    for fact in wanted:
        first[fact.split()[0]].append(fact)
    for scene in script.scenes:
        texts = [" ".join(one.words) for one in scene.texts]
        words = {word for text in texts for word in text.split()}
        for fact in {each for word in words for each in first.get(word, ())}:
            if any(re.search(rf"\b{re.escape(fact)}\b", text) for text in texts):
                found[fact].append(scene.index)
    limit = max(3, MOST_SCENES * len(script.scenes))
    return {fact: sorted(set(scenes)) for fact, scenes in found.items() if 1 <= len(scenes) <= limit}
