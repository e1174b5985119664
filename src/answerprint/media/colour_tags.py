"""Colour tags of a stream by their names in ITU-T H.273 (as FFmpeg writes them)."""

from __future__ import annotations

from typing import Literal

from answerprint.core.records import Colour

# ITU-T H.273 (07/2024), tables 2, 3 and 4. Code 2 is "unspecified" and has no name.
PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "film",
    9: "bt2020",
    10: "smpte428",
    11: "smpte431",
    12: "smpte432",
    22: "ebu3213",
}
TRANSFERS = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    9: "log100",
    10: "log316",
    11: "iec61966-2-4",
    12: "bt1361e",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    17: "smpte428",
    18: "arib-std-b67",
}
MATRICES = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "ycgco",
    9: "bt2020nc",
    10: "bt2020c",
    11: "smpte2085",
    12: "chroma-derived-nc",
    13: "chroma-derived-c",
    14: "ictcp",
}
_RANGES: dict[int, Literal["limited", "full"]] = {1: "limited", 2: "full"}


def colour_of(primaries: int, transfer: int, matrix: int, range: int, pixel_format: str | None) -> Colour:
    """The tags by name, None where the file does not say. RGB pixel formats have no matrix to tag."""
    rgb = pixel_format is not None and pixel_format.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal"))
    full = pixel_format is not None and pixel_format.startswith("yuvj")
    return Colour(
        primaries=PRIMARIES.get(primaries),
        transfer=TRANSFERS.get(transfer),
        matrix=None if matrix == 0 and not rgb else MATRICES.get(matrix),
        range="full" if full else _RANGES.get(range),
    )
