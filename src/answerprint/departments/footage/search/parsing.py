"""Plain language into clauses: vocabulary first, then this production's own names, the rest as free words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from answerprint.departments.footage.search import clauses
from answerprint.departments.footage.search.query import Clause, How, Query, Relation
from answerprint.departments.footage.search.reading import Piece, pieces_of, seconds_of
from answerprint.departments.footage.search.vocabulary import (
    CLIP_FIELDS,
    COLOURS,
    FILLERS,
    LITTLE_WORDS,
    NUMBER_WORDS,
    PEOPLE_WORDS,
    SIGNS,
    bare,
    longest_term,
    vocabulary,
    words_of,
)

NEAR = Fraction(10)  # seconds within which one moment comes before or after another, where nothing is said
LONGEST_NAME = 3  # words of a name of this production's own
_RELATIONS: dict[str, How] = {"then": "then", "before": "before", "after": "after"}
READS = frozenset({"reads", "says", "reading", "saying"})
_NOT = frozenset({"not", "no", "without", "except"})
_SLATE_NUMBER = re.compile(r"[A-Za-z]{0,2}\d{1,4}[A-Za-z]{0,2}")
_LETTER = re.compile(r"[A-Z]|\d{1,2}")
_CARD = re.compile(r"(?=.*\d)[A-Za-z0-9_-]{1,16}")


class Lexicon(Protocol):
    """What the parser asks of a production: which names are labels there, and which words are said."""

    def names(self, name: str) -> Sequence[tuple[str, str]]:
        """(track, key) where a name stands as a label or value; key "" is the label."""

    def corrected(self, word: str) -> tuple[str, ...]:
        """Nothing for a word that is said or written somewhere; else words like it that are, nearest first.
        The word itself, alone, when nothing is like it."""

    @property
    def sees(self) -> bool:
        """Whether pictures can be asked for in words."""


def parse(text: str, lexicon: Lexicon) -> Query:
    """A query's clauses. Nothing is refused: what no vocabulary has is looked for in what is said."""
    return _Parser(pieces_of(text), lexicon).parse()


class _Parser:
    def __init__(self, pieces: list[Piece], lexicon: Lexicon) -> None:
        self._pieces = pieces
        self._lexicon = lexicon
        self._found: list[Clause] = []
        self._relations: list[Relation] = []
        self._run: list[str] = []  # free words not yet made a clause
        self._passed_over: list[tuple[str, int]] = []
        self._open = 0  # the group that clauses join

    def parse(self) -> Query:
        at = 0
        while at < len(self._pieces):
            at = self._relation(at) or self._negation(at) or self._one(at, False)
        self._end_run()
        if not self._found:  # such words are asked for where nothing else is
            for text, group in self._passed_over:
                self._found.append(clauses.moved(clauses.free(text, self._lexicon), group))
        return _settled(self._found, self._relations)

    def _one(self, at: int, negated: bool) -> int:
        """Understands the piece at a place; the place after it."""
        piece = self._pieces[at]
        negated = negated or piece.negated
        if piece.sort == "word":
            clause, used = self._term(at)
            if clause is None:
                if negated:
                    self._add(clauses.free(piece.text, self._lexicon), True)
                else:
                    self._run.append(piece.text)
                return at + 1
            self._add(clause, negated)
            return at + used
        if piece.sort == "phrase":
            self._add(clauses.phrase(piece.text), negated)
        elif piece.sort == "number":
            self._add(clauses.number(piece.field, piece.sign, piece.text), negated)
        elif piece.field in ("before", "after", "then", "with"):
            self._anchored(piece)
        else:
            self._add(clauses.field(piece, self._lexicon), negated)
        return at + 1

    def _term(self, at: int) -> tuple[Clause | None, int]:
        """The longest run of words from a place that is a term, and how many pieces it takes."""
        words = self._words(at)
        for count in range(min(longest_term(), len(words)), 0, -1):
            term = vocabulary().get(bare(" ".join(words[:count])))
            ends = words[0], words[count - 1]  # a term begins and ends with words of its own
            if term is not None and all(bare(word) for word in ends):
                return clauses.of_term(term), count
            if count == 2:
                pair = self._pair(words[0], words[1], self._pieces[at + 1])
                if pair is not None:
                    return pair, 2
        sign = self._sign(at)
        if sign is not None:
            return sign
        if words_of(words[0]) == "circled":
            return clauses.of_clip("circled", "yes"), 1
        named = self._name(words)
        if named[0] is not None:
            return named
        colour = COLOURS.get(words_of(words[0]))
        if colour is not None and not (self._lexicon.sees and self._is_free(words[1:])):
            return clauses.colour(colour), 1
        return None, 0

    def _sign(self, at: int) -> tuple[Clause, int] | None:
        """`a sign that reads EXIT`, `caption "the end"`: what stands in the picture, and its pieces."""
        said = [words_of(one.text) if one.sort == "word" else "" for one in self._pieces[at : at + 3]]
        if said[0] not in SIGNS:
            return None
        after = at + 1
        after += bool(said[1:2] and said[1] in ("that", "which"))
        reads = after < len(self._pieces) and words_of(self._pieces[after].text) in READS
        after += reads
        if after < len(self._pieces) and (self._pieces[after].sort == "phrase" or reads):
            text = self._pieces[after].text
            return clauses.written(text), after + 1 - at
        return None

    def _pair(self, first: str, second: str, piece: Piece) -> Clause | None:
        """Two words that belong together: two people, scene 12A, camera B."""
        name = words_of(first)
        if words_of(second) in PEOPLE_WORDS:
            count = NUMBER_WORDS.get(name, int(name) if name.isdecimal() and len(name) < 4 else None)
            if count is not None:
                return clauses.number("people", "=", str(count))
        form = {"scene": _SLATE_NUMBER, "take": _SLATE_NUMBER, "camera": _LETTER, "card": _CARD,
                "reel": _CARD, "roll": _CARD, "cam": _LETTER}.get(name)  # fmt: skip
        if form is not None and not piece.negated and form.fullmatch(second):
            return clauses.of_clip(CLIP_FIELDS[name], second)
        return None

    def _name(self, words: list[str]) -> tuple[Clause | None, int]:
        for count in range(min(LONGEST_NAME, len(words)), 0, -1):
            name = " ".join(words[:count])
            if count == 1 and (len(name) < 2 or words_of(name) in LITTLE_WORDS):
                continue
            for form in dict.fromkeys((name, name.replace(" ", "_"), name.replace(" ", "-"))):
                where = self._lexicon.names(form)
                if where:
                    return clauses.named(form, where), count
        return None, 0

    def _words(self, at: int) -> list[str]:
        """The words that follow one another from a place; one with a minus of its own ends them."""
        words: list[str] = []
        for piece in self._pieces[at : at + longest_term()]:
            if piece.sort != "word" or (words and piece.negated):
                break
            words.append(piece.text)
        return words

    def _is_free(self, words: list[str]) -> bool:
        """Whether a word follows that no vocabulary has: "red car" is one thing, "red close-up" two."""
        return bool(words) and bare(words[0]) not in vocabulary() | COLOURS and words[0] not in _RELATIONS

    def _negation(self, at: int) -> int:
        """`not smile`, `without music`, `no applause`: a little word before something that is understood."""
        piece = self._pieces[at]
        if piece.sort != "word" or words_of(piece.text) not in _NOT or at + 1 >= len(self._pieces):
            return 0
        if self._term(at)[0] is not None:  # "no people" is a term
            return 0
        if self._pieces[at + 1].sort == "word":
            if self._term(at + 1)[0] is None:
                return 0
        elif self._pieces[at + 1].field in _RELATIONS:
            return 0
        return self._one(at + 1, True)

    def _relation(self, at: int) -> int:
        """`then`, `before`, `after`, `within 2s`, `within 2s of`; 0 where none stands."""
        piece = self._pieces[at]
        if piece.sort != "word" or piece.negated:
            return 0
        word = words_of(piece.text)
        if word == "followed" and self._says(at + 1, "by"):
            self._end_run()
            return self._opened("then", NEAR, at + 2)
        if word == "preceded" and self._says(at + 1, "by"):
            self._end_run()
            return self._opened("after", NEAR, at + 2)
        if word in _RELATIONS and at + 1 < len(self._pieces) and (self._found or self._run):
            self._end_run()
            return self._opened(_RELATIONS[word], NEAR, at + 1)
        if word != "within" or at + 1 >= len(self._pieces):
            return 0
        window = seconds_of(self._pieces[at + 1].text)
        if window is None:
            return 0
        after = at + 2
        if after < len(self._pieces) and words_of(self._pieces[after].text) in ("s", "seconds", "second"):
            after += 1
        self._end_run()
        if self._says(after, "of") and after + 1 < len(self._pieces):
            return self._opened("within", window, after + 1)
        if after + 1 < len(self._pieces) and words_of(self._pieces[after].text) in _RELATIONS:
            return self._opened(_RELATIONS[words_of(self._pieces[after].text)], window, after + 1)
        before = self._pieces[at - 1] if at else piece
        self._within(window, before.sort == "field" and before.field in _RELATIONS)
        return after

    def _opened(self, how: How, window: Fraction, after: int) -> int:
        if any(clauses.is_moment(one) and one.group == self._open for one in self._found):
            self._relations.append(Relation(how=how, group=len(self._relations) + 1, window=window))
            self._open = len(self._relations)
        return after

    def _within(self, window: Fraction, anchored: bool) -> None:
        """`A B within 2s`: the window of the relation its group was opened with, or of an `after:` right
        before it; else B stands apart."""
        number = len(self._relations) if anchored else self._open
        if number and self._relations[number - 1].how != "within":
            last = self._relations[number - 1]
            self._relations[number - 1] = Relation(how=last.how, group=last.group, window=window)
            return
        here = [i for i, one in enumerate(self._found) if clauses.is_moment(one) and one.group == self._open]
        if len(here) < 2:
            return
        self._relations.append(Relation(how="within", group=len(self._relations) + 1, window=window))
        self._open = len(self._relations)
        self._found[here[-1]] = clauses.moved(self._found[here[-1]], self._open)

    def _anchored(self, piece: Piece) -> None:
        """`after:"cut"`: one clause of a group of its own; what follows belongs to the group before."""
        inner = Piece(sort="phrase", text=piece.text) if piece.quoted else None
        self._end_run()
        if inner is not None:
            anchor = clauses.phrase(piece.text)
        else:
            term = vocabulary().get(bare(piece.text))
            anchor = clauses.of_term(term) if term else clauses.phrase(piece.text)
        if piece.field == "with":
            self._add(anchor, False)
            return
        how = _RELATIONS[piece.field]
        self._relations.append(Relation(how=how, group=len(self._relations) + 1, window=NEAR))
        self._found.append(clauses.moved(anchor, len(self._relations)))

    def _says(self, at: int, word: str) -> bool:
        return at < len(self._pieces) and words_of(self._pieces[at].text) == word

    def _add(self, clause: Clause, negated: bool) -> None:
        self._end_run()
        whole = negated or clause.kind == "clip"  # it holds for all groups
        self._found.append(clauses.moved(clause, 0 if whole else self._open, negated))

    def _end_run(self) -> None:
        """Free words that ended here become a clause, unless all of them are little words."""
        run, self._run = self._run, []
        content = [index for index, word in enumerate(run) if words_of(word) not in FILLERS]
        if content:
            text = " ".join(run[content[0] : content[-1] + 1])
            self._found.append(clauses.moved(clauses.free(text, self._lexicon), self._open))
        elif any(words_of(word) not in LITTLE_WORDS for word in run):
            self._passed_over.append((" ".join(run), self._open))


def _settled(found: list[Clause], relations: list[Relation]) -> Query:
    """Clauses said twice are one; a relation to a group without moments is none."""
    kept = list(dict.fromkeys(found))
    filled = {one.group for one in kept if clauses.is_moment(one)}
    number = {0: 0}
    standing: list[Relation] = []
    for relation in relations:
        if relation.group in filled and (standing or 0 in filled or relation.group - 1 in filled):
            standing.append(Relation(how=relation.how, group=len(standing) + 1, window=relation.window))
            number[relation.group] = len(standing)
        else:
            number[relation.group] = number.get(relation.group - 1, 0)
    return Query(
        clauses=tuple(clauses.moved(one, number[one.group], one.negated) for one in kept),
        relations=tuple(standing),
    )
