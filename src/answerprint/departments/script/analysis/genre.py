"""Genre: which the words are nearest to, and the conventions of one as questions with passages."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

import msgspec

from answerprint.core.errors import UsageError
from answerprint.departments.script.analysis.manuscript import Manuscript, round_to
from answerprint.departments.script.analysis.passages_found import hits
from answerprint.departments.script.analysis.records import Part, Passage, ScriptFinding

CLEAR = 1.4  # the nearest genre's score over the next one's, to be called clear
LEAST_SIGNS = 8  # hits under which nothing is said
COMMON = 12  # one sign counts at most so often: a single word is no genre


class Convention(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    words: tuple[str, ...]
    least: int
    within: tuple[float, float] = (0.0, 1.0)
    scope: str = "all"


class Genre(msgspec.Struct, frozen=True, kw_only=True):
    signs: tuple[str, ...]
    conventions: tuple[Convention, ...]


@lru_cache(maxsize=1)
def genres() -> dict[str, Genre]:
    """The genres of data/genres.toml by name."""
    data = files("answerprint.departments.script.analysis").joinpath("data/genres.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(data), dict[str, Genre])


def genre(script: Manuscript, chosen: str = "") -> tuple[dict[str, float], Part]:
    """Scores by genre (signs for each 1000 words, their sum 1) and the checklist of the chosen or nearest.

    Raises UsageError AP-USE-120 for a genre that is not in the data.
    """
    known = genres()
    if chosen and chosen not in known:
        raise UsageError(
            "AP-USE-120", f"there is no genre {chosen!r}", remedy=f"choose from {', '.join(sorted(known))}"
        )
    part = Part()
    if not script.english:
        part.findings.append(_untold("the word lists are English, and this script is not"))
        return {}, part
    scores, counts = _scores(script)
    total = sum(counts.values())
    ranked = sorted(scores, key=lambda name: -scores[name])
    if total < LEAST_SIGNS and not chosen:
        part.findings.append(_untold(f"{total} signs of any genre are too few", float(total)))
        return {}, part
    ratio = scores[ranked[0]] / max(1e-9, scores[ranked[1]])
    clear = ratio >= CLEAR
    evidence, _ = _passages(script, Convention(name="", words=known[ranked[0]].signs, least=1), 3)
    part.findings.append(
        ScriptFinding(
            kind="genre.nearest" if clear else "genre.mixed",
            summary=f"its words are nearest to {_title(ranked[0])}"
            + ("" if clear else f", not clearly: {_title(ranked[1])} is close")
            + f" ({counts[ranked[0]]} signs)",
            evidence=tuple(evidence),
            value=round_to(ratio),
            threshold=CLEAR,
            confidence=round_to(min(0.85, (ratio - 1) / ratio + 0.1) if ratio > 1 else 0.1),
            measure="score of the nearest genre over that of the next",
            subject=ranked[0],
        )
    )
    name = chosen or ranked[0]
    for convention in known[name].conventions:
        part.findings.append(_check(script, name, convention))
    return scores, part


def _scores(script: Manuscript) -> tuple[dict[str, float], dict[str, int]]:
    whole = "\n".join(one.text for scene in script.scenes for one in scene.texts)
    raw: dict[str, float] = {}
    counts: dict[str, int] = {}
    for name, one in genres().items():
        times: dict[str, int] = {}
        for word, _ in hits(whole, one.signs):
            low = word.casefold()[:5]
            times[low] = times.get(low, 0) + 1
        counts[name] = sum(times.values())
        # Lists differ in length and in how common their words are: variety counts beside number.
        raw[name] = sum(min(count, COMMON) for count in times.values()) * len(times) / len(one.signs)
    total = max(1e-9, sum(raw.values()))
    return {name: round_to(value / total) for name, value in raw.items()}, counts


def _check(script: Manuscript, genre_name: str, convention: Convention) -> ScriptFinding:
    evidence, count = _passages(script, convention, 4)
    met = count >= convention.least
    low, high = convention.within
    where = "" if (low, high) == (0.0, 1.0) else f" between {low:.0%} and {high:.0%}"
    return ScriptFinding(
        kind="genre.convention_met" if met else "genre.convention_missing",
        summary=f"{_title(genre_name)}: {convention.name}: {'yes' if met else 'not found'} "
        f"({count} passages{where}, {convention.least} looked for)",
        evidence=tuple(evidence),
        value=float(count),
        threshold=float(convention.least),
        confidence=0.6 if met else 0.4,  # words stand for what they may not mean
        measure="passages",
        subject=genre_name,
    )


def _passages(script: Manuscript, convention: Convention, most: int) -> tuple[list[Passage], int]:
    low, high = convention.within
    found: list[Passage] = []
    count = 0
    for scene in script.scenes:
        if scene.end < low or scene.start > high:
            continue
        if convention.scope in ("all", "action"):
            for block in scene.actions:
                for _, sentence in hits(block.text, convention.words):
                    count += 1
                    if len(found) < most:
                        found.append(script.done(block, sentence))
        if convention.scope in ("all", "dialogue"):
            for speech in scene.speeches:
                for _, sentence in hits(speech.text, convention.words):
                    count += 1
                    if len(found) < most:
                        found.append(scene.passage(f"{speech.character}: {sentence}", speech.line))
        if convention.scope in ("all", "heading") and hits(scene.heading, convention.words):
            count += 1
            if len(found) < most:
                found.append(scene.passage())
    return found, count


def _title(name: str) -> str:
    return name.replace("_", " ")


def _untold(why: str, value: float | None = None) -> ScriptFinding:
    return ScriptFinding(
        kind="genre.untold",
        summary=f"no genre is told: {why}",
        value=value,
        threshold=float(LEAST_SIGNS) if value is not None else None,
        measure="signs of a genre",
    )
