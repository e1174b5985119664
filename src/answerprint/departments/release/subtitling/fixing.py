"""What times and line breaks can mend, mended; the rest named, with why it cannot be.

No letter changes. Lines are broken anew, texts that fit no cue are parted, and times are chosen together by
dynamic programming: among all in and out times within reach those that break the fewest rules, then those
that move the least. What cannot be mended so is therefore beyond times: the proof is in its figures.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.release.subtitling.checking import (
    BREAKS,
    RULES,
    TIMING,
    Timed,
    Violation,
    at_shots,
    breaks_of,
    chain,
    check,
    longest,
    neighbours,
    shortest,
)
from answerprint.departments.release.subtitling.profiles import SubtitleRules
from answerprint.departments.release.subtitling.texts import broken, flat, parted, seen

SYNC = 2  # frames a cue's beginning may leave its word (Netflix: 1 to 2 are acceptable)
BROKEN = 1000.0  # what a violation costs beside a frame of movement
NEWLY = 10.0  # times that, where the rule was kept before
TOGETHER = 100.0  # times that for two cues at once: nothing is bought with it
IN_MOVED, OUT_MOVED, OUT_EARLIER = 2.0, 1.0, 1.2  # a frame; rather longer than shorter
SHORT = 0.5  # a frame by which a cue stays too short all the same
PASSES = 12
SLOW_SPEECH = 8  # characters a second: a cue that stays longer than that has no words to fill it

Floats = NDArray[np.float64]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a cue. before: it; after: what stands for it, more than one where it was parted."""

    cue: int
    before: Timed
    after: tuple[Timed, ...]


class Unfixable(msgspec.Struct, frozen=True, kw_only=True):
    """A violation that times and breaks cannot mend, and why."""

    cue: int
    rule: str
    value: float
    limit: float
    reason: str


class Fixed(msgspec.Struct, frozen=True, kw_only=True):
    """cues: all of them, in their order; origins: the number (from 1) of the cue each came from."""

    cues: tuple[Timed, ...]
    origins: tuple[int, ...]
    violations: tuple[Violation, ...]
    fixed: tuple[Violation, ...]
    unfixable: tuple[Unfixable, ...]
    changes: tuple[Change, ...]


def fix(
    cues: Sequence[Timed],
    rules: SubtitleRules,
    rate: Fraction,
    *,
    shots: Sequence[int] = (),
    only: Collection[str] = RULES,
    frames: int | None = None,
    spoken: Sequence[int] | None = None,
) -> Fixed:
    """The cues with every violation of the rules in `only` mended that times and breaks can mend.

    shots: frames on which a shot begins. frames: the film's length, which no cue outlasts. spoken: where that
    is known, the frame on which each cue's last word ends, before which it is not taken away; it then begins
    on its first, or up to two frames before. A rule that is not in `only` is never applied, and never broken
    where it was kept. Fixing what was fixed changes nothing.
    """
    before = check(cues, rules, rate, shots=shots)
    made, origins = list(cues), list(range(1, len(cues) + 1))
    for _ in range(PASSES):  # a cue that was given more time may now be parted, and the other way about
        anew, came = _broken_anew(made, rules, rate, only)
        origins = [origins[one - 1] for one in came]
        ends = [spoken[one - 1] for one in origins] if spoken is not None else None
        moved = _Times(anew, rules, rate, shots, only, frames, ends).best()
        if moved == made:
            break
        made = moved
    after = check(made, rules, rate, shots=shots)
    left = {(origins[one.cue - 1], one.rule): one for one in after}
    asked = [one for one in before if one.rule in only]
    return Fixed(
        cues=tuple(made),
        origins=tuple(origins),
        violations=tuple(before),
        fixed=tuple(one for one in asked if (one.cue, one.rule) not in left),
        unfixable=tuple(
            Unfixable(
                cue=one.cue,
                rule=one.rule,
                value=one.value,
                limit=one.limit,
                reason=_reason(left[one.cue, one.rule], made, rules, rate, shots),
            )
            for one in asked
            if (one.cue, one.rule) in left
        ),
        changes=_changes(cues, made, origins),
    )


def _broken_anew(
    cues: Sequence[Timed], rules: SubtitleRules, rate: Fraction, only: Collection[str]
) -> tuple[list[Timed], list[int]]:
    made: list[Timed] = []
    origins: list[int] = []
    for number, one in enumerate(cues, start=1):
        parts = [one]
        wrong = {rule for rule, _, _ in breaks_of(one.text, rules)} & set(only) if one.text.strip() else set()
        if wrong:
            text = broken(one.text, rules.characters, rules.lines, rules.width)
            if text is not None:
                parts = [msgspec.structs.replace(one, text=text)]
            elif wrong & {"characters", "lines"}:
                parts = _parted(one, rules, rate, 0) or parts
        long = one.end - one.start
        filled = rules.width(seen(flat(one.text))) * rate >= SLOW_SPEECH * long
        if len(parts) == 1 and "longest" in only and long > longest(rules, rate) and filled:
            parts = _parted(one, rules, rate, -(-long // longest(rules, rate))) or parts
        made += parts
        origins += [number] * len(parts)
    return made, origins


def _parted(one: Timed, rules: SubtitleRules, rate: Fraction, least: int) -> list[Timed] | None:
    """A cue as several, one after another, each as long as its share of the text; None where they were too
    short to be read or to be seen."""
    narrow = rules.characters * rules.lines
    text = flat(one.text)
    whole = rules.width(seen(text))
    if least > 1:
        narrow = min(narrow, int(whole / least * Fraction(5, 4)) + 1)
    texts = parted(one.text, min(rules.characters, narrow), rules.lines, rules.width)
    if texts is None:
        return None
    room = one.end - one.start - rules.gap * (len(texts) - 1)
    made, at, spent = [], one.start, Fraction(0)
    for number, part in enumerate(texts):
        spent += rules.width(seen(flat(part)))
        total = sum((rules.width(seen(flat(each))) for each in texts), Fraction(0))
        end = one.start + round(room * spent / total) + rules.gap * number
        if end - at < shortest(rules, rate):
            return None
        made.append(Timed(at, end, part, one.place))
        at = end + rules.gap
    return made


@dataclass(frozen=True)
class _Choice:
    """A cue's in and out times within reach (i,), (o,), and what each pair costs by itself (i, o)."""

    ins: NDArray[np.int64]
    outs: NDArray[np.int64]
    costs: Floats


class _Times:
    """In and out times of every cue, chosen together in each place of the picture."""

    def __init__(
        self,
        cues: Sequence[Timed],
        rules: SubtitleRules,
        rate: Fraction,
        shots: Sequence[int],
        only: Collection[str],
        frames: int | None,
        spoken: Sequence[int] | None,
    ) -> None:
        self._cues, self._rules, self._rate, self._shots = list(cues), rules, rate, list(shots)
        self._frames, self._spoken = frames, spoken
        self._broken = {(one.cue - 1, one.rule) for one in check(cues, rules, rate, shots=shots)}
        self._weights = {rule: BROKEN * (1 + 0.01 * (len(TIMING) - at)) for at, rule in enumerate(TIMING)}
        self._weights["overlap"] *= TOGETHER
        self._only = set(only)
        self._pairs = neighbours(cues)
        self._after = dict(self._pairs)
        self._shortest, self._longest = shortest(rules, rate), longest(rules, rate)
        self._chain = chain(rules, rate)

    def best(self) -> list[Timed]:
        """The cues at their best times."""
        made = list(self._cues)
        begun = {after for _, after in self._pairs}
        for number in range(len(made)):
            if number in begun:
                continue
            lane = [number]
            while lane[-1] in self._after:
                lane.append(self._after[lane[-1]])
            for run in self._runs(lane):
                for at, (start, end) in zip(run, self._chosen(run), strict=True):
                    made[at] = msgspec.structs.replace(made[at], start=start, end=end)
        return made

    def _weight(self, cue: int, rule: str) -> float:
        """What breaking a rule costs here: nothing where it is switched off and was broken already."""
        if (cue, rule) not in self._broken:
            return NEWLY * self._weights[rule]
        return self._weights[rule] if rule in self._only else 0.0

    def _runs(self, lane: Sequence[int]) -> list[list[int]]:
        """Stretches of a lane in which something is to be mended, with two cues on either side."""
        wrong = [any((cue, rule) in self._broken for rule in self._only & set(TIMING)) for cue in lane]
        near = [any(wrong[max(0, at - 2) : at + 3]) for at in range(len(lane))]
        runs: list[list[int]] = []
        for at, cue in enumerate(lane):
            if near[at]:
                if at and near[at - 1] and runs:
                    runs[-1].append(cue)
                else:
                    runs.append([cue])
        return runs

    def _chosen(self, run: Sequence[int]) -> list[tuple[int, int]]:
        before = next((one for one, after in self._pairs if after == run[0]), None)
        following = self._after.get(run[-1])
        back: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        choices = [self._choice(cue) for cue in run]
        costs: Floats = np.zeros(0)
        for place, (cue, choice) in enumerate(zip(run, choices, strict=True)):
            if place:
                joint = costs[:, None] + self._between(cue, choices[place - 1].outs, choice.ins)
                reached = joint.argmin(axis=0)  # by in time: the out time before it
                least = joint.min(axis=0)
            else:
                reached = np.zeros(len(choice.ins), np.int64)
                least = np.zeros(len(choice.ins))
                if before is not None:
                    ends = np.array([self._cues[before].end])
                    least = self._between(cue, ends, choice.ins)[0]
            whole = least[:, None] + choice.costs
            begun = whole.argmin(axis=0)  # by out time: the in time
            costs = whole.min(axis=0)
            back.append((begun, reached))
        if following is not None:
            starts = np.array([self._cues[following].start])
            costs = costs + self._between(following, choices[-1].outs, starts)[:, 0]
        out = int(costs.argmin())
        found: list[tuple[int, int]] = []
        for choice, (begun, reached) in zip(reversed(choices), reversed(back), strict=True):
            start = int(begun[out])
            found.append((int(choice.ins[start]), int(choice.outs[out])))
            out = int(reached[start])
        return found[::-1]

    def _choice(self, cue: int) -> _Choice:
        one, rules, rate = self._cues[cue], self._rules, self._rate
        reading = rules.reading_frames(seen(flat(one.text)), rate)
        half = rules.half_second(rate)
        later = SYNC if self._spoken is None else 0
        ins = set(range(one.start - SYNC, one.start + later + 1)) if one.end > one.start else {one.start}
        if (cue, "shot-change") in self._broken and self._spoken is None:
            for shot in self._shots_near(one.start, half):
                ins |= {shot, shot - half}
        ins = {at for at in ins if at >= 0 and at >= one.start - half} or {one.start}
        wanted = max(reading, self._shortest)
        reach = max(half, self._chain) + SYNC
        latest = max(one.end, min(one.start + wanted, one.start + self._longest)) + reach
        earliest = min(one.end, one.start + min(wanted, self._shortest)) - SYNC
        outs = set(range(max(earliest, one.start + 1), latest + 1)) | {one.end}
        if self._frames is not None:
            outs = {at for at in outs if at <= self._frames} or {one.end}
        if self._spoken is not None:
            least = min(self._spoken[cue], one.end)
            outs = {at for at in outs if at >= least} or {one.end}
        first, last = np.array(sorted(ins)), np.array(sorted(outs))
        long = last[None, :] - first[:, None]
        moved = np.where(last < one.end, OUT_EARLIER, OUT_MOVED) * np.abs(last - one.end)
        costs = IN_MOVED * np.abs(first - one.start)[:, None] + moved[None, :]
        short = np.maximum(0, self._shortest - long)
        fast = np.maximum(0, reading - long)
        costs = costs + self._weight(cue, "shortest") * (short > 0)
        costs = costs + self._weight(cue, "longest") * (long > self._longest)
        costs = costs + self._weight(cue, "reading-speed") * (fast > 0)
        if "reading-speed" in self._only:
            costs = costs + (OUT_MOVED + SHORT) * fast  # as near as may be
        weight = self._weight(cue, "shot-change")
        if weight and rules.shots and self._shots:
            # Held against the far end of each, so that what one of them breaks is not counted for both.
            far = int(last[-1]) + 10**7
            costs = costs + weight * np.array([len(self._at(at, far)) for at in first])[:, None]
            costs = costs + weight * np.array([len(self._at(-(10**7), at)) for at in last])[None, :]
        costs = np.where(long > 0, costs, np.inf) if one.end > one.start or len(last) > 1 else costs
        return _Choice(first, last, costs)

    def _at(self, start: int, end: int) -> list[tuple[int, int]]:
        return at_shots(start, end, self._shots, self._rules, self._rate)

    def _shots_near(self, frame: int, reach: int) -> list[int]:
        return [one for one in self._shots if abs(one - frame) <= reach]

    def _between(self, cue: int, outs: NDArray[np.int64], ins: NDArray[np.int64]) -> Floats:
        """(outs, ins) what the gap before `cue` costs."""
        gap = ins[None, :] - outs[:, None]
        costs = np.zeros(gap.shape)
        costs += self._weight(cue, "overlap") * (gap < 0)
        costs += self._weight(cue, "gap") * ((gap >= 0) & (gap < self._rules.gap))
        costs += self._weight(cue, "chain") * ((gap > self._rules.gap) & (gap < self._chain))
        return costs


def _reason(
    left: Violation, cues: Sequence[Timed], rules: SubtitleRules, rate: Fraction, shots: Sequence[int]
) -> str:
    """Why a violation stays, in figures."""
    one = cues[left.cue - 1]
    pairs = dict(neighbours(cues))
    following = cues[pairs[left.cue - 1]] if left.cue - 1 in pairs else None
    if left.rule in ("reading-speed", "shortest"):
        needed = rules.reading_frames(seen(flat(one.text)), rate)
        needed = max(needed, shortest(rules, rate)) if left.rule == "shortest" else needed
        most = longest(rules, rate)
        if needed > most:
            return f"it takes {needed} frames to read and may stay {most}: it wants fewer words"
        room = (following.start if following is not None else one.end) - rules.gap - one.start + SYNC
        return (
            f"it needs {needed} frames; from its first word to the next cue there are {room}: it wants fewer "
            "words, or to be one with its neighbour"
        )
    if left.rule in BREAKS:
        return "its words fit no cue of the lines allowed in the time it has: it wants fewer words"
    if left.rule == "shot-change":
        return "each time that is clear of the shot change breaks another rule, or leaves its word"
    if left.rule in ("overlap", "gap", "chain"):
        return "two cues begin so near one another that neither has time to be seen: they want to be one"
    if left.rule == "longest":
        return "it cannot be parted into cues that last long enough"
    return "this is in its text, and no text is changed"


def _changes(cues: Sequence[Timed], made: Sequence[Timed], origins: Sequence[int]) -> tuple[Change, ...]:
    after: dict[int, list[Timed]] = {}
    for one, origin in zip(made, origins, strict=True):
        after.setdefault(origin, []).append(one)
    return tuple(
        Change(cue=number, before=one, after=tuple(after[number]))
        for number, one in enumerate(cues, start=1)
        if after[number] != [one]
    )
