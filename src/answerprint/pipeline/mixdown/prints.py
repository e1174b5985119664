"""A delivery's files: printmaster, stems, M&E and, of 5.1, the fold-down; measured as they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from answerprint.core.cut import Cut
from answerprint.departments.sound.levels import LoudnessMeter, profiles
from answerprint.departments.sound.limiting import TruePeakLimiter
from answerprint.departments.sound.loudness_picture import loudness_svg
from answerprint.departments.sound.mixing import RATE, Samples
from answerprint.departments.sound.programme import Verdict, verdicts
from answerprint.departments.sound.stems.placing import CHANNELS, FOLD, Layout
from answerprint.departments.sound.stems.printing import MARGIN, Printed, print_level
from answerprint.departments.sound.stems.sorting import LETTERS, STEMS, Stem
from answerprint.media.ixml import ProductionSound
from answerprint.media.wave import read_wave_blocks
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.measuring import measure_file
from answerprint.pipeline.mixdown.stems import BLOCK, Made, stem_blocks

Points = Sequence[tuple[float, float]]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A written file. what: printmaster, DX, MX, FX, ME, stereo; integrated: LUFS; true_peak: dBTP."""

    what: str
    file: str
    integrated: float | None
    true_peak: float | None
    samples: int


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A profile's print. verdicts: of the printmaster as it was written; adds_up: dBFS of the largest sample
    left when all stems are taken off it, None where nothing is left."""

    profile: str
    printed: Printed
    files: tuple[Measured, ...]
    verdicts: tuple[Verdict, ...]
    adds_up: float | None

    @property
    def met(self) -> bool:
        """Whether everything the profile asks is met."""
        return all(one.met is not False for one in self.verdicts)


def print_profile(
    name: str,
    cut: Cut,
    made: Made,
    points: Points,
    layout: Layout,
    folder: Path,
    work: Path,
    stem_name: str,
    tell: Callable[[str, float], None],
) -> Delivery:
    """Writes a profile's files into the folder: 24-bit, 48 kHz, each of the cut's length and timecode."""
    profile, channels = profiles()[name], len(CHANNELS[layout])

    def summed(wanted: Sequence[Stem]) -> Iterator[Samples]:
        ridden = [stem_blocks(made.waves[stem], points if stem == "music" else None) for stem in wanted]
        for number, blocks in enumerate(zip(*ridden, strict=True)):
            tell(f"{name}: printing", min(1.0, number * BLOCK / made.samples))
            yield np.sum(blocks, axis=0)

    gains = work / "gains.wav"
    printed = print_level(
        name,
        profile,
        lambda: summed(STEMS),
        channels,
        made.spoken,
        lambda blocks: write_wave(gains, blocks, RATE, bits=32),
    )

    def turned(wanted: Sequence[Stem]) -> Iterator[Samples]:
        for block, gain in zip(summed(wanted), read_wave_blocks(gains, block=BLOCK), strict=True):
            yield (block * gain).astype(np.float32)

    def held(blocks: Iterator[Samples], wide: int) -> Iterator[Samples]:
        limiter = TruePeakLimiter(RATE, profile.true_peak - MARGIN, wide)
        for block in blocks:
            yield from _any(limiter.push(block))
        yield from _any(limiter.finish())

    wanted: dict[str, tuple[Iterator[Samples], tuple[str, ...]]] = {
        "printmaster": (turned(STEMS), CHANNELS[layout]),
        **{LETTERS[stem]: (turned([stem]), CHANNELS[layout]) for stem in STEMS},
        "ME": (held(turned(["music", "effects"]), channels), CHANNELS[layout]),
    }
    if layout == "5.1":
        folded = (np.asarray(block @ FOLD, np.float32) for block in turned(STEMS))
        wanted["stereo"] = held(folded, 2), CHANNELS["stereo"]
    written = []
    for what, (blocks, names) in wanted.items():
        meter = LoudnessMeter(RATE, len(names))
        file = folder / f"{stem_name}-{name}-{what}.wav"
        samples = write_wave(
            file,
            _heard(blocks, meter),
            RATE,
            time_reference=round(cut.start_frame / cut.rate * RATE),
            track_names=[f"{what} {one}" for one in names],
            sound=ProductionSound(project=cut.name, timecode_rate=cut.rate, drop=cut.drop),
            description=f"{cut.name}: {what}, {profile.title}",
        )
        found = meter.result()
        written.append(
            Measured(
                what=what,
                file=file.name,
                integrated=_rounded(found.integrated),
                true_peak=_rounded(found.true_peak),
                samples=samples,
            )
        )
    printmaster = folder / written[0].file
    programme = measure_file(printmaster, tell=partial(tell, f"{name}: measuring the printmaster"))
    picture = folder / f"{stem_name}-{name}-loudness.svg"
    picture.write_bytes(loudness_svg(programme, f"{cut.name}, {profile.title}", profile))
    return Delivery(
        profile=name,
        printed=printed,
        files=tuple(written),
        verdicts=tuple(verdicts(programme, profile)),
        adds_up=_left([folder / one.file for one in written[: 1 + len(STEMS)]]),
    )


def _left(paths: Sequence[Path]) -> float | None:
    """dBFS of the largest sample of the first file when the others are taken off it."""
    most = 0.0
    for whole, *parts in zip(*(read_wave_blocks(one, block=BLOCK) for one in paths), strict=True):
        most = max(most, float(np.abs(whole - np.sum(parts, axis=0)).max()))
    return round(20 * float(np.log10(most)), 1) if most else None


def _heard(blocks: Iterator[Samples], meter: LoudnessMeter) -> Iterator[Samples]:
    for block in blocks:
        meter.add(block)
        yield block


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _any(samples: Samples) -> Iterator[Samples]:
    return iter([samples] if len(samples) else [])
