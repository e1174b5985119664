"""Writes a production's tracks from a seed: sixty clips in which little happens, moments planted among it,
and decoys beside each that share all of it but one thing.

The planted places are what bench/labelled/moment_queries.toml asks for. What the seed changes is everything
else: where people blink and talk, how clips are timed (three picture clocks, late starts), what is said.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from answerprint.core.records import Annotation, Asset, Stream, Track
from answerprint.core.time import Time

SECONDS, SHOT = 120, 15  # length of a clip and of each of its shots
HEARD = Fraction(16_000)
CLOCKS = (Fraction(24_000), Fraction(12_800), Fraction(90_000))  # of the pictures, ticks a second
RATES = (Fraction(24_000, 1001), Fraction(25), Fraction(30_000, 1001))
# What nobody asks for: said everywhere by everybody.
SMALL_TALK = """
well I think we could walk along here and see what comes next | put it on the table please |
that was how my uncle did it for years | I never said so | it depends who you talk to |
the weather held all week | pass me the other one | you know what he is like |
there were more of them last time | we can start whenever they want | not on a Tuesday
""".replace("\n", " ").split("|")
PEOPLE = ("ANNA", "BEN", "CARLA", "DAVE")
PLAIN_LOOK: Mapping[str, Any] = {
    "scale": "medium", "movement": "static", "focus": 0.62, "exposure": 0.0, "contrast": 1.6,
    "key_fill": 1.0, "key": "normal", "temperature_k": 5200, "motion": 0.12, "people": 1,
    "palette": [["#6b6f73", 0.6], ["#8a8d90", 0.4]],
}  # fmt: skip

Mark = tuple[str, float, float, str, str, float, dict[str, Any]]


def said(text: str, who: str, at: float, draft: bool = False) -> list[Mark]:
    """A speech: its turn, passage and words, a word every 0.35 s."""
    words = text.lower().split()
    end = at + 0.35 * len(words)
    marks: list[Mark] = [
        ("voice.1", at, end, "voice", "", 0.95, {}),
        ("speakers.1", at, end, who, "", 0.9, {"voice": f"v-{who.lower()}", "overlap": False}),
        ("transcript.1", at, end, who, text, 0.8, {"draft": draft, "source": "recognised"}),
    ]
    return marks + [
        ("words.1", at + 0.35 * k, at + 0.35 * k + 0.33, "", word.strip(",.?!"), 0.9, {"speaker": who})
        for k, word in enumerate(words)
    ]


def cue(
    label: str, at: float, length: float = 1.5, person: str = "person_1", sure: float = 0.85
) -> list[Mark]:
    return [("cues.1", at, at + length, label, "", sure, {"person": person})]


def face(person: str, at: float, length: float) -> list[Mark]:
    return [("faces.1", at, at + length, person, "", 0.9, {"frontal": 0.7})]


def heard(label: str, at: float, length: float = 2.0, sure: float = 0.8) -> list[Mark]:
    return [("sounds.1", at, at + length, label, "", sure, {})]


def moves(label: str, at: float, length: float = 5.0) -> list[Mark]:
    return [("camera.1", at, at + length, label, "", 0.8, {"speed": 0.2})]


def thing(label: str, at: float, length: float = 3.0) -> list[Mark]:
    return [("things.1", at, at + length, label, "", 0.7, {"box": [0.1, 0.1, 0.5, 0.5]})]


def written(text: str, at: float, length: float = 3.0) -> list[Mark]:
    return [("text.1", at, at + length, "text", text, 0.9, {"box": [0.1, 0.1, 0.5, 0.2]})]


# clip → what happens in it beside small talk; P a planted moment, D a decoy of it
PLANTS: Mapping[int, list[list[Mark]]] = {
    3: [said("we missed the ferry again", "ANNA", 40), heard("laughter", 42.6)],  # P ferry-laugh
    4: [said("the ferry is late", "BEN", 30), heard("laughter", 32)],  # D another speaker
    5: [said("there goes the ferry", "ANNA", 30), heard("laughter", 70)],  # D long after
    7: [cue("smile", 33, 3), cue("turn_to_camera", 35, 2)],  # P the turn in low key, shot 2 close up
    8: [cue("smile", 33, 3), cue("turn_to_camera", 35, 2)],  # D close up, normal key
    9: [cue("smile", 33, 3), cue("turn_to_camera", 35, 2)],  # D low key, medium
    10: [cue("smile", 33, 1), cue("turn_to_camera", 40, 2)],  # D at different times
    11: [moves("pan_left", 62)],  # P scene 12A take 3, circled
    12: [moves("pan_left", 62)],  # D take 2
    13: [moves("pan_right", 62)],  # D scene 12B
    15: [said("and cut", "DAVE", 50), heard("silence", 51.2, 5)],  # P camera B
    16: [said("and cut", "DAVE", 50), heard("silence", 51.2, 5)],  # D camera A
    17: [heard("silence", 20, 5), said("and cut", "DAVE", 60)],  # D before
    18: [said("are you ready for the parade", "BEN", 20), heard("applause", 24)],  # P then
    19: [heard("applause", 20), said("are you ready for the parade", "BEN", 40)],  # D the other way round
    20: [cue("nod", 50), said("yes of course I will marry you", "CARLA", 52.5)],  # P nod before yes
    21: [said("yes of course I will marry you", "CARLA", 52.5), cue("nod", 60)],  # D after
    22: [heard("music", 80, 6), said("goodnight little lighthouse", "ANNA", 84)],  # P music with goodnight
    23: [said("goodnight little lighthouse", "ANNA", 84), heard("music", 20, 6)],  # D music elsewhere
    24: [said("the passport was under the piano", "DAVE", 15)],  # P rare words
    25: [said("the piano needs tuning", "DAVE", 15), said("where is my passport", "BEN", 90)],  # D apart
    26: [cue("eyes_closed", 48, 3), heard("music", 47, 6)],  # P eyes closed over music
    27: [cue("eyes_closed", 48, 3)],  # D silent
    28: [
        cue("look_to_camera", 66, 2, "MARA"),
        cue("smile", 66, 2, "MARA"),
        face("MARA", 60, 15),
    ],  # P Mara smiles
    29: [cue("smile", 66, 2, "person_4"), face("person_4", 60, 15)],  # D somebody else
    30: [thing("dog", 92, 4), moves("handheld", 90, 15)],  # P a dog, hand-held
    31: [thing("dog", 92, 4)],  # D from a tripod
    32: [written("EXIT", 47, 4)],  # P a sign
    33: [said("take the exit on the left", "BEN", 47)],  # D only said
    34: [cue("shake", 20), said("I did not take the money", "BEN", 20.2)],  # P shakes his head over it
    35: [said("I did not take the money", "BEN", 20.2), cue("shake", 90)],  # D much later
    36: [said("bring the lanterns to the jetty", "CARLA", 95)],  # P prefix
    37: [said("I am so sorry that I am late", "BEN", 33)],  # P meaning: apologising for being late
    38: [said("the engine broke and nothing would start", "ANNA", 75)],  # P meaning: a car that would not go
    39: [said("my grandmother baked bread every single morning", "CARLA", 60)],  # P meaning: cooking
    40: [moves("dolly_in", 45, 15), cue("smile", 52, 2)],  # P push in on a smile
    41: [moves("zoom_in", 45, 15), cue("smile", 52, 2)],  # D a zoom
    42: [said("café at noon, don't forget", "ANNA", 18)],  # P accents and apostrophes
    43: [
        said("count to three and jump", "DAVE", 100),
        heard("laughter", 102, 3),
        heard("applause", 104.5, 3),
    ],
    44: [said("count to three and jump", "DAVE", 100), heard("applause", 104.5, 3)],  # D nobody laughs
    45: [cue("mouth_open", 30, 2), thing("cake", 29, 6)],  # P a cake and an open mouth
    46: [thing("cake", 29, 6)],  # D
    47: [said("tell him the harbour is frozen", "CARLA", 65), cue("turn_away", 67)],  # P turns away after it
    48: [cue("turn_away", 60), said("tell him the harbour is frozen", "CARLA", 65)],  # D before
    49: [cue("head_down", 75, 3), heard("silence", 74, 5)],  # P
    50: [heard("music", 0, 120), said("remember the orchard in april", "BEN", 44)],  # D under music
    51: [said("remember the orchard in april", "BEN", 44)],  # P without music
    52: [cue("blink", 10), cue("look_left", 61, 2), said("who is behind that door", "ANNA", 61)],  # P
    53: [said("who is behind that door", "ANNA", 61), cue("look_right", 61, 2)],  # D
}

# (clip, shot) → how the shot looks where it is not plain
LOOKS: Mapping[tuple[int, int], dict[str, Any]] = {
    (7, 2): {"scale": "close_up", "key": "low", "key_fill": 3.4, "exposure": -1.4},
    (8, 2): {"scale": "close_up"},
    (9, 2): {"key": "low", "key_fill": 3.4, "exposure": -1.4},
    (10, 2): {"scale": "close_up", "key": "low", "key_fill": 3.4, "exposure": -1.4},
    (14, 5): {"scale": "wide", "people": 2, "exposure": -3.1},  # P two people wide dark
    (14, 1): {"scale": "wide", "people": 2, "exposure": 0.3},  # D bright
    (6, 5): {"scale": "wide", "people": 1, "exposure": -3.1},  # D one
    (6, 2): {"scale": "close_up", "people": 2, "exposure": -3.1},  # D close
    (54, 0): {
        "scale": "extreme_wide",
        "people": 0,
        "temperature_k": 9500,
    },  # P a cold empty establishing shot
    (54, 4): {"scale": "extreme_wide", "people": 0, "temperature_k": 3000},  # P the warm one
    (55, 3): {"palette": [["#c81e1e", 0.55], ["#303030", 0.45]], "scale": "medium_close_up"},  # P red
    (55, 6): {"palette": [["#1e50c8", 0.55], ["#303030", 0.45]], "scale": "medium_close_up"},  # P blue
    (56, 2): {"focus": 0.08, "scale": "close_up"},  # P soft
    (56, 5): {"focus": 0.97, "contrast": 3.4, "scale": "extreme_close_up"},  # P sharp, contrasty, ECU
    (57, 1): {"key": "high", "exposure": 1.9, "people": 3},  # P high key, three people
    (57, 4): {"key": "high", "exposure": 1.9},  # D one person
    (58, 3): {"people": 6, "scale": "wide", "motion": 0.8},  # P a crowd that moves
    (58, 6): {"people": 6, "scale": "wide", "motion": 0.01},  # P a crowd that does not
    (59, 2): {"palette": [["#2f9e44", 0.7], ["#222222", 0.3]], "temperature_k": 6500},  # P green
}
MOVES: Mapping[tuple[int, int], str] = {
    (59, 5): "tilt_up", (57, 6): "tilt_down", (58, 1): "track_left", (56, 7): "pedestal_up",
    (55, 1): "zoom_out", (54, 6): "dolly_out", (1, 3): "pan_right", (2, 3): "roll",
}  # fmt: skip

SLATES: Mapping[int, tuple[str, str, str, bool]] = {  # clip → scene, take, camera, circled
    11: ("12A", "3", "A", True),
    12: ("12A", "2", "A", True),
    13: ("12B", "3", "A", True),
    15: ("14", "1", "B", False),
    16: ("14", "1", "A", False),
    17: ("14", "2", "B", False),
}


def assets(seed: int) -> list[Asset]:
    """The sixty clips: G001 … G060, on two cards, of three days."""
    return [_asset(number, seed) for number in range(1, 61)]


def tracks(seed: int) -> Iterator[Track]:
    """Every track of every clip."""
    for asset in assets(seed):
        number = int(asset.name[1:4])
        marks = _background(number, random.Random(f"{seed}-{number}"))
        for group in PLANTS.get(number, []):
            marks += group
        yield from _as_tracks(asset, marks)


def start_of(number: int, seed: int) -> Fraction:
    """When a clip's first picture is shown on its own clock, in seconds."""
    return Fraction(random.Random(f"start-{seed}-{number}").choice((0, 0, 1, 7)))


def _asset(number: int, seed: int) -> Asset:
    clock, rate = CLOCKS[number % 3], RATES[number % 3]
    start = start_of(number, seed)
    ticks, frames = start * clock, SECONDS * rate
    video = Stream(
        index=0, kind="video", codec="h264", time_base=1 / clock, rate=rate, width=1920, height=1080,
        start=Time(int(ticks), clock), duration=Time(int(SECONDS * clock), clock), frames=int(frames),
    )  # fmt: skip
    audio = Stream(
        index=1, kind="audio", codec="aac", time_base=Fraction(1, 48_000), rate=Fraction(48_000), channels=1,
        start=Time(int(start * 48_000), Fraction(48_000)), duration=Time(SECONDS * 48_000, Fraction(48_000)),
    )  # fmt: skip
    card = "A007" if number <= 30 else "B003"
    return Asset(
        id=f"{seed:032x}{number:032x}", name=f"G{number:03}.mov", path=f"footage/{card}/G{number:03}.mov",
        size=number, kind="picture", container="mov", streams=(video, audio), card=card, reel=card,
        tags={"creation_time": f"2024-05-0{1 + number // 21}T10:00:00Z"},
    )  # fmt: skip


def _background(number: int, chance: random.Random) -> list[Mark]:
    marks: list[Mark] = []
    at = chance.uniform(2, 6)
    planted = [(one[1], one[2]) for group in PLANTS.get(number, []) for one in group]
    while at < SECONDS - 8:
        text = chance.choice(SMALL_TALK).strip()
        if all(at + 6 < start or at > end + 1 for start, end in planted):
            marks += said(text, chance.choice(PEOPLE), at)
        at += chance.uniform(7, 14)
    for _ in range(12):
        label = chance.choice(("blink", "look_left", "look_right", "head_left", "head_right"))
        at = chance.uniform(0, SECONDS - 2)
        if all(at + 3 < start or at > end + 1 for start, end in planted):
            marks += cue(label, at, 0.4)
    for k in range(SECONDS // SHOT):
        look = {**PLAIN_LOOK, **LOOKS.get((number, k), {})}
        movement = MOVES.get((number, k), "static")
        look["movement"] = movement
        start, end = k * SHOT, (k + 1) * SHOT
        marks.append(("shots.1", start, end, "shot", "", 1.0, {}))
        if k:
            marks.append(("shots.1", start, start, "cut", "", 0.99, {}))
        marks.append(("shot_looks.1", start, end, look["scale"], "", 0.8, look))
        within = [one for group in PLANTS.get(number, []) for one in group if one[0] == "camera.1"]
        if not any(start <= one[1] < end for one in within):
            marks.append(("camera.1", start, end, movement, "", 0.9, {"speed": 0.0}))
    scene, take, camera, circled = SLATES.get(number, (str(20 + number), "1", "A", False))
    value = {"scene": scene, "take": take, "camera": camera, "circled": circled}
    marks.append(("slates.1", 0.5, 2.0, "slate", f"scene {scene} take {take}", 0.95, value))
    return marks


def _as_tracks(asset: Asset, marks: list[Mark]) -> Iterator[Track]:
    number, seed = int(asset.name[1:4]), int(asset.id[:32], 16)
    clock, start = CLOCKS[number % 3], start_of(number, seed)
    by_name: dict[str, list[Annotation]] = defaultdict(list)
    seen = {"shots.1", "shot_looks.1", "camera.1", "cues.1", "faces.1", "slates.1", "text.1", "things.1"}
    for name, begins, ends, label, text, sure, value in marks:
        rate = clock if name in seen else HEARD
        ticks = [round((Fraction(one).limit_denominator(1000) + start) * rate) for one in (begins, ends)]
        by_name[name].append(
            Annotation(start=ticks[0], end=ticks[1], label=label, text=text, confidence=sure, value=value)
        )
    for name, found in sorted(by_name.items()):
        rate = clock if name in seen else HEARD
        ordered = sorted(found, key=lambda one: (one.start, one.end, one.label))
        yield Track(asset=asset.id, name=name, rate=rate, annotations=tuple(ordered))
