"""A film with one of its sound streams written anew; all else is copied packet by packet."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av.error
from av.stream import Stream

from answerprint.core.errors import MediaError
from answerprint.media.aside import written_aside
from answerprint.media.encode import CONTAINERS, Sound, add_audio, open_output, sound_frames
from answerprint.media.guard import open_media
from answerprint.media.probe import probe
from answerprint.media.reading import demux, sound_stream
from answerprint.media.recasting import nominal_rate, timecode_label

COPIED = (
    "video",
    "audio",
    "subtitle",
)  # kinds of streams that are taken over


def with_sound(path: Path, out: Path, sound: Sound, *, start: Fraction, stream: int | None = None) -> int:
    """Writes `path` with one of its sound streams made of `sound`, whole or not at all. Returns its samples.

    start: seconds on the file's clock at which the sound begins. stream: index of the one made anew, the
    first without it. The start timecode is kept. Raises MediaError AP-MEDIA-001…012, 050, 051: the last for
    a container that cannot carry what is copied.
    """
    file, kind = os.fspath(path), CONTAINERS.get(out.suffix.lower())
    if kind not in ("mp4", "mov", "matroska"):
        raise MediaError(
            "AP-MEDIA-051",
            f"no film is called {out.suffix!r}",
            file=str(out),
            remedy="name it .mp4, .mov or .mkv",
        )
    found = probe(path)
    seen = found.stream("video")
    shown = nominal_rate(seen.rate if seen is not None else None, found.timecode)
    label = timecode_label(found.timecode, shown)
    with open_media(path) as source:
        replaced = sound_stream(source, file, stream)
        picture = source.streams.video[0] if source.streams.video else None
        period = picture.time_base if picture is not None else None
        rate = sound.settings.rate
        with (
            written_aside(out) as aside,
            open_output(
                aside, out, period=period, sound_rate=rate, faststart=kind != "matroska"
            ) as container,
        ):
            copied: dict[int, Stream] = {}
            made = None
            for one in source.streams:
                if one.index == replaced.index:
                    language = one.metadata.get("language", "und")
                    made = add_audio(container, out, sound.settings, language)
                elif one.type in COPIED:
                    try:
                        copied[one.index] = container.add_stream_from_template(one)
                    except (av.error.FFmpegError, ValueError) as error:
                        raise MediaError(
                            "AP-MEDIA-051",
                            f"{out.suffix} does not carry the {one.type} stream {one.index}: {error}",
                            file=str(out),
                            remedy="write the same kind of file, or .mkv",
                        ) from error
            if picture is not None and label and kind != "matroska":
                copied[picture.index].metadata["timecode"] = label
            assert made is not None
            frames, count, offset = sound_frames(sound), 0, round(start * rate)
            heard = next(frames, None)

            def write_before(seconds: Fraction | None) -> None:
                nonlocal heard, count
                while heard is not None and (
                    seconds is None or Fraction(heard.pts or 0, rate) + start <= seconds
                ):
                    count += heard.samples
                    heard.pts = (heard.pts or 0) + offset
                    container.mux(made.encode(heard))
                    heard = next(frames, None)

            for packet in demux(source, [one for one in source.streams if one.index in copied]):
                if not packet.size or packet.dts is None:
                    continue
                base = packet.stream.time_base
                write_before(Fraction(packet.dts) * base if base is not None else None)
                packet.stream = copied[packet.stream.index]
                container.mux_one(packet)
            write_before(None)
            container.mux(made.encode(None))
    return count
