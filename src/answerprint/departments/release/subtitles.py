"""Subtitles from the words of the cut: where cues begin and end, and how their lines break."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec

from answerprint.core.findings import Evidence, Finding
from answerprint.core.time import Range, Rounding, Time
from answerprint.departments.release.breaks import Room, cue_spans, lines_of
from answerprint.departments.release.subtitling.checking import TIMING, Timed
from answerprint.departments.release.subtitling.fixing import fix
from answerprint.departments.release.subtitling.profiles import SubtitleRules, profiles
from answerprint.departments.release.transcript import SpokenWord, as_heard, transcript
from answerprint.formats.subtitles.model import Cue

__all__ = ["NETFLIX_ENGLISH", "SpokenWord", "SubtitleRules", "Subtitles", "subtitle_cues"]


NETFLIX_ENGLISH = profiles()["netflix-en"]


class Subtitles(msgspec.Struct, frozen=True, kw_only=True):
    """The cues in time order, and those that cannot meet a rule without other words."""

    cues: tuple[Cue, ...] = ()
    findings: tuple[Finding, ...] = ()


class _Planned(msgspec.Struct):
    """A cue before its out point is known. Frames of the cut."""

    text: str
    start: int
    spoken_end: int
    speaker: str | None
    line: str | None
    heard: int  # the frame its first word begins on
    end: int = 0


def subtitle_cues(
    words: Sequence[SpokenWord],
    written: Mapping[str, str],
    rate: Fraction,
    *,
    frames: int | None = None,
    rules: SubtitleRules = NETFLIX_ENGLISH,
    shots: Sequence[int] = (),
) -> Subtitles:
    """Cues for the words of a cut, in whole frames of its rate.

    written: script line key → its text, for the spelling and punctuation of what was said. frames: the
    length of the cut, which no cue outlasts. shots: frames on which another picture begins; ends are laid
    beside them as the rules ask, though no cue is gone before its last word. A cue begins on the frame its
    first word begins in, or up to two before it, holds one speaker of one line, and stays until it can be
    read or the next begins. Findings name cues that are too fast, too short, too wide or late: only
    rewriting or recutting mends those.
    """
    planned: list[_Planned] = []
    groups = _groups(words)
    for index, group in enumerate(groups):
        limit = frames
        if index + 1 < len(groups):
            limit = groups[index + 1][0].range.start.frame(rate, Rounding.FLOOR)
        planned += _planned(group, written, rate, limit, rules)
    planned.sort(key=lambda one: one.start)
    _time(planned, rate, frames, rules)
    if shots:
        _lay_on_shots(planned, rate, frames, rules, shots)
    cues = tuple(
        Cue(range=Range.of_ticks(one.start, one.end, rate), text=one.text, speaker=one.speaker)
        for one in planned
    )
    findings = [
        finding
        for one, cue in zip(planned, cues, strict=True)
        for finding in _findings(one, cue, rate, rules)
    ]
    return Subtitles(cues=cues, findings=tuple(findings))


def _groups(words: Sequence[SpokenWord]) -> list[list[SpokenWord]]:
    """One speaker's words of one line, parted where another speaks in a pause. In the order they begin."""
    lines: dict[tuple[str | None, str | None], list[SpokenWord]] = {}
    for word in sorted(words, key=_order):
        lines.setdefault((word.line, word.speaker), []).append(word)
    groups: list[list[SpokenWord]] = []
    for key, line in lines.items():
        others = sorted(
            (word.range.start, word.range.end) for who, said in lines.items() if who != key for word in said
        )
        group: list[SpokenWord] = []
        for word in line:
            if group:
                after = bisect_left(others, (group[-1].range.end, group[-1].range.end))
                if after < len(others) and others[after][1] <= word.range.start:
                    groups.append(group)
                    group = []
            group.append(word)
        groups.append(group)
    return sorted(groups, key=lambda group: _order(group[0]))


def _order(word: SpokenWord) -> tuple[Time, Time, str, str, str]:
    return word.range.start, word.range.end, word.line or "", word.speaker or "", word.text


def _planned(
    group: Sequence[SpokenWord],
    written: Mapping[str, str],
    rate: Fraction,
    limit: int | None,
    rules: SubtitleRules,
) -> list[_Planned]:
    key = group[0].line
    text = written.get(key) if key is not None else None
    tokens = transcript(group, text) if text is not None else as_heard(group)
    tokens = [token for token in tokens if token.text.strip()]
    texts = [token.text for token in tokens]
    starts = [token.range.start.frame(rate, Rounding.FLOOR) for token in tokens]
    ends = [token.range.end.frame(rate, Rounding.CEILING) for token in tokens]
    room = Room(
        characters=rules.characters,
        lines=rules.lines,
        shortest=_shortest(rules, rate),
        longest=_longest(rules, rate),
        pause=math.ceil(rate),
        speed=_speed(rules) / rate,
        gap=rules.gap,
    )
    return [
        _Planned(
            text="\n".join(lines_of(texts[first:end], rules.characters)),
            start=starts[first],
            spoken_end=max(ends[first:end]),
            speaker=group[0].speaker,
            line=key,
            heard=starts[first],
        )
        for first, end in cue_spans(texts, starts, ends, limit, room)
    ]


def _time(planned: list[_Planned], rate: Fraction, frames: int | None, rules: SubtitleRules) -> None:
    """Settle in and out points, cue by cue in time order."""
    shortest, longest = _shortest(rules, rate), _longest(rules, rate)
    linger, chain = math.floor(rules.linger * rate), math.floor(rules.chain * rate)
    for index, one in enumerate(planned):
        if index:
            # Two people at once: the second waits until the first could be seen at all.
            earliest = planned[index - 1].start + 1 + rules.gap
            if one.start < earliest:
                one.start = planned[index - 1].start + shortest + rules.gap
            planned[index - 1].end = min(planned[index - 1].end, one.start - rules.gap)
            between = one.start - planned[index - 1].end
            room = planned[index - 1].start + longest - planned[index - 1].end
            if rules.gap < between < chain and between - rules.gap <= room:
                planned[index - 1].end = one.start - rules.gap
        reading = _reading_frames(one.text, rate, rules)
        wanted = max(one.spoken_end + linger, one.start + reading, one.start + shortest)
        one.end = min(wanted, one.start + longest)
        if frames is not None:
            one.end = max(min(one.end, frames), one.start + 1)


def _lay_on_shots(
    planned: list[_Planned], rate: Fraction, frames: int | None, rules: SubtitleRules, shots: Sequence[int]
) -> None:
    """In and out times where shot changes want them."""
    fixed = fix(
        [Timed(one.start, one.end, one.text) for one in planned],
        rules,
        rate,
        shots=shots,
        only=[one for one in TIMING if one != "longest"],  # which would part cues
        frames=frames,
        spoken=[one.spoken_end for one in planned],
    )
    for one, at in zip(planned, fixed.cues, strict=True):
        one.start, one.end = at.start, at.end


def _findings(one: _Planned, cue: Cue, rate: Fraction, rules: SubtitleRules) -> list[Finding]:
    """The rules this cue breaks, each with what was measured and what is asked."""
    seconds = Fraction(one.end - one.start) / rate
    lines = one.text.split("\n")
    delay = one.start - one.heard
    measured = (
        (
            "subtitle.reading_speed",
            "is too fast to read",
            "characters a second",
            _read_characters(one.text) / seconds,
            _speed(rules),
            one.end - one.start < _reading_frames(one.text, rate, rules),
        ),
        (
            "subtitle.too_short",
            "is gone too soon",
            "seconds",
            seconds,
            rules.shortest,
            one.end - one.start < _shortest(rules, rate),
        ),
        (
            "subtitle.too_wide",
            "has a line that is too wide",
            "characters a line",
            Fraction(max(map(len, lines))),
            Fraction(rules.characters),
            max(map(len, lines)) > rules.characters,
        ),
        (
            "subtitle.late",
            "comes after its first word, for two speak at once",
            "frames late",
            Fraction(delay),
            Fraction(0),
            delay > 0,
        ),
    )
    return [
        Finding(
            code=code,
            message=f"“{lines[0]}” {what}: {float(value):.1f} {measure}, {float(limit):.1f} asked",
            severity="warning",
            subject=one.line or "",
            evidence=(
                Evidence(
                    range=cue.range,
                    line=one.line,
                    measure=measure,
                    value=float(value),
                    threshold=float(limit),
                ),
            ),
        )
        for code, what, measure, value, limit, broken in measured
        if broken
    ]


def _reading_frames(text: str, rate: Fraction, rules: SubtitleRules) -> int:
    return math.ceil(_read_characters(text) / _speed(rules) * rate)


def _speed(rules: SubtitleRules) -> Fraction:
    """Characters a second; a word is taken for six of them, its space with it, where words are counted."""
    if rules.reading_speed is not None:
        return rules.reading_speed
    return Fraction(rules.words or 180, 10)


def _shortest(rules: SubtitleRules, rate: Fraction) -> int:
    return math.ceil(rules.shortest * rate)


def _longest(rules: SubtitleRules, rate: Fraction) -> int:
    return math.floor(rules.longest * rate)


def _read_characters(text: str) -> int:
    """Spaces and punctuation count; a line break counts as a space."""
    return len(text)
