"""A film of any length is mixed in the memory of a short one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from answerprint.departments.sound.gathering import mix_clip
from answerprint.departments.sound.mixing import MixClip, Samples, master, render_mix
from answerprint.departments.sound.records import MixPlace
from answerprint.media.wave import read_wave_blocks
from answerprint.media.wave_writing import write_wave

RATE = 48_000
MINUTE = 60 * 24  # frames of the cut
CEILING = -1.5

# One mix in a process of its own. VmHWM, for ru_maxrss keeps what the process that started this one held.
CHILD = """
import json, resource, sys
from fractions import Fraction
from pathlib import Path
from answerprint.departments.sound.gathering import mix_clip
from answerprint.departments.sound.mixing import RATE, master
from answerprint.departments.sound.records import MixPlace
from answerprint.media.wave_writing import write_wave

def highest():
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024

line, out, minutes, ceiling = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
clips = [
    mix_clip(MixPlace(clip=str(at), start=at * 1440, end=(at + 1) * 1440), Fraction(24), line, 0.0)
    for at in range(minutes)
]
before = highest()
done = master(
    clips, [False] * minutes, minutes * 60 * RATE, -20.0, ceiling,
    lambda blocks: write_wave(out, blocks, RATE, bits=24),
)
print(json.dumps({
    "before": before, "highest": highest(), "limited": done.limited, "samples": done.loudness.samples,
    "integrated": done.loudness.integrated, "true_peak": done.loudness.true_peak, "bytes": out.stat().st_size,
}))
out.unlink()
"""


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """A minute of noise with syllables and shouts: at −20 LUFS its peaks need holding."""
    at = np.arange(60 * RATE) / RATE
    syllables = (0.6 + 0.4 * np.sin(2 * np.pi * 3 * at)) * (1 + 3 * (np.sin(2 * np.pi * at / 7) > 0.95))
    noise = np.random.default_rng(0).normal(0, 0.05, len(at)) * syllables
    path = tmp_path / "line.wav"
    write_wave(path, noise[:, None].astype(np.float32), RATE, bits=32)
    return path


@pytest.mark.parametrize("minutes", [10, pytest.param(120, marks=pytest.mark.slow)])
def test_a_long_film_is_mixed_in_little_memory(line: Path, minutes: int) -> None:
    arguments = [str(line), str(line.with_name("mix.wav")), str(minutes), str(CEILING)]
    told = subprocess.run([sys.executable, "-c", CHILD, *arguments], check=True, capture_output=True)
    made = json.loads(told.stdout)
    samples = minutes * 60 * RATE
    assert made["limited"] and made["samples"] == samples and made["bytes"] > samples * 6
    assert made["integrated"] == pytest.approx(-20, abs=0.1) and made["true_peak"] <= CEILING
    # Megabytes; ten minutes of two channels are 220 as float32, two hours 2 600.
    assert made["highest"] - made["before"] < 100
    assert made["highest"] < 600


def test_a_clip_read_from_its_file_mixes_as_one_in_memory(tmp_path: Path) -> None:
    rate, line = Fraction(24), tmp_path / "line.wav"
    write_wave(line, np.random.default_rng(3).normal(0, 0.1, (6 * RATE, 1)).astype(np.float32), RATE, bits=32)
    places = [
        MixPlace(clip="one", start=0, end=37),
        MixPlace(clip="two", start=30, end=100, goes_on=(False, True)),
        MixPlace(clip="over", start=100, end=100 + MINUTE),  # asks for more than the file holds
    ]
    filed = [mix_clip(place, rate, line, 3.0) for place in places]
    sound = np.concatenate(list(read_wave_blocks(line)))
    held = [
        MixClip(
            sound[: (place.end - place.start) * RATE // 24],
            place.start * RATE // 24,
            3.0,
            fade_in=clip.fade_in,
            fade_out=clip.fade_out,
        )
        for place, clip in zip(places, filed, strict=True)
    ]
    assert [clip.end for clip in filed] == [clip.end for clip in held]
    assert filed[1].fade_out == 0 and filed[1].fade_in > 0
    total = 12 * RATE
    assert np.array_equal(render_mix(filed, total), render_mix(held, total))
    mixes: list[Samples] = []
    for clips in (filed, held):
        master(clips, [False, True, False], total, -16.0, -6.0, lambda blocks: mixes.append(_joined(blocks)))
    half = len(mixes) // 2
    assert half >= 1 and np.array_equal(mixes[half - 1], mixes[-1])
    assert not np.array_equal(mixes[-1], render_mix(held, total))


def _joined(blocks: Iterable[Samples]) -> Samples:
    return np.concatenate(list(blocks))
