"""What a decode hears: FFmpeg's log lines, corrupt flags, errors and timestamps, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np
from av.audio.frame import AudioFrame
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from answerprint.media.describe import codec_name
from answerprint.media.frame_times import shown
from answerprint.media.guard import LogLine
from answerprint.media.reading import Frame

# Lossy sound may pass full scale by a little; twelve decibels over it is no sound anybody recorded.
LOUDEST = 4.0
LOSSY_SOUND = ("aac", "mp3", "mp2", "ac3", "eac3", "vorbis", "opus")

INFORMATION = 32  # AV_LOG_INFO: only what it says of concealing is a sign
PLACED = re.compile(r"stream = (\d+), dts = (-?\d+)")  # where the demuxer says itself what it speaks of
CONCEALING = re.compile(r"^concealing \d+ DC")

Source = Literal["log", "corrupt packet", "corrupt frame", "decode error", "read error", "level"]

# What FFmpeg says of sound files too: about speed, guesses of duration, or features it does not show.
HARMLESS = re.compile(
    r"deprecated pixel format|[Ee]stimating duration|low score|No accelerated|Cannot check for SPDIF"
    r"|Increasing reorder buffer|Skipping unhandled metadata|unknown (?:cover|tag)|Unable to parse Exif"
    r"|is not implemented|Using AVStream\.codec|first_dts|does not support seeking|multiple (?:edit|fourcc)"
    r"|[Uu]nsupported encoding type|consider increasing|Consider increasing|Could not update timestamps"
    r"|Timestamps are unset|Assuming an incorrectly encoded|Guessed Channel|Guessing on RIFF"
    r"|Ignoring maximum wav data size"
)


@dataclass(frozen=True)
class Clue:
    """One sign of damage. at: seconds on the file's clock, None when it came before any packet."""

    source: Source
    text: str
    stream: int | None = None
    at: Fraction | None = None


@dataclass
class StreamFacts:
    """What one stream gave."""

    kind: str
    time_base: Fraction
    packets: int = 0  # that put a picture or sound out
    hidden: int = 0  # that do not: cut off by an edit list, or referred to only
    frames: int = 0
    interlaced: bool = False
    still: bool = False
    samples: int = 0
    pts: list[int] = field(default_factory=list)  # of decoded pictures, in the order they came
    packet_pts: list[tuple[int, int]] = field(default_factory=list)  # (timestamp, duration) of each packet
    without_time: int = 0


class Evidence:
    """Listens to a decode (media/reading.py Listener). `log` is the list a log capture fills meanwhile."""

    def __init__(self, log: list[LogLine], streams: Sequence[Stream]) -> None:
        self.clues: list[Clue] = []
        self.facts: dict[int, StreamFacts] = {}
        self.places: list[tuple[int, Fraction]] = []  # (byte, seconds) of packets
        self._log = log
        self._heard = 0
        self._here: tuple[int | None, Fraction | None] = (None, None)
        for stream in streams:
            if stream.time_base is not None:
                still = stream.type == "video" and stream.frames == 1
                self.facts[stream.index] = StreamFacts(stream.type, stream.time_base, still=still)

    def packet(self, packet: Packet[Stream]) -> None:
        self.listen()
        facts = self.facts.get(packet.stream.index)
        if facts is None or packet.size == 0:
            return
        stamp = packet.pts if packet.pts is not None else packet.dts
        if packet.is_discard or not shown(codec_name(packet.stream), packet):
            facts.hidden += 1
        else:
            facts.packets += 1
            if stamp is not None:
                facts.packet_pts.append((stamp, packet.duration or 0))
        at = stamp * facts.time_base if stamp is not None else None
        if packet.pos is not None and packet.pos >= 0 and at is not None:
            self.places.append((packet.pos, at))
        self._here = (packet.stream.index, at if at is not None else self._here[1])
        if packet.is_corrupt:
            self._add("corrupt packet", "the container marks this packet corrupt")

    def frames(self, packet: Packet[Stream], frames: Sequence[Frame]) -> None:
        facts = self.facts[packet.stream.index]
        for frame in frames:
            facts.frames += 1
            at = frame.pts * facts.time_base if frame.pts is not None else None
            if isinstance(frame, VideoFrame):
                facts.interlaced = facts.interlaced or frame.interlaced_frame
                if frame.pts is None:
                    facts.without_time += 1
                else:
                    facts.pts.append(frame.pts)
            elif isinstance(frame, AudioFrame):
                facts.samples += frame.samples
                self._sound_frame(packet.stream, frame, at)
            if frame.is_corrupt:
                self.clues.append(
                    Clue("corrupt frame", "the decoder marks this picture corrupt", packet.stream.index, at)
                )
        self.listen()

    def _sound_frame(self, stream: Stream, frame: AudioFrame, at: Fraction | None) -> None:
        if codec_name(stream) not in LOSSY_SOUND or not frame.format.name.startswith("flt"):
            return
        samples = frame.to_ndarray()
        peak = float(np.abs(samples).max(initial=0))
        if not peak <= LOUDEST:  # a peak that is no number is one too
            text = f"the decoded sound peaks at {peak:.1f} times full scale"
            self.clues.append(Clue("level", text, stream.index, at))

    def decode_error(self, packet: Packet[Stream], error: Exception) -> None:
        self._add("decode error", _said(error))
        self.listen()

    def read_error(self, error: Exception) -> None:
        self._add("read error", _said(error))
        self.listen()

    def listen(self) -> None:
        """Take in the log lines that came since the last call, as said of the packet at hand."""
        while self._heard < len(self._log):
            level, who, text = self._log[self._heard]
            self._heard += 1
            if level >= INFORMATION and not CONCEALING.search(text):
                continue
            if not HARMLESS.search(text):
                self._add("log", f"{who}: {text.strip()}" if who else text.strip())

    def _add(self, source: Source, text: str) -> None:
        stream, at = self._here
        told = PLACED.search(text)
        if told and int(told[1]) in self.facts:
            stream = int(told[1])
            at = int(told[2]) * self.facts[stream].time_base
            text = text[: told.start()].rstrip(" (")
        self.clues.append(Clue(source, text, stream, at))


def _said(error: Exception) -> str:
    text = getattr(error, "strerror", None)
    return str(text or error)
