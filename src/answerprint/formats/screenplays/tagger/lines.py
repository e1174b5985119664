"""What one line of a script says of itself: its forms, its first and last signs, the classes of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from answerprint.formats.screenplays.headings import is_heading
from answerprint.formats.screenplays.tagger import words

Facts = NDArray[np.float32]

_OF_REVISIONS = ("rev", "draft", "pages", "shooting")
_FRONT = 150  # lines of a script in which a title page's words are looked for
LONGEST = 400  # characters of a line that are looked at: a paragraph on one line shows its nature early
_FIRST = ("upper", "lower", "digit", "(", "[", '"“”«„', "-–—*•", ".…", ">@!~#=")
_LAST = (".", "?", "!", ",", ":", ";", ")", "-–—", "…", '"”“»', "]", "alnum")
_FORMS = (
    "place_first", "place_inside", "time_last", "separator", "number_first", "number_both", "page_number",
    "transition",
    "to_colon", "shot", "view", "continued", "more", "omitted", "act", "credit", "date", "revision",
    "extension",
    "name_colon", "name_stop", "scene_word", "bracketed", "opens", "closes", "inside_bracket",
    "cont_only", "two_parts", "marked_star", "bold",
)  # fmt: skip
_WORDS = (*words.CLASS_NAMES, "first_class_start", "second_start", "third_start", "article_start",
"aux_start",
          "question_start", "interjection_start", "spatial_start", "ing_start", "ing", "verb_s", "names",
          "names_caps",
          "contraction", "asks", "exclaims", "dots", "comma_name", "known")  # fmt: skip
_SHAPE = ("caps", "capitals", "digits", "length", "words", "no_case", "letters")
NAMES = (
    *(f"first {one}" for one in _FIRST), *(f"last {one}" for one in _LAST), *_FORMS, *_WORDS, *_SHAPE
)  # fmt: skip
AT = {name: at for at, name in enumerate(NAMES)}

_FIRST_AT = {
    sign: at for at, signs in enumerate(_FIRST) if len(signs) < 5 or signs[0] in '"-.>' for sign in signs
}
_LAST_AT = {sign: at for at, signs in enumerate(_LAST) if signs != "alnum" for sign in signs}


@dataclass
class Lines:
    """The non-blank lines of a script."""

    texts: Sequence[str]  # as in the file, blanks at the ends off
    bare: list[str]  # without indentation, marks of emphasis and revision asterisks
    keys: list[str]  # the name a cue would carry, capitals; empty when the line is too long to be a cue
    speakers: list[str]  # what stands before the colon of `NAME: words`, capitals; empty on any other line
    facts: Facts  # (lines, len(NAMES)) float32


def look(texts: Sequence[str]) -> Lines:
    """Facts of every line. `texts` are non-blank, stripped at both ends."""
    bare, stars, bolds = _bare(texts)
    facts = np.zeros((len(bare), len(NAMES)), np.float32)
    keys = [_key(text) for text in bare]
    names = _names(keys)
    rows: list[tuple[int, int, float]] = []
    inside = 0
    speakers = [_speaker(text) for text in bare]
    for at, text in enumerate(bare):
        inside = _line(at, text, keys[at], speakers[at], names, rows, inside)
    if rows:
        lines, columns, values = zip(*rows, strict=True)
        np.add.at(facts, (np.array(lines), np.array(columns)), np.array(values, np.float32))
    facts[:, AT["marked_star"]] = stars
    facts[:, AT["bold"]] = bolds
    _shape(bare, facts)
    return Lines(texts=texts, bare=bare, keys=keys, speakers=speakers, facts=facts)


def _bare(texts: Sequence[str]) -> tuple[list[str], list[bool], list[bool]]:
    bare, stars, bolds = [], [], []
    for text in texts:
        star = text[-1] == "*" and (text[-2:-1] in (" ", "") or text.endswith(" **"))
        if star and len(text) > 1:
            text = text.rstrip("* ") or text
        bold = text[0] in "*_<" and not text.startswith(("* ", "- "))
        if bold or "<" in text or "*" in text:
            text = words.EMPHASIS.sub("", text).strip() or text
        bare.append(text[:LONGEST])
        stars.append(star)
        bolds.append(bold)
    return bare, stars, bolds


def _key(text: str) -> str:
    """The name a cue line would carry: extensions, colon and asterisks off."""
    if len(text) > 48:
        return ""
    if text[-1] in "):^*" or "(" in text:
        before = None
        while before != text:
            before, text = text, words.CUE_NAME.sub("", text)
    return text.upper() if text.count(" ") < 6 else ""


def _speaker(text: str) -> str:
    """Who speaks on a line of `NAME: words`, or with a period `NAME. Words` (the key keeps the period)."""
    start = text[:45]
    if ":" in start or "：" in start:
        match = words.NAME_COLON.match(text)
        if match:
            return match["name"].upper()
    if text[1:2].isupper() and ". " in start and not text.isupper():
        match = words.NAME_STOP.match(text)
        if match:
            return match["name"] + "."
    return ""


def _names(keys: list[str]) -> dict[str, int]:
    """Words of the keys that stand twice or more as lines of their own: the script's casting list."""
    counts: dict[str, int] = {}
    for key in keys:
        if key:
            counts[key] = counts.get(key, 0) + 1
    found: dict[str, int] = {}
    for key, count in counts.items():
        if count >= 2 and not words.PLACE_FIRST.match(key):
            for word in key.split():
                if len(word) > 2 and word.isalpha():
                    found[word] = max(found.get(word, 0), count)
    return found


def _line(
    at: int,
    text: str,
    key: str,
    speaker: str,
    names: dict[str, int],
    rows: list[tuple[int, int, float]],
    inside: int,
) -> int:
    """Facts of one line; returns how many lines an open bracket may still run."""
    first, last = text[0], text[-1]
    upper = text.isupper()
    start = _FIRST_AT.get(first)
    if start is None:
        start = 0 if first.isupper() else 1 if first.islower() else 2 if first.isdigit() else None
    if start is not None:
        rows.append((at, start, 1))
    end = _LAST_AT.get(last, len(_LAST) - 1)
    rows.append((at, len(_FIRST) + end, 1))
    forms = list(_forms(text, upper, bool(key), at < _FRONT))
    if speaker:
        forms.append("name_stop" if speaker.endswith(".") else "name_colon")
    opened, closed = text.count("("), text.count(")")
    if first in "([" and last in ")]" and opened <= 1:
        forms.append("bracketed")
    elif opened > closed and text.rfind("(") > text.rfind(")"):
        forms.append("opens")
    if inside:
        forms.append("inside_bracket")
        if closed > opened:
            forms.append("closes")
    inside = 5 if "opens" in forms and first == "(" else 0 if closed > opened else max(0, inside - 1)
    rows += [(at, AT[form], 1) for form in forms]
    _words(at, text, names, rows)
    return inside


@lru_cache(maxsize=65_536)
def _forms(text: str, upper: bool, short: bool, front: bool) -> tuple[str, ...]:
    """Forms that a line has by itself. Kept for a while: cues and headings come again and again."""
    first, last = text[0], text[-1]
    forms: list[str] = []
    body = text
    number = words.NUMBER_FIRST.match(text) if first.isdigit() or (upper and text[1:2].isdigit()) else None
    if number is not None:
        body = text[number.end() :]
        forms.append("number_first")
        other = words.NUMBER_LAST.search(text)
        if other is not None and other["number"] == number["number"]:
            forms.append("number_both")
            body = text[number.end() : other.start()].rstrip()
    if words.PLACE_FIRST.match(body):
        forms.append("place_first")
    if len(text) > 120:
        return tuple(forms)
    if forms[-1:] != ["place_first"] and (upper or not text.isascii()) and is_heading(body):
        forms.append("place_first")
    if "  " in text.strip():
        forms.append("two_parts")
    if words.SEPARATOR.search(body):
        forms.append("separator")
    if words.SCENE_WORD.match(text):
        forms.append("scene_word")
    if upper or short:
        if words.PLACE_INSIDE.search(body):
            forms.append("place_inside")
        if _may_name_time(text) and words.ENDS_IN_TIME.search(body):
            forms.append("time_last")
        if words.TRANSITION.match(body):
            forms.append("transition")
        if last in ":." and words.TO_COLON.search(body):
            forms.append("to_colon")
        if words.SHOT.match(body):
            forms.append("shot")
        if words.VIEW.search(body):
            forms.append("view")
        if words.OMITTED.match(text):
            forms.append("omitted")
        if words.ACT.match(text):
            forms.append("act")
        if words.PAGE_NUMBER.match(text):
            forms.append("page_number")
    squeezed = " ".join(text.split()) if "  " in text else text
    furniture = words.FURNITURE.match(squeezed) if len(squeezed) < 50 else None
    if furniture is not None:
        forms.append("more" if furniture["more"] else "continued")
    if front and len(text) < 80 and words.CREDIT.search(text):
        forms.append("credit")
    digit = words.DIGIT.search(text) is not None
    if len(text) < 90 and (short or digit):
        if digit and words.DATE.search(text):
            forms.append("date")
        low = text.lower()
        if (digit or "(" in low or any(one in low for one in _OF_REVISIONS)) and words.REVISION.search(text):
            forms.append("revision")
    if "(" in text and words.EXTENSION.search(text):
        forms.append("extension")
        if first == "(":
            forms.append("cont_only")
    return tuple(forms)


def _may_name_time(text: str) -> bool:
    """Whether any word could end the line as a time of day: quicker than to search for all of them."""
    if words.DIGIT.search(text):
        return True
    return any(
        token.upper() in words.TIME_WORDS for token in words.TOKEN.findall(text.replace("’", "'"))[-6:]
    )


_STARTS = {"first": "first_class_start", "second": "second_start", "third": "third_start",
           "article": "article_start", "auxiliary": "aux_start", "question": "question_start",
           "interjection": "interjection_start", "spatial": "spatial_start"}  # fmt: skip
_START_AT = {words.CLASS_NAMES.index(name): AT[fact] for name, fact in _STARTS.items()}
_CLASS_AT = len(_FIRST) + len(_LAST) + len(_FORMS)


def _words(at: int, text: str, names: dict[str, int], rows: list[tuple[int, int, float]]) -> None:
    tokens = words.TOKEN.findall(text.replace("’", "'"))
    if not tokens:
        return
    weight = 1 / (len(tokens) + 2)
    get = words.CLASS_OF.get
    lows = [token.lower() for token in tokens]
    known = 0
    for low in lows:
        group = get(low)
        if group is not None:
            known += 1
            rows.append((at, _CLASS_AT + group, weight))
    rows.append((at, AT["known"], known * weight))
    group = get(lows[0])
    if group in _START_AT:
        rows.append((at, _START_AT[group], 1))
    if len(lows[0]) > 4 and lows[0].endswith("ing"):
        rows.append((at, AT["ing_start"], 1))
    ing = sum(low.endswith("ing") for low in lows)
    if ing:
        rows.append((at, AT["ing"], ing * weight))
    if (
        len(lows) > 1
        and lows[1][-1] == "s"
        and lows[1][-2:] not in ("ss", "'s", "us")
        and tokens[0][0].isupper()
    ):
        rows.append((at, AT["verb_s"], 1))
    for place, token in enumerate(tokens):
        if token[0].isupper():
            name = token[:-2] if token.endswith("'s") else token
            if name.upper() in names:
                rows.append((at, AT["names_caps"] if name.isupper() else AT["names"], weight))
                if place and not name.isupper() and f", {name}" in text:
                    rows.append((at, AT["comma_name"], 1))
    if "'" in text or "’" in text:
        rows.append((at, AT["contraction"], (text.count("'") + text.count("’")) * weight))
    if "?" in text:
        rows.append((at, AT["asks"], 1))
    if "!" in text:
        rows.append((at, AT["exclaims"], 1))
    if "..." in text or "…" in text:
        rows.append((at, AT["dots"], 1))


def _shape(bare: list[str], facts: Facts) -> None:
    """Counts of kinds of letters, over the whole script at once."""
    joined = "".join(bare)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _KINDS[np.minimum(codes, len(_KINDS) - 1)]
    lengths = np.array([len(text) for text in bare])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    upper, lower, digit, space, other = (
        np.add.reduceat((kinds == kind).astype(np.int32), starts) for kind in (1, 2, 3, 4, 5)
    )
    letters = upper + lower + other
    facts[:, AT["caps"]] = (lower == 0) & (upper > 0)
    facts[:, AT["capitals"]] = upper / np.maximum(upper + lower, 1)
    facts[:, AT["digits"]] = digit / lengths
    facts[:, AT["length"]] = np.log1p(lengths)
    facts[:, AT["words"]] = np.log1p(space + 1)
    facts[:, AT["no_case"]] = other / np.maximum(letters, 1)
    facts[:, AT["letters"]] = letters / lengths


def _kinds() -> NDArray[np.uint8]:
    """1 capital, 2 small letter, 3 digit, 4 space, 5 letter without case,
    0 anything else; last: CJK and beyond."""
    table = np.zeros(0x3001, np.uint8)
    for code in range(0x3000):
        one = chr(code)
        tests = (one.isupper(), one.islower(), one.isdigit(), one.isspace(), one.isalpha())
        table[code] = tests.index(True) + 1 if any(tests) else 0
    table[-1] = 5
    return table


_KINDS = _kinds()
