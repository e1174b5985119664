"""Turnovers of the demonstration: whole, counted, in sync to the sample, with pops where they belong."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from productions import Made, copied

from answerprint.core.cut import Cdl
from answerprint.core.errors import EngineError, UsageError
from answerprint.core.time import Range
from answerprint.formats.cameras.ale import parse_ale
from answerprint.formats.colour.ccc import read_ccc
from answerprint.formats.timelines.files import read_timeline
from answerprint.formats.timelines.model import record_frames
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm
from answerprint.media.wave import read_wave_blocks, read_wave_chunks
from answerprint.pipeline.turnovers import pulling
from answerprint.pipeline.turnovers.handing import Asked, TurnedOver, turn_over
from answerprint.store.production import Production


@pytest.fixture(scope="module")
def film(demo: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(demo, tmp_path_factory.mktemp("turnover") / "film")


@pytest.fixture(scope="module")
def to_sound(film: Path) -> TurnedOver:
    return turn_over(Production.open(film), Asked("sound", handles=24))


def wave(path: Path) -> NDArray[np.float32]:
    return np.concatenate(list(read_wave_blocks(path, read_wave_chunks(path))))


def test_pops_are_two_seconds_before_the_first_picture_and_after_the_last(to_sound: TurnedOver) -> None:
    folder = Path(to_sound.folder or "")
    mix = next(folder.glob("*-guide-mix.wav"))
    samples = np.abs(wave(mix)[:, 0])
    frame = 2000  # samples, at 24 frames a second
    first = np.flatnonzero(samples[: 8 * 48000] > 0.02)
    assert 6 * 48000 <= first[0] < 6 * 48000 + 48
    assert 6 * 48000 + frame - 48 < first[-1] < 6 * 48000 + frame
    assert samples[first].max() == pytest.approx(0.1, abs=0.001)
    last = (8 * 24 + to_sound.frames) * frame
    after = np.flatnonzero(samples[last + 4800 :] > 0.02) + last + 4800
    assert last + 2 * 48000 <= after[0] < last + 2 * 48000 + 48
    with av.open(str(next(folder.glob("*-guide.mp4")))) as guide:
        assert guide.streams.video[0].metadata["timecode"] == "00:59:52:00"
        light = [int(one.to_ndarray(format="gray").mean()) for one in guide.decode(video=0)]
    assert [at for at, level in enumerate(light[: 8 * 24]) if level > 100] == [6 * 24]
    assert len(light) == 8 * 24 + to_sound.frames + 3 * 24


def test_the_sound_of_every_event_lies_in_its_file_behind_its_handle(
    film: Path, to_sound: TurnedOver
) -> None:
    folder = Path(to_sound.folder or "")
    production = Production.open(film)
    with production.catalogue() as catalogue:
        cut = catalogue.latest_cut()
        assets = {one.id: film / one.path for one in catalogue.assets()}
    assert cut is not None
    handed = read_timeline(next(folder.glob("*-sound.otio")))
    ours = {(t.name, record_frames(c, cut.rate)[0]): c for t in cut.tracks_of("audio") for c in t.clips}
    checked = 0
    for track in handed.cut.tracks_of("audio"):
        for clip in track.clips:
            link = handed.media[clip.asset]
            original = ours.get((track.name, record_frames(clip, cut.rate)[0] - 8 * 24))
            if original is None or not link.url.startswith("sound/"):
                continue
            written = wave(folder / link.url)
            at = round(clip.source.start.seconds * 48000)
            length = round(original.source.duration.seconds * 48000)
            wanted = Range(original.source.start, original.source.end)
            read = read_sound(
                assets[original.asset], SoundForm(rate=48000), stream=original.stream, range=wanted
            )
            heard = np.concatenate([block.samples for block in read])
            together = min(length, len(heard)) - 1
            assert lag(written[at : at + together, 0], heard[:together, 0]) == 0, (track.name, clip.name)
            checked += 1
    assert checked == to_sound.events


def lag(one: NDArray[np.float32], other: NDArray[np.float32]) -> int:
    """Samples by which two sounds are apart (an AAC decoder draws its noise anew each time)."""
    size = 2 * len(one)
    product = np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size))
    at = int(np.argmax(np.fft.irfft(product, size)))
    return at if at < len(one) else at - size


def test_linked_sound_copies_none(film: Path, tmp_path: Path) -> None:
    made = turn_over(Production.open(film), Asked("sound", folder=tmp_path / "linked", linked=True))
    assert not any("/" in name for name in made.files)
    again = read_timeline(next((tmp_path / "linked").glob("*.aaf")))
    assert sum(len(track.clips) for track in again.cut.tracks_of("audio")) == made.events + 1


def test_colour_has_a_correction_for_every_event(film: Path) -> None:
    made = turn_over(Production.open(film), Asked("colour"))
    folder = Path(made.folder or "")
    grades = read_ccc(next(folder.glob("*.ccc")).read_bytes())
    assert len(grades) == made.events
    assert set(grades.values()) == {Cdl()}
    assert next(folder.glob("*-V1.edl")).read_text().count("* ASC_SOP") == made.events
    with pytest.raises(UsageError, match="there already"):
        turn_over(Production.open(film), Asked("colour"))


def test_a_wrong_count_leaves_nothing_behind(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "parse_ale", lambda data, file: parse_ale("Column\nName\n\nData\n"))
    with pytest.raises(EngineError, match="rows 0, where 1"):
        turn_over(Production.open(film), Asked("vfx", shots=["4"], folder=tmp_path / "vfx"))
    assert list(tmp_path.iterdir()) == []


def test_effects_shots_have_plates_that_count_from_1001(film: Path) -> None:
    made = turn_over(Production.open(film), Asked("vfx", shots=["1.3", "4"], handles=8))
    folder = Path(made.folder or "")
    rows = (folder / "shots.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["TLP_001_0010", "TLP_001_0020"]
    for row in rows:
        name, *cells = row.split(",")
        with av.open(str(folder / "plates" / f"{name}.mp4")) as plate:
            frames = sum(1 for _ in plate.decode(video=0))
        assert frames == int(cells[5]) + int(cells[10]) + int(cells[11])
    assert Fraction(read_timeline(next(folder.glob("*.otio"))).cut.rate) == 24


def test_no_shot_marked_no_version_and_a_dry_run(film: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="marked for effects"):
        turn_over(Production.open(film), Asked("vfx", folder=tmp_path / "vfx"))
    with pytest.raises(UsageError, match="no version 7"):
        turn_over(Production.open(film), Asked("colour", version=7))
    made = turn_over(Production.open(film), Asked("vfx", shots=["4"], folder=tmp_path / "dry", dry_run=True))
    assert made.folder is None
    assert list(tmp_path.iterdir()) == []
