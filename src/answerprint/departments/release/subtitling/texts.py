"""A cue's text as it is seen: markup weighs nothing, lines break where they read best."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from answerprint.departments.release.breaks import TOP_HEAVY, UNEVEN, break_cost

TAG = re.compile(r"</?[ibu]>")
_DASH = re.compile(r"^[-‐–—]\s?\S")

Width = Callable[[str], Fraction]


def seen(text: str) -> str:
    """The text without its markup."""
    return TAG.sub("", text)


def flat(text: str) -> str:
    """The text as one line: what must not change when its lines do."""
    return " ".join(text.split("\n"))


def two_speakers(text: str) -> bool:
    """Whether every line begins with a dash: each is another's, and stays a line of its own."""
    lines = [seen(one).strip() for one in text.split("\n")]
    return len(lines) > 1 and all(_DASH.match(one) for one in lines)


def broken(text: str, characters: int, lines: int, width: Width) -> str | None:
    """The text on as few lines as hold it, broken where it reads best; None where they do not.

    One space stands for every break and every break for one space: the words and what is between them stay.
    """
    if two_speakers(text):
        fits = all(width(seen(one)) <= characters for one in text.split("\n"))
        return text if fits and text.count("\n") < lines else None
    words = flat(text).split(" ")
    if width(seen(" ".join(words))) <= characters:
        return " ".join(words)
    for count in range(2, lines + 1):
        found = _split(words, characters, count, width)
        if found is not None:
            return "\n".join(found)
    return None


def _split(words: Sequence[str], characters: int, count: int, width: Width) -> list[str] | None:
    """The words on `count` lines of least cost, none too wide."""
    if count == 1:
        line = " ".join(words)
        return [line] if width(seen(line)) <= characters else None
    best: tuple[float, list[str]] | None = None
    for at in range(1, len(words) - count + 2):
        upper = " ".join(words[:at])
        if width(seen(upper)) > characters:
            break
        rest = _split(words[at:], characters, count - 1, width)
        if rest is None:
            continue
        longer, shorter = width(seen(upper)), width(seen(" ".join(words[at:])))
        cost = break_cost(seen(words[at - 1]), seen(words[at]))
        cost += UNEVEN * float(abs(longer - shorter)) / characters + (TOP_HEAVY if longer > shorter else 0.0)
        if best is None or cost < best[0]:
            best = cost, [upper, *rest]
    return best[1] if best is not None else None


def parted(text: str, characters: int, lines: int, width: Width) -> list[str] | None:
    """The text as the fewest texts that fit, parted where it reads best and as evenly as may be.

    Markup that is open at a part's end is closed there and opened again. None where a word is too wide.
    """
    if two_speakers(text):  # each says what is theirs in a cue of their own
        turns = [broken(one, characters, lines, width) for one in text.split("\n")]
        return _balanced([one for one in turns if one is not None]) if None not in turns else None
    words = flat(text).split(" ")
    for count in range(2, len(words) + 1):
        ideal = float(width(seen(flat(text)))) / count
        found = _parts(words, count, characters, lines, width, ideal)
        if found is not None:
            return _balanced(found[1])
    return None


def _parts(
    words: Sequence[str], count: int, characters: int, lines: int, width: Width, ideal: float
) -> tuple[float, list[str]] | None:
    if count == 1:
        fits = broken(" ".join(words), characters, lines, width)
        return (0.0, [fits]) if fits is not None else None
    best: tuple[float, list[str]] | None = None
    for at in range(1, len(words) - count + 2):
        text = " ".join(words[:at])
        first = broken(text, characters, lines, width)
        if first is None:
            break
        long = float(width(seen(text)))
        if long < 0.4 * ideal:
            continue
        rest = _parts(words[at:], count - 1, characters, lines, width, ideal)
        if rest is None:
            continue
        cost = break_cost(seen(words[at - 1]), seen(words[at])) + 3 * abs(long - ideal) / ideal + rest[0]
        if best is None or cost < best[0]:
            best = cost, [first, *rest[1]]
    return best


def _balanced(parts: Sequence[str]) -> list[str]:
    open_: list[str] = []
    made = []
    for part in parts:
        begun = "".join(f"<{one}>" for one in open_)
        for tag in TAG.findall(part):
            name = tag.strip("</>")
            if tag.startswith("</"):
                if name in open_:
                    open_.remove(name)
            else:
                open_.append(name)
        made.append(begun + part + "".join(f"</{one}>" for one in reversed(open_)))
    return made
