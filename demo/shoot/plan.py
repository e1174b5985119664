"""What was shot: the script's speeches, the cards, every take and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

SCRIPT = Path(__file__).resolve().parent.parent / "script" / "the-late-post.fountain"
TITLE = "THE LATE POST"
MISSING = "3.5"  # the speech that no take holds

Ambience = Literal["office", "quay"]


@dataclass(frozen=True)
class Speech:
    """One speech of the script: `1.3` is the third of scene 1."""

    key: str
    index: int  # from 0, over the whole script
    character: str
    text: str


@dataclass(frozen=True)
class Reading:
    """How a speech is read in a take. `says` replaces the text; the word lists index the script's words."""

    speech: str
    says: str | None = None
    repeated: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()


@dataclass(frozen=True)
class Recording:
    """A file of the sound recorder that ran along with a take."""

    file: str
    start: int  # samples after the camera's first frame; negative when the recorder was first
    end: int  # samples before (negative) or after the camera's last frame
    tracks: tuple[str, ...] = ("BOOM",)
    clock_set: bool = True


@dataclass(frozen=True)
class Take:
    """One clip of the rushes."""

    clip: str
    setup: str
    take: int
    readings: tuple[Reading, ...]
    pace: float = 1.0  # above 1 reads slower
    gap: float = 0.42  # seconds of silence between speeches
    circled: bool = False
    stops: float = 0.0  # exposure
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    hum: float | None = None  # dBFS of the 50 Hz fundamental
    hiss: float | None = None  # dBFS
    damaged: bool = False
    recording: Recording | None = None
    logged_sound: bool = True  # the script supervisor wrote down the sound file's name
    notes: str = ""

    @property
    def scene(self) -> str:
        return self.setup[:-1]

    @property
    def wide(self) -> bool:
        return self.setup.endswith("A")


@dataclass(frozen=True)
class Card:
    """A camera card: one rate, and timecode that runs on from clip to clip."""

    name: str
    camera: str
    rate: Fraction
    start: str
    drop: bool
    suffix: str
    takes: tuple[Take, ...]


def _read(*keys: str) -> tuple[Reading, ...]:
    return tuple(Reading(key) for key in keys)


FLUB = Reading("1.3", "I have a, I have a letter for woman on island.", repeated=(0, 1, 2), dropped=(5, 8))
FALSE_START = Reading("1.1", "Is this the office for", dropped=(5, 6, 7))

CARDS = (
    Card("A001", "A", Fraction(24), "01:00:00:00", False, "mp4", (
        Take("A001C001", "1A", 1, _read("1.1", "1.2", "1.3", "1.4", "1.5"), 0.96, hum=-44.0, hiss=-57.0,
             damaged=True, notes="fridge hum next door"),
        Take("A001C002", "1A", 2, _read("1.1", "1.2", "1.3", "1.4", "1.5"), 1.0, notes="good"),
        Take("A001C003", "1B", 1, (Reading("1.1"), FLUB, Reading("1.5")), 1.0, notes="fluffed the letter"),
        Take("A001C004", "1B", 2, (FALSE_START,), 1.0, notes="false start, cut"),
        Take("A001C005", "1B", 3, _read("1.1", "1.3", "1.5"), 1.02, notes="good"),
        Take("A001C006", "1C", 1, _read("1.2", "1.4"), 1.04, circled=True, stops=-1.0, hiss=-56.0,
             notes="director's favourite; a stop under"),
        Take("A001C007", "1C", 2, _read("1.2", "1.4"), 0.97, notes="safe, exposure corrected"),
    )),
    Card("A002", "A", Fraction(24), "02:00:00:00", False, "mp4", (
        Take("A002C001", "2A", 1, _read("2.1", "2.2", "2.3", "2.4"), 0.97,
             recording=Recording("SR01-T01.wav", -31_417, -24_000), notes="good"),
        Take("A002C002", "2B", 1, _read("2.2", "2.4"), 0.96,
             recording=Recording("SR01-T02.wav", 18_233, -12_000, clock_set=False), logged_sound=False,
             notes="recorder swapped batteries, number not called"),
        Take("A002C003", "2C", 1, _read("2.1", "2.3"), 0.98,
             recording=Recording("SR01-T03.wav", 12_011, -12_000, ("BOOM", "LAV RUTH")), notes="good"),
    )),
    Card("B001", "B", Fraction(25), "03:00:00:00", False, "mov", (
        Take("B001C001", "3A", 1, _read("3.1", "3.2", "3.3", "3.4", "3.6"), 1.0, hum=-38.0, hiss=-60.0,
             notes="lamp hums; Tom skipped his last line"),
        Take("B001C002", "3B", 1, _read("3.1", "3.3"), 0.95, hum=-42.0, notes="lamp hums"),
        Take("B001C003", "3B", 2, _read("3.1", "3.3"), 1.03, notes="lamp fixed"),
        Take("B001C004", "3C", 1, _read("3.2", "3.4", "3.6"), 1.0, cast=(1.13, 1.0, 0.80), hiss=-54.0,
             notes="camera still on tungsten preset"),
    )),
    Card("C001", "C", Fraction(30000, 1001), "04:00:55;00", True, "mp4", (
        Take("C001C001", "3C", 2, _read("3.2", "3.4", "3.6"), 1.05, notes="third camera, borrowed"),
    )),
)  # fmt: skip

STRAY = "SR01-T04.wav"
STRAY_SAMPLES = 3 * 48_000
STRAY_CLOCK = 23 * 3600 * 48_000  # eleven at night: no camera was running


def speeches() -> dict[str, Speech]:
    """Every speech of the script by its key, in script order."""
    found: dict[str, Speech] = {}
    scene, number = 0, 0
    blocks = re.split(r"\n\s*\n", SCRIPT.read_text(encoding="utf-8"))
    for block in blocks:
        first, *rest = block.strip().splitlines()
        if first.startswith(("INT.", "EXT.")):
            scene, number = scene + 1, 0
        elif scene and rest and first.isupper():
            number += 1
            text = " ".join(line for line in rest if not line.startswith("("))
            found[f"{scene}.{number}"] = Speech(f"{scene}.{number}", len(found), first, text)
    return found


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())
