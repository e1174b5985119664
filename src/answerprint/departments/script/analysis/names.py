"""Who a cue means and whom the action names: `(CONT'D)`, voices, shared cues, first names, absences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from answerprint.departments.script.analysis.word_lists import word_list
from answerprint.formats.screenplays.model import Character, normalise

# Cues of many at once: they are heard, but nobody is followed through the script under them.
CROWDS = frozenset(
    ("ALL", "BOTH", "EVERYONE", "EVERYBODY", "CROWD", "VOICES", "CHORUS", "OTHERS", "MEN", "WOMEN", "KIDS")
)
TITLES = frozenset(word_list("titles"))
# First names that open a sentence as ordinary words too: there only capitals or a place inside it count.
ORDINARY = frozenset(word_list("ordinary_names"))
# A person named after these is spoken of, looked for or pictured: not there.
_AWAY = re.compile(
    r"(?:photo(?:graph)?s?|pictures?|portrait|image|statue|painting|memory|grave|name|letter from|"
    r"message from|call from|text from|sign|news|thought|absence|search|double) (?:of|from|for) (?:\w+ )?$"
    r"|(?:without|no sign of|instead of|unlike|waiting for|looking for|searching for|thinks? of|"
    r"remembers?|misses|reads?|written to|named|called|labelled|marked|says?|addressed to) (?:\w+ )?$",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"^(?:\s+(?:is|has|are)\s+(?:not|gone|absent|missing|nowhere|dead)\b|\s+isn['’]t\b)", re.IGNORECASE
)
# What belongs to somebody and is not a part of them may lie there without them.
_PART = re.compile(
    r"^['’]s?\s+(?:\w+\s+)?(?:hands?|eyes?|face|voice|arms?|fingers?|feet|foot|legs?|head|hair|lips|mouth|"
    r"back|body|breath|smile|gaze|shoulders?|knees?|fist|expression|reflection)\b",
    re.IGNORECASE,
)
_CONTINUED = re.compile(r"\s*\(?\bcont(?:['’]?d|inued|inuing|\.)\s*\)?\s*$", re.IGNORECASE)
_TAIL = re.compile(r"\s*(?:\([^()]*\)?|\b(?:V\.?O\.?|O\.?S\.?|O\.?C\.?))\s*$", re.IGNORECASE)
_VOICE = re.compile(r"^(?P<name>.+?)['’]S?\s+VOICE$|^(?:VOICE OF|V\.?O\.? OF)\s+(?P<of>.+)$", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W\d_][\w\-]*(?:\.(?=\s))?")


def cue_name(cue: str) -> str:
    """A cue as one name: extensions, `(CONT'D)` in any spelling, dual marks and case folded away."""
    name = " ".join(cue.replace("^", " ").split())
    while True:
        shorter = _TAIL.sub("", _CONTINUED.sub("", name)).strip()
        if shorter == name or not shorter:
            break
        name = shorter
    return name.strip(" .:-").upper()


class CastNames:
    """The speaking cast, and how to find them in cues and in the action."""

    def __init__(self, spoken: Mapping[str, int], cast: Iterable[Character] = ()) -> None:
        self.known = frozenset(name for name in spoken if name)
        self._alias: dict[str, str] = {}
        for person in cast:
            home = cue_name(person.name)
            for alias in person.aliases:
                if home in self.known:
                    self._alias[cue_name(alias)] = home
        for name in self.known:
            voice = _VOICE.match(name)
            if voice and (of := cue_name(voice["name"] or voice["of"])) in self.known:
                self._alias[name] = of
        self._forms = self._written_forms()

    def speakers(self, cue: str) -> tuple[str, ...]:
        """Whom a cue lets speak: one, or each of a shared cue (`ANNA AND BEN`) whose names are known."""
        name = cue_name(cue)
        name = self._alias.get(name, name)
        parts = [self._alias.get(one, one) for one in re.split(r"\s*(?:/|&|,|\bAND\b|\+)\s*", name) if one]
        if len(parts) > 1 and all(one in self.known for one in parts):
            return tuple(dict.fromkeys(parts))
        return (name,)

    def is_crowd(self, name: str) -> bool:
        """Whether a cue names many: nobody can be missed under it."""
        return name in CROWDS or bool(re.search(r"\bCROWD\b|\bVOICES\b|\bCHORUS\b", name))

    def acting(self, text: str) -> list[tuple[str, str]]:
        """Whom a paragraph of action shows, each once, with the words around the name.

        A photograph of somebody, somebody looked for and somebody's coat are mentions and no presence.
        """
        found: dict[str, str] = {}
        tokens = list(_TOKEN.finditer(text))
        at = 0
        while at < len(tokens):
            match = self._at(text, tokens, at)
            if match is None:
                at += 1
                continue
            name, length = match
            begin, end = tokens[at].start(), tokens[at + length - 1].end()
            if name not in found and _there(text, begin, end):
                found[name] = _around(text, begin, end)
            at += length
        return list(found.items())

    def mentioned(self, text: str) -> list[str]:
        """Whom a text names at all, there or not."""
        tokens = list(_TOKEN.finditer(text))
        names: dict[str, None] = {}
        for at in range(len(tokens)):
            match = self._at(text, tokens, at)
            if match is not None:
                names[match[0]] = None
        return list(names)

    def _at(self, text: str, tokens: list[re.Match[str]], at: int) -> tuple[str, int] | None:
        first = _bare(tokens[at][0])
        for form, name in self._forms.get(first, ()):
            if len(form) > len(tokens) - at:
                continue
            written = [_bare(tokens[at + offset][0]) for offset in range(len(form))]
            if tuple(written) == form and _named(text, tokens, at, form):
                return name, len(form)
        return None

    def _written_forms(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """First word → its forms, longest first. A part of a name counts if it is one's own."""
        parts: Counter[str] = Counter()
        split: dict[str, list[str]] = {}
        for name in sorted(self.known):
            if self.is_crowd(name):
                continue
            split[name] = [_bare(one) for one in _TOKEN.findall(name)]
            parts.update(set(split[name]))
        forms: dict[tuple[str, ...], str] = {}
        for name, words in split.items():
            home = self._alias.get(name, name)
            if words:
                forms[tuple(words)] = home
            for word in words:
                if len(words) > 1 and parts[word] == 1 and len(word) > 2 and word not in TITLES:
                    forms.setdefault((word,), home)
        by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for form, name in forms.items():
            by_first.setdefault(form[0], []).append((form, name))
        for found in by_first.values():
            found.sort(key=lambda one: -len(one[0]))
        return by_first


def _bare(word: str) -> str:
    return normalise(word).rstrip(".")


def _named(text: str, tokens: list[re.Match[str]], at: int, form: tuple[str, ...]) -> bool:
    """Whether these words are the name and not the ordinary word: by capitals, or `the guard`."""
    word = tokens[at][0]
    if word[0].isupper():
        if form[0] in ORDINARY and len(form) == 1 and not word.isupper():
            before = text[: tokens[at].start()].rstrip()
            return bool(before) and before[-1] not in ".!?…:\n\"'”"
        return True
    # A part called by what it is: `the guard` may be written small, `will` may not.
    return at > 0 and tokens[at - 1][0].casefold() in ("the", "our", "a", "an") and form[0] not in ORDINARY


def _there(text: str, begin: int, end: int) -> bool:
    before, after = text[max(0, begin - 48) : begin], text[end : end + 40]
    if _AWAY.search(before) or _GONE.match(after):
        return False
    return not re.match(r"['’]s?\s", after) or bool(_PART.match(after))


def _around(text: str, begin: int, end: int) -> str:
    """The sentence a name stands in."""
    start = max(text.rfind(mark, 0, begin) for mark in (". ", "! ", "? ", "\n"))
    stops = [at for mark in (". ", "! ", "? ", "\n") if (at := text.find(mark, end)) >= 0]
    return text[start + 1 : (min(stops) + 1) if stops else len(text)].strip()
