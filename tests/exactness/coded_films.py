"""Films whose every picture says which it is, and the way of a clip through shots, cut, lists and render.

The truth here is counted by plain means: the timestamps that a bare decode gives, in fractions, one by one.
"""

from __future__ import annotations

import math
import re
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, cycle, islice
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.frames import FrameGrid
from answerprint.core.records import Asset, Damage
from answerprint.core.time import Range, Time
from answerprint.core.timecode import parse_timecode
from answerprint.departments.footage.inspecting import frame_grid
from answerprint.departments.footage.shots.in_file import ShotsDocument, shots_of
from answerprint.departments.release.rendering import draw_segment
from answerprint.departments.release.segment_plans import plan_segments
from answerprint.formats.timelines.model import MediaLink
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.fanout import fan_out
from answerprint.media.probe import probe
from answerprint.media.segments import encode_segment, join_segments
from answerprint.pipeline.places import link_of

Pixels = NDArray[np.uint8]

BITS = 12
LEFT, RIGHT, TOP, BOTTOM = 0.05, 0.95, 0.35, 0.75  # where the code lies, in parts of the picture seen upright
PICTURES = 200
SHOTS = (0, 37, 70, 112, 150)  # the first picture of every shot
RASTER = (480, 270)
FAST = VideoSettings(preset="veryfast", crf=18, threads=1)

FILM, NTSC, FAST_NTSC = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)
CUT_RATES = {  # name: rate, drop-frame, timecode of the first frame
    "24": (Fraction(24), False, "01:00:00:00"),
    "23.976": (FILM, False, "01:00:00:00"),
    "25": (Fraction(25), False, "10:00:00:00"),
    "29.97 DF": (NTSC, True, "01:00:59;20"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of file. steps: distances between pictures in ticks of `base`, over and over; `start` ticks."""

    container: str
    rate: Fraction
    base: Fraction | None = None  # 1 / rate when not given
    steps: Sequence[int] = (1,)
    start: int = 0
    timecode: str | None = None
    drop: bool = False
    rotation: int = 0  # degrees clockwise that turn it upright
    sound: bool = False
    rounded: bool = False  # a constant rate, every timestamp of it rounded to the container's clock
    halved: bool = False  # its timecode counts every second picture, as cameras at 50 and 60 do
    trimmed: tuple[int, int] = (0, 0)  # pictures that its edit list hides at the head and at the tail

    @property
    def ticks(self) -> list[int]:
        return list(islice(accumulate(cycle(self.steps), initial=self.start), PICTURES))

    @property
    def seconds(self) -> list[Fraction]:
        """When every picture that is seen was asked to appear."""
        head, tail = self.trimmed
        begun = self.ticks[head] if head else 0
        return [(tick - begun) * (self.base or 1 / self.rate) for tick in self.ticks[head : PICTURES - tail]]

    @property
    def shots(self) -> list[int]:
        """The first picture of every shot that is seen, counted from the first that is."""
        head = self.trimmed[0]
        return [0, *(one - head for one in SHOTS if one > head)]

    @property
    def size(self) -> tuple[int, int]:
        return (180, 320) if self.rotation % 180 else (320, 180)


MILLISECOND, MPEG_CLOCK = Fraction(1, 1000), Fraction(1, 90_000)
# A telephone's: jitter, a picture left out, two too close, a long wait.
PHONE = (3000, 3000, 2991, 3010, 6003, 3000, 1497, 4503, 3000, 2999, 18_001)
SCREEN = (33, 33, 34, 67, 17, 41, 33, 100, 16)

KINDS = {
    "24": Kind("mp4", Fraction(24)),
    "23.976": Kind("mp4", FILM, timecode="01:00:00:00"),
    "23.976 mkv": Kind("mkv", FILM, rounded=True),
    "23.976 ts": Kind("ts", FILM, rounded=True),
    "25 mov": Kind("mov", Fraction(25), timecode="09:59:59:20", sound=True),
    "29.97 DF": Kind("mp4", NTSC, timecode="01:00:59;28", drop=True),
    "59.94 DF": Kind("mp4", FAST_NTSC, timecode="01:00:59;58", drop=True),
    "59.94 DF halved": Kind("mp4", FAST_NTSC, timecode="01:00:59;56", drop=True, halved=True),
    "59.94 mkv": Kind("mkv", FAST_NTSC, rounded=True),
    "variable mp4": Kind("mp4", Fraction(30), MPEG_CLOCK, PHONE),
    "variable mkv": Kind("mkv", Fraction(30), MILLISECOND, SCREEN, sound=True),
    "variable ts": Kind("ts", Fraction(30), MPEG_CLOCK, PHONE),
    "delayed": Kind("mp4", Fraction(25), start=18, sound=True),
    "delayed 29.97 mkv": Kind("mkv", NTSC, start=41, sound=True, rounded=True),
    "delayed variable": Kind("mp4", Fraction(30), MPEG_CLOCK, PHONE, start=40_007, sound=True),
    "rotated 90": Kind("mp4", NTSC, rotation=90),
    "rotated 180": Kind("mp4", Fraction(25), rotation=180),
    "rotated 270 variable": Kind("mp4", Fraction(30), MPEG_CLOCK, PHONE, rotation=270, sound=True),
    "10": Kind("mp4", Fraction(10)),
    "trimmed": Kind("mp4", NTSC, timecode="01:00:59;28", drop=True, sound=True, trimmed=(45, 20)),
}


@dataclass(frozen=True)
class Footage:
    """A file and all that is known of it: by plain decoding, and by our own reading."""

    path: Path
    kind: Kind
    times: list[Fraction]  # every picture's own timestamp in seconds, as a bare decode gives them
    average: Fraction  # frames a second, as FFmpeg says
    asset: Asset
    grid: FrameGrid
    shots: ShotsDocument
    damage: tuple[Damage, ...]

    def on_screen(self, seconds: Fraction) -> int:
        """The picture on screen: the last whose timestamp is not after the time.

        Where timestamps are rounded a time is first told by the clock they are told by, the later tick.
        """
        if self.kind.rounded:
            clock = MILLISECOND if self.kind.container == "mkv" else MPEG_CLOCK
            seconds = math.ceil(seconds / clock) * clock
        return bisect_right(self.times, seconds) - 1

    def link(self, cut_rate: Fraction) -> MediaLink:
        return link_of(self.asset, self.grid, cut_rate)


def make(folder: Path, name: str) -> Path:
    """A file of a kind, its pictures coded, a new shot at every place of SHOTS."""
    kind = KINDS[name]
    path = folder / f"{name.replace(' ', '_')}.{kind.container}"
    turn = kind.rotation // 90
    pictures = (
        (tick, np.ascontiguousarray(np.rot90(picture(number, kind.size), turn)))
        for number, tick in enumerate(kind.ticks)
    )
    written = path.with_suffix(".mp4") if kind.container == "ts" else path
    sound = (
        Sound(_hum(kind.ticks[-1] * (kind.base or 1 / kind.rate)), AudioSettings(channels=1))
        if kind.sound
        else None
    )
    write_pictures(
        written, pictures, kind.rate, FAST, time_base=kind.base, sound=sound, start_timecode=kind.timecode
    )
    if kind.rotation:
        _turn(path, kind.rotation)
    if any(kind.trimmed):
        _trim(path, kind)
    if kind.halved:
        _halve(path, kind)
    if kind.container == "ts":
        _copy(written, path)
        written.unlink()
    return path


def read_footage(path: Path, kind: Kind) -> Footage:
    """What is known of a file, asked the way the pipeline asks."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        times = [frame.pts * stream.time_base for frame in container.decode(stream) if frame.pts is not None]
        average = stream.average_rate or (len(times) - 1) / (times[-1] - times[0])
    found = probe(path)
    asset = Asset(
        id=path.name,
        name=path.name,
        path=f"footage/{path.name}",
        size=path.stat().st_size,
        kind="picture",
        container=found.container,
        streams=found.streams,
        timecode=found.timecode,
    )
    summary = fan_out(path, [])
    video = asset.stream("video")
    assert summary.time_base is not None and video is not None
    grid = frame_grid(summary.pts, summary.time_base, video)
    return Footage(path, kind, times, average, asset, grid, shots_of(path), summary.damage)


def boundaries(footage: Footage) -> list[Fraction]:
    """The cuts that were found, in exact seconds; anything but a cut is not expected here."""
    assert {one.type for one in footage.shots.boundaries} <= {"cut"}
    return [Fraction(one.start.time) for one in footage.shots.boundaries]


OFFSETS = (  # from a boundary, in seconds, and the length of the clip in cut frames
    (Fraction(0), 11),
    (Fraction(-1, 90_000), 9),  # the last moment of the shot before
    (Fraction(1001, 48_000), 8),
    (Fraction(997, 2311), 7),
    (Fraction(1, 3), 10),
)


def cut_of(footage: dict[str, Footage], rate_name: str, speeds: Sequence[Fraction] = (Fraction(1),)) -> Cut:
    """Clips of every file one after another: at its boundaries, and at awkward places beside them."""
    rate, drop, start = CUT_RATES[rate_name]
    clips: list[Clip] = []
    at = 0
    for name, one in footage.items():
        starts = [edge + OFFSETS[number % len(OFFSETS)][0] for number, edge in enumerate(boundaries(one))]
        starts += [boundaries(one)[0] + offset for offset, _ in OFFSETS]
        for number, first in enumerate(starts):
            length, speed = OFFSETS[number % len(OFFSETS)][1], speeds[len(clips) % len(speeds)]
            used = Range(Time.of_seconds(first), Time.of_seconds(first + length / rate * abs(speed)))
            clips.append(
                Clip(
                    id=f"{name}/{number}",
                    asset=one.asset.id,
                    record=Range.of_ticks(at, at + length, rate),
                    source=used,
                    name=f"{name} {number}",
                    speed=speed,
                )
            )
            at += length + number % 2  # now and then a frame of black between two clips
    return Cut(
        name=f"Cut at {rate_name}",
        rate=rate,
        drop=drop,
        start_frame=parse_timecode(start, rate, drop=drop),
        width=RASTER[0],
        height=RASTER[1],
        tracks=(CutTrack(name="V1", kind="video", clips=tuple(clips)),),
    )


def truth(cut: Cut, clip: Clip, footage: Footage) -> list[int]:
    """The source picture under every frame of a clip, counted in fractions from the file's timestamps."""
    frames = clip.record.end.ticks - clip.record.start.ticks
    first = clip.source.start.seconds
    return [footage.on_screen(first + Fraction(frame) / cut.rate * clip.speed) for frame in range(frames)]


def render(cut: Cut, footage: dict[str, Footage], folder: Path, longest: int) -> Path:
    """The cut as the renderer makes it: segments between edits, joined."""
    media = {one.asset.id: one.path for one in footage.values()}
    segments = []
    for number, plan in enumerate(plan_segments(cut, longest)):
        segments.append(folder / f"{number:05d}.mp4")
        encode_segment(draw_segment(plan, media), plan.rate, FAST, segments[-1])
    out = folder / "cut.mp4"
    join_segments(segments, None, out, rate=cut.rate, start_timecode=cut.timecode(0))
    return out


def rendered_pictures(film: Path) -> Iterator[tuple[Fraction, Pixels]]:
    """Every picture of a film with its own time, by a bare decode."""
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            assert frame.pts is not None and frame.time_base is not None
            yield frame.pts * frame.time_base, frame.to_ndarray(format="rgb24")


def picture(number: int, size: tuple[int, int]) -> Pixels:
    """(h, w, 3): the number as twelve black or white cells over their opposites, on its shot's pattern.

    The number is in Gray code, so that within a shot one cell changes at a time.
    """
    pixels = _background(bisect_right(SHOTS, number) - 1, size).copy()
    gray = number ^ (number >> 1)
    for bit in range(BITS):
        for row in (0, 1):
            top, bottom, left, right = _cell(bit, row, (0, 0, *size))
            pixels[top:bottom, left:right] = 235 if (gray >> bit & 1) ^ row else 20
    return pixels


def number_shown(pixels: Pixels, size: tuple[int, int]) -> int | None:
    """The number of a picture of an upright size, whole in the middle of a raster; None where unclear."""
    box = _box((pixels.shape[1], pixels.shape[0]), size)
    gray = 0
    for bit in range(BITS):
        levels = []
        for row in (0, 1):
            top, bottom, left, right = _cell(bit, row, box)
            high, wide = (bottom - top) // 4, (right - left) // 4
            levels.append(float(pixels[top + high : bottom - high, left + wide : right - wide].mean()))
        if abs(levels[0] - levels[1]) < 100:
            return None
        gray |= (levels[0] > levels[1]) << bit
    number = 0
    while gray:
        number, gray = number ^ gray, gray >> 1
    return number


def _box(raster: tuple[int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, width, height of a picture of a size, whole in the middle of a raster."""
    scale = min(Fraction(raster[0], size[0]), Fraction(raster[1], size[1]))
    wide, high = round(size[0] * scale), round(size[1] * scale)
    return (raster[0] - wide) // 2, (raster[1] - high) // 2, wide, high


def _cell(bit: int, row: int, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    x, y, wide, high = box
    width = (RIGHT - LEFT) / BITS
    height = (BOTTOM - TOP) / 2
    return (
        y + round(high * (TOP + height * row)),
        y + round(high * (TOP + height * (row + 1))),
        x + round(wide * (LEFT + width * bit)),
        x + round(wide * (LEFT + width * (bit + 1))),
    )


@lru_cache(maxsize=16)
def _background(shot: int, size: tuple[int, int]) -> Pixels:
    """A pattern of large patches of its own colour, so that no two shots are alike."""
    chance = np.random.default_rng(100 + shot)
    patches = chance.integers(-50, 50, (6, 8, 1)) + np.array(
        [(190, 70, 60), (60, 150, 70), (70, 80, 190), (180, 170, 60), (150, 60, 170)][shot % 5]
    )
    rows = np.arange(size[1]) * 6 // size[1]
    columns = np.arange(size[0]) * 8 // size[0]
    return patches[rows][:, columns].clip(0, 255).astype(np.uint8)


def _hum(seconds: Fraction) -> list[NDArray[np.float32]]:
    at = np.arange(int((seconds + 1) * 48_000)) / 48_000
    return [(0.1 * np.sin(2 * np.pi * 220 * at)).astype(np.float32)[:, None]]


_MATRICES = {  # ISO/IEC 14496-12, 8.3.2: a b u c d v x y w, turning clockwise
    90: (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000),
    180: (-0x10000, 0, 0, 0, -0x10000, 0, 0, 0, 0x40000000),
    270: (0, -0x10000, 0, 0x10000, 0, 0, 0, 0, 0x40000000),
}
_MATRIX_AT = 40  # bytes from the version byte of a version 0 track header


def _turn(path: Path, rotation: int) -> None:
    """Write the display matrix into the picture's track header, as a telephone does."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4
    assert data[at] == 0  # version 0
    data[at + _MATRIX_AT : at + _MATRIX_AT + 36] = struct.pack(">9i", *_MATRICES[rotation])
    path.write_bytes(data)


_EDIT_AT = 12  # bytes from the name of an edit list (version 0) to its first edit: its length, its start


def _trim(path: Path, kind: Kind) -> None:
    """Shorten every track's edit list, as a telephone does when a clip is trimmed: no sample goes away."""
    head, tail = kind.trimmed
    data = bytearray(path.read_bytes())
    at = data.index(b"mvhd") + 16
    movie_scale = int.from_bytes(data[at : at + 4], "big")
    for edits in (found.start() for found in re.finditer(b"elst", bytes(data))):
        header = data.rindex(b"tkhd", 0, edits)
        media = data.index(b"mdhd", header) + 16
        media_scale = int.from_bytes(data[media : media + 4], "big")
        assert data[edits + 4] == 0 and data[edits + 11] == 1  # version 0, one edit
        length, start = struct.unpack_from(">II", data, edits + _EDIT_AT)
        length -= round((head + tail) / kind.rate * movie_scale)
        start += round(head / kind.rate * media_scale)
        struct.pack_into(">II", data, edits + _EDIT_AT, length, start)
    path.write_bytes(data)


def _halve(path: Path, kind: Kind) -> None:
    """Let the timecode track count at half the picture's rate: its description and its one sample."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tmcd\0\0\0\0\0\0\0\1") + 20  # time scale, frame duration, frames counted in a second
    scale, duration, count = struct.unpack_from(">IIB", data, at)
    assert Fraction(scale, duration) == kind.rate
    struct.pack_into(">IIB", data, at, scale, 2 * duration, count // 2)
    frame = parse_timecode(kind.timecode or "", kind.rate, drop=kind.drop)
    sample = data.rindex(b"mdat") + 4
    sample = data.index(struct.pack(">I", frame), sample)
    struct.pack_into(">I", data, sample, frame // 2)
    path.write_bytes(data)


def _copy(source: Path, out: Path) -> None:
    """The same packets in another container."""
    with av.open(str(source)) as given, av.open(str(out), "w") as taken:
        streams = {one.index: taken.add_stream_from_template(one) for one in given.streams}
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                taken.mux(packet)
