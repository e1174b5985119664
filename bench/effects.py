"""Sound effects made in ways that nothing was trained on: what is told of them, searches, copies, loops,
speed.

Run: python bench/effects.py [told|like|words|copies|loops|real|speed …]
`told`, `like`: ten classes, 48 sounds each, two ways of making a class (bench/generated/effects*.py), as
files come: rooms, noise, band limits, levels. Beside likeness: means and deviations of 20 mel cepstra, of
librosa (in .venv-bench) and of our own bands. `words`: the same under names that say nothing and names
that say something. `copies`: level, rate, mp3 and AAC, 8 bits, trims and offsets of 40 of them among 160
others. `loops`: the seam beside the naive one. `real`: what it says of ../shared/data, which nobody
labelled. All but those are made up.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import soundfile
from scipy.fft import dct
from scipy.signal import resample_poly

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench" / "generated"))

import effects  # noqa: E402

from answerprint.departments.sound.effects.bands import powers  # noqa: E402
from answerprint.departments.sound.effects.fingerprints import groups, same, words  # noqa: E402
from answerprint.departments.sound.effects.loops import best_loop, looped, seam  # noqa: E402
from answerprint.departments.sound.effects.naming import words_of  # noqa: E402
from answerprint.departments.sound.effects.network import classes, told  # noqa: E402
from answerprint.departments.sound.effects.searching import Entry, by_words  # noqa: E402
from answerprint.media.encode import AudioSettings, Sound, write_sound  # noqa: E402
from answerprint.pipeline.sound_library.hearing import heard_in  # noqa: E402
from answerprint.pipeline.sound_library.library import read_library  # noqa: E402

PEER = Path(os.environ.get("ANSWERPRINT_BENCH_PYTHON", ROOT / ".venv-bench" / "bin" / "python"))
DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
PEER_CODE = (
    "import sys,json,librosa,numpy as np\n"
    "out={}\n"
    "for p in sys.argv[1:]:\n"
    " y,sr=librosa.load(p,sr=32000)\n"
    " m=librosa.feature.mfcc(y=y,sr=sr,n_mfcc=20)\n"
    " out[p]=[*map(float,m.mean(1)),*map(float,m.std(1))]\n"
    "json.dump(out,sys.stdout)\n"
)


def main() -> None:
    parts = {"told": told_classes, "like": like, "words": by_word, "copies": copied, "loops": loops,
             "real": real, "speed": speed}  # fmt: skip
    for part in sys.argv[1:] or list(parts):
        parts[part]()


_HELD: list[tuple[effects.Effect, np.ndarray, object]] = []


def held() -> list[tuple[effects.Effect, np.ndarray, object]]:
    if not _HELD:
        for one in effects.held_out():
            power = powers(resample_poly(one.sound, 2, 3))
            _HELD.append((one, power, told(power)))
    return _HELD


def told_classes() -> None:
    names = classes()
    rows, wrong = defaultdict(list), defaultdict(Counter)
    sure = []
    for one, _, answer in held():
        best = names[int(answer.shares.argmax())]
        for key in (one.kind, (one.kind, one.family)):
            rows[key].append(best == one.kind)
        sure.append((float(answer.shares.max()), best == one.kind))
        if best != one.kind:
            wrong[one.kind][best] += 1
    share = np.mean([right for _, right in sure])
    print(f"{len(sure)} sounds of ten classes, told among {len(names)}: {share:.1%} right")
    for kind in effects.CLASSES:
        ways = ", ".join(
            f"{f.__name__} {np.mean(rows[kind, f.__name__]):.0%}" for f in effects.FAMILIES[kind]
        )
        taken = ", ".join(f"{name} {count}" for name, count in wrong[kind].most_common(3))
        print(f"  {kind:<10}{np.mean(rows[kind]):6.0%}   {ways}{'; taken for ' + taken if taken else ''}")
    for low, high in ((0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        some = [right for share, right in sure if low <= share < high]
        if some:
            bounds = f"{low:.1f} to {min(high, 1.0):.1f}"
            print(f"  confidence {bounds}: {len(some):4} sounds, {np.mean(some):.0%} right")


def precision(vectors: np.ndarray, kinds: np.ndarray) -> tuple[float, float]:
    """Mean average precision, and the share of the first five that are right; by example, itself left out."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = unit @ unit.T
    each, five = [], []
    for number in range(len(kinds)):
        order = np.argsort(-alike[number], kind="stable")
        hit = kinds[order[order != number]] == kinds[number]
        each.append((np.cumsum(hit) / np.arange(1, len(hit) + 1))[hit].mean())
        five.append(hit[:5].mean())
    return float(np.mean(each)), float(np.mean(five))


def like() -> None:
    kinds = np.array([one.kind for one, _, _ in held()])
    ways = np.array([one.family for one, _, _ in held()])
    vectors = np.array([answer.embedding for _, _, answer in held()])
    print(f"{'by example':<34}{'mAP':>8}{'first 5':>9}")
    print("{:<34}{:8.3f}{:9.3f}".format("ours", *precision(vectors, kinds)))
    own = []
    for _, power, _ in held():
        cepstra = dct(10 * np.log10(np.maximum(power, power.max() * 1e-8)), axis=1, norm="ortho")[:, :20]
        own.append([*cepstra.mean(0), *cepstra.std(0)])
    print(
        "{:<34}{:8.3f}{:9.3f}".format(
            "cepstra of our bands, cosine", *precision(scaled(np.array(own)), kinds)
        )
    )
    peer = peers()
    if peer is not None:
        print("{:<34}{:8.3f}{:9.3f}".format("librosa MFCC, cosine", *precision(peer, kinds)))
        print("{:<34}{:8.3f}{:9.3f}".format("librosa MFCC, scaled, cosine", *precision(scaled(peer), kinds)))
    cross = []
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for number in range(len(kinds)):  # of the class's other way only
        keep = ways != ways[number]
        order = np.argsort(-(unit @ unit[number])[keep], kind="stable")
        hit = kinds[keep][order] == kinds[number]
        cross.append((np.cumsum(hit) / np.arange(1, len(hit) + 1))[hit].mean())
    print(f"{'ours, only the other way counts':<34}{np.mean(cross):8.3f}")


def scaled(vectors: np.ndarray) -> np.ndarray:
    return (vectors - vectors.mean(0)) / (vectors.std(0) + 1e-9)


def peers() -> np.ndarray | None:
    if not PEER.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{number:04d}.wav") for number in range(len(held()))]
        for path, (one, _, _) in zip(paths, held(), strict=True):
            soundfile.write(path, one.sound, effects.RATE, subtype="PCM_16")
        done = subprocess.run([PEER, "-c", PEER_CODE, *paths], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"librosa did not run: {done.stderr.strip().splitlines()[-1:]}")
            return None
        found = json.loads(done.stdout)
        return np.array([found[path] for path in paths])


ASKED = {
    "heavy rain": "rain", "downpour": "rain", "howling wind": "wind", "gale": "wind",
    "campfire crackling": "fire",
    "flames": "fire", "distant thunder": "thunder", "explosion": "thunder", "birdsong at dawn": "birds",
    "chirping": "birds", "walking": "footsteps", "boots on gravel": "footsteps", "shattering bottle": "glass",
    "broken glass": "glass", "motorcycle": "engine", "car idle": "engine", "police siren": "siren",
    "ambulance": "siren", "church bells": "bell", "gong": "bell",
}  # fmt: skip


def by_word() -> None:
    names = classes()
    chance = np.random.default_rng(5)
    for title, share in (
        ("names that say nothing", 0.0),
        ("one name in four says it, one in ten lies", 0.25),
    ):
        entries, kinds = [], []
        for number, (one, _, answer) in enumerate(held()):
            name = f"REC_{number:04d}"
            if share and chance.uniform() < share:
                name = f"{one.kind} {number}"
            elif share and chance.uniform() < 0.1:
                name = f"{chance.choice(effects.CLASSES)} {number}"
            order = np.argsort(-answer.shares)[:5]
            entries.append(
                Entry(words_of(name), tuple((names[at], float(answer.shares[at])) for at in order))
            )
            kinds.append(one.kind)
        right = []
        for asked, kind in ASKED.items():
            best = np.argsort(-by_words(asked, entries), kind="stable")[:5]
            right.append(np.mean([kinds[at] == kind for at in best]))
        print(f"{len(ASKED)} questions, {title}: {np.mean(right):.0%} of the first five right")


def copied() -> None:
    every = [one for one, _, _ in held()]
    chance = np.random.default_rng(9)
    chosen = chance.permutation(len(every))[:200]
    prints, origin, how = {}, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for at, index in enumerate(chosen):
            sound = every[index].sound
            prints[f"o{at}"] = words(powers(resample_poly(sound, 2, 3)))
            origin[f"o{at}"] = at
            if at >= 40:
                continue
            for name, made in changed(sound, Path(folder), chance).items():
                prints[f"{name}{at}"] = words(powers(made))
                origin[f"{name}{at}"], how[f"{name}{at}"] = at, name
    began = time.perf_counter()
    pairs = same(prints)
    taken = time.perf_counter() - began
    right = [origin[one.one] == origin[one.other] for one in pairs]
    together = {
        name: number
        for number, group in enumerate(groups([(p.one, p.other) for p in pairs]))
        for name in group
    }
    print(f"{len(prints)} sounds, {len(how)} of them copies, held against one another in {taken:.1f} s")
    print(f"  pairs found {len(pairs)}, of them right {np.mean(right):.1%}")
    for name in dict.fromkeys(how.values()):
        some = [one for one, way in how.items() if way == name]
        found = [together.get(one, -1) == together.get(f"o{origin[one]}", -2) for one in some]
        print(f"  {name:<24}{np.mean(found):6.0%} of {len(some)}")


def changed(sound: np.ndarray, folder: Path, chance: np.random.Generator) -> dict[str, np.ndarray]:
    """Copies of a sound at 48 kHz, as they come to 32 kHz."""
    made = {
        "level −18 dB": sound * 0.126,
        "44.1 kHz": resample_poly(resample_poly(sound, 147, 160), 160, 147)[: len(sound)],
    }
    cut = int(chance.uniform(0.1, 0.35) * len(sound))
    made["trimmed front"] = sound[cut:]
    made["trimmed both"] = sound[cut // 2 : len(sound) - cut // 2]
    made["offset, noise before"] = np.concatenate(
        [1e-3 * chance.standard_normal(int(chance.uniform(0.05, 1) * 48_000)), sound]
    )
    made["8 bits"] = np.round(sound / np.abs(sound).max() * 100) / 127
    soundfile.write(folder / "copy.mp3", sound, 48_000, format="MP3")
    made["mp3"] = decoded(folder / "copy.mp3")
    out = folder / "copy.m4a"
    out.unlink(missing_ok=True)
    settings = AudioSettings(bitrate=96_000, channels=1)
    write_sound(out, Sound([sound.astype(np.float32)[:, None]], settings))
    made["AAC 96 kbit/s"] = decoded(out)
    return {name: resample_poly(one, 2, 3) for name, one in made.items()}


def decoded(path: Path) -> np.ndarray:
    from answerprint.media.decode import read_sound
    from answerprint.media.fanout import SoundForm

    blocks = [one.samples for one in read_sound(path, SoundForm(mono=True))]
    return np.concatenate(blocks).mean(axis=1).astype(np.float64)


def loops() -> None:
    naive, ours, blended, none = [], [], [], 0
    for one, _, _ in held():
        if one.kind not in ("rain", "wind", "fire", "engine", "siren") or len(one.sound) < 2 * effects.RATE:
            continue
        sound = one.sound.astype(np.float32)
        found = best_loop(sound, effects.RATE)
        if found is None:
            none += 1
            continue
        naive.append(seam(sound, effects.RATE, int(0.05 * len(sound)), int(0.95 * len(sound))))
        ours.append(found.seam)
        made = looped(sound[:, None], effects.RATE, found)[:, 0]
        round_twice = np.concatenate([made, made])
        blended.append(seam(round_twice, effects.RATE, len(made), len(made)))
    print(f"{len(ours)} sounds of rain, wind, fire, engines, sirens over 2 s ({none} without a loop)")
    for title, some in (
        ("cut at 5 and 95 %", naive),
        ("our points, no blend", ours),
        ("written loop", blended),
    ):
        print(
            f"  {title:<22} seam {np.mean(some):.2f} in the mean, "
            f"{np.percentile(some, 10):.2f} at the 10th percentile"
        )


def real() -> None:
    paths = [
        *sorted((DATA / "cleanup").glob("*.wav")), *sorted((DATA / "speech").rglob("*.wav"))[:3],
        DATA / "speech" / "jfk.flac", *sorted((DATA / "voices").glob("*.flac"))[:6],
        *(DATA / "video" / name for name in ("big_buck_bunny_0_30.webm", "auto_editor_example.mp4")),
        DATA / "video" / "counter.mp4",
    ]  # fmt: skip
    for path in paths:
        if path.exists():
            try:
                one = heard_in(path)
            except Exception as error:  # noqa: BLE001 - a bench tells and goes on
                print(f"  {path.name}: {error}")
                continue
            tags = ", ".join(f"{tag.name} {tag.confidence:.2f}" for tag in one.tags[:3])
            print(f"  {path.name:<34}{one.seconds:7.1f} s  {one.measures.kind:<11}{tags}")


def speed() -> None:
    with tempfile.TemporaryDirectory() as folder:
        total = 0.0
        for number, one in enumerate(effects.held_out(12)):
            soundfile.write(Path(folder) / f"{number:04d}.wav", one.sound, effects.RATE, subtype="PCM_24")
            total += len(one.sound) / effects.RATE
        index = Path(folder) / "of.index"
        for title in ("heard", "known again"):
            began = time.perf_counter()
            found = read_library(Path(folder), index=index)
            taken = time.perf_counter() - began
            files, hours = len(found.sounds) / taken * 60, total / 3600 / taken * 60
            print(f"{title}: {len(found.sounds)} files, {total / 60:.1f} minutes of sound, {taken:.1f} s")
            print(f"  {files:.0f} files and {hours:.2f} hours a minute")


if __name__ == "__main__":
    main()
