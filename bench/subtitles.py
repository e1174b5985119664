"""Subtitles: what is mended of a profile's rules, how exactly cues follow a re-cut, how they find the speech.

Run: python bench/subtitles.py [rules|real|conform|sync …]
`rules`: generated cues that keep every rule, one fault put into every third; what `fix` mends, in every
profile at five rates. `real`: dialogue of published screenplays timed as it is spoken; what is left is
named. `conform`: made-up films re-cut at five rates, every cue's frames held against the pictures'. `sync`:
cues off their speech, by seconds or another clock, beside ffsubsync (.venv-bench with ffsubsync).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
from generated.captions import kept, spoiled

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range, Time
from answerprint.departments.release.subtitling.checking import Timed, check
from answerprint.departments.release.subtitling.conforming import conformed
from answerprint.departments.release.subtitling.fixing import fix
from answerprint.departments.release.subtitling.profiles import profiles
from answerprint.departments.release.subtitling.syncing import sync_of
from answerprint.departments.release.subtitling.texts import flat
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.subtitles.model import Cue
from answerprint.formats.subtitles.srt import read_srt, write_srt

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
PEER = ROOT / ".venv-bench" / "bin" / "ffsubsync"
RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001)]
SEED = 9_900_000
COUNT = 600


def main() -> None:
    for part in sys.argv[1:] or ["rules", "real", "conform", "sync"]:
        {"rules": rules, "real": real, "conform": conform, "sync": sync}[part]()


def words(cues: object) -> str:
    return " ".join(" ".join(flat(one.text).split()) for one in cues)


def rules() -> None:
    print(f"{COUNT} cues a row, every third with a fault; what times and breaks brought in they can take out")
    print(f"{'profile':<22}{'violated':>9}{'mended':>8}{'new':>5}{'again':>7}{'text':>6}{'ms a cue':>10}")
    whole = Counter()
    for number, (name, profile) in enumerate(profiles().items()):
        rate = RATES[number % len(RATES)]
        random = np.random.default_rng(SEED + number)
        cues, shots = kept(random, COUNT, profile, rate)
        bad = spoiled(random, cues, shots, profile, rate)
        began = time.process_time()
        made = fix(bad, profile, rate, shots=shots)
        seconds = time.process_time() - began
        left = check(made.cues, profile, rate, shots=shots)
        new = len(left) - len(made.unfixable)
        again = fix(made.cues, profile, rate, shots=shots).cues == made.cues
        same = words(made.cues) == words(bad)
        whole.update(violated=len(made.violations), mended=len(made.fixed), new=new, cues=len(bad))
        print(
            f"{name:<22}{len(made.violations):>9}{len(made.fixed):>8}{new:>5}"
            f"{'same' if again else 'MOVED':>7}"
            f"{'same' if same else 'OTHER':>6}{1000 * seconds / len(bad):>10.2f}"
        )
    print(
        f"altogether {whole['cues']} cues, {whole['violated']} violations, {whole['mended']} mended "
        f"({whole['mended'] / whole['violated']:.2%}), {whole['new']} new\n"
    )


def real() -> None:
    """Every dialogue of the sample screenplays, one cue each at 15 characters a second, faults put in."""
    said: list[str] = []
    for path in sorted((DATA / "screenplays").glob("*.fountain")):
        play = read_fountain(path)
        said += [one.text for one in play.lines()]
    said = [" ".join(one.split()) for one in said if one.strip()]
    if not said:
        print("no screenplays: the folder of test data is not there")
        return
    random = np.random.default_rng(SEED + 50)
    rate, profile = Fraction(24000, 1001), profiles()["netflix-en"]
    cues, at = [], 48
    for text in said:
        long = max(8, round(len(text) / 15 * float(rate) * random.uniform(0.7, 1.3)))
        at += int(random.choice([-4, 0, 1, 2, 5, 9, 14, 40, 90]))
        cues.append(Timed(at, at + long, text))
        at += long
    shots = sorted({int(one.start + random.integers(-14, 15)) for one in cues[::3]})
    made = fix(cues, profile, rate, shots=shots)
    left = Counter(one.rule for one in made.unfixable)
    print(
        f"{len(cues)} cues of real dialogue, as it is spoken, one a speech: {len(made.violations)} "
        "violations,"
    )
    print(f"  {len(made.fixed)} mended; left, each with its reason: {dict(left) or 'none'}")
    for reason, count in Counter(one.reason.split(":")[-1].strip() for one in made.unfixable).most_common(4):
        print(f"    {count:>4}  {reason}")
    same = fix(made.cues, profile, rate, shots=shots).cues == made.cues
    print(
        f"  text {'same' if words(made.cues) == words(cues) else 'OTHER'}, "
        f"again {'same' if same else 'MOVED'}\n"
    )


def conform() -> None:
    """A film of numbered source frames; after a re-cut each cue must lie over the very frames it lay over."""
    off = cues_seen = gone = 0
    for number in range(200):
        random = np.random.default_rng(SEED + 100 + number)
        rate = RATES[number % len(RATES)]
        lengths = random.integers(20, 400, 40)
        assets = [f"a{one}" for one in random.integers(0, 12, 40)]
        firsts = random.integers(0, 100_000, 40)
        old = _cut(list(zip(assets, firsts, lengths, strict=True)), rate)
        order = random.permutation(40)[: random.integers(20, 41)]
        trims = random.integers(0, 8, (40, 2))
        new_clips = [
            (assets[one], firsts[one] + trims[one, 0], lengths[one] - trims[one].sum()) for one in order
        ]
        new = _cut(new_clips, rate)
        frames, at = {}, 0
        for name, first, long in new_clips:
            for frame in range(int(long)):
                frames.setdefault((name, int(first) + frame), []).append(at + frame)
            at += int(long)
        shown, at = [], 0
        for name, first, long in zip(assets, firsts, lengths, strict=True):
            shown += [(name, int(first) + frame) for frame in range(int(long))]
        cues = []
        for at in range(10, len(shown) - 200, 90):
            cues.append(Cue(range=Range.of_ticks(at, at + int(random.integers(30, 80)), rate), text=str(at)))
        made = conformed(read_srt(write_srt(cues)) if number % 2 else cues, old, new)
        gone += len(made.gone)
        for cue in made.cues:
            start, end = cue.range.start.frame(rate), cue.range.end.frame(rate)
            whole = cues[[one.text for one in cues].index(cue.text)].range
            was = [shown[one] for one in range(whole.start.frame(rate), whole.end.frame(rate))]
            places = {one for key in was for one in frames.get(key, [])}
            cues_seen += 1
            off += sum(one not in places for one in range(start, end)) > 0
    print(
        f"conform: 200 re-cuts at five rates, half through SubRip: {cues_seen} cues carried, {off} off by a"
    )
    print(f"  frame or more, {gone} named as gone\n")


def _cut(clips: list[tuple[str, int, int]], rate: Fraction) -> Cut:
    made, at = [], 0
    for number, (asset, first, long) in enumerate(clips):
        made.append(
            Clip(
                id=str(number),
                asset=asset,
                record=Range.of_ticks(at, at + int(long), rate),
                source=Range.of_ticks(int(first), int(first) + int(long), rate),
            )
        )
        at += int(long)
    return Cut(name="film", rate=rate, tracks=(CutTrack(name="V1", kind="video", clips=tuple(made)),))


def sync() -> None:
    rows = []
    for number in range(40):
        random = np.random.default_rng(SEED + 400 + number)
        voice, at = [], 3.0
        for _ in range(300):
            long = float(random.uniform(0.6, 5))
            voice.append((at, at + long))
            at += long + float(random.exponential(2)) + 0.2
        offset = float(random.uniform(-25, 25))
        ratio = [Fraction(1), Fraction(25, 24), Fraction(24, 25), Fraction(1001, 1000)][number % 4]
        cues = [
            ((a - offset) / float(ratio) + random.normal(0, 0.1), (b - offset + 0.3) / float(ratio))
            for a, b in voice
            if random.random() > 0.15
        ]
        cues = [one for one in cues if one[0] > 0 and one[1] > one[0]]
        found = sync_of(cues, voice)
        assert found is not None
        ours = np.median(
            [abs(a * float(found.ratio) + found.offset - _true(a, ratio, offset)) for a, _ in cues]
        )
        rows.append((float(ours), found.sure, _ffsubsync(cues, voice, ratio, offset)))
    ours, theirs = np.array([one[0] for one in rows]), [one[2] for one in rows if one[2] is not None]
    print(f"sync: {len(rows)} files off by up to 25 s, three in four by another clock: within 0.1 s", end=" ")
    print(
        f"{np.mean(ours <= 0.1):.0%} (median {np.median(ours):.3f} s), sure of {sum(one[1] for one in rows)}"
    )
    if theirs:
        peer = np.array(theirs)
        print(f"  ffsubsync: within 0.1 s {np.mean(peer <= 0.1):.0%}, median {np.median(peer):.3f} s\n")
    else:
        print("  ffsubsync is not in .venv-bench\n")


def _true(seconds: float, ratio: Fraction, offset: float) -> float:
    return seconds * float(ratio) + offset


def _ffsubsync(
    cues: list[tuple[float, float]], voice: list[tuple[float, float]], ratio: Fraction, offset: float
) -> float | None:
    if not PEER.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("voice.srt", "cues.srt", "out.srt")]
        for path, spans in zip(paths, (voice, cues), strict=False):
            path.write_text(
                write_srt(
                    Cue(range=Range(_time(start), _time(end)), text=f"cue {number}")
                    for number, (start, end) in enumerate(spans)
                )
            )
        run = subprocess.run([PEER, paths[0], "-i", paths[1], "-o", paths[2]], capture_output=True)
        if run.returncode or not paths[2].exists():
            return 60.0
        made = {one.text: float(one.range.start.seconds) for one in read_srt(paths[2].read_text())}
    return float(
        np.median(
            [
                abs(made[f"cue {n}"] - _true(a, ratio, offset))
                for n, (a, _) in enumerate(cues)
                if f"cue {n}" in made
            ]
        )
    )


def _time(seconds: float) -> Time:
    return Time(round(seconds * 1000), Fraction(1000))


if __name__ == "__main__":
    main()
