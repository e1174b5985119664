"""Tags and values that contradict each other: range, transfer, matrix; HDR where SDR is wanted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from answerprint.core.records import Colour
from answerprint.departments.picture.checking.film import Found
from answerprint.media.pixels import HD_LINES

OUTSIDE = 0.002  # of all values, beyond limited range by more than a filter's overshoot
OVERSHOOT = 8  # codes
INSIDE = 2e-4  # of all values: fewer beyond limited range and its overshoot than this are none
EDGE = 1e-3  # of all values that stand at limited black or white
TWICE = ((27, 36), (208, 222))  # codes: limited range once more makes 30 and 218 of 16 and 235
BRIGHT = 0.76  # of PQ's codes: 1 000 cd/m²
TOO_BRIGHT = 0.1  # of a PQ programme's values over it: its values are those of another transfer
HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
FAMILIES = (
    ("bt2020", ("bt2020", ("bt2020nc", "bt2020c", "ictcp", "gbr"))),
    ("bt709", ("bt709", ("bt709", "gbr"))),
)


def values_and_range(counts: NDArray[np.int64], colour: Colour, pictures: int) -> Iterator[Found]:
    """counts: of the 8-bit luma codes of all pictures (256,), as coded."""
    total = int(counts.sum())
    if not total:
        return
    share = counts / total
    sums = np.cumsum(share)
    least, most = int(np.searchsorted(sums, 0.001)), int(np.searchsorted(sums, 0.999))
    below, above = float(share[: 16 - OVERSHOOT].sum()), float(share[236 + OVERSHOOT :].sum())
    evidence: dict[str, float | str] = {
        "tagged": colour.range or "not",
        "lowest": least,
        "highest": most,
        "below_limited": round(float(share[:16].sum()), 5),
        "above_limited": round(float(share[236:].sum()), 5),
    }
    if colour.range != "full":
        if max(below, above) > OUTSIDE:
            yield Found(
                kind="range",
                message=f"values of full range ({least} to {most}) in a file that "
                + ("is tagged limited" if colour.range else "does not say so: it is shown as limited"),
                value=round(max(below, above), 5),
                limit=OUTSIDE,
                unit="of the values",
                evidence=evidence,
            )
        elif TWICE[0][0] <= least <= TWICE[0][1] and TWICE[1][0] <= most <= TWICE[1][1] and pictures > 1:
            yield Found(
                kind="range",
                message=f"neither black nor white is reached ({least} to {most}): "
                "perhaps brought to limited range twice",
                value=float(least),
                limit=float(TWICE[0][0]),
                unit="code",
                evidence=evidence,
                milder=2,
            )
        return
    beyond = float(share[: 16 - OVERSHOOT].sum() + share[236 + OVERSHOOT :].sum())
    at_edges = float(share[14:19].sum()), float(share[233:238].sum())
    if beyond < INSIDE and max(at_edges) > EDGE and pictures > 1:
        yield Found(
            kind="range",
            message=f"tagged full, but its values ({least} to {most}) are those of limited range",
            value=round(beyond, 6),
            limit=INSIDE,
            unit="of the values",
            evidence=evidence,
        )


def tags(counts: NDArray[np.int64], colour: Colour, height: int, *, rgb: bool, sdr: bool) -> Iterator[Found]:
    """What is not tagged, what contradicts itself. rgb: the file is no Y′CbCr. sdr: no HDR is wanted."""
    wanted = {"primaries": colour.primaries, "transfer": colour.transfer}
    if not rgb:
        wanted |= {"matrix": colour.matrix, "range": colour.range}
    missing = [name for name, value in wanted.items() if value is None]
    if missing:
        yield Found(
            kind="untagged",
            message=f"no tag for {', '.join(missing)}: every program takes what it likes",
            evidence={"missing": ", ".join(missing)},
        )
    for name, (primaries, matrices) in FAMILIES:
        if colour.primaries == primaries and not rgb and colour.matrix not in (*matrices, None):
            yield _contradiction(f"primaries of {name} with the matrix {colour.matrix}", colour)
    if colour.matrix in ("bt470bg", "smpte170m") and height >= HD_LINES and colour.primaries == "bt709":
        yield _contradiction(
            f"{height} lines with the matrix of standard definition ({colour.matrix})", colour
        )
    if colour.primaries == "bt2020" and colour.transfer == "bt709":
        yield _contradiction("primaries of bt2020 with the transfer of bt709", colour)
    if colour.transfer in ("linear", "log100", "log316"):
        yield _contradiction(f"a transfer of {colour.transfer}: no screen shows that", colour)
    hdr = HDR.get(colour.transfer or "")
    if hdr is None:
        return
    if sdr:
        yield Found(
            kind="hdr",
            message=f"tagged {hdr}, where SDR is asked for",
            evidence={"transfer": str(colour.transfer)},
        )
    total = max(1, int(counts.sum()))
    first = round(16 + BRIGHT * 219) if colour.range != "full" else round(255 * BRIGHT)
    bright = float(counts[first:].sum()) / total
    if hdr == "PQ" and bright > TOO_BRIGHT:
        yield Found(
            kind="tags",
            message=f"tagged PQ, but {100 * bright:.0f} % of its values would be over 1 000 cd/m²: "
            "they look like those of another transfer",
            value=round(bright, 4),
            limit=TOO_BRIGHT,
            unit="of the values",
        )


def _contradiction(message: str, colour: Colour) -> Found:
    told = {name: str(getattr(colour, name)) for name in ("primaries", "transfer", "matrix", "range")}
    return Found(kind="tags", message=message, evidence=dict(told))
