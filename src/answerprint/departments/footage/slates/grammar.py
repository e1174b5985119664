"""The grammar of slates: the words printed on them, and what may be written beside each.

American slates number a set-up by its scene and a letter (12A take 3), European ones count slates (34 take
2). I and O are not used as set-up letters, because they would be read as figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

Field = Literal["scene", "slate", "take", "roll", "camera", "fps", "date", "sound"]

LABELS: Mapping[str, Field | Literal["other"]] = {
    **dict.fromkeys(("SCENE", "SC", "SCN", "SZENE", "SCENA", "ESCENA", "SETUP", "SHOT"), "scene"),
    **dict.fromkeys(("SLATE", "KLAPPE"), "slate"),
    **dict.fromkeys(("TAKE", "TK", "TOMA", "PRISE"), "take"),
    **dict.fromkeys(("ROLL", "REEL", "CARD", "MAG", "ROLLE", "CAMROLL", "CAMERAROLL"), "roll"),
    **dict.fromkeys(("CAMERA", "CAM", "KAMERA"), "camera"),
    **dict.fromkeys(("FPS", "FRAMERATE"), "fps"),
    **dict.fromkeys(("DATE", "DATUM", "FECHA"), "date"),
    **dict.fromkeys(("SOUND", "SND", "SOUNDROLL"), "sound"),
    **dict.fromkeys(
        (
            *("PROD", "PRODUCTION", "DIRECTOR", "DIR", "TITLE", "DOP", "DP", "LENS", "FILTER", "STOP", "ISO"),
            *("WB", "DAY", "NIGHT", "NITE", "INT", "EXT", "MOS", "SYNC", "SHUTTER", "EPISODE", "EP", "UNIT"),
            *("NO", "VFX", "TAIL", "TC"),
        ),
        "other",
    ),
}
_FUZZY = 4  # letters a word has at least for one of them to be misread
_LONG = 6  # letters a word has for one of them to be lost
_FORGIVEN = ("SCENE", "SLATE", "TAKE", "ROLL", "CAMERA", "SOUND", "PRODUCTION", "DIRECTOR")
_FIGURE = str.maketrans("OQDILZSGB", "000112568")
_AS_LETTER = str.maketrans("01258", "OIZSB")
_FOLDED = 0.35  # a letter taken for the figure it looks like weighs this much

_SCENE = re.compile(r"([A-HJ-NP-Z]{0,2})(\d{1,4})([A-HJ-NP-Z]{0,3})((?:[-/.]\d{1,2})?)")
_TAKE = re.compile(r"0*([1-9]\d?)(PU|MOS|WT)?")
_ROLL = re.compile(r"([A-Z]{0,2})(\d{1,4})(C\d{1,4})?")
_CAMERA = re.compile(r"([A-H]|\d)(?:CAM)?")
_FPS = re.compile(r"(\d{2,3}(?:\.\d{1,3})?)(?:FPS|DF|NDF|P)?")
_DATE = re.compile(r"(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})")
_SOUND = re.compile(r"[A-Z]{0,3}\d{1,4}[A-Z]?")
_INLINE = re.compile(r"(.*?)(?:[-/]T?K?|TAKE|TK|T)(\d{1,2}(?:PU)?)")
_T_LABEL = re.compile(r"(?:T|TK|TAKE)\.?(\d{1,2})")


def label_of(text: str) -> Field | Literal["other"] | None:
    """What field a printed word names; one misread letter is forgiven in words of four and more."""
    plain = re.sub(r"[^A-Z0-9]", "", text).translate(_AS_LETTER)
    if not plain.isalpha() or text.isdigit():
        return None
    if plain in LABELS:
        return LABELS[plain]
    if len(plain) < _FUZZY:
        return None
    near = {LABELS[label] for label in _FORGIVEN if _one_off(plain, label)}
    return near.pop() if len(near) == 1 else None


def values(field: str, texts: Iterable[tuple[str, float]]) -> dict[str, float]:
    """What the texts say as values of a field, with their probability; empty where none could be one."""
    found: dict[str, float] = {}
    fitting = 0.0
    for text, probability in texts:
        value, folds = _value(field, re.sub(r"[\s:,#()'&+!?]", "", text).strip("-./"))
        if value:
            found[value] = found.get(value, 0.0) + probability * _FOLDED**folds
            fitting += probability
            if field in ("roll", "camera") and value[0] == "8":  # 8001 may be B001, and mostly is
                other = f"B{value[1:]}"
                found[other] = found.get(other, 0.0) + probability * _FOLDED**folds
    weight = sum(found.values())
    # Folding ranks what a text may mean; it takes nothing from the certainty that it is one of these.
    return {value: share * fitting / weight for value, share in found.items()} if weight > 0 else {}


def together(texts: Iterable[tuple[str, float]]) -> dict[str, dict[str, float]]:
    """Field → values of texts that hold several: `SCENE 12A TAKE 3`, `12A/T3`, `SC 12A-3`, `T3`."""
    found: dict[str, dict[str, float]] = {}

    def add(field: str, text: str, probability: float) -> None:
        for value, share in values(field, [(text, probability)]).items():
            held = found.setdefault(field, {})
            held[value] = held.get(value, 0.0) + share

    for text, probability in texts:
        plain = re.sub(r"[\s:.#]", "", text)
        begins = re.match(r"(SCENE|SCN|SC|SLATE)(?=[A-Z]{0,2}[\dOIS])", plain)
        rest = plain[begins.end() :] if begins else plain
        both = _INLINE.fullmatch(rest)
        if both and values("scene", [(both[1], 1.0)]) and (begins or "T" in rest[len(both[1]) :]):
            add("slate" if begins and begins[1] == "SLATE" else "scene", both[1], probability)
            add("take", both[2], probability)
        elif begins:
            add("slate" if begins[1] == "SLATE" else "scene", rest, probability)
        elif (only := _T_LABEL.fullmatch(plain)) is not None:
            add("take", only[1], probability)
        elif (roll := re.fullmatch(r"(?:CAM)?(?:ROLL|REEL)([A-Z]{0,2}\d{1,4})", plain)) is not None:
            add("roll", roll[1], probability)
    return found


def _value(field: str, text: str) -> tuple[str, int]:
    """The text as a value, and how many letters were taken for figures; empty where it is none."""
    if not text or len(text) > 14:
        return "", 0
    if field in ("scene", "slate"):
        return _scene(text)
    if field == "take":
        body = re.sub(r"^(?:TAKE|TK|T)(?=.)", "", text)
        tail = re.search(r"(PU|MOS|WT)$", body)
        figures = body[: tail.start()] if tail else body
        folded, folds = _figures(figures)
        match = _TAKE.fullmatch(folded)
        return (match[1] + (f" {tail[1]}" if tail else ""), folds) if match else ("", 0)
    if field == "roll":
        head = re.match(r"[A-Z]{0,2}?(?=[\dOILSZB]+(?:C|$))", text)
        start = head.end() if head else 0
        main, mark, clip = text[start:].partition("C")
        folded, folds = _figures(main)
        more, again = _figures(clip)
        whole = text[:start] + folded + (f"C{more}" if mark else "")
        return (whole, folds + again) if _ROLL.fullmatch(whole) else ("", 0)
    if field == "camera":
        match = _CAMERA.fullmatch(text)
        return (match[1], 0) if match else ("", 0)
    if field == "fps":
        match = _FPS.fullmatch(text)
        return (match[1], 0) if match and 1 <= float(match[1]) <= 480 else ("", 0)
    if field == "date":
        folded, folds = _figures(text)
        return (folded, folds) if _DATE.fullmatch(folded) else ("", 0)
    if field == "sound":
        return (text, 0) if _SOUND.fullmatch(text) else ("", 0)
    return "", 0


def _scene(text: str) -> tuple[str, int]:
    """12A, A12, 12AB, 12-3: figures in the middle, what looks like one among them folded."""
    best: tuple[str, int] = ("", 0)
    if not any(map(str.isdigit, text)):
        return best  # a word is no number, however many of its letters look like figures
    for before in range(0, min(2, len(text) - 1) + 1):
        for after in range(0, min(3, len(text) - before - 1) + 1):
            head, body, tail = text[:before], text[before : len(text) - after], text[len(text) - after :]
            number, mark, minor = re.fullmatch(r"([^-/.]*)([-/.]?)(.*)", body).groups()  # type: ignore[union-attr]
            folded, folds = _figures(number)
            part, again = _figures(minor)
            whole = f"{head}{folded}{mark}{part}{tail}" if mark else f"{head}{folded}{tail}"
            if _SCENE.fullmatch(whole) and folded.strip("0") and (not best[0] or folds + again < best[1]):
                best = whole, folds + again
    return best


def _figures(text: str) -> tuple[str, int]:
    """The text with letters that look like figures as figures, and their number."""
    return text.translate(_FIGURE), sum(one.isalpha() for one in text)


def _one_off(text: str, label: str) -> bool:
    """Whether one letter is changed, or in a long word lost or too many: LATE is not SLATE."""
    if len(text) == len(label):
        return sum(a != b for a, b in zip(text, label, strict=True)) == 1
    short, long = sorted((text, label), key=len)
    near = len(long) - len(short) == 1 and len(short) >= _LONG
    return near and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
