"""Music says what it is, however it is cut into blocks; a cue hits its marks, and says what it cannot hit."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from music_pieces import Piece, piece
from numpy.typing import NDArray

import answerprint.cli.sound.music  # noqa: F401  (it registers the command)
from answerprint.cli.output import invoke
from answerprint.cli.sound.app import app
from answerprint.core.cut import Clip, Cut, CutTrack, Marker
from answerprint.core.time import Range, Time
from answerprint.departments.sound.music.analysis import PLACES, Music, analyse
from answerprint.departments.sound.music.fitting import fit
from answerprint.departments.sound.music.keys import chroma, key_of, tuning
from answerprint.departments.sound.music.onsets import RATE, Listener
from answerprint.departments.sound.music.picture import music_svg
from answerprint.departments.sound.music.plans import Mark
from answerprint.departments.sound.music.rendering import rendered
from answerprint.departments.sound.music.stretching import stretched
from answerprint.departments.sound.music.tempo import relation
from answerprint.formats.timelines.files import format_named
from answerprint.formats.timelines.model import MediaLink
from answerprint.media.wave_writing import write_wave

OCTAVES = {"itself", "double", "half", "triple", "third"}
FRAME = PLACES // 24


@cache
def played(seed: int, style: str, seconds: float = 20.0, key: int | None = None) -> tuple[Piece, Music]:
    made = piece(seed, style, seconds=seconds, key=key)
    return made, analyse([made.samples])


@pytest.mark.parametrize(
    ("seed", "style"),
    [
        (1, "drums"),
        (2, "pad and drums"),
        (3, "piano"),
        (4, "waltz"),
        (5, "strings"),
        (6, "band"),
        (7, "compound"),
    ],
)
def test_the_tempo_is_the_one_played_or_an_octave_of_it(seed: int, style: str) -> None:
    made, music = played(seed, style)
    assert music.tempo is not None
    assert relation(music.tempo, made.tempo) in OCTAVES


@pytest.mark.parametrize("key", [6, 10, 21])
def test_the_key_is_the_one_it_is_in(key: int) -> None:
    made, music = played(20 + key, "waltz", 14.0, key)
    assert music.key is not None
    assert music.key.name == made.key


def test_drums_have_no_key() -> None:
    assert played(1, "drums")[1].key is None


def test_beats_and_bars_of_a_waltz_are_where_they_were_played() -> None:
    made, music = played(4, "waltz")
    beats = np.array(music.beats) / PLACES
    assert music.metre is not None and music.metre.name == "3/4"
    near = np.array([np.abs(beats - at).min() for at in made.beats[1:-1]])
    assert np.mean(near < 0.03) > 0.95
    bars = beats[list(music.downbeats)]
    assert np.mean([np.abs(made.downbeats - at).min() < 0.03 for at in bars]) > 0.9


@settings(max_examples=3, deadline=None)
@given(cuts=st.lists(st.integers(1, 20 * RATE), max_size=8))
def test_how_it_is_cut_into_blocks_changes_nothing(cuts: list[int]) -> None:
    made, _ = played(1, "drums")
    one, other = Listener(), Listener()
    one.add(made.samples)
    for first, last in pairwise(
        [0, *sorted(cut for cut in cuts if cut < len(made.samples)), len(made.samples)]
    ):
        other.add(made.samples[first:last])
    np.testing.assert_allclose(one.features().strength, other.features().strength, atol=1e-3)
    np.testing.assert_allclose(one.features().pitches, other.features().pitches, atol=1e-4)


def test_a_chord_sharp_of_concert_pitch_is_known_with_its_tuning() -> None:
    at = np.arange(4 * RATE) / RATE
    sharp = 2 ** (30 / 1200)
    sound = sum(
        np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * sharp * at * part) / part
        for pitch in (48, 60, 64, 67)
        for part in (1, 2, 3)
    )
    listener = Listener()
    listener.add((0.1 * np.asarray(sound))[:, None])
    heard = listener.features()
    tuned = tuning(heard.pitches)
    assert tuned * 100 == pytest.approx(30, abs=5)
    key = key_of(chroma(heard.pitches, tuned), tuned)
    assert key is not None and key.name == "C major"


def odd(kind: str) -> NDArray[np.float32]:
    chance = np.random.default_rng(3)
    sound = np.zeros(8 * RATE)
    if kind == "noise":
        sound = chance.normal(size=len(sound)) * 0.1
    elif kind == "click":
        sound[len(sound) // 2] = 0.9
    elif kind == "short":
        sound = chance.normal(size=RATE // 5) * 0.1
    elif kind == "empty":
        sound = np.zeros(0)
    elif kind == "no numbers":
        sound[:] = np.nan
    elif kind == "tone":
        sound = 0.3 * np.sin(np.arange(len(sound)) * 0.1)
    return sound[:, None].astype(np.float32)


@pytest.mark.parametrize("kind", ["silence", "noise", "click", "short", "empty", "no numbers", "tone"])
def test_what_has_no_beat_is_given_none(kind: str) -> None:
    music = analyse([odd(kind)])
    assert music.beats == () and music.tempo is None and music.metre is None and music.sections == ()
    assert music_svg(music, kind).startswith(b"<svg")
    with pytest.raises(ValueError, match="without beats"):
        fit(music, [Mark(at=PLACES)], 4 * PLACES)


@pytest.mark.parametrize("longer", [0.97, 1.0, 1.01])
def test_stretched_sound_keeps_its_pitch_its_length_and_its_channels(longer: float) -> None:
    at = np.arange(3 * PLACES) / PLACES
    tone = np.stack([np.sin(2 * np.pi * 330 * at), np.sin(2 * np.pi * 330 * at + 0.7)], axis=1)
    made = stretched(tone.astype(np.float32), round(len(tone) * longer))
    assert len(made) == round(len(tone) * longer)
    heard = np.abs(np.fft.rfft(made[:, 0] * np.hanning(len(made))))
    assert heard.argmax() * PLACES / len(made) == pytest.approx(330, abs=0.5)
    analytic = [
        np.vdot(np.exp(2j * np.pi * 330 * np.arange(PLACES) / PLACES), made[:PLACES, one]) for one in (0, 1)
    ]
    assert np.angle(analytic[1] / analytic[0]) == pytest.approx(0.7, abs=0.02)


def test_stretched_sound_is_never_far_from_its_time() -> None:
    sound = np.zeros((4 * PLACES, 1), np.float32)
    sound[PLACES // 4 :: PLACES // 4] = 1
    made = stretched(sound, round(len(sound) * 1.03))
    found = np.flatnonzero(made[:, 0] > 0.5)
    due = np.arange(1, 16) * PLACES / 4 * 1.03
    assert max(np.abs(found - one).min() for one in due) < 0.015 * PLACES


@pytest.mark.parametrize(
    ("style", "seed", "length"), [("waltz", 4, 38.0), ("band", 6, 20.0), ("piano", 3, 31.0)]
)
def test_marks_that_are_said_to_be_hit_are_hit(style: str, seed: int, length: float) -> None:
    made, music = played(seed, style)
    marks = [Mark(at=round(at * PLACES), name=f"{at}") for at in (10.3, 22.9) if at < length - 3]
    plan = fit(music, marks, round(length * PLACES))
    assert {one.mark for one in plan.hits} | {one.mark for one in plan.missed} == set(marks)
    assert plan.hits and plan.length_met and plan.length == round(length * PLACES)
    assert plan.most_bent <= 0.03
    assert all(one.end == other.start for one, other in pairwise(plan.pieces))
    assert all(one.last == other.first for one, other in pairwise(plan.pieces) if not other.cut)
    assert plan.pieces[-1].last == music.samples  # its own ending
    for hit in plan.hits:
        one = next(one for one in plan.pieces if one.start <= hit.mark.at < one.end)
        source = one.first + (hit.mark.at - one.start) * (one.last - one.first) / (one.end - one.start)
        assert np.abs(made.beats * PLACES - source).min() < FRAME


def test_known_beats_are_on_the_marks_in_the_rendered_sound() -> None:
    made = piece(6, "band", seconds=24.0, rate=PLACES)
    music = analyse([made.samples[::2]])  # what folds down from above 12 kHz is hats: no harm
    clicks = np.zeros((len(made.samples), 1), np.float32)
    clicks[np.round(made.beats * PLACES).astype(int)] = 1e-3
    marks = [Mark(at=11 * PLACES, name="door"), Mark(at=23 * PLACES, name="kiss")]
    plan = fit(music, marks, 34 * PLACES)
    out = np.concatenate(list(rendered(np.concatenate([made.samples, clicks], axis=1), plan)))
    assert len(out) == 34 * PLACES
    found = np.flatnonzero(out[:, 2] > 3e-4)
    assert plan.hits
    for hit in plan.hits:
        assert np.abs(found - hit.mark.at).min() < FRAME


def test_a_cue_that_is_long_enough_is_left_as_it_is() -> None:
    made, music = played(4, "waltz")
    plan = fit(music, [], music.samples)
    assert [(one.start, one.end, one.first, one.last) for one in plan.pieces] == [
        (0, music.samples, 0, music.samples)
    ]
    sound = np.repeat(made.samples, 2, axis=0)[: music.samples]
    np.testing.assert_array_equal(np.concatenate(list(rendered(sound, plan))), sound)


def test_a_mark_too_near_another_is_named_with_its_miss() -> None:
    _, music = played(4, "waltz")
    marks = [Mark(at=10 * PLACES, name="one"), Mark(at=10 * PLACES + FRAME * 5, name="two")]
    plan = fit(music, marks, None, Fraction(24))
    assert len(plan.hits) == 1 and len(plan.missed) == 1
    assert plan.missed[0].frames >= 1 and plan.missed[0].why


def test_a_beat_is_hit_where_only_a_beat_is_asked() -> None:
    _, music = played(4, "waltz")
    at = music.beats[music.downbeats[6] + 1]
    bar = fit(music, [Mark(at=at)], None)
    beat = fit(music, [Mark(at=at, on="beat")], None)
    assert beat.cuts == 0 and len(beat.hits) == 1
    assert bar.cuts > 0 or bar.most_bent > beat.most_bent or bar.missed


def cue(folder: Path) -> Path:
    made, _ = played(4, "waltz")
    write_wave(folder / "cue.wav", made.samples, made.rate)
    return folder / "cue.wav"


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, dict]:  # type: ignore[type-arg]
    code = invoke(app, "sound", ["music", *arguments, "--json"], grouped=True)
    return code, json.loads(capsys.readouterr().out)


def test_the_command_fits_a_cue_to_a_timeline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rate = Fraction(25)
    whole = Range(Time(0, rate), Time(25 * 26, rate))
    marker = Marker(range=Range(Time(25 * 11, rate), Time(25 * 11 + 1, rate)), name="door")
    clip = Clip(id="a", asset="a.mov", name="a", record=whole, source=whole)
    cut = Cut(
        name="cut", rate=rate, tracks=(CutTrack(name="V1", kind="video", clips=(clip,)),), markers=(marker,)
    )
    media = {"a.mov": MediaLink(name="a.mov", url="a.mov", rate=rate, frames=25 * 26)}
    (tmp_path / "cut.otio").write_bytes(format_named(tmp_path / "cut.otio").write(cut, media))
    out, drawn = tmp_path / "fitted.wav", tmp_path / "cue.svg"
    arguments = [str(cue(tmp_path)), "--fit", str(tmp_path / "cut.otio")]
    code, told = said([*arguments, "--out", str(out), "--picture", str(drawn)], capsys)
    assert code == 0
    assert [hit["mark"]["name"] for hit in told["fit"]["hits"]] == ["door"]
    assert told["fit"]["length"] == 26 * PLACES
    assert drawn.read_bytes().startswith(b"<svg")
    again, _ = said([str(out)], capsys)
    assert again == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--marks", "later"], "AP-USE-683"),
        (["--marks", "-3"], "AP-USE-683"),
        (["--length", "0"], "AP-USE-683"),
        (["--marks", "30", "--length", "20"], "AP-USE-682"),
        (["--out", "OUT.wav"], "AP-USE-684"),
        (["--marks", "10", "--out", "OUT.mp3"], "AP-USE-684"),
    ],
)
def test_wrong_usage_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    given_ = [one.replace("OUT", str(tmp_path / "out")) for one in arguments]
    returned, told = said([str(cue(tmp_path)), *given_], capsys)
    assert returned == 2
    assert told["error"]["code"] == code


def test_silence_is_an_error_and_noise_needs_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wave(tmp_path / "silence.wav", np.zeros((RATE, 1), np.float32), RATE)
    code, told = said([str(tmp_path / "silence.wav")], capsys)
    assert (code, told["error"]["code"]) == (1, "AP-MEDIA-019")
    write_wave(tmp_path / "noise.wav", odd("noise"), RATE)
    code, told = said([str(tmp_path / "noise.wav"), "--marks", "5"], capsys)
    assert (code, told["beats"], told["fit"]) == (3, [], None)
