"""Clips told to other programs: Avid logs, XMP sidecars, proxies that pair with their originals."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from made_cards import clip, lay

from answerprint.core.errors import FootageError, UsageError
from answerprint.departments.footage.ingest.describing import avid_log, sidecars
from answerprint.departments.footage.ingest.heads import read_head
from answerprint.departments.footage.ingest.inspecting import inspect
from answerprint.departments.footage.ingest.proxying import make_proxies
from answerprint.formats.cameras.ale import parse_ale
from answerprint.formats.cameras.xmp import XmpRecord, parse_xmp, write_xmp
from answerprint.media.wave_writing import write_wave

DF = Fraction(30000, 1001)


def rows(folder: Path) -> dict[str, dict[str, str]]:
    data, _ = avid_log(inspect(folder))
    return {one["Name"]: dict(one) for one in parse_ale(data.decode().replace("\r\n", "\n")).rows}


def test_a_row_has_exact_labels_in_drop_frame(tmp_path: Path) -> None:
    clip(tmp_path / "A001" / "A001C001_230101_R1AB.mov", 10, DF, "01:00:59;25")
    row = rows(tmp_path)["A001C001_230101_R1AB"]
    # ten frames from ;25: five are left of the minute, and the next begins at ;02
    assert (row["Start"], row["End"], row["FPS"]) == ("01:00:59;25", "01:01:00;07", "29.97")
    assert (row["Tape"], row["Camera"], row["Tracks"]) == ("A001", "A", "V")


def test_midnight_begins_the_count_anew(tmp_path: Path) -> None:
    clip(tmp_path / "x.mov", 10, Fraction(25), "23:59:59:20")
    assert rows(tmp_path)["x"]["End"] == "00:00:00:05"


def test_a_spanned_clip_is_one_row_over_all_its_parts(tmp_path: Path) -> None:
    folder = tmp_path / "DCIM" / "100GOPRO"
    clip(folder / "GX010123.MP4", 10, Fraction(25), "10:00:00:00")
    clip(folder / "GX020123.MP4", 15, Fraction(25), "10:00:00:10")
    assert {name: (one["Start"], one["End"]) for name, one in rows(tmp_path).items()} == {
        "GX0123": ("10:00:00:00", "10:00:01:00")
    }


def test_what_people_noted_is_in_the_log(tmp_path: Path) -> None:
    clip(tmp_path / "A001C001.mov", start="01:00:00:00")
    note = XmpRecord(scene="12A", take="3", tape="ROLL7", good=True, comment="the ferry")
    (tmp_path / "A001C001.xmp").write_bytes(write_xmp(note))
    row = rows(tmp_path)["A001C001"]
    assert (row["Scene"], row["Take"], row["Tape"], row["Circled"], row["Comments"]) == (
        "12A", "3", "ROLL7", "Y", "the ferry",
    )  # fmt: skip


def test_clips_that_a_log_cannot_hold_are_named(tmp_path: Path) -> None:
    clip(tmp_path / "a.mov", start="01:00:00:00")
    clip(tmp_path / "b.mov", start="01:00:00:00")
    clip(tmp_path / "other_rate.mov", rate=Fraction(24), start="01:00:00:00")
    clip(tmp_path / "no_timecode.mov")
    data, told = avid_log(inspect(tmp_path))
    assert (told.rows, told.rate) == (3, 25) and b"FPS\t25" in data
    assert sorted(one.code for one in told.findings) == ["ingest.no_timecode", "ingest.rate"]


def test_a_folder_without_timecode_makes_no_log(tmp_path: Path) -> None:
    lay(tmp_path, "a.mov", "b.txt")
    with pytest.raises(FootageError) as caught:
        avid_log(inspect(tmp_path))
    assert caught.value.code == "AP-FOOTAGE-213"


def test_a_sidecar_says_reel_scene_and_start(tmp_path: Path) -> None:
    clip(tmp_path / "A001" / "A001C001_230101_R1AB.mov", 10, DF, "01:00:59;25")
    (path, data), *_ = sidecars(inspect(tmp_path)).items()
    found = parse_xmp(data)
    assert path == "A001/A001C001_230101_R1AB.xmp"
    assert (found.tape, found.camera, found.start, found.rate) == ("A001", "A", "01:00:59;25", DF)


def test_proxies_keep_name_timecode_and_reel_and_are_made_once(tmp_path: Path) -> None:
    card = tmp_path / "A001"
    clip(card / "sub" / "A001C001_230101_R1AB.mov", 10, DF, "01:00:59;25")
    write_wave(card / "A001.wav", np.zeros((480, 1), np.float32), 48000)
    lay(card, "A001C002_230101_R1AB.ari")
    made = make_proxies([card], tmp_path / "proxies", height=36)
    assert [(one.proxy, one.action) for one in made.proxies] == [
        ("A001C002_230101_R1AB.mov", "not decodable"), ("sub/A001C001_230101_R1AB.mov", "made"),
    ]  # fmt: skip
    assert made.needs_a_person
    proxy = tmp_path / "proxies/sub/A001C001_230101_R1AB.mov"
    head = read_head(proxy)
    assert head.timecode is not None and head.timecode.label == "01:00:59;25"
    assert (head.tags["reel_name"], head.height) == ("A001", 36)
    assert parse_xmp(proxy.with_suffix(".xmp").read_bytes()).tape == "A001"
    before = proxy.stat().st_mtime_ns
    again = make_proxies([card], tmp_path / "proxies", height=36)
    assert [one.action for one in again.proxies] == ["not decodable", "up to date"]
    assert proxy.stat().st_mtime_ns == before
    clip(card / "sub" / "A001C001_230101_R1AB.mov", 12, DF, "01:00:59;25")
    last = make_proxies([card], tmp_path / "proxies", height=36).proxies[-1]
    assert (last.action, last.pictures) == ("made", 12)


def test_a_file_that_is_no_proxy_of_ours_is_left(tmp_path: Path) -> None:
    clip(tmp_path / "A001" / "a.mov")
    lay(tmp_path / "out", "a.mov", data=b"somebody's")
    made = make_proxies([tmp_path / "A001"], tmp_path / "out")
    assert made.proxies[0].action == "failed" and (tmp_path / "out/a.mov").read_bytes() == b"somebody's"


def test_originals_of_one_stem_get_a_proxy_each(tmp_path: Path) -> None:
    clip(tmp_path / "A001" / "a.mov")
    clip(tmp_path / "A001" / "a.mp4")
    made = make_proxies([tmp_path / "A001"], tmp_path / "out", height=36)
    assert sorted(one.proxy for one in made.proxies) == ["a_mov.mov", "a_mp4.mov"]


def test_a_broken_file_costs_only_its_proxy(tmp_path: Path) -> None:
    clip(tmp_path / "A001" / "b.mov")
    lay(tmp_path / "A001", "a.mov", "c.mov")
    (tmp_path / "A001" / "c.mov").write_bytes((tmp_path / "A001" / "b.mov").read_bytes()[:900])
    made = make_proxies([tmp_path / "A001"], tmp_path / "out", height=36)
    assert {one.original[-5:]: one.action for one in made.proxies} == {
        "a.mov": "failed",
        "b.mov": "made",
        "c.mov": "failed",
    }


def test_proxies_never_go_where_originals_are(tmp_path: Path) -> None:
    clip(tmp_path / "A001" / "a.mov")
    for out in (tmp_path / "A001", tmp_path):
        with pytest.raises(UsageError) as caught:
            make_proxies([tmp_path / "A001"], out)
        assert caught.value.code == "AP-USE-216"
    with pytest.raises(UsageError):
        make_proxies([tmp_path / "A001"], tmp_path / "out", height=0)


def test_a_dry_run_makes_no_proxy(tmp_path: Path) -> None:
    clip(tmp_path / "A001" / "a.mov")
    made = make_proxies([tmp_path / "A001"], tmp_path / "out", dry_run=True)
    assert made.proxies[0].action == "would be made" and not (tmp_path / "out").exists()
