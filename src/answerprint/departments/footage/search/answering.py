"""Each clause asked of the tracks that can answer it, or the reason why none can."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.departments.footage.search import spoken
from answerprint.departments.footage.search.joining import run_together
from answerprint.departments.footage.search.library import Found, Library, within
from answerprint.departments.footage.search.meaning import Meanings, meant
from answerprint.departments.footage.search.query import Clause, Test
from answerprint.departments.footage.search.vocabulary import (
    CUES_TRACK,
    HALF_SECONDS,
    PASSAGES,
    SPOKEN,
    colours_named,
)
from answerprint.store.tables.moments import COLOUR, NUMBER
from answerprint.store.vectors import VectorStore

LEAST_SHARE = 0.12  # of the picture, from which on a colour is in it
FULL_SHARE = 0.5  # and at which it counts whole
ENOUGH = 50  # moments in which free words are said, from which on meaning adds nothing
SEEN = ("seen.1",)
WORD_KINDS = frozenset({"phrase", "words", "free", "about", "text"})
MADE_BY = {  # who leaves a track, for a person who misses it
    "shot_looks.1": "looks", "looks.1": "looks", "camera.1": "looks", "cues.1": "faces", "faces.1": "faces",
    "sounds.1": "speakers", "speakers.1": "speakers", "transcript.1": "speech", "readings.1": "speech",
    "words.1": "speech", "text.1": "slates", "slates.1": "slates", "things.1": "things", "shots.1": "shots",
    "voice.1": "speakers",
}  # fmt: skip


@dataclass(frozen=True)
class Sight:
    """An image–text encoder and the pictures it has seen: what `seen:` asks."""

    meanings: Meanings
    unlike: float  # similarity of a text and a picture that have nothing to do with one another
    alike: float


@dataclass
class Means:
    """What answers can be made with beside the catalogue."""

    vectors: VectorStore | None = None
    sentences: Meanings | None = None
    no_sentences: str = ""  # why there are none
    sight: Sight | None = None
    no_sight: str = ""
    people: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # character → keys of the lines they have


@dataclass(frozen=True)
class Answer:
    """What answered a clause. reason: why nothing could, where found is None."""

    clause: Clause
    found: Found | None
    reason: str = ""
    notes: tuple[str, ...] = ()
    missing_model: bool = False


def answer(
    clause: Clause, library: Library, means: Means, *, person: str = "", assets: Sequence[int] | None = None
) -> Answer:
    """One clause answered. person: whose cues are meant, where the query names somebody; assets: the only
    ones that can still be hits, which bounds what very common words cost."""
    if clause.kind in WORD_KINDS or clause.kind == "seen":
        return _in_words(clause, library, means, assets)
    tests = [test for test in clause.tests if library.of(test.track)]
    lines = means.people.get(clause.words.casefold(), ()) if clause.kind == "person" else ()
    if not tests and not (lines and library.of("readings.1")):
        return Answer(clause, None, _no_track([test.track for test in clause.tests]))
    if clause.fallback:
        tests = tests[:1]
    parts = [_tested(test, library, person if test.track == CUES_TRACK else "") for test in tests]
    if lines and library.of("readings.1"):
        track, place = library.labelled("readings.1", lines)
        parts.append(library.found(track, place, how="the script's speaker"))
    found = spoken.stacked(parts)
    if len(parts) > 1:  # a turn and its passage are one moment
        found = _without_twins(found)
    notes = list(clause.notes)
    there, clips = max((library.clips_with(test.track) for test in tests), default=0), len(library.assets)
    if 0 < there < clips:
        notes.append(f"{tests[0].track} is there for {there} of {clips} clips")
    return Answer(clause, found, notes=(*notes, *found.notes))


def _in_words(clause: Clause, library: Library, means: Means, assets: Sequence[int] | None) -> Answer:
    notes = list(clause.notes)
    if not clause.words:
        return Answer(clause, None, "; ".join(clause.notes))
    if clause.kind == "text":
        if not any(library.of(name) for name in spoken.ON_SCREEN):
            return Answer(clause, None, _no_track(spoken.ON_SCREEN))
        return _said_so(clause, spoken.written(library, clause.words, assets), notes)
    if clause.kind == "seen":
        if means.sight is None or means.vectors is None:
            return Answer(clause, None, means.no_sight, missing_model=True)
        return _said_so(clause, _seen(clause, library, means), notes)
    parts: list[Found] = []
    there = any(library.of(name) for name in SPOKEN)
    if clause.kind != "about" and there:
        parts.append(spoken.said(library, clause.words, phrase=clause.kind == "phrase", assets=assets))
    if clause.kind in ("about", "free"):
        if parts and len(parts[0]) >= ENOUGH and "some" not in parts[0].how:
            notes.append("said often: not looked for by meaning")
        elif means.sentences is not None and means.vectors is not None and any(map(library.of, PASSAGES)):
            parts.append(meant(library, means.vectors, means.sentences, clause.words))
        elif clause.kind == "about":
            reason = means.no_sentences or _no_track(PASSAGES)
            return Answer(clause, None, f"meaning: {reason}", missing_model=bool(means.no_sentences))
        elif means.no_sentences:
            notes.append(f"meaning: {means.no_sentences}; words only")
    if clause.kind == "free" and means.sight is not None and means.vectors is not None:
        parts.append(_seen(clause, library, means))
        there = True
    if not there:
        return Answer(clause, None, _no_track(SPOKEN))
    found = _without_twins(spoken.stacked(parts))
    if clause.kind == "free" and not clause.negated and not len(found):
        reason = "; ".join(clause.notes) or f"no passage has “{clause.words}”"
        return Answer(clause, None, reason)
    return _said_so(clause, found, notes)


def _seen(clause: Clause, library: Library, means: Means) -> Found:
    assert means.sight is not None
    assert means.vectors is not None
    return meant(
        library,
        means.vectors,
        means.sight.meanings,
        clause.words,
        names=SEEN,
        unlike=means.sight.unlike,
        alike=means.sight.alike,
        how="picture",
    )


def _said_so(clause: Clause, found: Found, notes: list[str]) -> Answer:
    return Answer(clause, found, notes=tuple(dict.fromkeys((*notes, *found.notes))))


def _tested(test: Test, library: Library, person: str) -> Found:
    if not test.key:
        track, place = library.labelled(test.track, test.labels)
        if person:
            track, place = _of_person(library, test.track, track, place, person)
        return library.found(track, place)
    if test.key == "palette":
        return _coloured(test, library)
    if test.terms:
        track, place = library.labelled(test.track, test.terms, test.key)
        return library.found(track, place)
    track, values = library.numbers(test.track, test.key, NUMBER)
    place = within(track)
    kept = ~np.isnan(values)
    if test.low is not None:
        kept &= values > test.low if test.low_open else values >= test.low
    if test.high is not None:
        kept &= values < test.high if test.high_open else values <= test.high
    inside = values[kept]
    depth = np.zeros(len(inside))
    for bound in (test.low, test.high):
        if bound is not None and test.low != test.high:
            depth = np.maximum(depth, np.abs(inside - bound) / (0.5 * abs(bound) + 0.5))
    strength = 0.75 + 0.25 * np.tanh(depth) if test.low != test.high else None
    found = library.found(track[kept], place[kept], strength, how=test.key, measure=inside)
    return _whole_stretches(found) if test.track == HALF_SECONDS else found


def _coloured(test: Test, library: Library) -> Found:
    track, colours = library.numbers(test.track, test.key, COLOUR)
    codes = colours["rgb"].astype(np.int64)
    coarse = (codes >> 20 & 15) << 8 | (codes >> 12 & 15) << 4 | (codes >> 4 & 15)
    named = np.zeros(len(codes), np.bool_)
    for name in test.terms:
        named |= colours_named(name)[coarse]
    keys = track[named].astype(np.int64) << 32 | colours["place"][named]
    each, inverse = np.unique(keys, return_inverse=True)
    share = np.bincount(inverse, colours["share"][named], len(each)) if len(each) else np.zeros(0)
    kept = share >= LEAST_SHARE
    strength = np.minimum(share[kept] / FULL_SHARE, 1.0)
    return library.found(
        (each[kept] >> 32).astype(np.int32),
        (each[kept] & 0xFFFFFFFF).astype(np.int32),
        strength,
        how="share of the picture",
        measure=share[kept],
    )


def _of_person(
    library: Library, name: str, track: NDArray[np.int32], place: NDArray[np.int32], person: str
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Those of the person, in tracks that name somebody at all by that name; in others all."""
    theirs_track, theirs_place = library.labelled(name, [person], "person")
    if not len(theirs_track):
        return track, place
    keys = track.astype(np.int64) << 32 | place
    theirs = theirs_track.astype(np.int64) << 32 | theirs_place
    kept = np.isin(keys, theirs)
    return track[kept], place[kept]


def _whole_stretches(found: Found) -> Found:
    """Half seconds that follow one another as one moment, from the first of them."""
    if len(found) < 2:
        return found
    made = run_together(found.as_moments(0, 1, 1.0))
    first = found.take(made.refs[:, 0])
    return dataclasses.replace(first, start=made.start, end=made.end)


def _without_twins(found: Found) -> Found:
    """Of moments that begin and end together the best."""
    if len(found) < 2:
        return found
    order = np.lexsort((-found.score, found.end.astype(float), found.start.astype(float), found.asset))
    asset, start, end = found.asset[order], found.start[order], found.end[order]
    new: Any = np.concatenate(
        [[True], (asset[1:] != asset[:-1]) | (start[1:] != start[:-1]) | (end[1:] != end[:-1])]
    )
    return found.take(np.sort(order[new]))


def _no_track(names: Sequence[str]) -> str:
    """Why a clause cannot be answered: the track it asks is nowhere in the production."""
    which = " or ".join(dict.fromkeys(names))
    makers = dict.fromkeys(MADE_BY[name] for name in names if name in MADE_BY)
    how = " or ".join(f"answerprint {name}" for name in makers)
    consent = " (and [consent] faces = true)" if "faces" in makers else ""
    return f"no {which} in this production" + (f": what {how} finds{consent}" if how else "")
