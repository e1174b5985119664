"""The answers of all clauses joined into hits: where everything asked for is true, best first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from answerprint.core.logged import Slate
from answerprint.core.time import Time
from answerprint.departments.footage.search import joining
from answerprint.departments.footage.search.answering import WORD_KINDS, Answer, Means, answer
from answerprint.departments.footage.search.joining import Moments, no_moments
from answerprint.departments.footage.search.library import Library
from answerprint.departments.footage.search.query import Query, Relation, seconds_text
from answerprint.departments.footage.search.slating import clips

SLACK = Fraction(1, 4)  # seconds by which heard ends and beginnings may be off, in before, after and then
OVERLAP = Fraction(600)  # with `then` the second may begin while the first goes on, and ends after it
RELAXED = Fraction(5)  # seconds apart that moments may lie where no two of them are at the same time
LEAST_PIECE = 0.25  # of a moment, that has to be left where something is excluded from it
RANKED = 40  # moments looked at for each hit that is shown: the rest overlap better ones
SAME = 0.5  # of the shorter, from which share on two hits are the same moment


@dataclass(frozen=True)
class Proof:
    """Why a clause is true of a hit: an annotation, or (track None) what is known of the clip."""

    clause: int  # place in the query
    how: str
    score: float
    start: Time
    end: Time
    track: str | None = None
    label: str = ""
    text: str = ""
    confidence: float | None = None
    measure: float | None = None


@dataclass(frozen=True)
class Match:
    """A hit: a stretch of an asset (its place in the library), on the asset's own clock."""

    asset: int
    start: Time
    end: Time
    score: float  # 0 … 1
    proofs: tuple[Proof, ...]


@dataclass(frozen=True)
class Result:
    answers: tuple[Answer, ...]  # one for each clause of the query
    matches: tuple[Match, ...]
    total: int  # moments before those that overlap a better one were left out
    why: str = ""  # which clause left nothing; with hits, what was asked less strictly


def search(
    query: Query, library: Library, means: Means, slates: Mapping[str, Slate], *, limit: int = 20
) -> Result:
    """Answers a query. What no track can answer is left out of the joining, and its answer says why."""
    answers = _answers(query, library, means, slates)
    count = len(query.clauses)
    told: list[str] = []
    sets: dict[int, list[tuple[int, Moments]]] = {}
    excluded: list[Moments] = []
    weight = 0.0
    for index, one in enumerate(answers):
        if one.found is None:
            continue
        moments = one.found.as_moments(index, count, one.clause.weight)
        if one.clause.negated:
            excluded.append(moments)
            continue
        weight += one.clause.weight
        sets.setdefault(0 if one.clause.kind == "clip" else one.clause.group, []).append((index, moments))
    if not sets and not excluded:
        return Result(tuple(answers), (), 0, "nothing that was asked can be answered")
    current = _all_together(sets.get(0, []), library, count, told, answers)
    for relation in query.relations:
        if relation.group in sets:
            group = _all_together(sets[relation.group], library, count, told, answers)
            current = _related(current, group, relation, library, told, bool(sets.get(0)))
    for moments in excluded:
        before = len(current)
        current = joining.without(current, moments, LEAST_PIECE)
        if before and not len(current):
            told.append("what is excluded covers all that was found")
    matches = _ranked(current, answers, library, max(weight, 1e-6), limit)
    why = "; ".join(told) if told else "" if matches else "nothing is like that here"
    return Result(tuple(answers), matches, len(current), why)


def _answers(query: Query, library: Library, means: Means, slates: Mapping[str, Slate]) -> list[Answer]:
    """Every clause's answer; words last, when the others have said in which clips they still matter."""
    person = {one.group: one.words for one in query.clauses if one.kind == "person" and not one.negated}
    found: dict[int, Answer] = {}
    left: set[int] | None = None
    order = sorted(range(len(query.clauses)), key=lambda index: query.clauses[index].kind in WORD_KINDS)
    for index in order:
        clause = query.clauses[index]
        if clause.kind == "clip":
            here, reason = clips(clause, library, slates)
            found[index] = Answer(clause, None if reason else here, reason, clause.notes)
        else:
            near = None
            if left is not None and not clause.negated and clause.kind in WORD_KINDS:
                near = sorted(left)
            whose = person.get(clause.group, "")
            found[index] = answer(clause, library, means, person=whose, assets=near)
        answered = found[index].found
        if answered is not None and not clause.negated:
            places = set(np.unique(answered.asset).tolist())
            left = places if left is None else left & places
    return [found[index] for index in range(len(query.clauses))]


def _all_together(
    sets: list[tuple[int, Moments]], library: Library, count: int, told: list[str], answers: list[Answer]
) -> Moments:
    """Where all of a group's clauses are true at once; whole clips where only excluding clauses are given."""
    if not sets:
        whole = library.extents(range(len(library.assets)))
        return Moments(
            whole.asset, whole.start, whole.end, whole.score * 0, np.full((len(whole), count), -1, np.int32)
        )
    ordered = sorted(sets, key=lambda one: len(one[1]))
    current = ordered[0][1]
    if not len(current):
        told.append(f"{answers[ordered[0][0]].clause.canonical} is true of nothing here")
        return no_moments(count)
    names = [answers[ordered[0][0]].clause.canonical]
    for index, moments in ordered[1:]:
        before, name = current, answers[index].clause.canonical
        current = joining.together(before, moments)
        if len(before) and len(moments) and not len(current):
            counts = (
                f"{' and '.join(names)}: {len(before):,}, {name}: {len(moments):,}, never at the same time"
            )
            if answers[index].clause.kind != "clip":
                current = joining.near(before, moments, library.ticks(RELAXED))
            close = f"; those within {seconds_text(RELAXED)} are shown" if len(current) else ""
            told.append(counts + close)
        if not len(current):
            return current
        names.append(name)
    return current


def _related(
    current: Moments, group: Moments, relation: Relation, library: Library, told: list[str], first: bool
) -> Moments:
    """The moments of the group before that have one of this group where it is asked for."""
    if not len(current) or not len(group):
        return no_moments(current.refs.shape[1])
    if not first:
        return group
    window, slack = library.ticks(relation.window), library.ticks(SLACK)
    if relation.how == "within":
        made = joining.near(current, group, window)
    elif relation.how == "then":
        made = joining.following(current, group, window, library.ticks(OVERLAP), whole=True)
    elif relation.how == "after":
        made = joining.following(group, current, window, slack, whole=False)
    else:
        made = joining.preceding(current, group, window, slack)
    if not len(made):
        how = "as near as" if relation.how == "within" else f"{relation.how} the other within"
        told.append(
            f"{len(current):,} and {len(group):,} moments, none {how} {seconds_text(relation.window)}"
        )
    return made


def _ranked(
    moments: Moments, answers: list[Answer], library: Library, weight: float, limit: int
) -> tuple[Match, ...]:
    if not len(moments) or limit < 1:
        return ()
    most = limit * RANKED
    if len(moments) > most:
        least = np.partition(moments.score, -most)[-most]
        chosen = np.flatnonzero(moments.score >= least)
        if len(chosen) > most:  # many of one score: those first in the production
            above = np.flatnonzero(moments.score > least)
            level = np.flatnonzero(moments.score == least)
            level = level[np.lexsort((moments.start[level].astype(float), moments.asset[level]))]
            chosen = np.concatenate([above, level[: most - len(above)]])
        moments = moments.take(chosen)
    order = np.lexsort((moments.start.astype(float), moments.asset, -moments.score))
    kept: list[int] = []
    by_asset: dict[int, list[tuple[int, int]]] = {}
    for row in order.tolist():
        asset, start, end = int(moments.asset[row]), int(moments.start[row]), int(moments.end[row])
        if any(_same(start, end, *other) for other in by_asset.get(asset, ())):
            continue
        by_asset.setdefault(asset, []).append((start, end))
        kept.append(row)
        if len(kept) == limit:
            break
    return tuple(_match(moments, row, answers, library, weight) for row in kept)


def _same(start: int, end: int, other_start: int, other_end: int) -> bool:
    shared = min(end, other_end) - max(start, other_start)
    return shared > 0 and shared >= SAME * min(end - start, other_end - other_start)


def _match(moments: Moments, row: int, answers: list[Answer], library: Library, weight: float) -> Match:
    proofs = tuple(
        _proof(index, int(ref), answers[index], library)
        for index, ref in enumerate(moments.refs[row].tolist())
        if ref >= 0
    )
    score = min(max(float(moments.score[row]) / weight, 0.0), 1.0) if proofs else 1.0
    start, end = library.time(moments.start[row]), library.time(moments.end[row])
    return Match(int(moments.asset[row]), start, end, round(score, 4), proofs)


def _proof(index: int, ref: int, one: Answer, library: Library) -> Proof:
    found = one.found
    assert found is not None
    score = round(float(found.score[ref]), 4)
    measure = None if found.measure is None else float(found.measure[ref])
    if measure is not None:
        measure = None if measure != measure else round(measure, 4)
    start, end = library.time(found.start[ref]), library.time(found.end[ref])
    if found.track[ref] < 0:
        field, value = one.clause.field, one.clause.words
        return Proof(index, found.how, score, start, end, None, field, value, None, measure)
    track, place = int(found.track[ref]), int(found.place[ref])
    span = 1 if found.span is None else int(found.span[ref])
    ids = [library.id_of(track, place + k) for k in range(span)]
    annotations = library.catalogue.annotations(ids)
    there = [annotations[id] for id in ids if id in annotations]
    sure = there[0].confidence if there else None
    return Proof(
        clause=index,
        how=_how(found.how, measure),
        score=score,
        track=library.tracks[track].name,
        start=start,
        end=end,
        label=there[0].label if there else "",
        text=" ".join(one.text for one in there if one.text),
        confidence=None if sure is None else round(float(sure), 4),
        measure=measure,
    )


def _how(how: str, measure: float | None) -> str:
    """Of a clause answered in two ways the one that found this moment: meaning has a cosine."""
    ways = how.split("|")
    if len(ways) < 2:
        return how
    meaning = [way for way in ways if way in ("meaning", "picture")]
    return meaning[-1] if measure is not None and meaning else next(way for way in ways if way not in meaning)
