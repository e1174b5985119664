"""Characters: who speaks how much, who is there in silence, who is missed longer than chance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from answerprint.departments.script.analysis.manuscript import Manuscript, round_to
from answerprint.departments.script.analysis.records import Part, Passage, ScriptFinding

SIGNIFICANT = 0.05
DRAWS = 1999
LEAST_SCENES = 4  # present in fewer, nobody expects them back
LEAST_SCENES_LARGE = 3  # of a large part: three scenes and then nothing is felt
LARGE_SHARE = 0.05  # of the spoken words
LEAST_SHARE = 0.03  # of the spoken words, or of the scenes, to be a character whose absence counts
LONG_ABSENCE = 0.15  # of the script's length: shorter is not felt
GONE_BEFORE = 0.80  # last seen before this, and the end is part of the absence
LATE_ENTRANCE = 0.40  # of the script's length
LATE_SHARE = 0.06  # of the spoken words
DOMINANT = 0.40  # of all spoken words
MOST_UNINTRODUCED = 6  # findings, the largest parts first


@dataclass(frozen=True)
class Attendance:
    """One character over the script. `presence` is 2 speaking or heard, 1 acting only, 0 absent."""

    name: str
    speeches: int
    words: int
    presence: tuple[int, ...]
    first: float
    last: float
    longest: float  # share of the script's length
    gap: tuple[int, int]  # the scenes between which it lies; -1 before the first, len after the last


def attendances(script: Manuscript) -> list[Attendance]:
    """Every speaking character, most words first. Absence counts action lines: who acts is there."""
    scenes = script.scenes
    words: dict[str, int] = {}
    speeches: dict[str, int] = {}
    for speech in script.speeches:
        words[speech.character] = words.get(speech.character, 0) + len(speech.words)
        speeches[speech.character] = speeches.get(speech.character, 0) + 1
    found = []
    for name in script.cast:
        presence = tuple(2 if name in one.speaking else 1 if name in one.acting else 0 for one in scenes)
        there = [index for index, value in enumerate(presence) if value]
        longest, gap = _longest(script, there)
        found.append(
            Attendance(
                name=name,
                speeches=speeches[name],
                words=words[name],
                presence=presence,
                first=scenes[there[0]].start,
                last=scenes[there[-1]].end,
                longest=longest,
                gap=gap,
            )
        )
    return found


def characters(script: Manuscript, people: list[Attendance]) -> Part:
    """Findings on dominance, entrances and disappearances, each with the scenes that say so."""
    part = Part()
    if not people:
        part.findings.append(
            ScriptFinding(
                kind="character.none",
                summary="nobody speaks in this screenplay",
                value=0.0,
                threshold=1.0,
                measure="speaking characters",
            )
        )
        return part
    total = sum(one.words for one in people)
    first = people[0]
    share = first.words / max(1, total)
    part.measures["character.top_share"] = (round_to(share),)
    part.measures["character.speaking"] = (float(len(people)),)
    part.measures["character.longest_absence"] = tuple(
        round_to(one.longest) for one in people if _counts(script, one, total)
    )
    part.findings.append(
        ScriptFinding(
            kind="character.dominant" if share >= DOMINANT else "character.balance",
            summary=f"{first.name} speaks {share:.0%} of the words ({first.speeches} speeches) and is in "
            f"{_there(first)} of {len(script.scenes)} scenes; "
            f"{sum(value == 1 for value in first.presence)} of them without a word",
            evidence=_passages(script, first.name, 3),
            value=round_to(share),
            threshold=DOMINANT,
            measure="share of spoken words",
            subject=first.name,
            reference="character.top_share",
        )
    )
    followed = [one for one in people if _counts(script, one, total) and not script.names.is_crowd(one.name)]
    for one in followed:
        found = disappearance(script, one, len(followed))
        if found is not None:
            part.findings.append(found)
    part.findings += [*_late(script, followed, total), *_unintroduced(script, people)]
    return part


def disappearance(script: Manuscript, person: Attendance, tested: int = 1) -> ScriptFinding | None:
    """A character's longest absence, where it is longer than chance makes it and long enough to be felt.

    Chance: the same number of scenes drawn at random from the script, 1999 times; the threshold is 95 % of
    their longest gaps, and stricter by the number of characters tested (Bonferroni), so that a large cast
    raises no more alarms than a small one; what is long for one character alone is a `long_absence`, a note
    of lower confidence. A gap at the end counts for who was last seen before 80 %.
    """
    if person.longest < LONG_ABSENCE:
        return None
    critical, p = chance_of_gap(script, _there(person), person.longest, tested)
    if p >= SIGNIFICANT:
        return None
    p = min(1.0, p * tested)
    before, after = person.gap
    scenes = script.scenes
    evidence: list[Passage] = []
    if before >= 0:
        evidence.append(_last_seen(script, person.name, before))
    returns = after < len(scenes)
    if returns:
        seen = scenes[after]
        evidence.append(seen.speaking.get(person.name) or seen.acting[person.name])
    between = scenes[before + 1 : after]
    spoken_of = [
        speech
        for one in between
        for speech in one.speeches
        if person.name in script.names.mentioned(speech.text)
    ]
    evidence += [script.said(speech) for speech in spoken_of[:2]]
    pages = person.longest * script.pages
    where = (
        f"from scene {scenes[before].number} until scene {scenes[after].number}"
        if returns
        else f"after scene {scenes[before].number}, and does not come back"
    )
    talk = f"; spoken of {len(spoken_of)} times meanwhile" if spoken_of else "; nobody speaks of them"
    return ScriptFinding(
        kind="character.disappears" if p < SIGNIFICANT else "character.long_absence",
        summary=f"{person.name} is not seen or heard {where}: {person.longest:.0%} of the script, "
        f"{pages:.1f} pages (chance gives at most {critical:.0%}){talk}",
        evidence=tuple(evidence),
        value=round_to(person.longest),
        threshold=round_to(max(critical, LONG_ABSENCE)),
        confidence=round_to(1 - p),
        measure="longest absence as a share of the script's length; the threshold is 95 % of random draws"
        " over all characters tested",
        subject=person.name,
        reference="character.longest_absence",
    )


def chance_of_gap(
    script: Manuscript, present: int, longest: float, tested: int = 1, seed: int = 5
) -> tuple[float, float]:
    """The longest gap that 95 % of random attendances of so many scenes stay under, and p of `longest`.

    With more than one tested the quantile is 1 - .05 / tested; p is the single one.

    The gap before the first scene is no absence (a late entrance is another matter); the one after the last
    is.
    """
    lengths = np.array([one.length for one in script.scenes], float)
    total = max(1.0, float(lengths.sum()))
    ends = np.concatenate([[0.0], np.cumsum(lengths)]) / total
    count = len(lengths)
    random = np.random.default_rng(seed)
    drawn = np.sort(np.argsort(random.random((DRAWS, count)), axis=1)[:, :present], axis=1)
    begins, stops = ends[drawn], ends[drawn + 1]
    gaps = np.concatenate([begins[:, 1:] - stops[:, :-1], 1 - stops[:, -1:]], axis=1).max(axis=1)
    p = float((1 + np.sum(gaps >= longest - 1e-12)) / (1 + DRAWS))
    return float(np.quantile(gaps, 1 - SIGNIFICANT / max(1, tested))), p


def _longest(script: Manuscript, there: list[int]) -> tuple[float, tuple[int, int]]:
    scenes = script.scenes
    best, gap = 0.0, (there[-1], there[-1] + 1)
    for one, following in pairwise(there):
        length = scenes[following].start - scenes[one].end
        if length > best:
            best, gap = length, (one, following)
    end = 1 - scenes[there[-1]].end
    if end > best and scenes[there[-1]].end < GONE_BEFORE:
        best, gap = end, (there[-1], len(scenes))
    return best, gap


def _counts(script: Manuscript, one: Attendance, total: int) -> bool:
    there = _there(one)
    share = max(one.words / max(1, total), there / len(script.scenes))
    large = one.words / max(1, total) >= LARGE_SHARE
    return share >= LEAST_SHARE and there >= (LEAST_SCENES_LARGE if large else LEAST_SCENES)


def _there(one: Attendance) -> int:
    return sum(value > 0 for value in one.presence)


def _last_seen(script: Manuscript, name: str, index: int) -> Passage:
    scene = script.scenes[index]
    for speech in reversed(scene.speeches):
        if speech.character == name:
            return script.said(speech)
    return scene.acting[name]


def _passages(script: Manuscript, name: str, count: int) -> tuple[Passage, ...]:
    """The longest speeches of a character."""
    own = sorted((one for one in script.speeches if one.character == name), key=lambda one: -len(one.words))
    return tuple(script.said(one) for one in own[:count])


def _late(script: Manuscript, people: list[Attendance], total: int) -> list[ScriptFinding]:
    """Large parts that come in late: no fault, but everybody asks why."""
    return [
        ScriptFinding(
            kind="character.late_entrance",
            summary=f"{one.name} speaks {one.words / total:.0%} of the words and first appears at "
            f"{one.first:.0%} of the script",
            evidence=(_first_seen(script, one),),
            value=round_to(one.first),
            threshold=LATE_ENTRANCE,
            measure="first appearance as a share of the script's length",
            subject=one.name,
        )
        for one in people
        if one.first > LATE_ENTRANCE and one.words / total >= LATE_SHARE
    ]


def _first_seen(script: Manuscript, person: Attendance) -> Passage:
    scene = script.scenes[next(at for at, value in enumerate(person.presence) if value)]
    return scene.speaking.get(person.name) or scene.acting[person.name]


def _unintroduced(script: Manuscript, people: list[Attendance]) -> list[ScriptFinding]:
    """Who speaks on camera before any action line has named them, though they are no passing part."""
    found: list[ScriptFinding] = []
    named: set[str] = set()
    first: dict[str, Passage] = {}
    counts = {one.name: one.speeches for one in people}
    for scene in script.scenes:
        named.update(scene.acting)
        for speech in scene.speeches:
            name = speech.character
            if name not in named and name not in first and not speech.heard_only and counts[name] >= 3:
                first[name] = script.said(speech)
            named.add(name)
    passing = [name for name in first if not script.names.is_crowd(name)]
    for name in sorted(passing, key=lambda one: -counts[one])[:MOST_UNINTRODUCED]:
        where = first[name]
        found.append(
            ScriptFinding(
                kind="character.not_introduced",
                summary=f"{name} speaks in scene {where.number} and no action line has named them yet",
                evidence=(where,),
                value=float(counts[name]),
                threshold=3.0,
                measure="speeches of somebody no action line introduces",
                subject=name,
            )
        )
    return found
