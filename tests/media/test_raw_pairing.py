"""Camera originals find their proxies by name and timecode, and are never taken for another take's."""

from __future__ import annotations

from fractions import Fraction

from answerprint.core.records import Asset, AssetKind, StartTimecode
from answerprint.media.raw import Pairing, camera_raw, pair_proxies

FILM = Fraction(24)


def asset(name: str, kind: AssetKind, frame: int | None = None) -> Asset:
    timecode = StartTimecode("", frame, FILM, False, "tmcd") if frame is not None else None
    return Asset(
        id=f"id:{name}",
        name=name,
        path=name,
        size=1,
        kind=kind,
        container="",
        streams=(),
        timecode=timecode,
    )


def test_a_proxy_is_found_by_name_and_timecode_together() -> None:
    originals = [asset("A001_C003_0101AB_001.R3D", "raw", 86_400), asset("A001_C004.braw", "raw", 90_000)]
    proxies = [
        asset("A001_C004_proxy.mov", "picture", 90_000),
        asset("A001_C003_0101AB_Proxy.mp4", "picture", 86_400),
        asset("B001_C003.mov", "picture", 86_400),
    ]
    assert pair_proxies([*proxies, *originals]) == [
        Pairing("id:A001_C003_0101AB_001.R3D", "id:A001_C003_0101AB_Proxy.mp4", "name and timecode"),
        Pairing("id:A001_C004.braw", "id:A001_C004_proxy.mov", "name and timecode"),
    ]


def test_a_name_is_enough_where_there_is_no_timecode() -> None:
    found = pair_proxies([asset("A001_C001.braw", "raw"), asset("A001_C001.mp4", "picture", 5)])
    assert found == [Pairing("id:A001_C001.braw", "id:A001_C001.mp4", "name")]


def test_a_name_with_another_timecode_is_another_take() -> None:
    assert pair_proxies([asset("C001.braw", "raw", 100), asset("C001.mp4", "picture", 5000)]) == []


def test_a_timecode_pairs_only_where_one_clip_starts_there() -> None:
    raw = asset("X.braw", "raw", 100)
    assert pair_proxies([raw, asset("one.mp4", "picture", 100)])[0].method == "timecode"
    assert pair_proxies([raw, asset("one.mp4", "picture", 100), asset("two.mp4", "picture", 100)]) == []


def test_sound_and_other_raw_are_no_proxies() -> None:
    assert pair_proxies([asset("A.braw", "raw"), asset("A.wav", "sound"), asset("A.r3d", "raw")]) == []


def test_an_ordinary_film_is_not_raw() -> None:
    assert camera_raw("A001.mov", b"\0\0\0\x14ftypqt  " + bytes(32)) is None
    assert camera_raw("A001.mp4", b"") is None
