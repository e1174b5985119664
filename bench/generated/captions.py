"""Captions that keep every rule of a profile, and the same with faults that can be taken out again."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from answerprint.departments.release.subtitling.checking import Timed, check
from answerprint.departments.release.subtitling.profiles import SubtitleRules
from answerprint.departments.release.subtitling.texts import broken

# fmt: off
WORDS = (
    "the", "a", "of", "and", "to", "in", "that", "it", "was", "he", "for", "on", "with", "as", "his",
    "they", "be", "at", "one", "have", "this", "from", "or", "had", "by", "hot", "but", "some", "what",
    "there", "we", "can", "out", "other", "were", "all", "your", "when", "up", "use", "word", "how",
    "said", "an", "each", "she", "which", "do", "their", "time", "if", "will", "way", "about", "many",
    "then", "them", "would", "write", "like", "so", "these", "her", "long", "make", "thing", "see",
    "him", "two", "has", "look", "more", "day", "could", "go", "come", "did", "my", "sound", "no",
    "most", "number", "who", "over", "know", "water", "than", "call", "first", "people", "may", "down",
    "side", "been", "now", "find", "letter", "harbour", "signal", "keeper", "tram", "lantern",
    "station", "winter", "morning", "captain", "ledger", "answer", "yesterday", "together",
)
# fmt: on
FAULTS = ("overlap", "gap", "chain", "shortest", "longest", "reading-speed", "shot-change", "breaks")


def sentence(random: np.random.Generator, least: int, most: int) -> str:
    long, said = int(random.integers(least, most + 1)), ""
    while len(said) < long:
        said = f"{said} {WORDS[random.integers(len(WORDS))]}".strip()
        if random.random() < 0.1:
            said += ","
    said = said[:most].rsplit(" ", 1)[0].rstrip(",") if len(said) > most else said
    return said[:1].upper() + said[1:] + str(random.choice([".", "?", "!", "."]))


def kept(
    random: np.random.Generator, count: int, rules: SubtitleRules, rate: Fraction
) -> tuple[list[Timed], list[int]]:
    """`count` cues in which no rule is broken, and the shot changes about them."""
    half = max(rules.half_second(rate), round(rules.chain * rate))
    cues: list[Timed] = []
    shots: list[int] = []
    at = int(rate * 2)
    most = rules.characters * rules.lines - 8
    while len(cues) < count:
        text = broken(sentence(random, 6, most), rules.characters, rules.lines, rules.width)
        if text is None:
            continue
        flat = text.replace("\n", " ")
        reading = max(rules.reading_frames(flat, rate), -int(-rules.shortest * rate // 1))
        room = int(rules.longest * rate) - reading
        if room < 3:
            continue
        long = reading + int(random.integers(2, min(room, 3 * half)))
        if random.random() < 0.3:
            shots.append(at)  # it begins with a shot
        end = at + long
        if random.random() < 0.3:
            shots.append(end + rules.gap)
            following = end + rules.gap + int(random.choice([0, half + random.integers(1, 60)]))
        elif random.random() < 0.4:
            following = end + rules.gap
        else:
            following = end + half + int(random.integers(8, 3 * half))
        cues.append(Timed(at, end, text))
        at = following
    shots = sorted(set(shots))
    good = not check(cues, rules, rate, shots=shots)
    return (cues, shots) if good else _without(cues, shots, rules, rate)


def _without(
    cues: list[Timed], shots: list[int], rules: SubtitleRules, rate: Fraction
) -> tuple[list[Timed], list[int]]:
    """The shot changes that break a rule where they fell left out."""
    half = 2 * rules.half_second(rate)
    while True:
        wrong = [cues[one.cue - 1] for one in check(cues, rules, rate, shots=shots)]
        if not wrong:
            return cues, shots
        left = [
            shot
            for shot in shots
            if not any(min(abs(shot - one.start), abs(shot - one.end)) < half for one in wrong)
        ]
        assert len(left) < len(shots), check(cues, rules, rate, shots=shots)
        shots = left


def spoiled(
    random: np.random.Generator, cues: list[Timed], shots: list[int], rules: SubtitleRules, rate: Fraction
) -> list[Timed]:
    """Every third cue with one fault that a time or a break brought in, so that one takes it out again."""
    made = list(cues)
    half = rules.half_second(rate)
    for at in range(1, len(made) - 1, 3):
        one, after = made[at], made[at + 1]
        fault = FAULTS[random.integers(len(FAULTS))]
        start, end, text = one.start, one.end, one.text
        if fault == "overlap":
            end = after.start + int(random.integers(1, half))
        elif fault == "gap":
            end = after.start - int(random.integers(0, rules.gap))
        elif fault == "chain":
            end = after.start - int(random.integers(rules.gap + 1, max(half, rules.gap + 2)))
        elif fault == "shortest":
            end = start + int(random.integers(1, max(2, int(rules.shortest * rate))))
        elif fault == "reading-speed":
            reading = rules.reading_frames(text.replace("\n", " "), rate)
            end = start + max(2, int(reading * random.uniform(0.4, 0.95)))
        elif fault == "longest":
            end = min(
                after.start - rules.gap, start + int(rules.longest * rate) + int(random.integers(1, 40))
            )
        elif fault == "shot-change":
            near = [shot for shot in shots if shot in (start, end + rules.gap)]
            if near and near[0] == start:
                start += int(random.integers(-min(5, half), 6))
            elif near:
                end += int(random.integers(-half + 2, rules.gap))
        else:
            words = text.replace("\n", " ").split(" ")
            split = int(random.integers(1, len(words))) if len(words) > 1 else 1
            text = " ".join(words[:split]) + ("\n" + " ".join(words[split:]) if words[split:] else "")
        if end > start:
            made[at] = Timed(start, end, text)
    return made
