"""The phrases of a sentence: what is a noun in it, where its phrase begins, and what governs it.

No parser: closed classes, verb lists and the order of words, for the present tense of action lines.
"""

from __future__ import annotations

from collections.abc import Collection

from answerprint.departments.script.breakdown.sentences import Sentence, Token, singular
from answerprint.departments.script.breakdown.vocabulary import Vocabulary


class Phrases:
    """A sentence with its words folded, and what each is to its neighbours."""

    def __init__(self, sentence: Sentence, known: Vocabulary, names: Collection[str]) -> None:
        self.tokens = sentence.tokens
        self.final = sentence.final
        self.known = known
        self.names = names  # folded words of people's names
        self.words = [token.low for token in sentence.tokens]
        self.taken = bytearray(len(self.tokens))  # inside a thing of several words

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


def quantity(reading: Phrases, start: int, at: int) -> str:
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
