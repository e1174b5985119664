"""Takes of written scenes by synthetic voices, with what is read from where to where known exactly.

A take is spoken phrase by phrase and laid down with pauses between, so that every reading, false start and
remark off the script has the edges that the voice's own program tells (flite's sounds, festival's and
espeak-ng's words). Voices and scripts come in two sets: one to set constants by, one that only the reported
figures see.
"""

from __future__ import annotations

import random
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import gcd
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
from generated.readings import RATE, Voice, spoken_with_times
from numpy.typing import NDArray
from scipy.signal import resample_poly

from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.model import Line, spoken_words

SCRIPTS = Path(__file__).resolve().parents[1] / "takes"

Kind = Literal["reading", "partial", "reset", "false_start", "off"]
PEAK = 0.3  # of every phrase, of full scale
LEAD = 0.8  # seconds of the place alone before the first word and after the last
FADE = 80  # samples: no click where a phrase is cut out
REMARKS = (
    "sorry, can we go again please",
    "no wait, that came out wrong",
    "could somebody turn that radio down",
    "I lost the thread completely",
    "one more time from the beginning",
    "is my microphone rubbing again",
)
IMPROVISED = (
    "frankly I expected better weather for this kind of conversation",
    "my uncle kept seventeen pigeons and every one of them had a title",
    "people always laugh until the bill arrives",
    "there was a smell of oranges in the corridor this afternoon",
    "perhaps the mayor should dance with his own secretary",
    "nothing tastes worse than victory without butter",
    "we could simply leave and open a little restaurant in Portugal",
)
NOISES: Mapping[str, float | None] = {
    "clean": None,
    "room tone": 35.0,  # dB of the voice's level over the noise, while it speaks
    "noise at 20 dB": 20.0,
    "noise at 10 dB": 10.0,
}


@dataclass(frozen=True)
class Production:
    """A script, who speaks whom, and who speaks off the script."""

    script: str
    voices: Mapping[str, Voice]
    crew: Voice


REPORTED = (
    Production(
        "the-allotment",
        {"NORA": ("festival", "ked_diphone", ()), "HUGH": ("flite", "rms", ())},
        ("flite", "awb", ()),
    ),
    Production(
        "night-shift",
        {
            "CLARA": ("espeak-ng", "en-us+f4", ("-s", "140", "-p", "52")),
            "PETER": ("flite", "awb", ()),
        },
        ("flite", "rms", ()),
    ),
    Production(
        "the-tour",
        {"MARTA": ("flite", "rms", ()), "LEO": ("espeak-ng", "en-us-nyc+m7", ("-s", "145", "-p", "38"))},
        ("festival", "ked_diphone", ()),
    ),
)
TUNING = (
    Production(
        "tuning",
        {"ELSA": ("flite", "slt", ()), "VICTOR": ("flite", "kal", ("--setf", "duration_stretch=1.1"))},
        ("espeak-ng", "en-us+m3", ("-s", "140", "-p", "35")),
    ),
    Production(
        "tuning",
        {
            "ELSA": ("espeak-ng", "en+f2", ("-s", "150", "-p", "60")),
            "VICTOR": ("espeak-ng", "en-us+m3", ("-s", "140", "-p", "35")),
        },
        ("flite", "slt", ()),
    ),
)


@dataclass(frozen=True)
class Truth:
    """What is said in [start, end) seconds of a take. line: its place in the script; None off the script.
    complete: every word of the line is said. faults: what was done to it, for the tables."""

    kind: Kind
    line: int | None
    start: float
    end: float
    complete: bool
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class MadeTake:
    """sound: (n,) float, mono 16 kHz. form: what sort of take it is. setup, number: as the slate has it."""

    form: str
    setup: str
    number: int
    noise: str
    pickup: bool
    sound: NDArray[np.float64]
    truths: tuple[Truth, ...]


@dataclass
class _Phrase:
    """One breath: words, and the silence before it. cut: as many of its words as are said in two breaths."""

    voice: Voice
    words: Sequence[str]
    before: float
    kind: Kind
    line: int | None = None
    complete: bool = True
    faults: tuple[str, ...] = ()
    pause_after: int | None = None  # words after which the speaker stops to think


@dataclass
class _Plan:
    """The phrases of a take while it is being planned."""

    lines: Sequence[Line]
    made: Production
    chance: random.Random
    phrases: list[_Phrase] = field(default_factory=list)

    def voice(self, line: int) -> Voice:
        return self.made.voices[self.lines[line].character]

    def words(self, line: int) -> list[str]:
        return spoken_words(self.lines[line].text)

    def gap(self) -> float:
        return self.chance.uniform(0.35, 1.4)

    def read(self, line: int) -> None:
        self.phrases.append(_Phrase(self.voice(line), self.words(line), self.gap(), "reading", line))

    def thinks(self, line: int) -> None:
        """The line with a long pause somewhere inside."""
        words = self.words(line)
        at = self.chance.randrange(2, len(words) - 1)
        self.phrases.append(
            _Phrase(self.voice(line), words, self.gap(), "reading", line, faults=("pause",), pause_after=at)
        )

    def drops(self, line: int) -> None:
        words = self.words(line)
        long = [at for at in range(1, len(words) - 1) if len(words[at]) > 4]
        at = self.chance.choice(long or range(1, len(words) - 1))
        count = self.chance.choice((1, 2)) if at + 2 < len(words) else 1
        said = [*words[:at], *words[at + count :]]
        self.phrases.append(
            _Phrase(self.voice(line), said, self.gap(), "partial", line, False, ("dropped words",))
        )

    def repeats(self, line: int) -> None:
        words = self.words(line)
        count = self.chance.choice((1, 2, 3))
        at = self.chance.randrange(0, len(words) - count)
        said = [*words[: at + count], *words[at:]]
        self.phrases.append(
            _Phrase(self.voice(line), said, self.gap(), "reading", line, True, ("repeated words",))
        )

    def breaks_off(self, line: int) -> None:
        """The first part of the line, more than half, and nothing after it."""
        words = self.words(line)
        count = max(len(words) // 2 + 1, round(len(words) * self.chance.uniform(0.6, 0.8)))
        self.phrases.append(
            _Phrase(self.voice(line), words[:count], self.gap(), "partial", line, False, ("broken off",))
        )

    def starts_falsely(self, line: int) -> None:
        """The first words, under half of the line; a stop; then the line."""
        words = self.words(line)
        count = self.chance.randrange(2, max(3, min(6, (len(words) + 1) // 2)))
        self.phrases.append(
            _Phrase(self.voice(line), words[:count], self.gap(), "false_start", line, False, ("false start",))
        )
        self.phrases.append(
            _Phrase(
                self.voice(line),
                words,
                self.chance.uniform(0.6, 2.0),
                "reading",
                line,
                faults=("after a false start",),
            )
        )

    def says(self, voice: Voice, text: str, fault: str) -> None:
        self.phrases.append(_Phrase(voice, spoken_words(text), self.gap(), "off", faults=(fault,)))

    def remarks(self, line: int) -> None:
        self.says(self.voice(line), self.chance.choice(REMARKS), "remark")

    def improvises(self, line: int) -> None:
        self.says(self.voice(line), self.chance.choice(IMPROVISED), "improvised")


def made_takes(production: Production, seed: int) -> list[MadeTake]:
    """Sixteen takes of two set-ups: whole and in part, and everything that goes wrong on a day."""
    lines = read_fountain((SCRIPTS / f"{production.script}.fountain").read_text()).lines()
    takes = []
    counted: dict[str, int] = {}
    noises = list(NOISES)
    for number, (form, setup, plan) in enumerate(_FORMS):
        chance = random.Random(f"{seed} {production.script} {production.crew} {number}")
        planned = _Plan(lines, production, chance)
        plan(planned)
        counted[setup] = counted.get(setup, 0) + 1
        noise = noises[(number + number // len(noises) + seed) % len(noises)]  # every form meets several
        sound, truths = _laid(planned.phrases, noise, number + 100 * seed)
        takes.append(
            MadeTake(
                form=form,
                setup=f"{lines[0].scene}{setup}",
                number=counted[setup],
                noise=noise,
                pickup=form == "pickup",
                sound=sound,
                truths=truths,
            )
        )
    return takes


def _long(plan: _Plan, places: Sequence[int], least: int = 6) -> list[int]:
    return [at for at in places if len(plan.words(at)) >= least]


def _whole(plan: _Plan) -> None:
    for line in range(len(plan.lines)):
        plan.read(line)


def _opening(plan: _Plan) -> None:
    for line in range(len(plan.lines) // 2 + 1):
        plan.read(line)


def _pickup(plan: _Plan) -> None:
    first = plan.chance.randrange(3, len(plan.lines) - 4)
    for line in range(first, len(plan.lines)):
        plan.read(line)


def _with(slip: Callable[[_Plan, int], None], count: int) -> Callable[[_Plan], None]:
    """Most of the scene, `count` of its longer lines read so."""

    def plan_of(plan: _Plan) -> None:
        last = len(plan.lines) - plan.chance.randrange(0, 4)
        chosen = set(plan.chance.sample(_long(plan, range(last)), count))
        for line in range(last):
            if line in chosen:
                slip(plan, line)
            else:
                plan.read(line)

    return plan_of


def _improvising(plan: _Plan) -> None:
    last = len(plan.lines)
    chosen = set(plan.chance.sample(range(1, last), 3))
    for line in range(last):
        if line in chosen:
            plan.improvises(line)
        if line not in chosen or plan.chance.random() < 0.5:  # in place of the line, or before it
            plan.read(line)


def _swapping(plan: _Plan) -> None:
    order = list(range(len(plan.lines)))
    at = plan.chance.randrange(0, len(order) // 2 - 1)
    for place in (at, at + len(order) // 2):
        order[place], order[place + 1] = order[place + 1], order[place]
    for line in order:
        plan.read(line)


def _resetting(plan: _Plan) -> None:
    stop = plan.chance.randrange(3, len(plan.lines) - 2)
    back = plan.chance.randrange(0, stop - 1)
    for line in range(stop):
        plan.read(line)
    if plan.chance.random() < 0.5:
        plan.remarks(stop)
    else:
        plan.says(plan.made.crew, plan.chance.choice(REMARKS), "remark")
    for line in range(back, len(plan.lines)):
        plan.read(line)


def _breaking_off(plan: _Plan) -> None:
    stop = plan.chance.choice(_long(plan, range(3, len(plan.lines))))
    for line in range(stop):
        plan.read(line)
    plan.breaks_off(stop)
    plan.remarks(stop)


def _single(plan: _Plan) -> None:
    """One line again and again, with remarks between."""
    line = plan.chance.choice(_long(plan, range(2, len(plan.lines))))
    plan.read(line)
    plan.says(plan.made.crew, plan.chance.choice(REMARKS), "remark")
    plan.starts_falsely(line)


_FORMS: tuple[tuple[str, str, Callable[[_Plan], None]], ...] = (
    ("whole", "A", _whole),
    ("false starts", "A", _with(_Plan.starts_falsely, 3)),
    ("swapped lines", "A", _swapping),
    ("improvised", "A", _improvising),
    ("dropped words", "A", _with(_Plan.drops, 3)),
    ("repeated words", "A", _with(_Plan.repeats, 3)),
    ("reset", "A", _resetting),
    ("pauses", "A", _with(_Plan.thinks, 3)),
    ("in part", "B", _opening),
    ("false starts", "B", _with(_Plan.starts_falsely, 3)),
    ("pickup", "B", _pickup),
    ("improvised", "B", _improvising),
    ("broken off", "B", _breaking_off),
    ("swapped lines", "B", _swapping),
    ("reset", "B", _resetting),
    ("one line again", "B", _single),
)


def _laid(phrases: Sequence[_Phrase], noise: str, seed: int) -> tuple[NDArray[np.float64], tuple[Truth, ...]]:
    """The phrases one after another in the noise of the place, and what is said where."""
    parts: list[NDArray[np.float64]] = [np.zeros(int(LEAD * RATE))]
    truths: list[Truth] = []
    at = len(parts[0])
    for place, one in enumerate(phrases):
        gap = int((one.before if place else 0.0) * RATE)
        parts.append(np.zeros(gap))
        at += gap
        pieces = [one.words]
        if one.pause_after is not None:
            pieces = [one.words[: one.pause_after], one.words[one.pause_after :]]
        first = last = 0.0
        for number, words in enumerate(pieces):
            if number:
                silence = np.zeros(int(0.9 * RATE))
                parts.append(silence)
                at += len(silence)
            sound, start, end = spoken(one.voice, tuple(words))
            if not number:
                first = at / RATE + start
            last = at / RATE + end
            parts.append(sound)
            at += len(sound)
        again = any(later.line == one.line and later.kind != "off" for later in phrases[place + 1 :])
        kind: Kind = "reset" if again and one.kind in ("reading", "partial") else one.kind
        truths.append(Truth(kind, one.line, first, last, one.complete, one.faults))
    parts.append(np.zeros(int(LEAD * RATE)))
    clean = np.concatenate(parts)
    loud = clean[np.abs(clean) > 0.01]
    level = float(np.sqrt(np.mean(loud**2)))
    over = NOISES[noise]
    dice = np.random.default_rng(seed)
    hiss = dice.normal(0, 3e-4, len(clean))
    if over is not None:
        steep = (
            1.0 if noise.startswith("noise") else 2.0
        )  # power falls with frequency: pink, or a room's rumble
        hiss = coloured(len(clean), steep, dice) * level / 10 ** (over / 20)
    return np.clip(clean + hiss, -1, 1), tuple(truths)


def coloured(samples: int, steep: float, dice: np.random.Generator) -> NDArray[np.float64]:
    """Noise of level 1 whose power falls as frequency to the power `steep` (1: pink), flat under 40 Hz."""
    spectrum = np.fft.rfft(dice.normal(size=samples))
    frequency = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 40.0)
    shaped = np.fft.irfft(spectrum * frequency ** (-steep / 2), samples)
    return shaped / float(np.sqrt(np.mean(shaped**2)))


@lru_cache(maxsize=4096)
def spoken(voice: Voice, words: tuple[str, ...]) -> tuple[NDArray[np.float64], float, float]:
    """The words in one breath, with where the first begins and the last ends in it, in seconds."""
    if voice[0] == "flite":
        sound, start, end = _flite(voice, words)
    else:
        heard, times = spoken_with_times(voice, words)
        sound = heard.astype(np.float64) / 32768
        known = [one / 1000 for pair in times for one in pair if one == one]
        start, end = min(known), max(known)
    first, last = max(0, int((start - 0.03) * RATE)), min(len(sound), int((end + 0.06) * RATE))
    cut = sound[first:last].copy()
    cut *= PEAK / max(float(np.abs(cut).max()), 1e-6)
    ramp = np.linspace(0, 1, FADE)
    cut[:FADE] *= ramp
    cut[-FADE:] *= ramp[::-1]
    return cut, start - first / RATE, end - first / RATE


def _flite(voice: Voice, words: Sequence[str]) -> tuple[NDArray[np.float64], float, float]:
    """flite prints every sound with its end; pauses are called pau."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        command = ["flite", "-voice", voice[1], *voice[2], "-psdur", "-t", " ".join(words), str(out)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        samples, rate = soundfile.read(out, dtype="float64")
    common = gcd(rate, RATE)
    sound = resample_poly(samples, RATE // common, rate // common) if rate != RATE else samples
    ends = [(name, float(end)) for name, end in re.findall(r"(\S+):([\d.]+)", printed)]
    said = [at for at, (name, _) in enumerate(ends) if name != "pau"]
    start = ends[said[0] - 1][1] if said[0] else 0.0
    return sound, start, ends[said[-1]][1]
