"""Speech beside the truth: a line among 200, word times, and readings with slips whose every word is known.

Run: python bench/speech.py. Voices that speak the readings are the programs flite, festival and espeak-ng
(Debian: flite, festival, festvox-kallpc16k, festvox-us-slt-hts, festvox-kdlpc16k, espeak-ng); a voice whose
program is not here is left out and said so. Peers, in the same run: pocketsphinx as it comes (free dictation,
laid along the nearest line), and forced alignment alone, which takes every reading for the line it is given.
"""

from __future__ import annotations

import os
import random
import sys
import time
import tomllib
from collections.abc import Sequence
from difflib import SequenceMatcher
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "bench"))

from generated.readings import (  # noqa: E402
    RATE,
    REPORTED_LINES,
    REPORTED_OTHER,
    REPORTED_VOICES,
    TUNING_LINES,
    MadeReading,
    Voice,
    made_readings,
    missing_programs,
    speak,
    spoken_with_times,
    words_of,
)

from answerprint.departments.footage.speech.alignment import Aligner, set_edges  # noqa: E402
from answerprint.departments.footage.speech.deviations import deviations_of  # noqa: E402
from answerprint.departments.footage.speech.marking import closely_heard  # noqa: E402
from answerprint.departments.footage.speech.readings import Heard, ScriptListener, dictate  # noqa: E402
from answerprint.formats.screenplays.fountain import read_fountain  # noqa: E402
from answerprint.formats.screenplays.model import Line  # noqa: E402

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
JFK = (
    "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your "
    "country."
)
TIMED_VOICES: tuple[Voice, ...] = (
    ("festival", "ked_diphone", ()),
    ("festival", "cmu_us_slt_arctic_hts", ()),
    ("espeak-ng", "en-us-nyc+m7", ("-s", "150", "-p", "40")),
    ("espeak-ng", "en-us+m1", ("-s", "160", "-p", "30")),
)
TIMED_LINES = REPORTED_LINES[:10]
EACH = 4  # readings of every kind by every voice
SEED = 77
SLIPS = ("repeated", "dropped", "substituted", "swapped", "inserted")
Slip = tuple[str, int, int]  # kind, first and last index
Flagged = tuple[list[Slip], bool]  # the slips flagged, and whether it was taken for a reading of a line


def main() -> None:
    if not DATA.is_dir():
        print(f"no test data at {DATA}: the recorded voices are left out")
    else:
        bench_line_among_others()
    bench_word_times()
    bench_readings()


def bench_line_among_others() -> None:
    jfk = read(DATA / "speech" / "jfk.flac")
    others = [*TUNING_LINES, *REPORTED_LINES]
    for path in sorted((ROOT / "bench" / "labelled").glob("*.fountain")):
        others += [line.text for line in read_fountain(path.read_text(encoding="utf-8")).lines()]
    lines = numbered([JFK, *others[:200]])
    began = time.process_time()
    heard = closely_heard(jfk, [(0, len(jfk))], lines)
    took = time.process_time() - began
    said = [word.text for reading in heard.readings for word in reading.words]
    said += [word.text for stretch in heard.offscript for word in stretch.words]
    free = [word.text for word in dictate(jfk, [(0, len(jfk))])]
    print(f"jfk.flac, its line among {len(lines) - 1} others:")
    print(f"  word error rate      {error_rate(words_of(JFK), said):.3f}")
    print(f"  plain pocketsphinx   {error_rate(words_of(JFK), free):.3f}")
    print(f"  processor, with the making of its model: {took / (len(jfk) / RATE):.2f} s a second of sound\n")


def bench_word_times() -> None:
    aligner = Aligner()
    print("Edges of words against the truth, ms:")
    print(f"{'voice':<34}{'edges':>6}{'median':>8}{'p95':>6}{'worst':>7}{'within 80':>11}   aligner alone")
    if DATA.is_dir():
        truth = tomllib.loads((ROOT / "bench" / "labelled" / "jfk.words.toml").read_text())["words"]
        jfk = read(DATA / "speech" / "jfk.flac")
        report_times("jfk.flac, set by hand", [(jfk, words_of(JFK), truth)], aligner)
    for voice in TIMED_VOICES:
        if missing_programs([voice]):
            print(f"{voice[1]:<34}{voice[0]} is not here: left out")
            continue
        spoken = [(*spoken_with_times(voice, words_of(line)), words_of(line)) for line in TIMED_LINES]
        report_times(voice[1], [(sound, words, times) for sound, times, words in spoken], aligner)
    print()


def report_times(
    name: str,
    spoken: Sequence[tuple[NDArray[np.int16], list[str], Sequence[Sequence[float]]]],
    aligner: Aligner,
) -> None:
    ours: list[float] = []
    alone: list[float] = []
    for sound, words, times in spoken:
        aligned = aligner.align(sound, words)
        for found, off in ((set_edges(sound, aligned, aligner), ours), (aligned, alone)):
            for word, (start, end) in zip(found, times, strict=True):
                if start == start and end == end:  # nan: the program does not say
                    off += [word.start_sample / 16 - start, word.end_sample / 16 - end]
    far = np.abs(ours)
    print(
        f"{name:<34}{len(far):>6}{np.median(far):>8.0f}{np.percentile(far, 95):>6.0f}{far.max():>7.0f}"
        f"{np.mean(far <= 80):>11.3f}   {np.mean(np.abs(alone) <= 80):.3f}, worst {np.abs(alone).max():.0f}"
    )


def bench_readings() -> None:
    lines = numbered(REPORTED_LINES)
    here = [voice for voice in REPORTED_VOICES if not missing_programs([voice])]
    for program in missing_programs(REPORTED_VOICES):
        print(f"{program} is not here: its voices are left out")
    listener = ScriptListener(lines)
    groups = {
        "voices made of recordings (flite, festival)": [one for one in here if one[0] != "espeak-ng"],
        "voices made by rule (espeak-ng)": [one for one in here if one[0] == "espeak-ng"],
    }
    for name, voices in groups.items():
        made = made_readings(REPORTED_LINES, REPORTED_OTHER, voices, EACH, SEED)
        if made:
            sounds = [speak(one.voice, one.spoken) for one in made]
            report_readings(name, made, sounds, REPORTED_LINES, lines, listener)
    if DATA.is_dir():
        texts, made, sounds = cut_recordings()
        report_readings("recordings cut and joined (two men)", made, sounds, texts, numbered(texts), None)


def report_readings(
    name: str,
    made: Sequence[MadeReading],
    sounds: Sequence[NDArray[np.int16]],
    texts: Sequence[str],
    lines: Sequence[Line],
    listener: ScriptListener | None,
) -> None:
    listener = listener or ScriptListener(lines)
    free = free_words(sounds)
    seconds = sum(len(sound) for sound in sounds) / RATE
    began = time.process_time()
    ours = [
        flagged(closely_heard(sound, spans(sound), lines, listener), one, texts)
        for one, sound in zip(made, sounds, strict=True)
    ]
    took = time.process_time() - began
    nearest = [flagged_free(words, one, texts) for one, words in zip(made, free, strict=True)]
    forced: list[Flagged] = [([], True) for _ in made]
    voices = len({one.voice for one in made})
    print(f"{len(made)} readings, {voices} {name}; {took / seconds:.3f} s of processor a second of sound")
    print(f"{'':<26}{'answerprint':>22}{'free dictation':>22}{'forced alignment':>22}")
    print(f"{'flag':<26}" + f"{'precision   recall':>22}" * 3)
    for kind in SLIPS:
        row = [shares(made, found, kind) for found in (ours, nearest, forced)]
        if row[0][2]:
            print_row(f"{kind} ({row[0][2]})", row)
    row = [off_script(made, found) for found in (ours, nearest, forced)]
    print_row(f"off the script ({row[0][2]})", row)
    row = [strays(made, found) for found in (ours, nearest, forced)]
    print_row(f"reading strays at all ({row[0][2]})", row)
    faithful = [n for n, one in enumerate(made) if one.kind == "faithful"]
    clean = [sum(found[n] == ([], True) for n in faithful) for found in (ours, nearest, forced)]
    told = "".join(f"{f'{one} of {len(faithful)}':>22}" for one in clean)
    print(f"{'faithful, nothing flagged':<26}{told}\n", flush=True)


def print_row(name: str, row: Sequence[tuple[float, float, int]]) -> None:
    print(f"{name:<26}" + "".join(f"{one[0]:>13.3f}{one[1]:>9.3f}" for one in row))


def flagged(heard: Heard, one: MadeReading, texts: Sequence[str]) -> Flagged:
    """What we flag in a reading; readings put on another line count as slips that are not there."""
    slips: list[Slip] = []
    for reading in heard.readings:
        place = int(reading.line_key)
        if place != one.line:
            slips.append(("substituted", -9, -9))
            continue
        for slip in deviations_of(reading, words_of(texts[place]), heard):
            slips.append((slip.kind, slip.index, slip.index + max(slip.count, 1) - 1))
    return slips, bool(heard.readings)


def flagged_free(words: Sequence[str], one: MadeReading, texts: Sequence[str]) -> Flagged:
    """The peer: free dictation beside the nearest line (by its words in common; under half: none)."""
    matchers = [SequenceMatcher(None, words_of(text), words, autojunk=False) for text in texts]
    place = max(range(len(texts)), key=lambda n: matchers[n].ratio())
    if matchers[place].ratio() < 0.5:
        return [], False
    slips: list[Slip] = [] if place == one.line else [("substituted", -9, -9)]
    names = {"delete": "dropped", "insert": "inserted", "replace": "substituted"}
    for tag, a, b, c, d in matchers[place].get_opcodes():
        if tag == "equal":
            continue
        again = tag == "insert" and list(words[c:d]) == words_of(texts[place])[max(0, a - (d - c)) : a]
        slips.append(("repeated" if again else names[tag], a, max(a, b - 1)))
    return slips, True


def free_words(sounds: Sequence[NDArray[np.int16]]) -> list[list[str]]:
    import pocketsphinx

    decoder = pocketsphinx.Decoder(loglevel="FATAL")
    said = []
    for sound in sounds:
        decoder.start_utt()
        decoder.process_raw(sound.tobytes(), full_utt=True)
        decoder.end_utt()
        hypothesis = decoder.hyp()
        said.append(hypothesis.hypstr.split() if hypothesis else [])
    return said


def shares(made: Sequence[MadeReading], found: Sequence[Flagged], kind: str) -> tuple[float, float, int]:
    """Precision and recall of the flags of a kind (found at its words or beside them), and its count."""
    right = flags = truths = hit = 0
    for one, (slips, _) in zip(made, found, strict=True):
        truth = runs(one.slips)
        own = [slip for slip in slips if slip[0] == kind]
        flags += len(own)
        right += sum(any(same(slip, true) for true in truth) for slip in own)
        wanted = [true for true in truth if true[0] == kind]
        truths += len(wanted)
        hit += sum(any(same(slip, true) for slip in own) for true in wanted)
    return right / flags if flags else float(not truths), hit / truths if truths else 1.0, truths


def off_script(made: Sequence[MadeReading], found: Sequence[Flagged]) -> tuple[float, float, int]:
    off = [one.line is None for one in made]
    said = [not is_line for _, is_line in found]
    right = sum(a and b for a, b in zip(off, said, strict=True))
    return right / sum(said) if any(said) else 0.0, right / sum(off) if any(off) else 1.0, sum(off)


def strays(made: Sequence[MadeReading], found: Sequence[Flagged]) -> tuple[float, float, int]:
    """Whole readings flagged, whatever for: any slip, or no reading of a line at all."""
    true = [one.kind != "faithful" for one in made]
    said = [bool(slips) or not is_line for slips, is_line in found]
    right = sum(a and b for a, b in zip(true, said, strict=True))
    return right / sum(said) if any(said) else 0.0, right / sum(true), sum(true)


def same(slip: Slip, true: Slip) -> bool:
    return slip[0] == true[0] and slip[1] <= true[2] + 1 and slip[2] >= true[1] - 1


def runs(slips: Sequence[tuple[str, int]]) -> list[Slip]:
    joined: list[Slip] = []
    for kind, index in slips:
        if joined and joined[-1][0] == kind and index - joined[-1][2] in (0, 1):
            joined[-1] = (kind, joined[-1][1], index)
        else:
            joined.append((kind, index, index))
    return joined


def cut_recordings() -> tuple[list[str], list[MadeReading], list[NDArray[np.int16]]]:
    """Real voices with words cut out, doubled, or taken from elsewhere: a man in public, and one who reads.

    Where to cut is set by hand in one and by the aligner in the other; what is cut is the truth.
    """
    aligner = Aligner()
    texts, sounds, places = [JFK], [read(DATA / "speech" / "jfk.flac")], []
    hand = tomllib.loads((ROOT / "bench" / "labelled" / "jfk.words.toml").read_text())["words"]
    places.append([(16 * start, 16 * end) for start, end in hand])
    for path in sorted((DATA / "speech" / "librivox").glob("*.txt")):
        texts.append(path.read_text().strip())
        sounds.append(read(path.with_suffix(".wav")))
        aligned = aligner.align(sounds[-1], words_of(texts[-1]))
        places.append([(word.start_sample, word.end_sample) for word in aligned])
    chance = random.Random(SEED)
    made: list[MadeReading] = []
    cut: list[NDArray[np.int16]] = []
    for place, (text, sound, edges) in enumerate(zip(texts, sounds, places, strict=True)):
        words = words_of(text)
        voice: Voice = ("recording", "jfk" if place == 0 else "librivox", ())
        made.append(MadeReading("faithful", voice, tuple(words), place, ()))
        cut.append(sound)
        for kind in ("repeated", "dropped", "substituted"):
            for _ in range(EACH):
                length = chance.choice((2, 3))
                at = chance.randrange(1, len(words) - length - 1)
                first, last = edges[at][0], edges[at + length - 1][1]
                slips = tuple((kind, index) for index in range(at, at + length))
                if kind == "repeated":
                    parts = [sound[:last], sound[first:]]
                elif kind == "dropped":
                    parts = [sound[:first], sound[last:]]
                else:
                    other = chance.choice([n for n in range(1, len(texts)) if n != place])
                    start = chance.randrange(1, len(places[other]) - 3)
                    piece = sounds[other][places[other][start][0] : places[other][start + 1][1]]
                    parts = [sound[:first], piece, sound[last:]]
                made.append(MadeReading(kind, voice, (), place, slips))
                cut.append(np.concatenate(parts))
    for path in sorted((DATA / "voices").glob("*.flac")):
        made.append(MadeReading("wrong_page", ("recording", path.stem.split("-")[0], ()), (), None, ()))
        cut.append(read(path))
    return texts, made, cut


def numbered(texts: Sequence[str]) -> list[Line]:
    return [
        Line(key=str(n), scene="1", number=n + 1, character="", text=text, source_line=n + 1)
        for n, text in enumerate(texts)
    ]


def spans(sound: NDArray[np.int16]) -> list[tuple[int, int]]:
    return [(0, len(sound))]


def error_rate(written: Sequence[str], said: Sequence[str]) -> float:
    """Words substituted, missing and added, in parts of the words written (edit distance)."""
    row = list(range(len(said) + 1))
    for i, word in enumerate(written, start=1):
        before, row[0] = row[0], i
        for j, other in enumerate(said, start=1):
            before, row[j] = row[j], min(before + (word != other), row[j] + 1, row[j - 1] + 1)
    return row[-1] / len(written)


def read(path: Path) -> NDArray[np.int16]:
    samples, rate = soundfile.read(path, dtype="float64")
    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    common = gcd(rate, RATE)
    mono = resample_poly(mono, RATE // common, rate // common) if rate != RATE else mono
    return (np.clip(mono, -1, 1) * 32767).astype(np.int16)


if __name__ == "__main__":
    main()
