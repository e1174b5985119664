"""Dialogue a reader may get lost in: who is spoken to, names nobody has heard, endless sentences."""

from __future__ import annotations

import re
from collections import Counter

from answerprint.departments.script.analysis.manuscript import (
    Manuscript,
    SceneText,
    Speech,
    round_to,
    sentences_of,
    words_of,
)
from answerprint.departments.script.analysis.records import Part, ScriptFinding
from answerprint.departments.script.analysis.repetition import FUNCTION_WORDS
from answerprint.departments.script.analysis.word_lists import word_list

LONG_SENTENCE = 40  # words: about 16 seconds of speech in one breath
COMPANY = 3  # speakers among whom an addressee can be mistaken
RUN = 4  # speeches in a row that name nobody
PRONOUNS = frozenset(word_list("pronouns"))
THIRD = frozenset(word_list("third_person"))
POINTING = 0.12  # of the run's words: a quarter over the share in ordinary talk
MOST = 12  # findings of one kind

_KNOWN = frozenset(word_list("known_names"))
# Capitals inside a sentence, joined where they stand together: `Harrow Cross` is one name.
_CAPITAL = re.compile(
    r"(?<![.!?…:\"“”'’\-–—(] )(?<!^)(?<!\n)\b([A-Z][a-z’'\-]{2,}(?:\s+(?:of\s+)?[A-Z][a-z’'\-]+)*)\b"
)


def confusion(script: Manuscript) -> Part:
    """Findings on addressees, undefined names and overlong sentences, always with the passages."""
    part = Part()
    part.findings += _addressees(script)
    if script.english:
        part.findings += _undefined(script)
    lengths: list[float] = []
    long: list[tuple[int, Speech, str]] = []
    for speech in script.speeches:
        for sentence in sentences_of(speech.text):
            count = len(words_of(sentence))
            if count:
                lengths.append(float(count))
            if count > LONG_SENTENCE:
                long.append((count, speech, sentence))
    part.measures["dialogue.sentence_words"] = tuple(lengths)
    for count, speech, sentence in sorted(long, key=lambda one: -one[0])[:MOST]:
        scene = script.scenes[speech.scene]
        part.findings.append(
            ScriptFinding(
                kind="dialogue.overlong",
                summary=f"{speech.character} says {count} words in one sentence (scene {scene.number})",
                evidence=(scene.passage(f"{speech.character}: {sentence}", speech.line),),
                value=float(count),
                threshold=float(LONG_SENTENCE),
                confidence=round_to(min(0.95, 0.5 + (count - LONG_SENTENCE) / 60)),
                measure="words in a sentence",
                subject=speech.character,
                reference="dialogue.sentence_words",
            )
        )
    return part


def _addressees(script: Manuscript) -> list[ScriptFinding]:
    """Runs of speeches among three or more who name nobody and point with pronouns."""
    found: list[ScriptFinding] = []
    for scene in script.scenes:
        if len(scene.speaking) < COMPANY:
            continue
        run: list[Speech] = []
        for speech in [*scene.speeches, None]:
            if speech is not None and _pointing(script, speech):
                run.append(speech)
                continue
            finding = _run(script, scene, run)
            if finding is not None:
                found.append(finding)
            run = []
    return sorted(found, key=lambda one: -(one.value or 0.0))[:MOST]


def _pointing(script: Manuscript, speech: Speech) -> bool:
    """Whether a speech leans on pronouns and names nobody."""
    if not PRONOUNS.intersection(speech.words):
        return False
    return not script.names.mentioned(speech.text)


def _run(script: Manuscript, scene: SceneText, run: list[Speech]) -> ScriptFinding | None:
    speakers = {one.character for one in run}
    if len(run) < RUN or len(speakers) < COMPANY:
        return None
    words = [word for one in run for word in one.words]
    share = sum(word in PRONOUNS for word in words) / max(1, len(words))
    third = sum(word in THIRD for word in words)
    you = sum(word in ("you", "your") for word in words)
    if share < POINTING or third + you < len(run) // 2:
        return None
    which = "whom “you” means" if you >= third else "whom “he” or “she” means"
    return ScriptFinding(
        kind="dialogue.confusing",
        summary=f"scene {scene.number}: {len(run)} speeches in a row among {len(speakers)} speakers name "
        f"nobody and lean on pronouns ({share:.0%} of the words): a reader may not know {which}",
        evidence=tuple(script.said(one) for one in run[:8]),
        value=round_to(share),
        threshold=POINTING,
        confidence=round_to(min(0.8, 0.25 + 0.05 * len(run) + share)),
        measure="share of pronouns in a run of speeches without a name",
        subject=scene.number,
    )


def _undefined(script: Manuscript) -> list[ScriptFinding]:
    """Names said once in dialogue that no cue, heading or action line knows.

    A place or a brand everybody knows is one too: this is a question, of low confidence.
    """
    shown: set[str] = set()
    for scene in script.scenes:
        shown.update(words_of(scene.heading))
        for block in scene.actions:
            shown.update(block.words)
    for name in script.cast:
        shown.update(words_of(name))
    lowered = Counter(
        word for one in script.speeches for word in re.findall(r"\b[a-z][a-z’'\-]{2,}\b", one.text)
    )
    said: dict[str, list[Speech]] = {}
    for speech in script.speeches:
        if speech.text.isupper():
            continue
        for match in _CAPITAL.finditer(speech.text):
            word = match[1].replace("’", "'").removesuffix("'s")
            said.setdefault(word, []).append(speech)
    found: list[ScriptFinding] = []
    for word, speeches in said.items():
        parts = set(words_of(word))
        told = parts & (shown | _KNOWN | FUNCTION_WORDS) or any(lowered[one] for one in parts)
        if told or len(speeches) > 1:
            continue
        scene = script.scenes[speeches[0].scene]
        found.append(
            ScriptFinding(
                kind="dialogue.undefined_name",
                summary=f"{speeches[0].character} says “{word}” once (scene {scene.number}), and nothing "
                "else in the script says who or what it is",
                evidence=(script.said(speeches[0]),),
                value=1.0,
                threshold=2.0,
                confidence=0.35,
                measure="times named in the whole script",
                subject=word,
            )
        )
    return found[:MOST]
