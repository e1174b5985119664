"""How each kind of clause is made: what it means, its canonical form, and the tests that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from answerprint.departments.footage.search.query import Clause, Test, quoted
from answerprint.departments.footage.search.reading import Piece
from answerprint.departments.footage.search.vocabulary import (
    CLIP_FIELDS,
    COLOURS,
    FIELD_LABELS,
    LITTLE_WORDS,
    LOOKS,
    NUMBER_KEYS,
    PEOPLE_TRACKS,
    PERSON_FIELDS,
    WORD_FIELDS,
    Term,
    bare,
    vocabulary,
    words_of,
)

if TYPE_CHECKING:
    from answerprint.departments.footage.search.parsing import Lexicon

SPEAKER_TESTS = ("speakers.1", "transcript.1")


def is_moment(clause: Clause) -> bool:
    """Whether a clause is of a stretch of a clip; else it holds for the whole clip, or excludes."""
    return clause.kind != "clip" and not clause.negated


def moved(clause: Clause, group: int, negated: bool = False) -> Clause:
    """The clause in a group."""
    return msgspec.structs.replace(clause, group=group, negated=negated)


def of_term(term: Term) -> Clause:
    return Clause(
        kind="moment",
        text=term.name,
        meaning=term.meaning,
        tests=term.tests,
        fallback=term.fallback,
        weight=term.weight,
    )


def phrase(text: str) -> Clause:
    """Words in this order, said."""
    return Clause(kind="phrase", text=f'"{text}"', meaning=f"somebody says “{text}”", words=text)


def words(text: str, lexicon: Lexicon) -> Clause:
    """All of the words said in one passage, in any order."""
    asked, notes = _corrected(text, lexicon)
    return Clause(
        kind="words",
        text=f"words:{quoted(asked)}",
        meaning=f"somebody says {asked}",
        words=asked,
        notes=notes,
    )


def free(text: str, lexicon: Lexicon) -> Clause:
    """Free words: said in one passage, or meant by one, or (with a model that sees) shown."""
    asked, notes = _corrected(text, lexicon)
    seen = ", or shown" if lexicon.sees else ""
    return Clause(
        kind="free",
        text=f"find:{quoted(asked)}",
        meaning=f"said{seen}: {asked}",
        words=asked,
        notes=notes,
    )


def written(text: str) -> Clause:
    """Words that stand in the picture."""
    meaning = f"“{text}” stands in the picture"
    return Clause(kind="text", text=f"text:{quoted(text)}", meaning=meaning, words=text)


def colour(name: str) -> Clause:
    test = Test(track=LOOKS, key="palette", terms=(name,))
    meaning = f"{name} in the picture"
    return Clause(kind="colour", text=f"colour:{name}", meaning=meaning, tests=(test,), weight=0.8)


def number(key: str, sign: str, value: str) -> Clause:
    """A comparison of one of a shot's numbers: people>=5, exposure<-2, temperature<4000."""
    known = NUMBER_KEYS.get(key, key)
    amount = float(value)
    low = amount if sign in (">", ">=", "=") else None
    high = amount if sign in ("<", "<=", "=") else None
    test = Test(track=LOOKS, key=known, low=low, high=high, low_open=sign == ">", high_open=sign == "<")
    return Clause(
        kind="moment",
        text=f"{known}{sign}{value}",
        meaning=f"{known.replace('_', ' ')} {sign} {value}",
        tests=(test,),
        weight=0.8,
    )


def of_clip(field: str, value: str) -> Clause:
    """Something that holds for a whole clip: its slate, card, reel, date."""
    if field == "circled":
        return Clause(
            kind="clip", text="circled", meaning="circled take", field=field, words="yes", weight=0.5
        )
    return Clause(
        kind="clip",
        text=f"{field}:{quoted(value)}",
        meaning=f"{field} {value}",
        field=field,
        words=value,
        weight=0.3,
    )


def person(name: str, field: str = "person") -> Clause:
    """Somebody by name: seen, or heard; with `speaker` only heard."""
    tracks = SPEAKER_TESTS if field == "speaker" else PEOPLE_TRACKS
    return Clause(
        kind="person",
        text=f"{field}:{quoted(name)}",
        meaning=f"{name} speaks" if field == "speaker" else f"{name} is seen or heard",
        field=field,
        words=name,
        tests=tuple(Test(track=track, labels=(name,)) for track in tracks),
        weight=0.8,
    )


def named(name: str, where: Sequence[tuple[str, str]]) -> Clause:
    """A name that this production's tracks have: a person, a thing, anything else."""
    tracks = {track for track, key in where if not key}
    if tracks & set(PEOPLE_TRACKS) or any(key in ("person", "speaker") for _, key in where):
        heard_only = not any(track in ("faces.1", "cues.1") for track, _ in where)
        return person(name, "speaker" if heard_only else "person")
    if "things.1" in tracks:
        return label("thing", "things.1", name)
    return Clause(
        kind="moment",
        text=f"label:{quoted(name)}",
        meaning=f"{name} in {', '.join(sorted(tracks))}",
        words=name,
        tests=tuple(Test(track=track, labels=(name,)) for track in sorted(tracks)),
    )


def label(field_name: str, track: str, name: str) -> Clause:
    """A label of one track: thing:dog, movement:pan_left."""
    forms = tuple(
        dict.fromkeys((name, name.replace(" ", "_"), name.replace("-", "_"), name.replace("_", " ")))
    )
    return Clause(
        kind="moment",
        text=f"{field_name}:{quoted(name)}",
        meaning=f"{field_name} {name}",
        words=name,
        tests=(Test(track=track, labels=tuple(dict.fromkeys(forms))),),
    )


def field(piece: Piece, lexicon: Lexicon) -> Clause:
    """A clause from field:value. A field nobody knows is a free word, and says so."""
    name, value = piece.field, piece.text
    if not value:
        return _unknown(piece, "a value is expected after the colon")
    if name in CLIP_FIELDS:
        return of_clip(CLIP_FIELDS[name], value)
    if name in PERSON_FIELDS:
        return person(value, PERSON_FIELDS[name])
    if name in ("colour", "color", "palette"):
        known = COLOURS.get(words_of(value))
        return (
            colour(known)
            if known
            else _unknown(piece, f"known colours: {', '.join(sorted(set(COLOURS.values())))}")
        )
    if name in NUMBER_KEYS or name == "value":
        return _in_range(piece)
    if name in WORD_FIELDS:
        return _in_words(WORD_FIELDS[name], value, lexicon)
    if name == "label":
        where = lexicon.names(value)
        return named(value, where) if where else _unknown(piece, "no track has this label")
    if name in (*FIELD_LABELS, "light"):
        term = vocabulary().get(bare(value))
        if term is not None and (name == "light" or term.tests[0].track == FIELD_LABELS[name]):
            return of_term(term)
        if name == "light":
            return _unknown(piece, "low-key, high-key, dark, bright, warm, cool, soft, sharp, high-contrast")
        return label(name, FIELD_LABELS[name], value)
    return _unknown(piece, "no such field: looked for as words")


def _in_words(kind: str, value: str, lexicon: Lexicon) -> Clause:
    if kind == "words":
        return words(value, lexicon)
    if kind == "free":
        return free(value, lexicon)
    text = f"{kind}:{quoted(value)}"
    if kind == "about":
        return Clause(kind="about", text=text, meaning=f"somebody means {value}", words=value)
    if kind == "seen":
        return Clause(kind="seen", text=text, meaning=f"the picture shows {value}", words=value)
    return written(value)


def _in_range(piece: Piece) -> Clause:
    """people:2, exposure:-2..0, focus:>0.5."""
    value = piece.text
    for sign in ("<=", ">=", "<", ">", "="):
        if value.startswith(sign) and _is_number(value[len(sign) :]):
            return number(piece.field, sign, value[len(sign) :])
    if _is_number(value):
        return number(piece.field, "=", value)
    low, dots, high = value.partition("..")
    if dots and _is_number(low) and _is_number(high):
        known = NUMBER_KEYS.get(piece.field, piece.field)
        test = Test(track=LOOKS, key=known, low=float(low), high=float(high))
        return Clause(
            kind="moment",
            text=f"{known}:{low}..{high}",
            meaning=f"{known.replace('_', ' ')} {low} to {high}",
            tests=(test,),
            weight=0.8,
        )
    return _unknown(piece, "a number is expected: 2, >=2, 1..3")


def _unknown(piece: Piece, why: str) -> Clause:
    text = f"{piece.field}:{quoted(piece.text)}"
    return Clause(
        kind="words", text=text, meaning=f"unknown: {text}", field=piece.field, words="", notes=(why,)
    )


def _corrected(text: str, lexicon: Lexicon) -> tuple[str, tuple[str, ...]]:
    """The words, each that nobody says put right where one like it is said; and what was done."""
    asked: list[str] = []
    notes: list[str] = []
    for word in text.split():
        plain = word.strip(",.!?")
        if words_of(plain) in LITTLE_WORDS or plain.endswith("*") or not any(c.isalnum() for c in plain):
            asked.append(word)
            continue
        known = lexicon.corrected(plain)
        if not known:
            asked.append(word)
        elif known == (plain,):
            asked.append(word)
            notes.append(f"“{plain}” is said nowhere")
        else:
            asked.append(known[0])
            others = f" (or {', '.join(known[1:])})" if known[1:] else ""
            notes.append(f"“{plain}” is said nowhere: looked for “{known[0]}”{others}")
    return " ".join(asked), tuple(notes)


def _is_number(text: str) -> bool:
    sign, digits = text[:1], text.lstrip("-")
    whole, _, part = digits.partition(".")
    return (sign != "-" or text.count("-") == 1) and whole.isdecimal() and (not part or part.isdecimal())
