"""What can be measured of a reference picture: palette, light and composition. Nothing of what it shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.core.findings import Evidence, Finding
from answerprint.media.stills import keyframe_thumbnails

WIDTH = 320  # pixels: as large as a cell of the contact sheet needs
COLOURS = 5
AMBER = 0.5, 0.866  # the a*b* direction from blue to amber (hue 60°): a green is neither
SAME = 6.0  # ΔE*ab below which two swatches are one
MOST = 5_000  # pictures of one board
SUFFIXES = frozenset(
    (
        ".jpg",
        ".jpeg",
        ".png",
        ".tif",
        ".tiff",
        ".webp",
        ".bmp",
        ".gif",
        ".heic",
        ".avif",
        ".dpx",
        ".exr",
        ".jp2",
    )
)


class Swatch(msgspec.Struct, frozen=True):
    """A palette's colour: sRGB as RRGGBB, and the share of the picture it covers."""

    colour: str
    share: float


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A reference picture and its measures, all from sRGB display values."""

    name: str
    words: tuple[str, ...]  # of the file's name: how a person may tie it to a scene
    palette: tuple[Swatch, ...]
    lightness: float  # mean CIE L*, 0 … 100
    contrast: float  # 5th to 95th percentile of L*
    warmth: float  # mean chroma along amber, as b* units: above 0 warm, below 0 cool
    chroma: float  # mean CIE C*ab
    light_from: str  # "left", "right", "above", "below", "even"
    weight: tuple[float, float]  # centre of what stands out: 0, 0 top left … 1, 1 bottom right
    symmetry: float  # correlation of the picture with its mirror image, -1 … 1
    empty: float  # share of the frame without detail
    aspect: float
    vector: tuple[float, ...]  # the above in comparable units, for distances
    jpeg: bytes = b""


def read_pictures(
    folder: Path, report: Callable[[int, int], None] | None = None
) -> tuple[tuple[Picture, ...], tuple[Finding, ...]]:
    """Every picture under a folder, by name; what cannot be read is a finding.

    Raises UsageError AP-USE-081 when the folder is none or holds no picture, or more than 5 000.
    """
    if not folder.is_dir():
        raise UsageError(
            "AP-USE-081", "this is no folder", file=str(folder), remedy="name a folder of pictures"
        )
    files = sorted(one for one in folder.rglob("*") if one.suffix.casefold() in SUFFIXES and one.is_file())
    if not 0 < len(files) <= MOST:
        raise UsageError(
            "AP-USE-081",
            f"holds {len(files)} pictures" if files else "holds no picture",
            file=str(folder),
            remedy=f"from one to {MOST} pictures: {', '.join(sorted(SUFFIXES))}",
        )
    found: list[Picture] = []
    failed: list[Finding] = []
    for at, file in enumerate(files):
        try:
            found.append(read_picture(file, str(file.relative_to(folder))))
        except AnswerprintError as error:
            failed.append(
                Finding(
                    code="board.unreadable",
                    message=f"{file.name}: {error.message}",
                    severity="warning",
                    subject=file.name,
                    evidence=(Evidence(measure=error.code),),
                    needs_a_person=True,
                )
            )
        if report is not None:
            report(at + 1, len(files))
    return tuple(found), tuple(failed)


def read_picture(file: Path, name: str = "") -> Picture:
    """One picture's measures. Raises MediaError AP-MEDIA-001…015 for a file that is none."""
    jpeg = keyframe_thumbnails(file, 1, WIDTH)[0]
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None  # we have just written it
    return measure(np.asarray(pixels, np.uint8)[..., ::-1], name or file.name, jpeg)


def measure(pixels: NDArray[np.uint8], name: str, jpeg: bytes = b"") -> Picture:
    """Measures of pixels, (height, width, 3) uint8 sRGB. CIE L*a*b* is D65 (ISO/CIE 11664-4)."""
    lab = cv2.cvtColor(np.ascontiguousarray(pixels, np.float32) / 255, cv2.COLOR_RGB2LAB)
    lightness, a, b = (lab[..., channel].astype(np.float64) for channel in range(3))
    chroma = np.hypot(a, b)
    low, high = np.percentile(lightness, (5, 95))
    detail = _detail(lightness)
    height, width = lightness.shape
    total = float(detail.sum()) or 1.0
    across = float((detail.sum(axis=0) * (np.arange(width) + 0.5)).sum() / total / width)
    down = float((detail.sum(axis=1) * (np.arange(height) + 0.5)).sum() / total / height)
    if float(detail.max(initial=0.0)) < 1e-6:
        across = down = 0.5
    palette = _palette(np.asarray(lab, np.float32))
    symmetry = _correlation(lightness, lightness[:, ::-1])
    empty = float((detail < 2.0).mean())
    warmth = float((AMBER[0] * a + AMBER[1] * b).mean())
    measures = (
        lightness.mean() / 25,
        (high - low) / 25,
        warmth / 12,
        float(chroma.mean()) / 15,
        across * 2,
        down * 2,
        symmetry,
        empty * 2,
    )
    return Picture(
        name=name,
        words=tuple(re.findall(r"[^\W_]+", Path(name).stem.casefold())),
        palette=palette,
        lightness=round(float(lightness.mean()), 2),
        contrast=round(float(high - low), 2),
        warmth=round(warmth, 2),
        chroma=round(float(chroma.mean()), 2),
        light_from=_light_from(lightness),
        weight=(round(across, 3), round(down, 3)),
        symmetry=round(symmetry, 3),
        empty=round(empty, 3),
        aspect=round(width / height, 3),
        vector=tuple(round(float(one), 4) for one in measures),
        jpeg=jpeg,
    )


def lab_of(colour: str) -> NDArray[np.float64]:
    """RRGGBB as CIE L*a*b*."""
    rgb = np.array([[[int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]]], np.float32)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, 0], np.float64)


def _palette(lab: NDArray[np.float32]) -> tuple[Swatch, ...]:
    """Colours by k-means in L*a*b*, started from an even split along lightness: the same each time."""
    points = lab[::4, ::4].reshape(-1, 3).astype(np.float32)
    order = np.argsort(points[:, 0], kind="stable")
    labels = np.empty(len(points), np.int32)
    labels[order] = np.arange(len(points)) * COLOURS // len(points)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 25, 0.5)
    count = min(COLOURS, len(points))
    _, found_labels, centres = cv2.kmeans(
        points, count, np.minimum(labels, count - 1)[:, None], stop, 1, cv2.KMEANS_USE_INITIAL_LABELS
    )
    shares = np.bincount(np.asarray(found_labels).ravel(), minlength=count) / len(points)
    merged: list[tuple[NDArray[np.float64], float]] = []
    for at in np.argsort(-shares, kind="stable"):
        centre = np.asarray(centres[at], np.float64)
        near = next((i for i, (other, _) in enumerate(merged) if np.linalg.norm(other - centre) < SAME), None)
        if near is None:
            merged.append((centre, float(shares[at])))
        else:
            merged[near] = merged[near][0], merged[near][1] + float(shares[at])
    rgb = cv2.cvtColor(np.asarray([[one for one, _ in merged]], np.float32), cv2.COLOR_LAB2RGB)[0]
    found = [
        Swatch("".join(f"{round(float(np.clip(one, 0, 1)) * 255):02x}" for one in colour), round(share, 3))
        for colour, (_, share) in zip(rgb, merged, strict=True)
        if share > 0
    ]
    return tuple(sorted(found, key=lambda one: (-one.share, one.colour)))


def _detail(lightness: NDArray[np.float64]) -> NDArray[np.float64]:
    soft = cv2.GaussianBlur(lightness, (0, 0), 1.5)
    return np.asarray(np.hypot(cv2.Sobel(soft, cv2.CV_64F, 1, 0), cv2.Sobel(soft, cv2.CV_64F, 0, 1)))


def _light_from(lightness: NDArray[np.float64]) -> str:
    """The brighter side, when a plane through the lightness differs by 10 L* from edge to edge."""
    height, width = lightness.shape
    x = np.linspace(-0.5, 0.5, width)
    y = np.linspace(-0.5, 0.5, height)
    across = float((lightness.mean(axis=0) * x).sum() / (x * x).sum()) if width > 1 else 0.0
    down = float((lightness.mean(axis=1) * y).sum() / (y * y).sum()) if height > 1 else 0.0
    if max(abs(across), abs(down)) < 10:
        return "even"
    if abs(across) >= abs(down):
        return "right" if across > 0 else "left"
    return "below" if down > 0 else "above"


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum() / size) if size > 1e-9 else 1.0
