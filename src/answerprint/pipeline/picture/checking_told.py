"""What others measure, as findings of quality control: damage, loudness, subtitles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from answerprint.core.records import Damage
from answerprint.core.time import Time
from answerprint.departments.picture.checking.film import Found
from answerprint.departments.release.subtitling.checking import ASKED, RULES
from answerprint.departments.sound.levels import Profile
from answerprint.departments.sound.programme import Programme, Verdict, verdicts
from answerprint.pipeline.captioning import Seen, profile_named, read, violations

NAMED = 8  # cues named in a finding


def damage(found: Sequence[Damage], frame_at: Callable[[Time], int]) -> Iterator[Found]:
    for one in found:
        place: tuple[int | None, int | None] = (None, None)
        if one.range is not None:
            first = frame_at(one.range.start)
            place = first, max(first + 1, frame_at(one.range.end))
        lost = f", {one.frames_lost} pictures lost" if one.frames_lost else ""
        yield Found(
            kind="damage",
            message=f"{one.kind.replace('_', ' ')}: {one.reason}{lost}",
            first=place[0],
            end=place[1],
            value=float(one.frames_lost) if one.frames_lost is not None else None,
            unit="pictures lost" if one.frames_lost is not None else "",
            evidence={f"said_{number}": text for number, text in enumerate(one.evidence[:4], 1)},
        )


def loudness(programme: Programme | None, profile: Profile) -> tuple[tuple[Verdict, ...], list[Found]]:
    """What the profile of loudness asks, and what of it is not met."""
    if programme is None:
        return (), []
    told = tuple(verdicts(programme, profile))
    found = [
        Found(
            kind="loudness",
            message=f"{one.rule}: {one.value:g}, where {one.limit} is asked for",
            value=one.value,
            evidence={"rule": one.rule, "limit": one.limit, "profile": profile.title},
            source=profile.source,
            milder=1 if profile.guide else 0,
        )
        for one in told
        if one.met is False and one.value is not None
    ]
    if programme.integrated is None:
        found.append(Found(kind="loudness", message="its sound is silent: it has no level"))
    return told, found


def subtitles(
    file: Path, profile: str, rate: Fraction, frames: int, cuts: tuple[int, ...]
) -> Iterator[Found]:
    """Every rule of a subtitle profile that is broken, once each. cuts: pictures on which shots begin.

    Raises what reading subtitles raises.
    """
    cues = read(file)
    against = Seen(rate=rate, rate_from="the picture", frames=frames, shots=cuts)
    rules = profile_named(profile)
    broken = violations(cues, rules, against, RULES)
    for rule in RULES:
        each = [one for one in broken if one.rule == rule]
        if not each:
            continue
        spans = [cues.cues[one.cue - 1].range for one in each]
        worst = max(each, key=lambda one: abs(one.value - one.limit))
        yield Found(
            kind="subtitles",
            message=f"{rule}: {len(each)} of {len(cues.cues)} cues; {ASKED[rule]}",
            first=min(frames - 1, int(spans[0].start.seconds * rate)),
            end=min(frames, max(1, int(spans[-1].end.seconds * rate) + 1)),
            source=rules.source,
            value=float(worst.value),
            limit=float(worst.limit),
            evidence={
                "rule": rule,
                "profile": profile,
                "cues": ", ".join(str(one.cue) for one in each[:NAMED]) + (" …" if len(each) > NAMED else ""),
            },
        )
    late = [one for one in cues.cues if one.range.start.seconds * rate >= frames]
    if late:
        yield Found(
            kind="subtitles",
            message=f"{len(late)} cues begin after the picture ends",
            value=float(len(late)),
            unit="cues",
        )
