"""What is wrong with a recording, as people are told it: each trouble with its level, count and places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.departments.sound.cleaning.chain import Heard
from answerprint.departments.sound.cleaning.repair import Spans
from answerprint.departments.sound.diagnosis import SPEECH_BAND, band, level
from answerprint.departments.sound.wind import GUSTS, is_wind, low_end
from answerprint.departments.sound.wind import TOP as WIND_TOP

PLACES = 50  # places that are named; the rest are counted
NOISE_LEAST = -72.0  # dBFS: under it a room is silent for any purpose
HISS_OVER = -6.0  # dB, the hiss's band beside the speech's: hiss is as strong up there
LOW_TOP = 400.0  # Hz: traffic and ventilation lie under it
TRAFFIC_OVER = 15.0  # dB, under 400 Hz over the band of consonants
DC_LEAST = 10 ** (-50 / 20)
RINGS = 0.3  # seconds of RT60 from which a room is told

Sound = NDArray[np.float64]


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """kind: hum, hiss, noise, rumble, wind, traffic, clicks, clipping, dropouts, reverb, dc. value in `unit`
    at its worst; count: how often, for what has places; at: the first of them, seconds from the start."""

    kind: str
    channel: int  # from 1
    value: float
    unit: str
    told: str
    count: int = 0
    at: tuple[float, ...] = ()


def troubles(
    samples: NDArray[np.float32], rate: int, heard: Heard, channel: int, begins: float, own: slice
) -> list[Trouble]:
    """A stretch's troubles. begins: seconds into the recording at which it does; own: the samples whose
    damage is counted, so that what two stretches both hear is counted once."""
    sound = samples.astype(np.float64)
    diagnosis, damage = heard.diagnosis, heard.damage
    found: list[Trouble] = []

    def tell(kind: str, value: float, unit: str, told: str, spans: Spans | None = None) -> None:
        at = tuple(round(begins + start / rate, 3) for start, _ in (spans or [])[:PLACES])
        count = len(spans or [])
        found.append(
            Trouble(
                kind=kind, channel=channel, value=round(value, 3), unit=unit, told=told, count=count, at=at
            )
        )

    mean = float(sound.mean()) if len(sound) else 0.0
    if abs(mean) > DC_LEAST:
        tell("dc", mean, "of full scale", f"its middle lies {mean:+.4f} of full scale off zero")
    if diagnosis.hum is not None:
        hum = diagnosis.hum
        loudest = max(line.level_db for line in hum.lines)
        tell("hum", loudest, "dBFS", f"{hum.fundamental:.2f} Hz and {len(hum.lines) - 1} harmonics")
    low, gusts = low_end(sound, rate, diagnosis)
    if low is not None and is_wind(low, gusts, diagnosis):
        tell("wind", low, "dBFS", f"gusts under {WIND_TOP:.0f} Hz, {gusts:.0f} dB up and down")
    elif diagnosis.rumble_db is not None:
        tell("rumble", diagnosis.rumble_db, "dBFS", "under the lowest voice")
    road, consonants = (
        level(band(sound, rate, *edges)[diagnosis.pauses]) for edges in ((60.0, LOW_TOP), (2000.0, 4000.0))
    )
    least = max(NOISE_LEAST, consonants + TRAFFIC_OVER) if consonants is not None else 0.0
    if road is not None and gusts <= GUSTS and road > least:
        tell("traffic", road, "dBFS", f"traffic or ventilation: steady under {LOW_TOP:.0f} Hz")
    if diagnosis.noise_db is not None and diagnosis.noise_db > NOISE_LEAST:
        ratio = diagnosis.signal_to_noise
        beside = f", {ratio:.0f} dB under the voice" if ratio is not None else ""
        tell(
            "noise",
            diagnosis.noise_db,
            "dBFS",
            f"between {SPEECH_BAND[0]:.0f} and {SPEECH_BAND[1]:.0f} Hz{beside}",
        )
        if diagnosis.hiss_db is not None and diagnosis.hiss_db > diagnosis.noise_db + HISS_OVER:
            tell("hiss", diagnosis.hiss_db, "dBFS", "over 4 kHz, as strong as under it")
    clicks, clipped, dropouts = (
        [one for one in spans if own.start <= one[0] < own.stop]
        for spans in (damage.clicks, damage.clipped, damage.dropouts)
    )
    if clicks:
        tell("clicks", float(len(clicks)), "clicks", "bursts of a few samples", clicks)
    if clipped:
        share = sum(end - start for start, end in clipped) / (own.stop - own.start)
        tell("clipping", 100 * share, "% of samples", "peaks cut off", clipped)
    if dropouts:
        tell("dropouts", float(len(dropouts)), "holes", "digital silence within sound", dropouts)
    if heard.reverberation is not None and heard.reverberation >= RINGS:
        tell("reverb", heard.reverberation, "s RT60", "the room rings, as its speech tells")
    return found


def together(stretches: Iterable[Sequence[Trouble]]) -> list[Trouble]:
    """The troubles of a recording's stretches as one list: the worst of each kind, places added up."""
    whole: dict[tuple[int, str], Trouble] = {}
    for one in (trouble for stretch in stretches for trouble in stretch):
        before = whole.get((one.channel, one.kind))
        if before is None:
            whole[one.channel, one.kind] = one
            continue
        worse = one if abs(one.value) > abs(before.value) and one.unit != "dBFS" else before
        if one.unit == "dBFS" and one.value > before.value:
            worse = one
        value = before.value + one.value if one.unit in ("clicks", "holes") else worse.value
        whole[one.channel, one.kind] = msgspec.structs.replace(
            worse, value=value, count=before.count + one.count, at=(before.at + one.at)[:PLACES]
        )
    return [whole[key] for key in sorted(whole)]
