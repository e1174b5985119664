"""What a decode hears: FFmpeg's log lines, corrupt flags, errors and timestamps, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from av.audio.frame import AudioFrame
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from answerprint.media.guard import LogLine
from answerprint.media.reading import Frame

Source = Literal["log", "corrupt packet", "corrupt frame", "decode error", "read error"]

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
    packets: int = 0
    frames: int = 0
    samples: int = 0
    pts: list[int] = field(default_factory=list)  # of decoded pictures, in the order they came
    packet_pts: list[tuple[int, int]] = field(default_factory=list)  # (timestamp, duration) of each packet
    without_time: int = 0
    sizes: set[tuple[int, int]] = field(default_factory=set)  # picture sizes, or (rate, channels)


class Evidence:
    """Listens to a decode (media/reading.py Listener). `log` is the list a log capture fills meanwhile."""

    def __init__(self, log: list[LogLine], streams: Sequence[Stream]) -> None:
        self.clues: list[Clue] = []
        self.facts: dict[int, StreamFacts] = {}
        self._log = log
        self._heard = 0
        self._here: tuple[int | None, Fraction | None] = (None, None)
        for stream in streams:
            if stream.time_base is not None:
                self.facts[stream.index] = StreamFacts(stream.type, stream.time_base)

    def packet(self, packet: Packet[Stream]) -> None:
        self.listen()
        facts = self.facts.get(packet.stream.index)
        if facts is None or packet.size == 0:
            return
        stamp = packet.pts if packet.pts is not None else packet.dts
        if not packet.is_discard:
            facts.packets += 1
            if stamp is not None:
                facts.packet_pts.append((stamp, packet.duration or 0))
        at = stamp * facts.time_base if stamp is not None else None
        self._here = (packet.stream.index, at if at is not None else self._here[1])
        if packet.is_corrupt:
            self._add("corrupt packet", "the container marks this packet corrupt")

    def frames(self, packet: Packet[Stream], frames: Sequence[Frame]) -> None:
        facts = self.facts[packet.stream.index]
        for frame in frames:
            facts.frames += 1
            at = frame.pts * facts.time_base if frame.pts is not None else None
            if isinstance(frame, VideoFrame):
                facts.sizes.add((frame.width, frame.height))
                if frame.pts is None:
                    facts.without_time += 1
                else:
                    facts.pts.append(frame.pts)
            elif isinstance(frame, AudioFrame):
                facts.samples += frame.samples
                facts.sizes.add((frame.sample_rate, frame.layout.nb_channels))
            if frame.is_corrupt:
                self.clues.append(
                    Clue("corrupt frame", "the decoder marks this picture corrupt", packet.stream.index, at)
                )
        self.listen()

    def decode_error(self, packet: Packet[Stream], error: Exception) -> None:
        self._add("decode error", _said(error))
        self.listen()

    def read_error(self, error: Exception) -> None:
        self._add("read error", _said(error))
        self.listen()

    def listen(self) -> None:
        """Take in the log lines that came since the last call, as said of the packet at hand."""
        while self._heard < len(self._log):
            _, who, text = self._log[self._heard]
            self._heard += 1
            if not HARMLESS.search(text):
                self._add("log", f"{who}: {text.strip()}" if who else text.strip())

    def _add(self, source: Source, text: str) -> None:
        stream, at = self._here
        self.clues.append(Clue(source, text, stream, at))


def _said(error: Exception) -> str:
    text = getattr(error, "strerror", None)
    return str(text or error)
