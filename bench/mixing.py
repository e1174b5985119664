"""A mix beside what FFmpeg's filters make of the same tracks.

Run: python bench/mixing.py [mixes|long]
`mixes`: 16 reels of real voices recorded up to 30 dB apart, with music and effects, for four deliveries: the
level reached, peaks, how far voices stand over music in every phrase, how unlike the levels of the clips are,
whether stems add up. The peer is what one would write with FFmpeg (the program): amix of the tracks,
sidechaincompress of the music by the voices, loudnorm. `long`: two hours: minutes and memory.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import soundfile
from scipy.signal import resample_poly

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range, Time
from answerprint.departments.sound.levels import HOPS_A_SECOND, LoudnessMeter, measure, profiles
from answerprint.departments.sound.stems.ducking import phrases
from answerprint.formats.timelines.files import format_named, read_timeline
from answerprint.formats.timelines.model import MediaLink
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.mixdown.mixing import mix_timeline
from answerprint.pipeline.mixdown.planning import Asked

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
RATE, FPS = 48_000, Fraction(24)
REELS = 16
PROFILES = ("ebu-r128", "netflix", "web", "trailer")
WANTED = 10.0  # LU of voices over music

Row = tuple[float, float, np.ndarray, float, float | None]


def main() -> None:
    for part in sys.argv[1:] or ["mixes", "long"]:
        {"mixes": mixes, "long": long}[part]()


def mixes() -> None:
    if not (DATA / "voices").is_dir():
        return
    random = np.random.default_rng(21)
    voices = [_voice(path) for path in sorted((DATA / "voices").glob("*.flac"))]
    rows: dict[str, list[Row]] = {"ours": [], "FFmpeg": []}
    for number in range(REELS):
        with tempfile.TemporaryDirectory() as folder:
            reel = _reel(Path(folder), voices, random)
            profile = PROFILES[number % len(PROFILES)]
            rows["ours"].append(_ours(reel.file, reel.spoken, profile))
            if shutil.which("ffmpeg"):
                rows["FFmpeg"].append(_theirs(reel.stems, reel.spoken, profile))
    print(f"{REELS} reels, deliveries {', '.join(PROFILES)}:")
    print("           level off  over peak   voices over music   phrases under 9 LU   clips differ   stems")
    for name, found in rows.items():
        if not found:
            print(f"{name:<10} not here")
            continue
        level, peak, over, spread, added = zip(*found, strict=True)
        every = np.concatenate(over)
        left = [one for one in added if one is not None]
        print(
            f"{name:<10}{np.max(np.abs(level)):>7.2f} LU{sum(one > 0.05 for one in peak):>7} of {len(peak)}"
            f"{np.median(every):>15.1f} LU{np.mean(every < WANTED - 1):>18.0%}{np.mean(spread):>15.2f} LU"
            f"{f'{max(left):.0f} dBFS' if left else '–':>12}"
        )


def long() -> None:
    """Two hours of speech, music and effects in clips of a minute."""
    if not (DATA / "voices").is_dir():
        return
    random = np.random.default_rng(22)
    voices = [_voice(path) for path in sorted((DATA / "voices").glob("*.flac"))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reel = _reel(folder, voices, random)
        began = time.monotonic()
        file = _repeated(reel.file, folder, round(2 * 3600 / float(reel.frames / FPS)))
        made = mix_timeline(
            file, folder / "long", Asked(profiles=("ebu-r128",)), tell=lambda what, done: None
        )
        spent = time.monotonic() - began
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{made.seconds / 3600:.2f} h in {len(made.clips)} clips: {spent / 60:.1f} minutes, "
            f"{made.seconds / spent:.0f} times real time, {most:.1f} GB at most"
        )


def _voice(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path)
    return np.asarray(resample_poly(samples, RATE, rate))


@dataclass(frozen=True)
class Reel:
    """A timeline, where somebody speaks in it (seconds), and its tracks as they lie, as FFmpeg gets them."""

    file: Path
    spoken: list[tuple[float, float]]
    stems: list[np.ndarray]
    frames: int


def _reel(folder: Path, voices: list[np.ndarray], random: np.random.Generator) -> Reel:
    media = folder / "media"
    media.mkdir()
    links: dict[str, MediaLink] = {}
    total = 24 * 40
    stems = [np.zeros((total * 2000, 2)) for _ in range(3)]

    def laid(name: str, sound: np.ndarray, at: int, stem: int) -> Clip:
        write_wave(media / name, sound.astype(np.float32), RATE, bits=32)
        frames = min(len(sound) // 2000, total - at)
        links[name] = MediaLink(
            name=name,
            url=f"media/{name}",
            rate=FPS,
            frames=frames,
            picture=False,
            channels=sound.shape[1],
            sample_rate=RATE,
        )
        stems[stem][at * 2000 : (at + frames) * 2000] += sound[: frames * 2000]
        return Clip(
            id=name,
            asset=name,
            record=Range.of_ticks(at, at + frames, FPS),
            source=Range.of_ticks(0, frames, FPS),
            name=name,
        )

    at, speech, spoken = 24, [], []
    for number in random.permutation(len(voices))[:6]:
        voice = voices[number][: 5 * RATE] * 10 ** (random.uniform(-30, 0) / 20)
        if at + len(voice) // 2000 + 48 > total:
            break
        speech.append(laid(f"v{number}.wav", voice[:, None], at, 0))
        spoken.append((at / 24, (at + len(voice) // 2000) / 24))
        at += len(voice) // 2000 + int(random.integers(30, 80))
    seconds = np.arange(total * 2000) / RATE
    music = np.zeros((len(seconds), 2))
    for note in random.uniform(110, 880, 6):
        swell = 0.6 + 0.4 * np.sin(2 * np.pi * random.uniform(0.05, 0.6) * seconds + random.uniform(0, 6))
        music += (np.sin(2 * np.pi * note * seconds) * swell)[:, None] * random.uniform(0.5, 1, 2)
    music *= 10 ** (random.uniform(-26, -14) / 20) / np.sqrt(np.mean(music**2))
    rumble = random.normal(size=(3 * RATE, 2)) * np.exp(-np.arange(3 * RATE) / RATE)[:, None]
    rumble *= 10 ** (random.uniform(-40, -24) / 20)
    song = laid("song.wav", music, 0, 1)
    hit = laid("hit.wav", rumble, int(random.integers(0, total - 80)), 2)
    tracks = [("A1", "dialogue", speech), ("A2", "music", [song]), ("A3", "effects", [hit])]
    cut = Cut(
        name="Reel",
        rate=FPS,
        start_frame=86_400,
        tracks=tuple(
            CutTrack(name=name, kind="audio", clips=tuple(clips), role=role) for name, role, clips in tracks
        ),
    )
    file = folder / "reel.otio"
    file.write_bytes(format_named(file).write(cut, links))
    return Reel(file, spoken, stems, total)


def _repeated(file: Path, folder: Path, times: int) -> Path:
    """The reel so many times after itself."""
    found = read_timeline(file)
    tracks = []
    for track in found.cut.tracks:
        clips = [
            msgspec.structs.replace(
                clip, id=f"{clip.id} {turn}", record=clip.record.moved(Time(turn * 24 * 40, FPS))
            )
            for turn in range(times)
            for clip in track.clips
        ]
        tracks.append(msgspec.structs.replace(track, clips=tuple(clips)))
    out = folder / "long.otio"
    out.write_bytes(
        format_named(out).write(msgspec.structs.replace(found.cut, tracks=tuple(tracks)), found.media)
    )
    return out


def _ours(file: Path, spoken: list[tuple[float, float]], profile: str) -> Row:
    out = file.parent / "mix"
    asked = Asked(profiles=(profile,), duck=WANTED)
    made = mix_timeline(file, out, asked, tell=lambda what, done: None)
    (one,) = made.deliveries
    files = {each.what: soundfile.read(out / each.file, always_2d=True)[0] for each in one.files}
    goal = profiles()[profile]
    target = goal.leq_m if goal.leq_m is not None else goal.integrated
    return (
        one.printed.value - target,
        (one.files[0].true_peak or -99.0) - goal.true_peak,
        _over(files["DX"], files["MX"], spoken),
        _spread(files["DX"], spoken),
        one.adds_up,
    )


def _theirs(stems: list[np.ndarray], spoken: list[tuple[float, float]], profile: str) -> Row:
    """What one would write with FFmpeg; the music as it was ducked comes out beside the mix."""
    goal = profiles()[profile]
    chain = (
        "[1][0]sidechaincompress=threshold=0.02:ratio=8:attack=100:release=1000:knee=6,asplit[low][alone];"
        "[0][low][2]amix=inputs=3:normalize=0,"
        f"loudnorm=I={goal.integrated}:TP={goal.true_peak}:LRA=11,aresample={RATE}[mix]"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = ["ffmpeg", "-v", "error", "-y"]
        for number, stem in enumerate(stems):
            write_wave(folder / f"{number}.wav", stem.astype(np.float32), RATE, bits=32)
            command += ["-i", str(folder / f"{number}.wav")]
        command += ["-filter_complex", chain]
        for label in ("mix", "alone"):
            command += ["-map", f"[{label}]", "-c:a", "pcm_f32le", str(folder / f"{label}.wav")]
        subprocess.run(command, check=True)
        mix, alone = (
            soundfile.read(folder / f"{label}.wav", always_2d=True)[0] for label in ("mix", "alone")
        )
    heard = measure(mix.astype(np.float32), RATE)
    return (
        (heard.integrated or -99.0) - goal.integrated,
        (heard.true_peak or -99.0) - goal.true_peak,
        _over(stems[0], alone, spoken),
        _spread(stems[0], spoken),
        None,
    )


def _over(voice: np.ndarray, music: np.ndarray, spoken: list[tuple[float, float]]) -> np.ndarray:
    """LU between voice and music in every phrase, while somebody speaks."""
    energies = []
    for stem in (voice, music):
        meter = LoudnessMeter(RATE, stem.shape[1], true_peak=False)
        meter.add(stem)
        energies.append(meter.energies())
    count = min(map(len, energies))
    speech, bed = (one[:count] for one in energies)
    found = []
    for start, end in phrases(spoken):
        inside = slice(int(start * HOPS_A_SECOND), int(end * HOPS_A_SECOND) + 1)
        speaks = speech[inside] > speech[inside].max(initial=0.0) / 100  # no pause, no breath
        if speaks.any():
            found.append(10 * np.log10(speech[inside][speaks].mean() / bed[inside][speaks].mean()))
    return np.array(found)


def _spread(voice: np.ndarray, spoken: list[tuple[float, float]]) -> float:
    """Standard deviation of the clips' loudness, LU."""
    levels = []
    for start, end in spoken:
        part = voice[round(start * RATE) : round(end * RATE)]
        levels.append(measure(part.astype(np.float32), RATE).integrated)
    return float(np.std([one for one in levels if one is not None]))


if __name__ == "__main__":
    main()
