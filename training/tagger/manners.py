"""How a script is written: headings, cues, numbers and habits, drawn once a script."""

from __future__ import annotations

import random
from dataclasses import dataclass

ENGLISH_HEADS = (
    "INT. {s} - {t}",
    "EXT. {s} - {t}",
    "INT. {s} - {t}",
    "EXT. {s} - {t}",
    "INT. {s}",
    "INT./EXT. {s} - {t}",
)
HEAD_STYLES: dict[str, tuple[str, ...]] = {
    "standard": ENGLISH_HEADS,
    "standard2": ENGLISH_HEADS,
    "standard3": ("INT. {s} - {t}", "EXT. {s} - {t}", "INT. {s} -- {t}", "EXT. {s}"),
    "no_dot": ("INT {s} - {t}", "EXT {s} - {t}", "INT/EXT {s} - {t}"),
    "comma": ("INT. {s}, {t}", "EXT. {s}, {t}", "INT. {s}. {t}.", "EXT. {s}. {t}."),
    "colon": ("INT: {s} - {t}", "EXT: {s} - {t}"),
    "long": ("INTERIOR {s} - {t}", "EXTERIOR {s} - {t}", "INTERIOR: {s} - {t}"),
    "dash": ("INT - {s} - {t}", "EXT - {s} - {t}", "INT. - {s} - {t}"),
    "set_first": ("{s}. INT. {t}", "{s}. EXT. {t}", "{s}. INT. {y}", "{s} - INT. - {t}"),
    "in_brackets": ("[INT. {s} - {t}]", "[{s}, {t}]", "[Scene: {s}]", "(INT. {s})"),
    "long_set": (
        "INT. {s}, {s2} - {t}",
        "EXT. {s} ({s2}) - {t}",
        "INT. {s} - {s2} - {t}",
        "EXT. {s}, NEAR {s2}, {t}",
    ),
    "set_bare": ("{s} - {t}", "{s} - {t}", "{s}. {t}", "{s}"),
    "scene_word": ("SCENE {n}. {s}. {t}", "SCENE {n} - INT. {s} - {t}", "SCENE {n}: {s}"),
    "scene_prose": ("Scene {n}. {s}. {t}.", "Scene {n}: {s}", "Scene {n}. {s}, {t}", "SCENE {n}"),
    "title_case": ("Int. {s} - {t}", "Ext. {s} - {t}", "INT. {s} - {t}"),
    "lower": ("int. {s} - {t}", "ext. {s} - {t}"),
    "i_e": ("I/E {s} - {t}", "I/E. {s} - {t}", "INT. {s} - {t}", "EXT. {s} - {t}"),
    "fr": (
        "INT. {s} - JOUR",
        "EXT. {s} - NUIT",
        "INTÉRIEUR {s} - NUIT",
        "EXTÉRIEUR JOUR - {s}",
        "INT. JOUR - {s}",
    ),
    "de": ("INNEN. {s} - TAG", "AUSSEN. {s} - NACHT", "{s} - INNEN/NACHT", "INNEN/TAG {s}"),
    "es": ("INT. {s} - DÍA", "EXT. {s} - NOCHE", "INTERIOR. {s}. NOCHE"),
    "ru": ("ИНТ. {s} - ДЕНЬ", "НАТ. {s} - НОЧЬ", "ИНТ. {s}. НОЧЬ"),
    "zh": (
        "内景 {s} 日",
        "外景 {s} 夜",
        "{n}. 内景 {s} 夜",
        "{n}、{s} 日 内",
        "{n} {s} 夜 外",
        "INT. {s} - DAY",
    ),
    "pl": ("WN. {s} - DZIEŃ", "PL. {s} - NOC", "WNĘTRZE. {s} - DZIEŃ"),
}
UNSEEN_HEAD_STYLES: dict[str, tuple[str, ...]] = {
    "standard": ENGLISH_HEADS,
    "standard2": ENGLISH_HEADS,
    "slashes": ("INT. {s} / {t}", "EXT. {s} / {t}", "EXT/INT. {s} / {t}"),
    "braces": ("{{INT. {s} - {t}}}", "<INT. {s} - {t}>"),
    "time_first": ("INT. {t} - {s}", "EXT. {t} - {s}"),
    "spaced": ("INT.  {s}  -  {t}", "EXT.  {s}  -  {t}"),
    "set_last_year": ("{s}. INT. {t}. {y}", "{s}. EXT. {t}"),
    "it": ("INT. {s} - GIORNO", "EST. {s} - NOTTE", "INTERNO {s} - NOTTE"),
    "sv": ("INT. {s} - DAG", "EXT. {s} - NATT"),
}


@dataclass
class Manner:
    """How this writer writes: drawn once a script."""

    heads: tuple[str, ...]
    numbered: str  # "", "left", "both", "dot", "hash"
    first_number: int
    mixed_cues: bool
    colon_cues: bool
    inline: bool
    continued: bool  # (CONT'D) after an interruption
    parens: float
    paren_inline: float
    transitions: float
    shots: float
    bare: float
    caps_action: float
    songs: float
    dual: float
    lists: float
    talk: float  # share of speeches
    long_action: int
    long_speech: int
    caps_dialogue: float
    bold: str
    acts: bool
    marked: bool  # Fountain's forcing marks
    transcript: bool  # written down from the screen: `Anna: …`, [Scene: …], (They laugh.)
    two_spaces: bool
    capitals: bool  # all action in capitals, as comedies before an audience have it
    inline_mark: str  # between a name and its words on one line
    paren_on_cue: float
    rules: float  # rows of dashes or asterisks between scenes
    run_on: float  # slugs in the middle of a sentence of action
    bracketed: str  # stage-play action: "" or "()" or "[]"


def manner(rng: random.Random, *, unseen: bool) -> Manner:
    styles = UNSEEN_HEAD_STYLES if unseen else HEAD_STYLES

    def some(chance: float, most: float) -> float:
        return rng.random() * most if rng.random() < chance else 0.0

    colon = rng.random()
    return Manner(
        heads=styles[rng.choice(list(styles))],
        numbered=rng.choice(("", "", "", "left", "both", "dot", "hash", "both")),
        first_number=1 if rng.random() < 0.7 else rng.randint(1, 140),
        mixed_cues=rng.random() < 0.05,
        colon_cues=colon < 0.05,
        inline=0.05 < colon < 0.10,
        continued=rng.random() < 0.6,
        parens=some(0.85, 0.45),
        paren_inline=some(0.15, 0.5),
        transitions=some(0.75, 0.8),
        shots=some(0.4, 0.35),
        bare=some(0.4, 0.35),
        caps_action=some(0.5, 0.12),
        songs=some(0.1, 0.2),
        dual=some(0.25, 0.12),
        lists=some(0.3, 0.1),
        talk=rng.uniform(0.35, 0.85),
        long_action=rng.choice((1, 2, 3, 4, 6)),
        long_speech=rng.choice((1, 2, 3, 5)),
        caps_dialogue=some(0.3, 0.05),
        bold=rng.choice(("",) * 14 + ("**", "_", "<b>")),
        acts=rng.random() < 0.12,
        marked=rng.random() < 0.03,
        bracketed=rng.choice(("",) * 30 + ("()", "[]")),
        transcript=0.08 < colon < 0.10,
        two_spaces=rng.random() < 0.25,
        capitals=rng.random() < 0.05,
        inline_mark=rng.choice((": ", ": ", ": ", ":  ", ":\t", "\t", " - ", ".- ", " – ", ". ", ". ")),
        paren_on_cue=some(0.08, 0.3),
        rules=some(0.06, 0.5),
        run_on=some(0.08, 0.3),
    )  # fmt: skip
