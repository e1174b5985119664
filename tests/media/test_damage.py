"""Damage is found where it is, named for what it is, and not found where there is none."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import pytest
from blake3 import blake3
from made_media import B_FRAMES, CLEAN, FILM, Made, make

from answerprint.core.errors import MediaError
from answerprint.core.records import Damage
from answerprint.media.boxes import walk_boxes
from answerprint.media.damage import inspect
from answerprint.media.sample_tables import check_sample_tables

QUICK = CLEAN[:3] + CLEAN[7:8] + CLEAN[20:21] + CLEAN[28:31:2] + CLEAN[39:41] + CLEAN[45:46]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("damage")
    wanted = {
        "late_header.mp4": Made("mp4", audio="aac", options=B_FRAMES),
        "early_header.mp4": Made("mp4", audio="aac", mux={"movflags": "+faststart"}),
        "film.mkv": Made("mkv", audio="aac", rate=FILM),
        "film.ts": Made("ts", audio="aac"),
        "camera.mov": Made(
            "mov", video="prores_ks", audio="pcm_s16le", pixel_format="yuv422p10le", pictures=9
        ),
        "sound.mov": Made("mov", video=None, audio="pcm_s16le"),
        "sound.wav": Made("wav", video=None, audio="pcm_s16le"),
    }
    return {name: make(folder / name, made) for name, made in wanted.items()}


def with_bytes(tmp_path: Path, source: Path, data: bytes) -> Path:
    path = tmp_path / source.name
    path.write_bytes(data)
    return path


def around(damage: Damage) -> tuple[float, float]:
    assert damage.range is not None, damage
    return float(damage.range.start.seconds), float(damage.range.end.seconds)


@pytest.mark.parametrize("made", QUICK, ids=lambda made: made.name())
def test_a_sound_file_is_called_sound(tmp_path: Path, made: Made) -> None:
    assert inspect(make(tmp_path / made.name(), made)).damage == ()


@pytest.mark.slow
def test_no_clean_file_raises_an_alarm(tmp_path: Path, shared_data: Path) -> None:
    made = [make(tmp_path / f"{number}_{one.name()}", one) for number, one in enumerate(CLEAN)]
    given = [
        *(shared_data / "video").iterdir(),
        *(shared_data / "speech").rglob("*.wav"),
        *(shared_data / "speech").rglob("*.flac"),
        *(shared_data / "voices").rglob("*.flac"),
        *(shared_data / "cleanup").rglob("*.wav"),
        *(shared_data / "loudness").rglob("*.wav"),
        *(shared_data / "diarisation").rglob("*.wav"),
    ]
    alarms = {path.name: damage for path in [*made, *given] if (damage := inspect(path).damage)}
    print(f"{len(made)} made and {len(given)} given clean files, {len(alarms)} false alarms")
    assert len(made) >= 50
    assert alarms == {}


def test_a_cut_off_film_with_its_header_in_front_says_from_where(
    tmp_path: Path, films: dict[str, Path]
) -> None:
    data = films["early_header.mp4"].read_bytes()
    report = inspect(with_bytes(tmp_path, films["early_header.mp4"], data[: len(data) // 2]))
    cut = next(one for one in report.damage if one.kind == "truncated" and one.range)
    assert cut.frames_lost
    start, end = around(cut)
    assert 0.5 < start < 1.5
    assert end >= 1.9
    assert report.counts[0][1] >= 15  # what is there is decoded


def test_a_film_whose_header_was_never_written_is_damage_and_not_a_crash(
    tmp_path: Path, films: dict[str, Path]
) -> None:
    data = films["late_header.mp4"].read_bytes()
    report = inspect(with_bytes(tmp_path, films["late_header.mp4"], data[: len(data) // 2]))
    assert [one.kind for one in report.damage] == ["truncated"]


def test_a_cut_off_matroska_does_not_hide_behind_its_declared_length(
    tmp_path: Path, films: dict[str, Path]
) -> None:
    data = films["film.mkv"].read_bytes()
    report = inspect(with_bytes(tmp_path, films["film.mkv"], data[: len(data) // 2]))
    cut = next(one for one in report.damage if one.kind == "truncated" and one.range)
    start, end = around(cut)
    assert 0.3 < start < 1.8
    assert end == pytest.approx(float(50 / FILM), abs=0.1)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
@pytest.mark.parametrize("name", ["film.ts", "film.mkv", "early_header.mp4"])
def test_overwritten_data_are_placed_in_time(
    tmp_path: Path, films: dict[str, Path], name: str, share: float
) -> None:
    data = bytearray(films[name].read_bytes())
    at = int(len(data) * share)
    data[at : at + 4096] = bytes(4096)
    report = inspect(with_bytes(tmp_path, films[name], bytes(data)))
    places = [around(one) for one in report.damage if one.range]
    assert places
    assert min(abs(start - 2 * share) for start, _ in places) < 0.8  # two seconds of even data


def test_lost_transport_packets_are_missing_frames(tmp_path: Path, films: dict[str, Path]) -> None:
    data = films["film.ts"].read_bytes()
    at = len(data) // 188 // 2 * 188
    report = inspect(with_bytes(tmp_path, films["film.ts"], data[:at] + data[at + 3 * 188 :]))
    assert any("missing or out of order" in text for one in report.damage for text in one.evidence)
    assert any(one.kind == "missing_frames" and one.range for one in report.damage)


def test_every_cut_through_a_wave_file_is_found(tmp_path: Path, films: dict[str, Path]) -> None:
    data = films["sound.wav"].read_bytes()
    for length in (
        1,
        11,
        20,
        43,
        60,
        79,
        100,
        len(data) // 3,
        len(data) - 4097,
        len(data) - 3,
        len(data) - 1,
    ):
        path = with_bytes(tmp_path, films["sound.wav"], data[:length])
        try:
            damage = inspect(path).damage
        except MediaError as error:
            assert error.code in ("AP-MEDIA-008", "AP-MEDIA-009"), length
        else:
            assert [one for one in damage if one.kind in ("truncated", "bad_header")], length


def test_every_changed_byte_of_a_wave_header_is_found(tmp_path: Path, films: dict[str, Path]) -> None:
    data = films["sound.wav"].read_bytes()
    sizes = data.index(b"data")
    for at in [*range(36), *range(sizes, sizes + 8)]:
        for flip in (0x01, 0x80, 0xFF):
            if (at, flip) == (4, 0x01):
                continue  # one byte more or less is how writers disagree about padding
            changed = bytearray(data)
            changed[at] ^= flip
            try:
                damage = inspect(with_bytes(tmp_path, films["sound.wav"], bytes(changed))).damage
            except MediaError:
                continue
            assert damage, (at, flip)


@pytest.mark.parametrize("name", ["camera.mov", "sound.mov"])
def test_every_cut_through_a_camera_file_is_found(tmp_path: Path, films: dict[str, Path], name: str) -> None:
    data = films[name].read_bytes()
    for share in (0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999):
        report = inspect(with_bytes(tmp_path, films[name], data[: int(len(data) * share)]))
        assert [one for one in report.damage if one.kind in ("truncated", "bad_header")], share
    assert inspect(with_bytes(tmp_path, films[name], data[:-1])).damage


def test_every_box_and_table_of_a_camera_file_is_checked(tmp_path: Path, films: dict[str, Path]) -> None:
    """A changed size of any box, a lost table, and any changed entry of the tables that place samples."""
    source = films["camera.mov"]
    data = source.read_bytes()
    boxes, faults = walk_boxes(source)
    assert not faults
    assert not check_sample_tables(source)
    missed = []
    tables = ("stts", "stsz", "stsc", "stco", "co64")
    for box in boxes:
        places = [box.offset + 2, box.offset + 3]  # its size
        if box.name in (*tables, "stsd", "mdhd", "tkhd") or box.path.endswith("mdia/hdlr"):
            places.append(box.offset + 4)  # its name
        if box.name in tables:
            places += range(box.data + 4, box.end)
        for at in places:
            changed = bytearray(data)
            changed[at] ^= 0x41
            try:
                if not inspect(with_bytes(tmp_path, source, bytes(changed))).damage:
                    missed.append((box.path, at - box.offset))
            except MediaError:
                continue
    assert missed == []


def test_changed_sound_is_told_by_its_hash_and_apart(tmp_path: Path, films: dict[str, Path]) -> None:
    for name in ("sound.wav", "sound.mov"):
        data = films[name].read_bytes()
        good = blake3(data).hexdigest()
        changed = bytearray(data)
        changed[len(data) // 2] ^= 0xFF
        path = with_bytes(tmp_path, films[name], bytes(changed))
        assert inspect(films[name], known_hash=good).damage == ()
        assert inspect(path).damage == ()  # any samples are possible samples
        assert [one.kind for one in inspect(path, known_hash=good).damage] == ["changed"]


def test_two_places_are_two_stretches(tmp_path: Path) -> None:
    path = make(tmp_path / "long.ts", Made("ts", pictures=150))
    data = bytearray(path.read_bytes())
    for share in (0.2, 0.8):
        at = int(len(data) * share)
        data[at : at + 2000] = bytes(2000)
    path.write_bytes(data)
    stretches = [around(one) for one in inspect(path).damage if one.range]
    assert len(stretches) == 2
    assert stretches[0][1] < 3 < stretches[1][0]


def test_every_odd_container_gets_a_report_or_a_coded_error(shared_data: Path) -> None:
    damaged = {
        "test_case_1185230.mp4",
        "ipma-invalid-property-index.avif",
        "no-hdlr.avif",
        "evil.wav",
        "bad.wav",
    }
    for path in sorted((shared_data / "containers").rglob("*.*")):
        if path.is_dir():
            continue
        try:
            report = inspect(path)
        except MediaError as error:
            assert error.code.startswith("AP-MEDIA-")
            continue
        for one in report.damage:
            assert one.reason
            assert one.evidence
        if path.name in damaged:
            assert report.damage, path.name


def test_a_matroska_without_checksums_is_still_walked(tmp_path: Path) -> None:
    path = make(tmp_path / "plain.mkv", Made("mkv", mux={"write_crc32": "0"}))
    assert inspect(path).damage == ()
    data = bytearray(path.read_bytes())
    at = data.index(b"\x1f\x43\xb6\x75")  # the first cluster
    data[at] = 0x1E
    path.write_bytes(data)
    assert inspect(path).damage


def test_a_transport_table_is_held_against_its_checksum(tmp_path: Path, films: dict[str, Path]) -> None:
    data = bytearray(films["film.ts"].read_bytes())
    table = next(at for at in range(0, len(data), 188) if data[at + 1 : at + 3] == b"\x40\x00")
    struct.pack_into(">H", data, table + 5 + 8, 77)  # the programme's number
    report = inspect(with_bytes(tmp_path, films["film.ts"], bytes(data)))
    assert any("CRC-32" in text for one in report.damage for text in one.evidence)


def test_an_unfinished_recording_in_parts_keeps_its_good_parts(tmp_path: Path) -> None:
    made = Made("mp4", mux={"movflags": "frag_keyframe+empty_moov"}, pictures=60)
    path = make(tmp_path / "parts.mp4", made)
    whole = inspect(path)
    assert whole.damage == ()
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    report = inspect(path)
    assert any(one.kind == "truncated" for one in report.damage)
    assert whole.counts[0][1] == 60
    assert 20 <= report.counts[0][1] < 60
    assert Fraction(report.counts[0][1], 60) > Fraction(1, 3)
