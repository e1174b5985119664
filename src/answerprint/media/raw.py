"""Camera raw that FFmpeg cannot decode, named as such and paired with its proxies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Literal, NamedTuple

from answerprint.core.records import Asset
from answerprint.core.time import Time

_BY_EXTENSION = {
    ".braw": "Blackmagic RAW",
    ".r3d": "REDCODE RAW",
    ".ari": "ARRIRAW",
    ".arx": "ARRIRAW (HDE)",
    ".crm": "Canon Cinema RAW Light",
    ".rmf": "Canon Cinema RAW",
    ".nev": "Nikon N-RAW",
}
# What proxy makers append to the camera's name: A001_C003_proxy, A001_C003-Proxy, A001C003_H264 …
_PROXY_WORDS = re.compile(r"(?i)[-_. ]*(proxy|prox|px|h26[45]|prores|dnxh[dr]|lt|low ?res|\d{3,4}p)$")
# R3D clips are split: A001_C003_0101AB_001.R3D, _002.R3D … belong to A001_C003_0101AB.
_SPLIT_CLIP = re.compile(r"_\d{3}$")

Method = Literal["name", "timecode", "name and timecode"]


class Pairing(NamedTuple):
    """A camera original and the proxy found for it."""

    raw: str
    proxy: str
    method: Method


def camera_raw(name: str, head: bytes) -> str | None:
    """The trade name of a camera raw format, by file name and first bytes; None for everything else."""
    if head[4:8] in (b"RED1", b"RED2"):
        return "REDCODE RAW"
    if head[:4] == b"ARRI":  # SMPTE RDD 30
        return "ARRIRAW"
    if head[4:12] == b"ftypcrx ":
        return "Canon Cinema RAW Light"
    return _BY_EXTENSION.get(PurePath(name).suffix.lower())


def raw_in_mxf(container: str, tags: Mapping[str, str], unknown_picture: bool) -> str | None:
    """ARRIRAW in MXF (SMPTE RDD 55): an ARRI camera's MXF whose picture FFmpeg has no decoder for."""
    maker = tags.get("company_name", "") + tags.get("product_name", "")
    return "ARRIRAW (MXF)" if container == "mxf" and unknown_picture and "ARRI" in maker.upper() else None


def pair_proxies(assets: Sequence[Asset]) -> list[Pairing]:
    """Which decodable asset stands for which camera raw: the same name stem, checked by start timecode.

    A name that fits is believed unless both have a timecode and these differ; a timecode alone is believed
    where exactly one decodable picture starts there and its duration agrees (or one of them has none).
    In the order of the raw assets; a raw without a proxy is not listed.
    """
    stand_ins = [one for one in assets if one.kind == "picture"]
    pairs = []
    for raw in (one for one in assets if one.kind == "raw"):
        named = [one for one in stand_ins if _stem(one.name) == _stem(raw.name)]
        agreeing = [one for one in named if _same_start(raw, one)]
        silent = [one for one in named if raw.timecode is None or one.timecode is None]
        if agreeing:
            pairs.append(Pairing(raw.id, agreeing[0].id, "name and timecode"))
        elif silent:
            pairs.append(Pairing(raw.id, silent[0].id, "name"))
        else:
            starting = [one for one in stand_ins if _same_start(raw, one) and _same_length(raw, one)]
            if len(starting) == 1:
                pairs.append(Pairing(raw.id, starting[0].id, "timecode"))
    return pairs


def _stem(name: str) -> str:
    stem = PurePath(name).stem
    stem = _PROXY_WORDS.sub("", stem)
    return _SPLIT_CLIP.sub("", stem).lower() if len(stem) > 8 else stem.lower()


def _same_start(first: Asset, second: Asset) -> bool:
    one, other = first.timecode, second.timecode
    if one is None or other is None:
        return False
    return (one.frame, one.rate) == (other.frame, other.rate)


def _same_length(first: Asset, second: Asset) -> bool:
    one, other = _duration(first), _duration(second)
    if one is None or other is None or first.timecode is None:
        return True
    return abs((one - other).seconds) <= 1 / first.timecode.rate


def _duration(asset: Asset) -> Time | None:
    return next((one.duration for one in asset.streams if one.duration is not None), None)
