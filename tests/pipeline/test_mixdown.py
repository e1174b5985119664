"""`sound mix`: clips to the sample in their stems, dissolves, gaps, deliveries and the hand-over."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly
from typer.testing import CliRunner

from answerprint.cli.sound import app
from answerprint.core.cut import Clip, Cut, CutTrack, Transition
from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.core.time import Range
from answerprint.formats.timelines.files import format_named, read_timeline
from answerprint.formats.timelines.model import MediaLink
from answerprint.media.wave import read_wave_chunks
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.mixdown import sounds
from answerprint.pipeline.mixdown.runs import runs_of

RATE = 48_000
FPS = Fraction(24)
Samples = NDArray[np.float32]


def run(*arguments: object, code: int = 0) -> dict[str, object]:
    workers = [] if "--workers" in arguments else ["--workers", "1"]
    result = CliRunner().invoke(app, ["mix", *map(str, arguments), *workers, "--json"])
    if isinstance(result.exception, AnswerprintError):
        raise result.exception
    assert result.exit_code == code, result.output
    document: dict[str, object] = json.loads(result.stdout)
    return document


def clip(asset: str, start: int, end: int, source: int = 0, **more: object) -> Clip:
    return Clip(
        id=f"{asset} {start}",
        asset=asset,
        record=Range.of_ticks(start, end, FPS),
        source=Range.of_ticks(source, source + end - start, FPS),
        name=asset.removesuffix(".wav"),
        **more,  # type: ignore[arg-type]
    )


class Reel:
    """Media and a timeline of it in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.links: dict[str, MediaLink] = {}
        (folder / "media").mkdir()

    def add(self, name: str, samples: Samples) -> None:
        write_wave(self.folder / "media" / name, samples, RATE, bits=32)
        self.links[name] = MediaLink(
            name=name,
            url=f"media/{name}",
            rate=FPS,
            frames=len(samples) // 2000,
            picture=False,
            channels=samples.shape[1],
            sample_rate=RATE,
        )

    def write(self, *tracks: CutTrack) -> Path:
        cut = Cut(name="Reel 1", rate=FPS, start_frame=86_400, tracks=tracks)
        path = self.folder / "reel.otio"
        path.write_bytes(format_named(path).write(cut, self.links))
        return path


@pytest.fixture
def reel(tmp_path: Path) -> Reel:
    return Reel(tmp_path)


def track(name: str, *clips: Clip, role: str = "") -> CutTrack:
    return CutTrack(name=name, kind="audio", clips=clips, role=role)


def tone(seconds: float, hertz: float, level: float = -20.0, channels: int = 1) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    wave = 10 ** (level / 20) * np.sin(2 * np.pi * hertz * at)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def written(folder: Path, what: str, profile: str = "ebu-r128") -> Samples:
    samples, rate = soundfile.read(
        folder / f"{folder.name}-{profile}-{what}.wav", dtype="float32", always_2d=True
    )
    assert rate == RATE
    return samples


def test_clips_lie_on_their_samples_and_stems_add_up(reel: Reel) -> None:
    reel.add("a.wav", tone(8, 500))
    reel.add("song.wav", tone(10, 330, -26, channels=2))
    reel.add("hit.wav", tone(2, 2000, -12))
    file = reel.write(
        track("A1", clip("a.wav", 24, 120, 12), role="dialogue"),
        track("A2", clip("song.wav", 0, 192), role="music"),
        track("A3", clip("hit.wav", 150, 180), role="effects"),
    )
    out = reel.folder / "mix"
    told = run(file, out, "--keep-gains", "--duck", 0, "--workers", 2)
    (delivery,) = told["deliveries"]  # type: ignore[misc]
    gain = 10 ** (delivery["printed"]["trim"] / 20)
    dialogue, effects = written(out, "DX"), written(out, "FX")
    assert len(dialogue) == 192 * 2000
    fade = 240
    inside = slice(24 * 2000 + fade, 120 * 2000 - fade)
    source = tone(8, 500)[12 * 2000 : 108 * 2000, 0][fade:-fade]
    assert np.abs(dialogue[inside, 0] - source * gain * np.sqrt(0.5)).max() < 1e-5
    assert not dialogue[: 24 * 2000].any()
    assert not dialogue[120 * 2000 :].any()
    assert not effects[: 150 * 2000].any()
    whole = written(out, "printmaster")
    together = dialogue + written(out, "MX") + effects
    assert np.abs(whole - together).max() < 4 / 2**23
    assert np.abs(written(out, "ME") - written(out, "MX") - effects).max() < 4 / 2**23
    assert delivery["adds_up"] < -120
    assert all(one["met"] for one in delivery["verdicts"])
    assert read_wave_chunks(out / "mix-ebu-r128-DX.wav").time_reference == 3600 * RATE
    assert sorted(path.name for path in out.iterdir() if path.suffix != ".wav") == sorted(
        ["mix.aaf", "mix.otio", "mix.svg", "mix.json", "mix-automation.csv", "mix-ebu-r128-loudness.svg"]
    )


def test_no_edit_clicks_and_none_is_made_where_a_recording_runs_on(reel: Reel) -> None:
    reel.add("a.wav", tone(8, 100, -10))
    cut = (clip("a.wav", 0, 48), clip("a.wav", 48, 96, 48), clip("a.wav", 96, 144, 100))
    file = reel.write(track("A1", *cut, role="effects"))
    out = reel.folder / "mix"
    run(file, out, "--keep-gains")
    effects = written(out, "FX")[:, 0]
    steps = np.abs(np.diff(effects))
    plain = steps[4800:40_000].max()
    assert steps[96_000 - 500 : 96_000 + 500].max() <= plain * 1.001  # one recording: nothing to hear
    at_edit = np.abs(effects[192_000 - 3 : 192_000 + 3]).max()
    assert at_edit < 0.02 * np.abs(effects).max()
    assert steps[190_000:194_000].max() < plain * 1.5


def test_a_dissolve_reaches_under_its_neighbour_with_constant_power(reel: Reel) -> None:
    random = np.random.default_rng(3)
    for name in ("a", "b"):
        reel.add(f"{name}.wav", random.normal(0, 0.05, (8 * RATE, 1)).astype(np.float32))
    way = Transition("dissolve", 24, 12)
    file = reel.write(
        track("A1", clip("a.wav", 0, 72, 24), clip("b.wav", 72, 144, 24, transition=way), role="effects")
    )
    runs, unheard = runs_of(read_timeline(file).cut, {})
    assert not unheard
    assert [(one.first, one.end, one.edit) for one in runs] == [(0, 84, (0, 72)), (60, 144, (72, 144))]
    out = reel.folder / "mix"
    run(file, out, "--keep-gains")
    effects = written(out, "FX")[:, 0]
    powers = np.square(effects[: 140 * 2000]).reshape(-1, 8000).mean(1)
    assert powers[1:].max() / powers[1:].min() < 1.5


def test_dialogue_is_levelled_and_what_a_person_set_is_kept(reel: Reel, shared_data: Path) -> None:
    samples, rate = soundfile.read(shared_data / "speech" / "jfk.flac")
    voice = resample_poly(samples.reshape(len(samples), -1)[:, 0], RATE, rate)[: 8 * RATE].astype(np.float32)[
        :, None
    ]
    for name, factor in (("near", 1.0), ("far", 0.1), ("set", 0.4)):
        reel.add(f"{name}.wav", voice * np.float32(factor))
    file = reel.write(
        track(
            "A1",
            clip("near.wav", 0, 180),
            clip("far.wav", 180, 360),
            clip("set.wav", 360, 540, gain_db=3.0),
            role="dialogue",
        )
    )
    told = run(file, reel.folder / "mix", "--dry-run")
    near, far, by_hand = (one["gain"] for one in told["clips"])  # type: ignore[attr-defined]
    assert far - near == pytest.approx(20.0, abs=0.5)
    assert by_hand == 3.0
    assert not (reel.folder / "mix").exists()
    assert not list(reel.folder.glob(".mix*"))
    kept = run(file, reel.folder / "mix", "--dry-run", "--keep-gains")
    assert [one["gain"] for one in kept["clips"]] == [0.0, 0.0, 3.0]  # type: ignore[attr-defined]


def test_music_is_ridden_under_a_voice_and_a_gap_gets_the_rooms_tone(reel: Reel, shared_data: Path) -> None:
    samples, rate = soundfile.read(shared_data / "speech" / "jfk.flac")
    voice = resample_poly(samples.reshape(len(samples), -1)[:, 0], RATE, rate)[: 5 * RATE]
    room = np.random.default_rng(4).normal(0, 0.002, 7 * RATE)
    room[RATE : RATE + len(voice)] += voice
    reel.add("talk.wav", room[:, None].astype(np.float32))
    reel.add("song.wav", tone(20, 330, -14, channels=2))
    file = reel.write(
        track("DX", clip("talk.wav", 48, 200), clip("talk.wav", 240, 400)),
        track("MX", clip("song.wav", 0, 456)),
    )
    out = reel.folder / "mix"
    told = run(file, out)
    assert [one["stem"] for one in told["tracks"]] == ["dialogue", "music"]  # type: ignore[attr-defined]
    assert len(told["rides"]) >= 1  # type: ignore[arg-type]
    assert all(one["gain"] < -3 for one in told["rides"])  # type: ignore[attr-defined]
    (gap,) = told["tones"]  # type: ignore[misc]
    assert (gap["start"], gap["end"]) == ("01:00:08:08", "01:00:10:00")
    dialogue = written(out, "DX")[:, 0]
    levels = np.square(dialogue).reshape(-1, 2000).mean(1)
    filled, beside = levels[205:236].mean(), levels[50:68].mean()
    assert filled == pytest.approx(beside, rel=0.4)
    without = run(file, reel.folder / "dry", "--tone", 0, "--duck", 0)
    assert without["tones"] == [] and without["rides"] == []
    assert not written(reel.folder / "dry", "DX")[205 * 2000 : 236 * 2000].any()


def test_five_point_one_has_dialogue_in_the_centre_and_a_fold_down(reel: Reel) -> None:
    reel.add("a.wav", tone(4, 500))
    reel.add("song.wav", tone(4, 330, channels=2))
    file = reel.write(
        track("A1", clip("a.wav", 0, 96), role="dialogue"), track("A2", clip("song.wav", 0, 96), role="music")
    )
    out = reel.folder / "wide"
    run(file, out, "--layout", "5.1", "--keep-gains", "--duck", 0)
    whole, fold = written(out, "printmaster"), written(out, "stereo")
    assert whole.shape[1] == 6
    assert np.abs(whole[:, 2]).max() > 0.01
    assert not written(out, "DX")[:, [0, 1, 3, 4, 5]].any()
    assert np.abs(fold[:, 0] - whole[:, 0] - whole[:, 2] * np.sqrt(0.5)).max() < 1e-5


def test_the_hand_over_has_every_gain_and_the_printed_stems_muted(reel: Reel) -> None:
    reel.add("a.wav", tone(4, 500))
    file = reel.write(track("A1", clip("a.wav", 0, 48), clip("a.wav", 60, 90, gain_db=-4.0), role="effects"))
    out = reel.folder / "mix"
    told = run(file, out)
    trim = told["deliveries"][0]["printed"]["trim"]  # type: ignore[index]
    for name in ("mix.aaf", "mix.otio"):
        handed = read_timeline(out / name)
        first, *stems = handed.cut.tracks_of("audio")
        gains = [one.gain_db for one in first.clips]
        assert gains == [pytest.approx(trim, abs=0.06), pytest.approx(trim - 4, abs=0.06)]
        assert len(stems) == 5
        if name.endswith("otio"):
            assert all(one.muted for one in stems)
            played = [handed.media[clip.asset] for one in (first, *stems) for clip in one.clips]
            assert all((out / one.url).resolve().is_file() for one in played)


def test_what_cannot_be_heard_is_named_and_the_rest_is_mixed(reel: Reel) -> None:
    reel.add("a.wav", tone(4, 500))
    reel.add("lost.wav", tone(4, 500))
    (reel.folder / "media" / "lost.wav").unlink()
    within = Cut(name="inner", rate=FPS, tracks=(track("A1", clip("a.wav", 0, 24)),))
    nested = msgspec.structs.replace(clip("", 50, 74), nested=within)
    file = reel.write(track("FX", clip("a.wav", 0, 48), nested, clip("lost.wav", 80, 96)))
    told = run(file, reel.folder / "mix", code=3)
    named = {one["name"]: one["why"] for one in told["unheard"]}  # type: ignore[attr-defined]
    assert "not found" in named["lost"]
    assert any("timeline within" in why for why in named.values())


def test_tracks_of_one_name_are_told_apart_and_a_damaged_file_is_named(reel: Reel) -> None:
    reel.add("a.wav", tone(3, 500))
    reel.add("b.wav", tone(3, 700))
    reel.add("broken.wav", tone(3, 700))
    (reel.folder / "media" / "broken.wav").write_bytes(b"RIFF and nothing more")
    file = reel.write(
        track("Audio", clip("a.wav", 0, 48), role="effects"),
        track("Audio", clip("b.wav", 0, 48), clip("broken.wav", 48, 72), role="music"),
    )
    told = run(file, reel.folder / "mix", "--keep-gains", code=3)
    stems = {one["track"]: one["stem"] for one in told["tracks"]}  # type: ignore[attr-defined]
    assert stems == {"Audio 1": "effects", "Audio 2": "music"}
    (lost,) = told["unheard"]  # type: ignore[misc]
    assert lost["name"] == "broken" and "AP-MEDIA" in lost["why"]
    assert written(reel.folder / "mix", "MX")[:90_000].any()


def test_a_run_that_broke_off_goes_on_with_what_it_had(reel: Reel, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        reel.add(f"{name}.wav", tone(3, 500))
    file = reel.write(track("FX", clip("a.wav", 0, 48), clip("b.wav", 48, 96)))
    out = reel.folder / "mix"
    listened = sounds._listened

    def fails(wave: Path, cleaned: tuple[str, ...]) -> sounds.Heard:
        if list(wave.parent.glob("*.json")):
            raise RuntimeError("the power went")
        return listened(wave, cleaned)

    monkeypatch.setattr(sounds, "_listened", fails)
    result = CliRunner().invoke(app, ["mix", str(file), str(out), "--workers", "1"])
    assert result.exit_code == 1
    assert not out.exists()
    heard: list[Path] = []

    def counts(wave: Path, cleaned: tuple[str, ...]) -> sounds.Heard:
        heard.append(wave)
        return listened(wave, cleaned)

    monkeypatch.setattr(sounds, "_listened", counts)
    run(file, out, "--workers", 1)
    assert len(heard) == 1
    assert not list(reel.folder.glob(".mix*"))


def test_bad_wishes_are_refused_before_anything_is_read(reel: Reel) -> None:
    reel.add("a.wav", tone(2, 500))
    file = reel.write(track("A1", clip("a.wav", 0, 24), role="effects"))
    out = reel.folder / "mix"
    for arguments, code in (
        (["--stem", "A9=music"], "AP-USE-710"),
        (["--stem", "A1=noise"], "AP-USE-710"),
        (["--layout", "7.1"], "AP-USE-712"),
        (["--profile", "nobody"], "AP-USE-671"),
    ):
        with pytest.raises(UsageError, match=code):
            run(file, out, *arguments)
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    with pytest.raises(UsageError):
        run(file, out, "--force")
    assert (out / "letter.txt").read_text() == "mine"
    empty = reel.write(track("A1"))
    with pytest.raises(UsageError, match="AP-USE-711"):
        run(empty, reel.folder / "none")


def test_a_silent_mix_has_no_level_and_leaves_nothing(reel: Reel) -> None:
    reel.add("a.wav", np.zeros((2 * RATE, 1), np.float32))
    file = reel.write(track("A1", clip("a.wav", 0, 24), role="effects"))
    with pytest.raises(AnswerprintError, match="AP-MEDIA-019"):
        run(file, reel.folder / "mix")
    assert not (reel.folder / "mix").exists()


def test_speeds_sound_as_tape_does(reel: Reel) -> None:
    reel.add("a.wav", tone(4, 400))
    fast = msgspec.structs.replace(clip("a.wav", 0, 24), speed=Fraction(2), source=Range.of_ticks(0, 48, FPS))
    back = msgspec.structs.replace(
        clip("a.wav", 48, 72), speed=Fraction(-1), source=Range.of_ticks(48, 72, FPS)
    )
    file = reel.write(track("FX", fast, back))
    run(file, reel.folder / "mix", "--keep-gains")
    effects = written(reel.folder / "mix", "FX")[:, 0]
    spectrum = np.abs(np.fft.rfft(effects[:48_000] * np.hanning(48_000)))
    assert abs(int(spectrum.argmax()) - 800) <= 1
    assert np.abs(effects[100_000:140_000]).max() > 0.01
