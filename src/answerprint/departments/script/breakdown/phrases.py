"""The shallow reading of a sentence: what is a noun in it, what governs it, and what is not there at all.

No parser: closed classes, verb lists and the order of words, for the present tense of action lines.
"""

from __future__ import annotations

from collections.abc import Collection

from answerprint.departments.script.breakdown.sentences import Sentence, Token, singular
from answerprint.departments.script.breakdown.vocabulary import Vocabulary, listed

_BREAKS = {",", "-", "(", ")", "…", "/"}
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


class Reading:
    """A sentence with, for every token, whether it is there at all, and its words folded."""

    def __init__(self, sentence: Sentence, known: Vocabulary, names: Collection[str]) -> None:
        self.tokens = sentence.tokens
        self.final = sentence.final
        self.known = known
        self.names = names  # folded words of people's names
        self.words = [token.low for token in sentence.tokens]
        self.taken = bytearray(len(self.tokens))  # inside a thing of several words
        self.absent: list[str] = [""] * len(self.tokens)  # why a token's thing is not there, or ""
        self._mark_absent()

    # -- what words are ---------------------------------------------------------------------------------

    def is_verb(self, at: int) -> bool:
        """Whether a word that may be a noun or a verb is a verb here."""
        known, words = self.known, self.words
        word = words[at]
        if word not in known.both and word not in known.base and singular(word) not in known.both:
            return False
        if self.tokens[at].owner:
            return False
        before = self.before(at)
        after = self.after(at)
        closed = known.closed
        if before is None:
            if after is None:
                return False
            if after in closed["determiners"] or after in closed["pronouns"]:
                return True
            joined = at > 1 and self.tokens[at - 1].low == ","
            third = word.endswith("s") and word in known.base and known.base[word] != word
            return (
                joined
                and third
                and after not in closed["conjunctions"]
                and after not in closed["prepositions"]
                and after not in closed["auxiliaries"]
            )
        if before in closed["determiners"] or before in closed["numbers"] or self.tokens[at - 1].owner:
            return False
        if (
            before in closed["subjects"]
            or before in closed["auxiliaries"]
            or before in ("to", "not", "cannot")
        ):
            return before not in ("is", "are", "was", "were", "has", "have", "had", "that", "be", "been")
        ends = self.base_form(at) or word.endswith("s")
        if before in self.names and ends and not self.tokens[at].capitals:
            return True
        if before.endswith("ly") and before not in (
            "family",
            "lily",
            "belly",
            "jelly",
            "fly",
            "butterfly",
            "curly",
        ):
            return after is None or after in closed["determiners"] or after in closed["prepositions"]
        third = word.endswith("s") and singular(word) != word
        if third and word in known.base and not self.tokens[at].capitals and self._one_of(at):
            return True
        if known.base.get(word) == word and self._many_act(at, after):
            return True
        if (
            third
            and after is not None
            and after in closed["determiners"]
            and before not in closed["prepositions"]
        ):
            return True
        if (
            after is not None
            and after in closed["determiners"]
            and singular(before) in known.people
            and singular(before) != before
        ):
            return True
        if third and self.person_noun(at - 1) and not self.tokens[at].capitals:
            return True
        if third and self._thing_acts(at, after):
            return True
        if after is not None and (
            after in closed["determiners"] or after in ("him", "them", "it", "himself")
        ):
            return before not in closed["prepositions"] and not self.adjacent_modifier(at)
        if (
            word.endswith("s")
            and singular(word) != word
            and ((after is None and before in known.people) or self.person_noun(at - 1))
        ):
            return not self.tokens[at].capitals or after is not None
        return (
            before in closed["conjunctions"]
            and word.endswith("s")
            and after is not None
            and after in (closed["particles"] | closed["prepositions"])
            and singular(word) in known.both
            and after not in ("of", "and")
        )

    def _one_of(self, at: int) -> bool:
        """`a planet burns`: after `a` and a noun no plural can follow."""
        start = self.phrase_start(at)
        return at - start >= 2 and self.words[start] in ("a", "an", "every", "each", "another")

    def _many_act(self, at: int, after: str | None) -> bool:
        """`Sparks fly.`, `The machines beep`: a plural, and a verb in its plain form."""
        before = self.words[at - 1]
        if singular(before) == before or self.tokens[at - 1].owner or before in self.known.base:
            return False
        closed = self.known.closed
        loose = (
            closed["prepositions"]
            | closed["particles"]
            | closed["adverbs"]
            | closed["determiners"]
            | closed["conjunctions"]
        )
        return after is None or after in loose or after.endswith("ly")

    def _thing_acts(self, at: int, after: str | None) -> bool:
        """`Beer flies.`, `The letter drops to the floor`: one thing, and a verb that no hand is in."""
        if (
            singular(self.words[at - 1]) != self.words[at - 1]
            or self.known.name_of(self.words[at - 1]) is None
        ):
            return False
        base = self.known.base.get(self.words[at], "")
        moves = base in self.known.verbs["motion"] or base in self.known.verbs["other"]
        closed = self.known.closed
        loose = closed["prepositions"] | closed["particles"] | closed["adverbs"] | closed["determiners"]
        return moves and (after is None or after in loose or after.endswith("ly"))

    def person_noun(self, at: int) -> bool:
        """Whether the token is a person's noun, singular."""
        return at >= 0 and self.tokens[at].kind == "word" and self.words[at] in self.known.people

    def adjacent_modifier(self, at: int) -> bool:
        """Whether an adjective or a noun stands right before the word."""
        before = self.before(at)
        if before is None or at < 1:
            return False
        closed = self.known.closed
        loose = (
            before in closed["conjunctions"] or before in closed["pronouns"] or before in closed["adverbs"]
        )
        return not loose and before not in self.known.base and before not in self.names

    def base_form(self, at: int) -> bool:
        word = self.words[at]
        return self.known.base.get(word) == word or word in self.known.both

    def before(self, at: int) -> str | None:
        """The word before, None at a sentence's or clause's beginning."""
        if at < 1 or self.tokens[at - 1].kind == "mark":
            return None
        return self.words[at - 1]

    def after(self, at: int) -> str | None:
        if at + 1 >= len(self.tokens) or self.tokens[at + 1].kind == "mark":
            return None
        return self.words[at + 1]

    def finite(self, at: int) -> bool:
        """Whether a token can only be a verb or a closed-class word: where a noun phrase must end."""
        token = self.tokens[at]
        if token.kind == "mark":
            return True
        word = token.low
        closed = self.known.closed
        if word in closed["prepositions"] or word in closed["conjunctions"] or word in closed["auxiliaries"]:
            return True
        if word in closed["pronouns"] or word in closed["particles"]:
            return True
        return (
            word in self.known.base
            and not word.endswith(("ed", "ing", "en"))
            and self.known.base[word] != word
        )

    def phrase_start(self, at: int) -> int:
        """Where the noun phrase that ends with the token at `at` begins, determiner included."""
        closed = self.known.closed
        start = at
        while start > 0:
            token = self.tokens[start - 1]
            word = token.low
            if token.kind == "mark":
                if token.low == "," and start > 1 and start < at and self._adjective_list(start):
                    start -= 1
                    continue
                break
            if word in closed["determiners"]:
                start -= 1
                if start > 0 and self.words[start - 1] in ("all", "both", "half"):
                    start -= 1
                break
            if word in closed["numbers"] or token.kind == "number" or token.owner:
                start -= 1
                continue
            if self.finite(start - 1) or (
                word in closed["adverbs"]
                and word
                not in ("empty", "full", "open", "last", "first", "next", "high", "low", "long", "far")
            ):
                break
            if word in self.names and not token.owner:
                break
            if word in self.known.verbs["any"] and (start - 1 == 0 or not self._inside(start - 1)):
                break
            start -= 1
            if at - start > 6:
                break
        return start

    def _adjective_list(self, start: int) -> bool:
        return (
            start > 2
            and self.words[start - 2] not in self.known.people
            and self.known.name_of(self.words[start - 2]) is None
            and self.words[start - 2] not in self.known.nouns["set"]
            and not self.finite(start - 2)
            and (start > 2 and self.words[start - 3] in self.known.closed["determiners"])
        )

    def _inside(self, at: int) -> bool:
        """Whether a participle stands inside a noun phrase: `the burning letter`, `a torn map`."""
        word = self.words[at]
        if not word.endswith(("ed", "ing", "en", "wn", "rn", "pt", "nt")):
            return False
        before = self.before(at)
        closed = self.known.closed
        return before is not None and (
            before in closed["determiners"] or before in closed["numbers"] or self.tokens[at - 1].owner
        )

    # -- what governs a phrase --------------------------------------------------------------------------

    def governor(self, start: int) -> tuple[str, str]:
        """The verb and preposition that the phrase beginning at `start` hangs on, either may be "".

        `takes the pen and the letter`: both hang on `takes`. `looks up at the clock`: `look`, `at`.
        """
        closed, known = self.known.closed, self.known
        at = start - 1
        preposition = ""
        steps = 0
        while at >= 0 and steps < 14:
            steps += 1
            word = self.words[at]
            token = self.tokens[at]
            if token.kind == "mark":
                if token.low == "," and steps < 10:
                    earlier = self._end_of_phrase_before(at)
                    if earlier is not None:
                        at = earlier - 1
                        continue
                return "", preposition
            if word in ("and", "or"):
                earlier = self._end_of_phrase_before(at)
                if earlier is None:
                    return "", preposition
                at = earlier - 1
                continue
            if word in known.base and (word in known.verbs["any"]) and word not in ("like",):
                return known.base[word], preposition
            if word in closed["prepositions"] or word in closed["particles"]:
                preposition = preposition or word
                at -= 1
                continue
            if (
                word in closed["adverbs"]
                or word.endswith("ly")
                or word in ("him", "her", "them", "me", "us", "it")
            ):
                at -= 1
                continue
            if preposition or word in self.names or word in known.people:
                inner = self.phrase_start(at)
                if inner > at or self.tokens[at].kind == "mark":
                    return "", preposition
                if preposition in ("of",):
                    preposition = ""
                at = inner - 1
                continue
            return "", preposition
        return "", preposition

    def _end_of_phrase_before(self, mark: int) -> int | None:
        """The start of the noun phrase that ends before a comma or `and`."""
        if mark < 1:
            return None
        if self.tokens[mark - 1].kind == "mark":
            mark -= 1
            if mark < 1:
                return None
        if self.tokens[mark - 1].kind != "word":
            return None
        start = self.phrase_start(mark - 1)
        if start == mark - 1 and self.finite(start):
            return None
        return start

    # -- what is not there ------------------------------------------------------------------------------

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


def quantity(reading: Reading, start: int, at: int) -> str:
    """How many, as written before the noun: `two`, `dozens of`, `a pair of`."""
    closed = reading.known.closed
    said: list[Token] = []
    for one in range(start, at):
        if reading.words[one] in closed["numbers"] or reading.tokens[one].kind == "number":
            said.append(reading.tokens[one])
    if said:
        return " ".join(token.text.lower() for token in said)
    if start >= 2 and reading.words[start - 1] == "of":
        first = reading.words[start - 2]
        if first in closed["numbers"] or first in (
            "pair",
            "row",
            "rows",
            "pile",
            "stack",
            "heap",
            "bunch",
            "scores",
            "set",
            "flock",
            "herd",
            "pack",
            "swarm",
        ):
            determiner = reading.words[start - 3] if start >= 3 else ""
            return f"{determiner + ' ' if determiner in ('a', 'the') else ''}{first} of"
    return ""
