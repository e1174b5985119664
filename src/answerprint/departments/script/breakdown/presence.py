"""A sentence read for what is there in it: compared, denied, imagined and remembered things are not."""

from __future__ import annotations

from collections.abc import Collection

from answerprint.departments.script.breakdown.phrases import Phrases
from answerprint.departments.script.breakdown.sentences import Sentence
from answerprint.departments.script.breakdown.vocabulary import Vocabulary, listed

_INDEFINITE = frozenset(("a", "an", "any", "one", "single"))
_DEFINITE = frozenset(
    ("the", "his", "her", "their", "its", "this", "that", "these", "those", "my", "your", "our")
)
_HYPOTHETICAL = frozenset(
    ("if", "would", "could", "should", "might", "unless", "wishes", "used", "once", "supposed")
)
_UNREAL_OF = listed("unreal_of")
_GONE = listed("gone")
_WAITING = frozenset(("for", "of", "about"))
_UNREAL_VERBS = listed("unreal_verbs")
_BREAKS = {",", "-", "(", ")", "…", "/"}


class Reading(Phrases):
    """A sentence with, for every token, whether it is there at all."""

    def __init__(self, sentence: Sentence, known: Vocabulary, names: Collection[str]) -> None:
        super().__init__(sentence, known, names)
        self.absent: list[str] = [""] * len(self.tokens)  # why a token's thing is not there, or ""
        self._mark_absent()

    def _mark_absent(self) -> None:
        words, closed = self.words, self.known.closed
        if self.final == "?":
            self.absent = ["asked about"] * len(self.tokens)
            return
        count = len(self.tokens)
        for at, word in enumerate(words):
            if (
                (word == "like" and self._simile(at))
                or (word == "as" and at + 1 < count and self._comparison(at))
                or word in ("resembling", "than", "reminiscent")
            ):
                self._mask(at + 1, "a comparison")
            elif word in ("no", "without", "nor", "neither") and not self._mere_word(at):
                self._mask(at + 1, "said to be missing", phrase=True)
            elif word in closed["negations"] and word not in ("no", "without", "nor", "neither", "never"):
                self._negated(at)
            elif word in _HYPOTHETICAL and word not in ("once", "used"):
                self._mask(at + 1, "only imagined")
            elif (
                word == "had"
                or (word in ("has", "have") and self._long_ago(at))
                or (word == "used" and self.after(at) == "to")
            ):
                self._mask(at + 1, "of the past")
            elif word == "of" and at and words[at - 1] in _UNREAL_OF:
                self._mask(at + 1, "pictured or spoken of", phrase=True)
            elif word in _WAITING and at and self._unreal_verb(at):
                self._mask(at + 1, "spoken or thought of", phrase=True)
            elif self.known.base.get(word) in self.known.verbs["absent"] and self._real_verb(at):
                self._mask(at + 1, "not there", phrase=True)
            elif word == "instead" and self.after(at) == "of":
                self._mask(at + 2, "not there", phrase=True)
            elif word == "about" and at and self.known.base.get(words[at - 1]) in self.known.verbs["speech"]:
                self._mask(at + 1, "spoken of", phrase=True)

    def _long_ago(self, at: int) -> bool:
        """`has watched that boat leave`: what was seen, lost or sold need not be here any more."""
        return any(word in _GONE for word in self.words[at + 1 : at + 4])

    def _mere_word(self, at: int) -> bool:
        return self.after(at) in ("longer", "one", "sooner", "doubt", "matter", "wonder", "time", "way")

    def _unreal_verb(self, at: int) -> bool:
        back = at - 1
        if self.words[back] in _UNREAL_VERBS:
            return True
        return back >= 1 and self.words[back].endswith("ly") and self.words[back - 1] in _UNREAL_VERBS

    def _real_verb(self, at: int) -> bool:
        if self.known.both and self.words[at] in self.known.both and not self.is_verb(at):
            return False
        before = self.before(at)
        if before is not None and before in self.known.closed["determiners"]:
            return False
        return self.after(at) not in ("to",)

    def _simile(self, at: int) -> bool:
        before = self.before(at)
        if before in ("would", "'d", "to", "don't", "doesn't", "not", "i", "you", "they", "we"):
            return False
        return at + 1 < len(self.tokens)

    def _comparison(self, at: int) -> bool:
        """`as if`, `as though`, and the second `as` of `as quiet as a mouse`."""
        if self.words[at + 1] in ("if", "though"):
            return True
        return any(self.words[back] == "as" for back in range(max(at - 4, 0), at - 1)) or (
            at >= 2
            and self.after(at) in ("a", "an")
            and self.before(at) is not None
            and self.words[at - 1] not in self.known.base
            and not self._role(at)
        )

    def _role(self, at: int) -> bool:
        """`dressed as a nurse`, `uses it as a hammer`: no comparison."""
        return any(
            word in ("dressed", "uses", "using", "disguised", "serves", "it")
            for word in self.words[max(at - 3, 0) : at]
        )

    def _negated(self, at: int) -> None:
        """`does not carry a gun`: the gun is not there; `does not put the letter down`: the letter is."""
        stop = self._clause_end(at + 1)
        if self.words[at] == "not" and self.after(at) in _INDEFINITE:
            self._mask(at + 1, "said to be missing", phrase=True)
            return
        for one in range(at + 1, stop):
            if self.words[one] in _INDEFINITE:
                self._mask(one, "said to be missing", phrase=True)
                return
            if self.words[one] in _DEFINITE:
                return

    def _clause_end(self, at: int) -> int:
        end = at
        while end < len(self.tokens):
            token = self.tokens[end]
            if token.kind == "mark" and token.low in _BREAKS:
                break
            if token.low in ("but", "then", "while", "when"):
                break
            if (
                token.low == "and"
                and end + 1 < len(self.tokens)
                and self.words[end + 1] in self.known.verbs["any"]
            ):
                break
            end += 1
        return end

    def _mask(self, at: int, reason: str, *, phrase: bool = False) -> None:
        """Everything up to the clause's end, or only the noun phrase and what and/or/of join to it."""
        end = self._clause_end(at)
        if phrase:
            seen = False
            closed = self.known.closed
            for one in range(at, end):
                word = self.words[one]
                if word in closed["prepositions"] and word not in ("of",) and seen:
                    end = one
                    break
                if word in closed["auxiliaries"] or (seen and word in closed["subjects"]):
                    end = one
                    break
                seen = seen or (self.tokens[one].kind == "word" and word not in closed["determiners"])
        for one in range(at, end):
            self.absent[one] = self.absent[one] or reason
