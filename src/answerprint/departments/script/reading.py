"""Reads a screenplay in whatever format it is, and asks what only its writer can answer."""

from __future__ import annotations

from answerprint.core.findings import Evidence, Finding
from answerprint.formats.screenplays.model import Line, Screenplay, normalise
from answerprint.formats.screenplays.registry import read_screenplay

__all__ = ["lines", "questions", "read_screenplay"]
LONGEST_NAME = 60  # characters of a name that may be a slip for another
PRINTED_NOWHERE = frozenset(("boneyard", "note"))


def lines(screenplay: Screenplay) -> tuple[Line, ...]:
    """Every speech in script order, with the key that survives revisions."""
    return screenplay.lines()


def questions(screenplay: Screenplay, name: str) -> tuple[Finding, ...]:
    """What a person should look at before the cut relies on the script; name is the file's, for people.

    Doubts about the story's days are the schedule's questions, not the cut's.
    """
    found = [finding for finding in screenplay.findings if finding.code != "script.day_doubt"]
    if not any(
        element.kind not in PRINTED_NOWHERE for scene in screenplay.scenes for element in scene.elements
    ):
        found.append(_question("script.empty", f"{name} holds no screenplay", name, "elements"))
        return tuple(found)
    if not any(scene.heading for scene in screenplay.scenes):
        found.append(
            _question(
                "script.no_scenes",
                f"{name} has no scene heading (INT. or EXT.): all of it is taken as scene 1",
                name,
                "scene headings",
            )
        )
    if not screenplay.lines():
        found.append(
            _question(
                "script.silent",
                f"{name} has no dialogue: the cut is a string-out in source order",
                name,
                "speeches",
            )
        )
    return (*found, *_similar_names(screenplay, name))


def _question(code: str, message: str, name: str, counted: str) -> Finding:
    return Finding(
        code=code,
        message=message,
        severity="warning",
        subject=name,
        evidence=(Evidence(measure=counted, value=0.0, threshold=1.0),),
        needs_a_person=True,
    )


def _similar_names(screenplay: Screenplay, name: str) -> list[Finding]:
    """Two speakers one letter apart, one of whom hardly speaks: a slip of the hand would look like this."""
    speeches: dict[str, list[Line]] = {}
    for line in screenplay.lines():
        speeches.setdefault(line.character, []).append(line)
    order = {who: at for at, who in enumerate(speeches)}
    # Names one letter apart share a spelling with a letter left out, so no pair of all names is compared.
    spelt: dict[str, list[str]] = {}
    for who in speeches:
        if len(speeches[who]) > 1:
            for short in _with_a_letter_left_out(who):
                spelt.setdefault(short, []).append(who)
    pairs = {
        (rarer, known)
        for rarer in speeches
        if len(speeches[rarer]) == 1
        for short in _with_a_letter_left_out(rarer)
        for known in spelt.get(short, ())
        if _one_slip(rarer, known)
    }
    found: list[Finding] = []
    for rarer, known in sorted(pairs, key=lambda pair: sorted(order[who] for who in pair)):
        first = speeches[rarer][0]
        found.append(
            Finding(
                code="script.similar_names",
                message=f"{rarer} speaks once (line {first.source_line} of {name}): is it {known}?",
                severity="note",
                subject=rarer,
                evidence=(Evidence(line=first.key, measure="speeches", value=1.0),),
                needs_a_person=True,
            )
        )
    return found


def _with_a_letter_left_out(name: str) -> set[str]:
    """The name itself and every spelling with one letter less; nothing for what `_one_slip` never pairs."""
    folded = normalise(name)
    if not 3 < len(folded) <= LONGEST_NAME or any(letter.isdigit() for letter in folded):
        return set()
    return {folded} | {folded[:at] + folded[at + 1 :] for at in range(len(folded))}


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter was left out, added or exchanged. Short and numbered names differ on purpose."""
    short, long = sorted((normalise(one), normalise(other)), key=len)
    if len(short) < 4 or len(long) - len(short) > 1 or any(letter.isdigit() for letter in short + long):
        return False
    same = next(
        (at for at, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short)
    )
    rest = short[same + 1 :] if len(short) == len(long) else short[same:]
    return rest == long[same + 1 :] and short != long
