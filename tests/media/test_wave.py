"""Wave files: what recorders write is read, what is damaged is named."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.core.errors import MediaError
from answerprint.media.ixml import ProductionSound, read_ixml
from answerprint.media.wave import read_wave_blocks, read_wave_chunks, start_timecode
from answerprint.media.wave_writing import write_wave


def noise(samples: int, channels: int) -> np.ndarray:
    return np.random.default_rng(channels).uniform(-1, 1, (samples, channels)).astype(np.float32)


@pytest.mark.parametrize("bits", [16, 24, 32])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_another_program_reads_the_samples_we_write(tmp_path: Path, bits: int, channels: int) -> None:
    samples = noise(1001, channels)
    assert write_wave(tmp_path / "a.wav", samples, 48000, bits=bits, track_names=["x"] * channels) == 1001
    back, rate = soundfile.read(tmp_path / "a.wav", dtype="float64", always_2d=True)
    assert rate == 48000
    assert np.abs(back - samples).max() <= 2.0 ** -min(bits, 24)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("container", ["WAV", "WAVEX", "RF64"])
def test_samples_other_programs_write_are_read(tmp_path: Path, subtype: str, container: str) -> None:
    path = tmp_path / "b.wav"
    soundfile.write(path, noise(5000, 3), 44100, subtype=subtype, format=container)
    expected, _ = soundfile.read(path, dtype="float32", always_2d=True)
    wave = read_wave_chunks(path)
    assert (wave.frames, wave.format.channels, wave.format.rate) == (5000, 3, 44100)
    assert wave.faults == ()
    blocks = list(read_wave_blocks(path, wave, start=100, end=4900, block=333))
    assert np.array_equal(np.concatenate(blocks), expected[100:4900])


def test_a_takes_metadata_goes_round(tmp_path: Path) -> None:
    take = ProductionSound(
        project="Harbour <light>",
        scene="12A",
        take="3",
        tape="S004",
        note="plane overhead & laughter",
        circled=True,
        timecode_rate=Fraction(30000, 1001),
        drop=True,
    )
    path = tmp_path / "12A-3.wav"
    stamp = 5 << 32 | 1234  # past 32 bits
    write_wave(
        path,
        noise(480, 3),
        48000,
        sound=take,
        track_names=("Boom", "Lav Ünal", ""),
        time_reference=stamp,
        description="sSCENE=12A",
        originator="Recorder",
        date="2024-05-01",
        coding_history="A=PCM,F=48000,W=24\r\n",
    )
    wave = read_wave_chunks(path)
    assert wave.faults == ()
    assert wave.ixml is not None and wave.bext is not None
    assert (wave.ixml.scene, wave.ixml.take, wave.ixml.tape) == ("12A", "3", "S004")
    assert (wave.ixml.project, wave.ixml.note) == ("Harbour <light>", "plane overhead & laughter")
    assert (wave.ixml.circled, wave.ixml.drop) == (True, True)
    assert wave.track_names == ("Boom", "Lav Ünal", "")
    assert wave.time_reference == wave.ixml.timestamp == stamp
    assert wave.bext.coding_history.startswith("A=PCM")
    assert wave.bext.originator == "Recorder"
    first = path.read_bytes()
    write_wave(path, noise(480, 3), 48000, sound=take, track_names=("Boom", "Lav Ünal", ""))
    assert path.read_bytes() != first  # it did write again


@pytest.mark.parametrize(
    ("rate", "drop", "label", "reference"),
    [
        (Fraction(24), False, "01:00:00:00", 3600 * 48000),
        # 23.976 counts 86 400 frames in its timecode hour, of 2002 samples each
        (Fraction(24000, 1001), False, "01:00:00:00", 86400 * 2002),
        (Fraction(25), False, "13:37:04:11", (49024 * 25 + 11) * 1920),
        # 107 892 frames of 1601.6 samples
        (Fraction(30000, 1001), True, "01:00:00;00", 172799827),
        (Fraction(30000, 1001), True, "01:00:00;00", 172799828),
    ],
)
def test_time_reference_is_the_timecode_of_the_first_sample(
    tmp_path: Path, rate: Fraction, drop: bool, label: str, reference: int
) -> None:
    path = tmp_path / "a.wav"
    take = ProductionSound(timecode_rate=rate, drop=drop)
    write_wave(path, noise(10, 1), 48000, sound=take, time_reference=reference)
    found = start_timecode(read_wave_chunks(path))
    assert found is not None
    assert (found.label, found.rate, found.drop, found.source) == (label, rate, drop, "bwf")


def test_ixml_never_expands_an_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("opened")
    bomb = "".join(f'<!ENTITY l{n} "{("&l" + str(n - 1) + ";") * 10}">' for n in range(1, 9))
    for doctype in (
        f'<!DOCTYPE BWFXML [<!ENTITY l0 "ha">{bomb}]>',
        f'<!DOCTYPE BWFXML [<!ENTITY l8 SYSTEM "{secret.as_uri()}">]>',
    ):
        sound, reason = read_ixml(f"{doctype}<BWFXML><SCENE>&l8;</SCENE></BWFXML>".encode())
        assert sound is None
        assert "document type" in reason or "amplification" in reason  # newer libxml2 stops sooner


def test_malformed_files_of_pocketsphinx_are_named(shared_data: Path) -> None:
    folder = shared_data / "containers" / "wav"
    awful = read_wave_chunks(folder / "awful.wav")
    assert awful.format.rate == 0x10AC44  # 44 100 with one byte changed
    assert any("bytes a second" in fault.reason for fault in awful.faults)
    assert awful.frames == 441
    with pytest.raises(MediaError) as bad:
        read_wave_chunks(folder / "bad.wav")
    assert (bad.value.code, bad.value.at) == ("AP-MEDIA-042", "byte 12")
    with pytest.raises(MediaError) as evil:
        read_wave_chunks(folder / "evil.wav")
    assert evil.value.code == "AP-MEDIA-043"
    empty = read_wave_chunks(folder / "null.wav")
    assert (empty.frames, empty.faults) == (0, ())


def test_a_truncated_take_says_how_much_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wave(path, noise(1000, 2), 48000)
    path.write_bytes(path.read_bytes()[:-601])
    wave = read_wave_chunks(path)
    assert wave.frames == 899
    assert [fault.kind for fault in wave.faults].count("truncated") == 2
    assert any("101 samples are missing" in fault.reason for fault in wave.faults)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_recording_cut_by_a_flat_battery_keeps_its_sound(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.wav"
    write_wave(path, noise(1000, 2), 48000)
    data = bytearray(path.read_bytes())
    place = data.index(b"data") + 4
    data[place : place + 4] = struct.pack("<I", size)
    path.write_bytes(data)
    wave = read_wave_chunks(path)
    assert wave.frames == 1000
    assert [fault.kind for fault in wave.faults] == ["unfinished"]


def test_rf64_sizes_are_read_from_ds64(tmp_path: Path) -> None:
    path = tmp_path / "big.wav"
    body = noise(100, 2).astype("<f4").tobytes()
    declared = 5 << 32
    path.write_bytes(
        b"BW64" + struct.pack("<I", 0xFFFFFFFF) + b"WAVEds64"
        + struct.pack("<IQQQI", 28, declared + 100, declared, declared // 8, 0)
        + b"fmt " + struct.pack("<IHHIIHH", 16, 3, 2, 48000, 384000, 8, 32)
        + b"data" + struct.pack("<I", 0xFFFFFFFF) + body
    )  # fmt: skip
    wave = read_wave_chunks(path)
    assert (wave.container, wave.data_declared, wave.frames) == ("BW64", declared, 100)
    assert {fault.kind for fault in wave.faults} == {"truncated"}


def test_a_file_past_the_size_of_riff_becomes_rf64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answerprint.media.wave_writing.LARGEST_RIFF", 2000)  # 4 GiB, scaled down
    path, samples = tmp_path / "long.wav", noise(1000, 3)
    write_wave(path, samples, 48000, track_names=("a", "b", "c"))
    wave = read_wave_chunks(path)
    assert (wave.container, wave.frames, wave.faults, wave.track_names) == ("RF64", 1000, (), ("a", "b", "c"))
    back, _ = soundfile.read(path, always_2d=True)
    assert np.abs(back - samples).max() <= 2.0**-24


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.wav"
    if not path.with_suffix(".good").exists():
        take = ProductionSound(scene="1", timecode_rate=Fraction(25), drop=False)
        write_wave(path, noise(50, 2), 48000, sound=take, track_names=("a", "b"), time_reference=9)
        path.rename(path.with_suffix(".good"))
    whole = bytearray(path.with_suffix(".good").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        wave = read_wave_chunks(path)
        for block in read_wave_blocks(path, wave):
            assert block.shape[1] == wave.format.channels
        start_timecode(wave, Fraction(24))
    except MediaError as error:
        assert error.code in {"AP-MEDIA-041", "AP-MEDIA-042", "AP-MEDIA-043", "AP-MEDIA-044"}


def test_libsndfile_finds_our_chunks_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wave(path, noise(10, 2), 48000, description="scene one", track_names=("a", "b"))
    with soundfile.SoundFile(io.BytesIO(path.read_bytes())) as file:
        assert "bext" in file.extra_info
