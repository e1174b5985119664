"""What happens to a script's lines on the way to us: lost indentation, lost blank lines, scanners' errors."""

from __future__ import annotations

import random
import re

from layouts import Row

_OCR = {"l": "1I|", "I": "l1|", "O": "0", "o": "0", "e": "c", "m": "rn", "S": "5", "B": "8", "c": "e",
".": ",", ",": ".",
        "h": "b", "t": "f", "i": "j", ":": ";", "'": "`’", "n": "ri"}  # fmt: skip


def stripped(rows: list[Row]) -> list[Row]:
    """All indentation lost."""
    return [(" ".join(text.split()), tag) for text, tag in rows]


def without_blanks(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row[1]]


def double_spaced(rows: list[Row]) -> list[Row]:
    """A blank line after every line, as some converters leave."""
    made: list[Row] = []
    for row in rows:
        made += [row, ("", "")]
    return made


def blanks_squeezed(rows: list[Row]) -> list[Row]:
    made: list[Row] = []
    for row in rows:
        if row[1] or (made and made[-1][1]):
            made.append(row)
    return made


def some_blanks_lost(rows: list[Row], rng: random.Random, chance: float) -> list[Row]:
    return [row for row in rows if row[1] or rng.random() > chance]


def stray_blanks(rows: list[Row], rng: random.Random, chance: float) -> list[Row]:
    made: list[Row] = []
    for row in rows:
        made.append(row)
        if rng.random() < chance:
            made.append(("", ""))
    return made


def as_tabs(rows: list[Row], width: int) -> list[Row]:
    """Leading spaces become tabs, as typed in an editor."""
    made = []
    for text, tag in rows:
        bare = text.lstrip(" ")
        indent = len(text) - len(bare)
        made.append(("\t" * (indent // width) + " " * (indent % width if width == 8 else 0) + bare, tag))
    return made


def tabs_to_spaces(rows: list[Row]) -> list[Row]:
    """Indentation kept only in part: every eight columns became one space."""
    return [(" " * ((len(text) - len(text.lstrip(" "))) // 8) + text.lstrip(" "), tag) for text, tag in rows]


def shifted(rows: list[Row], rng: random.Random, most: int) -> list[Row]:
    """The left margin wanders from page to page."""
    made = []
    shift = rng.randint(0, most)
    for at, (text, tag) in enumerate(rows):
        if at % 56 == 0:
            shift = rng.randint(0, most)
        made.append((" " * shift + text if tag else text, tag))
    return made


def jittered(rows: list[Row], rng: random.Random, most: int) -> list[Row]:
    """Columns a character or two off, as text drawn from a scan has them."""
    made = []
    for text, tag in rows:
        bare = text.lstrip(" ")
        indent = len(text) - len(bare)
        made.append((" " * max(0, indent + rng.randint(-most, most)) + bare if indent else text, tag))
    return made


def scaled(rows: list[Row], factor: float) -> list[Row]:
    """Indentation stretched or shrunk, as from a proportional font."""
    made = []
    for text, tag in rows:
        bare = text.lstrip(" ")
        made.append((" " * int((len(text) - len(bare)) * factor) + bare, tag))
    return made


def partly_stripped(rows: list[Row], rng: random.Random, chance: float) -> list[Row]:
    return [(text.lstrip(" ") if rng.random() < chance else text, tag) for text, tag in rows]


def misread(rows: list[Row], rng: random.Random, chance: float) -> list[Row]:
    """Optical character recognition's favourite errors, lost and doubled spaces."""
    made = []
    for text, tag in rows:
        if rng.random() < 0.6:
            letters = []
            for letter in text:
                roll = rng.random()
                if letter in _OCR and roll < chance:
                    letter = rng.choice(_OCR[letter])
                elif letter == " " and roll < chance * 0.3 and letters and letters[-1] != " ":
                    letter = ""
                letters.append(letter)
            text = "".join(letters)
        made.append((text, tag))
    return made


def relettered(rows: list[Row], rng: random.Random) -> list[Row]:
    """The whole script in one case."""
    up = rng.random() < 0.5
    return [(text.upper() if up else text.lower(), tag) for text, tag in rows]


def loosely_set(rows: list[Row], rng: random.Random, chance: float) -> list[Row]:
    """Blanks doubled between words, as text drawn from a justified page has them."""
    made = []
    for text, tag in rows:
        bare = text.lstrip(" ")
        indent = text[: len(text) - len(bare)]
        words = bare.split(" ")
        loose = "".join(word + (" " * (2 if rng.random() < chance else 1)) for word in words).rstrip()
        made.append((indent + loose, tag))
    return made


def numbers_apart(rows: list[Row], rng: random.Random) -> list[Row]:
    """Scene numbers on lines of their own before or after the heading, as text drawn from a PDF has them."""
    made: list[Row] = []
    for text, tag in rows:
        match = re.match(r"\s*(\d+[A-Z]?)\s+(\S.*?)(\s{2,}\1)?$", text) if tag == "S" else None
        if match is None:
            made.append((text, tag))
            continue
        if match[3] and rng.random() < 0.4:  # both under the heading, as they stand on its line
            made += [(match[2], tag), (f"{match[1]} {match[1]}", "M")]
            continue
        made.append((match[1], "M"))
        if rng.random() < 0.3:
            made.append(("", ""))
        made.append((match[2], tag))
        if match[3]:
            made.append((match[1], "M"))
    return made


def tagged_bold(rows: list[Row]) -> list[Row]:
    """Headings and cues in a web page's marks, which stand before the indentation."""
    made: list[Row] = []
    carried = ""
    for text, tag in rows:
        bold = tag in ("S", "C", "T")
        made.append((carried + ("<b>" if bold else "") + text, tag))
        carried = "</b>" if bold else ""
    return made


def hyphenated(rows: list[Row], rng: random.Random) -> list[Row]:
    """Words broken at line ends."""
    made = list(rows)
    for at in range(len(made) - 1):
        (one, tag), (two, next_tag) = made[at], made[at + 1]
        words = two.split()
        if tag == next_tag and tag in "ND" and words and len(words[0]) > 6 and rng.random() < 0.3:
            cut = len(words[0]) // 2
            indent = two[: len(two) - len(two.lstrip())]
            made[at] = (f"{one} {words[0][:cut]}-", tag)
            made[at + 1] = (indent + " ".join([words[0][cut:], *words[1:]]), next_tag)
    return made


def typographic(rows: list[Row], rng: random.Random) -> list[Row]:
    """Curly quotes and real dashes."""
    dash = rng.choice(("—", " — ", "–"))
    return [
        (re.sub(r"(?<=\w)'", "’", text).replace("--", dash).replace("...", "…"), tag) for text, tag in rows
    ]


def damage(rows: list[Row], rng: random.Random, *, unseen: bool) -> list[Row]:
    """A draw of what may happen. Held-out scripts suffer combinations of their own strengths."""
    if rng.random() < 0.25:
        rows = typographic(rows, rng)
    if rng.random() < 0.1:
        rows = misread(
            rows, rng, rng.choice((0.004, 0.012, 0.03)) if not unseen else rng.choice((0.008, 0.02))
        )
    if rng.random() < 0.05:
        rows = loosely_set(rows, rng, rng.choice((0.05, 0.2)))
    if rng.random() < 0.05:
        rows = numbers_apart(rows, rng)
    if rng.random() < 0.04:
        rows = hyphenated(rows, rng)
    if rng.random() < 0.01:
        rows = relettered(rows, rng)
    roll = rng.random()
    if roll < 0.16:
        rows = stripped(rows)
    elif roll < 0.20:
        rows = as_tabs(rows, rng.choice((4, 5, 8)))
    elif roll < 0.23:
        rows = tabs_to_spaces(rows)
    elif roll < 0.29:
        rows = shifted(rows, rng, rng.choice((2, 5, 9)))
    elif roll < 0.37:
        rows = jittered(rows, rng, rng.choice((1, 1, 2)))
    elif roll < 0.42:
        rows = scaled(rows, rng.choice((0.4, 0.6, 1.5, 1.8)) if not unseen else rng.choice((0.5, 1.3)))
    elif roll < 0.45:
        rows = partly_stripped(rows, rng, rng.choice((0.05, 0.2, 0.5)))
    roll = rng.random()
    if roll < 0.06:
        rows = without_blanks(rows)
    elif roll < 0.10:
        rows = double_spaced(rows)
    elif roll < 0.15:
        rows = blanks_squeezed(rows)
    elif roll < 0.20:
        rows = some_blanks_lost(rows, rng, rng.choice((0.03, 0.1, 0.4)))
    elif roll < 0.24:
        rows = stray_blanks(rows, rng, rng.choice((0.01, 0.05)))
    if rng.random() < 0.03:
        rows = tagged_bold(rows)
    return rows
