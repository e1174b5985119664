"""Stems made of a plan: clips in their places with their fades, room tone between them, music ridden."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.diagnosis import pauses_between
from answerprint.departments.sound.gathering import WaveSound, sample_at
from answerprint.departments.sound.levels import LoudnessMeter
from answerprint.departments.sound.matching.room_tone import NEEDED, room_tone, still_spans
from answerprint.departments.sound.mixing import RATE, MixClip, Samples, mix_blocks
from answerprint.departments.sound.stems.ducking import gains_at
from answerprint.departments.sound.stems.placing import CHANNELS, Placed, placing
from answerprint.departments.sound.stems.sorting import STEMS, Stem
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm
from answerprint.media.wave import read_wave_blocks, read_wave_chunks
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.measuring import HEARD_RATE, Ear
from answerprint.pipeline.mixdown.planning import Asked, Plan
from answerprint.pipeline.mixdown.runs import Run, gaps

BLOCK = 1 << 18  # samples mixed at a time
LISTENED = 120  # seconds of a run in which its stillness is looked for
UNDER = 0.010  # seconds that tone reaches under the clips beside it
CROSS = 1.0  # seconds over which the tone of one recording becomes the other's, at most

Doubles = NDArray[np.float64]


class Tone(msgspec.Struct, frozen=True, kw_only=True):
    """A gap of the dialogue. first, end: frames of the cut; of: what its tone is made of, empty where it
    stays silent."""

    first: int
    end: int
    of: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Made:
    """Stems in the work folder, untrimmed. energies: of every tenth of a second; spoken: seconds; tone: the
    room tone alone, which is in the dialogue too, where there is any."""

    waves: Mapping[Stem, Path]
    tone: Path | None
    energies: Mapping[Stem, Doubles]
    spoken: tuple[tuple[float, float], ...]
    tones: tuple[Tone, ...]
    samples: int


def make_stems(plan: Plan, asked: Asked, work: Path, tell: Callable[[float], None]) -> Made:
    """Every stem as a wave file of the cut's length."""
    rate = plan.cut.rate
    total = sample_at(plan.cut.frames, rate)
    tones, tone_clips = _tones(plan, asked, work)
    waves, energies = {}, {}
    for number, stem in enumerate(STEMS):
        clips = [_clip(plan, run, asked) for run in plan.of_stem(stem)]
        clips += tone_clips if stem == "dialogue" else []
        waves[stem] = work / f"{stem}.wav"
        meter = LoudnessMeter(RATE, len(CHANNELS[asked.layout]), true_peak=False)

        def blocks(
            clips: Sequence[MixClip] = clips, meter: LoudnessMeter = meter, number: int = number
        ) -> Iterator[Samples]:
            for first, block in mix_blocks(clips, total, len(CHANNELS[asked.layout]), BLOCK):
                meter.add(block)
                tell((number + first / total) / len(STEMS))
                yield block

        write_wave(waves[stem], blocks(), RATE, bits=32)
        energies[stem] = meter.energies()
    tone = work / "tone.wav" if tone_clips else None
    if tone is not None:
        alone = mix_blocks(tone_clips, total, len(CHANNELS[asked.layout]), BLOCK)
        write_wave(tone, (block for _, block in alone), RATE, bits=32)
    ear = Ear(0)
    for block in read_sound(waves["dialogue"], SoundForm(rate=HEARD_RATE, mono=True)):
        ear.hear(block.samples[:, 0])
    return Made(waves, tone, energies, tuple(ear.spoken()), tones, total)


def stem_blocks(path: Path, points: Sequence[tuple[float, float]] | None = None) -> Iterator[Samples]:
    """A stem's blocks, ridden by break points where they are given."""
    at = 0
    for block in read_wave_blocks(path, read_wave_chunks(path), block=BLOCK):
        if points is not None:
            block = (block * gains_at(points, at, len(block), RATE)[:, None]).astype(np.float32)
        at += len(block)
        yield block


def _clip(plan: Plan, run: Run, asked: Asked) -> MixClip:
    rate = plan.cut.rate
    start, end = sample_at(run.first, rate), sample_at(run.end, rate)
    wave = plan.held[run.key].wave
    chunks = read_wave_chunks(wave)
    sound = WaveSound(wave, chunks, min(end - start, chunks.frames))
    edit = round(asked.fade * RATE)

    def fade(frames: int) -> int:
        return max(edit, round(Fraction(frames) / rate * RATE))

    return MixClip(
        Placed(sound, placing(chunks.format.channels, asked.layout, plan.stem_of(run))),
        start,
        plan.gains[run.key].gain_db,
        fade_in=fade(run.fade_in),
        fade_out=fade(run.fade_out),
        shape="equal_power",
    )


def _tones(plan: Plan, asked: Asked, work: Path) -> tuple[tuple[Tone, ...], list[MixClip]]:
    """Room tone for the gaps of the dialogue: of the recording before, becoming that of the one after."""
    rate = plan.cut.rate
    longest = int(asked.tone * rate)
    told: list[Tone] = []
    clips: list[MixClip] = []
    stillness: dict[str, tuple[Samples, list[tuple[int, int]]] | None] = {}
    for before, after, first, end in gaps(plan.of_stem("dialogue"), longest):
        sides = []
        for run in (before, after):
            if run.key not in stillness:
                stillness[run.key] = _stillness(plan.held[run.key].wave)
            found = stillness[run.key]
            if found is not None:
                sides.append((run, *found))
        if not sides:
            told.append(Tone(first=first, end=end, of=(), reason="no half second of stillness beside it"))
            continue
        under = round(UNDER * RATE)
        low, high = sample_at(first, rate) - under, sample_at(end, rate) + under
        low, high = max(0, low), min(high, sample_at(plan.cut.frames, rate))
        cross = min(round(CROSS * RATE), (high - low) // 2)
        middle = (low + high) // 2
        ends = [(low, high)] if len(sides) == 1 else [(low, middle + cross // 2), (middle - cross // 2, high)]
        for number, ((run, sound, spans), (begins, stops)) in enumerate(zip(sides, ends, strict=True)):
            wave = work / f"tone-{first}-{number}.wav"
            write_wave(wave, room_tone(sound, RATE, spans, stops - begins, seed=first + 1), RATE, bits=32)
            placed = Placed(
                WaveSound(wave, read_wave_chunks(wave), stops - begins),
                placing(sound.shape[1], asked.layout, "dialogue"),
            )
            tone = MixClip(
                placed,
                begins,
                plan.gains[run.key].gain_db,
                fade_in=under if number == 0 else cross,
                fade_out=under if number == len(sides) - 1 else cross,
                shape="equal_power",
            )
            clips.append(tone)
        told.append(
            Tone(
                first=first,
                end=end,
                of=tuple(dict.fromkeys(run.name for run, *_ in sides)),
                reason="room tone of the clips beside it",
            )
        )
    return tuple(told), clips


def _stillness(wave: Path) -> tuple[Samples, list[tuple[int, int]]] | None:
    """A run's sound and where it is still; None where that is not enough."""
    from answerprint.pipeline.cleaning.cleaning import voices_in

    chunks = read_wave_chunks(wave)
    blocks = read_wave_blocks(wave, chunks, end=min(chunks.frames, LISTENED * RATE))
    samples = np.concatenate(list(blocks))
    mono = samples.mean(axis=1).astype(np.float32)
    sound = mono.astype(np.float64)
    spans = still_spans(sound, RATE, pauses_between(sound, RATE, voices_in(mono)))
    return (samples, spans) if sum(end - start for start, end in spans) >= NEEDED * RATE else None
