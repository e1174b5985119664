"""Who spoke when, beside baselines, on a real conversation and on mixtures; sounds on made scenes; the speed.

DER: no collar, overlaps scored (NIST md-eval). Mixtures: LibriSpeech voices put together with pauses and
overlaps; their truth is the level of the clean voices between 300 and 3800 Hz. Nothing was tuned on either:
thresholds were set on mixtures of other recordings (two readers, two videos' voices; seeds 300 …).
Run: python bench/speakers.py [--parity PYTHON]   PYTHON: one with torch, asteroid-filterbanks and librosa.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from scipy.cluster.vq import kmeans2
from scipy.signal import resample_poly

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "footage"))
from conversations import RATE, Conversation, converse, utterances
from sound_scenes import applause, laughter, music, room

from answerprint.core.footage import SOUNDS
from answerprint.departments.footage.sound.events import sound_events
from answerprint.departments.footage.sound.voice import Classical as ClassicalVoice
from answerprint.departments.footage.sound.voice import voice_ranges
from answerprint.departments.footage.speakers.classical import Classical
from answerprint.departments.footage.speakers.diarisation_error import Span, diarisation_error
from answerprint.departments.footage.speakers.neural import Neural
from answerprint.departments.footage.speakers.rttm import read_rttm
from answerprint.models.pyannote_segmentation import WINDOW, Segmenter
from answerprint.models.resemblyzer import HOP, PARTIAL, VoiceEncoder, mel_frames
from answerprint.models.shelf import Shelf

DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
SEEDS = (101, 102, 103)
Diariser = Callable[[np.ndarray], list[Span]]


def voiced(samples: np.ndarray) -> tuple[tuple[int, int], ...]:
    return tuple((one.start_sample, one.end_sample) for one in voice_ranges(samples, ClassicalVoice()))


def one_speaker(samples: np.ndarray) -> list[Span]:
    return [(start, end, "0") for start, end in voiced(samples)]


def two_clusters(samples: np.ndarray) -> list[Span]:
    """The naive way: every second of speech, its mean mel spectrum, k-means with two."""
    mels = np.log(mel_frames(samples) + 1e-10)
    pieces = [(at, min(at + RATE, end)) for start, end in voiced(samples) for at in range(start, end, RATE)]
    if len(pieces) < 2:
        return one_speaker(samples)
    means = np.stack([mels[a // HOP : max(b // HOP, a // HOP + 1)].mean(axis=0) for a, b in pieces])
    _, labels = kmeans2(means, 2, minit="++", rng=np.random.default_rng(1))
    return [(a, b, str(label)) for (a, b), label in zip(pieces, labels, strict=True)]


def spans_of(found: Any) -> list[Span]:
    return [(turn.start, turn.end, str(turn.speaker)) for turn in found.turns]


def recordings() -> list[tuple[str, Conversation]]:
    sample, _ = soundfile.read(DATA / "diarisation" / "sample.wav", dtype="float32")
    truth = read_rttm(DATA / "diarisation" / "sample.rttm", RATE)
    found = [("pyannote sample", Conversation(sample, truth, 2))]
    voices = utterances(list((DATA / "voices").glob("*.flac")))
    for count, label in ((1, "one voice"), (2, "two voices"), (3, "three voices")):
        for seed in SEEDS:
            for names in combinations(voices, count):
                found.append((label, converse({name: voices[name] for name in names}, seed)))
    return found


def main() -> None:
    if not DATA.is_dir():
        print(f"no test data at {DATA}: nothing measured")
        return
    diarisers: dict[str, Diariser] = {
        "one speaker": one_speaker,
        "two clusters": two_clusters,
        "classical": lambda samples: spans_of(Classical(voiced(samples)).diarise(samples)),
    }
    shelf = Shelf()
    if shelf.fetched("pyannote-segmentation") and shelf.fetched("resemblyzer"):
        neural = Neural(Segmenter(shelf), VoiceEncoder(shelf))
        diarisers["bundled"] = lambda samples: spans_of(neural.diarise(samples))
    else:
        print("pyannote-segmentation and resemblyzer are not both here (models fetch): bundled left out")
    groups: dict[str, list[Conversation]] = {}
    for label, one in recordings():
        groups.setdefault(label, []).append(one)
    print(f"{'recordings':<24}{'by':<14}{'DER':>7}{'worst':>7}{'missed':>8}{'false':>7}{'confused':>9}"
          f"{'people':>8}{'x real time':>13}")  # fmt: skip
    for label, group in groups.items():
        for name, diarise in diarisers.items():
            began = time.process_time()
            found = [diarise(one.samples) for one in group]
            took = time.process_time() - began
            errors = [diarisation_error(one.truth, turns) for one, turns in zip(group, found, strict=True)]
            spoken = sum(one.spoken for one in errors)
            parts = [
                sum(getattr(one, part) for one in errors) / spoken for part in ("missed", "false", "confused")
            ]
            right = sum(
                len({who for *_, who in turns}) == one.people for one, turns in zip(group, found, strict=True)
            )
            length = sum(len(one.samples) for one in group) / RATE
            print(
                f"{f'{label} ({len(group)})':<24}{name:<14}{sum(parts):>7.3f}"
                f"{max(one.rate for one in errors):>7.3f}{parts[0]:>8.3f}{parts[1]:>7.3f}{parts[2]:>9.3f}"
                f"{f'{right}/{len(group)}':>8}{length / took:>13.0f}",
                flush=True,
            )
    sounds()
    if "--parity" in sys.argv:
        parity(sys.argv[sys.argv.index("--parity") + 1], shelf)


def scene(seed: int, speech: list[np.ndarray], noise: np.ndarray) -> tuple[np.ndarray, list[Span]]:
    """Speech, a room, real noise, and each sound once, in a random order; with where the sounds are."""
    random = np.random.default_rng(seed)
    parts: list[tuple[str, np.ndarray]] = [
        ("laughter", laughter(random.uniform(3, 6), seed)),
        ("applause", applause(random.uniform(3, 8), seed, int(random.choice([15, 40, 120])))),
        ("music", music(random.uniform(5, 10), seed)),
        ("silence", np.zeros(int(random.uniform(2, 4) * RATE), np.float32)),
        ("", noise),
        *(("", one[: 8 * RATE]) for one in speech),
    ]
    at, sound, truth = 0, [], []
    for i in random.permutation(len(parts)):
        kind, part = parts[i]
        if kind:
            truth.append((at, at + len(part), kind))
        sound.append(part)
        at += len(part)
    samples = np.concatenate(sound)
    return (samples + room(len(samples) / RATE + 1, seed, 3e-4)[: len(samples)]).astype(np.float32), truth


def sounds() -> None:
    """Found and right sounds of scenes that no threshold was set on. A sound is found where an event of its
    kind covers half of it, an event right where half of it is such a sound."""
    speech = [np.concatenate(said) for said in utterances(list((DATA / "voices").glob("*.flac"))).values()]
    noise, rate = soundfile.read(DATA / "cleanup" / "noise_freesound_573577.wav", dtype="float32")
    scenes = [
        scene(seed, speech, resample_poly(noise, RATE, rate).astype(np.float32)) for seed in range(200, 220)
    ]
    began = time.process_time()
    found = [sound_events(samples, voiced(samples)) for samples, _ in scenes]
    took = time.process_time() - began
    print(f"\n{'sound (20 scenes)':<24}{'recall':>8}{'precision':>11}{'edges, s':>10}")
    for kind in SOUNDS:
        hit = total = right = events = 0
        edges: list[float] = []
        for (_, truth), heard in zip(scenes, found, strict=True):
            true = [(start, end) for start, end, name in truth if name == kind]
            ours = [(one.start, one.end) for one in heard if one.sound == kind]
            total, events = total + len(true), events + len(ours)
            hit += sum(_shared(one, ours) >= 0.5 for one in true)
            right += sum(_shared(one, true) >= 0.5 for one in ours)
            for start, end in true:
                over = [one for one in ours if one[0] < end and start < one[1]]
                edges += [abs(over[0][0] - start) / RATE, abs(over[-1][1] - end) / RATE] if over else []
        print(f"{kind:<24}{hit / total:>8.2f}{right / max(1, events):>11.2f}{np.median(edges):>10.2f}")
    length = sum(len(samples) for samples, _ in scenes) / RATE
    print(f"{length:.0f} s of sound, with its voice activity, at {length / took:.0f} x real time")


def _shared(one: tuple[int, int], others: list[tuple[int, int]]) -> float:
    together = sum(max(0, min(one[1], end) - max(one[0], start)) for start, end in others)
    return together / (one[1] - one[0])


def parity(python: str, shelf: Shelf) -> None:
    """The largest difference between the networks here and in PyTorch, on the pyannote sample."""
    sound, _ = soundfile.read(DATA / "diarisation" / "sample.wav", dtype="float32")
    windows = np.stack([sound[at : at + WINDOW] for at in range(0, len(sound) - WINDOW, 16_000)])
    mels = mel_frames(sound)
    partials = np.stack([mels[at : at + PARTIAL] for at in range(0, len(mels) - PARTIAL, 50)])
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(given, windows=windows, sound=sound, mels=partials)
        program = Path(__file__).parent / "peers" / "speaker_networks.py"
        paths = (shelf.path("pyannote-segmentation"), shelf.path("resemblyzer"), given, out)
        subprocess.run([python, str(program), *map(str, paths)], check=True)
        told = np.load(out)
        activities = np.abs(told["activities"] - Segmenter(shelf).activities(windows))
        voices = np.abs(told["voices"] - VoiceEncoder(shelf).embed(partials))
        print(f"segmentation beside torch: largest {activities.max():.1e}, mean {activities.mean():.1e}")
        print(f"encoder beside torch: largest {voices.max():.1e}")
        print(
            f"mel frames beside librosa: largest {np.abs(told['mels'] - mels).max() / mels.max():.1e} of the "
            "strongest"
        )


if __name__ == "__main__":
    main()
