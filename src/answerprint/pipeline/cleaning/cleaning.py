"""A file's sound cleaned, piece by piece: what helps is decided on, then done from end to end.

Memory stays that of a few pieces, and a run that was broken off goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from answerprint.departments.footage.sound.voice import voice_ranges
from answerprint.departments.footage.speech.sound_in_file import voice_backend
from answerprint.departments.sound.cleaning.chain import OPS, Applied, Heard, Network, clean
from answerprint.departments.sound.diagnosis import diagnose
from answerprint.departments.sound.troubles import Trouble, together, troubles
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.cleaning.networks import chosen_network
from answerprint.pipeline.cleaning.parts import FADE, Parts
from answerprint.pipeline.cleaning.recipe import Link, Recipe
from answerprint.pipeline.cleaning.source import MARGIN, RATE, Source

TRIALS = 6  # stretches, spread over the whole, on which is decided what helps
TRIAL = 20 * RATE  # samples of each
REPAIRS = ("de-click", "fill", "de-clip")  # judged place by place, not by the whole
HEARD = 3  # 48 kHz over the 16 kHz at which voices are listened for
AT_ONCE = 2  # pieces in work

Samples = NDArray[np.float32]
Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Request:
    """What is asked for. floor: dB, chosen by the recording without it. model: a waveform model of the
    user's in RNNoise's place. steps: those that may be tried. wet: the share of the cleaned sound, 0 … 1.
    decided: (channel from 1, step) → kept, whatever is measured. every_channel: mixes are cleaned too."""

    floor: float | None = None
    model: Path | None = None
    steps: Collection[str] = OPS
    wet: float = 1.0
    decided: dict[tuple[int, str], bool] | None = None
    every_channel: bool = False


class Cleaning(msgspec.Struct, frozen=True, kw_only=True):
    """What was found and done. samples: a channel's, at 48 kHz. left: channels that were copied, and why.
    resumed: pieces that an earlier run had done."""

    samples: int
    channels: int
    network: str
    diagnosis: tuple[Trouble, ...]
    chain: tuple[Link, ...]
    left: dict[int, str]
    resumed: int
    recipe: Recipe


@dataclass(frozen=True)
class _Piece:
    samples: Samples  # with FADE samples of its neighbours where it has any
    applied: dict[int, list[Applied]]  # by channel
    found: list[Trouble]


def clean_file(
    path: Path,
    out: Path | None,
    request: Request,
    *,
    residual: Path | None = None,
    stream: int | None = None,
    tell: Tell = lambda what, done: None,
) -> Cleaning:
    """Cleans every channel of `path` into `out`, a 48 kHz float wave file; what was taken into `residual`.

    Without `out` it is only told what would be done. The wave's timecode, channel names and iXML are kept; a
    mix beside its split tracks, and timecode, are copied. Raises MediaError as `sound_of`, `read_sound` and
    `write_wave`, ModelError as the network does.
    """
    source = Source.of(path, stream)
    network, run = chosen_network(request.model)
    work = _Work(source, request, run)
    pieces = source.pieces()
    stretches = pieces if len(pieces) == 1 else _spread(source.samples)
    trials = []
    for number, made in enumerate(work.done(stretches, work.wanted(), {})):
        trials.append(made)
        tell("listening", (number + 1) / len(stretches))
    links = _links(trials, request)
    recipe = Recipe(
        input=path.name,
        digest=_digest(path),
        floor=request.floor,
        wet=request.wet,
        network=network,
        chain=tuple(links),
    )
    found: Iterable[Sequence[Trouble]] = [one.found for one in trials]
    resumed = 0
    if out is not None and len(pieces) == 1 and not request.decided:
        _write(source, out, iter([trials[0].samples]), request.wet, residual)
    elif out is not None:
        key = hashlib.sha256(recipe.encoded() + repr(request).encode()).hexdigest()
        parts = Parts(out, key, pieces)
        there = set(parts.done())
        resumed = len(there)
        waiting = [number for number in range(len(pieces)) if number not in there]
        steps = {channel: {op for op in ops if op in REPAIRS} for channel, ops in work.wanted().items()}
        forced: dict[int, set[str]] = {}
        for link in links:
            channel = link.channel - 1
            if link.kept:
                steps[channel].add(link.op)
                forced.setdefault(channel, set()).update({link.op} - set(REPAIRS))
            else:
                steps[channel].discard(link.op)
        trials.clear()
        for made, number in zip(
            work.done([pieces[one] for one in waiting], steps, forced), waiting, strict=True
        ):
            parts.add(number, made.samples, made.found)
            tell("cleaning", (number + 1) / len(pieces))
        found = list(parts.troubles())
        _write(source, out, parts.joined(), request.wet, residual)
        parts.forget()
    return Cleaning(
        samples=source.samples,
        channels=source.channels,
        network=network,
        diagnosis=tuple(together(found)),
        chain=tuple(links),
        left={channel + 1: why for channel, why in work.left.items()},
        resumed=resumed,
        recipe=recipe,
    )


def _spread(samples: int) -> list[tuple[int, int]]:
    """Stretches of a recording that is longer than they are together, one in the middle of each part."""
    middles = (np.arange(TRIALS) + 0.5) * samples / TRIALS
    return [(max(0, int(one) - TRIAL // 2), min(samples, int(one) + TRIAL // 2)) for one in middles]


class _Work:
    """Pieces of one source, cleaned two at a time in their order."""

    def __init__(self, source: Source, request: Request, network: Network | None) -> None:
        self.source, self.request, self.network = source, request, network
        self.left: dict[int, str] = {}
        if source.timecode_channel is not None:
            self.left[source.timecode_channel] = "timecode"
        if not request.every_channel:
            self.left |= {channel: "a mix of the tracks beside it" for channel in source.mixes}

    def wanted(self) -> dict[int, set[str]]:
        """The steps that may be tried, by channel."""
        return {one: set(self.request.steps) for one in range(self.source.channels) if one not in self.left}

    def done(
        self, pieces: Sequence[tuple[int, int]], steps: dict[int, set[str]], forced: dict[int, set[str]]
    ) -> Iterator[_Piece]:
        """Each piece, cleaned. steps, forced: by channel, as `clean` takes them."""
        with ThreadPoolExecutor(AT_ONCE) if len(pieces) > 1 else nullcontext() as pool:
            if pool is None:
                yield from (self._piece(piece, steps, forced) for piece in pieces)
                return
            waiting = [pool.submit(self._piece, piece, steps, forced) for piece in pieces[:AT_ONCE]]
            for number in range(len(pieces)):
                made = waiting.pop(0).result()
                if number + AT_ONCE < len(pieces):
                    waiting.append(pool.submit(self._piece, pieces[number + AT_ONCE], steps, forced))
                yield made

    def _piece(
        self, piece: tuple[int, int], steps: dict[int, set[str]], forced: dict[int, set[str]]
    ) -> _Piece:
        source = self.source
        first, last = max(0, piece[0] - MARGIN), min(source.samples, piece[1] + MARGIN)
        samples = source.read(first, last)
        inner = slice(max(0, piece[0] - FADE) - first, min(source.samples, piece[1] + FADE) - first)
        applied: dict[int, list[Applied]] = {}
        found: list[Trouble] = []
        for channel, wanted in steps.items():
            mono = np.ascontiguousarray(samples[:, channel])
            heard = Heard.of(mono, RATE, diagnose(mono, RATE, voices_in(mono)))
            own = slice(piece[0] - first, piece[1] - first)
            found += troubles(mono, RATE, heard, channel + 1, first / RATE, own)
            samples[:, channel], applied[channel] = clean(
                mono,
                RATE,
                heard,
                floor_db=self.request.floor,
                network=self.network,
                steps=wanted,
                forced=forced.get(channel, ()),
            )
        return _Piece(samples[inner], applied, found)


def voices_in(mono: Samples) -> list[tuple[int, int]]:
    """Where somebody speaks in samples (n,) at 48 kHz: half-open ranges of them."""
    heard = resample_poly(mono, 1, HEARD).astype(np.float32)
    return [
        (one.start_sample * HEARD, one.end_sample * HEARD) for one in voice_ranges(heard, voice_backend())
    ]


def _links(trials: Sequence[_Piece], request: Request) -> list[Link]:
    """Every step that was tried on a channel: kept where it helped in at least half of the trials."""
    links = []
    for channel in sorted({channel for one in trials for channel in one.applied}):
        for op in OPS:
            tried = [one for trial in trials for one in trial.applied.get(channel, []) if one.step == op]
            if not tried:
                continue
            helped = [one for one in tried if one.kept]
            proposed = bool(helped) if op in REPAIRS else 2 * len(helped) >= len(tried)
            told = (helped or tried) if proposed else ([one for one in tried if not one.kept] or tried)
            decided = (request.decided or {}).get((channel + 1, op))
            links.append(
                Link(
                    channel=channel + 1,
                    op=op,
                    kept=proposed if decided is None else decided,
                    proposed=proposed,
                    parameters=dict(told[0].parameters),
                    measure=told[0].verdict.measure,
                    before=_mean([one.verdict.before for one in told]),
                    after=_mean([one.verdict.after for one in told]),
                    reason=told[0].verdict.reason if decided is None else "a person decided so",
                )
            )
    return links


def _mean(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return round(float(np.mean(known)), 3) if known else None


def _write(source: Source, out: Path, cleaned: Iterator[Samples], wet: float, residual: Path | None) -> None:
    """The cleaned sound, and what was taken from the recording, both in the recording's place."""

    def blocks() -> Iterator[Samples]:
        at = 0
        for block in cleaned:
            if wet < 1:
                dry = source.read(at, at + len(block))
                block = (dry + np.float32(wet) * (block - dry)).astype(np.float32)
            at += len(block)
            yield block

    write_in_place(source, out, blocks())
    if residual is not None:
        written = Source.of(out, None)
        pieces = written.pieces()
        taken = (source.read(first, last) - written.read(first, last) for first, last in pieces)
        write_in_place(source, residual, taken)


def write_in_place(
    source: Source,
    out: Path,
    blocks: Iterator[Samples],
    *,
    timecode: bool = True,
    named: bool = True,
) -> None:
    """A 48 kHz float wave file with the timecode, names and notes of the recording it is made of.

    timecode, named: whether it begins where the recording does, and has its channels.
    """
    wave = source.wave
    bext = wave.bext if wave is not None else None
    write_wave(
        out,
        blocks,
        RATE,
        bits=32,
        time_reference=source.time_reference if timecode else None,
        track_names=source.names if named and any(source.names) else (),
        sound=wave.ixml if wave is not None and timecode and named else None,
        description=bext.description if bext is not None else "",
        originator=bext.originator if bext is not None else "",
        date=bext.date if bext is not None else "",
        time=bext.time if bext is not None else "",
        coding_history=bext.coding_history if bext is not None else "",
    )


def _digest(path: Path) -> str:
    from blake3 import blake3

    digest = blake3()
    digest.update_mmap(str(path))
    return digest.hexdigest()
