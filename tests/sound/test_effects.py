"""Sound effects: what is told of them, named, found, known again, and where they go round."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import butter, resample_poly, sosfilt

from answerprint.departments.sound.effects import (
    bands,
    fingerprints,
    loops,
    measures,
    naming,
    network,
    searching,
)
from answerprint.departments.sound.effects.sheet import png

RATE = bands.RATE
FOLDER = Path(network.__file__).parent


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def ticking(seconds: float = 4.0, rate: float = 2.0, seed: int = 1) -> np.ndarray:
    """Short bursts of noise at even times: a clock, to the ear."""
    out = 1e-4 * chance(seed).standard_normal(int(seconds * RATE))
    burst = chance(seed).standard_normal(300) * np.exp(-np.arange(300) / 60)
    for at in np.arange(0.1, seconds - 0.1, 1 / rate):
        start = int(at * RATE)
        out[start : start + 300] += burst
    return (0.3 * out).astype(np.float32)


def wail(seconds: float = 4.0) -> np.ndarray:
    at = np.arange(int(seconds * RATE)) / RATE
    hertz = 700 + 400 * np.sin(2 * np.pi * 0.4 * at)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    return sum(np.sin(k * phase) / k for k in range(1, 8)).astype(np.float32) * 0.2


def patter(seconds: float = 4.0, seed: int = 3) -> np.ndarray:
    """A noise of gusts and drops: no two moments alike."""
    rng = chance(seed)
    n = int(seconds * RATE)
    gate = np.abs(sosfilt(butter(1, 8, fs=RATE, output="sos"), rng.standard_normal(n)))
    drops = np.zeros(n)
    places = rng.integers(0, n, int(40 * seconds))
    drops[places] = rng.exponential(3, len(places))
    return (0.1 * (rng.standard_normal(n) * gate / gate.mean() + drops)).astype(np.float32)


def test_the_weights_are_those_of_the_card_and_small() -> None:
    card = tomllib.loads((FOLDER / "network.toml").read_text("utf-8"))
    data = (FOLDER / network.WEIGHTS).read_bytes()
    assert hashlib.sha256(data).hexdigest() == card["sha256"] == network.digest()
    assert len(data) == card["size"] < 1_000_000
    assert set(network.classes()) == set(naming.classes())


def test_a_wail_is_a_siren_and_even_clicks_are_a_clock() -> None:
    for sound, name in ((wail(), "siren"), (ticking(), "clock")):
        shares = network.told(bands.powers(sound)).shares
        assert network.classes()[int(shares.argmax())] == name
        assert shares.sum() == pytest.approx(1, abs=1e-3)


def test_what_is_told_does_not_change_with_the_level() -> None:
    loud, soft = (network.told(bands.powers(gain * wail())) for gain in (1.0, 0.01))
    assert float(loud.embedding @ soft.embedding) > 0.99
    np.testing.assert_allclose(loud.shares, soft.shares, atol=0.05)


def test_a_tone_has_its_pitch_and_noise_has_none() -> None:
    at = np.arange(RATE) / RATE
    for hertz in (110.0, 441.0, 1500.0):
        tone = sum(np.sin(2 * np.pi * k * hertz * at) / k for k in range(1, 5))
        assert measures.pitch(tone.astype(np.float32)) == pytest.approx(hertz, rel=0.01)
    assert measures.pitch(chance().standard_normal(RATE).astype(np.float32)) is None


def test_even_clicks_are_counted_and_called_rhythmic() -> None:
    sound = ticking(4.0, 2.0)
    found = measures.measured(sound, bands.powers(sound))
    assert found.kind == "rhythmic"
    assert found.onsets == 8


def test_one_bang_is_a_one_shot_steady_noise_goes_on_and_nothing_is_silent() -> None:
    bang = chance().standard_normal(2 * RATE) * np.exp(-np.arange(2 * RATE) / 1500)
    for sound, kind in (
        (bang, "one-shot"),
        (chance().standard_normal(3 * RATE), "continuous"),
        (np.zeros(RATE), "silent"),
    ):
        held = sound.astype(np.float32)
        assert measures.measured(held, bands.powers(held)).kind == kind


@pytest.mark.parametrize("samples", [0, 1, 2, 319, 320, 1024])
def test_very_short_sounds_are_measured(samples: int) -> None:
    sound = chance().standard_normal(samples).astype(np.float32)
    power = bands.powers(sound)
    assert power.shape == (samples // bands.HOP + 1, bands.BANDS)
    assert np.isfinite(network.told(power).shares).all()
    assert measures.measured(sound, power).onsets >= 0
    assert loops.best_loop(sound, RATE) is None


def test_copies_at_another_level_and_rate_trimmed_and_late_are_one_sound_and_others_are_not() -> None:
    sound = patter()
    there = resample_poly(resample_poly(sound, 441, 320), 320, 441)[: len(sound)]
    late = np.concatenate([np.zeros(7777), sound]).astype(np.float32)
    kinds = {
        "a": sound, "soft": 0.05 * sound, "rate": there, "late": late, "cut": sound[RATE:],
        "other": patter(seed=9), "third": patter(seed=10), "siren": wail(), "clock": ticking(),
    }  # fmt: skip
    pairs = fingerprints.same({name: fingerprints.words(bands.powers(one)) for name, one in kinds.items()})
    assert fingerprints.groups([(one.one, one.other) for one in pairs]) == [
        ("a", "cut", "late", "rate", "soft")
    ]
    shift = next(one.shift for one in pairs if {one.one, one.other} == {"a", "late"})
    assert abs(shift) == pytest.approx(7777 / RATE, abs=0.02)


def test_a_loop_is_on_rising_crossings_and_its_seam_is_better_than_a_cut_anywhere() -> None:
    at = np.arange(5 * RATE) / RATE
    sound = (np.sin(2 * np.pi * 97 * at) * (1 + 0.5 * np.sin(2 * np.pi * 1.3 * at))).astype(np.float32)
    found = loops.best_loop(sound, RATE)
    assert found is not None
    for place in (found.start, found.end):
        assert sound[place - 1] < 0 <= sound[place]
    cuts = [loops.seam(sound, RATE, first, len(sound) - first) for first in range(2000, 20_000, 1777)]
    assert found.seam > np.mean(cuts)
    made = loops.looped(sound[:, None], RATE, found)
    assert len(made) == found.end - found.start
    steps = np.abs(np.diff(np.concatenate([made, made])[:, 0]))
    assert steps.max() < 1.2 * np.abs(np.diff(sound)).max()


def test_blending_holds_the_level_of_noise() -> None:
    noise = chance().standard_normal((3 * RATE, 2)).astype(np.float32)
    loop = loops.Loop(start=RATE // 2, end=5 * RATE // 2, seam=1.0)
    made = loops.looped(noise, RATE, loop)
    size = round(loops.BLEND * RATE)
    assert float(made[-size:].std()) == pytest.approx(1, abs=0.08)


def test_a_name_that_is_one_already_is_kept() -> None:
    stem = "RAINMetl_Heavy Rain On Tin Roof_ABC_LIB01"
    named = naming.proposed(stem, [("wind", 0.99)], "X", "Y")
    assert (named.name, named.source, named.cat) == (stem, "kept", "RAINMetl")
    assert naming.ucs_parts("rain_on_tin_roof") is None
    assert naming.ucs_parts("WOODImpt-Hit_Plank_ME_LIB_02") is not None


def test_words_of_the_name_win_over_what_is_heard_and_it_says_so() -> None:
    named = naming.proposed("heavyRain metal_03", [("applause", 0.9), ("rain", 0.1)], "JD", "MYLIB")
    assert named.source == "name"
    assert named.name == "RAINMetl_heavyRain metal 03_JD_MYLIB"
    assert "rain" in named.reason
    heard = naming.proposed("REC 0017", [("siren", 0.93)], "JD", "")
    assert heard.source == "sound"
    assert heard.name.startswith("ALRMSirn_")
    assert heard.name.endswith("_JD_NONE")
    assert naming.proposed("0017", [("siren", 0.3)], "JD", "L").source == "none"
    assert naming.proposed("0017", [("voice", 0.99)], "JD", "L").source == "none"


def test_a_hostile_name_is_made_harmless() -> None:
    named = naming.proposed("=cmd|'/../rain\n\x1b[31m\u202ewav", [], "../../x", "a/b")
    cat, *rest = named.name.split("_")
    assert cat == "RAIN"
    assert not any(one in named.name for one in "/\\\n\x1b\u202e|")
    assert all(one and not one.startswith(("=", ".", "-")) for one in rest)


def test_words_find_names_kin_of_names_and_what_is_heard() -> None:
    entries = [
        searching.Entry(("tin", "roof", "downpour"), ()),
        searching.Entry(("rec",), (("rain", 0.95),)),
        searching.Entry(("heavy", "rain", "metal"), (("rain", 0.8),)),
        searching.Entry(("dog",), (("voice", 0.6),)),
    ]
    scores = searching.by_words("heavy rain on metal", entries)
    assert np.argsort(-scores).tolist()[0] == 2
    assert scores[0] > scores[3]
    assert scores[1] > scores[3] == 0
    assert searching.by_words("the of", entries).tolist() == [0, 0, 0, 0]


def test_the_picture_is_a_png_that_other_software_reads() -> None:
    import cv2

    grey = (chance().uniform(size=(64, 120)) * 255).astype(np.uint8)
    read = cv2.imdecode(np.frombuffer(png(grey), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(read, grey)
