"""Readings of written lines by synthetic voices, with what went wrong in each known (for bench/speech.py).

Every reading is spoken from its own words, slips included, so that the slips have the sound of running
speech. Voices and lines come in two sets: one for setting constants, one that only the reported figures see.
Voices are those of the programs flite, festival and espeak-ng where they are installed.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

RATE = 16_000

# program, voice, further settings
Voice = tuple[str, str, tuple[str, ...]]
TUNING_VOICES: tuple[Voice, ...] = (
    ("flite", "slt", ()),
    ("flite", "kal", ("--setf", "duration_stretch=1.1")),
    ("espeak-ng", "en+f2", ("-s", "150", "-p", "60")),
    ("espeak-ng", "en-us+m3", ("-s", "140", "-p", "35")),
    ("espeak-ng", "en-gb-scotland", ("-s", "150", "-p", "45")),
)
REPORTED_VOICES: tuple[Voice, ...] = (
    ("flite", "rms", ()),
    ("flite", "awb", ()),
    ("festival", "ked_diphone", ()),
    ("espeak-ng", "en-gb-x-rp+f3", ("-s", "145", "-p", "55")),
    ("espeak-ng", "en-us-nyc+m7", ("-s", "150", "-p", "40")),
    ("espeak-ng", "en-gb-x-gbclan+f4", ("-s", "140", "-p", "50")),
    ("espeak-ng", "en-us+m1", ("-s", "160", "-p", "30")),
    ("espeak-ng", "en-gb-x-gbcwmd+m5", ("-s", "135", "-p", "42")),
)

TUNING_LINES = (
    "Is this the office for the island boat?",
    "The last boat left an hour ago, so you will have to wait.",
    "You can leave your bag here until the morning if you like.",
    "My brother used to play the piano in that room every Sunday.",
    "What is the name painted on the front of the house?",
    "She told me never to open the green letter on the table.",
    "We walked along the river until the lights went out.",
    "Nobody has seen the captain since the storm last winter.",
    "I bought two tickets, one for you and one for the doctor.",
    "There is nothing left in the kitchen but bread and cold coffee.",
    "The farmer counted his sheep twice before he closed the gate.",
    "Why would anyone hide a camera inside a broken radio?",
    "Take the second road on the left after the old church.",
    "Your mother called again and she wants to know about the wedding.",
    "They are going to sell the factory to a man from the city.",
    "Close the window, please, the children are trying to sleep.",
)
TUNING_OTHER = (
    "A yellow bicycle was leaning against the wall of the bakery.",
    "Seven students failed the chemistry exam because of the noise.",
    "Our neighbours keep a parrot that whistles at the postman.",
    "Thick clouds gathered over the mountain during the afternoon.",
    "He repairs watches and clocks in a tiny shop near the station.",
    "Pepper and garlic are all this soup needs to taste better.",
)
REPORTED_LINES = (
    "I never said the money was mine, I said I found it.",
    "Put the gun down and step away from the door.",
    "The train to London leaves from platform nine at midnight.",
    "Did your father ever tell you about the fire in the hotel?",
    "We have enough water for three days and food for two.",
    "Somebody moved the picture above the bed while we were out.",
    "Please ask the manager to bring the other key upstairs.",
    "He drives a black car with a broken light at the back.",
    "If the judge believes her story we will lose the garden.",
    "I dreamed about a white horse standing in the snow.",
    "The baker across the street opens at five in the morning.",
    "You promised to write every week and you never wrote once.",
    "Tell the driver to turn around at the next corner.",
    "My daughter plays football with the boys behind the school.",
    "They buried the treasure under the tallest tree on the hill.",
    "It was raining when the soldiers marched through the village.",
    "Nothing in this office works except the coffee machine.",
    "Would you rather sing for the king or dance for the people?",
    "The professor lost his glasses in the back of a taxi.",
    "Hold the rope with both hands and do not look down.",
)
REPORTED_OTHER = (
    "Several dolphins followed our ship towards the harbour.",
    "Grandmother polishes her silver spoons on rainy evenings.",
    "The committee postponed its decision about the new bridge.",
    "Carrots grow better when the soil is loose and sandy.",
    "An orange kite was caught in the branches near the chapel.",
    "Fifteen nurses shared one telephone on the third floor.",
    "This museum owns the largest collection of maps in Europe.",
    "Fresh paint covered every bench along the avenue.",
)
WRONG_WORDS = (
    "yesterday", "mountain", "seventeen", "elephant", "purple", "question", "holiday", "carpet", "engine",
    "never", "butter", "window", "orchestra", "village", "thunder", "private", "running", "beautiful",
)  # fmt: skip
EXTRA_WORDS = (
    "really", "actually", "you know", "somehow", "well", "honestly", "maybe", "of course", "probably",
)  # fmt: skip
SMALL = frozenset(
    (
        "a", "an", "the", "of", "to", "in", "on", "at", "is", "it", "i", "he", "we", "you", "my", "his",
        "her", "and", "or", "for", "so", "by", "with", "from", "was", "are", "be", "if", "do",
    )
)  # fmt: skip

KINDS = (
    "faithful",
    "repeated",
    "dropped",
    "substituted",
    "swapped",
    "inserted",
    "improvised",
    "wrong_page",
)


@dataclass(frozen=True)
class MadeReading:
    """What is spoken, which line it reads (None: none of the script's), and the slips in it: kind and the
    index of the line's word it happens at (of an inserted word: the word after it)."""

    kind: str
    voice: Voice
    spoken: tuple[str, ...]
    line: int | None
    slips: tuple[tuple[str, int], ...]


def words_of(text: str) -> list[str]:
    return "".join(one for one in text.lower() if one.isalnum() or one in " '").split()


def made_readings(
    lines: Sequence[str], other: Sequence[str], voices: Sequence[Voice], each: int, seed: int
) -> list[MadeReading]:
    """`each` readings of every kind by every voice; improvised and wrong-page ones are words of no line."""
    made: list[MadeReading] = []
    for number, voice in enumerate(voices):
        chance = random.Random(f"{seed} {number}")
        for kind in KINDS:
            for _ in range(each):
                made.append(_made(kind, lines, other, voice, chance))
    return made


def _made(
    kind: str, lines: Sequence[str], other: Sequence[str], voice: Voice, chance: random.Random
) -> MadeReading:
    if kind == "wrong_page":
        return MadeReading(kind, voice, tuple(words_of(chance.choice(other))), None, ())
    if kind == "improvised":
        # Words of the script's own kind, in an order nobody wrote: halves of two sentences of another script.
        first, second = chance.sample(list(other), 2)
        one, two = words_of(first), words_of(second)
        return MadeReading(kind, voice, (*two[len(two) // 2 :], *one[: len(one) // 2]), None, ())
    place = chance.randrange(len(lines))
    words = words_of(lines[place])
    spoken, slips = _slipped(kind, words, chance)
    return MadeReading(kind, voice, tuple(spoken), place, tuple(slips))


def _slipped(kind: str, words: list[str], chance: random.Random) -> tuple[list[str], list[tuple[str, int]]]:
    last = len(words) - 1
    if kind == "repeated":
        length = chance.choice((1, 2, 3))
        at = chance.randrange(0, last - length)
        again = range(at, at + length)
        return words[: at + length] + words[at:], [("repeated", index) for index in again]
    if kind == "dropped":
        telling = [index for index in range(1, last) if words[index] not in SMALL]
        at = chance.choice(telling)
        length = chance.choice((1, 2)) if at + 1 < last else 1
        return words[:at] + words[at + length :], [("dropped", index) for index in range(at, at + length)]
    if kind == "substituted":
        at = chance.choice([index for index in range(1, last + 1) if words[index] not in SMALL])
        wrong = chance.choice([one for one in WRONG_WORDS if one not in words])
        return [*words[:at], wrong, *words[at + 1 :]], [("substituted", at)]
    if kind == "swapped":
        pairs = [
            index
            for index in range(0, last)
            if words[index] != words[index + 1] and not {words[index], words[index + 1]} <= SMALL
        ]
        at = chance.choice(pairs)
        return [*words[:at], words[at + 1], words[at], *words[at + 2 :]], [("swapped", at)]
    if kind == "inserted":
        at = chance.randrange(1, last + 1)
        extra = chance.choice(EXTRA_WORDS).split()
        return [*words[:at], *extra, *words[at:]], [("inserted", at)] * len(extra)
    return words, []


def missing_programs(voices: Sequence[Voice]) -> list[str]:
    """The programs of these voices that are not installed here."""
    return sorted({program for program, _, _ in voices if shutil.which(program) is None})


def speak(voice: Voice, words: Sequence[str]) -> NDArray[np.int16]:
    """The words in one breath, mono 16 kHz, with half a second of faint hiss before and after."""
    program, name, settings = voice
    text = " ".join(words)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        if program == "flite":
            _run(["flite", "-voice", name, *settings, "-t", text, str(out)])
        elif program == "espeak-ng":
            _run(["espeak-ng", "-v", name, *settings, "-w", str(out), text])
        else:
            _festival(name, text, out)
        return in_hiss(_read(out))


def spoken_with_times(
    voice: Voice, words: Sequence[str]
) -> tuple[NDArray[np.int16], list[tuple[float, float]]]:
    """The words as festival or espeak-ng says them, and where each begins and ends (milliseconds; nan where
    the program does not say)."""
    program, name, settings = voice
    text = " ".join(words)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        if program == "festival":
            times = _festival(name, text, out)
            sound = _read(out)
        else:
            sound, times = _espeak_with_times(name, settings, words)
    air = 500  # milliseconds of hiss before
    return in_hiss(sound), [(1000 * start + air, 1000 * end + air) for start, end in times]


def in_hiss(sound: NDArray[np.float64]) -> NDArray[np.int16]:
    noise = np.random.default_rng(5).normal(0, 3e-4, len(sound) + RATE)
    noise[RATE // 2 : RATE // 2 + len(sound)] += sound * (0.3 / max(float(np.abs(sound).max()), 1e-6))
    return (np.clip(noise, -1, 1) * 32767).astype(np.int16)


def _read(path: Path) -> NDArray[np.float64]:
    samples, rate = soundfile.read(path, dtype="float64")
    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    common = gcd(rate, RATE)
    return resample_poly(mono, RATE // common, rate // common) if rate != RATE else mono


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _festival(name: str, text: str, out: Path) -> list[tuple[float, float]]:
    """Festival's own word times, in seconds."""
    script = (
        f"(voice_{name})\n"
        f'(set! said (SynthText "{text}"))\n'
        f'(utt.save.wave said "{out}")\n'
        '(mapcar (lambda (word) (format t "%f %f\\n" (item.feat word \'word_start) '
        "(item.feat word 'word_end))) (utt.relation.items said 'Word))\n"
    )
    batch = out.with_suffix(".scm")
    batch.write_text(script)
    rows = _run(["festival", "--batch", str(batch)]).splitlines()
    return [(float(one.split()[0]), float(one.split()[1])) for one in rows if one.strip()]


# espeak-ng's library tells when each word and sound begins; its licence keeps it in a process of its own.
_ESPEAK = r"""
import ctypes, json, sys
out, voice, rate, pitch, text = sys.argv[1:]
lib = ctypes.CDLL("libespeak-ng.so.1")
class Name(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("string", ctypes.c_char * 8)]
class Event(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("identifier", ctypes.c_uint), ("place", ctypes.c_int),
                ("length", ctypes.c_int), ("position", ctypes.c_int), ("sample", ctypes.c_int),
                ("user", ctypes.c_void_p), ("name", Name)]
hertz = lib.espeak_Initialize(2, 0, None, 1)
heard, events = [], []
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))
def take(samples, count, event):
    if samples:
        heard.extend(samples[:count])
    at = 0
    while event[at].type:
        if event[at].type in (1, 7):
            sound = event[at].name.string.decode() if event[at].type == 7 else ""
            events.append((event[at].place - 1, event[at].sample / hertz, sound))
        at += 1
    return 0
lib.espeak_SetSynthCallback(take)
assert lib.espeak_SetVoiceByName(voice.encode()) == 0
lib.espeak_SetParameter(1, int(rate), 0)
lib.espeak_SetParameter(3, int(pitch), 0)
coded = text.encode()
lib.espeak_Synth(coded, len(coded) + 1, 0, 1, 0, 1, None, None)
lib.espeak_Synchronize()
import numpy, soundfile
soundfile.write(out, numpy.array(heard, "int16"), hertz)
print(json.dumps([events, len(heard) / hertz]))
"""


def _espeak_with_times(
    name: str, settings: Sequence[str], words: Sequence[str]
) -> tuple[NDArray[np.float64], list[tuple[float, float]]]:
    """A word that espeak-ng says as one with its neighbour has no time of its own: (nan, nan)."""
    chosen = dict(zip(settings[::2], settings[1::2], strict=True))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        printed = _run(
            [
                *(sys.executable, "-c", _ESPEAK, str(out), name),
                *(chosen.get("-s", "150"), chosen.get("-p", "50"), " ".join(words)),
            ]
        )
        events, length = json.loads(printed)
        sound = _read(out)
    places = np.cumsum([0, *(len(one) + 1 for one in words)])[:-1].tolist()
    starts = {place: time for place, time, sound_name in events if not sound_name}
    pauses = [time for _, time, sound_name in events if sound_name.startswith("_")]
    times: list[tuple[float, float]] = []
    for at, place in enumerate(places):
        follows = places[at + 1] if at + 1 < len(places) else None
        if place not in starts or (follows is not None and follows not in starts):
            times.append((float("nan"), float("nan")))
            continue
        after = [*(pause for pause in pauses if pause > starts[place]), length]
        end = min(after[0], starts[follows]) if follows is not None else after[0]
        times.append((starts[place], end))
    return sound, times
