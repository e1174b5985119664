"""Tempo, beats, bars, keys of made-up music beside librosa; cues fitted to marks, measured as rendered.

Run: python bench/music.py [heard|fitted|odd …]
`heard`: 120 pieces in seven styles that nothing was tuned on, half of them with instruments that nothing was
tuned on either (a plucked string after Karplus & Strong, a bell by frequency modulation). `fitted`: 40 cues,
marks at random 10 to 16 s apart; beats that are known are carried along as clicks in a third channel, and
looked for in the rendered sound. `odd`: silence, noise, a click, too short, talk. Music is made up: what is
measured says nothing of recordings. Where no beat is clear, the first hypothesis is the tempo. librosa
runs in .venv-bench (or ANSWERPRINT_BENCH_PYTHON).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "sound"))

from music_pieces import STYLES, Piece, piece  # noqa: E402

from answerprint.departments.sound.music.analysis import analyse  # noqa: E402
from answerprint.departments.sound.music.fitting import fit  # noqa: E402
from answerprint.departments.sound.music.onsets import RATE  # noqa: E402
from answerprint.departments.sound.music.plans import Mark  # noqa: E402
from answerprint.departments.sound.music.rendering import rendered  # noqa: E402
from answerprint.pipeline.scoring import music_in  # noqa: E402

PEER = Path(os.environ.get("ANSWERPRINT_BENCH_PYTHON", ROOT / ".venv-bench" / "bin" / "python"))
FIRST_SEED, PIECES = 80_000, 120
CUES = 40
NEAR = 0.04  # of a tempo
BESIDE = 0.07  # seconds
OCTAVES = (1, 2, 1 / 2, 3, 1 / 3)
PLACES = 48_000
FRAME = 1 / 24  # seconds
CLICK = 1e-3


def main() -> None:
    for part in sys.argv[1:] or ["heard", "fitted", "odd"]:
        {"heard": heard, "fitted": fitted, "odd": odd}[part]()


def plucked(hertz: float, seconds: float, rate: int, chance: np.random.Generator) -> np.ndarray:
    """A string: a burst of noise that goes round and is averaged each time, then brought to its pitch."""
    period = max(2, int(rate / hertz))
    turn = chance.uniform(-1, 1, period)
    turns = []
    for _ in range(int(min(seconds + 0.4, 2.0) * rate / period) + 1):
        turns.append(turn)
        turn = 0.498 * (turn + np.roll(turn, 1))
    whole = np.concatenate(turns)
    sound = np.interp(
        np.arange(0, len(whole) - 1, hertz * (period + 0.5) / rate), np.arange(len(whole)), whole
    )
    return sound * np.minimum(1, np.arange(len(sound))[::-1] / (0.05 * rate))


def bell(hertz: float, seconds: float, rate: int, chance: np.random.Generator) -> np.ndarray:
    """Frequency modulation at 1 : 2, dying away."""
    at = np.arange(int(min(seconds + 0.5, 2.5) * rate)) / rate
    index = 3.0 * np.exp(-4 * at)
    sound = np.exp(-2.5 * at) * np.sin(2 * np.pi * hertz * at + index * np.sin(4 * np.pi * hertz * at))
    return sound * np.minimum(1, at / 0.003) * np.minimum(1, at[::-1] / 0.05)


def made(number: int, **how: int) -> Piece:
    """A piece of the bench; every other one has other instruments."""
    voice = (None, plucked, None, bell)[number % 4]
    return piece(FIRST_SEED + number, STYLES[number % len(STYLES)], lead=voice, chords=voice, **how)


def heard() -> None:
    print(f"{PIECES} pieces of 40 s or so; beats within {BESIDE * 1000:.0f} ms; keys of pieces that have one")
    with tempfile.TemporaryDirectory() as folder:
        pieces = {}
        for number in range(PIECES):
            one = made(number)
            pieces[f"{number:03d}.wav"] = one
            soundfile.write(Path(folder) / f"{number:03d}.wav", one.samples, one.rate, subtype="PCM_16")
        rows = {"answerprint": ours(pieces)}
        peer = peers(Path(folder))
        if peer is not None:
            rows["librosa"] = peer
        head = f"{'':<24}{'tempo':>8}{'octave':>8}{'beats':>8}{'bars':>8}{'key':>8}{'s/min':>8}"
        print(f"{head}\n{'':<24}{'exact':>8}{'allowed':>8}{'F':>8}{'F':>8}{'exact':>8}{'':>8}")
        for name, found in rows.items():
            print(row(name, pieces, found))
        for style in STYLES:
            some = {name: one for name, one in pieces.items() if one.style == style}
            for name, found in rows.items():
                print(row(f"  {style}, {name}", some, found))
        for title, odd_ones in (("own instruments", (0, 2)), ("other instruments", (1, 3))):
            some = {name: one for name, one in pieces.items() if int(name[:3]) % 4 in odd_ones}
            print(row(f"  {title}", some, rows["answerprint"]))


def ours(pieces: dict[str, Piece]) -> dict[str, dict]:
    found = {}
    metres = boundaries = right = told = 0
    for name, one in pieces.items():
        began = time.process_time()
        music = analyse([one.samples], RATE)
        taken = time.process_time() - began
        beats = np.array(music.beats) / PLACES
        found[name] = {
            "tempo": music.tempo or (music.tempi[0].bpm if music.tempi else 0.0),
            "beats": beats,
            "downbeats": beats[list(music.downbeats)],
            "key": music.key.name if music.key is not None else None,
            "seconds": taken,
        }
        metres += music.metre is not None and music.metre.name == one.metre
        bar = one.downbeats[1] - one.downbeats[0]
        starts = np.array(
            [
                at
                for (at, label), (_, before) in zip(one.sections[1:], one.sections, strict=False)
                if label != before
            ]
        )
        mine = np.array([section.start / PLACES for section in music.sections[1:]])
        boundaries += len(starts)
        told += len(mine)
        right += sum(bool(len(mine)) and np.abs(mine - at).min() < bar * 0.6 for at in starts)
    clear = sum(bool(len(one["beats"])) for one in found.values())
    print(
        f"a clear beat in {clear} of {len(pieces)}; the metre as written in {metres}; sections: "
        f"{right} of {boundaries} boundaries within half a bar, {told} told"
    )
    return found


def peers(folder: Path) -> dict[str, dict] | None:
    if not PEER.exists():
        print(f"(no peer: install librosa for {PEER.name} of .venv-bench)")
        return None
    script = ROOT / "bench" / "peers" / "music.py"
    done = subprocess.run([PEER, script, folder], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"(the peer failed: {done.stderr.strip()[-300:]})")
        return None
    return json.loads(done.stdout)


def row(name: str, pieces: dict[str, Piece], found: dict[str, dict]) -> str:
    exact = octave = keyed = keys = 0
    beats, bars, seconds, length = [], [], 0.0, 0.0
    for which, one in pieces.items():
        told = found[which]
        ratio = told["tempo"] / one.tempo
        exact += abs(ratio - 1) <= NEAR
        octave += any(abs(ratio / factor - 1) <= NEAR for factor in OCTAVES)
        beats.append(f_measure(np.array(told["beats"]), one.beats))
        if "downbeats" in told:
            bars.append(f_measure(told["downbeats"], one.downbeats))
        if one.key is not None:
            keyed += 1
            keys += told["key"] == one.key
        seconds += told["seconds"]
        length += len(one.samples) / one.rate
    bar = f"{np.mean(bars):>8.3f}" if bars else f"{'–':>8}"
    key = f"{keys / keyed:>8.3f}" if keyed else f"{'–':>8}"
    return (
        f"{name:<24}{exact / len(pieces):>8.3f}{octave / len(pieces):>8.3f}{np.mean(beats):>8.3f}{bar}{key}"
        f"{seconds / length * 60:>8.2f}"
    )


def f_measure(found: np.ndarray, truth: np.ndarray) -> float:
    hits, taken = 0, np.zeros(len(truth), bool)
    for at in found:
        apart = np.where(taken, np.inf, np.abs(truth - at))
        nearest = int(apart.argmin())
        if apart[nearest] <= BESIDE:
            taken[nearest] = True
            hits += 1
    return 2 * hits / max(len(found) + len(truth), 1)


def fitted() -> None:
    chance = np.random.default_rng(FIRST_SEED)
    claimed = asked = on_beat = on_bar = unfit = cuts = met = 0
    off, bent, why = [], [], []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(CUES):
            one = made(200 + number, rate=PLACES)
            path = Path(folder) / "cue.wav"
            soundfile.write(path, one.samples, PLACES, subtype="FLOAT")
            music = music_in(path)
            length = int(len(one.samples) * chance.uniform(0.6, 1.6))
            places, at = [], 0.0
            while (at := at + chance.uniform(10, 16)) < length / PLACES - 3:
                places.append(Mark(at=round(at * PLACES), name=f"{at:.2f}"))
            asked += len(places)
            if not music.beats:
                unfit += len(places)
                continue
            plan = fit(music, places, length, Fraction(24))
            sound = np.concatenate([one.samples, clicks(one)], axis=1)
            out = np.concatenate(list(rendered(sound, plan)))
            assert len(out) == plan.length
            heard_clicks = np.flatnonzero(out[:, 2] > CLICK / 3) / PLACES
            bars = np.flatnonzero(out[:, 2] > CLICK * 1.2) / PLACES
            for hit in plan.hits:
                claimed += 1
                miss = np.abs(heard_clicks - hit.mark.at / PLACES).min() / FRAME
                off.append(miss)
                on_beat += miss <= 1
                on_bar += np.abs(bars - hit.mark.at / PLACES).min() / FRAME <= 1
            bent += [max(abs(piece_bent(one)) for one in plan.pieces)]
            why += [
                f"{missed.mark.name} s of cue {number}, {missed.frames} frames off: {missed.why}"
                for missed in plan.missed
            ]
            cuts += plan.cuts
            met += plan.length_met
    print(
        f"\n{CUES} cues, {asked} marks: {claimed} claimed, {len(why)} named as missed, {unfit} in cues "
        f"without a clear beat; {cuts} cuts; the length met in {met}; {time.perf_counter() - began:.0f} s"
    )
    print("claimed marks with a known beat within a frame of 1/24 s in the rendered sound:")
    print(f"  any beat {on_beat / max(claimed, 1):.1%}, the first of a bar {on_bar / max(claimed, 1):.1%}")
    print(f"  off by {np.median(off):.2f} frames in the middle, {max(off):.2f} at most")
    print(f"tempo bent by {max(bent):.2%} at most")
    for one in why:
        print("  missed:", one)


def piece_bent(one) -> float:
    return (one.last - one.first) / (one.end - one.start) - 1


def clicks(one: Piece) -> np.ndarray:
    """A click at every beat, a higher one where bars begin, far under the music: it steers nothing."""
    track = np.zeros((len(one.samples), 1), np.float32)
    for at in one.beats:
        track[round(at * PLACES)] = CLICK
    for at in one.downbeats:
        track[round(at * PLACES)] = 2 * CLICK
    return track


def odd() -> None:
    chance = np.random.default_rng(1)
    length = 30 * RATE
    click = np.zeros(length)
    click[length // 2] = 0.9
    at = np.arange(length) / RATE
    kinds = {
        "silence": np.zeros(length),
        "noise": chance.normal(size=length) * 0.1,
        "a click": click,
        "0.2 s of noise": chance.normal(size=RATE // 5) * 0.1,
        "nothing": np.zeros(0),
        "a tone": np.sin(2 * np.pi * 440 * at) * 0.3,
        **{f"talk {number}": talk(np.random.default_rng(number), length) for number in range(4)},
    }
    print("\nno music:")
    for name, sound in kinds.items():
        music = analyse([sound[:, None].astype(np.float32)])
        key = music.key.name if music.key is not None else "no key"
        print(f"  {name:<16}{len(music.beats):>4} beats, clarity {music.pulse:.2f}, {key}")


def talk(chance: np.random.Generator, length: int) -> np.ndarray:
    """Something like speech: syllables of uneven length on a wandering pitch, and pauses."""
    sound, at = np.zeros(length), 0.3
    while at < length / RATE - 1:
        long = chance.uniform(0.08, 0.3)
        time_in = np.arange(int(long * RATE)) / RATE
        pitch = chance.uniform(90, 220)
        first = int(at * RATE)
        tone = sum(np.sin(2 * np.pi * pitch * part * time_in) / part for part in range(1, 12))
        sound[first : first + len(time_in)] += np.hanning(len(time_in)) * tone * 0.2
        at += long + (chance.uniform(0.02, 0.1) if chance.random() < 0.8 else chance.uniform(0.3, 1.2))
    return sound


if __name__ == "__main__":
    main()
