"""The words a query may use: each with the tracks, labels and values that answer it.

A table, not code: a new label of a track is a new row. Thresholds of light are on LOOK_VALUES of
core/footage.py; where a production has no shot_looks.1 yet, the half seconds of looks.1 stand in.
"""

from __future__ import annotations

import colorsys
from functools import cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.footage import CUES, MOVEMENTS, SCALES, SOUNDS
from answerprint.departments.footage.search.query import Test

LOOKS, CAMERA, CUES_TRACK, SOUNDS_TRACK, SHOTS = "shot_looks.1", "camera.1", "cues.1", "sounds.1", "shots.1"
HALF_SECONDS = "looks.1"  # luma 0 … 1 of the display's range, as looks.1 measures it
SPOKEN = ("words.1", "readings.1", "transcript.1")
PASSAGES = ("transcript.1", "readings.1")
PEOPLE_TRACKS = ("faces.1", "speakers.1", "transcript.1")


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A word of the vocabulary. name: its canonical form, one word of a query."""

    name: str
    also: tuple[str, ...]  # other ways to say it, lower case, spaces for hyphens
    meaning: str
    tests: tuple[Test, ...]
    weight: float = 1.0
    fallback: bool = False


def _scale(name: str, label: str, *also: str) -> Term:
    tests = (Test(track=LOOKS, labels=(label,)),)
    return Term(name=name, also=also, meaning=f"scale {name}", tests=tests, weight=0.9)


def _camera(name: str, labels: tuple[str, ...], *also: str) -> Term:
    tests = (Test(track=CAMERA, labels=labels), Test(track=LOOKS, key="movement", terms=labels))
    return Term(name=name, also=also, meaning=f"camera {name}", tests=tests, weight=0.9, fallback=True)


def _cue(name: str, labels: tuple[str, ...], *also: str) -> Term:
    return Term(name=name, also=also, meaning=f"cue {name}", tests=(Test(track=CUES_TRACK, labels=labels),))


def _sound(name: str, label: str, *also: str) -> Term:
    return Term(
        name=name, also=also, meaning=f"sound {name}", tests=(Test(track=SOUNDS_TRACK, labels=(label,)),)
    )


def _light(name: str, tests: tuple[Test, ...], *also: str) -> Term:
    return Term(name=name, also=also, meaning=f"light {name}", tests=tests, weight=0.8, fallback=True)


def _look(key: str, low: float | None = None, high: float | None = None, track: str = LOOKS) -> Test:
    return Test(track=track, key=key, low=low, high=high)


def _label(name: str, track: str, labels: tuple[str, ...], *also: str) -> Term:
    return Term(
        name=name, also=also, meaning=name.replace("-", " "), tests=(Test(track=track, labels=labels),)
    )


TERMS: tuple[Term, ...] = (
    _scale("extreme-close-up", "extreme_close_up", "ecu", "xcu", "big close up", "macro"),
    _scale("close-up", "close_up", "closeup", "close ups", "closeups", "cu", "close shot"),
    _scale("medium-close-up", "medium_close_up", "mcu", "medium closeup", "head and shoulders"),
    _scale("medium-shot", "medium", "ms", "mid shot", "medium", "waist shot"),
    _scale("medium-wide", "medium_wide", "mws", "medium long shot", "american shot", "cowboy shot", "mls"),
    _scale("wide", "wide", "ws", "wide shot", "long shot", "full shot", "ls", "wides"),
    _scale("extreme-wide", "extreme_wide", "ews", "extreme wide shot", "extreme long shot", "xls", "els",
           "very wide"),
    Term(name="establishing-shot", also=("establishing", "establisher"), meaning="scale wide or wider",
         tests=(Test(track=LOOKS, labels=("wide", "extreme_wide")),), weight=0.9),
    _camera("static", ("static",), "locked off", "tripod", "static shot", "still camera", "lock off"),
    _camera("pan", ("pan_left", "pan_right"), "pans", "panning", "pan shot"),
    _camera("pan-left", ("pan_left",), "pans left", "panning left"),
    _camera("pan-right", ("pan_right",), "pans right", "panning right"),
    _camera("tilt", ("tilt_up", "tilt_down"), "tilts", "tilting"),
    _camera("tilt-up", ("tilt_up",), "tilts up", "tilting up"),
    _camera("tilt-down", ("tilt_down",), "tilts down", "tilting down"),
    _camera("zoom", ("zoom_in", "zoom_out"), "zooms", "zooming"),
    _camera("zoom-in", ("zoom_in",), "zooms in", "zooming in", "zoom into"),
    _camera("zoom-out", ("zoom_out",), "zooms out", "zooming out"),
    _camera("dolly", ("dolly_in", "dolly_out"), "dollies", "dolly shot"),
    _camera("dolly-in", ("dolly_in",), "push in", "pushes in", "pushing in", "push", "track in"),
    _camera("dolly-out", ("dolly_out",), "dollies out", "track back", "push out"),
    _camera("pull-out", ("dolly_out", "zoom_out"), "pulls out", "pull back", "pulls back", "pulling out"),
    _camera("tracking", ("track_left", "track_right"), "tracking shot", "track", "trucking", "crab"),
    _camera("track-left", ("track_left",), "tracking left", "tracking shot left", "truck left", "crab left"),
    _camera("track-right", ("track_right",), "tracking right", "tracking shot right", "truck right",
            "crab right"),
    _camera("crane", ("pedestal_up", "pedestal_down"), "pedestal", "boom shot", "jib"),
    _camera("crane-up", ("pedestal_up",), "pedestal up", "boom up", "jib up", "cranes up"),
    _camera("crane-down", ("pedestal_down",), "pedestal down", "boom down", "jib down", "cranes down"),
    _camera("roll", ("roll",), "dutch roll", "rolling camera"),
    _camera("handheld", ("handheld",), "hand held", "shaky", "shaky cam"),
    _cue("smile", ("smile",), "smiles", "smiling", "grin", "grins", "grinning"),
    _cue("mouth-open", ("mouth_open",), "open mouth", "opens mouth", "mouth opens", "gasp", "gasps"),
    _cue("blink", ("blink",), "blinks", "blinking"),
    _cue("eyes-closed", ("eyes_closed",), "closed eyes", "closes eyes", "eyes shut", "closes her eyes",
         "closes his eyes"),
    _cue("turn-to-camera", ("turn_to_camera",), "turns to camera", "turning to camera", "turns to the camera",
         "turn to the camera"),
    _cue("turn-away", ("turn_away",), "turns away", "turning away", "turned away"),
    _cue("head-left", ("head_left",), "turns left", "head turned left"),
    _cue("head-right", ("head_right",), "turns right", "head turned right"),
    _cue("head-up", ("head_up",), "looks up", "looking up", "look up", "lifts head"),
    _cue("head-down", ("head_down",), "looks down", "looking down", "look down", "lowers head",
         "head lowered", "lowered head", "bows head"),
    _cue("look-left", ("look_left",), "looks left", "looking left", "glances left"),
    _cue("look-right", ("look_right",), "looks right", "looking right", "glances right"),
    _cue("look-to-camera", ("look_to_camera",), "looks at camera", "looking at camera", "looks into camera",
         "looking into camera", "looking camera", "looks camera", "eye contact"),
    _cue("nod", ("nod",), "nods", "nodding"),
    _cue("shake-head", ("shake",), "shakes head", "shaking head", "head shake", "shakes his head",
         "shakes her head", "headshake"),
    _sound("laughter", "laughter", "laugh", "laughs", "laughing", "laughed"),
    _sound("applause", "applause", "clapping", "claps hands", "applauds", "ovation"),
    _sound("music", "music", "song", "singing"),
    _sound("silence", "silence", "silent", "quiet", "room tone"),
    _label("voice", "voice.1", ("voice",), "speech", "talking", "somebody speaks", "dialogue"),
    _label("cut", SHOTS, ("cut",), "cuts"),
    _label("dissolve", SHOTS, ("dissolve",), "dissolves", "cross fade"),
    _label("fade", SHOTS, ("fade_in", "fade_out"), "fades"),
    _label("fade-in", SHOTS, ("fade_in",), "fades in", "fade from black"),
    _label("fade-out", SHOTS, ("fade_out",), "fades out", "fade to black"),
    _label("wipe", SHOTS, ("wipe",), "wipes"),
    _label("slate", "slates.1", ("slate",), "slates", "clapper", "clapperboard"),
    _light("low-key", (Test(track=LOOKS, key="key", terms=("low",)),), "lowkey", "low key lighting", "noir"),
    _light("high-key", (Test(track=LOOKS, key="key", terms=("high",)),), "highkey", "high key lighting"),
    _light("dark", (_look("exposure", high=-2.0), _look("luma", high=0.12, track=HALF_SECONDS)),
           "underexposed", "dim", "under exposed"),
    _light("bright", (_look("exposure", low=1.0), _look("luma", low=0.6, track=HALF_SECONDS)),
           "overexposed", "over exposed"),
    _light("warm", (_look("temperature_k", high=4500.0),), "warm light", "tungsten", "golden"),
    _light("cool", (_look("temperature_k", low=7500.0),), "cold", "cold light", "cool light", "bluish"),
    _light("daylight", (_look("temperature_k", low=5000.0, high=7000.0),), "neutral light"),
    _light("soft", (_look("focus", high=0.3), _look("sharpness", high=0.3, track=HALF_SECONDS)),
           "out of focus", "soft focus", "blurry", "unsharp", "blurred"),
    _light("sharp", (_look("focus", low=0.8), _look("sharpness", low=0.8, track=HALF_SECONDS)),
           "in focus", "crisp"),
    _light("high-contrast", (_look("contrast", low=2.5),), "contrasty", "hard contrast"),
    _light("low-contrast", (_look("contrast", high=0.8),), "flat light", "washed out", "hazy"),
    _light("side-lit", (_look("key_fill", low=2.0),), "side light", "hard key", "side lighting"),
    _light("flat-lit", (_look("key_fill", high=0.5),), "flat lighting", "evenly lit"),
    _light("moving", (_look("motion", low=0.5),), "action", "fast", "busy", "movement"),
    _light("still", (_look("motion", high=0.05),), "motionless", "calm"),
    _light("nobody", (_look("people", high=0.0),), "no people", "empty", "no one", "deserted", "no person"),
    _light("crowd", (_look("people", low=5.0),), "crowds", "many people", "group"),
)  # fmt: skip
FIELD_LABELS = {  # field → the track whose label it names
    "scale": LOOKS, "movement": CAMERA, "move": CAMERA, "cue": CUES_TRACK, "sound": SOUNDS_TRACK,
    "thing": "things.1", "things": "things.1", "object": "things.1", "action": "things.1",
    "transition": SHOTS, "line": "readings.1",
}  # fmt: skip
CLIP_FIELDS = {  # of the whole clip; how people write the field → its name
    "scene": "scene", "sc": "scene", "take": "take", "tk": "take", "camera": "camera", "cam": "camera",
    "circled": "circled", "reel": "reel", "roll": "reel", "tape": "reel", "card": "card", "date": "date",
    "day": "date", "clip": "clip", "file": "clip", "name": "clip", "note": "notes", "notes": "notes",
    "rate": "rate", "fps": "rate", "kind": "kind", "slate": "scene", "setup": "scene",
}  # fmt: skip
WORD_FIELDS = {
    "say": "words", "said": "words", "says": "words", "word": "words", "words": "words", "find": "free",
    "about": "about", "meaning": "about", "like": "about", "seen": "seen", "see": "seen", "shows": "seen",
    "looks": "seen", "text": "text", "sign": "text", "screen": "text", "reads": "text",
}  # fmt: skip
PERSON_FIELDS = {"speaker": "speaker", "by": "speaker", "speaks": "speaker", "person": "person",
                 "face": "person", "who": "person"}  # fmt: skip
NUMBER_KEYS = {
    "people": "people", "persons": "people", "figures": "people", "exposure": "exposure", "focus": "focus",
    "contrast": "contrast", "key_fill": "key_fill", "keyfill": "key_fill", "ratio": "key_fill",
    "temperature": "temperature_k", "temperature_k": "temperature_k", "kelvin": "temperature_k",
    "motion": "motion",
}  # fmt: skip
NUMBER_WORDS = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
PEOPLE_WORDS = frozenset({"people", "persons", "person", "figures", "figure", "men", "women", "actors"})
# Passed over between words that are understood; kept in what is looked for by meaning.
_LITTLE = """
a an the with and of on in at to is are be being was were he she it they his her their someone somebody where
when that while shot shots scene moment moments which who for from by into some very find show me all any
there this these those as or i you we my your not no s
"""
LITTLE_WORDS = frozenset(_LITTLE.split())
# Of how pictures and sound are talked about: passed over where something else is asked as well.
_FILLERS = """
says say said saying camera take takes frame picture image plays playing reads reading slow slowly but please
clip clips footage video film there's something anything people person
"""
FILLERS = LITTLE_WORDS | frozenset(_FILLERS.split())
_PASSED_OVER = frozenset({"the", "a", "an", "to", "his", "her", "their", "is", "are"})  # within a term
SIGNS = frozenset({"sign", "caption", "title", "card", "poster"})

# hue in degrees from … to, for colours that have one
_HUES = {
    "red": ((345, 360), (0, 12)), "orange": ((12, 42),), "yellow": ((42, 68),), "green": ((68, 165),),
    "cyan": ((165, 200),), "blue": ((200, 258),), "purple": ((258, 295),), "pink": ((295, 345),),
}  # fmt: skip
COLOURS = {
    **{name: name for name in (*_HUES, "black", "white", "grey", "brown")},
    "gray": "grey", "turquoise": "cyan", "teal": "cyan", "violet": "purple", "magenta": "pink",
    "crimson": "red", "scarlet": "red", "amber": "orange", "navy": "blue", "beige": "brown",
}  # fmt: skip


def words_of(term: str) -> str:
    """A term as it is compared: lower case, spaces for hyphens and underscores."""
    return " ".join(term.casefold().replace("-", " ").replace("_", " ").split())


def bare(term: str) -> str:
    """A term as it is looked up, without little words: "pans to the right" is "pans right"."""
    return " ".join(word for word in words_of(term).split() if word not in _PASSED_OVER)


@cache
def vocabulary() -> dict[str, Term]:
    """Every way to say a term, bare → the term."""
    found: dict[str, Term] = {}
    for term in TERMS:
        for one in (term.name, *term.also):
            found.setdefault(bare(one), term)
    return found


@cache
def longest_term() -> int:
    """Words of the longest way to say a term, little words among them."""
    return max(len(one.split()) for one in vocabulary()) + 2


def labels_of_core() -> tuple[str, ...]:
    """Every label that core/footage.py names: each is asked for by a term."""
    return (*SCALES, *MOVEMENTS, *CUES, *SOUNDS)


@cache
def colours_named(name: str) -> NDArray[np.bool_]:
    """Which of the 4096 colours of four bits a channel (rgb, red highest) go by a name.

    By hue, saturation and value of the display's code values: dark under a value of .18 is black, pale under
    a saturation of .15 grey or white, dark orange brown.
    """
    found = np.zeros(4096, np.bool_)
    for code in range(4096):
        red, green, blue = ((code >> shift & 15) / 15 for shift in (8, 4, 0))
        found[code] = _name_of(red, green, blue) == name
    return found


def _name_of(red: float, green: float, blue: float) -> str:
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if value < 0.18:
        return "black"
    if saturation < 0.15:
        return "white" if value > 0.85 else "grey"
    degrees = hue * 360
    name = next(one for one, parts in _HUES.items() if any(low <= degrees <= high for low, high in parts))
    return "brown" if name == "orange" and value < 0.6 else name
