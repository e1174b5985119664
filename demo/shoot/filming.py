"""Photograph a take: its pictures frame by frame through a drifting camera, and the file they go to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from shoot import actors, sets, slate
from shoot.painting import CANVAS, MARGIN, Image
from shoot.sound import RATE, Sound

WIDTH, HEIGHT = 640, 360
QUALITY = "30"  # CRF
KEYFRAME_EVERY = 48
AUDIO_BITS = 48_000
GRAIN = 0.007  # of full scale, after the sharp picture is made

DUSK_LEFT = actors.Light((1.15, 0.86, 0.66), (0.34, 0.26, 0.30), (0.75, 0.42, 0.18), (0.95, -0.3))
DUSK_RIGHT = actors.Light((1.15, 0.86, 0.66), (0.34, 0.26, 0.30), (0.75, 0.42, 0.18), (-0.95, -0.3))
LAMP_LEFT = actors.Light((0.92, 0.68, 0.45), (0.15, 0.16, 0.24), (0.42, 0.26, 0.10), (0.95, 0.1))
LAMP_RIGHT = actors.Light((1.0, 0.76, 0.52), (0.20, 0.20, 0.28), (0.60, 0.40, 0.18), (0.9, 0.25))
MOON_LEFT = actors.Light((0.60, 0.68, 0.86), (0.13, 0.17, 0.28), (0.42, 0.50, 0.62), (-0.65, -0.75))
MOON_RIGHT = actors.Light((0.66, 0.74, 0.92), (0.14, 0.18, 0.30), (0.45, 0.54, 0.66), (-0.85, -0.5))


@dataclass
class Setup:
    """Where the camera stands: what is behind the people, who is seen, what is in front of them."""

    behind: Image
    people: list[actors.Figure]
    front: tuple[Image, Image, int] | None = None  # after Ruth, before Tom: paint, what stays, from which row
    water: tuple[float, float, float] | None = None  # how the sea's glitter is enlarged: x, y, times
    soft: float = 0.0


def prepare(setup: str) -> Setup:
    """Build a set-up by its name: `1A` is the wide of scene 1, B looks at Tom, C at Ruth."""
    scene, angle = setup[0], setup[1]
    tom_light, ruth_light = {
        "1": (DUSK_LEFT, DUSK_RIGHT),
        "2": (MOON_LEFT, MOON_RIGHT),
        "3": (LAMP_LEFT, LAMP_RIGHT),
    }[scene]
    outside = scene == "2"
    place = sets.quay() if outside else sets.office(scene == "3")
    ruth_reads = scene == "3"
    if angle == "A":
        if outside:
            tom = actors.figure("TOM", 1, 78, (548, 262), tom_light, True)
            ruth = actors.figure("RUTH", -1, 74, (812, 296), ruth_light, False)
            front, cover = sets.stones()
            return Setup(place * (1 - cover) + front * cover, [ruth, tom], water=(640, 360, 1.0))
        tom = actors.figure("TOM", 1, 84, (330, 262), tom_light, not ruth_reads)
        ruth = actors.figure("RUTH", -1, 80, (930, 292), ruth_light, ruth_reads)
        front, cover = sets.counter(scene == "3")
        top = int(np.flatnonzero(cover.any(axis=(1, 2)))[0])
        keep = np.repeat(1 - cover[top:], 3, axis=2)
        return Setup(place, [ruth, tom], (front[top:] * cover[top:], keep, top))
    if angle == "B":
        centre, times = ((520.0, 250.0), 1.7) if outside else ((262.0, 296.0), 1.9)
        person = actors.figure("TOM", 1, 200, (560, 336), tom_light, False)
    else:
        centre, times = ((960.0, 300.0), 1.7) if outside else ((960.0, 290.0), 1.8)
        person = actors.figure("RUTH", -1, 200, (716, 344), ruth_light, False)
    water = (*centre, times) if outside else None
    return Setup(sets.closer(place, centre, times, 7.0), [person], water=water, soft=7.0)


def frames(
    scene: Setup,
    board: tuple[Image, Image],
    mouths: dict[str, Sound],
    count: int,
    rate: Fraction,
    seed: int,
    stops: float,
    cast: tuple[float, float, float],
) -> Iterator[NDArray[np.uint8]]:
    """Every frame of a take, `(360, 640, 3)` RGB."""
    stick = slate.upper_stick()
    exposure = np.array(cast, np.float32) * 2 ** (stops / 2.2)  # display values stand at a gamma of about 2.2
    rows, columns = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    vignette = (1 - 0.16 * (rows**2 + columns**2)).astype(np.float32)[..., None]
    rng = np.random.default_rng(seed)
    for frame in range(count):
        seconds = float(frame / rate) + seed % 97
        picture = scene.behind.copy()
        if scene.water is not None:
            _water(picture, scene, seconds)
        for person in scene.people:
            actors.perform(picture, person, float(mouths[person.name][frame]), seconds, MARGIN)
            if person.name == "RUTH" and scene.front is not None:
                paint, keep, top = scene.front
                picture[top:] *= keep
                picture[top:] += paint
        slate.show(picture, board, stick, frame)
        seen = _through_the_camera(picture, seconds) * vignette * exposure
        grain = rng.standard_normal((HEIGHT, WIDTH, 1)).astype(np.float32) * GRAIN
        yield (np.clip(seen + grain, 0, 1) * 255 + 0.5).astype(np.uint8)


def _water(picture: Image, scene: Setup, seconds: float) -> None:
    """Add the moon's glitter; a sea out of focus is worked out at a quarter of the size."""
    assert scene.water is not None
    top, light = sets.shimmer(seconds)
    x, y, times = scene.water
    if times == 1.0:
        picture[top:] += light
        return
    small = cv2.resize(light, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    column, row = (x + MARGIN[0]) / 4, (y + MARGIN[1] - top) / 4
    wide, high = CANVAS[0] // 4, CANVAS[1] // 4
    move = np.array([[times, 0, wide / 2 - times * column], [0, times, high / 2 - times * row]])
    near = cv2.GaussianBlur(cv2.warpAffine(small, move, (wide, high)), (0, 0), scene.soft * 0.7 / 4)
    picture += cv2.resize(near, CANVAS, interpolation=cv2.INTER_LINEAR)


def _through_the_camera(picture: Image, seconds: float) -> Image:
    """The drifting frame of a hand-held camera, at half the canvas's size."""
    x = MARGIN[0] + 5.0 * np.sin(seconds * 0.83) + 2.0 * np.sin(seconds * 2.1 + 1)
    y = MARGIN[1] + 3.5 * np.sin(seconds * 0.61 + 2) + 1.4 * np.sin(seconds * 1.7)
    crop = np.array([[0.5, 0, -x / 2 - 0.25], [0, 0.5, -y / 2 - 0.25]])
    return cv2.warpAffine(soft_enough(picture), crop, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)


def soft_enough(picture: Image) -> Image:
    """Blurred as far as halving the size needs, so that nothing flickers."""
    return cv2.blur(picture, (2, 2))


def write_clip(
    path: Path, pictures: Iterator[NDArray[np.uint8]], rate: Fraction, timecode: str, reel: str, sound: Sound
) -> None:
    """One clip: H.264 and AAC with a timecode track; one thread and no dates, so that bytes repeat."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"fflags": "+bitexact", "movflags": "+faststart"}) as file:
        file.metadata["timecode"] = timecode
        file.metadata["reel_name"] = reel
        video = file.add_stream("libx264", rate=rate)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.codec_context.thread_count = 1
        video.codec_context.gop_size = KEYFRAME_EVERY
        video.codec_context.color_primaries = 1
        video.codec_context.color_trc = 1
        video.codec_context.colorspace = 1
        video.codec_context.color_range = 1
        video.options = {"crf": QUALITY, "preset": "slow", "flags": "+bitexact", "x264-params": "threads=1"}
        voice = file.add_stream("aac", rate=RATE, layout="mono")
        voice.bit_rate = AUDIO_BITS
        voice.options = {"flags": "+bitexact"}
        start = 0
        for number, picture in enumerate(pictures):
            shot = av.VideoFrame.from_ndarray(picture, format="rgb24")
            shot = shot.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            shot.pts, shot.time_base = number, 1 / rate
            for packet in video.encode(shot):
                file.mux(packet)
            end = min(len(sound), int((number + 1) * RATE / rate))
            start = _write_sound(file, voice, sound, start, end)
        _write_sound(file, voice, sound, start, len(sound), last=True)
        for stream in (video, voice):
            for packet in stream.encode(None):
                file.mux(packet)


def _write_sound(
    file: av.container.OutputContainer,
    voice: av.AudioStream,
    sound: Sound,
    start: int,
    end: int,
    last: bool = False,
) -> int:
    """Encode whole AAC frames of sound up to `end`, and at the last call the rest; gives where it got to."""
    block = 1024
    while end - start >= block or (last and start < end):
        part = sound[start : start + min(block, end - start)].astype(np.float32)[None, :]
        shot = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), format="fltp", layout="mono")
        shot.sample_rate, shot.pts, shot.time_base = RATE, start, Fraction(1, RATE)
        for packet in voice.encode(shot):
            file.mux(packet)
        start += part.shape[1]
    return start
