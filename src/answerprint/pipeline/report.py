"""The report of a version: one self-contained page with every choice, its reason and what needs a person."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import msgspec

from answerprint.formats.web_pages import template_of


class AlternateRow(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    cost: str


class SlotRow(msgspec.Struct, frozen=True, kw_only=True):
    """One choice as the page shows it."""

    id: str
    label: str
    text: str
    take: str
    clip: str  # file name
    record_in: str  # timecode
    record_out: str
    source_in: str
    start: int  # record frames
    end: int
    reason: str
    setup: str
    decided: str = ""
    close: bool = False
    alternates: tuple[AlternateRow, ...] = ()


class ClipRow(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the rushes."""

    name: str
    card: str
    what: str  # "24 fps, 640×360, H.264"
    length: str
    timecode: str
    label: str
    use: str  # "used 3 ×", "not used: …"
    trouble: tuple[str, ...] = ()


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A clip on the timeline picture."""

    track: str
    start: int
    end: int
    name: str
    setup: str
    muted: bool = False
    slot: str = ""


class LoudnessCurve(msgspec.Struct, frozen=True, kw_only=True):
    """Short-term loudness of the final file, one value a step."""

    step_seconds: float
    values: tuple[float | None, ...]
    target: float
    tolerance: float
    integrated: float | None
    true_peak: float | None
    ceiling: float
    range_lu: float | None


class ReportData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page says."""

    title: str
    kind: str  # "rough cut from the screenplay", "string-out"
    duration: str
    rate: str
    raster: str
    start: str
    frames: int
    slots: tuple[SlotRow, ...]
    bars: tuple[Bar, ...]
    needs: tuple[str, ...]  # what needs a person
    missing: tuple[tuple[str, str, str], ...]  # label, text, why
    excluded: tuple[tuple[str, str, str], ...]  # clip, where, why
    clips: tuple[ClipRow, ...]
    cards: tuple[tuple[str, str], ...]
    sync: tuple[tuple[str, str, str, str], ...]  # clip, sound, method, offset
    changes: tuple[str, ...]  # since the version before
    before: str  # "v001", or "" for the first
    policies: tuple[str, ...]
    back_ends: tuple[tuple[str, str], ...]
    loudness: LoudnessCurve | None
    cleaning: tuple[tuple[str, str], ...] = ()
    grades: tuple[tuple[str, str, str, str], ...] = ()  # scene, clip, hero, what was done or why nothing
    cues: int = 0


TIMELINE_WIDTH = 1120
ROW = 26
MARK_WIDTH = 44.0
CURVE_HEIGHT = 160
QUIETEST = -60.0  # the foot of the loudness graph, LUFS
SETUP_HUES = (205, 28, 145, 275, 50, 330, 180, 100, 240, 10)


def render_report(data: ReportData, stills: Mapping[str, bytes]) -> str:
    """The page. stills: slot id → JPEG."""
    template = template_of("answerprint.pipeline", "templates/report.html.j2")
    hues = _hues(data)
    return template.render(
        data=data,
        stills={slot: _data_uri(jpeg) for slot, jpeg in stills.items()},
        hues=hues,
        tracks=_tracks(data.bars),
        scale=TIMELINE_WIDTH / max(data.frames, 1),
        marks=_marks(data),
        width=TIMELINE_WIDTH,
        row=ROW,
        curve=_curve(data.loudness),
        curve_height=CURVE_HEIGHT,
    )


def _data_uri(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def _hues(data: ReportData) -> dict[str, int]:
    setups = dict.fromkeys([bar.setup for bar in data.bars] + [slot.setup for slot in data.slots])
    return {setup: SETUP_HUES[number % len(SETUP_HUES)] for number, setup in enumerate(setups)}


def _marks(data: ReportData) -> list[tuple[float, str]]:
    """Minutes and seconds under the timeline, wherever there is room for the next."""
    scale = TIMELINE_WIDTH / max(data.frames, 1)
    marks: list[tuple[float, str]] = []
    for slot in data.slots:
        x = slot.start * scale
        if (not marks or x - marks[-1][0] >= MARK_WIDTH) and x <= TIMELINE_WIDTH - MARK_WIDTH / 2:
            marks.append((x, slot.record_in[3:8]))
    return marks


def _tracks(bars: Sequence[Bar]) -> list[str]:
    return list(dict.fromkeys(bar.track for bar in bars))


class _Curve(msgspec.Struct, frozen=True):
    points: str  # SVG polyline points
    target_y: float
    band_top: float
    band_height: float
    ticks: tuple[tuple[float, str], ...]


def _curve(loudness: LoudnessCurve | None) -> _Curve | None:
    """The loudness graph in page coordinates."""
    if loudness is None or not loudness.values:
        return None

    def height(level: float) -> float:
        return round(CURVE_HEIGHT * min(max(level / QUIETEST, 0.0), 1.0), 1)

    wide = TIMELINE_WIDTH / max(len(loudness.values) - 1, 1)
    points = " ".join(
        f"{number * wide:.1f},{height(QUIETEST if value is None else value)}"
        for number, value in enumerate(loudness.values)
    )
    top = height(loudness.target + loudness.tolerance)
    return _Curve(
        points=points,
        target_y=height(loudness.target),
        band_top=top,
        band_height=round(height(loudness.target - loudness.tolerance) - top, 1),
        ticks=tuple((height(float(level)), f"{level}") for level in range(-10, -60, -10)),
    )
