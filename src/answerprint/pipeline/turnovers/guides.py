"""Guide pictures: the film with its counts burnt in, a leader with a 2-pop, and a tail pop."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, source_time, visible
from answerprint.core.time import Range
from answerprint.core.timecode import format_timecode
from answerprint.departments.release.burn_ins import Corner, burned
from answerprint.departments.release.rendering import draw_segment
from answerprint.departments.release.segment_plans import SegmentPlan, Shown
from answerprint.formats.timelines.model import frame_on_screen
from answerprint.media.decode import read_pictures, read_sound
from answerprint.media.display import display_of
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures
from answerprint.media.forms import PictureForm, SoundForm
from answerprint.media.probe import probe
from answerprint.pipeline.turnovers.sources import Source

Pixels = NDArray[np.uint8]
Samples = NDArray[np.float32]

LEADER, POP, TAIL = 8, 2, 3  # seconds: of the leader, from the pops to the picture, of what follows it
TONE, LEVEL = 1000.0, 10 ** (-20 / 20)  # Hz, and the pop's peak of full scale (−20 dBFS)
FADE = 0.001  # seconds at either end of a pop, so that it does not click
SOUND_RATE = 48_000
GUIDE = VideoSettings(crf=23, preset="fast")


def leader_of(cut: Cut) -> int:
    """Frames before the picture in a guide, a whole number of seconds as its timecode counts."""
    return LEADER * round(cut.rate)


def tail_of(cut: Cut) -> int:
    return TAIL * round(cut.rate)


def guide_label(cut: Cut, frame: int) -> str:
    """The timecode of a frame of the guide: the cut's own, going back before its first."""
    return format_timecode(cut.start_frame - leader_of(cut) + frame, cut.rate, drop=cut.drop, wrap=True)


def write_guide(source: Source, out: Path, words: str, tell: Callable[[float], None]) -> int:
    """The film with leader and tail as H.264: timecode, source and take in its corners, pops and flashes two
    seconds before its first picture and after its last. Returns its frames. tell: told 0 … 1."""
    cut = source.cut
    total = leader_of(cut) + cut.frames + tail_of(cut)

    def pictures() -> Iterator[tuple[int, Pixels]]:
        for frame, pixels in enumerate(_guide_pictures(source, words)):
            tell(frame / total)
            yield frame, pixels

    sound = Sound(guide_sound(source), AudioSettings(channels=2))
    return write_pictures(out, pictures(), cut.rate, GUIDE, sound=sound, start_timecode=guide_label(cut, 0))


def _guide_pictures(source: Source, words: str) -> Iterator[Pixels]:
    cut = source.cut
    display = display_of(source.film)
    width, height = display.within(cut.width, cut.height)
    leader, tail, pop = leader_of(cut), tail_of(cut), POP * round(cut.rate)
    black = np.zeros((height, width, 3), np.uint8)
    for frame in range(leader):
        left = -(-(leader - frame) // round(cut.rate))
        flash = np.full_like(black, 235) if frame == leader - pop else black
        centre = str(left) if frame == leader - pop or left > POP else ""
        texts: dict[Corner, str] = {"top": f"{source.title}  {words}", "bottom": guide_label(cut, frame)}
        yield burned(flash, {**texts, "centre": centre}, letters=max(12, height // 14))
    describe = Descriptions(source)
    form = PictureForm("rgb", width, height)
    frame = 0
    for block in read_pictures(source.film, form):
        for pixels in block.pixels:
            texts = {"top_left": source.title, "top_right": words, **describe(frame)}
            yield burned(pixels.astype(np.uint8, copy=False), texts)
            frame += 1
    for after in range(tail):
        flash = np.full_like(black, 235) if after == pop else black
        yield burned(flash, {"bottom": guide_label(cut, leader + cut.frames + after)})


class Descriptions:
    """What a frame of the cut shows: its timecode, its source and that one's timecode, its slot."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._clips = visible(source.cut)
        self._starts = [first for first, _, _ in self._clips]

    def __call__(self, frame: int) -> dict[Corner, str]:
        cut = self._source.cut
        texts: dict[Corner, str] = {"bottom": cut.timecode(frame)}
        at = bisect_right(self._starts, frame) - 1
        if at >= 0 and frame < self._clips[at][1]:
            clip = self._clips[at][2]
            link = self._source.links.get(clip.asset)
            if link is not None:
                index = frame_on_screen(link, source_time(clip, frame, cut.rate))
                count = format_timecode(
                    link.start_frame + max(0, index), link.rate, drop=link.drop, wrap=True
                )
                texts["bottom_left"] = f"{link.name} {count}"
            texts["bottom_right"] = self._source.labels.get(clip.slot or "", "")
        return texts


def guide_sound(source: Source) -> Iterator[Samples]:
    """The film's sound between its pops, stereo, in blocks of a second: as long as the guide's pictures."""
    cut = source.cut
    leader, frames, tail = leader_of(cut), cut.frames, tail_of(cut)
    pop = POP * round(cut.rate)
    total = _sample(leader + frames + tail, cut.rate)
    start, end = _sample(leader, cut.rate), _sample(leader + frames, cut.rate)
    pops = [
        (_sample(at, cut.rate), _sample(at + 1, cut.rate)) for at in (leader - pop, leader + frames + pop)
    ]
    film = _film_sound(source, end - start)
    held = np.zeros((0, 2), np.float32)
    for first in range(0, total, SOUND_RATE):
        last = min(total, first + SOUND_RATE)
        block = np.zeros((last - first, 2), np.float32)
        for a, b in pops:
            low, high = max(a, first), min(b, last)
            if low < high:
                block[low - first : high - first] = _pop(b - a)[low - a : high - a, None]
        low, high = max(start, first), min(end, last)
        while low < high and len(held) < high - low:
            more = next(film, None)
            if more is None:
                break
            held = np.concatenate([held, more])
        taken = held[: max(0, high - low)]
        block[low - first : low - first + len(taken)] += taken
        held = held[len(taken) :]
        yield block


def _film_sound(source: Source, length: int) -> Iterator[Samples]:
    if probe(source.film).stream("audio") is None:
        return
    whole = Range.of_ticks(0, length, Fraction(SOUND_RATE))
    for block in read_sound(source.film, SoundForm(rate=SOUND_RATE), range=whole):
        samples = block.samples
        yield samples if samples.shape[1] == 2 else np.repeat(samples.mean(axis=1, keepdims=True), 2, axis=1)


def _pop(length: int) -> Samples:
    times = np.arange(length) / SOUND_RATE
    edge = np.minimum(1.0, np.minimum(times, times[::-1]) / FADE)
    return (LEVEL * edge * np.sin(2 * np.pi * TONE * times)).astype(np.float32)


def _sample(frame: int, rate: Fraction) -> int:
    return round(Fraction(frame) / rate * SOUND_RATE)


def write_plate(
    source: Source, clip: Clip, head: int, frames: int, out: Path, words: str, first_number: int
) -> None:
    """A shot alone, from its own media with its handles, its name and frame numbers burnt in, as H.264.
    head: frames of handle before the clip; frames: of all of it."""
    cut = source.cut
    start = clip.source.start.seconds - Fraction(head) / cut.rate * clip.speed
    shown = Shown(clip.asset, start, clip.speed, clip.stream)
    plan = SegmentPlan(frames, cut.rate, cut.width, cut.height, shown)
    link = source.links[clip.asset]
    used = range(head, head + clip.record.duration.frame(cut.rate))

    def pictures() -> Iterator[tuple[int, Pixels]]:
        drawn = draw_segment(plan, source.paths, {clip.asset: link.name})
        for place, pixels in enumerate(drawn):
            texts: dict[Corner, str] = {
                "top_left": words,
                "top_right": "" if place in used else "handle",
                "bottom_left": link.name,
                "bottom_right": str(first_number + place),
            }
            yield place, burned(pixels, texts)

    write_pictures(out, pictures(), cut.rate, GUIDE)
