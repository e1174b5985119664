"""Loudness beside its peers, dialogue beside the stem it is in, and files levelled for deliveries.

Run: python bench/levels.py [standards|dialogue|files …]
`standards`: ITU-R BS.2217's gating material and the signals of EBU Tech 3341 and 3342, made from their
published definitions (those that are recordings are left out), beside pyloudnorm and FFmpeg's ebur128 filter.
`dialogue`: real voices over beds of music and noise, 6 to 20 dB under them: the dialogue's level found in
the mix beside that of the voice's own stem. `files`: made-up programmes brought to every profile,
as PCM, AAC and films; what was written is measured by pyloudnorm and FFmpeg as well.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pyloudnorm
import soundfile
from scipy.signal import butter, resample_poly, sosfilt

from answerprint.departments.sound.leq_m import LeqMeter
from answerprint.departments.sound.levels import LoudnessMeter, profiles
from answerprint.departments.sound.programme import measured
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.pipeline.levelling import level_file
from answerprint.pipeline.measuring import measure_file

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
RATE = 48_000
BEDS = 36


def main() -> None:
    for part in sys.argv[1:] or ["standards", "dialogue", "files"]:
        {"standards": standards, "dialogue": dialogue, "files": files}[part]()


def tone(parts: list[tuple[float, float]], hertz: float = 1000.0, channels: int = 2) -> np.ndarray:
    """A sine in every channel: (peak dBFS, seconds) one after another; −inf is silence."""
    level = np.concatenate([np.full(round(seconds * RATE), 10 ** (db / 20)) for db, seconds in parts])
    wave = level * np.sin(2 * np.pi * hertz * np.arange(len(level)) / RATE)
    return np.repeat(wave[:, None], channels, axis=1)


def peaks(divided: int, degrees: float, amplitude: float) -> np.ndarray:
    """A sine of a part of the sample rate, faded in and out: its highest samples may miss its peaks."""
    at = np.arange(RATE)
    wave = amplitude * np.sin(2 * np.pi * at / divided + np.radians(degrees))
    fade = np.minimum(1, np.minimum(at, at[::-1]) / (0.05 * RATE))
    return np.repeat((wave * fade)[:, None], 2, axis=1)


def signals() -> Iterator[tuple[str, np.ndarray, str, float, tuple[float, float]]]:
    """Name, samples, what is read, its value, and how far under and over it may be read."""
    near, quiet = (0.1, 0.1), -np.inf
    yield "3341-1", tone([(-23, 20)]), "integrated", -23.0, near
    yield "3341-2", tone([(-33, 20)]), "integrated", -33.0, near
    yield "3341-3", tone([(-36, 10), (-23, 60), (-36, 10)]), "integrated", -23.0, near
    case = [(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)]
    yield "3341-4", tone(case), "integrated", -23.0, near
    yield "3341-5", tone([(-26, 20), (-20, 20.1), (-26, 20)]), "integrated", -23.0, near
    five = tone([(0, 20)], channels=5) * 10 ** (np.array([-28, -28, -24, -30, -30]) / 20)
    yield "3341-6", five, "integrated", -23.0, near
    yield "3341-9", tone([(-20, 1.34), (-30, 1.66)] * 5), "short_term_max", -23.0, near
    for number in (0, 7, 13, 19):
        parts = [(quiet, 0.15 * number), (-23.0, 3.0), (quiet, 1.0)]
        yield f"3341-10.{number + 1}", tone(parts), "short_term_max", -23.0, near
    yield "3341-12", tone([(-20, 0.18), (-30, 0.22)] * 25), "momentary_max", -23.0, near
    for number in (0, 3, 11, 19):
        parts = [(quiet, 0.02 * number), (-23.0, 0.4), (quiet, 1.0)]
        yield f"3341-13.{number + 1}", tone(parts), "momentary_max", -23.0, near
    for name, divided, degrees, amplitude, value in (
        ("3341-15", 4, 0, 0.5, -6.0),
        ("3341-16", 4, 45, 0.5, -6.0),
        ("3341-17", 6, 60, 0.5, -6.0),
        ("3341-18", 8, 67.5, 0.5, -6.0),
        ("3341-19", 4, 45, 1.41, 3.0),
    ):
        yield name, peaks(divided, degrees, amplitude), "true_peak", value, (0.4, 0.2)
    for number, (levels, spread) in enumerate(
        (((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20), ((-50, -35, -20, -35, -50), 15)), start=1
    ):
        yield f"3342-{number}", tone([(db, 20.0) for db in levels]), "range", float(spread), (1.0, 1.0)
    for name, value in (("AbsGate", -69.5), ("RelGate", -10.0)):
        path = DATA / "loudness" / f"1770-2_Comp_{name}Test.wav"
        if path.exists():
            yield f"BS.2217 {name}", soundfile.read(path)[0], "integrated", value, near


def standards() -> None:
    print("a standard's signal, what is read, and what it should read; ! is outside its tolerance")
    print(f"{'signal':<18}{'measure':<16}{'true':>8}{'answerprint':>13}{'ebur128':>10}{'pyloudnorm':>12}")
    wrong = {"answerprint": 0, "ebur128": 0, "pyloudnorm": 0}
    count = 0
    for name, samples, what, value, (under, over) in signals():
        count += 1
        told = {
            "answerprint": getattr(_programme(samples), what),
            "ebur128": _ebur128(samples).get(what),
            "pyloudnorm": _pyloudnorm(samples) if what == "integrated" else None,
        }
        row = f"{name:<18}{what:<16}{value:>8.1f}"
        for peer, width in (("answerprint", 13), ("ebur128", 10), ("pyloudnorm", 12)):
            found = told[peer]
            bad = found is not None and not value - under - 0.005 <= found <= value + over + 0.005
            wrong[peer] += bad
            row += f"{'–' if found is None else f'{found:.2f}' + ('!' if bad else ''):>{width}}"
        print(row)
    print(f"outside: {', '.join(f'{peer} {one}' for peer, one in wrong.items())} of {count}\n")


def dialogue() -> None:
    random = np.random.default_rng(9_700_000)
    voices = sorted([*DATA.glob("voices/*.flac"), *DATA.glob("voices/*.wav")])
    if not voices:
        print("no voices: the folder of test data is not there")
        return
    rows: list[tuple[float, float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(BEDS):
            voice, where = _talk(random, voices)
            under = float(random.uniform(6, 20))
            bed = _bed(random, len(voice), ("music", "noise", "traffic")[number % 3])
            level = np.sqrt(np.mean(voice[where] ** 2)) * 10 ** (-under / 20)
            bed *= level / np.sqrt(np.mean(bed**2))
            mix = np.repeat((voice + bed)[:, None], 2, axis=1)
            path = Path(folder) / "mix.wav"
            soundfile.write(path, mix, RATE, subtype="FLOAT")
            meter = LoudnessMeter(RATE, 2, true_peak=False)
            meter.add(np.repeat(voice[:, None], 2, axis=1))
            true = meter.result().integrated
            found = measure_file(path)
            assert true is not None and None not in (found.dialogue_integrated, found.dialogue_in_mix)
            rows.append((under, found.dialogue_integrated - true, found.dialogue_in_mix - true))
    table = np.array(rows)
    print(f"{BEDS} mixes of voices over beds 6 to 20 dB under them; beside the voice's stem (BS.1770-4), LU:")
    for place, name in ((1, "dialogue alone"), (2, "dialogue in the mix")):
        off, far = np.abs(table[:, place]), np.abs(table[table[:, 0] >= 12, place])
        print(
            f"  {name:<20} within 0.5: {(off <= 0.5).sum()} of {BEDS}; mean {table[:, place].mean():+.2f}, "
            f"worst {off.max():.2f}; of the {len(far)} beds 12 dB under and more, worst {far.max():.2f}"
        )
    print()


def files() -> None:
    random = np.random.default_rng(9_800_000)
    print(
        "programmes levelled: how far the written file is from its target (LU), over its ceiling (dB), passes"
    )
    print(
        f"{'profile':<20}{'file':<8}{'answerprint':>12}{'ebur128':>10}{'pyloudnorm':>12}{'over':>7}{'passes':>8}"
    )
    worst, over = 0.0, 0.0
    began, played = time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, profile in profiles().items():
            for suffix in (".wav", ".m4a", ".mov", ".mp4"):
                made = _made_programme(random)
                path = Path(folder) / ("in.wav" if suffix in (".wav", ".m4a") else f"in{suffix}")
                _write_programme(path, made)
                out = Path(folder) / f"out{suffix}"
                found = level_file(path, out, profile, name)
                played += found.before.seconds
                gate, value = found.after.by_gate(profile)
                target = profile.leq_m if profile.leq_m is not None else profile.integrated
                assert value is not None and found.after.true_peak is not None
                heard = _heard(out)
                others = (
                    (_ebur128(heard).get("integrated"), _pyloudnorm(heard)) if gate == "programme" else ()
                )
                told = "".join(f"{one - target:>{w}.2f}" for one, w in zip(others, (10, 12), strict=False))
                high = found.after.true_peak - profile.true_peak
                worst, over = max(worst, abs(value - target)), max(over, high)
                print(
                    f"{name:<20}{suffix:<8}{value - target:>12.2f}{told or f'{chr(8211):>10}{chr(8211):>12}'}"
                    f"{max(0.0, high):>7.2f}{found.passes:>8}"
                )
    taken = time.perf_counter() - began
    print(
        f"worst {worst:.2f} LU off, {max(0.0, over):.2f} dB over; {played / taken:.0f} times real time in all"
    )


def _programme(samples: np.ndarray):
    meter, leq = LoudnessMeter(RATE, samples.shape[1]), LeqMeter(RATE, samples.shape[1])
    meter.add(samples)
    leq.add(samples)
    return measured(meter, leq, "", None)


def _pyloudnorm(samples: np.ndarray) -> float:
    return float(pyloudnorm.Meter(RATE).integrated_loudness(samples))


def _ebur128(samples: np.ndarray) -> dict[str, float]:
    """FFmpeg's ebur128 filter, through PyAV."""
    layout = {2: "stereo", 5: "5.0"}[samples.shape[1]]
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout=layout, time_base=Fraction(1, RATE))
    meter = graph.add("ebur128", "metadata=1:peak=true")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    found: dict[str, float] = {}
    padded = np.concatenate([samples, np.zeros((RATE // 10, samples.shape[1]))]).astype(np.float32)
    for start in range(0, len(padded), RATE // 10):
        part = padded[start : start + RATE // 10]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part.T), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        source.push(frame)
        while True:
            try:
                read = sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            told = {
                key: float(value) for key, value in read.metadata.items() if key.startswith("lavfi.r128.")
            }
            if start + len(part) <= len(samples):
                found["integrated"] = told.get("lavfi.r128.I", float("nan"))
                found["range"] = told.get("lavfi.r128.LRA", float("nan"))
            found["momentary_max"] = max(found.get("momentary_max", -120.0), told.get("lavfi.r128.M", -120.0))
            found["short_term_max"] = max(
                found.get("short_term_max", -120.0), told.get("lavfi.r128.S", -120.0)
            )
            peak = max((value for key, value in told.items() if "true_peak" in key), default=0.0)
            if peak > 0:
                found["true_peak"] = max(found.get("true_peak", -120.0), 20 * float(np.log10(peak)))
    return found


def _talk(random: np.random.Generator, voices: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Half a minute or so of two people, with pauses, and where they speak."""
    parts, where = [], []
    for path in random.choice(len(voices), 2, replace=len(voices) < 2):
        samples, rate = soundfile.read(voices[int(path)])
        samples = samples.mean(axis=1) if samples.ndim > 1 else samples
        samples = resample_poly(samples, RATE, rate)[: 12 * RATE]
        samples = samples * 0.05 / np.sqrt(np.mean(samples**2))
        loud = (
            np.convolve(samples**2, np.ones(RATE // 20) / (RATE // 20), "same")
            > (0.05 * 10 ** (-24 / 20)) ** 2
        )
        spoken = np.convolve(loud, np.ones(RATE // 5), "same") > 0  # the pauses within words and phrases
        for part, told in ((samples, spoken), (np.zeros(int(random.uniform(1, 5) * RATE)), None)):
            parts.append(part)
            where.append(told if told is not None else np.zeros(len(part), bool))
    return np.concatenate(parts), np.concatenate(where)


def _bed(random: np.random.Generator, length: int, kind: str) -> np.ndarray:
    at = np.arange(length) / RATE
    if kind == "music":
        bed = np.zeros(length)
        for beat in np.arange(0, length / RATE, 0.5):
            root = 110 * 2 ** (random.integers(0, 12) / 12)
            first = int(beat * RATE)
            t = at[: min(length - first, int(1.2 * RATE))]
            for part in (1, 1.26, 1.5, 2):
                bed[first : first + len(t)] += np.exp(-3 * t) * np.sin(2 * np.pi * root * part * t)
        return bed
    noise = random.normal(size=length)
    edges = (60, 700) if kind == "traffic" else (100, 8000)
    shaped = sosfilt(butter(2, edges, "bandpass", fs=RATE, output="sos"), noise)
    return shaped * (1 + 0.4 * np.sin(2 * np.pi * random.uniform(0.05, 0.2) * at))


def _made_programme(random: np.random.Generator) -> np.ndarray:
    """Twelve seconds with quiet and loud parts and sharp peaks, stereo."""
    length = 12 * RATE
    level = np.interp(np.arange(length), np.linspace(0, length, 9), 10 ** (random.uniform(-34, -16, 9) / 20))
    sound = np.stack([_bed(random, length, kind) for kind in ("music", "noise")], axis=1)
    sound *= level[:, None] / np.sqrt(np.mean(sound**2, axis=0))
    for at in random.integers(0, length - 200, 12):
        sound[at : at + 60] += 0.7 * np.hanning(60)[:, None] * random.choice((-1, 1))
    return np.clip(sound, -0.98, 0.98)


def _write_programme(path: Path, samples: np.ndarray) -> None:
    if path.suffix == ".wav":
        soundfile.write(path, samples, RATE, subtype="PCM_24")
        return
    pictures = ((number, np.full((54, 96, 3), number % 200, np.uint8)) for number in range(300))
    codec = "aac" if path.suffix == ".mp4" else "pcm_s24le"
    sound = Sound([samples.astype(np.float32)], AudioSettings(codec=codec))
    write_pictures(path, pictures, Fraction(25), VideoSettings(preset="ultrafast", threads=1), sound=sound)


def _heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        frames = [one.to_ndarray() for one in _as_floats(container)]
    return np.concatenate(frames, axis=1).T.astype(np.float64)


def _as_floats(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
    for frame in container.decode(audio=0):
        yield from resampler.resample(frame)


if __name__ == "__main__":
    main()
